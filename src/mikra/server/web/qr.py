"""A QR code as a page shows it."""

from __future__ import annotations

from base64 import b64encode

from mikra.rendering.certificate_contents import qr_code


def image_of(address: str) -> str:
    """For the `src` of an image: SVG as a data URL, "" for no address. It is drawn dark on nothing: put it on white."""
    drawn = qr_code(address)
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}" if drawn else ""
