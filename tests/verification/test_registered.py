"""Check 7 in two lines: what the credential says of its issuer, and what registers know of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mikra import messages
from mikra.report import Report, Verdict
from mikra.trust.accreditation import Decision, Kind, Scope
from mikra.trust.identity import Identity
from mikra.trust.register import Provider, Register, Source
from mikra.verification import Policy, verify
from tests.simulators import europe
from tests.verification.documents import ANCHORED, AT, achievement, concept, country, edc, seal

SOURCE = Source(id="deqar", title="DEQAR", kind="deqar", as_of=date(2026, 5, 20))
SCOPE = Scope(
    title="Institutional evaluation",
    agency="Quality Agency",
    kind=Kind.INSTITUTION,
    decision=Decision.POSITIVE,
    starts=date(2025, 1, 1),
    levels=("6",),
)
PROVIDER = Provider(
    key="DEQARINST0042",
    names=("University of Somewhere",),
    identities=(Identity("VAT", "IE1234567X"),),
    country="IE",
    says="12 reports",
    scopes=(SCOPE,),
)


def register(provider: Provider = PROVIDER) -> Register:
    return Register().with_source(SOURCE, [provider])


def told(known: Register | None, policy: Policy = ANCHORED, **changes: Any) -> tuple[Report, dict[str, list[str]]]:
    (report,) = verify(seal(edc(**changes)), at=AT, policy=replace(policy, register=known))
    lines: dict[str, list[str]] = {}
    for finding in report.check("issuer").findings:
        lines.setdefault(finding.rule, []).append(finding.what.text())
    return report, lines


def test_a_register_confirms_the_owner_of_a_trusted_seal() -> None:
    report, lines = told(register())
    assert report.verdict is Verdict.TOTAL_PASSED
    assert lines["issuer.says"] == ["The credential says: University of Somewhere"]
    assert lines["issuer.register"] == [
        "DEQAR knows the owner of the seal, as of 20 May 2026: University of Somewhere (VAT IE1234567X)."
    ]
    assert lines["issuer.register.says"] == ["DEQAR says of it: 12 reports"]
    assert lines["issuer.accreditation.register"] == [
        "DEQAR says: accredited by Quality Agency. The award lies within it."
    ]


def test_what_only_the_credential_states_anybody_could_have_written() -> None:
    _, lines = told(register(), Policy())
    assert lines["issuer.register"] == [
        "DEQAR knows the one that it names, as of 20 May 2026: University of Somewhere (VAT IE1234567X). "
        "The seal must show that it is the same."
    ]


def test_a_register_decides_no_verdict() -> None:
    report, _ = told(register(), Policy())
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "seal_not_trusted")
    report, _ = told(register(replace(PROVIDER, identities=(), names=("Other",))))
    assert report.verdict is Verdict.TOTAL_PASSED


def test_a_name_alone_is_possibly() -> None:
    _, lines = told(register(replace(PROVIDER, identities=())))
    assert lines["issuer.register"][0].startswith("DEQAR knows somebody of that name")
    assert "issuer.accreditation.register" not in lines
    _, lines = told(register(replace(PROVIDER, identities=(), country="BG")))
    assert lines["issuer.register"] == [
        "Nobody on these lists bears its identifiers or its name: DEQAR, as of 20 May 2026."
    ]


def test_without_a_register_nothing_is_said_of_one() -> None:
    _, lines = told(None)
    assert set(lines) == {"issuer.says", "issuer.certificate"}


def test_a_provider_that_has_closed() -> None:
    _, lines = told(register(replace(PROVIDER, closed=date(2026, 1, 1))))
    assert lines["issuer.register.closed"] == ["DEQAR says that it closed on 1 January 2026."]
    _, lines = told(register(replace(PROVIDER, closed=date(2030, 1, 1))))
    assert "issuer.register.closed" not in lines


@pytest.mark.parametrize(
    ("scope", "line"),
    [
        (replace(SCOPE, levels=("7",)), "lies outside it. Level: not among those that it is for."),
        (replace(SCOPE, ends=date(2026, 1, 1)), "lies outside it. Dates: the award came after it ended."),
        (replace(SCOPE, places=("ROU",)), "lies outside it. Place: not among those that it is for."),
        (replace(SCOPE, places=("IRL",)), "The award lies within it."),
        (replace(SCOPE, decision=Decision.NEGATIVE), "lies outside it. Decision: refused."),
        (
            replace(SCOPE, fields=("06",)),
            "we cannot tell. Field: limited, and the credential does not state its own.",
        ),
        (replace(SCOPE, kind=Kind.UNSTATED), "we cannot tell. Type: not stated."),
    ],
)
def test_an_accreditation_that_does_not_cover_it_says_why(scope: Scope, line: str) -> None:
    _, lines = told(register(replace(PROVIDER, scopes=(scope,))))
    (said,) = lines["issuer.accreditation.register"]
    assert said.endswith(line)


def test_those_that_cover_it_come_first_and_not_all_are_told() -> None:
    outside = replace(SCOPE, levels=("7",))
    _, lines = told(register(replace(PROVIDER, scopes=(outside,) * 5 + (SCOPE,))))
    assert len(lines["issuer.accreditation.register"]) == 3
    assert lines["issuer.accreditation.register"][0].endswith("The award lies within it.")


def test_an_accreditation_in_the_credential_is_its_own_word() -> None:
    body = achievement()
    body["specifiedBy"]["accreditation"] = [
        {
            "id": "urn:uuid:00000000-0000-4000-8000-00000000aa01",
            "type": "Accreditation",
            "title": {"en": "Label"},
            "dcType": concept(
                "http://data.europa.eu/snb/accreditation/bb4618238e",
                "http://data.europa.eu/snb/accreditation/25831c2",
                "Institutional Quality Assurance",
            ),
            "accreditingAgent": {
                "id": "urn:uuid:00000000-0000-4000-8000-00000000aa02",
                "type": "Organisation",
                "legalName": {"en": "Label Agency"},
            },
            "dateIssued": "2025-01-01T00:00:00Z",
            "limitJurisdiction": [country("ROU", "Romania")],
        }
    ]
    subject = edc()["credentialSubject"] | {"hasClaim": [body]}
    _, lines = told(None, credentialSubject=subject)
    assert lines["issuer.accreditation.said"] == [
        "The credential says: accredited by Label Agency. The award lies outside it. "
        "Place: not among those that it is for."
    ]


def test_every_line_can_be_told_in_every_language() -> None:
    (report,) = verify(seal(edc(), europe.seal()), at=AT, policy=replace(ANCHORED, register=register()))
    for language in messages.LANGUAGES:
        assert all("{" not in f.what.text(language) for f in report.check("issuer").findings)
