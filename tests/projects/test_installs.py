"""Other sites than the sandbox, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECTS = ["plain", "own_pages"]


def run(project: str, *arguments: str) -> str:
    """Run a module under the project's settings; its output. Fails with it when it fails."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": f"tests.projects.{project}"}
    env.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=env, check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("project", PROJECTS)
def test_the_checks_find_nothing(project: str) -> None:
    run(project, "django", "check", "--fail-level", "WARNING")


@pytest.mark.parametrize("project", PROJECTS)
def test_no_migration_is_missing(project: str) -> None:
    assert "No changes detected" in run(project, "django", "makemigrations", "--check", "--dry-run")


@pytest.mark.parametrize("project", PROJECTS)
def test_portal_and_admin_answer_the_people_they_are_for(project: str) -> None:
    lines = [line.split() for line in run(project, "tests.projects.visit").splitlines()]
    answers = {(who, path): (status, to) for who, path, status, to in lines}
    assert answers["visitor", "/care/"] == ("302", "/_util/login/?next=/care/")
    assert answers["visitor", "/_util/login/"] == ("200", "-")
    assert answers["visitor", "/admin/care/"][0] == "302"
    assert answers["client", "/care/"] == ("200", "-")
    assert answers["client", "/care/membership/"] == ("200", "-")
    assert answers["client", "/admin/care/"][0] in {"302", "404"}
    assert answers["therapist", "/care/"][0] == "404"
    assert answers["therapist", "/admin/"] == ("200", "-")
    assert answers["therapist", "/admin/care/"] == ("200", "-")
