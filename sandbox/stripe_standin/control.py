"""``/_standin/``: look at the stand-in, move its clock, break things. JSON and a page."""

from __future__ import annotations

import json
from typing import Any

from .api import Request, Response
from .engine import Account, Engine
from .engine.clock import DAY, HOUR, add_interval
from .engine.errors import StripeError
from .html import Html, day, join, page, redirect, render, time_of_day
from .pages import Fields, not_found

Json = dict[str, Any]

_STEPS = {"hour": HOUR, "day": DAY, "week": 7 * DAY}
_UNITS = ("seconds", "days", "months", "to")
SHOWN = 40


def handle(engine: Engine, request: Request, rest: str, data: Fields) -> Response:
    """Everything below ``/_standin/``."""
    if (request.method, rest) == ("GET", ""):
        return _page(engine)
    if (request.method, rest) == ("POST", "act"):
        return _act(engine, data)
    if rest == "faults":
        return _json(lambda body: _faults(engine, request.method, body), request)
    if (request.method, rest) == ("POST", "clock/advance"):
        return _json(lambda body: _advance(engine, body), request)
    if (request.method, rest) == ("GET", "clock"):
        return _json(lambda body: {"now": engine.now()}, request)
    return not_found()


def _json(action: Any, request: Request) -> Response:
    headers = {"Content-Type": "application/json"}
    try:
        body = json.loads(request.body) if request.body else {}
        if not isinstance(body, dict):
            raise ValueError("a JSON object is expected")
        answer = action(body)
    except (ValueError, OverflowError) as error:
        return Response(400, json.dumps({"error": str(error)}).encode(), headers)
    return Response(200, json.dumps(answer).encode(), headers)


def _faults(engine: Engine, method: str, body: Json) -> Json:
    if method == "POST":
        if body.pop("clear", False):
            engine.faults.clear()
        engine.faults.set(body)
        engine.changed()
    return engine.faults.dump()


def _advance(engine: Engine, body: Json) -> Json:
    if len(body) != 1 or next(iter(body)) not in _UNITS:
        raise ValueError(f"one of {', '.join(_UNITS)} is expected")
    unit, amount = next(iter(body.items()))
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        raise ValueError(f"{unit} takes a whole number, not {amount!r}")
    if unit == "months":
        amount = add_interval(engine.now(), "month", amount)
    elif unit != "to":
        amount = engine.now() + amount * (DAY if unit == "days" else 1)
    if amount < engine.now():
        raise ValueError("the clock does not go back")
    return {"now": engine.advance(to=amount)}


def _act(engine: Engine, data: Fields) -> Response:
    action = data.get("action", "")
    if action in _STEPS:
        engine.advance(_STEPS[action])
    elif action == "month":
        engine.advance(to=add_interval(engine.now(), "month", 1))
    elif action == "decline":
        engine.faults.set({"decline_charges": engine.faults.decline_charges + 1})
    elif action == "clear":
        engine.faults.clear()
    elif action == "resend":
        _resend(engine, data.get("event", ""))
    engine.changed()
    return redirect("/_standin/")


def _resend(engine: Engine, event: str) -> None:
    found = engine.locate("event", event)
    if found is None:
        raise StripeError(f"No such event: '{event}'", status=404)
    engine.webhooks.resend(found[0], event)


def _page(engine: Engine) -> Response:
    events = [(a, e) for a in engine.accounts() for e in a.rows("event")]
    events.sort(key=lambda pair: pair[1]["created"])
    latest = events[::-1][:SHOWN]
    active = {k: v for k, v in engine.faults.dump().items() if v}
    faults = ", ".join(f"{k} = {v}" for k, v in active.items()) or "None: all is well."
    body = render(
        "control.html",
        now=f"{day(engine.now())}, {time_of_day(engine.now())} UTC",
        faults=faults,
        events=_events(engine, latest) if latest else Html("<p>No events yet.</p>"),
    )
    return page("Stand-in", body, wide=True)


def _events(engine: Engine, events: list[tuple[Account, Json]]) -> Html:
    names = ("Time", "Event", "Delivery", "")
    head = Html("".join(f'<th scope="col">{n or "Again"}</th>' for n in names))
    rows = [
        render(
            "event_row.html",
            time=time_of_day(event["created"]),
            date=day(event["created"]),
            type=event["type"],
            object=event["data"]["object"]["id"],
            state=_state(engine, event["id"]),
            event=event["id"],
        )
        for _, event in events
    ]
    return render("table.html", head=head, rows=join(rows))


def _state(engine: Engine, event: str) -> str:
    rows = engine.webhooks.for_event(event)
    words = []
    for row in rows:
        last = row["tries"][-1] if row["tries"] else None
        if last is None:
            words.append(row["state"])
            continue
        answer = last["status"] or last["error"].partition(":")[0]
        words.append(f"{row['state']} ({answer}, try {len(row['tries'])})")
    return "; ".join(words) or "no endpoint"
