"""Gated text and titles on every other surface: search, sitemap, menus, APIs."""

import json
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client as Browser
from django.urls import include, path
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.models import PageViewRestriction

from sandbox.urls import urlpatterns as site_urls
from tests.gating.conftest import BODY, TITLE, add_post, restrict
from wagtail_asyncpt.gating.operations import heal_groups

SUMMARY = "canary-summary-55e0"


#: Endpoints as Wagtail's own documentation mounts them; the sandbox heals its callers first.
plain_api = WagtailAPIRouter("plainapi")
plain_api.register_endpoint("pages", PagesAPIViewSet)

urlpatterns = [path("plain/", plain_api.urls), path("", include(site_urls))]


@pytest.fixture
def post(blog: Any, tiers: Any) -> Any:
    post = add_post(blog, summary=SUMMARY)
    restrict(post, tiers.basic.group)
    return post


def unlock(post: Any) -> None:
    PageViewRestriction.objects.filter(page=post).delete()


def surfaces(post: Any) -> list[str]:
    found = [
        f"/search/?q={TITLE}",
        f"/search/?q={BODY}",
        "/sitemap.xml",
        post.get_parent().url,
        "/api/v2/pages/?type=blog.BlogPage&fields=*",
        f"/api/v2/pages/?search={TITLE}",
        f"/api/v2/pages/{post.pk}/?fields=*",
    ]
    if django_settings.HAS_API_V3:
        found += ["/api/v3/pages/", f"/api/v3/pages/{post.pk}/"]
    return found


def shows(response: Any, post: Any) -> bool:
    text = response.content.decode().replace(f"?q={TITLE}", "")
    hits = (SUMMARY, f"/{post.slug}/", f'"title": "{TITLE}"', f">{TITLE}<")
    return any(hit in text for hit in hits)


def test_no_surface_shows_a_gated_page_to_a_visitor_and_each_shows_an_open_one(post: Any) -> None:
    closed = [url for url in surfaces(post) if shows(Browser().get(url), post)]
    assert closed == []
    unlock(post)
    silent = [url for url in surfaces(post) if not shows(Browser().get(url), post)]
    assert silent in ([], [f"/search/?q={BODY}"])


def test_the_api_answers_404_for_a_gated_page_as_for_a_missing_one(post: Any) -> None:
    gated = Browser().get(f"/api/v2/pages/{post.pk}/")
    missing = Browser().get("/api/v2/pages/999999/")
    assert gated.status_code == missing.status_code == 404
    assert gated.content == missing.content
    unlock(post)
    assert Browser().get(f"/api/v2/pages/{post.pk}/").status_code == 200


@pytest.mark.urls("tests.gating.test_surfaces")
def test_a_lapsed_member_loses_the_api_at_the_first_call(
    post: Any, lapsed: Any, login: Any
) -> None:
    browser = login(lapsed)
    # The plain endpoint believes the stored group.
    assert SUMMARY in browser.get(f"/plain/pages/{post.pk}/?fields=*").content.decode()
    for url in (f"/api/v2/pages/{post.pk}/?fields=*", "/api/v2/pages/?type=blog.BlogPage&fields=*"):
        assert SUMMARY not in browser.get(url).content.decode()
    assert lapsed.user.groups.count() == 0
    assert browser.get(f"/api/v2/pages/{post.pk}/").status_code == 404


@pytest.mark.urls("tests.gating.test_surfaces")
def test_a_member_gains_the_api_at_the_first_call_and_no_cache_keeps_it(
    post: Any, member: Any, login: Any
) -> None:
    response = login(member).get(f"/api/v2/pages/{post.pk}/?fields=*")
    assert json.loads(response.content)["summary"] == SUMMARY
    assert "no-store" in response["Cache-Control"]
    assert "Cache-Control" not in Browser().get("/api/v2/pages/")


@pytest.mark.urls("tests.gating.test_surfaces")
def test_gated_documents_follow_in_the_api(
    member: Any, lapsed: Any, tiers: Any, login: Any
) -> None:
    from django.core.files.base import ContentFile
    from wagtail.documents import get_document_model
    from wagtail.models import Collection, CollectionViewRestriction

    collection = Collection.get_first_root_node().add_child(name="Handouts")
    restriction = CollectionViewRestriction.objects.create(
        collection=collection, restriction_type="groups"
    )
    restriction.groups.set([tiers.basic.group])
    get_document_model().objects.create(
        title=TITLE, collection=collection, file=ContentFile(b"x", "x.txt")
    )
    assert TITLE not in login(lapsed).get("/api/v2/documents/").content.decode()
    assert TITLE in login(member).get("/api/v2/documents/").content.decode()


@pytest.mark.skipif(not django_settings.HAS_API_V3, reason="Wagtail 7.4 has no API v3")
def test_the_api_v3_knows_no_session(post: Any, member: Any, clock: Any, login: Any) -> None:
    heal_groups(user=member.user, at=clock.moment)
    assert login(member).get(f"/api/v3/pages/{post.pk}/").status_code == 404
    unlock(post)
    assert login(member).get(f"/api/v3/pages/{post.pk}/").status_code == 200
