"""What the portal lets customers do: configurations, one of them the account's default."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

from .errors import invalid, unsupported
from .store import Account, Json, assign, merge_metadata, new_id

KIND = "billing_portal.configuration"
REASONS = [
    "too_expensive",
    "missing_features",
    "switched_service",
    "unused",
    "customer_service",
    "too_complex",
    "low_quality",
    "other",
]
# As in a fresh account: pausing and changing plans are off until somebody turns them on.
_FEATURES: Json = {
    "customer_update": {"allowed_updates": ["email", "name", "phone"], "enabled": True},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": REASONS},
        "enabled": True,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_pause": {
        "duration": {"interval_options": [], "type": "indefinite"},
        "enabled": False,
    },
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "products": [],
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}
_OFF = {
    name: feature | {"enabled": False, "allowed_updates": []}
    if name == "customer_update"
    else feature | {"enabled": False}
    for name, feature in _FEATURES.items()
}


def default(account: Account) -> Json:
    """The configuration of sessions that name none; made when first needed."""
    found = next((c for c in account.rows(KIND) if c["is_default"]), None)
    return found or _store(account, {}, deepcopy(_FEATURES), is_default=True)


def create_configuration(account: Account, params: Json) -> Json:
    """Features that are not named are off."""
    features = _merged(account, deepcopy(_OFF), params["features"])
    configuration = _store(account, params, features, is_default=False)
    account.emit("billing_portal.configuration.created", configuration)
    return configuration


def _store(account: Account, params: Json, features: Json, *, is_default: bool) -> Json:
    profile = params.get("business_profile", {})
    return account.put(
        {
            "id": new_id(KIND),
            "object": KIND,
            "active": True,
            "application": None,
            "business_profile": {
                "headline": profile.get("headline") or None,
                "privacy_policy_url": profile.get("privacy_policy_url"),
                "terms_of_service_url": profile.get("terms_of_service_url"),
            },
            "created": account.now(),
            "default_return_url": params.get("default_return_url") or None,
            "features": features,
            "is_default": is_default,
            "livemode": False,
            "login_page": {"enabled": False, "url": None},
            "metadata": merge_metadata({}, params.get("metadata", {})),
            "name": params.get("name") or None,
            "updated": account.now(),
        }
    )


def update_configuration(account: Account, params: Json, identity: str) -> Json:
    configuration = account.get(KIND, identity)
    if configuration["is_default"] and params.get("active") is False:
        raise invalid("The default configuration cannot be deactivated.", "active")
    features = _merged(account, deepcopy(configuration["features"]), params.get("features", {}))
    with account.changing(configuration, "billing_portal.configuration.updated"):
        assign(configuration, params, "active", "default_return_url", "name")
        profile = {k: v or None for k, v in params.get("business_profile", {}).items()}
        configuration["business_profile"] = configuration["business_profile"] | profile
        configuration |= {"features": features, "updated": account.now()}
    return configuration


def _merged(account: Account, features: Json, wanted: Json) -> Json:
    _check(account, wanted)
    for name, feature in wanted.items():
        for key, value in feature.items():
            old = features[name].get(key)
            nested = isinstance(old, dict) and isinstance(value, dict)
            features[name][key] = old | value if nested else _cleared(value, old)
    duration = features["subscription_pause"]["duration"]
    if duration["type"] == "interval_options" and not duration["interval_options"]:
        raise invalid(
            "interval_options are needed for this type of duration.",
            "features[subscription_pause][duration]",
        )
    _fill(features)
    return features


def _cleared(value: object, old: object) -> object:
    return ([] if isinstance(old, list) else None) if value == "" else value


def _fill(features: Json) -> None:
    """What Stripe adds to what was sent."""
    features["subscription_update"]["products"] = [
        {"adjustable_quantity": {"enabled": False, "maximum": None, "minimum": 1}} | product
        for product in features["subscription_update"]["products"]
    ]
    duration = features["subscription_pause"]["duration"]
    duration["interval_options"] = [
        {"interval_count": 1} | option for option in duration["interval_options"]
    ]


def _check(account: Account, wanted: Json) -> None:
    update = wanted.get("subscription_update", {})
    for name in update.get("default_allowed_updates") or []:
        if name != "price":
            raise unsupported(f"features[subscription_update][default_allowed_updates]={name}")
    for product in update.get("products") or []:
        where = "features[subscription_update][products]"
        account.get("product", product["product"], f"{where}[product]")
        if product.get("adjustable_quantity", {}).get("enabled"):
            raise unsupported(f"{where}[adjustable_quantity]")
        for price in product["prices"]:
            account.get("price", price, f"{where}[prices]")
    reasons = wanted.get("subscription_cancel", {}).get("cancellation_reason", {})
    if reasons.get("feedback_options"):
        raise unsupported("features[subscription_cancel][cancellation_reason][feedback_options]")
    if wanted.get("payment_method_update", {}).get("payment_method_configuration"):
        raise unsupported("features[payment_method_update][payment_method_configuration]")


def configuration_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    default(account)
    wanted = {k: params[k] for k in ("active", "is_default") if k in params}
    return lambda row: all(row[k] == v for k, v in wanted.items())
