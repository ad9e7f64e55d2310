"""The Annex I meter: every state of every element by example, each beside the full document that is its twin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mikra import messages
from mikra.model import Text, decode, remarks
from mikra.validation import annex1, annex1_places
from mikra.validation.annex1 import Stage, State, measure
from mikra.validation.annex1_elements import DEFINITIONS
from tests.validation.annex1_cases import ELSEWHERE, MISSING, WEAK
from tests.validation.samples import (
    ACTIVITY,
    FULL,
    REMOVED,
    SPECIFICATION,
    changed,
    concept,
    credential,
    private,
    remark,
)


def test_the_full_document_states_everything_well() -> None:
    meter = measure(decode(FULL))
    assert [e.rule for e in meter.elements if e.state is not State.PRESENT] == []
    assert str(meter.mandatory_present) == "11/11"
    assert str(meter.present) == "16/16"
    assert meter.complete
    assert meter.findings == ()
    assert meter.sentence.text() == "All 11 mandatory elements are stated."


@pytest.mark.parametrize(("number", "fault", "changes"), WEAK, ids=[f"{n}.{f}-{i}" for i, (n, f, _) in enumerate(WEAK)])
def test_weak(number: str, fault: str, changes: dict[str, Any]) -> None:
    meter = measure(credential(**changes))
    element = meter[number]
    assert (element.state, element.judgement.fault) == (State.WEAK, fault)
    (finding,) = element.findings
    assert finding.rule == f"annex1.{number}.{fault}"
    assert (finding.severity.value == "warning") is element.mandatory
    assert element.where.startswith("/")


@pytest.mark.parametrize(("number", "changes"), MISSING, ids=[f"{n}-{i}" for i, (n, _) in enumerate(MISSING)])
def test_missing(number: str, changes: dict[str, Any]) -> None:
    meter = measure(credential(**changes))
    element = meter[number]
    assert (element.state, element.judgement.fault) == (State.MISSING, "")
    (finding,) = element.findings
    assert finding.rule == f"annex1.{number}"
    assert (finding.severity.value == "error") is element.mandatory
    assert meter.complete is not element.mandatory
    assert element.values == ()


@pytest.mark.parametrize(("number", "changes"), ELSEWHERE, ids=[f"{n}-{i}" for i, (n, _) in enumerate(ELSEWHERE)])
def test_present_in_another_place(number: str, changes: dict[str, Any]) -> None:
    assert measure(credential(**changes))[number].state is State.PRESENT


def test_every_fault_has_its_example() -> None:
    """Every message on a fault is reached by the table above, and the table names no other."""
    keys = messages.catalogue("annex1", "en")
    written = {tuple(key.split(".weak.")) for key in keys if ".weak." in key}
    shown = {(number, fault) for number, fault, _ in WEAK if fault != "odd-form"}
    assert shown == written


NOT_GIVEN: Any = object()


def outside_any_framework(**changes: Any) -> dict[str, Any]:
    """A course of an association: non-formal, without level, without credits."""
    start = {"s__eqfLevel": REMOVED, "s__creditPoint": REMOVED}
    given = {**start, "s__learningSetting": concept("learning_setting", "non-formal"), **changes}
    return {place: value for place, value in given.items() if value is not NOT_GIVEN}


def test_a_level_may_be_not_applicable_and_says_why() -> None:
    meter = measure(credential(**outside_any_framework()))
    element = meter["level"]
    assert element.state is State.NOT_APPLICABLE
    assert "non-formal" in element.findings[0].what.text()
    assert meter.complete
    assert str(meter.mandatory_present) == "10/10"
    assert meter.sentence.text() == "All 10 mandatory elements are stated. Not applicable: 1."


def test_informal_learning_says_so_in_a_remark() -> None:
    informal = remark(remarks.Setting(setting=remarks.SettingKind.INFORMAL))
    changes = outside_any_framework(s__learningSetting=NOT_GIVEN, s__additionalNote=[informal])
    assert measure(credential(**changes))["8"].state is State.NOT_APPLICABLE


@pytest.mark.parametrize(
    "changes",
    [
        {"s__learningSetting": NOT_GIVEN},
        {"s__learningSetting": concept("learning_setting", "formal")},
        {"s__learningSetting": private("free")},
        {"s__creditPoint": SPECIFICATION["creditPoint"]},
        {"a__creditReceived": SPECIFICATION["creditPoint"]},
        {"s__isPartialQualification": True},
        {"s__isPartOf": [{"type": "Qualification", "title": {"en": "BSc"}}]},
        {"s__additionalNote": [remark(remarks.Setting(setting=remarks.SettingKind.FORMAL))]},
    ],
)
def test_not_applicable_is_no_loophole(changes: dict[str, Any]) -> None:
    """Without the provider's own reason, with credits, or as a part of a qualification, a level is missing."""
    meter = measure(credential(**outside_any_framework(**changes)))
    assert meter["8"].state is State.MISSING
    assert not meter.complete


def test_a_design_is_measured_without_learner_and_dates() -> None:
    design = credential(
        credentialSubject__fullName=REMOVED, issued=REMOVED, validFrom=REMOVED, a__awardedBy__awardingDate=REMOVED
    )
    meter = measure(design, stage=Stage.DESIGN)
    assert [e.key for e in meter.elements if e.state is State.AT_AWARD] == ["learner", "date"]
    assert meter.complete
    assert str(meter.mandatory_present) == "9/9"
    assert meter.sentence.text("cs") == "Uvedeno je všech 9 povinných prvků. Doplní se při udělení: 2."
    assert meter.findings == ()
    assert not measure(design, stage=Stage.AWARD).complete
    assert not measure(design).complete


def test_the_grade_of_a_design_comes_at_award_if_there_is_an_assessment() -> None:
    assert measure(credential(p__grade=REMOVED), stage=Stage.DESIGN)["o3"].state is State.AT_AWARD
    assert measure(credential(a__provenBy=REMOVED), stage=Stage.DESIGN)["o3"].state is State.MISSING
    assert measure(credential(p__grade=REMOVED), stage=Stage.AWARD)["o3"].state is State.MISSING


@pytest.mark.parametrize(("number", "changes"), [case for case in MISSING if case[0] in ("2", "4", "6", "8", "11")])
def test_a_design_lacks_what_it_lacks(number: str, changes: dict[str, Any]) -> None:
    assert not measure(credential(**changes), stage=Stage.DESIGN).complete


def two_achievements(**changes: Any) -> dict[str, Any]:
    """The full document, with a second achievement that differs."""
    document, other = changed(), changed(**changes)
    document["credentialSubject"]["hasClaim"] += other["credentialSubject"]["hasClaim"]
    return document


def test_several_achievements_are_all_looked_at() -> None:
    assert measure(decode(two_achievements())).mandatory_present == (11, 11, 0)
    partly = measure(decode(two_achievements(s__learningOutcome=REMOVED)))["6"]
    assert (partly.state, partly.judgement.fault) == (State.WEAK, "not-all")
    assert partly.findings[0].what.text() == "This is stated for some of the achievements, not for all."
    worse = measure(decode(two_achievements(s__volumeOfLearning=REMOVED)))["7"]
    assert (worse.state, worse.judgement.fault) == (State.WEAK, "credits-without-hours")


def test_other_claims_are_not_achievements() -> None:
    meter = measure(credential(credentialSubject__hasClaim=[ACTIVITY]))
    assert [element.key for element in meter.mandatory if element.state is State.PRESENT] == [
        "learner",
        "country",
        "date",
    ]


def test_what_was_found_can_be_shown_in_every_language() -> None:
    meter = measure(decode(FULL))
    assert meter["outcomes"].shown() == ("Measure a battery and judge whether it is safe.", "Replace a hub motor.")
    assert meter["workload"].shown("bg") == ("78 ч.", "3 ECTS")
    assert meter["level"].shown("lt") == ("EKS 5 lygis",)
    assert meter["date"].shown("cs") == ("21. května 2026",)
    assert meter["quality"].shown() == ("Programme review", "Quality Agency of the North")
    assert meter["country"].shown() == ("Czechia",)
    assert meter["stackability"].shown("ro") == ("nu este parte a unei calificări",)
    for language in messages.LANGUAGES:
        assert all(element.shown(language) for element in meter.elements)


def test_remarks_are_shown_by_what_they_say() -> None:
    stacking = remark(remarks.Stacking(option=remarks.StackingOption.STACKABLE, rules=Text(en="Ask first.")))
    meter = measure(credential(s__isPartialQualification=REMOVED, s__additionalNote=[stacking]))
    assert meter["o4"].shown() == ("integrated, stackable towards another credential",)
    cycle = remark(remarks.QfEhea(cycle=remarks.Cycle.SHORT))
    assert measure(credential(s__eqfLevel=REMOVED, s__additionalNote=[cycle]))["8"].shown("ro") == ("ciclul scurt",)


def test_elements_bear_the_names_of_the_law() -> None:
    meter = measure(decode(FULL))
    assert meter["6"].name("lt") == "Mokymosi rezultatai"
    assert meter["annex1.4"].name("bg", short=True) == "Присъждащ орган"
    assert meter["o3"].clause == "Council Recommendation of 16 June 2022, Annex I, optional element 3"
    assert meter["11"].clause == "Council Recommendation of 16 June 2022, Annex I, mandatory element 11"
    with pytest.raises(KeyError):
        meter["annex1.12"]


def test_rules_are_stable() -> None:
    assert [d.rule for d in DEFINITIONS] == [f"annex1.{n}" for n in (*range(1, 12), *(f"o{i}" for i in range(1, 6)))]


def test_findings_are_words_in_five_languages() -> None:
    for changes in (case[-1] for case in (*WEAK, *MISSING)):
        for finding in measure(credential(**changes)).findings:
            for language in messages.LANGUAGES:
                assert finding.as_dict(language)["what"]
                assert finding.as_dict(language)["why"]
                assert finding.as_dict(language)["fix"]


def at(document: Any, pointer: str) -> Any:
    """What stands at a JSON Pointer. Raises where nothing does."""
    for step in pointer.split("/")[1:]:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def without_lists(value: Any) -> Any:
    """The document as the EU's own samples have it: a single value stands without a list."""
    if isinstance(value, list):
        return without_lists(value[0]) if len(value) == 1 else [without_lists(item) for item in value]
    return {k: without_lists(v) for k, v in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("form", [changed(), without_lists(changed())], ids=["lists", "single"])
def test_pointers_lead_to_what_was_found(form: dict[str, Any]) -> None:
    meter = measure(decode(form))
    assert meter.mandatory_present == (11, 11, 0)
    for element in meter.elements:
        assert element.pointers
        for pointer in element.pointers:
            assert at(form, annex1_places.exact(form, pointer)) is not None
    assert at(form, annex1_places.exact(form, meter["10"].where)) == at(
        form, annex1_places.exact(form, f"/{SPEC_AT}/mode")
    )


SPEC_AT = "credentialSubject/hasClaim/0/specifiedBy"


def test_a_missing_element_says_where_it_belongs() -> None:
    element = measure(credential(s__learningOutcome=REMOVED))["6"]
    assert element.where == f"/{SPEC_AT}/learningOutcome"
    assert element.path == "credentialSubject.hasClaim[0].specifiedBy.learningOutcome"
    single = without_lists(changed(s__learningOutcome=REMOVED))
    assert annex1_places.exact(single, element.where) == "/credentialSubject/hasClaim/specifiedBy/learningOutcome"


def test_as_dict_is_plain_data() -> None:
    told = json.loads(json.dumps(measure(credential(s__eqfLevel=REMOVED)).as_dict("ro")))
    assert told["complete"] is False
    assert told["mandatory"] == {"present": 10, "of": 11, "weak": 0}
    assert told["sentence"] == "Elemente obligatorii prezente: 10 din 11; lipsă: Nivelul."
    level = told["elements"][7]
    assert (level["rule"], level["state"], level["values"]) == ("annex1.8", "missing", [])
    assert level["findings"][0]["what"] == "Nivelul nu este precizat."


def test_weak_elements_do_not_block_but_are_said() -> None:
    meter = measure(credential(p__specifiedBy__dcType=private("own")))
    assert meter.complete
    assert meter.mandatory_present == (11, 11, 1)
    assert meter.sentence.text() == "All 11 mandatory elements are stated. Could say more: 1."


def test_text_of_others_is_made_harmless() -> None:
    finding = measure(credential(p__specifiedBy__dcType=private("a\n\x1b[2Jb" + "x" * 400)))["9"].findings[0]
    assert "\x1b" not in finding.found
    assert "\n" not in finding.found
    assert len(finding.found) <= 200


OFFICIAL_SAMPLE = {
    "Sample-MC-Annex1-signed.jsonld": {"9": "own-term", "11": "", "o5": "provider-only"},
    "Sample-MC-Annex1-unsigned.jsonld": {"5": "validity-only", "9": "own-term", "11": "", "o5": "provider-only"},
}
"""File -> what is not well stated: number -> fault of a weak element, "" for a missing one."""


@pytest.mark.published
@pytest.mark.parametrize("name", OFFICIAL_SAMPLE)
def test_the_official_sample(published: Path, name: str) -> None:
    document = json.loads((published / "elm" / "samples" / name).read_bytes())
    if "payload" in document:
        document = json.loads(document["payload"])
    meter = measure(decode(document))
    seen = {e.definition.number: e.judgement.fault for e in meter.elements if e.state is not State.PRESENT}
    assert seen == OFFICIAL_SAMPLE[name]
    assert [element.rule for element in meter.missing] == ["annex1.11"]
    for element in meter.elements:
        for pointer in element.pointers:
            assert at(document, annex1_places.exact(document, pointer)) is not None


def test_the_module_says_what_it_exports() -> None:
    assert set(annex1.__all__) >= {"measure", "Meter", "Element", "Stage", "State"}
