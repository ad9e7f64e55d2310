"""W3C Controlled Identifiers 1.0, 2.4 (Multibase) in proofs: base58btc with `z`, base64url without padding with `u`.

One text for one value of bytes: characters of other alphabets, spare bits and missing headers are refused.
"""

from __future__ import annotations

from mikra import base64url
from mikra.errors import InputError
from mikra.public_keys import base58


def encode_z(data: bytes) -> str:
    """Multibase, base58btc."""
    return "z" + base58.encode(data)


def encode_u(data: bytes) -> str:
    """Multibase, base64url without padding."""
    return "u" + base64url.encode(data)


def decode(text: object, header: str, *, where: str = "", code: str = "proof_value_malformed") -> bytes:
    """The bytes behind a multibase text with this header ("z" or "u"). InputError `code`."""
    if not isinstance(text, str) or not text.startswith(header) or len(text) < 2:
        raise _malformed(text, header, where, code)
    if header == "u":
        return base64url.decode(text[1:], where=where, code=code)
    return base58.decode(text[1:], where=where, code=code)


def _malformed(text: object, header: str, where: str, code: str) -> InputError:
    found = text[:40] if isinstance(text, str) else type(text).__name__
    return InputError(
        "A part of the seal is not written as it must be.",
        where=where,
        found=found,
        expected=f"multibase, beginning with {header}",
        code=code,
    )
