"""Forms of the library."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.media import VideoStatus
from wagtail_asyncpt.library.models import ExerciseVideo
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

    class Meta:
        model = ExerciseVideo
        fields = ["title", "source", "credit", "captions"]

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
        captions: str = self.cleaned_data["captions"].strip()
        if captions and not captions.startswith("WEBVTT"):
            raise ValidationError(_("WebVTT text begins with a line WEBVTT."))
        return captions

    def save(self, commit: bool = True) -> ExerciseVideo:
        """Store the file and queue it."""
        waits = "source" in self.changed_data or self.instance.status == VideoStatus.FAILED
        if waits:
            self.instance.status = VideoStatus.RECEIVED
            self.instance.failure = ""
        video: ExerciseVideo = super().save(commit=commit)
        if waits and commit:
            enqueue_long(process_exercise_video, video.pk)
        return video
