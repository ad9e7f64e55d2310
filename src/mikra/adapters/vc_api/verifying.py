"""POST /credentials/verify and /presentations/verify of the VC API: 200 for verified, nothing else.

Who the issuer is, the caller did not say: every issuer is taken as itself, as if named. What then stays open fails.
What the caller does say in `options`, of purpose, challenge and domain, every proof must say too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from mikra import base64url, strictjson
from mikra.adapters.vc_api.explained import unexplained
from mikra.adapters.vc_api.issuers import CONTEXTS
from mikra.errors import InputError
from mikra.formats import enveloped
from mikra.report import Report, Verdict
from mikra.sealing.data_integrity import ASSERTION, AUTHENTICATION
from mikra.trust.loader import Loader
from mikra.validation.vc_model import check_model, faults
from mikra.verification import Policy
from mikra.verification import verify as verify_bytes
from mikra.verification.issuer import issuer_id
from mikra.verification.question import NO_SESSION, Session

_BASE_PROOF = "u2V0A"
"""The bytes d9 5d 00 in base64url, with which a base proof of ecdsa-sd-2023 begins (vc-di-ecdsa 1.0, 3.4.2)."""

CREDENTIAL, PRESENTATION = "VerifiableCredential", "VerifiablePresentation"

_DEEPEST = 4
"""Envelopes in presentations in envelopes that are looked into for names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether all of it is verified; if not, the codes and what they say."""

    problems: tuple[tuple[str, str], ...] = ()

    @property
    def verified(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked, when, and of whom else. `purpose` is that of `options.expectedProofPurpose`, or ""."""

    at: datetime
    loader: Loader
    proof_only: bool = False
    session: Session = NO_SESSION
    purpose: str = ""


def verify_credential(credential: Mapping[str, Any], asked: Asked) -> Answer:
    """One credential, sealed inside or in an envelope. What only its holder may have (a base proof) is refused."""
    if any(str(proof.get("proofValue", "")).startswith(_BASE_PROOF) for proof in _proofs(credential)):
        return Answer(problems=(("proof_not_supported", "This is the holder's own form, not one to show."),))
    problems = [*_unasked(credential, asked), *_malformed(credential, CREDENTIAL), *unexplained(credential)]
    problems += [_problem(report) for report in _reports(credential, asked, NO_SESSION) if not _holds(report)]
    return Answer(problems=tuple(problems))


def _malformed(document: Mapping[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    """What breaks the data model, and whether this is of the kind that was asked for, itself or in its envelope."""
    if f"Enveloped{kind}" in _listed(document.get("type")):
        return  # what is inside is held against the model where it is opened
    if kind not in _listed(document.get("type")):
        yield "credential_malformed", f"The document is no {kind}."
    for fault in faults(check_model(document)):
        yield "credential_malformed", f"{fault.what.text()} {fault.where}"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _proofs(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in _listed(document.get("proof")) if isinstance(one, Mapping)]


def _unasked(document: Mapping[str, Any], asked: Asked) -> Iterator[tuple[str, str]]:
    """VC Data Integrity 1.0, 4.4: what `options` expects, each proof says. A seal around it is one to assert."""
    for proof in _proofs(document) or [{"proofPurpose": ASSERTION}]:
        if asked.purpose and proof.get("proofPurpose") != asked.purpose:
            yield "key_purpose_mismatch", "The proof was made for another purpose than was asked for."
        if asked.session.nonce and proof.get("challenge") != asked.session.nonce:
            yield "nonce_mismatch", "The proof answers another challenge."
        if asked.session.audience and asked.session.audience not in _listed(proof.get("domain")):
            yield "audience_mismatch", "The proof was made for another domain."


def verify_presentation(presentation: Mapping[str, Any], asked: Asked) -> Answer:
    """A sealed presentation with all in it. A credential without a seal counts only as the holder's own word."""
    if not presentation.get("proof") and not enveloped.is_enveloped(presentation):
        return Answer(problems=(("proof_missing", "The presentation is not sealed."),))
    problems = [*_malformed(presentation, PRESENTATION), *unexplained(presentation)]
    for one in _listed(presentation.get("verifiableCredential", [])):
        problems += _malformed(one, CREDENTIAL) if isinstance(one, Mapping) else ()
    if asked.purpose not in ("", AUTHENTICATION):
        problems.append(("key_purpose_mismatch", "Whoever presents proves to be the holder, and nothing else."))
    own = _own_word(presentation)
    for report in _reports(presentation, asked, asked.session):
        place = report.file.partition("#")[2]
        if not _holds(report) and not (report.code == "proof_missing" and place in own):
            problems.append(_problem(report))
    return Answer(problems=tuple(problems))


def _reports(document: Mapping[str, Any], asked: Asked, session: Session) -> tuple[Report, ...]:
    policy = Policy(
        trusted_issuers=frozenset(_parties(document, 0)),
        contexts=CONTEXTS,
        inline_contexts=True,
        proof_only=asked.proof_only,
    )
    return verify_bytes(orjson.dumps(document), at=asked.at, policy=policy, loader=asked.loader, session=session)


def _holds(report: Report) -> bool:
    return report.verdict is Verdict.TOTAL_PASSED


def _problem(report: Report) -> tuple[str, str]:
    failed = [check for check in report.checks if check.code == report.code]
    reason = failed[0].reason.text() if failed else report.sentence.text()
    return report.code, reason


def _own_word(presentation: Mapping[str, Any]) -> frozenset[str]:
    """Places of credentials without a seal of their own that the holder issued (VC Data Model 2.0, 4.13.4)."""
    holder = issuer_id({"issuer": presentation.get("holder", "")})
    found = set()
    for number, one in enumerate(_listed(presentation.get("verifiableCredential", []))):
        if isinstance(one, Mapping) and holder and issuer_id(one) == holder and not faults(check_model(one)):
            found.add(f"/verifiableCredential/{number}")
    return frozenset(found)


def _parties(value: Any, depth: int) -> Iterator[str]:
    """Every issuer, holder and controller of a key that is named anywhere, in envelopes too."""
    if isinstance(value, list):
        for one in value:
            yield from _parties(one, depth)
    elif isinstance(value, Mapping):
        for name in ("issuer", "holder", "iss"):
            if name in value:
                yield issuer_id({"issuer": value[name]})
        for name in ("verificationMethod", "kid"):
            yield str(value.get(name, "")).partition("#")[0]
        for name in ("verifiableCredential", "vc", "vp", "proof", "id"):
            yield from _parties(value.get(name), depth)
    elif isinstance(value, str) and value.startswith("data:") and depth < _DEEPEST:
        for part in _parts(value.partition(",")[2]):
            yield from _parties(part, depth + 1)


def _parts(token: str) -> tuple[Any, ...]:
    """Header and payload of a sealed text."""
    parts = token.partition("~")[0].split(".")
    try:
        return tuple(strictjson.parse(base64url.decode(part)) for part in parts[:2]) if len(parts) == 3 else ()
    except InputError:
        return ()
