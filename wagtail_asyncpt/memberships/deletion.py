"""Deleting accounts and plans' groups in the admin: money first, and what must stay said in words.

An account that is charged is ended at Stripe before anything is deleted; when Stripe cannot be
asked, nothing is. The database protects the accounts of staff and a plan's group in any case.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.converters import IntConverter
from django.utils.translation import gettext as _

from wagtail_asyncpt.memberships.models import OPEN_STATUSES, Membership, MembershipStatus, Tier
from wagtail_asyncpt.memberships.operations.parting import StillBilled, stop_billing


def before_user(request: HttpRequest, user: Any) -> HttpResponse | None:
    """``before_delete_user``: stop the billing, or go back to the user's page with the reason."""
    reasons = _settle(request, [user]) if request.method == "POST" else _held([user])
    if reasons:
        messages.error(request, reasons[0])
        return redirect("wagtailusers_users:edit", user.pk)
    if request.method != "POST":
        _warn(request, user)
    return None


def before_users(
    request: HttpRequest, action_type: str, users: Iterable[Any], action: Any
) -> HttpResponse | None:
    """``before_bulk_action``: the same for many users at once; all are deleted, or none."""
    if action_type != "delete" or action.model is not get_user_model():
        return None
    reasons = _settle(request, list(users))
    for reason in reasons:
        messages.error(request, reason)
    return redirect("wagtailusers_users:index") if reasons else None


def _settle(request: HttpRequest, users: list[Any]) -> list[str]:
    """Stop the billing of all ``users``, unless one of them must stay; why not all can go."""
    reasons = _held(users)
    if reasons:
        return reasons
    try:
        for user in users:
            stop_billing(user=user, actor=request.user)
    except StillBilled as error:
        return [str(error)]
    return []


def _held(users: list[Any]) -> list[str]:
    return [reason for user in users if (reason := reason_to_keep(user))]


def reason_to_keep(user: Any) -> str:
    """Why ``user`` cannot be deleted, or nothing."""
    try:
        Collector(using="default", origin=user).collect([user])
    except (ProtectedError, RestrictedError):
        message = _(
            "%(user)s is named in records that must be kept, such as answers or refunds. Take the "
            "tick from “Active” instead, and they cannot sign in any more. Nothing was deleted."
        )
        words = message % {"user": user.get_full_name() or user.get_username()}
        if Membership.objects.filter(client__user=user, status__in=OPEN_STATUSES).exists():
            words += " " + _("Their membership goes on and is charged: cancel it in Billing.")
        return words
    return ""


def _warn(request: HttpRequest, user: Any) -> None:
    """What deleting does besides, before it is done."""
    running = Membership.objects.filter(client__user=user, status__in=OPEN_STATUSES)
    running = running.exclude(status=MembershipStatus.PENDING)
    for membership in running.select_related("client", "tier"):
        message = _(
            "%(client)s has a membership (%(tier)s). Deleting the account ends it now, at Stripe "
            "too, and gives no money back. Invoices and records are kept."
        )
        words = {"client": membership.client.name, "tier": membership.tier.name}
        messages.warning(request, message % words)


# ------------------------------------------------------------------------------ groups of plans


class PlanGroupConverter(IntConverter):
    """The id of a plan's group; any other id is not an address of ours."""

    def to_python(self, value: str) -> int:
        """The id, else ValueError: then core's own view answers."""
        pk = int(value)
        if not Tier.objects.filter(group=pk).exists():
            raise ValueError("not the group of a plan")
        return pk


def refuse_group(request: HttpRequest, pk: int) -> HttpResponse:
    """In place of core's view, which has no hook: a plan's group stays while the plan exists."""
    if not request.user.has_perm("auth.delete_group"):
        raise Http404
    tier = Tier.objects.select_related("clinic__site").get(group=pk)
    message = _(
        "This group belongs to the plan %(tier)s of %(clinic)s, and goes with it. Take the plan "
        "off sale instead. Nothing was deleted."
    )
    messages.error(request, message % {"tier": tier.name, "clinic": tier.clinic})
    return redirect("wagtailusers_groups:edit", pk)


def admin_urls() -> list[Any]:
    """The address of deleting a plan's group; to be registered before core's."""
    return [path("groups/delete/<asyncpt_plan_group:pk>/", refuse_group)]
