"""The card form of the hosted pages: reading it, and showing it again with its errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .engine.cards import CARDS, Decline, TestCard, look_up
from .engine.customers import CardDetails
from .html import Html, join, render

_EXPIRY = re.compile(r"^\s*(\d{1,2})\s*[/ -]?\s*(\d{4}|\d{2})\s*$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")

# Which field a refusal belongs to; others are said above the form.
_FIELD_OF = {"incorrect_number": "number", "expired_card": "expiry", "incorrect_cvc": "cvc"}

FIELDS = {
    "email": ("Email", "email", "email", "you@example.com"),
    "number": ("Card number", "cc-number", "text", "1234 1234 1234 1234"),
    "expiry": ("Expiry", "cc-exp", "text", "MM / YY"),
    "cvc": ("CVC", "cc-csc", "text", "CVC"),
    "name": ("Name on card", "cc-name", "text", "Full name"),
}


@dataclass
class CardForm:
    """What was typed, what is wrong with it, and the card when nothing is."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    alert: str = ""
    details: CardDetails | None = None

    def refuse(self, decline: Decline) -> None:
        """Show why the card was refused, beside the field where there is one."""
        place = _FIELD_OF.get(decline.code)
        if place:
            self.errors[place] = decline.message
        else:
            self.alert = decline.message


def read(data: Mapping[str, str], now: int, *, with_email: bool, with_card: bool) -> CardForm:
    """Check a posted form against the stand-in's clock."""
    form = CardForm({name: data.get(name, "").strip() for name in FIELDS})
    if with_email and not _EMAIL.match(form.typed["email"]):
        form.errors["email"] = "Enter an email address, like you@example.com."
    if not with_card:
        return form
    card = _card(form)
    expiry = _expiry(form, now)
    if not re.fullmatch(r"\d{3,4}", form.typed["cvc"]):
        form.errors["cvc"] = "Your card's security code is incomplete."
    if not form.typed["name"]:
        form.errors["name"] = "Enter the name on the card."
    if card is not None and expiry is not None and not form.errors and not form.alert:
        email = form.typed["email"] or None
        form.details = CardDetails(card, *expiry, form.typed["name"], email)
    return form


def _card(form: CardForm) -> TestCard | None:
    number = re.sub(r"[\s-]", "", form.typed["number"])
    if not number:
        form.errors["number"] = "Enter a card number."
        return None
    found = look_up(number)
    if isinstance(found, Decline):
        form.refuse(found)
        return None
    return found


def _expiry(form: CardForm, now: int) -> tuple[int, int] | None:
    match = _EXPIRY.match(form.typed["expiry"])
    month = int(match[1]) if match else 0
    if match is None or not 1 <= month <= 12:
        form.errors["expiry"] = "Your card's expiration date is incomplete."
        return None
    year = int(match[2]) % 100 + 2000
    today = datetime.fromtimestamp(now, UTC)
    if (year, month) < (today.year, today.month):
        form.errors["expiry"] = "Your card's expiration date is in the past."
        return None
    return month, year


def show(form: CardForm, *, with_email: bool, with_card: bool) -> Html:
    """The fields with what was typed (never the CVC) and the errors tied to them."""
    names = [n for n in FIELDS if (n == "email" and with_email) or (n != "email" and with_card)]
    fields = join([_field(form, name) for name in names])
    alert = render("alert.html", message=form.alert) if form.alert else Html("")
    cards = _test_cards() if with_card else Html("")
    return render("card_form.html", alert=alert, fields=fields, cards=cards)


def _field(form: CardForm, name: str) -> Html:
    label, autocomplete, kind, hint = FIELDS[name]
    error = form.errors.get(name, "")
    tied = Html(f'aria-invalid="true" aria-describedby="{name}-error"') if error else Html("")
    numeric = name in ("number", "expiry", "cvc")
    return render(
        "field.html",
        name=name,
        label=label,
        autocomplete=autocomplete,
        kind=kind,
        hint=hint,
        inputmode="numeric" if numeric else ("email" if name == "email" else "text"),
        value="" if name == "cvc" else form.typed.get(name, ""),
        tied=tied,
        error=render("field_error.html", name=name, message=error) if error else Html(""),
    )


def _test_cards() -> Html:
    rows = [render("test_card.html", number=card.spaced, note=card.note) for card in CARDS]
    return render("test_cards.html", rows=join(rows))
