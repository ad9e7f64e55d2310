"""JSON-LD 1.1, 4.1 and 4.2 (context processing, term definitions): what names mean at a place in a document.

Only contexts that are bundled, or that an administrator added, are read, and only by their URL; those that stand in
the document itself only where the library says so. Read are terms, prefixes, coercions, containers, protection, and
contexts scoped to a class or a property. What else contexts can do (`@base`, `@import`, `@reverse`, `@nest`,
`@language` ...) is refused: none of the bundled ones does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mikra.errors import InputError, NotFoundError
from mikra.vocabulary import contexts

KEYWORDS = frozenset(
    """@base @container @context @default @direction @graph @id @import @included @index @json @language @list @nest
    @none @prefix @propagate @protected @reverse @set @type @value @version @vocab""".split()  # noqa: SIM905
)
_KEYWORD_LIKE = re.compile(r"@[A-Za-z]+")
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\\x7f]*')
_HEAD = frozenset({"@version", "@protected"})
_INLINE = "{"
"""How the key of a context begins that stands in the document: its JSON. No URL begins so."""

_TERM = frozenset({"@id", "@type", "@container", "@context", "@protected", "@prefix"})
_CONTAINERS = frozenset({"@set", "@list", "@language", "@graph"})
SCHEMES = frozenset({"did", "urn", "http", "https", "mailto", "x-hole"})
"""No context makes a prefix of these: an address that begins with one means what it says (`shapes` relies on it)."""

_GEN_DELIMS = tuple(":/?#[]@")
_ABSENT: Any = object()
_MOST_SCOPES = 500
"""Scopes that are kept; beyond them all are made anew, so that hostile documents cannot fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What one name means. `iri` is None for a name that is switched off; `context` holds below it."""

    iri: str | None
    coercion: str = ""
    container: frozenset[str] = frozenset()
    context: Any = _ABSENT
    prefix: bool = False
    protected: bool = False

    @property
    def scoped(self) -> bool:
        return self.context is not _ABSENT

    def same(self, other: Term) -> bool:
        """Equal but for protection (JSON-LD 1.1, 4.2.2, step 27)."""
        mine = (self.iri, self.coercion, self.container, self.prefix)
        theirs = (other.iri, other.coercion, other.container, other.prefix)
        return mine == theirs and (self.context is other.context or self.context == other.context)


class Library:
    """The contexts that may be named: those that are bundled, and those added (URL -> value of `@context`).

    `inline`: whether a document may explain its own words, and an added context all words at once (VC Data Model 2.0,
    4.3 and 5.2). Then they mean what it says, and whoever relies on it must read that.
    """

    def __init__(self, added: Mapping[str, Any] | None = None, *, inline: bool = False) -> None:
        self.added = dict(added or {})
        self.inline = inline
        self._start = Scope(self, {})

    def knows(self, url: str) -> bool:
        return url in contexts.BUNDLED or url in self.added

    def load(self, url: str, where: str = "") -> Any:
        """The value of `@context` behind a URL. InputError context_not_allowed."""
        if url in self.added:
            return self.added[url]
        if url.startswith(_INLINE) and self.inline:
            return orjson.loads(url)
        try:
            return contexts.load(url)
        except NotFoundError:
            raise not_allowed("This credential uses a vocabulary that is not bundled.", where, url) from None

    def start(self) -> Scope:
        """The scope without any term, in which every document begins; what it leads to is kept, within bounds."""
        if self._start.crowded:
            self._start = Scope(self, {})
        return self._start


class Scope:
    """The terms in force at a place. `previous` is what holds again below, where a class brought its own terms."""

    def __init__(
        self, library: Library, terms: dict[str, Term], previous: Scope | None = None, *, vocab: str = ""
    ) -> None:
        self.library = library
        self.terms = terms
        self.previous = previous
        self.vocab = vocab
        self._below: dict[Any, Scope] = {}
        self._made = [0]
        self._aliases: dict[str, frozenset[str]] = {}

    @property
    def crowded(self) -> bool:
        return self._made[0] > _MOST_SCOPES

    def then(self, urls: tuple[str, ...], where: str) -> Scope:
        """The scope after an `@context` of these URLs."""
        return self._known(("then", urls)) or self._keep(("then", urls), self._process(list(urls), where=where))

    def under(self, name: str) -> Scope:
        """The scope of what stands under a member (property-scoped contexts)."""
        term = self.terms.get(name)
        return self if term is None or not term.scoped else self.through(name, term)

    def through(self, name: str, term: Term) -> Scope:
        """The scope under a member whose term has a context; the term may be one that only the class brought."""
        key = (name, id(term.context))
        return self._known(key) or self._keep(key, self._process(term.context, where=name, override=True))

    def typed(self, types: Sequence[str]) -> Scope:
        """The scope within a node of these classes (type-scoped contexts), taken in the order of their names."""
        scoped = tuple(sorted(t for t in types if t in self.terms and self.terms[t].scoped))
        if not scoped:
            return self
        found = self._known(scoped)
        if found is None:
            found = self
            for name in scoped:
                found = found._process(self.terms[name].context, where=name, propagate=False)
            self._keep(scoped, found)
        return found

    def _known(self, key: Any) -> Scope | None:
        return self._below.get(key)

    def _keep(self, key: Any, scope: Scope) -> Scope:
        scope._made = self._made
        self._made[0] += 1
        self._below[key] = scope
        return scope

    def _process(self, local: Any, *, where: str, override: bool = False, propagate: bool = True) -> Scope:
        """JSON-LD 1.1, 4.1.2."""
        result = Scope(self.library, dict(self.terms), self.previous, vocab=self.vocab)
        if not propagate and result.previous is None:
            result.previous = self
        for context in local if isinstance(local, list) else [local]:
            if context is None:
                if not override and any(term.protected for term in result.terms.values()):
                    raise not_allowed("A context would switch off protected names.", where, "null")
                result = Scope(self.library, {}, None if propagate else result)
                continue
            value = self.library.load(context, where) if isinstance(context, str) else context
            own = self.library.inline and isinstance(context, str) and context not in contexts.BUNDLED
            for each in value if isinstance(value, list) else [value]:
                _Definitions(result, each, where, override, catch_all=own).all()
        return result

    def aliases(self, keyword: str) -> frozenset[str]:
        """The keyword and all names that stand for it."""
        found = self._aliases.get(keyword)
        if found is None:
            names = {name for name, term in self.terms.items() if term.iri == keyword}
            found = self._aliases[keyword] = frozenset({keyword, *names})
        return found

    def expand(self, name: str) -> str | None:
        """The IRI or keyword that a member's name or a class stands for; None where it means nothing."""
        term = self.terms.get(name)
        if term is not None:
            return term.iri
        if name.startswith("@"):
            return name if name in KEYWORDS else None
        if self.vocab and name and ":" not in name:
            return self.vocab + name
        return self.iri(name)

    def iri(self, value: str) -> str | None:
        """An absolute IRI or a blank node as it stands, a compact one in full; None for any other."""
        prefix, colon, rest = value.partition(":")
        if not colon or not prefix:
            return None
        if prefix == "_":
            return value
        if not rest.startswith("//"):
            term = self.terms.get(prefix)
            if term is not None and term.prefix and term.iri:
                return term.iri + rest
        return value if is_iri(value) else None


class _Definitions:
    """JSON-LD 1.1, 4.2.2: the terms of one local context, defined as they are needed."""

    def __init__(self, scope: Scope, context: Any, where: str, override: bool, *, catch_all: bool = False) -> None:
        if not isinstance(context, Mapping):
            raise not_allowed("A context is not an object.", where, type(context).__name__)
        self.scope, self.context, self.where, self.override = scope, context, where, override
        self.protected = context.get("@protected") is True
        self.head = _HEAD | {"@vocab"} if catch_all else _HEAD
        self.done: dict[str, bool] = {}

    def all(self) -> None:
        for name in self.context:
            if name.startswith("@"):
                if name not in self.head:
                    raise not_allowed("A context does what is not read here.", self.where, name)
                if name == "@vocab":
                    self.scope.vocab = self._vocab(self.context[name])
            else:
                self.define(name)

    def _vocab(self, value: Any) -> str:
        """4.1.2, step 5.8: where every name leads that no term explains."""
        if not isinstance(value, str) or not is_iri(value):
            raise not_allowed("A context does what is not read here.", self.where, "@vocab")
        return value

    def define(self, name: str) -> None:
        if name in self.done:
            if not self.done[name]:
                raise not_allowed("A context explains a name by itself.", self.where, name)
            return
        self.done[name] = False
        value = self.context[name]
        new = self._term(name, {"@id": value} if isinstance(value, str) or value is None else value, value)
        old = self.scope.terms.get(name)
        if old is not None and old.protected and not self.override:
            if not new.same(old):
                raise not_allowed("A protected name would get another meaning.", self.where, name)
            new = old
        self.scope.terms[name] = new
        self.done[name] = True

    def _term(self, name: str, row: Any, value: Any) -> Term:
        if not isinstance(row, Mapping) or not row.keys() <= _TERM or not name or name in SCHEMES:
            raise not_allowed("A context does what is not read here.", self.where, name)
        iri = self._iri(row.get("@id", name), name)
        coercion = row.get("@type", "")
        if coercion and coercion not in ("@id", "@vocab", "@json", "@none"):
            coercion = self._iri(coercion, name)
        found = row.get("@container", ())
        container = frozenset([found] if isinstance(found, str) else found)
        if not container <= _CONTAINERS or (iri is not None and iri.startswith("@") and iri not in ("@id", "@type")):
            raise not_allowed("A context does what is not read here.", self.where, name)
        simple = isinstance(value, str) and ":" not in name and bool(iri) and str(iri).endswith(_GEN_DELIMS)
        return Term(
            iri=iri,
            coercion=coercion or "",
            container=container,
            context=row.get("@context", _ABSENT),
            prefix=bool(row.get("@prefix", simple)),
            protected=bool(row.get("@protected", self.protected)),
        )

    def _iri(self, value: Any, name: str) -> str | None:
        """4.2.2, steps 14 to 18; IRI expansion within a context."""
        if value is None:
            return None
        if not isinstance(value, str):
            raise not_allowed("A context does what is not read here.", self.where, name)
        if value.startswith("@") and _KEYWORD_LIKE.fullmatch(value):
            if value in KEYWORDS:
                return value
            raise not_allowed("A context uses a keyword that does not exist.", self.where, value)
        if value != name and value in self.context:
            self.define(value)
        if value != name and value in self.scope.terms:
            return self.scope.terms[value].iri
        prefix, colon, _ = value.partition(":")
        if colon and prefix in self.context and prefix != name:
            self.define(prefix)
        found = self.scope.iri(value)
        if found is None or found.startswith("_:"):
            raise not_allowed("A context gives a name no address.", self.where, name)
        return found


def is_iri(value: str) -> bool:
    """An absolute IRI without characters that no IRI has (RFC 3987, 2.2)."""
    return _IRI.fullmatch(value) is not None


def urls_of(value: Any, library: Library, where: str) -> tuple[str, ...]:
    """The keys of an `@context`: URLs, and the JSON of what stands there, where the library allows that.

    InputError context_not_allowed for any other.
    """
    found = value if isinstance(value, list) else [value]
    keys: list[str] = []
    for number, url in enumerate(found):
        place = f"{where}/{number}" if isinstance(value, list) else where
        if isinstance(url, Mapping) and library.inline:
            inner = url.get("@context", url)  # a whole context document, written where its content belongs
            keys.append(orjson.dumps(inner if isinstance(inner, Mapping) else url).decode())
            continue
        if not isinstance(url, str):
            raise not_allowed("This credential explains its own words; only known vocabularies are read.", place, "")
        if not library.knows(url):
            raise not_allowed("This credential uses a vocabulary that is not bundled.", place, url)
        keys.append(url)
    return tuple(keys)


def contexts_in(document: Any, where: str = "") -> Iterable[tuple[str, Any]]:
    """Every `@context` in a document, with its place."""
    if isinstance(document, list):
        for number, value in enumerate(document):
            yield from contexts_in(value, f"{where}/{number}")
    elif isinstance(document, Mapping):
        for name, value in document.items():
            if name == "@context":
                yield f"{where}/@context", value
            else:
                yield from contexts_in(value, f"{where}/{name}")


def not_allowed(message: str, where: str, found: str) -> InputError:
    return InputError(
        message,
        where=where,
        found=found[:200],
        expected="contexts that are bundled, by their URL",
        fix="An administrator may add a context: mikra verify --contexts DIR",
        code="context_not_allowed",
    )
