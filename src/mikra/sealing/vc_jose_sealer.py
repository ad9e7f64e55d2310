"""The fast path of VC-JOSE-COSE 1.0, 3.1 (vc+jwt): many credentials of one design under one key, compact form.

What never changes is done once: the header per second of `iat`, and header and static beginning of the payload in
base64url, with the state of the digest over them. Three bytes make four letters, so the beginning is cut there and
what is left over goes before each rest. The result is byte for byte what `vc_jose.seal_bytes` gives (ECDSA aside, which
draws a random number for each signature).
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import orjson

from mikra import base64url
from mikra.sealing import vc_jose
from mikra.sealing.algorithms import ALGORITHMS
from mikra.sealing.chunk import Begun
from mikra.sealing.keys import DigestSigner, Signer


class Sealer:
    """A signer with a clock: `at` is the time of sealing, moved on by whoever seals. One thread, one sealer."""

    def __init__(self, signer: Signer, *, at: datetime, key_id: str = "") -> None:
        self.signer = signer
        self.key_id = key_id
        self.protected = b""
        self._second = -1
        self.tick(at)

    def tick(self, at: datetime) -> None:
        """Move the clock."""
        second = int(at.timestamp())
        if second == self._second:
            return
        header = vc_jose.header_of(self.signer, kind=vc_jose.CREDENTIAL, at=at, key_id=self.key_id)
        self.protected = base64url.encode(orjson.dumps(header)).encode("ascii")
        self._second = second

    def prepare(self, prefix: bytes) -> Prepared:
        """A seal over payloads that all begin with `prefix`."""
        return Prepared(self, prefix)


class Prepared:
    """A static beginning, hashed and encoded once. The payload is trusted to be strict JSON: compose made it."""

    def __init__(self, sealer: Sealer, prefix: bytes) -> None:
        self._sealer = sealer
        self._prefix = prefix
        whole = len(prefix) - len(prefix) % 3
        self._beginning = base64url.encode_bytes(prefix[:whole])
        self._left_over = prefix[whole:]
        signer, digest = sealer.signer, ALGORITHMS[sealer.signer.algorithm].digest
        self._sign_digest = signer.sign_digest if digest and isinstance(signer, DigestSigner) else None
        self._digest = digest.name if digest else ""
        self._renew()

    def _renew(self) -> None:
        """Once for each second of `iat`."""
        self._protected = self._sealer.protected
        self._start = b"%b.%b" % (self._protected, self._beginning)
        self._state = hashlib.new(self._digest, self._start) if self._sign_digest else None

    def seal(self, rest: bytes) -> bytes:
        """The payload `prefix + rest` sealed at the sealer's time."""
        asked, text = self._asked(rest)
        value = self._sealer.signer.sign(asked) if self._sign_digest is None else self._sign_digest(asked)
        return b"".join((self._start, text, b".", base64url.encode_bytes(value)))

    def begin(self, rest: bytes) -> Begun:
        """The same without its seal; `finish` joins the two."""
        asked, text = self._asked(rest)
        return Begun(self._prefix + rest, asked, b"%b%b." % (self._start, text))

    def _asked(self, rest: bytes) -> tuple[bytes, bytes]:
        """(what the key is asked to seal, `rest` in base64url)."""
        if self._protected is not self._sealer.protected:
            self._renew()
        text = base64url.encode_bytes(self._left_over + rest)
        if self._state is None:
            return self._start + text, text
        state = self._state.copy()
        state.update(text)
        return state.digest(), text


def finish(begun: Begun, value: bytes) -> bytes:
    """The sealed credential, from what was begun and the signature over it."""
    return begun.file + base64url.encode_bytes(value)
