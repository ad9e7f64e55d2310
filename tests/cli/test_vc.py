"""`mikra vc`: one document, one key, one answer in a file, as the W3C's suite calls it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.adapters.vc_api.test_vc_file import CREDENTIAL, KEYS
from tests.cli.conftest import Run


def test_issue_and_verify_and_a_tampered_twin(run: Run, office: Path) -> None:
    (office / "vc.json").write_text(json.dumps(CREDENTIAL))
    (office / "key.json").write_bytes(KEYS["P-521"])
    given = ("--key", "key.json", "--feature", "credential_jose")
    assert run("vc", "issue", "--input", "vc.json", *given, "--output", "sealed.json").code == 0
    answer = json.loads((office / "sealed.json").read_text())
    assert answer["result"] == "success"
    (office / "sealed.txt").write_text(answer["data"])
    assert run("vc", "verify", "--input", "sealed.txt", *given, "--output", "out.json").code == 0
    assert json.loads((office / "out.json").read_text()) == {"result": "success", "data": ""}
    (office / "sealed.txt").write_text(answer["data"][:-8] + "AAAAAAAA")
    assert run("vc", "verify", "--input", "sealed.txt", *given, "--output", "out.json").code == 1
    assert json.loads((office / "out.json").read_text())["result"] == "failure"
    other = ("--key", "key.json", "--feature", "credential_other")
    assert run("vc", "verify", "--input", "sealed.txt", *other, "--output", "out.json").code == 2


def test_they_are_not_on_the_first_screen(run: Run) -> None:
    shown = run("--help").out
    assert "vc-api" not in shown
    assert run("vc-api", "--help").code == 0
