"""The client's language, signing out, and a fresh CSRF token for a queue after days offline."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wagtail_asyncpt.people.forms import LanguageForm
from wagtail_asyncpt.people.languages import offered_languages
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.people.operations import choose_language
from wagtail_asyncpt.portal.views.base import client_view, found, page


@require_GET
@client_view
def csrf(request: HttpRequest, client: Client) -> JsonResponse:
    """A token for the next request; 401 for a script whose session is over."""
    return JsonResponse({"token": get_token(request)})


@require_http_methods(["GET", "POST"])
@client_view
def language(request: HttpRequest, client: Client) -> HttpResponse:
    """The language of the app, mails and translated exercises; 404 on a site with one."""
    found(offered_languages() or None)
    form = LanguageForm(
        request.POST if request.method == "POST" else None, initial={"language": client.language}
    )
    if form.is_valid():
        chosen = form.cleaned_data["language"]
        choose_language(actor=request.user, client=client, language=chosen)
        with override(chosen or get_language()):
            messages.success(request, _("Your language was saved."))
        return redirect("asyncpt_portal:today")
    return page(
        request, client, "language.html", {"form": form}, status=400 if form.errors else 200
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and leave the portal."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL or "/")
