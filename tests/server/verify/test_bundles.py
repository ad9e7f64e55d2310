"""The bundle of a report: made again offline to the letter; whatever is exchanged in it, is seen."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra.adapters.clock import now
from mikra.adapters.signer_keys import read_plan
from mikra.adapters.signer_kinds import Kind
from mikra.cli import main
from mikra.sealing import jades
from mikra.sealing.keys import private_key_signer
from mikra.server.actions import service_keys, verify_reports
from mikra.server.installation import Installation, installation
from mikra.server.web.verify import reports
from mikra.verification import bundle, sealed_report
from tests.server.verify.conftest import send
from tests.server.verify.test_own import publish
from tests.server.verify.test_reports import carried
from tests.server.wallet.conftest import award as award
from tests.server.wallet.conftest import code as code
from tests.server.wallet.conftest import sealed as sealed

Told = pytest.CaptureFixture[str]
Parts = dict[str, bytes]


@pytest.fixture(autouse=True)
def full() -> None:
    reports.BUCKETS.clear()


@pytest.fixture
def genuine(genuine: bytes) -> bytes:
    """Its status list is public."""
    publish()
    return genuine


def downloaded(client: Client, *files: bytes, again: tuple[bytes, ...] = (), **fields: str) -> bytes:
    page = send(client, *files, **fields)
    uploads = [SimpleUploadedFile(f"{n}", one) for n, one in enumerate(again)]
    asked = {"report": carried(page), "parts": carried(page, "parts"), "as": "bundle", "file": uploads}
    answer = client.post("/verify/report/", asked)
    assert answer.status_code == 200, answer.content[:300]
    assert answer["Content-Type"] == "application/zip"
    return answer.content


@pytest.fixture
def keys(client: Client, tmp_path: Path) -> Path:
    answer = client.get("/verify/keys.json")
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    file = tmp_path / "keys.json"
    file.write_bytes(answer.content)
    return file


def again(data: bytes, folder: Path, told: Told, *words: str) -> tuple[int, str, str]:
    """What the command line says of it: exit code, answer, remarks."""
    file = folder / "bundle.zip"
    file.write_bytes(data)
    with pytest.raises(SystemExit) as ended:
        main(["verify", "--bundle", str(file), *words])
    said = told.readouterr()
    return int(ended.value.code or 0), said.out, " ".join(said.err.split())


def changed(data: bytes, change: Callable[[Parts], None]) -> bytes:
    parts = bundle.opened(data)
    change(parts)
    return bundle.archive(parts)


def test_the_report_is_made_again_offline_to_the_letter(
    client: Client, genuine: bytes, keys: Path, capsys: Told, tmp_path: Path
) -> None:
    data = downloaded(client, genuine)
    code, out, err = again(data, tmp_path, capsys, "--sealed-by", str(keys), "--json", "--details")
    assert code == 0
    assert "the key that you named sealed it" in err
    assert "differs" not in err
    kept = bundle.read(data)
    assert orjson.loads(out) == kept.told
    assert kept.files[0][1] == genuine
    assert kept.web
    assert all("/status/" in url and one.at for url, one in kept.web.items())


def test_of_several_files_bad_ones_too_and_of_another_day(
    client: Client, genuine: bytes, altered: bytes, keys: Path, capsys: Told, tmp_path: Path
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.json", genuine)
    data = downloaded(client, genuine, altered, packed.getvalue(), on="2026-02-01")
    code, _out, err = again(data, tmp_path, capsys, "--sealed-by", str(keys))
    assert code == 1
    assert "differs" not in err
    assert len(bundle.read(data).files) == 3


def test_without_naming_a_key_it_is_said_whose_it_claims_to_be(
    client: Client, genuine: bytes, report_key: bytes, capsys: Told, tmp_path: Path
) -> None:
    code, _out, err = again(downloaded(client, genuine), tmp_path, capsys)
    assert code == 0
    assert hashlib.sha256(report_key).hexdigest() in err


def _flip(name: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        middle = len(parts[name]) // 2
        parts[name] = parts[name][:middle] + bytes([parts[name][middle] ^ 1]) + parts[name][middle + 1 :]

    return change


def _verdict(parts: Parts) -> None:
    parts["report.json"] = parts["report.json"].replace(b"TOTAL-FAILED", b"TOTAL-PASSED").replace(b"a", b"b", 1)


def _in_seal(parts: Parts) -> None:
    file = orjson.loads(parts["seal.json"])
    payload = file["payload"]
    assert '"today":true' in payload
    parts["seal.json"] = orjson.dumps({**file, "payload": payload.replace('"today":true', '"today":null')})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_flip("files/0"), "not the one that was sealed: files/0"),
        (_flip("web/0"), "not the one that was sealed: web/0"),
        (_flip("manifest.json"), "not the one that was sealed: manifest.json"),
        (_verdict, "not the one that was sealed: report.json"),
        (_in_seal, "seal of this bundle is broken"),
        (lambda parts: parts.update({"seal.json": b"{}"}), "seal of this bundle is broken"),
        (lambda parts: parts.pop("web/0") and None, "is missing: web/0"),
        (lambda parts: parts.update({"anchors/0": b"x"}), "was added to the bundle"),
        (lambda parts: parts.pop("seal.json") and None, "carries no seal"),
    ],
)
def test_whatever_was_exchanged_is_refused(
    client: Client, genuine: bytes, keys: Path, capsys: Told, tmp_path: Path,
    change: Callable[[Parts], None], words: str,
) -> None:  # fmt: skip
    code, out, err = again(changed(downloaded(client, genuine), change), tmp_path, capsys, "--sealed-by", str(keys))
    assert (code, out) == (1, "")
    assert words in err


def test_a_seal_by_another_key_is_refused(
    client: Client, genuine: bytes, keys: Path, capsys: Told, tmp_path: Path
) -> None:
    other = service_keys.made()
    content = dict(sealed_report.read(bundle.opened(downloaded(client, genuine))["seal.json"]).content)

    def resealed(parts: Parts) -> None:
        _flip("files/0")(parts)
        content["parts"] = sealed_report.digests(parts)
        document = {**orjson.loads(jades.unseal(parts["seal.json"]).payload), "credentialSubject": content}
        signer = private_key_signer(other.key, other.certificate)
        parts["seal.json"] = jades.seal(orjson.dumps(document), signer=signer, at=now())

    data = changed(downloaded(client, genuine), resealed)
    code, out, err = again(data, tmp_path, capsys, "--sealed-by", str(keys))
    assert (code, out) == (1, "")
    assert "another key" in err
    code, _out, err = again(data, tmp_path, capsys)  # nobody was named: then the report itself comes out differently
    assert code == 1
    assert "differs" in err
    assert "TOTAL-PASSED. Now: TOTAL-FAILED" in err


def test_files_too_large_for_the_page_are_chosen_once_more(
    client: Client, genuine: bytes, altered: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_reports, "CARRIED", len(downloaded(client, genuine)) - len(genuine) // 8)
    page = send(client, genuine)
    assert 'id="f-again"' in page
    asked = {"report": carried(page), "parts": carried(page, "parts"), "as": "bundle"}
    assert bundle.read(downloaded(client, genuine, again=(genuine,))).files[0][1] == genuine
    for wrong in ([], [altered]):
        uploads = [SimpleUploadedFile("a", one) for one in wrong]
        assert client.post("/verify/report/", {**asked, "file": uploads}).status_code == 400
    monkeypatch.setattr(verify_reports, "CARRIED", 10)
    assert 'value="bundle"' not in send(client, genuine)


@pytest.mark.parametrize("parts", ["", "x", "UEs=", base64.b64encode(b"PK\x05\x06" + bytes(18)).decode()])
def test_parts_that_are_none(client: Client, genuine: bytes, parts: str) -> None:
    kept = carried(send(client, genuine))
    assert client.post("/verify/report/", {"report": kept, "parts": parts, "as": "bundle"}).status_code == 400


def test_its_key_seals_reports_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Installation(home=tmp_path, origin=installation().origin)
    monkeypatch.setattr(service_keys, "installation", lambda: home)
    for _ in range(2):
        service_keys._make(service_keys.name(), service_keys.REPORTS)
    (key,) = read_plan(home.signer_plan).keys
    assert (key.name, key.seals) == (service_keys.name(), {Kind.REPORT})


def test_keys_of_earlier_years_stay_published(
    client: Client, report_key: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = service_keys.made()
    home = Installation(home=tmp_path, origin=installation().origin)
    monkeypatch.setattr(service_keys, "installation", lambda: home)
    name = service_keys.name().replace(str(now().year), "2020")
    home.keys.mkdir()
    (home.keys / f"{name}.p12").write_bytes(b"")
    service_keys._HELD[name] = private_key_signer(earlier.key, earlier.certificate)
    found = [one["kid"] for one in client.get("/verify/keys.json").json()["keys"]]
    assert found == [hashlib.sha256(one).hexdigest() for one in (report_key, earlier.certificate)]
