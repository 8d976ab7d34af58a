"""Invoices, payments and what is given back."""

from typing import Any

from wagtail_asyncpt.memberships.stripe.client import as_json, client_for, own_errors

Json = dict[str, Any]


def invoice(account: str, invoice_id: str) -> Json:
    """An invoice."""
    with own_errors():
        return as_json(client_for(account).v1.invoices.retrieve(invoice_id))
