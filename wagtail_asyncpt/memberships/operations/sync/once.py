"""Follow what is paid once: a package, or a gift."""

from datetime import UTC, datetime

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models import Gift, Invoice, Purchase
from wagtail_asyncpt.memberships.operations.fulfil import deliver, send_gift
from wagtail_asyncpt.memberships.operations.sync.shared import (
    Json,
    check_customer,
    moment,
    require,
)
from wagtail_asyncpt.memberships.stripe import gateway


def check_once(sale: Purchase | Gift, session: Json) -> None:
    """One line, once, at the price and amount that was sold, by the buyer. Raises Mismatch."""
    lines = session["line_items"]["data"]
    require(session["mode"] == "payment", "mode")
    require(len(lines) == 1 and lines[0]["quantity"] == 1, "line_items")
    price = lines[0]["price"]
    require(price["id"] == sale.stripe_price_id, "price")
    require(price["currency"] == sale.currency.lower(), "currency")
    require(price["unit_amount"] == sale.amount, "amount")
    check_customer(sale.account, _buyer(sale), session)


def _buyer(sale: Purchase | Gift) -> int:
    return sale.buyer_id if isinstance(sale, Gift) else sale.client_id


def follow_once(sale: Purchase | Gift, session: Json) -> None:
    """A paid session: mirror its invoice and give what was bought, once; the row is locked."""
    sale.payment_intent_id = session["payment_intent"] or ""
    sale.livemode = session["livemode"]
    sale.save(update_fields=["payment_intent_id", "livemode"])
    paid_at = None
    if session["invoice"]:
        paid_at = _mirror(sale, gateway.invoice(sale.account, session["invoice"])).paid_at
    if isinstance(sale, Gift):
        send_gift(sale, paid_at=paid_at or clock.now())
    else:
        deliver(sale, paid_at=paid_at or clock.now())


def _mirror(sale: Purchase | Gift, invoice: Json) -> Invoice:
    check_customer(sale.account, _buyer(sale), invoice)
    row, _created = Invoice.objects.update_or_create(
        account=sale.account,
        stripe_id=invoice["id"],
        defaults={
            "clinic_id": sale.clinic_id,
            "client_id": _buyer(sale),
            "purchase": None if isinstance(sale, Gift) else sale,
            "number": invoice["number"] or "",
            "description": str(sale.package or sale.tier)
            if isinstance(sale, Gift)
            else str(sale.package),
            "payment_intent_id": sale.payment_intent_id,
            "status": invoice["status"],
            "billing_reason": invoice["billing_reason"] or "",
            "currency": invoice["currency"],
            "amount_due": invoice["amount_due"],
            "amount_paid": invoice["amount_paid"],
            "period_start": moment(invoice["period_start"]),
            "period_end": moment(invoice["period_end"]),
            "hosted_url": invoice["hosted_invoice_url"] or "",
            "created_at": datetime.fromtimestamp(invoice["created"], UTC),
            "paid_at": moment(invoice["status_transitions"]["paid_at"]),
        },
    )
    return row
