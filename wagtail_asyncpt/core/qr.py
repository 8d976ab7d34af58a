"""QR codes, so that paper leads back to the page it was printed from."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str) -> SafeString:
    """A QR code of ``text`` as an SVG element of class ``asyncpt-qr``; its size is the CSS's."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgclass="asyncpt-qr", lineclass=None, omitsize=True
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308 - segno writes paths, not the text
