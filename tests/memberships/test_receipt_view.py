"""Receipts as insurers and HSA administrators want them, the card, and the way to change it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from tests.conftest import Cast
from tests.memberships.conftest import Shop
from tests.memberships.test_sync_operation import use_failing_card
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models import Invoice, Membership, Refund
from wagtail_asyncpt.people.models import Client

Login = Callable[[Any], Browser]
ACCOUNT = reverse("asyncpt_memberships:account")
CARD = reverse("asyncpt_memberships:card")


def receipt(invoice: Invoice) -> str:
    return reverse("asyncpt_memberships:receipt", args=[invoice.pk])


def refund(invoice: Invoice, status: str, amount: int) -> Refund:
    return Refund.objects.create(
        clinic=invoice.clinic,
        client=invoice.client,
        invoice=invoice,
        account=invoice.account,
        stripe_id=f"re_{status}",
        payment_intent_id=invoice.payment_intent_id,
        status=status,
        amount=amount,
        currency=invoice.currency,
        created_at=clock.now(),
    )


def test_a_receipt_says_what_an_insurer_asks_for(shop: Shop, client: Client, login: Login) -> None:
    shop.join(client)
    shop.clinic.receipt_details = "12 Harbor Road\nPortland, ME\nNPI 1234567890"
    shop.clinic.save()
    invoice = Invoice.objects.get()
    assert receipt(invoice) in login(client).get(ACCOUNT).content.decode()
    html = login(client).get(receipt(invoice)).content.decode()
    for words in (
        "Harbor Physical Therapy",
        "12 Harbor Road<br>Portland, ME<br>NPI 1234567890",
        "Nora New",
        "Physical therapy services: Coached",
        "Nov. 2, 2026 – Dec. 2, 2026",
        "$149.00",
        invoice.number,
        invoice.payment_intent_id,
        "names no diagnosis",
    ):
        assert words in html
    assert "Refunded" not in html


def test_refunds_are_taken_off_once_they_went_through(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.join(client)
    invoice = Invoice.objects.get()
    refund(invoice, "succeeded", 4900)
    refund(invoice, "failed", 900)
    html = login(client).get(receipt(invoice)).content.decode()
    assert "Refunded on Nov. 2, 2026" in html
    assert "−$49.00" in html
    assert "$100.00" in html
    assert "$9.00" not in html


def test_a_receipt_keeps_the_name_of_what_was_paid(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.join(client)
    invoice = Invoice.objects.get()
    Membership.objects.update(tier=shop.basic)
    shop.deliver()
    assert "services: Coached" in login(client).get(receipt(invoice)).content.decode()


def test_only_the_owner_sees_a_paid_invoice(
    shop: Shop, client: Client, cast: Cast, login: Login
) -> None:
    shop.join(client)
    invoice = Invoice.objects.get()
    assert Browser().get(receipt(invoice))["Location"].startswith("/accounts/login/")
    for person in (cast.owner, cast.stranger, cast.therapist, cast.manager, cast.editor):
        assert login(person).get(receipt(invoice)).status_code == 404
    Invoice.objects.update(status="open")
    assert login(client).get(receipt(invoice)).status_code == 404


def test_the_card_is_shown_and_changed_at_stripe(shop: Shop, client: Client, login: Login) -> None:
    membership = shop.join(client)
    assert (membership.card_brand, membership.card_last4) == ("visa", "4242")
    assert membership.card_expires_on == dt.date(2034, 12, 31)
    browser = login(client)
    assert "Visa ending in 4242, valid until 12/2034" in browser.get(ACCOUNT).content.decode()
    answer = browser.post(CARD)
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{shop.standin.url}/p/session/")
    rows = shop.standin.engine.account("sk_test_standin").rows("billing_portal.session")
    assert rows[-1]["flow"]["type"] == "payment_method_update"


def test_another_default_card_is_followed(shop: Shop, client: Client) -> None:
    membership = shop.join(client)
    held = shop.stripe.v1.subscriptions.retrieve(membership.stripe_subscription_id)
    customer = str(held.customer)
    card = shop.stripe.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer})
    shop.stripe.v1.subscriptions.update(held.id, {"default_payment_method": ""})
    shop.stripe.v1.customers.update(
        customer, {"invoice_settings": {"default_payment_method": card.id}}
    )
    shop.deliver_one("customer.updated")
    membership.refresh_from_db()
    assert (membership.card_brand, membership.card_last4) == ("mastercard", "4444")


def test_a_missing_payment_can_be_paid_at_once(shop: Shop, client: Client, login: Login) -> None:
    use_failing_card(shop, shop.join(client))
    shop.advance(days=31)
    shop.deliver()
    html = login(client).get(ACCOUNT).content.decode()
    assert "Pay now" in html
    assert f'href="{shop.standin.url}/i/in_' in html


def test_a_card_that_ends_before_the_next_payment_is_spoken_of(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.join(client)
    browser = login(client)
    assert "Your card ends before" not in browser.get(ACCOUNT).content.decode()
    Membership.objects.update(card_expires_on=dt.date(2026, 11, 30))
    assert "Your card ends before" in browser.get(ACCOUNT).content.decode()


def test_the_card_page_is_for_its_owner(
    shop: Shop, client: Client, cast: Cast, login: Login
) -> None:
    assert login(client).get(CARD).status_code == 405
    assert Browser().post(CARD)["Location"].startswith("/accounts/login/")
    assert login(cast.therapist).post(CARD).status_code == 404
    assert login(cast.owner).post(CARD).status_code == 409
