"""A program's public face in the editor: phases, questions that people ask, what opens it."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.forms import WagtailAdminPageForm


class ProgramPageForm(WagtailAdminPageForm):
    """Offers the memberships and packages of the page's own clinic only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.instance if self.instance.pk else self.parent_page
        site = place.get_site() if place is not None else None
        for name in ("opened_by_tier", "opened_by_package"):
            if name in self.fields:
                field = self.fields[name]
                field.queryset = field.queryset.filter(clinic__site=site)


class PhaseBlock(blocks.StructBlock):
    """One phase, such as "calm it down", "build it up", "return to sport"."""

    name = blocks.CharBlock(label=_("Name"), max_length=100)
    weeks = blocks.CharBlock(
        label=_("When"), max_length=60, required=False, help_text=_("For example: weeks 1 and 2.")
    )
    text = blocks.TextBlock(label=_("What happens"), rows=2, max_length=600, required=False)

    class Meta:
        icon = "date"
        label = _("Phase")
        label_format = "{name}"


class FaqBlock(blocks.StructBlock):
    """A question and its answer."""

    question = blocks.CharBlock(label=_("Question"), max_length=200)
    answer = blocks.RichTextBlock(
        label=_("Answer"), features=["bold", "italic", "ul", "ol", "link"]
    )

    class Meta:
        icon = "help"
        label = _("Question")
        label_format = "{question}"


def phase_blocks() -> list[tuple[str, blocks.Block]]:
    """The block types of a program's ``phases``."""
    return [("phase", PhaseBlock())]


def faq_blocks() -> list[tuple[str, blocks.Block]]:
    """The block types of a program's ``faq``."""
    return [("question", FaqBlock())]
