"""The audit names what is gated and finds each leak, and nothing on a site that is right."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import include, path
from rest_framework.serializers import CharField
from wagtail.api import APIField
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.documents import get_document_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, CollectionViewRestriction

from sandbox.blog.models import GuidePage
from sandbox.urls import urlpatterns as site_urls
from tests import factories
from tests.gating.conftest import add_page, add_post, lose_gates, restrict
from tests.gating.test_parts import INSIDE, part, text
from wagtail_asyncpt import checks
from wagtail_asyncpt.gating.file_leaks import FILES_MIDDLEWARE, UPDATE_CACHE
from wagtail_asyncpt.gating.leaks import related_leaks
from wagtail_asyncpt.gating.models import Wait
from wagtail_asyncpt.library.models import Exercise, ExerciseVideo

plain_api = WagtailAPIRouter("plainapi")
plain_api.register_endpoint("pages", PagesAPIViewSet)
urlpatterns = [path("plain/", plain_api.urls), path("", include(site_urls))]


def audit() -> tuple[str, int]:
    """What the command printed, and its exit code."""
    out = StringIO()
    try:
        call_command("asyncpt_audit_gating", stdout=out, no_color=True)
    except SystemExit as end:
        return out.getvalue(), int(end.code or 0)
    return out.getvalue(), 0


@pytest.fixture
def gated_site(home: Any, blog: Any, tiers: Any, settings: Any) -> Any:
    """A whole page, one with a wait, parts of two, and a gated collection with a document."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, FILES_MIDDLEWARE]
    page = add_page(home, "Whole")
    restrict(page, tiers.basic.group)
    add_page(page, "Child")
    Wait.objects.create(page=page, count=2, unit="weeks")
    post = add_post(blog, "Post")
    post.body = [part("members_only", tiers.other.group, content=[text(INSIDE)])]
    post.save()
    blog.add_child(
        instance=GuidePage(
            title="Guide",
            summary="In short.",
            about=[("text", "<p>A</p>")],
            plan=[("text", "<p>B</p>")],
            gate_groups=[tiers.premium.group_id],
        )
    )
    collection = Collection.get_first_root_node().add_child(name="Handouts")
    restriction = CollectionViewRestriction.objects.create(
        collection=collection, restriction_type="groups"
    )
    restriction.groups.set([tiers.basic.group])
    get_document_model().objects.create(
        title="Sheet", collection=collection, file=ContentFile(b"x", "x.txt")
    )
    return page


def test_everything_gated_is_listed_with_who_may_open_it(gated_site: Any) -> None:
    words, code = audit()
    assert code == 0
    assert "Gated: 4" in words and "Leaks: 0" in words
    flat = " ".join(words.split())
    for line in (
        "page: Whole (/whole/) (and 1 page(s) below it, opens after 14 day(s)) open to: Basic",
        "part of a page: Post (/blog/post/) open to: Strength",
        "part of a page: Guide (/blog/guide/) open to: Premium",
        "collection: Handouts open to: Basic",
    ):
        assert line in flat


def test_a_site_without_gates_has_nothing_to_say(clinic: Any) -> None:
    words, code = audit()
    assert code == 0
    assert "Gated: 0" in words


def direct(settings: Any, page: Any, tiers: Any) -> None:
    settings.WAGTAILDOCS_SERVE_METHOD = "direct"


def no_middleware(settings: Any, page: Any, tiers: Any) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != FILES_MIDDLEWARE]


def private_in_media(settings: Any, page: Any, tiers: Any) -> None:
    private = str(Path(settings.MEDIA_ROOT) / "private")
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "PRIVATE_ROOT": private}


def private_in_static(settings: Any, page: Any, tiers: Any) -> None:
    settings.STATIC_ROOT = str(Path(settings.WAGTAIL_ASYNCPT["PRIVATE_ROOT"]).parent)


def image_in_collection(settings: Any, page: Any, tiers: Any) -> None:
    from wagtail.images import get_image_model

    get_image_model().objects.create(
        title="Picture",
        file=get_test_image_file(),
        collection=Collection.objects.get(name="Handouts"),
    )


def redirect(settings: Any, page: Any, tiers: Any) -> None:
    settings.WAGTAILDOCS_SERVE_METHOD = "redirect"


def cache_inside(settings: Any, page: Any, tiers: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, UPDATE_CACHE]


def private_in_static_source(settings: Any, page: Any, tiers: Any) -> None:
    folder = Path(settings.WAGTAIL_ASYNCPT["PRIVATE_ROOT"]).parent
    settings.STATICFILES_DIRS = [("files", str(folder))]


def unsigned_storage(settings: Any, page: Any, tiers: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "asyncpt_private": {"BACKEND": "tests.core.test_storage.OpenBucket"},
    }


def image_on_a_gated_page(settings: Any, page: Any, tiers: Any) -> None:
    image = make_image()
    page.body = [("text", f'<p><embed embedtype="image" id="{image.pk}" format="left"/></p>')]
    page.save()


def picture_of_a_hidden_exercise(settings: Any, page: Any, tiers: Any) -> None:
    exercise = factories.make_exercise("Squat")
    exercise.picture, exercise.visibility = make_image(), "nothing"
    exercise.save()


def make_image() -> Any:
    from wagtail.images import get_image_model

    return get_image_model().objects.create(title="Picture", file=get_test_image_file())


def plain_endpoint(settings: Any, page: Any, tiers: Any) -> None:
    settings.ROOT_URLCONF = "tests.gating.test_audit"


def loose_alias(settings: Any, page: Any, tiers: Any) -> None:
    lose_gates(page.create_alias(parent=page.get_parent(), update_slug="alias"))


def powerful_group(settings: Any, page: Any, tiers: Any) -> None:
    through = type(tiers.basic.group).permissions.through
    through.objects.bulk_create(
        [through(group_id=tiers.basic.group_id, permission_id=factories.admin_access().pk)]
    )


LEAKS: dict[Callable[..., None], str] = {
    direct: "linked where nobody is asked",
    redirect: "sent on to an address without a signature",
    cache_inside: "kept by Django's cache before",
    private_in_static_source: "inside a folder that the web server hands out",
    unsigned_storage: "at addresses without a signature",
    image_on_a_gated_page: "1 image(s) that gated pages alone show: listed with title and address",
    picture_of_a_hidden_exercise: "1 picture(s) of exercises of which visitors see nothing",
    no_middleware: "caches on the way",
    private_in_media: "inside a folder that the web server hands out",
    private_in_static: "inside a folder that the web server hands out",
    image_in_collection: "1 image(s) in gated collections",
    plain_endpoint: "PagesAPIViewSet",
    loose_alias: "although its source is gated",
    powerful_group: "holds permissions",
}


@pytest.mark.parametrize("make_leak", LEAKS, ids=lambda leak: leak.__name__)
def test_each_leak_is_found_and_nothing_else(
    gated_site: Any, settings: Any, tiers: Any, make_leak: Callable[..., None]
) -> None:
    make_leak(settings, gated_site, tiers)
    words, code = audit()
    assert code == 1
    assert "Leaks: 1" in words
    assert LEAKS[make_leak] in words


def test_a_gated_field_in_the_api_is_a_leak(gated_site: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(GuidePage, "api_fields", [*GuidePage.api_fields, "plan"])
    words, code = audit()
    assert code == 1
    assert "blog.GuidePage.plan: listed in api_fields" in words


def test_exercises_are_counted_by_what_visitors_see(clinic: Any) -> None:
    for name, visibility in (("A", "nothing"), ("B", "teaser"), ("C", "teaser"), ("D", "nothing")):
        exercise = factories.make_exercise(name)
        exercise.visibility, exercise.live = visibility, name != "D"
        exercise.video = ExerciseVideo.objects.create(title=name)
        exercise.save()
    words, code = audit()
    assert code == 0
    flat = " ".join(words.split())
    for line in (
        "exercises: 1 (visitors see nothing) open to: clients, therapists, editors",
        "exercises: 2 (name and picture are open to everybody) open to: clients, therapists",
        "demonstration videos: 4 open to: clients",
    ):
        assert line in flat
    Exercise.objects.update(visibility="everything")
    words = " ".join(audit()[0].split())
    assert "demonstration videos: 1 open to" in words
    assert "exercises:" not in words


def test_a_picture_that_a_teaser_or_an_open_page_shows_is_no_secret(
    gated_site: Any, tiers: Any
) -> None:
    image_on_a_gated_page(None, gated_site, tiers)
    assert "gated pages alone show" in audit()[0]
    open_page = add_page(gated_site.get_parent(), "Open")
    open_page.body = gated_site.body
    open_page.save()
    assert "gated pages alone show" not in audit()[0]
    open_page.delete()
    assert "gated pages alone show" in audit()[0]


def test_what_cannot_be_judged_is_named_and_stops_no_deployment(gated_site: Any) -> None:
    words, code = audit()
    assert code == 0
    assert "Look yourself: 1" in words
    address = get_document_model().objects.get().file.url
    assert f"Open {address} at your site: it must answer 404." in words


def test_a_page_in_api_fields_is_a_leak_and_a_warning(
    gated_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not list(related_leaks())
    monkeypatch.setattr(GuidePage, "api_fields", [*GuidePage.api_fields, "alias_of"])
    assert "blog.GuidePage.alias_of: a page in api_fields" in audit()[0]
    warnings = list(checks.related_api_fields())
    assert [warning.id for warning in warnings] == ["asyncpt.W012"]
    shown = APIField("alias_of", serializer=CharField())
    monkeypatch.setattr(GuidePage, "api_fields", [shown])
    assert not list(related_leaks())
