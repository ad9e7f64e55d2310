"""What we add to the EU's lists: our short names, titles, sources, the order of small lists and readable slugs.

`build.py` joins this with the published codes and English labels into `src/mikra/vocabulary/data/`. Slugs stand
in people's design files, so a slug, once released, is never changed (`tests/vocabulary/` pins them).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

SNB = "http://data.europa.eu/snb/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
OWN = "urn:mikra:vocabulary:"

LISTS = "code lists of the European Learning Model (LOQ schema 3.1.0)"
EDC = "European Digital Credentials: samples, shapes and software (application profile 1.2.0)"
LISTS_VERSION = "ELM 3.1.0; the list carries no date of its own"
EDC_VERSION = "ELM 3.2, application profile 1.2.0; the list carries no date of its own"
ANNEX = Path(__file__).parents[2] / "src" / "mikra" / "vocabulary" / "data" / "annex1.json"
RECOMMENDATION = "Council Recommendation of 16 June 2022 (2022/C 243/02; Council document 9790/22)"


LANGUAGES_WITHOUT_LABEL = {
    "AAR": "aa", "ABK": "ab", "AVE": "ae", "ARG": "an", "ASM": "as", "AVA": "av", "BAK": "ba", "BAM": "bm", "CHE":
    "ce", "CRE": "cr", "CHU": "cu", "CHV": "cv", "GUJ": "gu", "HER": "hz", "ILE": "ie", "III": "ii", "IPK": "ik",
    "IDO": "io", "IKU": "iu", "JAV": "jv", "KIK": "ki", "KUA": "kj", "KAN": "kn", "KAU": "kr", "KAS": "ks", "KOM":
    "kv", "LUG": "lg", "LIM": "li", "LUB": "lu", "MAL": "ml", "MAR": "mr", "NDE": "nd", "NDO": "ng", "NAV": "nv",
    "OJI": "oj", "ORM": "om", "PLI": "pi", "SAN": "sa", "SRD": "sc", "SND": "sd", "SNA": "sn", "SUN": "su", "TEL":
    "te", "TGL": "tl", "TAT": "tt", "TWI": "tw", "TAH": "ty", "UIG": "ug", "VOL": "vo",
}  # fmt: skip
"""Authority code -> ISO 639-1, for the languages that have a two-letter tag but no English label in the list."""


@dataclass(frozen=True, kw_only=True)
class Curated:
    """One scheme. `slugs` is a rule ("code", "lower", "label", "country", "language") or code -> slug, in order.

    `language` is the language of the published labels, "und" where each is in a language that is not stated.
    """

    title: str
    iri: str
    base: str
    source: str = LISTS
    version: str = LISTS_VERSION
    slugs: str | dict[str, str] = "label"
    language: str = "en"
    enforced: bool = False
    own: bool = False
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    unlabelled: dict[str, str] = field(default_factory=dict)


def _snb(title: str, part: str, slugs: str | dict[str, str], **more: object) -> Curated:
    return Curated(title=title, iri=f"{SNB}{part}/25831c2", base=f"{SNB}{part}/", slugs=slugs, **more)  # type: ignore[arg-type]


def _edc(title: str, part: str, slugs: str | dict[str, str], **more: object) -> Curated:
    return _snb(title, part, slugs, source=EDC, version=EDC_VERSION, **more)


def _authority(title: str, part: str, slugs: str | dict[str, str], **more: object) -> Curated:
    return Curated(title=title, iri=f"{AUTHORITY}{part}", base=f"{AUTHORITY}{part}/", slugs=slugs, **more)  # type: ignore[arg-type]


def _own(title: str, name: str, source: str, version: str, labels: dict[str, dict[str, str]]) -> Curated:
    return Curated(
        title=title,
        iri=f"{OWN}{name}",
        base=f"{OWN}{name}:",
        source=source,
        version=version,
        slugs={code: code for code in labels},
        own=True,
        labels=labels,
    )


def _annex(prefix: str) -> dict[str, dict[str, str]]:
    """The law's own terms, in five languages: what follows the prefix is the code."""
    terms = json.loads(ANNEX.read_text("utf-8"))["terms"]
    return {key.removeprefix(prefix): labels for key, labels in terms.items() if key.startswith(prefix)}


SCHEMES: dict[str, Curated] = {
    "eqf": _snb(
        "European Qualifications Framework levels", "eqf", {str(n): str(n) for n in range(1, 9)}, enforced=True
    ),
    "nqf": _snb("Levels of national qualifications frameworks", "qdr", "label", enforced=True),
    "qf_ehea": _own(
        "Cycles of the Qualifications Framework of the European Higher Education Area",
        "qf_ehea",
        "Framework of qualifications for the EHEA (Bergen Communiqué 2005), as revised in Paris (2018, Appendix III); "
        "the EU publishes no code for the cycles",
        "2018",
        {
            "short-cycle": {"en": "Short cycle"},
            "first-cycle": {"en": "First cycle"},
            "second-cycle": {"en": "Second cycle"},
            "third-cycle": {"en": "Third cycle"},
        },
    ),
    "assessment": _snb("Types of assessment", "assessment", "label"),
    "mode": _snb(
        "Modes of learning and assessment",
        "learning-assessment",
        {
            "9191af2ed9": "presential",
            "920fbb3cbe": "online",
            "e92d221e4d": "blended",
            "729f3bed4b": "workbased",
            "7813801c77": "project-based",
            "ed4c557045": "research-lab-based",
        },
    ),
    "learning_activity": _snb(
        "Types of learning activity",
        "learning-activity",
        {
            "ff436ea7c9": "classroom-coursework",
            "bf2e3a7bae": "e-learning-coursework",
            "3c8bd58d62": "lab-simulation-practice",
            "efff75e10a": "workshop-seminar-conference",
            "b660f5dcea": "self-motivated-study",
            "a7e556215a": "research",
            "bf5588ff84": "internship",
            "d46a826a39": "apprenticeship",
            "4357e0e681": "job-experience",
            "59eaf34fab": "volunteering",
            "fd33e234ae": "educational-programme",
        },
    ),
    "learning_opportunity": _snb("Types of learning opportunity", "learning-opportunity", "label"),
    "learning_setting": _snb(
        "Learning settings",
        "learning-setting",
        {"6fd4685715": "formal", "e207a81fc7": "non-formal"},
        enforced=True,
    ),
    "supervision": _edc(
        "Supervision and identity verification during assessment",
        "supervision-verification",
        {
            "c598449d64": "unsupervised-without-id",
            "df2880c5cb": "unsupervised-with-id",
            "44314532f9": "supervised-without-id",
            "70be69aaf9": "supervised-with-id",
        },
        remarks={
            "c598449d64": "label as in the EU's Annex I sample",
            "70be69aaf9": "label as published",
            "df2880c5cb": "meaning as an issuing platform labels it; no label in the EU's files at hand",
            "44314532f9": "meaning by elimination, not confirmed; no label in the EU's files at hand",
        },
    ),
    "provider_type": _own(
        "Types of provider",
        "provider_type",
        f"{RECOMMENDATION}, point 5(b)",
        "2022",
        _annex("provider."),
    ),
    "supervision_kind": _own(
        "How the assessment is supervised",
        "supervision_kind",
        f"{RECOMMENDATION}, Annex I, optional elements",
        "2022",
        _annex("supervised."),
    ),
    "credit": _snb("Credit systems", "education-credit", {"6fcec5c5af": "ects", "60b314e826": "ecvet"}),
    "accreditation": _snb("Types of accreditation", "accreditation", "label", enforced=True),
    "isced_f": _snb("Fields of education and training (ISCED-F 2013)", "isced-f", "code", enforced=True),
    "target_group": _snb("Target groups", "target-group", "label"),
    "credential": _edc(
        "Credential profiles",
        "credential",
        {
            "e34929035b": "generic",
            "c_ae121a00": "accredited",
            "c_9a31f32a": "mandated-issue",
            "c_7e400154": "converted",
            "6dff8a0f87": "diploma-supplement",
            "6cf8e68c43": "qualification-award",
            "48b514e72a": "learning-activity",
            "bdc47cb449": "learning-entitlement",
        },
        enforced=True,
    ),
    "country": _authority("Countries and territories", "country", "country", enforced=True),
    "language": _authority("Languages", "language", "language", enforced=True, unlabelled=LANGUAGES_WITHOUT_LABEL),
    "atu": _authority("Administrative territorial units", "atu", "code", enforced=True),
    "nuts": Curated(
        title="Regions for statistics (NUTS)",
        iri="http://data.europa.eu/nuts",
        base="http://data.europa.eu/nuts/code/",
        language="und",
        slugs="code",
    ),
    "currency": _authority("Currencies", "currency", "code", enforced=True),
    "skill_type": _snb("Skill types", "skill-type", {"knowledge": "knowledge", "skill": "skill"}, enforced=True),
    "skill_reuse_level": _snb(
        "Reusability of skills",
        "skill-reuse-level",
        {c: c for c in ("transversal", "cross-sector", "sector-specific", "occupation-specific")},
        enforced=True,
    ),
    "schedule": _snb(
        "Learning schedules",
        "learning-schedule",
        {"72a0ab92fa": "full-time", "f230bae523": "part-time-intensive", "67395e6b5a": "part-time-light"},
    ),
    "entitlement": _snb("Types of entitlement", "entitlement", "label"),
    "entitlement_status": _snb("Statuses of an entitlement", "entitlement-status", "label", enforced=True),
    "evidence_type": _edc("Types of evidence", "evidence-type", "label", enforced=True),
    "verification": _edc(
        "Checks of a verifier",
        "verification",
        {
            "2f5b89b96f": "format",
            "f9c2016fe9": "seal",
            "1faf8d450f": "owner",
            "271aef9eb4": "revocation",
            "e2bbc86a28": "accreditation",
            "94d828f160": "expiry",
            "c_50990fe3": "custom",
        },
        enforced=True,
    ),
    "verification_status": _edc(
        "Outcomes of a check",
        "verification-status",
        {"9895008394": "ok", "9d26eb9a37": "error", "641f0c5e5d": "skipped"},
        enforced=True,
    ),
    "presentation": _edc("Types of presentation", "verifiable-presentation", "label"),
    "encoding": _snb("Content encodings", "encoding", "label"),
    "file_type": _authority("File types", "file-type", "lower"),
    "human_sex": _authority(
        "Sex",
        "human-sex",
        {"FEMALE": "female", "MALE": "male", "NAP": "not-applicable"},
        source=EDC,
        version=EDC_VERSION,
    ),
    "esco_skill": Curated(
        title="ESCO skills (those met in the EU's samples)",
        iri="http://data.europa.eu/esco/concept-scheme/skills",
        base="http://data.europa.eu/esco/skill/",
        source=EDC,
        version=EDC_VERSION,
        enforced=True,
    ),
    "esco_occupation": Curated(
        title="ESCO occupations (those met in the EU's samples)",
        iri="http://data.europa.eu/esco/concept-scheme/occupations",
        base="http://data.europa.eu/esco/occupation/",
        source=EDC,
        version=EDC_VERSION,
        enforced=True,
    ),
    "dcf": _edc("Digital Competence Framework (those met in the EU's samples)", "dcf", "label"),
}
