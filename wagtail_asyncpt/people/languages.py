"""The language in which a client is spoken to: chosen for each client, else as before."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import global_settings, settings
from django.utils.translation import override

from wagtail_asyncpt.people.models import Client


def offered_languages() -> list[tuple[str, str]]:
    """The languages among which a client may choose; empty on a site with one language."""
    if getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        offered = getattr(settings, "WAGTAIL_CONTENT_LANGUAGES", settings.LANGUAGES)
    else:
        offered = settings.LANGUAGES
    # Django's own list of all languages says nothing about this site.
    known = list(offered) if offered != global_settings.LANGUAGES else []
    return [(code, str(name)) for code, name in known] if len(known) > 1 else []


def language_of(client: Client) -> str:
    """The language that was chosen for ``client``; empty where none was, or it is not offered."""
    return client.language if client.language in dict(offered_languages()) else ""


@contextmanager
def speaking_to(client: Client) -> Iterator[None]:
    """Words in the client's language; where none was chosen, in whatever is spoken now."""
    code = language_of(client)
    if not code:
        yield
        return
    with override(code):
        yield
