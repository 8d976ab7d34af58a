"""Tags that keep a section of a template for members, and show what is closed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.loader import render_to_string
from wagtail.models import PageViewRestriction

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating import operations, queries
from wagtail_asyncpt.gating.faces import Faces
from wagtail_asyncpt.gating.middleware import mark_private
from wagtail_asyncpt.gating.parts import CLOSED, Face, close, groups_of_parts, show_parts
from wagtail_asyncpt.gating.queries import Restriction
from wagtail_asyncpt.gating.readers import Reader, reader_of

register = template.Library()


@register.tag
def members_only(parser: Parser, token: Token) -> "MembersOnlyNode":
    """Keep a section of a template for members.

    ``{% members_only "coached" "performance" %} … {% otherwise %} … {% end_members_only %}`` names
    tiers by their slugs. What comes before ``otherwise`` is rendered for their members, for members
    of tiers that include them and for staff who may edit the page, and for nobody else. Without an
    ``otherwise`` the others see an invitation.
    """
    _name, *words = token.split_contents()
    if not words:
        raise template.TemplateSyntaxError("members_only needs the slug of at least one tier")
    open_part = parser.parse(("otherwise", "end_members_only"))
    closed_part = None
    if parser.next_token().contents == "otherwise":
        closed_part = parser.parse(("end_members_only",))
        parser.delete_first_token()
    codes = [parser.compile_filter(word) for word in words]
    return MembersOnlyNode(codes, open_part, closed_part)


class MembersOnlyNode(Node):
    """A section of which one of two parts is rendered."""

    child_nodelists = ("open_part", "closed_part")

    def __init__(
        self, codes: list[FilterExpression], open_part: NodeList, closed_part: NodeList | None
    ) -> None:
        self.codes = codes
        self.open_part = open_part
        self.closed_part = closed_part or NodeList()
        self.invites = closed_part is None

    def render(self, context: template.Context) -> str:
        """One part, or an invitation; the answer is then for this person only."""
        face = self._face(context, {str(code.resolve(context)) for code in self.codes})
        if face.is_open:
            return self.open_part.render(context)
        return _invitation(face) if self.invites else self.closed_part.render(context)

    def _face(self, context: template.Context, codes: set[str]) -> Face:
        request = context.get("request")
        if request is None:
            return CLOSED
        mark_private(request)
        reader = reader_of(request)
        group_ids = {group.pk for group in reader.gate_groups if group.code in codes}
        faces = Faces(request, context.get("page"), reader, invites=self.invites)
        return faces(frozenset(group_ids))


@register.simple_tag
def members_invitation(page: Any) -> str:
    """What opens the fields of a page on ``PartlyGatedMixin``; empty when they are open."""
    return "" if page.members_face.is_open else _invitation(page.members_face)


@register.simple_tag(takes_context=True)
def for_reader(context: template.Context, instance: Any) -> Any:
    """``instance`` with its members' parts open or emptied for the reader.

    The gate does so for the page that it serves; use it for pages of a list and for snippets whose
    content the template shows: ``{% for_reader post as post %}``. Of a page that is gated as a
    whole its texts are emptied for who may not read it. A few queries, however many pages.
    """
    request = context.get("request")
    if request is None:
        reader = Reader(AnonymousUser(), clock.now())
        face_of: Callable[[frozenset[int]], Face] = lambda group_ids: CLOSED  # noqa: E731
    else:
        mark_private(request)
        reader = reader_of(request)
        face_of = Faces(request, instance, reader)
    if isinstance(instance, queries.page_model()) and instance is not reader.served:
        gates = queries.gates_among(instance, reader.gates)
        judgement = operations.judge_page(reader=reader, page=instance, gates=gates)
        settled = judgement.settled if judgement is not None else frozenset()
        left = [row for row in gates.restrictions if row.pk not in settled]
        is_denied = judgement is not None and judgement.denial is not None
        if is_denied or not all(_core_lets_in(row, request, reader) for row in left):
            close(instance)
            return instance
    show_parts(instance, face_of)
    return instance


def _core_lets_in(restriction: Restriction, request: Any, reader: Reader) -> bool:
    """Whether Wagtail would: as ``PageViewRestriction.accept_request``, without its queries."""
    if restriction.by_groups:
        return reader.is_superuser or bool(restriction.group_ids & reader.stored)
    if restriction.kind == PageViewRestriction.LOGIN:
        return not reader.is_visitor
    key = PageViewRestriction.passed_view_restrictions_session_key
    return restriction.pk in getattr(request, "session", {}).get(key, [])


@dataclass(frozen=True)
class Lock:
    """How a page in a list stands to its reader.

    ``is_gated``: the page as a whole is for members; ``is_partly``: a part of it is; ``is_open``:
    this reader holds what it needs.
    """

    is_gated: bool
    is_partly: bool
    is_open: bool


@register.simple_tag(takes_context=True)
def mark_locks(context: template.Context, pages: Iterable[Any]) -> list[Any]:
    """``pages`` as a list, each with a ``lock``; a few queries, whatever their number.

    ``{% mark_locks posts as posts %}``. The answer to somebody signed in is then for them only.
    """
    found = list(pages)
    request = context.get("request")
    entitled: set[int] = set()
    if request is not None and not reader_of(request).is_visitor:
        mark_private(request)
        entitled = reader_of(request).entitled
    gate_ids = queries.gate_group_ids()
    restrictions = queries.restrictions_of(found)
    for page in found:
        gates = queries.gate_sets(restrictions[page.path], gate_ids)
        closed_parts = groups_of_parts(page)
        page.lock = Lock(
            is_gated=bool(gates),
            is_partly=bool(closed_parts),
            is_open=all(groups & entitled for groups in [*gates, *closed_parts]),
        )
    return found


def _invitation(face: Face) -> str:
    return render_to_string("wagtail_asyncpt/gating/closed_part.html", {"face": face})
