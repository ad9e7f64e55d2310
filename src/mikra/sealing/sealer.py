"""The fast path of `jades.seal`: many credentials of one design under one key, level B-B.

What never changes is done once: the protected header per second of `sigT`, and the digest over header and static
beginning of the payload, whose state is copied for each credential. Text is taken escaped, as the caller keeps it.
The result is byte for byte what `jades.seal` gives (ECDSA aside, which draws a random number for each signature).
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from mikra import base64url
from mikra.sealing import jades_header
from mikra.sealing.algorithms import ALGORITHMS
from mikra.sealing.certificates import check_validity
from mikra.sealing.jades import escape
from mikra.sealing.keys import DigestSigner, Signer


class Sealer:
    """A signer with a clock: `at` is the time of sealing, moved on by whoever seals. One thread, one sealer."""

    def __init__(self, signer: Signer, *, at: datetime) -> None:
        self.signer = signer
        self.protected = ""
        self.at = at
        self._second = ""
        self.tick(at)

    def tick(self, at: datetime) -> None:
        """Move the clock. Raises NotAllowedError outside the validity of the certificate."""
        self.at = at
        second = jades_header.sig_t(at)
        if second == self._second:
            return
        certificate = self.signer.certificate
        check_validity(certificate, at)
        self.protected = jades_header.protected_header(algorithm=self.signer.algorithm, certificate=certificate, at=at)
        self._second = second

    def prepare(self, prefix: bytes, escaped: bytes | None = None) -> Prepared:
        """A seal over payloads that all begin with `prefix`, whole characters of UTF-8.

        `escaped` is `jades.escape(prefix)`, for who has it at hand.
        """
        return Prepared(self, prefix, escape(prefix) if escaped is None else escaped)

    def seal(self, payload: bytes, escaped: bytes | None = None) -> bytes:
        """One payload by itself."""
        return self.prepare(b"", b"").seal(payload, escaped)


class Prepared:
    """A static beginning, hashed and escaped once. The payload is trusted to be strict JSON: compose made it."""

    def __init__(self, sealer: Sealer, prefix: bytes, escaped: bytes) -> None:
        self._sealer = sealer
        self._prefix = prefix
        self._before = b'{"payload":"%b' % escaped
        signer, digest = sealer.signer, ALGORITHMS[sealer.signer.algorithm].digest
        self._sign_digest = signer.sign_digest if digest and isinstance(signer, DigestSigner) else None
        self._digest = digest.name if digest else ""
        self._renew()

    def _renew(self) -> None:
        """Once for each second of `sigT`."""
        self._protected = self._sealer.protected
        protected = self._protected.encode("ascii")
        self._after = b'","signatures":[{"protected":"%b","signature":"' % protected
        self._start = b"%b.%b" % (protected, self._prefix)
        self._state = hashlib.new(self._digest, self._start) if self._sign_digest else None

    def seal(self, rest: bytes, escaped: bytes | None = None) -> bytes:
        """The payload `prefix + rest` sealed at the sealer's time. `escaped` is `jades.escape(rest)`."""
        if self._protected is not self._sealer.protected:
            self._renew()
        if self._state is not None and self._sign_digest is not None:
            state = self._state.copy()
            state.update(rest)
            value = self._sign_digest(state.digest())
        else:
            value = self._sealer.signer.sign(self._start + rest)
        inside = escape(rest) if escaped is None else escaped
        text = base64url.encode_bytes(value)
        return b'%b%b%b%b"}]}' % (self._before, inside, self._after, text)

    def begin(self, rest: bytes, escaped: bytes | None = None) -> tuple[bytes, bytes]:
        """(what the key is asked to seal, the file without its signature), as `chunk.Begun`; `finish` joins the two."""
        asked, (before, after) = self.ask(rest)
        inside = escape(rest) if escaped is None else escaped
        return asked, b"%b%b%b" % (before, inside, after)

    def ask(self, rest: bytes) -> tuple[bytes, tuple[bytes, bytes]]:
        """The same without the file: what stands before and after the escaped text, for who writes it later."""
        if self._protected is not self._sealer.protected:
            self._renew()
        around = self._before, self._after
        if self._state is None:
            return self._start + rest, around
        state = self._state.copy()
        state.update(rest)
        return state.digest(), around


def finish(begun: bytes, value: bytes) -> bytes:
    """The sealed file, from what `Prepared.begin` gave and the signature over its digest."""
    return b'%b%b"}]}' % (begun, base64url.encode_bytes(value))
