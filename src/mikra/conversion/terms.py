"""Our own terms (docs/design.md, 13): what Annex I asks for and Open Badges has no word for. One table, one context.

    context(namespace)          the JSON-LD context (JSON-LD 1.1), served unchanged for ever at `context_url(namespace)`
    document(namespace)         the same table for people, in Markdown, served beside it

A change to the table is a new VERSION under a new address: what was sealed with the old one stays readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mikra import vocabulary
from mikra.conversion.identity import check_namespace

VERSION = "1"
_PREF_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
_XSD = "http://www.w3.org/2001/XMLSchema#"


class Kind(StrEnum):
    """What stands under a term."""

    TEXTS = "text in several languages"
    TEXT = "text"
    NODE = "an object"
    NODES = "objects"
    CONCEPT = "a concept of a controlled vocabulary, by its address"
    CONCEPTS = "concepts of a controlled vocabulary, by their addresses"
    DURATION = "a duration (XML Schema)"
    NUMBER = "a decimal number (XML Schema)"
    DATE = "a day (XML Schema)"
    FLAG = "true or false"
    ADDRESS = "an address"
    TYPE = "a type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term. `element` is the number of its element in Annex I, "" where it serves several."""

    name: str
    kind: Kind
    element: str
    says: str


def _term(name: str, kind: Kind, element: str, says: str) -> Term:
    return Term(name=name, kind=kind, element=element, says=says)


TERMS: tuple[Term, ...] = (
    _term("MicroCredential", Kind.TYPE, "", "The standard elements of one micro-credential."),
    _term("microCredential", Kind.NODE, "", "The standard elements of what the learner achieved."),
    _term("labels", Kind.TEXTS, "", "What a thing is called."),
    _term("learnerDateOfBirth", Kind.DATE, "1", "The learner's date of birth."),
    _term("issuingRegion", Kind.CONCEPTS, "3", "Region of the issuer (ATU or NUTS)."),
    _term("awardingBodies", Kind.NODES, "4", "All awarding bodies, by name and country."),
    _term("bodyCountry", Kind.CONCEPTS, "4", "Country of an awarding body."),
    _term("learningOutcomes", Kind.NODES, "6", "What the learner can do."),
    _term("LearningOutcome", Kind.TYPE, "6", "One learning outcome."),
    _term("outcomeType", Kind.CONCEPT, "6", "Knowledge, skill, or competence."),
    _term("relatedSkills", Kind.CONCEPTS, "6", "Skills of ESCO and other frameworks."),
    _term("notionalWorkload", Kind.NODE, "7", "How much work it takes."),
    _term("Workload", Kind.TYPE, "7", "Hours of work, and credits."),
    _term("workDuration", Kind.DURATION, "7", "Hours of the learner's work."),
    _term("creditAwards", Kind.NODES, "7", "Credits, each with its system."),
    _term("CreditAward", Kind.TYPE, "7", "Credits of one system."),
    _term("creditNumber", Kind.NUMBER, "7", "How many credits."),
    _term("creditSystem", Kind.CONCEPT, "7", "The system of the credits (ECTS)."),
    _term("frameworkLevels", Kind.CONCEPTS, "8", "Levels of the EQF and of national frameworks."),
    _term("higherEducationCycle", Kind.TEXT, "8", "Cycle of the QF-EHEA: short-, first-, second- or third-cycle."),
    _term("assessments", Kind.NODES, "9", "How the learning was assessed."),
    _term("Assessment", Kind.TYPE, "9", "One assessment."),
    _term("assessmentType", Kind.CONCEPT, "9", "Type of the assessment."),
    _term("participationForms", Kind.CONCEPTS, "10", "Form of participation in the learning."),
    _term("qualityAssurance", Kind.NODES, "11", "Quality assurance that underpins it."),
    _term("QualityAssurance", Kind.TYPE, "11", "One review, label or accreditation."),
    _term("qualityType", Kind.CONCEPT, "11", "Type of the quality assurance."),
    _term("qualityAgency", Kind.TEXTS, "11", "Who reviewed or accredited."),
    _term("qualityStandard", Kind.TEXT, "11", "Standard of external review: esg, eqavet, eqf-annex-iv or other."),
    _term("qualityAspect", Kind.TEXT, "11", "Aspect of internal review: credential, course, or feedback."),
    _term("qualityReport", Kind.ADDRESS, "11", "Page of the report."),
    _term("prerequisites", Kind.TEXTS, "o1", "What is needed to enrol."),
    _term("supervisionAndIdentity", Kind.CONCEPT, "o2", "Supervision and identity verification in the assessment."),
    _term("supervisionKind", Kind.TEXT, "o2", "none, online or on-site."),
    _term("identityVerified", Kind.FLAG, "o2", "Whether identity was verified."),
    _term("gradeAchieved", Kind.TEXTS, "o3", "The grade."),
    _term("gradingScale", Kind.TEXTS, "o3", "The scale of the grade."),
    _term("stackability", Kind.NODE, "o4", "How it combines with others."),
    _term("Stackability", Kind.TYPE, "o4", "Option, target and rules of combining."),
    _term("partialQualification", Kind.FLAG, "o4", "Whether it is part of a qualification."),
    _term("stackingOption", Kind.TEXT, "o4", "stand-alone or stackable."),
    _term("stackingTargets", Kind.NODES, "o4", "What it counts towards."),
    _term("stackingRules", Kind.TEXTS, "o4", "Rules of combining."),
    _term("furtherInformation", Kind.TEXTS, "o5", "Further information."),
    _term("furtherPages", Kind.ADDRESS, "o5", "Pages with further information."),
)
"""All terms, in the order of Annex I. No name is one of VC 2.0 or of Open Badges (`tests/conversion/test_terms.py`)."""

_MANY = frozenset({Kind.NODES, Kind.CONCEPTS})
_TYPED = {Kind.DATE: "date", Kind.DURATION: "duration", Kind.NUMBER: "decimal", Kind.FLAG: "boolean"}


def context_url(namespace: str) -> str:
    """Where the context is served."""
    return f"{check_namespace(namespace)}micro-credential/{VERSION}"


def context(namespace: str) -> dict[str, Any]:
    """The JSON-LD context: every term under its own address, none of it to be redefined."""
    base = f"{context_url(namespace)}#"
    return {"@context": {"@protected": True, **{term.name: _definition(term, base) for term in TERMS}}}


def _definition(term: Term, base: str) -> Any:
    address = _PREF_LABEL if term.name == "labels" else base + term.name
    if term.kind is Kind.TYPE:
        return address
    members: dict[str, Any] = {"@id": address}
    if term.kind is Kind.TEXTS:
        members["@container"] = "@language"
    elif term.kind in _TYPED:
        members["@type"] = _XSD + _TYPED[term.kind]
    elif term.kind is not Kind.TEXT:
        members["@type"] = "@id"
    if term.kind in _MANY or term.name == "furtherPages":
        members["@container"] = "@set"
    return members


def document(namespace: str, language: str = "en") -> str:
    """The table for people: each term with what it says, under the name that the law gives to its element."""
    rows = [_row(term, language) for term in TERMS]
    head = "| term | element of Annex I | holds | says |\n|---|---|---|---|"
    return f"# Terms of micro-credentials\n\n`{context_url(namespace)}`\n\n{head}\n" + "\n".join(rows) + "\n"


def _row(term: Term, language: str) -> str:
    element = vocabulary.annex_term(f"short.{term.element}", language) if term.element else ""
    return f"| `{term.name}` | {element} | {term.kind.value} | {term.says} |"


BY_NAME: Mapping[str, Term] = {term.name: term for term in TERMS}
