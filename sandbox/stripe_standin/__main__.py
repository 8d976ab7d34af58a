"""``python -m sandbox.stripe_standin``: serve until interrupted."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from pathlib import Path

from .server import StandIn

KEY = "sk_test_standin"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="stripe_standin", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="loopback address (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8421, help="port (8421)")
    parser.add_argument("--state", type=Path, help="JSON file that keeps the state between runs")
    parser.add_argument("--webhook", metavar="URL", help="where events are sent")
    parser.add_argument("--webhook-secret", metavar="whsec_…", help="secret they are signed with")
    parser.add_argument("--key", default=KEY, help=f"account of the webhook ({KEY})")
    parser.add_argument(
        "--strict", action="store_true", help="check every answer against the SDK's types"
    )
    parser.add_argument("--verbose", action="store_true", help="log every request")
    arguments = parser.parse_args()
    if bool(arguments.webhook) != bool(arguments.webhook_secret):
        parser.error("--webhook and --webhook-secret go together")
    return arguments


def main() -> None:
    arguments = _arguments()
    level = logging.INFO if arguments.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s %(message)s")
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        standin = StandIn(
            host=arguments.host,
            port=arguments.port,
            state_file=arguments.state,
            strict=arguments.strict,
        )
    except (OSError, ValueError) as error:
        raise SystemExit(f"stripe_standin: {error}") from error
    if arguments.webhook:
        standin.register_webhook(arguments.webhook, arguments.webhook_secret, key=arguments.key)
    with standin:
        print(f"Stripe stand-in (not Stripe) at {standin.url}/_standin/", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
