"""All forms of one sealed European Digital Credential that need no wallet: made, sealed, read back, listed.

    award = Award.of(sealed, identity=identity)
    made = make(award, Kind.OPEN_BADGE, signer=signer, at=now)
    made.content, made.loss.text("ro")

Which seal: Data Integrity where key and suite allow (EdDSA, ES256, ES384), else vc+jwt. A form is sealed under the key
that the issuer's DID names, never under its certificate: that is for the EDC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from mikra import strictjson
from mikra.conversion import standing, terms
from mikra.conversion.clr import learner_record
from mikra.conversion.identity import Identity, Origin
from mikra.conversion.loss import Loss, measure_loss
from mikra.conversion.open_badges import IN_THE_CLEAR, Bearer, form_id, open_badge, with_proof
from mikra.conversion.reading import Form
from mikra.conversion.vc import as_1_1, twin
from mikra.conversion.wording import languages
from mikra.errors import InputError
from mikra.model import Credential, decode
from mikra.sealing import data_integrity_seal, jades, vc_jose
from mikra.sealing.keys import BatchSigner, DigestSigner, Signer
from mikra.sealing.rdf.scopes import Library

SUITES = {"EdDSA": "eddsa-rdfc-2022", "ES256": "ecdsa-rdfc-2019", "ES384": "ecdsa-rdfc-2019"}
"""JWS algorithm of a key -> the cryptosuite with which it seals here."""

LEGACY_SUITE = "Ed25519Signature2020"
"""The one suite that wallets of VC 1.1 know."""


class Kind(StrEnum):
    """What can be asked for."""

    OPEN_BADGE = "open-badge-3"
    OPEN_BADGE_1_1 = "open-badge-3-vc-1.1"
    VC_2 = "vc-2.0"
    VC_2_JWT = "vc-2.0-jwt"
    CLR_2 = "clr-2.0"

    @property
    def form(self) -> Form:
        return _FORMS.get(self) or Form(self.value)

    @property
    def holds_all_languages(self) -> bool:
        return self.form is Form.VC_2


_FORMS = {Kind.OPEN_BADGE_1_1: Form.OPEN_BADGE_3, Kind.VC_2_JWT: Form.VC_2}


class Attestation(StrEnum):
    """What else can be asked for, made by `attestation`: SD-JWT VC, in our type and in the EU's."""

    OURS = "sd-jwt-vc"
    EU = "sd-jwt-vc-eu"

    @property
    def form(self) -> Form:
        return Form(self.value)


@dataclass(frozen=True, kw_only=True)
class Award:
    """One award, as its sealed EDC says it, and who issues its other forms."""

    credential: Credential
    origin: Origin
    identity: Identity
    bearer: Bearer = IN_THE_CLEAR
    image: str = ""

    @classmethod
    def of(cls, sealed: bytes, *, identity: Identity, bearer: Bearer = IN_THE_CLEAR, image: str = "") -> Award:
        """From sealed bytes whose seal holds. InputError for anything else; whose seal it is, `verify` says.

        Its forms carry the status of the EDC, unless `identity` names another.
        """
        opened = jades.unseal(sealed)
        if faults := jades.check_integrity(opened):
            raise InputError("The seal of this credential does not hold.", code=faults[0].rule)
        document = strictjson.parse(opened.payload, strictjson.LIMITS_WITH_IMAGES)
        if not isinstance(document, dict):
            raise InputError("There is no credential under this seal.", code="credential_malformed")
        credential = decode(document)
        if credential.achievement is None or not credential.achievement.id or not credential.id:
            raise InputError(
                "This is not a European Digital Credential about an achievement.",
                where="/credentialSubject/hasClaim",
                expected="a credential and an achievement, each with its id",
                code="credential_malformed",
            )
        origin = Origin.of(opened.payload, credential=credential.id, award=credential.achievement.id)
        identity = identity if identity.status else replace(identity, status=standing.entries(credential))
        return cls(credential=credential, origin=origin, identity=identity, bearer=bearer, image=image)

    @property
    def languages(self) -> tuple[str, ...]:
        return languages(self.credential)


@dataclass(frozen=True, kw_only=True)
class Made:
    """One form. `content` is what is given away; `sealed` is false where there was no key. `language` may be ""."""

    kind: Kind | Attestation
    language: str
    id: str
    content: bytes
    sealed: bool
    loss: Loss

    @property
    def name(self) -> str:
        """A name for its file, without ending."""
        return ".".join(part for part in (self.kind.value, self.language) if part)

    @property
    def ending(self) -> str:
        if self.content.startswith(b"{"):
            return "json"
        return "sdjwt" if isinstance(self.kind, Attestation) else "jwt"


def make(award: Award, kind: Kind, *, at: datetime, signer: Signer | None = None, language: str = "") -> Made:
    """One form in one language; sealed where a signer is given. InputError as its writer."""
    tongue = language or award.languages[0]
    document = document_of(award, kind, at=at, signer=signer, language=tongue)
    loss = measure_loss(award.credential, kind.form, document)
    write = enveloped if kind is Kind.VC_2_JWT else seal
    content = write(document, signer=signer, identity=award.identity, at=at) if signer else orjson.dumps(document)
    return Made(
        kind=kind,
        language="" if kind.holds_all_languages else tongue,
        id=str(document["id"]),
        content=content,
        sealed=signer is not None,
        loss=loss,
    )


def document_of(award: Award, kind: Kind, *, at: datetime, signer: Signer | None, language: str) -> dict[str, Any]:
    """What is sealed. InputError as its writer."""
    parts: dict[str, Any] = {
        "identity": award.identity,
        "origin": award.origin,
        "language": language,
        "bearer": award.bearer,
        "image": award.image,
    }
    if kind.holds_all_languages:
        document = twin(award.credential, **parts)
        return document if kind is Kind.VC_2 else {**document, "id": form_id(award.origin, kind.value)}
    badge = open_badge(award.credential, **parts)
    if kind is Kind.OPEN_BADGE_1_1:
        return as_1_1(badge, award.identity.status)
    if kind is Kind.CLR_2:
        return _record(award, badge, at=at, signer=signer, language=language)
    return badge


def _record(
    award: Award, badge: Mapping[str, Any], *, at: datetime, signer: Signer | None, language: str
) -> dict[str, Any]:
    """A learner record of one credential; larger ones are made with `clr.learner_record`."""
    issuer = award.credential.issuer
    if signer is None or issuer is None or signer.algorithm not in SUITES:
        raise InputError(
            "A learner record holds sealed credentials, with their proof in them.",
            where="key",
            expected="an Ed25519, P-256 or P-384 key",
            code="proof_missing",
        )
    held = strictjson.parse(seal(badge, signer=signer, identity=award.identity, at=at), strictjson.LIMITS_WITH_IMAGES)
    return learner_record(
        [held],
        identity=award.identity,
        issuer=issuer,
        valid_from=str(badge["validFrom"]),
        name=str(badge["name"]),
        language=language,
        bearer=award.bearer,
    )


@dataclass(frozen=True, slots=True)
class Published:
    """A signer as the key that its DID publishes, without its certificate."""

    signer: Signer

    @property
    def algorithm(self) -> str:
        return self.signer.algorithm

    @property
    def certificate(self) -> bytes:
        return b""

    @property
    def chain(self) -> tuple[bytes, ...]:
        return ()

    def sign(self, data: bytes) -> bytes:
        return self.signer.sign(data)


@dataclass(frozen=True, slots=True)
class _PublishedDigests(Published):
    """The same of a key that takes digests."""

    signer: DigestSigner

    def sign_digest(self, digest: bytes) -> bytes:
        return self.signer.sign_digest(digest)


@dataclass(frozen=True, slots=True)
class _PublishedBatch(_PublishedDigests):
    """The same of a key that takes many at once."""

    signer: BatchSigner

    def sign_digests(self, digests: Sequence[bytes]) -> list[bytes]:
        return self.signer.sign_digests(digests)


def published(signer: Signer) -> Published:
    """A signer without its certificate, which takes digests where that signer does."""
    if isinstance(signer, BatchSigner):
        return _PublishedBatch(signer)
    return _PublishedDigests(signer) if isinstance(signer, DigestSigner) else Published(signer)


def seal(document: Mapping[str, Any], *, signer: Signer, identity: Identity, at: datetime) -> bytes:
    """A form under the key that `identity` names: with a proof in it, as a list; or as vc+jwt (VC 1.1: JWT)."""
    suite = SUITES.get(signer.algorithm, "")
    if not suite:
        return enveloped(document, signer=signer, identity=identity, at=at)
    if signer.algorithm == "EdDSA" and "issuanceDate" in document:
        suite = LEGACY_SUITE
    sealed = data_integrity_seal.add_proof(
        document,
        suite=suite,
        signer=signer,
        method=identity.verification_method,
        at=at,
        library=library(identity.namespace),
    )
    proof = sealed.pop("proof")
    return orjson.dumps(with_proof(sealed, *(proof if isinstance(proof, list) else [proof])))


def enveloped(document: Mapping[str, Any], *, signer: Signer, identity: Identity, at: datetime) -> bytes:
    """A form as vc+jwt (VC 1.1: JWT), under the key that `identity` names."""
    return vc_jose.seal_credential(document, signer=Published(signer), at=at, key_id=identity.verification_method)


def library(namespace: str) -> Library:
    """The bundled contexts, and ours under `namespace`."""
    added = {terms.context_url(namespace): terms.context(namespace)["@context"]} if namespace else {}
    return Library(added)
