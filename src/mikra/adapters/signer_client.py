"""A key in the process of `mikra signer`, as whoever seals uses it: `--key signer:/run/mikra/signer.sock#seal`.

The key itself never comes here. A signer that restarts is waited for, for a few seconds; a seal may be asked for twice,
because a seal that nobody received is none.
"""

from __future__ import annotations

import socket
import time
from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from mikra.adapters import signer_wire as wire
from mikra.errors import ConflictError, InputError, NotFoundError, UnavailableError
from mikra.sealing.keys import Signer

SECONDS = 30.0
"""For one answer: a token or a remote service may be slow."""

AT_ONCE = 100
"""Digests in one message."""

PATIENCE = 5.0
"""Seconds to wait for a signer that restarts."""


class Connection:
    """A line to the signer, opened when it is needed and again when it broke."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self.path = path
        self._patience = patience
        self._socket: socket.socket | None = None
        self._lock = Lock()

    def ask(self, head: Mapping[str, Any], body: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """Raises what the signer raised; UnavailableError where there is none."""
        deadline = time.monotonic() + self._patience
        while True:
            answer, seal = self._whole(head, body, deadline)
            if "error" not in answer:
                return answer, seal
            error = wire.raised(answer)
            wait = error.retry_after if isinstance(error, UnavailableError) and error.code == "rate_limited" else None
            if wait is None or wait > self._patience:
                raise error
            time.sleep(wait)  # a key that seals no faster is waited for

    def _whole(self, head: Mapping[str, Any], body: bytes, deadline: float) -> tuple[dict[str, Any], bytes]:
        """One answer, whatever it says; a signer that restarts is waited for until the deadline."""
        with self._lock:
            while True:
                try:
                    return self._once(head, body)
                except (wire.Closed, OSError) as error:
                    self.close()
                    if time.monotonic() > deadline:
                        raise self._gone(error) from error
                    time.sleep(0.05)

    def _once(self, head: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        if self._socket is None:
            opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            opened.settimeout(SECONDS)
            try:
                opened.connect(str(self.path))
            except OSError:
                opened.close()
                raise
            self._socket = opened
        wire.send(self._socket, head, body)
        return wire.receive(self._socket)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __del__(self) -> None:
        self.close()  # a signer lives as long as whoever seals with it

    def _gone(self, error: Exception) -> UnavailableError:
        denied = isinstance(error, PermissionError)
        return UnavailableError(
            "This user may not use the signer." if denied else "The signer does not answer.",
            where=str(self.path),
            found=str(error),
            fix="Ask who runs the signer." if denied else "Start it: mikra signer run PLAN",
            retry_after=None if denied else self._patience,
        )


class SignerKey:
    """A key that sees whole what it seals."""

    def __init__(self, connection: Connection, described: Mapping[str, Any]) -> None:
        self._connection = connection
        self.name = str(described["name"])
        self.algorithm = str(described["algorithm"])
        self.certificate = b64decode(described["certificate"])
        self.chain = tuple(b64decode(one) for one in described["chain"])

    def sign(self, data: bytes) -> bytes:
        return self._connection.ask({"do": "seal", "key": self.name}, data)[1]


class SignerDigestKey(SignerKey):
    """A key that also takes digests, because the plan of the signer says so."""

    def sign_digest(self, digest: bytes) -> bytes:
        return self._connection.ask({"do": "seal-digest", "key": self.name}, digest)[1]

    def sign_digests(self, digests: Sequence[bytes]) -> list[bytes]:
        """Many in one message."""
        if not digests:
            return []
        if len(digests) > AT_ONCE:
            return [*self.sign_digests(digests[:AT_ONCE]), *self.sign_digests(digests[AT_ONCE:])]
        head = {"do": "seal-digests", "key": self.name, "size": len(digests[0])}
        answer, seals = self._connection.ask(head, b"".join(digests))
        size = answer.get("size")
        if type(size) is not int or size < 1 or len(seals) != size * len(digests):
            raise UnavailableError("The signer does not answer as it should.", found=f"{len(seals)} bytes of seals")
        return [seals[start : start + size] for start in range(0, len(seals), size)]


def open_signer_key(address: str, *, patience: float = PATIENCE) -> Signer:
    """The key at `signer:SOCKET#NAME`. Raises InputError, NotFoundError, NotAllowedError, UnavailableError."""
    path, _, name = address.partition(":")[2].partition("#")
    if not path or not name:
        raise InputError("This is not the address of a key.", found=address, expected="signer:/path/to/socket#NAME")
    connection = Connection(Path(path), patience)
    found = {one["name"]: one for one in connection.ask({"do": "keys"})[0]["keys"]}
    if name not in found:
        raise NotFoundError(
            "The signer has no key of that name.", found=name, expected=", ".join(found), where=path, code="not_found"
        )
    kind = SignerDigestKey if found[name]["digests"] else SignerKey
    return kind(connection, found[name])


def switch(path: Path, do: str, *, patience: float = 0.5) -> bool:
    """`stop`, `start` or `state`: whether sealing is stopped now."""
    if do not in ("stop", "start", "state"):
        raise ConflictError("There is no such switch.", found=do)
    connection = Connection(path, patience)
    try:
        return bool(connection.ask({"do": do})[0]["stopped"])
    finally:
        connection.close()


def reload(path: Path, *, patience: float = PATIENCE) -> list[str]:
    """Lets the signer read its plan again; the names of its keys. Raises what it raised, or UnavailableError."""
    connection = Connection(path, patience)
    try:
        return [str(one) for one in connection.ask({"do": "reload"})[0]["keys"]]
    finally:
        connection.close()
