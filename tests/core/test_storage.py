"""Private files: the folder, its modes, and how settings choose another storage."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from django.db import models
from django.db.migrations.writer import MigrationWriter
from django.test import override_settings

from wagtail_asyncpt.core.storage import is_inside_media_root, private_root, private_storage


class OpenBucket(Storage):
    """A bucket without a local path, whose addresses carry no signature; options as S3's."""

    querystring_auth = False
    querystring_expire = 3600

    def url(self, name: str | None) -> str:
        return f"https://bucket.example/{name}"


class SlowBucket(OpenBucket):
    """A bucket whose signatures last for a week."""

    querystring_auth = True
    querystring_expire = 7 * 24 * 3600

    def url(self, name: str | None) -> str:
        return f"https://bucket.example/{name}?signature=abc"


def test_a_private_file_is_readable_by_its_owner_only_and_has_no_address(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with override_settings(WAGTAIL_ASYNCPT={"PRIVATE_ROOT": str(tmp_path / "safe")}):
            storage = private_storage()
            name = storage.save("clips/a.mp4", ContentFile(b"film"))
            path = Path(storage.path(name))
            with pytest.raises(ValueError, match="not accessible"):
                storage.url(name)
    finally:
        os.umask(old)
    assert path == tmp_path / "safe/clips/a.mp4"
    assert path.read_bytes() == b"film"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "safe").stat().st_mode) == 0o700


def test_without_a_setting_the_folder_lies_beside_media_root_not_in_it(tmp_path: Path) -> None:
    with override_settings(MEDIA_ROOT=str(tmp_path / "media"), WAGTAIL_ASYNCPT={}):
        assert private_storage().path("x") == str(tmp_path / "private" / "x")
        assert not is_inside_media_root()


def test_without_media_root_the_folder_lies_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with override_settings(MEDIA_ROOT="", WAGTAIL_ASYNCPT={}):
        assert private_root() == tmp_path / "private"
        assert not is_inside_media_root()


def test_a_folder_under_media_root_is_noticed_even_through_a_link(tmp_path: Path) -> None:
    media = tmp_path / "media"
    (media / "private").mkdir(parents=True)
    (tmp_path / "link").symlink_to(media / "private")
    for folder in (media / "private", tmp_path / "link", media):
        with override_settings(
            MEDIA_ROOT=str(media), WAGTAIL_ASYNCPT={"PRIVATE_ROOT": str(folder)}
        ):
            assert is_inside_media_root()


def test_a_storage_that_the_site_defines_is_used_and_left_again_with_the_setting() -> None:
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    storage = private_storage()
    with override_settings(STORAGES=settings.STORAGES | {"asyncpt_private": memory}):
        assert isinstance(storage, InMemoryStorage)
        name = storage.save("a.txt", ContentFile(b"hi"))
        assert private_storage().open(name).read() == b"hi"
    assert not isinstance(private_storage(), InMemoryStorage)
    assert isinstance(private_storage(), Storage)


def test_a_migration_names_the_callable_and_no_folder() -> None:
    written, _ = MigrationWriter.serialize(models.FileField(storage=private_storage))
    assert "storage=wagtail_asyncpt.core.storage.private_storage" in written
    assert str(Path.cwd()) not in written
