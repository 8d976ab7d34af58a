"""The sandbox's addresses, and a view that makes one query: what webhooks are compared with."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from sandbox.urls import urlpatterns as site
from wagtail_asyncpt.memberships.models import StripeEvent


@csrf_exempt
def one_query(request: HttpRequest) -> HttpResponse:
    """Ask for the newest row of the inbox."""
    event = StripeEvent.objects.order_by("pk").values_list("pk", flat=True).last()
    return HttpResponse(str(event))


urlpatterns = [path("one-query/", one_query), *site]
