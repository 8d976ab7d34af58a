"""Amounts of money: integer minor units and an ISO 4217 code, never a float.

The unit is the one Stripe's API takes and gives: 1200 is 12.00 USD, 1200 JPY, 1.200 KWD.
The tables follow https://docs.stripe.com/currencies (minor units, special cases).
"""

from __future__ import annotations

import copy
import re
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import parse_pattern
from django.utils.translation import get_language, gettext
from django.utils.translation import to_locale as django_to_locale

from wagtail_asyncpt.core.errors import DomainError

ZERO_DECIMAL = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV"}
    | {"XAF", "XOF", "XPF"}
)
THREE_DECIMAL = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Stripe takes these as two decimals of which both must be 0: 5 ISK is 500.
WHOLE_UNITS_AS_CENTS = frozenset({"ISK", "UGX"})

_CODE = re.compile(r"[A-Za-z]{3}")
_LETTER_THEN_FIGURE = re.compile(r"(?<=[^\W\d_])(?=\d)")


class MoneyError(DomainError):
    """An amount or a currency code that cannot be money."""


def normalize_currency(currency: str) -> str:
    """Return the code in capitals ("usd", as Stripe writes it, gives "USD").

    Raises MoneyError when it is not three letters.
    """
    if not isinstance(currency, str) or not _CODE.fullmatch(currency):
        raise MoneyError(gettext("A currency is a three-letter code such as USD."))
    return currency.upper()


def exponent(currency: str) -> int:
    """Return how many decimals one minor unit stands for: 0, 2 or 3."""
    code = normalize_currency(currency)
    if code in ZERO_DECIMAL:
        return 0
    return 3 if code in THREE_DECIMAL else 2


def charge_step(currency: str) -> int:
    """Return the multiple of minor units that a charge must be (Stripe's special cases)."""
    code = normalize_currency(currency)
    if code in WHOLE_UNITS_AS_CENTS:
        return 100
    return 10 if code in THREE_DECIMAL else 1


def to_decimal(amount: int, currency: str) -> Decimal:
    """Return minor units as a decimal of the currency: (1250, "USD") gives 12.50."""
    digits = exponent(currency)
    sign = 1 if amount < 0 else 0
    return Decimal((sign, tuple(int(figure) for figure in str(abs(amount))), -digits))


def from_decimal(value: Decimal, currency: str) -> int:
    """Return a decimal of the currency as minor units: (12.5, "USD") gives 1250.

    Raises MoneyError for more digits than the currency has (nothing is rounded), for
    infinity and for not-a-number.
    """
    digits = exponent(currency)
    if not value.is_finite():
        raise MoneyError(gettext("This is not an amount of money."))
    sign, figures, power = value.as_tuple()
    whole = int("".join(map(str, figures)) or "0")
    assert isinstance(power, int)  # noqa: S101 (finite, checked above; tells the type checker)
    if abs(power) > 30:
        raise MoneyError(gettext("This is not an amount of money."))
    shift = power + digits
    if shift >= 0:
        minor, rest = whole * 10**shift, 0
    else:
        minor, rest = divmod(whole, 10**-shift)
    allowed = 0 if normalize_currency(currency) in WHOLE_UNITS_AS_CENTS else digits
    if rest or minor % 10 ** (digits - allowed):
        raise MoneyError(
            gettext("%(currency)s amounts have at most %(digits)d decimals.")
            % {"currency": normalize_currency(currency), "digits": allowed}
        )
    return -minor if sign else minor


def format_money(amount: int, currency: str, locale: str | None = None) -> str:
    """Return the amount as people of the locale write it: (120000, "USD") gives "$1,200.00".

    `locale` is a Django language ("pt-br") or a locale name ("pt_BR"); by default the active
    language. An unknown one falls back to its language, then to English.
    """
    code = normalize_currency(currency)
    known = _babel_locale(locale or get_language() or "en")
    digits = exponent(code)
    if code in WHOLE_UNITS_AS_CENTS and amount % 100 == 0:
        digits = 0
    # CLDR's digits are not Stripe's (it prints 10.50 RSD as 11), so the pattern gets ours.
    pattern = copy.copy(parse_pattern(known.currency_formats["standard"]))
    pattern.frac_prec = (digits, digits)
    text = pattern.apply(to_decimal(amount, code), known, currency=code, currency_digits=False)
    # Babel leaves out CLDR's space between a lettered symbol and the figures: "CHF49.00".
    return _LETTER_THEN_FIGURE.sub("\N{NO-BREAK SPACE}", text)


def _babel_locale(name: str) -> Locale:
    wanted = django_to_locale(name) if "_" not in name else name
    for candidate in (wanted, wanted.split("_")[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")
