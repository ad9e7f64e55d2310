"""Digital Credentials Query Language (OpenID4VP 1.0, 6): what a verifier asks for, strictly read.

    query = dcql.parse(request["dcql_query"])
    dcql_match.choose(query, holdings)     what of a wallet answers it
    dcql_match.check(query, presented)     whether what was presented answers it

Unknown members are ignored (OpenID4VP 1.0, 6); known ones of a wrong shape are refused, since a query that is half
understood gives away more, or asks for less, than was meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mikra.errors import ProtocolError

Step = str | int | None
"""One step of a claims path pointer (OpenID4VP 1.0, 7): a member, an element, or all elements."""
Value = str | int | bool

AUTHORITIES = frozenset({"aki", "etsi_tl", "openid_federation"})
"""OpenID4VP 1.0, 6.1.1: ways to say whom one trusts."""

MOST = 100
"""Entries of a list: more is no question that a person could agree to."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_TYPED = {"dc+sd-jwt": "vct_values", "jwt_vc_json": "type_values", "ldp_vc": "type_values"}
"""Format -> the member of `meta` that says which types are asked for (OpenID4VP 1.0, B.1.1, B.3.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim that is asked for (6.3). `values` empty: any value."""

    path: tuple[Step, ...]
    id: str = ""
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Whom the verifier trusts (6.1.1): `kind` is one of `AUTHORITIES`, or one that nobody here knows."""

    kind: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One credential that is asked for (6.1). `types`: any of these sets of names; empty: any type.

    `claims` empty: nothing that can be withheld is asked for. `claim_sets`: ids of claims, the best set first.
    """

    id: str
    format: str
    multiple: bool = False
    types: tuple[frozenset[str], ...] = ()
    authorities: tuple[Authority, ...] = ()
    bound: bool = True
    claims: tuple[Claim, ...] = ()
    claim_sets: tuple[tuple[str, ...], ...] = ()

    def choices(self) -> tuple[tuple[Claim, ...], ...]:
        """The sets of claims that answer it, the best first (6.4.1)."""
        if not self.claim_sets:
            return (self.claims,)
        known = {claim.id: claim for claim in self.claims}
        return tuple(tuple(known[id] for id in one) for one in self.claim_sets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Credentials that answer a purpose together (6.2): any of `options`, the best first."""

    options: tuple[tuple[str, ...], ...]
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The whole question. `sets` empty: all credentials are asked for (6.4.2)."""

    credentials: tuple[Asked, ...]
    sets: tuple[Together, ...] = ()

    def asked(self, id: str) -> Asked | None:
        """The credential query of that id."""
        return next((one for one in self.credentials if one.id == id), None)


def parse(value: object) -> Query:
    """A query from its JSON. ProtocolError `invalid_request`, with where it is wrong, as a JSON Pointer."""
    query = _object(value, "")
    credentials = tuple(
        _asked(_object(one, f"/credentials/{n}"), f"/credentials/{n}")
        for n, one in enumerate(_list(query.get("credentials"), "/credentials"))
    )
    ids = [one.id for one in credentials]
    if len(set(ids)) != len(ids):
        raise _refuse("/credentials", "ids that differ")
    sets: tuple[Together, ...] = ()
    if "credential_sets" in query:
        listed = _list(query["credential_sets"], "/credential_sets")
        sets = tuple(_together(one, frozenset(ids), f"/credential_sets/{n}") for n, one in enumerate(listed))
    return Query(credentials=credentials, sets=sets)


def _asked(one: Mapping[str, Any], where: str) -> Asked:
    form = one.get("format")
    if not isinstance(form, str) or not form:
        raise _refuse(f"{where}/format", "the identifier of a format")
    claims: tuple[Claim, ...] = ()
    if "claims" in one:
        listed = _list(one["claims"], f"{where}/claims")
        claims = tuple(_claim(entry, f"{where}/claims/{n}") for n, entry in enumerate(listed))
    authorities: tuple[Authority, ...] = ()
    if "trusted_authorities" in one:
        trusted = _list(one["trusted_authorities"], f"{where}/trusted_authorities")
        authorities = tuple(_authority(entry, f"{where}/trusted_authorities/{n}") for n, entry in enumerate(trusted))
    return Asked(
        id=_id(one.get("id"), f"{where}/id"),
        format=form,
        multiple=_flag(one, "multiple", False, where),
        types=_types(form, one.get("meta"), f"{where}/meta"),
        authorities=authorities,
        bound=_flag(one, "require_cryptographic_holder_binding", True, where),
        claims=claims,
        claim_sets=_claim_sets(one, claims, where),
    )


def _types(form: str, meta: object, where: str) -> tuple[frozenset[str], ...]:
    members = _object(meta, where)
    name = _TYPED.get(form)
    if name is None or name not in members:
        return ()
    listed = _list(members[name], f"{where}/{name}")
    if name == "vct_values":
        return tuple(frozenset({_text(one, f"{where}/{name}/{n}")}) for n, one in enumerate(listed))
    return tuple(
        frozenset(_text(entry, f"{where}/{name}/{n}") for entry in _list(one, f"{where}/{name}/{n}"))
        for n, one in enumerate(listed)
    )


def _claim(value: object, where: str) -> Claim:
    one = _object(value, where)
    values: tuple[Value, ...] = ()
    if "values" in one:
        values = tuple(_list(one["values"], f"{where}/values"))
        if not all(isinstance(entry, (str, int)) for entry in values):
            raise _refuse(f"{where}/values", "texts, whole numbers, true or false")
    steps = _list(one.get("path"), f"{where}/path")
    for number, step in enumerate(steps):
        if not (step is None or isinstance(step, str) or (type(step) is int and step >= 0)):
            raise _refuse(f"{where}/path/{number}", "a name, a number from 0 on, or null")
    return Claim(path=tuple(steps), id=_id(one["id"], f"{where}/id") if "id" in one else "", values=values)


def _claim_sets(one: Mapping[str, Any], claims: tuple[Claim, ...], where: str) -> tuple[tuple[str, ...], ...]:
    ids = [claim.id for claim in claims if claim.id]
    if len(set(ids)) != len(ids):
        raise _refuse(f"{where}/claims", "ids that differ")
    if "claim_sets" not in one:
        return ()
    place = f"{where}/claim_sets"
    if len(ids) != len(claims) or not claims:
        raise _refuse(place, "claims that all have an id")
    return _groups(one["claim_sets"], frozenset(ids), place)


def _together(value: object, ids: frozenset[str], where: str) -> Together:
    one = _object(value, where)
    return Together(
        options=_groups(one.get("options"), ids, f"{where}/options"), required=_flag(one, "required", True, where)
    )


def _groups(value: object, ids: frozenset[str], where: str) -> tuple[tuple[str, ...], ...]:
    """A list of lists of ids that are there."""
    groups: list[tuple[str, ...]] = []
    for number, one in enumerate(_list(value, where)):
        listed = _list(one, f"{where}/{number}")
        if any(not isinstance(id, str) or id not in ids for id in listed):
            raise _refuse(f"{where}/{number}", "ids that the query has")
        groups.append(tuple(listed))
    return tuple(groups)


def _authority(value: object, where: str) -> Authority:
    one = _object(value, where)
    listed = _list(one.get("values"), f"{where}/values")
    values = frozenset(_text(entry, f"{where}/values/{n}") for n, entry in enumerate(listed))
    return Authority(kind=_text(one.get("type"), f"{where}/type"), values=values)


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _refuse(where, "an object")
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list) or not value or len(value) > MOST:
        raise _refuse(where, f"a list with 1 to {MOST} entries")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise _refuse(where, "a text")
    return value


def _id(value: object, where: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise _refuse(where, "letters, digits, _ and -")
    return value


def _flag(one: Mapping[str, Any], name: str, default: bool, where: str) -> bool:
    value = one.get(name, default)
    if not isinstance(value, bool):
        raise _refuse(f"{where}/{name}", "true or false")
    return value


def _refuse(where: str, expected: str) -> ProtocolError:
    return ProtocolError(
        "The query is not written as it must be.", where=where or "/", expected=expected, code="invalid_request"
    )
