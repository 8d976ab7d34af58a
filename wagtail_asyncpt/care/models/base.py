"""Guards that several models of the room share."""

from typing import Any, NoReturn

from django.db import models


class ImmutableError(TypeError):
    """Code tried to change or delete a row that is history."""


class ImmutableQuerySet(models.QuerySet):
    """Refuses bulk writes to history."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Always refused."""
        raise ImmutableError(f"{self.model.__name__} rows never change")

    def delete(self) -> NoReturn:
        """Always refused."""
        raise ImmutableError(f"{self.model.__name__} rows are never deleted")


class ImmutableModel(models.Model):
    """A row that is written once."""

    objects = ImmutableQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        if not self._state.adding:
            raise ImmutableError(f"{type(self).__name__} rows never change")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Always refused."""
        raise ImmutableError(f"{type(self).__name__} rows are never deleted")
