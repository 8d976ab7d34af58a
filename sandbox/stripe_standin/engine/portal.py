"""The billing portal: sessions over the API, and what its page can do."""

from __future__ import annotations

from .billing import collect
from .cards import AUTHENTICATION_FAILED
from .clock import HOUR
from .customers import CardDetails, create_method, make_default, test_card
from .errors import invalid, only, required
from .payments import Outcome
from .store import Account, Json, new_id, random_text
from .subscriptions import OVER, period_end, schedule_cancel

LIFE = HOUR
_FLOWS = ("payment_method_update", "subscription_cancel")


def create_portal_session(account: Account, params: Json) -> Json:
    """The url is a bearer secret, good for an hour of the stand-in's time."""
    account.get("customer", required(params, "customer"), "customer")
    identity, secret = new_id("billing_portal.session"), random_text(40)
    session = account.put(
        {
            "id": identity,
            "object": "billing_portal.session",
            "configuration": "bpc_standin",
            "created": account.now(),
            "customer": params["customer"],
            "customer_account": None,
            "flow": _flow(account, params),
            "livemode": False,
            "locale": params.get("locale"),
            "on_behalf_of": None,
            "return_url": params.get("return_url"),
            "url": f"{account.engine.base_url}/p/session/{identity}-{secret}",
        }
    )
    account.private[identity] = {"secret": secret, "pending": None}
    return session


def _flow(account: Account, params: Json) -> Json | None:
    wanted = params.get("flow_data")
    if not wanted:
        return None
    only(wanted, "type subscription_cancel after_completion", "flow_data")
    if wanted["type"] not in _FLOWS:
        raise invalid(f"The stand-in has no portal flow {wanted['type']}.", "flow_data[type]")
    cancel = wanted.get("subscription_cancel")
    if wanted["type"] == "subscription_cancel":
        if not cancel:
            raise invalid(
                "Missing required param: flow_data[subscription_cancel].",
                "flow_data[subscription_cancel]",
                "parameter_missing",
            )
        only(cancel, "subscription", "flow_data[subscription_cancel]")
        account.get(
            "subscription",
            cancel["subscription"],
            "flow_data[subscription_cancel][subscription]",
        )
        cancel = {"retention": None, "subscription": cancel["subscription"]}
    after = wanted.get("after_completion", {"type": "portal_homepage"})
    return {
        "after_completion": {"hosted_confirmation": None, "redirect": None} | after,
        "subscription_cancel": cancel,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": wanted["type"],
    }


def is_live(account: Account, session: Json, secret: str) -> bool:
    """True while the link may be used."""
    fresh = account.now() < session["created"] + LIFE
    return fresh and account.private[session["id"]]["secret"] == secret


def subscriptions_of(account: Account, session: Json) -> list[Json]:
    return [
        s
        for s in account.rows("subscription")
        if s["customer"] == session["customer"] and s["status"] not in OVER
    ]


def invoices_of(account: Account, session: Json) -> list[Json]:
    """Finalized invoices, newest first."""
    rows = [i for i in account.rows("invoice") if i["customer"] == session["customer"]]
    return [i for i in reversed(rows) if i["status"] != "draft"]


def cancel(account: Account, session: Json, subscription_id: str) -> None:
    """At the end of what is paid; in flexible mode that is cancel_at, and not the boolean."""
    subscription = _own(account, session, subscription_id)
    if subscription["billing_mode"]["type"] == "flexible":
        schedule_cancel(account, subscription, period_end(subscription))
    else:
        with account.changing(subscription, "customer.subscription.updated"):
            subscription |= {
                "cancel_at_period_end": True,
                "cancel_at": period_end(subscription),
                "canceled_at": account.now(),
            }


def keep(account: Account, session: Json, subscription_id: str) -> None:
    """Take a planned cancellation back."""
    schedule_cancel(account, _own(account, session, subscription_id), None)


def _own(account: Account, session: Json, subscription_id: str) -> Json:
    subscription = account.get("subscription", subscription_id)
    if subscription["customer"] != session["customer"]:
        raise invalid(f"No such subscription: '{subscription_id}'")
    return subscription


def save_card(account: Account, session: Json, details: CardDetails) -> Outcome:
    """Put a new card on file and charge it from now on."""
    method = create_method(account, details)
    card = test_card(account, method["id"])
    if card.refused is not None:
        return Outcome("failed", card.refused)
    if card.three_ds != "never":
        account.private[session["id"]]["pending"] = method["id"]
        return Outcome("requires_action")
    return _keep_card(account, session, method)


def authenticate(account: Account, session: Json, *, passed: bool) -> Outcome:
    hidden = account.private[session["id"]]
    method = account.get("payment_method", hidden["pending"])
    hidden["pending"] = None
    if not passed:
        return Outcome("failed", AUTHENTICATION_FAILED)
    return _keep_card(account, session, method)


def _keep_card(account: Account, session: Json, method: Json) -> Outcome:
    account.private[method["id"]]["set_up"] = True
    make_default(account, account.get("customer", session["customer"]), method)
    return Outcome("succeeded")


# ----------------------------------------------------------------------- hosted invoice page


def pay_open_invoice(account: Account, invoice: Json, details: CardDetails) -> Outcome:
    """The customer pays an open invoice on its page with a card, which becomes their card."""
    method = create_method(account, details)
    card = test_card(account, method["id"])
    hidden = account.private.setdefault(invoice["id"], {})
    if card.refused is None:
        make_default(account, account.get("customer", invoice["customer"]), method)
    outcome = collect(account, invoice, method, on_session=True)
    hidden["pending"] = method["id"] if outcome.status == "requires_action" else None
    return outcome


def authenticate_invoice(account: Account, invoice: Json, *, passed: bool) -> Outcome:
    hidden = account.private[invoice["id"]]
    method = account.get("payment_method", hidden["pending"])
    hidden["pending"] = None
    if not passed:
        return Outcome("failed", AUTHENTICATION_FAILED)
    return collect(account, invoice, method, on_session=True, authenticated=True)
