"""A programme's table becomes drafts, drafts become one: nothing is made before it was seen, then all or none."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from mikra.errors import InputError, NotAllowedError, NotFoundError
from mikra.server.actions import designs
from mikra.server.actions import designs_modules as modules
from mikra.server.rights import Actor, Role
from mikra.server.store.designs import Design
from mikra.server.store.people import Person
from mikra.server.store.tenants import Tenant
from tests.server.studio.conftest import AT

pytestmark = pytest.mark.both
TABLE = """Module title;Module code;ECTS;Hours;EQF;Learning outcomes
Field methods;IM-1;3;78;6;"1. Plan samples
2. Take samples; Report them"
Laboratory;IM-2;2,5;;6;Measure oxygen
Broken;IM-3;many;;9;x
;IM-4;3;;6;without a title
Field methods;;1;;;
"""
DAY = dt.date(2026, 11, 2)


def read(text: str = TABLE) -> list[modules.Module]:
    return modules.read_modules(text.encode(), name="", language="en", today=DAY)[0]


def test_rows_are_read_and_wrong_ones_named() -> None:
    found, roster = modules.read_modules(TABLE.encode(), name="", language="en", today=DAY)
    assert [(one.module, one.code, one.ects, one.hours, one.level) for one in found] == [
        ("Field methods", "IM-1", "3", "78", "6"),
        ("Laboratory", "IM-2", "2.5", "", "6"),
        ("Field methods", "", "1", "", ""),
    ]
    assert found[0].outcomes == ("Plan samples", "Take samples", "Report them")
    assert [row.number for row in roster.bad] == [5, 6]


def test_a_workbook_is_read_too() -> None:
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate([["Disciplina", "Credite"], ["Metode de teren", 3], ["Laborator", 2.5]]):
        sheet.write_row(number, 0, row)
    book.close()
    found, _ = modules.read_modules(out.getvalue(), name="plan.xlsx", language="ro", today=DAY)
    assert [(one.module, one.ects) for one in found] == [("Metode de teren", "3"), ("Laborator", "2.5")]


def test_each_module_becomes_a_draft(designer: Actor) -> None:
    made = modules.unbundle(designer, read(), programme="Environmental Engineering", at=AT)
    assert [(one.code, one.title) for one in made] == [
        ("IM-1", "Field methods"),
        ("IM-2", "Laboratory"),
        ("NEW-1", "Field methods"),
    ]
    first = made[0].draft
    assert first["workload"] == {"ects": "3", "hours": "78"}
    assert [one["title"]["en"] for one in first["outcomes"]] == ["Plan samples", "Take samples", "Report them"]
    assert first["module"]["programme"] == {"en": "Environmental Engineering"}
    listed = designs.list_designs(designer, programme="Environmental Engineering")
    assert {one.id for one in listed} == {one.id for one in made}


def test_designs_are_put_together(designer: Actor, design: Design) -> None:
    made = modules.unbundle(designer, read()[:2], programme="Environmental Engineering", at=AT)
    whole = modules.regroup(designer, [made[0].id, made[1].id], title="Methods", at=AT)
    assert (whole.title, whole.draft["workload"]) == ("Methods", {"ects": "5.5", "hours": "78"})
    assert len(whole.draft["outcomes"]) == 4
    assert whole.programme == "Environmental Engineering"
    big = modules.regroup(designer, [design.id, made[0].id], title="", at=AT)
    assert big.draft["languages"][0] == "en"
    assert big.draft["workload"]["ects"] == "6"
    assert len(big.draft["assessment"]) == len(design.draft["assessment"])
    with pytest.raises(InputError):
        modules.regroup(designer, [design.id, design.id], title="x")
    with pytest.raises(InputError):
        modules.unbundle(designer, [], programme="x")


def test_others_make_none(actor: Callable[..., Actor], tenant: Tenant, stranger: Tenant, design: Design) -> None:
    reviewer, theirs = actor(tenant, Role.REVIEWER), actor(stranger, *Role)
    with pytest.raises(NotAllowedError):
        modules.unbundle(reviewer, read(), programme="x")
    with pytest.raises(NotAllowedError):
        modules.regroup(reviewer, [design.id], title="x")
    with pytest.raises(NotFoundError):
        modules.regroup(theirs, [design.id, design.id], title="x")


def test_in_the_browser_one_sees_before_anything_is_made(designer: Actor, sign_in: Callable[[Person], Client]) -> None:
    browser = sign_in(Person._default_manager.get(pk=designer.person_id))
    here = "/console/zed/designs/modules/"
    assert browser.get(here).status_code == 200
    empty = browser.post(here, {"programme": "Kept <b>", "text": ""})
    assert empty.status_code == 422
    assert "Kept &lt;b&gt;" in empty.content.decode()
    seen = browser.post(here, {"programme": "Engineering", "text": TABLE}).content.decode()
    assert "3 modules can become drafts" in seen
    assert "2 rows cannot be taken as they are" in seen
    assert list(designs.list_designs(designer)) == []
    held = re.search(r'<textarea name="modules"[^>]*>(.*?)</textarea>', seen, re.DOTALL)
    assert held
    sent = {"programme": "Engineering", "modules": unescape(held[1]), "pick": ["2", "4"]}
    assert browser.post(here, sent)["Location"] == "/console/zed/designs/?programme=Engineering"
    assert {one.code for one in designs.list_designs(designer)} == {"IM-1", "IM-2"}
    for wrong in ("[1]", '[{"a":1}]', "{}", "[", '[{"number":1,"module":"x","outcomes":3}]'):
        assert browser.post(here, sent | {"modules": wrong}).status_code in (400, 422), wrong


def test_a_file_and_pasted_cells_are_read_alike(designer: Actor, sign_in: Callable[[Person], Client]) -> None:
    browser = sign_in(Person._default_manager.get(pk=designer.person_id))
    file = io.BytesIO(TABLE.encode("utf-8"))
    file.name = "modules.csv"
    seen = browser.post("/console/zed/designs/modules/", {"programme": "P", "file": file})
    assert "3 modules can become drafts" in seen.content.decode()
