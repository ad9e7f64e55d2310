"""RFC 3161 and RFC 5816: timestamps, asked for and checked."""

from __future__ import annotations

import hashlib
from typing import Protocol


class Timestamper(Protocol):
    """A timestamp authority, however reached."""

    def timestamp(self, imprint: bytes) -> bytes:
        """The TimeStampToken (DER) over a SHA-256 digest."""
        ...


def request_token(timestamper: Timestamper, data: bytes) -> bytes:
    return timestamper.timestamp(hashlib.sha256(data).digest())
