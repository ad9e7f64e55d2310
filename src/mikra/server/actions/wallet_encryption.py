"""Keys for which wallets encrypt what they ask (OpenID4VCI 1.0, 10): derived from the installation's secret, monthly.

opened(body, content_type, at)      the request in the clear, and whether it came encrypted
public(at)                          name -> key, for the metadata; the month before is still read
"""

from __future__ import annotations

import datetime as dt
import hashlib

from cryptography.hazmat.primitives.asymmetric import ec

from mikra.exchange import oid4vci_encryption
from mikra.server.actions.wallet_offers import NOBODY
from mikra.server.store import personal

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (SEC 2, 2.4.2)."""


def opened(body: bytes, content_type: str, at: dt.datetime) -> tuple[bytes, bool]:
    """ProtocolError `invalid_encryption_parameters`."""
    if content_type.partition(";")[0].strip().lower() != oid4vci_encryption.MEDIA_TYPE:
        return body, False
    keys = dict(_key(month) for month in (_month(at), _month(at.replace(day=1) - dt.timedelta(days=1))))
    return oid4vci_encryption.decrypt(body, keys), True


def public(at: dt.datetime) -> dict[str, ec.EllipticCurvePublicKey]:
    """The key of this month."""
    name, key = _key(_month(at))
    return {name: key.public_key()}


def _month(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m")


def _key(month: str) -> tuple[str, ec.EllipticCurvePrivateKey]:
    secret = personal.derived(f"wallet-requests-{month}", NOBODY)
    wide = int.from_bytes(hashlib.sha512(secret).digest())
    return f"enc-{month}", ec.derive_private_key(wide % (_ORDER - 1) + 1, ec.SECP256R1())
