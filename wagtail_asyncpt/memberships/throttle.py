"""A limit on checkouts for each person: stolen cards are tested by the hundred."""

from typing import Any

from django.core.cache import cache

LIMIT = 10
SECONDS = 60 * 60


def may_start_checkout(user: Any) -> bool:
    """Count one more checkout of ``user``; False when there were too many in the last hour."""
    key = f"asyncpt-checkout-{user.pk}"
    if cache.add(key, 1, SECONDS):
        return True
    try:
        return cache.incr(key) <= LIMIT
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, SECONDS)
        return True
