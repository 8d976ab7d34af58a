"""What a membership needs when time passes and Stripe says nothing."""

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_asyncpt.memberships.operations import resume_due_memberships, write_due_reminders


class Command(BaseCommand):
    """Resume the memberships whose pause is over, and remind of trials and cards that end soon."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Resume and remind, and say how many go on. Run it every few minutes."""
        self.stdout.write(f"Resumed {resume_due_memberships()} membership(s).")
        write_due_reminders()
