"""Unbundling a programme: its table of modules becomes drafts, one each; and drafts are regrouped (MISSION, A11)."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from mikra.adapters.clock import now
from mikra.errors import InputError
from mikra.issuance.fields import FieldKind, RosterField
from mikra.issuance.roster import RosterOptions, read_roster
from mikra.issuance.roster.result import Roster, RosterLimits
from mikra.server.actions import designs
from mikra.server.actions.drafts_paths import copied
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.designs import Design

MOST = 200
"""Modules of one programme."""

FIELDS = (
    RosterField(
        name="module",
        kind=FieldKind.TEXT,
        required=True,
        headers=(
            *("title", "module title", "name", "course", "course title", "unit", "titlu", "denumire", "disciplina"),
            *(
                "modul",
                "nazev",
                "nazev modulu",
                "predmet",
                "pavadinimas",
                "modulis",
                "dalykas",
                "модул",
                "наименование",
            ),
        ),
    ),
    RosterField(
        name="code",
        kind=FieldKind.TEXT,
        identifier=True,
        headers=("module code", "course code", "no", "cod", "kod", "kodas", "код"),
    ),
    RosterField(
        name="ects",
        kind=FieldKind.NUMBER,
        minimum=Decimal(0),
        maximum=Decimal(300),
        headers=("credits", "ects credits", "cp", "credite", "kredity", "kreditai", "кредити"),
    ),
    RosterField(
        name="hours",
        kind=FieldKind.NUMBER,
        minimum=Decimal(0),
        maximum=Decimal(9000),
        headers=("workload", "total hours", "ore", "hodiny", "valandos", "часове"),
    ),
    RosterField(
        name="level",
        kind=FieldKind.CHOICE,
        choices=tuple("12345678"),
        headers=("eqf", "eqf level", "nivel", "uroven", "lygis", "ниво"),
    ),
    RosterField(
        name="outcomes",
        kind=FieldKind.TEXT,
        headers=(
            *("learning outcomes", "outcome", "objectives", "rezultate ale invatarii", "rezultate"),
            *("vysledky uceni", "studiju rezultatai", "rezultatai", "резултати"),
        ),
    ),
    RosterField(
        name="description", kind=FieldKind.TEXT, headers=("content", "summary", "descriere", "popis", "описание")
    ),
)
"""The columns of a table of modules, in the order of our template; only the title is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One row of the table; numbers are as texts, as a draft holds them."""

    number: int
    module: str
    code: str = ""
    ects: str = ""
    hours: str = ""
    level: str = ""
    outcomes: tuple[str, ...] = ()
    description: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "outcomes": list(self.outcomes)}


def read_modules(data: bytes, *, name: str, language: str, today: dt.date) -> tuple[list[Module], Roster]:
    """The modules of a table (XLSX, ODS, CSV, pasted cells), and how it was read. InputError of the roster."""
    options = RosterOptions(today=today, language=language, accept_duplicates=True)
    roster = read_roster(data, fields=FIELDS, options=options, name=name, limits=RosterLimits(rows=MOST))
    return [_module(row.number, row.values) for row in roster.rows], roster


def _module(number: int, values: Mapping[str, Any]) -> Module:
    return Module(
        number=number,
        module=str(values["module"]).strip()[:300],
        code=str(values.get("code") or "").strip()[:60],
        ects=_plain(values.get("ects")),
        hours=_plain(values.get("hours")),
        level=str(values.get("level") or ""),
        outcomes=_lines(str(values.get("outcomes") or "")),
        description=str(values.get("description") or "").strip(),
    )


def _plain(number: Any) -> str:
    return f"{Decimal(number).quantize(Decimal('0.01')).normalize():f}" if number not in (None, "") else ""


def _lines(text: str) -> tuple[str, ...]:
    """Outcomes written one a line, or with semicolons or bullets between."""
    parts = re.split(r"\n|;|\u2022", text)
    return tuple(line for part in parts if (line := re.sub(r"^\s*(?:[-*–]|\d{1,2}[.)])\s*", "", part).strip()))


def modules_of(data: Iterable[Any]) -> list[Module]:
    """Modules as a page or a program sends them back. InputError for what is none."""
    try:
        known = [Module(**{**one, "outcomes": tuple(map(str, one.get("outcomes", ())))}) for one in data]
        return [one for one in known if isinstance(one.module, str) and one.module.strip()][:MOST]
    except (TypeError, AttributeError) as error:
        raise InputError("These are no modules.", code="request_malformed") from error


def unbundle(actor: Actor, modules: Sequence[Module], *, programme: str, at: dt.datetime | None = None) -> list[Design]:
    """One draft for each module; all of them, or none."""
    actor.need(Right.DESIGN)
    at, programme = at or now(), programme.strip()[:120]
    if not modules or not programme:
        raise InputError(
            "Choose at least one module, and name the programme.",
            where="modules" if not modules else "programme",
            code="text_missing",
        )
    base = designs.blank(actor)
    with work():
        return [
            designs.begin(actor, draft_of(one, programme=programme, base=base), reason="module", at=at)
            for one in modules
        ]


def draft_of(module: Module, *, programme: str, base: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft begins with that was a module; `base` is `designs.blank`."""
    tongue = str(base["languages"][0])
    draft = copied(base) | {
        "code": module.code,
        "title": {tongue: module.module},
        "module": {"programme": {tongue: programme}, "module": {tongue: module.module}, "code": module.code},
        "outcomes": [{"title": {tongue: text}} for text in module.outcomes],
        "workload": {"ects": module.ects, "hours": module.hours},
        "level": {"eqf": module.level},
        "description": {tongue: module.description},
    }
    return {name: value for name, value in draft.items() if _filled(value)}


def _filled(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_filled(one) for one in value.values())
    return value not in (None, "", [])


def regroup(actor: Actor, ids: Sequence[uuid.UUID | str], *, title: str, at: dt.datetime | None = None) -> Design:
    """One draft of several designs, which stay: outcomes and assessments one after the other, the work added."""
    actor.need(Right.DESIGN)
    at = at or now()
    sources = [Design.get(actor.tenant, one) for one in dict.fromkeys(map(str, ids))]
    if len(sources) < 2:
        raise InputError("Choose at least two designs.", where="design", code="text_missing")
    with work():
        return designs.begin(
            actor, together([one.draft for one in sources], title=title.strip()), reason="regroup", at=at
        )


def together(drafts: Sequence[Mapping[str, Any]], *, title: str) -> dict[str, Any]:
    """The content of several drafts as one."""
    made = copied(drafts[0])
    for name in ("code", "description", "module", "homepage", "stacking", "endorsements", "need"):
        made.pop(name, None)
    spoken = list(dict.fromkeys(tag for one in drafts for tag in one.get("languages", [])))
    made["languages"] = spoken or ["en"]
    tongue = made["languages"][0]
    names = [str((one.get("title") or {}).get(tongue, "")) for one in drafts]
    made["title"] = {tongue: title or " + ".join(name for name in names if name)[:300]}
    for name in ("outcomes", "assessment"):
        made[name] = [copied(item) for one in drafts for item in one.get(name, []) if isinstance(item, Mapping)]
    for name in ("field_of_study", "target_groups"):
        made[name] = list(dict.fromkeys(item for one in drafts for item in one.get(name, [])))
    sums = {name: _sum(drafts, name) for name in ("ects", "ecvet", "hours", "contact_hours")}
    made["workload"] = {name: amount for name, amount in sums.items() if amount}
    levels = [str((one.get("level") or {}).get("eqf", "")) for one in drafts]
    made["level"] = {**(made.get("level") or {}), "eqf": max(levels)}
    programme = next((one["module"]["programme"] for one in drafts if (one.get("module") or {}).get("programme")), None)
    if programme:
        made["module"] = {"programme": dict(programme)}
    return {name: value for name, value in made.items() if _filled(value)}


def _sum(drafts: Sequence[Mapping[str, Any]], name: str) -> str:
    """All amounts together; nothing where one of them is no number."""
    given = [str((one.get("workload") or {}).get(name, "")) for one in drafts]
    known = [one for one in given if one]
    if not known or not all(re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", one) for one in known):
        return ""
    return _plain(sum(map(Decimal, known), Decimal(0)))
