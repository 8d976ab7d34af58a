"""What stands between the exercises: notes, things to read or watch, questions."""

from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock

TEXT_FEATURES = ["bold", "italic", "ul", "ol", "link", "document-link"]


class VideoChooserBlock(blocks.ChooserBlock):
    """Chooses a video of the library."""

    target_model = "wagtail_asyncpt.ExerciseVideo"

    @cached_property
    def widget(self) -> Any:
        """The library's chooser; its views are no part of the models, so they are read late."""
        from wagtail_asyncpt.library.viewsets import ExerciseVideoChooserViewSet

        return ExerciseVideoChooserViewSet("asyncpt_exercise_video_chooser").widget_class()

    class Meta:
        icon = "media"


class NoteBlock(blocks.StructBlock):
    """A word to the client at this place of the session."""

    text = blocks.TextBlock(label=_("Note"), rows=2, max_length=1000)

    class Meta:
        icon = "openquote"
        label = _("Note")
        label_format = "{text}"


class EducationBlock(blocks.StructBlock):
    """Something to read or watch."""

    title = blocks.CharBlock(label=_("Title"), max_length=150)
    text = blocks.RichTextBlock(label=_("Text"), required=False, features=TEXT_FEATURES)
    video = VideoChooserBlock(label=_("Video"), required=False)
    document = DocumentChooserBlock(label=_("Document"), required=False)
    page = blocks.PageChooserBlock(label=_("Page"), required=False)

    class Meta:
        icon = "help"
        label = _("To read or watch")
        label_format = "{title}"
        form_layout = blocks.BlockGroup(
            children=["title", "text"], settings=["video", "document", "page"]
        )

    def clean(self, value: Any) -> Any:
        """Refuse a title without anything under it."""
        value = super().clean(value)
        has_text = bool(value["text"] and str(value["text"].source).strip())
        content = has_text or value["video"] or value["document"] or value["page"]
        if not content and not self.is_deferred_validation:
            error = ValidationError(gettext("Add a text, a video, a document or a page."))
            raise blocks.StructBlockValidationError({"text": error})
        return value


class QuestionBlock(blocks.StructBlock):
    """A question that the client answers at the end of the session."""

    text = blocks.CharBlock(
        label=_("Question"),
        max_length=200,
        help_text=_("For example: how did the stairs go this week?"),
    )

    class Meta:
        icon = "comment"
        label = _("Question")
        label_format = "{text}"
