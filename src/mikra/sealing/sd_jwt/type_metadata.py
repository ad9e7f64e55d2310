"""SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-26), 6 and 7: type metadata read, and an opened SD-JWT held against it.

`sd` is judged on the claim itself: that a claim lies within a disclosure does not make it one (6.5.3). A claim of the
type that is concealed where it must be open, or open where it must be concealed, is refused by wallets.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mikra import strictjson
from mikra.errors import InputError
from mikra.sealing.sd_jwt.disclosures import Place
from mikra.sealing.sd_jwt.read import SdJwt

_DIGESTS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRule:
    """What the type says of one path (`None`: each element): `sd` is always, allowed or never."""

    path: tuple[str | int | None, ...]
    sd: str
    mandatory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeMetadata:
    """What the type says of its claims. `vct` is its name."""

    vct: str
    claims: tuple[ClaimRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """Where an attestation is not as its type says. `kind`: concealed, open, missing, or other (of another type)."""

    kind: str
    path: tuple[str | int | None, ...] = ()


def read_type(document: bytes, *, integrity: str = "") -> TypeMetadata:
    """The metadata, in whose bytes `integrity` (`vct#integrity`, 7) must hold if given. Raises InputError."""
    if integrity and not holds(document, integrity):
        raise _refuse("The description of the type is not the one that the attestation names.", "/vct#integrity")
    value = strictjson.parse(document)
    if not isinstance(value, dict) or not isinstance(value.get("vct"), str):
        raise _refuse("The description of the type names no type.", "/vct")
    listed = value.get("claims", [])
    if not isinstance(listed, list):
        raise _refuse("The description of the type has no list of claims.", "/claims")
    return TypeMetadata(vct=value["vct"], claims=tuple(_rule(entry, i) for i, entry in enumerate(listed)))


def holds(document: bytes, integrity: str) -> bool:
    """W3C Subresource Integrity, 3.3.2 and 3.3.4: of several digests any one of the strongest kind must be right."""
    named = [part.partition("-") for part in integrity.split()]
    known = [(name, value) for name, _, value in named if name in _DIGESTS]
    strongest = max((name for name, _ in known), default="")
    made = b64encode(_DIGESTS[strongest](document).digest()).decode() if strongest else ""
    return any(hmac.compare_digest(value.encode(), made.encode()) for name, value in known if name == strongest)


def deviations(opened: SdJwt, metadata: TypeMetadata) -> tuple[Deviation, ...]:
    """Everything in which the attestation is not as its type says; what is not disclosed can only be concealed."""
    if opened.claims.get("vct") != metadata.vct:
        return (Deviation(kind="other"),)
    disclosed = {one.place for one in opened.disclosures}
    return tuple(found for rule in metadata.claims for found in _of_rule(rule, opened.claims, disclosed))


def _of_rule(rule: ClaimRule, claims: Mapping[str, Any], disclosed: set[Place]) -> Iterator[Deviation]:
    places = {place for place in disclosed if _fits(rule.path, place)}
    if rule.sd == "never" and places:
        yield Deviation(kind="concealed", path=rule.path)
    visible = _count(claims, rule.path)
    if rule.sd == "always" and visible > len(places):
        yield Deviation(kind="open", path=rule.path)
    if rule.mandatory and rule.sd == "never" and not visible:
        yield Deviation(kind="missing", path=rule.path)


def _fits(path: Sequence[str | int | None], place: Place) -> bool:
    return len(path) == len(place) and all(
        isinstance(here, int) if step is None else step == here for step, here in zip(path, place, strict=True)
    )


def _count(value: Any, path: Sequence[str | int | None]) -> int:
    """How many values stand at a path."""
    if not path:
        return 1
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        return _count(value[step], rest) if isinstance(value, Mapping) and step in value else 0
    if not isinstance(value, list):
        return 0
    if step is None:
        return sum(_count(inner, rest) for inner in value)
    return _count(value[step], rest) if step < len(value) else 0


def _rule(entry: Any, number: int) -> ClaimRule:
    where = f"/claims/{number}"
    path = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(path, list) or not path or not all(_is_step(step) for step in path):
        raise _refuse("A claim of the type has no path.", f"{where}/path")
    sd, mandatory = entry.get("sd", "allowed"), entry.get("mandatory", False)
    if sd not in ("always", "allowed", "never") or not isinstance(mandatory, bool):
        raise _refuse("A claim of the type is not described as it must be.", where)
    return ClaimRule(path=tuple(path), sd=sd, mandatory=mandatory)


def _is_step(step: Any) -> bool:
    return step is None or isinstance(step, str) or (type(step) is int and step >= 0)


def _refuse(message: str, where: str) -> InputError:
    return InputError(message, where=where, fix="Ask the issuer for a corrected type.", code="credential_malformed")
