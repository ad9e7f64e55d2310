"""Encodings: found when clear, asked for when not, never guessed."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any

import pytest

from mikra.errors import InputError
from mikra.issuance.roster import Roster
from mikra.issuance.roster.encodings import Probe, find_encoding

Read = Callable[..., Roster]

POLISH = "Łukasz Żółć, Paweł Dąbrowski, Józef Gałązka, Małgorzata Świątek"
CZECH = "Jiří Dvořák, Tomáš Růžička, Kateřina Němcová, Luděk Čermák"
LITHUANIAN = "Živilė Kazlauskienė, Šarūnas Čepaitis, Rūta Žemaitė"
LATVIAN = "Jānis Bērziņš, Līga Kļaviņa, Ģirts Šķēle"
BULGARIAN = "Иван Георгиев, Мария Петрова, Стефан Йорданов, Цветелина Щерева"
GREEK = "Ελένη Παπαδοπούλου, Γιώργος Καραγιάννης"
GERMAN = "Jürgen Müller, Käthe Groß, Jörg Schäfer"
FRENCH = "Hélène Lefèvre, François Noël, Gaëlle Benoît, Jérôme Bénédicte"
SPANISH = "María Núñez, José González, Ramón Peña, Iñaki Muñoz, Lucía Ibáñez"
PORTUGUESE = "João Conceição, Inês Simões, Antónia Guimarães, Luís Brandão, Mónica Araújo, Vitória Magalhães"
HUNGARIAN = "Győző Szűcs, Erzsébet Tóth, Gergő Kovács, Dömötör Szőke, Zsófia Nyírő, Ödön Kökény, Ágnes Őry, Béla Fűr"
ROMANIAN_NEW = "Ștefan Țurcanu, Ioana Brânză, Mărioara Iliuță"
ESTONIAN = "Jüri Õunapuu, Tõnu Mäe, Õie Pärn, Külli Žukov, Šarlotte Põld"
FINNISH = "Mäkinen Päivi, Jääskeläinen Jörn, Hämäläinen Äyräpää"
TURKISH = "İsmail Çağlar, Gülşen Yıldız, Şule Işık, Oğuz Kılıç, Tuğba Ünlü"
MALTESE = "Ġorġ Ħarġa, Ċensu Żammit, Ġużeppi Mifsud, Karmnu Ħili"

CLEAR = [
    (POLISH, "windows-1250"),
    (POLISH, "iso-8859-2"),
    (CZECH, "windows-1250"),
    (CZECH, "iso-8859-2"),
    (CZECH, "mac-latin2"),
    (LITHUANIAN, "windows-1257"),
    (LITHUANIAN, "iso-8859-13"),
    (LATVIAN, "windows-1257"),
    (BULGARIAN, "windows-1251"),
    (BULGARIAN, "iso-8859-5"),
    (BULGARIAN, "mac-cyrillic"),
    (GREEK, "windows-1253"),
    (GREEK, "iso-8859-7"),
    (GERMAN, "windows-1252"),
    (GERMAN, "mac-roman"),
    (FRENCH, "windows-1252"),
    (FRENCH, "mac-roman"),
    (PORTUGUESE, "windows-1252"),
    (HUNGARIAN, "windows-1250"),
    (SPANISH, "windows-1252"),
    (FINNISH, "windows-1252"),
    (TURKISH, "windows-1254"),
    (MALTESE, "iso-8859-3"),
    (GREEK, "utf-8"),
    (CZECH, "utf-8-sig"),
    (CZECH, "utf-16"),
    (LITHUANIAN, "utf-16-le"),
    (LITHUANIAN, "utf-16-be"),
]


def found(data: bytes, given: str = "") -> str:
    probe = Probe()
    probe.feed(data, last=True)
    return find_encoding(probe, given, "en")


def refused(data: bytes, given: str = "") -> InputError:
    with pytest.raises(InputError) as error:
        found(data, given)
    assert error.value.code == "encoding_unclear"
    return error.value


def listed(names: str) -> str:
    return "name,email\n" + "".join(f"{name.strip()},a{i}@example.org\n" for i, name in enumerate(names.split(",")))


@pytest.mark.parametrize(("names", "encoding"), CLEAR, ids=[f"{e}-{n[:5]}" for n, e in CLEAR])
def test_clear(names: str, encoding: str) -> None:
    text = listed(names)
    data = text.encode(encoding)
    assert data.decode(found(data)).removeprefix("\ufeff") == text


@pytest.mark.parametrize(
    ("names", "encoding"), [(POLISH, "cp852"), (CZECH, "cp852"), (LITHUANIAN, "cp775"), (GERMAN, "cp850")]
)
def test_code_pages_of_dos_are_asked_about(names: str, encoding: str) -> None:
    """A page that is not in the table reads much like one that is: "Ąžuolas" as "Áěuolas"."""
    data = listed(names).encode(encoding)
    asked = refused(data)
    assert ":" in asked.found
    assert asked.expected
    assert found(data, encoding) == encoding


@pytest.mark.parametrize(("names", "encoding"), CLEAR, ids=[f"{e}-{n[:5]}" for n, e in CLEAR])
@pytest.mark.parametrize("count", [1, 2])
def test_few_names_are_read_right_or_asked_about(names: str, encoding: str, count: int) -> None:
    """The one law: whatever is detected is what was written."""
    text = listed(",".join(names.split(",")[:count]))
    data = text.encode(encoding)
    try:
        detected = found(data)
    except InputError:
        refused(data)
        return
    assert data.decode(detected).removeprefix("\ufeff") == text


@pytest.mark.parametrize(
    ("names", "encoding", "both"),
    [
        ("Zoë", "windows-1252", ("Zoë", "Zoė")),
        ("Zoė", "windows-1257", ("Zoë", "Zoė")),
        ("Hélène", "windows-1252", ("Hélène", "Hélčne")),
        (ESTONIAN, "windows-1252", ("Põld", "Pőld")),
        (ESTONIAN, "windows-1257", ("Žukov", "Þukov")),
        ("Åse Bjørn", "windows-1252", ("Bjørn", "Bjřrn")),
        (ROMANIAN_NEW, "iso-8859-16", ("Ștefan", "Ştefan")),
        (ROMANIAN_NEW.replace("Ș", "Ş").replace("Ț", "Ţ").replace("ț", "ţ"), "windows-1250", ("Ștefan", "Ştefan")),
    ],
)
def test_unclear(names: str, encoding: str, both: tuple[str, str]) -> None:
    error = refused(listed(names).encode(encoding))
    assert all(reading in error.found for reading in both)
    assert error.expected.split(", ")[0] in error.fix
    for choice in error.expected.split(", "):
        assert f"{choice}: " in error.found
        assert codecs.lookup(found(listed(names).encode(encoding), choice))
    assert any(codecs.lookup(c) and listed(names).encode(encoding).decode(c) == listed(names)
               for c in error.expected.split(", "))  # fmt: skip


def test_valid_utf8_may_be_an_accident() -> None:
    """These letters, written on an old Macintosh, happen to be letters of Maldives in UTF-8."""
    data = "name\nJiří Dvořák\n".encode("mac-latin2")
    assert data.decode("utf-8")
    assert found(data) == "mac-latin2"
    assert found("name\nJiří ދިވެހި\n".encode()) == "utf-8"


def test_ascii_is_clear() -> None:
    assert found(b"name\nAna\n") == "utf-8"


@pytest.mark.parametrize("given", ["windows-1257", "Windows_1257", "cp1257", "WINDOWS-1257"])
def test_the_one_that_is_named(given: str, read: Read) -> None:
    data = "full name\nZoė\n".encode("windows-1257")
    assert read(data, "full_name!", encoding=given).rows[0].values == {"full_name": "Zoė"}


@pytest.mark.parametrize("given", ["utf-7", "idna", "rot13", "hex", "unicode_escape", "nonsense", "utf-32"])
def test_names_of_no_encoding_that_we_take(given: str) -> None:
    assert "windows-1250" in refused(b"x", given).expected


def test_one_that_the_file_contradicts() -> None:
    assert refused("x".encode("utf-8-sig"), "windows-1252").found == "utf-8-sig"
    assert found("x".encode("utf-8-sig"), "utf-8") == "utf-8-sig"
    assert found("x".encode("utf-16"), "utf-16") == "utf-16"


def test_one_that_does_not_fit(read: Read) -> None:
    with pytest.raises(InputError) as error:
        read("full name\nAna\nZoë\n".encode("windows-1252"), "full_name!", encoding="utf-8")
    assert error.value.code == "encoding_unclear"
    assert "line 3" in error.value.message


def test_utf_32_is_not_taken() -> None:
    assert refused("x".encode("utf-32")).found == "UTF-32"


def test_bytes_that_are_no_text() -> None:
    refused(bytes(range(128, 256)) * 4)


def test_pieces_make_no_difference() -> None:
    data = (listed(CZECH) * 50).encode("windows-1250")
    whole, pieces = Probe(), Probe()
    whole.feed(data, last=True)
    for line in data.splitlines(keepends=True):
        pieces.feed(line)
    pieces.feed(b"", last=True)
    known: Callable[[Probe], Any] = lambda probe: (probe.utf8, probe.size, probe.words)  # noqa: E731
    assert known(whole) == known(pieces)


def test_utf8_cut_in_the_middle_of_a_letter() -> None:
    probe = Probe()
    data = "Živilė".encode()
    probe.feed(data[:-1])
    assert probe.utf8
    probe.feed(b"", last=True)
    assert not probe.utf8
