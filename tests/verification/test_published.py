"""The EU's own samples: their reports, recorded in `published.json` and derived again where they are at hand."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mikra.errors import InputError
from mikra.messages.spoken import Sentences
from mikra.report import CHECK_IDS, Report, Words
from mikra.sealing import jades
from mikra.verification import Policy, verify

TABLE: dict[str, Any] = json.loads((Path(__file__).parent / "published.json").read_text())
"""File -> its SHA-256 and, for each policy and moment, what the report says."""

SEAL = "c858624a53802dca996625b4f987c372d55c0979bde9b513b63e7137aa6abf04"
"""Fingerprint of the certificate of the sample's test seal."""

TIME = "aa02b99f9c4b57291e3c1744e44647709293d0fe17bb4eed28c99e973c7e8473"
"""Fingerprint of the certificate of the test authority that stamped it; it ended in December 2023."""

BOTH = Policy(trusted_seals=frozenset({SEAL, TIME}))

QUESTIONS: dict[str, tuple[datetime, Policy]] = {
    "2026, nobody trusted": (datetime(2026, 6, 1, 12, tzinfo=UTC), Policy()),
    "2026, its seal trusted": (datetime(2026, 6, 1, 12, tzinfo=UTC), Policy(trusted_seals=frozenset({SEAL}))),
    "2026, its seal and any proof of time trusted": (
        datetime(2026, 6, 1, 12, tzinfo=UTC),
        Policy(trusted_seals=frozenset({SEAL}), timestamps_anchored=False),
    ),
    "2024, its seal trusted": (datetime(2024, 6, 1, 12, tzinfo=UTC), Policy(trusted_seals=frozenset({SEAL}))),
    "October 2023, its seal and its time authority trusted": (datetime(2023, 10, 1, 12, tzinfo=UTC), BOTH),
    "2024, its seal and its time authority trusted": (datetime(2024, 6, 1, 12, tzinfo=UTC), BOTH),
    "2026, its seal and its time authority trusted": (datetime(2026, 6, 1, 12, tzinfo=UTC), BOTH),
    "2023, before it was sealed": (datetime(2023, 6, 1, 12, tzinfo=UTC), Policy(trusted_seals=frozenset({SEAL}))),
}


def keys(told: object) -> str:
    """The keys of the sentences, without the words of any language."""
    if isinstance(told, Sentences):
        return " ".join(keys(item) for item in told.items)
    return told.key if isinstance(told, Words) else ""


def told(report: Report) -> dict[str, Any]:
    return {
        "verdict": report.verdict.value,
        "code": report.code,
        "sentence": keys(report.sentence),
        "checks": {c.id: f"{c.status.value}: {keys(c.reason)} {c.code}".strip() for c in report.checks},
        "profile": report.check("profile").clause,
        "annex1": [f.rule for f in report.check("annex1").findings],
    }


def derive(file: Path) -> dict[str, Any]:
    data = file.read_bytes()
    answers = {}
    for question, (at, policy) in QUESTIONS.items():
        (report,) = verify(data, at=at, policy=policy, name=file.name)
        answers[question] = told(report)
    return {"sha256": hashlib.sha256(data).hexdigest(), "seal": sealed_by(data), "reports": answers}


def sealed_by(data: bytes) -> dict[str, Any]:
    """Level, additions and tokens of the seal, none where there is no seal."""
    try:
        (one,) = jades.unseal(data).seals
    except (InputError, ValueError):
        return {}
    tokens = [
        f"{t.kind} {r.time.isoformat() if r.time else ''} {r.fault or ''}" for t, r in jades.check_timestamps(one)
    ]
    return {"level": one.level.value, "additions": list(one.kinds), "tokens": tokens}


@pytest.mark.published
def test_the_samples_are_judged_as_recorded(published: Path) -> None:
    found = {file.name: derive(file) for file in sorted((published / "elm" / "samples").glob("*.jsonld"))}
    assert found == TABLE


def report(question: str, file: str = "Sample-MC-Annex1-signed.jsonld") -> dict[str, Any]:
    return dict(TABLE[file]["reports"][question])


def test_the_sealed_sample_is_whole_expired_since_and_not_vouched_for() -> None:
    found = report("2026, nobody trusted")
    assert (found["verdict"], found["code"]) == ("INDETERMINATE", "seal_not_trusted")
    for check in ("format", "seal.integrity", "seal.timestamp", "dates", "profile"):
        assert found["checks"][check].startswith("passed: ")
    assert "verify.time.attested" in found["checks"]["seal.certificate"]
    assert "annex1.11" in found["annex1"], "the sample states no quality assurance"


def test_trust_and_time_change_the_answer_and_nothing_else() -> None:
    codes = {question: report(question)["code"] for question in QUESTIONS}
    assert codes == {
        "2026, nobody trusted": "seal_not_trusted",
        "2026, its seal trusted": "seal_time_not_proven",
        "2026, its seal and any proof of time trusted": "valid",
        "2024, its seal trusted": "valid",
        "October 2023, its seal and its time authority trusted": "valid",
        "2024, its seal and its time authority trusted": "valid",
        "2026, its seal and its time authority trusted": "seal_time_not_proven",
        "2023, before it was sealed": "credential_not_yet_valid",
    }
    assert {report(question)["checks"]["seal.integrity"] for question in QUESTIONS} == {
        "passed: verify.integrity.whole"
    }


def test_the_unsealed_sample_says_that_it_is_not_sealed() -> None:
    found = report("2026, nobody trusted", "Sample-MC-Annex1-unsigned.jsonld")
    assert (found["verdict"], found["code"]) == ("INDETERMINATE", "proof_missing")
    assert list(found["checks"]) == list(CHECK_IDS)


def test_its_level_its_tokens_and_its_answers_on_revocation() -> None:
    """Level B-LTA. Every token fits; in October 2023 both authorities vouch, later the proofs of time have lapsed."""
    assert TABLE["Sample-MC-Annex1-signed.jsonld"]["seal"] == {
        "level": "B-LTA",
        "additions": ["sigTst", "xVals", "rVals", "arcTst"],
        "tokens": [
            "adoTst 2023-09-27T11:54:17+00:00 ",
            "sigTst 2023-09-27T11:54:20+00:00 ",
            "arcTst 2023-09-27T11:54:20+00:00 ",
        ],
    }
    fresh = report("October 2023, its seal and its time authority trusted")["checks"]
    assert fresh["seal.timestamp"] == "passed: verify.proof.proven"
    assert fresh["seal.certificate"].endswith("revocation.good"), "the answer in it is of the day of sealing"
    later = report("2026, its seal and its time authority trusted")["checks"]
    assert later["seal.timestamp"] == "passed: revocation.proof.ended"
    assert "revocation.time.lapsed" in later["seal.certificate"]
