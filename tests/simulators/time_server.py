"""Authorities on this machine, over real HTTP: a timestamp authority, and an authority for seals that answers."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.simulators import authorities
from tests.simulators.authorities import Holder, Plan
from tests.simulators.timestamps import TimestampAuthority, refusing
from tests.simulators.withdrawals import Register


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def reachable(plan: Plan, base: str) -> Plan:
    """The plan of a certificate that names addresses on this machine."""
    places = (
        (AuthorityInformationAccessOID.OCSP, f"{base}/ocsp"),
        (AuthorityInformationAccessOID.CA_ISSUERS, f"{base}/ca.cer"),
    )
    access = [x509.AccessDescription(oid, x509.UniformResourceIdentifier(url)) for oid, url in places]
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{base}/list.crl")], None, None, None)
    more = ((x509.AuthorityInformationAccess(access), False), (x509.CRLDistributionPoints([point]), False))
    return replace(plan, extensions=(*plan.extensions, *more))


@dataclass
class Place:
    """What runs here: `base` is its address. `busy`: so many requests for timestamps are refused first."""

    base: str = ""
    busy: int = 0
    refuse: bool = False
    stamped: int = 0
    root: Holder = field(default_factory=lambda: authorities.root("Local root"))
    holders: dict[str, Holder] = field(default_factory=dict)

    def begin(self, base: str) -> None:
        self.base = base
        day = timedelta(days=1)
        dates = {"start": now() - 300 * day, "end": now() + 900 * day}
        seal = replace(authorities.seal_plan("Local university"), **dates)
        time = replace(authorities.timestamp_plan("Local time"), **dates)
        root = replace(authorities.authority_plan("Local root"), start=now() - 900 * day, end=now() + 3000 * day)
        self.root = authorities.self_issued(authorities.key("P-384", "Local root"), root)
        self.holders = {
            "seal": self.root.issue(authorities.key("P-256", "local seal"), reachable(seal, base)),
            "time": self.root.issue(authorities.key("P-256", "local time"), reachable(time, base)),
        }

    def get(self, path: str) -> bytes:
        register = Register(holder=self.root, at=now())
        if path == "/list.crl":
            return register.crl()
        if path == "/ca.cer":
            return self.root.der
        request = ocsp.load_der_ocsp_request(base64.b64decode(unquote(path.removeprefix("/ocsp/"))))
        every = {one.certificate.serial_number: one.certificate for one in self.holders.values()}
        return register.ocsp(every[request.serial_number], self.root.certificate)

    def post(self, body: bytes) -> bytes:
        if self.refuse:
            return refusing(fail="unaccepted_policy")
        self.stamped += 1
        return TimestampAuthority(at=now(), holder=self.holders["time"]).reply(body)


def _handler(place: Place) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(200, place.get(self.path), "application/octet-stream")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if place.busy:
                place.busy -= 1
                self._say(503, b"busy", "text/plain")
            else:
                self._say(200, place.post(body), "application/timestamp-reply")

        def _say(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


@contextmanager
def running(place: Place) -> Iterator[Place]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(place))
    place.begin(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
