"""Things that go wrong on purpose. Counters go down by one each time they strike."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Faults:
    """Fault knobs; zero, false or 0.0 means "behave".

    duplicate: extra deliveries of each event. shuffle: a random order of what is due.
    delay: wall-clock seconds before a delivery's first try. drop: the next n events are never
    delivered. deliver_before_response: webhooks leave before the API's answer.
    fail_after_commit: the next n requests are carried out and answered with a 500.
    rate_limit, conflict: the next n API requests get a 429 or 409 and do nothing.
    slow: seconds that each API answer waits. decline_charges: the next n charges are declined.
    old_api_version: webhooks carry an old version and its shapes. (A rolled secret is a change and
    no knob: ``Engine.roll_secret``.)
    """

    duplicate: int = 0
    shuffle: bool = False
    delay: float = 0.0
    drop: int = 0
    deliver_before_response: bool = False
    fail_after_commit: int = 0
    rate_limit: int = 0
    conflict: int = 0
    slow: float = 0.0
    decline_charges: int = 0
    old_api_version: bool = False

    def strikes(self, name: str) -> bool:
        """True while the counter ``name`` lasts, using up one."""
        left = int(getattr(self, name))
        if left:
            setattr(self, name, left - 1)
        return left > 0

    def set(self, values: dict[str, Any]) -> None:
        """Set some knobs. ValueError names an unknown knob or a value of the wrong kind."""
        known = {f.name: type(f.default) for f in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown fault {name!r}; known: {', '.join(known)}")
            number = isinstance(value, int | float) and not isinstance(value, bool)
            fits = isinstance(value, bool) if known[name] is bool else number and value >= 0
            if not fits or (known[name] is int and not isinstance(value, int)):
                raise ValueError(f"fault {name!r} takes {known[name].__name__}, not {value!r}")
        for name, value in values.items():
            setattr(self, name, value)

    def clear(self) -> None:
        self.set(asdict(Faults()))

    def dump(self) -> dict[str, Any]:
        return asdict(self)
