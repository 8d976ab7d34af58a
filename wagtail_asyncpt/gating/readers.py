"""Who is reading: what they are entitled to, asked for once in a request."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from wagtail.permission_policies.pages import PagePermissionPolicy

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating import queries
from wagtail_asyncpt.gating.drip import DAY, EntitledClock, Opening, opening
from wagtail_asyncpt.gating.grounds import Denial, GateGroup
from wagtail_asyncpt.gating.queries import PageGates

_READER = "_asyncpt_reader"

#: A look as a member whose time has just begun.
JOINED_TODAY = "joined_today"


@dataclass(frozen=True)
class Look:
    """As whom a member of staff looks at a page: a case of ``Denial.code``, or holding groups.

    ``group`` is the one that was chosen, ``group_ids`` those that its members hold.
    """

    code: str
    group_ids: frozenset[int] = frozenset()
    group: int | None = None


@dataclass
class Reader:
    """A person, or, with a ``look``, a member of staff who looks as somebody else."""

    user: Any
    at: datetime
    look: Look | None = None
    rights: dict[Any, bool] = field(default_factory=dict)
    denials: dict[tuple[frozenset[int], ...], Denial | None] = field(default_factory=dict)
    clocks: dict[frozenset[int], EntitledClock | None] = field(default_factory=dict)
    #: The page that the request is for, if the gate serves one.
    served: Any = None
    #: Whether an invitation was shown at length, which is done once on a page.
    is_invited: bool = False

    @cached_property
    def entitled(self) -> set[int]:
        """The gate groups that the reader holds, from live rows."""
        return self._groups[0]

    @cached_property
    def stored(self) -> set[int]:
        """The groups in which the reader is stored."""
        return self._groups[1]

    @cached_property
    def _groups(self) -> tuple[set[int], set[int]]:
        if self.look is not None:
            return set(self.look.group_ids), set(self.look.group_ids)
        return queries.entitled_and_stored(self.user, self.at)

    @cached_property
    def gate_groups(self) -> list[GateGroup]:
        """All gate groups; the same for every reader, and asked for once."""
        return queries.gate_groups()

    @cached_property
    def gate_ids(self) -> set[int]:
        """Ids of all gate groups."""
        return queries.gate_group_ids()

    @cached_property
    def gates(self) -> dict[str, PageGates]:
        """What is gated on the site, for lists; asked for once."""
        return queries.gates_by_path()

    @property
    def is_superuser(self) -> bool:
        """Whether everything is open, as in Wagtail."""
        return self.look is None and self.user.is_active and self.user.is_superuser

    @property
    def is_visitor(self) -> bool:
        """Whether nobody is signed in, as far as the reader shows."""
        if self.look is not None:
            return self.look.code == "visitor"
        return not self.user.is_authenticated

    def may_edit(self, page: Any) -> bool:
        """Whether the reader, as themselves, may edit ``page``.

        Wagtail gives rights to pages to groups alone, so that somebody who is in the groups of
        memberships only need not be asked about.
        """
        if self.look is not None or not self.user.is_authenticated:
            return False
        key = type(page), getattr(page, "pk", None)
        if key not in self.rights:
            ask = may_edit_page if page is self.served else may_change_page
            self.rights[key] = self.is_superuser or (
                self.stored != self.entitled and ask(self.user, page)
            )
        return self.rights[key]

    def is_staff_of(self, page: Any) -> bool:
        """``may_edit``, asked only of those who are marked as staff or were asked already."""
        if self.rights.get((type(page), page.pk)):
            return True
        is_staff = self.is_superuser or getattr(self.user, "is_staff", False)
        return is_staff and self.may_edit(page)

    def opening(self, group_ids: set[int], days: int) -> Opening | None:
        """Whether the reader's wait for what these groups open is over.

        ``None`` where no ground keeps their time, so that nobody can say.
        """
        if self.look is None:
            key = frozenset(group_ids)
            if key not in self.clocks:
                self.clocks[key] = queries.entitled_clock(self.user, group_ids, self.at)
            clock = self.clocks[key]
            return opening(clock, days, self.at) if clock is not None else None
        if self.look.code != JOINED_TODAY:
            return None
        zone = timezone.get_current_timezone_name()
        today = EntitledClock(((self.at, self.at + (days + 1) * DAY),), zone)
        return opening(today, days, self.at)

    def denial(self, unmet: list[frozenset[int]]) -> Denial | None:
        """Why the reader does not pass the gates with these groups; asked once for each set."""
        key = tuple(unmet)
        if key not in self.denials:
            self.denials[key] = self._denial(unmet)
        return self.denials[key]

    def _denial(self, unmet: list[frozenset[int]]) -> Denial | None:
        if self.look is None:
            return queries.denial(self.user, unmet, self.at)
        user, case = AnonymousUser(), self.look.code
        return queries.denial(user, unmet, self.at, "" if case == "visitor" else case)


def reader_of(request: HttpRequest) -> Reader:
    """The reader of a request; one for all that the request shows."""
    reader: Reader | None = getattr(request, _READER, None)
    if reader is None:
        reader = Reader(getattr(request, "user", None) or AnonymousUser(), clock.now())
        setattr(request, _READER, reader)
    return reader


def look_as(request: HttpRequest, look: Look) -> Reader:
    """Let the rest of ``request`` be read as somebody else; nothing is stored."""
    user = AnonymousUser() if look.code == "visitor" else request.user
    reader = Reader(user, clock.now(), look)
    setattr(request, _READER, reader)
    if look.code == "visitor":
        request.user = user
    return reader


def may_change_page(user: Any, page: Any) -> bool:
    """As ``may_edit_page``, for one of many: without a query for each.

    Who may edit a page only while they review it is left out.
    """
    return hasattr(page, "permissions_for_user") and bool(
        user.has_perm("wagtailadmin.access_admin")
        and PagePermissionPolicy().user_has_permission_for_instance(user, "change", page)
    )


def may_edit_page(user: Any, page: Any) -> bool:
    """Whether ``user`` may enter the admin and edit ``page`` (or a snippet: nobody) there."""
    permissions = getattr(page, "permissions_for_user", None)
    return permissions is not None and bool(
        user.has_perm("wagtailadmin.access_admin") and permissions(user).can_edit()
    )
