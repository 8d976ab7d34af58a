"""What speaks for a change: what the client told of the line, and the verdicts on its videos."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from wagtail_asyncpt.care.models import Change, ExerciseLog, FormCheck, FormCheckStatus, Week
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.review.words import pain_in_words

Evidence = dict[uuid.UUID, list[str]]


def evidence_of(week: Week, lineages: Collection[uuid.UUID]) -> Evidence:
    """By line, in words, from ``week`` and the one before it: two queries."""
    lines = {
        "prescribed__week__in": [week.pk, week.previous_id],
        "prescribed__lineage__in": lineages,
    }
    notes = ExerciseLog.objects.filter(**lines, is_current=True).order_by("logged_at", "pk")
    checks = FormCheck.objects.filter(**lines, status=FormCheckStatus.ANSWERED).order_by("pk")
    found: Evidence = defaultdict(list)
    for note in notes.select_related("prescribed"):
        found[note.prescribed.lineage].extend(filter(None, [_told(note)]))
    for check in checks.select_related("prescribed"):
        found[check.prescribed.lineage].append(_judged(check))
    return dict(found)


def changes_of(client: Client, limit: int = 20) -> Sequence[Change]:
    """The latest changes of a client's weeks, each with its ``evidence_words``: three queries."""
    changes = list(
        Change.objects.filter(version__week__enrolment__client=client)
        .select_related("version__week", "exercise_before", "exercise_after", "author")
        .order_by("-version__published_at", "pk")[:limit]
    )
    named = {
        kind: {key for change in changes for key in change.evidence.get(kind, ())}
        for kind in ("exercise_logs", "form_checks")
    }
    logs = ExerciseLog.objects.filter(client=client, key__in=named["exercise_logs"])
    checks = FormCheck.objects.filter(client=client, uuid__in=named["form_checks"])
    words = {str(log.key): _told(log) for log in logs}
    words |= {str(check.uuid): _judged(check) for check in checks}
    for change in changes:
        keys = [key for kind in named for key in change.evidence.get(kind, ())]
        change.evidence_words = [words[key] for key in keys if words.get(key)]  # type: ignore[attr-defined]
    return changes


def _told(note: ExerciseLog) -> str:
    """For example ``moderate pain 5/10: “It pinched at the bottom”``."""
    pain = pain_in_words(note.pain) if note.pain else ""
    if note.skipped_reason:
        skipped = _("left out: %(reason)s") % {"reason": note.skipped_reason}
        return ", ".join(filter(None, [pain, skipped]))
    said = f"“{note.comment}”" if note.comment else ""
    return ": ".join(filter(None, [pain, said]))


def _judged(check: FormCheck) -> str:
    """For example ``form check: regress. Let the knee stay over the foot.``."""
    words = {"verdict": check.get_verdict_display(), "note": check.verdict_note}
    if not check.verdict_note:
        return _("form check: %(verdict)s") % words
    return _("form check: %(verdict)s. %(note)s") % words
