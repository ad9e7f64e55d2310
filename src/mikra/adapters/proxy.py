"""RFC 9110, 9.3.6 (CONNECT): the guarded door of a house whose way out is a forward proxy.

Only where a proxy is named, never from the environment. What `adapters.http` promises stays: names are looked up here,
the proxy is asked for the very address that was checked, and TLS goes through it to the name, which it cannot read.

A proxy that takes names alone (`resolves`) looks them up itself. Then nobody here sees to which address a name leads:
that it is a public one is for the proxy to see to. Names that are special by their form are refused all the same.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from mikra.adapters.http import Connect, HttpLoader, Target, Wire, secure
from mikra.errors import InputError

_ADDRESS = re.compile(r"(?:http://)?([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\]):([0-9]{1,5})/?")
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: |\r)")
_MOST_HEAD = 8192
"""Bytes of the proxy's answer."""

Secure = Callable[[Wire, str, float], Wire]
"""(open connection, name, seconds) -> the same under TLS. Raises OSError."""


class Refused(OSError):
    """The proxy did not open the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """Where it listens, by http; `resolves`: it looks names up, and is asked for names."""

    host: str
    port: int
    resolves: bool = False


def read(text: str, *, resolves: bool = False) -> Proxy:
    """HOST:PORT. InputError; for a name and password too, which would stand in the list of processes."""
    found = _ADDRESS.fullmatch(text.strip())
    if found is None or not 0 < int(found[2]) < 65_536:
        raise InputError(
            "This is not the address of a proxy.",
            where="--proxy",
            expected="HOST:PORT, reached by http, without name and password",
        )
    return Proxy(host=found[1].strip("[]"), port=int(found[2]), resolves=resolves)


def through(door: HttpLoader, proxy: Proxy, *, tls: Secure = secure) -> HttpLoader:
    """The same door, by way of the proxy."""
    return door.through(lambda connect: Tunnel(proxy, connect, tls), unresolved=proxy.resolves)


@dataclass(frozen=True, slots=True)
class Tunnel:
    """`http.Connect` through a proxy."""

    proxy: Proxy
    connect: Connect
    tls: Secure
    clock: Callable[[], float] = time.monotonic

    def __call__(self, target: Target, seconds: float) -> Wire:
        """A connection to the target, through TLS where it has a name. Raises OSError, `Refused` for a refusal."""
        until = self.clock() + seconds
        wire = self.connect(Target(ip=self.proxy.host, port=self.proxy.port), seconds)
        try:
            self._ask(wire, target, until)
        except (OSError, ValueError):
            wire.close()
            raise
        return self.tls(wire, target.name, until - self.clock()) if target.name else wire

    def _ask(self, wire: Wire, target: Target, until: float) -> None:
        host = f"[{target.ip}]" if ":" in target.ip else target.ip
        place = f"{host}:{target.port}"
        wire.settimeout(max(until - self.clock(), 0.001))
        wire.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode("ascii"))
        head = self._head(wire, until)
        status = _STATUS.match(head)
        if status is None or not status[1].startswith(b"2"):
            raise Refused(f"the proxy answered {status[1].decode() if status else 'something else'}")

    def _head(self, wire: Wire, until: float) -> bytes:
        """The answer up to its empty line, and not a byte of what comes after."""
        head, one = bytearray(), bytearray(1)
        while not head.endswith(b"\r\n\r\n"):
            left = until - self.clock()
            if left <= 0:
                raise TimeoutError("the proxy answers too slowly")
            wire.settimeout(left)
            if not wire.recv_into(one) or len(head) >= _MOST_HEAD:
                raise Refused("the proxy gave no whole answer")
            head += one
        return bytes(head)
