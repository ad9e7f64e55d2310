"""Finding people, listing awards, taking them away."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import orjson
import pikepdf
import pytest

from mikra.errors import NotAllowedError, NotFoundError, UnavailableError
from mikra.sealing import jades
from mikra.server.actions import awards, corrections, learners, receipts, receipts_pdf, sealing_finish
from mikra.server.rights import Actor, Role
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.batches import Batch, ReceiptPart
from mikra.server.store.designs import Edition
from mikra.server.store.learners import Learner
from mikra.server.store.tenants import Tenant
from tests.server.institution import class_list, publish, sealed_batch

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LIST = (
    "Given name,Family name,E-mail,Student number,Grade\r\n"
    "Zoë,Łukasiewicz,zoe@student.example,S-77,9\r\n"
    "Ana,Popescu,ana@student.example,S-78,9\r\n"
    "Ana,Ødegård,ana2@student.example,S-79,9\r\n"
).encode()


@pytest.fixture
def batch(registrar: Actor, edition: Edition) -> Batch:
    return sealed_batch(registrar, edition, LIST)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("lukasiewicz", ["Zoë Łukasiewicz"]),
        ("ŁUKASIEWICZ zoe", ["Zoë Łukasiewicz"]),
        ("Ana", ["Ana Popescu", "Ana Ødegård"]),
        ("ana odegard", ["Ana Ødegård"]),
        ("ANA@student.example", ["Ana Popescu"]),
        ("s-78", ["Ana Popescu"]),
        ("An", []),
        ("  ", []),
        ("nobody", []),
        ("student.example", []),
    ],
)
def test_people_are_found(registrar: Actor, batch: Batch, query: str, names: list[str]) -> None:
    assert sorted(one.name for one in learners.find(registrar, query)) == names


def test_all_awards_of_a_person_across_batches(
    registrar: Actor, batch: Batch, tenant: Tenant, stranger: Tenant, actor: Callable[..., Actor]
) -> None:
    sealed_batch(registrar, publish(tenant), LIST)
    (person,) = learners.find(registrar, "s-77")
    assert person.awards == 2
    assert len(learners.of_learner(registrar, person.id)) == 2
    other = actor(stranger, Role.REGISTRAR)
    assert learners.find(other, "s-77") == []
    for act in (learners.learner, learners.of_learner):
        with pytest.raises(NotFoundError):
            act(other, person.id)
        with pytest.raises(NotAllowedError):
            act(actor(tenant, Role.AUDITOR), person.id)
    with pytest.raises(NotAllowedError):
        learners.find(actor(tenant, Role.DESIGNER), "s-77")


def test_awards_are_listed_and_filtered(registrar: Actor, batch: Batch, tenant: Tenant, edition: Edition) -> None:
    other = publish(tenant)
    sealed_batch(registrar, other, class_list(2))
    award = Award.of(tenant).filter(batch=batch).order_by("row")[0]
    corrections.revoke(registrar, award.id, "Wrong.")
    assert awards.count(registrar) == 5
    assert awards.count(registrar, awards.Filter(state="revoked")) == 1
    assert awards.count(registrar, awards.Filter(design_id=other.design_id)) == 2
    assert awards.count(registrar, awards.Filter(start=award.awarded_on, end=award.awarded_on)) == 5
    pages, before = [], None
    while page := awards.listed(registrar, before=before, limit=2):
        pages.append([one.id for one in page])
        before = page[-1].id
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({one for page in pages for one in page}) == 5


def test_names_are_for_those_who_may_see_them(
    registrar: Actor, batch: Batch, tenant: Tenant, actor: Callable[..., Actor]
) -> None:
    auditor = actor(tenant, Role.AUDITOR)
    assert {one.name for one in awards.listed(auditor)} == {""}
    for act in (awards.export_csv, awards.export_xlsx, awards.export_files):
        with pytest.raises(NotAllowedError):
            act(auditor)
    for receipt in (receipts.receipt_xlsx, receipts_pdf.receipt_pdf):
        with pytest.raises(NotAllowedError):
            receipt(auditor, batch.id)


def test_awards_are_taken_away(registrar: Actor, batch: Batch) -> None:
    table = b"".join(awards.export_csv(registrar)).decode("utf-8-sig").splitlines()
    assert len(table) == 4
    assert any(line.startswith("Zoë Łukasiewicz,") for line in table)
    sheet = openpyxl.load_workbook(io.BytesIO(awards.export_xlsx(registrar))).active
    assert sheet is not None
    assert sheet.max_row == 4
    archive = zipfile.ZipFile(io.BytesIO(b"".join(awards.export_files(registrar))))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == sorted(f"{one.id}.jsonld" for one in Award.of(registrar.tenant))
    for name in archive.namelist():
        assert not jades.check_integrity(jades.unseal(archive.read(name)))


def test_the_receipt_of_a_batch(registrar: Actor, batch: Batch, stranger: Tenant, actor: Callable[..., Actor]) -> None:
    sealed = jades.unseal(receipts.receipt(registrar, batch.id))
    assert not jades.check_integrity(sealed)
    subject = orjson.loads(sealed.payload)["credentialSubject"]
    assert [one["row"] for one in subject["credentials"]] == [2, 3, 4]
    assert b"ukasiewicz" not in sealed.payload
    sheet = openpyxl.load_workbook(io.BytesIO(receipts.receipt_xlsx(registrar, batch.id))).active
    assert sheet is not None
    assert sheet["B2"].value == "Zoë Łukasiewicz"
    with pytest.raises(NotFoundError):
        receipts.receipt(actor(stranger, Role.REGISTRAR), batch.id)


def test_the_receipt_on_paper(
    registrar: Actor, batch: Batch, stranger: Tenant, actor: Callable[..., Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = receipts_pdf.receipt_pdf(registrar, batch.id)
    assert made == receipts_pdf.receipt_pdf(registrar, batch.id), "the same receipt gives the same bytes"
    with pikepdf.open(io.BytesIO(made)) as pdf:
        (attached,) = pdf.attachments.values()
        assert attached.get_file().read_bytes() == receipts.receipt(registrar, batch.id)
    page, award = receipts_pdf.page(registrar, batch), Award.of(registrar.tenant).order_by("row")[0]
    assert page.rows[0][:3] == ("2", "Zoë Łukasiewicz", f"urn:uuid:{award.id}")
    assert page.rows[0][3] == Sealed.of(registrar.tenant).get(award=award).digest.hex()
    assert (len(page.rows), len(page.notes)) == (3, 1)
    monkeypatch.setattr(receipts_pdf, "MOST", 2)
    cut = receipts_pdf.page(registrar, batch)
    assert (cut.rows, len(cut.notes)) == ((), 2)
    assert receipts_pdf.receipt_pdf(registrar, batch.id).startswith(b"%PDF")
    Learner._default_manager.filter(awards=award).update(key=None)
    monkeypatch.setattr(receipts_pdf, "MOST", 9)
    assert receipts_pdf.page(registrar, batch).rows[0][1] == "(erased)"
    with pytest.raises(NotFoundError):
        receipts_pdf.receipt_pdf(actor(stranger, Role.REGISTRAR), batch.id)
    ReceiptPart._default_manager.all().delete()
    with pytest.raises(NotFoundError, match="no sealed receipt"):
        receipts_pdf.receipt_pdf(registrar, batch.id)


def test_a_long_receipt_comes_in_parts(registrar: Actor, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "PART", 2)
    full = Batch._default_manager.select_related("tenant", "edition").get(pk=batch.id)
    assert batch.finished is not None
    parts = list(receipts.sealed_parts(full, batch.finished))
    subjects = [orjson.loads(jades.unseal(part).payload)["credentialSubject"] for part in parts]
    assert [(one["part"], len(one["credentials"])) for one in subjects] == [("1/2", 2), ("2/2", 1)]


def test_the_parts_are_stored_each_by_itself(
    registrar: Actor, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "PART", 2)
    batch = sealed_batch(registrar, edition, LIST)
    numbers = ReceiptPart.of(registrar.tenant).filter(batch=batch).order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2]
    lines = receipts.receipt(registrar, batch.id).split(b"\n")
    subjects = [orjson.loads(jades.unseal(line).payload)["credentialSubject"] for line in lines]
    assert [one["part"] for one in subjects] == ["1/2", "2/2"]


def test_a_receipt_of_before_the_parts_is_still_there(registrar: Actor, batch: Batch) -> None:
    sealed = receipts.receipt(registrar, batch.id)
    ReceiptPart._default_manager.all().delete()
    assert not receipts.is_stored(Batch.get(registrar.tenant, batch.id))
    Batch._default_manager.update(receipt=sealed)
    kept = Batch.get(registrar.tenant, batch.id)
    assert receipts.is_stored(kept)
    assert receipts.receipt(registrar, batch.id) == sealed
    with pikepdf.open(io.BytesIO(receipts_pdf.receipt_pdf(registrar, batch.id))) as paper:
        (attached,) = paper.attachments.values()
        assert attached.get_file().read_bytes() == sealed


def test_a_batch_that_another_has_ended_gets_no_second_receipt(registrar: Actor, batch: Batch) -> None:
    full = Batch._default_manager.select_related("tenant", "edition__design").get(pk=batch.id)
    assert batch.finished is not None
    before = receipts.receipt(registrar, batch.id)
    assert sealing_finish.finish(full, batch.finished) is False
    assert receipts.receipt(registrar, batch.id) == before


def test_a_full_disk_ends_nothing(registrar: Actor, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    ReceiptPart._default_manager.all().delete()
    Batch._default_manager.update(state=Batch.State.SEALING)
    full = Batch._default_manager.select_related("tenant", "edition__design").get(pk=batch.id)
    assert batch.finished is not None

    def no_space(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(receipts.Spool, "add", no_space)
        with pytest.raises(UnavailableError):
            sealing_finish.finish(full, batch.finished)
        assert Batch.get(registrar.tenant, batch.id).state == Batch.State.SEALING
    assert sealing_finish.finish(full, batch.finished)
    assert receipts.is_stored(Batch.get(registrar.tenant, batch.id))
