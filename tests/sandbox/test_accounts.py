"""Every login door is throttled, and staff need a second factor where the site says so."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from wagtail.models import Site

from sandbox.accounts.models import User
from tests.sandbox.conftest import PASSWORD

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password})


def sign_up_form(email: str) -> dict[str, str]:
    form = {"first_name": "Sam", "last_name": "Oyelaran", "email": email}
    return {**form, "password1": PASSWORD, "password2": PASSWORD}


@pytest.mark.parametrize("door", ["/admin/login/", "/_util/login/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_wagtails_own_doors_lead_to_the_throttled_one(
    client: Client, manager: User, door: str, method: str
) -> None:
    credentials = {"username": manager.email, "password": PASSWORD}
    if method == "get":
        response = client.get(f"{door}?next=/admin/pages/")
        assert response["Location"] == f"{LOGIN}?next=/admin/pages/"
    else:
        response = client.post(door, credentials)
        assert response["Location"] == LOGIN
    assert response.status_code == 302
    assert "_auth_user_id" not in client.session


def test_the_admin_sends_strangers_to_the_throttled_door(client: Client, manager: User) -> None:
    assert client.get("/admin/")["Location"] == f"{LOGIN}?next=/admin/"

    sign_in(client, manager.email, PASSWORD)
    assert client.get("/admin/").status_code == 200


def test_after_five_wrong_passwords_even_the_right_one_waits(
    client: Client, patient: User, manager: User
) -> None:
    for _ in range(5):
        response = sign_in(client, patient.email, "wrong")
        assert "not correct" in response.content.decode()

    refused = sign_in(client, patient.email, PASSWORD)
    assert "Too many failed login attempts" in refused.content.decode()
    assert "_auth_user_id" not in client.session

    other = Client()
    sign_in(other, manager.email, PASSWORD)
    assert other.session["_auth_user_id"] == str(manager.pk)


def test_wrong_passwords_are_counted_across_accounts_too(client: Client, patient: User) -> None:
    statuses = [
        sign_in(client, f"someone{n}@example.com", "wrong").content.decode() for n in range(11)
    ]
    assert "not correct" in statuses[0]
    assert "Too many failed login attempts" in statuses[10]


def test_a_person_signs_in_with_a_typed_code(client: Client, patient: User) -> None:
    client.post("/accounts/login/code/", {"email": patient.email})
    code = re.search(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})$", mail.outbox[0].body, re.MULTILINE)
    assert code is not None

    client.post("/accounts/login/code/confirm/", {"code": code.group(1)})

    assert client.session["_auth_user_id"] == str(patient.pk)


def test_signing_up_keeps_the_name(client: Client) -> None:
    client.post("/accounts/signup/", sign_up_form("sam@example.com"))
    sam = User.objects.get(email="sam@example.com")
    assert sam.get_full_name() == "Sam Oyelaran"
    assert client.session["_auth_user_id"] == str(sam.pk)


def test_signing_up_does_not_tell_who_has_an_account(patient: User, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    new = Client().post("/accounts/signup/", sign_up_form("sam@example.com"))
    taken = Client().post("/accounts/signup/", sign_up_form(patient.email))

    assert (new.status_code, new["Location"]) == (taken.status_code, taken["Location"])
    assert User.objects.count() == 2
    assert "already" in next(m.body for m in mail.outbox if patient.email in m.to)


@pytest.mark.parametrize("field", ["is_staff", "is_superuser", "groups"])
def test_signing_up_takes_no_role_from_the_form(client: Client, field: str) -> None:
    client.post("/accounts/signup/", {**sign_up_form("sam@example.com"), field: "1"})
    sam = User.objects.get(email="sam@example.com")
    assert (sam.is_staff, sam.is_superuser, sam.groups.count()) == (False, False, 0)


def test_one_address_is_one_person_whatever_its_case(patient: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="NORA@example.com")])
    assert User.objects.get_by_natural_key("NORA@Example.com") == patient


def test_people_land_where_they_belong(client: Client, manager: User) -> None:
    assert client.get("/accounts/home/")["Location"].startswith(LOGIN)
    client.force_login(manager)
    assert client.get("/accounts/home/")["Location"] == "/admin/"


def test_staff_without_a_second_factor_set_one_up_first(
    client: Client, manager: User, settings: Any
) -> None:
    settings.ACCOUNTS_REQUIRE_STAFF_MFA = True
    client.force_login(manager)
    assert client.get("/admin/")["Location"] == "/accounts/2fa/"

    Authenticator.objects.create(user=manager, type="totp", data={"secret": "x"})
    assert client.get("/admin/").status_code == 200


def test_the_rest_of_the_site_asks_no_second_factor(
    harbor: Site, client: Client, manager: User, settings: Any
) -> None:
    settings.ACCOUNTS_REQUIRE_STAFF_MFA = True
    client.force_login(manager)
    assert client.get("/").status_code == 200
    assert client.get("/accounts/2fa/").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/login/code/"],
)
def test_account_pages_look_like_the_site(client: Client, path: str) -> None:
    text = client.get(path).content.decode()
    assert "Harbor" in text
    assert "<script>" not in text
    assert 'style="' not in text
