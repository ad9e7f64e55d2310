"""What stands on a certificate: one award in one language, as plain texts in the order in which a person reads."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mikra import messages
from mikra.model import Credential, LearningAchievement, LearningAchievementSpecification, LearningAssessment, remarks
from mikra.rendering import facts
from mikra.rendering.brand import Brand, Tint, tint
from mikra.rendering.facts import Body, Field, Notice, interface_language
from mikra.rendering.mosaic import Tile, mosaic
from mikra.rendering.wording import NO_HYPHEN, best, day, fitting, label

_TITLE, _NAME, _NOTE = 300, 400, 400
"""Characters at most."""

_BODIES = 4
"""Awarding bodies that are written out."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for a digit, and no U."""

_DARK = "#12161f"
"""Ink (`typst/look.typ`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFacts:
    """Who sealed the data, on which day (ISO 8601), and whether the certificate says that the seal is qualified."""

    name: str
    day: str
    states_qualified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerLines:
    """The person: a label, the name as it is written, the day of birth where it is stated."""

    label: str
    name: str
    birth: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateContents:
    """One certificate. Pictures are SVG; `title` and `running` also name the file; "" stands for what is not there.

    `keywords` are of the file: among them the award id and the digest of the sealed payload, which tie it to the EDC.
    """

    language: str
    kind: str
    title: str
    running: str
    code: str
    pages: str
    authors: tuple[str, ...]
    keywords: tuple[str, ...]
    tint: Tint
    watermark: str
    notice: Notice | None
    logo: str
    logo_alt: str
    bodies: tuple[Body, ...]
    bodies_left: str
    issuer: str
    learner: LearnerLines
    summary: tuple[Field, ...]
    heading: str
    outcomes: tuple[str, ...]
    fields: tuple[Field, ...]
    qr: str
    qr_alt: str
    verify: str
    proofs: tuple[str, ...]
    notes: tuple[str, ...]
    attached: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is wanted besides the credential: language, colours, where to check, whether it is a demonstration."""

    language: str
    brand: Brand
    verify_url: str
    demonstration: bool


def short_code(payload: bytes) -> str:
    """ "7QK4-M2XW": the first 40 bits of the payload's SHA-256, for comparing paper and file at a glance."""
    number = int.from_bytes(hashlib.sha256(payload).digest()[:5])
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


def certificate_contents(credential: Credential, payload: bytes, seal: SealFacts, asked: Asked) -> CertificateContents:
    """All of a certificate. `payload` is the sealed content, whose digest gives the short code."""
    language, achievement = asked.language, credential.achievement or LearningAchievement()
    title, code = best(credential.title, language, _TITLE), short_code(payload)
    bodies = facts.awarding_bodies(achievement)
    shown = tuple(facts.body_of(body, language) for body in bodies[:_BODIES])
    demonstration = asked.demonstration or facts.says_demonstration(credential)
    learner = _learner(credential, language)
    address = asked.verify_url.replace("{code}", code)
    return CertificateContents(
        language=interface_language(language),
        kind=facts.say("kind", language),
        title=title,
        running=f"{title} · {learner.name}",
        code=_say("code", language, code=code),
        pages=_say("pages", language, page="{page}", pages="{pages}"),
        authors=tuple(body.name for body in shown),
        keywords=(facts.say("kind", language), code, achievement.id, f"sha256:{hashlib.sha256(payload).hexdigest()}"),
        tint=tint(asked.brand.accent),
        watermark=facts.say("demonstration", language) if demonstration else "",
        notice=facts.notice_of(language) if demonstration else None,
        logo=asked.brand.logo_svg(),
        logo_alt=_say("logo", language, name=shown[0].name if shown else ""),
        bodies=shown,
        bodies_left=facts.left(len(bodies) - _BODIES, language),
        issuer=facts.issued_by(credential, bodies, language),
        learner=learner,
        summary=tuple(_summary(credential, achievement, language)),
        heading=facts.say("outcomes", language),
        outcomes=tuple(facts.outcomes(achievement.specified_by, language)) or (facts.say("not_stated", language),),
        fields=tuple(_fields(credential, achievement, language)),
        qr=qr_code(address),
        qr_alt=_say("qr", language, address=address),
        verify=facts.say("verify", language, address=fitting(address, len(address), gap=NO_HYPHEN)) if address else "",
        proofs=tuple(_proofs(achievement, code, seal, language)),
        notes=(*(facts.say(name, language) for name in ("elements", "no_claim")), _say("judged", language)),
        attached=_say("attached", language),
        tiles=mosaic(credential.title.best("en")),
    )


def _say(key: str, language: str, /, **values: object) -> str:
    return messages.text(f"certificate.{key}", interface_language(language), **values)


def _learner(credential: Credential, language: str) -> LearnerLines:
    learner = credential.learner
    born = day(learner.date_of_birth, language) if learner else ""
    return LearnerLines(
        label=facts.say("awarded_to", language),
        name=best(learner.name, language, _NAME) if learner else facts.say("not_stated", language),
        birth=_say("born", language, day=born) if born else "",
    )


def _summary(credential: Credential, achievement: LearningAchievement, language: str) -> Iterator[Field]:
    """What one looks for first: how much, at which level, how well, when."""
    spec = achievement.specified_by or LearningAchievementSpecification()
    amounts = ", ".join(facts.workload(achievement, spec, language)).split(", ")
    yield facts.field_of("workload", amounts, language)
    if levels := tuple(facts.level(spec, language)):
        yield facts.field_of("level", levels, language)
    if grades := tuple(_grades(achievement, language)):
        yield Field(label=facts.say("grade", language), values=grades)
    awarded = achievement.awarded_by.awarding_date if achievement.awarded_by else ""
    yield facts.field_of("awarded_on", (day(awarded or credential.issued, language),), language)


def _grades(achievement: LearningAchievement, language: str) -> Iterator[str]:
    """Each grade, with its scale under it."""
    for assessment in achievement.proven_by:
        if assessment.grade and (grade := best(assessment.grade.note_literal, language, 60)):
            yield grade
            yield from filter(None, (_scale(assessment, language),))


def _scale(assessment: LearningAssessment, language: str) -> str:
    scheme = assessment.specified_by.grading_scheme if assessment.specified_by else None
    return best(scheme.title, language, 60) if scheme else ""


def _fields(credential: Credential, achievement: LearningAchievement, language: str) -> Iterator[Field]:
    """Annex I, elements 9 to 11 and the optional ones; an optional one that is not stated is left out."""
    spec = achievement.specified_by or LearningAchievementSpecification()
    identity = tuple(facts.identity(achievement, language))
    yield facts.field_of("assessment", facts.assessment(achievement, spec, language), language)
    if identity:
        yield facts.field_of("identity", identity, language)
    yield facts.field_of("participation", facts.participation(achievement, spec, language), language)
    yield facts.field_of("quality", facts.quality(spec, credential, language), language)
    required = spec.entry_requirement
    optional = {
        "field": [label(area, language) for area in spec.thematic_area],
        "prerequisites": [best(required.note_literal, language, _NOTE)] if required else [],
        "stacking": list(_stacking(spec, language)),
        "further": [
            best(one.text, language, _NOTE) for one in remarks.find(spec.additional_note, remarks.FurtherInformation)
        ],
        "valid_until": [day(credential.valid_until or credential.expiration_date, language)],
    }
    for name, values in optional.items():
        if stated := tuple(dict.fromkeys(filter(None, values))):
            yield Field(label=_say(name, language), values=stated)


def _stacking(spec: LearningAchievementSpecification, language: str) -> Iterator[str]:
    for one in remarks.find(spec.additional_note, remarks.Stacking):
        yield facts.sentence(facts.value(one.option, language))
        yield best(one.towards, language, _NOTE)
        yield best(one.rules, language, _NOTE)


def _proofs(achievement: LearningAchievement, code: str, seal: SealFacts, language: str) -> Iterator[str]:
    """Code and award, who sealed, and what is known of the seal: its level in our words, never more than it says."""
    award = achievement.id
    yield " · ".join(
        filter(None, (_say("code", language, code=code), _say("award", language, award=award) if award else ""))
    )
    level = "qualified" if seal.states_qualified else "not_determined"
    sealed = _say("sealed", language, name=fitting(seal.name, 120), day=day(seal.day, language))
    yield f"{sealed}\u00a0· {messages.text(f'verify.level.{level}', interface_language(language)).rstrip('.')}"


def qr_code(address: str) -> str:
    """The address as a QR code (ISO/IEC 18004), level M, drawn in lines; "" for none."""
    if not address:
        return ""
    import segno

    drawn: Any = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=0, xmldecl=False, dark=_DARK, nl=False, omitsize=True
    )
    return str(drawn.getvalue().decode())
