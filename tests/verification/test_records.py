"""Learner records (CLR 2.0): the record is judged, and each credential in it by its own seal."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from mikra import strictjson
from mikra.conversion import clr
from mikra.conversion.forms import enveloped, seal
from mikra.messages import LANGUAGES
from mikra.report import Report, Status, Verdict, worst
from mikra.sealing import vc_jose
from mikra.sealing.keys import bare_signer
from mikra.verification import Policy, verify
from mikra.verification.question import Session
from tests.conversion import made

AT = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
SIGNER = bare_signer(made.KEY)


def sealed(document: dict[str, Any]) -> dict[str, Any]:
    found = strictjson.parse(
        seal(document, signer=SIGNER, identity=made.IDENTITY, at=AT), strictjson.LIMITS_WITH_IMAGES
    )
    assert isinstance(found, dict)
    return found


def badge(name: str = made.EXAMPLES[0]) -> dict[str, Any]:
    return sealed(made.badge(made.award(name), identity=made.Identity(issuer=made.IDENTITY.issuer)))


def altered() -> dict[str, Any]:
    one = badge()
    one["credentialSubject"]["achievement"]["name"] = "Another course"
    return one


def record(*held: dict[str, Any] | str) -> dict[str, Any]:
    issuer = made.award().issuer
    assert issuer is not None
    return clr.learner_record(
        held, identity=made.IDENTITY, issuer=issuer, valid_from="2026-11-25T00:00:00Z", name="Record"
    )


def around(inner: dict[str, Any]) -> dict[str, Any]:
    """A sealed record of that one alone, whatever it is."""
    return sealed({**record(badge()), "credentialSubject": {"type": ["ClrSubject"], "verifiableCredential": [inner]}})


def judged(document: dict[str, Any] | bytes) -> tuple[Report, ...]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    policy = Policy(trusted_issuers=frozenset({made.IDENTITY.issuer}))
    return verify(data, at=AT, policy=policy, name="record.json")


def verdicts(document: dict[str, Any] | bytes) -> list[Verdict]:
    return [report.verdict for report in judged(document)]


def test_the_record_and_each_credential_in_it_have_a_report() -> None:
    reports = judged(sealed(record(badge(), badge(made.EXAMPLES[1]))))
    assert [report.verdict for report in reports] == [Verdict.TOTAL_PASSED] * 3
    assert [report.file for report in reports] == [
        "record.json",
        "record.json#/credentialSubject/verifiableCredential/0",
        "record.json#/credentialSubject/verifiableCredential/1",
    ]


@pytest.mark.parametrize("write", [seal, enveloped])
def test_an_altered_credential_is_found_under_the_whole_seal_of_a_record(write: Any) -> None:
    data = write(record(badge(), altered()), signer=SIGNER, identity=made.IDENTITY, at=AT)
    found = judged(data)
    assert [one.verdict for one in found] == [Verdict.TOTAL_PASSED, Verdict.TOTAL_PASSED, Verdict.TOTAL_FAILED]
    assert found[2].code == "signature_invalid"
    assert found[2].credential is None
    assert worst(one.verdict for one in found) is Verdict.TOTAL_FAILED


def test_a_credential_of_somebody_else_is_not_vouched_for_by_the_record() -> None:
    bare = {name: value for name, value in badge().items() if name != "proof"}
    document = record(badge())
    document["credentialSubject"]["verifiableCredential"].append(bare)
    assert verdicts(sealed(document)) == [Verdict.TOTAL_PASSED, Verdict.TOTAL_PASSED, Verdict.INDETERMINATE]


def test_whoever_presents_a_record_presents_what_is_in_it() -> None:
    learner = made.IDENTITY.issuer
    about = {"issuer": learner, "credentialSubject": {"id": learner}, "@context": [vc_jose.BASE_CONTEXT]}
    inner = enveloped({"type": ["VerifiableCredential"], **about}, signer=SIGNER, identity=made.IDENTITY, at=AT)
    held = {"id": learner, "verifiableCredential": [inner.decode()]}
    outer = {"type": ["VerifiableCredential"], **about, "credentialSubject": held}
    shown = {
        "@context": [vc_jose.BASE_CONTEXT],
        "type": ["VerifiablePresentation"],
        "holder": learner,
        "verifiableCredential": [
            {
                "@context": vc_jose.BASE_CONTEXT,
                "type": "EnvelopedVerifiableCredential",
                "id": "data:application/vc+jwt,"
                + enveloped(outer, signer=SIGNER, identity=made.IDENTITY, at=AT).decode(),
            }
        ],
    }
    key_id = made.IDENTITY.verification_method
    data = vc_jose.seal_presentation(shown, signer=SIGNER, at=AT, key_id=key_id, nonce="n-1", audience="us")
    policy = Policy(trusted_issuers=frozenset({learner}))
    reports = verify(data, at=AT, policy=policy, session=Session(nonce="n-1", audience="us"))
    assert [report.check("holder").status for report in reports] == [Status.PASSED, Status.PASSED]


def test_an_altered_record_tells_nothing_of_what_is_in_it() -> None:
    document = sealed(record(badge()))
    document["name"] = "Another record"
    assert verdicts(document) == [Verdict.TOTAL_FAILED]


def test_records_in_a_list_of_subjects_and_in_records_are_followed_and_not_for_ever() -> None:
    document = record(badge())
    document["credentialSubject"] = [document["credentialSubject"]]
    assert verdicts(sealed(document))[1:] == [Verdict.TOTAL_PASSED]
    nested: dict[str, Any] = altered()
    for _ in range(3):
        nested = sealed(
            {**record(badge()), "credentialSubject": {"type": ["ClrSubject"], "verifiableCredential": [nested]}}
        )
    assert verdicts(nested)[-1] is Verdict.TOTAL_FAILED
    deep = badge()
    for _ in range(5):
        deep = sealed(
            {**record(badge()), "credentialSubject": {"type": ["ClrSubject"], "verifiableCredential": [deep]}}
        )
    assert judged(deep)[-1].code == "json_too_deep"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_record_without_a_seal_is_not_genuine_for_what_is_in_it(language: str) -> None:
    found = judged(record(badge(), badge(made.EXAMPLES[1])))
    assert [one.verdict for one in found] == [Verdict.INDETERMINATE, Verdict.TOTAL_PASSED, Verdict.TOTAL_PASSED]
    outer, inner = found[0], found[1]
    assert (outer.code, outer.check("seal.integrity").status) == ("proof_missing", Status.NOT_CHECKED)
    assert outer.check("issuer").status is not Status.PASSED
    assert outer.sentence.text(language) == judged(bare())[0].sentence.text(language)
    assert outer.sentence.text(language) != inner.sentence.text(language)
    assert worst(one.verdict for one in found) is Verdict.INDETERMINATE


def bare() -> dict[str, Any]:
    """A record whose credentials nobody looks into."""
    whole = record(badge())
    return {**whole, "credentialSubject": {"type": ["ClrSubject"], "id": "urn:uuid:1"}}


def test_what_was_altered_in_a_record_without_a_seal_is_found() -> None:
    found = judged(record(badge(), altered()))
    assert [one.verdict for one in found] == [Verdict.INDETERMINATE, Verdict.TOTAL_PASSED, Verdict.TOTAL_FAILED]
    assert (found[2].code, found[2].credential) == ("signature_invalid", None)


def test_a_record_that_holds_records_without_seals_is_not_followed_for_ever() -> None:
    deep = badge()
    for _ in range(6):
        deep = {**record(badge()), "credentialSubject": {"type": ["ClrSubject"], "verifiableCredential": [deep]}}
    assert judged(deep)[-1].code == "json_too_deep"
