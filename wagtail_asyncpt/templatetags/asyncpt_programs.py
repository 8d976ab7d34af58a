"""Tags of the program pages' templates, for this package's templates and for a site's own."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString
from wagtail.models import Site

from wagtail_asyncpt.core.qr import qr_svg
from wagtail_asyncpt.library import queries as library_queries
from wagtail_asyncpt.people.queries import clinic_for
from wagtail_asyncpt.programs import queries
from wagtail_asyncpt.programs.dose import Dose

register = template.Library()


@register.simple_tag
def dose_words(dose: Dose | Mapping[str, Any] | None, unit: str = "") -> str:
    """A dose, typed or stored, in words; loads in ``unit`` (kg or lb) where given."""
    if isinstance(dose, Dose):
        return dose.in_words(unit)
    return Dose.from_dict(dose).in_words(unit)


@register.simple_tag
def listed_programs(index_page: Any) -> list[Any]:
    """The programs below an index page, each with ``week_count``."""
    return queries.listed_programs(index_page)


@register.simple_tag
def week_outline(program_page: Any) -> list[Any]:
    """The weeks of a program without their sessions, each with ``is_gated``."""
    return queries.week_outline(program_page)


@register.simple_tag(takes_context=True)
def offer_url(context: template.Context) -> str:
    """The address of the clinic's public offer page, or an empty string."""
    request = context.get("request")
    if request is None:
        return ""
    page = queries.offer_page(Site.find_for_request(request))
    return (page.get_url(request) or "") if page else ""


@register.simple_tag
def opened_by(program: Any) -> list[str]:
    """The names of the membership and the package that open a program."""
    return [str(one) for one in (program.opened_by_tier, program.opened_by_package) if one]


@register.simple_tag
def qr_code(address: str) -> SafeString:
    """A QR code of ``address`` as inline SVG, for what is printed."""
    return qr_svg(address)


@register.simple_tag(takes_context=True)
def may_watch_exemplars(context: template.Context) -> bool:
    """Whether the reader may watch demonstration videos (clients, therapists, editors)."""
    request = context.get("request")
    if request is None or not getattr(request, "user", None):
        return False
    return library_queries.may_watch_exemplars(request.user, clinic_for(request))
