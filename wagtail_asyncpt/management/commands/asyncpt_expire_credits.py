"""Write off in-person visits that have ended."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from wagtail_asyncpt.memberships.operations import expire_credits


class Command(BaseCommand):
    """Write the rows of visits that were not used in time; a second run changes nothing."""

    help = "Write off in-person visits that have ended. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many visits ended."""
        count = expire_credits()
        words = ngettext("%(count)d visit", "%(count)d visits", count) % {"count": count}
        self.stdout.write(f"Ended: {words}.")
