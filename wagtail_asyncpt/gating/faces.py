"""How the parts of a page are shown to its reader."""

from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from wagtail_asyncpt.gating import teaser
from wagtail_asyncpt.gating.parts import EMPTY, OPEN, Face
from wagtail_asyncpt.gating.readers import Reader

PART = ".asyncpt-part"


class Faces:
    """Gives the face of each part of ``page``.

    Only the first closed part that a request shows invites at length, and says to search engines
    what is closed, where it is part of the page that the request is for.
    """

    def __init__(
        self, request: HttpRequest, page: Any, reader: Reader, invites: bool = True
    ) -> None:
        self.request = request
        self.page = page
        self.reader = reader
        self.invites = invites
        self.group_ids: set[int] = set()

    def __call__(self, group_ids: frozenset[int]) -> Face:
        """Open to holders of any of the groups and to staff who may edit the page."""
        self.group_ids |= group_ids
        if group_ids & self.reader.entitled or self.reader.may_edit(self.page):
            return OPEN
        denial = self.reader.denial([group_ids]) if group_ids and self.invites else None
        is_first = self.invites and not self.reader.is_invited
        self.reader.is_invited |= is_first
        return Face(
            denial=denial,
            is_first=is_first,
            is_visitor=self.reader.is_visitor,
            login_url=teaser.login_url(self.request),
            structured_data=self._structured_data() if is_first else EMPTY,
        )

    def _structured_data(self) -> SafeString:
        if self.page is None or self.page is not self.reader.served:
            return EMPTY
        part = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": PART}
        return teaser.structured_data(self.request, self.page, hasPart=part)
