"""Panels of the exercise's editor, and how its fields are compared between revisions."""

from typing import Any

from django.utils.html import format_html
from wagtail.admin.compare import FieldComparison, TextDiff, register_comparison_class
from wagtail.admin.panels import HelpPanel

from wagtail_asyncpt.core.fields import ChoicesField
from wagtail_asyncpt.library.ladders import ladder_of


class WordsComparison(FieldComparison):
    """Compares what a reader sees; subclasses say the words of a value."""

    def words(self, value: Any) -> str:
        """``value`` as a reader sees it."""
        raise NotImplementedError

    def htmldiff(self) -> Any:
        """The words once, or the old ones struck out beside the new ones."""
        before, after = self.words(self.val_a), self.words(self.val_b)
        if before == after:
            return format_html("{}", after)
        changes = [("deletion", before), ("addition", after)]
        return TextDiff([change for change in changes if change[1]]).to_html()


class ChoicesComparison(WordsComparison):
    """Compares lists of choices by their labels."""

    def words(self, value: Any) -> str:
        """The labels, joined by commas."""
        return ", ".join(self.field.labels(value))


register_comparison_class(ChoicesField, comparison_class=ChoicesComparison)


class LadderPanel(HelpPanel):
    """The ladder on which the exercise stands, with the way to edit it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("template", "wagtail_asyncpt/library/ladder_panel.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        """The panel of one exercise."""

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Add ``ladder`` and ``exercise``."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            saved = self.instance.pk is not None
            return {
                **context,
                "exercise": self.instance,
                "ladder": ladder_of(self.instance) if saved else None,
            }
