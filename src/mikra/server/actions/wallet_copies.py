"""An award as a wallet keeps it: SD-JWT VC, or an Open Badge of VC 1.1, bound to the wallet's key and sealed anew.

It is sealed under the institution's own key for credentials, which wallets find by its DID (did:key), or by the
certificate where that was made for an address. Which forms there are follows from the kind of that key.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra.adapters.clock import chance
from mikra.conversion import attestation, forms, wallet_type
from mikra.conversion.forms import Attestation, Kind
from mikra.conversion.identity import Identity, of_key
from mikra.conversion.open_badges import Bearer
from mikra.errors import NotFoundError
from mikra.exchange import oid4vci_metadata as metadata
from mikra.exchange.oid4vci_metadata import JWT_ID, LDP_ID, SDJWT_ID, Configuration, Issuer
from mikra.exchange.oid4vci_proof import Proof
from mikra.server.actions import awards_content, seal_keys
from mikra.server.installation import installation
from mikra.server.store.awards import Award
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import SealKey, Tenant
from mikra.trust import certificates

_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384"}


def namespace() -> str:
    """Under which our own type of attestation stands. Of a service without TLS it is a name alone."""
    return f"https://{urlsplit(installation().origin).netloc}/"


def identifier(tenant: Tenant) -> str:
    """Of the institution as an issuer to wallets (OpenID4VCI 1.0, 12.2.1)."""
    return f"{installation().origin.rstrip('/')}/issuers/{tenant.slug}/open"


def issuer_of(tenant: Tenant, edition: Edition | None = None) -> Issuer:
    """What wallets are told of it; without configurations where it has no key that wallets know."""
    names = {language: tenant.name for language in (*tenant.languages, tenant.language) if language} or {
        "en": tenant.name
    }
    return Issuer(
        identifier=identifier(tenant), names=names, configurations=_configurations(_algorithm(tenant, edition))
    )


def _configurations(algorithm: str) -> tuple[Configuration, ...]:
    if not algorithm:
        return ()
    known = metadata.open_configurations(wallet_type.vct(namespace()))
    sealed = [dataclasses.replace(one, sealed_with=(algorithm,)) for one in known if one.id in (SDJWT_ID, JWT_ID)]
    legacy = [one for one in known if one.id == LDP_ID and algorithm == "EdDSA"]
    return (*sealed, *legacy)


def _algorithm(tenant: Tenant, edition: Edition | None) -> str:
    """The JWS algorithm of the key that seals; "" for none that wallets know."""
    try:
        key = seal_keys.key_for(tenant, SealKey.Use.CREDENTIALS, edition=edition)
    except NotFoundError:
        return ""
    public = _public(key)
    if isinstance(public, ed25519.Ed25519PublicKey):
        return "EdDSA"
    return _CURVES.get(public.curve.name, "") if isinstance(public, ec.EllipticCurvePublicKey) else ""


def seal(award: Award, configuration: str, proof: Proof, *, language: str, at: dt.datetime) -> Any:
    """The copy for the key of this proof: a text, or an object (ldp_vc). InputError where the award lacks a claim."""
    key = seal_keys.key_for(award.tenant, SealKey.Use.CREDENTIALS, edition=award.edition)
    signer = seal_keys.signer_of(key)
    identity = _identity(key)
    made = forms.Award.of(
        awards_content.file_of(award),
        identity=identity,
        bearer=Bearer(key="" if configuration == SDJWT_ID else proof.did),
    )
    tongue = language if language in made.languages else made.languages[0]
    if configuration == SDJWT_ID:
        one = attestation.make(
            made, Attestation.OURS, at=at, chance=chance, signer=signer, holder=proof.holder, language=tongue
        )
        return one.content.decode()
    if configuration == LDP_ID:
        return orjson.loads(forms.make(made, Kind.OPEN_BADGE_1_1, at=at, signer=signer, language=tongue).content)
    document = forms.document_of(made, Kind.OPEN_BADGE_1_1, at=at, signer=signer, language=tongue)
    return forms.enveloped(document, signer=signer, identity=identity, at=at).decode()


def _identity(key: SealKey) -> Identity:
    return of_key(_public(key), namespace=namespace())


def _public(key: SealKey) -> PublicKeyTypes:
    certificate = certificates.load(bytes(key.certificate))
    if certificate is None:
        raise NotFoundError("The certificate of this key cannot be read.", where=key.name, code="key_missing")
    return certificate.public_key()
