"""Every hostile and awkward file through the page and the address for programs: the stated answer, never a 5xx."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra.instants import instant
from mikra.server.actions import verifying
from mikra.server.web.verify import views
from mikra.trust.loader import SnapshotLoader

CORPUS = Path(__file__).parents[2] / "corpus"
INDEX = orjson.loads((CORPUS / "index.json").read_bytes())
UPLOADS = ("credential-jws", "credential-di", "sd-jwt", "jades", "json", "png", "svg", "pdf", "zip", "xml")
CASES = [one for one in INDEX["cases"] if one["kind"] in UPLOADS]
VERDICTS = {"passed": "TOTAL-PASSED", "failed": "TOTAL-FAILED", "indeterminate": "INDETERMINATE"}


@pytest.fixture(autouse=True)
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only web of these files, and their clock."""
    web = SnapshotLoader.open(CORPUS / "web.json")
    monkeypatch.setattr(verifying, "HttpLoader", lambda: web)
    monkeypatch.setattr(verifying, "now", lambda: instant(INDEX["clock"]))
    monkeypatch.setattr(views, "now", lambda: instant(INDEX["clock"]))
    views.BUCKETS.clear()


def never(*_given: object) -> Any:
    raise AssertionError("asked")


@pytest.mark.parametrize("case", CASES, ids=lambda one: one["name"])
def test_each_file_gets_its_answer(client: Client, case: dict[str, Any]) -> None:
    data = (CORPUS / case["file"]).read_bytes()
    answer = client.post("/api/v1/verify", data, content_type="application/octet-stream")
    assert answer.status_code in (200, 413, 422), answer.status_code
    wanted = VERDICTS.get(case["expected"]["verdict"])
    if answer["Content-Type"] == "application/json":
        told = answer.json()
        found = {one["verdict"] for one in told}
        assert (answer.status_code == 422) == ("TOTAL-FAILED" in found)
        if wanted == "TOTAL-PASSED":  # nobody has told this service to trust the issuer of the corpus
            assert "TOTAL-FAILED" not in found
        else:
            assert wanted is None or wanted in found, found
            codes = {case["expected"]["code"], *case["expected"].get("also", ())}
            codes |= {"seal_not_trusted"} if wanted == "INDETERMINATE" else set()  # said first
            assert wanted is None or codes & {one["code"] for one in told}, (codes, [one["code"] for one in told])
    else:
        assert answer["Content-Type"] == "application/problem+json"
        assert wanted != "TOTAL-PASSED"
    page = client.post("/verify/", {"file": SimpleUploadedFile(Path(case["file"]).name, data)})
    assert page.status_code in (200, 413, 422)
    assert "<script>alert" not in page.content.decode()
    if wanted == "TOTAL-FAILED":
        assert "verdict--good" not in page.content.decode()


def bomb(depth: int = 1, *, members: int = 1) -> bytes:
    """Zeros in a ZIP, in a ZIP."""
    data = bytes(60_000_000)
    for _level in range(depth):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for number in range(members):
                archive.writestr(f"{number}.json", data)
        data = made.getvalue()
    return data


@pytest.mark.parametrize("data", [bomb(), bomb(2), bomb(members=3)], ids=["one", "nested", "several"])
def test_what_blows_up_is_refused(client: Client, data: bytes) -> None:
    answer = client.post("/api/v1/verify", data, content_type="application/octet-stream")
    assert answer.status_code == 422
    assert client.post("/verify/", {"file": SimpleUploadedFile("a.zip", data)}).status_code in (200, 422)
    assert client.post("/verify/", {"text": "hello"}).status_code in (200, 422)


@pytest.mark.drill("R14")
def test_what_says_to_be_too_large_is_not_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "check", never)
    for address in ("/verify/", "/api/v1/verify"):
        answer = client.post(
            address, b"x", content_type="application/octet-stream", CONTENT_LENGTH=str(views.MOST_SENT + 1)
        )
        assert answer.status_code == 413, address


@pytest.mark.drill("R14")
def test_who_asks_too_often_is_told_when_to_come_again(client: Client) -> None:
    for address in ("/verify/", "/api/v1/verify"):
        views.BUCKETS.clear()
        for _n in range(views.BUCKETS.burst):
            views.BUCKETS.take("127.0.0.1")
        answer = client.post(address, {"text": "x"})
        assert answer.status_code == 429, address
        assert int(answer["Retry-After"]) >= 1
        assert client.get("/verify/").status_code == 200
