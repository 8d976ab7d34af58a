"""The site of the leak matrix: one of each gated thing, one of each person, and all surfaces."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.contrib.syndication.views import Feed
from django.core.files.base import ContentFile
from django.urls import include, path
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction, Page, Site

from sandbox.blog.models import BlogIndexPage, BlogPage, GuidePage
from sandbox.home.models import StandardPage
from sandbox.urls import urlpatterns as site_urls
from tests import factories
from tests.conftest import START
from tests.gating.conftest import restrict
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating.models import Wait
from wagtail_asyncpt.library.media import VideoStatus
from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.people.models import Clinic

DAY = dt.timedelta(days=1)
JOINED = START - 10 * DAY


class BlogFeed(Feed):
    """A feed as a site writes it: public pages, with their text."""

    title = "Blog"
    link = "/blog/"

    def items(self) -> Any:
        return [*BlogPage.objects.live().public(), *GuidePage.objects.live().public()]

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        return str(item.body if isinstance(item, BlogPage) else item.about)

    def item_link(self, item: Any) -> str:
        return str(item.url)


def autocomplete(request: Any) -> Any:
    """Suggestions as a site writes them, with their number."""
    from django.http import JsonResponse

    found = Page.objects.live().public().autocomplete(request.GET["q"])
    return JsonResponse({"count": found.count(), "titles": [page.title for page in found]})


urlpatterns = [
    path("feed/", BlogFeed()),
    path("suggest/", autocomplete),
    path("", include(site_urls)),
]


@dataclass
class Thing:
    """Something gated: its page, and the words that its readers alone may see.

    ``title`` is a canary too where not even the title may show in lists.
    """

    page: Any
    canary: str
    title: str = ""


@dataclass
class World:
    """Everything, by name."""

    things: dict[str, Thing] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    document: Any = None
    document_title: str = "Canarydocument"
    document_bytes: bytes = b"canary-bytes-document"
    video: Any = None
    video_bytes: bytes = b"canary-bytes-video"
    blog: Any = None


HOLDERS = frozenset({"basic", "premium", "in grace", "complimentary"})
EDITORS = frozenset({"editor", "superuser"})
NOBODY: frozenset[str] = frozenset()
PEOPLE = (
    *("visitor", "newcomer", "basic", "premium", "other", "lapsed", "in grace", "after grace"),
    *("paused", "complimentary", "enrolled", "therapist", "editor", "superuser"),
)
#: Who reads each thing at its own address.
READERS: dict[str, frozenset[str]] = {
    "whole": HOLDERS | EDITORS,
    "child": HOLDERS | EDITORS,
    "alias": HOLDERS | EDITORS,
    "block": HOLDERS | EDITORS,
    "line": HOLDERS | EDITORS,
    "fields": HOLDERS | EDITORS,
    "before": EDITORS,
    "after": HOLDERS | EDITORS,
    "week": HOLDERS | EDITORS | {"enrolled"},
}
#: Those whose title is for everybody: a part of them is gated.
PARTLY = {"block", "line", "fields"}
WAITING = {"before", "after"}


def build() -> World:
    """Make the world; call it in a transaction that is rolled back, at ``START``."""
    world = World()
    site = Site.objects.get(is_default_site=True)
    clinic = Clinic.for_site(site)
    clinic.name = "Harbor"
    clinic.save()
    tiers = {
        name: factories.make_tier(clinic, name.title()) for name in ("basic", "premium", "other")
    }
    tiers["premium"].includes.add(tiers["basic"])
    _things(world, site.root_page, tiers)
    _files(world, tiers["basic"].group)
    _people(world, clinic, tiers)
    return world


def _text(words: str) -> dict[str, Any]:
    return {"type": "text", "value": f"<p>{words}</p>"}


def _things(world: World, home: Any, tiers: dict[str, Any]) -> None:
    basic = tiers["basic"].group
    world.blog = home.add_child(instance=BlogIndexPage(title="Blog", intro="All."))
    chosen = {"tiers": [str(basic.pk)]}

    def add(name: str, page: Any, parent: Any) -> Any:
        page = parent.add_child(instance=page)
        page.save_revision().publish()
        return page

    def post(name: str, body: list[Any]) -> BlogPage:
        page = BlogPage(
            title=f"Canarytitle{name}",
            date=dt.date(2026, 10, 1),
            author_name="Thea",
            summary=f"Public words about {name}.",
            body=body,
        )
        added: BlogPage = add(name, page, world.blog)
        return added

    for name in ("whole", "before", "after"):
        page = post(name, [("text", f"<p>canarybody{name}</p>")])
        restrict(page, basic)
        world.things[name] = Thing(page, f"canarybody{name}", page.title)
    Wait.objects.create(page=world.things["before"].page, count=400)
    Wait.objects.create(page=world.things["after"].page, count=1)
    gated = add("parent", StandardPage(title="Canarytitleparent"), home)
    restrict(gated, basic)
    child = add(
        "child",
        StandardPage(title="Canarytitlechild", body=[("text", "<p>canarybodychild</p>")]),
        gated,
    )
    world.things["child"] = Thing(child, "canarybodychild", child.title)
    alias = child.create_alias(parent=home, update_slug="alias")
    world.things["alias"] = Thing(alias, "canarybodychild", child.title)
    block = post("block", [])
    block.body = [
        _text("open"),
        {"type": "members_only", "value": {**chosen, "content": [_text("canarybodyblock")]}},
    ]
    block.save_revision().publish()
    world.things["block"] = Thing(block, "canarybodyblock")
    line = post("line", [])
    line.body = [_text("open"), {"type": "paywall_line", "value": chosen}, _text("canarybodyline")]
    line.save_revision().publish()
    world.things["line"] = Thing(line, "canarybodyline")
    guide = GuidePage(
        title="Canarytitlefields",
        summary="In short.",
        about=[("text", "<p>open</p>")],
        plan=[("text", "<p>canarybodyfields</p>")],
        gate_groups=[basic.pk],
    )
    world.things["fields"] = Thing(add("fields", guide, world.blog), "canarybodyfields")
    exercise = factories.make_exercise("Squat", cues=(("do", "canarybodyweek"),))
    days = [factories.session(factories.line(exercise))]
    program = factories.make_program("Canaryprogram", weeks=[days])
    week = program.get_children().first().specific
    week.title = "Canarytitleweek"
    week.save_revision().publish()
    restrict(week, basic)
    world.things["week"] = Thing(week, "canarybodyweek", week.title)


def _files(world: World, group: Group) -> None:
    collection = Collection.get_first_root_node().add_child(name="Handouts")
    restriction = CollectionViewRestriction.objects.create(
        collection=collection, restriction_type="groups"
    )
    restriction.groups.set([group])
    document = get_document_model()(title=world.document_title, collection=collection)
    document.file.save("canary.txt", ContentFile(world.document_bytes), save=False)
    document._set_document_file_metadata()
    document.save()
    world.document = document
    video = ExerciseVideo(title="Squat", status=VideoStatus.READY, processed_at=clock.now())
    video.video.save("video.mp4", ContentFile(world.video_bytes), save=False)
    video.save()
    world.video = video


def _people(world: World, clinic: Any, tiers: dict[str, Any]) -> None:
    def client(name: str, tier: str = "", **membership: Any) -> Any:
        person = factories.make_client(clinic, name.title())
        if tier:
            values = {"activated_at": JOINED, **membership}
            factories.make_membership(person, tiers[tier], **values)
        world.people[name] = person.user
        return person

    therapist = factories.make_therapist(clinic, "Thera Pist")
    world.people["visitor"] = None
    client("newcomer")
    client("basic", "basic")
    client("premium", "premium")
    client("other", "other")
    client("lapsed", "basic", status="canceled", ends_at=START - 3 * DAY)
    client("in grace", "basic", status="past_due", past_due_since=START - 6 * DAY)
    client("after grace", "basic", status="past_due", past_due_since=START - 8 * DAY)
    client("paused", "basic", status="paused")
    client("complimentary", "basic", reason="A friend of the house")
    enrolled = client("enrolled")
    enrolled.primary_therapist = therapist
    enrolled.save()
    care.enrol(
        therapist=therapist,
        client=enrolled,
        program=world.things["week"].page.get_parent(),
        starts_on=START.date(),
        goals="Run",
    )
    # A webhook that never came: those who lost access are still stored in the group.
    for name in ("lapsed", "after grace", "paused"):
        world.people[name].groups.add(tiers["basic"].group)
    world.people["therapist"] = therapist.user
    editor = factories.make_user("Eddie Tor", is_staff=True)
    editor.groups.add(Group.objects.get(name="Editors"))
    world.people["editor"] = editor
    world.people["superuser"] = factories.make_user("Su Per", is_superuser=True, is_staff=True)


def apis() -> list[str]:
    """The prefixes of the APIs that this Wagtail has."""
    return ["v2", "v3"] if django_settings.HAS_API_V3 else ["v2"]


def with_middleware(names: list[str]) -> Any:
    """The site behind these middlewares, outermost first."""
    return mock.patch.object(django_settings, "MIDDLEWARE", names)
