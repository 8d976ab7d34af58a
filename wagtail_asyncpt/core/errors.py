"""Domain exceptions that operations raise and views turn into answers."""

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule was not met. ``message`` is for people and translatable; ``field`` names an input."""

    def __init__(self, message: str | Promise, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(DomainError):
    """The actor may not do this; views answer as if the object did not exist (404)."""


class Conflict(DomainError):
    """Somebody else was first: the stored state differs from what the actor saw (409)."""
