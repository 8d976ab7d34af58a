"""Walking through the shop in a real browser, to the stand-in and back; import the fixtures."""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from wagtail.models import Site

from tests.memberships.conftest import GOOD_CARD, Shop
from wagtail_asyncpt.pages.models import OfferPage
from wagtail_asyncpt.people.models import Client, Letter

PATIENCE = 20


def eventually(look: Callable[[], Any]) -> Any:
    """What ``look`` finds as soon as it finds something; ``wait_for_function`` fails under CSP."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.05)
    return found


@dataclass
class Walk:
    """One browser in the shop."""

    page: Any
    shop: Shop
    root: str
    sign_in_with: Callable[[Any, Any], None]

    def sign_in(self, person: Any) -> None:
        """Be ``person`` from now on."""
        self.page.context.clear_cookies()
        self.sign_in_with(self.page, person)

    def open(self, path: str) -> None:
        """Go to an address of the site."""
        self.page.goto(self.root + path)

    def says(self, *texts: str) -> None:
        """Wait for each text in the page's main part; nothing is wider than the screen."""
        for text in texts:
            self.page.locator("main").get_by_text(text).first.wait_for()
        assert self.fits, self.page.url

    @property
    def fits(self) -> bool:
        """Nothing is wider than the screen."""
        return bool(self.page.locator("html").evaluate("html => html.scrollWidth <= innerWidth"))

    def click(self, name: str, role: str = "button") -> None:
        """Press what is called so."""
        self.page.locator("main").get_by_role(role, name=name).first.click()

    def follow(self, name: str) -> None:
        """Follow a link."""
        self.click(name, "link")

    def card(self, number: str = GOOD_CARD) -> None:
        """Fill in the card on the stand-in's page."""
        self.page.get_by_label("Card number").fill(number)
        self.page.get_by_label("Expiry").fill("12 / 34")
        self.page.get_by_label("CVC").fill("123")
        self.page.get_by_label("Name on card").fill("Some One")

    def pay(self, number: str = GOOD_CARD) -> None:
        """Fill in the card and press the stand-in's last button."""
        self.page.wait_for_url(f"{self.shop.standin.url}/**")
        self.card(number)
        self.page.locator("section.pay form > button[type=submit]").click()


@pytest.fixture
def site_url(shop: Shop, live_server: Any, settings: Any) -> str:
    """The live site's address, which mails and Stripe lead back to; its forms lead to Stripe."""
    parts = urlsplit(live_server.url)
    site = Site.objects.get(pk=shop.clinic.site_id)
    site.hostname, site.port = str(parts.hostname), int(parts.port or 80)
    site.save()
    Site.clear_site_root_paths_cache()
    policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["form-action"].append(shop.standin.url)
    settings.CONTENT_SECURITY_POLICY = policy
    shop.clinic.site = site
    return str(live_server.url)


@pytest.fixture
def walk(shop: Shop, site_url: str, phone: Any, sign_in: Any) -> Walk:
    """A phone in the shop."""
    return Walk(phone, shop, site_url, sign_in)


@pytest.fixture
def offer_page(shop: Shop, site_url: str) -> OfferPage:
    """The page with all plans and packages."""
    page: OfferPage = shop.clinic.site.root_page.add_child(
        instance=OfferPage(title="Plans", slug="plans")
    )
    return page


def mail_to(client: Client, kind_words: str) -> Letter:
    """The newest mail to ``client`` whose subject has these words."""
    return Letter.objects.filter(to=client.user.email, subject__icontains=kind_words).latest("pk")
