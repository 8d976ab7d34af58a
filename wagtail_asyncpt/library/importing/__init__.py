"""Importing exercises: files are read into records, and records are merged into the library."""

from wagtail_asyncpt.library.importing.merging import Options, Report, import_exercises
from wagtail_asyncpt.library.importing.reading import FORMATS, read_file
from wagtail_asyncpt.library.importing.records import Line, Problem, Record

__all__ = [
    "FORMATS",
    "Line",
    "Options",
    "Problem",
    "Record",
    "Report",
    "import_exercises",
    "read_file",
]
