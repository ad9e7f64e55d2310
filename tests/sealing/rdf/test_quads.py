"""Our reader of JSON-LD against PyLD: the same RDF for all that it reads; what PyLD drops silently, it refuses."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.sealing.rdf.canonical import canonical_form
from mikra.sealing.rdf.scopes import Library
from mikra.vocabulary import contexts
from tests.sealing.di_keys import badge, credential
from tests.sealing.rdf.oracles import by_pyld

DID = "did:web:issuer.example.test"


def refusal(document: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        canonical_form(document)
    return caught.value.code


NAMES = st.text(min_size=1, max_size=12)
IRIS = st.sampled_from(["urn:x:1", "https://a.example/b#c", "did:web:a.example", "_:n1", "https://é.example/ü"])
LANGUAGES = st.sampled_from(["en", "ro", "en-GB", "zh-Hant-TW"])
TEXTS = (
    NAMES
    | st.builds(lambda v, t: {"@value": v, "@language": t}, NAMES, LANGUAGES)
    | st.builds(lambda v, t, d: {"@value": v, "@language": t, "@direction": d}, NAMES, LANGUAGES, st.just("rtl"))
    | st.lists(NAMES, max_size=3)
)
ADDRESSES = st.fixed_dictionaries(
    {"type": st.just("Address")},
    optional={
        "id": IRIS,
        "addressLocality": NAMES,
        "postalCode": NAMES,
        "geo": st.fixed_dictionaries({"type": st.just("GeoCoordinates"), "latitude": st.integers(-90, 90)}),
    },
)
RESULTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["Result", ["Result"]])},
    optional={
        "id": IRIS,
        "value": NAMES,
        "achievedLevel": IRIS,
        "alignment": st.lists(
            st.fixed_dictionaries({"type": st.just("Alignment"), "targetName": NAMES, "targetUrl": st.just("urn:a:b")}),
            max_size=2,
        ),
    },
)
SUBJECTS = st.fixed_dictionaries(
    {"type": st.just(["AchievementSubject"])},
    optional={
        "id": IRIS,
        "creditsEarned": st.integers(0, 100) | st.floats(0, 1e6, allow_nan=False),
        "term": NAMES,
        "result": st.lists(RESULTS, max_size=3) | RESULTS,
        "source": st.fixed_dictionaries(
            {"id": IRIS, "type": st.just(["Profile"])}, optional={"name": NAMES, "address": ADDRESSES}
        ),
    },
)


@given(SUBJECTS, TEXTS, TEXTS)
def test_badges_as_pyld_reads_them(subject: dict[str, Any], name: Any, description: Any) -> None:
    document = badge(DID) | {"credentialSubject": subject, "name": name, "description": description}
    try:
        found = canonical_form(document)
    except InputError as error:
        if error.code != "canonicalization_budget":
            raise
        return
    assert found == by_pyld(document)


@pytest.mark.parametrize("make", [badge, credential, lambda did: credential(did, version=1)])
def test_documents_as_pyld_reads_them(make: Any) -> None:
    assert canonical_form(make(DID)) == by_pyld(make(DID))


def test_a_presentation_with_credentials_inside() -> None:
    """Graph containers, contexts within, and a context that is switched off below a member."""
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": DID,
        "verifiableCredential": [badge(DID), credential(DID) | {"id": "urn:x:2"}],
    }
    assert canonical_form(document) == by_pyld(document)
    assert b"Ap\xc3\xa4" not in canonical_form(document)


def test_status_schema_evidence() -> None:
    document = credential(DID) | {
        "credentialStatus": {
            "id": "https://a.example/s#5",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "5",
            "statusListCredential": "https://a.example/s",
        },
        "credentialSchema": [{"id": "https://a.example/schema.json", "type": "JsonSchema"}],
        "relatedResource": [{"id": "https://a.example/x", "digestSRI": "sha384-abc", "mediaType": "text/plain"}],
    }
    assert canonical_form(document) == by_pyld(document)


@pytest.mark.published
@pytest.mark.parametrize("name", ["Sample-MC-Annex1-unsigned.jsonld"])
def test_the_sample_of_the_eu(published: Path, name: str) -> None:
    document = json.loads((published / "elm" / "samples" / name).read_text())
    document = document.get("credential", document)
    assert canonical_form(document) == by_pyld(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("degreeAwarded",), "Doctor"),
        (("credentialSubject", "Name"), "x"),
        (("credentialSubject", "name\u200b"), "x"),
        (("credentialSubject", "id"), "relative"),
        (("credentialSubject", "id"), "has space:x y"),
        (("credentialSubject", "id"), None),
        (("credentialSubject", "id"), ["urn:x:1"]),
        (("credentialSubject", "name"), None),
        (("type",), ["VerifiableCredential", "Unknown"]),
        (("type",), ["VerifiableCredential", None]),
        (("name",), {"@value": "x", "@language": "en", "extra": 1}),
        (("name",), {"@value": "x", "@language": "not a tag"}),
        (("name",), {"@value": "x", "@direction": "up"}),
        (("@graph",), []),
        (("@reverse",), {}),
        (("@index",), "x"),
        (("@unknown",), "x"),
        (("_:b1",), "x"),
        (("credentialStatus",), {"id": "not an address", "type": "BitstringStatusListEntry"}),
    ],
)
def test_what_would_be_lost_is_refused(path: tuple[str, ...], value: Any) -> None:
    document = copy.deepcopy(credential(DID))
    inner: Any = document
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    assert refusal(document) == "jsonld_undefined_term"


@pytest.mark.parametrize(
    "context",
    [
        {"x": "y:"},
        "https://evil.example.test/ctx/v1",
        "https://www.w3.org/ns/credentials/v2#",
        "https://www.w3.org/ns/credentials/undefined-terms/v2",
        None,
        5,
        ["https://www.w3.org/ns/credentials/v2"],
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_contexts_that_are_not_bundled(context: Any, inside: bool) -> None:
    document = credential(DID)
    where = document["credentialSubject"] if inside else document
    where["@context"] = [*document["@context"], context]
    assert refusal(document) == "context_not_allowed"


@pytest.mark.parametrize(
    "terms",
    [
        {"urn": "https://a.example/"},
        {"@vocab": "https://a.example/"},
        {"@base": "https://a.example/"},
        {"x": {"@reverse": "https://a.example/"}},
        {"x": "@vocab"},
        {"x": "relative"},
        {"x": {"@id": "https://a.example/x", "@container": "@index"}},
        {"a": "b:c", "b": "a:c"},
        {"x": 5},
        {"x": {"@id": 5}},
        {"x": {"@id": "_:b"}},
        {"x": {"@id": "https://a.example/x", "@index": "y"}},
        {"": "https://a.example/x"},
        "https://another.example/",
    ],
)
def test_contexts_that_an_administrator_cannot_add(terms: Any) -> None:
    document = credential(DID)
    document["@context"].append("https://a.example/context")
    with pytest.raises(InputError) as caught:
        canonical_form(document | {"name": "x"}, Library({"https://a.example/context": terms}))
    assert caught.value.code == "context_not_allowed"


@pytest.mark.parametrize("value", [5, None, "", "relative", "not an address"])
def test_where_every_name_leads_is_an_address(value: Any) -> None:
    """A library that takes documents at their word (`inline`) still reads no other form of it."""
    url = "https://a.example/context"
    document = {"@context": [url], "@id": "urn:x", "unknown": "y"}
    good = Library({url: {"@vocab": "https://a.example/"}}, inline=True)
    assert "https://a.example/unknown" in canonical_form(document, good).decode()
    with pytest.raises(InputError) as caught:
        canonical_form(document, Library({url: {"@vocab": value}}, inline=True))
    assert caught.value.code == "context_not_allowed"


def test_protected_names_are_not_switched_off() -> None:
    """JSON-LD 1.1, 4.1.2, step 5.1.1: a class brings a context that forgets all others."""
    url = "https://a.example/context"
    document = {"@context": [url], "@id": "urn:x", "@type": "Thing"}
    terms = {"Thing": {"@id": "https://a.example/Thing", "@context": None}, "name": "https://a.example/name"}
    assert canonical_form(document, Library({url: terms}))
    with pytest.raises(InputError) as caught:
        canonical_form(document, Library({url: terms | {"@protected": True}}))
    assert caught.value.code == "context_not_allowed"


def test_protected_names_keep_their_meaning() -> None:
    """VC 1.1 and 2.0 define the same names otherwise: JSON-LD refuses both at once, and so do we."""
    document = credential(DID)
    document["@context"] = [contexts.CREDENTIALS_V2, contexts.CREDENTIALS_V1]
    assert refusal(document) == "context_not_allowed"


def test_a_poisoned_graph_is_given_up(corpus: Path) -> None:
    document = json.loads((corpus / "credential-di" / "di-poison-graph-no-inline-context.json").read_text())
    document.pop("proof")
    assert refusal(document) == "canonicalization_budget"


def test_too_many_statements() -> None:
    document = credential(DID) | {"credentialSubject": [{"id": f"urn:x:{n}", "type": []} for n in range(25_000)]}
    assert refusal(document) == "canonicalization_budget"
