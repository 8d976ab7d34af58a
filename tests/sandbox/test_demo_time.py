"""The demo's clinic lives at the stand-in's time, and tends its memberships."""

import datetime as dt
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands
from django.utils import timezone

from sandbox.demo import upkeep
from sandbox.demo.clock import StandInClock
from sandbox.stripe_standin.server import StandIn


def ahead(url: str) -> float:
    return (StandInClock(url)() - timezone.now()) / dt.timedelta(days=1)


def test_the_clock_goes_ahead_with_the_stand_in_and_never_back() -> None:
    now = int(time.time())
    with StandIn(now=now, deliver=False) as standin:
        assert round(ahead(standin.url), 3) == 0
        standin.engine.advance(to=now + 31 * 86_400)
        assert round(ahead(standin.url)) == 31
    with StandIn(now=now - 86_400, deliver=False) as behind:
        assert round(ahead(behind.url), 3) == 0
    assert round(ahead(behind.url), 3) == 0  # it does not answer any more


def test_upkeep_runs_every_command_when_it_is_due_and_outlives_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[str] = []

    def call(name: str, **_streams: Any) -> None:
        ran.append(name)
        if name == upkeep.COMMANDS[0]:
            raise OSError("Stripe is away")

    monkeypatch.setattr(upkeep, "call_command", call)
    tend = upkeep.Upkeep(tmp_path / "upkeep.log")
    tend()
    assert ran == []
    tend.due = 0
    tend()
    tend()
    assert ran == upkeep.COMMANDS
    assert "Stripe is away" in (tmp_path / "upkeep.log").read_text()
    assert set(upkeep.COMMANDS) <= set(get_commands())
