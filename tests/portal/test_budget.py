"""What a phone has to load, and what a strict Content-Security-Policy allows."""

import gzip
import re
from pathlib import Path

import pytest

import wagtail_asyncpt

PACKAGE = Path(wagtail_asyncpt.__file__).parent
STATIC = PACKAGE / "static/wagtail_asyncpt/portal"
TEMPLATES = sorted((PACKAGE / "templates/wagtail_asyncpt/portal").glob("*.html"))
BUDGET = 50 * 1024


def test_own_styles_and_scripts_stay_within_50_kb() -> None:
    files = [path for path in STATIC.iterdir() if path.suffix in (".css", ".js")]
    assert len(files) >= 8
    total = sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)
    assert total <= BUDGET, f"{total} bytes"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_carry_no_inline_script_or_style(template: Path) -> None:
    html = template.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)


def test_every_static_file_that_a_template_names_exists() -> None:
    named = {
        name
        for template in TEMPLATES
        for name in re.findall(r"{% static '([^']+)' %}", template.read_text())
    }
    assert len(named) >= 8
    assert not [name for name in named if not (PACKAGE / "static" / name).exists()]
