"""Seal keys of an institution: made here, brought as a file, on a token or at a service; retired; lost to others.

The key lies with the signer, never in the database: there its certificate, what it is for, and the honest label.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from mikra.adapters import signer_client
from mikra.adapters.clock import chance, now
from mikra.errors import InputError, UnavailableError
from mikra.sealing import certificates as own
from mikra.server import signer_folder
from mikra.server.actions.audit import Line, note, note_all
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.rights import Actor, Right
from mikra.server.store import status
from mikra.server.store.tenants import Provider, SealKey, Tenant
from mikra.trust import certificates

UNDETERMINED = "Seal, level not determined"
DEMONSTRATION = "Demonstration, no value"
DAYS = 730


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a key, as its certificate says: `identifier` as EN 319 412-1, 5.1.4 writes it."""

    name: str
    identifier: str
    country: str


def make(actor: Actor, provider: Provider, holder: Holder, *, use: str = "credentials", days: int = DAYS) -> SealKey:
    """A key with a certificate of its holder's own, for whoever has no other seal yet. InputError, NotAllowedError."""
    actor.need(Right.ADMINISTER)
    demonstration = use == SealKey.Use.TRIAL or actor.tenant.demonstration
    made = _certified(holder, days, demonstration)
    name = name_for(actor.tenant, use)
    signer_folder.keep(installation(), name, made)
    signer_folder.plan(installation(), [signer_folder.Planned(name=name, use=use)])
    return _registered(actor, provider, use, name, made.certificate)


def bring_file(actor: Actor, provider: Provider, content: bytes, password: str) -> SealKey:
    """A key from a PKCS#12 file and its password. InputError where it opens nothing, or is of no use."""
    actor.need(Right.ADMINISTER)
    certificate = certificate_in(content, password)
    name = name_for(actor.tenant, SealKey.Use.CREDENTIALS)
    signer_folder.keep_file(installation(), name, content, password)
    signer_folder.plan(installation(), [signer_folder.Planned(name=name, use=SealKey.Use.CREDENTIALS)])
    return _registered(actor, provider, SealKey.Use.CREDENTIALS, name, certificate)


def certificate_in(content: bytes, password: str) -> bytes:
    """The certificate (DER) of a PKCS#12 file, read in memory alone."""
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    try:
        bundle = pkcs12.load_pkcs12(content, password.encode())
    except ValueError:
        bundle = None
    if bundle is None or bundle.key is None or bundle.cert is None:
        raise InputError(
            "This file and this password give no seal key.",
            expected="a PKCS#12 file (.p12, .pfx) that holds a key with its certificate",
            fix="Type the password again, or export the key once more, with its certificate.",
            code="key_unreadable",
        )
    return bundle.cert.certificate.public_bytes(Encoding.DER)


def retire(actor: Actor, id: uuid.UUID, *, at: dt.datetime | None = None) -> SealKey:
    """Nothing more is sealed with it; what it sealed stays valid."""
    return _ended(actor, id, "retired", "", at or now())


def compromised(actor: Actor, id: uuid.UUID, reason: str, *, since: dt.datetime) -> SealKey:
    """It is in other hands since then: nothing that it sealed afterwards counts."""
    if not reason.strip():
        raise InputError("Say why.", where="reason", fix="One sentence, for the audit trail.", code="reason_missing")
    return _ended(actor, id, "compromised", reason, since)


def _ended(actor: Actor, id: uuid.UUID, member: str, reason: str, at: dt.datetime) -> SealKey:
    actor.need(Right.ADMINISTER)
    with work():
        key = SealKey.get(actor.tenant, id, lock=True)
        setattr(key, member, at)
        key.save(update_fields=[member])
        if key.use in (SealKey.Use.STATUS, SealKey.Use.WALLETS):
            status.all_due(key.tenant_id, now())
        note(actor, Line(verb=f"key.{member}", subject=f"key:{key.id}", reason=reason))
    return key


def make_own(tenant: Tenant, holder: Holder, by: str) -> list[SealKey]:
    """The keys that every institution has from its first day: trials, status lists, receipts; inside `work()`."""
    uses = (SealKey.Use.TRIAL, SealKey.Use.STATUS, SealKey.Use.RECEIPTS)
    return make_several(tenant, holder, uses, by)


def make_several(tenant: Tenant, holder: Holder, uses: Sequence[str], by: str) -> list[SealKey]:
    """Keys for these uses, in one movement of the plan; inside `work()`."""
    of, rows, planned = installation(), [], []
    for use in uses:
        name = name_for(tenant, use)
        made = _certified(holder, DAYS, use == SealKey.Use.TRIAL or tenant.demonstration)
        signer_folder.keep(of, name, made)
        planned.append(signer_folder.Planned(name=name, use=use))
        rows.append(row(tenant, None, use, name, made.certificate))
    signer_folder.plan(of, planned)
    SealKey._default_manager.bulk_create(rows)
    note_all(tenant, by, [Line(verb="key.made", subject=f"key:{one.id}", reason=one.use) for one in rows], now())
    take_up()
    return rows


def take_up() -> None:
    """Lets a signer that runs read its plan again; one that does not run yet will read it at its start."""
    if installation().signer_socket.exists():
        with suppress(UnavailableError):
            signer_client.reload(installation().signer_socket)


def name_for(tenant: Tenant, use: str) -> str:
    """A name for a key that no other has: of the tenant, the use, and chance."""
    return f"{tenant.slug}-{use}-{chance(3).hex()}"


def _certified(holder: Holder, days: int, demonstration: bool) -> own.SealKey:
    return own.make_seal_certificate(
        organization=holder.name[:64],
        organization_identifier=holder.identifier,
        country=holder.country,
        at=now(),
        days=days,
        demonstration=demonstration,
    )


def _registered(actor: Actor, provider: Provider | None, use: str, name: str, certificate: bytes) -> SealKey:
    with work():
        key = row(actor.tenant, provider, use, name, certificate)
        key.save(force_insert=True)
        note(actor, Line(verb="key.made", subject=f"key:{key.id}", reason=use))
        if use == SealKey.Use.CREDENTIALS:
            _with_status(actor, certificate)
    take_up()
    return key


def _with_status(actor: Actor, certificate: bytes) -> None:
    """Who seals credentials publishes status lists under a key of the same name, made for that; inside `work()`."""
    facts = certificates.read(certificate)
    rows = SealKey.of(actor.tenant).filter(use=SealKey.Use.STATUS, retired=None, compromised=None)
    known = {certificates.read(bytes(one.certificate)).organization_identifier for one in rows}
    if facts.organization_identifier in known:
        return
    holder = Holder(name=facts.organization, identifier=facts.organization_identifier, country=facts.country)
    make_several(actor.tenant, holder, [SealKey.Use.STATUS], actor.name)


def row(tenant: Tenant, provider: Provider | None, use: str, name: str, certificate: bytes) -> SealKey:
    return SealKey(
        tenant=tenant,
        provider=provider,
        use=use,
        name=name,
        address=f"signer:#{name}",
        certificate=certificate,
        label=DEMONSTRATION if own.is_demonstration(certificate) else UNDETERMINED,
        not_after=certificates.read(certificate).valid_to,
    )
