"""Captions: reading WebVTT and SubRip files, and refusing what no player reads."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_BYTES = 512 * 1024
_TIME = r"(?:(\d{1,3}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMING = re.compile(rf"^{_TIME}[ \t]+-->[ \t]+{_TIME}", re.MULTILINE)
_COMMA = re.compile(r"(\d\d:[0-5]\d),(\d{3})")


def read_captions(content: bytes) -> str:
    """The text of a captions file (.vtt or .srt, any usual encoding), as WebVTT.

    Raises ``ValidationError``.
    """
    if len(content) > MAX_BYTES:
        raise ValidationError(_("This file is too large for captions."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return check_captions(text)


def check_captions(text: str) -> str:
    """``text`` as WebVTT; SubRip is translated. Raises ``ValidationError`` with what is wrong."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        return ""
    if "\0" in text:
        raise ValidationError(_("This is not a text file."))
    if not text.startswith("WEBVTT"):
        if not _TIMING.search(text):
            raise ValidationError(
                _("Captions are WebVTT or SubRip text: WebVTT begins with a line WEBVTT.")
            )
        text = "WEBVTT\n\n" + _COMMA.sub(r"\1.\2", text)
    timings = list(_TIMING.finditer(text))
    if not timings:
        raise ValidationError(
            _("There is no caption: a line such as 00:01.000 --> 00:04.000, then its text.")
        )
    for timing in timings:
        start, end = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
        if end <= start:
            raise ValidationError(
                _("A caption ends before it begins: %(line)s") % {"line": timing[0]}
            )
    return text + "\n"


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
