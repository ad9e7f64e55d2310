"""RFC 9901, 4: claims made selectively disclosable: salted disclosures, digests in `_sd` and `...`, decoys.

Which claims are concealed is said by paths, as type metadata and DCQL say it: a name, then a name within, `None` for
every element of an array. A path conceals that claim itself; what is concealed within it is a disclosure of its own.

    conceal({"name": "Zoë", "outcomes": ["plan", "measure"]}, {("name",), ("outcomes", None)}, chance=...)

Order (4.2.4.1: it must not show): the digests of an object are sorted, which, salted as they are, is chance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from mikra import base64url
from mikra.errors import InputError

Path = tuple[str | None, ...]
Chance = Callable[[int], bytes]
"""So many bytes, from a generator fit for keys: `secrets.token_bytes`."""

SALT_SIZE = 18
"""Bytes of chance in a salt: 144 bits, where RFC 9901, 9.3 asks for 128. In base64url these are 24 letters."""

DIGESTS, ELEMENT, ALGORITHM = "_sd", "...", "_sd_alg"
RESERVED = frozenset({DIGESTS, ELEMENT, ALGORITHM})
"""RFC 9901, 4.1: names with a meaning of their own, which no claim may bear."""

MAX_DEPTH = 40
"""Containers within containers, disclosures opened (docs/design.md, limits)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concealed:
    """The payload with digests in place of claims, and the disclosures as they travel, each before what holds it."""

    payload: Mapping[str, Any]
    disclosures: tuple[str, ...]


def conceal(claims: Mapping[str, Any], paths: Iterable[Path], *, chance: Chance, decoys: int = 0) -> Concealed:
    """RFC 9901, 4.2. `decoys`: digests of nothing, beside each group of concealed claims or elements.

    Raises InputError where a claim bears a reserved name, or a path names nothing that could be concealed.
    """
    check_claims(claims)
    work = _Work(paths=frozenset(paths), chance=chance, decoys=decoys)
    payload = work.value(claims, ())
    if any(not path for path in work.paths):
        raise InputError("The whole of the claims cannot be one disclosure.", expected="a path to a claim")
    if work.disclosures:
        payload[ALGORITHM] = "sha-256"
    return Concealed(payload=payload, disclosures=tuple(work.disclosures))


def check_claims(value: Any, where: str = "", depth: int = 1) -> None:
    """InputError where a claim bears a reserved name (4.1), or is nested too deep."""
    if depth > MAX_DEPTH:
        raise InputError("The claims are nested deeper than we seal.", where=where, code="sdjwt_too_deep")
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name in RESERVED:
                raise InputError(
                    "A claim bears a name that means something else.",
                    where=f"{where}/{name}",
                    found=name,
                    code="sdjwt_reserved_claim",
                )
            check_claims(inner, f"{where}/{name}", depth + 1)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            check_claims(inner, f"{where}/{number}", depth + 1)


def digest(disclosure: str) -> str:
    """4.2.3: the digest of a disclosure as it travels."""
    return base64url.encode(hashlib.sha256(disclosure.encode()).digest())


@dataclass(slots=True, kw_only=True)
class _Work:
    """One concealing: depth first, so that each disclosure is made after those within it."""

    paths: frozenset[Path]
    chance: Chance
    decoys: int
    disclosures: list[str] = field(default_factory=list)

    def value(self, value: Any, path: Path) -> Any:
        if isinstance(value, Mapping):
            return self.object(value, path)
        if isinstance(value, list | tuple):
            return self.array(value, path)
        return value

    def object(self, value: Mapping[str, Any], path: Path) -> dict[str, Any]:
        open_ones: dict[str, Any] = {}
        digests: list[str] = []
        for name, inner in value.items():
            made = self.value(inner, (*path, name))
            if (*path, name) in self.paths:
                digests.append(self.disclose(name, made))
            else:
                open_ones[name] = made
        if digests:
            digests += [self.decoy() for _ in range(self.decoys)]
            open_ones[DIGESTS] = sorted(digests)
        return open_ones

    def array(self, value: Iterable[Any], path: Path) -> list[Any]:
        concealed = (*path, None) in self.paths
        elements = []
        for inner in value:
            made = self.value(inner, (*path, None))
            elements.append({ELEMENT: self.disclose(made)} if concealed else made)
        if concealed and elements:
            elements += [{ELEMENT: self.decoy()} for _ in range(self.decoys)]
        return elements

    def disclose(self, *content: Any) -> str:
        disclosure = base64url.encode(orjson.dumps([self.salt(), *content]))
        self.disclosures.append(disclosure)
        return digest(disclosure)

    def salt(self) -> str:
        return base64url.encode(self.chance(SALT_SIZE))

    def decoy(self) -> str:
        """4.2.5: the digest of chance."""
        return digest(self.salt())
