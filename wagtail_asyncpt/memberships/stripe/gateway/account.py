"""What an account holds as a whole: for comparing it with our rows. All of it is read in pages."""

from collections.abc import Iterator, Sequence
from typing import Any

from wagtail_asyncpt.memberships.stripe.client import as_json, client_for, own_errors

Json = dict[str, Any]
PAGE = 100


def all_subscriptions(account: str) -> Iterator[Json]:
    """Every subscription, ended ones too, newest first."""
    with own_errors():
        pages = client_for(account).v1.subscriptions.list(
            {"status": "all", "limit": PAGE, "expand": ["data.latest_invoice"]}
        )
        for row in pages.auto_paging_iter():
            yield as_json(row)


def subscriptions_of_customer(account: str, customer: str) -> list[Json]:
    """Those of a customer that are not over."""
    with own_errors():
        pages = client_for(account).v1.subscriptions.list({"customer": customer, "limit": PAGE})
        return [as_json(row) for row in pages.auto_paging_iter()]


def invoices_since(account: str, created: int) -> Iterator[Json]:
    """Every invoice made at or after ``created``, newest first."""
    with own_errors():
        pages = client_for(account).v1.invoices.list(
            {"created": {"gte": created}, "limit": PAGE, "expand": ["data.payments"]}
        )
        for row in pages.auto_paging_iter():
            yield as_json(row)


def refunds_since(account: str, created: int) -> Iterator[Json]:
    """Every refund made at or after ``created``, newest first."""
    with own_errors():
        pages = client_for(account).v1.refunds.list({"created": {"gte": created}, "limit": PAGE})
        for row in pages.auto_paging_iter():
            yield as_json(row)


def disputes_since(account: str, created: int) -> Iterator[Json]:
    """Every dispute made at or after ``created``, newest first."""
    with own_errors():
        pages = client_for(account).v1.disputes.list({"created": {"gte": created}, "limit": PAGE})
        for row in pages.auto_paging_iter():
            yield as_json(row)


def undelivered_events(account: str, types: Sequence[str]) -> Iterator[Json]:
    """Events of ``types`` of the last 30 days that no endpoint of the account has taken."""
    with own_errors():
        client = client_for(account)
        # Stripe takes 20 types in one request.
        for start in range(0, len(types), 20):
            pages = client.v1.events.list(
                {
                    "types": list(types[start : start + 20]),
                    "delivery_success": False,
                    "limit": PAGE,
                }
            )
            for row in pages.auto_paging_iter():
                yield as_json(row)


def pause_events(account: str) -> Iterator[Json]:
    """Every pause and every resuming of the last 30 days, newest first, delivered or not."""
    types = ["customer.subscription.paused", "customer.subscription.resumed"]
    with own_errors():
        pages = client_for(account).v1.events.list({"types": types, "limit": PAGE})
        for row in pages.auto_paging_iter():
            yield as_json(row)


def webhook_endpoints(account: str) -> list[Json]:
    """The account's webhook endpoints."""
    with own_errors():
        pages = client_for(account).v1.webhook_endpoints.list({"limit": PAGE})
        return [as_json(row) for row in pages.auto_paging_iter()]
