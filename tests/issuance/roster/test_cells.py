"""Cells: what each kind of field takes, what it refuses, what it points out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.issuance.fields import FieldKind, RosterField, standard_field
from mikra.issuance.roster import Roster
from mikra.issuance.roster.addresses import address_fault, plain_addresses
from mikra.issuance.roster.cells import Column, checker
from mikra.issuance.roster.plain_text import clean_text, misread, plain_ones
from mikra.messages import LANGUAGES
from mikra.vocabulary import EU_LANGUAGES
from tests.issuance.roster.conftest import TODAY

Read = Callable[..., Roster]


def check(one: RosterField, raw: Any, **column: Any) -> tuple[Any, list[str]]:
    """(value, "rule/key" of each fault); every fault has its words in every language."""
    known = Column(field=one, today=TODAY, longest=10_000, **column)
    value, faults = checker(known)(raw)
    for fault in faults:
        for language in LANGUAGES:
            told = fault.at("A1", raw).as_dict(language)
            assert told["what"]
            assert told["fix"]
    return value, [f"{fault.rule}/{fault.key}" for fault in faults]


NAME = standard_field("full_name")
EMAIL = standard_field("email")
BIRTH = standard_field("date_of_birth")
NUMBER = standard_field("learner_id")
TEXT = RosterField(name="remark", kind=FieldKind.TEXT)


@pytest.mark.parametrize(
    "name", ["Ana", "O'Brien", "X Æ A-12", "Null", "1234567890", "a\u0301 b".replace("a\u0301", "á"), "-", "'tHooft"]
)
def test_names_as_they_are(name: str) -> None:
    assert check(NAME, name) == (name, [])


@pytest.mark.parametrize(
    ("raw", "value"), [("  Ana ", "Ana"), ("\u00a0Ana\t", "Ana"), ("e\u0301", "é"), ("Ana  Maria", "Ana  Maria")]
)
def test_names_trimmed_and_composed(raw: str, value: str) -> None:
    assert check(NAME, raw) == (value, [])


@pytest.mark.parametrize("raw", ["", " ", "\u00a0", "\t"])
@pytest.mark.parametrize(
    "one", [NAME, EMAIL, BIRTH, NUMBER, standard_field("identity_verified"), standard_field("grade")]
)
def test_empty(raw: str, one: RosterField) -> None:
    assert check(one, raw) == (None, [])


@pytest.mark.parametrize(
    "character",
    ["\u202e", "\u2066", "\u200e", "\u200f", "\u061c", "\0", "\x07", "\n", "\t", "\x7f", "\x85", "\ufffe", "\ufdd0"],
)
def test_characters_refused(character: str) -> None:
    assert check(NAME, f"Ana{character}Pop")[1][0].startswith("cell_control_character/")
    assert len(check(NAME, f"Ana{character}Pop")[1]) == 1
    assert check(NAME, "AnaPop")[1] == []


@pytest.mark.parametrize("character", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u3164", "\u034f"])
def test_invisible_characters_are_pointed_out(character: str) -> None:
    value, faults = check(NAME, f"Ana{character}Pop")
    assert value == f"Ana{character}Pop"
    assert faults == ["cell_control_character/invisible_character"]


def test_joiners_where_they_belong() -> None:
    for name in ("👩🏽\u200d🎓", "می\u200cخواهم", "ক্\u200dষ"):
        assert check(NAME, name) == (name, [])
    for name in ("An\u200da", "Ana\u200d", "\u200cAna"):
        assert check(NAME, name)[1] == ["cell_control_character/invisible_character"]


def test_a_lost_letter_is_refused() -> None:
    assert check(NAME, "Zo\ufffd") == ("Zo\ufffd", ["cell_damaged_text/lost_letter"])


@pytest.mark.parametrize("name", ["Zoë", "Živilė", "José", "Łukasz", "Ελένη", "Иван", "Škofič"])
def test_misread_letters_are_pointed_out(name: str) -> None:
    wrong = name.encode().decode("cp1252", errors="replace")
    if "\ufffd" in wrong:
        wrong = name.encode().decode("latin-1")
    assert misread(wrong) == name
    assert misread(name) is None
    assert check(NAME, name)[1] == []
    if wrong.isprintable():
        assert check(NAME, wrong) == (wrong, ["cell_damaged_text/misread_text"])


@pytest.mark.parametrize("text", ["=1+1", "@SUM", "+cmd", "-cmd", "=", "+1+cmd|x"])
def test_formula_like_text_is_kept_and_pointed_out(text: str) -> None:
    assert check(NAME, text) == (text, ["cell_formula_text/formula_text"])


@pytest.mark.parametrize("text", ["+370 612 34567", "-5", "-1.5", "a=b"])
def test_text_that_only_looks_like_one(text: str) -> None:
    assert check(TEXT, text) == (text, [])


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#DIV/0!", "#NAME?"])
def test_error_values(text: str) -> None:
    assert check(NAME, text)[1] == ["cell_type_ambiguous/spreadsheet_error"]
    assert check(NAME, "#1 Ana")[1] == []


def test_long_text() -> None:
    assert check(NAME, "x" * 500)[1] == []
    assert check(NAME, "x" * 501)[1] == ["cell_too_long/cell_too_long"]
    assert check(TEXT, "x" * 10_000)[1] == []
    assert check(TEXT, "x" * 10_001)[1] == ["cell_too_long/cell_too_long"]


def test_lines_within_free_text_alone() -> None:
    assert check(TEXT, "one\ntwo") == ("one\ntwo", [])
    assert check(NAME, "one\ntwo")[1] == ["cell_control_character/control_character"]


@pytest.mark.parametrize(
    ("raw", "value", "faults"),
    [
        (1234567890.0, "1234567890", ["cell_type_ambiguous/number_as_name"]),
        (1.5, "1.5", ["cell_type_ambiguous/not_text"]),
        (True, None, ["cell_type_ambiguous/not_text"]),
        (dt.date(2026, 3, 1), None, ["cell_type_ambiguous/not_text"]),
        (dt.time(3, 1), None, ["cell_type_ambiguous/not_text"]),
    ],
)
def test_names_that_a_spreadsheet_changed(raw: object, value: object, faults: list[str]) -> None:
    assert check(NAME, raw) == (value, faults)


def test_numbers_in_free_text() -> None:
    assert check(TEXT, 5.0) == ("5", [])
    assert check(TEXT, 5.25)[1] == ["cell_type_ambiguous/not_text"]


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.org",
        "ana+course@example.org",
        "o'brien@example.co.uk",
        "a.b-c_d%e@sub.example.org",
        "ANA@EXAMPLE.ORG",
        "живиле@пример.бг",
        "ana@müller.example",
        "ana@xn--mller-kva.example",
        "ана@example.org",
        "a@b.museum",
    ],
)
def test_addresses(address: str) -> None:
    assert check(EMAIL, address) == (address, [])


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("ana", "email_without_at"),
        ("ana.example.org", "email_without_at"),
        ("ana@@example.org", "email_two_at"),
        ("ana@example", "email_domain"),
        ("ana@example..org", "email_domain"),
        ("ana@-example.org", "email_domain"),
        ("ana@example.org.", "email_domain"),
        ("ana@exam_ple.org", "email_domain"),
        ("ana@127.0.0.1", "email_domain"),
        ("@example.org", "email_local"),
        (".ana@example.org", "email_local"),
        ("a..b@example.org", "email_local"),
        ("an a@example.org", "email_space"),
        ("ana@example.org, bob@example.org", "email_several"),
        ("ana@example.org;bob@example.org", "email_several"),
        ("Ana <ana@example.org>", "email_wrapped"),
        ("mailto:ana@example.org", "email_wrapped"),
        ("x" * 65 + "@example.org", "email_too_long"),
        ("a@" + "b" * 64 + ".org", "email_domain"),
    ],
)
def test_addresses_refused(address: str, key: str) -> None:
    assert check(EMAIL, address)[1] == [f"cell_email_invalid/{key}"]


def test_the_address_inside_is_suggested() -> None:
    fault = address_fault("Ana Pop <ana@example.org>")
    assert fault is not None
    assert fault.expected == "ana@example.org"


def test_an_address_that_is_a_number() -> None:
    assert check(EMAIL, 5.0)[1] == ["cell_email_invalid/email_without_at"]


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_address_has_an_answer(text: str) -> None:
    address_fault(text)
    clean_text(text, 50)


odd_text = st.text(max_size=12) | st.text(alphabet="aZ0ëŽΆИ Ã«Å½'’.-=+@\u200b\u0301\u202e\n\x07", max_size=8)


@settings(max_examples=600)
@given(st.lists(odd_text, max_size=5))
def test_the_short_way_for_texts_is_right(texts: list[str]) -> None:
    for text in plain_ones(texts) & set(texts):
        assert clean_text(text, 500) == (text, ())


@settings(max_examples=300)
@given(st.lists(st.text(alphabet="ab1.@-_+ é\n", max_size=14), max_size=5))
def test_the_short_way_for_addresses_is_right(texts: list[str]) -> None:
    for text in plain_addresses([*texts, "a@b.org"]) & {*texts, "a@b.org"}:
        assert address_fault(text) is None
        assert clean_text(text, 500) == (text, ())


def test_the_short_way_is_short() -> None:
    names = {"Ana", "Zoë O'Brien", "Živilė", "Ελένη", "Иван", "D’Arcy", "x" * 400}
    assert plain_ones(names) == names
    assert plain_ones({"x" * 401, " Ana", "=x", "ZoÃ«", "e\u0301"}) == set()


@pytest.mark.parametrize(
    ("raw", "value", "faults"),
    [
        ("2001-02-03", dt.date(2001, 2, 3), []),
        (dt.date(2001, 2, 3), dt.date(2001, 2, 3), []),
        (dt.datetime.fromisoformat("2001-02-03T23:59"), dt.date(2001, 2, 3), []),
        (20010203.0, dt.date(2001, 2, 3), []),
        (36925.0, None, ["cell_type_ambiguous/serial_date"]),
        ("36925", None, ["cell_type_ambiguous/serial_date"]),
        (5.0, None, ["cell_date_invalid/date_not_a_date"]),
        (True, None, ["cell_date_invalid/date_not_a_date"]),
        (dt.time(5, 0), None, ["cell_date_invalid/date_not_a_date"]),
        ("x", None, ["cell_date_invalid/date_not_a_date"]),
        ("x" * 100_000, None, ["cell_date_invalid/date_not_a_date"]),
        ("2001-02-30", None, ["cell_date_invalid/date_impossible"]),
        ("1.2.03", None, ["cell_date_invalid/date_short_year"]),
        ("2001-02-03T00:00:00Z", None, ["cell_date_invalid/date_zone"]),
        ("03/04/2001", None, ["cell_date_invalid/date_two_readings"]),
        (TODAY.isoformat(), TODAY, []),
        ((TODAY + dt.timedelta(1)).isoformat(), None, ["cell_date_invalid/date_in_future"]),
        ("1906-06-01", dt.date(1906, 6, 1), []),
        ("1906-05-31", None, ["cell_date_invalid/date_too_long_ago"]),
    ],
)
def test_birth_dates(raw: object, value: object, faults: list[str]) -> None:
    assert check(BIRTH, raw) == (value, faults)


def test_serial_dates_once_they_are_settled() -> None:
    assert check(BIRTH, 36925.0, serial_dates=1900) == (dt.date(2001, 2, 3), [])
    assert check(BIRTH, "36925", serial_dates=1900) == (dt.date(2001, 2, 3), [])
    assert check(BIRTH, 36925.0 - 1462, serial_dates=1904) == (dt.date(2001, 2, 3), [])


def test_bounds_of_a_date() -> None:
    one = standard_field("completed", minimum=dt.date(2026, 5, 1), maximum=dt.date(2026, 5, 31))
    assert check(one, "2026-05-01") == (dt.date(2026, 5, 1), [])
    assert check(one, "2026-05-31") == (dt.date(2026, 5, 31), [])
    assert check(one, "2026-04-30")[1] == ["cell_date_invalid/date_too_early"]
    assert check(one, "2026-06-01")[1] == ["cell_date_invalid/date_too_late"]


def test_a_learner_born_on_a_leap_day_120_years_ago() -> None:
    known = Column(field=BIRTH, today=dt.date(2024, 2, 29), longest=100)
    assert checker(known)("1904-02-29")[1] == ()


SCALE = RosterField(name="points", kind=FieldKind.NUMBER, minimum=Decimal(0), maximum=Decimal(100))
FREE = RosterField(name="points", kind=FieldKind.NUMBER)


@pytest.mark.parametrize(
    ("raw", "value", "faults"),
    [
        ("7,5", Decimal("7.5"), []),
        ("7.5", Decimal("7.5"), []),
        (" 7 ", Decimal(7), []),
        (7.0, Decimal(7), []),
        (7.5, Decimal("7.5"), []),
        ("1.234,5", Decimal("1234.5"), []),
        ("1,234.5", Decimal("1234.5"), []),
        ("1 234,5", Decimal("1234.5"), []),
        ("1'234", Decimal(1234), []),
        ("1.234.567", Decimal(1234567), []),
        ("0.125", Decimal("0.125"), []),
        ("-3", Decimal(-3), []),
        ("−3", Decimal(-3), []),
        ("1.234", None, ["cell_type_ambiguous/number_unclear"]),
        ("1,234", None, ["cell_type_ambiguous/number_unclear"]),
        ("x", None, ["cell_number_invalid/not_a_number"]),
        ("1e5", None, ["cell_number_invalid/not_a_number"]),
        ("1,2,3", None, ["cell_number_invalid/not_a_number"]),
        ("1.234.5", None, ["cell_number_invalid/not_a_number"]),
        ("NaN", None, ["cell_number_invalid/not_a_number"]),
        ("٣", None, ["cell_number_invalid/not_a_number"]),
        ("9" * 50, None, ["cell_number_invalid/not_a_number"]),
        (True, None, ["cell_number_invalid/not_a_number"]),
        (float("inf"), None, ["cell_number_invalid/not_a_number"]),
        (float("nan"), None, ["cell_number_invalid/not_a_number"]),
    ],
)
def test_numbers(raw: object, value: object, faults: list[str]) -> None:
    assert check(FREE, raw) == (value, faults)


def test_bounds_of_a_number() -> None:
    assert check(SCALE, "100") == (Decimal(100), [])
    assert check(SCALE, "100,5")[1] == ["cell_number_invalid/number_outside"]
    assert check(SCALE, "1,234") == (Decimal("1.234"), [])


GRADES = standard_field("grade", choices=("10", "9.5", "A", "A-", "Pass with merit"))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("10", "10"),
        (10.0, "10"),
        (9.5, "9.5"),
        ("9,5", "9.5"),
        ("a", "A"),
        ("A-", "A-"),
        ("pass with MERIT", "Pass with merit"),
        ("Pass-with-merit", "Pass with merit"),
    ],
)
def test_choices(raw: object, value: str) -> None:
    assert check(GRADES, raw) == (value, [])


@pytest.mark.parametrize("raw", ["A+", "11", 9.0, "", "A -"])
def test_other_answers(raw: object) -> None:
    value, faults = check(GRADES, raw)
    assert value is None
    assert faults == (["cell_not_a_choice/cell_not_a_choice"] if raw else [])


def test_choices_that_a_spreadsheet_changed() -> None:
    assert check(GRADES, dt.date(2026, 10, 9))[1] == ["cell_type_ambiguous/not_text"]
    assert check(GRADES, True)[1] == ["cell_type_ambiguous/not_text"]
    assert check(GRADES, "A\u202e")[1] == ["cell_control_character/direction_character"]


def test_labels_of_choices() -> None:
    one = standard_field("grade", choices=("5", "2"), choice_labels={"excellent": "5", "отличен": "5"})
    assert check(one, "Отличен")[0] == "5"
    assert check(one, "EXCELLENT")[0] == "5"
    assert check(one, "good")[1]


def test_choices_that_differ_only_between_words() -> None:
    one = standard_field("grade", choices=("1-0", "10"))
    assert [check(one, text)[0] for text in ("1-0", "10", 10.0, "1 0")] == ["1-0", "10", "10", None]


@pytest.mark.parametrize("text", ["România", "ROMANIA", "ro", "ROU", "Rumänien", "Roumanie", "Ρουμανία", "Румъния"])
def test_countries_in_any_language(text: str) -> None:
    assert check(standard_field("nationality"), text) == ("RO", [])


@pytest.mark.parametrize("text", ["on-site", "On site", "ON_SITE", "Supervised on site"])
def test_supervision(text: str) -> None:
    assert check(standard_field("supervision"), text) == ("on-site", [])


def test_languages_are_those_of_the_union() -> None:
    one = standard_field("language")
    assert check(one, "Lietuvių")[0] == "lt"
    assert check(one, "Chinese")[1]
    assert set(one.choices) == set(EU_LANGUAGES)


@pytest.mark.parametrize("text", ["yes", "Da", "да", "ano", "Taip", "ja", "OUI", "sí", "ναι", "1", "x", "TRUE", "✓"])
def test_yes(text: str) -> None:
    assert check(standard_field("identity_verified"), text) == (True, [])


@pytest.mark.parametrize("text", ["no", "Nu", "не", "ne", "Nein", "non", "όχι", "0", "FALSE", "nie"])
def test_no(text: str) -> None:
    assert check(standard_field("identity_verified"), text) == (False, [])


def test_neither() -> None:
    one = standard_field("identity_verified")
    assert check(one, True) == (True, [])
    assert check(one, 0.0) == (False, [])
    for raw in ("maybe", 2.0, "?", dt.date(2001, 1, 1)):
        assert check(one, raw) == (None, ["cell_not_yes_no/not_yes_no"])


def test_the_code_of_the_design() -> None:
    one = standard_field("course", choices=("DATA-ETHICS",))
    assert check(one, "data-ethics") == ("DATA-ETHICS", [])
    assert check(one, "OTHER") == (None, ["cell_other_course/other_course"])


@pytest.mark.parametrize(
    ("raw", "digits", "value", "faults"),
    [
        ("00123", 5, "00123", []),
        (123456.0, 6, "123456", []),
        (123.0, 3, "123", []),
        (123.0, 5, "123", ["cell_type_ambiguous/zeros_lost"]),
        (1.5, 5, "1.5", ["cell_type_ambiguous/number_cut"]),
        (-5.0, 1, "-5", ["cell_type_ambiguous/number_cut"]),
        (1234567890123456.0, 16, "1234567890123456.0", ["cell_type_ambiguous/number_cut"]),
        (True, 0, None, ["cell_type_ambiguous/not_text"]),
    ],
)
def test_identifiers_keep_their_zeros(raw: object, digits: int, value: object, faults: list[str]) -> None:
    assert check(NUMBER, raw, digits=digits) == (value, faults)


def test_findings_per_cell(read: Read, fields: Sequence[RosterField]) -> None:
    """What, where, found, expected, what to do; in every language."""
    data = "givenName,familyName,email,dateOfBirth,course,completed\nAna,Pop,x,1.2.99,DATA-ETHICS,2026-06-02\n"
    roster = read(data, fields)
    assert [f.where for f in roster.findings] == [
        "line 2, column email",
        "line 2, column dateOfBirth",
        "line 2, column completed",
    ]
    assert [f.found for f in roster.findings] == ["x", "1.2.99", "2026-06-02"]
    assert roster.findings[0].expected == "name@example.org"
    assert roster.rows == ()
    assert roster.bad[0].places == (2, 3, 5)
    assert roster.code == "rows_need_attention"
    for language in LANGUAGES:
        assert len({f.what.text(language) for f in roster.findings}) == 3
    ro = read(data, fields, language="ro")
    assert ro.findings[0].where == "rândul 2, coloana email"


def test_order_of_dates_from_the_whole_column(read: Read) -> None:
    names = "full_name! date_of_birth completed"
    settled = read("name;born\nAna;03/04/2001\nBob;13/04/2001\n", names)
    assert [row.values["date_of_birth"] for row in settled.rows] == [dt.date(2001, 4, 3), dt.date(2001, 4, 13)]
    assert settled.source.date_orders == {"date_of_birth": "dmy"}
    american = read("name;born\nAna;03/04/2001\nBob;04/13/2001\n", names)
    assert american.rows[0].values["date_of_birth"] == dt.date(2001, 3, 4)
    unclear = read("name;born\nAna;03/04/2001\nBob;05/06/2001\n", names)
    assert [f.rule for f in unclear.errors] == ["cell_date_invalid"] * 2
    told = read("name;born\nAna;03/04/2001\nBob;05/06/2001\n", names, date_order="dmy")
    assert told.rows[0].values["date_of_birth"] == dt.date(2001, 4, 3)


def test_each_column_proves_its_own_order(read: Read) -> None:
    roster = read(
        "name,born,completed\nAna,03/04/2001,03/04/2026\nBob,13/04/2001,05/05/2026\n",
        "full_name! date_of_birth completed",
    )
    assert [row.number for row in roster.rows] == [3]
    assert [f.where for f in roster.errors] == ["line 2, column completed"]


def test_the_same_value_is_judged_alike_whatever_its_type(read: Read) -> None:
    """True, 1.0 and "1" are equal to Python, not to us."""
    from mikra.issuance.roster.checking import ColumnCheck

    check_ = ColumnCheck(0, Column(field=NUMBER, today=TODAY, longest=100))
    faults: list[Any] = []
    assert check_.run([1.0, True, "1", 1.0], faults) == ["1", None, "1", "1"]
    assert [(index, fault.key) for index, _, fault in faults] == [(1, "not_text")]
    apart = ColumnCheck(0, Column(field=NUMBER, today=TODAY, longest=100))
    assert apart.run([1.0], []) + apart.run([True], []) == ["1", None]
