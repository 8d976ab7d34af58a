"""``python -m tests.packaging WHEEL [WORKDIR]``: does the README's word hold for the built wheel?

Makes a fresh environment, a site with ``wagtail start``, does what the README's four steps say and
nothing else, then meets the portal as a visitor and as a client. Prints what it does; exit code 1
at the first thing that is not as promised.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

from tests.packaging.readme import Steps, insert_after, read_steps

ROOT = Path(__file__).resolve().parent.parent.parent
EMAIL, PASSWORD = "casey@example.com", "long enough to keep"
PEOPLE = f"""
from django.contrib.auth import get_user_model
from wagtail.models import Site
from wagtail_asyncpt.people.models import Clinic
from wagtail_asyncpt.people.operations import ensure_client

user = get_user_model().objects.create_user("casey", "{EMAIL}", "{PASSWORD}")
ensure_client(user=user, clinic=Clinic.for_site(Site.objects.get(is_default_site=True)))
"""


class NotAsPromised(Exception):
    """The README promises something else."""


def say(words: str) -> None:
    """Print one line of progress."""
    print(f"  {words}", flush=True)


def expect(holds: bool, otherwise: str) -> None:
    """Raise ``NotAsPromised`` unless ``holds``."""
    if not holds:
        raise NotAsPromised(otherwise)


class FreshSite:
    """A site made by ``wagtail start`` in an environment of its own."""

    def __init__(self, folder: Path):
        self.python = folder / "env" / "bin" / "python"
        self.folder = folder / "clinicsite"
        # Nothing of this checkout or of the caller's environment may help.
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "DJANGO"))}

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """Run a program; its output. Raise with the output when it fails."""
        done = subprocess.run(
            command,
            cwd=cwd or self.folder,
            env=self.env,
            check=False,
            capture_output=True,
            text=True,
        )
        output = done.stdout + done.stderr
        expect(done.returncode == 0, f"{' '.join(command)} failed:\n{output}")
        return output

    def manage(self, *arguments: str) -> str:
        """Run ``manage.py``."""
        return self.run(str(self.python), "manage.py", *arguments)

    def make(self, wheel: Path) -> None:
        """Environment, wheel, ``wagtail start``."""
        root = self.folder.parent
        venv.create(root / "env", with_pip=True)
        say("pip install the wheel")
        self.run(str(self.python), "-m", "pip", "install", "--quiet", str(wheel), cwd=root)
        say("wagtail start clinicsite")
        self.run(str(self.python.parent / "wagtail"), "start", "clinicsite", cwd=root)

    def follow(self, steps: Steps) -> None:
        """Steps 2 to 4 of the README."""
        settings = self.folder / "clinicsite" / "settings" / "base.py"
        insert_after(settings, "INSTALLED_APPS = [", steps.apps)
        insert_after(self.folder / "clinicsite" / "urls.py", "urlpatterns = [", steps.urls)
        say(steps.migrate)
        self.manage(*steps.migrate.split()[2:])

    @contextmanager
    def served(self) -> Iterator[str]:
        """The running site's address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        command = [str(self.python), "manage.py", "runserver", "--noreload", address]
        log = self.folder.parent / "site.log"
        with log.open("wb") as output:
            site = subprocess.Popen(
                command, cwd=self.folder, env=self.env, stdout=output, stderr=output
            )
        try:
            yield f"http://{address}"
        except NotAsPromised as problem:
            raise NotAsPromised(f"{problem}\n{log.read_text()[-3000:]}") from problem
        finally:
            site.terminate()
            site.wait(10)


class KeepRedirects(urllib.request.HTTPRedirectHandler):
    """Show a redirect instead of following it."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Follow nothing."""


class Visitor:
    """A browser with cookies that follows no redirect by itself."""

    def __init__(self, origin: str):
        self.origin = origin
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies, KeepRedirects)

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, Location and page."""
        url = urllib.parse.urljoin(self.origin, path)
        body = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(url, body, {"Referer": url})
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, "", answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers.get("Location", ""), answer.read().decode()

    def wait(self) -> None:
        """Return when the site answers."""
        for _ in range(150):
            try:
                self.ask("/")
                return
            except OSError:
                time.sleep(0.2)
        raise NotAsPromised("the site does not answer")


def meet_the_portal(origin: str, portal: str) -> None:
    """302 to a login page that answers; sign in there; get the portal."""
    visitor = Visitor(origin)
    visitor.wait()
    status, login, _ = visitor.ask(portal)
    expect(status == 302, f"{portal} answered {status} to a visitor, not 302")
    status, _, page = visitor.ask(login)
    expect(status == 200, f"the login page {login} answered {status}")
    say(f"{portal} sends a visitor to {login}, which answers")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    expect(token is not None, f"{login} has no form")
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "username": "casey", "password": PASSWORD}
    form["next"] = portal
    status, after, _ = visitor.ask(login, form)
    expect((status, after) == (302, portal), f"after the login: {status} {after}")
    status, _, page = visitor.ask(portal)
    expect(status == 200 and "<h1" in page, f"{portal} answered {status} to a client")
    for path in sorted(set(re.findall(r'(?:href|src)="(/static/[^"?]+)', page))):
        status, _, _ = visitor.ask(path)
        expect(status == 200, f"{path} of the portal answered {status}")
    say(f"{portal} answers a client, with its styles and scripts")


def check(wheel: Path, folder: Path) -> None:
    """Raise ``NotAsPromised`` for the first thing that is not as the README says."""
    steps = read_steps((ROOT / "README.md").read_text())
    site = FreshSite(folder)
    site.make(wheel)
    site.follow(steps)
    say("manage.py check, makemigrations --check")
    site.manage("check", "--fail-level", "WARNING")
    site.manage("makemigrations", "--check", "--dry-run")
    site.manage("shell", "-c", PEOPLE)
    with site.served() as origin:
        meet_the_portal(origin, steps.portal)


def main(arguments: list[str]) -> int:
    """Check the wheel named on the command line."""
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    wheel = Path(arguments[0]).resolve()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(arguments[1]).resolve() if len(arguments) == 2 else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            check(wheel, folder)
        except NotAsPromised as problem:
            print(f"Not as the README promises: {problem}", file=sys.stderr)
            return 1
    print(f"{wheel.name}: the README's four steps suffice.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
