"""RFC 3161, 3.4: timestamps over HTTP. Each request has a number of its own, so that no old answer counts."""

from __future__ import annotations

from collections.abc import Callable

from mikra.errors import ProtocolError, UnavailableError
from mikra.sealing import timestamp_protocol
from mikra.trust.loader import Poster

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
NONCE_BYTES = 8


class HttpTimestamper:
    """A timestamp authority at an address. `chance(n)` gives n random bytes; `policy` is an OID that must be kept."""

    def __init__(self, url: str, *, poster: Poster, chance: Callable[[int], bytes], policy: str = "") -> None:
        self.url = url
        self.policy = policy
        self._poster = poster
        self._chance = chance

    def timestamp(self, imprint: bytes) -> bytes:
        """The token (DER) over a SHA-256 digest. Raises UnavailableError, or ProtocolError for a bad answer."""
        nonce = int.from_bytes(self._chance(NONCE_BYTES)) | 1 << (8 * NONCE_BYTES - 1)
        query = timestamp_protocol.request(imprint, nonce=nonce, policy=self.policy)
        try:
            answer = self._poster.post(self.url, query, content_type=QUERY, accept=REPLY)
        except UnavailableError as error:
            raise _away(self.url, error) from error
        kind = answer.content_type.partition(";")[0].strip().lower()
        if kind != REPLY:
            raise ProtocolError(
                "The timestamp authority answered with something else.",
                where=self.url,
                found=kind[:80] or "nothing",
                expected=REPLY,
                fix="Check the address of the authority.",
                code="answer_malformed",
            )
        return timestamp_protocol.token(answer.body, nonce=nonce, policy=self.policy)


def _away(url: str, error: UnavailableError) -> UnavailableError:
    return UnavailableError(
        "The timestamp authority cannot be reached.",
        where=url,
        found=error.found or error.message,
        fix=error.fix or "Try again later.",
        code=error.code,
        retry_after=error.retry_after,
    )
