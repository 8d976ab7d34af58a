"""``manage.py asyncpt_import_exercises``: exercises from a file, again and again."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.importing import (
    FORMATS,
    Line,
    Options,
    Report,
    import_exercises,
    read_file,
)
from wagtail_asyncpt.library.models import Visibility
from wagtail_asyncpt.programs.exercises import dose_from_cells

BAR = 30


class Command(BaseCommand):
    """Read a file and merge it into the library; what was edited by hand stays."""

    help = (
        "Imports exercises from a file. Run it again after the file has changed: exercises are "
        "updated, not doubled, and what was edited on the site is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--format", required=True, choices=[name for name, _label in FORMATS])
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would change, and change nothing."
        )
        parser.add_argument("--draft", action="store_true", help="Leave new exercises unpublished.")
        parser.add_argument(
            "--overwrite", action="store_true", help="Let the file win over edits made here."
        )
        parser.add_argument(
            "--visibility",
            choices=Visibility.values,
            default=Visibility.NOTHING.value,
            help="What of new exercises anybody may see (default: nothing).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, merge, and print the report."""
        try:
            content = options["file"].read_bytes()
            items = read_file(content, options["format"], dose_from_cells)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
        except DomainError as error:
            raise CommandError(f"{options['file']}: {error}") from error
        report = import_exercises(
            items=items,
            options=Options(
                dry_run=options["dry_run"],
                overwrite=options["overwrite"],
                draft=options["draft"],
                visibility=options["visibility"],
            ),
            progress=self._progress,
        )
        self._print(report, verbose=options["verbosity"] > 1)
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")

    def _progress(self, done: int, total: int) -> None:
        if not self.stderr.isatty():
            return
        full = BAR * done // total
        self.stderr.write(
            f"\r[{'#' * full}{' ' * (BAR - full)}] {done}/{total}",
            ending="\n" if done == total else "",
        )

    def _print(self, report: Report, *, verbose: bool) -> None:
        self._lines("updated", report.updated)
        self._lines("kept", [line for line in report.unchanged if line.words])
        self._lines("skipped", report.skipped)
        if verbose:
            self._lines("created", report.created)
        self.stdout.write(report.words)

    def _lines(self, verb: str, lines: list[Line]) -> None:
        for line in lines:
            words = f": {line.words}" if line.words else ""
            self.stdout.write(f"{verb} (line {line.line}) {line.name}{words}")
