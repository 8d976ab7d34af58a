"""Stripe's documented test cards and what each one does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .errors import StripeError


@dataclass(frozen=True)
class Decline:
    """Why a card was refused, in Stripe's codes and words."""

    code: str
    message: str
    decline_code: str | None = None

    def error(self, **extra: object) -> StripeError:
        """The 402 that the API answers."""
        return StripeError(
            self.message,
            status=402,
            kind="card_error",
            code=self.code,
            decline_code=self.decline_code,
            extra=dict(extra),
        )


def _declined(reason: str, message: str = "Your card was declined.") -> Decline:
    return Decline("card_declined", message, reason)


GENERIC = _declined("generic_decline")
INSUFFICIENT = _declined("insufficient_funds", "Your card has insufficient funds.")
EXPIRED = Decline("expired_card", "Your card has expired.", "expired_card")
CVC = Decline("incorrect_cvc", "Your card's security code is incorrect.", "incorrect_cvc")
PROCESSING = Decline(
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
    "processing_error",
)
NUMBER = Decline("incorrect_number", "Your card number is incorrect.")
NOT_A_TEST_CARD = _declined(
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card.",
)
AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure",
    "We are unable to authenticate your payment method. "
    "Please choose a different payment method and try again.",
)
AUTHENTICATION_REQUIRED = Decline(
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
    "authentication_required",
)


@dataclass(frozen=True)
class TestCard:
    """One test number. ``refused``: at once; ``charges_fail``: it attaches, charges fail.

    ``three_ds``: "first" asks on session until the card is set up, "always" asks every time.
    ``dispute``: what the holder does once charged. ``refund``: how a refund to it goes.
    """

    number: str
    note: str
    brand: str = "visa"
    token: str | None = None
    refused: Decline | None = None
    charges_fail: Decline | None = None
    three_ds: Literal["never", "first", "always"] = "never"
    dispute: Literal["", "dispute", "dispute_not_received", "dispute_inquiry"] = ""
    refund: Literal["succeeds", "pending", "fails"] = "succeeds"

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def spaced(self) -> str:
        return " ".join(self.number[i : i + 4] for i in range(0, len(self.number), 4))


_LOST = _declined("lost_card")
_STOLEN = _declined("stolen_card")

CARDS = (
    TestCard("4242424242424242", "Succeeds", token="pm_card_visa"),
    TestCard("5555555555554444", "Succeeds", "mastercard", token="pm_card_mastercard"),
    TestCard("4000000000000002", "Declined", token="pm_card_chargeDeclined", refused=GENERIC),
    TestCard("4000000000009995", "Insufficient funds", refused=INSUFFICIENT),
    TestCard("4000000000009987", "Declined as lost", refused=_LOST),
    TestCard("4000000000009979", "Declined as stolen", refused=_STOLEN),
    TestCard("4000000000000069", "Expired card", refused=EXPIRED),
    TestCard("4000000000000127", "Incorrect CVC", refused=CVC),
    TestCard("4000000000000119", "Processing error", refused=PROCESSING),
    TestCard("4242424242424241", "Incorrect number", refused=NUMBER),
    TestCard("4000002500003155", "3-D Secure until the card is set up", three_ds="first"),
    TestCard("4000002760003184", "3-D Secure every time", three_ds="always"),
    TestCard(
        "4000000000003220",
        "3-D Secure 2 every time",
        token="pm_card_threeDSecure2Required",
        three_ds="always",
    ),
    TestCard(
        "4000008260003178",
        "3-D Secure, then insufficient funds",
        charges_fail=INSUFFICIENT,
        three_ds="always",
    ),
    TestCard(
        "4000008400001629", "3-D Secure, then declined", charges_fail=GENERIC, three_ds="always"
    ),
    TestCard(
        "4000000000000341",
        "Can be saved, every charge fails",
        token="pm_card_chargeCustomerFail",
        charges_fail=GENERIC,
    ),
    TestCard("4000000000000259", "Succeeds, then disputed as fraudulent", dispute="dispute"),
    TestCard(
        "4000000000002685",
        "Succeeds, then disputed: not received",
        dispute="dispute_not_received",
    ),
    TestCard("4000000000001976", "Succeeds, then an inquiry", dispute="dispute_inquiry"),
    TestCard("4000000000007726", "Succeeds; a refund is pending first", refund="pending"),
    TestCard("4000000000005126", "Succeeds; a refund fails later", refund="fails"),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_TOKEN = {card.token: card for card in CARDS if card.token}


def passes_luhn(number: str) -> bool:
    """The check digit that every card number carries."""
    if not number.isdigit() or not 12 <= len(number) <= 19:
        return False
    digits = [int(d) for d in reversed(number)]
    doubled = (sum(divmod(2 * d, 10)) for d in digits[1::2])
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0


def look_up(number: str) -> TestCard | Decline:
    """The test card, or why this number is no use here."""
    card = BY_NUMBER.get(number)
    if card is not None:
        return card.refused if card.refused is NUMBER else card
    return NOT_A_TEST_CARD if passes_luhn(number) else NUMBER
