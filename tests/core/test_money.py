"""Amounts: exponents, decimals, and how people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from wagtail_asyncpt.core import money

CURRENCIES = ["USD", "EUR", "JPY", "KRW", "VND", "CLP", "KWD", "BHD", "TND", "RSD", "ISK", "UGX"]


@given(
    minor=st.integers(-(10**40), 10**40),
    currency=st.sampled_from([code for code in CURRENCIES if code not in {"ISK", "UGX"}]),
)
def test_minor_units_survive_the_way_to_a_decimal_and_back(minor: int, currency: str) -> None:
    assert money.from_decimal(money.to_decimal(minor, currency), currency) == minor


@given(value=st.decimals(-(10**9), 10**9, places=4), currency=st.sampled_from(CURRENCIES))
def test_a_decimal_is_taken_exactly_or_refused(value: Decimal, currency: str) -> None:
    try:
        minor = money.from_decimal(value, currency)
    except money.MoneyError:
        digits = 0 if currency in money.WHOLE_UNITS_AS_CENTS else money.exponent(currency)
        assert value != round(value, digits)
    else:
        assert money.to_decimal(minor, currency) == value


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        ("12.5", "usd", 1250),
        ("500", "JPY", 500),
        ("1E+3", "JPY", 1000),
        ("5.120", "KWD", 5120),
        ("5", "ISK", 500),
        ("5.00", "UGX", 500),
        ("-0.01", "EUR", -1),
        ("0", "USD", 0),
    ],
)
def test_a_typed_price_becomes_stripes_minor_units(value: str, currency: str, minor: int) -> None:
    assert money.from_decimal(Decimal(value), currency) == minor


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        ("12.345", "USD"),
        ("0.5", "JPY"),
        ("1.0001", "KWD"),
        ("5.5", "ISK"),
        ("NaN", "USD"),
        ("1e999999999", "USD"),
        ("1e-999999999", "USD"),
        ("Infinity", "USD"),
        ("1", "US"),
        ("1", "USDT"),
        ("1", "12$"),
    ],
)
def test_what_is_not_money_is_refused_and_never_rounded(value: str, currency: str) -> None:
    with pytest.raises(money.MoneyError):
        money.from_decimal(Decimal(value), currency)


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        (120000, "USD", "en-us", "$1,200.00"),
        (120000, "usd", "en_US", "$1,200.00"),
        (1200, "JPY", "en", "¥1,200"),
        (1200, "KWD", "en", "KWD\N{NO-BREAK SPACE}1.200"),
        (1050, "RSD", "en", "RSD\N{NO-BREAK SPACE}10.50"),
        (500, "ISK", "en", "ISK\N{NO-BREAK SPACE}5"),
        (123456, "EUR", "de", "1.234,56\N{NO-BREAK SPACE}€"),
        (-4900, "USD", "en", "-$49.00"),
        (4900, "USD", "xx-yy", "$49.00"),
        (4900, "BRL", "pt-br", "R$\N{NO-BREAK SPACE}49,00"),
    ],
)
def test_amounts_read_as_people_of_the_place_write_them(
    amount: int, currency: str, locale: str, text: str
) -> None:
    assert money.format_money(amount, currency, locale) == text


def test_without_a_locale_the_active_language_decides() -> None:
    with translation.override("de"):
        assert money.format_money(4900, "EUR") == "49,00\N{NO-BREAK SPACE}€"


@given(amount=st.integers(-(10**12), 10**12), currency=st.sampled_from(CURRENCIES))
def test_no_figure_of_an_amount_is_lost_in_print(amount: int, currency: str) -> None:
    text = money.format_money(amount, currency, "en")
    printed = Decimal("".join(sign for sign in text if sign.isdigit() or sign in ".-"))
    assert printed == money.to_decimal(amount, currency)


@pytest.mark.parametrize(
    ("currency", "step"), [("USD", 1), ("JPY", 1), ("KWD", 10), ("ISK", 100), ("UGX", 100)]
)
def test_charges_go_in_the_steps_that_stripe_takes(currency: str, step: int) -> None:
    assert money.charge_step(currency) == step
