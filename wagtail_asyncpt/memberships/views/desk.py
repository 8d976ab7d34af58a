"""What staff do to one membership or payment, in the Wagtail admin.

For those who run the clinic and hold the permission; for everybody else there is no such page.
"""

import logging
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships import desk_forms as forms
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.changes import prices_to_change_to
from wagtail_asyncpt.memberships.desk import RECHECK, choices_for
from wagtail_asyncpt.memberships.models import (
    Gift,
    Invoice,
    Membership,
    Price,
    Purchase,
    RefundEffect,
)
from wagtail_asyncpt.memberships.offers import offer_price
from wagtail_asyncpt.memberships.standing import day
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.memberships.views.orders import (
    UNAVAILABLE,
    UNPROCESSABLE,
    Page,
    ledger_url,
    list_url,
    own_membership,
    own_rows,
    require,
    sent,
    serve,
    show,
)
from wagtail_asyncpt.people.models import Clinic
from wagtail_asyncpt.people.queries import clinic_for

log = logging.getLogger(__name__)

PERMISSION_OF = {
    "extend": "extend_membership",
    "revoke": "grant_membership",
    "cancel": "cancel_membership",
    "keep": "cancel_membership",
    "move": "move_membership",
}
PAYMENTS: dict[str, Any] = {"invoice": Invoice, "purchase": Purchase, "gift": Gift}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Extend, cancel, keep, revoke or move a membership."""
    membership = own_membership(request, pk)
    choice = next((one for one in choices_for(membership) if one.name == name), None)
    known = {
        "extend": _extend,
        "cancel": _cancel,
        "keep": _keep,
        "revoke": _revoke,
        "move": _move,
    }
    if name not in known:
        raise Http404
    require(request, PERMISSION_OF[name], membership.clinic_id)
    if choice is None and request.method != "POST":
        # Somebody else was first, or the address was kept: the ledger says how it stands now.
        messages.warning(request, _("That is not possible any more: look how it stands now."))
        return redirect(ledger_url(membership))
    page = known[name](request, membership)
    if name == "move" and request.method == "POST" and not request.POST.get("quote"):
        return _quote(request, membership, page)
    answer = serve(request, page)
    if name == "move" and answer.status_code == UNPROCESSABLE:
        # Whatever was wrong, the next step is to look at the amounts again.
        page.form.data = request.POST.copy()
        page.form.data["quote"] = ""
        return show(request, page, UNPROCESSABLE)
    return answer


def _whose(membership: Membership) -> str:
    return f"{membership.client.name}: {membership.tier.name}"


def _extend(request: HttpRequest, membership: Membership) -> Page:
    end = membership.ends_at or membership.period_end
    if membership.stripe_subscription_id:
        intro = _("The next payment, now on %(date)s, moves by the days that you give.")
    else:
        intro = _("The membership ends on %(date)s; the days are added to that.")
    date = day(end, membership.client) if end else ""
    form = forms.ExtendForm(sent(request))

    def act(order: operations.Order) -> str:
        row = operations.extend_membership(
            order=order, membership=membership, days=form.cleaned_data["days"]
        )
        until = row.ends_at or row.period_end
        words = {"client": row.client.name, "date": day(until, row.client) if until else ""}
        return _("%(client)s has free days until %(date)s.") % words

    return Page(
        title=_("Give free days"),
        intro=f"{_whose(membership)}. {intro % {'date': date}}",
        button=_("Give the days"),
        form=form,
        act=act,
        back=ledger_url(membership),
    )


def _cancel(request: HttpRequest, membership: Membership) -> Page:
    end = membership.period_end
    intro = _("Paid until %(date)s.") % {"date": day(end, membership.client) if end else "–"}
    form = forms.CancelForm(sent(request))

    def act(order: operations.Order) -> str:
        now = form.cleaned_data["when"] == "now"
        row = operations.end_membership(order=order, membership=membership, now=now)
        if now:
            return _("The membership of %(client)s has ended.") % {"client": row.client.name}
        date = day(row.ends_at, row.client) if row.ends_at else ""
        return _("The membership of %(client)s ends on %(date)s.") % {
            "client": row.client.name,
            "date": date,
        }

    return Page(
        title=_("Cancel the membership"),
        intro=f"{_whose(membership)}. {intro}",
        button=_("Cancel the membership"),
        form=form,
        act=act,
        back=ledger_url(membership),
        is_serious=True,
    )


def _move(request: HttpRequest, membership: Membership) -> Page:
    prices = prices_to_change_to(membership)
    if request.method == "POST":  # the same form once more, when they have the new one already
        own = Q(pk=membership.price_id) | Q(pk__in=prices.order_by().values("pk"))
        prices = Price.objects.filter(own).select_related("tier")
    form = forms.MoveForm(sent(request), prices=prices)
    price = offer_price(membership.price).words if membership.price else ""

    def act(order: operations.Order) -> str:
        row = operations.move_membership(
            order=order,
            membership=membership,
            price=form.cleaned_data["price"],
            quote=form.cleaned_data["quote"],
        )
        words = {"client": row.client.name, "tier": form.cleaned_data["price"].tier.name}
        if row.price_id == form.cleaned_data["price"].pk:
            return _("%(client)s has %(tier)s now.") % words
        if row.next_price_id is not None:
            return _("%(client)s has %(tier)s from the next period on.") % words
        return _("The plan of %(client)s changes as soon as the difference is paid.") % words

    return Page(
        title=_("Move to another plan"),
        intro=f"{_whose(membership)}. {_('Now: %(price)s.') % {'price': price}}",
        button=_("Show what it costs"),
        form=form,
        act=act,
        back=ledger_url(membership),
    )


def _quote(request: HttpRequest, membership: Membership, page: Page) -> HttpResponse:
    """The same form once more, with what the change costs and when it begins."""
    if not page.form.is_valid():
        return show(request, page, UNPROCESSABLE)
    try:
        quote = operations.quote_change(
            membership=membership, price=page.form.cleaned_data["price"]
        )
    except DomainError as error:
        page.form.add_error(None, str(error))
        return show(request, page, UNPROCESSABLE)
    except StripeFailure:
        log.exception("No quote for membership %s", membership.pk)
        page.form.add_error(None, _("Stripe did not answer. Please try again."))
        return show(request, page, UNAVAILABLE)
    words = {
        "plan": quote.after.tier.name,
        "amount": format_money(quote.amount, quote.after.currency),
        "starts": day(quote.starts_at, membership.client),
        "next": day(quote.pays_next_at, membership.client),
        "price": offer_price(quote.after).words,
    }
    if quote.is_now:
        said = _("%(plan)s begins now: %(amount)s is charged today, %(price)s from %(next)s on.")
    else:
        said = _("%(plan)s begins on %(starts)s: nothing is charged today, then %(price)s.")
    data = request.POST.copy()
    data["quote"] = quote.sign()
    # The quote is for this price: another one is a step back.
    form = forms.MoveForm(data, prices=Price.objects.filter(pk=quote.after.pk))
    shown = replace(page, form=form, intro=f"{_whose(membership)}. {said % words}")
    return show(request, replace(shown, button=_("Move to this plan"), is_serious=True))


def _keep(request: HttpRequest, membership: Membership) -> Page:
    end = day(membership.ends_at, membership.client) if membership.ends_at else ""
    price = offer_price(membership.price).words if membership.price else ""
    intro = _("It is to end on %(date)s. Then it renews instead, for %(price)s.")
    form = forms.OrderForm(sent(request))

    def act(order: operations.Order) -> str:
        row = operations.renew_membership(order=order, membership=membership)
        return _("The membership of %(client)s renews again.") % {"client": row.client.name}

    return Page(
        title=_("Let it renew again"),
        intro=f"{_whose(membership)}. {intro % {'date': end, 'price': price}}",
        button=_("Let it renew again"),
        form=form,
        act=act,
        back=ledger_url(membership),
    )


def _revoke(request: HttpRequest, membership: Membership) -> Page:
    form = forms.OrderForm(sent(request))

    def act(order: operations.Order) -> str:
        row = operations.revoke_membership(order=order, membership=membership)
        return _("The membership of %(client)s has ended.") % {"client": row.client.name}

    return Page(
        title=_("Take the complimentary membership back"),
        intro=f"{_whose(membership)}. {_('It ends now; nothing was paid for it.')}",
        button=_("End it now"),
        form=form,
        act=act,
        back=ledger_url(membership),
        is_serious=True,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """A complimentary membership for a client of this site's clinic."""
    clinic = clinic_for(request)
    if clinic is None:
        raise Http404
    require(request, "grant_membership", clinic.pk)
    return serve(request, _give(request, clinic))


def _give(request: HttpRequest, clinic: Clinic) -> Page:
    form = forms.GiveForm(sent(request), clinic=clinic)

    def act(order: operations.Order) -> str:
        operations.give_membership(
            order=order,
            client=form.cleaned_data["client"],
            tier=form.cleaned_data["tier"],
            ends_at=form.ends_at,
        )
        words = {"client": form.cleaned_data["client"], "tier": form.cleaned_data["tier"]}
        return _("%(client)s has %(tier)s now.") % words

    return Page(
        title=_("Give a complimentary membership"),
        intro=_("The client pays nothing, and everything of the plan opens at once."),
        button=_("Give the membership"),
        form=form,
        act=act,
        back=list_url(),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Give a payment back, in full or in part."""
    row = own_rows(request, PAYMENTS[kind]).filter(pk=pk).first() if kind in PAYMENTS else None
    if row is None or not row.payment_intent_id:
        raise Http404
    require(request, "refund_membership", row.clinic_id)
    return serve(request, _refund(request, row))


def _refund(request: HttpRequest, row: Any) -> Page:
    paid = row.amount_paid if isinstance(row, Invoice) else row.amount
    given = sum(
        row.refunds.exclude(status__in=("failed", "canceled")).values_list("amount", flat=True)
    )
    client = row.buyer if isinstance(row, Gift) else row.client
    form = forms.RefundForm(sent(request), left=max(paid - given, 0), currency=row.currency)
    intro = _("%(client)s paid %(paid)s on %(date)s. Given back so far: %(given)s.") % {
        "client": client.name,
        "paid": format_money(paid, row.currency),
        "date": day(row.paid_at or row.created_at, client),
        "given": format_money(given, row.currency),
    }

    def act(order: operations.Order) -> str:
        made = operations.refund_payment(
            order=order,
            row=row,
            amount=form.cleaned_data["amount"],
            effect=RefundEffect(form.cleaned_data["effect"]),
        )
        words = {"amount": format_money(made.amount, made.currency), "client": client.name}
        return _("%(amount)s goes back to %(client)s.") % words

    return Page(
        title=_("Refund a payment"),
        intro=intro,
        button=_("Refund"),
        form=form,
        act=act,
        back=ledger_url(row),
        is_serious=True,
    )


@never_cache
@require_POST
def recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare one membership with Stripe, and write what differs."""
    membership = own_membership(request, pk)
    require(request, RECHECK, membership.clinic_id)
    try:
        changed = operations.recheck_membership(actor=request.user, membership=membership)
    except (DomainError, StripeFailure) as error:
        log.exception("Membership %s could not be compared", membership.pk)
        said = _("The comparison failed: %(error)s")
        messages.error(request, said % {"error": error if isinstance(error, DomainError) else ""})
    else:
        messages.success(
            request,
            _("Something differed, and is now as Stripe has it.")
            if changed
            else _("Everything is as Stripe has it."),
        )
    return redirect(ledger_url(membership))
