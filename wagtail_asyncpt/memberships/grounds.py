"""Memberships as a ground of the gate."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_asyncpt.gating.grounds import Denial, Offer, register_ground
from wagtail_asyncpt.memberships import offers, queries
from wagtail_asyncpt.memberships.standing import standing_of
from wagtail_asyncpt.people.models import Client


class MembershipGround:
    """A tier's group belongs to the people whose live membership is that tier or includes it."""

    def gate_group_ids(self) -> set[int]:
        """Ids of all tiers' groups."""
        return queries.tier_group_ids()

    def entitled_group_ids(self, user: Any, at: datetime) -> set[int]:
        """Ids of the groups that ``user`` holds at ``at``, included tiers' too."""
        return queries.entitled_group_ids(user, at)

    def candidate_user_ids(self) -> Any:
        """Ids of all users who hold a membership of any kind."""
        from wagtail_asyncpt.memberships import queries

        return queries.member_user_ids()

    def entitlements(self, user_ids: set[int], at: datetime) -> dict[int, set[int]]:
        """``entitled_group_ids`` of many users at once."""
        from wagtail_asyncpt.memberships import queries

        return queries.entitlements(user_ids, at)

    def denial(self, user: Any, group_ids: set[int], at: datetime) -> Denial:
        """Why ``user`` stays out, and the tiers on sale that open the page."""
        if not user.is_authenticated:
            message = _("This is for members. Join, or sign in if you are one.")
            return Denial("visitor", message, _offers(group_ids))
        client = (
            Client.objects.filter(user=user, clinic__tiers__group_id__in=group_ids)
            .select_related("clinic")
            .first()
        )
        if client is None:
            message = _("This is for members. Choose a plan to open it.")
            return Denial("no_membership", message, _offers(group_ids))
        membership = queries.live_membership(client, at)
        if membership is not None:
            message = _("Your plan, %(tier)s, does not include this. These plans do.")
            return Denial(
                "other_tier", message % {"tier": membership.tier.name}, _offers(group_ids)
            )
        return _denial_of(client, group_ids, at)


def _denial_of(client: Client, group_ids: set[int], at: datetime) -> Denial:
    standing = standing_of(client, at)
    if standing.code == "no_membership":
        message = _("This is for members. Choose a plan to open it.")
        return Denial("no_membership", message, _offers(group_ids))
    if standing.code == "ended":
        return Denial("ended", standing.message, _offers(group_ids))
    return Denial(standing.code, standing.message, (_account_offer(standing.code),))


def _account_offer(code: str) -> Offer:
    title = _("Resume your membership") if code == "paused" else _("Update your card")
    return Offer(title=title, summary="", price="", url=reverse("asyncpt_memberships:account"))


def _offers(group_ids: set[int]) -> tuple[Offer, ...]:
    return tuple(
        Offer(tier.name, tier.summary, card.prices[0].words, card.prices[0].url)
        for tier in queries.tiers_that_open(group_ids)
        for card in [offers.tier_offer(tier)]
        if card.prices
    )


GROUND = MembershipGround()


def register() -> None:
    """Let memberships decide over the tiers' groups."""
    register_ground(GROUND)
