"""`mikra doctor --edc`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.simulators import authorities
from tests.verification.test_edc_acceptance import lasting, sealed


def test_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.jsonld").write_bytes(lasting())
    answer = run("doctor", "--edc", "good.jsonld")
    assert answer.code == 2
    assert "16 met, 0 not met, 2 cannot be known here." in answer.out
    (tmp_path / "early.jsonld").write_bytes(sealed())
    answer = run("doctor", "--edc", "early.jsonld")
    assert answer.code == 1
    assert "mikra seal extend FILE" in answer.out


def test_a_certificate_for_programs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "seal.cer").write_bytes(authorities.seal("RSA").der)
    answer = run("doctor", "--edc", "seal.cer", "--json", "--lang", "cs")
    rules = json.loads(answer.out)
    assert {rule["rule"]: rule["state"] for rule in rules}["qualified"] == "cannot be known here"
    assert answer.code == 2


def test_nothing(run: Run) -> None:
    assert run("doctor", "--edc", "nowhere").code == 3
    assert run("doctor", "--home", "nowhere").code == 2
