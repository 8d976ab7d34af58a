"""Addresses of embedded videos, and captions."""

import pytest
from django.core.exceptions import ValidationError

from wagtail_asyncpt.library.captions import check_captions, read_captions
from wagtail_asyncpt.library.embeds import parse_embed, validate_embed

SRT = "1\r\n00:00:01,000 --> 00:00:03,500\r\nSit back, slowly.\r\n"


@pytest.mark.parametrize(
    ("url", "player"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3", "/embed/dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ", "/embed/dQw4w9WgXcQ"),
        ("https://youtube.com/shorts/dQw4w9WgXcQ", "/embed/dQw4w9WgXcQ"),
        ("https://vimeo.com/76979871", "/video/76979871?dnt=1"),
        ("https://player.vimeo.com/video/76979871?h=8272103f6e", "&h=8272103f6e"),
    ],
)
def test_a_video_is_found_in_its_address(url: str, player: str) -> None:
    embed = parse_embed(url)
    assert embed is not None and player in embed.player_url
    assert embed.player_url.startswith(
        ("https://www.youtube-nocookie.com/", "https://player.vimeo.com/")
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=%22%3E%3Cscript",
        "https://www.youtube.com/@channel",
        "javascript:alert(1)",
        "https://vimeo.com/features",
        "http://[",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    assert parse_embed(url) is None
    with pytest.raises(ValidationError):
        validate_embed(url)


def test_subrip_becomes_webvtt() -> None:
    text = read_captions(SRT.encode("utf-8-sig"))
    assert text.startswith("WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.500")
    assert "Sit back, slowly." in text
    assert check_captions(text) == text


def test_latin_1_is_read() -> None:
    assert "Präzise" in read_captions(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nPräzise".encode("latin-1")
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Hello", "begins with a line WEBVTT"),
        ("WEBVTT\n\nHello", "no caption"),
        ("WEBVTT\n\n00:05.000 --> 00:02.000\nHello", "before it begins"),
        ("WEBVTT\0", "not a text file"),
    ],
)
def test_captions_that_no_player_reads_are_refused(content: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        check_captions(content)
