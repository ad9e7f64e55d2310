"""`mikra issue --status` and `mikra status`: from a class list to a report on a credential that was replaced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mikra import base64url
from mikra.conversion import manifest, terms
from mikra.sealing import jades, sd_jwt
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


FORMS = ("open-badge-3", "open-badge-3-vc-1.1", "vc-2.0", "vc-2.0-jwt", "sd-jwt-vc", "sd-jwt-vc-eu")
NAMED = ("--key", "seal.p12", "--terms", "https://zed.example/ns/")


def codes(run: Run, office: Path) -> dict[str, str]:
    """Form -> what a relying party that trusts the issuer is told of it."""
    found = {}
    for form in FORMS:
        answer = run("verify", form, *trust(office, form), "--snapshot", "web.json", "--offline", "--json")
        (found[form],) = [one["code"] for one in json.loads(answer.out)]
    return found


def trust(office: Path, form: str) -> tuple[str, ...]:
    """Who relies on a form names its issuer, and has our terms."""
    (office / "terms").mkdir(exist_ok=True)
    (office / "terms" / "context.json").write_text(json.dumps(terms.context(NAMED[-1])))
    (office / "terms" / "contexts.json").write_text(json.dumps({terms.context_url(NAMED[-1]): "context.json"}))
    return ("--trust-issuer", issuer_of(office / form), "--contexts", "terms")


def issuer_of(file: Path) -> str:
    """The DID under which a form was sealed."""
    data = file.read_bytes()
    if b"~" in data:
        return str(sd_jwt.read(data).claims["iss"])
    claims = data if data.startswith(b"{") else base64url.decode(data.split(b".")[1].decode())
    return str(json.loads(claims)["issuer"]["id"])


def test_every_form_has_the_status_of_its_award(run: Run, office: Path, issued: list[str]) -> None:
    old, new = issued[:2]
    for form in FORMS:
        assert run("convert", old, "--to", form, *NAMED, "-o", form).code == 0
    assert verified(run, office, old)["code"] == "valid"
    assert set(codes(run, office).values()) == {"valid"}
    (office / "web.json").write_text("{}")
    assert set(codes(run, office).values()) == {"valid_status_unknown"}, "who cannot ask is not told that it is valid"
    assert run("status", "suspend", old).code == 0
    verified(run, office, old)
    assert codes(run, office) == dict.fromkeys(FORMS, "credential_suspended")
    assert run("status", "resume", old).code == 0
    assert run("status", "supersede", old, "--by", new, "--why", "Grade corrected").code == 0
    verified(run, office, old)
    told = codes(run, office)
    assert told.pop("open-badge-3-vc-1.1") == "credential_revoked", "a list of 2021 has nothing that says more"
    assert set(told.values()) == {"credential_superseded"}


def test_another_key_cannot_publish_the_status_of_a_form(run: Run, office: Path, issued: list[str]) -> None:
    assert run("convert", issued[0], "--to", "vc-2.0", *NAMED, "-o", "form").code == 0
    words = ("--id", "VATRO-12345678", "--country", "RO", "-o", "other.p12")
    assert run("keys", "new", "--organisation", "University of Zed", *words).code == 0
    assert run("status", "publish", "--key", "other.p12", "-o", "public").code == 0
    answer = run("verify", "form", *trust(office, "form"), "--snapshot", snapshot(office), "--offline", "--json")
    assert [one["code"] for one in json.loads(answer.out)] == ["status_list_issuer_mismatch"]


def test_the_manifests_say_what_replaced_what(run: Run, office: Path, issued: list[str]) -> None:
    old, new = issued[:2]
    for file, folder in ((old, "a"), (new, "b")):
        assert run("forms", file, "--key", "seal.p12", "-o", folder).code == 0
    ids = [json.loads(jades.unseal((office / file).read_bytes()).payload)["id"] for file in (old, new)]
    asked = ("status", "supersede", old, "--by", new, "--why", "Grade corrected")
    files = ("--manifest", "a/manifest.json", "--by-manifest", "b/manifest.json")
    before = (office / "a" / "manifest.json").read_bytes()
    for wrong in (files, ("--key", "seal.p12"), (files[0], files[3], *files[2:], "--key", "seal.p12")):
        assert run(*asked, *wrong).code == 3
    assert (office / "a" / "manifest.json").read_bytes() == before
    assert run(*asked, *files, "--key", "seal.p12").code == 0
    left, right = (manifest.read((office / one / "manifest.json").read_bytes()) for one in ("a", "b"))
    assert (left.superseded_by, right.supersedes) == (ids[1], ids[0])
    assert {one.status for one in left.entries} == {manifest.Standing.SUPERSEDED}
    assert {one.status for one in right.entries} == {manifest.Standing.VALID}
    assert left.version == manifest.read(before).version + 1
    again = run("forms", old, "--key", "seal.p12", "-o", "a")
    assert (again.code, "withdrawn or replaced" in again.err) == (3, True)


def test_a_withdrawal_stands_in_the_manifest(run: Run, office: Path, issued: list[str]) -> None:
    assert run("forms", issued[0], "--key", "seal.p12", "-o", "a").code == 0
    asked = ("status", "revoke", issued[0], "--why", "Issued in error", "--manifest", "a/manifest.json")
    assert run(*asked).code == 3
    assert run(*asked, issued[1], "--key", "seal.p12").code == 3
    assert run(*asked, "--key", "seal.p12").code == 0
    found = manifest.read((office / "a" / "manifest.json").read_bytes())
    assert ({one.status for one in found.entries}, found.superseded_by) == ({manifest.Standing.WITHDRAWN}, "")
