"""`mikra issue --status` and `mikra status`: from a class list to a report on a credential that was replaced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mikra.sealing import jades
from tests.cli.conftest import Run

ADDRESS = "https://zed.example/status"
ISSUE = ("issue", "water.yaml", "class.csv", "--key", "seal.p12", "-o", "issued", "--status", ADDRESS)


@pytest.fixture
def issued(run: Run, office: Path) -> list[str]:
    assert run(*ISSUE).code == 0
    return [str(path.relative_to(office)) for path in sorted((office / "issued" / "credentials").iterdir())]


def entries(office: Path, file: str) -> Any:
    return json.loads(jades.unseal((office / file).read_bytes()).payload)["status"]


def snapshot(office: Path) -> str:
    """What `publish` wrote, as a verifier on the web would find it."""
    public = office / "public"
    found = {
        f"{ADDRESS}/{path.relative_to(public)}": {"file": str(path.relative_to(office)), "headers": {}, "status": 200}
        for path in public.rglob("*")
        if path.is_file()
    }
    (office / "web.json").write_text(json.dumps(found))
    return "web.json"


def verified(run: Run, office: Path, file: str) -> dict[str, Any]:
    run("keys", "show", "seal.p12", "--certificate", "zed.pem")
    assert run("status", "publish", "--key", "seal.p12", "-o", "public").code == 0
    answer = run("verify", file, "--anchors", "zed.pem", "--snapshot", snapshot(office), "--offline", "--json")
    (one,) = json.loads(answer.out)
    return dict(one)


def test_every_credential_has_a_place_of_its_own(run: Run, office: Path, issued: list[str]) -> None:
    ids = [entries(office, file)[0]["id"] for file in issued]
    assert len(set(ids)) == 30
    assert {one.split("/revocation")[0].rsplit("/", 1)[0] for one in ids} == {ADDRESS}
    assert len({one.split("#")[0] for one in ids}) > 1
    again = run(*ISSUE)
    assert (again.code, "0 issued now" in again.out) == (0, True)
    rows = json.loads(run("status", "list", "--json").out)["lists"]
    assert sum(row["given"] for row in rows) == 30
    assert {row["size"] for row in rows} == {131_072}


def test_a_folder_begun_with_a_status_goes_on_with_it(run: Run, office: Path, issued: list[str]) -> None:
    assert run(*ISSUE[:-2]).code == 3
    assert run(*ISSUE[:-1], "https://other.example/status", "--status-store", "other.sqlite").code == 3


def test_from_good_to_suspended_to_good_to_replaced(run: Run, office: Path, issued: list[str]) -> None:
    old, new = issued[:2]
    assert verified(run, office, old)["code"] == "valid"
    assert run("status", "suspend", old).code == 0
    assert verified(run, office, old)["code"] == "credential_suspended"
    assert run("status", "resume", old).code == 0
    assert verified(run, office, old)["code"] == "valid"
    answer = run("status", "supersede", old, "--by", new, "--why", "Grade corrected", "--link", "https://zed.example/n")
    assert answer.code == 0
    assert "mikra status publish" in answer.err
    told = verified(run, office, old)
    assert (told["code"], told["verdict"]) == ("credential_superseded", "TOTAL-FAILED")
    assert "Grade corrected" in told["sentence"]
    document = json.loads(jades.unseal((office / new).read_bytes()).payload)
    assert document["id"] in told["sentence"]
    assert "https://zed.example/n" in told["sentence"]
    assert verified(run, office, new)["code"] == "valid"


def test_by_award_id_and_only_once(run: Run, office: Path, issued: list[str]) -> None:
    document = json.loads(jades.unseal((office / issued[3]).read_bytes()).payload)
    award = document["credentialSubject"]["hasClaim"][0]["id"]
    assert run("status", "revoke", award, "--why", "Issued in error", "--who", "Registrar").code == 0
    assert verified(run, office, issued[3])["code"] == "credential_revoked"
    again = run("status", "revoke", issued[3], "--why", "Again")
    assert (again.code, "cannot be undone" in again.err) == (3, True)
    counted = json.loads(run("status", "list", "--json").out)["lists"]
    assert sum(row["withdrawn"] for row in counted) == 1
    assert "Withdrawn" in run("status", "list").out


def test_what_has_no_place_is_refused(run: Run, office: Path, issued: list[str]) -> None:
    assert run("issue", "water.yaml", "class.csv", "--key", "seal.p12", "-o", "plain").code == 0
    plain = str(min((office / "plain" / "credentials").iterdir()))
    for name in (plain, "urn:uuid:00000000-0000-4000-8000-000000000001"):
        answer = run("status", "revoke", name, "--why", "x")
        assert (answer.code, "no place" in answer.err) == (3, True)
    altered = office / "altered.jsonld"
    altered.write_bytes((office / issued[0]).read_bytes().replace(b"#", b"_", 1))
    assert "does not hold" in run("status", "revoke", "altered.jsonld", "--why", "x").err
    assert run("status", "list", "--store", "nowhere.sqlite").code == 3


def test_profile_1_2(run: Run, office: Path) -> None:
    assert run(*ISSUE, "--status-member", "credentialStatus").code == 0
    first = min((office / "issued" / "credentials").iterdir())
    document = json.loads(jades.unseal(first.read_bytes()).payload)
    assert document["credentialStatus"]["type"] == ["CredentialStatus", "BitstringStatusListEntry"]
    assert "status" not in document
    assert run(*ISSUE, "--status-member", "nowhere").code == 3
