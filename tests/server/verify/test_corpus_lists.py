"""The lists and recipes of the corpus over HTTP: names that must survive, addresses nobody may ask, odd requests."""

from __future__ import annotations

import gzip
import json
import unicodedata
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra import base64url
from mikra.messages.spoken import harmless, inert
from mikra.rendering import verification_report
from mikra.rendering.verification_report import Page, numbered
from mikra.server.actions import verify_reports, verifying
from mikra.server.web.verify import api, reports, views
from tests.adapters.test_http import LIST, _did_web_url, _world
from tests.server.verify.test_reports import carried
from tests.simulators.network import PUBLIC, Network
from tests.verification.documents import edc, seal

CORPUS = Path(__file__).parents[2] / "corpus"
NAMES: list[str] = json.loads((CORPUS / "text-list/names-that-must-survive.json").read_bytes())
EXPECTED = {one["name"]: one["expected"] for one in json.loads((CORPUS / "index.json").read_bytes())["cases"]}

EMOJI = "👩🏽\u200d🎓"


@pytest.fixture(autouse=True)
def full(db: None) -> None:
    for buckets in (views.BUCKETS, reports.BUCKETS, api.BUCKETS):
        buckets.clear()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Network:
    """The machines that the list names, behind the true door."""
    network = _world()
    monkeypatch.setattr(verifying, "HttpLoader", network.loader)
    return network


def of(name: str) -> bytes:
    """A sealed credential of somebody with this name."""
    document = edc()
    document["credentialSubject"] |= {"fullName": {"en": name}}
    for part in ("givenName", "familyName"):
        document["credentialSubject"].pop(part, None)
    return seal(document)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_on_the_page_and_in_the_report_as_it_was_sealed(
    client: Client, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = of(name)
    (told,) = client.post("/api/v1/verify", data, content_type="application/octet-stream").json()
    assert told["verdict"] == "INDETERMINATE"  # nobody told this service to trust the test's issuer
    kept_name = told["credential"]["learner"]["text"]
    if name == EMOJI:  # the meter of Annex I counts a text without letter or digit as not stated
        assert not told["credential"]["learner"]["stated"]
        return
    assert unicodedata.normalize("NFC", kept_name) == unicodedata.normalize("NFC", harmless(name, 10_000))
    shown = inert(kept_name)
    response = client.post("/verify/", {"file": SimpleUploadedFile("a.jsonld", data)})
    assert response.status_code == 200
    page = response.content.decode()
    assert unescape(page).count(shown) >= 1
    assert "<b>Bold" not in page
    assert "49" not in shown
    assert not set("\u202e\u202c") & set(page), "text that turns the reading round stays sealed, but is not shown so"
    drawn: list[Page] = []
    real = verification_report.write_report
    monkeypatch.setattr(reports, "write_report", lambda page, *more: drawn.append(page) or real(page, *more))
    kept = carried(page)
    paper = client.post("/verify/report/", {"report": kept, "as": "pdf"})
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    wanted = shown if len(drawn) == 1 else inert(numbered(kept_name))
    (part,) = drawn[-1].parts
    assert any(wanted in values for _term, values in part.facts)
    assert (len(drawn) == 2) == (name in ("李小龍", "ไทย")), "the rest is drawn as it is"
    content = verify_reports.content_of(kept)
    assert content["files"][0]["reports"][0]["credential"]["learner"]["text"] == kept_name


@pytest.mark.drill("R4")
@pytest.mark.parametrize("did", LIST)
def test_a_pasted_link_asks_no_machine_that_is_not_everybodys(client: Client, world: Network, did: str) -> None:
    answer = client.post("/verify/", {"text": _did_web_url(did)})
    assert answer.status_code == 422
    assert 'id="f-file"' in answer.content.decode()
    _asked(world, did)


@pytest.mark.drill("R4")
@pytest.mark.parametrize("did", LIST)
def test_an_issuer_of_such_a_name_is_not_asked(client: Client, world: Network, did: str) -> None:
    header, payload, value = (CORPUS / "credential-jws/jws-good-es256.jwt").read_text().strip().split(".")
    members = {**json.loads(base64url.decode(header)), "kid": f"{did}#key-1"}
    claims = json.loads(base64url.decode(payload))
    for where in (claims, claims.get("vc", {})):
        where |= {name: did for name in ("iss", "issuer") if name in where}
    token = ".".join(
        (base64url.encode(json.dumps(members).encode()), base64url.encode(json.dumps(claims).encode()), value)
    )
    answer = client.post("/api/v1/verify", token, content_type="application/octet-stream")
    assert answer.status_code in (200, 422)
    (told,) = answer.json()
    assert told["verdict"] != "TOTAL-PASSED"
    assert told["verdict"] == "INDETERMINATE" or told["code"] in ("did_malformed", "issuer_mismatch"), told["code"]
    _asked(world, did)


def _asked(world: Network, did: str) -> None:
    assert {one.ip for one in world.asked} <= {PUBLIC}
    named = did.rpartition(":")[2].removesuffix(".example.test")
    assert named in {"slow", "endless", "redirects-to-loopback"} or not world.asked


def gzipped(client: Client) -> Any:
    body = gzip.compress(bytes(10_000_000))
    return client.post("/api/v1/verify", body, content_type="application/json", headers={"Content-Encoding": "gzip"})


def boundary(kind: str) -> Callable[[Client], Any]:
    said = {"missing": "", "long": f"; boundary={'b' * 5000}", "newline": "; boundary=b\r\nX: y"}[kind]

    def sent(client: Client) -> Any:
        body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhello\r\n--b--\r\n'
        return client.generic("POST", "/api/v1/verify", body, content_type=f"multipart/form-data{said}")

    return sent


def overridden(client: Client) -> Any:
    return client.get("/api/v1/verify", headers={"X-HTTP-Method-Override": "POST"})


@pytest.mark.parametrize(
    ("case", "send"),
    [
        ("http-gzip-body", gzipped),
        ("http-multipart-boundary", boundary("missing")),
        ("http-multipart-boundary", boundary("long")),
        ("http-multipart-boundary", boundary("newline")),
        ("http-method-override", overridden),
    ],
)
def test_an_odd_request_gets_the_stated_answer(client: Client, case: str, send: Callable[[Client], Any]) -> None:
    answer = send(client)
    wanted = EXPECTED[case]
    assert (answer.status_code, answer["Content-Type"]) == (wanted["http"], "application/problem+json")
    assert wanted["code"] in answer.content.decode()


def test_a_method_that_was_overridden_is_the_one_that_was_sent(client: Client) -> None:
    answer = client.post(
        "/api/v1/verify", b"hello", content_type="text/plain", headers={"X-HTTP-Method-Override": "DELETE"}
    )
    assert answer.status_code == 422
    assert answer.json()[0]["verdict"] == "TOTAL-FAILED"


def test_no_link_of_the_page_comes_from_the_name_it_was_asked_by(client: Client) -> None:
    wanted = EXPECTED["http-host-header"]
    answer = client.get("/verify/", headers={"Host": "evil.test"})
    assert answer.status_code in (200, wanted["http"])
    assert b"evil.test" not in answer.content


@pytest.mark.parametrize("path", json.loads((CORPUS / "recipe/http-path-encodings.json").read_bytes())["paths"])
def test_a_confused_path_leads_nowhere(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == EXPECTED["http-path-encodings"]["http"], path


def test_content_of_an_altered_file_is_shown_nowhere(client: Client) -> None:
    data = of("Zora Hidden")
    place = data.index(b'"payload":"') + 11
    altered = data[:place] + data[place:].replace(b"Zora", b"Dora", 1)
    assert altered != data
    api_says = client.post("/api/v1/verify", altered, content_type="application/octet-stream")
    assert (api_says.status_code, api_says.json()[0]["credential"]) == (422, None)
    page = client.post("/verify/", {"file": SimpleUploadedFile("a.jsonld", altered)}).content.decode()
    for said in (page, api_says.content.decode(), json.dumps(verify_reports.content_of(carried(page)))):
        assert "Dora" not in said
        assert "Hidden" not in said
