"""Subscriptions and the billing portal."""

from typing import Any

from wagtail_asyncpt.memberships.stripe.client import as_json, client_for, own_errors

Json = dict[str, Any]


def subscription(account: str, subscription_id: str) -> Json:
    """A subscription with its latest invoice, its schedule and its own card."""
    with own_errors():
        return as_json(
            client_for(account).v1.subscriptions.retrieve(
                subscription_id,
                {"expand": ["latest_invoice", "schedule", "default_payment_method"]},
            )
        )


def pause(account: str, subscription_id: str, *, resumes_at: str, key: str) -> None:
    """Pause it now: no payments, and the unused time is taken off the next one.

    ``resumes_at`` is kept as metadata first, so that it is there however the second call ends.
    """
    with own_errors():
        subscriptions = client_for(account).v1.subscriptions
        subscriptions.update(
            subscription_id,
            {"metadata": {"asyncpt_resumes_at": resumes_at}},
            {"idempotency_key": f"{key}-until-{resumes_at}"},
        )
        subscriptions.pause(
            subscription_id,
            {
                "type": "subscription",
                "bill_for": {"unused_time_from": {"type": "now"}},
                "invoicing_behavior": "pending_invoice_item",
            },
            {"idempotency_key": key},
        )


def resume(account: str, subscription_id: str, *, key: str) -> None:
    """Start a new period now; it stays paused until its invoice is paid, which is tried at once."""
    with own_errors():
        client_for(account).v1.subscriptions.resume(
            subscription_id,
            {
                "billing_cycle_anchor": {"type": "now"},
                "payment_behavior": "resume_on_payment_success",
            },
            {"idempotency_key": key},
        )


def resume_preview(account: str, subscription_id: str) -> Json:
    """The invoice of resuming now."""
    with own_errors():
        return as_json(
            client_for(account).v1.invoices.create_preview(
                {"subscription": subscription_id, "subscription_details": {"resume_at": "now"}}
            )
        )


def cancel_with_period(account: str, subscription_id: str, *, feedback: str, key: str) -> None:
    """Let it end with what was paid for; ``feedback`` is one of Stripe's own words."""
    with own_errors():
        client_for(account).v1.subscriptions.update(
            subscription_id,
            {"cancel_at_period_end": True, "cancellation_details": {"feedback": feedback}},
            {"idempotency_key": key},
        )


def cancel_now(account: str, subscription_id: str, *, feedback: str) -> None:
    """End it at once. Refused when it is over already."""
    with own_errors():
        client_for(account).v1.subscriptions.cancel(
            subscription_id,
            {"cancellation_details": {"feedback": feedback}},
        )


def end_on(account: str, subscription_id: str, *, at: str, mark: str) -> None:
    """Let it end at the moment ``at``, also kept as metadata ``mark``; empty: let it go on."""
    with own_errors():
        client_for(account).v1.subscriptions.update(
            subscription_id,
            {
                "cancel_at": int(at) if at else "",
                "proration_behavior": "none",
                "metadata": {mark: at},
            },
        )


def portal_url(account: str, *, customer: str, return_url: str, change_card: bool = False) -> str:
    """Address of a new billing portal session: a secret, to be followed at once and not kept.

    ``change_card`` opens the form for another card, and leads back from there.
    """
    params: Json = {"customer": customer, "return_url": return_url}
    if change_card:
        back = {"type": "redirect", "redirect": {"return_url": return_url}}
        params["flow_data"] = {"type": "payment_method_update", "after_completion": back}
    with own_errors():
        session = client_for(account).v1.billing_portal.sessions.create(params)  # type: ignore[arg-type]
    return str(session.url)
