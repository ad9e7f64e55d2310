"""Registers of providers: sources as data; known, possibly, or nobody; never yes or no."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.trust import register_sources
from mikra.trust.accreditation import Decision, Kind, Scope
from mikra.trust.identity import Identity
from mikra.trust.register import Certainty, Provider, Register, Source, read, write

INSTITUTIONS = """deqar_id,eter_id,name_primary,name_official,name_versions,country,city,website_link,founding_date,closure_date,report_count,identifiers_all
DEQARINST0042,RO0023,(00207) University of Zed,Universitatea Zed,Zed University; Uni Zed,Romania,Iași,https://unized.ro,1990-01-01,,12,"ROR: https://ror.org/02feahw73; EU-VAT: RO123456"
DEQARINST0042,RO0023,(00207) University of Zed,Universitatea Zed,,Romania,Cluj,https://unized.ro,1990-01-01,,12,
DEQARINST0043,,Old School,,,Germany,Berlin,N/A,,2020-06-30,1,
,,Nobody,,,,,,,,,
""".encode()  # noqa: E501

REPORTS = b"""report_id,report_agency,report_type,report_esg_activity_short,report_status,report_decision,report_valid_from,report_valid_to,report_url,hei_deqar_id,parent_hei_deqar_id,programme_name,programme_qualification,programme_qf_ehea_level
1,ARACIS,institutional,institutional evaluation,part of obligatory EQA system,positive,2024-01-01,2029-01-01,https://data.deqar.eu/report/1,DEQARINST0042,,,,
2,ARACIS,programme,programme accreditation,voluntary,positive with conditions or restrictions,2025-01-01,,https://data.deqar.eu/report/2,DEQARINST0099,DEQARINST0042,Data Ethics,Master,second cycle
3,ARACIS,institutional/programme,mixed,voluntary,negative,2025-01-01,2026-01-01,,DEQARINST0042,,,,
"""  # noqa: E501

DEQAR = Source(id="deqar", title="DEQAR", kind="deqar", as_of=date(2026, 10, 8), digest="ab", url="https://x.test")


def deqar() -> Register:
    return Register().with_source(DEQAR, register_sources.deqar(INSTITUTIONS, REPORTS))


def test_the_daily_files_of_deqar() -> None:
    zed, old = deqar().providers["deqar"]
    assert zed.names == ("University of Zed", "Universitatea Zed", "Zed University", "Uni Zed")
    assert zed.identities == (
        Identity("DEQARINST", "DEQARINST0042"),
        Identity("ETER", "RO0023"),
        Identity("ROR", "02feahw73"),
        Identity("VAT", "RO123456"),
    )
    assert (zed.country, zed.says, zed.closed) == ("RO", "12 reports", None)
    assert (old.closed, old.country) == (date(2020, 6, 30), "DE")
    whole, one, mixed = zed.scopes
    assert whole == Scope(
        title="institutional evaluation",
        agency="ARACIS",
        kind=Kind.INSTITUTION,
        decision=Decision.POSITIVE,
        starts=date(2024, 1, 1),
        ends=date(2029, 1, 1),
        url="https://data.deqar.eu/report/1",
    )
    assert (one.kind, one.decision, one.levels, one.titles) == (
        Kind.PROGRAMME,
        Decision.CONDITIONAL,
        ("7",),
        ("Data Ethics",),
    )
    assert (mixed.kind, mixed.decision) == (Kind.UNSTATED, Decision.NEGATIVE)


def test_found_by_an_identifier_of_any_scheme() -> None:
    for wanted in deqar().providers["deqar"][0].identities:
        (answer,) = deqar().find([wanted])
        assert (answer.certainty, answer.by, answer.source.as_of) == (Certainty.KNOWN, wanted, date(2026, 10, 8))
    assert deqar().find([Identity("VAT", "RO123457")]) == ()


def test_a_name_alone_gives_possibly() -> None:
    (answer,) = deqar().find([], ["university of ZED"])
    assert answer.certainty is Certainty.POSSIBLY
    assert deqar().find([], ["university of ZED"], "RO")[0].certainty is Certainty.POSSIBLY
    assert deqar().find([], ["university of ZED"], "BG") == ()
    assert deqar().find([], ["University of Zet", "", "–"]) == ()


def test_an_identifier_goes_before_a_name() -> None:
    (answer,) = deqar().find([Identity("ROR", "02feahw73")], ["University of Zed"])
    assert answer.certainty is Certainty.KNOWN


def test_several_sources_each_answer_for_themselves() -> None:
    own = Source(id="own", title="Our partners", kind="entries", as_of=date(2026, 1, 1))
    provider = Provider(key="1", names=("Uni Z",), identities=(Identity("ROR", "02feahw73"),), says="partner")
    both = deqar().with_source(own, [provider])
    assert [a.source.id for a in both.find([Identity("ROR", "02feahw73")])] == ["deqar", "own"]
    newer = both.with_source(own, [])
    assert [a.source.id for a in newer.find([Identity("ROR", "02feahw73")])] == ["deqar"]
    assert len(newer.sources) == 2


def test_a_register_is_one_file_and_comes_back_the_same() -> None:
    data = write(deqar())
    assert read(data) == deqar()
    assert read(data).providers == deqar().providers
    assert write(read(data)) == data


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(format="other"),
        lambda d: d["sources"].append(5),
        lambda d: d["sources"][0].pop("as_of"),
        lambda d: d["sources"][0].update(as_of="soon"),
        lambda d: d["sources"][0].update(title=5),
        lambda d: d["sources"][0].update(providers={}),
        lambda d: d["sources"][0]["providers"].append("x"),
        lambda d: d["sources"][0]["providers"][0].pop("key"),
        lambda d: d["sources"][0]["providers"][0].update(names="Zed"),
        lambda d: d["sources"][0]["providers"][0].update(names=[5]),
        lambda d: d["sources"][0]["providers"][0].update(identities=[["ROR"]]),
        lambda d: d["sources"][0]["providers"][0].update(identities=[["ROR", 5]]),
        lambda d: d["sources"][0]["providers"][0].update(identities="no"),
        lambda d: d["sources"][0]["providers"][0].update(scopes=[5]),
        lambda d: d["sources"][0]["providers"][0]["scopes"][0].update(decision="great"),
        lambda d: d["sources"][0]["providers"][0]["scopes"][0].update(levels=[6]),
        lambda d: d["sources"][0]["providers"][0]["scopes"][0].update(starts="2026-02-30"),
    ],
)
def test_what_is_no_register(change: Any) -> None:
    document = json.loads(write(deqar()))
    change(document)
    with pytest.raises(InputError):
        read(json.dumps(document).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"5", b"{}", b'{"format": "mikra-register/1"'])
def test_what_is_no_register_at_all(data: bytes) -> None:
    with pytest.raises(InputError):
        read(data)


def test_a_list_of_a_country() -> None:
    data = "Denumire;CUI;Judet;valid_from;valid_to;Levels;country\nUniversitatea Zed;RO 123456;B;2024-01-01;2029-01-01;6, 7;Romania\n;x;;;;;\n"  # noqa: E501
    (zed,) = register_sources.national(data.encode("utf-8-sig"), {"name": "Denumire", "vat": "CUI"})
    assert zed.names == ("Universitatea Zed",)
    assert zed.identities == (Identity("VAT", "RO123456"),)
    assert zed.key == "line 2"
    (scope,) = zed.scopes
    assert (scope.kind, scope.decision, scope.levels) == (Kind.INSTITUTION, Decision.IMPLIED, ("6", "7"))
    assert (scope.starts, scope.ends) == (date(2024, 1, 1), date(2029, 1, 1))


def test_usual_headings_are_known() -> None:
    (one,) = register_sources.national(b"ID,Name,Country,ROR,Status\n7,Zed,RO,02feahw73,refused\n")
    assert (one.key, one.country, one.identities, one.says) == ("7", "RO", (Identity("ROR", "02feahw73"),), "refused")
    assert one.scopes == ()


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        (b"\xff\xfe", {}),
        (b'name\n"open', {}),
        (b"title\nZed\n", {}),
        (b"name\nZed\n", {"vat": "CUI"}),
        (b"name\nZed\n", {"moon": "name"}),
        (b"name,valid_to\nZed,soon\n", {}),
        (b"name,valid_to\nZed,2026\n", {}),
        (b"name,valid_to\nZed,2026-02-30\n", {}),
    ],
)
def test_lists_that_cannot_be_read(data: bytes, columns: dict[str, str]) -> None:
    with pytest.raises(InputError):
        register_sources.national(data, columns)


@pytest.mark.parametrize("data", [b"name\nZed\n", b"", b"\xff", b'deqar_id,name_primary\n"x'])
def test_files_that_are_not_deqars(data: bytes) -> None:
    with pytest.raises(InputError):
        register_sources.deqar(data)
    with pytest.raises(InputError):
        register_sources.deqar(INSTITUTIONS, b"other\n1\n")


def test_answers_of_deqars_web_interface() -> None:
    row = {
        "deqar_id": "DEQARINST0042",
        "eter_id": "RO0023",
        "name_primary": "University of Zed",
        "countries": [{"country": "Romania"}],
        "identifiers": [{"resource": "ROR", "identifier": "https://ror.org/02feahw73"}, "odd"],
        "closure_date": None,
    }
    (zed,) = register_sources.deqar_json({"count": 1, "results": [row, 5]})
    assert Identity("ROR", "02feahw73") in zed.identities
    assert (zed.country, zed.closed) == ("RO", None)
    for odd in ({}, 5, {"results": [{}]}):
        with pytest.raises(InputError):
            register_sources.deqar_json(odd)


def test_entries_of_ones_own() -> None:
    document = {
        "providers": [
            {
                "name": ["University of Zed", "Universitatea Zed"],
                "country": "RO",
                "identifiers": {"vat": "RO123456", "did": ["did:web:unized.ro"]},
                "says": "partner since 2020",
                "accreditations": [{"agency": "ARACIS", "from": "2024-01-01", "levels": ["6"], "type": "programme"}],
            }
        ]
    }
    (zed,) = register_sources.entries(document)
    assert zed.identities == (Identity("VAT", "RO123456"), Identity("DID", "did:web:unized.ro"))
    assert zed.scopes[0].kind is Kind.PROGRAMME
    assert zed.scopes[0].decision is Decision.IMPLIED


@pytest.mark.parametrize(
    "document",
    [
        5,
        {},
        {"providers": ["Zed"]},
        {"providers": [{"country": "RO"}]},
        {"providers": [{"name": "Zed", "identifiers": ["x"]}]},
        {"providers": [{"name": "Zed", "accreditations": 5}]},
        {"providers": [{"name": "Zed", "accreditations": [5]}]},
        {"providers": [{"name": "Zed", "accreditations": [{"from": "soon"}]}]},
    ],
)
def test_entries_that_cannot_be_read(document: Any) -> None:
    with pytest.raises(InputError):
        register_sources.entries(document)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["results", "providers", "name", "deqar_id", "identifiers", "from"]), inner)
    ),
    max_leaves=12,
)


@pytest.mark.drill("R5")
@given(JSON)
def test_only_our_errors_for_any_json(document: Any) -> None:
    for reader in (register_sources.entries, register_sources.deqar_json):
        with suppress(InputError):
            reader(document)
    with suppress(InputError):
        read(json.dumps(document).encode())


@pytest.mark.drill("R5")
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_only_our_errors_for_any_bytes(data: bytes) -> None:
    for reader in (register_sources.deqar, register_sources.national):
        with suppress(InputError):
            reader(data)
