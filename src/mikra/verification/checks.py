"""The numbered list: one function per check, in the order in which they are made and shown.

     1  format           it can be read, and is what
     2  seal.integrity   nothing was changed since it was sealed           ETSI TS 119 182-1; RFC 7515, 5.2
     3  seal.certificate who sealed, valid then, and who vouches for it    RFC 5280, 6; ETSI EN 319 102-1, 5.2
     4  seal.timestamp   independent proof of the time of sealing          RFC 3161; ETSI TS 119 182-1, 5.3.4
     5  dates            it counts at the moment asked for                 VC Data Model 1.1, 4.6 and 4.9
     6  status           not withdrawn, not suspended                      W3C Bitstring Status List 1.0, 3.2
     7  issuer           the sealer is the issuer that it names            ETSI EN 319 412-1, 5.1.4
     8  holder           about whom it is, and how that is known           Recommendation, Annex II, 7
     9  profile          it keeps the European application profile         ELM application profile EDC
    10  annex1           it states the standard elements                   Recommendation, Annex I
    11  principles       it fits the principles, as far as it shows        Recommendation, Annex II

Checks 9 to 11 are of content: shown beside the verdict, never part of it unless the policy asks. They bear no code:
one that decides and fails is `credential_malformed` (`report.decide`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from mikra.codes import CODES, Effect
from mikra.messages.spoken import Moment, Said, Sentences, Speaks, harmless
from mikra.report import Check, Finding, Severity, Status, Words, words
from mikra.sealing.jades import CLAUSES
from mikra.trust.certified_names import certifies
from mikra.verification import (
    certified_issuer,
    dates,
    holder,
    issuer,
    listed,
    mandates,
    presenter,
    published_keys,
    registered,
    seals,
    status,
    withdrawal_words,
)
from mikra.verification.case import Case
from mikra.verification.form import bounded, check_format
from mikra.verification.issuer import Match
from mikra.verification.proofs import Proof
from mikra.verification.seals import VALIDITY_CODES, Judged, Trust, Validity

SEAL_CLAUSE = "ETSI TS 119 182-1; RFC 7515, 5.2"
CERTIFICATE_CLAUSE = "RFC 5280, 6; ETSI EN 319 102-1, 5.2"
TIMESTAMP_CLAUSE = "RFC 3161; ETSI TS 119 182-1, 5.3.4"
ISSUER_CLAUSE = "ETSI EN 319 412-1, 5.1.4"
PROFILE_CLAUSE = "European Learning Model, application profile EDC"
ANNEX1_CLAUSE = "Recommendation of 16 June 2022, Annex I"
PRINCIPLES_CLAUSE = "Recommendation of 16 June 2022, Annex II"


def check_integrity(case: Case) -> Check:
    """2. Nothing was changed since it was sealed. Cases are made only of whole seals; broken ones end before."""
    if not case.seals:
        reason = words("verify.integrity.no_seal")
        return Check(id="seal.integrity", status=Status.NOT_CHECKED, reason=reason, code="proof_missing")
    allowed = case.question.policy.algorithms
    refused = [j.seal for j in case.seals if allowed and j.seal.algorithm not in allowed]
    if refused:
        reason = words("verify.integrity.method", method=refused[0].algorithm)
        where = refused[0].where
        code = "jws_alg_not_allowed"
        return Check(id="seal.integrity", status=Status.FAILED, reason=reason, code=code, where=where)
    key = "verify.integrity.whole" if len(case.seals) == 1 else "verify.integrity.all_whole"
    reason = words(key, count=len(case.seals)) if len(case.seals) > 1 else words(key)
    return Check(id="seal.integrity", status=Status.PASSED, reason=reason, clause=SEAL_CLAUSE)


def broken_integrity(findings: Sequence[Finding]) -> Check:
    """2. The same check where a seal is not whole, or cannot be checked. The worst finding speaks."""
    rank = {Effect.FAILED: 0, Effect.INDETERMINATE: 1}
    worst = min(findings, key=lambda finding: rank.get(CODES[finding.rule][1], 2))
    failed = CODES[worst.rule][1] is Effect.FAILED
    return Check(
        id="seal.integrity",
        status=Status.FAILED if failed else Status.NOT_CHECKED,
        reason=worst.what,
        code=worst.rule,
        clause=CLAUSES.get(worst.rule, SEAL_CLAUSE),
        where=worst.where,
        findings=tuple(findings) if len(findings) > 1 else (),
    )


def check_certificate(case: Case) -> Check:
    """3. Who sealed, whether the certificate was valid then, and who vouches for it."""
    own = case.leading
    if own is None:
        return _no_seal("seal.certificate")
    if own.controller:
        return published_keys.check_key(own)
    code = _certificate_code(own)
    status_of = {Effect.FAILED: Status.FAILED, Effect.INDETERMINATE: Status.NOT_CHECKED}
    return Check(
        id="seal.certificate",
        status=status_of[CODES[code][1]] if code else Status.PASSED,
        reason=Sentences((_trust(own), _validity(own), *withdrawal_words.reasons(own), *listed.sentences(own.listed))),
        code=code,
        clause=CERTIFICATE_CLAUSE,
        where=own.seal.where,
        findings=(*_facts(own, case), *(_other_seal(j) for j in case.seals if j is not own)),
    )


def _certificate_code(own: Judged) -> str:
    """What is false before what is unknown; who sealed before when."""
    by_time = VALIDITY_CODES[own.validity]
    for code in (own.code, by_time):
        if code and CODES[code][1] is Effect.FAILED:
            return code
    return "seal_not_trusted" if own.trust is Trust.NONE else by_time or own.code


def _owner_name(own: Judged) -> Speaks:
    name = own.owner.name
    return Said({"": name}) if name else words("verify.seal.nameless")


def _trust(own: Judged) -> Words:
    if own.trust is Trust.ANCHORED:
        return words("verify.seal.anchored", name=_owner_name(own), authority=harmless(own.authority))
    return words(f"verify.seal.{'named' if own.trust is Trust.NAMED else 'untrusted'}", name=_owner_name(own))


def _validity(own: Judged) -> Words:
    certificate = own.certificate
    if certificate is None:
        return words("verify.seal.unreadable")
    start, end = Moment(certificate.valid_from), Moment(certificate.valid_to)
    if own.validity is Validity.ATTESTED and own.proof is not None and own.proof.lapsed:
        return words("revocation.time.lapsed")
    return words(f"verify.time.{own.validity.value}", start=start, end=end)


def _facts(own: Judged, case: Case) -> tuple[Finding, ...]:
    """Its level: as the lists say, else as the certificate says of itself; what was not asked; its fingerprint."""
    certificate = own.certificate
    if certificate is None:
        return ()
    level = "qualified" if certificate.qualified.states_seal else "not_determined"
    own_word = Finding(rule="seal.level", severity=Severity.INFORMATION, what=words(f"verify.level.{level}"))
    said = listed.findings(own.listed, case.question.policy) if own.listed is not None else (own_word,)
    facts = [
        *withdrawal_words.facts(own),
        ("seal.holder", words("verify.seal.holder"), harmless(certificate.subject)),
        ("seal.issuer", words("verify.seal.issuer"), harmless(certificate.issuer)),
        ("seal.fingerprint", words("verify.seal.fingerprint"), certificate.fingerprint),
    ]
    return (*said, *(Finding(rule=r, severity=Severity.INFORMATION, what=w, found=f) for r, w, f in facts))


def _other_seal(other: Judged) -> Finding:
    what = words("verify.seal.other", name=_owner_name(other))
    return Finding(rule="seal.other", severity=Severity.INFORMATION, what=what, where=other.seal.where)


def check_timestamp(case: Case) -> Check:
    """4. Independent proof of the time of sealing: each token's imprint and signature, and who made it."""
    own = case.leading
    if own is None:
        return _no_seal("seal.timestamp")
    proofs = [proof for judged in case.seals for proof in judged.proofs]
    make = partial(
        Check,
        id="seal.timestamp",
        clause=TIMESTAMP_CLAUSE,
        findings=bounded([*map(_token, proofs), *listed.times(proof.listed for proof in proofs)]),
    )
    tampered = next((proof for proof in proofs if proof.tampered), None)
    if tampered is not None:
        return make(
            status=Status.FAILED, reason=words(tampered.result.message), code="signature_invalid", where=tampered.where
        )
    if own.proof is not None and own.proof.shows is not None:
        moment, authority = Moment(own.proof.shows), harmless(own.proof.authority)
        key = "verify.proof.proven" if own.proof.trusted else "verify.proof.attested"
        key = f"revocation.proof.{own.proof.lapsed}" if own.proof.lapsed else key
        return make(status=Status.PASSED, reason=words(key, moment=moment, authority=authority))
    claimed = own.seal.claimed_at
    reason = words("verify.proof.claimed", moment=Moment(claimed)) if claimed else words("verify.proof.none")
    return make(status=Status.NOT_APPLICABLE, reason=reason)


def _token(proof: Proof) -> Finding:
    """One token: what it covers, what it says, and the first thing wrong with it."""
    good = proof.result.fault is None
    what = words("verify.proof.fits") if good else words(proof.result.message)
    if proof.lapsed:
        what = words(f"revocation.token.{proof.lapsed}")
    return Finding(
        rule=f"seal.timestamp.{proof.kind}",
        severity=Severity.INFORMATION if good and not proof.lapsed else Severity.WARNING,
        what=what,
        where=proof.where,
        found=proof.result.time.isoformat() if proof.result.time else "",
    )


def check_dates(case: Case) -> Check:
    """5. It counts at the moment asked for."""
    return dates.check(case.document, case.question.at, case.question.policy.clock_skew)


def check_status(case: Case) -> Check:
    """6. Not withdrawn, not suspended: as the issuer's own list says, if it offers one."""
    own, question = case.leading, case.question
    if own is None:
        return _no_seal("status")
    judge = partial(seals.judge_list, own=own, at=question.at, policy=question.policy)
    tokens = partial(judge, token=True)
    asking = status.Asking(
        at=question.at, loader=question.loader, policy=question.policy, judge=judge, judge_token=tokens
    )
    return case.own_status or status.check(case.document, asking)


def check_issuer(case: Case) -> Check:
    """7. The sealer is the issuer that the credential names: what it says, and what confirms it."""
    check = _check_issuer(case)
    return replace(check, findings=bounded((*check.findings, *registered.findings(case))))


def _check_issuer(case: Case) -> Check:
    own = case.leading
    if own is None:
        return _no_seal("issuer")
    if own.controller:
        return published_keys.check_issuer(case, own)
    if "iss" in case.document:
        return certified_issuer.check(case.document["iss"], own, case.question.policy)
    said = issuer.issuer_id(case.document)
    if not case.is_edc and certifies(own.seal.certificate or b"", said):
        return certified_issuer.check(said, own, case.question.policy, where="/issuer")
    key, found, code = _issuer_outcome(case, own)
    reason = words(f"verify.issuer.{key}", said=_says(case), owner=_owner_name(own), authority=harmless(own.authority))
    acting = mandates.sentence(case.credential) if case.credential is not None else None
    return Check(
        id="issuer",
        status=found,
        reason=Sentences((reason, acting)) if acting else reason,
        code=code,
        clause=ISSUER_CLAUSE,
        where="/issuer",
        findings=(*_two_lines(case, own), *(mandates.findings(case.credential) if case.credential else ())),
    )


def _issuer_outcome(case: Case, own: Judged) -> tuple[str, Status, str]:
    """(key of the reason, status, code)."""
    match = issuer.compare(case.issuer, own.owner)
    if match is Match.OTHER:
        if case.credential is not None and issuer.by_mandate(case.credential):
            return "mandate", Status.NOT_CHECKED, "seal_not_trusted"
        return "other", Status.FAILED, "issuer_key_mismatch"
    if own.trust is Trust.NONE:
        key = "same_unconfirmed" if match is Match.SAME else "unconfirmed"
        return key, Status.NOT_CHECKED, "seal_not_trusted"
    if case.credential is not None and mandates.missing(case.credential):
        return "unconfirmed", Status.NOT_CHECKED, "seal_not_trusted"
    if match is Match.SAME:
        return "confirmed", Status.PASSED, ""
    if own.trust is Trust.NAMED:
        return "named", Status.PASSED, ""
    if case.issuer is not None and issuer.same_name(case.issuer.name.values(), own.owner):
        return "by_name", Status.PASSED, ""
    return "unknown", Status.NOT_CHECKED, "seal_not_trusted"


def _says(case: Case) -> Speaks:
    if case.issuer is not None:
        return Said(case.issuer.name) if case.issuer.name else Said({"": case.issuer.id})
    named = case.document.get("issuer")
    name = named.get("id", "") if isinstance(named, dict) else named
    return Said({"": name}) if isinstance(name, str) and name else words("verify.issuer.nobody")


def _two_lines(case: Case, own: Judged) -> tuple[Finding, ...]:
    """What the credential says, and what the certificate says: never mixed."""
    says = words("verify.issuer.line_says", name=_says(case))
    confirms = words("verify.issuer.line_certificate", name=_owner_name(own))
    owner = own.owner
    return (
        Finding(rule="issuer.says", severity=Severity.INFORMATION, what=says, where="/issuer"),
        Finding(
            rule="issuer.certificate",
            severity=Severity.INFORMATION,
            what=confirms,
            found=harmless(" ".join(part for part in (owner.identifier, owner.country) if part)),
        ),
    )


def check_holder(case: Case) -> Check:
    """8. About whom it is, and how that is known; where the holder proved something, what."""
    if case.proof_of_holder is not None:
        return case.proof_of_holder
    if case.presenter:
        return presenter.check(case.document, case.presenter, case.question.session)
    if case.question.session.asks:
        return presenter.missing()
    return holder.check(case.document, case.credential or case.badge)


def check_profile(case: Case) -> Check:
    """9. It keeps the European application profile of the version that it is written for."""
    result = case.profile
    if not result.applicable:
        reason = words("verify.profile.not_applicable")
        return Check(id="profile", status=Status.NOT_APPLICABLE, reason=reason, clause=PROFILE_CLAUSE)
    clause = f"{PROFILE_CLAUSE} {result.version.value}"
    findings = bounded((*result.profile, *result.reader))
    version = result.version.value
    if result.conforms:
        key = "conforms_reader" if result.reader else "conforms"
        reason = words(f"verify.profile.{key}", version=version)
        return Check(id="profile", status=Status.PASSED, reason=reason, clause=clause, findings=findings)
    reason = words("verify.profile.fails", version=version, count=len(result.profile))
    return Check(id="profile", status=Status.FAILED, reason=reason, clause=clause, findings=findings)


def check_annex1(case: Case) -> Check:
    """10. It states the standard elements of Annex I."""
    meter = case.meter
    if meter is None:
        reason = words("verify.annex1.not_applicable")
        return Check(id="annex1", status=Status.NOT_APPLICABLE, reason=reason, clause=ANNEX1_CLAUSE)
    return Check(
        id="annex1",
        status=Status.PASSED if meter.complete else Status.FAILED,
        reason=meter.sentence,
        clause=ANNEX1_CLAUSE,
        findings=bounded(meter.findings),
    )


def check_principles_and_sanity(case: Case) -> Check:
    """11. It fits the principles of Annex II, and makes sense, as far as a credential shows it."""
    if case.credential is None or case.parts is None:
        reason = words("verify.principles.not_applicable")
        return Check(id="principles", status=Status.NOT_APPLICABLE, reason=reason, clause=PRINCIPLES_CLAUSE)
    findings = case.remarks
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    asked = [finding for finding in findings if finding.severity is not Severity.INFORMATION]
    return Check(
        id="principles",
        status=Status.FAILED if failed else Status.PASSED,
        reason=words("verify.principles.remarks", count=len(asked)) if asked else words("verify.principles.none"),
        clause=PRINCIPLES_CLAUSE,
        findings=bounded(findings),
    )


def _no_seal(check_id: str) -> Check:
    return Check(id=check_id, status=Status.NOT_CHECKED, reason=words("verify.not_made.unsealed"))


OF_CONTENT = frozenset({check_profile, check_annex1, check_principles_and_sanity})
"""Those that ask nothing but what the credential says, and the policy."""

CHECKS: tuple[Callable[[Case], Check], ...] = (
    check_format,
    check_integrity,
    check_certificate,
    check_timestamp,
    check_dates,
    check_status,
    check_issuer,
    check_holder,
    check_profile,
    check_annex1,
    check_principles_and_sanity,
)
"""All checks of a credential that could be opened, numbered from 1."""
