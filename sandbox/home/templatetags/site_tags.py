"""What the base template needs."""

from django import template
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from wagtail.models import Page, Site
from wagtail.query import PageQuerySet

register = template.Library()


@register.simple_tag(takes_context=True)
def main_menu(context: template.Context) -> PageQuerySet:
    """The published, public pages that editors put in the menu."""
    request: HttpRequest | None = context.get("request")
    site = Site.find_for_request(request) if request else None
    if site is None:
        return Page.objects.none()
    children: PageQuerySet = site.root_page.get_children().live().public().in_menu()
    return children


@register.simple_tag
def care_url() -> str:
    """The client's own area, or an empty string on a site without it."""
    try:
        return reverse("asyncpt_portal:today")
    except NoReverseMatch:
        return ""


@register.filter
def is_current(page: Page, path: str) -> bool:
    """Whether the visitor is on this page or below it."""
    url = page.url or ""
    return bool(url) and path.startswith(url)
