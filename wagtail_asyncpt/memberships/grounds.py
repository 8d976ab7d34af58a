"""Memberships as a ground of the gate."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_asyncpt.gating.drip import EntitledClock
from wagtail_asyncpt.gating.grounds import Denial, GateGroup, Offer, register_ground
from wagtail_asyncpt.memberships import drip, offers, queries
from wagtail_asyncpt.memberships.models import Membership, Price
from wagtail_asyncpt.memberships.standing import example_of, package_ended, standing_with


class MembershipGround:
    """A tier's group belongs to the people whose live membership is that tier or includes it."""

    def gate_group_ids(self) -> set[int]:
        """Ids of all tiers' groups."""
        return queries.tier_group_ids()

    def entitled_group_ids(self, user: Any, at: datetime) -> set[int]:
        """Ids of the groups that ``user`` holds at ``at``, included tiers' too."""
        return queries.entitled_group_ids(user, at)

    def entitled_and_stored(self, user: Any, at: datetime) -> tuple[set[int], set[int]]:
        """The same, and all groups that ``user`` is stored in."""
        return queries.entitled_and_stored(user, at)

    def candidate_user_ids(self) -> Any:
        """Ids of all users who hold a membership of any kind."""
        return queries.member_user_ids()

    def entitlements(self, user_ids: set[int], at: datetime) -> dict[int, set[int]]:
        """``entitled_group_ids`` of many users at once."""
        return queries.entitlements(user_ids, at)

    def denial(self, user: Any, group_ids: set[int], at: datetime) -> Denial | None:
        """Why ``user`` stays out, and the tiers on sale that open the page."""
        is_known = user.is_authenticated
        way_in = queries.way_in(group_ids, user if is_known else None, at)
        if way_in is None:
            return None
        found = tuple(_offer(price) for price in way_in.prices)
        if not is_known:
            message = _("This is for members. Join, or sign in if you are one.")
            return Denial("visitor", message, found)
        bought, opened = way_in.bought, way_in.opened
        if bought and bought.is_live:
            return _other_plan(bought.membership.tier.name, found)
        if opened and opened.is_live:
            return _other_plan(opened.purchase.package.name, found)
        if bought:
            return _denial_of(bought.membership, found, at)
        if opened:
            return Denial("ended", package_ended(opened.purchase), found)
        return Denial("no_membership", example_of("no_membership", at), found)

    def entitled_clock(self, user: Any, group_ids: set[int], at: datetime) -> EntitledClock | None:
        """When ``user`` was entitled, from the ledger."""
        return drip.entitled_clock(user, group_ids, at)

    def gate_groups(self) -> list[GateGroup]:
        """The tiers' groups, in the tiers' order, each with those that it includes."""
        return queries.gate_groups()

    def example_denial(self, code: str, group_ids: set[int], at: datetime) -> Denial | None:
        """What somebody whose case is ``code`` would be told."""
        way_in = queries.way_in(group_ids)
        if way_in is None:
            return None
        found = tuple(_offer(price) for price in way_in.prices)
        if code in {"past_due", "paused"}:
            return Denial(code, example_of(code, at), (_account_offer(code),))
        return Denial(code, example_of(code, at), found)


def _denial_of(membership: Membership, found: tuple[Offer, ...], at: datetime) -> Denial:
    standing = standing_with(membership, membership.client, at)
    if standing.code == "ended":
        return Denial("ended", standing.message, found)
    return Denial(standing.code, standing.message, (_account_offer(standing.code),))


def _other_plan(name: str, found: tuple[Offer, ...]) -> Denial:
    message = _("Your plan, %(tier)s, does not include this. These plans do.")
    return Denial("other_tier", message % {"tier": name}, found)


def _account_offer(code: str) -> Offer:
    title = _("Resume your membership") if code == "paused" else _("Update your card")
    return Offer(title=title, summary="", price="", url=reverse("asyncpt_memberships:account"))


def _offer(price: Price) -> Offer:
    words = offers.offer_price(price)
    return Offer(price.tier.name, price.tier.summary, words.words, words.url)


GROUND = MembershipGround()


def register() -> None:
    """Let memberships decide over the tiers' groups."""
    register_ground(GROUND)
