"""Keys under which this installation seals what is its own word: reports of verifications, files for institutions.

Each is for one use and seals nothing else, lies with the signer, and is new each year. Its certificate stands for the
address of this installation, and all of them are published there (`/verify/keys.json`): so whoever keeps such a file
can tell that it was made here.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from mikra import base64url
from mikra.adapters import key_addresses
from mikra.adapters.clock import now
from mikra.errors import MikraError
from mikra.sealing import wallet_certificates
from mikra.sealing.certificates import SealKey as MadeKey
from mikra.sealing.keys import Signer
from mikra.server import signer_folder
from mikra.server.actions import seal_keys_made, wallet_keys
from mikra.server.installation import Mode, installation
from mikra.trust import certificates

REPORTS, TRANSFERS = "reports", "transfers"
TITLES = {REPORTS: "Verification reports of", TRANSFERS: "Transfers of"}
"""Use of a key -> what its certificate calls it."""
PER_MINUTE = 6_000
"""Files of a minute: each is asked for by somebody who looks at a page."""
_HELD: dict[str, Signer] = {}
"""Name of a key -> signer: a connection is kept as long as the process lives."""


def hold(signer: Signer, use: str = REPORTS) -> None:
    """From now on what is of this use is sealed by that signer, in this process."""
    _HELD[name(use)] = signer


def name(use: str = REPORTS) -> str:
    """Of the key in force: of the address of this installation, and of the year."""
    return f"{_start(use)}{now().year}"


def _start(use: str) -> str:
    return f"{use}-{hashlib.sha256(installation().origin.encode()).hexdigest()[:8]}-"


def signer(use: str = REPORTS) -> Signer:
    """The key in force, made where there is none yet. UnavailableError where the signer is down."""
    key = name(use)
    if key not in _HELD:
        _make(key, use)
    return _opened(key)


def _opened(key: str) -> Signer:
    if key not in _HELD:
        _HELD[key] = key_addresses.open_address(installation().key_address(f"signer:#{key}"), _no_password)
    return _HELD[key]


def published() -> dict[str, Any]:
    """Its public keys for reports and transfers, of this year and of those before, as a JWK set (RFC 7517, 5).

    UnavailableError where the signer is down.
    """
    current = signer()
    found = {current.certificate: current}
    for use in TITLES:
        for file in sorted(installation().keys.glob(f"{_start(use)}*.p12")):
            with suppress(MikraError):  # of an earlier year, and no longer with the signer
                earlier = _opened(file.stem)
                found[earlier.certificate] = earlier
        if name(use) in _HELD:
            found[_HELD[name(use)].certificate] = _HELD[name(use)]
    return {"keys": [_jwk(one) for one in found]}


def _jwk(certificate: bytes) -> dict[str, Any]:
    public = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    numbers = public.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": base64url.encode(numbers.x.to_bytes(32)),
        "y": base64url.encode(numbers.y.to_bytes(32)),
        "use": "sig",
        "alg": "ES256",
        "kid": certificates.fingerprint(certificate),
        "x5c": [base64.b64encode(certificate).decode()],
        "x5t#S256": base64url.encode(hashlib.sha256(certificate).digest()),
    }


def made(use: str = REPORTS) -> MadeKey:
    """A new key with its certificate, under the authority of the installation."""
    of = installation()
    return _certified(signer_folder.authority(of, wallet_keys.new_authority), use)


def _certified(above: MadeKey, use: str) -> MadeKey:
    of = installation()
    host = (urlsplit(of.origin).hostname or "localhost")[:40]
    subject = wallet_certificates.Subject(
        name=f"{TITLES[use]} {host}",
        country=wallet_keys.COUNTRY,
        names=(of.origin,),
        demonstration=of.mode is Mode.DEMONSTRATION,
    )
    return wallet_certificates.certified(above, subject, at=now() - dt.timedelta(days=1))


def _make(key: str, use: str) -> None:
    """Where it is not in the plan yet: of all processes that come at once, one makes it."""
    of = installation()
    above = signer_folder.authority(of, wallet_keys.new_authority)
    planned = signer_folder.Planned(name=key, use=use, per_minute=PER_MINUTE)
    if signer_folder.make_once(of, planned, lambda: _certified(above, use)):
        seal_keys_made.take_up()


def _no_password() -> str:
    return ""
