"""Build the clinic's site through the ORM: run it again and it changes nothing."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.files.base import ContentFile
from wagtail.images import get_image_model
from wagtail.models import Page, Site

from sandbox.blog.models import BlogIndexPage, BlogPage
from sandbox.contact.models import ContactPage, FormField
from sandbox.home.models import HomePage, StandardPage
from sandbox.services.models import ServiceIndexPage, ServicePage

from . import pictures, words

AnyPage = TypeVar("AnyPage", bound=Page)


def build_site(*, hostname: str = "127.0.0.1", port: int = 8000) -> Site:
    """Make the home page, services, blog, about, privacy and contact pages and their pictures.

    Pages are found again by their slugs. Returns the default site, which points at the home page.
    """
    home = _home()
    services = _services(home)
    _blog(home)
    about = add_page(
        home,
        StandardPage(
            title="About us",
            slug="about",
            show_in_menus=True,
            intro=words.ABOUT_INTRO,
            body=body(words.ABOUT_BODY),
            search_description="The people of Harbor Physical Therapy.",
        ),
    )
    add_page(
        home,
        StandardPage(
            title="Privacy",
            slug="privacy",
            body=body(words.PRIVACY_BODY),
            search_description="How we treat what we know about you.",
        ),
    )
    contact = _contact(home)
    if not home.body:
        home.body = body(words.HOME_BODY, {page.slug: page.pk for page in services})
        home.primary_page, home.primary_label = contact, "Book a first visit"
        home.secondary_page, home.secondary_label = about, "Meet the therapists"
        home.save_revision().publish()
    return _site(home, hostname, port)


def picture(name: str, title: str, draw: Callable[[], bytes], description: str) -> Any:
    """The Wagtail image called ``title``, drawn and stored if it is not there yet."""
    model = get_image_model()
    image = model.objects.filter(title=title).first()
    if image is None:
        file = ContentFile(draw(), name=f"{name}.png")
        image = model(title=title, file=file, description=description)
        image.save()
    return image


def _scene(name: str, title: str) -> tuple[Any, str]:
    description = pictures.SCENES[name][3]
    return picture(name, title, lambda: pictures.scene(name), description), description


def add_page(parent: Page, page: AnyPage) -> AnyPage:
    """Add the page below its parent and publish it, or return the one with that slug."""
    found = type(page).objects.child_of(parent).filter(slug=page.slug).first()
    if found:
        return found
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def _home() -> HomePage:
    root = Page.get_first_root_node()
    image = picture("hero", "Harbor in the morning", pictures.hero, pictures.HERO_ALT)
    home = HomePage(
        title=words.CLINIC,
        slug="harbor",
        seo_title="Physical therapy that stays with you",
        search_description="A small physical therapy practice on the waterfront.",
        hero_heading=words.HOME["heading"],
        hero_text=words.HOME["text"],
        hero_image=image,
        hero_alt_text=pictures.HERO_ALT,
    )
    return add_page(root, home)


def _services(home: HomePage) -> list[ServicePage]:
    index = add_page(
        home,
        ServiceIndexPage(
            title="Services",
            slug="services",
            show_in_menus=True,
            intro=words.SERVICES_INTRO,
            search_description="Knees, backs, sport and surgery.",
        ),
    )
    pages = []
    for service in words.SERVICES:
        image, alt = _scene(service["picture"], f"Service: {service['title']}")
        page = ServicePage(
            title=service["title"],
            slug=service["slug"],
            summary=service["summary"],
            visit_length="60 minutes",
            image=image,
            image_alt_text=alt,
            body=body(service["body"]),
            search_description=service["summary"],
        )
        pages.append(add_page(index, page))
    return pages


def _blog(home: HomePage) -> None:
    index = add_page(
        home,
        BlogIndexPage(
            title="Blog",
            slug="blog",
            show_in_menus=True,
            intro=words.BLOG_INTRO,
            search_description="Short reads from our therapists.",
        ),
    )
    for post in words.POSTS:
        image, alt = _scene(post["picture"], f"Blog: {post['title']}")
        page = BlogPage(
            title=post["title"],
            slug=post["slug"],
            date=dt.date.fromisoformat(post["date"]),
            author_name=post["author"],
            summary=post["summary"],
            image=image,
            image_alt_text=alt,
            body=body(post["body"]),
            search_description=post["summary"],
        )
        add_page(index, page)


def _contact(home: HomePage) -> ContactPage:
    page = ContactPage(
        title="Contact",
        slug="contact",
        show_in_menus=True,
        intro=words.CONTACT["intro"],
        details=words.CONTACT["details"],
        thank_you_text=words.CONTACT["thank_you"],
        to_address="hello@harbor.example",
        from_address="website@harbor.example",
        subject="A message from the website",
        search_description="Where we are and how to reach us.",
    )
    page.form_fields = [
        FormField(sort_order=1, label="Your name", field_type="singleline"),
        FormField(sort_order=2, label="Email", field_type="email"),
        FormField(
            sort_order=3,
            label="Phone (optional)",
            field_type="singleline",
            required=False,
        ),
        FormField(
            sort_order=4,
            label="What is it about?",
            field_type="dropdown",
            choices="A first visit\nA question about a bill\nSomething else",
        ),
        FormField(sort_order=5, label="Message", field_type="multiline"),
    ]
    return add_page(home, page)


def body(blocks: words.Body, pages: dict[str, int] | None = None) -> list[dict[str, Any]]:
    """Stored form of a body; cards that name a page by its slug get its id."""
    return [
        {"type": kind, "value": _links(value, pages or {}), "id": str(uuid.uuid4())}
        for kind, value in blocks
    ]


def _links(value: Any, pages: dict[str, int]) -> Any:
    if isinstance(value, dict):
        return {
            key: pages.get(part) if key == "page" else _links(part, pages)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [_links(part, pages) for part in value]
    return value


def _site(home: HomePage, hostname: str, port: int) -> Site:
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.hostname, site.port, site.root_page = hostname, port, home
    site.site_name = words.CLINIC
    site.save()
    # Wagtail's welcome page goes last: deleting it before would take its site with it.
    for welcome in Page.objects.filter(depth=2, slug="home").exact_type(Page):
        welcome.delete()
    return site
