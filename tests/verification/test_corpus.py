"""R4: every case of the corpus of the kinds read here gets its stated answer, in time; every other is never passed."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mikra.report import Report, Verdict
from mikra.trust.loader import SnapshotLoader
from mikra.verification import Policy, verify
from mikra.verification.question import Session

CORPUS = Path(__file__).parents[1] / "corpus"
INDEX: dict[str, Any] = json.loads((CORPUS / "index.json").read_text())
CLOCK = datetime.fromisoformat(INDEX["clock"])
READ = (
    "credential-di",
    "credential-jws",
    "json",
    "jades",
    "pdf",
    "png",
    "sd-jwt",
    "svg",
    "xml",
    "zip",
)
SECONDS = 5
VERDICTS = {
    "passed": Verdict.TOTAL_PASSED,
    "indeterminate": Verdict.INDETERMINATE,
    "failed": Verdict.TOTAL_FAILED,
    "refused": Verdict.TOTAL_FAILED,
}
EXTRAS = {"pdf": "pdf"}
"""Kind -> the extra of the package that reads it."""

OPEN: tuple[str, ...] = ()
"""Cases of kinds that are read, which hold something that is not read yet."""


def with_extra(case: dict[str, Any]) -> Any:
    """The case, skipped where the extra that it needs is not installed."""
    needed = [pytest.mark.extra(EXTRAS[case["kind"]])] if case["kind"] in EXTRAS else []
    return pytest.param(case, id=case["name"], marks=needed)


CASES = [case for case in INDEX["cases"] if (CORPUS / case["file"]).is_file()]


def _session(asked: dict[str, Any]) -> Session:
    return Session(
        nonce=asked.get("nonce", ""),
        audience=asked.get("aud", ""),
        key_binding=asked.get("key_binding") == "required",
    )


def run(case: dict[str, Any]) -> tuple[Report, ...]:
    started = time.perf_counter()
    reports = verify(
        (CORPUS / case["file"]).read_bytes(),
        at=CLOCK,
        policy=Policy(
            trusted_seals=frozenset(case.get("trusted_seals", ())), trusted_issuers=frozenset({INDEX["issuer"]})
        ),
        session=_session(case.get("session", {})),
        loader=SnapshotLoader.open(CORPUS),
        name=case["file"],
    )
    assert time.perf_counter() - started < case["expected"].get("max_seconds", SECONDS)
    return reports


@pytest.mark.drill("R4")
@pytest.mark.parametrize(
    "case", [with_extra(c) for c in CASES if c["kind"] in READ and c["name"] not in ("zip-good", *OPEN)]
)
def test_the_stated_answer(case: dict[str, Any]) -> None:
    (report,) = run(case)
    expected = case["expected"]
    assert report.code in (expected["code"], *expected.get("also", []))
    assert report.verdict is VERDICTS[expected["verdict"]]
    if expected["http"] != 413 and expected["code"] != "empty_upload":
        assert (report.verdict is Verdict.TOTAL_FAILED) <= (expected["http"] == report.verdict.http_status)


def test_the_archive_of_two_gives_two(corpus: Path) -> None:
    case = next(c for c in CASES if c["name"] == "zip-good")
    assert [(report.file, report.code) for report in run(case)] == [("a.jwt", "valid"), ("b.jwt", "valid")]


@pytest.mark.drill("R4")
@pytest.mark.parametrize(
    "case", [c for c in CASES if c["kind"] not in READ or c["name"] in OPEN], ids=lambda case: case["name"]
)
def test_kinds_that_are_not_read_yet_are_never_passed(case: dict[str, Any]) -> None:
    reports = run(case)
    assert reports
    assert all(report.verdict is not Verdict.TOTAL_PASSED for report in reports)
    assert all(report.credential is None or report.code == "proof_missing" for report in reports)
