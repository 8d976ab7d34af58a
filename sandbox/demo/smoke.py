"""``--check``: look at the running demo as a visitor, a client and a therapist, then stop."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from django.urls import reverse

from sandbox.content.people import DEMO_PASSWORD

from .plan import Plan


class CheckFailed(ValueError):
    """A page is not what it should be."""


class Browser:
    """Enough of a browser: cookies, redirects, forms with Django's token."""

    def __init__(self, origin: str):
        self.origin = origin
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def open(self, path: str, data: dict[str, str] | None = None) -> tuple[str, str]:
        """GET, or POST ``data``; the final path and the page. Raise for any status but 200."""
        url = urllib.parse.urljoin(self.origin, path)
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(url, body, {"Referer": url})
        try:
            with self.opener.open(request, timeout=30) as response:
                text = response.read().decode()
                return urllib.parse.urlsplit(response.url).path, text
        except urllib.error.HTTPError as error:
            raise CheckFailed(f"{url} answered {error.code}") from error

    def see(self, path: str, *words: str) -> None:
        """Open ``path`` and find each of ``words`` there."""
        found, text = self.open(path)
        if found != urllib.parse.urlsplit(path).path:
            raise CheckFailed(f"{path} sent us to {found}")
        for word in words:
            if word not in text:
                raise CheckFailed(f"{path} does not say {word!r}")

    def sign_in(self, path: str, email: str) -> None:
        """Open ``path``, be sent to the login page, sign in, and arrive."""
        login, text = self.open(path)
        if login == path:
            raise CheckFailed(f"{path} opened without a login")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        if token is None:
            raise CheckFailed(f"{login} has no form")
        fields = {"csrfmiddlewaretoken": token[1], "login": email, "password": DEMO_PASSWORD}
        arrived, _ = self.open(f"{login}?{urllib.parse.urlencode({'next': path})}", fields)
        if arrived != path:
            raise CheckFailed(f"after the login {email} is at {arrived}, not {path}")


def look_around(plan: Plan, *, offer: str) -> None:
    """Raise ``CheckFailed`` for the first thing that is wrong."""
    today = reverse("asyncpt_portal:today")
    queue = reverse("asyncpt_review:queue")
    visitor = Browser(plan.site_url)
    visitor.see("/", "<h1")
    visitor.see(offer, "<h1")
    if plan.uses_standin:
        Browser(plan.standin_url).see("/_standin/", "<h1")
    client = Browser(plan.site_url)
    client.sign_in(today, "daniel@example.com")
    client.see(today, "<main")
    therapist = Browser(plan.site_url)
    therapist.sign_in(queue, "maya@harbor.example")
    therapist.see(queue, "Daniel")
