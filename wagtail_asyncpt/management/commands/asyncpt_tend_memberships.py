"""What a membership needs when time passes and Stripe says nothing."""

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_asyncpt.memberships.operations import resume_due_memberships


class Command(BaseCommand):
    """Resume the memberships whose pause is over; run it every few minutes."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Resume them, and say how many."""
        self.stdout.write(f"Resumed {resume_due_memberships()} membership(s).")
