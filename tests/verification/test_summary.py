"""What a credential says: the issuer's words, the reader's language, and what is missing."""

from __future__ import annotations

from typing import Any

from mikra.model import decode
from mikra.report import Status, Verdict
from mikra.validation.annex1 import measure
from mikra.verification import verify
from mikra.verification.summary import ORDER, summarise, summarise_other
from tests.verification.documents import ANCHORED, AT, BASE, concept, edc, seal


def summary(document: dict[str, Any]) -> Any:
    credential = decode(document)
    return summarise(credential, measure(credential))


def with_specification(**members: Any) -> dict[str, Any]:
    document = edc()
    document["credentialSubject"]["hasClaim"][0]["specifiedBy"] |= members
    return document


def test_every_member_stands_in_its_order_stated_or_not() -> None:
    found = summary(edc())
    assert tuple(found) == ORDER
    assert found["title"].text("bg") == "Качество на водата"
    assert found["learner"].text() == "Zoë O'Brien-Łukasiewicz"
    assert found["awarded_on"].text("lt").split() == ["2026", "m.", "gegužės", "3", "d."]
    assert found["awarded_on"].codes == ("2026-05-03T00:00:00+02:00",)
    assert found["grade"].text("ro") == "nemenționat de emitent"


def test_a_concept_speaks_the_readers_language_and_keeps_its_code() -> None:
    level = summary(edc())["level"]
    assert level.text() == "EQF: Level 6"
    assert level.text("cs") == "EQF: Úroveň 6"
    assert level.codes == (f"{BASE}eqf/6",)


def test_a_concept_of_nobodys_list_is_told_as_the_issuer_named_it() -> None:
    own = concept("urn:own:1", "urn:own", "By doing")
    document = with_specification(mode=[own])
    assert summary(document)["participation"].text("lt") == "By doing"
    nameless = {"id": "urn:own:2", "type": "Concept"}
    assert summary(with_specification(mode=[nameless]))["participation"].text("lt") == "urn:own:2"


def test_values_are_told_once_and_all_of_them() -> None:
    outcomes = [
        {"id": f"urn:uuid:{n}", "type": "LearningOutcome", "title": {"en": title}}
        for n, title in enumerate(["Takes samples", "Reads results", "Takes samples"])
    ]
    assert summary(with_specification(learningOutcome=outcomes))["outcomes"].text() == "Takes samples; Reads results"


def test_others_words_are_harmless_and_bounded() -> None:
    document = edc()
    document["credentialSubject"]["hasClaim"][0]["title"] = {"en": "\x1b[31m" + "x" * 5000}
    text = summary(document)["title"].text()
    assert "\x1b" not in text
    assert len(text) == 2000


def test_any_other_credential_says_the_little_that_it_can() -> None:
    document = {
        "name": {"en": "Data ethics", "ro": "Etica datelor"},
        "issuer": {"id": "did:web:x.example", "name": "College"},
        "credentialSubject": {"name": "Ana"},
        "validUntil": "2027-01-01T00:00:00Z",
    }
    found = summarise_other(document)
    assert {name: stated.text("ro") for name, stated in found.items()} == {
        "title": "Etica datelor",
        "learner": "Ana",
        "issuer": "College",
        "valid_until": "1 ianuarie 2027",
    }
    nothing = summarise_other({"issuer": 5, "credentialSubject": [], "validUntil": []})
    assert not any(stated.values for stated in nothing.values())


def test_pages_as_images_may_be_large_where_text_may_not() -> None:
    document = edc()
    image = document["displayParameter"]["individualDisplay"][0]["displayDetail"][0]["image"]
    image["content"] = "A" * 2_000_000
    (report,) = verify(seal(document), at=AT, policy=ANCHORED)
    assert report.verdict is Verdict.TOTAL_PASSED
    (report,) = verify(seal(edc(description="A" * 2_000_000)), at=AT, policy=ANCHORED)
    assert report.code == "too_large"


def test_a_key_of_the_holder_is_noted_and_not_asked_for() -> None:
    (plain,) = verify(seal(edc()), at=AT, policy=ANCHORED)
    (bound,) = verify(seal(edc(cnf={"jwk": {"kty": "EC"}})), at=AT, policy=ANCHORED)
    assert "It names a key of the holder, which was not asked for." in bound.check("holder").reason.text()
    assert "key of the holder" not in plain.check("holder").reason.text()
    assert {plain.check("holder").status, bound.check("holder").status} == {Status.NOT_APPLICABLE}


def test_what_identifies_the_person_is_named_by_kind_and_never_by_value() -> None:
    document = edc()
    document["credentialSubject"] |= {
        "dateOfBirth": "1999-10-01T00:00:00Z",
        "identifier": [{"id": "urn:uuid:1", "type": "Identifier", "notation": "S-4711", "schemeName": "Student"}],
    }
    (report,) = verify(seal(document), at=AT, policy=ANCHORED)
    told = report.check("holder").reason.text()
    assert "name, date of birth and a number of the institution" in told
    assert not {"1999", "4711", "Łukasiewicz"} & set(told.replace("-", " ").split())
