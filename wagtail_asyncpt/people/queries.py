"""Who is asking, and at which clinic."""

from typing import Any

from django.http import HttpRequest
from wagtail.models import Site

from wagtail_asyncpt.people.models import Client, Clinic, Role, Therapist


def clinic_for(request: HttpRequest) -> Clinic | None:
    """The clinic of the request's Wagtail site; ``None`` where no site answers to the host."""
    site = Site.find_for_request(request)
    return Clinic.for_site(site) if site else None


def client_of(user: Any, clinic: Clinic | None) -> Client | None:
    """The client profile of ``user`` at ``clinic``."""
    if clinic is None or not user.is_authenticated:
        return None
    return (
        Client.objects.filter(user=user, clinic=clinic)
        .select_related("clinic", "primary_therapist", "user")
        .first()
    )


def client_at(request: HttpRequest) -> Client | None:
    """The signed-in user's client profile at the request's site, clinic included: one query."""
    site = Site.find_for_request(request)
    if site is None or not request.user.is_authenticated:
        return None
    return (
        Client.objects.filter(user=request.user, clinic__site=site)
        .select_related("clinic", "primary_therapist", "user")
        .first()
    )


def therapist_of(user: Any, clinic: Clinic | None) -> Therapist | None:
    """The active therapist profile of ``user`` at ``clinic``."""
    if clinic is None or not user.is_authenticated or not user.is_active:
        return None
    return (
        Therapist.objects.active()
        .filter(user=user, clinic=clinic)
        .select_related("clinic", "user")
        .first()
    )


def profiles_of(user: Any) -> list[Therapist]:
    """The active therapist profiles of a request's user at all clinics, asked for once."""
    if not user.is_authenticated or not user.is_active:
        return []
    known: list[Therapist] | None = getattr(user, "_asyncpt_profiles", None)
    if known is None:
        profiles = Therapist.objects.active().filter(user=user)
        known = list(profiles.select_related("clinic__site", "user"))
        user._asyncpt_profiles = known
    return known


def managed_clinics(user: Any) -> list[Clinic]:
    """The clinics whose business ``user`` runs: a manager's own, a superuser's all. Asked once."""
    known: list[Clinic] | None = getattr(user, "_asyncpt_managed", None)
    if known is None:
        known = _managed_clinics(user)
        user._asyncpt_managed = known
    return known


def _managed_clinics(user: Any) -> list[Clinic]:
    if user.is_authenticated and user.is_active and user.is_superuser:
        return list(Clinic.objects.select_related("site"))
    return [one.clinic for one in profiles_of(user) if one.role == Role.MANAGER]


def manages(user: Any, clinic: Clinic | int) -> bool:
    """Whether ``user`` runs the business of ``clinic`` (or of the clinic with this id)."""
    pk = clinic if isinstance(clinic, int) else clinic.pk
    return any(one.pk == pk for one in managed_clinics(user))


def manages_here(request: HttpRequest) -> bool:
    """Whether the signed-in user runs the business of the request's site."""
    site = Site.find_for_request(request)
    return site is not None and any(one.site_id == site.pk for one in managed_clinics(request.user))


def therapist_for(request: HttpRequest) -> Therapist | None:
    """The active therapist who is signed in at the request's site."""
    site = Site.find_for_request(request)
    profiles = profiles_of(request.user) if site is not None else []
    return next((one for one in profiles if one.clinic.site_id == site.pk), None)


def may_see_client(*, user: Any, client: Client) -> bool:
    """Whether ``user`` is the client, or a therapist whose caseload holds the client."""
    if not user.is_authenticated or not user.is_active:
        return False
    if client.user_id == user.pk:
        return True
    therapist = therapist_of(user, client.clinic)
    return (
        therapist is not None
        and Client.objects.in_caseload(therapist).filter(pk=client.pk).exists()
    )
