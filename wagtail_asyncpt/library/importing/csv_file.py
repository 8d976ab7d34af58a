"""CSV, as Excel and other programs write it: any usual encoding, commas, semicolons or tabs."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.importing.records import (
    DOSE_CELLS,
    DoseReader,
    Problem,
    Record,
    cue_lists,
    tag_list,
)
from wagtail_asyncpt.library.models import CueKind, Equipment, Pattern, Position, Region, Visibility

TEXTS = [
    "name", "other_names", "summary", "equipment_note", "stop_rules", "contraindications",
    "embed_url", "source", "licence", "author",
]  # fmt: skip
ONE_OF: dict[str, Any] = {
    "position": Position,
    "pattern": Pattern,
    "visibility": Visibility,
}
MANY_OF: dict[str, Any] = {"regions": Region, "equipment": Equipment}
#: Every column that is read, in the order in which they are written.
COLUMNS = [
    "slug", *TEXTS[:3], "regions", "position", "pattern", "equipment", "equipment_note", "tags",
    *CueKind.values, "stop_rules", "contraindications", *DOSE_CELLS, "embed_url", "visibility",
    "source", "licence", "author",
]  # fmt: skip
_UNREADABLE = gettext_lazy("It cannot be read: a quotation mark is missing, or a cell is too long.")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def read(content: bytes, dose: DoseReader) -> list[Record | Problem]:
    """The records of a CSV file. Raises ``DomainError`` where it is none."""
    rows = _rows(_text(content))
    columns = [_column(cell) for cell in next(rows, (0, []))[1] or []]
    if "name" not in columns:
        raise DomainError(
            _("The first line must name the columns, and one of them must be “name”."),
            field="file",
        )
    found: list[Record | Problem] = [
        Problem(line=1, name=column, reason=_("There is no such column; it was not read."))
        for column in columns
        if column not in {*COLUMNS, "live", ""}
    ]
    for line, cells in rows:
        if cells is None:
            found.append(Problem(line=line, name="", reason=str(_UNREADABLE)))
        elif any(cell.strip() for cell in cells):
            found.append(_record(line, columns, cells, dose))
    return found


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content.lstrip(b"\r\n").split(b"\n", 1)[0]:  # a spreadsheet, a picture
        raise DomainError(_("The file is not a CSV text."), field="file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _rows(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """The cells of each row with its line; ``None`` where they cannot be told apart.

    After such a line reading goes on with the next one: a quotation mark that nobody closed must
    not swallow the rest of the file.
    """
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    lines = list(io.StringIO(text, newline=""))
    begin = 0
    while begin < len(lines):
        rest = (lines[n] for n in range(begin, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        done = 0
        try:
            for cells in reader:
                raw = "".join(lines[begin + done : begin + reader.line_num])
                # The rest of a row that could not be read, not a row of its own.
                is_rest = begin > 0 and raw.count('"') % 2 == 1
                yield begin + reader.line_num, None if is_rest else cells
                done = reader.line_num
            return
        except csv.Error:
            yield begin + done + 1, None
            begin += done + 1


def _column(heading: str) -> str:
    return "_".join(heading.strip().lower().split())


def _record(line: int, columns: list[str], cells: list[str], dose: DoseReader) -> Record | Problem:
    row = {column: _plain(cell) for column, cell in zip(columns, cells, strict=False)}
    name = row.get("name", "")
    try:
        if len(cells) > len(columns):
            raise ValidationError(_("It has more cells than there are columns."))
        if not name:
            raise ValidationError(_("It has no name."))
        values = _values(row, dose)
    except ValidationError as error:
        return Problem(line=line, name=name, reason=" ".join(error.messages))
    slug = slugify(row.get("slug", "")) or slugify(name)
    return Record(key=f"csv:{slug or name}", line=line, slug=slug, values=values, by_slug=True)


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_SIGNS) else cell


def _values(row: dict[str, str], dose: DoseReader) -> dict[str, Any]:
    values: dict[str, Any] = {column: row[column] for column in TEXTS if column in row}
    for column, words in ONE_OF.items():
        if column in row and (row[column] or column != "visibility"):
            values[column] = _one(column, words, row[column])
    for column, words in MANY_OF.items():
        if column in row:
            chosen = {_one(column, words, part) for part in _split(row[column])}
            values[column] = [value for value in words.values if value in chosen]
    if "tags" in row:
        values["tags"] = tag_list(_split(row["tags"]))
    if set(row) & set(CueKind.values):
        values["cues"] = cue_lists({kind: _lines(row.get(kind, "")) for kind in CueKind.values})
    if set(row) & set(DOSE_CELLS):
        values["default_dose"] = dose({cell: row.get(cell, "") for cell in DOSE_CELLS})
    return values


def _one(column: str, words: Any, text: str) -> str:
    """The value that ``text`` names, by itself or by its label."""
    wanted = text.casefold()
    for value, label in words.choices:
        if wanted in {value, str(label).casefold(), value.replace("_", " ")}:
            return str(value)
    if not text:
        return ""
    raise ValidationError(
        _("%(column)s: there is no “%(text)s”, but %(known)s.")
        % {"text": text, "column": column, "known": ", ".join(words.values)}
    )


def _split(text: str) -> list[str]:
    separator = "|" if "|" in text else ","
    return [part.strip() for part in text.split(separator) if part.strip()]


def _lines(text: str) -> list[str]:
    return [part.strip() for part in text.replace("|", "\n").splitlines() if part.strip()]
