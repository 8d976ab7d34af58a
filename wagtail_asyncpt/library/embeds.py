"""Videos that stay on YouTube or Vimeo: which addresses are known, and how they are shown."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_YOUTUBE_HOSTS = {"youtube.com", "m.youtube.com", "youtube-nocookie.com", "youtu.be"}
_VIMEO_HOSTS = {"vimeo.com", "player.vimeo.com"}
_YOUTUBE_ID = re.compile(r"[\w-]{11}")
_VIMEO_PATH = re.compile(r"/(?:video/)?(\d{5,12})(?:/([0-9a-f]{6,20}))?/?")


@dataclass(frozen=True)
class Embed:
    """A video elsewhere: ``player_url`` for a frame without tracking, ``watch_url`` for a link."""

    provider: str
    player_url: str
    watch_url: str


def parse_embed(url: str) -> Embed | None:
    """The video that an address of YouTube or Vimeo names, or ``None``."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return None
    if host in _YOUTUBE_HOSTS:
        return _youtube(_youtube_id(host, parts.path, parts.query))
    if host in _VIMEO_HOSTS:
        return _vimeo(parts.path, parts.query)
    return None


def validate_embed(url: str) -> None:
    """Refuse an address that is no video of YouTube or Vimeo."""
    if parse_embed(url) is None:
        raise ValidationError(
            _("Paste the address of one video on YouTube or Vimeo."), code="no_embed"
        )


def _youtube_id(host: str, path: str, query: str) -> str:
    if host == "youtu.be":
        return path.strip("/")
    if path == "/watch":
        return parse_qs(query).get("v", [""])[0]
    kind, _slash, key = path.strip("/").partition("/")
    return key if kind in {"embed", "shorts", "live"} else ""


def _youtube(key: str) -> Embed | None:
    if not _YOUTUBE_ID.fullmatch(key):
        return None
    return Embed(
        "YouTube",
        f"https://www.youtube-nocookie.com/embed/{key}?rel=0",
        f"https://www.youtube.com/watch?v={key}",
    )


def _vimeo(path: str, query: str) -> Embed | None:
    match = _VIMEO_PATH.fullmatch(path)
    if match is None:
        return None
    key, secret = match[1], match[2] or parse_qs(query).get("h", [""])[0]
    if secret and not re.fullmatch(r"[0-9a-f]{6,20}", secret):
        return None
    return Embed(
        "Vimeo",
        f"https://player.vimeo.com/video/{key}?dnt=1" + (f"&h={secret}" if secret else ""),
        f"https://vimeo.com/{key}" + (f"/{secret}" if secret else ""),
    )
