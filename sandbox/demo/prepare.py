"""What the demo needs before it starts: tables, people, an address. Quick when it is all there."""

from __future__ import annotations

import os

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from wagtail.models import Site

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.people.models import Clinic

from .plan import DEMO_DIR, HOST, Plan

#: Names the database that was seeded.
SEEDED = DEMO_DIR / "seeded"
UNFINISHED = "unfinished"


def migrate() -> None:
    """Bring the tables up to date."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Making the tables ...", flush=True)
        call_command("migrate", interactive=False, verbosity=0)


def give_address(plan: Plan) -> None:
    """Tell the Wagtail site its host and port, which links in mails are made from."""
    Site.objects.filter(is_default_site=True).update(hostname=HOST, port=plan.site_port)
    Site.clear_site_root_paths_cache()


def webhook(plan: Plan) -> tuple[str, str]:
    """Address and secret with which the stand-in tells the clinic what happened."""
    clinic = Clinic.for_site(Site.objects.get(is_default_site=True))
    account = asyncpt_settings.stripe_account(clinic.stripe_account)
    if account is None or not account.webhook_secrets:
        raise ValueError("The demo's settings name no webhook secret.")
    path = reverse("asyncpt_memberships:webhook", args=[clinic.webhook_uuid])
    return f"{plan.site_url}{path}", account.webhook_secrets[0]


def seed(plan: Plan, *, reset: bool, empty: bool = False) -> None:
    """Fill the site with its pages, people and history, once for each database.

    The seed runs the stand-in itself, on the port that the demo's own takes afterwards.
    """
    database = os.environ.get("DATABASE_URL", "sqlite")
    before = SEEDED.read_text() if SEEDED.exists() else ""
    if not reset and before == database:
        return
    print("Writing the clinic's pages, people and weeks of history ...", flush=True)
    SEEDED.write_text(UNFINISHED)
    # A seed that was interrupted left half a history, which a second one would not complete.
    call_command("seed", reset=reset or before == UNFINISHED, empty=empty, port=plan.site_port)
    SEEDED.write_text(database)


def sync_tiers() -> None:
    """Make the clinic's tiers and prices known to Stripe or its stand-in."""
    call_command("asyncpt_sync_tiers", verbosity=0)
