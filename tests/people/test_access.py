"""Where a client signs in, on sites that are set up in different ways."""

from typing import Any

from django.urls import include, path
from wagtail import urls as wagtail_urls

from wagtail_asyncpt.people.access import login_path

# A site as `wagtail start` makes it: no accounts app, and Wagtail's pages take every address.
urlpatterns = [path("care/", include("wagtail_asyncpt.urls")), path("", include(wagtail_urls))]


def test_the_login_of_the_site_is_used_where_it_has_one() -> None:
    assert login_path() == "/accounts/login/"


def test_wagtails_own_login_is_used_where_login_url_leads_nowhere(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    settings.LOGIN_URL = "/accounts/login/"
    assert login_path() == "/_util/login/"


def test_our_setting_wins(settings: Any) -> None:
    settings.WAGTAIL_ASYNCPT = {"LOGIN_URL": "/members/enter/"}
    assert login_path() == "/members/enter/"
