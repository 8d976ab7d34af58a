"""Staff, their permissions, and the clients' accounts."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, Page

from sandbox.content.people import CLIENTS, DEMO_PASSWORD, STAFF, Patient, StaffMember
from wagtail_asyncpt.people.models import Client, Clinic, Role, Therapist

#: Django permissions of the groups, as "app_label.codename".
THERAPISTS = [
    "wagtailadmin.access_admin",
    *(
        f"wagtail_asyncpt.{action}_{model}"
        for model in ("exercise", "exercisevideo", "ladder")
        for action in ("add", "change", "view")
    ),
    "wagtail_asyncpt.publish_exercise",
]
MANAGERS = [
    *THERAPISTS,
    *(
        f"wagtail_asyncpt.{action}_{model}"
        for model in ("clinic", "therapist", "coverage", "tier", "price", "package", "coupon")
        for action in ("add", "change", "view")
    ),
    *(f"wagtail_asyncpt.view_{model}" for model in ("membership", "invoice", "stripeevent")),
    *(
        f"wagtail_asyncpt.{action}_membership"
        for action in ("grant", "extend", "refund", "cancel", "move", "recheck")
    ),
]


def seed_staff(clinic: Clinic) -> dict[str, Therapist]:
    """The staff's accounts; returns therapists and managers by key."""
    groups = {
        "therapist": _group("Therapists", THERAPISTS),
        "manager": _group("Clinic managers", MANAGERS),
        # Who may publish a page may close it: Wagtail's own group "Editors" may not.
        "editor": Group.objects.get(name="Moderators"),
    }
    found = {}
    for member in STAFF:
        user = _user(member, is_staff=True)
        user.groups.add(groups[member.role])
        if member.role != "editor":
            found[member.key] = _therapist(clinic, user, member)
    return found


def _group(name: str, wanted: list[str]) -> Group:
    group, _created = Group.objects.get_or_create(name=name)
    for label in wanted:
        app, codename = label.split(".")
        group.permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    programs = Page.objects.filter(slug="programs").first()
    if programs is not None:
        for codename in ("add_page", "change_page", "publish_page"):
            permission = Permission.objects.get(
                content_type__app_label="wagtailcore", codename=codename
            )
            GroupPagePermission.objects.get_or_create(
                group=group, page=programs, permission=permission
            )
    return group


def _user(person: StaffMember | Patient, **fields: Any) -> Any:
    model = get_user_model()
    found = model.objects.filter(email=person.email).first()
    return found or model.objects.create_user(
        person.email,
        DEMO_PASSWORD,
        first_name=person.first_name,
        last_name=person.last_name,
        **fields,
    )


def _therapist(clinic: Clinic, user: Any, member: StaffMember) -> Therapist:
    role = Role.MANAGER if member.role == "manager" else Role.THERAPIST
    therapist, _created = Therapist.objects.get_or_create(
        clinic=clinic,
        user=user,
        defaults={"name": member.name, "credentials": member.credentials, "role": role},
    )
    return therapist


def seed_clients(clinic: Clinic, staff: dict[str, Therapist]) -> dict[str, Client]:
    """The clients' accounts by key, each with their therapist."""
    return {patient.key: _client(clinic, patient, staff) for patient in CLIENTS}


def _client(clinic: Clinic, patient: Patient, staff: dict[str, Therapist]) -> Client:
    client, _created = Client.objects.get_or_create(
        clinic=clinic,
        user=_user(patient),
        defaults={
            "name": patient.name,
            "primary_therapist": staff.get(patient.therapist),
            "time_zone": patient.time_zone,
            "weight_unit": patient.weight_unit,
        },
    )
    return client
