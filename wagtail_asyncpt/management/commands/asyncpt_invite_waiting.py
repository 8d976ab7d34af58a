"""Ask people on wait lists when places are free."""

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_asyncpt.memberships.operations import invite_waiting


class Command(BaseCommand):
    """Mail those who waited longest; nobody is asked twice."""

    help = "Ask people on the wait lists of full plans when places are free. Run it hourly."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many were asked."""
        self.stdout.write(f"Asked: {invite_waiting()}.")
