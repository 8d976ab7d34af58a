"""What a program's weeks say now, and which clients' weeks still have an older text."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch

from wagtail_asyncpt.care.days import RawDays, as_raw, carry_lineage
from wagtail_asyncpt.care.merging import merge_days, same
from wagtail_asyncpt.care.models import Enrolment, EnrolmentStatus, Week
from wagtail_asyncpt.care.queries.changes import ProposedChange, changes_between, exercise_ids
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.people.languages import language_of
from wagtail_asyncpt.people.models import Client, Therapist
from wagtail_asyncpt.programs.languages import pages_in
from wagtail_asyncpt.programs.queries import program_weeks


@dataclass(frozen=True)
class Template:
    """One week of a program, with line ids as the client's week before has them."""

    days: RawDays
    focus: str
    revision: int | None

    def to_dict(self) -> dict[str, Any]:
        """What a client's week keeps of it."""
        return {"days": self.days, "focus": self.focus}


@dataclass
class Update:
    """One client on a program: the newest week, and what the program's newest text changes in it.

    ``days`` and ``focus`` are the draft after a push; a published week is never pushed to.
    """

    enrolment: Enrolment
    week: Week
    template: Template | None
    is_older: bool
    days: RawDays = field(default_factory=list)
    focus: str = ""
    changes: list[ProposedChange] = field(default_factory=list)

    @property
    def is_pushable(self) -> bool:
        """Whether the newest text can be brought into the week."""
        return self.is_older and self.week.current_version is None

    @property
    def has_differences(self) -> bool:
        """Whether a push would change anything that the client reads."""
        return not same(self.days, as_raw(self.week.days)) or self.focus != self.week.focus

    @property
    def changed_sessions(self) -> list[str]:
        """Sessions whose own text, days or reading change, beside the lines of ``changes``."""
        had = {block["id"]: _without_lines(block) for block in as_raw(self.week.days)}
        return [
            block["value"].get("title", "")
            for block in self.days
            if block["id"] in had and not same(had[block["id"]], _without_lines(block))
        ]


def template_of(
    program: Any | None, number: int, had: RawDays | None = None, language: str = ""
) -> Template | None:
    """The ``number``-th week of a program page, or ``None``; ``had`` gives lines their lineage."""
    weeks = program_weeks(program, language) if program is not None else []
    return _template(weeks, number, had)


def _template(weeks: list[Any], number: int, had: RawDays | None) -> Template | None:
    if number > len(weeks):
        return None
    page = weeks[number - 1]
    days = as_raw(page.days)
    return Template(carry_lineage(days, had) if had else days, page.focus, page.live_revision_id)


def program_updates(therapist: Therapist, program: Any) -> list[Update]:
    """The clients of the caseload on ``program``, by name, each with the newest week.

    A constant number of queries, whatever the number of clients.
    """
    enrolments = (
        Enrolment.objects.in_caseload(therapist)
        .filter(program=program, status=EnrolmentStatus.ACTIVE)
        .select_related("client", "therapist", "cohort")
        .prefetch_related(
            Prefetch(
                "weeks",
                Week.objects.select_related("current_version").order_by("-number"),
            )
        )
        .order_by("client__name", "pk")
    )
    weeks = weeks_by_language(program, [enrolment.client for enrolment in enrolments])
    updates = [
        update_of(enrolment, newest, weeks[language_of(enrolment.client)])
        for enrolment in enrolments
        for newest in list(enrolment.weeks.all())[:1]
    ]
    _add_changes(updates)
    return updates


def weeks_by_language(program: Any, clients: Iterable[Client]) -> dict[str, list[Any]]:
    """The program's weeks in each of the languages that ``clients`` chose."""
    weeks = program_weeks(program)
    return {code: pages_in(weeks, code) for code in {language_of(client) for client in clients}}


def update_of(enrolment: Enrolment, week: Week, pages: list[Any]) -> Update:
    """What the program's ``pages`` would change in ``week``."""
    known = week.template
    template = _template(pages, week.number, known["days"] if known else None)
    is_older = template is not None and known is not None and not same(template.to_dict(), known)
    update = Update(enrolment, week, template, is_older, as_raw(week.days), week.focus)
    if update.is_pushable and template is not None and known is not None:
        update.days = merge_days(base=known["days"], mine=update.days, theirs=template.days)
        if week.focus == known["focus"]:
            update.focus = template.focus
    return update


def _add_changes(updates: list[Update]) -> None:
    pushable = [update for update in updates if update.is_pushable]
    pairs = [(as_raw(update.week.days), update.days) for update in pushable]
    wanted = {key for pair in pairs for raw in pair for key in exercise_ids(raw)}
    exercises = Exercise.objects.in_bulk(wanted)
    for update, (earlier, later) in zip(pushable, pairs, strict=True):
        update.changes = changes_between(earlier, later, exercises)


def _without_lines(block: dict[str, Any]) -> dict[str, Any]:
    """A raw session without its exercises; groups and reading keep their own texts."""
    items = [
        {**item, "value": {**item["value"], "exercises": []}}
        for item in block["value"].get("exercises") or []
        if item["type"] != "exercise"
    ]
    return {**block["value"], "exercises": items}
