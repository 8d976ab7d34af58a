"""Reads the four steps out of the README's own code blocks."""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Steps:
    """What the README tells a site's owner to type."""

    install: str
    apps: list[str]
    urls: list[str]
    migrate: str

    @property
    def portal(self) -> str:
        """The portal's address under the README's prefix."""
        found = re.search(r'path\("([^"]*)"', self.urls[0])
        if found is None:
            raise ValueError("step 3 has no path()")
        return f"/{found[1]}"


def read_steps(readme: str) -> Steps:
    """The four steps; ``ValueError`` when the README has not exactly these four blocks."""
    section = readme.partition("## Add it to your site\n")[2].partition("\n### ")[0]
    blocks = [(kind, textwrap.dedent(text)) for _, kind, text in _BLOCK.findall(section)]
    if [kind for kind, _ in blocks] != ["sh", "python", "python", "sh"]:
        raise ValueError("the README's four steps are not four blocks: sh, python, python, sh")
    install, apps, urls, migrate = (text for _, text in blocks)
    return Steps(install.strip(), _added(apps), _added(urls), migrate.strip())


def _added(block: str) -> list[str]:
    """The lines between the brackets, without comments."""
    lines = block.strip().splitlines()[1:-1]
    return [line for line in lines if not line.strip().startswith("#")]


def insert_after(path: Path, marker: str, lines: list[str]) -> None:
    """Insert ``lines`` after the one line of the file that is ``marker``."""
    text = path.read_text()
    if text.count(f"\n{marker}\n") != 1:
        raise ValueError(f"{path} has not one line {marker!r}")
    path.write_text(text.replace(f"\n{marker}\n", "\n".join(["", marker, *lines, ""]), 1))
