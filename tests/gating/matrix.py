"""The site of the leak matrix: one of each gated thing, one of each person, and all surfaces."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.contrib.syndication.views import Feed
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.template import engines
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
from wagtail_asyncpt.library.models import ExerciseVideo, Visibility
from wagtail_asyncpt.pages.models import ExerciseIndexPage, ProgramIndexPage, ProgramPage
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


def tags(request: Any) -> Any:
    """A page of the site's own that uses every tag which ships with us, on every article."""
    return HttpResponse(TAGS.render(listed(), request))


def listed() -> dict[str, Any]:
    """What such a page lists: everything, and not only what is ``public()``."""
    return {
        "posts": BlogPage.objects.live().order_by("path"),
        "guides": GuidePage.objects.live().order_by("path"),
        "index": ProgramIndexPage.objects.get(),
        "program": ProgramPage.objects.get(),
    }


TAGS = engines["django"].from_string(
    "{% load asyncpt_gating asyncpt_programs asyncpt_offers wagtailcore_tags %}"
    "{% mark_locks posts as marked %}{% for p in marked %}{{ p.title }}: {{ p.summary }}"
    "{% if p.lock.is_open %}open{% endif %}{% endfor %}"
    "{% for p in posts %}{% for_reader p as p %}{% include_block p.body %}{% endfor %}"
    "{% for g in guides %}{% for_reader g as g %}{% members_invitation g %}"
    "{% include_block g.plan %}{{ g.plan }}{% endfor %}"
    "{% listed_programs index as programs %}{% for p in programs %}{{ p.title }}{% endfor %}"
    "{% week_outline program as weeks %}{% for w in weeks %}{{ w.title }}{{ w.focus }}{% endfor %}"
    "{% offer_url as plans %}{{ plans }}"
    "{% members_only 'basic' %}canarybodysection{% otherwise %}shut{% end_members_only %}"
)


urlpatterns = [
    path("feed/", BlogFeed()),
    path("suggest/", autocomplete),
    path("tags/", tags),
    path("", include(site_urls)),
]


@dataclass
class Thing:
    """Something gated: its page, and the words that its readers alone may see.

    ``title`` is a canary too where not even the title may show in lists. ``below`` is the rest of
    the address where the words are at a route below the page.
    """

    page: Any
    canary: str
    title: str = ""
    below: str = ""

    @property
    def url(self) -> str:
        """Where the words are."""
        return f"{self.page.url}{self.below}"


@dataclass
class World:
    """Everything, by name."""

    things: dict[str, Thing] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    document: Any = None
    document_title: str = "Canarydocument"
    document_bytes: bytes = b"canary-bytes-document"
    #: The exercise index that everybody may open; of one exercise a visitor sees the name, of
    #: another nothing.
    exercises: Any = None
    named: Any = None
    hidden: Any = None
    video: Any = None
    video_bytes: bytes = b"canary-bytes-video"
    blog: Any = None
    programs: Any = None


HOLDERS = frozenset({"basic", "premium", "in grace", "complimentary", "package"})
EDITORS = frozenset({"editor", "superuser"})
NOBODY: frozenset[str] = frozenset()
PEOPLE = (
    *("visitor", "newcomer", "basic", "premium", "other", "lapsed", "in grace", "after grace"),
    *("paused", "complimentary", "package", "package over", "enrolled"),
    *("therapist", "editor", "superuser"),
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
    "exercise": HOLDERS | EDITORS,
}
#: A word of every gated text, and of every gated page's title.
WORD, TITLE = "canaryword", "Canarytitle"
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
    return {"type": "text", "value": f"<p>{WORD} {words}</p>"}


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
            title=f"{TITLE} {name}",
            date=dt.date(2026, 10, 1),
            author_name="Thea",
            summary=f"Public words about {name}.",
            body=body,
        )
        added: BlogPage = add(name, page, world.blog)
        return added

    for name in ("whole", "before", "after"):
        page = post(name, [("text", f"<p>{WORD} canarybody{name}</p>")])
        page.show_in_menus = True
        page.save()
        restrict(page, basic)
        world.things[name] = Thing(page, f"canarybody{name}", page.title)
    Wait.objects.create(page=world.things["before"].page, count=400)
    Wait.objects.create(page=world.things["after"].page, count=1)
    gated = add("parent", StandardPage(title=f"{TITLE} parent", show_in_menus=True), home)
    restrict(gated, basic)
    child = add(
        "child",
        StandardPage(title=f"{TITLE} child", body=[("text", f"<p>{WORD} canarybodychild</p>")]),
        gated,
    )
    world.things["child"] = Thing(child, "canarybodychild", child.title)
    alias = child.create_alias(parent=home, update_slug="alias")
    world.things["alias"] = Thing(alias, "canarybodychild", child.title)
    block = post("block", [])
    block.body = [
        {"type": "text", "value": "<p>open</p>"},
        {"type": "members_only", "value": {**chosen, "content": [_text("canarybodyblock")]}},
    ]
    block.save_revision().publish()
    world.things["block"] = Thing(block, "canarybodyblock")
    line = post("line", [])
    line.body = [
        {"type": "text", "value": "<p>open</p>"},
        {"type": "paywall_line", "value": chosen},
        _text("canarybodyline"),
    ]
    line.save_revision().publish()
    world.things["line"] = Thing(line, "canarybodyline")
    guide = GuidePage(
        title=f"{TITLE} fields",
        summary="In short.",
        about=[("text", "<p>open</p>")],
        plan=[("text", f"<p>{WORD} canarybodyfields</p>")],
        gate_groups=[basic.pk],
    )
    world.things["fields"] = Thing(add("fields", guide, world.blog), "canarybodyfields")
    exercise = factories.make_exercise("Squat", cues=(("do", f"{WORD} canarybodyweek"),))
    days = [factories.session(factories.line(exercise))]
    program = factories.make_program("Canaryprogram", weeks=[days])
    world.programs = program.get_parent()
    week = program.get_children().first().specific
    week.title = f"{TITLE} week"
    week.save_revision().publish()
    restrict(week, basic)
    world.things["week"] = Thing(week, "canarybodyweek", week.title)
    gated = add("exercises", ExerciseIndexPage(title=f"{TITLE} exercises"), home)
    restrict(gated, basic)
    world.named = _exercise("named", Visibility.TEASER)
    below = gated.exercise_path(world.named)
    world.things["exercise"] = Thing(gated, "canarycuenamed", gated.title, below)
    world.exercises = add("index", ExerciseIndexPage(title="Exercises"), home)


def _exercise(name: str, visibility: str) -> Any:
    made = factories.make_exercise(f"Canaryname {name}", cues=(("do", f"canarycue{name}"),))
    made.visibility = visibility
    made.save_revision().publish()
    return made


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
    world.hidden = _exercise("hidden", Visibility.NOTHING)


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
    basic = tiers["basic"]
    holder = factories.make_package_holder(clinic, basic, "Package")
    world.people["package"] = holder.user
    over = factories.make_package_holder(clinic, basic, "Package Over", ended=True)
    world.people["package over"] = over.user
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
    for name in ("lapsed", "after grace", "paused", "package over"):
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
