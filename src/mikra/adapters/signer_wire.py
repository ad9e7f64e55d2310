"""How the signer and its clients talk: a question, an answer, over a Unix socket; errors come as what they are.

A message is its length (4 bytes, big-endian), a line of JSON, and bytes to the end: what is to be sealed, or a seal.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import orjson

from mikra import errors
from mikra.errors import ConflictError, InputError, MikraError, NotAllowedError, NotFoundError, UnavailableError

MOST = 6 * 1024 * 1024
"""Bytes of one message: the largest credential that is sealed (with page images) fits."""

_KINDS: dict[str, type[MikraError]] = {
    one.__name__: one for one in (InputError, NotFoundError, ConflictError, NotAllowedError, UnavailableError)
}
_TOLD = ("message", "where", "found", "expected", "fix", "code")


class Closed(Exception):
    """The other side has gone."""


def send(connection: socket.socket, head: Mapping[str, Any], body: bytes = b"") -> None:
    """One message. InputError for one that is too large."""
    line = orjson.dumps(head) + b"\n"
    if len(line) + len(body) > MOST:
        raise InputError(
            "This is larger than the signer takes.",
            found=f"{len(line) + len(body)} bytes",
            expected=f"{MOST} bytes",
            code="too_large",
        )
    connection.sendall((len(line) + len(body)).to_bytes(4) + line + body)


def receive(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    """One message. Raises Closed, or InputError for what is none."""
    size = int.from_bytes(_exactly(connection, 4))
    if not 0 < size <= MOST:
        raise InputError("This message is larger than the signer takes.", found=f"{size} bytes", code="too_large")
    line, newline, body = _exactly(connection, size).partition(b"\n")
    try:
        head = orjson.loads(line)
    except orjson.JSONDecodeError:
        head = None
    if not newline or not isinstance(head, dict):
        raise InputError("This is not a message to the signer.", code="request_malformed")
    return head, body


def _exactly(connection: socket.socket, size: int) -> bytes:
    buffer, filled = bytearray(size), 0
    while filled < size:
        got = connection.recv_into(memoryview(buffer)[filled:])
        if not got:
            raise Closed
        filled += got
    return bytes(buffer)


def told(error: MikraError) -> dict[str, Any]:
    """An error as it travels."""
    members = {name: getattr(error, name) for name in _TOLD}
    wait = error.retry_after if isinstance(error, UnavailableError) else None
    return {"error": type(error).__name__, **members, "retry_after": wait}


def raised(head: Mapping[str, Any]) -> MikraError:
    """The error of an answer."""
    members = {name: str(head.get(name, "")) for name in _TOLD}
    message = members.pop("message")
    kind = _KINDS.get(str(head.get("error")), errors.UnavailableError)
    if kind is UnavailableError:
        wait = head.get("retry_after")
        return UnavailableError(message, **members, retry_after=wait if isinstance(wait, int | float) else None)
    return kind(message, **members)
