"""Every admin page of ours, light and dark: axe finds nothing on it that core's own pages lack."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from wagtail.models import Collection, Site

from sandbox.home.models import StandardPage
from tests import factories
from tests.browser import chromium, stand_still  # noqa: F401
from tests.conftest import Cast
from tests.review.conftest import Story
from wagtail_asyncpt.library.ladders import write_ladder
from wagtail_asyncpt.library.models import ExerciseVideo, Ladder
from wagtail_asyncpt.memberships.models import Tier

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def desk(chromium: Any, live_server: Any, cast: Cast) -> Iterator[Any]:  # noqa: F811
    """A therapist who may do everything."""
    user = cast.therapist.user
    user.is_superuser = True
    user.save()
    signed_in = Browser()
    signed_in.force_login(user)
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, base_url=live_server.url, bypass_csp=True
    )
    session = signed_in.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def _kind(html: str) -> str:
    """The beginning of an element without what differs from page to page."""
    tag = re.sub(r'\s(?:id|name|href|style|aria-describedby|for)="[^"]*"', "", html.split(">")[0])
    return re.sub(r"[0-9]+", "0", tag)[:150]


def faults_of(page: Any, url: str) -> set[tuple[str, str]]:
    """What axe says of a page: the rule, and the kind of element; in the dark only contrast."""
    from axe_playwright_python.sync_playwright import Axe

    answer = page.goto(url)
    assert answer.status == 200 and "/login/" not in page.url, url
    found = []
    for scheme, options in (("light", None), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        stand_still(page)
        found += Axe().run(page, options=options).response["violations"]
    return {(rule["id"], _kind(node["html"])) for rule in found for node in rule["nodes"]}


def core_pages() -> list[str]:
    """Core's own pages of the same kinds: lists, forms, editors with rich text, a question."""
    home = Site.objects.get(is_default_site=True).root_page
    post = home.add_child(instance=StandardPage(title="About", body=[("text", "<p>Words</p>")]))
    collection = Collection.get_first_root_node().add_child(name="Handouts")
    return [
        reverse("wagtailimages:index"),
        reverse("wagtailadmin_reports:site_history"),
        reverse("wagtailusers_users:add"),
        reverse("wagtailadmin_pages:add", args=["home", "standardpage", home.pk]),
        reverse("wagtailadmin_pages:edit", args=[post.pk]),
        reverse("wagtailadmin_collections:delete", args=[collection.pk]),
    ]


def admin_pages(cast: Cast, story: Story, program: Any) -> list[str]:
    """An address for every kind of admin page of ours; what only lists otherwise stands once."""
    exercise, other = factories.make_exercise("Squat"), factories.make_exercise("Row")
    ladder = Ladder(name="Squats")
    write_ladder(ladder=ladder, exercises=[exercise, other])
    video = ExerciseVideo.objects.create(title="Squat", status="failed", failure="timed_out")
    week, client = story.week, story.client
    addresses: list[tuple[str, Any]] = [
        ("asyncpt_exercises:list", None),
        ("asyncpt_exercises:add", None),
        ("asyncpt_exercises:import", None),
        ("asyncpt_exercises:upload", None),
        ("asyncpt_exercises:edit", exercise.pk),
        ("asyncpt_exercises:delete", exercise.pk),
        ("asyncpt_exercises:unpublish", exercise.pk),
        ("asyncpt_ladders:edit", ladder.pk),
        ("asyncpt_exercise_videos:edit", video.pk),
        ("asyncpt_tiers:edit", Tier.objects.get().pk),
        ("asyncpt_packages:add", None),
        ("asyncpt_coupons:add", None),
        ("asyncpt_coverage:add", None),
        ("asyncpt_therapist:index", None),
        ("asyncpt_clinic:edit", client.clinic_id),
        ("asyncpt_desk:give", None),
        ("asyncpt_desk:reconciliation", None),
        ("wagtail_asyncpt_membership_modeladmin_index", None),
        ("wagtail_asyncpt_membership_modeladmin_inspect", client.memberships.get().pk),
        ("asyncpt_review:queue", None),
        ("asyncpt_review:clients", None),
        ("asyncpt_review:programs", None),
        ("asyncpt_review:client", client.uuid),
        ("asyncpt_review:enrol", client.uuid),
        ("asyncpt_review:visits", client.uuid),
        ("asyncpt_review:week_editor", week.uuid),
        ("asyncpt_review:print_week", week.uuid),
        ("asyncpt_review:review", story.review.uuid),
        ("asyncpt_review:program", program.pk),
        ("wagtailadmin_pages:edit", program.get_children().first().pk),
    ]
    return [reverse(name, args=[] if key is None else [key]) for name, key in addresses]


def test_axe_finds_nothing_on_our_admin_pages_that_core_has_not(
    desk: Any, cast: Cast, story: Story
) -> None:
    program = factories.make_program()
    core = set().union(*(faults_of(desk, url) for url in core_pages()))
    ours = {url: faults_of(desk, url) - core for url in admin_pages(cast, story, program)}
    assert {url: faults for url, faults in ours.items() if faults} == {}
