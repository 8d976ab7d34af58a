"""Signing out, and a fresh CSRF token for a queue that was offline for days."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.portal.views.base import client_view


@require_GET
@client_view
def csrf(request: HttpRequest, client: Client) -> JsonResponse:
    """A token for the next request; 401 for a script whose session is over."""
    return JsonResponse({"token": get_token(request)})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and leave the portal."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL or "/")
