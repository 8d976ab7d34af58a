"""Put right every user's membership groups and every alias's gate."""

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating.operations import sweep
from wagtail_asyncpt.gating.projection import sync_aliases
from wagtail_asyncpt.gating.queries import page_model


class Command(BaseCommand):
    """Run it every few minutes: an access that ends by itself ends everywhere only then."""

    help = "Put members into their tiers' groups, take others out, and gate aliases."

    def handle(self, *args: Any, **options: Any) -> None:
        """Heal users and aliases, and say how many were wrong."""
        users = sweep(at=clock.now())
        aliases = sync_aliases(page_model()._default_manager.all())
        self.stdout.write(f"{users} users and {aliases} aliases put right.")
