"""The registrar's path, page by page: nothing is lost on it, nothing is done by looking, nothing becomes markup."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra.adapters.clock import now
from mikra.server.actions import batches, batches_approval, rows, tenant_settings
from mikra.server.rights import Actor, Role
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.people import Person
from mikra.server.store.tenants import SealKey, Tenant
from tests.server.awards_pages.conftest import Desk
from tests.server.institution import HEADINGS, class_list

Join = Callable[..., Person]
SignIn = Callable[[Person], Client]
SCRIPT = '<script>alert("x")</script>'
PAGES = ("who/", "one/", "columns/", "check/", "check/more/", "check/state/", "look/", "approve/", "follow/")


def text(answer: object) -> str:
    content: bytes = answer.content  # type: ignore[attr-defined]
    return content.decode()


def lines(*rows_of: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> bytes:
    return "\r\n".join(",".join(one) for one in (headings, *rows_of)).encode()


def test_from_choosing_to_the_seal(desk: Desk) -> None:
    start = "/console/zed/awards/new/"
    assert desk.edition.title in text(desk.browser.get(start))
    assert "No published design" in text(desk.browser.get(start, {"q": "zzzz"}))
    begun = desk.browser.post(f"{start}{desk.edition.id}/", {"how": "list"})
    batch = Batch.of(desk.tenant).get()
    assert begun["Location"] == desk.address(batch, "who/")
    sent = desk.post(batch, "who/", {"list": SimpleUploadedFile("class.csv", class_list(5, faults=2))})
    assert sent["Location"] == desk.address(batch, "columns/")
    assert "Given name" in text(desk.get(batch, "columns/"))
    desk.post(batch, "columns/")
    page = text(desk.get(batch, "check/"))
    assert "2 of 5 rows need you" in page
    assert "3 people are ready" in page
    looked = text(desk.get(batch, "look/"))
    assert "Row 4 of your list" in looked
    page = text(desk.get(batch, "approve/"))
    sentence = batches_approval.sentence(desk.actor, batch.id)
    assert "to 3 people" in sentence
    for _twice in range(2):  # a double click
        desk.post(batch, "approve/", {"do": "seal", "sentence": sentence})
    desk.seal()
    assert Award.of(desk.tenant).filter(batch=batch).count() == 3
    assert "3 credentials are sealed" in text(desk.get(batch, "follow/"))
    assert desk.get(batch, "receipt.json").status_code == 200
    assert desk.get(batch, "receipt.xlsx").content.startswith(b"PK")
    assert desk.get(batch, "receipt.pdf").content.startswith(b"%PDF")


def test_looking_changes_nothing(desk: Desk) -> None:
    batch = desk.batch(class_list(5, faults=2))
    before = list(BatchRow._default_manager.order_by("number").values()), Batch.of(desk.tenant).values().get()
    for page in PAGES:
        assert desk.get(batch, page).status_code in (200, 302), page
    assert (list(BatchRow._default_manager.order_by("number").values()), Batch.of(desk.tenant).values().get()) == before


@pytest.mark.parametrize("role", [one for one in Role if one not in (Role.REGISTRAR, Role.SEALER)])
def test_other_roles_prepare_and_seal_nothing(desk: Desk, join: Join, sign_in: SignIn, role: Role) -> None:
    batch, browser = desk.batch(), sign_in(join(desk.tenant, role))
    for page in PAGES[:-3]:
        assert browser.get(desk.address(batch, page)).status_code == 403, page
    for page in ("who/", "check/cells/", "check/selected/", "check/all/", "cancel/", "follow/pace/"):
        assert browser.post(desk.address(batch, page)).status_code == 403, page
    sentence = batches_approval.sentence(desk.actor, batch.id)
    assert browser.post(desk.address(batch, "approve/"), {"sentence": sentence}).status_code == 403
    assert Batch.get(desk.tenant, batch.id).state == Batch.State.CHECK


def test_a_stranger_finds_nothing(desk: Desk, stranger: Tenant, join: Join, sign_in: SignIn) -> None:
    batch, browser = desk.batch(), sign_in(join(stranger, *Role))
    for page in PAGES:
        for slug in ("zed", "other"):
            answer = browser.get(f"/console/{slug}/awards/{batch.id}/{page}")
            assert answer.status_code == 404, (slug, page)
    assert browser.post(f"/console/other/awards/{batch.id}/cancel/").status_code == 404
    assert browser.get(f"/console/other/awards/new/{desk.edition.id}/").status_code == 404


def test_script_in_a_name_is_text(desk: Desk) -> None:
    batch = desk.batch(lines((f'"{SCRIPT.replace(chr(34), chr(34) * 2)}"', "Nováková", "a@student.example", "S1", "6")))
    for page in ("check/?show=all", "check/?show=all&edit=1", "look/", "approve/"):
        shown = text(desk.browser.get(desk.address(batch, page)))
        assert "<script>alert" not in shown, page
    assert "&lt;script&gt;alert" in text(desk.browser.get(desk.address(batch, "check/?show=all")))


@pytest.mark.parametrize(
    ("data", "status"), [(b"%PDF-1.7 no list at all", 422), (b"", 422), (b"a\r\nb\r\n" * 3_000_000, 413)]
)
def test_a_refused_file_keeps_the_list_before(desk: Desk, data: bytes, status: int) -> None:
    batch = desk.batch()
    answer = desk.post(batch, "who/", {"list": SimpleUploadedFile("class.csv", data)})
    assert answer.status_code == status
    assert 'id="f-list-error"' in text(answer)
    kept = Batch.get(desk.tenant, batch.id)
    assert (kept.state, kept.rows.count()) == (Batch.State.CHECK, 5)


def test_pasted_cells_that_are_refused_stay_in_the_field(desk: Desk) -> None:
    batch = batches.begin(desk.actor, desk.edition.id)
    answer = desk.post(batch, "who/", {"text": "just words"})
    assert answer.status_code in (302, 422)
    page = text(answer) if answer.status_code == 422 else text(desk.get(batch, "columns/"))
    assert "just words" in page


def test_headings_that_nobody_knows_are_mapped_and_remembered(desk: Desk) -> None:
    odd = lines(("Jana", "Nováková", "j@student.example", "6"), headings=("Ena", "Dva", "Tri", "Grade"))
    batch = batches.begin(desk.actor, desk.edition.id)
    sent = desk.post(batch, "who/", {"list": SimpleUploadedFile("odd.csv", odd)})
    assert sent["Location"] == desk.address(batch, "columns/")
    page = text(desk.get(batch, "columns/"))
    assert "still needed" in page
    mapping = {"column-0": "given_name", "column-1": "family_name", "column-2": "email", "column-3": "grade"}
    assert desk.post(batch, "columns/", mapping)["Location"] == desk.address(batch, "check/")
    assert batches.summary(desk.actor, batch.id).ready == 1
    again = batches.begin(desk.actor, desk.edition.id)
    sent = desk.post(again, "who/", {"list": SimpleUploadedFile("odd.csv", odd)})
    assert sent["Location"] == desk.address(again, "check/")


def test_a_cell_is_mended_and_answered(desk: Desk) -> None:
    batch = desk.batch(class_list(3, faults=1))
    (row,) = rows.rows(desk.actor, batch.id, state="fix")
    answer = desk.post(batch, "check/cells/", {f"cell-{row.number}-1": "Dvořák"}, headers={"HX-Request": "true"})
    assert "is-saved" in text(answer)
    assert answer["HX-Trigger"] == '{"mikra:mended": true}'
    assert batches.summary(desk.actor, batch.id).ready == 3
    wrong = desk.post(batch, "check/cells/", {f"cell-{row.number}-1": ""}, headers={"HX-Request": "true"})
    assert "is-fault" in text(wrong)
    assert batches.summary(desk.actor, batch.id).ready == 2
    assert desk.post(batch, "check/cells/", {f"cell-{row.number}-1": "X"}).status_code == 302  # without script


def test_rows_are_left_out_and_taken_back(desk: Desk) -> None:
    batch = desk.batch(class_list(5, faults=2))
    desk.post(batch, "check/selected/", {"row": ["2", "3"], "do": "leave"})
    counts = batches.summary(desk.actor, batch.id)
    assert (counts.left, counts.ready, counts.fix) == (2, 3, 0)
    desk.post(batch, "check/selected/", {"row": ["2"], "do": "back"})
    assert batches.summary(desk.actor, batch.id).fix == 1
    desk.post(batch, "check/selected/", {"row": ["2"], "do": "value", "column": "1", "value": "Borg"})
    assert batches.summary(desk.actor, batch.id).ready == 4


def test_what_rows_share_is_offered_once(desk: Desk) -> None:
    batch = desk.batch(class_list(6, faults=3))
    page = text(desk.get(batch, "check/"))
    key = page.split('name="offer" value="')[1].split('"')[0]
    desk.post(batch, "check/all/", {"offer": key, "do": "value", "value": "Borg"})
    assert batches.summary(desk.actor, batch.id).ready == 6
    assert desk.post(batch, "check/all/", {"offer": key, "do": "leave"}).status_code == 409


def test_rows_come_in_pages(desk: Desk) -> None:
    batch = desk.batch(class_list(120))
    page = text(desk.get(batch, "check/"))
    assert page.count('name="row"') == 50
    assert "check/more/?show=all&amp;after=51" in page
    following = text(desk.get(batch, "check/more/", show="all", after=51))
    assert following.count('name="row"') == 50
    assert "<html" not in following


def test_one_person_is_typed(desk: Desk) -> None:
    batch = batches.begin(desk.actor, desk.edition.id)
    assert desk.post(batch, "one/", {}).status_code == 422
    typed = {"given_name": "Zoë", "family_name": "O'Brien, Jr", "email": "z@student.example", "grade": "6"}
    assert desk.post(batch, "one/", typed)["Location"] == desk.address(batch, "check/")
    assert batches.summary(desk.actor, batch.id).ready == 1
    assert "O&#39;Brien, Jr" in text(desk.get(batch, "look/"))


def test_the_template_and_the_bad_rows_are_workbooks(desk: Desk) -> None:
    batch = desk.batch(class_list(3, faults=1))
    assert desk.browser.get(f"/console/zed/awards/new/{desk.edition.id}/class-list.xlsx").content.startswith(b"PK")
    assert desk.get(batch, "check/rows-to-mend.xlsx").content.startswith(b"PK")


def test_a_changed_list_is_read_again_before_the_seal(desk: Desk) -> None:
    batch = desk.batch(class_list(3))
    old = batches_approval.sentence(desk.actor, batch.id)
    desk.post(batch, "check/selected/", {"row": ["2"], "do": "leave"})
    answer = desk.post(batch, "approve/", {"do": "seal", "sentence": old})
    assert answer.status_code == 409
    assert "has changed since" in text(answer)
    assert Batch.get(desk.tenant, batch.id).state == Batch.State.CHECK


def test_who_has_not_proved_it_lately_proves_it_and_comes_back(desk: Desk, actor: Callable[..., Actor]) -> None:
    tenant_settings.change(actor(desk.tenant, Role.ADMINISTRATOR), step_up=True)
    batch = desk.batch()
    sentence = batches_approval.sentence(desk.actor, batch.id)
    sent = {"do": "seal", "sentence": sentence, "at": "2030-05-03T14:00"}
    there = desk.post(batch, "approve/", sent)["Location"]
    assert there.startswith("/account/prove/?next=/console/zed/awards/")
    assert "2030-05-03" in there
    assert 'value="2030-05-03T14:00"' in text(desk.get(batch, "approve/", at="2030-05-03T14:00"))
    assert Batch.get(desk.tenant, batch.id).state == Batch.State.CHECK


def test_without_a_key_nothing_is_sealed_and_the_page_says_so(desk: Desk) -> None:
    batch = desk.batch()
    SealKey.of(desk.tenant).update(retired=now())
    sentence = batches_approval.sentence(desk.actor, batch.id)
    answer = desk.post(batch, "approve/", {"do": "seal", "sentence": sentence})
    assert answer.status_code == 409
    assert "There is no key that could seal this" in text(answer)
    assert sentence in text(answer).replace("&#39;", "'")


def test_a_second_person_seals_or_sends_back(
    desk: Desk, actor: Callable[..., Actor], join: Join, sign_in: SignIn
) -> None:
    tenant_settings.change(actor(desk.tenant, Role.ADMINISTRATOR), four_eyes=True)
    batch = desk.batch()
    sentence = batches_approval.sentence(desk.actor, batch.id)
    assert "second person" in text(desk.get(batch, "approve/"))
    assert desk.post(batch, "approve/", {"do": "seal", "sentence": sentence}).status_code == 403
    desk.post(batch, "approve/", {"do": "ask"})
    assert Batch.get(desk.tenant, batch.id).state == Batch.State.APPROVAL
    second = sign_in(join(desk.tenant, Role.SEALER))
    assert sentence in text(second.get(desk.address(batch, "approve/"))).replace("&#39;", "'")
    assert second.get(desk.address(batch, "look/")).status_code == 200
    assert second.post(desk.address(batch, "approve/"), {"do": "back", "reason": ""}).status_code == 422
    second.post(desk.address(batch, "approve/"), {"do": "back", "reason": "Row 2 is somebody else"})
    assert "Row 2 is somebody else" in text(desk.get(batch, "check/"))
    desk.post(batch, "approve/", {"do": "ask"})
    second.post(desk.address(batch, "approve/"), {"do": "seal", "sentence": sentence})
    desk.seal()
    assert Award.of(desk.tenant).count() == 5


def test_a_batch_is_scheduled_paused_and_cancelled(desk: Desk) -> None:
    batch = desk.batch()
    sentence = batches_approval.sentence(desk.actor, batch.id)
    past = desk.post(batch, "approve/", {"do": "seal", "sentence": sentence, "at": "2020-01-01T00:00"})
    assert past.status_code == 422
    assert 'id="f-at-error"' in text(past)
    desk.post(batch, "approve/", {"do": "seal", "sentence": sentence, "at": "2099-01-01T00:00"})
    assert "Scheduled" in text(desk.get(batch, "follow/"))
    desk.post(batch, "follow/pace/", {"do": "pause"})
    assert "Paused" in text(desk.get(batch, "follow/"))
    other = desk.batch(class_list(2, start=50))
    desk.post(other, "cancel/")
    assert "nothing was sealed" in text(desk.get(other, "follow/"))


def test_progress_ends_by_loading_the_page_anew(desk: Desk) -> None:
    batch = desk.batch()
    sentence = batches_approval.sentence(desk.actor, batch.id)
    desk.post(batch, "approve/", {"do": "seal", "sentence": sentence})
    assert "HX-Refresh" not in desk.get(batch, "follow/progress/")
    desk.seal()
    assert desk.get(batch, "follow/progress/")["HX-Refresh"] == "true"


def test_the_preview_of_a_certificate_is_a_pdf(desk: Desk) -> None:
    pytest.importorskip("typst")
    batch = desk.batch()
    answer = desk.get(batch, "look/certificate.pdf", row=2)
    assert io.BytesIO(answer.content).read(5) == b"%PDF-"


def test_the_index_counts_and_filters(desk: Desk) -> None:
    index = "/console/zed/awards/"
    assert "Nothing was awarded yet" in text(desk.browser.get(index))
    desk.batch(class_list(3, faults=1))
    page = text(desk.browser.get(index))
    assert "1 batch waits to go on" in page
    assert "2 of 3 ready" in page
    assert "2 of 3 ready" not in text(desk.browser.get(index, {"state": "done"}))
