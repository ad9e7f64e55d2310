"""SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-26): a European Digital Credential as a wallet's attestation, of two types.

    eu = learning_credential(credential)                   the EU's type, exactly: a mandatory claim that the award
    eu.missing                                             lacks is named, and it is not sealed in that type
    own = micro_credential(credential, namespace=..., award_id=..., digest=...)    all of Annex I
    seal(own, issuer="https://...", signer=..., holder=jwk, at=..., chance=secrets.token_bytes)

Every claim about the person or the achievement is a disclosure of its own, arrays element by element; who issued, of
which category and when stays open. The texts are those of one language: the sealed EDC has them all.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mikra import vocabulary
from mikra.conversion import wallet_type
from mikra.errors import InputError
from mikra.instants import instant
from mikra.model import Credential, Organisation, Person, Text, remarks
from mikra.report import Words, words
from mikra.sealing import certificates, sd_jwt
from mikra.sealing.keys import Signer
from mikra.sealing.sd_jwt import Chance, Path
from mikra.trust.certified_names import certifies, is_loopback
from mikra.validation import workload
from mikra.validation.annex1 import Meter, Stage, measure
from mikra.validation.annex1_parts import Learning, Parts, day, find, gather, notes_of
from mikra.vocabulary.wallet_claims import (
    EU_TYPE,
    LEARNING_CREDENTIAL,
    MICRO_CREDENTIAL,
    NON_QUALIFIED,
    Holds,
    WalletClaim,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A mandatory claim of the type for which the award has nothing."""

    claim: str
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """The claims of one type, in its order, without those that a seal adds. `expires` is the award's own end."""

    vct: str
    table: tuple[WalletClaim, ...]
    claims: Mapping[str, Any]
    concealed: frozenset[Path]
    missing: tuple[Missing, ...]
    expires: datetime | None = None
    type_integrity: str = ""


def learning_credential(credential: Credential, *, language: str = "") -> Projection:
    """The EU's type: no claim more, no value made up. `language` (BCP 47): the credential's first, if none is given."""
    claims = _Source(credential, language).claims(LEARNING_CREDENTIAL)
    return _projection(EU_TYPE, LEARNING_CREDENTIAL, claims, credential)


def micro_credential(
    credential: Credential,
    *,
    namespace: str,
    award_id: str,
    digest: bytes,
    language: str = "",
    loopback: bool = False,
) -> Projection:
    """Our own type, under `namespace` ("https://HOST/ns/"). `digest`: SHA-256 of what the seal of the EDC covers.

    `loopback`: as in `wallet_type.vct`.
    """
    vct = wallet_type.vct(namespace, loopback=loopback)
    source = _Source(credential, language)
    added = {
        "category": NON_QUALIFIED,
        "language": source.language,
        "award_id": award_id,
        "edc_digest": f"sha256-{base64.b64encode(digest).decode()}",
    }
    claims = source.claims(MICRO_CREDENTIAL, added)
    integrity = wallet_type.integrity(wallet_type.metadata(namespace, loopback=loopback))
    return _projection(vct, MICRO_CREDENTIAL, claims, credential, integrity)


def seal(
    projection: Projection,
    *,
    issuer: str,
    signer: Signer,
    holder: Mapping[str, Any] | None,
    at: datetime,
    chance: Chance,
    status: Mapping[str, Any] | None = None,
    key_id: str = "",
    decoys: int = 0,
    loopback: bool = False,
) -> bytes:
    """The attestation, bound to the holder's key (a public JWK) where there is one.

    `iat` is the day alone, so that the copies of one batch do not show that they belong together. `status`: a place in
    a Token Status List, `{"status_list": {"idx", "uri"}}`. Raises InputError where a mandatory claim is missing, or the
    certificate does not stand for the issuer. `loopback`: an issuer on this machine will do, for development.
    """
    refuse_incomplete(projection)
    check_issuer(issuer, signer, at, key_id, loopback=loopback)
    claims = {
        **opening_claims(projection, issuer),
        **projection.claims,
        **closing_claims(projection, holder=holder, at=at, status=status),
    }
    return sd_jwt.issue(
        claims, signer=signer, concealed=projection.concealed, chance=chance, key_id=key_id, decoys=decoys
    )


def opening_claims(projection: Projection, issuer: str) -> dict[str, Any]:
    """What is the same in every attestation of one issuer and type."""
    claims = {"iss": issuer, "vct": projection.vct}
    return {**claims, "vct#integrity": projection.type_integrity} if projection.type_integrity else claims


def closing_claims(
    projection: Projection, *, holder: Mapping[str, Any] | None, at: datetime, status: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What differs each time: when, until when, for whose key, with which place in a status list."""
    claims: dict[str, Any] = {"iat": issued_at(at)}
    if projection.expires is not None:
        claims["exp"] = int(projection.expires.timestamp())
    if holder:
        claims["cnf"] = {"jwk": dict(holder)}
    return {**claims, "status": dict(status)} if status else claims


def issued_at(at: datetime) -> int:
    """`iat`, rounded down to the day in UTC."""
    return int(at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())


def refuse_incomplete(projection: Projection) -> None:
    """InputError that names every mandatory claim for which the award has nothing."""
    if projection.missing:
        raise InputError(
            "The award lacks what this type of attestation must hold.",
            where=", ".join(one.claim for one in projection.missing),
            found=" ".join(one.reason.text() for one in projection.missing),
            fix="Issue it in our own type, or complete the design.",
            code="claim_missing",
        )


def check_issuer(issuer: str, signer: Signer, at: datetime, key_id: str, *, loopback: bool = False) -> None:
    """InputError unless a verifier can find out that this key is the issuer's; NotAllowedError after its time."""
    if not issuer.startswith(("https://", "did:")) and not (loopback and is_loopback(issuer)):
        raise InputError("The issuer has no address.", where="issuer", found=issuer, expected="an https address or DID")
    if not signer.certificate:
        return
    certificates.check_validity(signer.certificate, at)
    if not certifies(signer.certificate, issuer):
        raise InputError(
            "The certificate does not stand for the issuer.",
            where="issuer",
            found=issuer,
            expected="the issuer's address, or its host, among the alternative names of the certificate",
            fix="Use a certificate made for wallets, or seal with a key that the issuer publishes.",
            code="issuer_key_mismatch",
        )


def _projection(
    vct: str, table: tuple[WalletClaim, ...], claims: Mapping[str, Any], credential: Credential, integrity: str = ""
) -> Projection:
    missing = tuple(
        Missing(claim=claim.name, reason=words(f"wallet.missing.{claim.name}"))
        for claim in table
        if claim.mandatory and claim.name not in claims
    )
    concealed = frozenset(claim.path for claim in table if not claim.open and claim.name in claims)
    return Projection(
        vct=vct,
        table=table,
        claims=claims,
        concealed=concealed,
        missing=missing,
        expires=_end(credential),
        type_integrity=integrity,
    )


def _end(credential: Credential) -> datetime | None:
    """The first of the ends that the credential states. Raises InputError for one that names no moment."""
    ends = [instant(text) for text in (credential.valid_until, credential.expiration_date) if text]
    return min(ends, default=None)


class _Source:
    """One credential, taken apart once, in one language."""

    def __init__(self, credential: Credential, language: str) -> None:
        self.credential = credential
        self.parts: Parts = gather(credential)
        self.meter: Meter = measure(credential, stage=Stage.AWARD)
        self.language = language or self.first_language()

    def first_language(self) -> str:
        shown = self.credential.display_parameter
        tag = vocabulary.language_tag(shown.primary_language.id) if shown and shown.primary_language else None
        return tag or next(iter(self.credential.title), "en")

    def claims(self, table: Iterable[WalletClaim], added: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Claim -> value, in the order of the table, without those for which there is nothing."""
        found = dict(added or {})
        for claim in table:
            if claim.name in found:
                continue
            value = self.value(claim)
            if value not in (None, "", []):
                found[claim.name] = value
        return {claim.name: found[claim.name] for claim in table if claim.name in found}

    def value(self, claim: WalletClaim) -> Any:
        own = _VALUES.get(claim.name)
        if own is not None:
            return own(self)
        shown = list(self.meter[f"annex1.{claim.element}"].shown(self.language))
        return shown if claim.holds is Holds.TEXTS else ", ".join(shown)

    def text(self, text: Text) -> str:
        return text.best(self.language).strip()

    @property
    def learner(self) -> Person:
        return self.parts.learner or Person()

    @property
    def learnings(self) -> tuple[Learning, ...]:
        return self.parts.learnings


def _authority(source: _Source) -> str:
    issuer = source.parts.issuer
    return source.text(issuer.name) if issuer else ""


def _country(source: _Source) -> str:
    issuer = source.parts.issuer
    countries = issuer.countries if isinstance(issuer, Organisation) else ()
    return next(filter(None, (vocabulary.country_code(country.id) for country in countries)), "")


def _issued(source: _Source) -> str:
    return day(source.credential.issued or source.credential.issuance_date)


def _expires(source: _Source) -> str:
    """The last day that is within: an end at midnight is the day before."""
    end = _end(source.credential)
    return (end - timedelta(microseconds=1)).date().isoformat() if end else ""


def _awarded(source: _Source) -> str:
    return next((day(one.awarding.awarding_date) for one in source.learnings if one.awarding), "")


def _identification(source: _Source) -> str:
    """The learner's number at the institution, else the national one."""
    learner = source.learner
    given = [one.notation for one in learner.identifier if one.notation]
    return given[0] if given else learner.national_id.notation if learner.national_id else ""


def _description(source: _Source) -> str:
    texts = [spec.description for one in source.learnings for spec in one.specifications]
    own = [one.achievement.description for one in source.learnings]
    return next((source.text(text) for text in (*own, *texts) if text), "")


def _ects(source: _Source) -> int | float | None:
    """Only where there is one number: of several achievements nobody adds up here."""
    listed = [
        credit
        for one in source.learnings
        for credit in (one.achievement.credit_received or (s for spec in one.specifications for s in spec.credit_point))
    ]
    numbers = {points for credit in listed if workload.is_ects(credit) and (points := workload.points(credit))}
    if len(numbers) != 1:
        return None
    (number,) = numbers
    return int(number) if number == int(number) else float(number)


def _eqf(source: _Source) -> int | None:
    """The level of the EQF: as stated, or that of the cycle of the QF-EHEA, which is referenced to it."""
    for one in source.learnings:
        for spec in one.specifications:
            code = getattr(getattr(spec, "eqf_level", None), "code", "")
            if code.isdigit():
                return int(code)
        for remark in find(notes_of(one), remarks.QfEhea):
            level = vocabulary.cycle_level(remark.cycle.value)
            if level is not None:
                return int(level)
    return None


def _languages(source: _Source) -> list[str]:
    found: list[str] = []
    for one in source.learnings:
        found += [concept.id for spec in one.specifications for concept in spec.language]
        found += [c.id for activity in one.activities if activity.specified_by for c in activity.specified_by.language]
    return list(dict.fromkeys(filter(None, map(vocabulary.language_tag, found))))


_VALUES: Mapping[str, Callable[[_Source], Any]] = {
    "issuing_authority": _authority,
    "issuing_country": _country,
    "date_of_issuance": _issued,
    "date_of_expiry": _expires,
    "date_of_award": _awarded,
    "full_name": lambda source: source.text(source.learner.name),
    "family_name": lambda source: source.text(source.learner.family_name),
    "given_name": lambda source: source.text(source.learner.given_name),
    "birthdate": lambda source: day(source.learner.date_of_birth),
    "learner_identification": _identification,
    "achievement_description": _description,
    "ects": _ects,
    "level_of_learning_experience": _eqf,
    "language_of_classes": _languages,
}
"""Claims that Annex I has no element for, or of which a wallet wants one part. All others are the meter's reading."""
