"""``manage.py asyncpt_load_starter_library``: about a hundred exercises to begin with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wagtail_asyncpt.library.importing import Options
from wagtail_asyncpt.library.importing.starter import load_starter_library
from wagtail_asyncpt.library.models import Visibility
from wagtail_asyncpt.programs.exercises import stored_dose


class Command(BaseCommand):
    """Load the exercises and ladders that come with the package; a clinic's edits stay."""

    help = (
        "Puts the starter library into the exercise library. Run it again after an upgrade: new "
        "exercises come in, and what was edited on the site is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would change, and change nothing."
        )
        parser.add_argument("--draft", action="store_true", help="Leave new exercises unpublished.")
        parser.add_argument(
            "--visibility",
            choices=Visibility.values,
            default=Visibility.TEASER.value,
            help="What of new exercises anybody may see (default: name and picture).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and print the report."""
        report = load_starter_library(
            dose=stored_dose,
            options=Options(
                dry_run=options["dry_run"],
                draft=options["draft"],
                visibility=options["visibility"],
            ),
        )
        for part in (report.exercises, report.ladders):
            for line in part.skipped:
                self.stdout.write(f"skipped {line.name}: {line.words}")
        self.stdout.write(f"Exercises: {report.exercises.words}")
        self.stdout.write(f"Ladders: {report.ladders.words}")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")
