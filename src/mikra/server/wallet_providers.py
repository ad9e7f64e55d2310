"""The providers of wallets that this installation takes the word of: certificates that the operator put in a folder.

`MIKRA_HOME/wallet-providers/` holds `*.pem`, `*.crt` or `*.der`; it is empty at first, and then no attestation of a
wallet or of its keys is believed. What stands on national lists of wallet providers is put there by hand.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mikra.errors import InputError
from mikra.server.installation import installation
from mikra.trust import x509
from mikra.trust.certificates import split

FOLDER = "wallet-providers"
_ENDINGS = {".pem", ".crt", ".cer", ".der"}


def folder() -> Path:
    """Where the certificates stand."""
    return installation().home / FOLDER


def anchors() -> tuple[bytes, ...]:
    """All of them (DER). A file that holds none is passed over here; `faults` names it."""
    found: list[bytes] = []
    for file in _files():
        try:
            found += split(file.read_bytes())
        except (InputError, OSError):
            continue
    return tuple(dict.fromkeys(found))


def faults() -> list[str]:
    """Names of files in the folder that hold no certificate."""
    bad = []
    for file in _files():
        try:
            split(file.read_bytes())
        except (InputError, OSError):
            bad.append(file.name)
    return bad


def vouched(chain: tuple[bytes, ...], at: datetime) -> bool:
    """Whether a chain (`x5c`, leaf first) leads to one of them, and holds now."""
    if not chain:
        return False
    path = x509.build_path(chain[0], at=at, anchors=anchors(), intermediates=chain[1:])
    return path.outcome is x509.Outcome.ANCHORED


def _files() -> list[Path]:
    place = folder()
    return sorted(one for one in place.iterdir() if one.suffix in _ENDINGS) if place.is_dir() else []
