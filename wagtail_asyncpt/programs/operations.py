"""Writes of the room: a program's next week."""

import re
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import NotAllowed


@transaction.atomic
def duplicate_week(*, user: Any, week: Any) -> Any:
    """A draft of the week after ``week`` (a page), with its newest text; returns the new page.

    It stands behind ``week`` in the tree and is gated like it. Lines keep their ids, so that a
    client's charts go on. Raises ``NotAllowed`` where ``user`` may not add a page there.
    """
    parent = week.get_parent().specific
    permissions = parent.permissions_for_user(user)
    if not (permissions.can_add_subpage() and week.permissions_for_user(user).can_edit()):
        raise NotAllowed(_("You may not add a week here."))
    title = next_title(week.get_latest_revision_as_object().title)
    copied = week.copy(
        update_attrs={"title": title, "draft_title": title, "slug": _free_slug(parent, title)},
        copy_revisions=True,
        keep_live=False,
        user=user,
    )
    following = week.get_next_siblings().exclude(pk=copied.pk).exists()
    if following:
        copied.move(week, pos="right", user=user)
        copied.refresh_from_db()
    return copied


def next_title(title: str) -> str:
    """The title with its first number one higher: "Week 2: More load" → "Week 3: More load"."""
    counted, found = re.subn(r"\d+", lambda match: str(int(match.group()) + 1), title, count=1)
    return counted if found else _("%(title)s (next week)") % {"title": title}


def _free_slug(parent: Any, title: str) -> str:
    taken = set(parent.get_children().values_list("slug", flat=True))
    base = slugify(title)[:240] or "week"
    slugs = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 2))
    return next(slug for slug in slugs if slug not in taken)
