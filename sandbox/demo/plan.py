"""Which ports and which payments this run of the demo uses. Imports no Django."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent.parent
#: All state of the demo; ASYNCPT_DEMO_DIR puts it elsewhere.
DEMO_DIR = Path(os.environ.get("ASYNCPT_DEMO_DIR", ROOT / ".demo"))
PORTS = {"ASYNCPT_DEMO_PORT": 8000, "ASYNCPT_STANDIN_PORT": 8421}


@dataclass(frozen=True)
class Plan:
    """Ports of this run, and whether Stripe's own test mode takes the stand-in's place."""

    site_port: int
    standin_port: int
    stripe_key: str = ""

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Plan:
        """Read ASYNCPT_DEMO_PORT, ASYNCPT_STANDIN_PORT and STRIPE_SECRET_KEY.

        Raise ``ValueError`` for what is no port, and for a key that moves real money.
        """
        key = env.get("STRIPE_SECRET_KEY", "")
        if key and not key.startswith(("sk_test_", "rk_test_")):
            raise ValueError("STRIPE_SECRET_KEY is no test key. The demo takes sk_test_… only.")
        site, standin = (_port(env, *pair) for pair in PORTS.items())
        if site == standin:
            raise ValueError(f"{' and '.join(PORTS)} must differ (both are {site}).")
        return cls(site_port=site, standin_port=standin, stripe_key=key)

    @property
    def site_url(self) -> str:
        """The clinic's site, without a slash at the end."""
        return f"http://{HOST}:{self.site_port}"

    @property
    def standin_url(self) -> str:
        """The stand-in for Stripe, without a slash at the end."""
        return f"http://{HOST}:{self.standin_port}"

    @property
    def uses_standin(self) -> bool:
        """Whether payments go to the stand-in."""
        return not self.stripe_key

    @property
    def ports(self) -> dict[str, int]:
        """The ports that must be free, by the variable that changes each."""
        wanted = {"ASYNCPT_DEMO_PORT": self.site_port}
        return wanted | ({"ASYNCPT_STANDIN_PORT": self.standin_port} if self.uses_standin else {})

    @property
    def environment(self) -> dict[str, str]:
        """Variables that the demo's settings read."""
        return {
            "DJANGO_SETTINGS_MODULE": "sandbox.settings.demo",
            "STRIPE_STANDIN_ORIGIN": self.standin_url,
            "DEMO_ORIGIN": self.site_url,
        }


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise ValueError(f"{name} must be a port from 1024 to 65535, not {text!r}.")
    return int(text)
