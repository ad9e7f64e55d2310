"""W3C RDF Dataset Canonicalization 1.0 (RDFC-1.0), 4.4 to 4.8, with a budget of work and with the names that it gives.

Other implementations cannot be stopped, and do not tell which node got which name. Here every step is counted: a graph
that was made to be slow ends with `canonicalization_budget` after the same amount of work on every machine.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from mikra.sealing.rdf.quads import budget

Quad = tuple[str, str, str, str]
"""Subject, predicate, object, graph ("" for none), as in N-Quads."""

MOST_STEPS = 20_000
"""Statements and orders looked at while nodes that look alike are told apart; about half a second."""

MOST_DEPTH = 150
"""Nodes in a row that look alike: each is looked at from the one before."""

_HASHES: Mapping[str, Callable[[bytes], hashlib._Hash]] = {"SHA256": hashlib.sha256, "SHA384": hashlib.sha384}


def split(line: str) -> Quad:
    """A line of N-Quads, without its end, as `quads.Dataset` writes it."""
    subject, predicate, rest = line.split(" ", 2)
    cut = rest.rfind('"') + 1 if rest.startswith('"') else 0
    end = rest.index(" ", cut)
    graph = rest[end + 1 :].rstrip(". ")
    return subject, predicate, rest[:end], graph


def join(quad: Iterable[str]) -> str:
    """The line of a quad, with its end."""
    return f"{' '.join(part for part in quad if part)} .\n"


class Names:
    """4.5: an issuer of identifiers; `given` keeps the order."""

    def __init__(self, prefix: str, given: dict[str, str] | None = None) -> None:
        self.prefix = prefix
        self.given = dict(given or {})

    def issue(self, node: str) -> str:
        if node not in self.given:
            self.given[node] = f"_:{self.prefix}{len(self.given)}"
        return self.given[node]

    def copy(self) -> Names:
        return Names(self.prefix, self.given)


class Canonicalisation:
    """One dataset. `names` maps each blank node to its canonical name ("_:c14n0")."""

    def __init__(self, lines: Iterable[str], digest: str = "SHA256") -> None:
        found = sorted(set(lines))
        self._plain = [f"{line}\n" for line in found if "_:" not in line]
        self.quads = [split(line) for line in found if "_:" in line]
        self._digest = _HASHES[digest]
        self._steps = self._depth = 0
        self._of: dict[str, list[Quad]] = defaultdict(list)
        for quad in self.quads:
            for node in {part for part in quad if part.startswith("_:")}:
                self._of[node].append(quad)
        self._first = {node: self._first_degree(node) for node in self._of}
        self._canonical = Names("c14n")
        self._name_all()

    @property
    def names(self) -> Mapping[str, str]:
        return self._canonical.given

    def lines(self, labels: Mapping[str, str] | None = None) -> list[str]:
        """The sorted lines, blank nodes by their canonical names or by `labels`."""
        return sorted([*self._plain, *relabelled(self.quads, self.names if labels is None else labels)])

    def _hash(self, text: str) -> str:
        return self._digest(text.encode()).hexdigest()

    def _step(self, count: int = 1) -> None:
        self._steps += count
        if self._steps > MOST_STEPS:
            raise budget("nodes without a name that look alike", MOST_STEPS)

    def _name_all(self) -> None:
        """4.4.3, steps 3 to 5."""
        alike: dict[str, list[str]] = defaultdict(list)
        for node, sight in self._first.items():
            alike[sight].append(node)
        for sight in sorted(alike):
            if len(alike[sight]) == 1:
                self._canonical.issue(alike[sight][0])
        for sight in sorted(alike):
            if len(alike[sight]) > 1:
                self._name_group(alike[sight])

    def _name_group(self, nodes: list[str]) -> None:
        found = []
        for node in nodes:
            if node not in self._canonical.given:
                names = Names("b")
                names.issue(node)
                found.append(self._n_degree(node, names))
        for _, names in sorted(found, key=lambda pair: pair[0]):
            for node in names.given:
                self._canonical.issue(node)

    def _first_degree(self, node: str) -> str:
        """4.6."""

        def seen(part: str) -> str:
            return part if not part.startswith("_:") else "_:a" if part == node else "_:z"

        return self._hash("".join(sorted(join(map(seen, quad)) for quad in self._of[node])))

    def _related(self, node: str, quad: Quad, names: Names, position: str) -> str:
        """4.7."""
        known = self._canonical.given.get(node) or names.given.get(node) or self._first[node]
        return self._hash(position + ("" if position == "g" else quad[1]) + known)

    def _n_degree(self, node: str, names: Names) -> tuple[str, Names]:
        """4.8."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise budget("nodes in a row that look alike", MOST_DEPTH)
        around: dict[str, list[str]] = defaultdict(list)
        for quad in self._of[node]:
            self._step()
            for position, other in (("s", quad[0]), ("o", quad[2]), ("g", quad[3])):
                if other.startswith("_:") and other != node:
                    around[self._related(other, quad, names, position)].append(other)
        data = ""
        for related in sorted(around):
            chosen, names = self._best_order(around[related], names)
            data += related + chosen
        self._depth -= 1
        return self._hash(data), names

    def _best_order(self, nodes: list[str], names: Names) -> tuple[str, Names]:
        """4.8.3, step 5.4: the order of these nodes that gives the least path."""
        chosen, best = "", names
        for order in orders(Counter(nodes)):
            self._step(len(order))
            path, copy = self._path(order, names.copy(), chosen)
            if path and (not chosen or path < chosen):
                chosen, best = path, copy
        return chosen, best

    def _path(self, order: tuple[str, ...], names: Names, chosen: str) -> tuple[str, Names]:
        """The path of one order; "" where it cannot be the least."""
        path, open_ones = "", []
        for node in order:
            if node in self._canonical.given:
                path += self._canonical.given[node]
                continue
            if node not in names.given:
                open_ones.append(node)
            path += names.issue(node)
            if _hopeless(path, chosen):
                return "", names
        for node in open_ones:
            found, inner = self._n_degree(node, names)
            path += f"{names.issue(node)}<{found}>"
            names = inner
            if _hopeless(path, chosen):
                return "", names
        return path, names


def orders(nodes: Counter[str]) -> Iterator[tuple[str, ...]]:
    """Every order of these nodes once, also where one stands several times (as the graph of many statements does)."""
    if not nodes.total():
        yield ()
    for node in nodes:
        if nodes[node]:
            nodes[node] -= 1
            for rest in orders(nodes):
                yield node, *rest
            nodes[node] += 1


def _hopeless(path: str, chosen: str) -> bool:
    return bool(chosen) and len(path) >= len(chosen) and path > chosen


def relabelled(quads: Iterable[Quad], labels: Mapping[str, str]) -> list[str]:
    """The lines with their blank nodes called otherwise, each once, sorted."""
    return sorted({join(labels.get(part, part) for part in quad) for quad in quads})
