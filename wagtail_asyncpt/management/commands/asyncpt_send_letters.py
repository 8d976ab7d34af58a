"""Send the mails that wait in the outbox."""

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_asyncpt.people.operations import send_waiting_letters


class Command(BaseCommand):
    """Send waiting mails; for sites without a worker, and after a mail server was down."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Send, and say how many."""
        self.stdout.write(f"Sent {send_waiting_letters()} mail(s).")
