"""ISO 32000-2, 7.3.8 and 7.4: the bytes of a stream, under a limit, by the one filter that we read."""

from __future__ import annotations

from typing import Any

from pikepdf import Array, Dictionary

from mikra.formats import pdf_bytes


def unpacked(stream: Any, limit: int) -> bytes | None:
    """The bytes of a stream that is not packed, or by FlateDecode alone; None of any other."""
    filters = stream.get("/Filter")
    names = [str(name) for name in filters] if isinstance(filters, Array) else [str(filters)] if filters else []
    if stream.get("/DecodeParms") is not None and not names:
        return None
    raw = bytes(stream.read_raw_bytes())
    if not names:
        if len(raw) > limit:
            raise pdf_bytes.too_much(f"more than {limit} bytes")
        return raw
    predictor = stream.get("/DecodeParms")
    if names != ["/FlateDecode"] or (isinstance(predictor, Dictionary) and int(predictor.get("/Predictor", 1)) != 1):
        return None
    return pdf_bytes.unpack(raw, limit)
