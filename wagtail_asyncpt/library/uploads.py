"""Files that wait between an import's preview and its confirmation, in private storage."""

import datetime
import posixpath
import uuid

from django.core import signing
from django.core.files.base import ContentFile
from django.utils import timezone

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.storage import private_storage

FOLDER = "imports"
_SALT = "wagtail_asyncpt.library.import"
_KEPT = datetime.timedelta(hours=24)


def keep_upload(content: bytes, *, user_id: int, **facts: object) -> str:
    """Store a file for a day; the token names it, and only ``user_id`` can use it."""
    _forget_old()
    name = private_storage().save(f"{FOLDER}/{uuid.uuid4().hex}", ContentFile(content))
    return signing.dumps({"name": name, "user": user_id, **facts}, salt=_SALT)


def kept_upload(token: str, *, user_id: int) -> tuple[bytes, dict[str, object]] | None:
    """The file of a token and the facts that were kept with it; ``None`` where it is gone."""
    try:
        facts = signing.loads(token, salt=_SALT, max_age=_KEPT)
    except signing.BadSignature:
        return None
    if facts.pop("user") != user_id:
        return None
    try:
        with private_storage().open(facts.pop("name"), "rb") as file:
            return file.read(), facts
    except OSError:
        return None


def forget_upload(token: str) -> None:
    """Delete the file of a token that was used."""
    facts = signing.loads(token, salt=_SALT)
    private_storage().delete(facts["name"])


def _forget_old() -> None:
    storage = private_storage()
    try:
        names = storage.listdir(FOLDER)[1]
    except OSError:
        return
    for name in names:
        path = posixpath.join(FOLDER, name)
        written = storage.get_modified_time(path)
        if timezone.is_naive(written):
            written = timezone.make_aware(written)
        if clock.now() - written > _KEPT:
            storage.delete(path)
