"""Who gets a file of a gated collection."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client as Browser
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction, GroupCollectionPermission

from tests import factories

BYTES = b"canary-file-41aa"
NAME = "Canaryhandout"


@pytest.fixture
def collection(tiers: Any) -> Collection:
    collection = Collection.get_first_root_node().add_child(name="Handouts")
    restriction = CollectionViewRestriction.objects.create(
        collection=collection, restriction_type="groups"
    )
    restriction.groups.set([tiers.basic.group])
    return collection


@pytest.fixture
def document(collection: Collection) -> Any:
    document = get_document_model()(title=NAME, collection=collection)
    document.file.save("canaryhandout.txt", ContentFile(BYTES), save=False)
    document._set_document_file_metadata()
    document.save()
    return document


@pytest.fixture
def middleware(settings: Any) -> None:
    name = "wagtail_asyncpt.gating.middleware.PrivateFilesMiddleware"
    if name not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, name]


def content(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


def test_a_member_gets_the_file_and_no_cache_keeps_it(
    document: Any, member: Any, login: Any, middleware: None
) -> None:
    response = login(member).get(document.url)
    assert response.status_code == 200
    assert content(response) == BYTES
    assert response["Cache-Control"] == "private, no-store"
    again = login(member).get(document.url, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    assert again["Cache-Control"] == "private, no-store"
    assert member.user.groups.count() == 1


@pytest.mark.parametrize("method", ["get", "head", "post", "options"])
def test_others_get_a_page_that_names_neither_file_nor_title(
    document: Any, lapsed: Any, login: Any, method: str
) -> None:
    for browser in (Browser(), login(lapsed)):
        response = getattr(browser, method)(document.url)
        assert response.status_code == 403
        assert BYTES not in content(response)
        assert NAME.encode() not in content(response)
        assert "no-store" in response["Cache-Control"]
    assert lapsed.user.groups.count() == 0


def test_the_refusal_offers_what_opens_it(document: Any, tiers: Any) -> None:
    text = Browser().get(document.url).content.decode()
    assert f"/join/{tiers.basic.prices.get().uuid}/" in text
    assert "/accounts/login/?next=%2Fdocuments%2F" in text


def test_a_file_below_a_gated_collection_is_gated(
    document: Any, collection: Collection, member: Any, login: Any
) -> None:
    document.collection = collection.add_child(name="Below")
    document.save()
    assert Browser().get(document.url).status_code == 403
    assert content(login(member).get(document.url)) == BYTES


def test_staff_get_the_files_that_they_may_change(
    document: Any, cast: Any, collection: Collection, login: Any
) -> None:
    assert content(login(cast.editor).get(document.url)) == BYTES
    GroupCollectionPermission.objects.filter(group__name="Editors").delete()
    assert login(cast.editor).get(document.url).status_code == 403


def test_a_superuser_gets_the_file(document: Any, login: Any) -> None:
    superuser = factories.make_user(is_superuser=True)
    assert content(login(superuser).get(document.url)) == BYTES


def test_an_open_file_is_served_as_before(document: Any, middleware: None) -> None:
    CollectionViewRestriction.objects.all().delete()
    response = Browser().get(document.url)
    assert content(response) == BYTES
    assert "Cache-Control" not in response


def test_a_file_that_only_a_login_closes_is_left_to_core(
    document: Any, clinic: Any, login: Any
) -> None:
    CollectionViewRestriction.objects.update(restriction_type="login")
    assert Browser().get(document.url).status_code == 302
    anybody = factories.make_client(clinic)
    assert content(login(anybody).get(document.url)) == BYTES


def test_another_file_name_is_not_found_for_members_too(
    document: Any, member: Any, login: Any
) -> None:
    url = document.url.replace("canaryhandout", "other")
    assert login(member).get(url).status_code == 404


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "script.xhtml"])
def test_what_a_browser_would_run_is_a_download_without_rights(
    collection: Collection, member: Any, login: Any, middleware: None, name: str
) -> None:
    document = get_document_model()(title=NAME, collection=collection)
    document.file.save(name, ContentFile(b"<script>alert(1)</script>"), save=False)
    document._set_document_file_metadata()
    document.save()
    response = login(member).get(document.url)
    assert b"<script>" in content(response)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"
