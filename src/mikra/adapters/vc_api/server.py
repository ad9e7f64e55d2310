"""The VC API on this machine: the standard library's WSGI server in threads, TLS by a certificate made at the start."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mikra.adapters.clock import now
from mikra.adapters.http import HttpLoader
from mikra.adapters.vc_api.app import Application
from mikra.adapters.vc_api.issuers import new_issuers

HOST = "localhost"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


class _Quiet(WSGIRequestHandler):
    """Nothing is logged: requests hold people's credentials."""

    timeout = 30

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


def start(port: int, *, tls: bool, proof_only: bool = False) -> tuple[_Server, Application]:
    """A server that listens on `port` (0: any free one) and is not serving yet."""
    server = _Server((HOST, port), _Quiet)
    base = f"{'https' if tls else 'http'}://{HOST}:{server.server_port}"
    application = Application(new_issuers(), base=base, clock=now, loader=HttpLoader(), proof_only=proof_only)
    server.set_app(application)
    if tls:
        server.socket = _context(now()).wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server, application


def _context(at: datetime) -> ssl.SSLContext:
    """A key and a certificate for this start alone; the files that OpenSSL wants are gone at once."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at.astimezone(UTC) - timedelta(minutes=5))
        .not_valid_after(at.astimezone(UTC) + timedelta(days=7))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "tls.pem")
        file.touch(mode=0o600)
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        file.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, *form) + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context.load_cert_chain(file)
    return context
