"""Whom this installation trusts when it checks a file: the keys under which its own institutions seal, and no others.

Question(at=..., **known(digest))       digest: SHA-256 of the file
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from mikra.conversion.identity import of_key
from mikra.server.actions import wallet_copies, wallet_keys
from mikra.server.store.awards import Sealed
from mikra.server.store.tenants import SealKey
from mikra.trust import certificates


def known(digest: bytes) -> dict[str, Any]:
    """Members of a `Policy`: trusted_seals, compromised, status_seals, trusted_issuers, lists_of, tokens_of."""
    trusted, compromised = keys_here(digest)
    issuers = issuers_here()
    return {
        "trusted_seals": trusted,
        "compromised": compromised,
        "status_seals": status_seals(),
        "trusted_issuers": frozenset(issuers),
        "lists_of": issuers,
        "tokens_of": tokens_here(),
    }


def keys_here(digest: bytes) -> tuple[frozenset[str], dict[str, dt.datetime]]:
    """Of the certificates under which institutions here seal credentials: fingerprints, and since when which are lost.

    None of trial runs. A lost key has not lost the file with this digest (SHA-256) where our own records show that it
    was sealed here before: a record of ours is a proof of time.
    """
    uses = (SealKey.Use.CREDENTIALS, SealKey.Use.WALLETS)
    rows = SealKey._default_manager.filter(use__in=uses).values_list("id", "certificate", "compromised")
    known: dict[Any, str] = {key: certificates.fingerprint(bytes(one)) for key, one, _since in rows}
    lost = {key: since for key, _one, since in rows if since is not None}
    if lost:
        ours = Sealed._default_manager.filter(digest=digest, seal_key__in=lost).values_list("seal_key", "created")
        lost = {key: since for key, since in lost.items() if not any(k == key and at < since for k, at in ours)}
    return frozenset(known.values()), {known[key]: since for key, since in lost.items()}


def status_seals() -> frozenset[str]:
    """Fingerprints of the certificates under which institutions here seal their status lists, and nothing else."""
    rows = SealKey._default_manager.filter(use=SealKey.Use.STATUS, compromised=None)
    return frozenset(certificates.fingerprint(bytes(one)) for one in rows.values_list("certificate", flat=True))


def issuers_here() -> dict[str, frozenset[str]]:
    """Names under which institutions here put copies into wallets (DIDs, seals) -> seals of their lists.

    Of keys in other hands none: a copy carries no proof of its time.
    """
    return _by_names(SealKey.Use.STATUS)


def tokens_here() -> dict[str, frozenset[str]]:
    """The same names -> seals of their list tokens: the keys for wallets of the same institution, and no others."""
    return _by_names(SealKey.Use.WALLETS)


def _by_names(use: SealKey.Use) -> dict[str, frozenset[str]]:
    lists: dict[Any, set[str]] = {}
    rows = SealKey._default_manager.filter(compromised=None).select_related("tenant")
    for one in rows.filter(use=use):
        lists.setdefault(one.tenant_id, set()).add(certificates.fingerprint(bytes(one.certificate)))
    found: dict[str, frozenset[str]] = {}
    for one in rows.filter(use=SealKey.Use.WALLETS):
        names = (
            certificates.fingerprint(bytes(one.certificate)),
            of_key(wallet_keys.key_of(one)).issuer,
            wallet_copies.did_of(one.tenant),
        )
        found |= dict.fromkeys(names, frozenset(lists.get(one.tenant_id, ())))
    return found
