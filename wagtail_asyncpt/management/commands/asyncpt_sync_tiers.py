"""Give every clinic's plans, packages and coupons their twins at Stripe."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_asyncpt.memberships.operations import sync_tiers
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.people.models import Clinic


class Command(BaseCommand):
    """Create what Stripe lacks and update what differs; a second run changes nothing."""

    help = (
        "Create or update the Stripe products, prices and coupons of all plans and packages. Safe "
        "to repeat. --dry-run shows the difference and changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """``--dry-run``."""
        parser.add_argument(
            "--dry-run", action="store_true", help="Show the difference; change nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each thing done."""
        done = []
        for clinic in Clinic.objects.select_related("site").order_by("pk"):
            try:
                done += sync_tiers(clinic=clinic, dry_run=options["dry_run"])
            except StripeFailure as error:
                raise CommandError(f"{clinic}: {error}") from error
        for line in done:
            self.stdout.write(str(line))
        if not done:
            self.stdout.write("Stripe has all tiers and prices already; nothing was changed.")
        elif options["dry_run"]:
            self.stdout.write("This is the difference; nothing was changed.")
