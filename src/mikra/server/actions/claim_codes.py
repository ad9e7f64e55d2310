"""The code by which a learner claims an award: made again from the delivery whenever a letter is written, kept nowhere.

Sixteen letters and digits that are not mixed up (Crockford's base 32, 80 bits), in groups of four where people type
them. The database holds only the SHA-256 by which a code that comes back is found (`Delivery.token`).
"""

from __future__ import annotations

import hashlib
import hmac
import uuid

from mikra.server.store import personal

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def code_of(tenant_id: uuid.UUID, delivery_id: uuid.UUID) -> str:
    """The code of a delivery: HMAC-SHA-256 under a key of the tenant, so that nobody without `data.key` has it."""
    return Codes(tenant_id).code(delivery_id.bytes)


class Codes:
    """The codes of one tenant, for who makes many."""

    def __init__(self, tenant_id: uuid.UUID) -> None:
        self._digest = personal.keyed("claim", tenant_id).digest

    def code(self, delivery_id: bytes) -> str:
        """`code_of`, by the 16 bytes of the delivery's id."""
        number = int.from_bytes(self._digest(delivery_id)[:10])
        return "".join([_PAIRS[number >> place & 1023] for place in _PLACES])

    def token(self, delivery_id: bytes) -> bytes:
        """`token_of` the code, which has nothing to be mended."""
        return hashlib.sha256(self.code(delivery_id).encode()).digest()


SECRET = 26
"""Letters of `secret`: 128 bits."""


def secret(purpose: str, row_id: uuid.UUID) -> str:
    """A code that belongs to no institution, for a link: made again from the row, kept nowhere.

    HMAC-SHA-256 under a key of the installation for that purpose ("share", "transfer").
    """
    digest = hmac.digest(personal.derived(purpose, _NOBODY), row_id.bytes, "sha256")
    return letters(int.from_bytes(digest[:16]), SECRET)


def letters(number: int, count: int) -> str:
    """So many letters, five bits each, the highest first."""
    return "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(count)))


_NOBODY = uuid.UUID(int=0)
_PAIRS = [first + second for first in LETTERS for second in LETTERS]
_PLACES = range(5 * (_LENGTH - 2), -1, -10)


def token_of(code: str) -> bytes:
    """By which a code is found, however it was typed: `Delivery.token`."""
    plain = "".join(one for one in code.upper().translate(_MISREAD) if one in LETTERS)
    return hashlib.sha256(plain.encode()).digest()


def spaced(code: str) -> str:
    """For paper: ABCD-EFGH-JKMN-PQRS."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
