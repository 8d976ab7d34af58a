"""Staff see health data, so they need a second factor."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

STAFF_AREA = "/admin/"


class StaffMFAMiddleware:
    """Send staff without a second factor to set one up before they enter the admin.

    Active while ``ACCOUNTS_REQUIRE_STAFF_MFA`` is true.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.must_set_up(request):
            messages.info(request, _("Please set up a second sign-in step before you continue."))
            return redirect("mfa_index")
        return self.get_response(request)

    def must_set_up(self, request: HttpRequest) -> bool:
        """Whether this request asks for the staff area without a second factor."""
        return (
            settings.ACCOUNTS_REQUIRE_STAFF_MFA
            and request.path_info.startswith(STAFF_AREA)
            and request.user.is_authenticated
            and not is_mfa_enabled(request.user)
        )
