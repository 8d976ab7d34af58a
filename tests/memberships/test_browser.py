"""A member changes the membership on a phone: pause, resume, up, down, cancel, keep."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from tests.browser import chromium, phone, sign_in  # noqa: F401 (fixtures)
from tests.memberships.conftest import Shop
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import Membership
from wagtail_asyncpt.people.models import Client

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def fits(page: Any) -> bool:
    """Nothing is wider than the screen."""
    return bool(page.locator("html").evaluate("html => html.scrollWidth <= innerWidth"))


def test_a_member_goes_through_every_change(
    shop: Shop,
    client: Client,
    live_server: Any,
    phone: Any,  # noqa: F811
    sign_in: Callable[[Any, Any], None],  # noqa: F811
) -> None:
    operations.create_tier(clinic=shop.clinic, name="Blended", prices={"month": 29900})
    operations.sync_tiers(clinic=shop.clinic)
    shop.join(client)
    shop.advance(days=10)
    sign_in(phone, client)
    seen = phone.locator("main")

    def click(name: str, role: str = "button") -> None:
        phone.get_by_role(role, name=name).first.click()

    def says(text: str) -> None:
        phone.get_by_text(text).first.wait_for()
        assert fits(phone)

    phone.goto(live_server.url + reverse("asyncpt_memberships:account"))
    click("Pause", "link")
    phone.get_by_label("3 weeks").check()
    click("Pause now")
    says("Your membership is paused until")
    click("Resume your membership", "link")
    says("You pay today")
    click("Resume and pay")
    says("Your membership is active.")

    click("Change plan", "link")
    click("Blended", "link")
    says("What you pay, and when")
    click("Change now")
    says("$299.00 a month")
    click("Change plan", "link")
    click("Library", "link")
    says("You keep Blended until")
    phone.get_by_role("button", name="Change on").click()
    says("your plan changes to Library")
    click("Keep my plan")
    seen.get_by_text("your plan changes to").wait_for(state="detached")

    click("Cancel your membership", "link")
    says("Would one of these help instead?")
    click("Cancel my membership")
    says("Please choose what comes closest.")
    phone.get_by_label("I do not use it enough").check()
    click("Cancel my membership")
    says("It does not renew.")
    click("Keep my membership")
    says("Your membership is active.")
    click("Receipt", "link")
    says("Physical therapy services")
    membership = Membership.objects.get(client=client)
    assert (membership.status, membership.ends_at) == ("active", None)
    assert membership.tier.name == "Blended"
