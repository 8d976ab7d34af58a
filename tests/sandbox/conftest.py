"""The clinic's site, built as the demo builds it."""

import pytest
from django.core.cache import cache
from wagtail.models import Site

from sandbox.accounts.models import User
from sandbox.content.site import build_site

PASSWORD = "a-long-enough-password"


@pytest.fixture(autouse=True)
def no_earlier_attempts() -> None:
    """Login limits are counted in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def harbor(db: None) -> Site:
    """The built site."""
    return build_site(hostname="testserver", port=80)


@pytest.fixture
def patient(db: None) -> User:
    """Someone with an account and no rights."""
    return User.objects.create_user("nora@example.com", PASSWORD, first_name="Nora")


@pytest.fixture
def manager(db: None) -> User:
    """Someone who may enter the admin."""
    return User.objects.create_superuser("ruth@harbor.example", PASSWORD)
