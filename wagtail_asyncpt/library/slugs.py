"""Addresses of exercises that nobody has yet."""

import itertools
from collections.abc import Container

from django.utils.text import slugify


def free_slug(wanted: str, taken: Container[str]) -> str:
    """``wanted`` as a slug, with a number behind it where it is ``taken``."""
    base = slugify(wanted)[:190] or "exercise"
    tries = itertools.chain([base], (f"{base}-{n}" for n in itertools.count(2)))
    return next(slug for slug in tries if slug not in taken)
