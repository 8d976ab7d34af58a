"""The addresses of the clinic's site."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path, reverse_lazy
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls

from sandbox.accounts.views import home as account_home
from sandbox.api import api_v2
from sandbox.home.views import robots
from sandbox.search.views import search

# Wagtail's own login forms have no throttle; both doors lead to allauth's.
throttled_login = RedirectView.as_view(url=reverse_lazy("account_login"), query_string=True)

urlpatterns = [
    path("admin/login/", throttled_login),
    path("_util/login/", throttled_login),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("accounts/home/", account_home, name="account_home"),
    path("accounts/", include("allauth.urls")),
    path("api/v2/", api_v2.urls),
    path("search/", search, name="search"),
    path("sitemap.xml", sitemap),
    path("robots.txt", robots),
    # wagtail-asyncpt, step 2 of 4: programs, portal and memberships, before Wagtail's pages.
    path("care/", include("wagtail_asyncpt.urls")),
    # end of step 2
]

if settings.HAS_API_V3:
    from wagtail.api.v3.urls import api as api_v3

    urlpatterns.append(path("api/v3/", api_v3.urls))

if settings.DEBUG:
    urlpatterns += static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)

urlpatterns.append(path("", include(wagtail_urls)))
