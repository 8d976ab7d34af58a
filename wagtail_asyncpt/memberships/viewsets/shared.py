"""What the room's admin views share: rows of the clinic of the request's site, and no others."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from wagtail.admin.views.generic import CreateView, EditView, IndexView, InspectView, UsageView
from wagtail.admin.views.generic.history import HistoryView
from wagtail.log_actions import log

from wagtail_asyncpt.people.viewsets import OfClinic, OfClinicViewSet


class OneOfClinic(OfClinic):
    """A view of one row; another clinic's row is 404."""

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        """Core's object, when it is this clinic's."""
        row: Any = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if row.clinic_id != self.clinic.pk:
            raise Http404
        return row


class WithClinicForm(OfClinic):
    """A view that saves by the room's operations."""

    form: Any

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form its clinic."""
        return {**super().get_form_kwargs(), "clinic": self.clinic}  # type: ignore[misc]


class ShopIndexView(OfClinic, IndexView):
    """The clinic's rows."""

    def get_base_queryset(self) -> QuerySet[Any]:
        """Of this clinic only."""
        rows: QuerySet[Any] = super().get_base_queryset()
        return rows.filter(clinic=self.clinic)


class ShopCreateView(WithClinicForm, CreateView):
    """A new row."""

    def save_instance(self) -> Any:
        """Write the row and log it."""
        row = self.form.save()
        log(instance=row, action="wagtail.create", user=self.request.user)
        return row


class ShopEditView(OneOfClinic, WithClinicForm, EditView):
    """Change a row; it is taken off sale, never deleted."""

    can_delete = False

    def save_instance(self) -> Any:
        """Write the row and log it."""
        row = self.form.save()
        log(instance=row, action="wagtail.edit", user=self.request.user)
        return row


class ShopInspectView(OneOfClinic, InspectView):
    """Look at a row."""


class ShopHistoryView(OneOfClinic, HistoryView):
    """Who changed a row."""


class ShopUsageView(OneOfClinic, UsageView):
    """Where a row is used."""


class ShopViewSet(OfClinicViewSet):
    """What a clinic sells. There is no delete: what was bought points at it for ever."""

    index_view_class = ShopIndexView
    add_view_class = ShopCreateView
    edit_view_class = ShopEditView
    inspect_view_class = ShopInspectView
    history_view_class = ShopHistoryView
    usage_view_class = ShopUsageView
    copy_view_enabled = False
    inspect_view_enabled = True
    search_backend_name = None
    sort_order_field = None
    own_form: Any = None

    def get_form_class(self, for_update: bool = False) -> Any:
        """The same form for new and old rows."""
        return self.own_form

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """No view links to a delete view."""
        return {**super().get_common_view_kwargs(**kwargs), "delete_url_name": None}

    def get_urlpatterns(self) -> list[Any]:
        """Core's addresses without delete."""
        return [row for row in super().get_urlpatterns() if row.name != "delete"]
