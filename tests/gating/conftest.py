"""A site with gated pages, three tiers, and canaries in what must not leak."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Page, PageViewRestriction, Site

from sandbox.blog.models import BlogIndexPage, BlogPage
from sandbox.home.models import StandardPage
from tests import factories
from wagtail_asyncpt.gating.grounds import Denial, Offer, register_ground, unregister_ground

BODY = "canary-body-7c1f"
TITLE = "Canarytitle9d2e"


def restrict(page: Any, *groups: Group, kind: str = PageViewRestriction.GROUPS) -> Any:
    """Close ``page`` as the Privacy dialog does."""
    restriction = PageViewRestriction(page=page, restriction_type=kind)
    restriction.save()
    restriction.groups.set(groups)
    return restriction


def lose_gates(page: Any) -> None:
    """Take the page's own restrictions away without a signal, as another program would."""
    rows = page.view_restrictions.all()
    through = PageViewRestriction.groups.through
    through.objects.filter(pageviewrestriction__in=rows)._raw_delete("default")
    rows._raw_delete("default")


def add_page(parent: Any, title: str = TITLE, **fields: Any) -> StandardPage:
    """A live page of the site, which knows nothing of us; its body holds the canary."""
    page: StandardPage = parent.add_child(
        instance=StandardPage(title=title, body=[("text", f"<p>{BODY}</p>")], **fields)
    )
    return page


def add_post(parent: Any, title: str = TITLE, **fields: Any) -> BlogPage:
    """A blog article; its summary is public words."""
    post: BlogPage = parent.add_child(
        instance=BlogPage(
            title=title,
            date=dt.date(2026, 10, 1),
            author_name="Thea Ray",
            summary=fields.pop("summary", "Public words about the article."),
            body=[("text", f"<p>{BODY}</p>")],
            **fields,
        )
    )
    return post


@pytest.fixture
def home(site: Site) -> Page:
    """The front page."""
    return site.root_page


@pytest.fixture
def blog(home: Page) -> BlogIndexPage:
    """The blog."""
    index: BlogIndexPage = home.add_child(instance=BlogIndexPage(title="Blog", intro="All."))
    return index


@dataclass
class Tiers:
    """Basic; premium, which includes basic; and another that has nothing to do with them."""

    basic: Any
    premium: Any
    other: Any


@pytest.fixture
def tiers(clinic: Any, clock: Any) -> Tiers:
    """Three tiers on sale."""
    basic = factories.make_tier(clinic, "Basic", 4900)
    premium = factories.make_tier(clinic, "Premium", 9900)
    premium.includes.add(basic)
    return Tiers(basic, premium, factories.make_tier(clinic, "Strength", 5900))


@pytest.fixture
def member(clinic: Any, tiers: Tiers) -> Any:
    """A client with the basic tier, whose group was not projected yet."""
    client = factories.make_client(clinic, "Mem Ber")
    factories.make_membership(client, tiers.basic)
    return client


@pytest.fixture
def lapsed(clinic: Any, tiers: Tiers, clock: Any) -> Any:
    """A client whose basic membership ended, and whose group is still stored."""
    client = factories.make_client(clinic, "Lap Sed")
    factories.make_membership(
        client, tiers.basic, status="canceled", ends_at=clock.moment - dt.timedelta(days=3)
    )
    client.user.groups.add(tiers.basic.group)
    return client


@dataclass(eq=False)
class ListGround:
    """A ground that holds its answers in lists."""

    groups: set[int] = field(default_factory=set)
    entitled: dict[int, set[int]] = field(default_factory=dict)
    asked: list[set[int]] = field(default_factory=list)

    def gate_group_ids(self) -> set[int]:
        return self.groups

    def entitled_group_ids(self, user: Any, at: dt.datetime) -> set[int]:
        return set(self.entitled.get(user.pk, ()))

    def denial(self, user: Any, group_ids: set[int], at: dt.datetime) -> Denial | None:
        group_ids = group_ids & self.groups
        if not group_ids:
            return None
        self.asked.append(group_ids)
        offers = tuple(Offer(f"Offer {pk}", "Sum", "$1", f"/buy/{pk}/") for pk in group_ids)
        return Denial("other_tier", f"You need {sorted(group_ids)}.", offers)


@pytest.fixture
def ground(db: None) -> Iterator[ListGround]:
    """A ground of the test's own, beside memberships."""
    ground = ListGround()
    register_ground(ground)
    yield ground
    unregister_ground(ground)


def is_full(response: Any) -> bool:
    """Whether the page itself was served."""
    return response.status_code == 200 and BODY in response.content.decode()


def is_teaser(response: Any) -> bool:
    """Whether the teaser was served, with nothing of the page's body."""
    text = response.content.decode()
    return response.status_code == 200 and "asyncpt-teaser" in text and BODY not in text
