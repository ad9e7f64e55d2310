"""The template: made for one design, filled in by hand, read back without any mapping."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from mikra.errors import InputError
from mikra.issuance.fields import FieldKind, RosterField, standard_field
from mikra.issuance.roster import RosterOptions, read_roster, write_corrections, write_template
from mikra.issuance.roster.headings import heading_key
from mikra.issuance.roster.template import offered_answers
from mikra.messages import LANGUAGES
from tests.issuance.roster.conftest import TODAY

OPTIONS = RosterOptions(today=TODAY)
FIELDS: tuple[RosterField, ...] = (
    standard_field("given_name", required=True),
    standard_field("family_name", required=True),
    standard_field("email", required=True, note="The address of the institution."),
    standard_field("date_of_birth"),
    standard_field("nationality"),
    standard_field("learner_id"),
    standard_field("course", required=True, choices=("DATA-ETHICS",)),
    standard_field("completed"),
    standard_field("grade", choices=("10", "9", "8")),
    standard_field("supervision"),
    standard_field("identity_verified"),
    standard_field("language"),
    RosterField(name="points", kind=FieldKind.NUMBER, minimum=Decimal(0), maximum=Decimal(100), headers=("Points",)),
    RosterField(name="remark", kind=FieldKind.TEXT, headers=("Remark",)),
)


def template(language: str = "en", fields: Sequence[RosterField] = FIELDS) -> bytes:
    return write_template(fields, design_title="Data ethics", code="DATA-ETHICS", language=language)


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def filled(data: bytes, rows: Sequence[dict[str, object]]) -> bytes:
    """The template with rows typed in, by field name."""
    book = opened(data)
    sheet = book.worksheets[0]
    columns = [one.name for one in FIELDS if one.name != "course"]
    for row in rows:
        sheet.append([row.get(name) for name in columns])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def answers(language: str) -> dict[str, dict[str, str]]:
    """field -> choice -> what the drop-down of that language offers for it"""
    return {one.name: _answers(one, offered_answers(one, language)) for one in FIELDS}


def _answers(one: RosterField, offered: Sequence[str]) -> dict[str, str]:
    asked = RosterField(**{**_members(one), "headers": ("x",), "required": True})
    lines = ["learner number,x", *(f'{i},"{answer}"' for i, answer in enumerate(offered))]
    if not offered:
        return {}
    roster = read_roster("\n".join(lines).encode(), fields=[standard_field("learner_id"), asked], options=OPTIONS)
    return {str(row.values[one.name]): offered[int(str(row.values["learner_id"]))] for row in roster.rows}


def _members(one: RosterField) -> dict[str, Any]:
    return {name: getattr(one, name) for name in RosterField.__slots__}


@pytest.mark.parametrize("language", LANGUAGES)
def test_read_back_without_a_mapping(language: str) -> None:
    offered = answers(language)
    row = {
        "given_name": "Živilė",
        "family_name": "O'Brien",
        "email": "z@example.org",
        "date_of_birth": dt.date(2001, 2, 3),
        "nationality": offered["nationality"]["RO"],
        "learner_id": "00123",
        "completed": dt.date(2026, 5, 20),
        "grade": "9",
        "supervision": offered["supervision"]["on-site"],
        "identity_verified": offered["identity_verified"]["True"],
        "language": offered["language"]["lt"],
        "points": 87.5,
        "remark": "1-May",
    }
    roster = read_roster(filled(template(language), [row]), fields=FIELDS, options=OPTIONS, name="list.xlsx")
    assert roster.code == "rows_ready"
    assert roster.unused == ()
    assert dict(roster.rows[0].values) == row | {
        "nationality": "RO",
        "supervision": "on-site",
        "identity_verified": True,
        "language": "lt",
        "points": Decimal("87.5"),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_offered_is_taken(language: str) -> None:
    for name, offered in answers(language).items():
        one = next(field for field in FIELDS if field.name == name)
        if one.kind is FieldKind.CHOICE:
            assert set(offered) == set(one.choices)
        if one.kind is FieldKind.YES_NO:
            assert set(offered) == {"True", "False"}


def test_only_what_differs_per_learner() -> None:
    headings = [cell.value for cell in opened(template()).worksheets[0][1]]
    assert headings[:4] == ["Given name *", "Family name *", "E-mail *", "Date of birth"]
    assert "coursecode" not in {heading_key(str(h)) for h in headings}
    assert len(headings) == len(FIELDS) - 1


def test_drop_downs_notes_formats_and_a_frozen_row() -> None:
    book = opened(template())
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2"
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    kinds = {
        one.name: rules[f"{openpyxl.utils.get_column_letter(i)}2"].type for i, one in enumerate(_columns(), start=1)
    }
    assert {name for name, kind in kinds.items() if kind == "list"} == {
        "nationality",
        "grade",
        "supervision",
        "identity_verified",
        "language",
    }
    assert {name for name, kind in kinds.items() if kind == "date"} == {"date_of_birth", "completed"}
    assert kinds["points"] == "decimal"
    assert rules["C2"].prompt == "The address of the institution."
    formats = {
        one.name: dimension.number_format
        for i, one in enumerate(_columns(), start=1)
        for dimension in sheet.column_dimensions.values()
        if dimension.min <= i <= dimension.max
    }
    assert formats["learner_id"] == formats["given_name"] == "@"
    assert formats["date_of_birth"] == "yyyy-mm-dd"
    assert [s.sheet_state for s in book.worksheets] == ["visible", "visible", "hidden"]


def _columns() -> list[RosterField]:
    return [one for one in FIELDS if one.kind is not FieldKind.CODE]


def test_the_guide_says_what_to_write() -> None:
    guide = opened(template()).worksheets[1]
    text = "\n".join(str(cell.value) for row in guide.iter_rows() for cell in row if cell.value)
    assert "Data ethics (DATA-ETHICS)" in text
    assert "The address of the institution." in text
    assert "2001-02-03" in text


def test_an_empty_template_has_no_rows() -> None:
    with pytest.raises(InputError) as error:
        read_roster(template(), fields=FIELDS, options=OPTIONS)
    assert error.value.code == "sheet_empty"


def test_a_template_of_another_design() -> None:
    other = [standard_field("course", required=True, choices=("OTHER",)) if f.name == "course" else f for f in FIELDS]
    data = filled(template(), [{"given_name": "Ana", "family_name": "Pop", "email": "a@example.org"}])
    assert read_roster(data, fields=FIELDS, options=OPTIONS).rows
    with pytest.raises(InputError) as error:
        read_roster(data, fields=other, options=OPTIONS)
    assert (error.value.code, error.value.found) == ("rows_need_attention", "DATA-ETHICS")


def test_corrections_of_a_template_need_no_course_either() -> None:
    data = filled(template(), [{"given_name": "Ana", "family_name": "Pop", "email": "x"}])
    roster = read_roster(data, fields=FIELDS, options=OPTIONS)
    assert roster.source.for_design == "DATA-ETHICS"
    again = read_roster(write_corrections(roster), fields=FIELDS, options=OPTIONS)
    assert [f.rule for f in again.errors] == ["cell_email_invalid"]
    other = [standard_field("course", required=True, choices=("OTHER",)) if f.name == "course" else f for f in FIELDS]
    with pytest.raises(InputError):
        read_roster(write_corrections(roster), fields=other, options=OPTIONS)


def test_the_same_design_gives_the_same_file() -> None:
    assert template() == template()


def test_a_design_with_formula_like_words() -> None:
    fields = [standard_field("full_name"), standard_field("grade", choices=("=1", "-2"), note="=NOTE")]
    book = opened(write_template(fields, design_title="=cmd", code="=X"))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
