"""Several clinics with accounts of their own: nothing crosses; and currencies without cents."""

import json
import time
import uuid
from typing import Any

import pytest
import stripe
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import reverse
from wagtail.models import Page, Site

from tests import factories
from tests.memberships.conftest import KEY, SECRET, Shop, an_event, shop_of
from wagtail_asyncpt.memberships.models import (
    EventStatus,
    Invoice,
    Membership,
    Refund,
    StripeCustomer,
    StripeEvent,
)
from wagtail_asyncpt.memberships.operations.reconcile import reconcile
from wagtail_asyncpt.people.models import Client, Clinic

OTHER_KEY, OTHER_SECRET = "sk_test_other", "whsec_other"


@pytest.fixture
def other(shop: Shop, settings: Any) -> Shop:
    """A second clinic on its own site, with its own account, endpoint and secret."""
    root = Page.objects.get(depth=1).add_child(instance=Page(title="Bay", slug="bay"))
    site = Site.objects.create(hostname="bay.test", root_page=root, site_name="Bay PT")
    clinic = Clinic.for_site(site)
    clinic.stripe_account = "bay"
    clinic.save()
    known = settings.WAGTAIL_ASYNCPT["STRIPE_ACCOUNTS"]
    settings.WAGTAIL_ASYNCPT = {
        **settings.WAGTAIL_ASYNCPT,
        "STRIPE_ACCOUNTS": {
            **known,
            "bay": {
                "secret_key": OTHER_KEY,
                "webhook_secrets": [OTHER_SECRET],
                "api_base": shop.standin.url,
            },
        },
    }
    second = shop_of(clinic, shop.clock, shop.standin, shop.capture)
    endpoint = shop.stripe.v1.webhook_endpoints.list().data[0]
    shop.stripe.v1.webhook_endpoints.delete(endpoint.id)
    shop.standin.register_webhook(
        f"http://localhost{second.webhook_path}", OTHER_SECRET, key=OTHER_KEY
    )
    shop.standin.register_webhook(f"http://localhost{shop.webhook_path}", SECRET, key=KEY)
    return second


def post(path: str, event: dict[str, Any], secret: str) -> int:
    body = json.dumps(event)
    header = stripe.WebhookSignature.generate_signature_header(body, secret, int(time.time()))
    answer = Browser().post(
        path, body, content_type="application/json", headers={"Stripe-Signature": header}
    )
    return answer.status_code


def test_each_clinic_sells_through_its_own_account(shop: Shop, other: Shop) -> None:
    first = shop.join(factories.make_client(shop.clinic, "Nora New"))
    second = other.join(factories.make_client(other.clinic, "Bea Bay"))
    assert (first.account, second.account) == ("default", "bay")
    engine = shop.standin.engine
    assert engine.account(KEY).find("subscription", first.stripe_subscription_id)
    assert not engine.account(KEY).find("subscription", second.stripe_subscription_id)
    assert engine.account(OTHER_KEY).find("subscription", second.stripe_subscription_id)
    assert set(StripeEvent.objects.values_list("account", flat=True)) == {"default", "bay"}
    assert not StripeEvent.objects.filter(status=EventStatus.FAILED).exists()


def test_one_person_at_two_clinics_has_a_customer_at_each(shop: Shop, other: Shop) -> None:
    person = factories.make_client(shop.clinic, "Nora New")
    also = Client.objects.create(clinic=other.clinic, user=person.user, name="Nora New")
    shop.join(person)
    other.join(also)
    assert Membership.objects.filter(status="active").count() == 2
    customers = StripeCustomer.objects.values_list("account", flat=True)
    assert sorted(customers) == ["bay", "default"]


def test_a_signature_opens_its_own_clinics_address_only(shop: Shop, other: Shop) -> None:
    event = an_event()
    assert post(other.webhook_path, event, SECRET) == 400
    assert post(shop.webhook_path, event, OTHER_SECRET) == 400
    assert not StripeEvent.objects.exists()


def test_a_clinics_own_event_cannot_move_anothers_rows(
    shop: Shop, other: Shop, client: Client
) -> None:
    membership = shop.join(client)
    invoice = Invoice.objects.get(client=client)
    before = Membership.objects.filter(pk=membership.pk).values().get()
    things = (
        ("customer.subscription.deleted", "subscription", membership.stripe_subscription_id),
        ("checkout.session.expired", "checkout.session", membership.checkout_session_id),
        ("invoice.voided", "invoice", invoice.stripe_id),
        ("charge.refunded", "charge", "ch_1"),
    )
    for number, (kind, name, identity) in enumerate(things):
        thing = {"id": identity, "object": name}
        event = an_event(id=f"evt_{number}", type=kind, data={"object": thing})
        with shop.capture(execute=True):
            assert post(other.webhook_path, event, OTHER_SECRET) == 200
    assert Membership.objects.filter(pk=membership.pk).values().get() == before
    mine = StripeEvent.objects.filter(account="bay")
    assert set(mine.values_list("status", flat=True)) == {EventStatus.IGNORED}


def test_the_same_event_id_at_two_accounts_is_two_events(shop: Shop, other: Shop) -> None:
    assert post(shop.webhook_path, an_event(), SECRET) == 200
    assert post(other.webhook_path, an_event(), OTHER_SECRET) == 200
    assert StripeEvent.objects.filter(event_id="evt_test").count() == 2


def test_comparing_one_account_leaves_the_other_alone(shop: Shop, other: Shop) -> None:
    shop.pay(shop.start(factories.make_client(shop.clinic)))
    other.pay(other.start(factories.make_client(other.clinic)))
    shop.discard()
    assert reconcile(account="bay").counts == {"checkout": 1}
    statuses = dict(Membership.objects.values_list("account", "status"))
    assert statuses == {"default": "pending", "bay": "active"}


# ------------------------------------------------------------------------- currencies without cents


def test_a_currency_without_cents_is_never_multiplied(
    shop: Shop, client: Client, login: Any
) -> None:
    shop.clinic.currency = "jpy"
    shop.clinic.save()
    yen = shop_of(shop.clinic, shop.clock, shop.standin, shop.capture)
    price = yen.coached.prices.get(interval="month", is_active=True)
    assert (price.amount, price.currency) == (14900, "jpy")
    yen.join(client, price)
    invoice = Invoice.objects.get(client=client)
    assert (invoice.amount_paid, invoice.currency) == (14900, "jpy")

    manager = factories.make_therapist(shop.clinic, "Mana Ger", "manager")
    manager.user.user_permissions.add(Permission.objects.get(codename="refund_membership"))
    path = reverse("asyncpt_desk:refund", args=["invoice", invoice.pk])
    browser = login(manager)
    assert "¥14,900" in browser.get(path).content.decode()
    form = {"key": str(uuid.uuid4()), "reason": "Half", "effect": "keep", "amount": "1500.5"}
    assert browser.post(path, form).status_code == 422
    assert browser.post(path, {**form, "amount": "1500"}).status_code == 302
    assert Refund.objects.get().amount == 1500
