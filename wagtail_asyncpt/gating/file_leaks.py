"""Where files of what is gated could be fetched without being asked, for the audit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.contrib.contenttypes.models import ContentType
from django.urls import Resolver404, resolve
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import ReferenceIndex

from wagtail_asyncpt.core.storage import (
    has_local_path,
    is_inside_media_root,
    private_root,
    private_storage,
    signs_addresses,
)
from wagtail_asyncpt.gating import queries
from wagtail_asyncpt.gating.leaks import Leak
from wagtail_asyncpt.gating.teaser import picture_of

FILES_MIDDLEWARE = "wagtail_asyncpt.gating.middleware.PrivateFilesMiddleware"
UPDATE_CACHE = "django.middleware.cache.UpdateCacheMiddleware"


def private_files() -> Iterator[Leak]:
    """Clips and videos in a folder that a web server hands out, or open at the storage."""
    if not has_local_path(private_storage()):
        if not signs_addresses(private_storage()):
            yield Leak(
                "Clips and videos in the storage asyncpt_private",
                "at addresses without a signature",
                "Set querystring_auth (Azure: expiration_secs) in its OPTIONS; close the bucket.",
            )
        return
    folder = Path(private_storage().path("")).resolve()
    handed_out = [django_settings.STATIC_ROOT, *map(_folder, django_settings.STATICFILES_DIRS)]
    if is_inside_media_root() or any(
        folder.is_relative_to(Path(one).resolve()) for one in handed_out if one
    ):
        yield Leak(
            f"The folder for private files, {private_root()}",
            "inside a folder that the web server hands out",
            "Set WAGTAIL_ASYNCPT['PRIVATE_ROOT'] to a folder outside of media and static files.",
        )


def _folder(entry: Any) -> Any:
    """The folder of an entry of STATICFILES_DIRS, which may be (prefix, folder)."""
    return entry[1] if isinstance(entry, (list, tuple)) else entry


def documents(collections: list[Any]) -> Iterator[Leak]:
    """Gated documents that something hands out without asking, or that caches may keep."""
    document, what = _documents(collections)
    if document is None:
        return
    method = _serve_method(document)
    if method == "direct":
        yield Leak(
            what,
            "linked where nobody is asked (WAGTAILDOCS_SERVE_METHOD is 'direct')",
            "Use 'serve_view', or 'redirect' with signed addresses of the storage.",
        )
    elif method == "redirect" and (address := _address(document)) and not urlsplit(address).query:
        yield Leak(
            what,
            "sent on to an address without a signature, which whoever was there may pass on "
            "(WAGTAILDOCS_SERVE_METHOD is 'redirect')",
            "Use 'serve_view', or a storage that signs its addresses.",
        )
    if _hands_out_media(document):
        yield Leak(
            what,
            f"handed out under {django_settings.MEDIA_URL} by Django itself",
            "Serve MEDIA_URL in development only, and keep documents/ out of it on the web server.",
        )
    names = list(django_settings.MIDDLEWARE)
    if FILES_MIDDLEWARE not in names:
        yield Leak(
            what,
            "sent without a word to caches on the way",
            f"Add {FILES_MIDDLEWARE} to MIDDLEWARE.",
        )
    elif UPDATE_CACHE in names[names.index(FILES_MIDDLEWARE) :]:
        yield Leak(
            "What members are given by views of your own",
            "kept by Django's cache before it is marked as private",
            f"In MIDDLEWARE, put {FILES_MIDDLEWARE} below UpdateCacheMiddleware.",
        )


def images(collections: list[Any], image_endpoints: list[str]) -> Iterator[Leak]:
    """Pictures that are thought to be closed, and such that an API lists."""
    count = get_image_model()._default_manager.filter(collection__in=collections).count()
    if count:
        yield Leak(
            f"{count} image(s) in gated collections",
            "open to whoever has their address: Wagtail does not guard images",
            "Put what must stay closed into a document or a video.",
        )
    if image_endpoints and (count := len(_of_gated_pages_alone())):
        yield Leak(
            f"{count} image(s) that gated pages alone show",
            f"listed with title and address by {', '.join(image_endpoints)}",
            "Take that endpoint away, or let it list a collection of public images only.",
        )


def to_look_at(collections: list[Any]) -> Iterator[Leak]:
    """What this program cannot judge: the web server, and who has a picture's address."""
    document, what = _documents(collections)
    address = _address(document) if document is not None else ""
    if address and has_local_path(document.file.storage):
        yield Leak(
            what,
            f"in {django_settings.MEDIA_ROOT}, of which the web server hands out a part",
            f"Open {address} at your site: it must answer 404.",
        )
    if count := len(_of_gated_pages_alone()):
        yield Leak(
            f"{count} image(s) that gated pages alone show",
            "open to whoever has their address: Wagtail does not guard images",
            "Put what must stay closed into a document or a video.",
        )


def _documents(collections: list[Any]) -> tuple[Any, str]:
    """One document of the collections, or ``None``; and how many there are, in words."""
    rows = get_document_model()._default_manager.filter(collection__in=collections)
    return rows.order_by("pk").first(), f"{rows.count()} document(s) in gated collections"


def _address(document: Any) -> str:
    """The storage's address of the file; empty where it gives none."""
    try:
        return str(document.file.url)
    except (NotImplementedError, ValueError):
        return ""


def _serve_method(document: Any) -> str:
    """How Wagtail serves documents: by the setting, else by where they are."""
    method = getattr(django_settings, "WAGTAILDOCS_SERVE_METHOD", None)
    return method or ("serve_view" if has_local_path(document.file.storage) else "redirect")


def _hands_out_media(document: Any) -> bool:
    try:
        return bool(resolve(_address(document)).func.__module__ == "django.views.static")
    except Resolver404:
        return False


def _of_gated_pages_alone() -> set[str]:
    """Ids of the images that no open page uses and no teaser shows."""
    pages = queries.page_model()._default_manager
    gated = {str(pk) for pk in pages.not_public().values_list("pk", flat=True)}
    content_type = ContentType.objects.get_for_model(queries.page_model())
    rows = ReferenceIndex.objects.filter(
        base_content_type=content_type,
        to_content_type=ContentType.objects.get_for_model(get_image_model()),
    ).values_list("object_id", "to_object_id")
    shown: set[str] = set()
    hidden: set[str] = set()
    for page_id, image_id in rows:
        (hidden if page_id in gated else shown).add(image_id)
    if hidden - shown:
        teased = pages.filter(pk__in=gated).specific().iterator()
        shown |= {str(picture.pk) for page in teased if (picture := picture_of(page))}
    return hidden - shown
