"""XLSX and ODS: read as they are meant, refused where they could do harm or mean two things."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest

from mikra.errors import InputError
from mikra.issuance.fields import FieldKind, RosterField, standard_field
from mikra.issuance.roster import Roster, RosterLimits, RosterOptions, SourceKind, read_roster
from tests.issuance.roster.conftest import TODAY
from tests.issuance.roster.workbooks import (
    cell,
    links,
    ods,
    ods_cell,
    ods_parts,
    package,
    raw_sheet,
    sheet_xml,
    xlsx,
    xlsx_parts,
)

Read = Callable[..., Roster]
NAMES = "full_name! email"
LIST: list[list[object]] = [["name", "email"], ["Ana", "ana@example.org"], ["Bob", "bob@example.org"]]
GOOD = xlsx({"Learners": LIST})
BOTH = pytest.mark.parametrize("made", [xlsx, ods])
Made = Callable[..., bytes]


def code_of(read: Read, data: bytes, names: str | Sequence[RosterField] = NAMES, **options: Any) -> str:
    """The code of the refusal or of the roster."""
    try:
        return read(data, names, **options).code
    except InputError as error:
        return error.code if error.fix else pytest.fail("an error that does not say what to do")


def values(roster: Roster) -> list[dict[str, object]]:
    return [dict(row.values) for row in roster.rows]


@BOTH
def test_rows(read: Read, made: Made) -> None:
    roster = read(made({"Learners": LIST}), NAMES)
    assert values(roster) == [
        {"full_name": "Ana", "email": "ana@example.org"},
        {"full_name": "Bob", "email": "bob@example.org"},
    ]
    assert [(row.number, row.sheet) for row in roster.rows] == [(2, "Learners"), (3, "Learners")]
    assert roster.source.kind is (SourceKind.XLSX if made is xlsx else SourceKind.ODS)


@BOTH
def test_findings_name_the_cell(read: Read, made: Made) -> None:
    rows = [["Class of 2026"], [], ["name", None, "email"], ["Ana", None, "x"], [], ["Bob", None, "y"]]
    roster = read(made({"My list": rows}), NAMES)
    assert [f.where for f in roster.errors] == ["'My list'!C4", "'My list'!C6"]
    assert roster.source.header_row == 3


@BOTH
def test_types(read: Read, made: Made) -> None:
    fields = [
        standard_field("full_name"),
        standard_field("learner_id"),
        standard_field("identity_verified"),
        standard_field("grade", choices=("9", "9.5")),
        standard_field("date_of_birth"),
    ]
    rows = [["name", "learner number", "id check", "grade", "born"], ["Ana", 12345, True, 9.5, "2001-02-03"]]
    roster = read(made({"L": rows}), fields)
    assert values(roster) == [
        {
            "full_name": "Ana",
            "learner_id": "12345",
            "identity_verified": True,
            "grade": "9.5",
            "date_of_birth": dt.date(2001, 2, 3),
        }
    ]
    assert roster.code == "rows_ready"


def styled(value: float, style: int) -> str:
    return f'<c r="{{}}" s="{style}"><v>{value}</v></c>'


def with_styles(*cells: tuple[float, int], formats: str = "", xfs: Sequence[int] = (), book: str = "") -> bytes:
    """A list whose second column holds these numbers in these styles (indexes into `xfs`)."""
    rows = [["name", "value"]] + [
        [f"Ana {i}", styled(value, style).format(f"B{i}")] for i, (value, style) in enumerate(cells, start=2)
    ]
    used = "".join(f'<xf numFmtId="{i}"/>' for i in xfs)
    styles = f"<numFmts>{formats}</numFmts><cellXfs>{used}</cellXfs>"
    return xlsx({"L": rows}, styles=styles, book=book)


def test_dates_of_both_systems(read: Read) -> None:
    fields = [standard_field("full_name"), standard_field("date_of_birth", headers=("value",))]
    data = with_styles((36925, 1), (36925.5, 1), xfs=(0, 14))
    assert [v["date_of_birth"] for v in values(read(data, fields))] == [dt.date(2001, 2, 3)] * 2
    data = with_styles((36925 - 1462, 1), xfs=(0, 14), book='<workbookPr date1904="1"/>')
    assert values(read(data, fields))[0]["date_of_birth"] == dt.date(2001, 2, 3)
    bare = read(with_styles((36925, 0), xfs=(0, 14)), fields)
    assert bare.code == "cell_type_ambiguous"
    assert "3 February 2001" in bare.errors[0].what.text("en")
    assert values(read(with_styles((36925, 0), xfs=(0,)), fields, serial_dates=1900))


def test_leading_zeros_that_are_shown(read: Read) -> None:
    fields = [standard_field("full_name"), standard_field("learner_id", headers=("value",))]
    data = with_styles((123, 1), (12345, 1), formats='<numFmt numFmtId="164" formatCode="00000"/>', xfs=(0, 164))
    assert [v["learner_id"] for v in values(read(data, fields))] == ["00123", "12345"]
    lost = read(with_styles((123, 0), (12345, 0), xfs=(0,)), fields)
    assert [(f.where, f.rule, f.expected) for f in lost.errors] == [("L!B2", "cell_type_ambiguous", "00123")]


def test_leading_zeros_in_ods(read: Read) -> None:
    shown = '<table:table-cell office:value-type="float" office:value="123"><text:p>00123</text:p></table:table-cell>'
    roster = read(ods({"L": [["name", "learner number"], ["Ana", shown]]}), "full_name learner_id")
    assert values(roster) == [{"full_name": "Ana", "learner_id": "00123"}]


def test_error_values_are_not_empty_cells(read: Read) -> None:
    error = '<c r="A2" t="e"><v>#N/A</v></c>'
    roster = read(xlsx({"L": [["name", "email"], [error, "a@example.org"]]}), NAMES)
    assert [(f.where, f.rule) for f in roster.errors] == [("L!A2", "cell_type_ambiguous")]


def test_shared_rich_and_escaped_text(read: Read) -> None:
    strings = (
        "<si><t>name</t></si><si><r><t>A</t></r><r><rPr/><t>na</t></r></si>"
        '<si><t>東京</t><rPh sb="0" eb="1"><t>トウ</t></rPh></si><si><t>a_x000D_b</t></si>'
        "<si><t>&lt;f&gt; &amp;</t></si>"
    )
    rows = "".join(f'<row r="{i + 1}"><c r="A{i + 1}" t="s"><v>{i}</v></c></row>' for i in range(5))
    sheet = raw_sheet(rows)
    roster = read(xlsx({"L": sheet}, strings=strings), "full_name")
    assert [v["full_name"] for v in values(roster)] == ["Ana", "東京", "<f> &"]
    assert [f.rule for f in roster.errors] == ["cell_control_character"]


def test_empty_styled_cells_far_away(read: Read) -> None:
    """Formatting beyond the list is nobody's data."""
    far = '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    sheet = sheet_xml(LIST).replace("</sheetData>", far)
    assert len(read(xlsx({"L": sheet}), NAMES).rows) == 2


def test_hidden_rows_and_filters_hide_nothing(read: Read) -> None:
    sheet = sheet_xml(LIST).replace('<row r="3"', '<row r="3" hidden="1"')
    assert len(read(xlsx({"L": sheet}), NAMES).rows) == 2


# what must be refused, each beside its harmless twin


def replaced(**parts: str | bytes) -> bytes:
    """The good list with parts added or replaced; `__` stands for a slash, `_DOT_` for a dot."""
    made = xlsx_parts({"Learners": LIST})
    made.update({name.replace("__", "/").replace("_DOT_", "."): content for name, content in parts.items()})
    return package(made)


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("xl/vbaProject.bin", "macro_not_allowed"),
        ("xl/macrosheets/sheet1.xml", "macro_not_allowed"),
        ("xl/activeX/activeX1.xml", "macro_not_allowed"),
        ("xl/embeddings/oleObject1.bin", "macro_not_allowed"),
        ("xl/externalLinks/externalLink1.xml", "external_link_not_allowed"),
        ("xl/connections.xml", "external_link_not_allowed"),
        ("xl/queryTables/queryTable1.xml", "external_link_not_allowed"),
        ("xl/media/image1.png", "rows_ready"),
        ("xl/printerSettings/printerSettings1.bin", "rows_ready"),
        ("docProps/app.xml", "rows_ready"),
    ],
)
def test_parts(read: Read, part: str, code: str) -> None:
    made = xlsx_parts({"Learners": LIST}) | {part: b"<x/>"}
    assert code_of(read, package(made)) == code


@pytest.mark.parametrize(
    ("kind", "mode", "code"),
    [
        ("hyperlink", "External", "rows_ready"),
        ("externalLinkPath", "External", "external_link_not_allowed"),
        ("image", "External", "external_link_not_allowed"),
        ("oleObject", "External", "external_link_not_allowed"),
        ("image", "Internal", "rows_ready"),
    ],
)
def test_relationships_that_point_out(read: Read, kind: str, mode: str, code: str) -> None:
    made = xlsx_parts({"Learners": LIST})
    inner = links({"a": (kind, "mailto:ana@example.org")}).replace("/></Rel", f' TargetMode="{mode}"/></Rel')
    assert code_of(read, package(made | {"xl/worksheets/_rels/sheet1.xml.rels": inner})) == code


def test_a_type_that_may_hold_macros(read: Read) -> None:
    kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    types = f'<Types><Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>'
    assert code_of(read, package(xlsx_parts({"L": LIST}) | {"[Content_Types].xml": types})) == "macro_not_allowed"


FORMULA = '<c r="{0}"><f>1+1</f><v>2</v></c>'


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ('<c r="B2" t="str"><f>LOWER("A")</f><v>a@example.org</v></c>', "cell_formula_not_allowed"),
        ('<c r="B2" t="str"><f t="shared" si="0"/><v>a@example.org</v></c>', "cell_formula_not_allowed"),
        ('<c r="B2" t="str"><v>a@example.org</v></c>', "rows_ready"),
        ('<c r="B2" t="str"><v>a@example.org</v><f>1</f></c>', "cell_formula_not_allowed"),
        ('<c r="B2" t="inlineStr"><is><t>a@example.org</t></is></c>', "rows_ready"),
    ],
)
def test_formulas(read: Read, formula: str, code: str) -> None:
    assert code_of(read, xlsx({"L": [["name", "email"], ["Ana", formula]]})) == code


def test_formulas_are_named(read: Read) -> None:
    rows = [
        ["name", "email"],
        *[["Ana", f'<c r="B{i}" t="str"><f>X</f><v>a{i}@example.org</v></c>'] for i in range(2, 20)],
    ]
    with pytest.raises(InputError) as error:
        read(xlsx({"L": rows}), NAMES)
    assert error.value.where.startswith("L!B2, L!B3, ")
    assert error.value.where.endswith(", …")
    assert "18" in error.value.message


def test_a_prefix_does_not_hide_a_formula(read: Read) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = sheet_xml([["name", "email"], ["Ana", '<c r="B2" t="str"><f>1</f><v>a@example.org</v></c>']])
    prefixed = sheet.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    assert main in prefixed
    assert code_of(read, xlsx({"L": prefixed})) == "cell_formula_not_allowed"
    harmless = prefixed.replace("<x:f>1</x:f>", "")
    assert code_of(read, xlsx({"L": harmless})) == "rows_ready"


def test_formulas_in_columns_not_used_are_left_alone(read: Read) -> None:
    rows = [["name", "email", "age"], ["Ana", "a@example.org", FORMULA.format("C2")]]
    roster = read(xlsx({"L": rows}), NAMES)
    assert roster.unused == ("age",)
    assert roster.code == "rows_ready"


def test_formulas_of_validations_are_not_those_of_cells(read: Read) -> None:
    after = (
        '<dataValidations count="1"><dataValidation type="list" sqref="A2:A9"><formula1>1</formula1></dataValidation>'
        '</dataValidations><extLst><ext xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><xm:f>B1</xm:f></ext></extLst>'
    )
    assert code_of(read, xlsx({"L": sheet_xml(LIST, after=after)})) == "rows_ready"


def test_formulas_in_ods(read: Read) -> None:
    formula = ods_cell("a@example.org").replace("<table:table-cell", '<table:table-cell table:formula="of:=1"')
    assert code_of(read, ods({"L": [["name", "email"], ["Ana", formula]]})) == "cell_formula_not_allowed"
    assert code_of(read, ods({"L": [["name", "email", "x"], ["Ana", "a@example.org", formula]]})) == "rows_ready"


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("B100020", "too_many_rows_or_ready"),
        ("B100022", "too_many_rows"),
        ("B1048576", "too_many_rows"),
        ("IQ2", "sheet_too_wide"),
        ("XFD2", "sheet_too_wide"),
        ("XFD1048576", "too_many_rows"),
        ("IP2", "rows_ready_with_warnings"),
    ],
)
@pytest.mark.parametrize("row", ["2", "9"])
def test_cells_far_away(read: Read, reference: str, code: str, row: str) -> None:
    """Wherever the far cell stands in the XML; a few cells must not cost the memory of a large sheet."""
    far = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row></sheetData>'
    sheet = sheet_xml([["name", "email"], ["Ana", "a@example.org"]]).replace("</sheetData>", far)
    started = time.process_time()
    found = code_of(read, xlsx({"L": sheet}))
    assert time.process_time() - started < 2
    if code == "too_many_rows_or_ready":
        assert found in ("too_many_rows", "cell_missing", "rows_need_attention")
    else:
        assert found == code


def test_a_sparse_sheet_that_would_be_a_huge_rectangle(read: Read) -> None:
    far = '<row r="100000"><c r="IP100000"><v>1</v></c></row></sheetData>'
    sheet = sheet_xml(LIST).replace("</sheetData>", far)
    assert code_of(read, xlsx({"L": sheet})) == "sheet_too_wide"


@pytest.mark.parametrize("cells", ["<x:c><x:v>1</x:v></x:c>", "<c><v>1</v></c>"])
def test_cells_without_a_reference_are_counted(read: Read, cells: str) -> None:
    sheet = sheet_xml(LIST, attributes=' xmlns:x="urn:x"').replace(
        "</row></sheetData>", cells * 300 + "</row></sheetData>"
    )
    assert code_of(read, xlsx({"L": sheet})) == "sheet_too_wide"


def test_one_long_text_in_very_many_cells(read: Read) -> None:
    """A shared string is stored once and copied for every cell that uses it."""
    strings = f"<si><t>name</t></si><si><t>{'x' * 9_000}</t></si>"
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>{int(i > 1)}</v></c></row>' for i in range(1, 30_000))
    sheet = raw_sheet(rows)
    assert code_of(read, xlsx({"L": sheet}, strings=strings), "full_name") == "file_expands_too_much"


def test_a_long_note_once_is_no_harm(read: Read) -> None:
    strings = f"<si><t>name</t></si><si><t>Ana</t></si><si><t>{'x' * 9_000}</t></si>"
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>{int(i > 1)}</v></c></row>' for i in range(1, 20_000))
    note = '<c r="B1" t="s"><v>2</v></c></row>'
    sheet = raw_sheet(rows.replace("</row>", note, 1))
    roster = read(xlsx({"L": sheet}, strings=strings), "full_name", accept_duplicates=True)
    assert len(roster.rows) == 19_998


@pytest.mark.parametrize(
    "part",
    [
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/_rels/workbook.xml.rels",
        "_rels/.rels",
        "[Content_Types].xml",
    ],
)
def test_doctypes(read: Read, part: str) -> None:
    made = xlsx_parts({"L": LIST}, strings="<si><t>x</t></si>", styles="<cellXfs/>")
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;">]>'
    assert code_of(read, package(made)) == "rows_ready"
    assert code_of(read, package(made | {part: bomb + str(made[part])})) == "xml_doctype"


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
@pytest.mark.parametrize("content", ["", "<a>", "<a></b>", "no xml", "<a>\0</a>"])
def test_damaged_parts(read: Read, part: str, content: str) -> None:
    made = xlsx_parts({"L": LIST}, strings="<si><t>x</t></si>", styles="<cellXfs/>")
    assert code_of(read, package(made | {part: content})) == "file_damaged"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_missing_parts(read: Read, part: str) -> None:
    made = xlsx_parts({"L": LIST}, strings="<si><t>x</t></si>")
    del made[part]
    assert code_of(read, package(made)) == "file_damaged"


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="A2" t="s"><v>99</v></c>',
        '<c r="2A"><v>1</v></c>',
        '<c r="A0"><v>1</v></c>',
        '<c r="A2"><v>1</v></c>' * 9,
    ],
)
def test_cells_that_contradict_the_file(read: Read, cells: str) -> None:
    assert code_of(read, xlsx({"L": [["name"], [cells]]}, strings="<si><t>x</t></si>"), "full_name") == "file_damaged"


def test_encrypted_and_old_workbooks(read: Read) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    options = RosterOptions(today=TODAY)

    def code(data: bytes, name: str) -> str:
        with pytest.raises(InputError) as error:
            read_roster(data, fields=[standard_field("full_name")], options=options, name=name)
        return error.value.code

    assert code(ole + "EncryptedPackage".encode("utf-16-le"), "list.xlsx") == "file_encrypted"
    assert code(ole + "Workbook".encode("utf-16-le"), "list.xls") == "file_type_mismatch"
    assert code(ole, "list.xls") == "file_type_mismatch"
    encrypted = '<m:manifest xmlns:m="urn:x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    assert code(package(ods_parts({"L": LIST}) | {"META-INF/manifest.xml": encrypted}), "list.ods") == "file_encrypted"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (GOOD, "list.xlsx", ""),
        (GOOD, "list", ""),
        (GOOD, "list.csv", "file_type_mismatch"),
        (b"name,email\nAna,a@example.org\n", "list.csv", ""),
        (b"name,email\nAna,a@example.org\n", "list.txt", ""),
        (b"name,email\nAna,a@example.org\n", "list.xlsx", "file_type_mismatch"),
        (b"name,email\nAna,a@example.org\n", "list.ods", "file_type_mismatch"),
        (package({"word/document.xml": "<w/>"}), "list.xlsx", "file_type_mismatch"),
        (package({"xl/workbook.bin": b"x"}), "list.xlsb", "file_type_mismatch"),
    ],
)
def test_names_of_files(data: bytes, name: str, code: str) -> None:
    fields = [standard_field("full_name", required=True), standard_field("email")]
    try:
        found = read_roster(data, fields=fields, options=RosterOptions(today=TODAY), name=name).code
    except InputError as error:
        found = error.code
    assert found == (code or "rows_ready")


def test_unpacked_size_is_limited() -> None:
    options, limits = RosterOptions(today=TODAY), RosterLimits(unpacked=2_000)
    fields = [standard_field("full_name"), standard_field("email")]
    data = xlsx({"L": [["name", "email"], *[["Ana", f"a{i}@example.org"] for i in range(50)]]})
    assert read_roster(data, fields=fields, options=options).rows
    with pytest.raises(InputError) as error:
        read_roster(data, fields=fields, options=options, limits=limits)
    assert error.value.code == "file_expands_too_much"


# sheets


@BOTH
def test_the_only_sheet_that_can_be_meant(read: Read, made: Made) -> None:
    sheets = {"Notes": [["Welcome"], ["to the course"]], "Learners": LIST, "Empty": []}
    assert read(made(sheets), NAMES).source.sheet == "Learners"


@BOTH
def test_several_sheets_are_asked_about(read: Read, made: Made) -> None:
    data = made({"Group A": LIST, "Group B": LIST})
    with pytest.raises(InputError) as error:
        read(data, NAMES)
    assert (error.value.code, error.value.found) == ("rows_need_attention", "'Group A', 'Group B'")
    assert read(data, NAMES, sheet="Group B").source.sheet == "Group B"
    assert code_of(read, data, sheet="Group C") == "sheet_empty"


def test_hidden_sheets_are_not_looked_at(read: Read) -> None:
    data = xlsx({"Old": LIST, "New": LIST}, states={"Old": "hidden"})
    assert read(data, NAMES).source.sheet == "New"


def test_no_sheet_with_content(read: Read) -> None:
    assert code_of(read, xlsx({"L": []})) == "sheet_empty"
    assert code_of(read, xlsx({"L": [["name", "email"]]})) == "sheet_empty"


def test_formulas_on_another_sheet_are_nobodys(read: Read) -> None:
    assert code_of(read, xlsx({"L": LIST, "Sum": [[FORMULA.format("A1")]]})) == "rows_ready"


# ODS


def test_ods_repetition(read: Read) -> None:
    rows = (
        "<table:table-row><table:table-cell office:value-type='string'><text:p>name</text:p></table:table-cell>"
        "<table:table-cell table:number-columns-repeated='16383'/></table:table-row>"
        "<table:table-row table:number-rows-repeated='3'><table:table-cell/></table:table-row>"
        "<table:table-row table:number-rows-repeated='2'><table:table-cell office:value-type='string'>"
        "<text:p>A<text:s text:c='2'/>b <text:span>c</text:span></text:p></table:table-cell></table:table-row>"
        "<table:table-row table:number-rows-repeated='1048570'><table:table-cell/></table:table-row>"
    )
    roster = read(ods({"L": rows}), "full_name", accept_duplicates=True)
    assert [(row.number, row.values["full_name"]) for row in roster.rows] == [(5, "A  b c"), (6, "A  b c")]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("<table:table-row table:number-rows-repeated='1048000'>{0}</table:table-row>", "too_many_rows"),
        (
            "<table:table-row table:number-rows-repeated='1048000'/><table:table-row>{0}</table:table-row>",
            "too_many_rows",
        ),
        (
            "<table:table-row><table:table-cell table:number-columns-repeated='16000'/>{0}</table:table-row>",
            "sheet_too_wide",
        ),
        ("<table:table-row table:number-rows-repeated='99000'>" + "{0}" * 50 + "</table:table-row>", "sheet_too_wide"),
        ("<table:table-row table:number-rows-repeated='x'>{0}</table:table-row>", "file_damaged"),
        ("<table:table-row table:number-rows-repeated='999999999999999'>{0}</table:table-row>", "too_many_rows"),
    ],
)
def test_ods_bombs(read: Read, rows: str, code: str) -> None:
    text = "<table:table-cell office:value-type='string'><text:p>name</text:p></table:table-cell>"
    started = time.process_time()
    assert code_of(read, ods({"L": rows.format(text)}), "full_name") == code
    assert time.process_time() - started < 2


def test_ods_spaces_are_bounded(read: Read) -> None:
    text = ods_cell("a|b").replace("|", "<text:s text:c='2000000000'/>")
    assert code_of(read, ods({"L": [["name"], [text]]}), "full_name") == "cell_too_long"


def test_ods_comments_tabs_and_lines(read: Read) -> None:
    commented = (
        "<table:table-cell office:value-type='string'><office:annotation><text:p>a comment</text:p></office:annotation>"
        "<text:p>Ana</text:p></table:table-cell>"
    )
    tab = "<table:table-cell office:value-type='string'><text:p>A<text:tab/>b</text:p></table:table-cell>"
    lines = "<table:table-cell office:value-type='string'><text:p>A</text:p><text:p>b</text:p></table:table-cell>"
    roster = read(ods({"L": [["name"], [commented], [tab], [lines]]}), "full_name")
    assert values(roster) == [{"full_name": "Ana"}]
    assert [(f.where, f.rule) for f in roster.errors] == [
        ("L!A3", "cell_control_character"),
        ("L!A4", "cell_control_character"),
    ]


def test_ods_dates_and_hidden_tables(read: Read) -> None:
    roster = read(
        ods({"L": [["name", "born"], ["Ana", ("2001-02-03",)], ["Bob", ("2001-02-03T10:00:00",)]]}),
        "full_name date_of_birth",
    )
    assert [v["date_of_birth"] for v in values(roster)] == [dt.date(2001, 2, 3)] * 2
    styles = '<style:style style:name="off"><style:table-properties table:display="false"/></style:style>'
    parts = ods_parts({"Old": LIST, "New": LIST}, styles=styles)
    parts["content.xml"] = str(parts["content.xml"]).replace(
        'table:name="Old"', 'table:name="Old" table:style-name="off"'
    )
    assert read(package(parts), NAMES).source.sheet == "New"


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ('<table:table-source xmlns:x="urn:x" x:href="http://evil.example.test/a.ods"/>', "external_link_not_allowed"),
        ('<table:cell-range-source table:name="x"/>', "external_link_not_allowed"),
        ("<office:event-listeners/>", "macro_not_allowed"),
        ("<office:forms/>", "rows_ready"),
    ],
)
def test_ods_content_from_outside(read: Read, inside: str, code: str) -> None:
    parts = ods_parts({"L": LIST})
    parts["content.xml"] = str(parts["content.xml"]).replace('table:name="L">', f'table:name="L">{inside}')
    assert code_of(read, package(parts)) == code


def test_ods_macros_doctype_and_damage(read: Read) -> None:
    parts = ods_parts({"L": LIST})
    assert code_of(read, package(parts | {"Basic/Standard/Module1.xml": "<x/>"})) == "macro_not_allowed"
    assert code_of(read, package(parts | {"content.xml": "<!DOCTYPE x>" + str(parts["content.xml"])})) == "xml_doctype"
    assert code_of(read, package(parts | {"content.xml": "<x"})) == "file_damaged"
    del parts["content.xml"]
    assert code_of(read, package(parts)) == "file_damaged"


# other programs' files


def test_a_file_of_another_program(read: Read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name", "email", "born"])
    sheet.append(["Zoë", "zoe@example.org", dt.date(2001, 2, 3)])
    sheet["B2"].hyperlink = "mailto:zoe@example.org"
    buffer = io.BytesIO()
    book.save(buffer)
    roster = read(buffer.getvalue(), "full_name email date_of_birth")
    assert values(roster) == [{"full_name": "Zoë", "email": "zoe@example.org", "date_of_birth": dt.date(2001, 2, 3)}]
    assert roster.code == "rows_ready"


def test_strict_open_xml(read: Read) -> None:
    """The strict form has other namespaces for the same things."""
    parts = {
        name: str(content)
        .replace(
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"
        )
        .replace("http://schemas.openxmlformats.org/officeDocument/2006/", "http://purl.oclc.org/ooxml/officeDocument/")
        for name, content in xlsx_parts({"L": LIST}).items()
    }
    assert len(read(package(parts), NAMES).rows) == 2
    with_formula = parts["xl/worksheets/sheet1.xml"].replace(
        '<c r="B2" t="inlineStr">', '<c r="B2" t="inlineStr"><f>1</f>'
    )
    assert code_of(read, package(parts | {"xl/worksheets/sheet1.xml": with_formula})) == "cell_formula_not_allowed"


def test_absolute_targets_and_stored_parts(read: Read) -> None:
    parts = xlsx_parts({"L": LIST})
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        "worksheets/", "/xl/worksheets/"
    )
    assert len(read(package(parts, method=zipfile.ZIP_STORED), NAMES).rows) == 2


def test_text_column_of_the_design(read: Read) -> None:
    remark = RosterField(name="remark", kind=FieldKind.TEXT)
    roster = read(
        xlsx({"L": [["name", "remark"], ["Ana", cell("one\ntwo", "B2")]]}), [standard_field("full_name"), remark]
    )
    assert values(roster) == [{"full_name": "Ana", "remark": "one\ntwo"}]
