"""Start, greet, then watch or check."""

from __future__ import annotations

import sys
import time

from wagtail_asyncpt.pages.models import OfferPage

from . import prepare
from .children import Children, answers
from .greeting import greeting
from .plan import DEMO_DIR, HOST, ROOT, Plan
from .smoke import look_around
from .upkeep import Upkeep

MANAGE = [sys.executable, str(ROOT / "sandbox" / "manage.py")]


def _start_standin(children: Children, plan: Plan) -> None:
    url, secret = prepare.webhook(plan)
    state = str(DEMO_DIR / "stripe-standin.json")
    command = [sys.executable, "-m", "sandbox.stripe_standin", "--host", HOST, "--state", state]
    command += ["--port", str(plan.standin_port), "--webhook", url, "--webhook-secret", secret]
    standin = children.start("stripe stand-in", command)
    standin.wait_until(lambda: answers(f"{plan.standin_url}/_standin/"))


def _start_site_and_worker(children: Children, plan: Plan) -> None:
    address = f"{HOST}:{plan.site_port}"
    site = children.start("site", [*MANAGE, "runserver", "--noreload", address])
    polling = ["--queue-name=*", "--interval=0.5", "--no-reload"]
    worker = children.start("worker", [*MANAGE, "db_worker", *polling])
    site.wait_until(lambda: answers(f"{plan.site_url}/robots.txt"))
    worker.wait_until(lambda: "Starting worker" in worker.log.read_text(errors="replace"))


def _offer_path() -> str:
    page = OfferPage.objects.live().public().first()
    if page is None:
        raise ValueError("The demo has no page with plans and prices. Try: make demo-reset")
    return str(page.get_url_parts()[2])


def run(plan: Plan, *, reset: bool, check: bool, empty: bool = False) -> None:
    """Bring everything up; return after a good ``check``, else run until ``KeyboardInterrupt``.

    ``empty``: seed no clients.

    Raise ``ChildFailed`` when a process ends early, ``ValueError`` for a page that is wrong.
    """
    began = time.monotonic()
    prepare.migrate()
    prepare.give_address(plan)
    with Children(DEMO_DIR, plan.environment) as children:
        prepare.seed(plan, reset=reset, empty=empty)
        if plan.uses_standin:
            _start_standin(children, plan)
        prepare.sync_tiers()
        _start_site_and_worker(children, plan)
        offer = _offer_path()
        print(greeting(plan, offer=offer, webhook=prepare.webhook(plan)[0]))
        print(f"  Ready after {time.monotonic() - began:.0f} seconds.", flush=True)
        if check:
            look_around(plan, offer=offer)
            print("  Checked: site, plans, client's app, review queue. All answer.")
        else:
            children.watch(Upkeep(DEMO_DIR / "upkeep.log"))
