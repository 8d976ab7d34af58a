"""The report of comparing with Stripe, and the button that compares."""

import logging
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wagtail_asyncpt.memberships.desk import RECHECK, dashboard_url, last_event, may
from wagtail_asyncpt.memberships.models import (
    EventStatus,
    Reconciliation,
    StripeEvent,
)
from wagtail_asyncpt.memberships.operations.reconcile import REPAIRED
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.memberships.tasks import reconcile_stripe
from wagtail_asyncpt.people.models import Clinic
from wagtail_asyncpt.people.queries import managed_clinics

log = logging.getLogger(__name__)

_WORDS: dict[str, Promise] = {
    "event": gettext_lazy("A webhook did not arrive"),
    "checkout": gettext_lazy("A checkout had ended"),
    "subscription": gettext_lazy("A membership differed"),
    "pause": gettext_lazy("A pause was missed"),
    "invoice": gettext_lazy("An invoice differed"),
    "refund": gettext_lazy("A refund differed"),
    "dispute": gettext_lazy("A dispute differed"),
    "unknown": gettext_lazy("A subscription that is not ours"),
    "duplicate": gettext_lazy("A second subscription"),
    "lost": gettext_lazy("Stripe does not know it"),
    "problem": gettext_lazy("Could not be repaired"),
    "endpoint": gettext_lazy("The webhook endpoint"),
}
_FOLDERS = {"sub_": "subscriptions", "in_": "invoices", "evt_": "events", "du_": "disputes"}


@dataclass(frozen=True)
class Line:
    """One finding in words."""

    what: Any
    stripe_id: str
    words: str
    is_repaired: bool
    url: str


@dataclass(frozen=True)
class Account:
    """One account: how webhooks stand, and the last comparison."""

    name: str
    clinics: str
    last_event: StripeEvent | None
    waiting: int
    failed: int
    run: Reconciliation | None
    lines: list[Line]
    unlisted: int
    failure: str


def _accounts(clinics: list[Clinic]) -> list[Account]:
    names = sorted({clinic.stripe_account for clinic in clinics})
    return [
        _account(name, [one for one in clinics if one.stripe_account == name]) for name in names
    ]


def _account(name: str, clinics: list[Clinic]) -> Account:
    run = Reconciliation.objects.filter(account=name).first()
    events = StripeEvent.objects.filter(account=name)
    return Account(
        name=name,
        clinics=", ".join(str(clinic) for clinic in clinics),
        last_event=last_event(name),
        waiting=events.filter(status=EventStatus.RECEIVED).count(),
        failed=events.filter(status=EventStatus.FAILED).count(),
        run=run,
        lines=[_line(name, finding) for finding in run.findings] if run else [],
        unlisted=sum(run.counts.values()) - len(run.findings) if run else 0,
        failure=_why(run) if run and run.error else "",
    )


def _line(account: str, finding: dict[str, str]) -> Line:
    identity = finding["stripe_id"]
    folder = next((f for prefix, f in _FOLDERS.items() if identity.startswith(prefix)), "")
    return Line(
        what=_WORDS.get(finding["kind"], finding["kind"]),
        stripe_id=identity,
        words=finding["words"],
        is_repaired=finding["kind"] in REPAIRED,
        url=dashboard_url(account, folder, identity) if folder else "",
    )


@never_cache
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """What the last comparison found, for the clinics that the reader runs."""
    clinics = managed_clinics(request.user)
    if not clinics:
        raise Http404
    title = _("Comparison with Stripe")
    context = {
        "accounts": _accounts(clinics),
        "may_run": any(may(request.user, RECHECK, clinic.pk) for clinic in clinics),
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": title},
        ],
        "header_title": title,
        "page_title": title,
        "header_icon": "tag",
    }
    return render(request, "wagtail_asyncpt/memberships/desk/reconciliation.html", context)


@never_cache
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Compare one account, in the background where there is a worker."""
    account = request.POST.get("account", "")
    mine = [one for one in managed_clinics(request.user) if one.stripe_account == account]
    if not any(may(request.user, RECHECK, clinic.pk) for clinic in mine):
        raise Http404
    last = Reconciliation.objects.filter(account=account).values_list("pk", flat=True).first()
    try:
        reconcile_stripe.enqueue(account)
    except StripeFailure:
        log.exception("Account %s could not be compared", account)
    _say(request, Reconciliation.objects.filter(account=account, pk__gt=last or 0).first())
    return redirect("asyncpt_desk:reconciliation")


def _say(request: HttpRequest, made: Reconciliation | None) -> None:
    """What became of it: without a worker it is over by now, well or not."""
    if made is not None and made.error:
        messages.error(request, _("The comparison failed: %(why)s.") % {"why": _why(made)})
    elif made is not None and made.finished_at:
        messages.success(request, _("The comparison is done."))
    else:
        messages.success(
            request, _("The comparison has started. Load this page again in a moment.")
        )


def _why(run: Reconciliation) -> str:
    """The kind of the failure in words; its text is for those who look closer."""
    kind = run.error.partition(":")[0]
    return {
        "Unavailable": _("Stripe did not answer"),
        "Refused": _("Stripe refused; look at the key and its permissions"),
        "NotConfigured": _("there is no key for this account in the settings"),
    }.get(kind, _("something went wrong on our side"))
