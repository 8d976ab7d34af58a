"""Offers as StreamField blocks: a pricing table, one offer, and "join to go on"."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from wagtail_asyncpt.memberships.editing import edited_clinic
from wagtail_asyncpt.memberships.models import Package, Tier


def sold() -> list[tuple[str, str]]:
    """Everything on sale, for editors: ``tier:<pk>`` and ``package:<pk>``.

    Of the clinic on whose site the page lies; elsewhere (in a snippet) of all, each with its
    clinic's name where there are several. On a page of another clinic nothing of it is shown.
    """
    return [*tiers_sold(), *_choices(Package.objects.all(), "package")]


def tiers_sold() -> list[tuple[str, str]]:
    """The tiers on sale, for editors."""
    return _choices(Tier.objects.all(), "tier")


def _choices(rows: QuerySet[Any], kind: str) -> list[tuple[str, str]]:
    clinic = edited_clinic()
    if clinic is not None:
        rows = rows.filter(clinic=clinic)
    found = list(rows.filter(is_public=True).select_related("clinic__site"))
    several = len({row.clinic_id for row in found}) > 1
    return [(f"{kind}:{row.pk}", _name(row, several)) for row in found]


def _name(row: Tier | Package, with_clinic: bool) -> str:
    name = f"{row.clinic}: {row.name}" if with_clinic else row.name
    return name if row.is_listed else _("%(name)s (by link only)") % {"name": name}


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
