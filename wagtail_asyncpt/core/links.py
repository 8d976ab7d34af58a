"""Links to private media: signed for one person and one file, and good for some hours.

A link opens nothing by itself. The view that it leads to also asks who is signed in, and whether
that person may see the file at this moment; so a link that was copied, logged or kept is of no use
to anybody else, nor to somebody who lost the right to it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core import clock

#: Name of the query parameter that holds when the link ends, and the signature.
PARAMETER = "link"
_SALT = "wagtail_asyncpt.media"


def media_url(name: str, uuid: UUID, user: Any) -> str:
    """The address of the view ``name`` for ``user``; without a link for somebody not signed in.

    The same for half of ``MEDIA_LINK_SECONDS``, so that a browser keeps what it has loaded.
    """
    path = reverse(name, args=[uuid])
    if not user.is_authenticated:
        return path
    half = asyncpt_settings.MEDIA_LINK_SECONDS // 2
    until = (_now() // half + 2) * half
    signature = Signer(sep=".", salt=_SALT).signature(_claim(path, user, until))
    return f"{path}?{PARAMETER}={int_to_base36(until)}.{signature}"


def has_link(request: HttpRequest) -> bool:
    """Whether the request came by a link of this path, for whoever is signed in, that still works.

    The person's rights are not asked.
    """
    if not request.user.is_authenticated:
        return False
    ends, _, signature = request.GET.get(PARAMETER, "").partition(".")
    try:
        until = base36_to_int(ends)
        claim = _claim(request.path, request.user, until)
        Signer(sep=".", salt=_SALT).unsign(f"{claim}.{signature}")
    except (BadSignature, ValueError):
        return False
    # A life that was shortened holds for the links that are out already.
    return _now() < until <= _now() + asyncpt_settings.MEDIA_LINK_SECONDS


def _claim(path: str, user: Any, until: int) -> str:
    return f"{path}|{user.pk}|{until}"


def _now() -> int:
    return int(clock.now().timestamp())
