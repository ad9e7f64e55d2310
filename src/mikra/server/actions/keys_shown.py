"""Keys and seals as they are shown: whose, for what, of which level by whose word, until when."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from dataclasses import dataclass

from mikra.errors import InputError
from mikra.issuance import design_form
from mikra.issuance.design import Body
from mikra.server.actions.seal_keys_made import Holder
from mikra.server.rights import Actor, Right
from mikra.server.store.tenants import Provider, SealKey
from mikra.trust import certificates

SOON = dt.timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """One key. `state`: in_force, ends_soon, over, retired, compromised. `fingerprint`: SHA-256 of the certificate."""

    key: SealKey
    holder: str
    identifier: str
    issuer: str
    fingerprint: str
    state: str


def keys(actor: Actor, at: dt.datetime) -> list[KeyView]:
    """All keys of this institution, those in force first."""
    actor.need(Right.ADMINISTER)
    rows = SealKey.of(actor.tenant).select_related("provider").order_by("use", "-created")
    found = [_view(one, at) for one in rows]
    return sorted(found, key=lambda one: one.state in ("retired", "compromised", "over"))


def key(actor: Actor, key_id: uuid.UUID, at: dt.datetime) -> KeyView:
    """One key."""
    actor.need(Right.ADMINISTER)
    return _view(SealKey.get(actor.tenant, key_id), at)


def _view(key: SealKey, at: dt.datetime) -> KeyView:
    der = bytes(key.certificate)
    facts = certificates.read(der)
    return KeyView(
        key=key,
        holder=facts.organization or facts.common_name,
        identifier=facts.organization_identifier,
        issuer="" if facts.self_issued else facts.issuer,
        fingerprint=facts.fingerprint,
        state=_state(key, at),
    )


def _state(key: SealKey, at: dt.datetime) -> str:
    if key.compromised is not None:
        return "compromised"
    if key.retired is not None:
        return "retired"
    if key.not_after <= at:
        return "over"
    return "ends_soon" if key.not_after - at <= SOON else "in_force"


def certificate_file(actor: Actor, key_id: uuid.UUID) -> bytes:
    """The certificate as PEM (RFC 7468), for relying parties."""
    actor.need(Right.VIEW)
    text = base64.encodebytes(bytes(SealKey.get(actor.tenant, key_id).certificate)).decode().replace("\n", "")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""]).encode()


def holders(actor: Actor) -> list[tuple[uuid.UUID, str]]:
    """Providers of this institution that may get a seal."""
    actor.need(Right.ADMINISTER)
    return [(one.id, one.name) for one in Provider.of(actor.tenant).order_by("name")]


def holder_of(provider: Provider) -> Holder:
    """A provider as its certificate will name it. InputError where something is missing in its profile."""
    body = design_form.read(Body, provider.body, default_language="en")
    if not body.identifiers.eidas:
        raise InputError(
            "The profile of this provider does not say who it is in law.",
            where="provider",
            expected="an identifier such as VATRO-12345678",
            fix="Add it to the profile of the provider.",
        )
    return Holder(name=body.name.best("en"), identifier=body.identifiers.eidas, country=body.country.slug)
