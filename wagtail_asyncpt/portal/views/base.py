"""What every view of the portal shares: its client, the client's clock, and the shell."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core.errors import NotAllowed
from wagtail_asyncpt.people.access import client_required, login_path
from wagtail_asyncpt.people.languages import offered_languages
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.portal.queries import unread_count


def client_view(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view of a signed-in client, with times in the client's zone; what is not theirs is 404."""

    @client_required
    @wraps(view)
    def wrapper(
        request: HttpRequest, client: Client, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        with timezone.override(_zone(client)):
            try:
                return view(request, client, *args, **kwargs)
            except NotAllowed as error:
                raise Http404 from error

    return wrapper


def _zone(client: Client) -> ZoneInfo:
    try:
        return ZoneInfo(client.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def page(
    request: HttpRequest,
    client: Client,
    template: str,
    context: Mapping[str, Any],
    *,
    tab: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render ``portal/<template>`` in the shell, with ``tab`` as the current one."""
    values = {
        "client": client,
        "clinic": client.clinic,
        "therapist": client.primary_therapist,
        "first_name": client.name.split(" ")[0],
        "tab": tab,
        "login_path": login_path(),
        "pain_alert": asyncpt_settings.PAIN_ALERT,
        "languages": offered_languages(),
        **context,
    }
    if "unread_count" not in values:
        values["unread_count"] = unread_count(client)
    return render(request, f"wagtail_asyncpt/portal/{template}", values, status=status)


def found(thing: Any) -> Any:
    """``thing``, or 404 where it is not there or not the client's."""
    if thing is None:
        raise Http404
    return thing
