"""The shape of an invoice, worked out and not stored."""

from __future__ import annotations

from . import discounts
from .clock import HOUR
from .discounts import Terms
from .lines import Line, line_list
from .store import Account, Json, new_id


def compose(
    account: Account,
    *,
    customer: str,
    currency: str,
    lines: list[Line],
    reason: str,
    subscription: Json | None = None,
    method: str | None = None,
    metadata: Json | None = None,
    identity: str | None = None,
    terms: list[Terms] | None = None,
    taxed: bool = False,
) -> Json:
    """A draft. Drafts of a renewal finalize themselves after an hour.

    ``terms``: discounts on a sale; a subscription brings its own.
    """
    identity = identity or new_id("invoice")
    if subscription is not None and terms is None:
        terms = discounts.terms_of(account, subscription["discounts"])
    taxed = taxed or (subscription is not None and subscription["automatic_tax"]["enabled"])
    lines = discounts.spread(account, lines, terms or [])
    subtotal = sum(line.amount for line in lines)
    taxable = sum(discounts.net(line) for line in lines)
    taxes = taxes_on(account, taxable) if taxed else []
    total = taxable + sum(tax["amount"] for tax in taxes)
    owner = account.get("customer", customer)
    balance = owner.get("balance", 0)
    due = max(0, total + balance)
    now = account.now()
    automatic = reason == "subscription_cycle"
    return {
        "id": identity,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Stand-in",
        "account_tax_ids": None,
        "amount_due": due,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": due,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": automatic,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": taxed,
            "liability": {"type": "self"} if taxed else None,
            "provider": None,
            "status": "complete" if taxed else None,
        },
        "automatically_finalizes_at": now + HOUR if automatic else None,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": now,
        "currency": currency,
        "custom_fields": None,
        "customer": customer,
        "customer_address": None,
        "customer_email": owner.get("email"),
        "customer_name": owner.get("name"),
        "customer_phone": owner.get("phone"),
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": method,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [name for name, _ in terms or []],
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": line_list(identity, lines, currency, subscription),
        "livemode": False,
        "metadata": metadata or {},
        "next_payment_attempt": now + HOUR if automatic else None,
        "number": None,
        "on_behalf_of": None,
        "parent": _parent(subscription),
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": now,
        "period_start": subscription["start_date"] if subscription else now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": balance,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "test_clock": None,
        "total": total,
        "total_discount_amounts": _discounted(lines, terms or []),
        "total_excluding_tax": taxable,
        "total_pretax_credit_amounts": [],
        "total_taxes": taxes,
        "webhooks_delivered_at": now,
    }


def _discounted(lines: list[Line], terms: list[Terms]) -> list[Json]:
    off = [entry for line in lines for entry in line.discounts]
    return [
        {"amount": sum(amount for n, amount in off if n == name), "discount": name}
        for name, _ in terms
    ]


def taxes_on(account: Account, taxable: int) -> list[Json]:
    """Automatic tax at the account's one made-up rate (``tax_percent``); none at rate zero."""
    percent = account.settings["tax_percent"]
    if not percent or taxable <= 0:
        return []
    return [
        {
            "amount": (2 * taxable * percent + 100) // 200,
            "tax_behavior": "exclusive",
            "tax_rate_details": {"tax_rate": "txr_standin"},
            "taxability_reason": "standard_rated",
            "taxable_amount": taxable,
            "type": "tax_rate_details",
        }
    ]


def _parent(subscription: Json | None) -> Json | None:
    if subscription is None:
        return None
    return {
        "quote_details": None,
        "subscription_details": {
            "metadata": dict(subscription["metadata"]),
            "subscription": subscription["id"],
        },
        "type": "subscription_details",
    }
