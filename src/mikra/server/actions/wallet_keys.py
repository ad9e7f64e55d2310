"""The keys under which an institution seals what wallets fetch: made for that, on the first day or at the first offer.

A wallet fetches at any hour, so nobody is there to approve: such a key seals wallet formats alone (docs/design.md,
12), never a step-up or qualified seal. One is P-256 (SD-JWT VC, JWT), one Ed25519 (Linked Data proofs). Both have a
certificate of the installation's own authority that names the Credential Issuer Identifier, so that `x5c` stands for
`iss`; both are published under `jwt-vc-issuer` and in the DID document too, for verifiers without certificates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import NameOID

from mikra.adapters.clock import now
from mikra.public_keys import jwk
from mikra.sealing import wallet_certificates as wallet
from mikra.sealing.certificates import KeyKind
from mikra.sealing.certificates import SealKey as MadeKey
from mikra.sealing.keys import algorithm_of
from mikra.server import signer_folder
from mikra.server.actions import seal_keys_made
from mikra.server.actions.audit import Line, note_all
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.store import status
from mikra.server.store.tenants import SealKey, Tenant

LEFT = dt.timedelta(days=30)
"""A key whose certificate counts for less than this is not begun with any more: another one is made."""
KINDS: Mapping[str, KeyKind] = {"ES256": KeyKind.P256, "EdDSA": KeyKind.ED25519}
COUNTRY = "EU"
"""Where an installation, or an institution, is of none."""
DAY = dt.timedelta(days=1)


def key_for(tenant: Tenant, algorithm: str, names: tuple[str, ...], also: tuple[str, ...] = ()) -> SealKey:
    """The key of this algorithm (ES256, EdDSA) that stands for these names; made where there is none yet.

    `also`: what a new one stands for beside them, so that no second one has to be made: each seals the lists anew.
    """
    found = _found(tenant, algorithm, names, now())
    if found is not None:
        return found
    with work():
        Tenant._default_manager.select_for_update(no_key=True).get(pk=tenant.pk)
        found = _found(tenant, algorithm, names, now())
        return found or _made(tenant, algorithm, (*names, *(one for one in also if one not in names)))


def for_lists(tenant: Tenant, at: dt.datetime) -> SealKey | None:
    """The key of list tokens: the newest in force. None where this institution never put anything into a wallet."""
    rows = SealKey.of(tenant).filter(use=SealKey.Use.WALLETS)
    last = None
    for one in rows.order_by("-created"):
        if algorithm(one) == "ES256":
            if one.retired is None and one.compromised is None and one.not_after > at + DAY:
                return one
            last = last or one
    return None if last is None else key_for(tenant, "ES256", wallet.names_of(bytes(last.certificate)))


def take_over_lists() -> None:
    """After an update: keys for wallets may seal list tokens, and every list is sealed anew."""
    if signer_folder.complete(installation()):
        for tenant_id in SealKey._default_manager.filter(use=SealKey.Use.WALLETS).values_list("tenant_id", flat=True):
            status.all_due(tenant_id, now())
        seal_keys_made.take_up()


def published(tenant: Tenant) -> list[SealKey]:
    """All keys that wallets' credentials were sealed with, but for those that are in other hands."""
    return list(SealKey.of(tenant).filter(use=SealKey.Use.WALLETS, compromised=None).order_by("created"))


def public(key: SealKey) -> dict[str, Any]:
    """A key as JWK, with the name by which seals call it (RFC 7638)."""
    written = jwk.write(key_of(key))
    use = {"kid": jwk.thumbprint(written), "alg": algorithm(key), "use": "sig"}
    return {**written, **use}


def key_id(key: SealKey) -> str:
    """The RFC 7638 thumbprint of a key: its `kid`."""
    return _read(bytes(key.certificate)).key_id


def algorithm(key: SealKey) -> str:
    """ES256 or EdDSA."""
    return _read(bytes(key.certificate)).algorithm


@dataclass(frozen=True, slots=True)
class _Key:
    """What a certificate says of its key."""

    key: PublicKeyTypes
    algorithm: str
    key_id: str
    names: frozenset[str]


@lru_cache(maxsize=256)
def _read(certificate: bytes) -> _Key:
    """Read once: a wallet that fetches asks for the same few keys several times."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    kind = algorithm_of(key)  # type: ignore[arg-type]  # a certificate of ours holds no other kind
    return _Key(key, kind, jwk.thumbprint(jwk.write(key)), frozenset(wallet.names_of(certificate)))


def anchor() -> bytes:
    """The certificate (DER) of the authority, for relying parties that take it as an anchor."""
    return signer_folder.authority(installation(), new_authority).certificate


def key_of(key: SealKey) -> PublicKeyTypes:
    """The public key itself."""
    return _read(bytes(key.certificate)).key


def _found(tenant: Tenant, algorithm_wanted: str, names: tuple[str, ...], at: dt.datetime) -> SealKey | None:
    rows = SealKey.of(tenant).filter(use=SealKey.Use.WALLETS, retired=None, compromised=None, not_after__gt=at + LEFT)
    for one in rows.order_by("-created"):
        if algorithm(one) == algorithm_wanted and _read(bytes(one.certificate)).names.issuperset(names):
            return one
    return None


def _made(tenant: Tenant, algorithm_wanted: str, names: tuple[str, ...]) -> SealKey:
    """Inside `work()`."""
    of, name = installation(), seal_keys_made.name_for(tenant, SealKey.Use.WALLETS)
    subject = wallet.Subject(
        name=tenant.name[:64], country=_country(tenant), names=names, demonstration=tenant.demonstration
    )
    made = wallet.certified(
        signer_folder.authority(of, new_authority),
        subject,
        at=now() - DAY,  # an attestation says the day of its sealing, and no hour
        kind=KINDS[algorithm_wanted],
    )
    signer_folder.keep(of, name, made)
    signer_folder.plan(of, [signer_folder.Planned(name=name, use=SealKey.Use.WALLETS)])
    row = seal_keys_made.row(tenant, None, SealKey.Use.WALLETS, name, made.certificate)
    row.save(force_insert=True)
    status.all_due(tenant.id, now())
    note_all(tenant, "service", [Line(verb="key.made", subject=f"key:{row.id}", reason=row.use)], now())
    seal_keys_made.take_up()
    return row


def _country(tenant: Tenant) -> str:
    """Of the institution, as its newest seal says, of credentials first; `COUNTRY` where none names one."""
    own = SealKey.of(tenant).exclude(use=SealKey.Use.WALLETS).order_by("-created")
    for one in sorted(own, key=lambda key: key.use != SealKey.Use.CREDENTIALS):
        subject = x509.load_der_x509_certificate(bytes(one.certificate)).subject
        if found := subject.get_attributes_for_oid(NameOID.COUNTRY_NAME):
            return str(found[0].value)
    return COUNTRY


def new_authority() -> MadeKey:
    """For an installation that has none yet (`signer_folder.authority`)."""
    name = f"Wallet keys of {installation().origin.split('://')[-1]}"[:64]
    return wallet.make_authority(wallet.Subject(name=name, country=COUNTRY), at=now() - 2 * DAY)
