"""The keys that seal, as this process reaches them: `signer_of(seal_key)`. No private key is ever in this process.

Addresses are those of `adapters.key_addresses`; whoever has a key at hand by other means (a test) says so by `hold`.
"""

from __future__ import annotations

from collections.abc import Iterable

from mikra.adapters import key_addresses
from mikra.errors import ConflictError, NotFoundError
from mikra.sealing.keys import Signer
from mikra.server.actions.batches_design import design_of
from mikra.server.installation import installation
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import SealKey, Tenant
from mikra.trust import certificates

_HELD: dict[str, Signer] = {}
"""Address -> signer: a connection to the signer is kept as long as the process lives."""


def hold(address: str, signer: Signer) -> None:
    """From now on this address is answered by that signer, in this process."""
    _HELD[address] = signer


def signer_of(seal_key: SealKey) -> Signer:
    """The key at its address. UnavailableError where the signer is down, ConflictError where it holds another key."""
    known = _HELD.get(seal_key.address)
    if known is None or known.certificate != bytes(seal_key.certificate):
        known = key_addresses.open_address(installation().key_address(seal_key.address), _no_password)
    if known.certificate != bytes(seal_key.certificate):
        raise ConflictError(
            "The signer holds another key under this name than the one that was registered.",
            where=seal_key.name,
            fix="Ask whoever runs this service to register the new key.",
            code="key_changed",
        )
    _HELD[seal_key.address] = known
    return known


def key_for(tenant: Tenant, use: SealKey.Use, *, edition: Edition | None = None) -> SealKey:
    """The key in force for a use: that of the issuer of the edition where there is one, else the newest.

    NotFoundError where there is none. Which organisation a key seals for is judged when it seals (`issuance.batch`).
    """
    keys = SealKey.of(tenant).filter(use=use, retired=None, compromised=None).order_by("-created")
    found = _first(keys) if edition is None else _of_issuer(keys, edition)
    if found is None:
        raise NotFoundError(
            "There is no key that could seal this.",
            expected=str(SealKey.Use(use).label),
            fix="Ask an administrator to add a seal on the page Keys and seals.",
            code="key_missing",
        )
    return found


def _first(keys: Iterable[SealKey]) -> SealKey | None:
    return next(iter(keys), None)


def _of_issuer(keys: Iterable[SealKey], edition: Edition) -> SealKey | None:
    """The newest key whose certificate names the issuer of the edition; else the newest."""
    eidas = design_of(edition).issuer.identifiers.eidas
    known = list(keys)
    named = (key for key in known if certificates.read(bytes(key.certificate)).organization_identifier == eidas)
    return next(named, None) or _first(known)


def _no_password() -> str:
    return ""
