"""The fixed cast, the clinic and the clock of every test."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client as Browser
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from wagtail.models import Site

from tests import factories
from wagtail_asyncpt.core import clock as real_clock
from wagtail_asyncpt.people.models import Client, Clinic, Role, Therapist

pytest_plugins = ["tests.tools", "tests.database"]

# A busy machine is slow to draw examples; that says nothing about the code under test.
hypothesis_settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("patient")

#: A Monday, at 09:00 in New York.
START = dt.datetime(2026, 11, 2, 14, 0, tzinfo=dt.UTC)


class MovableClock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = START

    def set(self, moment: dt.datetime) -> None:
        """Jump to ``moment``."""
        self.moment = moment

    def move(self, **delta: float) -> None:
        """Move on by a timedelta's arguments."""
        self.moment += dt.timedelta(**delta)


@pytest.fixture
def clock() -> Iterator[MovableClock]:
    """The product's clock, standing at a Monday morning."""
    movable = MovableClock()
    with real_clock.use(lambda: movable.moment):
        yield movable


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> Path:
    """Files of a test go to a folder of its own."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.WAGTAIL_ASYNCPT = {
        **getattr(settings, "WAGTAIL_ASYNCPT", {}),
        "PRIVATE_ROOT": str(tmp_path / "private"),
    }
    return tmp_path


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Paths of the site and login limits are cached, and the cache outlives a test."""
    cache.clear()


@pytest.fixture
def site(db: None) -> Site:
    """The default site."""
    return Site.objects.get(is_default_site=True)


@pytest.fixture
def clinic(site: Site) -> Clinic:
    """The clinic of the default site."""
    clinic = Clinic.for_site(site)
    clinic.name = "Harbor Physical Therapy"
    clinic.save()
    return clinic


@dataclass
class Cast:
    """The people who meet every view."""

    owner: Client
    stranger: Client
    lapsed: Client
    therapist: Therapist
    colleague: Therapist
    manager: Therapist
    editor: Any


@pytest.fixture
def cast(clinic: Clinic, clock: MovableClock) -> Cast:
    """Owner, stranger and lapsed member; their therapists; an editor who is no therapist."""
    therapist = factories.make_therapist(clinic, "Thea Ray")
    colleague = factories.make_therapist(clinic, "Cole League")
    tier = factories.make_tier(clinic)
    owner = factories.make_client(clinic, "Olive Owner", therapist)
    stranger = factories.make_client(clinic, "Stan Ranger", colleague)
    lapsed = factories.make_client(clinic, "Lara Lapsed", therapist)
    factories.make_membership(owner, tier)
    factories.make_membership(stranger, tier)
    factories.make_membership(
        lapsed, tier, status="canceled", ends_at=real_clock.now() - dt.timedelta(days=30)
    )
    editor = factories.make_user("Eddie Tor", is_staff=True)
    editor.groups.add(Group.objects.get(name="Editors"))
    return Cast(
        owner=owner,
        stranger=stranger,
        lapsed=lapsed,
        therapist=therapist,
        colleague=colleague,
        manager=factories.make_therapist(clinic, "Mana Ger", Role.MANAGER),
        editor=editor,
    )


@pytest.fixture
def login() -> Callable[[Any], Browser]:
    """Gives a browser in which a client, a therapist or a user is signed in."""

    def signed_in(person: Any) -> Browser:
        browser = Browser()
        browser.force_login(getattr(person, "user", person))
        return browser

    return signed_in
