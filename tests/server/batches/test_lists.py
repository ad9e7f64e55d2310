"""Class lists in a batch: taken in whole, mended in place, no row dropped, nobody's data in the clear."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from mikra.server.actions import batches, batches_approval, rows, rows_mending
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.batches import Batch, BatchRow, KnownColumns
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import Tenant, Wrapped
from tests.server.institution import class_list

pytestmark = [pytest.mark.django_db, pytest.mark.both]
MESSY = (
    "Given name;Family name;E-mail;Student number;Grade\r\n"
    "Jana;Nováková;jana@student.example;S1;9\r\n"
    "Petr;Dvořák;petr-at-student.example;S2;9\r\n"
    '"O\'Brien; Zoë";Smith;zoe@student.example;S3;seventeen\r\n'
    "Jana;Nováková;jana@student.example;S1;8\r\n"
    "Ana;;ana@student.example;S5;7\r\n"
    "too;many;cells;in;this;row\r\n"
).encode()


def test_every_row_is_kept_in_its_state(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    taken = rows.take_list(registrar, batch.id, MESSY, "class list.csv")
    assert taken.total == 6
    counts = batches.summary(registrar, batch.id)
    assert (counts.ready, counts.fix, counts.total) == (1, 5, 6)
    shown = rows.rows(registrar, batch.id)
    assert [row.number for row in shown] == [2, 3, 4, 5, 6, 7]
    assert shown[0].cells[1].text == "Nováková"
    mail = shown[1].cells[2]
    assert (mail.field, mail.text, mail.severity) == ("email", "petr-at-student.example", "error")
    assert "@" in mail.said
    assert shown[2].cells[0].text == "O'Brien; Zoë"
    assert shown[2].cells[4].severity == "error"
    assert [value for value, _ in shown[2].cells[4].choices] == [str(n) for n in range(5, 11)]
    assert shown[3].double_of == 2
    assert "2" in shown[3].said
    assert shown[5].said
    assert rows.file_name(registrar, batch.id) == "class list.csv"


def test_what_is_said_is_in_the_readers_language(registrar: Actor, edition: Edition) -> None:
    from dataclasses import replace

    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, MESSY, "list.csv")
    said = {rows.rows(replace(registrar, language=tag), batch.id)[1].cells[2].said for tag in ("en", "cs", "bg")}
    assert len(said) == 3


def test_rows_are_encrypted_each_under_a_key_of_its_own(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, MESSY, "Nováková.csv")
    assert Wrapped._default_manager.count() == 6 + 1
    with connection.cursor() as cursor:
        for table in ("batch", "batch_row", "audit_entry"):
            cursor.execute(f"SELECT * FROM {table}")
            text = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])
            for canary in ("Nov", "jana@", "S1'"):
                assert canary not in text, table


def test_mending_a_cell_makes_its_row_ready(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, MESSY, "list.csv")
    (row,) = rows_mending.mend(registrar, batch.id, [(3, 2, "petr@student.example")])
    assert (row.state, row.cells[2].severity) == ("ready", "")
    (row,) = rows_mending.mend(registrar, batch.id, [(3, 2, "petr@@student.example")])
    assert (row.state, row.cells[2].severity, row.cells[2].text) == ("fix", "error", "petr@@student.example")


def test_a_mended_row_is_held_against_all_others(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, MESSY, "list.csv")
    (row,) = rows_mending.mend(registrar, batch.id, [(3, 2, "jana@student.example")])
    assert (row.state, row.double_of) == ("fix", 2)
    # The first one gets an address of its own: both doubles of it by that are free, one of them stays by its number.
    shown = rows_mending.mend(registrar, batch.id, [(2, 2, "other@student.example")])
    assert {one.number: (one.state, one.double_of) for one in shown} == {
        2: ("ready", None),
        3: ("ready", None),
        5: ("fix", 2),
    }
    rows_mending.leave_out(registrar, batch.id, [2])
    shown = rows.rows(registrar, batch.id)
    assert {one.number: one.state for one in shown if one.number in (2, 5)} == {2: "left", 5: "fix"}
    assert shown[3].double_of == 3


def test_a_row_of_the_wrong_width_can_be_mended(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, MESSY, "list.csv")
    assert len(rows.rows(registrar, batch.id)[5].cells) == 6
    with pytest.raises(InputError, match="no such column"):
        rows_mending.mend(registrar, batch.id, [(3, 9, "x")])


def test_left_out_and_taken_back(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(5), "list.csv")
    assert rows_mending.leave_out(registrar, batch.id, [2, 3]) == 2
    assert batches.summary(registrar, batch.id).left == 2
    assert rows_mending.take_back(registrar, batch.id, [2, 3, 4]) == 2
    assert batches.summary(registrar, batch.id).ready == 5


def test_a_person_may_insist(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, MESSY, "list.csv")
    assert rows_mending.insist(registrar, batch.id, [3, 5]) == 1, "a fault of a cell is no double"
    assert batches.summary(registrar, batch.id).ready == 2


def test_one_value_for_many_rows(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    data = class_list(7).replace(b",5\r\n", b",five\r\n").replace(b",6\r\n", b",five\r\n")
    rows.take_list(registrar, batch.id, data, "list.csv")
    (offer,) = rows_mending.offers(registrar, batch.id)
    assert (offer.field, len(offer.rows), offer.swap) == ("grade", 2, False)
    assert rows_mending.mend_all(registrar, batch.id, offer.rows, position=offer.position, text="5") == 2
    assert batches.summary(registrar, batch.id).fix == 0
    assert rows_mending.offers(registrar, batch.id) == []


def test_day_and_month_are_changed_about(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    data = b"Given name,Family name,Date of completion,Grade\r\nAna,Pop,2026-13-05,9\r\nIon,Pop,2026-14-05,9\r\n"
    rows.take_list(registrar, batch.id, data, "list.csv")
    (offer,) = [one for one in rows_mending.offers(registrar, batch.id) if one.field == "completed"]
    assert offer.swap
    rows_mending.mend_all(registrar, batch.id, offer.rows, position=offer.position, swap=True)
    assert [one.cells[2].text for one in rows.rows(registrar, batch.id)] == ["2026-05-13", "2026-05-14"]
    assert batches.summary(registrar, batch.id).ready == 2


def test_the_corrections_file_is_read_again(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, MESSY, "list.csv")
    file = rows_mending.corrections_file(registrar, batch.id)
    other = batches.begin(registrar, edition.id)
    assert rows.take_list(registrar, other.id, file, "corrections.xlsx").total == 5


def test_a_second_list_replaces_the_first(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, MESSY, "list.csv")
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    assert BatchRow._default_manager.filter(batch=batch).count() == 3
    assert Wrapped._default_manager.count() == 3 + 1


def test_a_file_that_cannot_be_read_leaves_the_list_as_it_was(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    with pytest.raises(InputError):
        rows.take_list(registrar, batch.id, b"a,b\r\n1,2\r\n", "list.csv")
    assert batches.summary(registrar, batch.id).ready == 3


def test_columns_are_mapped_by_a_person_and_remembered(registrar: Actor, edition: Edition) -> None:
    strange = class_list(3, headings=("Alpha", "Beta", "Gamma", "Delta", "Epsilon"))
    batch = batches.begin(registrar, edition.id)
    with pytest.raises(InputError) as refused:
        rows.take_list(registrar, batch.id, strange, "list.csv")
    assert refused.value.code == "header_missing"
    seen = rows.columns(registrar, batch.id)
    assert [one.heading for one in seen.columns] == ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"]
    assert len(seen.columns[0].samples) == 3
    assert ("family_name", "Family name", True) in [(n, label, bool(r) or True) for n, label, r in seen.fields]
    mapping = dict(
        zip(
            [one.heading for one in seen.columns],
            ("given_name", "family_name", "email", "learner_id", "grade"),
            strict=True,
        )
    )
    assert rows.map_columns(registrar, batch.id, mapping).total == 3
    again = batches.begin(registrar, edition.id)
    reordered = strange.replace(b"Alpha,Beta", b"ALPHA,beta")
    assert rows.take_list(registrar, again.id, reordered, "next.csv").remembered
    assert KnownColumns.of(registrar.tenant).count() == 1


def test_pasted_cells(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    text = class_list(4).decode().replace(",", "\t")
    assert rows.paste(registrar, batch.id, text).total == 4


def test_a_template_for_the_edition(registrar: Actor, edition: Edition) -> None:
    assert rows.template(registrar, edition.id, "cs")[:2] == b"PK"


def test_who_may_not(tenant: Tenant, actor: Callable[..., Actor], registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    looking = (lambda who: rows.rows(who, batch.id), lambda who: batches.preview(who, batch.id, 2))
    for look in looking:
        assert look(actor(tenant, Role.SEALER)), "a second person looks before sealing"
    for role in (Role.DESIGNER, Role.AUDITOR, Role.SEALER):
        somebody = actor(tenant, role)
        for act in (
            *(looking if role is not Role.SEALER else ()),
            lambda who: batches.begin(who, edition.id),
            lambda who: rows.take_list(who, batch.id, class_list(3), "list.csv"),
            lambda who: rows.columns(who, batch.id),
            lambda who: rows_mending.mend(who, batch.id, [(2, 0, "x")]),
            lambda who: rows_mending.leave_out(who, batch.id, [2]),
            lambda who: rows_mending.corrections_file(who, batch.id),
            lambda who: rows.template(who, edition.id, "en"),
        ):
            with pytest.raises(NotAllowedError):
                act(somebody)


def test_another_institutions_batch_is_not_there(
    stranger: Tenant, actor: Callable[..., Actor], registrar: Actor, edition: Edition
) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    other = actor(stranger, Role.REGISTRAR)
    for act in (
        lambda: batches.begin(other, edition.id),
        lambda: rows.take_list(other, batch.id, class_list(3), "list.csv"),
        lambda: rows.rows(other, batch.id),
        lambda: rows_mending.mend(other, batch.id, [(2, 0, "x")]),
        lambda: batches.summary(other, batch.id),
        lambda: batches.progress(other, batch.id),
        lambda: batches_approval.sentence(other, batch.id),
        lambda: batches_approval.cancel(other, batch.id),
    ):
        with pytest.raises(NotFoundError):
            act()


def test_the_trail_says_what_was_done_and_names_nobody(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, MESSY, "Nováková.csv")
    rows_mending.mend(registrar, batch.id, [(3, 2, "petr@student.example")])
    lines = list(Entry._default_manager.order_by("number").values_list("verb", "detail"))
    assert [verb for verb, _ in lines] == ["batch.begun", "batch.list", "batch.mended"]
    assert lines[1][1] == {"rows": 6, "kind": "csv"}


def test_a_decided_list_is_not_changed(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    batches_approval.ask_approval(registrar, batch.id)
    for act in (
        lambda: rows.take_list(registrar, batch.id, class_list(2), "list.csv"),
        lambda: rows_mending.mend(registrar, batch.id, [(2, 0, "x")]),
        lambda: rows_mending.leave_out(registrar, batch.id, [2]),
    ):
        with pytest.raises(ConflictError):
            act()
    assert Batch.get(registrar.tenant, batch.id).state == Batch.State.APPROVAL


def test_a_preview_shows_the_row_and_nothing_is_sealed(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    seen = batches.preview(registrar, batch.id, 2)
    assert seen.credential_subject.given_name["en"] == rows.rows(registrar, batch.id)[0].cells[0].text
