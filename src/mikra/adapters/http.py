"""HTTP/1.1 (RFC 9112) over TLS: the one guarded door to the network.

     1. the address may be asked at all: https, a public host (`trust.addresses`)
     2. its name is resolved once; every answer must be public, else nobody is asked
     3. the connection goes to one of these very addresses; the certificate must be that of the name
     4. a redirect is a new address: 1 to 3 again, three times at most
     5. all of it within five seconds, whatever drips; the answer within its size, whatever it promises
     6. no cookie, no compression, and nothing about who asks; a proxy only where one is named (`adapters.proxy`)

Resolving, connecting and the clock are arguments, so that tests bring a world of their own.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException, HTTPResponse
from queue import Empty, Queue
from threading import Thread
from typing import Any, Protocol
from urllib.parse import urldefrag, urljoin

from mikra.errors import UnavailableError
from mikra.trust.addresses import Address, address_of, is_loopback, is_public
from mikra.trust.loader import MAX_BODY, Loaded, too_large

USER_AGENT = "Mikra"
"""The same for every installation and version: it tells nobody apart."""

SECONDS = 5.0
"""Wall time of one request, redirects and slow bodies included (docs/design.md, limits)."""

MAX_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

MAX_ADDRESSES = 4
"""Addresses of one name that are tried, one after the other."""


class Wire(Protocol):
    """As much of a socket as HTTP needs."""

    def settimeout(self, value: float | None, /) -> None: ...
    def sendall(self, data: bytes, /) -> None: ...
    def recv_into(self, buffer: Any, /) -> int: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom to connect to: the address that was checked, and whose certificate it must show. No name: no TLS."""

    ip: str
    port: int
    name: str = ""


Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> IP addresses. Raises OSError."""

Connect = Callable[[Target, float], Wire]
"""(target, seconds) -> an open connection, through TLS where the target has a name. Raises OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How far the door opens.

    `plain`: http too, for what is sealed itself and published so: revocation lists, OCSP, timestamps (RFC 5280, 8).
    `loopback`: this machine too, by http or https: for development and tests alone.
    `most`: bytes of an answer; more only for trusted lists and revocation lists.
    `unresolved`: a proxy looks names up, so that their form alone can be checked here.
    """

    plain: bool = False
    loopback: bool = False
    seconds: float = SECONDS
    most: int = MAX_BODY
    redirects: int = MAX_REDIRECTS
    unresolved: bool = False


def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial(target: Target, seconds: float, *, tls: ssl.SSLContext | None = None) -> Wire:
    """A connection to exactly that address. `tls` is for authorities of one's own; none: those of the system."""
    until = time.monotonic() + seconds
    plain = socket.create_connection((target.ip, target.port), timeout=seconds)
    return secure(plain, target.name, until - time.monotonic(), tls=tls) if target.name else plain


def secure(wire: Wire, name: str, seconds: float, *, tls: ssl.SSLContext | None = None) -> Wire:
    """TLS over an open connection, to whoever shows a certificate of that name. Raises OSError, and then closes it."""
    try:
        wire.settimeout(max(seconds, 0.001))
        if not isinstance(wire, socket.socket):
            raise ValueError("not a socket")
        return (tls or ssl.create_default_context()).wrap_socket(wire, server_hostname=name)
    except (OSError, ValueError):
        wire.close()
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    method: str = "GET"
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    refusals: bool = False
    told: bool = False
    """Only the status of the answer counts."""


class HttpLoader:
    """Asks the web, within `rules`. Keeps nothing between requests."""

    def __init__(
        self,
        rules: Rules | None = None,
        *,
        resolver: Resolve = resolve,
        connector: Connect = dial,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rules = rules or Rules()
        self._resolve = resolver
        self._connect = connector
        self._clock = clock

    def with_limits(self, *, most: int, seconds: float = SECONDS) -> HttpLoader:
        """The same door for larger answers: trusted lists, revocation lists."""
        rules = replace(self.rules, most=most, seconds=seconds)
        return HttpLoader(rules, resolver=self._resolve, connector=self._connect, clock=self._clock)

    def with_rules(self, rules: Rules) -> HttpLoader:
        """The same door under other rules; who looks names up stays as it is."""
        rules = replace(rules, unresolved=self.rules.unresolved)
        return HttpLoader(rules, resolver=self._resolve, connector=self._connect, clock=self._clock)

    def through(self, way: Callable[[Connect], Connect], *, unresolved: bool) -> HttpLoader:
        """The same door, whose connections take another way."""
        rules = replace(self.rules, unresolved=unresolved)
        return HttpLoader(rules, resolver=self._resolve, connector=way(self._connect), clock=self._clock)

    def for_sealed(self) -> HttpLoader:
        """The same door, http too: for what is sealed by itself (`trust.loader.SELF_PROVING`)."""
        rules = replace(self.rules, plain=True)
        return HttpLoader(rules, resolver=self._resolve, connector=self._connect, clock=self._clock)

    def load(self, url: str, *, accept: str = "") -> Loaded:
        """The answer at `url`. Raises UnavailableError: url_not_allowed, redirect_not_allowed, response_too_large,
        timeout, or without a code where there was no answer."""
        headers = (("Accept", accept),) if accept else ()
        return self._ask(url, _Request(headers=headers), self.rules.redirects)

    def post(self, url: str, body: bytes, *, content_type: str, accept: str = "") -> Loaded:
        """What `url` answers to `body`. Never sent on to another address. Raises as `load`."""
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        headers += [("Accept", accept)] if accept else []
        return self._ask(url, _Request(method="POST", body=body, headers=tuple(headers)), 0)

    def call(self, url: str, body: bytes, *, content_type: str, authorization: str = "") -> Loaded:
        """As `post`, for the interface of a service: its refusals (status 400 to 428) come back as answers."""
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), ("Accept", "application/json")]
        headers += [("Authorization", authorization)] if authorization else []
        return self._ask(url, _Request(method="POST", body=body, headers=tuple(headers), refusals=True), 0)

    def tell(self, url: str, body: bytes, *, headers: Sequence[tuple[str, str]]) -> int:
        """The status with which `url` takes `body`, whatever it is; its answer is not read, and no redirect followed.

        Raises as `load` where there was no answer.
        """
        given = (*headers, ("Content-Length", str(len(body))))
        return self._ask(url, _Request(method="POST", body=body, headers=given, told=True), 0).status

    def _ask(self, url: str, request: _Request, redirects: int) -> Loaded:
        deadline = _Deadline(self._clock, self.rules.seconds, url)
        here = urldefrag(url).url
        for _ in range(redirects + 1):
            found = self._hop(here, request, deadline)
            if isinstance(found, Loaded):
                return replace(found, url=url)
            here = found
        raise UnavailableError("The address sends us on and on.", where=url, code="redirect_not_allowed")

    def _hop(self, url: str, request: _Request, deadline: _Deadline) -> Loaded | str:
        """One request to one address: the answer, or the address to ask instead."""
        address = address_of(url, plain=self.rules.plain, loopback=self.rules.loopback)
        wire = self._open(address, url, deadline)
        try:
            response = _exchange(wire, address, request, deadline)
            if request.told:
                return Loaded(body=b"", content_type="", url=url, status=response.status)
            if response.status in _REDIRECTS:
                return _elsewhere(url, response)
            return self._answer(url, response, refusals=request.refusals)
        except TimeoutError as error:
            raise _too_slow(url) from error
        except (OSError, HTTPException, ValueError) as error:
            raise _no_answer(url, error) from error
        finally:
            wire.close()

    def _open(self, address: Address, url: str, deadline: _Deadline) -> Wire:
        """A connection to one of the addresses of the name, each of which is checked first."""
        checked = self._addresses(address, url, deadline)[:MAX_ADDRESSES]
        name = address.host if address.scheme == "https" else ""
        failure: OSError | ValueError = OSError("no address")
        for number, ip in enumerate(checked):
            share = deadline.left() / (len(checked) - number)
            try:
                return self._connect(Target(ip=ip, port=address.port, name=name), share)
            except (OSError, ValueError) as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise _too_slow(url) from failure
        raise _no_answer(url, failure) from failure

    def _addresses(self, address: Address, url: str, deadline: _Deadline) -> Sequence[str]:
        if self.rules.unresolved and not address.literal:
            return (address.host,)
        found = (address.host,) if address.literal else self._resolved(address, url, deadline)
        may = self.rules.loopback
        if not all(is_public(ip) or (may and is_loopback(ip)) for ip in found):
            raise UnavailableError(
                "This address leads to a machine that we may not contact.",
                where=url,
                expected="a host whose addresses are all public",
                code="url_not_allowed",
            )
        return found

    def _resolved(self, address: Address, url: str, deadline: _Deadline) -> Sequence[str]:
        """The name's addresses, asked for once. The system's resolver knows no limit of time, so it is left behind."""
        answers: Queue[Sequence[str] | OSError | UnicodeError] = Queue(1)

        def ask() -> None:
            try:
                answers.put(self._resolve(address.host, address.port))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        Thread(target=ask, daemon=True, name="resolve").start()
        try:
            found = answers.get(timeout=deadline.left())
        except Empty:
            raise _too_slow(url) from None
        if isinstance(found, Exception) or not found:
            raise UnavailableError("There is no such host.", where=url, found=str(found)[:80])
        return found

    def _answer(self, url: str, response: HTTPResponse, *, refusals: bool = False) -> Loaded:
        if response.status != 200 and not (refusals and 400 <= response.status < 429):
            raise UnavailableError(
                "The address gave no answer.",
                where=url,
                found=str(response.status),
                expected="200",
                retry_after=_seconds(response.getheader("Retry-After")),
            )
        coding = (response.getheader("Content-Encoding") or "identity").strip().lower()
        transfer = (response.getheader("Transfer-Encoding") or "chunked").strip().lower()
        if coding != "identity" or transfer != "chunked":
            raise UnavailableError(
                "The answer is packed, though we asked for it plain.", where=url, found=f"{coding}, {transfer}"[:80]
            )
        most = self.rules.most
        if (response.length or 0) > most:
            raise too_large(url, most)
        body = response.read(most + 1)
        if len(body) > most:
            raise too_large(url, most)
        if response.length:
            raise UnavailableError("The answer broke off.", where=url, found=f"{response.length} bytes are missing")
        kind = response.getheader("Content-Type") or ""
        return Loaded(body=body, content_type=kind, url=url, status=response.status)


def _elsewhere(url: str, response: HTTPResponse) -> str:
    """Where a redirect leads; whether that may be asked is seen when it is."""
    location = response.getheader("Location") or ""
    if not location:
        raise UnavailableError("The address sends us on, and does not say where.", where=url)
    return urldefrag(urljoin(url, location)).url


def _exchange(wire: Wire, address: Address, request: _Request, deadline: _Deadline) -> HTTPResponse:
    """Send the request and read the head of the answer."""
    connection = HTTPConnection(address.host, address.port)
    connection.auto_open = 0  # never a connection but the one that was checked
    connection.sock = _TimedWire(wire, deadline)
    connection.putrequest(request.method, address.target, skip_host=True, skip_accept_encoding=True)
    head = [("Host", address.authority), ("User-Agent", USER_AGENT), ("Accept-Encoding", "identity")]
    for name, value in (*head, *request.headers, ("Connection", "close")):
        connection.putheader(name, value)
    connection.endheaders(request.body)
    return connection.getresponse()


class _Deadline:
    """The moment at which all patience ends."""

    def __init__(self, clock: Callable[[], float], seconds: float, url: str) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self._url = url

    def left(self) -> float:
        """Seconds that are left. Raises UnavailableError `timeout` where there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise _too_slow(self._url)
        return left


class _TimedWire:
    """A connection for http.client, each of whose steps gets only the time that is left of the whole."""

    def __init__(self, wire: Wire, deadline: _Deadline) -> None:
        self._wire = wire
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._wire.settimeout(self._deadline.left())
        self._wire.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._wire, self._deadline))

    def close(self) -> None:
        """The wire is closed by whoever opened it."""


class _TimedReader(io.RawIOBase):
    def __init__(self, wire: Wire, deadline: _Deadline) -> None:
        super().__init__()
        self._wire = wire
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._wire.settimeout(self._deadline.left())
        return self._wire.recv_into(buffer)


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else None


def _too_slow(url: str) -> UnavailableError:
    return UnavailableError("The address answers too slowly.", where=url, code="timeout")


def _no_answer(url: str, error: Exception) -> UnavailableError:
    what = "The host cannot show that it is the one we asked for." if isinstance(error, ssl.SSLError) else None
    found = f"{type(error).__name__}: {error}"[:120]
    return UnavailableError(what or "The address gave no answer.", where=url, found=found)
