"""Fill the sandbox with a clinic's life."""

import datetime as dt
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.models import F
from wagtail.models import Page

from sandbox.content.people import CLIENTS, STAFF, Patient
from sandbox.content.site import build_site
from sandbox.seed import library, memberships, people
from sandbox.seed.history import Life
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.people.models import Client, Clinic, Letter, Therapist

#: States of clients who never paid through Stripe.
NOT_PAYING = {"lead"}


class Command(BaseCommand):
    """Seed the demo: site, library, programs, people, memberships, weeks of history.

    Run again it changes nothing; ``--reset`` empties the clinic's data first.
    """

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--reset``, ``--empty`` and ``--port``."""
        parser.add_argument("--reset", action="store_true", help="Empty the clinic's data first.")
        parser.add_argument("--empty", action="store_true", help="No clients, no history.")
        parser.add_argument("--port", type=int, default=8000, help="Port of the demo site.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed."""
        folder = Path(settings.MEDIA_ROOT).parent
        self.state = folder / "stripe-standin.json"
        # What is drawn is the same each time: several demos may share it.
        self.clips = Path(os.environ.get("ASYNCPT_DEMO_CLIPS", folder / "clips"))
        self.clips.mkdir(parents=True, exist_ok=True)
        if options["reset"]:
            self.reset()
        site = build_site(hostname="127.0.0.1", port=options["port"])
        self.clinic = Clinic.for_site(site)
        if Therapist.objects.filter(clinic=self.clinic).exists():
            self.say("The demo is seeded already; use --reset to begin anew.")
            return
        self.clinic.name = "Harbor Physical Therapy"
        self.clinic.save()
        self.now = clock.now()
        exercises = library.seed_exercises(folder=self.clips, say=self.say)
        library.seed_exercise_page()
        self.programs = library.seed_programs(exercises)
        self.tiers = memberships.seed_tiers(self.clinic)
        memberships.seed_shop(self.clinic, self.tiers)
        memberships.seed_offer(site, self.tiers)
        staff = people.seed_staff(self.clinic)
        if options["empty"]:
            self.say("Seeded, without clients.")
            return
        clients = people.seed_clients(self.clinic, staff)
        self.seed_memberships(clients)
        memberships.seed_wait_list(clients, self.tiers)
        self.seed_visits(clients, staff)
        self.seed_history(clients, staff)
        # The past's mails were read long ago.
        Letter.objects.filter(sent_at=None).update(sent_at=F("created_at"))
        self.say("Seeded.")

    def say(self, words: str) -> None:
        """Print a line."""
        self.stdout.write(words)

    def starts_on(self, patient: Patient) -> dt.date:
        """The first day of a client's program, such that they now are in ``patient.week``."""
        today = clock.today(patient.time_zone)
        into_week = 6 if patient.weeks_of_history >= patient.week else 1
        return today - dt.timedelta(days=7 * (patient.week - 1) + into_week)

    def seed_memberships(self, clients: dict[str, Client]) -> None:
        """Everybody joins and pays, in the order in which they came."""
        start = self.now - dt.timedelta(days=60)
        with memberships.standin(self.state, start) as standin:
            if standin is None:
                self.say("No Stripe stand-in is configured: memberships are complimentary.")
                self.grant(clients)
                return
            self.say("Joining and paying through the Stripe stand-in …")
            operations.sync_tiers(clinic=self.clinic)
            memberships.settle(standin, self.clinic, start)
            paying = [one for one in CLIENTS if one.state not in NOT_PAYING]
            for patient in sorted(paying, key=self.joined_at):
                at = self.joined_at(patient)
                memberships.join(standin, clients[patient.key], patient, self.tiers, at)
            # One client's card is declined when it is charged again.
            standin.engine.faults.set({"decline_charges": 1})
            memberships.settle(standin, self.clinic, self.now)
            memberships.end_plans(clients)
            memberships.settle(standin, self.clinic, self.now)

    def seed_visits(self, clients: dict[str, Client], staff: dict[str, Therapist]) -> None:
        """The first client in a program comes to the clinic now and then, too."""
        patient = next(one for one in CLIENTS if one.program)
        therapist = staff[patient.therapist]
        memberships.seed_visits(clients[patient.key], therapist, self.now)

    def joined_at(self, patient: Patient) -> dt.datetime:
        """When a client joined; who is past due joined a month and a day ago, to the minute."""
        if patient.state == "past_due":
            return self.now - relativedelta(months=1, days=1)
        day = self.starts_on(patient) - dt.timedelta(days=2)
        return dt.datetime.combine(day, dt.time(15), dt.UTC)

    def grant(self, clients: dict[str, Client]) -> None:
        """Complimentary memberships, where no stand-in can take a card."""
        for patient in CLIENTS:
            if patient.tier:
                operations.grant_membership(
                    client=clients[patient.key], tier=self.tiers[patient.tier], reason="Demo"
                )

    def seed_history(self, clients: dict[str, Client], staff: dict[str, Therapist]) -> None:
        """Each client's weeks, as they happened."""
        for patient in CLIENTS:
            if not patient.program:
                continue
            self.say(f"Living {patient.name}'s {patient.week} week(s) …")
            with transaction.atomic():
                Life(
                    client=clients[patient.key],
                    patient=patient,
                    therapist=staff[patient.therapist],
                    program=self.programs[patient.program],
                    starts_on=self.starts_on(patient),
                    now=self.now,
                    clips=self.clips,
                ).live()

    @transaction.atomic
    def reset(self) -> None:
        """Empty the product's tables, its pages and the cast's accounts; keep the site."""
        self.state.unlink(missing_ok=True)
        for page in Page.objects.filter(slug__in=("programs", "plans"), depth=3):
            page.specific.delete()
        with connection.constraint_checks_disabled():
            for model in reversed(list(apps.get_app_config("wagtail_asyncpt").get_models())):
                queryset = model._base_manager.all()
                queryset._raw_delete(queryset.db)
        emails = [person.email for person in [*STAFF, *CLIENTS]]
        settings_user = apps.get_model(settings.AUTH_USER_MODEL)
        settings_user.objects.filter(email__in=emails).delete()
