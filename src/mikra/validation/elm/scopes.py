"""What names mean at a place in the document: the two published contexts, their scopes, and simple terms beside them.

JSON-LD 1.1, IRI expansion (section 5.2) and the parts of context processing (4.1) that EDC documents use.
A document may bring plain terms of its own as a third context (`{"mc": "https://.../#"}`); anything more is
refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from mikra.errors import InputError
from mikra.validation.elm.tables import Term, Terms

W3C_CONTEXT = "https://www.w3.org/2018/credentials/v1"
EDC_CONTEXT = "http://data.europa.eu/snb/model/context/edc-ap"
ABSOLUTE = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*|_):[^\s]*$")
KEYWORD_LIKE = re.compile(r"^@[a-zA-Z]+$")
KEYWORDS = frozenset(
    """@base @container @context @default @direction @embed @explicit @first @graph @id @import @included @index @json
    @language @list @nest @none @omitDefault @preserve @propagate @protected @requireAll @reverse @set @type @value
    @version @vocab""".split()  # noqa: SIM905
)
_GEN_DELIMS = tuple(":/?#[]@")
_READ_SCOPES = ("VerifiableCredential", "VerifiablePresentation")


class Reason(StrEnum):
    """Why a document was not read. It is a finding then, never a silent pass."""

    CONTEXT = "context"
    FEATURE = "feature"
    MALFORMED = "malformed"


class NotRead(InputError):
    """The document cannot be turned into a graph, or only with parts of JSON-LD that this check does not read."""

    def __init__(self, reason: Reason, *, where: str, found: str) -> None:
        code = "context_not_allowed" if reason is Reason.CONTEXT else "credential_malformed"
        super().__init__(f"The document cannot be read: {reason}.", where=where, found=found, code=code)
        self.reason = reason


class Scope:
    """The terms in force at a place. `base` is the same for every scope of one document."""

    def __init__(self, names: Mapping[str, Term], world: Scopes) -> None:
        self.names = names
        self.world = world

    def key(self, name: str) -> str | None:
        """The IRI of a member or class name; None where the name is ignored. A keyword stays one."""
        term = self.names.get(name)
        if term is not None:
            return term.iri
        return self.iri(name)

    def iri(self, value: str) -> str | None:
        """An id: compact IRIs in full, everything else as it stands."""
        if value.startswith("@") and KEYWORD_LIKE.match(value):
            return value if value in KEYWORDS else None
        prefix, colon, suffix = value.partition(":")
        if not colon or not prefix or prefix == "_" or suffix.startswith("//"):
            return value
        term = self.names.get(prefix)
        return term.iri + suffix if term is not None and term.prefix else value

    def for_types(self, types: list[str], where: Callable[[], str]) -> Scope:
        """The scope of a node of these classes (as they are spelled)."""
        scoped = [t for t in types if t in self.world.terms.scopes]
        if not scoped:
            return self
        if len(set(scoped)) > 1 or scoped[0] not in _READ_SCOPES or self is not self.world.base:
            raise NotRead(Reason.FEATURE, where=where(), found=", ".join(scoped))
        return self.world.scope(scoped[0])

    def under(self, name: str) -> Scope:
        """The scope of the nodes under that member: a class's scope ends there, a member's goes on."""
        if any(self is scope for name, scope in self.world.cached.items() if "/" in name):
            return self
        for credential in _READ_SCOPES:
            if self is self.world.cached.get(credential) and f"{credential}/{name}" in self.world.terms.scopes:
                return self.world.scope(f"{credential}/{name}")
        return self.world.base


class Scopes:
    """All scopes of one document."""

    def __init__(self, terms: Terms, own: Mapping[str, Term]) -> None:
        self.terms = terms
        self.own = own
        self.base = Scope({**terms.base, **own} if own else terms.base, self)
        self.cached: dict[str, Scope] = {}

    def scope(self, name: str) -> Scope:
        if name not in self.cached:
            names = self.terms.scopes[name]
            self.cached[name] = Scope({**names, **self.own} if self.own else names, self)
        return self.cached[name]


def read_context(context: Any, terms: Terms) -> Scopes:
    """The scopes of a document with this `@context`.

    Raises NotRead where one of the two contexts is missing, another one is named, or its own terms are not plain.
    """
    entries = context if isinstance(context, list) else [context]
    own: dict[str, Term] = {}
    named: list[str] = []
    for n, entry in enumerate(entries):
        if isinstance(entry, dict) and {W3C_CONTEXT, EDC_CONTEXT} <= set(named):
            _own_terms(entry, terms, own, f"/@context/{n}")
        elif isinstance(entry, str) and entry in (W3C_CONTEXT, EDC_CONTEXT):
            named.append(entry)
        else:
            raise NotRead(Reason.CONTEXT, where=f"/@context/{n}", found=str(entry)[:200])
    if not {W3C_CONTEXT, EDC_CONTEXT} <= set(named):
        raise NotRead(Reason.CONTEXT, where="/@context", found=", ".join(named))
    return Scopes(terms, own)


def _own_terms(entry: Mapping[str, Any], terms: Terms, own: dict[str, Term], where: str) -> None:
    taken = {name for scope in terms.scopes.values() for name in scope}
    for name, definition in entry.items():
        if not name or name in taken or name in own or ":" in name or "@" in name or "/" in name:
            raise NotRead(Reason.CONTEXT, where=where, found=name)
        own[name] = _own_term(definition, terms, where)


def _own_term(definition: Any, terms: Terms, where: str) -> Term:
    """A plain term: an absolute IRI, perhaps with a coercion; it cannot change what the published terms mean."""
    row = {"@id": definition} if isinstance(definition, str) else definition
    if not isinstance(row, dict) or not row.keys() <= {"@id", "@type", "@container"}:
        raise NotRead(Reason.CONTEXT, where=where, found=str(definition)[:200])
    iri = _absolute(row.get("@id"), terms, where)
    coercion = row.get("@type", "")
    if coercion not in ("", "@id"):
        coercion = _absolute(coercion, terms, where)
    if row.get("@container", "@set") not in ("@set", "@language") or ("@container" in row and coercion):
        raise NotRead(Reason.CONTEXT, where=where, found=str(definition)[:200])
    containers = ("@language",) if row.get("@container") == "@language" else ()
    return Term(
        iri=iri,
        coercion=coercion,
        containers=containers,
        prefix=isinstance(definition, str) and iri.endswith(_GEN_DELIMS),
    )


def _absolute(value: Any, terms: Terms, where: str) -> str:
    if not isinstance(value, str) or not ABSOLUTE.match(value) or value.startswith("_:"):
        raise NotRead(Reason.CONTEXT, where=where, found=str(value)[:200])
    prefix, _, suffix = value.partition(":")
    term = terms.base.get(prefix)
    return term.iri + suffix if term is not None and term.prefix and not suffix.startswith("//") else value
