"""Merging records into the library, so that a second run changes nothing and hand edits stay."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Locale, ReferenceIndex
from wagtail.signal_handlers import disable_reference_index_auto_update

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.library.importing.records import (
    Line,
    Problem,
    Record,
    is_unsound,
    readable,
)
from wagtail_asyncpt.library.models import Cue, Exercise, Visibility
from wagtail_asyncpt.library.slugs import free_slug

BATCH = 50
logger = logging.getLogger(__name__)

#: More cues than this are a text that is no exercise's, and fill no editor's form.
CUES_MAX = 200
#: A report names an exercise by the beginning of its name.
_NAME_SHOWN = 100
_KEY_MAX = Exercise._meta.get_field("import_key").max_length or 0
#: Fields that stand in lists of their own.
_RELATED = ("cues", "tags")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to import: with ``overwrite`` the file wins over hand edits."""

    dry_run: bool = False
    overwrite: bool = False
    draft: bool = False
    visibility: str = Visibility.NOTHING.value


@dataclass(kw_only=True)
class Report:
    """What was done, or with a dry run what would be."""

    created: list[Line] = field(default_factory=list)
    updated: list[Line] = field(default_factory=list)
    unchanged: list[Line] = field(default_factory=list)
    skipped: list[Line] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The counts in a sentence."""
        return _(
            "%(created)d created, %(updated)d updated, %(unchanged)d unchanged, "
            "%(skipped)d skipped."
        ) % {
            "created": len(self.created),
            "updated": len(self.updated),
            "unchanged": len(self.unchanged),
            "skipped": len(self.skipped),
        }

    def skip(self, item: Record | Problem, reason: str) -> None:
        """Note a row that was left out, and why."""
        name = readable(item.name)
        if len(name) > _NAME_SHOWN:
            name = f"{name[:_NAME_SHOWN]}…"
        self.skipped.append(Line(line=item.line, name=name, words=readable(reason)))


def import_exercises(
    *,
    items: Iterable[Record | Problem],
    options: Options | None = None,
    user: Any = None,
    locale: Locale | None = None,
    progress: Progress | None = None,
) -> Report:
    """Create and update the exercises of ``items``; what was read before is matched by its key.

    A field that was edited since the last import keeps the edit, unless ``overwrite``. Locked
    exercises and those with unpublished changes are left alone. Each batch is one transaction.
    """
    run = _Run(options or Options(), user, locale or Locale.get_default())
    rows = list(items)
    for start in range(0, len(rows), BATCH):
        run.batch(rows[start : start + BATCH])
        if progress is not None:
            progress(min(start + BATCH, len(rows)), len(rows))
    return run.report


class _Run:
    """One import: the keys and slugs that are taken, and the report."""

    def __init__(self, options: Options, user: Any, locale: Locale) -> None:
        self.options, self.user, self.locale = options, user, locale
        self.report = Report()
        self.lines: dict[str, int] = {}
        rows = Exercise.objects.filter(locale=locale).values_list("pk", "slug", "import_key")
        self.by_slug = {slug: pk for pk, slug, _key in rows}
        self.by_key = {key: pk for pk, _slug, key in rows if key}

    def batch(self, items: list[Record | Problem]) -> None:
        found = self._load(item for item in items if isinstance(item, Record))
        with transaction.atomic(), disable_reference_index_auto_update():
            for item in items:
                if isinstance(item, Problem):
                    self.report.skip(item, item.reason)
                else:
                    self._record(item, found)

    def _target(self, record: Record) -> int | None:
        pk = self.by_key.get(record.key)
        if pk is None and (record.by_slug or record.skip_taken):
            pk = self.by_slug.get(record.slug)
        return pk

    def _load(self, records: Iterable[Record]) -> dict[int, Exercise]:
        keys = [pk for record in records if (pk := self._target(record)) is not None]
        rows = Exercise.objects.prefetch_related("cues", "tagged_items__tag")
        found: dict[int, Exercise] = rows.in_bulk(keys)
        return found

    def _record(self, record: Record, found: dict[int, Exercise]) -> None:
        if (earlier := self.lines.get(record.key)) is not None:
            reason = _("It is the same exercise as line %(line)d.") % {"line": earlier}
            self.report.skip(record, reason)
            return
        self.lines[record.key] = record.line
        if reason := _invalid(record):
            self.report.skip(record, reason)
            return
        exercise = found.get(self._target(record) or 0)
        try:
            if exercise is None:  # new, or its address was given away by this very file
                self._create(record)
            else:
                self._update(record, exercise)
        except DatabaseError:
            logger.exception("Line %d of an import could not be stored.", record.line)
            self.report.skip(
                record,
                _("The database could not store it. Somebody may have changed it just now."),
            )

    def _create(self, record: Record) -> None:
        slug = free_slug(record.slug, self.by_slug)
        if self.options.dry_run:
            self.by_slug[slug] = -1
        else:
            self._write_new(record, slug)
        self.report.created.append(Line(line=record.line, name=record.name))

    @transaction.atomic
    def _write_new(self, record: Record, slug: str) -> None:
        now = clock.now()
        exercise = Exercise(
            slug=slug, locale=self.locale, import_key=record.key, visibility=self.options.visibility
        )
        exercise.live = not self.options.draft
        exercise.has_unpublished_changes = self.options.draft
        if exercise.live:
            exercise.first_published_at = exercise.last_published_at = now
        _apply(exercise, record.values)
        exercise.imported = record.values
        exercise.save()
        ReferenceIndex.create_or_update_for_object(exercise)
        log(instance=exercise, action="wagtail.create", user=self.user)
        self.by_slug[slug] = self.by_key[record.key] = exercise.pk

    def _update(self, record: Record, exercise: Exercise) -> None:
        own = exercise.import_key == record.key
        if record.skip_taken and not own:
            self.report.skip(record, _("An exercise of your own has this address already."))
            return
        draft = not exercise.live and exercise.latest_revision_id
        edited = exercise.get_latest_revision_as_object() if draft else exercise
        changes, kept = _merge(record, edited, overwrite=self.options.overwrite)
        if changes and (reason := _closed(exercise)):
            self.report.skip(record, reason)
            return
        if not self.options.dry_run and (changes or kept or not own):
            self._write(record, edited, changes)
        if changes:
            done, words = self.report.updated, _change_words(changes, kept)
        else:
            done = self.report.unchanged
            words = _("edited here: %(fields)s") % {"fields": ", ".join(kept)} if kept else ""
        done.append(Line(line=record.line, name=record.name, words=words))

    @transaction.atomic
    def _write(self, record: Record, exercise: Exercise, changes: dict[str, Any]) -> None:
        known = {"imported": {**exercise.imported, **record.values}, "import_key": record.key}
        if not exercise.import_key or exercise.import_key == record.key:
            Exercise.objects.filter(pk=exercise.pk).update(**known)
            exercise.imported, exercise.import_key = known["imported"], record.key
        if not changes:
            return
        _apply(exercise, changes)
        revision = exercise.save_revision(user=self.user, changed=True, log_action=True)
        if exercise.live:
            revision.publish(user=self.user)
        ReferenceIndex.create_or_update_for_object(exercise)


def state_of(exercise: Exercise, names: Iterable[str]) -> dict[str, Any]:
    """What an exercise says in the fields ``names``, as a record says it."""
    return {name: _READ.get(name, getattr)(exercise, name) for name in names}


def _cues(exercise: Exercise, _name: str) -> list[list[str]]:
    return [[cue.kind, cue.text] for cue in exercise.cues.all()]


def _tags(exercise: Exercise, _name: str) -> list[str]:
    return sorted(item.tag.name for item in exercise.tagged_items.all())


_READ: dict[str, Callable[[Exercise, str], Any]] = {"cues": _cues, "tags": _tags}


def _merge(
    record: Record, exercise: Exercise, *, overwrite: bool
) -> tuple[dict[str, Any], list[str]]:
    """The fields to change, and the names of those where a hand edit stays."""
    current = state_of(exercise, record.values)
    changes, kept = {}, []
    for name, new in record.values.items():
        old, before = current[name], exercise.imported.get(name)
        if old == new:
            continue
        if overwrite or old == before or (name not in exercise.imported and not old):
            changes[name] = new
        elif new != before:
            kept.append(_label(name))
    return changes, kept


def _apply(exercise: Exercise, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name not in _RELATED:
            setattr(exercise, name, value)
    if "cues" in values:
        exercise.cues = [
            Cue(kind=kind, text=text, sort_order=place)
            for place, (kind, text) in enumerate(values["cues"])
        ]
    if "tags" in values:
        exercise.tags.set(values["tags"])


def _invalid(record: Record) -> str:
    """What the model or the database would refuse, in words."""
    if is_unsound(record.key) or is_unsound(record.values):
        return _("It has a character that cannot be stored, such as a NUL.")
    if len(record.key) > _KEY_MAX:
        return _("What names it in the file is longer than %(limit)d characters.") % {
            "limit": _KEY_MAX
        }
    if len(record.values.get("cues", ())) > CUES_MAX:
        return _("It has more than %(limit)d cues.") % {"limit": CUES_MAX}
    values = {name: value for name, value in record.values.items() if name not in _RELATED}
    others = [one.name for one in Exercise._meta.concrete_fields if one.name not in values]
    try:
        Exercise(**values).clean_fields(exclude=others)
    except ValidationError as error:
        return " ".join(
            f"{_label(name)}: {message}"
            for name, messages in error.message_dict.items()
            for message in messages
        )
    return ""


def _closed(exercise: Exercise) -> str:
    if exercise.locked:
        return _("It is locked.")
    if exercise.live and exercise.has_unpublished_changes:
        return _("It has changes that are not published yet.")
    return ""


def _label(name: str) -> str:
    if name == "cues":
        return str(Cue._meta.verbose_name_plural)
    return str(getattr(Exercise._meta.get_field(name), "verbose_name", name))


def _change_words(changes: dict[str, Any], kept: list[str]) -> str:
    words = ", ".join(_label(name) for name in changes)
    if kept:
        words = _("%(changed)s (edited here, so kept: %(kept)s)") % {
            "changed": words,
            "kept": ", ".join(kept),
        }
    return words
