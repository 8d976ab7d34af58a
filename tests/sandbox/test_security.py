"""Content-Security-Policy, databases by address, and the production settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from wagtail.models import Site

from sandbox.accounts.models import User
from sandbox.settings.database import database

ROOT = Path(__file__).resolve().parent.parent.parent


def policy(header: str) -> dict[str, list[str]]:
    parts = [part.split() for part in header.split(";") if part.strip()]
    return {name: values for name, *values in parts}


@pytest.mark.django_db
def test_public_pages_allow_no_inline_script_or_style(harbor: Site, client: Client) -> None:
    for path in ("/", "/blog/", "/accounts/login/", "/search/", "/nowhere/"):
        rules = policy(client.get(path)["Content-Security-Policy"])
        assert rules["default-src"] == ["'self'"], path
        assert rules["script-src"] == ["'self'"], path
        assert rules["style-src"] == ["'self'"], path
        assert rules["frame-ancestors"] == ["'self'"], path
        assert "https://checkout.stripe.com" in rules["form-action"], path


@pytest.mark.django_db
def test_only_the_admin_may_run_inline_script(client: Client, manager: User) -> None:
    client.force_login(manager)
    rules = policy(client.get("/admin/")["Content-Security-Policy"])
    assert "'unsafe-inline'" in rules["script-src"]
    assert rules["connect-src"] == ["'self'"]
    assert "unsafe-eval" not in str(rules)


def test_a_database_address_is_read_into_its_parts() -> None:
    postgres = database("postgres://pt:p%40ss@db.internal:5433/harbor")
    assert postgres["ENGINE"].endswith("postgresql")
    assert (postgres["NAME"], postgres["USER"], postgres["PASSWORD"]) == ("harbor", "pt", "p@ss")
    assert (postgres["HOST"], postgres["PORT"]) == ("db.internal", "5433")

    assert database("sqlite:///db.sqlite3")["NAME"] == "db.sqlite3"
    assert database("sqlite:////srv/db.sqlite3")["NAME"] == "/srv/db.sqlite3"
    assert "WAL" in database("sqlite:///db.sqlite3")["OPTIONS"]["init_command"]
    assert database("sqlite://:memory:")["NAME"] == ":memory:"


def test_another_database_is_refused_without_telling_its_password() -> None:
    with pytest.raises(ValueError) as refused:
        database("mysql://pt:secret@db/harbor")
    assert "secret" not in str(refused.value)


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "sandbox/manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_production_settings_pass_the_deployment_check(tmp_path: Path) -> None:
    result = manage(
        "check",
        "--deploy",
        "--fail-level=WARNING",
        DJANGO_SETTINGS_MODULE="sandbox.settings.production",
        SECRET_KEY="9" * 25 + "abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
        ALLOWED_HOSTS="harbor.example",
        SITE_URL="https://harbor.example",
        DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3",
        STATE_DIR=str(tmp_path),
    )
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


def test_the_production_settings_start_with_no_secret_of_their_own() -> None:
    result = manage("check", DJANGO_SETTINGS_MODULE="sandbox.settings.production")
    assert result.returncode != 0
    assert "SECRET_KEY" in result.stderr


def test_no_migration_of_the_site_is_missing() -> None:
    result = manage(
        *("makemigrations", "--check", "--dry-run"),
        *("accounts", "home", "services", "blog", "contact"),
        DJANGO_SETTINGS_MODULE="sandbox.settings.test",
    )
    assert result.returncode == 0, result.stdout + result.stderr
