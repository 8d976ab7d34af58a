"""What is refused to everybody else, and the rightful person's success beside it."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse
from wagtail import hooks
from wagtail.models import GroupPagePermission, Page, Site

from tests import factories
from tests.conftest import Cast
from tests.memberships.conftest import Shop
from tests.memberships.test_clinics import other as other
from tests.memberships.test_desk_view import ALL, allow, form, quoted, url
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.blocks import (
    JoinBlock,
    OfferBlock,
    PricingTableBlock,
    offer_blocks,
    sold,
)
from wagtail_asyncpt.memberships.models import Membership, Seat, StaffAction, WaitListEntry
from wagtail_asyncpt.people.models import Client, Letter

Login = Callable[[Any], Browser]


@pytest.fixture
def foreign_manager(other: Shop) -> Any:
    """Runs the other clinic, with every permission."""
    manager = factories.make_therapist(other.clinic, "Otto Other", "manager")
    allow(manager.user, *ALL)
    return manager


@pytest.fixture
def manager(cast: Cast) -> Any:
    """Runs the clinic, with every permission."""
    allow(cast.manager.user, *ALL)
    return cast.manager


@pytest.fixture
def nobodies(shop: Shop, cast: Cast, foreign_manager: Any) -> list[Any]:
    """Everybody who may not, with the permissions all the same; and a manager without them."""
    people = [cast.therapist, cast.editor, cast.owner, cast.stranger]
    for person in people:
        allow(getattr(person, "user", person), *ALL)
    bare = factories.make_therapist(shop.clinic, "Mona Bare", "manager")
    return [*people, foreign_manager, bare]


def refused(login: Login, people: list[Any], path: str, data: dict[str, Any]) -> None:
    for person in people:
        browser = login(person)
        assert browser.get(path).status_code in (302, 404), person
        assert browser.post(path, data).status_code in (302, 404), person
    assert Browser().post(path, data).status_code in (302, 404)
    assert not StaffAction.objects.exists()


def test_taking_complimentary_time_back(
    shop: Shop, client: Client, nobodies: list[Any], manager: Any, login: Login
) -> None:
    given = factories.make_membership(
        client, shop.coached, ends_at=shop.clock.moment + dt.timedelta(days=9)
    )
    path = url(given, "revoke")
    refused(login, nobodies, path, form())
    assert queries.live_membership(client) == given
    assert login(manager).post(path, form()).status_code == 302
    assert queries.live_membership(client) is None
    assert StaffAction.objects.get().actor == manager.user


def test_letting_it_renew_again(
    shop: Shop, client: Client, nobodies: list[Any], manager: Any, login: Login
) -> None:
    member = shop.join(client)
    shop.stripe.v1.subscriptions.update(
        member.stripe_subscription_id, {"cancel_at_period_end": True}
    )
    shop.deliver()
    path = url(member, "keep")
    refused(login, nobodies, path, form())
    assert Membership.objects.get(pk=member.pk).ends_at is not None
    assert login(manager).post(path, form()).status_code == 302
    assert Membership.objects.get(pk=member.pk).ends_at is None


def test_moving_to_another_plan(
    shop: Shop, other: Shop, client: Client, nobodies: list[Any], manager: Any, login: Login
) -> None:
    member = shop.join(client, shop.basic_price)
    shop.advance(days=15)
    path, data = url(member, "move"), form(price=shop.price.pk)
    asked = login(manager).post(path, data)
    data["quote"] = quoted(asked)
    refused(login, nobodies, path, data)
    foreign = login(manager).post(path, form(price=other.price.pk))
    assert foreign.status_code == 422
    assert Membership.objects.get(pk=member.pk).tier == shop.basic
    assert not StaffAction.objects.exists()
    assert login(manager).post(path, data).status_code == 302
    assert Membership.objects.get(pk=member.pk).tier == shop.coached


def test_the_wait_list_of_another_clinic_and_for_visitors(
    shop: Shop, other: Shop, client: Client, login: Login
) -> None:
    for one in (shop, other):
        one.coached.seats_on_sale = 1
        one.coached.save()
        one.join(factories.make_client(one.clinic, "Fiona First"))
    foreign = reverse("asyncpt_memberships:wait", args=[other.coached.pk])
    for browser in (Browser(), login(client)):
        assert browser.get(foreign).status_code == 404
        assert browser.post(foreign).status_code == 404
        assert browser.post(foreign, {"do": "leave"}).status_code == 404
    own = reverse("asyncpt_memberships:wait", args=[shop.coached.pk])
    visitor = Browser().post(own)
    assert visitor.status_code == 200
    assert "sign in" in visitor.content.decode().lower()
    assert not WaitListEntry.objects.exists()
    with pytest.raises(operations.TierFull):
        shop.start(client)
    assert login(client).post(own).status_code == 302
    assert WaitListEntry.objects.get().client == client


def test_adopting_a_price_for_another_clinics_plan(
    shop: Shop, other: Shop, manager: Any, foreign_manager: Any, login: Login
) -> None:
    shop.coached.refresh_from_db()
    price = shop.stripe.v1.prices.create(
        {
            "product": shop.coached.stripe_product_id,
            "currency": "usd",
            "unit_amount": 9900,
            "recurring": {"interval": "month"},
        }
    ).id
    path, data = reverse("asyncpt_catalog:adopt"), {"tier": shop.coached.pk, "price": price}
    for person in (manager, foreign_manager):
        assert login(person).post(path, data).status_code == 404, "change_tier is missing"
        allow(person.user, "change_tier")
    assert login(foreign_manager).post(path, data).status_code == 404
    theirs = login(foreign_manager).post(path, data, headers={"host": "bay.test"})
    assert theirs.status_code == 422, "their own clinic, and our plan"
    assert login(manager).post(path, {**data, "tier": other.coached.pk}).status_code == 422
    for one in (shop, other):
        assert not one.coached.prices.filter(stripe_price_id=price).exists()
    assert login(manager).post(path, data).status_code == 302
    assert shop.price.stripe_price_id == price


def test_seats_of_another_clinic(shop: Shop, other: Shop, client: Client, login: Login) -> None:
    for one in (shop, other):
        one.coached.member_seats = 3
        one.coached.save()
    shop.join(client)
    boss = factories.make_client(other.clinic, "Bea Boss")
    other.join(boss)
    foreign = operations.invite_to_seat(client=boss, email="gus@example.com")
    guest = factories.make_client(shop.clinic, "Gus Guest")
    path = reverse("asyncpt_memberships:seat", args=[foreign.uuid])
    end = reverse("asyncpt_memberships:revoke_seat", args=[foreign.uuid])
    for person in (guest, client):
        assert login(person).get(path).status_code == 404
        assert login(person).post(path).status_code == 404
        assert login(person).post(end).status_code == 404
    foreign.refresh_from_db()
    assert (foreign.membership, foreign.revoked_at) == (None, None)
    listed = login(client).get(reverse("asyncpt_memberships:seats")).content.decode()
    assert "gus@example.com" not in listed
    own = operations.invite_to_seat(client=client, email="gus@example.com")
    assert (
        login(guest).post(reverse("asyncpt_memberships:seat", args=[own.uuid])).status_code == 302
    )
    assert Membership.objects.get(client=guest).tier == shop.coached


def test_many_invitations_in_a_short_time(shop: Shop, client: Client, login: Login) -> None:
    shop.coached.member_seats = 3
    shop.coached.save()
    shop.join(client)
    path, browser = reverse("asyncpt_memberships:seats"), login(client)
    for number in range(10):
        assert browser.post(path, {"email": f"n{number}@example.com"}).status_code == 302
        operations.revoke_seat(client=client, seat=Seat.objects.get(email=f"n{number}@example.com"))
    many = browser.post(path, {"email": "one-more@example.com"})
    assert many.status_code == 429
    assert "wait an hour" in many.content.decode()
    assert "one-more@example.com" in many.content.decode(), "what was typed stays"
    assert not Seat.objects.filter(email="one-more@example.com").exists()
    assert not Letter.objects.filter(to="one-more@example.com").exists()
    cache.clear()  # an hour later
    assert browser.post(path, {"email": "one-more@example.com"}).status_code == 302


# --------------------------------------------------------------------------- offers and menus


def rendered(source: str, host: str = "localhost") -> str:
    request = RequestFactory().get("/", headers={"host": host})
    request.user = factories.make_user()
    return Template("{% load asyncpt_offers %}" + source).render(Context({"request": request}))


def test_another_clinics_or_a_retired_offer_is_on_no_page(shop: Shop, other: Shop) -> None:
    package = other.sell("Bay visits")
    request = RequestFactory().get("/", headers={"host": "localhost"})
    request.user = factories.make_user()
    values: dict[str, dict[str, str]] = {
        "pricing_table": {"show": "all"},
        "offer": {"offer": f"tier:{other.coached.pk}"},
        "join": {"heading": "Go on", "text": "", "tier": f"tier:{other.coached.pk}"},
    }
    blocks = dict(offer_blocks())
    assert [type(block) for block in blocks.values()] == [PricingTableBlock, OfferBlock, JoinBlock]

    def shown(name: str, **changed: str) -> str:
        block = blocks[name]
        value = block.to_python({**values[name], **changed})
        html: str = block.render(value, {"request": request})
        return html

    foreign = [str(price.uuid) for price in (other.price, other.basic_price)]
    foreign.append(reverse("asyncpt_memberships:buy", args=[package.uuid]))
    for html in (
        shown("pricing_table"),
        shown("offer"),
        shown("offer", offer=f"package:{package.pk}"),
        shown("join"),
        rendered(f"{{% offer 'tier:{other.coached.pk}' %}}"),
    ):
        assert not [one for one in foreign if one in html]
    own = f"tier:{shop.coached.pk}"
    buy = reverse("asyncpt_memberships:join", args=[shop.price.uuid])
    assert all(buy in html for html in (shown("offer", offer=own), shown("join", tier=own)))
    assert buy in shown("pricing_table")

    shop.coached.is_listed = False
    shop.coached.save()
    assert buy not in shown("pricing_table")
    assert buy in shown("offer", offer=own), "by link only: an editor may name it"
    shop.coached.is_public = False
    shop.coached.save()
    assert not [one for one in (shown("offer", offer=own), shown("join", tier=own)) if buy in one]
    assert own not in dict(sold())


def test_an_editor_chooses_among_the_offers_of_the_pages_clinic(
    shop: Shop, other: Shop, login: Login
) -> None:
    shop.sell("By link", is_listed=False)
    boss = factories.make_user(is_staff=True, is_superuser=True)
    seen: list[Any] = []

    def look(request: Any, page: Any, *args: Any) -> None:
        seen.append(dict(sold()))
        block = OfferBlock()
        for one in (shop, other):
            try:
                block.clean(block.to_python({"offer": f"tier:{one.coached.pk}"}))
            except ValidationError:
                continue
            seen.append(one)

    home = Site.objects.get(is_default_site=True).root_page
    bay = Site.objects.get(hostname="bay.test").root_page
    with (
        hooks.register_temporarily("before_edit_page", look, order=100),
        hooks.register_temporarily("before_create_page", look, order=100),
    ):
        browser = login(boss)
        for page, own in ((home, shop), (bay, other)):
            child = page.add_child(instance=Page(title="Child", slug=f"c{uuid.uuid4().hex[:6]}"))
            edit = reverse("wagtailadmin_pages:edit", args=[child.pk])
            add = reverse("wagtailadmin_pages:add", args=["home", "standardpage", page.pk])
            for path in (edit, add):
                seen.clear()
                browser.get(path)
                names, *valid = seen
                assert valid == [own], path
                assert names[f"tier:{own.coached.pk}"] == "Coached"
                assert len(names) == (3 if own is shop else 2)
    # Without a page every clinic's are there, and say whose they are.
    everything = dict(sold())
    assert len(everything) == 5
    assert everything[f"tier:{other.coached.pk}"] == "Bay PT: Coached"
    assert "By link (by link only)" in " ".join(everything.values())


def test_menus_lead_managers_only_where_they_may_go(shop: Shop, cast: Cast, login: Login) -> None:
    """Django's permission alone opens no page, and so no menu either."""
    group = Group.objects.create(name="Office")
    group.permissions.add(
        *Permission.objects.filter(content_type__app_label="wagtail_asyncpt"),
        Permission.objects.get(codename="access_admin"),
    )
    root = Page.objects.get(depth=1)
    change = Permission.objects.get(codename="change_page")
    GroupPagePermission.objects.create(group=group, page=root, permission=change)
    clerk = factories.make_user("Clara Clerk", is_staff=True)
    for user in (clerk, cast.manager.user):
        user.groups.add(group)
    names = ("asyncpt_clinic", "asyncpt_therapist", "asyncpt_tiers", "asyncpt_packages")
    paths = [reverse(f"{name}:index") for name in names] + [reverse("asyncpt_catalog:compare")]
    for person, may in ((clerk, False), (cast.manager, True)):
        browser = login(person)
        home = browser.get(reverse("wagtailadmin_home")).content.decode()
        for path in paths:
            assert (path in home) is may, (person, path)
            assert (browser.get(path).status_code == 200) is may, (person, path)
