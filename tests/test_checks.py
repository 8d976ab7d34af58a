"""Each system check finds its fault, and is silent on a site that is right."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import checks as django_checks
from django.core.checks import CheckMessage, Tags

from tests import factories
from wagtail_asyncpt import checks

QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
IMMEDIATE = "django_tasks.backends.immediate.ImmediateBackend"
GOOD = {"secret_key": "rk_test_1", "webhook_secrets": ["whsec_1"]}


@pytest.fixture
def right(settings: Any, tmp_path: Path, monkeypatch: Any) -> Any:
    """A site without a fault."""
    monkeypatch.setattr(checks, "why_no_pdf", lambda: None)
    settings.TASKS = QUEUE
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, checks.FILES_MIDDLEWARE]
    settings.WAGTAIL_ASYNCPT = {
        "PRIVATE_ROOT": tmp_path / "private",
        "STRIPE_ACCOUNTS": {"default": GOOD},
        "PAIN_ALERT": 0,
        "LOGIN_URL": None,
        "FFMPEG": None,
    }
    return settings


def run(deploy: bool = True) -> list[CheckMessage]:
    return django_checks.run_checks(tags=["asyncpt"], include_deployment_checks=deploy)


def found() -> list[str | None]:
    messages = run()
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


def set_option(settings: Any, **values: Any) -> None:
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, **values}


def account(**values: Any) -> Callable[[Any], None]:
    return lambda settings: set_option(settings, STRIPE_ACCOUNTS={"default": {**GOOD, **values}})


def option(**values: Any) -> Callable[[Any], None]:
    return lambda settings: set_option(settings, **values)


def plain(name: str, value: Any) -> Callable[[Any], None]:
    return lambda settings: setattr(settings, name, value)


def bucket(name: str) -> Callable[[Any], None]:
    def kept_there(settings: Any) -> None:
        storage = {"BACKEND": f"tests.core.test_storage.{name}"}
        settings.STORAGES = {**settings.STORAGES, "asyncpt_private": storage}

    return kept_there


def live_in_debug(settings: Any) -> None:
    settings.DEBUG = True
    account(secret_key="sk_live_1")(settings)


def private_in_media(settings: Any) -> None:
    set_option(settings, PRIVATE_ROOT=str(Path(settings.MEDIA_ROOT) / "private"))


def without_middleware(settings: Any) -> None:
    settings.MIDDLEWARE = settings.MIDDLEWARE[:-1]


FAULTS: dict[str, tuple[Callable[[Any], None], str]] = {
    "unknown key": (option(PAIN_ALARM=3), "E001"),
    "not a dict": (plain("WAGTAIL_ASYNCPT", ["PAIN_ALERT"]), "E002"),
    "text for a number": (option(PAIN_ALERT="six"), "E002"),
    "true for a number": (option(PAIN_ALERT=True), "E002"),
    "number for a text": (option(BASE_TEMPLATE=3), "E002"),
    "nothing for a text": (option(BASE_TEMPLATE=None), "E002"),
    "path for a template": (option(BASE_TEMPLATE=Path("base.html")), "E002"),
    "number for a folder": (option(PRIVATE_ROOT=3), "E002"),
    "number for a yes": (option(TEASER_NOINDEX=1), "E002"),
    "free pages of no type": (option(METERED_PAGES={"blog.Post": 3}), "E002"),
    "no free pages": (option(METERED_PAGES={"blog.BlogPage": 0}), "E002"),
    "list for accounts": (option(STRIPE_ACCOUNTS=[GOOD]), "E002"),
    "tolerance 0": (option(STRIPE_WEBHOOK_TOLERANCE=0), "E002"),
    "negative grace": (option(PAST_DUE_GRACE_DAYS=-1), "E002"),
    "paper of no size": (option(PAPER="Legal"), "E002"),
    "pain above 10": (option(PAIN_ALERT=11), "E002"),
    "account is a text": (option(STRIPE_ACCOUNTS={"default": "sk_test"}), "E002"),
    "account with a typo": (account(webhook_secret="whsec_1"), "E002"),
    "one secret as a text": (account(webhook_secrets="whsec_1"), "E002"),
    "private in media": (private_in_media, "E003"),
    "swapped page model": (plain("WAGTAIL_PAGE_MODEL", "home.BasePage"), "E004"),
    "live key in debug": (live_in_debug, "E005"),
    "live key elsewhere": (
        account(secret_key="rk_live_1", api_base="http://127.0.0.1:8001"),
        "E005",
    ),
    "no secret key": (account(secret_key=""), "E006"),
    "no webhook secret": (account(webhook_secrets=[]), "W001"),
    "no ffmpeg": (option(FFMPEG="/no/such/ffmpeg"), "W002"),
    "immediate tasks": (
        plain(
            "TASKS", {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
        ),
        "W003",
    ),
    "no tasks": (plain("TASKS", {}), "W003"),
    "few fields": (plain("DATA_UPLOAD_MAX_NUMBER_FIELDS", 1_000), "W004"),
    "direct documents": (plain("WAGTAILDOCS_SERVE_METHOD", "direct"), "W005"),
    "no base template": (option(BASE_TEMPLATE="none/such.html"), "W006"),
    "no middleware": (without_middleware, "W007"),
    "middleware around the cache": (
        lambda settings: setattr(
            settings,
            "MIDDLEWARE",
            [*settings.MIDDLEWARE, "django.middleware.cache.UpdateCacheMiddleware"],
        ),
        "W007",
    ),
    "link without end": (option(MEDIA_LINK_SECONDS=8 * 24 * 3600), "E002"),
    "link that nobody can use": (option(MEDIA_LINK_SECONDS=59), "E002"),
    "open bucket": (bucket("OpenBucket"), "E007"),
    "bucket signed for a week": (bucket("SlowBucket"), "W009"),
}


def test_a_right_site_hears_nothing(right: Any) -> None:
    assert found() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_nothing_else(right: Any, fault: str) -> None:
    breaks, expected = FAULTS[fault]
    breaks(right)
    assert found() == [f"asyncpt.{expected}"]


def test_errors_stop_and_warnings_do_not(right: Any) -> None:
    option(PAIN_ALARM=3)(right)
    plain("DATA_UPLOAD_MAX_NUMBER_FIELDS", 1_000)(right)
    assert {(m.id, m.is_serious()) for m in run()} == {
        ("asyncpt.E001", True),
        ("asyncpt.W004", False),
    }


def test_the_middleware_and_a_queue_are_asked_for_on_deployment_only(right: Any) -> None:
    without_middleware(right)
    plain("TASKS", {})(right)
    assert run(deploy=False) == []


def test_weasyprint_without_pango_is_told_on_deployment_and_its_absence_is_right(
    right: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(checks, "why_no_pdf", lambda: "cannot load library 'pango'")
    assert found() == ["asyncpt.W011"]
    assert run(deploy=False) == []
    monkeypatch.setattr(checks, "why_no_pdf", lambda: "")  # not installed
    assert found() == []


def test_a_live_key_at_stripe_without_debug_is_right(right: Any) -> None:
    account(secret_key="rk_live_1")(right)
    assert found() == []


def test_no_limit_of_fields_is_right(right: Any) -> None:
    right.DATA_UPLOAD_MAX_NUMBER_FIELDS = None
    assert found() == []


def test_a_membership_group_with_permissions_is_found_in_the_database(
    right: Any, clinic: Any
) -> None:
    tier = factories.make_tier(clinic)

    def ids() -> list[str | None]:
        messages = django_checks.run_checks(tags=[Tags.database], databases=["default"])
        return [m.id for m in messages if (m.id or "").startswith("asyncpt")]

    assert ids() == []
    through = Group.permissions.through
    through.objects.bulk_create(
        [through(group_id=tier.group_id, permission_id=factories.admin_access().pk)]
    )
    assert ids() == ["asyncpt.W008"]
    assert checks.gate_group_permissions() == []


def test_every_check_is_in_the_reference() -> None:
    page = (Path(__file__).parent.parent / "docs/reference/checks.md").read_text()
    source = Path(checks.__file__).read_text()
    used = set(re.findall(r'"(asyncpt\.[EW]\d{3})"', source))
    assert used == set(re.findall(r"asyncpt\.[EW]\d{3}", page))
    assert len(used) == 21
