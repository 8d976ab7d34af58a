"""Resumable uploads of clips (tus 1.0.0), and what becomes of them."""

import datetime as dt
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path, PurePath

from django.core.files import File
from django.db import IntegrityError, transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from wagtail_asyncpt.care import signals
from wagtail_asyncpt.care.models import Clip, FormCheck, FormCheckStatus, Upload
from wagtail_asyncpt.care.models.answers import ReviewReason
from wagtail_asyncpt.care.operations.base import open_review, require_owner
from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.core.storage import private_storage
from wagtail_asyncpt.core.tus import part_lock
from wagtail_asyncpt.library.media import VideoStatus
from wagtail_asyncpt.library.operations import process_video
from wagtail_asyncpt.people.models import Client


def part_path(upload: Upload) -> Path:
    """Where the bytes of an unfinished upload wait: private, on this machine's disk."""
    storage = private_storage()
    try:
        root = Path(storage.path("uploads"))
    except NotImplementedError:  # object storage has no local paths
        root = Path(tempfile.gettempdir()) / "asyncpt-uploads"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root / f"{upload.uuid}.part"


def create_upload(
    *, client: Client, form_check: FormCheck, key: uuid.UUID, length: int, filename: str
) -> tuple[Upload, bool]:
    """Announce a clip of ``length`` bytes. The same ``key`` returns the same upload."""
    require_owner(client, form_check.client_id)
    stored = Upload.objects.filter(client=client, key=key).first()
    if stored is not None:
        return stored, False
    if form_check.status in (FormCheckStatus.ANSWERED, FormCheckStatus.WITHDRAWN):
        raise DomainError(_("This form check is closed. Your therapist has what they need."))
    if length <= 0:
        raise DomainError(_("This file is empty. Please choose another video."), field="file")
    if length > asyncpt_settings.UPLOAD_MAX_BYTES:
        raise DomainError(
            _("This video is larger than %(limit)s. A shorter clip is enough.")
            % {"limit": filesizeformat(asyncpt_settings.UPLOAD_MAX_BYTES)},
            field="file",
        )
    try:
        with transaction.atomic():
            return _create(client, form_check, key, length, filename), True
    except IntegrityError:  # announced twice at once
        return Upload.objects.get(client=client, key=key), False


def _create(
    client: Client, form_check: FormCheck, key: uuid.UUID, length: int, filename: str
) -> Upload:
    return Upload.objects.create(
        key=key,
        clinic_id=client.clinic_id,
        client=client,
        form_check=form_check,
        filename=PurePath(filename).name[:255],
        length=length,
        expires_at=clock.now() + dt.timedelta(hours=asyncpt_settings.UPLOAD_EXPIRES_HOURS),
    )


def append_to_upload(
    *, client: Client, upload: Upload, offset: int, write: Callable[..., int]
) -> Upload:
    """Add bytes at ``offset``; a complete upload becomes a clip.

    ``write(path, offset=…, limit=…)`` puts them in the part file and returns the new offset.
    Raises ``Conflict`` when ``offset`` is not where the upload stands. What arrived before a cut
    connection is kept: the next request goes on from there.
    """
    require_owner(client, upload.client_id)
    path = part_path(upload)
    with part_lock(path):
        upload.refresh_from_db()
        if upload.completed_at is not None or offset != upload.offset:
            raise Conflict(_("The upload stands at another place; asking where to go on."))
        upload.offset = write(path, offset=offset, limit=upload.length)
        upload.save(update_fields=["offset"])
        if upload.offset == upload.length:
            _complete(upload)
    return upload


@transaction.atomic
def _complete(upload: Upload) -> Clip:
    """Turn a complete upload into a clip that waits for its transcoding."""
    from wagtail_asyncpt.care.tasks import enqueue_clip

    check = FormCheck.objects.select_for_update(of=("self",)).get(pk=upload.form_check_id)
    clip = Clip(
        clinic_id=upload.clinic_id, client_id=upload.client_id, form_check=check, upload=upload
    )
    path = part_path(upload)
    with path.open("rb") as part:
        clip.source.save(f"source{PurePath(upload.filename).suffix}", File(part), save=False)
    clip.save()
    upload.completed_at = clock.now()
    upload.save(update_fields=["completed_at"])
    if check.status == FormCheckStatus.REQUESTED:
        check.status = FormCheckStatus.RECEIVED
        check.save(update_fields=["status"])
    signals.clip_received.send(
        Clip, instance=clip, client=clip.client, therapist=None, key=f"clip-{clip.pk}"
    )
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    enqueue_clip(clip.pk)
    return clip


@transaction.atomic
def cancel_upload(*, client: Client, upload: Upload) -> None:
    """Forget an unfinished upload and its bytes."""
    require_owner(client, upload.client_id)
    if upload.completed_at is None:
        part_path(upload).unlink(missing_ok=True)
        upload.delete()


def sweep_uploads() -> int:
    """Forget unfinished uploads that expired; returns how many."""
    expired = Upload.objects.filter(completed_at=None, expires_at__lt=clock.now())
    count = 0
    for upload in expired.select_related("client"):
        cancel_upload(client=upload.client, upload=upload)
        count += 1
    return count


def process_clip(*, clip_id: int) -> Clip:
    """Transcode a clip; when it is ready the week enters the queue, when not the client may resend.

    Safe to run twice, and by two workers at once.
    """
    clip = Clip.objects.select_related("form_check").get(pk=clip_id)
    process_video(video=clip)
    with transaction.atomic():
        clip.refresh_from_db()
        check = (
            FormCheck.objects.select_for_update(of=("self",))
            .select_related("week__enrolment__client__clinic")
            .get(pk=clip.form_check_id)
        )
        if clip.status == VideoStatus.READY and check.status in (
            FormCheckStatus.RECEIVED,
            FormCheckStatus.REQUESTED,
        ):
            check.status = FormCheckStatus.READY
            check.save(update_fields=["status"])
            open_review(week=check.week, reason=ReviewReason.CLIP)
        elif clip.status == VideoStatus.FAILED and not _has_other_clip(check, clip):
            check.status = FormCheckStatus.REQUESTED
            check.save(update_fields=["status"])
    return clip


def _has_other_clip(check: FormCheck, clip: Clip) -> bool:
    return check.clips.exclude(pk=clip.pk).exclude(status=VideoStatus.FAILED).exists()
