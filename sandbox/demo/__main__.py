"""``python -m sandbox.demo [--reset] [--check]``."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys

from .children import ChildFailed, port_is_free
from .plan import DEMO_DIR, Plan


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="forget everything, start anew")
    parser.add_argument(
        "--check",
        action="store_true",
        default=os.environ.get("DEMO_SMOKE") == "1",
        help="start everything, look at the main pages, stop (also DEMO_SMOKE=1)",
    )
    parser.add_argument(
        "--empty", action="store_true", help="no clients yet: as on the clinic's first day"
    )
    return parser.parse_args()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _plan() -> Plan:
    """The plan of this run; ``ValueError`` says what stands in its way."""
    plan = Plan.from_environment(os.environ)
    for variable, port in plan.ports.items():
        if not port_is_free(port):
            raise ValueError(
                f"Port {port} is taken (a demo that still runs?). "
                f"Free it, or choose another: {variable}={port + 10} make demo"
            )
    return plan


def _demo(options: argparse.Namespace) -> None:
    plan = _plan()
    os.environ.update(plan.environment)
    if options.reset:
        shutil.rmtree(DEMO_DIR, ignore_errors=True)
    DEMO_DIR.mkdir(exist_ok=True)

    import django

    django.setup()
    # Imports models, so it can only follow the line above.
    from .run import run

    run(plan, reset=options.reset, check=options.check, empty=options.empty)


def main() -> int:
    """Run the demo; 0 after Ctrl-C or a good check, 1 when something failed."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        _demo(_arguments())
    except KeyboardInterrupt:
        print("\nStopped.")
    except (ChildFailed, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
