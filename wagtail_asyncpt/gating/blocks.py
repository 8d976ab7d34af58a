"""StreamField blocks that keep content for members. Closed until the gate opens them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from wagtail_asyncpt.gating import parts
from wagtail_asyncpt.gating.queries import gate_group_choices


class GateGroupsBlock(blocks.MultipleChoiceBlock):
    """Which memberships open something: any of those that are ticked."""

    def __init__(self, **kwargs: Any) -> None:
        defaults = {
            "choices": gate_group_choices,
            "widget": CheckboxSelectMultiple,
            "label": _("Open to"),
            "help_text": _("Members of any of these may read it."),
        }
        super().__init__(**{**defaults, **kwargs})
        # A site's migrations need not know where our choices come from.
        self._constructor_kwargs["choices"] = []

    def to_python(self, value: Any) -> list[str]:
        """The ids as texts. Wagtail would read the choices for every block that is rendered."""
        return [str(pk) for pk in value or ()]

    def normalize(self, value: Any) -> list[str]:
        """The same, for values from code."""
        return self.to_python(value)

    def get_searchable_content(self, value: Any) -> list[str]:
        """Nothing: the names of memberships are no content."""
        return []


class _Part(parts.PartBlock, blocks.StructBlock):
    """A struct whose value carries the face that the gate gave it."""

    tiers = GateGroupsBlock()

    class Meta:
        value_class = parts.PartValue

    def to_python(self, value: Any) -> Any:
        """The native value, with its face."""
        return _faced(super().to_python(value), value)

    def bulk_to_python(self, values: Any) -> list[Any]:
        """The native values, with their faces."""
        return [_faced(one, raw) for one, raw in zip(super().bulk_to_python(values), values)]  # noqa: B905

    def get_searchable_content(self, value: Any) -> list[str]:
        """Nothing: a search result would tell."""
        return []

    def get_api_representation(self, value: Any, context: Any = None) -> Any:
        """That there is something for members, and nothing of it."""
        return {"members_only": True}


class MembersOnlyBlock(_Part):
    """Content for members amid content for everybody.

    ``content`` is what it may hold: a block, or a list of named blocks as for a StreamBlock.
    """

    def __init__(self, content: Any = None, **kwargs: Any) -> None:
        if not isinstance(content, blocks.Block):
            content = blocks.StreamBlock(content or [("text", blocks.RichTextBlock())])
        super().__init__([("content", content)], **kwargs)

    class Meta:
        icon = "lock"
        label = _("Members only")
        template = "wagtail_asyncpt/gating/members_only_block.html"


class PaywallLineBlock(_Part):
    """A line across the page: what follows is for members."""

    ends_stream = True

    class Meta:
        icon = "lock"
        label = _("Paywall line")
        template = "wagtail_asyncpt/gating/paywall_line_block.html"


class PaywallMixin:
    """For a StreamBlock that may hold a paywall line: what is below it stays closed everywhere.

    Search, API and a rendering that never came to the gate end at the line.
    """

    def get_searchable_content(self, value: Any) -> list[str]:
        """The words above the line."""
        if not self.search_index:  # type: ignore[attr-defined]
            return []
        return [
            text
            for child in _above(value)
            for text in child.block.get_searchable_content(child.value)
        ]

    def get_api_representation(self, value: Any, context: Any = None) -> Any:
        """The blocks above the line, and the line itself."""
        return [
            {
                "type": child.block.name,
                "value": child.block.get_api_representation(child.value, context=context),
                "id": child.id,
            }
            for child in _above(value or ())
        ]

    def render(self, value: Any, context: Any = None) -> Any:
        """The blocks above a closed line, and the line itself."""
        shown = parts.up_to_closed_line(value)
        return super().render(shown, context=context)  # type: ignore[misc]


def _faced(value: Any, raw: Any) -> Any:
    value.face = raw.get(parts.FACE, parts.CLOSED) if isinstance(raw, dict) else parts.CLOSED
    return value


def _above(stream: Iterable[Any]) -> Iterator[Any]:
    for child in stream:
        yield child
        if isinstance(child.block, PaywallLineBlock):
            return
