"""Where people land after they sign in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Take staff to the admin and everyone else to their care, or to the front page without it."""
    if request.user.has_perm("wagtailadmin.access_admin"):
        return redirect("wagtailadmin_home")
    try:
        return redirect(reverse("asyncpt_portal:today"))
    except NoReverseMatch:
        return redirect("/")
