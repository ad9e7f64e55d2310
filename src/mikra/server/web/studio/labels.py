"""What the places of a design are called: for comparing, for comments, for summaries."""

from __future__ import annotations

from typing import Any

from mikra.errors import InputError
from mikra.server.actions import drafts_paths
from mikra.server.web.studio import choices
from mikra.server.words import _, lazy

LONG = 400
"""Characters of a value that are shown."""

MEMBERS: dict[str, Any] = {
    "code": lazy("Code"),
    "edition": lazy("Edition"),
    "languages": lazy("Languages"),
    "title": lazy("Title"),
    "description": lazy("Description"),
    "outcomes": lazy("Learning outcomes"),
    "workload": lazy("Workload"),
    "level": lazy("Level and cycle"),
    "field_of_study": lazy("Field of study"),
    "assessment": lazy("Assessment"),
    "participation": lazy("Form of participation"),
    "issuer": lazy("Issuer"),
    "awarding_bodies": lazy("Awarding bodies"),
    "mandate": lazy("Mandate"),
    "quality": lazy("Quality assurance"),
    "need": lazy("Need"),
    "endorsements": lazy("Endorsements"),
    "target_groups": lazy("Target groups"),
    "facets": lazy("Facets"),
    "review_by": lazy("Review by"),
    "route": lazy("Route"),
    "prior_learning_evidence": lazy("Evidence of prior learning"),
    "prerequisites": lazy("Prerequisites"),
    "stacking": lazy("Stackability"),
    "further_information": lazy("Further information"),
    "homepage": lazy("Homepage"),
    "module": lazy("Module of a programme"),
    "valid_months": lazy("Validity"),
    "learner": lazy("What the class list asks"),
    "brand": lazy("Colour and logo"),
    "demonstration": lazy("Demonstration"),
}

PARTS: dict[str, Any] = {
    "ects": lazy("ECTS"),
    "ecvet": lazy("ECVET"),
    "hours": lazy("hours"),
    "contact_hours": lazy("hours in contact"),
    "eqf": lazy("EQF level"),
    "nqf": lazy("national framework"),
    "cycle": lazy("QF-EHEA cycle"),
    "type": lazy("type"),
    "mode": lazy("mode"),
    "supervision": lazy("supervision"),
    "identity_verified": lazy("identity verified"),
    "criteria": lazy("criteria"),
    "assessor": lazy("assessor"),
    "grading": lazy("grading scale"),
    "grades": lazy("grades"),
    "passing": lazy("result of everybody"),
    "setting": lazy("setting"),
    "language": lazy("language"),
    "internal": lazy("internal"),
    "external": lazy("external"),
    "accreditations": lazy("accreditation"),
    "statement": lazy("statement"),
    "source": lazy("source"),
    "option": lazy("option"),
    "towards": lazy("towards"),
    "rules": lazy("rules"),
    "name": lazy("name"),
    "country": lazy("country"),
    "region": lazy("region"),
    "licence": lazy("licence"),
    "funding": lazy("funding"),
    "reuse": lazy("how far it carries"),
    "esco": lazy("skill of ESCO"),
    "iri": lazy("address"),
    "label": lazy("name"),
    "criteria_url": lazy("page with the criteria"),
    "aspect": lazy("aspect"),
    "date": lazy("on"),
    "evidence": lazy("evidence"),
    "url": lazy("page"),
    "standard": lazy("standard"),
    "reviewed": lazy("reviewed on"),
    "next_review": lazy("next review"),
    "by": lazy("by"),
    "role": lazy("as what"),
    "programme": lazy("programme"),
    "module": lazy("module"),
    "code": lazy("code"),
    "description": lazy("description"),
    "activity": lazy("what people do"),
    "email": lazy("e-mail address"),
    "learner_id": lazy("learner number"),
    "date_of_birth": lazy("date of birth"),
    "national_id": lazy("national number"),
    "gender": lazy("gender"),
    "nationality": lazy("nationality"),
    "address": lazy("address"),
    "homepage": lazy("homepage"),
    "identifiers": lazy("identifiers"),
    "agent": lazy("who decided"),
    "issued": lazy("decided on"),
    "expires": lazy("ends on"),
    "report": lazy("report"),
    "green": lazy("green transition"),
    "digital": lazy("digital transition"),
}


def _steps(path: str) -> list[drafts_paths.Step]:
    """The steps of a place; a member with a strange name, which came with a file, is one step."""
    try:
        return drafts_paths.steps(path)
    except InputError:
        return [path]


def of_path(path: str, language: str) -> str:
    """A place in words: "Learning outcomes 2, title, Czech"."""
    parts: list[str] = []
    for step in _steps(path):
        if isinstance(step, int):
            parts[-1:] = [f"{parts[-1]} {step + 1}"] if parts else [str(step + 1)]
        elif not parts:
            parts.append(str(MEMBERS.get(step, step)))
        elif step == "title":
            parts.append(_("title"))
        elif len(step) == 2 and step.islower() and step not in PARTS:
            parts.append(choices.language_name(step, language))
        else:
            parts.append(str(PARTS.get(step, step.replace("_", " "))))
    return ", ".join(parts)


def elements() -> list[tuple[str, str]]:
    """The members that can be commented: pairs of name and label."""
    return [(name, str(text)) for name, text in MEMBERS.items() if name not in ("demonstration", "brand")]


def shown(value: Any) -> str:
    """A value in one line; nothing where there is none."""
    found = [str(one) for _path, one in drafts_paths.leaves(value) if one not in (None, "")]
    text = " · ".join(found)
    return text if len(text) <= LONG else text[: LONG - 1] + "…"


def lines(name: str, value: Any, language: str) -> list[tuple[str, str, str]]:
    """A member of a draft in words: (what, value, language of the value)."""
    found = []
    for path, one in drafts_paths.leaves(value, name):
        if one in (None, "") or path.endswith((".document", ".logo")):
            continue
        last = _steps(path)[-1]
        tag = last if isinstance(last, str) and len(last) == 2 and last not in PARTS else ""
        label = of_path(path, language)
        own = str(MEMBERS.get(name, name))
        label = label.removeprefix(own).lstrip(", ")
        found.append((label, _worded(path, one, language), tag))
    return found


_SCHEMES = {
    "type": ("assessment", "accreditation", "skill_type", "learning_opportunity"),
    "mode": ("mode",),
    "eqf": ("eqf",),
    "nqf": ("nqf",),
    "field_of_study": ("isced_f",),
    "target_groups": ("target_group",),
    "country": ("country",),
    "region": ("atu",),
    "reuse": ("skill_reuse_level",),
    "activity": ("learning_activity",),
}


def _worded(path: str, value: Any, language: str) -> str:
    """A value as people read it: vocabularies by their labels, yes for true."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    names = [step for step in _steps(path) if isinstance(step, str)]
    if path.startswith(("languages", "participation.language")):
        return choices.language_name(str(value), language)
    for scheme in _SCHEMES.get(names[-1], ()):
        text = choices.label(scheme, value, language)
        if text != str(value):
            return text
    closed = dict(pair for name in choices.SPOKEN for pair in choices.spoken(name, language))
    return closed.get(str(value), str(value)) if len(names[-1]) > 2 else str(value)


def member(path: str) -> str:
    """The member of the design that a place belongs to, in words."""
    top = str(_steps(path)[0])
    return str(MEMBERS.get(top, top))


def worded(path: str, value: Any, language: str) -> str:
    """A value as people read it; nothing where there is none."""
    if value in (None, ""):
        return ""
    if path.endswith((".document", ".logo")):
        return _("a file")
    return _worded(path, value, language)
