"""Limits for each person: stolen cards are tested, and codes are guessed, by the hundred."""

from typing import Any

from django.core.cache import cache

LIMIT = 10
SECONDS = 60 * 60


def may_start_checkout(user: Any) -> bool:
    """Count one more checkout of ``user``; False when there were too many in the last hour."""
    return _count(f"asyncpt-checkout-{user.pk}")


def may_try_code(user: Any) -> bool:
    """Count one more code that ``user`` types; False when there were too many in the last hour."""
    return _count(f"asyncpt-code-{user.pk}")


def may_look_at_stripe(user: Any) -> bool:
    """Count one more look that ``user``'s page makes at Stripe; False after too many in an hour."""
    return _count(f"asyncpt-look-{user.pk}")


def may_invite(user: Any, seats: int) -> bool:
    """Count one more seat that ``user`` offers by mail; False after too many in the last hour.

    Who has many ``seats`` may fill them at once.
    """
    return _count(f"asyncpt-seat-{user.pk}", max(LIMIT, seats))


def _count(key: str, limit: int = LIMIT) -> bool:
    if cache.add(key, 1, SECONDS):
        return True
    try:
        return cache.incr(key) <= limit
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, SECONDS)
        return True
