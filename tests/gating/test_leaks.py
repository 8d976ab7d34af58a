"""Gated fields that an API or a search would show are found before anybody reads them."""

from typing import Any

import pytest
from django.core import checks as django_checks
from wagtail.api import APIField
from wagtail.blocks import StreamBlock
from wagtail.search import index

from sandbox.blog.models import BlogPage, GuidePage
from wagtail_asyncpt.gating import leaks, parts
from wagtail_asyncpt.gating.blocks import PaywallLineBlock


def found() -> list[str | None]:
    return [
        message.id
        for message in django_checks.run_checks(tags=["asyncpt"])
        if message.id in {"asyncpt.E010", "asyncpt.E011", "asyncpt.W010"}
    ]


def test_the_sandbox_is_right() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("attribute", "entry"),
    [
        ("api_fields", "plan"),
        ("api_fields", APIField("plan")),
        ("search_fields", index.SearchField("plan")),
        ("search_fields", index.AutocompleteField("plan")),
        ("search_fields", index.FilterField("plan")),
    ],
)
def test_a_gated_field_in_an_api_or_a_search_is_an_error(
    monkeypatch: Any, attribute: str, entry: Any
) -> None:
    monkeypatch.setattr(GuidePage, attribute, [*getattr(GuidePage, attribute), entry])
    assert found() == ["asyncpt.E010"]


@pytest.mark.parametrize("name", ["plam", "title", "search_description"])
def test_a_field_that_cannot_be_gated_is_an_error(monkeypatch: Any, name: str) -> None:
    monkeypatch.setattr(GuidePage, "gated_fields", [name])
    assert "asyncpt.E010" in found()


def test_a_line_that_search_would_read_beyond_is_an_error(monkeypatch: Any) -> None:
    field = BlogPage._meta.get_field("body")
    loose = StreamBlock([("line", PaywallLineBlock())])
    monkeypatch.setattr(type(field), "stream_block", property(lambda self: loose))
    parts.streams_with_parts.cache_clear()
    try:
        assert "asyncpt.E011" in found()
    finally:
        parts.streams_with_parts.cache_clear()


def test_a_type_that_previews_one_face_is_a_warning(monkeypatch: Any) -> None:
    monkeypatch.setattr(leaks, "PreviewFacesMixin", type("Other", (), {}))
    assert found() == ["asyncpt.W010", "asyncpt.W010"]
