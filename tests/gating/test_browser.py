"""An editor closes an article in Wagtail's own dialog and looks at it as others do; they come."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group

from sandbox.blog.models import BlogIndexPage
from tests import factories
from tests.browser import chromium, phone, sign_in  # noqa: F401 (fixtures)
from tests.gating.conftest import BODY, add_post

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

WIDE = {"width": 1280, "height": 900}


def accessible(page: Any) -> None:
    """Without a fault that axe finds."""
    from axe_playwright_python.sync_playwright import Axe

    # Wagtail's own bar for staff puts links in front of the site's skip link.
    results = Axe().run(page, options={"rules": {"region": {"enabled": False}}})
    assert results.violations_count == 0, results.generate_report()
    fits(page)


def fits(page: Any) -> None:
    """Nothing is wider than the screen."""
    assert page.locator("html").evaluate("html => html.scrollWidth <= innerWidth")


def test_an_editor_closes_an_article_and_its_readers_meet_it(
    site: Any,
    clinic: Any,
    live_server: Any,
    chromium: Any,  # noqa: F811
    phone: Any,  # noqa: F811
    sign_in: Callable[[Any, Any], None],  # noqa: F811
) -> None:
    tier = factories.make_tier(clinic, "Rehab")
    factories.make_tier(clinic, "Strength")
    blog = site.root_page.add_child(instance=BlogIndexPage(title="Blog", intro="All."))
    post = add_post(blog, "Sitting is not the enemy")
    post.save_revision().publish()
    now = dt.datetime.now(dt.UTC)
    old = {"activated_at": now - dt.timedelta(days=9)}
    member, lapsed = (factories.make_client(clinic, name) for name in ("Mem Ber", "Lap Sed"))
    factories.make_membership(member, tier, **old)
    factories.make_membership(
        lapsed, tier, **old, status="canceled", ends_at=now - dt.timedelta(days=3)
    )
    editor = factories.make_user("Eddie Tor", is_staff=True)
    editor.groups.add(Group.objects.get(name="Moderators"))
    context = chromium.new_context(viewport=WIDE, bypass_csp=True)
    desk = context.new_page()
    sign_in(desk, editor)

    # Wagtail's own dialog, in the status panel of the page.
    desk.goto(f"{live_server.url}/admin/pages/{post.pk}/edit/")
    desk.get_by_role("button", name="Toggle status").click()
    desk.get_by_role("button", name="Change privacy").click()
    dialog = desk.locator("#set-privacy")
    dialog.get_by_label("Private, accessible to users in specific groups").check()
    dialog.get_by_label("Members: Rehab").check()
    dialog.get_by_role("button", name="Save").click()
    desk.get_by_text("Not visible to the public").wait_for()

    # The bar above the page: for whom it is, and how others see it.
    address = f"{live_server.url}{post.url}"
    desk.goto(address)
    bar = desk.get_by_role("complementary", name="Who can read this page")
    bar.get_by_text("Members only: Rehab").wait_for()
    desk.get_by_text(BODY).wait_for()
    accessible(desk)

    def look(label: str) -> None:
        if not bar.get_by_role("link", name=label, exact=True).is_visible():
            bar.get_by_text("Look as").click()
        bar.get_by_role("link", name=label, exact=True).click()
        bar.locator("[aria-current=true]").get_by_text(label, exact=True).wait_for()

    for label, words in (
        ("Visitor", "Join, or sign in if you are one"),
        ("Membership ended", "Your membership ended on"),
        ("Strength", "Your plan does not include this"),
    ):
        look(label)
        desk.get_by_text(words).wait_for()
        assert desk.get_by_text(BODY).count() == 0, label
    accessible(desk)
    look("Rehab")
    desk.get_by_text(BODY).wait_for()
    bar.get_by_role("link", name="Back to my own view").click()
    bar.get_by_text("Look as").wait_for()

    # A visitor, somebody whose membership ended, and a member, each on a phone.
    people: list[tuple[Any, str]] = [
        (None, "Join, or sign in if you are one"),
        (lapsed, "Your membership ended on"),
        (member, BODY),
    ]
    for person, words in people:
        if person is not None:
            sign_in(phone, person)
        phone.goto(address)
        phone.get_by_text(words).wait_for()
        fits(phone)
        assert (phone.get_by_text(BODY).count() > 0) is (person == member)

    # Then it opens later: members of today wait.
    desk.goto(f"{live_server.url}/admin/pages/{post.pk}/edit/")
    desk.get_by_role("button", name="Actions").first.click()
    desk.get_by_role("link", name="Opening time").first.click()
    desk.get_by_label("Opens after").fill("30")
    desk.get_by_role("button", name="Save").click()
    desk.get_by_text("now opens some time after a membership began").wait_for()
    desk.goto(address)
    look("Rehab, joined today")
    desk.get_by_role("heading", name="Not open yet").wait_for()
    phone.goto(address)
    phone.get_by_text("It opens on").wait_for()
    assert phone.get_by_text(BODY).count() == 0
    context.close()
