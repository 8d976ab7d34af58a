"""What the cockpit's pages share: the header's trail, and answers to scripts and forms."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError, NotAllowed
from wagtail_asyncpt.people.access import therapist_required
from wagtail_asyncpt.people.models import Therapist

View = Callable[..., HttpResponseBase]
Crumb = dict[str, str]

UNPROCESSABLE = 422
CONFLICT = 409


def cockpit(view: View) -> View:
    """A view for therapists only; what an operation does not allow does not exist (404)."""

    @wraps(view)
    def with_therapist(
        request: HttpRequest, therapist: Therapist, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        try:
            return view(request, therapist, *args, **kwargs)
        except NotAllowed as error:
            raise Http404 from error

    return therapist_required(with_therapist)


def one_or_404(rows: QuerySet, identifier: uuid.UUID) -> Any:
    """The row of a scoped queryset with this uuid."""
    row = rows.filter(uuid=identifier).first()
    if row is None:
        raise Http404
    return row


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    title: str,
    trail: list[Crumb] | None = None,
    icon: str = "asyncpt-care",
    status: int = 200,
) -> HttpResponse:
    """Render a page of the cockpit under ``trail``, its way from the queue to ``title``."""
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("asyncpt_review:queue"), "label": _("Care")},
        *(trail or []),
        {"url": "", "label": title},
    ]
    return render(
        request,
        f"wagtail_asyncpt/review/{template}.html",
        {
            "breadcrumbs_items": crumbs,
            "header_title": title,
            "page_title": title,
            "header_icon": icon,
            **context,
        },
        status=status,
    )


def crumb(label: Any, name: str, *args: Any) -> Crumb:
    """One step of the trail."""
    return {"url": reverse(f"asyncpt_review:{name}", args=args), "label": str(label)}


def explain(form: Form, error: DomainError) -> None:
    """Show a refused rule next to its field; what is not allowed stays an exception."""
    if isinstance(error, NotAllowed):
        raise error
    form.add_error(error.field if error.field in form.fields else None, str(error))
