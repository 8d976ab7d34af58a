"""Grounds: what entitles a person to a gate group.

A gate group is an auth Group that an editor picks in Wagtail's Privacy dialog. The group says
what is needed; a ground says, from its own rows, who has it now. The gate asks every ground and
believes none of the group's stored members.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from wagtail_asyncpt.gating.drip import EntitledClock


@dataclass(frozen=True)
class Offer:
    """Something to buy that opens the page: words that are ready for a template."""

    title: str
    summary: str
    price: str
    url: str


@dataclass(frozen=True)
class Denial:
    """Why somebody stays out, in kind words, and what opens the page.

    ``code`` is one of visitor, no_membership, other_tier, ended, past_due, paused, wait.
    """

    code: str
    message: str
    offers: tuple[Offer, ...] = ()


class Ground(Protocol):
    """A source of entitlement, such as memberships."""

    def gate_group_ids(self) -> set[int]:
        """Ids of every group whose members this ground decides."""

    def entitled_group_ids(self, user: Any, at: datetime) -> set[int]:
        """Ids of those groups that a signed-in ``user`` holds at ``at``, from live rows."""

    def denial(self, user: Any, group_ids: set[int], at: datetime) -> Denial | None:
        """Words and offers for a ``user`` (or visitor) who holds none of ``group_ids``.

        ``None`` when none of them is this ground's; others among them are to be left aside.
        """


@runtime_checkable
class BulkGround(Protocol):
    """What a ground may offer besides, so that the sweep need not ask for each user."""

    def candidate_user_ids(self) -> Any:
        """A queryset of the ids of all users who may hold one of the groups at some time."""

    def entitlements(self, user_ids: set[int], at: datetime) -> dict[int, set[int]]:
        """As ``entitled_group_ids``, for many users at once; those without may be left out."""


@runtime_checkable
class StoredGround(Protocol):
    """What a ground may offer besides, so that a visit costs one query less."""

    def entitled_and_stored(self, user: Any, at: datetime) -> tuple[set[int], set[int]]:
        """As ``entitled_group_ids``; and, from the same query, every group ``user`` is stored in.

        Stored groups are those of ``user.groups``, whosever they are.
        """


@runtime_checkable
class ClockGround(Protocol):
    """What a ground may offer besides, so that pages can open some time after it began."""

    def entitled_clock(self, user: Any, group_ids: set[int], at: datetime) -> EntitledClock | None:
        """When ``user`` held any of ``group_ids``; ``None`` where it never was."""


@runtime_checkable
class PageGround(Protocol):
    """What a ground may offer besides, that opens single pages and no groups."""

    def page_clock(self, user: Any, page: Any, at: datetime) -> EntitledClock | None:
        """Since when ``user`` may read ``page``; ``None`` where this ground does not open it.

        Asked of those alone who would stay out.
        """


@dataclass(frozen=True)
class GateGroup:
    """A gate group in words for editors; its holders hold ``opens`` too (itself included).

    ``code`` is what a template may call it.
    """

    pk: int
    code: str
    name: str
    opens: frozenset[int]


@runtime_checkable
class NamedGround(Protocol):
    """What a ground may offer besides, so that editors choose its groups and try them out."""

    def gate_groups(self) -> list[GateGroup]:
        """Its groups, in the order in which editors know them."""

    def example_denial(self, code: str, group_ids: set[int], at: datetime) -> Denial | None:
        """As ``denial``, for somebody made up whose case is ``code``."""


_grounds: list[Ground] = []


def register_ground(ground: Ground) -> None:
    """Let ``ground`` decide over its groups; registering it again changes nothing."""
    if ground not in _grounds:
        _grounds.append(ground)


def unregister_ground(ground: Ground) -> None:
    """Take ``ground`` out again (tests)."""
    _grounds.remove(ground)


def registered_grounds() -> tuple[Ground, ...]:
    """The grounds in the order in which they were registered."""
    return tuple(_grounds)
