"""The README's four steps, as the packaging check reads them."""

import re
from pathlib import Path

import pytest

from tests.packaging.readme import insert_after, read_steps

README = Path(__file__).resolve().parent.parent.parent / "README.md"


def test_the_readme_has_two_apps_one_include_and_two_commands() -> None:
    steps = read_steps(README.read_text())
    assert steps.install == "pip install wagtail-asyncpt"
    assert [line.strip() for line in steps.apps] == [
        '"wagtail_asyncpt",',
        '"wagtail_asyncpt.pages",',
    ]
    assert [line.strip() for line in steps.urls] == [
        'path("care/", include("wagtail_asyncpt.urls")),'
    ]
    assert steps.migrate == "python manage.py migrate"
    assert steps.portal == "/care/"


def test_a_fifth_step_is_noticed() -> None:
    text = README.read_text().replace("The client's app now", "```sh\nmore\n```\n\nThe client's")
    with pytest.raises(ValueError, match="four blocks"):
        read_steps(text)


def test_lines_go_right_under_the_marker(tmp_path: Path) -> None:
    file = tmp_path / "urls.py"
    file.write_text("import x\n\nurlpatterns = [\n    b,\n]\n")
    insert_after(file, "urlpatterns = [", ["    a,"])
    assert file.read_text() == "import x\n\nurlpatterns = [\n    a,\n    b,\n]\n"


def test_relative_links_of_the_readme_lead_to_files() -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", README.read_text()):
        assert (README.parent / link).is_file(), link
