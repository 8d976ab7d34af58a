"""What cron does on a real site: pauses end, places are offered, reminders go out."""

from __future__ import annotations

import time
import traceback
from pathlib import Path

from django.core.management import call_command

COMMANDS = [
    "asyncpt_stripe_events",
    "asyncpt_tend_memberships",
    "asyncpt_expire_credits",
    "asyncpt_invite_waiting",
    "asyncpt_sweep_access",
    "asyncpt_send_letters",
]
SECONDS = 10.0


class Upkeep:
    """Call it as often as you like: every few seconds it runs the commands, and logs them."""

    def __init__(self, log: Path):
        self.log = log
        self.due = time.monotonic() + SECONDS
        log.write_text("")

    def __call__(self) -> None:
        if time.monotonic() < self.due:
            return
        with self.log.open("a") as log:
            for name in COMMANDS:
                try:
                    call_command(name, stdout=log, stderr=log)
                except Exception:
                    # The next round tries again; the demo goes on meanwhile.
                    traceback.print_exc(file=log)
        self.due = time.monotonic() + SECONDS
