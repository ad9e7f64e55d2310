"""Digital Credentials Query Language (OpenID4VP 1.0, 6.4 and 7): what of a wallet answers a query, and whether it did.

A verifier checks again what a wallet sent: a wallet may err, or be none.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mikra.errors import ProtocolError
from mikra.exchange.dcql import Asked, Claim, Query, Step, Together


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A credential as a query sees it. `types`: its names, plain and as IRIs; `claims`: all that it shows.

    `authorities`: kind -> what its seal has to offer (key identifiers of the chain, trusted lists, federations).
    """

    format: str
    types: frozenset[str]
    claims: Mapping[str, Any]
    bound: bool = True
    authorities: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`number`: which holding; `sets`: what of it can be shown to answer, the verifier's favourite first (6.4.1)."""

    number: int
    sets: tuple[tuple[Claim, ...], ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The favourite of the verifier."""
        return self.sets[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How one purpose can be answered: `options`, ids of credential queries that go together, the best first (6.2)."""

    required: bool
    options: tuple[tuple[str, ...], ...]


def choose(query: Query, holdings: Sequence[Holding]) -> dict[str, tuple[Choice, ...]] | None:
    """Id of each credential query that is to be answered -> what can answer it; None where the query cannot be.

    Of each set, the first option that can be answered is taken; a person then picks among the choices. Where all that
    was asked is optional and there is none of it, nothing is to be answered.
    """
    found = able(query, holdings)
    sets = ways(query, found)
    return None if sets is None else {id: found[id] for one in sets for id in one.options[0]}


def able(query: Query, holdings: Sequence[Holding]) -> dict[str, tuple[Choice, ...]]:
    """Id of each credential query that something answers -> what does, in the order of the query."""
    return {one.id: found for one in query.credentials if (found := _choices(one, holdings))}


def ways(query: Query, found: Container[str]) -> tuple[Ways, ...] | None:
    """What a person may choose, with what is `found` alone: of each set its options, best first (6.4.2).

    Sets that are optional and cannot be answered are left out; None where one that is required cannot be. Where a
    query has no sets, each of its credentials is required by itself.
    """
    listed: list[Ways] = []
    sets = query.sets or tuple(Together(options=((one.id,),)) for one in query.credentials)
    for together in sets:
        options = tuple(option for option in together.options if all(id in found for id in option))
        if options:
            listed.append(Ways(required=together.required, options=options))
        elif together.required:
            return None
    return tuple(listed)


def _choices(asked: Asked, holdings: Sequence[Holding]) -> tuple[Choice, ...]:
    found = ((number, satisfying(asked, one)) for number, one in enumerate(holdings))
    return tuple(Choice(number=number, sets=sets) for number, sets in found if sets)


def satisfied(asked: Asked, holding: Holding) -> tuple[Claim, ...] | None:
    """The first set of claims by which this credential answers; None where it does not."""
    return next(iter(satisfying(asked, holding)), None)


def satisfying(asked: Asked, holding: Holding) -> tuple[tuple[Claim, ...], ...]:
    """All sets of claims by which this credential answers, the best first; none where it does not (6.4.1)."""
    if holding.format != asked.format or (asked.bound and not holding.bound):
        return ()
    if asked.types and not any(one <= holding.types for one in asked.types):
        return ()
    if asked.authorities and not any(
        one.values & holding.authorities.get(one.kind, frozenset()) for one in asked.authorities
    ):
        return ()
    return tuple(claims for claims in asked.choices() if all(_holds(one, holding.claims) for one in claims))


def _holds(claim: Claim, claims: Mapping[str, Any]) -> bool:
    """Whether the claim is there, with one of the values where some are named: of the same type (6.4.1)."""
    found = select(claims, claim.path)
    if not claim.values:
        return bool(found)
    named = {(type(value), value) for value in claim.values}
    return any((type(value), value) in named for value in found if isinstance(value, str | int))


def select(root: object, path: Iterable[Step]) -> list[Any]:
    """What a claims path pointer selects (7.1.1); nothing where it selects nothing, or the shape is another."""
    level: list[Any] = [root]
    for step in path:
        if step is None:
            if not all(isinstance(one, list) for one in level):
                return []
            level = [entry for one in level for entry in one]
        elif isinstance(step, str):
            if not all(isinstance(one, Mapping) for one in level):
                return []
            level = [one[step] for one in level if step in one]
        else:
            if not all(isinstance(one, list) for one in level):
                return []
            level = [one[step] for one in level if step < len(one)]
    return level


def check(query: Query, presented: Mapping[str, Sequence[Holding]]) -> None:
    """Whether what was presented, by id of the credential query, answers the query. ProtocolError `invalid_request`.

    Refused: ids that nobody asked for, more than one where one was asked for, a credential that does not show what
    was asked, a required one that is missing, and a mixture that is none of the options.
    """
    for id, holdings in presented.items():
        asked = query.asked(id)
        if asked is None:
            raise _refuse(id, "only what was asked for")
        if not holdings or (len(holdings) > 1 and not asked.multiple):
            raise _refuse(id, "one presentation" if not asked.multiple else "a presentation")
        if any(satisfied(asked, one) is None for one in holdings):
            raise _refuse(id, "what the query asks for: type, claims, values, whom it is from")
    _check_sets(query, presented.keys())


def _check_sets(query: Query, given: Iterable[str]) -> None:
    ids = set(given)
    if not query.sets:
        if missing := [one.id for one in query.credentials if one.id not in ids]:
            raise _refuse(missing[0], "a presentation for each credential that was asked for")
        return
    answered: set[str] = set()
    for together in query.sets:
        whole = [set(option) for option in together.options if ids >= set(option)]
        if together.required and not whole:
            raise _refuse(together.options[0][0], "all credentials of one of the options")
        answered |= set().union(*whole)
    if stray := sorted(ids - answered):
        raise _refuse(stray[0], "all credentials of one of the options, and no others")


def _refuse(id: str, expected: str) -> ProtocolError:
    return ProtocolError(
        "What was presented does not answer the request.",
        where=f"vp_token/{id}",
        expected=expected,
        code="invalid_request",
    )
