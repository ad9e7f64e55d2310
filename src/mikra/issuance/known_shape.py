"""Files that one template made within one second, opened again: only what differs between them is read anew.

    shape = learn(file, prefix, rest, certificate=...)     of a file that the general path (`batch.reopen`) has opened
    found = shape.open(file, rest)                         digests of the next one; None: ask the general path

A file of a shape is `before`, the rest of the payload as the inside of a JSON string, `after`, the seal, `END`. What
is static is compared byte for byte with what the general path has read. The inside is read as JSON, the seal is
decoded, and checked over the bytes that were read. Whatever is unusual is for the general path, so that the two can
only differ where this one says yes; `tests/issuance/test_known_shape.py` holds them against each other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from mikra import base64url, strictjson
from mikra.errors import InputError
from mikra.sealing import jades
from mikra.sealing.algorithms import ALGORITHMS
from mikra.sealing.prehashed import Check, digest_check

END = b'"}]}'
_MOST = strictjson.LIMITS_WITH_IMAGES.max_bytes
_NUL = b"\\u0000"


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256 of a file, and of its payload."""

    file: bytes
    payload: bytes


class Shape:
    """What the files have in common, hashed once. `protected`: the header under which they are sealed."""

    def __init__(self, *, prefix: bytes, before: bytes, protected: str, text: int, algorithm: str, holds: Check):
        self.protected = protected
        self._before, self._after = before, b'","signatures":[{"protected":"%b","signature":"' % protected.encode()
        self._end = text + len(END)
        self._tail = self._end + len(self._after)
        self._holds = holds
        digest = ALGORITHMS[algorithm].digest
        assert digest is not None
        self._signed = hashlib.new(digest.name, b"%b.%b" % (protected.encode(), prefix))
        self._payload, self._file = hashlib.sha256(prefix), hashlib.sha256(before)

    def open(self, file: bytes, rest: bytes) -> Digests | None:
        """The digests of a file of this shape whose payload ends with `rest`; None where that is not sure."""
        start, end = len(self._before), len(file) - self._tail
        alike = (
            start <= end
            and len(file) <= _MOST
            and file.startswith(self._before)
            and file.startswith(self._after, end)
            and file.endswith(END)
        )
        if not alike or not self._reads(file[start:end], rest) or not self._sealed(file[-self._end : -len(END)], rest):
            return None
        return Digests(_hashed(self._file, file[start:]), _hashed(self._payload, rest))

    def _reads(self, inside: bytes, rest: bytes) -> bool:
        """Whether this, as the inside of a JSON string, reads as `rest`; one with a NUL is for the exact reader."""
        if _NUL in inside:
            return False
        try:
            return bool(orjson.loads(b'"%b"' % inside).encode() == rest)
        except (orjson.JSONDecodeError, AttributeError):
            return False

    def _sealed(self, text: bytes, rest: bytes) -> bool:
        try:
            value = base64url.decode(text.decode("ascii"))
        except (InputError, UnicodeDecodeError):
            return False
        return self._holds(value, _hashed(self._signed, rest))


def learn(file: bytes, prefix: bytes, rest: bytes, *, certificate: bytes) -> Shape | None:
    """The shape of a file that was opened; None where it is written in another way, or its key takes no digests."""
    (seal,) = jades.unseal(file).seals
    holds = digest_check(seal.algorithm, certificate)
    before = b'{"payload":"%b' % jades.escape(prefix)
    after = b'%b","signatures":[{"protected":"%b","signature":"%b%b' % (
        jades.escape(rest), seal.protected.encode(), seal.text.encode(), END,
    )  # fmt: skip
    if holds is None or file != before + after:
        return None
    return Shape(
        prefix=prefix,
        before=before,
        protected=seal.protected,
        text=len(seal.text),
        algorithm=seal.algorithm,
        holds=holds,
    )


def _hashed(state: Any, rest: bytes) -> bytes:
    state = state.copy()
    state.update(rest)
    return bytes(state.digest())
