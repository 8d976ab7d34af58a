"""From a file's bytes to records."""

import json
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.importing import csv_file, free_exercise_db, wger
from wagtail_asyncpt.library.importing.records import DoseReader, Problem, Record

#: What can be read, by name.
FORMATS = [
    ("csv", gettext_lazy("CSV, such as the export of this list")),
    ("free-exercise-db", gettext_lazy("free-exercise-db (exercises.json)")),
    ("wger", gettext_lazy("wger (the answer of /api/v2/exerciseinfo/)")),
]
_JSON_READERS: dict[str, Callable[[Any], list[Record | Problem]]] = {
    "free-exercise-db": free_exercise_db.read,
    "wger": wger.read,
}


def read_file(content: bytes, kind: str, dose: DoseReader) -> list[Record | Problem]:
    """The records of a file of ``kind``, and the rows that cannot be read, in the file's order.

    Raises ``DomainError`` for a file that is something else as a whole.
    """
    if not content.strip():
        raise DomainError(_("The file is empty."), field="file")
    if kind == "csv":
        return csv_file.read(content, dose)
    return _JSON_READERS[kind](_json(content))


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DomainError(_("The file is not JSON."), field="file") from error
