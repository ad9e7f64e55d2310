"""The fast path says yes only where the general path and the reader have nothing to say, and it says yes often."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.validation.elm.plans import surely_fine
from mikra.validation.elm.reader import read_as_the_eu_does
from mikra.validation.elm.tables import ProfileVersion
from tests.validation.elm.documents import FLOOR, MINIMAL
from tests.validation.elm.mutations import mutant
from tests.validation.elm.natural import credential
from tests.validation.elm.recipes import own
from tests.validation.elm.rows import our_row
from tests.validation.elm.traps import ASSESSMENT, CLAIM, COUNTRY, LOCATION, SPECIFICATION, put

versions = pytest.mark.parametrize("version", ProfileVersion)
some_version = st.sampled_from(list(ProfileVersion))
seeds = st.integers(0, 100_000)
PAGE = ("displayParameter", "individualDisplay", 0, "displayDetail", 0, "page")


def truly_fine(document: dict[str, Any], version: ProfileVersion) -> bool:
    return our_row(document, version) == "ok" and not list(read_as_the_eu_does(document, version))


@versions
@pytest.mark.parametrize("document", [FLOOR, MINIMAL], ids=["floor", "minimal"])
def test_is_sure_of_ours(document: dict[str, Any], version: ProfileVersion) -> None:
    assert surely_fine(document, version)


@versions
def test_never_says_yes_wrongly_to_a_document_of_the_table(version: ProfileVersion) -> None:
    sure = [(name, d) for name, d in own(version) if surely_fine(d, version)]
    assert [name for name, d in sure if not truly_fine(d, version)] == []
    assert len(sure) > 80


@settings(max_examples=120)
@given(version=some_version, seed=seeds)
def test_never_says_yes_wrongly_to_a_credential_written_out(version: ProfileVersion, seed: int) -> None:
    document = credential(version, seed)
    if surely_fine(document, version):
        assert truly_fine(document, version)


@settings(max_examples=300)
@given(version=some_version, seed=seeds, change=seeds)
def test_never_says_yes_wrongly_to_a_changed_one(version: ProfileVersion, seed: int, change: int) -> None:
    document = mutant(credential(version, seed), change)
    if surely_fine(document, version):
        assert truly_fine(document, version)


@versions
def test_says_yes_to_most_that_are_written_plainly(version: ProfileVersion) -> None:
    documents = [credential(version, seed) for seed in range(110)]
    fine = [d for d in documents if truly_fine(d, version)]
    assert len(fine) > 80
    assert sum(surely_fine(d, version) for d in fine) > 0.85 * len(fine)


ORGANISATION = MINIMAL["issuer"]
NAMELESS = {k: v for k, v in ORGANISATION["eIDASIdentifier"].items() if k != "id"}
ONE_PAGE = MINIMAL["displayParameter"]["individualDisplay"][0]["displayDetail"][0]
NOT_SURE: dict[str, dict[str, Any]] = {
    "true for one": put(FLOOR, *PAGE, value=True),
    "a copy with true for one": put(
        MINIMAL,
        "displayParameter",
        "individualDisplay",
        0,
        "displayDetail",
        value=[ONE_PAGE, ONE_PAGE | {"page": True}],
    ),
    "an anonymous entry, doubled with its parent": put(
        put(FLOOR, "issuer", value=ORGANISATION | {"eIDASIdentifier": NAMELESS}),
        *CLAIM,
        "awardedBy",
        "awardingBody",
        value=[ORGANISATION | {"eIDASIdentifier": NAMELESS}],
    ),
    "copies with different labels": put(MINIMAL, *COUNTRY, "prefLabel", value={"en": "Eire"}),
    "copies of different classes": put(MINIMAL, *LOCATION, "address", 0, "type", value="Note"),
    "copies with different single entries": put(
        MINIMAL, *CLAIM, "awardedBy", "awardingDate", value="2026-01-13T00:00:00Z"
    ),
    "missing in the only copy": put(MINIMAL, *ASSESSMENT, "grade", value=...),
    "missing in all copies": put(put(FLOOR, "issuer", "legalName", value=...), *CLAIM, "awardedBy", value={}),
    "no id where one is demanded": put(MINIMAL, *SPECIFICATION, "eqfLevel", "id", value=...),
    "an id that is null": put(MINIMAL, *SPECIFICATION, "eqfLevel", "id", value=None),
    "an id that is null where none is demanded": put(MINIMAL, *ASSESSMENT, "id", value=None),
    "an id with a blank": put(MINIMAL, *ASSESSMENT, "id", value="urn:x y"),
    "an id that is a compact one": put(MINIMAL, *ASSESSMENT, "id", value="elm:assessment"),
    "an id that is a list": put(MINIMAL, *ASSESSMENT, "id", value=["urn:x"]),
    "a name with a colon": put(MINIMAL, *ASSESSMENT, "dc:title", value="x"),
    "a name of grammar": put(MINIMAL, *ASSESSMENT, "@index", value="x"),
    "a date that there is not": put(FLOOR, "issued", value="2026-02-30T10:00:00Z"),
    "a number too large to stay one": put(FLOOR, *PAGE, value=10**21),
    "zero pages": put(FLOOR, *PAGE, value=0),
    "another list of the same kind": put(
        MINIMAL, *SPECIFICATION, "eqfLevel", "inScheme", value={"id": "urn:x", "type": "ConceptScheme"}
    ),
    "a list without its class": put(
        MINIMAL, *SPECIFICATION, "eqfLevel", "inScheme", value={"id": "http://data.europa.eu/snb/eqf/25831c2"}
    ),
    "a text for an entry": put(MINIMAL, *ASSESSMENT, "specifiedBy", value="urn:x"),
    "a tag in capitals": put(FLOOR, "issuer", "legalName", value={"EN": "x", "en": "y"}),
    "two texts in one language": put(FLOOR, "issuer", "legalName", value={"en": ["x", "y"]}),
    "a third context": put(FLOOR, "@context", value=[*FLOOR["@context"], {"mc": "https://example.org/#"}]),
    "a member that is null": put(FLOOR, "elmSubject", value=None),
}


@versions
@pytest.mark.parametrize("name", NOT_SURE)
def test_is_not_sure_of(name: str, version: ProfileVersion) -> None:
    document = NOT_SURE[name]
    assert not surely_fine(document, version)


@versions
def test_equal_and_partial_copies_are_fine(version: ProfileVersion) -> None:
    """A reference without what is mandatory passes where another copy has it."""
    body = {"id": ORGANISATION["id"], "type": "Organisation", "legalName": ORGANISATION["legalName"]}
    for copy_of in (ORGANISATION, body):
        document = put(MINIMAL, *CLAIM, "awardedBy", "awardingBody", value=[copy_of])
        assert surely_fine(document, version)
        assert truly_fine(document, version)
