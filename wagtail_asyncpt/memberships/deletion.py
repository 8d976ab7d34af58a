"""What must not be deleted in the admin, said in words instead of a fault.

The database protects a client's account and a plan's group in any case. Nothing is canceled by the
way: somebody whose card is charged stays until the membership has been ended at Stripe.
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

from wagtail_asyncpt.memberships.models import OPEN_STATUSES, Membership, Tier


def refuse_user(request: HttpRequest, user: Any) -> HttpResponse | None:
    """``before_delete_user``: back to the user's page with the reason; None when nothing holds."""
    reason = reason_to_keep(user)
    if not reason:
        return None
    messages.error(request, reason)
    return redirect("wagtailusers_users:edit", user.pk)


def refuse_users(
    request: HttpRequest, action_type: str, users: Iterable[Any], action: Any
) -> HttpResponse | None:
    """``before_bulk_action``: the same for many users at once; none is deleted."""
    if action_type != "delete" or action.model is not get_user_model():
        return None
    reasons = [reason for user in users if (reason := reason_to_keep(user))]
    for reason in reasons:
        messages.error(request, reason)
    return redirect("wagtailusers_users:index") if reasons else None


def reason_to_keep(user: Any) -> str:
    """Why ``user`` cannot be deleted, or nothing."""
    running = Membership.objects.filter(client__user=user, status__in=OPEN_STATUSES)
    membership = running.select_related("tier", "client").first()
    if membership is not None:
        message = _(
            "%(client)s has a membership (%(tier)s) that is not over. Cancel it first, in Billing; "
            "until then Stripe may charge the card. Nothing was deleted."
        )
        return message % {"client": membership.client.name, "tier": membership.tier.name}
    try:
        Collector(using="default", origin=user).collect([user])
    except (ProtectedError, RestrictedError):
        message = _(
            "%(user)s is named in records that must be kept, such as invoices or answers. Take the "
            "tick from “Active” instead, and they cannot sign in any more. Nothing was deleted."
        )
        return message % {"user": user.get_full_name() or user.get_username()}
    return ""


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
