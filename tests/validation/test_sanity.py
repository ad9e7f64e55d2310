"""The sanity rules beside the meter: level, accreditation, languages, outcomes, dates."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from mikra import messages
from mikra.model import Concept, Credential, LearningAchievement, Person, Qualification, Text, decode, remarks
from mikra.report import Finding
from mikra.validation.annex1_places import exact
from mikra.validation.sanity import check_sanity
from mikra.validation.sanity_level import referenced
from tests.validation.mutations import MUTATIONS, mutated
from tests.validation.samples import FULL, REMOVED, accreditation, change, changed, concept, credential, remark


def findings(**changes: Any) -> tuple[Finding, ...]:
    return check_sanity(credential(**changes))


def rules(**changes: Any) -> list[str]:
    return [finding.rule for finding in findings(**changes)]


def test_the_full_document_raises_no_question() -> None:
    assert check_sanity(decode(FULL)) == ()


def outcomes(*titles: str, language: str = "en") -> list[dict[str, Any]]:
    return [{"type": "LearningOutcome", "title": {language: title}} for title in titles]


def test_weak_outcomes_are_questions() -> None:
    found = findings(
        s__learningOutcome=outcomes("Replace a hub motor.", "Know about batteries.", "Introduction to brakes")
    )
    assert [f.rule for f in found] == ["sanity.outcomes.vague", "sanity.outcomes.content"]
    assert found[0].where == "/credentialSubject/hasClaim/0/specifiedBy/learningOutcome/1/title"
    assert found[0].severity.value == "question"
    assert "Know about batteries." in found[0].what.text()
    assert rules(s__learningOutcome=outcomes("Zná baterie.", language="cs"))[0] == "sanity.outcomes.vague"


def cycle(name: remarks.Cycle) -> dict[str, Any]:
    return {"s__additionalNote": [remark(remarks.QfEhea(cycle=name))]}


def of_level(found: list[str]) -> list[str]:
    return [rule for rule in found if rule.startswith("sanity.level")]


@pytest.mark.parametrize(
    ("level", "name"),
    [
        ("5", remarks.Cycle.SHORT),
        ("6", remarks.Cycle.FIRST),
        ("7", remarks.Cycle.SECOND),
        ("8", remarks.Cycle.THIRD),
    ],
)
def test_level_and_cycle(level: str, name: remarks.Cycle) -> None:
    assert of_level(rules(s__eqfLevel=concept("eqf", level), **cycle(name))) == []
    for other in set(remarks.Cycle) - {name}:
        assert of_level(rules(s__eqfLevel=concept("eqf", level), **cycle(other))) == ["sanity.level.cycle"]


@pytest.mark.parametrize(
    ("national", "level"),
    [
        ("AT: NQF Level 5", 5),
        ("ROQF Level 6", 6),
        ("LTQF Level 4", 4),
        ("BQF Level 7", 7),
        ("CROQF Level 4.2", 4),
        ("CyQF Level 5a", 5),
        ("IE NQF Level 8", 6),
        ("IE NQF Level 5", 4),
        ("RQF Level 6", 6),
        ("RQF Level 3", 4),
        ("SCQF Level 10", 6),
        ("SCQF Level 1", 0),
        ("SQF Level 6", 0),
        ("Irish National Framework of Qualifications", 0),
    ],
)
def test_national_levels(national: str, level: int) -> None:
    entry = concept("nqf", national)
    assert referenced(Concept(id=entry["id"])) == level
    for stated in range(1, 9):
        found = of_level(rules(s__eqfLevel=concept("eqf", str(stated)), s__nqfLevel=[entry]))
        assert found == (["sanity.level.national"] if level and stated != level else [])


def test_a_national_level_that_nobody_knows_is_not_judged() -> None:
    assert referenced(Concept(id="http://data.europa.eu/snb/qdr/c_unknown")) == 0


def test_level_against_outcomes_very_carefully() -> None:
    listing = outcomes("List the parts of a pump.", "Name the tools.")
    doing = outcomes("List the parts of a pump.", "Repair the pump.")
    research = outcomes("Repair a pump.", "Conduct original research on pumps.")
    assert of_level(rules(s__eqfLevel=concept("eqf", "7"), s__learningOutcome=listing)) == ["sanity.level.outcomes-low"]
    assert of_level(rules(s__eqfLevel=concept("eqf", "5"), s__learningOutcome=listing)) == []
    assert of_level(rules(s__eqfLevel=concept("eqf", "7"), s__learningOutcome=doing)) == []
    assert of_level(rules(s__eqfLevel=concept("eqf", "7"), s__learningOutcome=listing[:1])) == []
    assert of_level(rules(s__eqfLevel=concept("eqf", "2"), s__learningOutcome=research)) == [
        "sanity.level.outcomes-high"
    ]
    assert of_level(rules(s__eqfLevel=concept("eqf", "3"), s__learningOutcome=research)) == []


def accredited(**changes: Any) -> list[str]:
    return rules(s__accreditation=[accreditation(**changes)])


def test_accreditation_on_the_day_of_award() -> None:
    assert accredited(expiryDate="2026-05-20T23:59:59Z") == []
    assert accredited(expiryDate="2026-05-19T23:59:59Z") == ["sanity.accreditation.expired"]
    assert accredited(dateIssued="2026-05-20T00:00:00Z") == []
    assert accredited(dateIssued="2026-05-21T00:00:00Z") == ["sanity.accreditation.not-yet"]
    (finding,) = findings(s__accreditation=[accreditation(expiryDate="2025-12-31")])
    assert finding.severity.value == "warning"
    assert finding.what.text() == "An accreditation ended on 31 December 2025, before the award on 20 May 2026."


def test_the_day_of_award_may_be_given() -> None:
    sample = credential(s__accreditation=[accreditation(expiryDate="2026-12-31")])
    assert check_sanity(sample, awarded_on=date(2026, 12, 31)) == ()
    assert [f.rule for f in check_sanity(sample, awarded_on=date(2027, 1, 1))] == ["sanity.accreditation.expired"]


def test_without_any_date_nothing_is_expired() -> None:
    undated = {"issued": REMOVED, "a__awardedBy__awardingDate": REMOVED}
    assert rules(s__accreditation=[accreditation(expiryDate="1999-01-01")], **undated) == []


@pytest.mark.parametrize(("levels", "asked"), [(["5", "6"], False), (["6", "7"], True), ([], False)])
def test_accreditation_by_level(levels: list[str], *, asked: bool) -> None:
    found = accredited(limitEQFLevel=[concept("eqf", level) for level in levels])
    assert found == (["sanity.accreditation.scope-level"] if asked else [])


@pytest.mark.parametrize(
    ("field", "limits", "asked"),
    [("0716", ["07"], False), ("07", ["0716"], False), ("0716", ["06", "0716"], False), ("0716", ["06"], True)],
)
def test_accreditation_by_field(field: str, limits: list[str], *, asked: bool) -> None:
    limited = [accreditation(limitField=[concept("isced_f", limit) for limit in limits])]
    found = rules(s__accreditation=limited, s__thematicArea=[concept("isced_f", field)])
    assert found == (["sanity.accreditation.scope-field"] if asked else [])


@pytest.mark.parametrize(("place", "asked"), [("CZ", False), ("AT", True)])
def test_accreditation_by_place(place: str, *, asked: bool) -> None:
    limited = [accreditation(limitJurisdiction=[concept("country", place)])]
    found = rules(issuer__accreditation=limited)
    assert found == (["sanity.accreditation.scope-place"] if asked else [])


def in_two_languages() -> dict[str, Any]:
    """The full document with every text in English and Czech."""

    def double(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: {**v, "cs": "x " + v["en"]} if is_text(v) else double(v) for k, v in value.items()}
        return [double(item) for item in value] if isinstance(value, list) else value

    def is_text(value: Any) -> bool:
        return isinstance(value, dict) and set(value) == {"en"}

    doubled: dict[str, Any] = double(deepcopy(dict(FULL)))
    return doubled


def test_languages_are_complete_or_asked_about() -> None:
    document = in_two_languages()
    assert [f.rule for f in check_sanity(decode(document))] == []
    change(document, "credentialSubject.hasClaim.0.specifiedBy.learningOutcome.1.title.cs", REMOVED)
    (finding,) = check_sanity(decode(document))
    assert finding.rule == "sanity.language.missing"
    assert finding.where == "/credentialSubject/hasClaim/0/specifiedBy/learningOutcome/1/title"
    assert (finding.found, finding.expected) == ("en", "cs")
    assert finding.what.text().startswith("Some texts are in Czech, but 1 of ")
    assert "čeština" in finding.what.text("cs")


def test_names_and_grades_need_no_translation() -> None:
    document = in_two_languages()
    for place in (
        "issuer.legalName.cs",
        "credentialSubject.fullName.cs",
        "credentialSubject.hasClaim.0.provenBy.0.grade.noteLiteral.cs",
    ):
        change(document, place, REMOVED)
    assert check_sanity(decode(document)) == ()


def test_issued_before_awarded() -> None:
    assert rules(a__awardedBy__awardingDate="2026-05-22T00:00:00Z") == ["sanity.dates.award-after-issue"]
    assert rules(a__awardedBy__awardingDate="2026-05-21T23:00:00Z") == []


def test_every_rule_has_words_in_five_languages() -> None:
    keys = set(messages.catalogue("sanity", "en"))
    rules_with_words = {key.removesuffix(".fix") for key in keys}
    assert all(f"{rule}.fix" in keys and rule in keys for rule in rules_with_words)
    source = "".join(p.read_text() for p in (Path(__file__).parents[2] / "src/mikra/validation").glob("sanity*.py"))
    outcome_rules = {"outcomes.vague", "outcomes.content", "outcomes.teaching"}
    assert all(f'"{rule}"' in source for rule in rules_with_words - outcome_rules)


@settings(max_examples=200)
@given(MUTATIONS)
def test_odd_documents_are_taken(mutations: list[tuple[tuple[Any, ...], Any]]) -> None:
    for finding in check_sanity(decode(mutated(mutations))):
        assert finding.severity.value in ("question", "warning")
        assert finding.as_dict("bg")["fix"]


@pytest.mark.published
def test_the_official_sample(published: Path) -> None:
    """Sixty months for sixty hours, and a Spanish title among English ones: nothing else."""
    document = json.loads((published / "elm/samples/Sample-MC-Annex1-unsigned.jsonld").read_bytes())
    found = check_sanity(decode(document))
    assert [f.rule for f in found] == ["sanity.workload.calendar", "sanity.language.missing"]
    place = exact(document, found[0].where)
    assert place == "/credentialSubject/hasClaim/influencedBy/specifiedBy/volumeOfLearning"


def test_the_changes_of_this_file_are_changes() -> None:
    assert changed() == FULL


def test_thousands_of_languages_are_not_all_looked_into() -> None:
    many = Text({"en": "A", **{f"x{n}": "B" for n in range(5000)}})
    achievement = LearningAchievement(title=many, specified_by=Qualification(title=Text(en="A"), description=many))
    found = check_sanity(Credential(credential_subject=Person(has_claim=(achievement,))))
    missing = [one for one in found if one.rule == "sanity.language.missing"]
    assert 0 < len(missing) <= 40
    assert "x1" in missing[1].what.text("en")
