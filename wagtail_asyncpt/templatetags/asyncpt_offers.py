"""Offers in templates: a pricing table, one offer, and "join to go on"."""

from typing import Any

from django import template

from wagtail_asyncpt.memberships import offers
from wagtail_asyncpt.memberships.queries import holds_tier
from wagtail_asyncpt.people.models import Clinic
from wagtail_asyncpt.people.queries import clinic_for

register = template.Library()

_DIRECTORY = "wagtail_asyncpt/memberships/includes"


def _clinic(context: Any) -> Clinic | None:
    request = context.get("request")
    return clinic_for(request) if request is not None else None


@register.inclusion_tag(f"{_DIRECTORY}/pricing_table.html", takes_context=True)
def pricing_table(context: Any, show: str = "all") -> dict[str, Any]:
    """``{% pricing_table %}``: what is listed; ``"tiers"`` or ``"packages"`` for one kind."""
    clinic = _clinic(context)
    if clinic is None:
        return {"offers": [], "packages": []}
    return {
        "offers": offers.offers_of(clinic) if show != "packages" else [],
        "packages": offers.packages_of(clinic) if show != "tiers" else [],
    }


@register.inclusion_tag(f"{_DIRECTORY}/pricing_table.html", takes_context=True)
def offer(context: Any, which: str) -> dict[str, Any]:
    """``{% offer "coached" %}``: one plan by its slug or key, or a package by its key."""
    clinic = _clinic(context)
    found = offers.find_offer(clinic, which) if clinic else None
    if isinstance(found, offers.TierOffer):
        return {"offers": [found], "packages": []}
    return {"offers": [], "packages": [found] if found else []}


@register.inclusion_tag(f"{_DIRECTORY}/join_to_go_on.html", takes_context=True)
def join_to_go_on(context: Any, which: str, heading: str = "", text: str = "") -> dict[str, Any]:
    """``{% join_to_go_on "coached" %}``: the way to a plan, for readers who do not have it."""
    clinic = _clinic(context)
    found = offers.find_offer(clinic, which) if clinic else None
    request = context.get("request")
    if not isinstance(found, offers.TierOffer) or request is None:
        return {"offer": None}
    if request.user.is_authenticated and holds_tier(request.user, found.tier):
        return {"offer": None}
    return {"offer": found, "heading": heading, "text": text}
