"""Where private files are kept: clients' videos and gated files, never under MEDIA_ROOT.

Use the callable, ``FileField(storage=private_storage)``: a migration then names the callable and
not a folder of one machine.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.signals import setting_changed
from django.utils.functional import LazyObject, empty

from wagtail_asyncpt.conf import DICT_NAME
from wagtail_asyncpt.conf import settings as asyncpt_settings

#: Alias in ``settings.STORAGES`` that a site defines to keep private files elsewhere (S3).
ALIAS = "asyncpt_private"


class PrivateFileSystemStorage(FileSystemStorage):
    """A folder that only the server's own user may read, and whose files have no address.

    ``url()`` raises ValueError instead of handing out a public link.
    """

    base_url = None  # type: ignore[assignment]

    def __init__(self, location: str | Path | None = None) -> None:
        super().__init__(
            location=location or private_root(),
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
        )


class _PrivateStorage(LazyObject):
    """The storage that the settings name, looked up late and again after override_settings."""

    def _setup(self) -> None:
        self._wrapped = (
            storages[ALIAS] if ALIAS in settings.STORAGES else PrivateFileSystemStorage()
        )


_private = _PrivateStorage()


def private_storage() -> Storage:
    """Return the private storage: the alias ``asyncpt_private`` when defined, else the folder."""
    return cast(Storage, _private)


def private_root() -> Path:
    """Return the folder for private files where the site defines no storage of its own.

    ``PRIVATE_ROOT``, else ``private`` beside ``MEDIA_ROOT``, else ``private`` in the working
    directory.
    """
    if asyncpt_settings.PRIVATE_ROOT:
        return Path(asyncpt_settings.PRIVATE_ROOT).absolute()
    beside = Path(settings.MEDIA_ROOT).absolute().parent if settings.MEDIA_ROOT else Path.cwd()
    return beside / "private"


def is_inside_media_root() -> bool:
    """Whether private files would lie under MEDIA_ROOT, where the web server hands them out."""
    if not settings.MEDIA_ROOT:
        return False
    try:
        folder = Path(private_storage().path(""))
    except NotImplementedError:
        return False
    return folder.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())


def signs_addresses(storage: Storage) -> bool:
    """Whether a storage without a local path, such as S3's, signs the addresses that it hands out.

    Judged by its options, without the network; one that has none of them is believed.
    """
    if getattr(storage, "querystring_auth", True) is False:  # S3, Google Cloud
        return False
    return getattr(storage, "expiration_secs", 0) is not None  # Azure


def longest_signature(storage: Storage) -> int:
    """Seconds for which the storage's signed addresses work, as far as its options say; else 0."""
    for name in ("querystring_expire", "expiration_secs", "expiration"):
        found = getattr(storage, name, None)
        if isinstance(found, datetime.timedelta):
            return int(found.total_seconds())
        if isinstance(found, int):
            return found
    return 0


def has_local_path(storage: Storage) -> bool:
    """Whether the storage keeps its files in a folder of this machine."""
    try:
        storage.path("x")
    except NotImplementedError:
        return False
    return True


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting in {"STORAGES", "MEDIA_ROOT", DICT_NAME}:
        _private._wrapped = empty  # type: ignore[assignment]


setting_changed.connect(_forget)
