"""Canceling with a reason, keeping access to the end, and changing one's mind."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests.conftest import Cast
from tests.memberships.conftest import Shop
from tests.memberships.test_sync_operation import use_failing_card
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import CancelReason, Membership
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Unavailable
from wagtail_asyncpt.people.models import Client, Letter

Login = Callable[[Any], Browser]
ACCOUNT = reverse("asyncpt_memberships:account")
LEAVE = reverse("asyncpt_memberships:leave")
KEEP = reverse("asyncpt_memberships:keep")
PAUSE = reverse("asyncpt_memberships:pause")


def form(**fields: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "reason": "unused", "comment": "", **fields}


def letters() -> int:
    return Letter.objects.filter(key__startswith="canceled-").count()


def cancel(client: Client, key: uuid.UUID | None = None) -> Membership:
    return operations.cancel_membership(
        client=client,
        reason=CancelReason.UNUSED,
        comment="My knee is well again",
        key=key or uuid.uuid4(),
    )


def test_a_canceled_membership_stays_open_to_its_end(shop: Shop, client: Client) -> None:
    end = shop.join(client).period_end
    membership = cancel(client)
    assert (membership.status, membership.ends_at) == ("active", end)
    assert (membership.cancel_reason, membership.cancel_comment) == (
        "unused",
        "My knee is well again",
    )
    assert queries.live_membership(client, end - dt.timedelta(seconds=1)) == membership
    assert queries.live_membership(client, end) is None
    held = shop.stripe.v1.subscriptions.retrieve(membership.stripe_subscription_id)
    assert held.cancellation_details is not None
    assert held.cancellation_details.feedback == "unused"
    assert "knee" not in str(held), "nothing about health reaches Stripe"
    assert "until Dec. 2, 2026" in Letter.objects.get(key__startswith="canceled-").text

    shop.deliver()
    shop.advance(days=31)
    shop.deliver()
    membership.refresh_from_db()
    assert membership.status == "canceled"
    assert membership.cancel_comment == "My knee is well again"
    assert letters() == 1


def test_changing_ones_mind_renews_again_wherever_it_was_canceled(
    shop: Shop, client: Client
) -> None:
    membership = shop.join(client)
    for way in (
        lambda: cancel(client),
        lambda: shop.stripe.v1.subscriptions.update(
            membership.stripe_subscription_id, {"cancel_at": "min_period_end"}
        ),
    ):
        way()
        shop.deliver()
        membership.refresh_from_db()
        assert membership.ends_at is not None
        kept = operations.keep_membership(client=client, key=uuid.uuid4())
        assert (kept.ends_at, kept.cancel_reason, kept.cancel_comment) == (None, "", "")
    shop.deliver()
    shop.advance(days=32)
    shop.deliver()
    assert queries.live_membership(client) is not None


def test_sent_twice_is_done_once(shop: Shop, client: Client) -> None:
    shop.join(client)
    key = uuid.uuid4()
    assert cancel(client, key).ends_at == cancel(client, key).ends_at
    operations.keep_membership(client=client, key=key)
    assert operations.keep_membership(client=client, key=key).ends_at is None
    assert letters() == 1


def test_after_the_end_nothing_can_be_kept(shop: Shop, client: Client) -> None:
    shop.join(client)
    cancel(client)
    shop.advance(days=31)
    with pytest.raises(DomainError, match="no membership"):
        operations.keep_membership(client=client, key=uuid.uuid4())


def test_a_fixed_number_of_payments_is_not_prolonged(shop: Shop, client: Client) -> None:
    shop.coached.payment_count = 1
    shop.coached.save()
    membership = shop.join(client)
    assert membership.ends_at == membership.period_end
    with pytest.raises(DomainError, match="fixed number"):
        operations.keep_membership(client=client, key=uuid.uuid4())


@pytest.mark.parametrize("state", ["past_due", "paused"])
def test_without_paid_time_it_ends_at_once(shop: Shop, client: Client, state: str) -> None:
    membership = shop.join(client)
    if state == "past_due":
        use_failing_card(shop, membership)
        shop.advance(days=31)
        shop.deliver()
    else:
        operations.pause_membership(client=client, weeks=2)
    assert cancel(client).status == "canceled"
    assert queries.live_membership(client) is None
    text = Letter.objects.get(key__startswith="canceled-").text
    assert "has ended" in text
    shop.deliver()
    assert letters() == 1


def test_a_reason_given_in_the_portal_is_kept_too(shop: Shop, client: Client) -> None:
    membership = shop.join(client)
    shop.stripe.v1.subscriptions.update(
        membership.stripe_subscription_id,
        {
            "cancel_at": "min_period_end",
            "cancellation_details": {"feedback": "too_expensive"},
        },
    )
    shop.deliver()
    membership.refresh_from_db()
    assert membership.cancel_reason == "too_expensive"
    assert letters() == 1


def test_a_crash_after_stripes_answer_is_repaired_by_the_webhook(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    membership = shop.join(client)
    real = gateway.cancel_with_period

    def answered_then_crash(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        raise Unavailable("the process died")

    monkeypatch.setattr(gateway, "cancel_with_period", answered_then_crash)
    with pytest.raises(Unavailable):
        cancel(client)
    membership.refresh_from_db()
    assert membership.ends_at is None
    shop.deliver()
    membership.refresh_from_db()
    assert membership.ends_at == membership.period_end
    assert membership.cancel_reason == "unused"
    assert letters() == 1


# -------------------------------------------------------------------------------------- views


def test_a_member_cancels_and_changes_their_mind(shop: Shop, client: Client, login: Login) -> None:
    shop.join(client)
    browser = login(client)
    assert LEAVE in browser.get(ACCOUNT).content.decode()
    html = browser.get(LEAVE).content.decode()
    assert "stays open until Dec. 2, 2026" in html
    assert PAUSE in html, "a fair offer"

    answer = browser.post(LEAVE, form(comment="Thank you!"))
    assert (answer.status_code, answer["Location"]) == (303, ACCOUNT)
    html = browser.get(ACCOUNT).content.decode()
    assert "It does not renew." in html
    assert LEAVE not in html
    assert KEEP in html

    assert browser.post(KEEP, form()).status_code == 303
    html = browser.get(ACCOUNT).content.decode()
    assert "Your membership is active." in html
    assert KEEP not in html


def test_what_was_typed_is_kept_when_the_reason_is_missing(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.join(client)
    for reason in ("", "hostile"):
        answer = login(client).post(LEAVE, form(reason=reason, comment="Busy <months>"))
        assert answer.status_code == 422
        html = answer.content.decode()
        assert "asyncpt-error" in html
        assert "Busy &lt;months&gt;" in html
    assert login(client).post(KEEP, {"key": "none"}).status_code == 422
    assert Membership.objects.get(client=client).ends_at is None


def test_nothing_to_cancel_is_said(shop: Shop, client: Client, cast: Cast, login: Login) -> None:
    for person in (client, cast.owner, cast.lapsed):
        browser = login(person)
        assert "nothing to cancel" in browser.get(LEAVE).content.decode()
        assert browser.post(LEAVE, form()).status_code == 409
        assert browser.post(KEEP, form()).status_code == 409


@pytest.mark.parametrize("path", [LEAVE, KEEP])
def test_stripe_out_of_reach_changes_nothing(
    shop: Shop, client: Client, login: Login, path: str
) -> None:
    shop.join(client)
    if path == KEEP:
        cancel(client)
    before = Membership.objects.get(client=client).ends_at
    shop.standin.engine.faults.set({"rate_limit": 50})
    assert login(client).post(path, form()).status_code == 503
    assert Membership.objects.get(client=client).ends_at == before


@pytest.mark.parametrize("path", [LEAVE, KEEP])
def test_only_members_come_here(
    shop: Shop, client: Client, cast: Cast, login: Login, path: str
) -> None:
    shop.join(client)
    assert Browser().post(path, form())["Location"].startswith("/accounts/login/")
    for person in (cast.therapist, cast.manager, cast.editor):
        assert login(person).post(path, form()).status_code == 404
    mine = {"client": str(client.uuid), "membership": str(client.memberships.get().uuid)}
    assert login(cast.stranger).post(path, form(**mine)).status_code == 409
    assert Membership.objects.get(client=client).ends_at is None
