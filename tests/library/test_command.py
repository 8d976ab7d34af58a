"""The command that prepares videos where no worker runs."""

from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from tests import factories
from tests.conftest import Cast
from wagtail_asyncpt.care.models import Clip, FormCheck, Review

pytestmark = pytest.mark.django_db


@pytest.fixture
def check(cast: Cast) -> FormCheck:
    """A requested form check of the owner."""
    asked = {"camera_view": "side", "set_number": 1, "due_day": "3", "question": "Knees?"}
    line = factories.line(factories.make_exercise("Squat"), check=asked)
    factories.make_published_week(cast.owner, cast.therapist, [factories.session(line)])
    return FormCheck.objects.get()


def received_clip(check: FormCheck, content: bytes) -> Clip:
    clip = Clip(clinic=check.clinic, client=check.client, form_check=check)
    clip.source.save("clip.mp4", ContentFile(content), save=False)
    clip.save()
    FormCheck.objects.update(status="received")
    return clip


@pytest.mark.ffmpeg
def test_a_clients_clip_reaches_the_therapist(check: FormCheck, film: bytes) -> None:
    clip = received_clip(check, film)
    call_command("asyncpt_process_videos", stdout=StringIO())
    clip.refresh_from_db()
    check.refresh_from_db()
    assert (clip.status, check.status) == ("ready", "ready")
    assert Review.objects.filter(week=check.week).exists()


@pytest.mark.ffmpeg
def test_a_clip_that_cannot_be_read_may_be_sent_again(check: FormCheck) -> None:
    clip = received_clip(check, b"words")
    call_command("asyncpt_process_videos", stdout=StringIO())
    clip.refresh_from_db()
    check.refresh_from_db()
    assert (clip.status, clip.failure, check.status) == ("failed", "not_a_video", "requested")


def test_a_clip_whose_worker_died_after_transcoding_is_announced(check: FormCheck) -> None:
    clip = received_clip(check, b"")
    Clip.objects.filter(pk=clip.pk).update(status="ready", source="")
    call_command("asyncpt_process_videos", stdout=StringIO())
    check.refresh_from_db()
    assert check.status == "ready"
    assert Review.objects.filter(week=check.week).exists()


@pytest.mark.ffmpeg
def test_the_limit_stops_in_time(check: FormCheck) -> None:
    for _n in range(3):
        received_clip(check, b"words")
    out = StringIO()
    call_command("asyncpt_process_videos", "--limit", "2", stdout=out)
    assert "2 processed." in out.getvalue()
    assert Clip.objects.filter(status="received").count() == 1
