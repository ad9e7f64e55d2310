"""The tables hold what the EU published, all of it and nothing else, and the small ones have pinned slugs."""

from __future__ import annotations

import hashlib
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mikra.errors import NotFoundError
from mikra.vocabulary import Entry, by_iri, entries, scheme, schemes
from mikra.vocabulary.tables import read

HERE = Path(__file__).parent
PUBLISHED = json.loads(HERE.joinpath("published.json").read_text("utf-8"))
"""Scheme IRI -> count and digest of the concepts and English labels that were read in the EU's files."""

SLUGS = json.loads(HERE.joinpath("slugs.json").read_text("utf-8"))
"""Written once, changed by hand only: slugs stand in people's design files."""

ENFORCED = (
    "eqf", "nqf", "learning_setting", "accreditation", "isced_f", "credential", "country", "language", "atu",
    "currency", "skill_type", "skill_reuse_level", "entitlement_status", "evidence_type", "verification",
    "verification_status", "esco_skill", "esco_occupation",
)  # fmt: skip
"""Schemes that the EDC application profile (EDC-generic-full 1.2.0) demands, as read in its shapes."""

NAMES = [one.name for one in schemes()]
EUROPEAN = [one for one in schemes() if not one.own]


def digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def published_label(one: Entry) -> str:
    return one.official.get("en") or one.official.get("und") or ""


def as_published(name: str) -> list[Entry]:
    """Of languages only those with a label: the others are ours to choose (tested beside it)."""
    return [one for one in entries(name) if name != "language" or one.official]


def line(one: Entry) -> str:
    return f"{one.iri}\t{published_label(one)}\n"


def test_there_are_the_schemes_that_were_published() -> None:
    assert {one.iri for one in EUROPEAN} == set(PUBLISHED)
    assert {one.name for one in schemes() if one.own} == {"qf_ehea", "provider_type", "supervision_kind"}


@pytest.mark.parametrize("one", EUROPEAN, ids=lambda one: one.name)
def test_codes_and_labels_are_the_published_ones(one: object) -> None:
    found = as_published(one.name)
    assert {"count": len(found), "sha256": digest(map(line, found))} == PUBLISHED[one.iri]


def test_a_single_changed_label_is_seen() -> None:
    first, *others = entries("mode")
    changed = line(first).replace("Presential", "Presencial")
    assert changed != line(first)
    assert digest([changed, *map(line, others)]) != PUBLISHED[first.scheme_iri]["sha256"]


def test_languages_without_a_label_are_those_of_iso_639_1() -> None:
    bare = [one for one in entries("language") if not one.official]
    assert len(bare) == 49
    assert all(re.fullmatch("[a-z]{2}", one.slug) for one in bare)


@pytest.mark.parametrize("name", NAMES)
def test_the_index_and_the_table_agree(name: str) -> None:
    head = {key: value for key, value in read(name).items() if key not in {"entries", "remarks", "language"}}
    assert head == next(one for one in read("index") if one["name"] == name)
    assert head["count"] == len(read(name)["entries"])
    assert head["source"]
    assert head["version"]
    assert head["title"]


@pytest.mark.parametrize("name", NAMES)
def test_codes_iris_and_slugs_are_unique(name: str) -> None:
    found = entries(name)
    for attribute in ("code", "iri", "slug"):
        assert len({getattr(one, attribute).casefold() for one in found}) == len(found)
    assert all(one.iri == scheme(name).base + one.code for one in found)
    assert all(one.scheme_iri == scheme(name).iri and one.source for one in found)


@pytest.mark.parametrize("name", sorted(SLUGS["small"]))
def test_slugs_of_small_schemes_are_pinned(name: str) -> None:
    assert {one.slug: one.code for one in entries(name)} == SLUGS["small"][name]


@pytest.mark.parametrize("name", sorted(SLUGS["large"]))
def test_slugs_of_large_schemes_are_pinned(name: str) -> None:
    assert digest(f"{one.slug}\t{one.code}\n" for one in entries(name)) == SLUGS["large"][name]


def test_every_scheme_has_its_slugs_pinned() -> None:
    assert SLUGS["small"].keys() | SLUGS["large"].keys() == set(NAMES)
    assert all(scheme(name).count > 25 for name in SLUGS["large"])


@pytest.mark.parametrize("name", [name for name in NAMES if scheme(name).count <= 25])
def test_small_slugs_can_be_read_and_typed(name: str) -> None:
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.slug) for one in entries(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_is_found_by_its_iri(name: str) -> None:
    assert all(by_iri(one.iri) is one for one in entries(name))


@pytest.mark.parametrize(
    "iri",
    [
        "",
        "eqf",
        "http://data.europa.eu/snb/eqf/",
        "http://data.europa.eu/snb/eqf/9",
        "https://data.europa.eu/snb/eqf/6",
        "http://data.europa.eu/snb/eqf/25831c2",
        "http://data.europa.eu/snb/eqf/6/",
        "urn:epass:concept:1",
        "urn:mikra:vocabulary:provider_type:bank",
    ],
)
def test_another_iri_is_none(iri: str) -> None:
    assert by_iri(iri) is None


def test_a_scheme_is_found_by_name_and_iri() -> None:
    assert scheme("eqf") is scheme("http://data.europa.eu/snb/eqf/25831c2")
    assert (scheme("eqf").enforced, scheme("mode").enforced) == (True, False)
    with pytest.raises(NotFoundError) as caught:
        scheme("EQF levels")
    assert caught.value.found == "EQF levels"
    assert "eqf, nqf" in caught.value.expected


def test_entries_travel_between_processes_and_serve_as_keys() -> None:
    one = entries("mode")[0]
    assert pickle.loads(pickle.dumps(one)) == one
    assert {one: "x"}[pickle.loads(pickle.dumps(one))] == "x"


LISTENING = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import mikra.vocabulary as v
assert not [p for p in opened if "data" in p and p.endswith(".json")], "a table is read on import"
assert v.by_iri("http://data.europa.eu/snb/eqf/6").label() == "Level 6"
assert v.by_iri("urn:x") is None
assert v.language_iri("en").endswith("/ENG")
assert v.entry("mode", "online").label("lt")
assert "babel" not in sys.modules, "Babel is loaded without need"
print(sorted({p.rsplit("/", 1)[-1] for p in opened if "vocabulary" in p and p.endswith(".json")}))
"""


def test_only_the_tables_that_are_needed_are_read() -> None:
    done = subprocess.run([sys.executable, "-c", LISTENING], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['eqf.json', 'index.json', 'language.json', 'lt.json', 'mode.json']"


XS = "{http://www.w3.org/2001/XMLSchema}"


def in_schema(path: Path) -> dict[str, str]:
    """IRI -> label of every enumeration value of one published list."""
    found = {}
    for value in ElementTree.parse(path).iter(f"{XS}enumeration"):
        text = value.findtext(f"{XS}annotation/{XS}documentation") or ""
        found[value.attrib["value"]] = " ".join(text.split())
    return found


ONLY_IN_EDC = {"c_7e400154", "c_9a31f32a", "c_ae121a00"}
"""Credential profiles of EDC that the catalogue's list does not have."""


def test_the_lists_of_the_loq_schema_are_ours(published: Path) -> None:
    """Every list at hand, both ways: nothing missing, nothing added, every label equal."""
    lists = sorted(path for path in published.joinpath("elm/loq/cv").glob("*.xsd") if path.stem != "loq_individuals")
    assert len(lists) == 24
    for path in lists:
        theirs = in_schema(path)
        first = by_iri(next(iri for iri in theirs if by_iri(iri)))
        assert first is not None
        ours = {one.iri: published_label(one) for one in entries(first.scheme) if one.code not in ONLY_IN_EDC}
        if first.scheme == "language":
            assert ours.keys() <= theirs.keys()
            theirs = {iri: label for iri, label in theirs.items() if iri in ours}
        assert ours == theirs, path.name


def test_enforced_schemes_are_the_recorded_ones() -> None:
    assert {one.name for one in schemes() if one.enforced} == set(ENFORCED)


def test_enforced_schemes_are_those_that_the_profile_demands(published: Path) -> None:
    shapes = published.joinpath("elm/1.2.0/EDC-generic-full.ttl").read_text("utf-8")
    demanded = set(re.findall(r"sh:hasValue\s+<(http[^>]+)>\s*;[^]]*?sh:path\s+skos:inScheme", shapes))
    empty = {"http://data.europa.eu/snb/claim-type/25831c2"}
    assert {one.iri for one in schemes() if one.enforced} == demanded - empty
    assert empty <= demanded
