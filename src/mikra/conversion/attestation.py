"""SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-26, 2.2 and 2.5): one award as an attestation in a file, in either type.

    make(award, Attestation.EU, at=now, chance=secrets.token_bytes, signer=signer, holder=jwk)

Who issues: what the certificate of the key is made for (a web address or DID among its alternative names), and then the
certificate goes along; else the DID of the key, which `kid` names. Bound to a holder's key only where one is given.
Its status is that of the award, in the list token. A hidden learner: the disclosures about the person are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from mikra import strictjson
from mikra.conversion import sd_jwt_vc, standing
from mikra.conversion.forms import Attestation, Award, Made, Published
from mikra.conversion.identity import of_key
from mikra.conversion.loss import measure_loss
from mikra.conversion.open_badges import form_id
from mikra.conversion.sd_jwt_vc import Projection
from mikra.errors import InputError
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from mikra.sealing.keys import Signer
from mikra.sealing.sd_jwt import Chance
from mikra.trust.certificates import load
from mikra.trust.certified_names import first_name
from mikra.vocabulary.wallet_claims import MICRO_CREDENTIAL

OF_THE_LEARNER = frozenset(claim.name for claim in MICRO_CREDENTIAL if claim.element == "1")
"""Claims about the person. Where the learner is hidden, the file has their digests and not what they are digests of."""


def make(
    award: Award,
    kind: Attestation,
    *,
    at: datetime,
    chance: Chance,
    signer: Signer | None = None,
    holder: Mapping[str, Any] | None = None,
    language: str = "",
) -> Made:
    """One attestation in one language; its claims alone where no signer is given.

    Raises InputError, where the award lacks a mandatory claim of the type too, and as `sd_jwt_vc.seal`.
    """
    tongue = language or award.languages[0]
    projected = project(award, kind, tongue)
    sd_jwt_vc.refuse_incomplete(projected)
    _refuse_hidden(award, kind)
    claims = projected.claims
    if award.bearer.salt:
        claims = {name: value for name, value in claims.items() if name not in OF_THE_LEARNER}
    if signer:
        content = _sealed(award, projected, signer=signer, holder=holder, at=at, chance=chance)
        if award.bearer.salt:
            content = sd_jwt.present(content, lambda place: place[0] not in OF_THE_LEARNER)
    else:
        content = orjson.dumps({"vct": projected.vct, **claims})
    return Made(
        kind=kind,
        language=tongue,
        id=form_id(award.origin, f"{kind.value} {tongue}"),
        content=content,
        sealed=signer is not None,
        loss=measure_loss(award.credential, kind.form, {**claims, "language": tongue}),
    )


def hides(kind: Attestation) -> bool:
    """Whether the learner can be hidden in this type: the EU's is about a person whom whoever reads it must know."""
    return kind is Attestation.OURS


def _refuse_hidden(award: Award, kind: Attestation) -> None:
    if award.bearer.salt and not hides(kind):
        raise InputError(
            "The EU's type must hold the learner's name and number.",
            where="bearer",
            expected=Attestation.OURS.value,
            fix="Make it in our own type, which can hide the learner. Or leave it: the holder chooses what to show.",
        )


def project(award: Award, kind: Attestation, language: str) -> Projection:
    """The claims, with what is missing named. InputError without an address for our own type."""
    if kind is Attestation.EU:
        return sd_jwt_vc.learning_credential(award.credential, language=language)
    return sd_jwt_vc.micro_credential(
        award.credential,
        namespace=award.identity.namespace,
        award_id=award.origin.award,
        digest=award.origin.digest,
        language=language,
    )


def read_holder(data: bytes, where: str) -> dict[str, str]:
    """The public key of a wallet (RFC 7517), its own members alone. InputError, for a private key too."""
    found = strictjson.parse(data)
    if isinstance(found, dict) and jwk.has_private_part(found):
        raise InputError(
            "This is a private key.",
            where=where,
            expected="the public key of the holder",
            fix="Ask the holder for the public key. Whoever has this file can act as the holder.",
            code="key_compromised",
        )
    return jwk.write(jwk.read(found, where))


def _sealed(
    award: Award,
    projected: Projection,
    *,
    signer: Signer,
    holder: Mapping[str, Any] | None,
    at: datetime,
    chance: Chance,
) -> bytes:
    issuer, key_id, by = _named(award, signer)
    return sd_jwt_vc.seal(
        projected,
        issuer=issuer,
        signer=by,
        holder=holder,
        at=at,
        chance=chance,
        status=standing.token_claim(award.credential),
        key_id=key_id,
    )


def _named(award: Award, signer: Signer) -> tuple[str, str, Signer]:
    """Issuer, id of the key, and the signer with or without its certificate. A DID that was given goes first."""
    identity = award.identity
    certificate = load(signer.certificate)
    made = certificate and of_key(certificate.public_key(), namespace=identity.namespace)
    given = not made or identity.verification_method != made.verification_method
    name = "" if given else first_name(signer.certificate)
    return (name, "", signer) if name else (identity.issuer, identity.verification_method, Published(signer))
