"""The marketing site answers, and shows only what is public."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, Site

from sandbox.accounts.models import User
from sandbox.blog.models import BlogPage
from sandbox.content import words
from sandbox.content.site import build_site

pytestmark = pytest.mark.django_db

PATHS = [
    "/",
    "/services/",
    "/services/knee-pain/",
    "/blog/",
    "/blog/why-stairs-hurt/",
    "/about/",
    "/privacy/",
    "/contact/",
    "/search/",
]


def test_every_page_has_one_first_heading_a_title_and_the_menu(
    harbor: Site, client: Client
) -> None:
    for path in PATHS:
        response = client.get(path)
        text = response.content.decode()

        assert response.status_code == 200, path
        assert text.count("<h1") == 1, path
        assert "· Harbor Physical Therapy</title>" in text, path
        for title in ("Services", "Blog", "About us", "Contact"):
            assert f">{title}</a>" in text, path


def test_building_the_site_again_changes_nothing(harbor: Site) -> None:
    pages, images = Page.objects.count(), get_image_model().objects.count()
    revision = BlogPage.objects.get(slug="why-stairs-hurt").latest_revision_id

    again = build_site(hostname="testserver", port=80)

    assert again == harbor
    assert Page.objects.count() == pages
    assert get_image_model().objects.count() == images
    assert BlogPage.objects.get(slug="why-stairs-hurt").latest_revision_id == revision


def test_every_picture_says_what_it_shows(harbor: Site) -> None:
    pictures = get_image_model().objects.all()
    assert len(pictures) == 9
    assert all(picture.description.startswith("Drawing of") for picture in pictures)


def test_search_finds_a_post_by_its_words(harbor: Site, client: Client) -> None:
    found = client.get("/search/", {"q": "stairs"}).content.decode()
    assert words.POSTS[0]["title"] in found

    nothing = client.get("/search/", {"q": "zeppelin"}).content.decode()
    assert "Nothing matched" in nothing
    assert words.POSTS[0]["title"] not in nothing


def test_search_takes_any_words(harbor: Site, client: Client) -> None:
    for query in ("\x00", "x" * 5000, "%", "'\"<script>", "a OR (b", "knee*", "NEAR(a b)"):
        response = client.get("/search/", {"q": query, "page": "no number"})
        assert response.status_code == 200, query
        assert b"<script>" not in response.content, query


def test_a_restricted_post_is_in_no_list_and_an_open_one_in_each(
    harbor: Site, client: Client
) -> None:
    closed = BlogPage.objects.get(slug="why-stairs-hurt")
    restriction = PageViewRestriction.objects.create(
        page=closed, restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.add(Group.objects.create(name="Readers"))
    lists = ["/blog/", "/search/?q=pain", "/sitemap.xml", "/api/v2/pages/?fields=*"]

    for path in lists:
        text = client.get(path).content.decode()
        assert "why-stairs-hurt" not in text, path
        assert "what-soreness-tells-you" in text, path


def test_the_apis_and_crawler_files_answer(harbor: Site, client: Client) -> None:
    assert client.get("/api/v2/pages/").json()["meta"]["total_count"] == 14
    assert client.get("/api/v2/images/").json()["meta"]["total_count"] == 9
    assert client.get("/api/v2/documents/").json()["meta"]["total_count"] == 0
    assert "http://testserver/blog/" in client.get("/sitemap.xml").content.decode()
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /care/" in robots
    assert "Sitemap: http://testserver/sitemap.xml" in robots


def test_api_v3_is_mounted_where_wagtail_has_it(harbor: Site, client: Client) -> None:
    expected = 200 if settings.HAS_API_V3 else 404
    assert client.get("/api/v3/pages/").status_code == expected


def test_a_missing_page_is_told_kindly(harbor: Site, client: Client) -> None:
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "We could not find that page" in response.content.decode()


def test_the_contact_form_stores_and_mails_a_message(harbor: Site, client: Client) -> None:
    fields = {
        "your_name": "Nora",
        "email": "nora@example.com",
        "phone_optional": "",
        "what_is_it_about": "A first visit",
        "message": "May I come on Tuesday?",
    }
    response = client.post("/contact/", fields)
    assert words.CONTACT["thank_you"] in response.content.decode()
    assert "May I come on Tuesday?" in mail.outbox[0].body

    broken = client.post("/contact/", {**fields, "email": "not an address"})
    text = broken.content.decode()
    assert "Enter a valid email address" in text
    assert "May I come on Tuesday?" in text
    assert len(mail.outbox) == 1


def test_the_header_knows_who_is_signed_in(
    harbor: Site, client: Client, patient: User, manager: User
) -> None:
    anonymous = client.get("/").content.decode()
    assert "Sign in" in anonymous and "Sign out" not in anonymous

    client.force_login(patient)
    text = client.get("/").content.decode()
    assert "Sign out" in text and "Staff" not in text

    client.force_login(manager)
    assert "Staff" in client.get("/").content.decode()
