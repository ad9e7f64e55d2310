"""From a class list to credentials, and what becomes of them, as a program sees it."""

from __future__ import annotations

import csv
import io
import threading
import time
import tracemalloc
from typing import Any

import pytest
from django.db import connection

from mikra.server.actions import sealing
from mikra.server.actions.upload_spool import Spool
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import Tenant
from tests.server.api.conftest import API, ROW, Give, Program
from tests.server.api.test_door import refused
from tests.server.institution import class_list

OTHER = {**ROW, "given_name": "Petr", "email": "petr@student.example", "learner_id": "S000002"}
CSV = "text/csv"


def seal(bearer: Program, batch: str) -> None:
    said = bearer.get(f"/batches/{batch}/sentence").json()["sentence"]
    assert bearer.post(f"/batches/{batch}/approve", {"sentence": said}).status_code == 200
    while sealing.advance_any():
        pass


def test_from_rows_to_a_receipt(tenant: Tenant, edition: Edition, program: Give) -> None:
    bearer = program(tenant)
    made = bearer.post("/batches", {"edition": str(edition.id), "awarded_on": "2026-06-30", "rows": [ROW, OTHER]})
    assert made.status_code == 201
    batch = made.json()["id"]
    assert made["Location"] == f"{API}/batches/{batch}"
    assert made.json()["counts"]["ready"] == 2
    refused(bearer.get(f"/batches/{batch}/receipt"), 404)
    seal(bearer, batch)
    done = bearer.get(f"/batches/{batch}").json()
    assert (done["state"], done["counts"]["sealed"]) == ("done", 2)
    assert bearer.get(f"/batches/{batch}/progress").json()["done"] == 2
    assert bearer.get(f"/batches/{batch}/receipt").content
    assert bearer.get(f"/batches/{batch}/receipt.xlsx").content[:2] == b"PK"
    assert bearer.get(f"/batches/{batch}/receipt.pdf").content[:4] == b"%PDF"
    awards = bearer.get(f"/awards?batch={batch}&awarded_from=2026-06-30&awarded_to=2026-06-30").json()["items"]
    assert {one["name"] for one in awards} == {"Jana Nováková", "Petr Nováková"}
    assert {one["name"] for one in program(tenant, "read").get("/awards").json()["items"]} == {""}
    assert b"credentialSubject" in bearer.get(f"/awards/{awards[0]['id']}/credential").content
    refused(program(tenant, "read").get(f"/awards/{awards[0]['id']}/credential"), 403)
    refused(bearer.get(f"/awards/{awards[0]['id']}/credential?form=papyrus"), 404)


def test_what_is_wrong_is_said_by_cell_and_mended(tenant: Tenant, edition: Edition, program: Give) -> None:
    bearer = program(tenant)
    rows = [ROW, {**OTHER, "family_name": ""}, {**OTHER, "learner_id": "S000003", "email": "no address"}]
    batch = bearer.post("/batches", {"edition": str(edition.id), "rows": rows}).json()
    assert (batch["counts"]["ready"], batch["counts"]["fix"]) == (1, 2)
    wrong = bearer.get(f"/batches/{batch['id']}/rows?state=fix&limit=1").json()
    assert wrong["next"] is not None
    cell = next(one for one in wrong["items"][0]["cells"] if one["severity"] == "error")
    assert cell["field"] == "family_name"
    number = wrong["items"][0]["number"]
    change = {"row": number, "position": cell["position"], "text": "Dvořák"}
    mended = bearer.ask("PATCH", f"/batches/{batch['id']}/rows", {"changes": [change]})
    assert [one["state"] for one in mended.json() if one["number"] == number] == ["ready"]
    rest = bearer.get(f"/batches/{batch['id']}/rows?state=fix").json()["items"]
    assert bearer.post(f"/batches/{batch['id']}/rows/leave-out", {"rows": [rest[0]["number"]]}).json() == {"changed": 1}
    assert bearer.post(f"/batches/{batch['id']}/rows/take-back", {"rows": [rest[0]["number"]]}).json() == {"changed": 1}
    assert bearer.post(f"/batches/{batch['id']}/cancel").json()["state"] == "cancelled"
    refused(bearer.ask("PATCH", f"/batches/{batch['id']}/rows", {"changes": [change]}), 409)


def test_correcting(tenant: Tenant, edition: Edition, program: Give) -> None:
    bearer = program(tenant)
    batch = bearer.post("/batches", {"edition": str(edition.id), "rows": [ROW]}).json()["id"]
    seal(bearer, batch)
    award = bearer.get("/awards").json()["items"][0]["id"]
    place = bearer.get(f"/awards/{award}/status").json()
    assert place["state"] == "valid"
    assert place["list"].startswith("http")
    refused(bearer.post(f"/awards/{award}/suspend", {"reason": " "}), 422)
    refused(program(tenant, "prepare").post(f"/awards/{award}/suspend", {"reason": "x"}), 403)
    assert bearer.post(f"/awards/{award}/suspend", {"reason": "Being looked at"}).json()["state"] == "suspended"
    refused(bearer.post(f"/awards/{award}/suspend", {"reason": "Again"}), 409)
    assert bearer.post(f"/awards/{award}/resume", {"reason": "In order"}).json()["state"] == "valid"
    facts = {one["field"]: one["text"] for one in bearer.get(f"/awards/{award}/facts").json()}
    assert facts["family_name"] == "Nováková"
    changes = {"changes": {"family_name": "Malá"}, "reason": "The name was misspelt"}
    made = bearer.post(f"/awards/{award}/supersede", changes, Idempotency_Key="s")
    assert made.status_code == 201
    assert made.json()["name"] == "Jana Malá"
    assert bearer.post(f"/awards/{award}/supersede", changes, Idempotency_Key="s").json() == made.json()
    assert bearer.get(f"/awards/{award}/status").json()["successor"] == made.json()["id"]
    assert bearer.post(f"/awards/{made.json()['id']}/revoke", {"reason": "Not earned"}).json()["state"] == "revoked"


def test_the_ledger(tenant: Tenant, edition: Edition, program: Give) -> None:
    bearer = program(tenant)
    batch = bearer.post("/batches", {"edition": str(edition.id), "rows": [ROW, OTHER]}).json()["id"]
    seal(bearer, batch)
    page = bearer.get("/deliveries?limit=1").json()
    line = page["items"][0]
    assert bearer.get(f"/deliveries?limit=1&after={page['next']}").json()["items"][0]["id"] != line["id"]
    assert line["email"].endswith("@student.example")
    assert bearer.get(f"/deliveries/{line['id']}").json()["history"]
    assert bearer.post(f"/deliveries/{line['id']}/resend", {"reason": "Asked for"}).status_code == 201
    refused(bearer.ask("PATCH", f"/deliveries/{line['id']}", {"email": "no address", "reason": "x"}), 422)
    assert bearer.post(f"/batches/{batch}/revert", {"reason": "The wrong class"}).json()["state"] == "reverted"


def test_designs(tenant: Tenant, edition: Edition, program: Give) -> None:
    bearer = program(tenant)
    made = bearer.post("/designs", {"content": {"code": "NEW-1", "title": {"en": "New"}}})
    assert made.status_code == 201
    design = made.json()
    saved = bearer.ask("PUT", f"/designs/{design['id']}", {"content": design["draft"], "version": design["version"]})
    assert saved.status_code == 200
    refused(bearer.ask("PUT", f"/designs/{design['id']}", {"content": {"code": "X"}, "version": 99}), 409)
    refused(bearer.post(f"/designs/{design['id']}/editions"), 409)
    here = f"/designs/{edition.design_id}/editions"
    assert [one["number"] for one in bearer.get(here).json()] == [1]
    assert bearer.get(f"{here}/1").json()["digest"] == edition.digest
    assert bearer.get(f"{here}/1/content").json()["format"]
    assert "family_name" in {one["name"] for one in bearer.get(f"{here}/1/fields").json()}
    refused(bearer.get(f"{here}/{10**30}"), 404)


def test_a_list_as_csv_replaces_the_one_before(tenant: Tenant, edition: Edition, program: Give) -> None:
    bearer = program(tenant)
    batch = bearer.post("/batches", {"edition": str(edition.id)}).json()["id"]
    taken = bearer.ask("PUT", f"/batches/{batch}/list", class_list(30), Content_Type=CSV)
    assert taken.json()["total"] == 30
    assert bearer.ask("PUT", f"/batches/{batch}/list", class_list(7), Content_Type=CSV).json()["total"] == 7
    refused(bearer.ask("PUT", f"/batches/{batch}/list", b"{}", Content_Type="application/json"), 415)
    refused(bearer.ask("PUT", f"/batches/{batch}/list", class_list(3), Content_Type=CSV, Content_Encoding="gzip"), 415)
    refused(bearer.ask("PUT", f"/batches/{batch}/list", b'a,"b', Content_Type=CSV), 422)
    refused(bearer.ask("PUT", f"/batches/{batch}/list?date_order=xyz", class_list(3), Content_Type=CSV), 422)


@pytest.mark.drill("R14")
def test_long_lists_have_no_limit_of_rows_and_long_workbooks_do(
    tenant: Tenant, edition: Edition, program: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R14: CSV is read row by row; what is too large is refused by Content-Length, or at the byte."""
    from mikra.server.web.api import rows

    bearer = program(tenant)
    batch = bearer.post("/batches", {"edition": str(edition.id)}).json()["id"]
    xlsx = rows.XLSX
    refused(bearer.ask("PUT", f"/batches/{batch}/list", b"P" * (rows.WORKBOOK + 1), Content_Type=xlsx), 413)
    monkeypatch.setattr(rows, "LONGEST", 1_000)
    refused(bearer.ask("PUT", f"/batches/{batch}/list", class_list(100), Content_Type=CSV), 413, "too_large")
    refused(
        bearer.post("/batches", {"edition": str(edition.id), "rows": [ROW] * 5_001}), 422
    )  # more as JSON go by PUT, as CSV


def test_a_spool_holds_no_more_than_two_blocks_and_nothing_in_the_clear() -> None:
    line = b"Jana,Novakova,jana@student.example\n"
    with Spool() as spool:
        tracemalloc.start()
        for _ in range(400):
            spool.add(line * 1_000)
        reader = spool.reader()
        count = sum(1 for _ in reader)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == 400_000
        assert peak < 8 * Spool.BLOCK
        spool._file.seek(0)
        assert b"Jana" not in spool._file.read()
        reader.seek(len(line) * 399_999)
        assert reader.read() == line
        assert list(csv.reader(io.TextIOWrapper(spool.reader(), "utf-8")))[-1][0] == "Jana"


@pytest.mark.drill("R8")
@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_make_one_batch(tenant: Tenant, edition: Edition, program: Give) -> None:
    """R8: one batch, and twenty times the same answer."""
    bearer = program(tenant)
    body = {"edition": str(edition.id), "rows": [ROW]}
    answers: list[Any] = []

    def ask() -> None:
        try:
            answer = Program(bearer.secret).post("/batches", body, Idempotency_Key="same")
            while answer.status_code == 503:  # a database in memory does not wait for its lock, as one on disk does
                assert answer["Retry-After"]
                time.sleep(0.05)
                answer = Program(bearer.secret).post("/batches", body, Idempotency_Key="same")
            answers.append(answer)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["id"] for one in answers}) == 1
    assert Batch.of(tenant).count() == 1
    assert BatchRow._default_manager.filter(tenant=tenant).count() == 1
