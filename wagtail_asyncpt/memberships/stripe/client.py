"""The only module that imports ``stripe``: clients, signatures, and errors in our own classes."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import stripe

from wagtail_asyncpt import __version__
from wagtail_asyncpt.conf import StripeAccount
from wagtail_asyncpt.conf import settings as asyncpt_settings

API_VERSION = "2026-10-28.endive"
TIMEOUT = 15
RETRIES = 2

stripe.set_app_info(
    "wagtail-asyncpt",
    version=__version__,
    url="https://github.com/wagtail-asyncpt/wagtail-asyncpt",
)


class StripeFailure(Exception):
    """Stripe did not do what was asked. The message is for logs, never for clients."""


class NotConfigured(StripeFailure):
    """The clinic names an account that the settings do not have."""


class Unavailable(StripeFailure):
    """No answer, too many requests, or a fault on Stripe's side: the same call may work later."""


class Refused(StripeFailure):
    """Stripe understood and said no; the same call will not work later."""


class Missing(Refused):
    """Stripe knows no object with this id."""


class InvalidSignature(Exception):
    """A webhook that was not signed with one of our secrets, or not now, or is no event."""


def account_called(name: str) -> StripeAccount:
    """The keys of the account. Raises NotConfigured."""
    account = asyncpt_settings.stripe_account(name)
    if account is None:
        raise NotConfigured(f"STRIPE_ACCOUNTS has no entry {name!r}")
    return account


def client_for(account_name: str) -> stripe.StripeClient:
    """The client of one account: pinned version, retries, timeout. Raises NotConfigured."""
    return _client(account_called(account_name))


@lru_cache(maxsize=32)
def _client(account: StripeAccount) -> stripe.StripeClient:
    return stripe.StripeClient(
        account.secret_key,
        stripe_version=API_VERSION,
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
        base_addresses={"api": account.api_base} if account.api_base else None,
    )


@contextmanager
def own_errors() -> Iterator[None]:
    """Turn the SDK's exceptions into ours."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise Unavailable(str(error)) from error
    except stripe.StripeError as error:
        if error.code == "resource_missing":
            raise Missing(str(error)) from error
        if error.http_status is None or error.http_status >= 500 or error.http_status == 409:
            raise Unavailable(str(error)) from error
        raise Refused(str(error)) from error


def as_json(thing: stripe.StripeObject) -> dict[str, Any]:
    """A Stripe object as plain JSON values."""
    return thing.to_dict(for_json=True)


def verify(
    body: bytes, signature: str, *, account: StripeAccount, now: float | None = None
) -> dict[str, Any]:
    """The event in a webhook's raw body. Raises InvalidSignature.

    One of the account's secrets must have signed it (two are kept while a secret is rolled), within
    STRIPE_WEBHOOK_TOLERANCE seconds of ``now`` on either side; the SDK checks the past side only.
    The signer's clock is the wall clock, so that is compared, not the product's.
    """
    if not any(_signed_with(body, signature, secret) for secret in account.webhook_secrets):
        raise InvalidSignature("not signed with a secret of this account")
    tolerance = max(1, asyncpt_settings.STRIPE_WEBHOOK_TOLERANCE)
    if abs((time.time() if now is None else now) - _signed_at(signature)) > tolerance:
        raise InvalidSignature("signed too long ago, or in the future")
    return _event(body)


def _signed_with(body: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=None)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def _signed_at(signature: str) -> int:
    stamps = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    return int(stamps[0])


def _event(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body)
    except ValueError as error:
        raise InvalidSignature("not JSON") from error
    if not isinstance(event, dict) or event.get("object") != "event":
        raise InvalidSignature("not a snapshot event")
    if not isinstance(event.get("id"), str) or not isinstance(event.get("type"), str):
        raise InvalidSignature("an event without id or type")
    if not isinstance(event.get("data"), dict) or not isinstance(event["data"].get("object"), dict):
        raise InvalidSignature("an event without an object")
    return event
