"""What a PDF says, for tests."""

import re
import zlib

import pypdfium2


def words(content: bytes) -> str:
    """The text of all pages."""
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def images(content: bytes) -> int:
    """How many pictures are in it."""
    return len(re.findall(rb"/Subtype ?/Image", content))


def structure(content: bytes) -> bytes:
    """The file with its compressed parts opened: names of tags, language, metadata."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    opened = []
    for part in parts:
        try:
            opened.append(zlib.decompress(part))
        except zlib.error:
            opened.append(part)
    return b"\n".join([content, *opened])
