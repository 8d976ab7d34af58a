"""What the control page shows: clock, faults, payments, disputes, settings, events."""

from __future__ import annotations

from typing import Any

from .api import Response
from .engine import Account, Engine
from .engine.disputes import is_open
from .engine.portal_configurations import default
from .html import Html, amount_field, day, join, money, page, render, time_of_day

Json = dict[str, Any]
Row = tuple[Account, Json]

SHOWN = 40
PAYMENTS = 12
_AFTER = {
    "cancel": "the subscription is canceled",
    "unpaid": "the subscription is left unpaid",
    "pause": "the subscription is paused",
    "past_due": "the subscription stays past due",
}


def show(engine: Engine, notice: str = "", *, status: int = 200) -> Response:
    faults = engine.faults
    active = {name: value for name, value in faults.dump().items() if value}
    words = ", ".join(f"{name} = {value}" for name, value in active.items())
    body = render(
        "control.html",
        notice=render("notice.html", text=notice) if notice else Html(""),
        now=f"{day(engine.now())}, {time_of_day(engine.now())} UTC",
        faults=words or "Nothing: all is well.",
        twice=_on(bool(faults.duplicate)),
        shuffle=_on(faults.shuffle),
        old=_on(faults.old_api_version),
        payments=_payments(_rows(engine, "charge")[:PAYMENTS]),
        disputes=_disputes(_rows(engine, "dispute")),
        dunning=_dunning(engine),
        portal=_portal(engine),
        events=_events(engine, _rows(engine, "event")[:SHOWN]),
    )
    return page("Stand-in", body, status=status, wide=True)


def _on(switched: bool) -> str:
    return "on" if switched else "off"


def _rows(engine: Engine, kind: str) -> list[Row]:
    """Objects of all accounts, newest first."""
    rows = [(account, row) for account in engine.accounts() for row in account.rows(kind)]
    return sorted(rows, key=lambda pair: pair[1]["created"])[::-1]


def _table(names: tuple[str, ...], rows: list[Html]) -> Html:
    head = Html("".join(f'<th scope="col">{name}</th>' for name in names))
    return render("table.html", head=head, rows=join(rows))


def _who(account: Account, customer: str | None) -> str:
    found = account.find("customer", customer) or {}
    return found.get("email") or found.get("name") or customer or "a guest"


def _payments(rows: list[Row]) -> Html:
    if not rows:
        return Html("<p>No payments yet.</p>")
    return _table(("Date", "Amount", "State", "Play the bank"), [_payment(*row) for row in rows])


def _payment(account: Account, charge: Json) -> Html:
    left = charge["amount"] - charge["amount_refunded"]
    actions = Html("")
    if charge["paid"] and left:
        actions = render(
            "payment_actions.html",
            charge=charge["id"],
            left=amount_field(left, charge["currency"]),
            dispute=Html("") if charge["disputed"] else render("dispute_button.html"),
        )
    return render(
        "payment_row.html",
        date=day(charge["created"]),
        amount=money(charge["amount"], charge["currency"]),
        customer=_who(account, charge["customer"]),
        state=_state_of(charge),
        actions=actions,
    )


def _state_of(charge: Json) -> str:
    if not charge["paid"]:
        return "declined"
    if charge["refunded"]:
        return "refunded"
    if charge["amount_refunded"]:
        return f"{money(charge['amount_refunded'], charge['currency'])} refunded"
    return "disputed" if charge["disputed"] else "paid"


def _disputes(rows: list[Row]) -> Html:
    still_open = [(account, dispute) for account, dispute in rows if is_open(dispute)]
    if not still_open:
        return Html("<p>None.</p>")
    lines = [
        render(
            "dispute_row.html",
            amount=money(dispute["amount"], dispute["currency"]),
            customer=_who(account, account.get("charge", dispute["charge"])["customer"]),
            reason=dispute["reason"].replace("_", " "),
            due=day(dispute["evidence_details"]["due_by"]),
            dispute=dispute["id"],
        )
        for account, dispute in still_open
    ]
    return _table(("Amount", "Reason", "The bank decides"), lines)


def _dunning(engine: Engine) -> str:
    accounts = engine.accounts()
    if not accounts:
        return "No account yet."
    settings = accounts[0].settings
    days = ", ".join(str(n) for n in settings["retry_days"])
    then = _AFTER[settings["after_retries"]]
    return f"A failed renewal is tried again after {days} days; then {then}."


def _portal(engine: Engine) -> str:
    offered = [default(account)["features"] for account in engine.accounts()]
    more = any(features["subscription_update"]["enabled"] for features in offered)
    if more:
        return "The portal offers pausing and other plans."
    return "The portal offers neither pausing nor other plans, as in a fresh account."


def _events(engine: Engine, events: list[Row]) -> Html:
    if not events:
        return Html("<p>No events yet.</p>")
    rows = [
        render(
            "event_row.html",
            time=time_of_day(event["created"]),
            date=day(event["created"]),
            type=event["type"],
            object=event["data"]["object"]["id"],
            state=_delivery(engine, event["id"]),
            event=event["id"],
        )
        for _, event in events
    ]
    return _table(("Time", "Event", "Delivery", "Again"), rows)


def _delivery(engine: Engine, event: str) -> str:
    words = []
    for row in engine.webhooks.for_event(event):
        last = row["tries"][-1] if row["tries"] else None
        if last is None:
            words.append(row["state"])
            continue
        answer = last["status"] or last["error"].partition(":")[0]
        words.append(f"{row['state']} ({answer}, try {len(row['tries'])})")
    return "; ".join(words) or "no endpoint"
