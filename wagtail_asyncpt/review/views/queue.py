"""The queue of waiting reviews."""

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from wagtail_asyncpt.people.models import Role, Therapist
from wagtail_asyncpt.review.queries.queue import TABS, counts, queue_page
from wagtail_asyncpt.review.views.common import cockpit, show


@cockpit
def queue(request: HttpRequest, therapist: Therapist) -> HttpResponseBase:
    """Waiting (or answered) reviews, the most urgent first."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    usual = "all" if therapist.role == Role.MANAGER else "mine"
    tab = request.GET.get("show", usual)
    if tab not in TABS:
        tab = usual
    numbers = counts(therapist)
    request.asyncpt_waiting = numbers.all  # type: ignore[attr-defined]
    context = {
        "tab": tab,
        "counts": numbers,
        "page": queue_page(therapist, tab, numbers, request.GET.get("p", 1)),
    }
    return show(request, "queue", context, title=_("Review queue"))
