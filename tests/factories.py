"""Rows for tests, made as the product makes them where an operation exists."""

import datetime as dt
import itertools
import uuid
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from wagtail.models import Locale, Page, Site

from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import Enrolment, Week
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.library.models import Cue, Exercise
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Interval,
    Membership,
    MembershipStatus,
    Package,
    Price,
    Purchase,
    Source,
    Tier,
)
from wagtail_asyncpt.pages.models import ProgramIndexPage, ProgramPage, ProgramWeekPage
from wagtail_asyncpt.people.models import Client, Clinic, Role, Therapist

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def make_user(name: str = "", **fields: Any) -> Any:
    """A user with ``PASSWORD``."""
    name = name or f"Person {next(_numbers)}"
    first, _, last = name.partition(" ")
    email = fields.pop("email", f"{name.lower().replace(' ', '.')}.{next(_numbers)}@example.com")
    return get_user_model().objects.create_user(
        email, PASSWORD, first_name=first, last_name=last, **fields
    )


def admin_access() -> Permission:
    """The permission to enter the Wagtail admin."""
    return Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")


def make_therapist(clinic: Clinic, name: str = "", role: str = Role.THERAPIST) -> Therapist:
    """A therapist who may enter the admin."""
    user = make_user(name, is_staff=True)
    user.user_permissions.add(admin_access())
    return Therapist.objects.create(
        clinic=clinic, user=user, name=user.get_full_name(), credentials="PT, DPT", role=role
    )


def make_client(clinic: Clinic, name: str = "", therapist: Therapist | None = None) -> Client:
    """A client, of ``therapist`` where given."""
    user = make_user(name)
    return Client.objects.create(
        clinic=clinic,
        user=user,
        name=user.get_full_name(),
        primary_therapist=therapist,
        time_zone=clinic.time_zone,
    )


def make_tier(clinic: Clinic, name: str = "Rehab", amount: int = 14900, **fields: Any) -> Tier:
    """A tier with its group and one monthly price that Stripe knows."""
    slug = name.lower().replace(" ", "-")
    tier = Tier.objects.create(
        clinic=clinic,
        name=name,
        slug=slug,
        group=Group.objects.create(name=f"Members: {name} {next(_numbers)}"),
        **fields,
    )
    Price.objects.create(
        tier=tier,
        amount=amount,
        currency=clinic.currency,
        interval=Interval.MONTH,
        stripe_price_id=f"price_{next(_numbers)}",
    )
    return tier


def make_membership(client: Client, tier: Tier, **fields: Any) -> Membership:
    """A running complimentary membership, unless ``fields`` say otherwise."""
    values = {
        "source": Source.COMPLIMENTARY,
        "reason": "test",
        "status": MembershipStatus.ACTIVE,
        "activated_at": clock.now(),
        "price": tier.prices.first(),
    }
    return Membership.objects.create(
        clinic=client.clinic, client=client, tier=tier, **{**values, **fields}
    )


def make_package_holder(
    clinic: Clinic, tier: Tier, name: str = "", *, ended: bool = False
) -> Client:
    """A client whose package opens ``tier`` since ten days, or did until three days ago."""
    client = make_client(clinic, name)
    package, _made = Package.objects.get_or_create(
        clinic=clinic,
        name="Six weeks",
        defaults={"tier": tier, "weeks": 6, "amount": 19900, "currency": "usd"},
    )
    now = clock.now()
    purchase = Purchase.objects.create(
        clinic=clinic,
        client=client,
        package=package,
        tier=tier,
        weeks=6,
        status="paid",
        amount=19900,
        currency="usd",
        starts_at=now - dt.timedelta(days=10),
        ends_at=now + dt.timedelta(days=-3 if ended else 32),
        paid_at=now - dt.timedelta(days=10),
    )
    AccessPeriod.objects.create(
        clinic=clinic,
        client=client,
        purchase=purchase,
        tier=tier,
        key=f"package-{purchase.uuid}",
        starts_at=purchase.starts_at,
        ends_at=purchase.ends_at,
    )
    return client


def make_exercise(name: str = "", cues: Any = (("do", "Sit back slowly."),)) -> Exercise:
    """A published exercise of the library with ``cues`` as (kind, text)."""
    name = name or f"Exercise {next(_numbers)}"
    exercise = Exercise(
        name=name,
        slug=f"{name.lower().replace(' ', '-')}-{next(_numbers)}",
        summary=f"About {name}.",
        locale=Locale.get_default(),
    )
    exercise.cues = [Cue(kind=kind, text=text, sort_order=n) for n, (kind, text) in enumerate(cues)]
    exercise.save()
    return exercise


def line(exercise: Exercise, *, check: dict[str, Any] | None = None, **dose: Any) -> dict[str, Any]:
    """The raw block of one prescribed exercise; ``check`` requests a form check."""
    return {
        "type": "exercise",
        "id": str(uuid.uuid4()),
        "value": {
            "exercise": exercise.pk,
            "section": "main",
            "dose": {"sets": 3, "reps": 8, "effort_kind": "rpe", "effort": "7", **dose},
            "note": "",
            "form_check": check or {},
        },
    }


def session(*lines: dict[str, Any], title: str = "Strength", **when: Any) -> dict[str, Any]:
    """The raw block of one session."""
    return {
        "type": "session",
        "id": str(uuid.uuid4()),
        "value": {
            "title": title,
            "times_per_week": 3,
            "weekdays": [],
            "notes": "",
            "exercises": list(lines),
            **when,
        },
    }


def make_program(title: str = "Stronger Knees", weeks: list[list[Any]] | None = None) -> Page:
    """A live program page with one live page for each week's raw sessions."""
    home = Site.objects.get(is_default_site=True).root_page
    index = ProgramIndexPage.objects.child_of(home).first()
    if index is None:
        index = home.add_child(instance=ProgramIndexPage(title="Programs", slug="programs"))
    program = index.add_child(
        instance=ProgramPage(title=title, slug=f"program-{next(_numbers)}", summary="For knees.")
    )
    for number, days in enumerate(weeks or [[session(line(make_exercise("Squat")))]], start=1):
        program.add_child(
            instance=ProgramWeekPage(title=f"Week {number}", slug=f"week-{number}", days=days)
        )
    return program


def make_published_week(
    client: Client,
    therapist: Therapist,
    days: list[Any] | None = None,
    starts_on: dt.date | None = None,
) -> Week:
    """A client's enrolment with its first week published; returns the week."""
    weeks = None if days is None else [days]
    enrolment: Enrolment = care.enrol(
        therapist=therapist,
        client=client,
        program=make_program(weeks=weeks),
        starts_on=starts_on or clock.today(client.time_zone),
        goals="Run 5 km without pain",
    )
    week = enrolment.weeks.get(number=1)
    care.publish_week(therapist=therapist, week=week, reasons={}, message="Welcome!")
    week.refresh_from_db()
    return week
