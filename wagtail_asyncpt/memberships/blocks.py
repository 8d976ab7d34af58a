"""Offers as StreamField blocks: a pricing table, one offer, and "join to go on"."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from wagtail_asyncpt.memberships.models import Package, Tier


def sold() -> list[tuple[str, str]]:
    """Everything on sale, for editors: ``tier:<pk>`` and ``package:<pk>``."""
    tiers = Tier.objects.filter(is_public=True).values_list("pk", "name")
    packages = Package.objects.filter(is_public=True).values_list("pk", "name")
    return [
        *((f"tier:{pk}", name) for pk, name in tiers),
        *((f"package:{pk}", name) for pk, name in packages),
    ]


def tiers_sold() -> list[tuple[str, str]]:
    """The tiers on sale, for editors."""
    return [choice for choice in sold() if choice[0].startswith("tier:")]


class PricingTableBlock(blocks.StructBlock):
    """The listed plans, the listed packages, or both."""

    show = blocks.ChoiceBlock(
        label=_("Show"),
        choices=[
            ("all", _("plans and packages")),
            ("tiers", _("plans")),
            ("packages", _("packages")),
        ],
        default="all",
    )

    class Meta:
        icon = "tag"
        label = _("Pricing table")
        template = "wagtail_asyncpt/memberships/blocks/pricing_table.html"


class OfferBlock(blocks.StructBlock):
    """One plan or package; also one that is sold by link only."""

    offer = blocks.ChoiceBlock(label=_("Plan or package"), choices=sold)

    class Meta:
        icon = "tag"
        label = _("Offer")
        template = "wagtail_asyncpt/memberships/blocks/offer.html"


class JoinBlock(blocks.StructBlock):
    """ "Join to go on": a line, and the way to a plan, for readers who do not have it."""

    heading = blocks.CharBlock(label=_("Heading"), default=_("Join to go on"), max_length=100)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=300)
    tier = blocks.ChoiceBlock(label=_("Plan"), choices=tiers_sold)

    class Meta:
        icon = "lock-open"
        label = _("Join to go on")
        template = "wagtail_asyncpt/memberships/blocks/join.html"


def offer_blocks() -> list[tuple[str, Any]]:
    """The three, to be added to a site's own StreamField."""
    return [
        ("pricing_table", PricingTableBlock()),
        ("offer", OfferBlock()),
        ("join", JoinBlock()),
    ]
