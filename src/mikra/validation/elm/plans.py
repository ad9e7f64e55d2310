"""What the fast path looks at, per class and member, made from the tables when it is first met."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from mikra.validation.elm import fast
from mikra.validation.elm.reader import ADDRESSES_ONLY, ALSO_SINGLE, Rules, rules
from mikra.validation.elm.scopes import EDC_CONTEXT, W3C_CONTEXT
from mikra.validation.elm.tables import (
    LANG_STRING,
    XSD,
    Profile,
    ProfileVersion,
    Property,
    Term,
    local_name,
    profile,
    terms,
)

CONTEXTS = [W3C_CONTEXT, EDC_CONTEXT]
CREDENTIAL = "EuropeanDigitalCredential"
ROOT_TYPES = (["VerifiableCredential", CREDENTIAL], [CREDENTIAL, "VerifiableCredential"])
LARGEST = 10**18
"""A whole number of the JSON stays one in the graph up to 10**21."""

_LOOKS: dict[str, Any] = {
    XSD + "string": str,
    XSD + "anyURI": str,
    XSD + "dateTime": fast.date,
    XSD + "duration": fast.duration,
    XSD + "boolean": fast.boolean,
}


class Tables:
    """The tables of one version as the plans need them."""

    def __init__(self, version: ProfileVersion) -> None:
        known = terms(version)
        self.profile: Profile = profile(version)
        self.rules: Rules = rules(version)
        self.base = known.base
        self.scoped = known.scopes["VerifiableCredential"]
        self.classes = {
            n: t.iri for n, t in self.scoped.items() if n[0].isupper() and not t.prefix and n not in known.scopes
        }
        self.plans = Plans(self)


class Plans(dict[str, "ClassPlan | None"]):
    """Class name -> its plan; None for one that the tables do not know."""

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        self.tables = tables

    def __missing__(self, name: str) -> ClassPlan | None:
        if name not in self.tables.classes:
            return None
        self[name] = plan = ClassPlan(self.tables, name)
        return plan


class Allowed(dict[str, "ClassPlan | None"]):
    """Class name -> its plan, where all of these demands allow the class; else None."""

    def __init__(self, tables: Tables, demands: list[Property]) -> None:
        super().__init__()
        self.tables = tables
        self.demands = demands

    def __missing__(self, name: str) -> ClassPlan | None:
        class_iri = self.tables.classes.get(name)
        if class_iri is None:
            return None
        fits = all(_fits(class_iri, demand, self.tables.profile) for demand in self.demands)
        self[name] = plan = self.tables.plans[name] if fits else None
        return plan


class Members(dict[str, Any]):
    """Member name -> the look that it needs; VANISHES for a name that the contexts do not know."""

    def __init__(self, plan: ClassPlan) -> None:
        super().__init__({"id": None, "type": None})
        self.plan = plan

    def __missing__(self, name: str) -> Any:
        term = self.plan.names.get(name)
        if term is None or term.prefix or term.iri.startswith("@") or name[0].isupper():
            return fast.VANISHES if term is None else fast.not_sure
        self[name] = look = self.plan.look(name, term)
        return look


class ClassPlan:
    """How entries of one class are walked (`fast.Plan`)."""

    __slots__ = ("demands", "many", "members", "name", "names", "once", "required", "tables", "texts")

    def __init__(self, tables: Tables, name: str) -> None:
        self.tables = tables
        self.name = name
        self.names: Mapping[str, Term] = tables.scoped if name == CREDENTIAL else tables.base
        self.demands: dict[str, list[Property]] = {}
        for shape in tables.profile.by_class.get(tables.classes[name], ()):
            for prop in shape.properties:
                self.demands.setdefault(prop.path, []).append(prop)
        rows = [(self.key(path), props) for path, props in self.demands.items()]
        self.required = [key for key, props in rows if any(p.min_count for p in props)]
        self.once = [key for key, props in rows if any(p.max_count is not None for p in props)]
        self.texts = [key for key, props in rows if any(p.unique_lang for p in props)]
        self.many: set[str] = set()
        self.members = Members(self)

    def key(self, path: str) -> str:
        """The member's name, or the path itself where the contexts have none (then it is never there)."""
        props = self.demands[path]
        term = self.names.get(props[0].term)
        return props[0].term if term is not None and term.iri == path else path

    def look(self, name: str, term: Term) -> Any:
        demands = self.demands.get(term.iri, [])
        if "@graph" in term.containers or (self.name == CREDENTIAL and name in ADDRESSES_ONLY):
            return fast.not_sure
        if any(p.max_count not in (None, 1) or p.min_count > 1 for p in demands):
            return fast.not_sure
        single = any(p.max_count == 1 for p in demands) or (self.name, name) in ALSO_SINGLE
        if "@language" in term.containers:
            fits = all(p.datatype in ("", LANG_STRING) and not _wants_entry(p) for p in demands)
            return (fast.one_text if single else fast.texts) if fits else fast.not_sure
        if term.coercion != "@id":
            return _literal(term, demands)
        if any(p.datatype for p in demands):
            return fast.not_sure
        if not single:
            self.many.add(name)
        return self.entry(name, demands, single)

    def entry(self, name: str, demands: list[Property], single: bool) -> fast.Look:
        nested = [self.tables.profile.nested[d.node] for d in demands if d.node]
        schemes = [p.has_value for shape in nested for p in shape.properties if p.has_value]
        within = [p.term for shape in nested for p in shape.properties if not p.has_value]
        if len(schemes) > 1 or within not in ([], ["eIDASIdentifier"]):
            return fast.not_sure
        return fast.entry(
            Allowed(self.tables, demands),
            scheme={"id": schemes[0], "type": "ConceptScheme"} if schemes else None,
            named=any(d.node_kind == "IRI" for d in demands),
            single=single,
            at_least=3 if name in self.tables.rules.agents else 0,
            with_member=within[0] if within else "",
        )


def _literal(term: Term, demands: list[Property]) -> Any:
    datatype = term.coercion or XSD + "string"
    if any(_wants_entry(p) or p.datatype not in ("", datatype) for p in demands):
        return fast.not_sure
    most = min((p.max_inclusive for p in demands if p.max_inclusive is not None), default=LARGEST)
    if datatype == XSD + "positiveInteger":
        return fast.number(1, most)
    if datatype == XSD + "integer":
        return fast.number(-LARGEST, most)
    return _LOOKS.get(datatype, fast.not_sure)


def _wants_entry(prop: Property) -> bool:
    return bool(prop.class_iri or prop.node or prop.alternatives or prop.node_kind == "IRI")


def _fits(class_iri: str, demand: Property, shapes: Profile) -> bool:
    """Whether the demand allows an entry of that class, as far as classes go."""
    nested = shapes.nested[demand.node] if demand.node else None
    branches = [a.class_iri for a in nested.alternatives if a.class_iri] if nested else []
    issuer = nested is not None and any(not p.has_value for p in nested.properties)
    return (
        demand.class_iri in ("", class_iri)
        and demand.node_kind in ("", "IRI")
        and (not demand.alternatives or class_iri in [a.class_iri for a in demand.alternatives])
        and (not branches or class_iri in branches)
        and (not issuer or local_name(class_iri) == "Organisation")
    )


@cache
def _start(version: ProfileVersion) -> tuple[Plans, fast.Look]:
    plans = Tables(version).plans
    root = plans[CREDENTIAL]
    if root is not None:
        root.members["@context"] = None
    return plans, fast.entry(plans)


def surely_fine(document: Mapping[str, Any], version: ProfileVersion) -> bool:
    """Whether the document conforms to the profile and the EU's reader takes it; False where that is not sure."""
    if document.get("@context") != CONTEXTS or document.get("type") not in ROOT_TYPES or "proof" in document:
        return False
    plans, look = _start(version)
    walk = fast.Walk()
    try:
        return look({**document, "type": CREDENTIAL}, walk) and fast.agree(walk, plans)
    except (TypeError, KeyError, AttributeError, RecursionError):
        return False  # a value of another shape than this path knows: the general path says what it is
