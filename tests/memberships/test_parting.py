"""Deleting an account cancels at Stripe first, by every door; without Stripe nothing is deleted."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models.signals import pre_delete
from django.test import Client as Browser
from django.urls import reverse
from wagtail.models import Locale

from tests import factories
from tests.memberships.conftest import Shop
from wagtail_asyncpt.memberships import operations, queries, receivers
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Credit,
    Gift,
    Invoice,
    Membership,
    Purchase,
    Seat,
    WaitListEntry,
)
from wagtail_asyncpt.memberships.operations.parting import STOPPED, StillBilled, stop_billing
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Unavailable
from wagtail_asyncpt.people.models import AuditEntry, Client, Letter, Role
from wagtail_asyncpt.people.operations import choose_language

User = get_user_model()
Login = Callable[[Any], Browser]


@pytest.fixture
def boss(db: None) -> Any:
    return factories.make_user("Super User", is_staff=True, is_superuser=True)


def by_the_admin(user: Any, boss: Any, login: Login) -> None:
    login(boss).post(reverse("wagtailusers_users:delete", args=[user.pk]))


def by_many(user: Any, boss: Any, login: Login) -> None:
    args = [user._meta.app_label, user._meta.model_name, "delete"]
    login(boss).post(f"{reverse('wagtail_bulk_action', args=args)}?id={user.pk}")


def by_instance(user: Any, boss: Any, login: Login) -> None:
    user.delete()


def by_queryset(user: Any, boss: Any, login: Login) -> None:
    User.objects.filter(pk=user.pk).delete()


DOORS = [by_the_admin, by_many, by_instance, by_queryset]


def at_stripe(shop: Shop, membership: Membership) -> str:
    return shop.stripe.v1.subscriptions.retrieve(membership.stripe_subscription_id).status


@pytest.mark.parametrize("door", DOORS)
def test_every_door_cancels_at_stripe_and_keeps_the_ledger(
    shop: Shop, client: Client, boss: Any, login: Login, door: Callable[..., None]
) -> None:
    membership = shop.join(client)
    paid = shop.buy(client, shop.sell())
    other = shop.join(factories.make_client(shop.clinic, "Otto Other"))
    user, kept = client.user, (Invoice, AccessPeriod, Credit, Purchase)
    before = [model.objects.filter(client=client).count() for model in kept]
    assert all(before)

    door(user, boss, login)

    assert not User.objects.filter(pk=user.pk).exists()
    client.refresh_from_db()
    assert client.user is None
    assert at_stripe(shop, membership) == "canceled"
    membership.refresh_from_db()
    assert (membership.status, membership.ended_at) == ("canceled", shop.clock.moment)
    after = [model.objects.filter(client=client).count() for model in kept]
    assert all(now >= then for now, then in zip(after, before, strict=True))
    paid.refresh_from_db()
    assert paid.status == "paid"
    entry = AuditEntry.objects.get(action=STOPPED)
    assert entry.client == client
    assert entry.actor == (boss if door in (by_the_admin, by_many) else None)
    assert at_stripe(shop, other) == "active"


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Stripe does not answer the question what is running."""

    def no_answer(account: str, customer: str) -> None:
        raise Unavailable("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(gateway, "subscriptions_of_customer", no_answer)
        yield patch


@pytest.mark.parametrize("door", DOORS)
def test_without_stripe_nothing_is_deleted_and_the_next_try_does_all(
    shop: Shop, client: Client, boss: Any, login: Login, deaf: Any, door: Callable[..., None]
) -> None:
    membership, user = shop.join(client), client.user
    if door in (by_the_admin, by_many):
        door(user, boss, login)
    else:
        with pytest.raises(StillBilled, match="did not answer"), transaction.atomic():
            door(user, boss, login)
    assert User.objects.filter(pk=user.pk).exists()
    client.refresh_from_db()
    assert client.user_id == user.pk
    assert queries.open_membership(client) == membership
    assert not AuditEntry.objects.filter(action=STOPPED).exists()
    assert at_stripe(shop, membership) == "active"

    deaf.undo()
    door(User.objects.get(pk=user.pk), boss, login)
    assert at_stripe(shop, membership) == "canceled"
    assert not User.objects.filter(pk=user.pk).exists()


def test_the_admin_says_why(shop: Shop, client: Client, boss: Any, login: Login, deaf: Any) -> None:
    shop.join(client)
    path = reverse("wagtailusers_users:delete", args=[client.user.pk])
    page = login(boss).post(path, follow=True).content.decode()
    assert "Stripe did not answer" in page
    assert "Nothing was deleted" in page


def test_no_late_webhook_brings_anything_back(shop: Shop, client: Client) -> None:
    membership = shop.join(client)
    shop.advance(days=31)  # a renewal whose events nobody has taken yet
    client.user.delete()
    rows = [Membership.objects.values().get(), Client.objects.values().get(pk=client.pk)]
    letters = Letter.objects.count()
    assert shop.deliver() > 3
    assert at_stripe(shop, membership) == "canceled"
    after = [Membership.objects.values().get(), Client.objects.values().get(pk=client.pk)]
    for row in (*rows, *after):
        row.pop("synced_at", None)
    assert after == rows
    assert not queries.held_tiers(client, shop.clock.moment)
    assert Letter.objects.count() == letters
    assert Client.objects.filter(clinic=shop.clinic).count() == 1


def test_a_subscription_that_no_webhook_told_of_is_found_and_canceled(
    shop: Shop, client: Client
) -> None:
    shop.pay(shop.start(client))
    shop.discard()
    Membership.objects.update(status="abandoned", checkout_session_id="")
    assert stop_billing(user=client.user) == 1
    assert Membership.objects.get().status == "canceled"
    assert at_stripe(shop, Membership.objects.get()) == "canceled"
    assert stop_billing(user=client.user) == 0  # again: nothing


def test_unfinished_checkouts_can_be_paid_no_more(shop: Shop, client: Client) -> None:
    package = shop.sell()
    shop.basic.refresh_from_db()
    present = operations.Present(price=shop.basic_price, months=3)
    receiver = operations.Receiver("friend@example.com", "Fran")
    pages = [
        shop.start(client),
        shop.start_package(client, package),
        operations.start_gift(client=client, present=present, receiver=receiver, urls=shop.urls),
    ]
    client.user.delete()
    for model in (Membership, Purchase, Gift):
        assert model._default_manager.get().status == "abandoned"
    sessions = shop.stripe.v1.checkout.sessions.list().data
    assert [one.status for one in sessions] == ["expired"] * 3
    for url in pages:
        assert shop.pay(url).status_code != 303
    shop.deliver()
    assert not Invoice.objects.exists()


def test_what_is_paid_while_the_account_goes_is_given_back(shop: Shop, client: Client) -> None:
    """The page was open in another tab, and we had not noted its session."""
    factories.make_therapist(shop.clinic, "Mana Ger", Role.MANAGER)
    url = shop.start(client)
    Membership.objects.update(checkout_session_id="", checkout_url="")
    client.user.delete()
    assert shop.pay(url).status_code == 303
    shop.deliver()
    membership = Membership.objects.get()
    assert membership.status == "canceled"
    assert at_stripe(shop, membership) == "canceled"
    invoice = Invoice.objects.get()
    assert invoice.amount_refunded == invoice.amount_paid == shop.price.amount
    letter = Letter.objects.get()
    assert "after the account was deleted" in letter.text
    assert "paid twice" not in letter.subject


def test_seats_and_places_come_free_with_their_holder(shop: Shop, client: Client) -> None:
    shop.coached.member_seats = 3
    shop.coached.save()
    sponsor = shop.join(client)
    guest = factories.make_client(shop.clinic, "Gus Guest")
    seat = operations.invite_to_seat(client=client, email=guest.user.email)
    operations.accept_seat(client=guest, seat=seat)
    WaitListEntry.objects.create(tier=shop.basic, client=guest)
    guest.user.delete()
    seat.refresh_from_db()
    assert seat.revoked_at == shop.clock.moment
    assert seat.membership is not None
    assert seat.membership.status == "canceled"
    assert not WaitListEntry.objects.exists()
    sponsor.refresh_from_db()
    assert sponsor.status == "active"
    # The sponsor's going ends the seats of the others.
    second = factories.make_client(shop.clinic, "Sita Second")
    seat = operations.invite_to_seat(client=client, email=second.user.email)
    operations.accept_seat(client=second, seat=seat)
    client.user.delete()
    assert Seat.objects.get(pk=seat.pk).membership.status == "canceled"  # type: ignore[union-attr]
    assert second.user.groups.count() == 0


def test_a_client_who_bought_nothing_asks_stripe_nothing(client: Client, deaf: Any) -> None:
    client.user.delete()
    client.refresh_from_db()
    assert client.user is None


def test_who_chose_a_language_may_still_go(shop: Shop, client: Client, settings: Any) -> None:
    settings.WAGTAIL_I18N_ENABLED = True
    settings.WAGTAIL_CONTENT_LANGUAGES = [("en-us", "English"), ("de", "German")]
    Locale.objects.create(language_code="de")
    membership = shop.join(client)
    choose_language(actor=client.user, client=client, language="de")
    assert AuditEntry.objects.get(action="client.language").client == client
    client.user.delete()
    assert at_stripe(shop, membership) == "canceled"


def test_a_receiver_hears_of_every_proxy_of_the_user_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Person(User):  # type: ignore[misc, valid-type]
        class Meta:
            proxy = True
            app_label = "tests"

    known = SimpleNamespace(get_models=lambda: [User, Person, Client])
    monkeypatch.setattr(receivers, "apps", known)
    try:
        assert not pre_delete.has_listeners(Person)
        receivers.connect()
        assert pre_delete.has_listeners(Person)
    finally:
        pre_delete.disconnect(sender=Person, dispatch_uid="asyncpt-memberships-user-deleted")
        del apps.all_models["tests"]["person"]
        apps.clear_cache()


def test_seats_end_where_stripe_knows_the_sponsor_no_more(shop: Shop, client: Client) -> None:
    shop.coached.member_seats = 2
    shop.coached.save()
    sponsor = shop.join(client)
    guest = factories.make_client(shop.clinic, "Gus Guest")
    seat = operations.invite_to_seat(client=client, email=guest.user.email)
    operations.accept_seat(client=guest, seat=seat)
    Membership.objects.filter(pk=sponsor.pk).update(stripe_subscription_id="sub_of_another")
    client.stripe_customers.all().delete()
    client.user.delete()
    assert queries.live_membership(guest) is None
    assert guest.memberships.get().status == "canceled"
