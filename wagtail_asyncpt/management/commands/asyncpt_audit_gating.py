"""List everything that is gated, who may open it, and where it could leak on this site."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from wagtail_asyncpt.gating.audit import gated_objects, leaks, to_look_at


class Command(BaseCommand):
    """Ends with exit code 1 when something leaks, so that a deployment can stop."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the gates, the leaks and what to look at, each with what to do."""
        gated = list(gated_objects())
        self.stdout.write(self.style.MIGRATE_HEADING(f"Gated: {len(gated)}"))
        for one in gated:
            note = f" ({one.note})" if one.note else ""
            self.stdout.write(f"  {one.kind}: {one.name}{note}\n    open to: {one.open_to}")
        found = list(leaks())
        self.stdout.write(self.style.MIGRATE_HEADING(f"Leaks: {len(found)}"))
        for leak in found:
            self.stdout.write(self.style.ERROR(f"  {leak}") + f"\n    {leak.remedy}")
        if not found:
            self.stdout.write(self.style.SUCCESS("  Nothing leaks that can be found from here."))
        if unsure := list(to_look_at()):
            self.stdout.write(self.style.MIGRATE_HEADING(f"Look yourself: {len(unsure)}"))
            for risk in unsure:
                self.stdout.write(self.style.WARNING(f"  {risk}") + f"\n    {risk.remedy}")
        if found:
            sys.exit(1)
