"""How the parts of a page are shown to its reader."""

from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from wagtail_asyncpt.gating import teaser
from wagtail_asyncpt.gating.grounds import Denial
from wagtail_asyncpt.gating.parts import EMPTY, OPEN, Face
from wagtail_asyncpt.gating.readers import Reader

PART = ".asyncpt-part"


class Faces:
    """Gives the face of each part of ``page``; only the first closed one invites at length."""

    def __init__(self, request: HttpRequest, page: Any, reader: Reader) -> None:
        self.request = request
        self.page = page
        self.reader = reader
        self.denials: dict[frozenset[int], Denial | None] = {}
        self.group_ids: set[int] = set()

    def __call__(self, group_ids: frozenset[int]) -> Face:
        """Open to holders of any of the groups and to staff who may edit the page."""
        self.group_ids |= group_ids
        if group_ids & self.reader.entitled or self.reader.may_edit(self.page):
            return OPEN
        is_first = not self.denials
        if group_ids not in self.denials:
            self.denials[group_ids] = self.reader.denial([group_ids]) if group_ids else None
        return Face(
            denial=self.denials[group_ids],
            is_first=is_first,
            is_visitor=self.reader.is_visitor,
            login_url=teaser.login_url(self.request),
            structured_data=self._structured_data() if is_first else EMPTY,
        )

    def _structured_data(self) -> SafeString:
        if not hasattr(self.page, "title"):
            return EMPTY
        part = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": PART}
        return teaser.structured_data(self.request, self.page, hasPart=part)
