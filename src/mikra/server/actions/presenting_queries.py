"""What a wallet is asked for: title and name, with chosen elements of Annex I; or a query of the asker's own (DCQL)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from mikra.errors import InputError, ProtocolError
from mikra.exchange import dcql, oid4vp
from mikra.server.installation import installation
from mikra.server.words import lazy
from mikra.vocabulary.wallet_claims import EU_TYPE, MICRO_CREDENTIAL, OUR_TYPE

DC4EU_TYPE = "urn:eudi:micro_credential:1"
ELEMENTS: Mapping[str, tuple[object, tuple[str, ...]]] = {
    "outcomes": (lazy("Learning outcomes"), ("learning_outcomes",)),
    "workload": (lazy("Workload"), ("expected_study_time", "ects")),
    "level": (lazy("Level"), ("level",)),
    "assessment": (
        lazy("Assessment, its supervision, the grade"),
        ("types_of_assessment", "supervision_of_assessment", "assessment_grade"),
    ),
    "participation": (lazy("How it was taken part in"), ("forms_of_participation",)),
    "quality": (lazy("Quality assurance"), ("types_of_quality_assurance",)),
    "prerequisites": (lazy("What was needed to enrol"), ("prerequisites_to_enroll",)),
    "stacking": (lazy("What it counts towards"), ("integration_stackability_options",)),
}
"""Name -> label, claims of our type (Council Recommendation, Annex I, 6 to 11 and optional 1 to 4)."""
LARGEST = 20_000
"""Bytes of a query: it stands in a request that a wallet fetches."""
_SURE = frozenset(one.name for one in MICRO_CREDENTIAL if one.mandatory)


def asking(elements: Iterable[str] = (), *, several: bool = False) -> dict[str, Any]:
    """A micro-credential of our type or one of Europe's. InputError for an element that is none of `ELEMENTS`.

    `several`: the learner may show as many as they choose.

    What an attestation need not hold is asked for, and done without where it is not there.
    """
    wanted: list[str] = []
    for one in dict.fromkeys(elements):
        if one not in ELEMENTS:
            raise InputError("There is no such element.", where="ask", found=one[:40], expected=", ".join(ELEMENTS))
        wanted += ELEMENTS[one][1]
    sure = [one for one in wanted if one in _SURE]
    more = [one for one in (wanted, sure) if one]
    types = (f"{installation().origin.rstrip('/')}/{OUR_TYPE}", EU_TYPE, DC4EU_TYPE)
    return oid4vp.micro_credential(types, more if wanted != sure else more[:1], multiple=several)


def own(query: object) -> dict[str, Any]:
    """A query of the asker's own. InputError for what is no query, or asks for forms that are not read here."""
    try:
        read = dcql.parse(query)
    except ProtocolError as error:
        raise InputError(error.message, where=f"query{error.where}", expected=error.expected) from error
    if len(orjson.dumps(query)) > LARGEST:
        raise InputError("This query is too long.", where="query", expected=f"at most {LARGEST} bytes")
    for one in read.credentials:
        if one.format not in oid4vp.formats_supported():
            raise InputError(
                "This form is not read here.",
                where=f"query, {one.id}",
                found=one.format[:40],
                expected=", ".join(oid4vp.formats_supported()),
            )
    assert isinstance(query, dict)  # `dcql.parse`
    return query
