"""What 2026-10-28.endive changed and dahlia's OpenAPI cannot know, written by hand.

Only what we send or answer. Keys that endive added to answers need no line here: the document
leaves its objects open, and the SDK's own types judge them.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

FORM = "application/x-www-form-urlencoded"


def lay_over(document: Json) -> Json:
    """The document with endive's changes, in place."""
    paths = document["paths"]
    paths["/v1/subscriptions/{subscription}/pause"] = {"post": _pause(paths)}
    anchor = _words("now", "unchanged")
    for path in ("/v1/subscriptions/{subscription_exposed_id}", _RESUME):
        _body(paths, path)["billing_cycle_anchor"] = _typed(anchor)
    _body(paths, _RESUME)["payment_behavior"] = _words(
        "resume_on_payment_attempt", "resume_on_payment_success"
    )
    details = _body(paths, "/v1/invoices/create_preview")["subscription_details"]["properties"]
    details["billing_cycle_anchor"] = _typed(_words("now", "timestamp", "unchanged"), timestamp=int)
    details["pause"] = _pause_schema()
    _portal(paths)
    flow = document["components"]["schemas"]["portal_flows_flow"]["properties"]
    flow["type"]["enum"] += ["customer_update", "subscription_pause"]
    for path in ("/v1/checkout/sessions", "/v1/payment_intents"):
        _body(paths, path).pop("payment_method_types")
    return document


_RESUME = "/v1/subscriptions/{subscription}/resume"


def _body(paths: Json, path: str) -> Json:
    schema = paths[path]["post"]["requestBody"]["content"][FORM]["schema"]
    properties: Json = schema["properties"]
    return properties


def _words(*words: str) -> Json:
    return {"type": "string", "enum": list(words)}


def _typed(words: Json, **more: type) -> Json:
    extra = {name: {"type": "integer"} for name in more}
    return {
        "type": "object",
        "properties": {"type": words, **extra},
        "required": ["type"],
        "additionalProperties": False,
    }


def _pause_schema() -> Json:
    since = _typed(_words("item_current_period_start", "none", "now"))
    bill_for = {
        "outstanding_usage_through": _typed(_words("none", "now")),
        "unused_time_from": since,
    }
    return {
        "type": "object",
        "properties": {
            "bill_for": {
                "type": "object",
                "properties": bill_for,
                "additionalProperties": False,
            },
            "expand": {"type": "array", "items": {"type": "string"}},
            "invoicing_behavior": _words("invoice", "pending_invoice_item"),
            "type": _words("subscription"),
        },
        "additionalProperties": False,
    }


def _pause(paths: Json) -> Json:
    return {
        "requestBody": {"content": {FORM: {"schema": _pause_schema()}}},
        "responses": paths[_RESUME]["post"]["responses"],
    }


def _portal(paths: Json) -> None:
    """Pausing as a feature and a flow, and customer_update as a flow."""
    duration = {
        "type": "object",
        "properties": {
            "interval_options": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "interval": _words("day", "week", "month", "year"),
                        "interval_count": {"type": "integer"},
                    },
                    "required": ["interval"],
                    "additionalProperties": False,
                },
            },
            "type": _words("indefinite", "interval_options"),
        },
        "required": ["type"],
        "additionalProperties": False,
    }
    pause = {
        "type": "object",
        "properties": {"duration": duration, "enabled": {"type": "boolean"}},
        "additionalProperties": False,
    }
    for path in (_CONFIGURATIONS, f"{_CONFIGURATIONS}/{{configuration}}"):
        _body(paths, path)["features"]["properties"]["subscription_pause"] = pause
    flow = _body(paths, "/v1/billing_portal/sessions")["flow_data"]["properties"]
    flow["subscription_pause"] = flow["subscription_update"]
    flow["type"] = _words(*flow["type"]["enum"], "customer_update", "subscription_pause")


_CONFIGURATIONS = "/v1/billing_portal/configurations"
