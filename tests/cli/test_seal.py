"""`mikra seal extend | status`, against authorities on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mikra.adapters.clock import now
from mikra.sealing import jades
from tests.cli.conftest import Run
from tests.simulators.time_server import Place, running
from tests.verification.documents import edc


@pytest.fixture
def place() -> Iterator[Place]:
    with running(Place()) as here:
        yield here


@pytest.fixture
def office(tmp_path: Path, place: Place) -> Path:
    """A folder with three sealed files."""
    folder = tmp_path / "sealed"
    folder.mkdir()
    for number in range(3):
        payload = json.dumps(edc(id=f"urn:credential:{number}", issued=None, issuanceDate=None)).encode()
        sealed = jades.seal(payload, signer=place.holders["seal"].signer, at=now())
        (folder / f"{number}.jsonld").write_bytes(sealed)
    return folder


def levels(folder: Path) -> list[str]:
    return [jades.unseal(p.read_bytes()).seals[0].level.value for p in sorted(folder.glob("*.jsonld"))]


@pytest.mark.sockets
def test_from_sealed_to_lasting(run: Run, office: Path, place: Place) -> None:
    before = run("seal", "status", str(office))
    assert before.code == 2
    assert "3 sealed, long-term proof pending" in before.out
    done = run("seal", "extend", str(office), "--tsa", f"{place.base}/tsa", "--loopback", "--rate", "0")
    assert (done.code, levels(office)) == (0, ["B-LTA"] * 3)
    assert "3 files extended to B-LTA. 0 were there already." in done.out
    assert place.stamped == 6
    after = run("seal", "status", str(office))
    assert after.code == 0
    assert "3 made to last" in after.out
    assert "The first proof of time ends on" in after.out
    (tmp := office.parent / "root.pem").write_bytes(place.root.der)
    verified = run("verify", str(office / "0.jsonld"), "--anchors", str(tmp), "--json")
    checks = {c["id"]: c for c in json.loads(verified.out)[0]["checks"]}
    assert "was not withdrawn" in checks["seal.certificate"]["reason"]
    assert checks["seal.timestamp"]["status"] == "passed"


@pytest.mark.sockets
def test_one_file_one_step_for_programs(run: Run, office: Path, place: Place) -> None:
    command = ["seal", "extend", str(office / "1.jsonld"), "--tsa", f"{place.base}/tsa", "--loopback", "--json"]
    answer = json.loads(run(*command, "--to", "T", "--cost", "0.02").out)
    assert levels(office) == ["B-B", "B-T", "B-B"]
    assert answer == [
        {
            "folder": str(office),
            "level": "B-T",
            "complete": True,
            "stopped": "",
            "total": 1,
            "done": 1,
            "already": 0,
            "timestamps": 1,
            "spent": "0.02",
            "currency": "EUR",
            "failed": [],
        }
    ]
    status = json.loads(run("seal", "status", str(office), "--to", "T", "--json").out)[0]
    assert status["stages"] == {"pending": 2, "done": 1}
    assert status["spent"] == "0.02"
    assert {entry["file"]: entry["level"] for entry in status["files"]} == {
        "0.jsonld": "B-B",
        "1.jsonld": "B-T",
        "2.jsonld": "B-B",
    }


@pytest.mark.sockets
def test_the_authority_is_busy_or_says_no(run: Run, office: Path, place: Place) -> None:
    extend = ["seal", "extend", str(office), "--tsa", f"{place.base}/tsa", "--loopback", "--tries", "1", "--to", "T"]
    place.busy = 2
    answer = run(*extend)
    assert answer.code == 2
    assert "cannot be reached" in answer.out
    assert levels(office).count("B-T") == 1
    place.refuse = True
    assert "unaccepted_policy" in run(*extend).out
    place.refuse = False
    assert run(*extend).code == 0


@pytest.mark.sockets
def test_the_budget(run: Run, office: Path, place: Place) -> None:
    extend = ["seal", "extend", str(office), "--tsa", f"{place.base}/tsa", "--loopback", "--cost", "1"]
    answer = run(*extend, "--budget", "3")
    assert answer.code == 2
    assert "The budget is used up. 2 files are left." in answer.out
    assert run(*extend, "--budget", "6").code == 0
    assert run(*extend, "--budget", "x").code == 3
    assert "another currency" in run(*extend, "--currency", "RON").err


def test_what_is_wrong(run: Run, tmp_path: Path) -> None:
    assert run("seal", "extend", "nowhere", "--tsa", "https://time.example/tsa").code == 3
    assert run("seal", "status", "nowhere").code == 3
    assert run("seal", "extend", ".", "--tsa", "https://time.example/tsa", "--to", "X").code == 3
    (tmp_path / "note.json").write_bytes(b"{}")
    answer = run("seal", "status", ".")
    assert answer.code == 1
    assert "1 files that cannot be extended" in answer.out
