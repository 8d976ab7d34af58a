"""Drain the inbox of Stripe events."""

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_asyncpt.memberships.operations import (
    process_waiting_events,
    refresh_stale_memberships,
)


class Command(BaseCommand):
    """Process events that wait or failed, then ask Stripe about what no event told."""

    help = (
        "Process waiting and failed Stripe events, and ask Stripe about unfinished checkouts and "
        "memberships whose period is over. Run it every few minutes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many events ended in each state."""
        counts = process_waiting_events()
        words = ", ".join(f"{count} {status.label}" for status, count in counts.items())
        self.stdout.write(f"Events: {words or 'none waiting'}.")
        self.stdout.write(f"Memberships asked about: {refresh_stale_memberships()}.")
