"""The fast path: sure that a document conforms and that the EU's reader takes it, or not sure.

It walks the JSON once, with one function per class and member made at first use from the same tables. It answers
yes only where every step is of a kind it knows: the two contexts and no more, one known class per entry, plain
members, single members not as lists. Everything else is "not sure", and then the general path decides and speaks.

Entries with one id are one node (JSON-LD). Copies that are equal need no second look; copies that differ are
compared at the end: what may stand once only must be the same in all of them, and what must be there, in one.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from mikra.validation.elm.reader import ADDRESSES_ONLY, ALSO_SINGLE, FULL_DATE, Rules, rules
from mikra.validation.elm.scopes import EDC_CONTEXT, W3C_CONTEXT
from mikra.validation.elm.tables import (
    LANG_STRING,
    XSD,
    ProfileVersion,
    Property,
    Term,
    profile,
    terms,
)

CONTEXTS = [W3C_CONTEXT, EDC_CONTEXT]
ROOT_TYPES = (
    ["VerifiableCredential", "EuropeanDigitalCredential"],
    ["EuropeanDigitalCredential", "VerifiableCredential"],
)
CREDENTIAL = "EuropeanDigitalCredential"
_is_iri = re.compile(r"(?:urn|https?|mailto|did|tel):[^\s]*\Z").match
_DURATION = re.compile(r"P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?\Z", re.ASCII)
_TAGS = frozenset(a + b for a in string.ascii_lowercase for b in string.ascii_lowercase)
_CONCEPT_SCHEME = "ConceptScheme"


class _Walk:
    """What one document has shown so far.

    `seen`: id -> its first entry; `differing`: further entries of an id that are not equal to the first; `lacking`:
    (id, member) that an entry lacks and a copy of it may have; `repeated`: some id stood twice; `nameless`: some
    single member holds an entry without an id, which would be doubled with its parent; `ones`: how many numbers 0
    and 1 were met, which Python takes for equal to true and false; `with_ones`: the ids of entries around them.
    """

    __slots__ = ("differing", "lacking", "nameless", "ones", "repeated", "seen", "with_ones")

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}
        self.differing: list[tuple[str, Any]] = []
        self.lacking: list[tuple[str, str]] = []
        self.repeated = False
        self.nameless = False
        self.ones = 0
        self.with_ones: set[str] = set()


Check = Callable[[Any, _Walk], bool]
_UNKNOWN: Any = object()


class Plan:
    """How entries of one class are walked. `members`: None needs no look, `str` a string, else a function."""

    __slots__ = ("check", "members", "name", "once", "required", "texts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[str, Any] = {"id": None, "type": None}
        self.required: list[str] = []
        self.once: list[str] = []
        self.texts: list[str] = []
        self.check = _walker(self.members.get, self.required)


def _walker(look_up: Callable[[str, Any], Any], required: list[str]) -> Check:
    """The walk over entries of one class: the entry and all under it conform for sure, or not sure."""

    def check(entry: Any, walk: _Walk) -> bool:
        ident = entry.get("id")
        if ident is not None:
            first = walk.seen.get(ident)
            if first is None:
                if _is_iri(ident) is None:
                    return False
                walk.seen[ident] = entry
            else:
                walk.repeated = True
                if first == entry and ident not in walk.with_ones:
                    return True
                walk.differing.append((ident, entry))
        elif "id" in entry:
            return False
        ones = walk.ones
        for key, value in entry.items():
            look = look_up(key, _UNKNOWN)
            if look is None:
                continue
            if look is str:
                if type(value) is not str:
                    return False
            elif not (_vanishes(key) if look is _UNKNOWN else look(value, walk)):
                return False
        if walk.ones != ones and ident is not None:
            walk.with_ones.add(ident)
        for key in required:
            if not entry.get(key):
                if ident is None:
                    return False
                walk.lacking.append((ident, key))
        return True

    return check


@cache
def _vanishes(key: str) -> bool:
    """A member that no context knows is not part of the graph; with a colon it might be, with @ it is grammar."""
    return ":" not in key and not key.startswith("@")


def _texts(value: Any, walk: _Walk) -> bool:
    for tag, text in value.items():  # noqa: SIM110 - a generator costs twice as much here
        if tag not in _TAGS or type(text) is not str:
            return False
    return True


def _one_text(value: Any, walk: _Walk) -> bool:
    return len(value) <= 1 and _texts(value, walk)


def _date(value: Any, walk: _Walk) -> bool:
    try:
        return FULL_DATE.match(value) is not None and datetime.fromisoformat(value) is not None
    except ValueError:
        return False


def _duration(value: Any, walk: _Walk) -> bool:
    return _DURATION.match(value) is not None


def _boolean(value: Any, walk: _Walk) -> bool:
    return type(value) is bool


def _not_sure(value: Any, walk: _Walk) -> bool:
    return False


def _number(least: int | None, most: int | None) -> Check:
    def check(value: Any, walk: _Walk) -> bool:
        if type(value) is not int or (least is not None and value < least) or (most is not None and value > most):
            return False
        if value == 1 or value == 0:
            walk.ones += 1
        return True

    return check


def _list_of(check: Check) -> Check:
    """Also for a list of such values."""

    def each(value: Any, walk: _Walk) -> bool:
        if type(value) is list:
            for item in value:  # noqa: SIM110 - as above
                if not check(item, walk):
                    return False
            return True
        return check(value, walk)

    return each


class _Makers:
    """Makes the plans of one version from its tables."""

    def __init__(self, version: ProfileVersion) -> None:
        self.profile = profile(version)
        self.terms = terms(version)
        self.rules: Rules = rules(version)
        scoped = self.terms.scopes["VerifiableCredential"]
        self.classes = {n: t.iri for n, t in scoped.items() if n[0].isupper() and not t.prefix}
        self.plans = {n: Plan(n) for n in self.classes if n not in self.terms.scopes}
        for name, plan in self.plans.items():
            self.fill(plan, scoped if name == CREDENTIAL else self.terms.base)

    def fill(self, plan: Plan, names: Mapping[str, Term]) -> None:
        shapes = self.profile.by_class.get(self.classes[plan.name], ())
        demands: dict[str, list[Property]] = {}
        for shape in shapes:
            for prop in shape.properties:
                demands.setdefault(prop.path, []).append(prop)
        for name, term in names.items():
            if not name[0].isupper() and not term.prefix and not term.iri.startswith("@"):
                plan.members[name] = self.member(plan.name, name, term, demands.get(term.iri, []))
        known = {term.iri: name for name, term in names.items()}
        rows = [(known.get(path, path), props) for path, props in demands.items()]
        plan.required += (name for name, props in rows if any(p.min_count for p in props))
        plan.once += (name for name, props in rows if any(p.max_count is not None for p in props))
        plan.texts += (name for name, props in rows if any(p.unique_lang for p in props))

    def member(self, plan: str, name: str, term: Term, demands: list[Property]) -> Any:
        """The look that a member needs in entries of that class."""
        if "@graph" in term.containers or (plan == CREDENTIAL and name in ADDRESSES_ONLY):
            return _not_sure
        single = any(p.max_count == 1 for p in demands) or (plan, name) in ALSO_SINGLE
        if any(p.max_count not in (None, 1) or p.min_count > 1 for p in demands):
            return _not_sure
        if "@language" in term.containers:
            fits = all(p.datatype in ("", LANG_STRING) and not _wants_entry(p) for p in demands)
            return (_one_text if single else _texts) if fits else _not_sure
        if term.coercion == "@id":
            if any(p.datatype for p in demands):
                return _not_sure
            entry = self.entry(name, demands, single)
            return entry if single else _list_of(entry)
        return self.literal(term, demands)

    def literal(self, term: Term, demands: list[Property]) -> Any:
        datatype = term.coercion or XSD + "string"
        if any(_wants_entry(p) or p.datatype not in ("", datatype) for p in demands):
            return _not_sure
        limits = [p.max_inclusive for p in demands if p.max_inclusive is not None]
        most = min(limits, default=None)
        return {
            XSD + "string": str,
            XSD + "anyURI": str,
            XSD + "dateTime": _date,
            XSD + "duration": _duration,
            XSD + "boolean": _boolean,
            XSD + "integer": _number(None, most),
            XSD + "positiveInteger": _number(1, most),
        }.get(datatype, _not_sure)

    def entry(self, name: str, demands: list[Property], single: bool) -> Check:
        """An entry of an allowed class; from a list of concepts, where one is demanded."""
        allowed = {n: p for n, p in self.plans.items() if all(self.fits(self.classes[n], d) for d in demands)}
        schemes = [s for d in demands if d.node for s in self.schemes(d)]
        if any(d.node and d.node.endswith("IssuerNodeShape") for d in demands):
            allowed = {n: p for n, p in allowed.items() if n == "Organisation"}
        named = any(d.node_kind == "IRI" for d in demands)
        return _entry(
            allowed,
            scheme={"id": schemes[0], "type": _CONCEPT_SCHEME} if schemes else None,
            named=named,
            single=single,
            full=name in self.rules.agents,
            eidas=name == "issuer",
        )

    def fits(self, class_iri: str, demand: Property) -> bool:
        wanted = [a.class_iri for a in demand.alternatives if a.class_iri]
        nested = self.profile.nested[demand.node].alternatives if demand.node else ()
        branches = [a.class_iri for a in nested if a.class_iri]
        return (
            demand.class_iri in ("", class_iri)
            and demand.node_kind in ("", "IRI")
            and (not demand.alternatives or class_iri in wanted)
            and (not nested or class_iri in branches)
        )

    def schemes(self, demand: Property) -> list[str]:
        return [p.has_value for p in self.profile.nested[demand.node].properties if p.has_value]


def _wants_entry(prop: Property) -> bool:
    return bool(prop.class_iri or prop.node or prop.alternatives or prop.node_kind == "IRI")


def _entry(
    allowed: Mapping[str, Plan], *, scheme: Mapping[str, str] | None, named: bool, single: bool, full: bool, eidas: bool
) -> Check:
    checks = {name: plan.check for name, plan in allowed.items()}

    def check(value: Any, walk: _Walk) -> bool:
        look = checks.get(value["type"])
        if look is None or (scheme is not None and value["inScheme"] != scheme):
            return False
        if "id" not in value:
            if named:
                return False
            if single:
                walk.nameless = True
        if full and (len(value) < 3 or (eidas and not value.get("eIDASIdentifier"))):
            return False
        return look(value, walk)

    return check


def _merged(walk: _Walk, plans: Mapping[str, Plan]) -> bool:
    """Whether the copies that differ make one conforming node for sure."""
    if walk.repeated and walk.nameless:
        return False
    copies: dict[str, list[Any]] = {}
    for ident, entry in walk.differing:
        copies.setdefault(ident, [walk.seen[ident]]).append(entry)
    for entries in copies.values():
        first = entries[0]
        if any(e["type"] != first["type"] for e in entries):
            return False
        plan = plans[first["type"] if type(first["type"]) is str else CREDENTIAL]
        if not all(_agree(entries, key) for key in plan.once) or not all(_one_each(entries, key) for key in plan.texts):
            return False
    return all(any(e.get(key) for e in copies.get(ident, ())) for ident, key in walk.lacking)


def _agree(entries: list[Any], key: str) -> bool:
    """Of a member that may have one value: all copies that have it have the same."""
    values = [e[key] for e in entries if e.get(key) is not None]
    return all(_same(v, values[0]) for v in values)


def _same(one: Any, other: Any) -> bool:
    if type(one) is dict and "id" in one:
        return type(other) is dict and other.get("id") == one["id"]
    return bool(one == other)


def _one_each(entries: list[Any], key: str) -> bool:
    """Of texts: one per language over all copies."""
    texts: dict[str, str] = {}
    return all(texts.setdefault(tag, text) == text for e in entries for tag, text in (e.get(key) or {}).items())


@cache
def _plans(version: ProfileVersion) -> dict[str, Plan]:
    plans = _Makers(version).plans
    plans[CREDENTIAL].members["@context"] = None
    return plans


def surely_fine(document: Mapping[str, Any], version: ProfileVersion) -> bool:
    """Whether the document conforms to the profile and the EU's reader takes it; False where that is not sure."""
    if document.get("@context") != CONTEXTS or document.get("type") not in ROOT_TYPES or "proof" in document:
        return False
    plans = _plans(version)
    walk = _Walk()
    try:
        if not plans[CREDENTIAL].check(document, walk):
            return False
        return not (walk.differing or walk.lacking or walk.nameless) or _merged(walk, plans)
    except (TypeError, KeyError, AttributeError, RecursionError):
        return False  # a value of another shape than this path knows: the general path says what it is
