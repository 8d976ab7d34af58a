"""The seats of a family's or employer's membership."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from wagtail_asyncpt.core.errors import DomainError, NotAllowed
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.forms import SeatForm
from wagtail_asyncpt.memberships.models import Seat
from wagtail_asyncpt.memberships.throttle import may_invite
from wagtail_asyncpt.memberships.views.shared import account_urls, rendered
from wagtail_asyncpt.people.access import client_required
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.people.operations import ensure_client
from wagtail_asyncpt.people.queries import clinic_for


@client_required
@require_http_methods(["GET", "HEAD", "POST"])
def seats(request: HttpRequest, client: Client) -> HttpResponseBase:
    """Who sits on the client's seats; POST invites somebody."""
    sponsor = queries.sponsor_of(client)
    if sponsor is None:
        raise Http404
    form, status = SeatForm(request.POST or None), 422
    if request.method == "POST" and form.is_valid():
        try:
            if not may_invite(request.user, sponsor.tier.member_seats):
                status = 429
                raise DomainError(
                    _("Those were many invitations in a short time. Please wait an hour.")
                )
            operations.invite_to_seat(client=client, email=form.cleaned_data["email"])
        except NotAllowed as error:
            raise Http404 from error
        except DomainError as error:
            form.add_error("email", str(error))
        else:
            return redirect("asyncpt_memberships:seats")
    taken = list(sponsor.seats.filter(revoked_at=None).select_related("membership__client"))
    context = {
        "clinic": client.clinic,
        "sponsor": sponsor,
        "seats": taken,
        "free": max(0, sponsor.tier.member_seats - 1 - len(taken)),
        "form": form,
    }
    return rendered(request, "seats", context, status if form.errors else 200)


@client_required
@require_POST
def revoke_seat(request: HttpRequest, client: Client, uuid: UUID) -> HttpResponseBase:
    """Take a seat back, or give one's own up."""
    seat = Seat.objects.filter(uuid=uuid, sponsor__clinic=client.clinic).first()
    if seat is None:
        raise Http404
    try:
        operations.revoke_seat(client=client, seat=seat)
    except NotAllowed as error:
        raise Http404 from error
    is_sponsor = queries.sponsor_of(client) is not None
    return redirect("asyncpt_memberships:seats" if is_sponsor else "asyncpt_memberships:account")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The invitation, at the secret address from the mail; POST accepts it."""
    clinic = clinic_for(request)
    found = queries.open_seat(clinic, uuid) if clinic else None
    if clinic is None or found is None:
        raise Http404
    if request.method != "POST" or not request.user.is_authenticated:
        return _invitation(request, found)
    client = ensure_client(user=request.user, clinic=clinic)
    try:
        operations.accept_seat(client=client, seat=found)
    except NotAllowed as error:
        raise Http404 from error
    except DomainError as error:
        return _invitation(request, found, error=str(error), status=409)
    return redirect("asyncpt_memberships:account")


def _invitation(
    request: HttpRequest, seat: Seat, *, error: str = "", status: int = 200
) -> HttpResponse:
    context = {"clinic": seat.sponsor.clinic, "seat": seat, "error": error}
    return rendered(request, "seat", {**context, **account_urls(request)}, status)
