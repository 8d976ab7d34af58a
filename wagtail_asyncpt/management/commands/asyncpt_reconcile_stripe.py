"""Compare our rows with Stripe, and repair what differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.memberships.desk import last_event
from wagtail_asyncpt.memberships.models import Reconciliation
from wagtail_asyncpt.memberships.operations.reconcile import DAYS, REPAIRED, reconcile
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.people.models import Clinic


class Command(BaseCommand):
    """Missed events, drifted rows, unknown subscriptions, duplicates, endpoints."""

    help = (
        "Compare memberships, payments, refunds and disputes with Stripe, and repair what "
        "differs. What is not ours is listed and never adopted. A second run changes nothing. "
        "Run it daily."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which account, and how far back."""
        parser.add_argument("--account", help="a name in STRIPE_ACCOUNTS; all by default")
        parser.add_argument(
            "--days", type=int, default=DAYS, help="how far back payments are compared"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found; fails when an account could not be asked."""
        failed = []
        for account in self._accounts(options["account"]):
            try:
                row = reconcile(account=account, days=options["days"])
            except StripeFailure as error:
                failed.append(account)
                self.stderr.write(f"{account}: {error}")
            else:
                self._report(row)
        if failed:
            raise CommandError(f"Could not be compared: {', '.join(failed)}.")

    def _accounts(self, wanted: str | None) -> list[str]:
        used = Clinic.objects.order_by("stripe_account").values_list("stripe_account", flat=True)
        configured = [name for name in used.distinct() if asyncpt_settings.stripe_account(name)]
        if wanted is None:
            return configured
        if wanted not in configured:
            raise CommandError(f"No clinic uses an account {wanted!r} of STRIPE_ACCOUNTS.")
        return [wanted]

    def _report(self, row: Reconciliation) -> None:
        seen = last_event(row.account)
        self.stdout.write(f"{row.account}: looked at {row.looked_at} objects.")
        self.stdout.write(
            f"  last event: {seen.received_at:%Y-%m-%d %H:%M}" if seen else "  no event"
        )
        for finding in row.findings:
            did = "repaired" if finding["kind"] in REPAIRED else "look at it"
            self.stdout.write(
                f"  {finding['kind']} {finding['stripe_id']}: {finding['words']} ({did})"
            )
        total = sum(row.counts.values())
        if total > len(row.findings):
            self.stdout.write(f"  … and {total - len(row.findings)} more")
        if not total:
            self.stdout.write("  no difference")
