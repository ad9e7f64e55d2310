"""Headings and delimiters: found in many languages, asked about when unclear, nothing left out in silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from mikra import messages
from mikra.errors import InputError
from mikra.issuance.fields import STANDARD_FIELDS, FieldKind, RosterField, standard_field
from mikra.issuance.roster import Roster
from mikra.issuance.roster.headings import known_headings, match_columns
from mikra.report import Severity
from mikra.vocabulary import EU_LANGUAGES

Read = Callable[..., Roster]
ALL = [standard_field(name) for name in STANDARD_FIELDS]


def matched(headings: str, names: str = "") -> dict[str, str]:
    """heading -> field, for headings divided by |"""
    fields = [standard_field(name) for name in names.split()] or ALL
    given = headings.split("|")
    return {given[i]: one.name for i, one in match_columns(given, fields, {}).used.items()}


@pytest.mark.parametrize(
    ("given", "family", "email", "birth"),
    [
        ("Given name", "Family name", "E-mail", "Date of birth"),
        ("First Name", "Surname", "Email address", "DOB"),
        ("givenName", "familyName", "email", "dateOfBirth"),
        ("GIVEN_NAME", "family-name", "e mail", "date.of.birth"),
        ("Prenume", "Nume", "Adresă e-mail", "Data nașterii"),
        ("Prenume", "Nume de familie", "E-mail", "Data naşterii"),
        ("Име", "Фамилия", "Имейл", "Дата на раждане"),
        ("Jméno", "Příjmení", "E-mail", "Datum narození"),
        ("Vardas", "Pavardė", "El. paštas", "Gimimo data"),
        ("Vorname", "Name", "E-Mail-Adresse", "Geburtsdatum"),
        ("Prénom", "Nom", "Courriel", "Date de naissance"),
        ("Nombre", "Apellidos", "Correo electrónico", "Fecha de nacimiento"),
        ("Nome", "Cognome", "Indirizzo e-mail", "Data di nascita"),
        ("Imię", "Nazwisko", "Adres e-mail", "Data urodzenia"),
        ("Όνομα", "Επώνυμο", "Διεύθυνση email", "Ημερομηνία γέννησης"),
        ("Voornaam", "Achternaam", "E-mailadres", "Geboortedatum"),
        ("Nome próprio", "Apelido", "Correio eletrónico", "Data de nascimento"),
        ("Keresztnév", "Vezetéknév", "E-mail cím", "Születési idő"),
        ("Fornavn", "Efternavn", "Mailadresse", "Fødselsdato"),
        ("Förnamn", "Efternamn", "E-post", "Födelsedatum"),
        ("Etunimi", "Sukunimi", "Sähköposti", "Syntymäaika"),
        ("Eesnimi", "Perekonnanimi", "E-posti aadress", "Sünniaeg"),
        ("Vārds", "Uzvārds", "E-pasts", "Dzimšanas datums"),
        ("Ime", "Prezime", "E-pošta", "Datum rođenja"),
        ("Ime", "Priimek", "E-poštni naslov", "Datum rojstva"),
        ("Meno", "Priezvisko", "E-mailová adresa", "Dátum narodenia"),
        ("Isem", "Kunjom", "Indirizz elettroniku", "Data tat-twelid"),
        ("Céadainm", "Sloinne", "Ríomhphost", "Dáta breithe"),
    ],
)
def test_headings_in_many_languages(given: str, family: str, email: str, birth: str) -> None:
    expected = {given: "given_name", family: "family_name", email: "email", birth: "date_of_birth"}
    assert matched("|".join(expected)) == expected
    assert matched("|".join(h.upper() for h in expected)) == {h.upper(): f for h, f in expected.items()}


@pytest.mark.parametrize(
    "heading",
    ["Name", "Full name", "Nume și prenume", "Име", "Jméno a příjmení", "Vardas, pavardė", "Nom", "Ονοματεπώνυμο"],
)
def test_whole_names(heading: str) -> None:
    assert matched(f"{heading}|Email") == {heading: "full_name", "Email": "email"}


@pytest.mark.parametrize("heading", ["E-mail *", "E-mail (required)", "E-mail [necesar]:", " e-MAIL "])
def test_marks_beside_a_heading(heading: str) -> None:
    assert matched(heading) == {heading: "email"}


def test_name_beside_both_halves_is_not_used() -> None:
    assert matched("Given name|Family name|Name") == {"Given name": "given_name", "Family name": "family_name"}


@pytest.mark.parametrize("language", EU_LANGUAGES)
def test_every_language_has_headings_for_what_is_common(language: str) -> None:
    from importlib.resources import files

    import orjson

    table = orjson.loads(files("mikra.issuance.roster").joinpath("headings.json").read_bytes())
    for name in (
        "given_name",
        "family_name",
        "full_name",
        "email",
        "date_of_birth",
        "learner_id",
        "course",
        "completed",
        "grade",
    ):
        assert table[name].get(language), name


def test_no_heading_means_two_fields() -> None:
    assert set(known_headings().values()) <= {*STANDARD_FIELDS, "name"}
    assert len(known_headings()) > 1_000


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_our_own_headings_are_known(language: str) -> None:
    headings = {messages.text(f"roster.heading_{name}", language): name for name in STANDARD_FIELDS}
    assert matched("|".join(headings)) == headings


def test_fields_of_the_design_alone() -> None:
    assert matched("Given name|Family name|Gender", "given_name family_name") == {
        "Given name": "given_name",
        "Family name": "family_name",
    }


def test_headings_of_the_design_itself(read: Read) -> None:
    own = RosterField(name="welding_position", kind=FieldKind.TEXT, headers=("Schweißposition", "Position"))
    roster = read("Name,Schweissposition\nAna,PA\n", [standard_field("full_name"), own])
    assert roster.rows[0].values == {"full_name": "Ana", "welding_position": "PA"}


def refused(read: Read, data: str | bytes, names: str, **options: object) -> InputError:
    with pytest.raises(InputError) as error:
        read(data, names, **options)
    assert error.value.fix
    return error.value


def test_no_name_column(read: Read) -> None:
    error = refused(read, "email,born\na@example.org,2001-02-03\n", "given_name! family_name! email")
    assert error.code == "header_missing"
    assert error.found == "email, born"
    assert error.expected == "Given name, Family name"


def test_half_a_name(read: Read) -> None:
    assert (
        refused(read, "vorname,email\nAna,a@example.org\n", "given_name! family_name! email").expected == "Family name"
    )


def test_a_demanded_column_that_is_missing(read: Read) -> None:
    error = refused(read, "name\nAna\n", "full_name! email! course!", overrides={"course": {"choices": ("X",)}})
    assert error.expected == "E-mail, Course code"


def test_the_closest_heading_is_named_and_not_used(read: Read) -> None:
    error = refused(read, "given nmae,family name\nAna,Pop\n", "given_name! family_name!")
    assert error.code == "header_missing"
    assert "given nmae" in error.fix


def test_whole_names_are_never_split(read: Read) -> None:
    error = refused(read, "name,email\nAna Pop,a@example.org\n", "given_name! family_name! email")
    assert error.code == "header_missing"
    assert "never split" in error.fix
    both = read("name\nAna Maria Pop\n", "given_name family_name full_name")
    assert both.rows[0].values == {"full_name": "Ana Maria Pop"}


def test_no_headings_at_all(read: Read) -> None:
    error = refused(read, "Ana,Pop,a@example.org\nBob,Doe,b@example.org\n", "given_name! family_name! email")
    assert error.code == "header_missing"
    assert "Ana" in error.found


@pytest.mark.parametrize("headings", ["email,email", "email,E-Mail", "e-mail,Courriel"])
def test_two_columns_for_one_field(read: Read, headings: str) -> None:
    error = refused(read, f"name,{headings}\nAna,a@example.org,b@example.org\n", "full_name! email")
    assert error.code == "header_duplicate"
    assert error.found == headings.replace(",", " / ")


def test_a_mapping_settles_it(read: Read) -> None:
    data = "name,email,courriel\nAna,a@example.org,b@example.org\n"
    roster = read(data, "full_name! email", mapping={"courriel": "email"})
    assert roster.rows[0].values["email"] == "b@example.org"
    assert roster.unused == ("email",)
    assert read(data, "full_name! email", mapping={"courriel": ""}).rows[0].values["email"] == "a@example.org"


def test_a_remembered_mapping_goes_first(read: Read) -> None:
    data = "spalte 1,spalte 2,email\nAna,Pop,x\n"
    roster = read(
        data,
        "given_name! family_name! email",
        mapping={"SPALTE 1": "given_name", "spalte 2": "family_name", "email": ""},
    )
    assert roster.columns == {"spalte 1": "given_name", "spalte 2": "family_name"}
    again = read(data, "given_name! family_name! email", mapping={**roster.columns, "email": ""})
    assert again.rows == roster.rows


def test_a_mapping_to_nothing_known(read: Read) -> None:
    assert refused(read, "name\nAna\n", "full_name!", mapping={"name": "shoe_size"}).code == "header_missing"
    assert refused(read, "name\nAna\n", "full_name!", mapping={"name": ["full_name"]}).code == "header_missing"


def test_unused_columns_are_named(read: Read) -> None:
    roster = read("name,shoe size,note to self,\nAna,43,x,\n", "full_name!")
    assert roster.unused == ("shoe size", "note to self")
    (finding,) = roster.findings
    assert finding.severity is Severity.INFORMATION
    assert "shoe size, note to self" in finding.what.text("en")
    assert roster.code == "rows_ready"


def test_cells_under_no_heading_are_pointed_out(read: Read) -> None:
    roster = read("name,,\nAna,,\nBob,hello,\n", "full_name!")
    assert [row.values["full_name"] for row in roster.rows] == ["Ana", "Bob"]
    (finding,) = roster.findings
    assert (finding.rule, finding.severity) == ("cells_outside", Severity.WARNING)
    assert "3" in finding.what.text("en")


def test_a_title_above_the_headings(read: Read) -> None:
    data = "Class list 2026,,\n,,\nPrinted on 1 June,,\nGiven name,Family name,Remark\nAna,Pop,x\n"
    roster = read(data, "given_name! family_name!")
    assert roster.source.header_row == 4
    assert [(row.number, row.values["given_name"]) for row in roster.rows] == [(5, "Ana")]


def test_a_title_of_one_cell(read: Read) -> None:
    roster = read("Class list\n\nGiven name;Family name\nAna;Pop\n", "given_name! family_name!")
    assert (roster.source.header_row, roster.rows[0].number) == (3, 4)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters(read: Read, delimiter: str, quoted: bool, end: str) -> None:
    rows: Sequence[Sequence[str]] = [["given name", "family name", "email"], ["Ana", "Pop", "a@example.org"]]
    lines = [delimiter.join(f'"{cell}"' if quoted else cell for cell in row) for row in rows]
    roster = read(end.join(lines), "given_name! family_name! email")
    assert roster.rows[0].values == {"given_name": "Ana", "family_name": "Pop", "email": "a@example.org"}
    assert roster.source.delimiter == delimiter


def test_quoted_delimiters_quotes_and_lines_are_text(read: Read) -> None:
    """Never split by hand: what is quoted never slides into another column."""
    remark = RosterField(name="remark", kind=FieldKind.TEXT)
    data = 'name;remark;grade\n"Pop, Ana; ""Anca""";"one\nand two; three";5\nBob;x;6\n'
    roster = read(data, [standard_field("full_name"), remark, standard_field("grade", choices=("5", "6"))])
    assert roster.rows[0].values == {"full_name": 'Pop, Ana; "Anca"', "remark": "one\nand two; three", "grade": "5"}
    assert [row.number for row in roster.rows] == [2, 4]


def test_quotes_inside_an_unquoted_cell(read: Read) -> None:
    assert (
        read('name,email\nAna "Anca" Pop,a@example.org\n', "full_name! email").rows[0].values["full_name"]
        == 'Ana "Anca" Pop'
    )


def test_one_column(read: Read) -> None:
    roster = read("Name\nPop, Ana\nDoe; Bob\n", "full_name!")
    assert [row.values["full_name"] for row in roster.rows] == ["Pop, Ana", "Doe; Bob"]


def test_the_hint_of_a_spreadsheet(read: Read) -> None:
    roster = read("sep=;\r\nname;email\r\nAna, Pop;a@example.org\r\n", "full_name! email")
    assert (roster.rows[0].number, roster.rows[0].values["full_name"]) == (3, "Ana, Pop")


@pytest.mark.parametrize("given", ["semicolon", ";"])
def test_a_delimiter_that_is_named(read: Read, given: str) -> None:
    data = "name,a;email\nx,y;a@example.org\n"
    roster = read(data, "full_name! email", delimiter=given, mapping={"name,a": "full_name"})
    assert roster.rows[0].values["full_name"] == "x,y"


@pytest.mark.parametrize("given", ["ab", "\n", '"', "colon"])
def test_a_delimiter_that_is_none(read: Read, given: str) -> None:
    assert refused(read, "name\nAna\n", "full_name!", delimiter=given).code == "csv_malformed"


def test_an_unclear_delimiter_is_asked_about(read: Read) -> None:
    assert refused(read, "name,x;email\nAna,1;a@example.org\n", "full_name email").code == "csv_malformed"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ('name,email\n"Ana,a@example.org\nBob,b@example.org\n', 2),
        ('name,email\nAna,a@example.org\n"Bob"x,b@example.org\n', 3),
        ('name,email\n"Ana\nMaria",a@example.org\nBob,"b@example.org\n', 4),
    ],
)
def test_malformed_text_names_its_line(read: Read, data: str, line: int) -> None:
    error = refused(read, data, "full_name! email")
    assert error.code == "csv_malformed"
    assert error.where == f"line {line}"


@pytest.mark.parametrize(
    ("row", "width"), [("Ana", 1), ("Ana,a@example.org,5,6", 4), ("Ana,a@example.org,", 3), ("a,b,c,d,e", 5)]
)
def test_rows_of_another_width(read: Read, row: str, width: int) -> None:
    roster = read(f"name,email\nBob,b@example.org\n{row}\n", "full_name! email")
    if row.endswith(","):
        assert roster.code == "rows_ready"
        return
    assert roster.code == "row_wrong_width"
    (finding,) = roster.errors
    assert (finding.where, finding.found, finding.expected) == ("line 3", str(width), "2")
    assert [r.number for r in roster.rows] == [2]


def test_blank_rows_are_nobody(read: Read) -> None:
    roster = read("name,email\n\n,\nAna,a@example.org\n   \n \u00a0,  \n", "full_name! email!")
    assert [row.number for row in roster.rows] == [4]
    assert not roster.errors


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_upload"),
        (b" \r\n\t", "empty_upload"),
        (b"\xef\xbb\xbf", "empty_upload"),
        (b"name,email\n", "sheet_empty"),
        (b"name,email\n,\n\n", "sheet_empty"),
        (b"%PDF-1.7\n", "file_type_mismatch"),
        (b"\x89PNG\r\n\x1a\n", "file_type_mismatch"),
        (b"<html><table><tr><td>name</td></tr></table>", "file_type_mismatch"),
        (b'<?xml version="1.0"?><Workbook/>', "file_type_mismatch"),
        (b"{\\rtf1 name}", "file_type_mismatch"),
    ],
)
def test_files_that_are_no_list(read: Read, data: bytes, code: str) -> None:
    assert refused(read, data, "full_name! email").code == code


def test_too_many_rows(read: Read, options: object) -> None:
    from mikra.issuance.roster import RosterLimits, RosterOptions, read_roster

    assert isinstance(options, RosterOptions)
    fields = [standard_field("full_name")]
    data = lambda count: b"name\n" + b"".join(b"Ana %d\n" % i for i in range(count))  # noqa: E731
    assert len(read_roster(data(50), fields=fields, options=options, limits=RosterLimits(rows=50)).rows) == 50
    for count in (51, 90):
        with pytest.raises(InputError) as error:
            read_roster(data(count), fields=fields, options=options, limits=RosterLimits(rows=50))
        assert error.value.code == "too_many_rows"
    with pytest.raises(InputError) as error:
        read_roster(data(50), fields=fields, options=options, limits=RosterLimits(size=100))
    assert error.value.code == "too_large"


def test_what_was_concluded_is_said(read: Read) -> None:
    """An encoding found by excluding others, an order of dates found in the column: never in silence."""
    data = "full name;born\nŽivilė Šarkaitė;03/04/2001\nRūta Žemaitė;13/04/2001\n"
    roster = read(data.encode("windows-1257"), "full_name! date_of_birth")
    assert [(f.rule, f.severity.value) for f in roster.findings] == [
        ("encoding_detected", "information"),
        ("date_order_detected", "information"),
    ]
    assert "windows-1257" in roster.findings[0].what.text("en")
    assert "Date of birth" in roster.findings[1].what.text("en")
    assert "Gimimo data" in roster.findings[1].what.text("lt")
    assert roster.code == "rows_ready"
    assert read(data, "full_name! date_of_birth", date_order="dmy").findings[:1] == roster.findings[1:]
