"""Compare an account at Stripe with our rows, and repair what differs.

Everything is read in pages, so that memory does not grow with the account. What differs is
followed by the same syncs that webhooks use; a second run finds nothing to repair. What is not
ours is reported and never adopted.
"""

import logging
from collections.abc import Iterable, Iterator
from copy import copy
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Model

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships.models import (
    OPEN_STATUSES,
    AccessPeriod,
    Dispute,
    Gift,
    Invoice,
    Membership,
    Purchase,
    Reconciliation,
    Refund,
)
from wagtail_asyncpt.memberships.operations.endpoints import endpoint_faults
from wagtail_asyncpt.memberships.operations.events import (
    EVENT_TYPES,
    follow,
    keep_event,
    process_event,
    process_waiting_events,
)
from wagtail_asyncpt.memberships.operations.sync.shared import METADATA_KEY, Json, moment
from wagtail_asyncpt.memberships.operations.sync.subscriptions import read_state
from wagtail_asyncpt.memberships.operations.sync.turns import restore_pause
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Missing, Refused

log = logging.getLogger(__name__)

#: Invoices, refunds and disputes that are older than this are left alone.
DAYS = 40
BATCH = 100
#: Findings beyond these are counted and not listed.
MOST_LISTED = 300
#: Kinds of findings that are repaired, and so are gone in the next run.
REPAIRED = ("event", "checkout", "subscription", "pause", "invoice", "refund", "dispute")


class _Run:
    """One comparison under way."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.row = Reconciliation.objects.create(account=account)

    def find(self, kind: str, stripe_id: str, words: str = "") -> None:
        """Note something that differs or is odd."""
        self.row.counts[kind] = self.row.counts.get(kind, 0) + 1
        if len(self.row.findings) < MOST_LISTED:
            self.row.findings.append({"kind": kind, "stripe_id": stripe_id, "words": words})

    def repair(self, kind: str, stripe_kind: str, identity: str, words: str = "") -> None:
        """Follow an object; a rule or Stripe may forbid it, which is a finding too."""
        try:
            follow(kind=stripe_kind, account=self.account, identity=identity)
        except Missing:
            self.find("lost", identity, "Stripe does not know it")
        except (DomainError, Refused) as error:
            log.warning("%s could not be followed: %s", identity, error)
            self.find("problem", identity, str(error))
        else:
            self.find(kind, identity, words)


def reconcile(*, account: str, days: int = DAYS) -> Reconciliation:
    """Compare everything of ``account``, payments of the last ``days``; repair what differs.

    Raises StripeFailure when Stripe cannot be asked; the row then says so, as it does of a fault.
    """
    run = _Run(account)
    since = int((clock.now() - timedelta(days=days)).timestamp())
    try:
        process_waiting_events()
        _events(run)
        _checkouts(run)
        _subscriptions(run)
        _pauses(run)
        _invoices(run, since)
        _given_back(run, gateway.refunds_since(account, since), Refund, "refund")
        _given_back(run, gateway.disputes_since(account, since), Dispute, "dispute")
        for fault in endpoint_faults(account):
            run.find("endpoint", fault.url, fault.words)
    except Exception as error:  # whatever it was, the report must not say "under way" for ever
        run.row.error = f"{type(error).__name__}: {error}"
        run.row.save()
        raise
    run.row.finished_at = clock.now()
    run.row.save()
    return run.row


def _pages(rows: Iterable[Json]) -> Iterator[list[Json]]:
    rest = iter(rows)
    while page := list(islice(rest, BATCH)):
        yield page


def _events(run: _Run) -> None:
    """Events that no endpoint took: into the inbox, and processed, oldest first of each page."""
    for page in _pages(gateway.undelivered_events(run.account, EVENT_TYPES)):
        for event in reversed(page):
            row = keep_event(account=run.account, event=event)
            if row is not None:
                process_event(pk=row.pk)
                run.find("event", event["id"], event["type"])


def _checkouts(run: _Run) -> None:
    """Purchases whose checkout is unfinished here; most often it was left, and is so at Stripe."""
    for model in (Membership, Purchase, Gift):
        pending = model._default_manager.filter(account=run.account, status="pending")
        waiting = pending.exclude(checkout_session_id="").order_by("pk")
        for pk in waiting.values_list("pk", flat=True).iterator(chunk_size=BATCH):
            row = model._default_manager.get(pk=pk)
            _checkout(run, model, row)


def _checkout(run: _Run, model: type[Model], row: Any) -> None:
    try:
        follow(kind="checkout.session", account=run.account, identity=row.checkout_session_id)
    except (DomainError, Refused) as error:
        run.find("problem", row.checkout_session_id, str(error))
        return
    now = model._default_manager.get(pk=row.pk)
    if now.status != row.status:  # type: ignore[attr-defined]
        run.find("checkout", row.checkout_session_id, now.get_status_display())  # type: ignore[attr-defined]


# --------------------------------------------------------------------------------- subscriptions


def _subscriptions(run: _Run) -> None:
    for page in _pages(gateway.all_subscriptions(run.account)):
        run.row.looked_at += len(page)
        known = _memberships_of(run.account, page)
        same = [
            membership.pk
            for subscription in page
            if (membership := _compare(run, subscription, known)) is not None
        ]
        Membership.objects.filter(pk__in=same).update(synced_at=clock.now())
    _lost(run)


def _memberships_of(account: str, page: list[Json]) -> dict[str, Membership]:
    """Our memberships by subscription id and by uuid: two queries a page."""
    rows = Membership.objects.filter(account=account).select_related("price")
    uuids = [uuid for one in page if (uuid := one["metadata"].get(METADATA_KEY))]
    found: dict[str, Membership] = {}
    for row in rows.filter(uuid__in=filter(_is_uuid, uuids)):
        found[str(row.uuid)] = row
    for row in rows.filter(stripe_subscription_id__in=[one["id"] for one in page]):
        found[row.stripe_subscription_id] = row
    return found


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _compare(run: _Run, subscription: Json, known: dict[str, Membership]) -> Membership | None:
    """The membership, when it is as Stripe has it; else note and repair."""
    identity, uuid = subscription["id"], subscription["metadata"].get(METADATA_KEY, "")
    membership = known.get(identity) or known.get(uuid)
    if membership is None:
        words = "names a membership that we do not have" if uuid else "not made by us"
        run.find("unknown", identity, words)
        return None
    if membership.stripe_subscription_id not in ("", identity):
        run.find("duplicate", identity, f"a second subscription for {membership.uuid}")
        return None
    differing = _drift(membership, subscription)
    if not differing:
        return membership
    run.repair("subscription", "subscription", identity, ", ".join(differing))
    return None


def _drift(membership: Membership, subscription: Json) -> list[str]:
    """Names of the fields that are not as Stripe has them."""
    twin = copy(membership)
    twin.stripe_subscription_id = subscription["id"]
    read_state(twin, subscription)
    fields = [f.attname for f in Membership._meta.concrete_fields if f.attname != "synced_at"]
    found = [name for name in fields if getattr(twin, name) != getattr(membership, name)]
    price = membership.price.stripe_price_id if membership.price else ""
    items = subscription["items"]["data"]
    if [item["price"]["id"] for item in items] != [price]:
        found.append("price")
    return found


def _lost(run: _Run) -> None:
    """Memberships that run here, and that the list of Stripe did not hold."""
    rows = (
        Membership.objects.filter(account=run.account, status__in=OPEN_STATUSES)
        .exclude(stripe_subscription_id="")
        .exclude(synced_at__gte=run.row.started_at)
        .order_by("pk")
        .values_list("stripe_subscription_id", flat=True)
    )
    for identity in rows.iterator(chunk_size=BATCH):
        try:
            gateway.subscription(run.account, identity)
        except Missing:
            run.find("lost", identity, "runs here, and Stripe does not know it")


def _pauses(run: _Run) -> None:
    """Pauses that began and ended between two webhooks: the subscription itself tells nothing.

    Newest first, so a resuming comes before its pause; a pause without one is the last.
    """
    resumed: dict[str, Json] = {}
    seen: set[str] = set()
    for event in gateway.pause_events(run.account):
        identity = event["data"]["object"]["id"]
        if event["type"] == "customer.subscription.resumed":
            resumed[identity] = event
        else:
            end = resumed.pop(identity, None)
            if end is not None or identity not in seen:
                _pause(run, identity, _paused_at(event), end)
        seen.add(identity)
    for identity, end in resumed.items():  # its pause is older than what Stripe keeps
        before = (end["data"].get("previous_attributes") or {}).get("status_details") or {}
        since = (before.get("paused") or {}).get("transitioned_at")
        if since:
            _pause(run, identity, since, end)


def _paused_at(event: Json) -> int:
    details = event["data"]["object"].get("status_details") or {}
    return int((details.get("paused") or {}).get("transitioned_at") or event["created"])


def _pause(run: _Run, identity: str, paused_at: int, end: Json | None) -> None:
    until = None
    if end is not None:
        anchor = end["data"]["object"].get("billing_cycle_anchor") or 0
        until = moment(anchor if anchor > paused_at else end["created"])
    since = datetime.fromtimestamp(paused_at, UTC)
    if restore_pause(
        account=run.account, subscription_id=identity, paused_at=since, resumed_at=until
    ):
        run.find("pause", identity, f"paused from {since:%Y-%m-%d}")


# -------------------------------------------------------------------------------------- payments


def _invoices(run: _Run, since: int) -> None:
    for page in _pages(gateway.invoices_since(run.account, since)):
        run.row.looked_at += len(page)
        rows = Invoice.objects.filter(
            account=run.account, stripe_id__in=[one["id"] for one in page]
        )
        known = {row.stripe_id: row for row in rows}
        ours = _subscriptions_of(run.account, page)
        days = set(
            AccessPeriod.objects.filter(invoice__in=known.values()).values_list(
                "invoice__stripe_id", flat=True
            )
        )
        for invoice in page:
            row = known.get(invoice["id"])
            if row is None and _subscription_of(invoice) not in ours:
                continue
            if row is None and invoice["status"] == "draft":
                continue
            if not _is_same(row, invoice, invoice["id"] in days):
                run.repair("invoice", "invoice", invoice["id"], invoice["status"])


def _subscription_of(invoice: Json) -> str:
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return str(details.get("subscription") or "")


def _subscriptions_of(account: str, page: list[Json]) -> set[str]:
    ids = [identity for one in page if (identity := _subscription_of(one))]
    rows = Membership.objects.filter(account=account, stripe_subscription_id__in=ids)
    return set(rows.values_list("stripe_subscription_id", flat=True))


def _is_same(row: Invoice | None, invoice: Json, has_days: bool) -> bool:
    if row is None:
        return False
    needs_days = invoice["status"] == "paid" and row.membership_id and _has_period(invoice)
    return (
        row.status == invoice["status"]
        and row.amount_due == invoice["amount_due"]
        and row.amount_paid == invoice["amount_paid"]
        and row.number == (invoice["number"] or "")
        and (has_days or not needs_days)
    )


def _has_period(invoice: Json) -> bool:
    """Whether a line of the invoice pays for days."""
    return any(
        (details := (line["parent"] or {}).get("subscription_item_details")) is not None
        and not details["proration"]
        and line["period"]["end"] > line["period"]["start"]
        for line in invoice["lines"]["data"]
    )


def _given_back(run: _Run, things: Iterable[Json], model: type[Any], kind: str) -> None:
    """Refunds or disputes of our payments."""
    for page in _pages(things):
        run.row.looked_at += len(page)
        rows = model.objects.filter(account=run.account, stripe_id__in=[one["id"] for one in page])
        known = {row.stripe_id: row for row in rows}
        ours = _payments_of(run.account, page)
        for thing in page:
            row = known.get(thing["id"])
            if row is None and thing["payment_intent"] not in ours:
                continue
            if row is None or (row.status, row.amount) != (thing["status"], thing["amount"]):
                run.repair(kind, kind, thing["id"], thing["status"])


def _payments_of(account: str, page: list[Json]) -> set[str]:
    intents = [one["payment_intent"] for one in page if one["payment_intent"]]
    found: set[str] = set()
    for model in (Invoice, Purchase, Gift):
        rows = model._default_manager.filter(account=account, payment_intent_id__in=intents)
        found.update(rows.values_list("payment_intent_id", flat=True))
    return found
