"""Decorators that give a view its actor, and refuse everybody else."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.people.languages import language_of, speaking_to
from wagtail_asyncpt.people.queries import client_at, clinic_for, therapist_for

View = Callable[..., HttpResponseBase]


def _resolves(path: str) -> bool:
    """Whether a view answers ``path``. Wagtail's page view takes any path: it does not count."""
    try:
        return resolve(path).url_name != "wagtail_serve"
    except Resolver404:
        return False


def _as_path(name_or_path: str) -> str | None:
    if name_or_path.startswith(("/", "http://", "https://")):
        return name_or_path
    try:
        return reverse(name_or_path)
    except NoReverseMatch:
        return None


def login_path() -> str:
    """Where a client signs in: our setting, Django's ``LOGIN_URL`` or Wagtail's own page."""
    if asyncpt_settings.LOGIN_URL:
        return _as_path(asyncpt_settings.LOGIN_URL) or asyncpt_settings.LOGIN_URL
    path = _as_path(str(django_settings.LOGIN_URL))
    if path and (path.startswith("http") or _resolves(path)):
        return path
    return reverse("wagtailcore_login")


def signup_path() -> str | None:
    """Where a visitor makes an account: our setting, or allauth's page where it is installed."""
    return _as_path(asyncpt_settings.SIGNUP_URL or "account_signup")


def wants_json(request: HttpRequest) -> bool:
    """Whether the request comes from a script that reads JSON."""
    return "application/json" in request.headers.get("Accept", "")


def client_required(view: View) -> View:
    """Call ``view(request, client, …)`` in the client's language; send visitors to sign in.

    Somebody who is signed in and not a client gets a page that says what to do, status 404: the
    portal holds nothing for them.
    """

    @wraps(view)
    @never_cache
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            if wants_json(request):
                return JsonResponse({"error": _("Please sign in again.")}, status=401)
            return redirect_to_login(request.get_full_path(), login_path())
        client = client_at(request)
        if client is None:
            return not_a_client(request)
        with speaking_to(client):
            response = view(request, client, *args, **kwargs)
            if language := language_of(client):
                _finish_in(response, language)
        return response

    return wrapper


def _finish_in(response: HttpResponseBase, language: str) -> None:
    """Render now what would be rendered after the view, in the browser's language."""
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.render()
    response.headers["Content-Language"] = language


def not_a_client(request: HttpRequest) -> HttpResponse:
    """The page for somebody signed in who is not a client of this clinic."""
    return render(
        request,
        "wagtail_asyncpt/people/not_a_client.html",
        {"clinic": clinic_for(request)},
        status=404,
    )


def therapist_required(view: View) -> View:
    """Call ``view(request, therapist, …)``; for everybody else the page does not exist."""

    @wraps(view)
    @never_cache
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        therapist = therapist_for(request)
        if therapist is None:
            raise Http404
        return view(request, therapist, *args, **kwargs)

    return wrapper
