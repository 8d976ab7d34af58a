"""Which clinic's page is being edited: a block's choices are asked for without a request."""

from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest

from wagtail_asyncpt.people.models import Clinic

#: The clinic of the page whose form is being built; None outside of that.
_edited: ContextVar[int | None] = ContextVar("asyncpt_edited_clinic", default=None)


def edited_clinic() -> int | None:
    """Id of the clinic on whose site the page lies that is being edited."""
    return _edited.get()


def before_edit_page(request: HttpRequest, page: Any) -> None:
    """Note the page's clinic until the request is over."""
    _note(page)


def before_create_page(request: HttpRequest, parent_page: Any, page_class: Any) -> None:
    """Note the clinic below whose home page a page is made."""
    _note(parent_page)


def forget(**kwargs: Any) -> None:
    """``request_finished``: the next request may be of another clinic."""
    _edited.set(None)


def _note(page: Any) -> None:
    site = page.get_site()
    clinics = Clinic.objects.filter(site=site) if site is not None else Clinic.objects.none()
    _edited.set(clinics.values_list("pk", flat=True).first())
