"""Whether Stripe tells us everything: the webhook endpoints of an account, against what we need."""

from dataclasses import dataclass

from wagtail_asyncpt.memberships.operations.events import EVENT_TYPES
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import API_VERSION
from wagtail_asyncpt.people.models import Clinic


@dataclass(frozen=True)
class EndpointFault:
    """What is wrong with the endpoint at ``url``, in words for whoever runs the site."""

    url: str
    words: str


def endpoint_faults(account: str) -> list[EndpointFault]:
    """Missing, disabled or wrongly set endpoints of the clinics that use ``account``.

    Raises StripeFailure.
    """
    endpoints = gateway.webhook_endpoints(account)
    found = []
    for clinic in Clinic.objects.filter(stripe_account=account).select_related("site"):
        ending = f"/stripe/webhook/{clinic.webhook_uuid}/"
        own = [one for one in endpoints if one["url"].endswith(ending)]
        if not own:
            found.append(EndpointFault(ending, f"{clinic}: Stripe has no endpoint with this end"))
        for endpoint in own:
            found += [EndpointFault(endpoint["url"], words) for words in _faults(endpoint)]
    return found


def _faults(endpoint: gateway.Json) -> list[str]:
    faults = []
    if endpoint["status"] != "enabled":
        faults.append("it is disabled")
    if endpoint["api_version"] != API_VERSION:
        has = endpoint["api_version"] or "the account's own version"
        faults.append(f"its API version is {has}; ours is {API_VERSION}")
    enabled = set(endpoint["enabled_events"])
    missing = [] if "*" in enabled else sorted(set(EVENT_TYPES) - enabled)
    if missing:
        faults.append(f"it does not send {', '.join(missing)}")
    return faults
