"""The read-only ledger: who may read it, and that nobody writes."""

import io
import uuid
import zipfile
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
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models import (
    Credit,
    Dispute,
    Gift,
    Invoice,
    Membership,
    Package,
    Purchase,
    Refund,
    Seat,
    StaffAction,
    StripeEvent,
    Tier,
    WaitListEntry,
)
from wagtail_asyncpt.people.models import Client, Clinic

Login = Callable[[Any], Browser]
MODELS = ["membership", "invoice", "stripeevent"]
MADE_HERE: dict[str, Any] = {
    "refund": Refund,
    "dispute": Dispute,
    "credit": Credit,
    "purchase": Purchase,
    "gift": Gift,
    "staffaction": StaffAction,
    "seat": Seat,
    "waitlistentry": WaitListEntry,
}


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


def make(model: str, clinic: Clinic, tier: Tier) -> Any:
    """One row of a list, with texts that a spreadsheet would take for formulas."""
    person = factories.make_client(clinic)
    person.name = "=cmd|' /C calc'!A0"
    person.save()
    if model == "seat":
        sponsor = factories.make_membership(person, tier)
        return Seat.objects.create(sponsor=sponsor, email="friend@example.com")
    if model == "waitlistentry":
        own = tier if tier.clinic == clinic else factories.make_tier(clinic)
        return WaitListEntry.objects.create(tier=own, client=person)
    number = uuid.uuid4().hex
    money = {"account": "default", "amount": 2900, "currency": "usd"}
    payment = {
        "client": person,
        "stripe_id": f"x_{number}",
        "payment_intent_id": f"pi_{number}",
        "status": "succeeded",
        "created_at": clock.now(),
        **money,
    }
    package, _made = Package.objects.get_or_create(
        clinic=clinic, name="Five visits", defaults={"visits": 5, "amount": 2900, "currency": "usd"}
    )
    fields: dict[str, dict[str, Any]] = {
        "refund": payment,
        "dispute": payment,
        "credit": {"client": person, "kind": "granted", "amount": 3, "key": number},
        "purchase": {"client": person, "package": package, "payment_intent_id": "pi_1", **money},
        "gift": {
            "buyer": person,
            "package": package,
            "code": number,
            "recipient_email": "friend@example.com",
            **money,
        },
        "staffaction": {
            "client": person,
            "key": uuid.uuid4(),
            "actor": person.user,
            "kind": "extend",
            "reason": "+1 month",
        },
    }
    return MADE_HERE[model].objects.create(clinic=clinic, **fields[model])


def exported(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("model", MADE_HERE)
def test_each_list_is_read_exported_scoped_and_never_written(
    clinic: Clinic, cast: Cast, login: Login, model: str
) -> None:
    tier = Tier.objects.get()
    row = make(model, clinic, tier)
    site = Site.objects.create(hostname="other.test", root_page=Page.objects.first())
    other = Clinic.for_site(site)
    foreign = make(model, other, tier)
    browser = login(cast.manager)
    assert browser.get(url(model, "index")).status_code == 200
    assert browser.get(url(model, "inspect", row.pk)).status_code == 200
    assert browser.get(url(model, "inspect", foreign.pk)).status_code == 302
    for action, args in (("create", ()), ("edit", (row.pk,)), ("delete", (row.pk,))):
        assert browser.post(url(model, action, *args)).status_code == 302
    assert MADE_HERE[model].objects.filter(pk=row.pk).exists()
    csv = exported(browser.get(url(model, "index"), {"export": "csv"}))
    assert csv.count("\n") == 2
    cells = [cell.strip('"') for cell in csv.splitlines()[1].split(",")]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]
    assert "'=cmd|" in csv
    for person in (cast.therapist, cast.editor, cast.owner):
        assert login(person).get(url(model, "index")).status_code == 302


def test_a_spreadsheet_holds_no_formula(clinic: Clinic, cast: Cast, login: Login) -> None:
    make("staffaction", clinic, Tier.objects.get())
    answer = login(cast.manager).get(url("staffaction", "index"), {"export": "xlsx"})
    body = answer.getvalue() if not answer.streaming else b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "+1 month" in sheet
    assert "cmd|" in sheet


@pytest.mark.parametrize("model", MADE_HERE)
def test_each_list_costs_the_same_for_three_rows_and_thirty(
    clinic: Clinic, cast: Cast, login: Login, model: str
) -> None:
    tier = Tier.objects.get()
    browser = login(cast.manager)
    counts = []
    for number in (3, 27):
        for _ in range(number):
            make(model, clinic, tier)
        browser.get(url(model, "index"))
        with CaptureQueriesContext(connection) as queries:
            browser.get(url(model, "index"))
        counts.append(len(queries))
    assert counts[0] == counts[1] < 30
