"""Coupons and promotion codes: made, redeemed, used up, and what they take off which invoice."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.stripe_standin.engine import Engine, catalog
from sandbox.stripe_standin.engine.coupons import create_coupon
from sandbox.stripe_standin.engine.discounts import net, spread
from sandbox.stripe_standin.engine.lines import Line

from .conftest import DAY, KEY, START, Shop

PERIOD = 28 * DAY


def coupon(shop: Shop, **params: Any) -> Any:
    return shop.client.v1.coupons.create({"percent_off": 20, "duration": "once", **params})


def code(shop: Shop, of: Any, text: str = "SPRING", **params: Any) -> Any:
    wanted: Any = {"promotion": {"type": "coupon", "coupon": of.id}, "code": text, **params}
    return shop.client.v1.promotion_codes.create(wanted)


def paid(shop: Shop, subscription: Any) -> list[int]:
    """What each invoice of the subscription took, oldest first."""
    found = shop.client.v1.invoices.list({"subscription": subscription.id}).data
    return [invoice.amount_paid for invoice in found][::-1]


@pytest.mark.parametrize(
    ("terms", "amounts"),
    [
        ({"duration": "once"}, [11_920, 14_900, 14_900, 14_900]),
        ({"duration": "forever"}, [11_920, 11_920, 11_920, 11_920]),
        (
            {"duration": "repeating", "duration_in_months": 2},
            [11_920, 11_920, 14_900, 14_900],
        ),
    ],
)
def test_a_coupon_lasts_as_long_as_it_says(
    shop: Shop, terms: dict[str, Any], amounts: list[int]
) -> None:
    made = coupon(shop, **terms)
    _, subscription = shop.join(discounts=[{"coupon": made.id}])
    shop.standin.engine.advance(3 * 31 * DAY)
    assert paid(shop, subscription) == amounts
    assert shop.client.v1.coupons.retrieve(made.id).times_redeemed == 1
    kept = shop.client.v1.subscriptions.retrieve(subscription.id, {"expand": ["discounts"]})
    assert [d.source.coupon for d in kept.discounts] == (
        [made.id] if terms["duration"] == "forever" else []
    )


def test_an_invoice_says_what_was_taken_off_and_why(shop: Shop) -> None:
    made = coupon(shop, percent_off=None, amount_off=2_000, currency="usd", duration="forever")
    _, subscription = shop.join(discounts=[{"coupon": made.id}])
    invoice = shop.client.v1.invoices.retrieve(
        subscription.latest_invoice, {"expand": ["discounts.source.coupon"]}
    )
    assert (invoice.subtotal, invoice.total, invoice.amount_paid) == (14_900, 12_900, 12_900)
    assert invoice.discounts[0].source.coupon.amount_off == 2_000
    off = invoice.total_discount_amounts[0]
    assert (off.amount, off.discount) == (2_000, invoice.discounts[0].id)
    assert invoice.lines.data[0].discount_amounts[0].amount == 2_000


def test_a_code_is_typed_on_the_page(shop: Shop) -> None:
    made = code(shop, coupon(shop, duration="repeating", duration_in_months=3))
    session = shop.session(allow_promotion_codes=True)
    promo = f"{session.url}/promo"
    assert "Promotion code" in shop.web.get(session.url).text
    for typed, words in (("", "Enter a code."), ("WINTER", "This code is invalid.")):
        answer = shop.web.post(promo, {"code": typed})
        assert answer.status_code == 422
        assert words in answer.text
    page = shop.web.post(promo, {"code": " spring "})
    for words in ("SPRING: 20% off, for 3 months", "$119.20", "-$29.80", "at first"):
        assert words in page.text
    shown = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert (shown.amount_subtotal, shown.amount_total) == (14_900, 11_920)
    assert shown.total_details.amount_discount == 2_980
    assert shown.discounts[0].promotion_code == made.id
    assert "$149.00" in shop.web.post(promo, {"remove": "1"}).text
    shop.web.post(promo, {"code": "SPRING"})
    assert shop.submit(session, "4242424242424242").status_code == 303
    done = shop.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert paid(shop, done.subscription) == [11_920]
    assert shop.client.v1.promotion_codes.retrieve(made.id).times_redeemed == 1


def test_a_code_after_a_refused_card_charges_the_new_price(shop: Shop) -> None:
    code(shop, coupon(shop))
    session = shop.session(allow_promotion_codes=True)
    shop.submit(session, "4000000000000002")
    shop.web.post(f"{session.url}/promo", {"code": "SPRING"})
    shop.submit(session, "4242424242424242")
    intents = shop.client.v1.payment_intents.list().data
    assert [i.amount_received for i in intents] == [11_920]


def test_a_page_without_codes_takes_none(shop: Shop) -> None:
    code(shop, coupon(shop))
    session = shop.session()
    assert "Promotion code" not in shop.web.get(session.url).text
    shop.web.post(f"{session.url}/promo", {"code": "SPRING"})
    assert shop.client.v1.checkout.sessions.retrieve(session.id).amount_total == 14_900


def test_the_whole_price_off_needs_no_payment(shop: Shop) -> None:
    made = coupon(shop, percent_off=100)
    session = shop.session(discounts=[{"coupon": made.id}], payment_method_collection="if_required")
    page = shop.web.get(session.url).text
    assert "Card number" not in page
    assert ">Subscribe<" in page
    shop.submit(session, "")
    done = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert (done.payment_status, done.status) == ("no_payment_required", "complete")


def test_a_package_is_cheaper_with_a_code(shop: Shop) -> None:
    made = code(shop, coupon(shop))
    session = shop.session(
        mode="payment",
        line_items=[{"price": shop.visit.id, "quantity": 3}],
        discounts=[{"promotion_code": made.id}],
        invoice_creation={"enabled": True, "invoice_data": {"footer": "Thank you"}},
    )
    shop.submit(session, "4242424242424242")
    done = shop.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["invoice"]})
    assert (done.invoice.total, done.invoice.footer) == (21_600, "Thank you")
    assert done.invoice.total_discount_amounts[0].amount == 5_400


def test_a_coupon_for_one_product_leaves_the_others_alone(shop: Shop) -> None:
    other = shop.client.v1.products.create({"name": "Assessment"})
    fee = shop.client.v1.prices.create(
        {"product": other.id, "unit_amount": 5_000, "currency": "usd"}
    )
    made = coupon(shop, percent_off=50, applies_to={"products": [other.id]})
    lines = [{"price": shop.monthly.id, "quantity": 1}, {"price": fee.id, "quantity": 1}]
    session = shop.session(line_items=lines, discounts=[{"coupon": made.id}])
    assert session.amount_total == 14_900 + 2_500
    shown = shop.client.v1.coupons.retrieve(made.id, {"expand": ["applies_to"]})
    assert shown.applies_to.products == [other.id]
    useless = code(shop, made)
    plain = shop.session(allow_promotion_codes=True)
    answer = shop.web.post(f"{plain.url}/promo", {"code": useless.code})
    assert "does not apply to what you are buying" in answer.text


def test_a_code_has_its_limits(shop: Shop) -> None:
    base = coupon(shop)
    ana, _ = shop.join()
    bo = shop.client.v1.customers.create({"email": "bo@example.com"})
    code(shop, base, "NEW", restrictions={"first_time_transaction": True})
    code(
        shop, base, "BIG", restrictions={"minimum_amount": 20_000, "minimum_amount_currency": "usd"}
    )
    code(shop, base, "BO", customer=bo.id)
    code(shop, base, "ONE", max_redemptions=1)
    code(shop, base, "TODAY", expires_at=START + DAY)

    def enter(customer: str, text: str) -> str:
        session = shop.session(customer, allow_promotion_codes=True)
        return shop.web.post(f"{session.url}/promo", {"code": text}).text

    assert "first order only" in enter(ana.id, "NEW")
    assert "too small" in enter(ana.id, "BIG")
    assert "another customer" in enter(ana.id, "BO")
    assert "BO: 20% off" in enter(bo.id, "BO")
    one = shop.session(bo.id, allow_promotion_codes=True)
    shop.web.post(f"{one.url}/promo", {"code": "ONE"})
    shop.submit(one, "4242424242424242")
    assert "code is invalid" in enter(ana.id, "ONE")
    assert "TODAY: 20% off" in enter(ana.id, "TODAY")
    shop.standin.engine.advance(DAY)
    assert "code is invalid" in enter(ana.id, "TODAY")


@pytest.mark.parametrize(
    ("bad", "param"),
    [
        ({}, "percent_off"),
        ({"percent_off": 10, "amount_off": 5}, "percent_off"),
        ({"percent_off": 101}, "percent_off"),
        ({"percent_off": 0}, "percent_off"),
        ({"amount_off": 500}, "currency"),
        ({"percent_off": 10, "duration": "repeating"}, "duration_in_months"),
        ({"percent_off": 10, "duration_in_months": 2}, "duration_in_months"),
        ({"percent_off": 10, "redeem_by": 1}, "redeem_by"),
        ({"percent_off": 10, "max_redemptions": 0}, "max_redemptions"),
        ({"percent_off": 10, "applies_to": {"products": ["prod_none"]}}, "applies_to[products]"),
    ],
)
def test_a_coupon_that_makes_no_sense_is_refused(
    shop: Shop, refused: Any, bad: Any, param: str
) -> None:
    assert refused(shop.client.v1.coupons.create, bad).param == param


def test_coupons_and_codes_are_listed_changed_and_ended(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    made = coupon(shop, id="HELLO", name="Hello", duration="forever")
    first = code(shop, made, "HELLO-1")
    assert (
        refused(coupon, shop).http_status == 400 if v1.coupons.retrieve("HELLO") is None else True
    )
    assert "already exists" in str(refused(lambda: coupon(shop, id="HELLO")))
    assert "already exists" in str(refused(lambda: code(shop, made, "hello-1")))
    assert "letters" in str(refused(lambda: code(shop, made, "with space")))
    assert v1.coupons.update("HELLO", {"name": "Hi", "metadata": {"a": "1"}}).name == "Hi"
    assert [c.id for c in v1.coupons.list().data] == ["HELLO"]
    assert [c.id for c in v1.promotion_codes.list({"code": "Hello-1"}).data] == [first.id]
    off = v1.promotion_codes.update(first.id, {"active": False})
    assert off.active is False
    assert v1.promotion_codes.list({"active": True}).data == []
    assert v1.promotion_codes.update(first.id, {"active": True}).active is True
    _, subscription = shop.join(discounts=[{"promotion_code": first.id}])
    assert v1.coupons.delete("HELLO").deleted is True
    assert refused(v1.coupons.retrieve, "HELLO").http_status == 404
    assert v1.promotion_codes.retrieve(first.id).active is False
    shop.standin.engine.advance(29 * DAY)
    assert paid(shop, subscription) == [11_920, 11_920]


def test_a_coupon_is_closed_by_its_last_use_or_its_date(shop: Shop, refused: Any) -> None:
    last = coupon(shop, max_redemptions=1)
    shop.join(discounts=[{"coupon": last.id}])
    assert shop.client.v1.coupons.retrieve(last.id).valid is False
    error = refused(lambda: shop.session(discounts=[{"coupon": last.id}]))
    assert error.code == "coupon_expired"
    dated = coupon(shop, redeem_by=START + DAY)
    shop.standin.engine.advance(DAY)
    assert shop.client.v1.coupons.retrieve(dated.id).valid is False


def test_a_discount_is_put_on_a_running_subscription_and_taken_off(
    shop: Shop, refused: Any
) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    given = v1.subscriptions.update(
        subscription.id, {"discounts": [{"coupon": coupon(shop, duration="forever").id}]}
    )
    kept = v1.subscriptions.update(
        subscription.id, {"discounts": [{"discount": given.discounts[0]}]}
    )
    assert kept.discounts == given.discounts
    preview = v1.invoices.create_preview({"subscription": subscription.id})
    full = v1.invoices.create_preview({"subscription": subscription.id, "discounts": ""})
    assert (preview.total, full.total) == (11_920, 14_900)
    shop.standin.engine.advance(29 * DAY)
    error = refused(v1.subscriptions.update, subscription.id, {"discounts": [{"discount": "di_x"}]})
    assert error.code == "resource_missing"
    v1.subscriptions.update(subscription.id, {"discounts": ""})
    shop.standin.engine.advance(31 * DAY)
    assert paid(shop, subscription) == [14_900, 11_920, 14_900]
    assert shop.events("customer.discount.created", "customer.discount.deleted") == [
        "customer.discount.created",
        "customer.discount.deleted",
    ]


def test_an_upgrade_credits_what_was_paid_and_discounts_what_follows(shop: Shop) -> None:
    v1 = shop.client.v1
    made = coupon(shop, percent_off=50, duration="forever")
    _, subscription = shop.join(discounts=[{"coupon": made.id}])
    dear = v1.prices.create(
        {
            "product": shop.monthly.product,
            "unit_amount": 29_800,
            "currency": "usd",
            "recurring": {"interval": "month"},
        }
    )
    shop.standin.engine.advance(PERIOD // 2)
    item = {"id": subscription.items.data[0].id, "price": dear.id}
    v1.subscriptions.update(
        subscription.id,
        {"items": [item], "proration_behavior": "always_invoice"},  # type: ignore[typeddict-item]
    )
    invoice = v1.invoices.list({"subscription": subscription.id}).data[0]
    assert [line.amount for line in invoice.lines.data] == [-3_725, 7_450]
    assert invoice.total == 3_725


def test_a_subscription_over_the_api_takes_discount_fee_and_tax(shop: Shop) -> None:
    v1 = shop.client.v1
    shop.standin.engine.account(KEY).settings["tax_percent"] = 10
    customer = v1.customers.create({"email": "ana@example.com"})
    method = v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    subscription = v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": shop.monthly.id}],
            "add_invoice_items": [{"price": shop.visit.id}],
            "default_payment_method": method.id,
            "discounts": [{"coupon": coupon(shop, percent_off=50).id}],
            "automatic_tax": {"enabled": True},
        }
    )
    invoice = v1.invoices.retrieve(subscription.latest_invoice)
    taxable = (14_900 + 9_000) // 2
    assert (invoice.subtotal, invoice.total_excluding_tax) == (23_900, taxable)
    assert (invoice.total, invoice.total_taxes[0].amount) == (taxable + 1_195, 1_195)


@given(
    st.lists(st.integers(0, 99_999), min_size=1, max_size=5),
    st.one_of(st.integers(1, 100).map(lambda p: {"percent_off": p}), st.integers(1, 300_000)),
)
def test_a_discount_never_takes_more_than_there_is(amounts: list[int], terms: Any) -> None:
    account = Engine(now=START).account(KEY)
    wanted = terms if isinstance(terms, dict) else {"amount_off": terms, "currency": "usd"}
    made = create_coupon(account, wanted)
    product = catalog.create_product(account, {"name": "Plan"})["id"]
    price = {"product": product, "currency": "usd"}
    lines = [Line(price, 1, amount, "", 0, 1) for amount in amounts]
    after = spread(account, lines, [("di_1", made)])
    assert all(0 <= net(line) <= line.amount for line in after)
    off = sum(line.amount - net(line) for line in after)
    if "amount_off" in wanted:
        assert off == min(wanted["amount_off"], sum(amounts))
    else:
        assert abs(off - sum(amounts) * wanted["percent_off"] / 100) <= len(amounts)
