"""The key under which this installation asks wallets: of its own use, with the signer, and a new one each year.

Its certificate stands for the address of this installation and is made by the installation's own authority (HAIP 1.0,
5: no certificate that signs itself): whoever knows that one knows the keys of all years. It signs requests alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from urllib.parse import urlsplit

from cryptography import x509

from mikra.adapters import key_addresses
from mikra.adapters.clock import now
from mikra.exchange import oid4vp
from mikra.exchange.oid4vp import Prefix
from mikra.sealing import wallet_certificates as wallet
from mikra.sealing.certificates import SealKey as MadeKey
from mikra.sealing.keys import Signer
from mikra.server import signer_folder
from mikra.server.actions import seal_keys_made, wallet_keys
from mikra.server.installation import installation
from mikra.trust import did

USE = "requests"
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
    """A new key with its certificate, and the authority of the installation above it."""
    of = installation()
    above = signer_folder.authority(of, wallet_keys.new_authority)
    return _certified(above), above


def _certified(above: MadeKey) -> MadeKey:
    of = installation()
    host = (urlsplit(of.origin).hostname or "localhost")[:40]
    subject = wallet.Subject(name=f"Verifier of {host}", country=wallet_keys.COUNTRY, names=(of.origin,))
    return wallet.certified(above, subject, at=now() - dt.timedelta(days=1))


def _make(key: str) -> None:
    """Where it is not in the plan yet: of all processes that come at once, one makes it."""
    of = installation()
    above = signer_folder.authority(of, wallet_keys.new_authority)
    if signer_folder.make_once(of, signer_folder.Planned(name=key, use=USE), lambda: _certified(above)):
        seal_keys_made.take_up()


def _no_password() -> str:
    return ""
