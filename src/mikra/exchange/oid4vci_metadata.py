"""OpenID4VCI 1.0, 12.2 and RFC 8414: what an issuer says of itself to wallets: which credentials, where, and how.

    open_configurations(vct)       what the profile `open` gives
    eudi_configurations(vct)       what the profile `eudi` gives: SD-JWT VC alone
    issuer_metadata(issuer)        openid-credential-issuer
    server_metadata(issuer)        oauth-authorization-server

Every configuration has `credential_metadata` and every credential is bound to a key: without these, wallets take us for
an issuer of 2024. Credentials of the W3C model say where they are of version 1.1, and where of 2.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from mikra import messages
from mikra.exchange import client_attestation, dpop, oauth, oid4vci_encryption
from mikra.exchange.oid4vci import OPEN, Profile
from mikra.exchange.oid4vci_proof import ALGORITHMS
from mikra.vocabulary.wallet_claims import EU_TYPE, WalletClaim, table_of

ISSUER_NAME = "openid-credential-issuer"
SERVER_NAME = "oauth-authorization-server"
KEYS_NAME = "jwt-vc-issuer"
"""What stands after `/.well-known/` (12.2.2; RFC 8414, 3; SD-JWT VC draft 11, 5)."""

SD_JWT, JWT_VC, LDP_VC = "dc+sd-jwt", "jwt_vc_json", "ldp_vc"
"""OpenID4VCI 1.0, A.3.1, A.1.1, A.1.2: formats."""

_VC_1_1 = "https://www.w3.org/2018/credentials/v1"
_BADGE = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_BADGE_TYPES = ["VerifiableCredential", "OpenBadgeCredential"]
_LEGACY_SUITES = ("Ed25519Signature2020", "Ed25519Signature2018")
"""Wallets of VC 1.1 look for the names of suites among the algorithms of proofs, and sign as EdDSA all the same."""
_ATTESTED = "attest_jwt_client_auth"
_BACKGROUND, _TEXT = "#1f3a5f", "#ffffff"
"""Neutral, with a contrast of 11 to 1 (WCAG 2.2, 1.4.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One credential as wallets are told of it. `sealed_with`: names of algorithms, or of suites (ldp_vc).

    `attested`: keys are to be attested by the provider of the wallet.
    """

    id: str
    format: str
    sealed_with: tuple[str, ...]
    binding: tuple[str, ...]
    proofs: tuple[str, ...] = ALGORITHMS
    vct: str = ""
    contexts: tuple[str, ...] = ()
    attested: bool = False

    def written(self) -> dict[str, Any]:
        """Its JSON."""
        body: dict[str, Any] = {"format": self.format, "scope": self.id}
        if self.vct:
            body["vct"] = self.vct
        else:
            body["credential_definition"] = {"type": list(_BADGE_TYPES)}
            if self.contexts:
                body["credential_definition"]["@context"] = list(self.contexts)
        body["credential_signing_alg_values_supported"] = list(self.sealed_with)
        body["cryptographic_binding_methods_supported"] = list(self.binding)
        proof = {"proof_signing_alg_values_supported": list(self.proofs)}
        body["proof_types_supported"] = {"jwt": proof}
        if self.attested:
            wanted = {**proof, "key_attestations_required": {}}
            body["proof_types_supported"] = {"jwt": wanted, "attestation": wanted}
        body["credential_metadata"] = {"display": [_shown(language) for language in messages.LANGUAGES]}
        if self.vct:
            body["credential_metadata"]["claims"] = [_claim(one) for one in table_of(self.vct)]
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """An issuer as wallets see it. `names`: language -> name; `logo` is an address, or "" for none.

    `encrypted_for`: name -> key, for which wallets may encrypt what they ask.
    """

    identifier: str
    names: Mapping[str, str] = field(hash=False)
    configurations: tuple[Configuration, ...]
    logo: str = ""
    profile: Profile = OPEN
    encrypted_for: Mapping[str, ec.EllipticCurvePublicKey] = field(default_factory=dict, hash=False)

    def endpoint(self, name: str) -> str:
        """The address of one of its endpoints."""
        return f"{self.identifier}/{name}"

    def configuration(self, id: str) -> Configuration | None:
        """The configuration of that id."""
        return next((one for one in self.configurations if one.id == id), None)


SDJWT_ID, JWT_ID, LDP_ID = "micro_credential_sdjwt", "micro_credential_jwt", "micro_credential_ldp"
"""Ids of the configurations of the profile `open`; `eudi` has the first one too."""
EUDI_ID = "micro_credential_eudi"
"""The EU's own type."""


def open_configurations(vct: str) -> tuple[Configuration, ...]:
    """What `open` gives: SD-JWT VC, and the Open Badge of VC 1.1 as JWT and with a proof in it."""
    dids = ("did:jwk", "did:key")
    return (
        Configuration(id=SDJWT_ID, format=SD_JWT, sealed_with=("ES256",), binding=("jwk", *dids), vct=vct),
        Configuration(id=JWT_ID, format=JWT_VC, sealed_with=("ES256",), binding=dids),
        Configuration(
            id=LDP_ID,
            format=LDP_VC,
            sealed_with=("Ed25519Signature2020",),
            binding=dids,
            proofs=(*ALGORITHMS, *_LEGACY_SUITES),
            contexts=(_VC_1_1, _BADGE),
        ),
    )


def eudi_configurations(vct: str) -> tuple[Configuration, ...]:
    """What `eudi` gives: the EU's type, and ours, which carries all elements of Annex I (OpenID4VC HAIP 1.0, 4)."""
    ours = Configuration(
        id=SDJWT_ID, format=SD_JWT, sealed_with=("ES256",), binding=("jwk",), proofs=("ES256",), vct=vct, attested=True
    )
    return (replace(ours, id=EUDI_ID, vct=EU_TYPE), ours)


def issuer_metadata(issuer: Issuer) -> dict[str, Any]:
    """12.2.4."""
    said = {
        "credential_issuer": issuer.identifier,
        "authorization_servers": [issuer.identifier],
        "credential_endpoint": issuer.endpoint("credential"),
        "nonce_endpoint": issuer.endpoint("nonce"),
        "deferred_credential_endpoint": issuer.endpoint("deferred"),
        "notification_endpoint": issuer.endpoint("notification"),
        "batch_credential_issuance": {"batch_size": issuer.profile.batch},
        "display": [_named(issuer, language) for language in issuer.names],
        "credential_configurations_supported": {one.id: one.written() for one in issuer.configurations},
    }
    if issuer.encrypted_for:
        said["credential_request_encryption"] = oid4vci_encryption.requests(issuer.encrypted_for)
        said["credential_response_encryption"] = dict(oid4vci_encryption.RESPONSES)
    return said


def server_metadata(issuer: Issuer) -> dict[str, Any]:
    """RFC 8414, 2, and OpenID4VCI 1.0, 12.3: what the token endpoint takes."""
    strict = issuer.profile.strict
    grants = [oauth.AUTHORIZATION_CODE, oauth.REFRESH]
    said: dict[str, Any] = {
        "issuer": issuer.identifier,
        "authorization_endpoint": issuer.endpoint("authorize"),
        "token_endpoint": issuer.endpoint("token"),
        "pushed_authorization_request_endpoint": issuer.endpoint("par"),
        "challenge_endpoint": issuer.endpoint("challenge"),
        "response_types_supported": ["code"],
        "grant_types_supported": grants if strict else [oauth.PRE_AUTHORIZED, *grants],
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
        "token_endpoint_auth_methods_supported": [_ATTESTED] if strict else ["none", _ATTESTED],
        "client_attestation_signing_alg_values_supported": list(client_attestation.PROVIDERS),
        "client_attestation_pop_signing_alg_values_supported": list(client_attestation.ALGORITHMS),
        "authorization_response_iss_parameter_supported": True,
        "authorization_details_types_supported": ["openid_credential"],
        "scopes_supported": [one.id for one in issuer.configurations],
    }
    if strict:
        return {**said, "require_pushed_authorization_requests": True}
    return {**said, "pre-authorized_grant_anonymous_access_supported": True}


def inserted(identifier: str, name: str) -> str:
    """12.2.2: where the metadata of an identifier stands."""
    parts = urlsplit(identifier)
    return f"{parts.scheme}://{parts.netloc}/.well-known/{name}{parts.path}"


def _named(issuer: Issuer, language: str) -> dict[str, Any]:
    said: dict[str, Any] = {"name": issuer.names[language], "locale": language}
    if issuer.logo:
        said["logo"] = {"uri": issuer.logo, "alt_text": issuer.names[language]}
    return said


def _shown(language: str) -> dict[str, Any]:
    return {
        "name": messages.text("wallet.type.name", language),
        "locale": language,
        "background_color": _BACKGROUND,
        "text_color": _TEXT,
    }


def _claim(claim: WalletClaim) -> dict[str, Any]:
    labels = [
        {"name": messages.text(f"wallet.claim.{claim.name}", language), "locale": language}
        for language in messages.LANGUAGES
    ]
    return {"path": list(claim.path), "mandatory": claim.mandatory, "display": labels}
