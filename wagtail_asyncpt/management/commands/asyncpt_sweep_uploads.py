"""Forget uploads that were never finished."""

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_asyncpt.care.operations import sweep_uploads


class Command(BaseCommand):
    """Delete expired parts of unfinished uploads; run it once a day."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep, and say how many."""
        self.stdout.write(f"Removed {sweep_uploads()} unfinished upload(s).")
