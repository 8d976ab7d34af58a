"""The read-only ledger: who may read it, and that nobody writes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, Site

from tests import factories
from tests.conftest import Cast
from tests.memberships.conftest import Shop
from wagtail_asyncpt.memberships.models import Invoice, Membership, StripeEvent
from wagtail_asyncpt.people.models import Client, Clinic

Login = Callable[[Any], Browser]
MODELS = ["membership", "invoice", "stripeevent"]


def url(model: str, action: str, *args: Any) -> str:
    return reverse(f"wagtail_asyncpt_{model}_modeladmin_{action}", args=args)


@pytest.fixture
def boss(db: None) -> Any:
    return factories.make_user("Super User", is_staff=True, is_superuser=True)


@pytest.mark.parametrize("model", MODELS)
def test_managers_and_superusers_list_inspect_and_export(
    shop: Shop, client: Client, cast: Cast, boss: Any, login: Login, model: str
) -> None:
    shop.join(client)
    row = {"membership": Membership, "invoice": Invoice, "stripeevent": StripeEvent}[model]
    pk = row.objects.latest("pk").pk
    wanted = {
        "membership": "Nora New",
        "invoice": "$149.00",
        "stripeevent": "checkout.session.completed",
    }[model]
    for person in (cast.manager, boss):
        browser = login(person)
        assert wanted in browser.get(url(model, "index")).content.decode()
        assert browser.get(url(model, "inspect", pk)).status_code == 200
        export = browser.get(url(model, "index"), {"export": "csv"})
        body = b"".join(export.streaming_content).decode()
        assert body.count("\n") > 1


@pytest.mark.parametrize("model", MODELS)
def test_nobody_else_reads_it(
    shop: Shop, client: Client, cast: Cast, login: Login, model: str
) -> None:
    shop.join(client)
    row = {"membership": Membership, "invoice": Invoice, "stripeevent": StripeEvent}[model]
    pk = row.objects.latest("pk").pk
    for person in (
        cast.therapist,
        cast.colleague,
        cast.editor,
        cast.owner,
        cast.stranger,
        cast.lapsed,
    ):
        for path in (url(model, "index"), url(model, "inspect", pk)):
            answer = login(person).get(path)
            assert answer.status_code == 302
            assert "Nora New" not in answer.content.decode()
    assert Browser().get(url(model, "index")).status_code == 302


@pytest.mark.parametrize("model", MODELS)
def test_nobody_writes_not_even_a_superuser(
    shop: Shop, client: Client, boss: Any, login: Login, model: str
) -> None:
    shop.join(client)
    row = {"membership": Membership, "invoice": Invoice, "stripeevent": StripeEvent}[model]
    before = list(row.objects.values())
    pk = before[0]["id"]
    browser = login(boss)
    for action, args in (("create", ()), ("edit", (pk,)), ("delete", (pk,))):
        for method in ("get", "post"):
            assert getattr(browser, method)(url(model, action, *args)).status_code == 302
    assert list(row.objects.values()) == before


def test_a_manager_of_another_clinic_sees_none_of_it(
    shop: Shop, client: Client, login: Login
) -> None:
    membership = shop.join(client)
    site = Site.objects.create(hostname="other.test", root_page=Page.objects.first())
    other = Clinic.for_site(site)
    other.stripe_account = "other"
    other.save()
    manager = factories.make_therapist(other, "Otto Other", "manager")
    browser = login(manager)
    assert "Nora New" not in browser.get(url("membership", "index")).content.decode()
    assert browser.get(url("membership", "inspect", membership.pk)).status_code == 302
    event = StripeEvent.objects.latest("pk")
    assert event.event_id not in browser.get(url("stripeevent", "index")).content.decode()
    assert browser.get(url("stripeevent", "inspect", event.pk)).status_code == 302


@pytest.mark.parametrize("model", ["membership", "invoice"])
def test_the_list_costs_the_same_for_three_rows_and_thirty(
    shop: Shop, boss: Any, login: Login, model: str
) -> None:
    browser = login(boss)
    counts = []
    for number in (3, 27):
        for _ in range(number):
            person = factories.make_client(shop.clinic)
            membership = factories.make_membership(person, shop.coached)
            Invoice.objects.create(
                clinic=shop.clinic,
                client=person,
                membership=membership,
                account="default",
                stripe_id=f"in_{person.pk}",
                status="paid",
                currency="usd",
                created_at=shop.clock.moment,
            )
        browser.get(url(model, "index"))
        with CaptureQueriesContext(connection) as queries:
            browser.get(url(model, "index"))
        counts.append(len(queries))
    assert counts[0] == counts[1] < 30
