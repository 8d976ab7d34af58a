"""Staff look at a gated page as somebody else: a signed link, good for them, this page and an hour.

Only reading is tried out: nothing is stored, and no answer is kept by a cache.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating import queries
from wagtail_asyncpt.gating.grounds import GateGroup
from wagtail_asyncpt.gating.readers import JOINED_TODAY, Look, Reader

PARAMETER = "asyncpt_as"
MAX_AGE = 60 * 60
_SALT = "wagtail_asyncpt.look"


@dataclass(frozen=True)
class LookLink:
    """One way to look at the page."""

    label: str
    url: str
    is_current: bool


def look_of(request: HttpRequest, page: Any) -> Look | None:
    """As whom the request looks at ``page``; ``None`` without a link that was made for its user.

    The right to edit the page is asked again, since it may have been taken away meanwhile.
    """
    value = request.GET.get(PARAMETER)
    if value is None or request.method not in {"GET", "HEAD"} or not request.user.is_authenticated:
        return None
    try:
        user_pk, page_pk, code, group_pk = signing.loads(value, salt=_SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if user_pk != str(request.user.pk) or page_pk != str(page.pk):
        return None
    if not Reader(request.user, clock.now()).may_edit(page):
        return None
    opens = {group.pk: group.opens for group in queries.gate_groups()}
    return Look(code, opens.get(group_pk, frozenset()), group_pk)


def names_of(group_ids: Iterable[int], groups: Iterable[GateGroup]) -> str:
    """The names of those gate groups, as a list in words."""
    wanted = set(group_ids)
    return ", ".join(group.name for group in groups if group.pk in wanted)


def cases(groups: Iterable[GateGroup], waits: bool) -> list[tuple[str, Look]]:
    """Every way to look at a page, with its label: cases of people, then each tier.

    Where a page ``waits``, each tier also as of a member who joined today.
    """
    found = [
        (_("Visitor"), Look("visitor")),
        (_("No membership"), Look("no_membership")),
        (_("Membership ended"), Look("ended")),
        (_("Payment failed"), Look("past_due")),
        (_("Paused"), Look("paused")),
    ]
    for group in groups:
        found.append((group.name, Look("other_tier", group.opens, group.pk)))
        if waits:
            label = _("%(tier)s, joined today") % {"tier": group.name}
            found.append((label, Look(JOINED_TODAY, group.opens, group.pk)))
    return found


def links(
    request: HttpRequest, page: Any, staff: Any, look: Look | None, ways: list[tuple[str, Look]]
) -> list[LookLink]:
    """The ways to look at ``page`` as links that work for ``staff`` alone."""
    return [
        LookLink(
            label=label,
            url=_url(request, page, staff, case),
            is_current=look is not None and (case.code, case.group) == (look.code, look.group),
        )
        for label, case in ways
    ]


def _url(request: HttpRequest, page: Any, staff: Any, look: Look) -> str:
    value = signing.dumps([str(staff.pk), str(page.pk), look.code, look.group], salt=_SALT)
    return f"{request.path}?{PARAMETER}={value}"
