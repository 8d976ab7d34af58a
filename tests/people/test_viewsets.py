"""Clinic, therapists and coverage in the admin: of one's own clinic only."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import NoReverseMatch, reverse
from wagtail.models import Site

from tests import factories as make
from tests.conftest import Cast
from wagtail_asyncpt.people.models import Clinic, Coverage, Therapist

MODELS = ("clinic", "therapist", "coverage")


@pytest.fixture
def manager(cast: Cast, login: Callable[[Any], Browser]) -> Browser:
    for model in MODELS:
        for action in ("add", "change", "delete", "view"):
            permission = Permission.objects.get(codename=f"{action}_{model}")
            cast.manager.user.user_permissions.add(permission)
    return login(cast.manager)


@pytest.fixture
def elsewhere(clinic: Clinic) -> Coverage:
    """A coverage at another clinic."""
    site = Site.objects.create(hostname="other.example", root_page=clinic.site.root_page)
    other = Clinic.for_site(site)
    therapist = make.make_therapist(other, "Far Away")
    client = make.make_client(other, "Fay Foreign", therapist)
    return Coverage.objects.create(client=client, therapist=therapist)


def rows(elsewhere: Coverage) -> list[tuple[str, int]]:
    clinic = elsewhere.client.clinic
    return [
        ("clinic", clinic.pk), ("therapist", elsewhere.therapist.pk), ("coverage", elsewhere.pk)
    ]  # fmt: skip


def test_lists_hold_the_own_clinic_only(cast: Cast, manager: Browser, elsewhere: Coverage) -> None:
    Coverage.objects.create(client=cast.owner, therapist=cast.colleague)
    for model, own in zip(
        MODELS, ("Harbor Physical Therapy", "Thea Ray", "Olive Owner"), strict=True
    ):
        body = manager.get(reverse(f"asyncpt_{model}:index")).content.decode()
        assert own in body
        assert "Far Away" not in body
        assert "Fay Foreign" not in body
        assert "other.example" not in body


def test_every_address_of_another_clinics_row_is_missing(
    cast: Cast, manager: Browser, elsewhere: Coverage, clinic: Clinic
) -> None:
    before = list(Therapist.objects.values("pk", "name", "is_active"))
    for model, pk in rows(elsewhere):
        for action in ("edit", "history", "history_results", "usage"):
            address = reverse(f"asyncpt_{model}:{action}", args=[pk])
            for method in (manager.get, manager.post):
                assert method(address).status_code == 404, address
    assert manager.post(reverse("asyncpt_coverage:delete", args=[elsewhere.pk])).status_code == 404
    assert Coverage.objects.filter(pk=elsewhere.pk).exists()
    assert list(Therapist.objects.values("pk", "name", "is_active")) == before
    assert manager.get(reverse("asyncpt_clinic:edit", args=[clinic.pk])).status_code == 200


def test_a_form_offers_and_takes_the_own_clinics_people_only(
    cast: Cast, manager: Browser, elsewhere: Coverage
) -> None:
    address = reverse("asyncpt_coverage:add")
    assert "Fay Foreign" not in manager.get(address).content.decode()
    foreign = {"client": elsewhere.client.pk, "therapist": cast.colleague.pk}
    assert manager.post(address, foreign).status_code == 200
    assert Coverage.objects.count() == 1
    own = {"client": cast.owner.pk, "therapist": cast.colleague.pk}
    assert manager.post(address, own).status_code == 302
    assert Coverage.objects.filter(client=cast.owner, therapist=cast.colleague).exists()
    assert manager.post(address, own).status_code == 200  # twice is an error, not a fault
    assert Coverage.objects.count() == 2


def test_who_has_no_permission_gets_nowhere(
    cast: Cast, clinic: Clinic, login: Callable[[Any], Browser]
) -> None:
    for person in (cast.therapist, cast.editor, cast.owner):
        browser = login(person)
        for model in MODELS:
            assert browser.get(reverse(f"asyncpt_{model}:index")).status_code in (302, 404)
        browser.post(reverse("asyncpt_clinic:edit", args=[clinic.pk]), {"name": "Taken"})
    clinic.refresh_from_db()
    assert clinic.name == "Harbor Physical Therapy"


def test_clinics_are_not_made_by_hand_and_therapists_are_not_deleted(manager: Browser) -> None:
    for name in ("clinic:add", "clinic:delete", "therapist:delete"):
        with pytest.raises(NoReverseMatch):
            reverse(f"asyncpt_{name}", args=[] if name.endswith("add") else [1])
    assert manager.get(reverse("asyncpt_clinic:index")).status_code == 200


def test_only_a_superuser_says_whose_stripe_account_a_clinic_uses(
    cast: Cast, clinic: Clinic, manager: Browser, login: Callable[[Any], Browser]
) -> None:
    url = reverse("asyncpt_clinic:edit", args=[clinic.pk])
    form = manager.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    manager.post(url, {**data, "name": "Harbor PT", "stripe_account": "elsewhere"})
    clinic.refresh_from_db()
    assert (clinic.name, clinic.stripe_account) == ("Harbor PT", "default")

    cast.manager.user.is_superuser = True
    cast.manager.user.save()
    login(cast.manager).post(url, {**data, "stripe_account": "elsewhere"})
    clinic.refresh_from_db()
    assert clinic.stripe_account == "elsewhere"
