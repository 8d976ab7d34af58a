"""Put weeks that have ended into their therapists' queues."""

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_asyncpt.care.operations import close_finished_weeks
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.people.models import Clinic


class Command(BaseCommand):
    """Queue the weeks that ended with sessions left; run it once a day."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Queue them, each clinic by its own calendar, and say how many."""
        count = sum(
            close_finished_weeks(clinic=clinic, on=clock.today(clinic.time_zone))
            for clinic in Clinic.objects.all()
        )
        self.stdout.write(f"Queued {count} ended week(s).")
