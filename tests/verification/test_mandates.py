"""Several awarding bodies, and an issuer that acts for them: from the design to the report, and the twins."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from typing import Any

import orjson
import pytest

from mikra.errors import InputError
from mikra.issuance.batch import Batch
from mikra.issuance.design import Design, Mandate
from mikra.report import Report, Status, Verdict
from mikra.sealing import jades
from mikra.validation.elm import ProfileVersion, check_profile
from mikra.verification import Policy, verify
from tests.issuance.awards import AT, ROW, award_id, pages, signer_for
from tests.issuance.designs import example, published

WATER = example("university-short-course")
PDF = base64.b64encode(b"%PDF-1.7 the mandate").decode()
OTHER = WATER.awarding_bodies[1]
THIRD = dataclasses.replace(
    OTHER, name=type(OTHER.name)(en="Third College"), identifiers=type(OTHER.identifiers)(vat="LT1")
)
MANDATE = Mandate(statement="Agreement 7/2026 of the two bodies", document=PDF)


def design(bodies: Any = (OTHER, THIRD), mandate: Mandate | None = MANDATE) -> Design:
    return published("university-short-course", awarding_bodies=bodies, mandate=mandate)


def sealed(made: Design) -> bytes:
    return Batch(made, signer=signer_for(made), pages=pages(made), at=AT).award(ROW, award_id())


def judged(file: bytes, made: Design) -> Report:
    trusted = frozenset({hashlib.sha256(signer_for(made).certificate).hexdigest()})
    (report,) = verify(file, at=AT, policy=Policy(trusted_seals=trusted))
    return report


def again(file: bytes, made: Design, change: Any) -> bytes:
    """The same credential with something changed, and sealed anew by the same key."""
    document = json.loads(jades.unseal(file).payload)
    change(document)
    return jades.seal(json.dumps(document).encode(), signer=signer_for(made), at=AT)


def test_two_bodies_and_a_mandate() -> None:
    made = design()
    file = sealed(made)
    document = orjson.loads(jades.unseal(file).payload)
    bodies = document["credentialSubject"]["hasClaim"][0]["awardedBy"]["awardingBody"]
    assert [body["legalName"]["en"] for body in bodies] == ["Baltic Institute of Technology", "Third College"]
    assert [one["evidenceTarget"]["id"] for one in document["evidence"]] == [body["id"] for body in bodies]
    assert document["credentialSchema"][0]["id"].endswith("edc-issued-by-mandate")
    assert document["credentialProfiles"][0]["id"].endswith("c_9a31f32a")
    report = judged(file, made)
    assert report.verdict is Verdict.TOTAL_PASSED
    check = report.check("issuer")
    assert check.status is Status.PASSED
    said = check.reason.text()
    assert "in the name of Baltic Institute of Technology and Third College" in said
    assert "Nobody else has confirmed that mandate." in said
    found = {finding.rule: finding.found for finding in check.findings}
    assert found["mandate.statement"] == MANDATE.statement
    assert found["mandate.document"] == hashlib.sha256(b"%PDF-1.7 the mandate").hexdigest()
    assert "Sealed by University of Zed" in report.sentence.text()


@pytest.mark.parametrize("version", ProfileVersion)
def test_it_keeps_the_profile(version: ProfileVersion) -> None:
    result = check_profile(orjson.loads(jades.unseal(sealed(design())).payload), version=version)
    assert (result.conforms, result.reader) == (True, ())


@pytest.mark.parametrize("mandate", [None, Mandate(statement=" ", document=PDF)])
def test_without_a_mandate_nothing_is_sealed(mandate: Mandate | None) -> None:
    with pytest.raises(InputError) as error:
        sealed(design(mandate=mandate))
    assert (error.value.where, error.value.code) == ("mandate", "mandate_missing")


def test_a_joint_award_needs_none_and_it_is_said_that_there_is_none() -> None:
    made = design(bodies=(WATER.issuer, OTHER), mandate=None)
    report = judged(sealed(made), made)
    assert report.verdict is Verdict.TOTAL_PASSED
    rules = [finding.rule for finding in report.check("issuer").findings]
    assert "mandate.none" in rules
    assert "mandate" not in report.check("issuer").reason.text()


def test_a_mandate_that_is_claimed_and_not_shown_is_not_enough() -> None:
    made = design()
    file = sealed(made)
    for change in (
        lambda document: document.pop("evidence"),
        lambda document: [one.pop("evidenceStatement") for one in document["evidence"]],
        lambda document: [
            one["dcType"].update(id="http://data.europa.eu/snb/evidence-type/c_991b06c6")
            for one in document["evidence"]
        ],
    ):
        report = judged(again(file, made, change), made)
        assert (report.verdict, report.check("issuer").code) == (Verdict.INDETERMINATE, "seal_not_trusted")
        assert "encloses no mandate" in report.check("issuer").reason.text()


def test_an_award_in_the_name_of_others_alone_says_that_nothing_shows_it() -> None:
    """What others issue in the generic profile: it passes, and the reader is told."""
    made = design()

    def plain(document: dict[str, Any]) -> None:
        document.pop("evidence")
        document["credentialProfiles"][0]["id"] = "http://data.europa.eu/snb/credential/e34929035b"

    report = judged(again(sealed(made), made, plain), made)
    assert "Nothing in it shows that the issuer may award in the name of" in report.check("issuer").reason.text()


def test_sealing_for_another_issuer_without_evidence_is_false() -> None:
    """Somebody else stands as issuer: with a mandate that is unconfirmed, without one it is wrong."""
    made = design()

    def renamed(document: dict[str, Any]) -> None:
        document["issuer"]["eIDASIdentifier"]["notation"] = "VATLT-999"
        document["issuer"]["id"] = "urn:uuid:00000000-0000-4000-8000-0000000000ff"

    assert judged(again(sealed(made), made, renamed), made).check("issuer").code == "seal_not_trusted"

    def bare(document: dict[str, Any]) -> None:
        renamed(document)
        document.pop("evidence")

    report = judged(again(sealed(made), made, bare), made)
    assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "issuer_key_mismatch")
