"""Data at two sizes, made through the product's own operations."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from wagtail.models import PageViewRestriction, Site

from sandbox.home.models import StandardPage
from tests import factories
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import PrescribedExercise, Review, SessionLog, Week
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.people.models import Client, Clinic, Therapist

CHECK = {"camera_view": "side", "set_number": 2, "due_day": "5", "question": "Heels down?"}
SETS = 3


@dataclass(frozen=True)
class Size:
    """How much there is: lines of a session, weeks behind the client, clients who wait."""

    name: str
    lines: int
    weeks: int
    waiting: int

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.lines} exercises in a session, week {self.weeks} of the program, "
            f"{self.waiting} clients in the queue"
        )


SMALL = Size("small", lines=3, weeks=1, waiting=3)
LARGE = Size("large", lines=12, weeks=12, waiting=40)


@dataclass(frozen=True)
class World:
    """The people and pages that are measured."""

    member: Client
    other: Client
    therapist: Therapist
    review: Review
    log: SessionLog
    line: PrescribedExercise
    bare: str
    gated: str


def _log_week(client: Client, week: Week) -> None:
    """Do every set of the week's session, with pain and a comment, and finish it."""
    session = week.sessions.get()
    log = care.start_session(client=client, session=session, occurrence=1)
    for line in session.prescribed.all():
        for number in range(1, SETS + 1):
            care.log_set(
                client=client,
                session_log=log,
                prescribed=line,
                key=uuid.uuid4(),
                set_number=number,
                reps=8,
            )
        care.log_exercise(
            client=client, session_log=log, prescribed=line, key=uuid.uuid4(), pain=2, comment="ok"
        )
    care.finish_session(client=client, session_log=log, effort=6)


def _weeks(client: Client, therapist: Therapist, lines: int, weeks: int) -> Week:
    """``weeks`` published weeks, all but the last one done; today is in the last."""
    exercises = [factories.make_exercise() for _ in range(lines)]
    days = [factories.session(*(factories.line(e, check=CHECK) for e in exercises))]
    days[0]["value"]["times_per_week"] = 1
    begin = clock.today(client.time_zone) - dt.timedelta(weeks=weeks - 1)
    week = factories.make_published_week(client, therapist, days, starts_on=begin)
    for _number in range(1, weeks):
        _log_week(client, week)
        week = care.draft_next_week(therapist=therapist, week=week)
        care.publish_week(therapist=therapist, week=week, reasons={}, message="On we go.")
        week.refresh_from_db()
    return week


def _pages(tier: Any, name: str) -> tuple[str, str]:
    """Two pages alike, the second one gated to ``tier``."""
    home = Site.objects.get(is_default_site=True).root_page
    body = [("text", f"<p>Paragraph {n} of the article.</p>") for n in range(20)]
    bare = home.add_child(instance=StandardPage(title=f"Bare {name}", body=body))
    gated = home.add_child(instance=StandardPage(title=f"Gated {name}", body=body))
    restriction = PageViewRestriction.objects.create(
        page=gated, restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.set([tier.group])
    return bare.get_url_parts()[2], gated.get_url_parts()[2]


def build(size: Size) -> World:
    """A therapist, a member in week ``size.weeks``, and ``size.waiting`` clients who wait."""
    clinic = Clinic.for_site(Site.objects.get(is_default_site=True))
    therapist = factories.make_therapist(clinic)
    tier = factories.make_tier(clinic, f"Tier {size.name}")
    member, other = (factories.make_client(clinic, therapist=therapist) for _ in range(2))
    factories.make_membership(member, tier)
    week = _weeks(member, therapist, size.lines, size.weeks)
    waiting = None
    for _number in range(size.waiting):
        client = factories.make_client(clinic, therapist=therapist)
        factories.make_membership(client, tier)
        waiting = _weeks(client, therapist, size.lines if waiting is None else 2, 1)
        _log_week(client, waiting)
    session = week.sessions.get()
    bare, gated = _pages(tier, size.name)
    return World(
        member=member,
        other=other,
        therapist=therapist,
        review=Review.objects.filter(client__primary_therapist=therapist).earliest("pk"),
        log=care.start_session(client=member, session=session, occurrence=1),
        line=session.prescribed.first(),
        bare=bare,
        gated=gated,
    )
