"""Ask Stripe whether the keys and the webhook endpoints are as we need them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import NoReverseMatch, reverse

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.memberships.operations.endpoints import endpoint_faults
from wagtail_asyncpt.memberships.operations.events import EVENT_TYPES
from wagtail_asyncpt.memberships.stripe.client import API_VERSION, StripeFailure
from wagtail_asyncpt.people.models import Clinic


class Command(BaseCommand):
    """A system check that needs the network, and so is a command of its own."""

    help = (
        "For every clinic: print the webhook's address, and compare its API version and events at "
        "Stripe with ours. Fails when something is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Only the list of events."""
        parser.add_argument("--events", action="store_true", help="print the events, one a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is right and what is wrong."""
        if options["events"]:
            self.stdout.write("\n".join(EVENT_TYPES))
            return
        faults = 0
        self.stdout.write(f"API version of the endpoint: {API_VERSION}")
        clinics = Clinic.objects.select_related("site").order_by("pk")
        for clinic in clinics:
            self.stdout.write(f"{clinic}: {clinic.site.root_url}{_path(clinic)}")
        for account in sorted({clinic.stripe_account for clinic in clinics}):
            faults += self._account(account)
        if faults:
            raise CommandError(f"{faults} to put right.")

    def _account(self, account: str) -> int:
        if asyncpt_settings.stripe_account(account) is None:
            self.stderr.write(f"{account}: STRIPE_ACCOUNTS has no such entry")
            return 1
        try:
            found = endpoint_faults(account)
        except StripeFailure as error:
            self.stderr.write(f"{account}: {error}")
            return 1
        for fault in found:
            self.stderr.write(f"{account}: {fault.url}: {fault.words}")
        if not found:
            self.stdout.write(f"{account}: as it should be")
        return len(found)


def _path(clinic: Clinic) -> str:
    try:
        return reverse("asyncpt_memberships:webhook", args=[clinic.webhook_uuid])
    except NoReverseMatch:
        return " (include wagtail_asyncpt.urls in your urls first)"
