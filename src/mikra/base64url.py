"""RFC 4648: base64url without padding (clause 5) and base64 (clause 4), one text for one value of bytes.

Spare bits, padding where there is none, white space and the other alphabet are all refused: two texts for one
seal would defeat revocation by digest and the search for duplicates.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode, urlsafe_b64decode
from binascii import Error, a2b_base64, b2a_base64

from mikra.errors import InputError

try:
    import pybase64
except ImportError:  # without `mikra[fast]` the standard library does it, in five to ten times the time
    pybase64 = None  # type: ignore[assignment]

_TO_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")
"""The other alphabet becomes what is in neither."""

_TO_URL = bytes.maketrans(b"+/", b"-_")

_ENDS = ("", "", "AQgw", "AEIMQUYcgkosw048")
"""By the characters after the last four: those with which a canonical text ends, spare bits zero."""

_URL = re.compile(r"[A-Za-z0-9_-]*")
_STANDARD = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def encode(data: bytes) -> str:
    """Unpadded base64url (RFC 4648, 5)."""
    return encode_bytes(data).decode("ascii")


def encode_bytes(data: bytes) -> bytes:
    """The same as ASCII bytes, for where text is put together from bytes."""
    if pybase64 is not None:
        return pybase64.urlsafe_b64encode(data).rstrip(b"=")
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=")


def decode(text: object, *, where: str = "", code: str = "jws_malformed") -> bytes:
    """The bytes behind unpadded base64url.

    Raises InputError: `code` where the form is wrong, base64url_not_canonical where another text means the same.
    """
    if isinstance(text, str) and text.isascii():
        spare = len(text) % 4
        if not spare or text[-1] in _ENDS[spare]:
            try:
                return _plain(text, spare)
            except Error:
                pass  # said below, exactly
    if not isinstance(text, str) or not _URL.fullmatch(text) or len(text) % 4 == 1:
        raise _malformed(text, where, "base64url without padding", code)
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(text) % 4 and encode(data[-(len(text) % 4 - 1) :]) != text[-(len(text) % 4) :]:
        raise _not_canonical(text, where)
    return data


def _plain(text: str, spare: int) -> bytes:
    """What stands in a text that ends well. `binascii.Error` where anything is not of the alphabet."""
    if pybase64 is None:
        return a2b_base64(text.encode().translate(_TO_STANDARD) + b"=="[: -spare % 4], strict_mode=True)
    if "+" in text or "/" in text or "=" in text:  # it takes both alphabets
        raise Error
    return pybase64.b64decode(text + "=="[: -spare % 4], altchars=b"-_", validate=True)


def encode_standard(data: bytes) -> str:
    """Padded base64, as in `x5c` (RFC 7515, 4.1.6)."""
    return b64encode(data).decode("ascii")


def decode_standard(text: object, *, where: str = "", code: str = "jws_malformed") -> bytes:
    """The bytes behind padded base64. Raises InputError as `decode` does."""
    if not isinstance(text, str) or not text or not _STANDARD.fullmatch(text):
        raise _malformed(text, where, "base64 with padding", code)
    data = b64decode(text)
    if text.endswith("=") and encode_standard(data[-(len(data) % 3) :]) != text[-4:]:
        raise _not_canonical(text, where)
    return data


def _malformed(text: object, where: str, expected: str, code: str) -> InputError:
    found = text[:40] if isinstance(text, str) else type(text).__name__
    return InputError(
        "A part of the seal is not written as it must be.", where=where, found=found, expected=expected, code=code
    )


def _not_canonical(text: str, where: str) -> InputError:
    return InputError(
        "A part of the seal is not written in the one way that is allowed.",
        where=where,
        found=text[-12:],
        expected="unused bits that are zero",
        code="base64url_not_canonical",
    )
