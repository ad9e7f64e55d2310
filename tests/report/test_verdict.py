"""From checks to a verdict: the one table, row by row (docs/design.md; ETSI EN 319 102-1, 5.1)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mikra.codes import CODES, Effect
from mikra.messages.spoken import Said
from mikra.report import (
    CHECK_IDS,
    CONTENT_CHECKS,
    Check,
    Finding,
    Report,
    Severity,
    Stated,
    Status,
    Verdict,
    decide,
    words,
    worst,
)

OURS = {
    "credential_superseded",
    "credential_suspended",
    "key_unavailable",
    "link_not_reached",
    "seal_certificate_revoked",
    "seal_certificate_suspended",
    "seal_revocation_unknown",
    "seal_time_not_proven",
    "transfer_altered",
    "transfer_malformed",
}
"""Codes that the corpus has no case of yet."""

VERDICT_OF = {
    Effect.PASSED: Verdict.TOTAL_PASSED,
    Effect.INDETERMINATE: Verdict.INDETERMINATE,
    Effect.FAILED: Verdict.TOTAL_FAILED,
    Effect.REFUSED: Verdict.TOTAL_FAILED,
}


def check(check_id: str = "status", code: str = "", status: Status = Status.PASSED) -> Check:
    return Check(id=check_id, status=status, reason=words("report.nothing"), code=code)


def stated_codes(corpus: Path) -> dict[str, dict[str, str]]:
    return dict(json.loads((corpus / "codes.json").read_text())["codes"])


def test_every_code_of_the_corpus_is_ours_with_its_family_and_effect(corpus: Path) -> None:
    stated = {code: (row["family"], row["verdict"]) for code, row in stated_codes(corpus).items()}
    ours = {code: (family, effect.value) for code, (family, effect) in CODES.items() if code not in OURS}
    assert ours == stated


@pytest.mark.parametrize("code", CODES)
def test_one_code_decides_alone(code: str) -> None:
    assert decide([check(code=code)]) == (VERDICT_OF[CODES[code][1]], code)


def test_nothing_wrong_is_passed() -> None:
    assert decide([check(check_id) for check_id in CHECK_IDS]) == (Verdict.TOTAL_PASSED, "valid")


def test_a_note_does_not_hide_what_is_worse_and_the_first_of_the_worst_speaks() -> None:
    noted, unknown, late = check(code="valid_key_retired_later"), check(code="seal_not_trusted"), check(code="timeout")
    failed, other = check(code="credential_revoked"), check(code="signature_invalid")
    assert decide([noted]) == (Verdict.TOTAL_PASSED, "valid_key_retired_later")
    assert decide([noted, unknown, late]) == (Verdict.INDETERMINATE, "seal_not_trusted")
    assert decide([late, noted, unknown, failed, other]) == (Verdict.TOTAL_FAILED, "credential_revoked")


@pytest.mark.parametrize("check_id", sorted(CONTENT_CHECKS))
def test_content_decides_only_when_the_policy_asks(check_id: str) -> None:
    failed = check(check_id, "credential_malformed", Status.FAILED)
    assert decide([failed]) == (Verdict.TOTAL_PASSED, "valid")
    assert decide([failed], content_decides=[check_id]) == (Verdict.TOTAL_FAILED, "credential_malformed")


@pytest.mark.parametrize("check_id", [c for c in CHECK_IDS if c not in CONTENT_CHECKS])
def test_no_other_check_can_be_left_out(check_id: str) -> None:
    assert decide([check(check_id, "signature_invalid", Status.FAILED)])[0] is Verdict.TOTAL_FAILED


@pytest.mark.parametrize("status", [Status.FAILED, Status.NOT_CHECKED])
@pytest.mark.parametrize("check_id", [c for c in CHECK_IDS if c not in CONTENT_CHECKS])
def test_not_checked_or_failed_without_a_code_never_counts_as_passed(check_id: str, status: Status) -> None:
    verdict, code = decide([check(check_id, "", status)])
    assert verdict is not Verdict.TOTAL_PASSED
    assert CODES[code][1] is not Effect.PASSED


def test_what_the_policy_lets_stay_open_still_fails_when_it_is_false() -> None:
    unknown, open_status = check(code="valid_status_unknown"), check(status=Status.NOT_CHECKED)
    revoked = check(code="credential_revoked")
    assert decide([unknown, open_status], may_stay_open=["status"]) == (Verdict.TOTAL_PASSED, "valid")
    assert decide([unknown], may_stay_open=["issuer"])[0] is Verdict.INDETERMINATE
    assert decide([revoked], may_stay_open=["status"])[0] is Verdict.TOTAL_FAILED


@pytest.mark.parametrize(
    ("verdict", "exit_code", "http", "rank"),
    [(Verdict.TOTAL_PASSED, 0, 200, 0), (Verdict.TOTAL_FAILED, 1, 422, 2), (Verdict.INDETERMINATE, 2, 200, 1)],
)
def test_exit_codes_and_http_statuses(verdict: Verdict, exit_code: int, http: int, rank: int) -> None:
    assert (verdict.exit_code, verdict.http_status, verdict.rank) == (exit_code, http, rank)


def test_the_corpus_expects_the_same_http_statuses(corpus: Path) -> None:
    """Where the report is the answer: a refusal of the whole upload may be 413, 400 or 422."""
    names = {"passed": Verdict.TOTAL_PASSED, "failed": Verdict.TOTAL_FAILED, "indeterminate": Verdict.INDETERMINATE}
    for case in json.loads((corpus / "index.json").read_text())["cases"]:
        expected = case["expected"]
        if expected.get("outcome") == "accept" and case["kind"] in ("json", "jades", "zip", "credential-jws"):
            assert names[expected["verdict"]].http_status == expected["http"], case["name"]


def test_the_worst_of_many() -> None:
    passed, unknown, failed = Verdict.TOTAL_PASSED, Verdict.INDETERMINATE, Verdict.TOTAL_FAILED
    assert worst([passed, unknown, failed, passed]) is failed
    assert worst([passed, unknown]) is unknown
    assert worst([passed]) is worst([]) is passed


def test_checks_are_numbered_from_one_in_the_order_of_the_design() -> None:
    assert [check(c).number for c in CHECK_IDS] == list(range(1, 12))


def test_the_json_shape() -> None:
    finding = Finding(rule="annex1.2", severity=Severity.ERROR, what=words("report.not_stated"), where="/title")
    title = Stated(label=words("report.nothing"), values=(Said({"en": "Water", "bg": "Вода"}),), codes=("x:1",))
    report = Report(
        checks=(Check(id="annex1", status=Status.FAILED, reason=words("report.nothing"), findings=(finding,)),),
        verdict=Verdict.TOTAL_PASSED,
        code="valid",
        sentence=words("verdict.genuine"),
        credential={"title": title, "grade": Stated(label=words("report.nothing"))},
        file="a.json",
    )
    told = report.as_dict("bg")
    assert list(told) == ["file", "verdict", "code", "sentence", "checks", "credential"]
    assert list(told["checks"][0]) == ["id", "status", "reason", "clause", "where"]
    assert report.as_dict("bg", details=True)["checks"][0]["findings"][0]["rule"] == "annex1.2"
    assert told["credential"]["title"] == {
        "label": "",
        "stated": True,
        "text": "Вода",
        "values": ["Вода"],
        "original": [{"en": "Water", "bg": "Вода"}],
        "codes": ["x:1"],
    }
    assert told["credential"]["grade"]["stated"] is False
    assert report.check("annex1") is report.checks[0]
    with pytest.raises(KeyError):
        report.check("status")
