"""An award as a wallet keeps it: SD-JWT VC, or an Open Badge of VC 1.1, bound to the wallet's key and sealed anew.

It is sealed under a key that was made for wallets alone (`wallet_keys`; docs/design.md, decision 12), whose certificate
names the institution's address; what has no certificate in it names its DID (did:web, at `ADDRESS/did.json`).
Only outside production, and only on this machine, that address may begin with http; then a badge names the key itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from mikra.adapters.clock import chance
from mikra.conversion import forms, sd_jwt_vc, wallet_type
from mikra.conversion.forms import Kind
from mikra.conversion.identity import Identity, of_key
from mikra.conversion.open_badges import Bearer
from mikra.errors import InputError
from mikra.exchange import oid4vci_metadata as metadata
from mikra.exchange.oid4vci import OPEN, PROFILES, Profile
from mikra.exchange.oid4vci_metadata import EUDI_ID, LDP_ID, SDJWT_ID, Configuration, Issuer
from mikra.issuance import status_entry
from mikra.server.actions import awards_content, forms_given, seal_keys, status_lists, wallet_keys
from mikra.server.installation import Mode, installation
from mikra.server.store.awards import Award
from mikra.server.store.tenants import SealKey, Tenant
from mikra.status import token
from mikra.status.bitstring import Purpose
from mikra.status.indexes import Place
from mikra.trust import did_document
from mikra.trust.certified_names import is_loopback
from mikra.trust.did_document import PublishedKey


def _origin() -> str:
    return installation().origin.rstrip("/")


def loopback() -> bool:
    """Whether plain http of this machine will do."""
    return installation().mode is not Mode.PRODUCTION and is_loopback(_origin())


def possible() -> bool:
    """Whether this service has an address that wallets take."""
    return loopback() or _origin().startswith("https://")


def namespace() -> str:
    """Under which our own type of attestation stands: `ORIGIN/vct/micro-credential/1`."""
    return f"{_origin()}/"


def type_metadata() -> bytes:
    """What stands at the address of our type, always the same bytes. InputError where there is no such address."""
    return wallet_type.metadata(namespace(), loopback=loopback())


def identifier(tenant: Tenant, profile: Profile = OPEN) -> str:
    """Of the institution as an issuer to wallets (OpenID4VCI 1.0, 12.2.1)."""
    return f"{_origin()}/issuers/{tenant.slug}/{profile.name}"


def did_of(tenant: Tenant) -> str:
    """did:web of the same."""
    parts = urlsplit(identifier(tenant))
    return ":".join(["did:web", quote(parts.netloc, safe=""), *parts.path.strip("/").split("/")])


def prepare(tenant: Tenant, profile: Profile = OPEN) -> None:
    """The key of attestations, before the first of them: list tokens are sealed under it, all of them anew."""
    if possible():
        known = SealKey.of(tenant).filter(use=SealKey.Use.WALLETS).exists()
        key(tenant, "ES256", profile)
        if not known:
            status_lists.publish_again(tenant)


def prepare_all() -> None:
    """At the start of a service: an institution of before keys for wallets gets one now, not at its first offer."""
    if possible():
        have = SealKey._default_manager.filter(use=SealKey.Use.WALLETS).values("tenant_id")
        for tenant in Tenant._default_manager.exclude(id__in=have).order_by("id"):
            prepare(tenant)


def key(tenant: Tenant, algorithm: str, profile: Profile = OPEN) -> SealKey:
    """The key (ES256, EdDSA) that stands for this issuer and its DID; a new one for those of every profile."""
    every = tuple(identifier(tenant, one) for one in PROFILES.values())
    return wallet_keys.key_for(tenant, algorithm, (identifier(tenant, profile), did_of(tenant)), every)


def issuer_of(tenant: Tenant, profile: Profile = OPEN) -> Issuer:
    """What wallets are told of it, in the forms that it gives (`forms_given`).

    Without configurations where it has no address that wallets take.
    """
    names = dict.fromkeys(tenant.languages or [tenant.language], tenant.name)
    made = tuple(one for one in _configurations(profile) if forms_given.given(tenant, forms_given.OF_WALLETS[one.id]))
    return Issuer(identifier=identifier(tenant, profile), names=names, configurations=made, profile=profile)


def _configurations(profile: Profile) -> tuple[Configuration, ...]:
    if not possible():
        return ()
    made = metadata.eudi_configurations if profile.strict else metadata.open_configurations
    return made(wallet_type.vct(namespace(), loopback=loopback()))


def fits(award: Award, configuration: str) -> str:
    """Why an award cannot be had in this configuration; "" where it can. Only the EU's type asks for more than ours."""
    if configuration != metadata.EUDI_ID:
        return ""
    try:
        credential = forms.Award.of(
            awards_content.file_of(award), identity=Identity(issuer=did_of(award.tenant))
        ).credential
        sd_jwt_vc.refuse_incomplete(sd_jwt_vc.learning_credential(credential))
    except InputError as error:
        return " ".join(one for one in (error.message, error.found) if one)
    return ""


def did_json(tenant: Tenant) -> dict[str, Any]:
    """The DID document (DID 1.0, 5): every key for wallets that is not in other hands, retired ones too."""
    found = wallet_keys.published(tenant)
    keys = [PublishedKey(name=wallet_keys.key_id(one), key=wallet_keys.key_of(one)) for one in found]
    return did_document.to_publish(did_of(tenant), keys)


def keys_metadata(tenant: Tenant, profile: Profile = OPEN) -> dict[str, Any]:
    """SD-JWT VC draft 11, 5 (`jwt-vc-issuer`): the same keys, for verifiers that read no certificates."""
    keys = [wallet_keys.public(one) for one in wallet_keys.published(tenant)]
    return {"issuer": identifier(tenant, profile), "jwks": {"keys": keys}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """To what a copy is bound: the wallet's key as JWK, and its DID; and the place of its status."""

    holder: Mapping[str, str]
    did: str
    place: Place


def seal(award: Award, configuration: str, bound: Bound, *, language: str, at: dt.datetime, profile: Profile) -> Any:
    """The copy for one key of a wallet: a text, or an object (ldp_vc).

    InputError where the award lacks a claim.
    """
    tenant = award.tenant
    issuer = identifier(tenant, profile)
    sealed_by = key(tenant, "EdDSA" if configuration == LDP_ID else "ES256", profile)
    identity = replace(_identity(tenant, sealed_by), status=entries(bound.place))
    attested = configuration in (SDJWT_ID, EUDI_ID)
    bearer = Bearer(key="" if attested else bound.did)
    made = forms.Award.of(awards_content.file_of(award), identity=identity, bearer=bearer)
    tongue = language if language in made.languages else made.languages[0]
    signer = seal_keys.signer_of(sealed_by)
    if attested:
        return _attestation(_projection(made, configuration, tongue), sealed_by, bound, issuer, at)
    if configuration == LDP_ID:
        return orjson.loads(forms.make(made, Kind.OPEN_BADGE_1_1, at=at, signer=signer, language=tongue).content)
    document = forms.document_of(made, Kind.OPEN_BADGE_1_1, at=at, signer=signer, language=tongue)
    return forms.enveloped(document, signer=signer, identity=identity, at=at).decode()


def entries(place: Place) -> tuple[dict[str, Any], ...]:
    """The status of a copy with that place: withdrawn, suspended."""
    return tuple(status_entry.entry(place, purpose) for purpose in (Purpose.REVOCATION, Purpose.SUSPENSION))


def preview(award: Award, configuration: str, *, language: str) -> sd_jwt_vc.Projection:
    """What an attestation of it would hold. InputError where it lacks what the type must have."""
    made = forms.Award.of(awards_content.file_of(award), identity=Identity(issuer=did_of(award.tenant)))
    shown = _projection(made, configuration, language if language in made.languages else made.languages[0])
    if configuration == EUDI_ID:
        sd_jwt_vc.refuse_incomplete(shown)
    return shown


def preview_badge(award: Award, *, language: str) -> dict[str, Any]:
    """What a badge of it would hold, without its holder and its seal."""
    made = forms.Award.of(awards_content.file_of(award), identity=Identity(issuer=did_of(award.tenant)))
    tongue = language if language in made.languages else made.languages[0]
    return forms.document_of(made, Kind.OPEN_BADGE_1_1, at=award.created, signer=None, language=tongue)


def _projection(made: forms.Award, configuration: str, language: str) -> sd_jwt_vc.Projection:
    if configuration == EUDI_ID:
        return sd_jwt_vc.learning_credential(made.credential, language=language)
    return sd_jwt_vc.micro_credential(
        made.credential,
        namespace=namespace(),
        award_id=made.origin.award,
        digest=made.origin.digest,
        language=language,
        loopback=loopback(),
    )


def _attestation(projection: sd_jwt_vc.Projection, key: SealKey, bound: Bound, issuer: str, at: dt.datetime) -> str:
    return sd_jwt_vc.seal(
        projection,
        issuer=issuer,
        signer=seal_keys.signer_of(key),
        holder=bound.holder,
        at=at,
        chance=chance,
        status=token.reference(bound.place.address("token"), bound.place.index),
        key_id=wallet_keys.key_id(key),
        loopback=loopback(),
    ).decode()


def _identity(tenant: Tenant, key: SealKey) -> Identity:
    """Who issues badges: did:web; on this machine the key itself, as nobody could look another up."""
    if loopback():
        return of_key(wallet_keys.key_of(key))
    return Identity(issuer=did_of(tenant), verification_method=f"{did_of(tenant)}#{wallet_keys.key_id(key)}")
