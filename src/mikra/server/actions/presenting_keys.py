"""The key under which this installation asks wallets: of its own use, with the signer, and a new one each year.

Its certificate stands for the address of this installation and is made by an authority of ours (HAIP 1.0, 5: no
certificate that signs itself). It signs requests and nothing else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from contextlib import suppress
from urllib.parse import urlsplit

from cryptography import x509

from mikra.adapters import key_addresses
from mikra.adapters.clock import now
from mikra.errors import ConflictError
from mikra.exchange import oid4vp
from mikra.exchange.oid4vp import Prefix
from mikra.sealing import wallet_certificates as wallet
from mikra.sealing.certificates import SealKey as MadeKey
from mikra.sealing.keys import Signer
from mikra.server import signer_folder
from mikra.server.actions import seal_keys_made
from mikra.server.installation import installation
from mikra.trust import did

USE = "requests"
COUNTRY = "EU"
_HELD: dict[str, Signer] = {}
"""Name of a key -> signer: a connection is kept as long as the process lives."""


def hold(signer: Signer) -> None:
    """From now on requests are signed by that signer, in this process."""
    _HELD[name()] = signer


def name() -> str:
    """Of the key in force: of the address of this installation, and of the year."""
    return f"requests-{hashlib.sha256(installation().origin.encode()).hexdigest()[:8]}-{now().year}"


def signer() -> Signer:
    """The key in force, made where there is none yet. UnavailableError where the signer is down."""
    key = name()
    if key not in _HELD:
        of = installation()
        if not (of.keys / f"{key}.p12").exists():
            _make(key)
        _HELD[key] = key_addresses.open_address(of.key_address(f"signer:#{key}"), _no_password)
    return _HELD[key]


def client_id(prefix: Prefix, response_uri: str) -> str:
    """5.9.3: our name, by the prefix that was chosen."""
    match prefix:
        case Prefix.X509_HASH:
            return oid4vp.x509_hash(signer().certificate)
        case Prefix.X509_SAN_DNS:
            return oid4vp.x509_san_dns(urlsplit(installation().origin).hostname or "")
        case Prefix.DID:
            return oid4vp.decentralized_identifier(_did())
        case Prefix.REDIRECT_URI:
            return oid4vp.redirect_uri(response_uri)


def key_id(client: str) -> str:
    """The DID URL of the key, where the name is a DID; else ""."""
    return did.key_url(_did()) if client == oid4vp.decentralized_identifier(_did()) else ""


def _did() -> str:
    """Made of the key itself: nothing has to be published for it."""
    return did.did_jwk(x509.load_der_x509_certificate(signer().certificate).public_key())


def made() -> tuple[MadeKey, MadeKey]:
    """A new key with its certificate, and the authority above it, whose key is kept nowhere: it certifies one key."""
    of, day = installation(), now() - dt.timedelta(days=1)
    host = (urlsplit(of.origin).hostname or "localhost")[:40]
    above = wallet.make_authority(wallet.Subject(name=f"Requests of {host}", country=COUNTRY), at=day)
    subject = wallet.Subject(name=f"Verifier of {host}", country=COUNTRY, names=(of.origin,))
    return wallet.certified(above, subject, at=day), above


def _make(key: str) -> None:
    of = installation()
    leaf, _ = made()
    with suppress(ConflictError):  # another process makes it in this moment
        signer_folder.keep(of, key, leaf)
        signer_folder.plan(of, [signer_folder.Planned(name=key, use=USE)])
    seal_keys_made.take_up()


def _no_password() -> str:
    return ""
