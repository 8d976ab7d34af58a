"""How often client and therapist were in touch: counted by a room above, asked here."""

from collections.abc import Callable
from datetime import datetime

from wagtail_asyncpt.people.models import Client

#: (client, from, until) gives the number of contacts.
Counter = Callable[[Client, datetime, datetime], int]

_counters: list[Counter] = []


def register_touch_counter(counter: Counter) -> None:
    """Let ``counter`` count too; registering it once more changes nothing."""
    if counter not in _counters:
        _counters.append(counter)


def count(client: Client, since: datetime, until: datetime) -> int:
    """The contacts of ``client`` from ``since`` until ``until``."""
    return sum(counter(client, since, until) for counter in _counters)
