"""A design in the making: read as far as it goes, every value that cannot stand named, none lost.

    draft = read_draft(members, language="en")
    draft.design        what can be taken, for previews; stand-ins fill what a design cannot be without
    draft.faults        what cannot be taken, each with the member's path; `draft.ready` when there is none
    draft.prototype()   the credential that the meter reads: of what is really there, stand-ins taken out again

`design_form` refuses at the first fault; this walk goes on, by the same types and the same readers of values.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from mikra.errors import InputError
from mikra.issuance import design_form
from mikra.issuance.compose import design_credential
from mikra.issuance.design import Body, Design
from mikra.issuance.design_check import check_design
from mikra.model import Agent, Credential, LearningAchievement, Location, Organisation, Person
from mikra.model.text import NO_TEXT, Text, Written
from mikra.vocabulary import entries

NOTHING: Any = object()
"""What is not there, or cannot be taken."""


class FaultKind(StrEnum):
    """What is wrong with a value; `LIST` is followed by the name of the vocabulary, `CHOICE` by what may be chosen."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    DATE = "date"
    ADDRESS = "address"
    EMAIL = "email"
    IRI = "iri"
    COLOUR = "colour"
    NUMBER = "number"
    WHOLE = "whole"
    YES_NO = "yes-no"
    CHOICE = "choice"
    LIST = "list"
    LANGUAGE = "language"
    TEXT = "text"
    GROUP = "group"
    TOGETHER = "together"
    """The value could stand by itself; with another member it cannot."""


_SCALAR_KINDS = {
    str: FaultKind.TEXT,
    bool: FaultKind.YES_NO,
    int: FaultKind.WHOLE,
    Decimal: FaultKind.NUMBER,
    dt.date: FaultKind.DATE,
}
_WRITTEN_KINDS = {
    Written.DATE: FaultKind.DATE,
    Written.ADDRESS: FaultKind.ADDRESS,
    Written.EMAIL: FaultKind.EMAIL,
    Written.IRI: FaultKind.IRI,
    Written.COLOUR: FaultKind.COLOUR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One value that cannot be taken: the member's path, what stands there, and what would do."""

    where: str
    kind: FaultKind
    found: str = ""
    scheme: str = ""
    """The vocabulary, where `kind` is LIST."""
    error: InputError | None = None

    def as_error(self) -> InputError:
        return self.error or InputError(
            "A member is missing.", where=self.where, fix="Add it.", code="design_member_missing"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`faults` in the order of the members. `lacks`: members that a design cannot be without, and this one is."""

    design: Design
    faults: tuple[Fault, ...]
    lacks: frozenset[str] = field(default=frozenset())

    @property
    def ready(self) -> bool:
        """Whether this is a design as `design_file` reads it."""
        return not self.faults

    def prototype(self) -> Credential:
        """The credential without learner and dates (`compose.design_credential`), of what is there."""
        credential = design_credential(self.design)
        issuer = credential.issuer
        if not isinstance(issuer, Organisation) or not self.lacks:
            return credential
        known = _without_place(issuer) if "issuer.country" in self.lacks else issuer
        named = bool(self.design.awarding_bodies) or not self.lacks & {"issuer", "issuer.name"}
        return _awarded_by(replace(credential, issuer=known), {issuer: known} if named else None)


def _without_place(body: Organisation) -> Organisation:
    return replace(body, location=tuple(Location(spatial_code=place.spatial_code) for place in body.location))


def _awarded_by(credential: Credential, known: Mapping[Agent, Agent] | None) -> Credential:
    """The awarding bodies, some of them replaced by what is known; without any where `known` is None."""
    learner = credential.credential_subject
    if not isinstance(learner, Person):
        return credential
    claims: list[Any] = []
    for claim in learner.has_claim:
        if isinstance(claim, LearningAchievement) and claim.awarded_by:
            bodies = () if known is None else tuple(known.get(one, one) for one in claim.awarded_by.awarding_body)
            claim = replace(claim, awarded_by=replace(claim.awarded_by, awarding_body=bodies))
        claims.append(claim)
    return replace(credential, credential_subject=replace(learner, has_claim=tuple(claims)))


def read_draft(members: Mapping[str, Any], *, language: str) -> Draft:
    """What of `members` (a design file's content, complete or not) can be taken. `language`: where it names none."""
    faults: list[Fault] = []
    values = _members(Design, {k: v for k, v in members.items() if k != "format"}, "", faults)
    lacks = _stand_in(values, members, language, faults)
    design = Design(**values)
    if not faults:
        try:
            check_design(design)
        except InputError as error:
            faults.append(Fault(where=error.where, kind=FaultKind.TOGETHER, found=error.found, error=error))
    return Draft(design=design, faults=tuple(faults), lacks=frozenset(lacks))


def read_part(cls: type[Any], data: Any) -> tuple[Any, tuple[Fault, ...]]:
    """The same for a part of a design (`Body`): the part or NOTHING, and what cannot be taken."""
    faults: list[Fault] = []
    return _read(cls, data, "", faults), tuple(faults)


def _stand_in(values: dict[str, Any], members: Mapping[str, Any], language: str, faults: list[Fault]) -> list[str]:
    lacks = []
    if not values.get("languages"):
        values["languages"] = (language,)
        lacks.append("languages")
    if "issuer" not in values:
        given = members.get("issuer")
        part = _members(Body, given if isinstance(given, Mapping) else {}, "issuer", [])
        lacks += ["issuer"] if not part else []
        lacks += [f"issuer.{name}" for name in ("name", "country") if name not in part]
        part.setdefault("name", NO_TEXT)
        part.setdefault("country", entries("country")[0])
        values["issuer"] = Body(**part)
    for name in ("code", "edition"):
        if not values.get(name):
            values[name] = "-"
            lacks.append(name)
    if "title" not in values:
        values["title"] = NO_TEXT
        lacks.append("title")
    told = {fault.where for fault in faults}
    whole = "issuer" in lacks
    said = [name for name in lacks if not (whole and name.startswith("issuer.")) and not _within(name, told)]
    faults += [Fault(where=name, kind=FaultKind.MISSING) for name in said]
    return lacks


def _within(name: str, told: Iterable[str]) -> bool:
    """Whether something was said of this member, or of one in it."""
    return any(one == name or one.startswith((f"{name}.", f"{name}[")) for one in told)


def _members(cls: type[Any], data: Mapping[str, Any], path: str, faults: list[Fault]) -> dict[str, Any]:
    """The members of a dataclass that can be taken."""
    known = design_form.hints(cls)
    values = {}
    for name in (*(one for one in known if one in data), *(one for one in data if one not in known)):
        value = data[name]
        where = f"{path}.{name}" if path else str(name)
        if name not in known:
            faults.append(Fault(where=where, kind=FaultKind.UNKNOWN, found=_shown(value)))
            continue
        if value is not None and (taken := _value(known[name], value, where, faults)) is not NOTHING:
            values[name] = taken
    return values


def _read(cls: type[Any], data: Any, path: str, faults: list[Fault]) -> Any:
    """An instance of a dataclass, or NOTHING where it is empty or a member that it needs is missing."""
    if not isinstance(data, Mapping):
        faults.append(Fault(where=path, kind=FaultKind.GROUP, found=_shown(data)))
        return NOTHING
    before = len(faults)
    values = _members(cls, data, path, faults)
    if not values and len(faults) == before and path:
        return NOTHING
    told = {fault.where for fault in faults[before:]}
    lacking = [f"{path}.{name}" if path else name for name in _required(cls) if values.get(name, "") == ""]
    for where in lacking:
        if not _within(where, told):
            faults += [Fault(where=where, kind=FaultKind.MISSING)]
    return NOTHING if lacking else cls(**values)


def _required(cls: type[Any]) -> list[str]:
    missing = dataclasses.MISSING
    return [one.name for one in dataclasses.fields(cls) if one.default is missing and one.default_factory is missing]


def _value(hint: Any, data: Any, path: str, faults: list[Fault]) -> Any:
    hint = design_form.bare(hint)
    if typing.get_origin(hint) is tuple:
        items = data if isinstance(data, list | tuple) else [data]
        kind = typing.get_args(hint)[0]
        read = [_value(kind, item, f"{path}[{i}]", faults) for i, item in enumerate(items)]
        return tuple(one for one in read if one is not NOTHING) or NOTHING
    if dataclasses.is_dataclass(hint):
        return _read(typing.cast("type[Any]", hint), data, path, faults)
    if hint is Text:
        return _text(data, path, faults)
    if data == "":
        return NOTHING
    return _leaf(hint, data, path, faults)


def _text(data: Any, path: str, faults: list[Fault]) -> Any:
    """A text per language; an empty one counts as not written yet."""
    if not isinstance(data, Mapping):
        faults.append(Fault(where=path, kind=FaultKind.TEXT, found=_shown(data)))
        return NOTHING
    taken: dict[str, str] = {}
    for tag, value in data.items():
        if isinstance(value, str) and not value.strip():
            continue
        try:
            taken |= design_form.read_value(Text, {tag: value}, path, "")
        except InputError as error:
            faults.append(Fault(where=f"{path}.{tag}", kind=FaultKind.TEXT, found=_shown(value), error=error))
    return Text(taken) if taken else NOTHING


def _leaf(hint: Any, data: Any, path: str, faults: list[Fault]) -> Any:
    try:
        return design_form.read_value(hint, data, path, "")
    except InputError as error:
        kind, scheme = _kind(hint)
        faults.append(Fault(where=path, kind=kind, found=_shown(data), scheme=scheme, error=error))
        return NOTHING


def _kind(hint: Any) -> tuple[FaultKind, str]:
    if typing.get_origin(hint) is typing.Annotated:
        kind = hint.__metadata__[0]
        return (_WRITTEN_KINDS[kind], "") if isinstance(kind, Written) else (FaultKind.LIST, kind)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return FaultKind.CHOICE, ""
    return _SCALAR_KINDS[hint], ""


def _shown(value: Any) -> str:
    shown = value if isinstance(value, str) else repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
