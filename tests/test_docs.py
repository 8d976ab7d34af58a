"""The documentation says what the code says."""

import ast
import re
from dataclasses import fields
from pathlib import Path

from wagtail_asyncpt.conf import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
COMMANDS = ROOT / "wagtail_asyncpt" / "management" / "commands"


def documented_settings() -> dict[str, object]:
    """The default of each setting, by its heading in settings.md."""
    text = (DOCS / "reference" / "settings.md").read_text()
    found = re.findall(r"^### (\w+)\n\nDefault: `(.+)`$", text, re.MULTILINE)
    return {name: ast.literal_eval(default) for name, default in found}


def test_every_setting_is_documented_with_its_default() -> None:
    defaults = Settings()
    assert documented_settings() == {f.name: getattr(defaults, f.name) for f in fields(Settings)}


def test_every_command_is_documented() -> None:
    text = (DOCS / "reference" / "commands.md").read_text()
    listed = set(re.findall(r"^\| `(asyncpt_\w+)`", text, re.MULTILINE))
    assert listed == {path.stem for path in COMMANDS.glob("asyncpt_*.py")}


def test_cron_lines_name_commands_that_exist() -> None:
    text = (DOCS / "how-to" / "deploy.md").read_text()
    named = set(re.findall(r"manage\.py (asyncpt_\w+)", text))
    assert named <= {path.stem for path in COMMANDS.glob("asyncpt_*.py")}
    assert "asyncpt_send_letters" in named


def test_every_page_can_be_found_from_the_index() -> None:
    index = (DOCS / "index.md").read_text()
    linked = set(re.findall(r"\]\(([\w/-]+\.md)\)", index))
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"index.md"}
    assert linked == pages


def test_every_word_of_the_makefile_is_described_and_in_contributing() -> None:
    makefile = (ROOT / "Makefile").read_text()
    described = set(re.findall(r"^([a-z-]+):.*## .", makefile, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    assert described == set(phony[1].split())
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    for word in ("demo", "test", "lint", "format", "coverage", "bench", "docs"):
        assert f"`make {word}`" in contributing
