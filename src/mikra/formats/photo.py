"""QR codes (ISO/IEC 18004) in a photo or a screenshot: the one text in them that may be a credential or lead to one.

Needs the extra `photo` (zxing-cpp, Pillow). Nothing is unpacked before its size is known.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

from mikra.errors import InputError
from mikra.formats.baked import Baked, Edition, malformed, nothing_inside, several_inside
from mikra.formats.sniff import Kind, kind_of

MAX_PIXELS = 20_000_000
"""Of the picture as it is unpacked; a phone's photo, or a page at 400 dots an inch."""

SIDE = 3000
"""Pixels: a JPEG that is at least twice as long and high is unpacked smaller."""

MAX_CODES = 16
"""Codes in one picture that are looked at."""

_KINDS = ("JPEG", "PNG", "WEBP")
_HOLDING = (Kind.JSON, Kind.JWT, Kind.SD_JWT, Kind.LINK)


def extract(picture: bytes) -> Baked:
    """The text in the code of a picture.

    Raises InputError: image_malformed, image_too_large, image_no_credential, image_ambiguous (two different codes);
    proof_not_supported without the extra.
    """
    texts = dict.fromkeys(text for text in _codes(picture) if kind_of(text.encode()) in _HOLDING)
    if not texts:
        raise nothing_inside()
    if len(texts) > 1:
        raise several_inside()
    return Baked(text=next(iter(texts)), edition=Edition.V3)


def readable() -> bool:
    """Whether the extra is there."""
    from importlib.util import find_spec

    return find_spec("zxingcpp") is not None and find_spec("PIL") is not None


def _codes(picture: bytes) -> Iterator[str]:
    if not readable():
        raise InputError(
            "Codes in pictures cannot be read here.",
            expected="mikra[photo]",
            fix="Install mikra[photo], or give the credential itself.",
            code="proof_not_supported",
        )
    import zxingcpp

    wanted: Any = zxingcpp.BarcodeFormat.QRCode
    for found in zxingcpp.read_barcodes(_grey(picture), formats=wanted)[:MAX_CODES]:
        try:
            # What a code holds is UTF-8 here, whatever it says of itself.
            yield bytes(found.bytes).decode().strip()
        except UnicodeDecodeError:
            continue


def _grey(picture: bytes) -> Any:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(picture), formats=_KINDS) as image:
                # A photo in JPEG is unpacked at a half or a quarter of its size: enough for a code, and cheap.
                image.draft("L", (SIDE, SIDE))
                if image.width * image.height > MAX_PIXELS:
                    raise InputError(
                        "The image has too many pixels.",
                        found=f"{image.width} x {image.height}",
                        expected=f"at most {MAX_PIXELS} pixels",
                        code="image_too_large",
                    )
                if not image.has_transparency_data:
                    return image.convert("L")
                # Transparent parts count as paper.
                both = image.convert("LA")
        return Image.composite(both.getchannel(0), Image.new("L", both.size, 255), both.getchannel(1))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise malformed(type(error).__name__) from None
