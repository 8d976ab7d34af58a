"""Clinic and profiles in the Wagtail admin, scoped to the clinic of the request's site."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views import generic
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from wagtail_asyncpt.people.models import Client, Clinic, Coverage, Therapist
from wagtail_asyncpt.people.queries import clinic_for, manages, manages_here


class OfClinic:
    """A view of the clinic of the request's site, for those who run it; else no such page.

    Django's permissions hold on every site of the installation: they do not suffice.
    """

    request: Any

    @cached_property
    def clinic(self) -> Clinic:
        """The clinic, else 404."""
        clinic = clinic_for(self.request)
        if clinic is None or not manages(self.request.user, clinic):
            raise Http404
        return clinic


def _of(clinic: Clinic, model: Any) -> QuerySet[Any]:
    """The rows of ``model`` that belong to ``clinic``."""
    lookup = {Clinic: "pk", Coverage: "client__clinic"}.get(model, "clinic")
    return model._default_manager.filter(**{lookup: clinic.pk})


class Listing(OfClinic, generic.IndexView):
    """The clinic's rows."""

    def get_base_queryset(self) -> QuerySet[Any]:
        """Of this clinic only."""
        rows = super().get_base_queryset()
        return rows.filter(pk__in=_of(self.clinic, self.model).values("pk"))


class One(OfClinic):
    """A view of one row; another clinic's row is 404."""

    def get_object(self, *args: Any, **kwargs: Any) -> Model:
        """Core's object, when it is this clinic's."""
        row: Model = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if not _of(self.clinic, type(row)).filter(pk=row.pk).exists():
            raise Http404
        return row


class WithForm(OfClinic):
    """A form whose choices of clinic, client and therapist are the clinic's own."""

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        """Core's form, its choices narrowed."""
        form = super().get_form(*args, **kwargs)  # type: ignore[misc]
        for name, model in (("clinic", Clinic), ("client", Client), ("therapist", Therapist)):
            if name in form.fields:
                form.fields[name].queryset = _of(self.clinic, model)
        # Whose money a clinic's payments are: no manager points at another clinic's account.
        if "stripe_account" in form.fields and not self.request.user.is_superuser:
            form.fields["stripe_account"].disabled = True
        return form


class Create(WithForm, generic.CreateView):
    """A new row of this clinic."""


class Edit(One, WithForm, generic.EditView):
    """Change a row."""


class Delete(One, generic.DeleteView):
    """Delete a row."""


class Inspect(One, generic.InspectView):
    """Look at a row."""


class History(One, HistoryView):
    """Who changed a row."""


class Usage(One, generic.UsageView):
    """Where a row is used."""


class OfClinicViewSet(ModelViewSet):
    """Rows of the request's clinic: no menu leads there for those who do not run it."""

    @cached_property
    def menu_item_class(self) -> Any:
        """Core's entry, which asks Django's permissions, for managers only."""
        core: Any = super().menu_item_class

        def is_shown(item: Any, request: HttpRequest) -> bool:
            return manages_here(request) and bool(core.is_shown(item, request))

        return type(f"{core.__name__}OfClinic", (core,), {"is_shown": is_shown})


class ClinicScopedViewSet(OfClinicViewSet):
    """What the room's viewsets share. ``left_out`` names core's addresses that they lack."""

    index_view_class = Listing
    add_view_class = Create
    edit_view_class = Edit
    delete_view_class = Delete
    inspect_view_class = Inspect
    history_view_class = History
    usage_view_class = Usage
    copy_view_enabled = False
    left_out: tuple[str, ...] = ()

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """No view links to an address that is left out."""
        gone = {f"{name}_url_name": None for name in self.left_out}
        return {**super().get_common_view_kwargs(**kwargs), **gone}

    def get_urlpatterns(self) -> list[Any]:
        """Core's addresses without those left out."""
        return [row for row in super().get_urlpatterns() if row.name not in self.left_out]


class ClinicViewSet(ClinicScopedViewSet):
    """The clinic's settings: one row each site, made when it is first needed."""

    model = Clinic
    name = "asyncpt_clinic"
    url_prefix = "clinic"
    icon = "home"
    menu_label = _("Clinic")
    list_display = ["__str__", "time_zone", "currency", "reply_hours"]
    form_fields = [
        "name",
        "time_zone",
        "currency",
        "weight_unit",
        "reply_hours",
        "receipt_details",
        "stripe_account",
        "collects_tax",
    ]
    left_out = ("add", "delete")


class TherapistViewSet(ClinicScopedViewSet):
    """Therapists and managers. Who leaves is made inactive: their answers stay theirs."""

    model = Therapist
    name = "asyncpt_therapist"
    url_prefix = "therapists"
    icon = "user"
    menu_label = _("Therapists")
    list_display = ["name", "credentials", "role", "is_active"]
    list_filter = ["role", "is_active"]
    form_fields = ["clinic", "user", "name", "credentials", "role", "is_active"]
    left_out = ("delete",)


class CoverageViewSet(ClinicScopedViewSet):
    """Who covers for whom."""

    model = Coverage
    name = "asyncpt_coverage"
    url_prefix = "coverage"
    icon = "group"
    menu_label = _("Coverage")
    list_display = ["client", "therapist"]
    form_fields = ["client", "therapist"]


class PeopleViewSetGroup(ModelViewSetGroup):
    """The clinic and its people; each part needs Django's permission for its model."""

    menu_label = _("Clinic")
    menu_icon = "group"
    menu_order = 210
    items: Any = (ClinicViewSet, TherapistViewSet, CoverageViewSet)
