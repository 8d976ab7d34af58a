"""How many clients' weeks use an exercise: counts only, for editors who may see no client."""

import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.translation import ngettext
from wagtail.models import ReferenceIndex

from wagtail_asyncpt.care.models import PrescribedExercise, Week, WeekStatus
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.library.usage import Use


def uses_in_weeks(exercise: Exercise) -> list[Use]:
    """Current and coming weeks, earlier weeks and drafts that hold ``exercise``, counted."""
    lines = PrescribedExercise.objects.filter(exercise=exercise, is_retired=False)
    # A week lasts seven days, and no client's calendar is a day behind the clock's.
    last_start = clock.now().date() - datetime.timedelta(days=7)
    current = _weeks(lines.filter(week__starts_on__gte=last_start))
    earlier = _weeks(lines.filter(week__starts_on__lt=last_start))
    found = []
    if current:
        words = ngettext(
            "%(n)d current or coming week of a client",
            "%(n)d current or coming weeks of clients",
            current,
        )
        found.append(Use(words % {"n": current}))
    if earlier:
        words = ngettext("%(n)d earlier week", "%(n)d earlier weeks of clients", earlier)
        found.append(Use(words % {"n": earlier}))
    if drafts := _drafts(exercise):
        words = ngettext("%(n)d draft of a client's week", "%(n)d drafts of clients' weeks", drafts)
        found.append(Use(words % {"n": drafts}))
    return found


def _weeks(lines: QuerySet[PrescribedExercise]) -> int:
    return lines.values("week").distinct().count()


def _drafts(exercise: Exercise) -> int:
    references = ReferenceIndex.get_references_to(exercise).filter(
        base_content_type=ContentType.objects.get_for_model(Week)
    )
    keys = [int(key) for key in references.values_list("object_id", flat=True).distinct()]
    return Week.objects.filter(pk__in=keys, status=WeekStatus.DRAFT).count()
