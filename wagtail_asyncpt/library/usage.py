"""Where an exercise is used. Rooms above the library say so themselves."""

from collections.abc import Callable
from dataclasses import dataclass

from wagtail_asyncpt.library.models import Exercise


@dataclass(frozen=True)
class Use:
    """One place that uses an exercise, in words; ``url`` leads there where an editor may go."""

    words: str
    url: str = ""


Provider = Callable[[Exercise], list[Use]]
_providers: list[Provider] = []


def register_usage(provider: Provider) -> None:
    """Let a room tell where it uses an exercise; registering it again changes nothing."""
    if provider not in _providers:
        _providers.append(provider)


def uses_of(exercise: Exercise) -> list[Use]:
    """Every place that uses ``exercise``, in the order in which rooms were registered."""
    return [use for provider in _providers for use in provider(exercise)]
