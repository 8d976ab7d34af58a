"""What comes after joining, in a real browser: failing cards, months, refunds, visits, gifts of
the clinic; and every page of visitors and members without a fault for axe."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Sum
from django.urls import reverse
from django.utils import formats

from tests import factories
from tests.browser import chromium, phone, sign_in  # noqa: F401 (fixtures)
from tests.conftest import Cast
from tests.memberships.conftest import Shop
from tests.memberships.test_sync_operation import use_failing_card
from tests.memberships.walks import (  # noqa: F401 (fixtures)
    Walk,
    eventually,
    offer_page,
    site_url,
    walk,
)
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.desk import PERMISSIONS
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Credit,
    Gift,
    Invoice,
    Membership,
    Refund,
    Visit,
)
from wagtail_asyncpt.people.models import Client, Letter

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

ACCOUNT = reverse("asyncpt_memberships:account")
DESK = {"width": 1280, "height": 900}


def visits_of(client: Client) -> int:
    return int(Credit.objects.filter(client=client).aggregate(sum=Sum("amount"))["sum"] or 0)


def kinds_of(client: Client) -> list[str]:
    rows = Credit.objects.filter(client=client).order_by("pk")
    return [str(kind) for kind in rows.values_list("kind", flat=True)]


def test_months_pass_a_card_fails_and_another_one_puts_it_right(
    shop: Shop,
    walk: Walk,  # noqa: F811
    client: Client,
) -> None:
    membership = shop.join(client)
    use_failing_card(shop, membership)
    shop.advance(days=31)
    shop.deliver()
    letter = Letter.objects.get(to=client.user.email, subject__contains="did not go through")
    assert ACCOUNT in letter.text
    walk.sign_in(client)
    walk.open(ACCOUNT)
    walk.says("Everything stays open until", "To be paid")
    walk.click("Update your card")
    walk.page.wait_for_url(f"{shop.standin.url}/**")
    walk.card("5555555555554444")
    walk.click("Save card")
    walk.says("Mastercard ending in 4444")
    walk.follow("Pay now")
    walk.pay("5555555555554444")
    walk.says("Paid. Thank you.")
    shop.deliver()
    walk.open(ACCOUNT)
    walk.says("Your membership is active.")
    membership.refresh_from_db()
    assert (membership.status, membership.past_due_since) == ("active", None)

    for _ in range(3):
        shop.advance(days=31)
        shop.deliver()
    walk.open(ACCOUNT)
    assert walk.page.get_by_role("link", name="Receipt").count() == 5
    paid = Invoice.objects.filter(membership=membership, status="paid")
    assert [row.amount_paid for row in paid] == [14900] * 5
    assert AccessPeriod.objects.filter(membership=membership).count() == 5


def test_a_plan_of_two_payments_ends_by_itself(
    shop: Shop,
    walk: Walk,  # noqa: F811
    client: Client,
) -> None:
    shop.coached.payment_count = 2
    shop.coached.save()
    membership = shop.join(client)
    walk.sign_in(client)
    walk.open(ACCOUNT)
    walk.says("This plan is 2 payments; then it ends by itself.")
    for _ in range(2):
        shop.advance(days=32)
        shop.deliver()
    walk.open(ACCOUNT)
    walk.says("Your membership ended on")
    membership.refresh_from_db()
    assert (membership.status, membership.invoices.count()) == ("canceled", 2)


@pytest.fixture
def desk(walk: Walk, cast: Cast) -> Walk:  # noqa: F811
    """A manager at the desk, who may do everything."""
    allowed = Permission.objects.filter(
        content_type__app_label="wagtail_asyncpt", codename__in=PERMISSIONS.values()
    )
    cast.manager.user.user_permissions.add(*allowed)
    walk.page.set_viewport_size(DESK)
    walk.sign_in(cast.manager)
    return walk


def test_staff_refund_a_part_and_the_rest_and_give_a_membership(
    shop: Shop, desk: Walk, client: Client, cast: Cast
) -> None:
    shop.coached.bundle = shop.sell()
    shop.coached.save()
    operations.sync_tiers(clinic=shop.clinic)
    membership = shop.join(client)
    invoice = membership.invoices.get()
    path = reverse("asyncpt_desk:refund", args=["invoice", invoice.pk])

    def refund(effect: str, amount: str = "") -> None:
        desk.open(path)
        if amount:
            desk.page.locator("#id_amount").fill(amount)
        desk.page.get_by_label(effect).check()
        desk.page.locator("#id_reason").fill("Agreed by phone")
        desk.click("Refund")
        desk.page.wait_for_url(lambda url: path not in url)
        shop.deliver()

    refund("Access and visits stay as they are", "100.00")
    assert (Refund.objects.get().amount, visits_of(client)) == (10000, 5)
    assert not AccessPeriod.objects.filter(kind="revoked").exists()
    refund("Access ends now, and unused visits are taken back")
    assert Refund.objects.latest("pk").amount == 14900 + 45000 - 10000
    invoice.refresh_from_db()
    assert invoice.amount_refunded == invoice.amount_paid
    assert visits_of(client) == 0
    assert AccessPeriod.objects.filter(client=client, kind="revoked").exists()

    guest = factories.make_client(shop.clinic, "Gus Guest")
    desk.open(reverse("asyncpt_desk:give"))
    desk.page.locator("#id_client").select_option(str(guest.pk))
    desk.page.locator("#id_tier").select_option(str(shop.coached.pk))
    desk.page.locator("#id_reason").fill("Helped with the pictures")
    desk.click("Give the membership")
    given = eventually(lambda: Membership.objects.filter(client=guest).first())
    assert (given.source, given.status) == ("complimentary", "active")
    desk.sign_in(guest)
    desk.open(ACCOUNT)
    desk.says("Your membership is active.")


def test_a_visit_is_booked_used_missed_and_given_back(
    shop: Shop,
    walk: Walk,  # noqa: F811
    cast: Cast,
) -> None:
    client = cast.owner
    shop.buy(client, shop.sell(visits=3))
    walk.page.set_viewport_size(DESK)
    walk.sign_in(cast.therapist)
    path = reverse("asyncpt_review:visits", args=[client.uuid])

    def book(number: int) -> Visit:
        at = formats.date_format(shop.clock.moment.replace(tzinfo=None), "Y-m-d H:i")
        walk.open(path)
        walk.page.locator("#id_book-starts_at").fill(at)
        # The calendar that the field opened lies over the button.
        walk.page.get_by_role("button", name="Book", exact=True).press("Enter")
        walk.page.get_by_text("The visit is booked.").first.wait_for()
        assert Visit.objects.count() == number
        shop.advance(hours=12)
        walk.open(path)
        return Visit.objects.latest("pk")

    def note(visit: Visit, button: str, status: str) -> None:
        said = visit.get_status_display()
        line = walk.page.locator("main li", has=walk.page.get_by_text(said, exact=True))
        line.get_by_role("button", name=button).click()
        eventually(lambda: Visit.objects.filter(pk=visit.pk, status=status).exists())
        visit.refresh_from_db()
        walk.open(path)

    note(book(1), "Attended", "attended")
    missed = book(2)
    note(missed, "Missed", "no_show")
    assert visits_of(client) == 1
    note(missed, "Undo and give back", "canceled")
    assert visits_of(client) == 2
    note(book(3), "Cancel and give back", "canceled")
    assert visits_of(client) == 2
    assert {"granted", "held", "used", "no_show", "returned"} <= set(kinds_of(client))

    walk.page.set_viewport_size({"width": 390, "height": 844})
    walk.sign_in(client)
    walk.open(ACCOUNT)
    walk.says("visits left", "attended", "canceled")
    walk.page.get_by_text("Every visit received and used").click()
    walk.says("missed visit")


def test_every_page_of_visitors_and_members_passes_axe_and_fits(
    shop: Shop,
    chromium: Any,  # noqa: F811
    sign_in: Callable[[Any, Any], None],  # noqa: F811
    site_url: str,  # noqa: F811
    offer_page: Any,  # noqa: F811
    client: Client,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shop.coached.seats_on_sale, shop.coached.member_seats = 1, 3
    shop.coached.save()
    package = shop.sell()
    shop.basic.refresh_from_db()
    name = "asyncpt_memberships:"
    wait = reverse(f"{name}wait", args=[shop.coached.pk])
    join = reverse(f"{name}join", args=[shop.basic_price.uuid])
    buy = reverse(f"{name}buy", args=[package.uuid])
    shop.join(client)
    seat = operations.invite_to_seat(client=client, email="gus@example.com")
    shop.buy(client, package)
    fresh, waiting, broke = (factories.make_client(shop.clinic) for _ in range(3))
    operations.join_wait_list(client=waiting, tier=shop.coached)
    pending = shop.start(waiting, shop.basic_price)
    use_failing_card(shop, shop.join(broke, shop.basic_price))
    gift = operations.start_gift(
        client=client,
        present=operations.Present(price=shop.basic_price, months=3, package=None),
        receiver=operations.Receiver(email="gus@example.com", name="Gus", message=""),
        urls=shop.urls,
    )
    assert pending and shop.pay(gift).status_code == 303
    shop.advance(days=31)
    shop.deliver()
    code = Gift.objects.get().code
    session = Membership.objects.get(client=client).checkout_session_id
    redeemer = factories.make_client(shop.clinic)
    redeemed = operations.redeem_gift(client=redeemer, typed=code)
    receipt = client.invoices.filter(status="paid").latest("pk").pk
    account, done = reverse(f"{name}account"), reverse(f"{name}join_done")
    bought = client.purchases.get().checkout_session_id
    given = Gift.objects.get().checkout_session_id
    visits: list[tuple[Any, list[str]]] = [
        (None, [offer_page.url, join, buy, wait, reverse(f"{name}give"), reverse(f"{name}redeem")]),
        (None, [reverse(f"{name}seat", args=[seat.uuid])]),
        (fresh, [account, join, wait, reverse(f"{name}give"), reverse(f"{name}redeem")]),
        (waiting, [account, wait, reverse(f"{name}join_back")]),
        (broke, [account]),
        (redeemer, [account, reverse(f"{name}redeemed", args=[redeemed.uuid])]),
        (
            client,
            [
                account,
                reverse(f"{name}receipt", args=[receipt]),
                reverse(f"{name}plans"),
                reverse(f"{name}plan", args=[shop.basic_price.uuid]),
                reverse(f"{name}pause"),
                reverse(f"{name}leave"),
                reverse(f"{name}seats"),
                *(f"{done}?session_id={one}" for one in (session, bought, given)),
            ],
        ),
    ]
    context = chromium.new_context(viewport={"width": 390, "height": 844}, bypass_csp=True)
    page = context.new_page()

    def look(path: str) -> None:
        answer = page.goto(site_url + path)
        assert answer.status == 200, path
        for width in (320, 1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            wide = page.locator("html").evaluate("html => html.scrollWidth")
            assert wide <= width, f"{path} at {width}: {wide}"
        results = Axe().run(page)
        assert results.violations_count == 0, f"{path}: {results.generate_report()}"

    for person, paths in visits:
        context.clear_cookies()
        if person:
            sign_in(page, person)
        for path in paths:
            look(path)
    page.emulate_media(color_scheme="dark")
    look(account)
    look(offer_page.url)
    operations.pause_membership(client=client, weeks=3)
    look(account)
    look(reverse(f"{name}resume"))
    context.close()
