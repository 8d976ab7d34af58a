"""PDFs: what may be read while one is drawn, and what the file says of itself."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.files.base import ContentFile
from django.test import RequestFactory
from PIL import Image

from tests.pdf import images, structure, words
from wagtail_asyncpt.core import pdf

pytestmark = pytest.mark.pdf
PAGE = """<!doctype html><html lang="de"><head><title>Woche 1</title>
<link rel="stylesheet" href="/static/wagtail_asyncpt/care/handout.css">{head}</head>
<body><h1>Kniebeuge</h1>{body}</body></html>"""


@pytest.fixture
def request_() -> Any:
    return RequestFactory().get("/care/plan/")


@pytest.fixture
def asked(monkeypatch: Any) -> Iterator[list[str]]:
    """Every address that somebody opens a connection or a file for, past our own reader."""
    found: list[str] = []
    from urllib.request import OpenerDirector

    monkeypatch.setattr(
        OpenerDirector, "open", lambda self, request, *a, **k: found.append(str(request))
    )
    yield found


def picture(color: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(out, "PNG")
    return out.getvalue()


def draw(request: Any, body: str = "", head: str = "", **files: Any) -> bytes:
    return pdf.pdf_of(PAGE.format(body=body, head=head), request=request, **files)


def test_a_pdf_is_tagged_and_has_title_and_language(request_: Any) -> None:
    content = draw(request_)
    inside = structure(content)
    for name in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang (de)", b"pdfuaid", b"/H1"):
        assert name in inside, name
    assert pypdfium2.PdfDocument(content).get_metadata_dict()["Title"] == "Woche 1"
    assert "Kniebeuge" in words(content)


def test_the_size_of_the_paper_is_a_setting(request_: Any, settings: Any) -> None:
    def size() -> tuple[int, int]:
        width, height = pypdfium2.PdfDocument(draw(request_))[0].get_size()
        return round(width), round(height)

    assert size() == (612, 792)
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "PAPER": "A4"}
    assert size() == (595, 842)


def test_static_files_and_those_handed_over_are_read_and_no_other(
    request_: Any, asked: list[str], tmp_path: Path, caplog: Any, settings: Any
) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture())
    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True)
    (media / "other.png").write_bytes(picture())
    addresses = [
        secret.as_uri(),
        str(secret),
        "http://169.254.169.254/latest/meta-data/",
        "https://example.com/a.png",
        "//example.com/a.png",
        "ftp://example.com/a.png",
        "/care/plan/",
        "/media/other.png",
        f"/static/..%2f..%2f..{secret}",
        f"/static/%2f{secret}",
        f"/static/{'../' * 20}{secret}",
        "data:image/png;base64,AAAA",
    ]
    body = "".join(f'<img src="{one}" alt="">' for one in addresses)
    body += f'<svg><image href="{secret.as_uri()}" width="9" height="9"/></svg>'
    head = "".join(
        f'<link rel="attachment" href="{one}"><link rel="stylesheet" href="{one}">'
        f"<style>@import url({one}); body {{ background: url({one}) }}"
        f"@font-face {{ font-family: x; src: url({one}) }}</style>"
        for one in addresses[:4]
    )
    content = draw(request_, body, head)
    assert asked == []
    assert images(content) == 0
    assert b"/EmbeddedFile" not in content
    refused = {record.args[0] for record in caplog.records if record.name.startswith("wagtail_")}
    assert secret.as_uri() in refused
    assert "http://169.254.169.254/latest/meta-data/" in refused

    given = ContentFile(picture("blue"), name="given.png")
    allowed = '<img src="/media/given.png" alt="A squat">'
    assert images(draw(request_, allowed)) == 0
    assert images(draw(request_, allowed, files={"/media/given.png": given})) == 1


def test_a_page_for_anybody_is_drawn_once(request_: Any, monkeypatch: Any) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(pdf, "pdf_of", lambda html, **_k: drawn.append(html) or html.encode())
    for html in ("a", "a", "b"):
        assert pdf.drawn_once(html, request=request_) == html.encode()
    assert drawn == ["a", "b"]


@pytest.mark.parametrize(("fault", "reason"), [(ImportError, ""), (OSError, "cannot load pango")])
def test_without_the_extra_or_its_libraries_there_is_none(
    monkeypatch: Any, fault: type[Exception], reason: str
) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "weasyprint":
            raise fault("cannot load pango\nand more")
        return real(name, *args, **kwargs)

    assert pdf.why_no_pdf() is None
    monkeypatch.setattr(builtins, "__import__", without)
    assert pdf.why_no_pdf() == reason
