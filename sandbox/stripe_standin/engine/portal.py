"""The billing portal: sessions over the API, and what its page can do."""

from __future__ import annotations

from . import plans, portal_configurations
from .billing import collect
from .cards import AUTHENTICATION_FAILED
from .changes import cancel_subscription
from .clock import HOUR
from .customers import CardDetails, create_method, make_default, test_card, update_customer
from .errors import invalid, only, required
from .payments import Outcome
from .store import Account, Json, new_id, random_text
from .subscriptions import OVER, period_end, rows_of, schedule_cancel

LIFE = HOUR


def create_portal_session(account: Account, params: Json) -> Json:
    """The url is a bearer secret, good for an hour of the stand-in's time."""
    account.get("customer", required(params, "customer"), "customer")
    configuration = portal_configurations.default(account)
    if "configuration" in params:
        kind = portal_configurations.KIND
        configuration = account.get(kind, params["configuration"], "configuration")
    if not configuration["active"]:
        raise invalid("This configuration is not active.", "configuration")
    identity, secret = new_id("billing_portal.session"), random_text(40)
    session = account.put(
        {
            "id": identity,
            "object": "billing_portal.session",
            "configuration": configuration["id"],
            "created": account.now(),
            "customer": params["customer"],
            "customer_account": None,
            "flow": _flow(account, params),
            "livemode": False,
            "locale": params.get("locale"),
            "on_behalf_of": None,
            "return_url": params.get("return_url") or configuration["default_return_url"],
            "url": f"{account.engine.base_url}/p/session/{identity}-{secret}",
        }
    )
    account.private[identity] = {"secret": secret, "pending": None}
    return session


def _flow(account: Account, params: Json) -> Json | None:
    wanted = params.get("flow_data")
    if not wanted:
        return None
    kind = wanted["type"]
    details = wanted.get(kind)
    if kind.startswith("subscription_"):
        details = _flow_details(account, params["customer"], kind, details)
    after = wanted.get("after_completion", {"type": "portal_homepage"})
    return {
        "after_completion": {"hosted_confirmation": None, "redirect": None} | after,
        "customer_update": None,
        "subscription_cancel": None,
        "subscription_pause": None,
        "subscription_update": None,
        "subscription_update_confirm": None,
        **({kind: details} if kind.startswith("subscription_") else {}),
        "type": kind,
    }


def _flow_details(account: Account, customer: str, kind: str, details: Json | None) -> Json:
    where = f"flow_data[{kind}]"
    if not details:
        raise invalid(f"Missing required param: {where}.", where, "parameter_missing")
    only(details, "subscription items", where)
    identity = details["subscription"]
    subscription = account.get("subscription", identity, f"{where}[subscription]")
    if subscription["customer"] != customer or subscription["status"] in OVER:
        raise invalid(f"No such subscription: '{identity}'", f"{where}[subscription]")
    if kind == "subscription_cancel":
        return {"retention": None, "subscription": identity}
    if kind != "subscription_update_confirm":
        return {"subscription": identity}
    items = details["items"]
    if len(items) != 1 or len(rows_of(subscription)) != 1 or not items[0].get("price"):
        raise invalid("The portal confirms a new price of a single item.", f"{where}[items]")
    plans.wanted_items(account, subscription, items, f"{where}.")
    shown = {"id": items[0]["id"], "price": items[0]["price"]}
    shown["quantity"] = items[0].get("quantity", 1)
    return {"discounts": None, "items": [shown], "subscription": identity}


def configuration_of(account: Account, session: Json) -> Json:
    """The configuration that a session goes by."""
    return account.get(portal_configurations.KIND, session["configuration"])


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


def save_details(account: Account, session: Json, typed: dict[str, str]) -> None:
    """Name, email and phone, as far as the configuration allows."""
    wanted = configuration_of(account, session)["features"]["customer_update"]
    allowed = wanted["allowed_updates"] if wanted["enabled"] else []
    names = [n for n in ("name", "email", "phone") if n in allowed and n in typed]
    changes = {name: typed[name].strip() for name in names}
    update_customer(account, changes, session["customer"])


def cancel(
    account: Account, session: Json, subscription_id: str, details: Json | None = None
) -> None:
    """At the end of what is paid (in flexible mode by cancel_at, not the boolean), or at once."""
    subscription = own(account, session, subscription_id)
    wanted = configuration_of(account, session)["features"]["subscription_cancel"]
    if not wanted["enabled"]:
        raise invalid("Canceling is not offered here.")
    if wanted["mode"] == "immediately":
        behavior = wanted["proration_behavior"]
        how = {"prorate": behavior != "none", "invoice_now": behavior == "always_invoice"}
        cancel_subscription(account, how | {"cancellation_details": details or {}}, subscription_id)
        return
    subscription["cancellation_details"] = subscription["cancellation_details"] | (details or {})
    if subscription["billing_mode"]["type"] == "flexible":
        schedule_cancel(account, subscription, period_end(subscription))
        return
    with account.changing(subscription, "customer.subscription.updated"):
        subscription |= {
            "cancel_at_period_end": True,
            "cancel_at": period_end(subscription),
            "canceled_at": account.now(),
        }


def keep(account: Account, session: Json, subscription_id: str) -> None:
    """Take a planned cancellation back."""
    schedule_cancel(account, own(account, session, subscription_id), None)


def own(account: Account, session: Json, subscription_id: str) -> Json:
    """A subscription of the session's customer, or a refusal."""
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
