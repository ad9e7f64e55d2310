"""The report as a file: sealed, of what was found and of nothing else, and nothing personal in an address."""

from __future__ import annotations

import hashlib
import re
from html import unescape

import orjson
import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import UnavailableError
from mikra.sealing import jades
from mikra.sealing.keys import Signer
from mikra.server.actions import service_keys, verify_reports
from mikra.server.store.tenants import Tenant
from mikra.server.web.verify import reports
from mikra.verification import sealed_report
from tests.server.institution import made_key
from tests.server.verify.conftest import send
from tests.server.wallet.conftest import award as award
from tests.server.wallet.conftest import code as code
from tests.server.wallet.conftest import sealed as sealed


@pytest.fixture(autouse=True)
def full() -> None:
    reports.BUCKETS.clear()


def carried(page: str, name: str = "report") -> str:
    (found,) = re.findall(rf'name="{name}" value="([^"]+)"', page)
    return unescape(found)


def test_the_report_is_sealed_and_names_what_was_judged(client: Client, genuine: bytes, report_key: bytes) -> None:
    kept = carried(send(client, genuine))
    answer = client.post("/verify/report/", {"report": kept, "as": "json"})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    opened = jades.unseal(orjson.loads(answer.content))
    assert jades.check_integrity(opened) == ()
    assert opened.seals[0].certificate == report_key
    said = orjson.loads(opened.payload)["credentialSubject"]
    (file,) = said["files"]
    assert file["sha256"] == hashlib.sha256(genuine).hexdigest()
    assert len(file["reports"][0]["checks"]) == 11
    assert said["program"]["version"]
    assert all("/status/" in one["url"] for one in said["asked"])
    assert said["asked"]
    trusted = hashlib.sha256(made_key("credentials", demonstration=False).certificate).hexdigest()
    assert trusted in said["trusted_seals"]


def test_the_report_on_paper_holds_the_one_for_programs(client: Client, genuine: bytes, altered: bytes) -> None:
    for kept in (carried(send(client, genuine)), carried(send(client, genuine, altered, b"hello"))):
        answer = client.post("/verify/report/", {"report": kept, "as": "pdf"})
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF-")
        assert b"report.json" in answer.content


def test_of_an_altered_file_the_report_tells_no_content(client: Client, altered: bytes) -> None:
    content = verify_reports.content_of(carried(send(client, altered)))
    assert content["files"][0]["verdict"] == "TOTAL-FAILED"
    assert content["files"][0]["reports"][0]["credential"] is None


def test_nobody_has_us_seal_what_we_did_not_find(client: Client, genuine: bytes) -> None:
    kept = carried(send(client, genuine))
    for wrong in ("", "x", kept[:-1], "A" + kept[1:], kept.replace(":", "", 1), "\x00", "a" * 4_000_000):
        assert client.post("/verify/report/", {"report": wrong}).status_code == 400, wrong[:20]
    assert client.get("/verify/report/").status_code == 405


def test_a_page_of_yesterday_gives_no_report(client: Client, genuine: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = carried(send(client, genuine))
    monkeypatch.setattr(verify_reports, "KEPT", -1)
    assert client.post("/verify/report/", {"report": kept}).status_code == 400


def test_where_institutions_are_several_it_is_sealed_as_well(
    client: Client, genuine: bytes, stranger: Tenant, report_key: bytes
) -> None:
    content = verify_reports.content_of(carried(send(client, genuine)))
    found = sealed_report.read(verify_reports.as_json(content, now()))
    assert found.by({hashlib.sha256(report_key).hexdigest()})
    assert found.content["parts"]


def test_without_its_key_there_is_no_report(client: Client, genuine: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = carried(send(client, genuine))

    def down() -> Signer:
        raise UnavailableError("The signer does not answer.", code="signer_down")

    monkeypatch.setattr(service_keys, "signer", down)
    for kind in ("json", "pdf"):
        answer = client.post("/verify/report/", {"report": kept, "as": kind})
        assert answer.status_code == 503
        assert not answer.content.startswith((b"%PDF", b'{"payload'))


def test_reports_are_bounded(client: Client, db: None) -> None:
    codes = [client.post("/verify/report/", {"report": "x"}) for _n in range(reports.BUCKETS.burst + 1)]
    assert codes[-1].status_code == 429
    assert int(codes[-1]["Retry-After"]) > 0
