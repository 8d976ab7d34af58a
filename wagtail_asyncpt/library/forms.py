"""Forms of the library."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.captions import MAX_BYTES, check_captions, read_captions
from wagtail_asyncpt.library.ladders import check_steps
from wagtail_asyncpt.library.media import VideoStatus
from wagtail_asyncpt.library.models import ExerciseVideo, Ladder, LadderStep
from wagtail_asyncpt.library.operations import check_upload
from wagtail_asyncpt.library.tasks import enqueue_long, process_exercise_video


class ExerciseVideoForm(WagtailAdminModelForm):
    """Upload a demonstration video; saving a failed one without a new file tries it again."""

    source = forms.FileField(
        label=gettext_lazy("Video file"),
        help_text=gettext_lazy(
            "MP4, MOV or WebM. It is made smaller, and the place where it was filmed is removed."
        ),
        widget=forms.FileInput(attrs={"accept": "video/*"}),
    )
    captions_file = forms.FileField(
        label=gettext_lazy("Captions file"),
        help_text=gettext_lazy("A .vtt or .srt file; it takes the place of the text below."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".vtt,.srt,text/vtt"}),
    )

    class Meta:
        model = ExerciseVideo
        fields = ["title", "source", "captions", "transcript", "author", "origin", "licence"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["source"].required = False

    def clean_source(self) -> Any:
        """Refuse an empty file, one that is too large and one that is no video."""
        source = self.cleaned_data["source"]
        if isinstance(source, UploadedFile):
            try:
                check_upload(source)
            except DomainError as error:
                raise ValidationError(str(error)) from error
        return source

    def clean_captions(self) -> str:
        """Refuse captions that no player reads."""
        return check_captions(self.cleaned_data["captions"])

    def clean_captions_file(self) -> str:
        """The text of the captions file; empty where none was sent."""
        sent = self.cleaned_data.get("captions_file")
        return read_captions(sent.read(MAX_BYTES + 1)) if sent else ""

    def save(self, commit: bool = True) -> ExerciseVideo:
        """Store the file and queue it."""
        if captions := self.cleaned_data.get("captions_file"):
            self.instance.captions = captions
        waits = "source" in self.changed_data or self.instance.status == VideoStatus.FAILED
        if waits:
            self.instance.status = VideoStatus.RECEIVED
            self.instance.failure = ""
        video: ExerciseVideo = super().save(commit=commit)
        if waits and commit:
            enqueue_long(process_exercise_video, video.pk)
        return video


class LadderForm(WagtailAdminModelForm):
    """Edits a ladder with all its steps."""

    def is_valid(self) -> bool:
        """Also refuse a loop, an exercise of another ladder and a ladder of nothing."""
        if not super().is_valid():
            return False
        rows = [
            row for row in self.formsets["steps"].ordered_forms if row.cleaned_data.get("exercise")
        ]
        exercises = [row.cleaned_data["exercise"] for row in rows]
        for place, message in check_steps(exercises, ladder=self.instance).items():
            rows[place].add_error("exercise", message)
        if len(exercises) < 2:
            self.add_error(None, _("A ladder needs two exercises or more."))
        return not self.errors and all(not row.errors for row in rows)

    @transaction.atomic
    def save(self, commit: bool = True) -> Ladder:
        """Save; the stored steps go first, so that two of them can change places."""
        if commit and self.instance.pk:
            self.instance.steps = list(self.instance.steps.all())  # held in memory, then gone
            LadderStep.objects.filter(ladder=self.instance).delete()
        ladder: Ladder = super().save(commit=commit)
        return ladder
