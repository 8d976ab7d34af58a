"""Money: webhooks a second, the ledger at two sizes, comparing 10,000 subscriptions with Stripe.

``DATABASE_URL=… python -m benchmarks.billing``. Stripe is the sandbox's stand-in in this process,
so that its share of time and memory is counted too. The memory must be the same for any number
beyond two pages of Stripe's lists.
"""

import json
import multiprocessing
import threading
import time
import tracemalloc
import uuid
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any

import django

KEY, SECRET = "sk_test_bench", "whsec_bench"
WORKERS = 4
WEBHOOKS = 200
#: So many members are followed by webhooks.
FOLLOWED = 20
SIZES = (100, 300, 10_000)


def _settings(url: str) -> dict[str, Any]:
    account = {"secret_key": KEY, "webhook_secrets": [SECRET], "api_base": url}
    return {"STRIPE_ACCOUNTS": {"default": account}}


def _per_second(call: Callable[[Any], Any], jobs: list[Any], workers: int = WORKERS) -> float:
    """How many ``jobs`` are done in a second by some processes, each on its own connection.

    They start together, when all of them are ready: the start of a process is not measured.
    """
    from django.db import connections

    from wagtail_asyncpt.memberships.stripe import client

    context = multiprocessing.get_context("fork")
    ready = context.Barrier(workers + 1, timeout=60)
    connections.close_all()  # a child must not speak on its parent's line

    def run(share: list[Any]) -> None:
        client._client.cache_clear()
        connections["default"].ensure_connection()
        call(share[0])  # warm: imports, templates, addresses
        ready.wait()
        for job in share[1:]:
            call(job)
        connections.close_all()

    children = [context.Process(target=run, args=(jobs[n::workers],)) for n in range(workers)]
    for child in children:
        child.start()
    with suppress(threading.BrokenBarrierError):  # a child that failed says so by its exit code
        ready.wait()
    began = time.perf_counter()
    for child in children:
        child.join()
    took = time.perf_counter() - began
    if any(child.exitcode for child in children):
        raise RuntimeError("A worker broke off")
    return (len(jobs) - workers) / took


def _webhooks(clinic: Any, members: list[Any], workers: int) -> None:
    """Acknowledged and processed a second, beside a view that makes one query.

    All three go through the same processes; the two views through the same handler, middleware
    and addresses, by POST.
    """
    import stripe
    from django.test import Client as Browser
    from django.urls import reverse

    from wagtail_asyncpt.memberships.models import StripeEvent
    from wagtail_asyncpt.memberships.operations import process_event
    from wagtail_asyncpt.memberships.operations.events import keep_event

    path = reverse("asyncpt_memberships:webhook", args=[clinic.webhook_uuid])

    def event(number: int) -> dict[str, Any]:
        member = members[number % len(members)]
        thing = {"id": member.stripe_subscription_id, "object": "subscription"}
        return {
            "id": f"evt_{uuid.uuid4().hex}",
            "object": "event",
            "type": "customer.subscription.updated",
            "created": int(time.time()),
            "livemode": False,
            "data": {"object": thing},
        }

    def post(body: str) -> None:
        header = stripe.WebhookSignature.generate_signature_header(body, SECRET, int(time.time()))
        answer = Browser().post(
            path, body, content_type="application/json", headers={"Stripe-Signature": header}
        )
        if answer.status_code != 200:
            raise RuntimeError(f"The webhook answered {answer.status_code}")

    def ask(body: str) -> None:
        answer = Browser().post("/one-query/", body, content_type="application/json")
        if answer.status_code != 200:
            raise RuntimeError(f"The view answered {answer.status_code}")

    # A type that we only note: what is measured is the acknowledgement, not the work after it.
    notes = [json.dumps(event(n) | {"type": "customer.created"}) for n in range(WEBHOOKS)]
    rows = [keep_event(account="default", event=event(n)) for n in range(WEBHOOKS)]
    acknowledged = _per_second(post, notes, workers)
    one_query = _per_second(ask, notes, workers)
    processed = _per_second(lambda row: process_event(pk=row.pk), rows, workers)
    failed = StripeEvent.objects.filter(status="failed").first()
    if failed is not None:
        raise RuntimeError(failed.error)
    for what, rate in (
        ("a view with one query", one_query),
        ("webhooks acknowledged", acknowledged),
        ("webhooks processed", processed),
    ):
        share = f"{rate / one_query:.2f} of the view"
        print(f"{what:<22} {rate:>8.0f} a second, {workers} workers, {share}")


def _members(clinic: Any, tier: Any, engine: Any, number: int) -> list[Any]:
    """Members here and their subscriptions at the stand-in, written in bulk."""
    from django.contrib.auth import get_user_model

    from wagtail_asyncpt.memberships.models import Membership
    from wagtail_asyncpt.people.models import Client

    price = tier.prices.get()
    tag = uuid.uuid4().hex[:8]
    users = get_user_model().objects.bulk_create(
        [get_user_model()(**_user(f"{tag}-{n}")) for n in range(number)], batch_size=500
    )
    clients = Client.objects.bulk_create(
        [Client(clinic=clinic, user=user, name=f"Client {n}") for n, user in enumerate(users)],
        batch_size=500,
    )
    rows = [
        Membership(
            clinic=clinic,
            client=client,
            tier=tier,
            price=price,
            status="active",
            account="default",
            stripe_subscription_id=f"sub_{tag}{n}",
        )
        for n, client in enumerate(clients)
    ]
    account = engine.account(KEY)
    model = account.rows("subscription")[0]
    for row in rows:
        account.put(
            deepcopy(model)
            | {
                "id": row.stripe_subscription_id,
                "metadata": {"asyncpt_membership": str(row.uuid)},
                "latest_invoice": None,
            }
        )
        _read(row, account.get("subscription", row.stripe_subscription_id))
    return Membership.objects.bulk_create(rows, batch_size=500)


def _read(row: Any, subscription: dict[str, Any]) -> None:
    from wagtail_asyncpt.memberships.operations.sync.subscriptions import read_state

    read_state(row, subscription)


def _user(name: str) -> dict[str, Any]:
    from django.contrib.auth import get_user_model

    field = get_user_model().USERNAME_FIELD
    return {field: f"{name}@example.com", "email": f"{name}@example.com", "password": "!"}


def _queries(ask: Callable[[], Any]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask()
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)


def _pages(members: list[Any], size: int) -> None:
    """Queries of the ledger, of a member's pages, and of the decision about a request."""
    from django.conf import settings
    from django.test import Client as Browser
    from django.urls import reverse

    from tests import factories
    from wagtail_asyncpt.core import clock
    from wagtail_asyncpt.memberships.queries import entitled_group_ids

    boss = factories.make_user(is_staff=True, is_superuser=True)
    browser = Browser()
    browser.force_login(boss, settings.AUTHENTICATION_BACKENDS[0])
    base = "wagtail_asyncpt_membership_modeladmin"
    listed = _queries(lambda: browser.get(reverse(f"{base}_index")))
    page = reverse(f"{base}_inspect", args=[members[-1].pk])
    shown = _queries(lambda: browser.get(page))
    user = members[-1].client.user
    decided = _queries(lambda: entitled_group_ids(user, clock.now()))
    member = Browser()
    member.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    own = _queries(lambda: member.get(reverse("asyncpt_memberships:account")))
    print(
        f"{size:>6} members: ledger {listed} queries, a member's page in it {shown}, "
        f"the member's own {own}, entitlement decision {decided}"
    )


def _reconcile(size: int) -> None:
    """Time and peak memory of a comparison in which nothing differs."""
    from wagtail_asyncpt.memberships.operations.reconcile import reconcile

    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    began = time.perf_counter()
    row = reconcile(account="default")
    took = time.perf_counter() - began
    peak = (tracemalloc.get_traced_memory()[1] - before) / 1_048_576
    tracemalloc.stop()
    found = {kind: n for kind, n in row.counts.items() if kind != "endpoint"}
    print(f"{size:>6} subscriptions compared in {took:.1f} s, peak {peak:.1f} MiB, found {found}")


def main() -> None:
    """Migrate, build, measure, print."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import override_settings
    from wagtail.models import Site

    from sandbox.stripe_standin.server import StandIn
    from tests import factories
    from wagtail_asyncpt.memberships import operations
    from wagtail_asyncpt.people.models import Clinic

    call_command("migrate", verbosity=0, interactive=False)
    # SQLite in a file takes one writer at a time: more workers would measure its waiting.
    workers = WORKERS if connection.vendor == "postgresql" else 1
    print(f"\nMoney, {connection.display_name}", flush=True)
    clinic = Clinic.for_site(Site.objects.get(is_default_site=True))
    with (
        StandIn(deliver=False) as standin,
        override_settings(WAGTAIL_ASYNCPT=_settings(standin.url), ROOT_URLCONF="benchmarks.urls"),
    ):
        tier = operations.create_tier(clinic=clinic, name="Bench", prices={"month": 14900})
        operations.sync_tiers(clinic=clinic)
        _first(standin, clinic, tier, factories.make_client(clinic))
        built = 0
        for size in SIZES:
            members = _members(clinic, tier, standin.engine, size - built)
            built = size
            _pages(members, size)
            _reconcile(size)
        _webhooks(clinic, _with_customers(standin, members[:FOLLOWED]), workers)


def _first(standin: Any, clinic: Any, tier: Any, client: Any) -> None:
    """One real subscription, of which the others are copies (their customer is its own)."""
    import stripe

    api = stripe.StripeClient(KEY, base_addresses={"api": standin.url}).v1
    customer = api.customers.create({"email": client.user.email})
    card = api.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    price = tier.prices.get()
    made = api.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price.stripe_price_id}],
            "default_payment_method": card.id,
        }
    )
    # The model of the copies is not a member itself.
    standin.engine.account(KEY).get("subscription", made.id)["metadata"] = {}


def _with_customers(standin: Any, members: list[Any]) -> list[Any]:
    """The members, each with a customer that its subscription names, so that it can be followed.

    Several, or the workers would wait for one row's lock.
    """
    import stripe

    from wagtail_asyncpt.memberships.models import StripeCustomer

    api = stripe.StripeClient(KEY, base_addresses={"api": standin.url}).v1
    for member in members:
        customer = api.customers.create({"email": member.client.user.email})
        theirs = standin.engine.account(KEY).get("subscription", member.stripe_subscription_id)
        theirs["customer"] = customer.id
        StripeCustomer.objects.create(
            client=member.client, account="default", stripe_id=customer.id
        )
    return members


if __name__ == "__main__":
    main()
