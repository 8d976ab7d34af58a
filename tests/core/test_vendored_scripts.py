"""The vendored scripts are the ones that VENDOR.md names, with their licences."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import wagtail_asyncpt

VENDOR = Path(wagtail_asyncpt.__file__).parent / "static/wagtail_asyncpt/vendor"
ROW = re.compile(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", re.MULTILINE)


def test_every_vendored_file_has_the_hash_that_is_written_down() -> None:
    written = dict(ROW.findall((VENDOR / "VENDOR.md").read_text()))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "VENDOR.md"
    }
    assert found == written
    assert {"tus-4.3.1.min.js", "idb-8.0.4.umd.js"} <= set(found)


def test_every_script_has_its_licence_beside_it() -> None:
    for script in VENDOR.glob("*.js"):
        licence = (VENDOR / f"{script.name.split('-')[0]}-LICENSE.txt").read_text()
        assert "Permission" in licence
        assert "Copyright (c)" in licence


def test_no_script_evaluates_text_or_names_a_missing_map() -> None:
    for script in VENDOR.glob("*.js"):
        text = script.read_text()
        assert "eval(" not in text
        assert "new Function" not in text
        assert "sourceMappingURL" not in text
