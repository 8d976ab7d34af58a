"""What a therapist reads: due times, pain, sets and membership states in words."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.utils.formats import date_format
from django.utils.timesince import timesince, timeuntil
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from wagtail_asyncpt.care.models import SetLog
from wagtail_asyncpt.memberships.models import Membership, MembershipStatus
from wagtail_asyncpt.programs.dose import LoadUnit, plain


def due_in_words(due_at: datetime, now: datetime) -> str:
    """How far away a due time is, for example ``due in 5 hours`` or ``overdue by 2 days``."""
    if due_at > now:
        return _("due in %(time)s") % {"time": timeuntil(due_at, now, depth=1)}
    return _("overdue by %(time)s") % {"time": timesince(due_at, now, depth=1)}


def pain_level(pain: int | None) -> str:
    """A pain of 0-10 as ``none``, ``mild``, ``moderate`` or ``severe``; ``""`` when not told."""
    if pain is None:
        return ""
    if pain == 0:
        return "none"
    if pain <= 3:
        return "mild"
    return "moderate" if pain <= 6 else "severe"


def pain_in_words(pain: int | None) -> str:
    """Pain with its number, for example ``moderate pain 5/10``."""
    words = {
        "": "",
        "none": _("no pain"),
        "mild": _("mild pain %(n)d/10"),
        "moderate": _("moderate pain %(n)d/10"),
        "severe": _("severe pain %(n)d/10"),
    }[pain_level(pain)]
    return words % {"n": pain} if pain else words


def sets_in_words(sets: Iterable[SetLog]) -> str:
    """Done sets, load × reps @ effort; sets of one load together: ``45 lb × 8, 8, 7 @ 7, 7, 8``."""
    groups = groupby(sets, key=lambda row: (row.load, row.load_unit))
    return " · ".join(_group_in_words(list(rows)) for _key, rows in groups)


def _group_in_words(rows: list[SetLog]) -> str:
    amounts = ", ".join(_amount(row) for row in rows)
    load = _load(rows[0])
    text = f"{load} × {amounts}" if load else amounts
    efforts = [plain(row.effort) if row.effort is not None else "–" for row in rows]
    if any(row.effort is not None for row in rows):
        text += " @ " + (efforts[0] if len(set(efforts)) == 1 else ", ".join(efforts))
    return text


def _amount(row: SetLog) -> str:
    parts = []
    if row.reps is not None:
        parts.append(str(row.reps))
    if row.hold_seconds is not None:
        parts.append(_("%(n)d s") % {"n": row.hold_seconds})
    return " × ".join(parts) or _("done")


def _load(row: SetLog) -> str:
    if row.load_unit in (LoadUnit.BAND, LoadUnit.BODYWEIGHT):
        return str(LoadUnit(row.load_unit).label)
    if row.load is None:
        return ""
    unit = LoadUnit(row.load_unit).label if row.load_unit else ""
    return f"{plain(row.load)} {unit}".strip()


def moment_in_words(seconds: float) -> str:
    """A moment of a clip as minutes, seconds and tenths: ``0:03.2``."""
    tenths = int(seconds * 10 + 0.5)  # halves up, as the player rounds
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"


def membership_in_words(membership: Membership | None, now: datetime) -> str:
    """A membership's state for a therapist, without amounts."""
    if membership is None:
        return _("no membership")
    tier = membership.tier.name
    ends_at = membership.ends_at
    if ends_at and ends_at <= now:
        return _("%(tier)s: ended %(date)s") % {"tier": tier, "date": _day(ends_at)}
    if ends_at and membership.status != MembershipStatus.CANCELED:
        return _("%(tier)s: active until %(date)s") % {"tier": tier, "date": _day(ends_at)}
    if membership.status == MembershipStatus.PAST_DUE and membership.past_due_since:
        since = _day(membership.past_due_since)
        return _("%(tier)s: payment failed on %(date)s") % {"tier": tier, "date": since}
    return f"{tier}: {membership.get_status_display()}"


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "MONTH_DAY_FORMAT")


def ago_in_words(at: datetime, now: datetime) -> str:
    """How long ago something was, in its largest unit."""
    return _("%(time)s ago") % {"time": timesince(at, now, depth=1)}
