"""RFC 9901, 7.1: an SD-JWT read, with every check that needs no key.

In this order, each with its code:

    1. the form: issuer's JWT, disclosures, and a key binding or nothing, between `~`      jws_malformed
    2. the issuer's JWT through the gate (`sealing.jws`); its payload strictly read       jws_*, json_*
    3. `_sd_alg`: one that we know                                                  sdjwt_alg_not_allowed
    4. each disclosure: canonical base64url, strict JSON, two or three values   base64url_*, json_*, jws_malformed
    5. no digest twice, no disclosure twice                                         sdjwt_duplicate_digest
    6. no claim over another, no claim under a reserved name    sdjwt_claim_collision, sdjwt_reserved_claim
    7. every disclosure belongs somewhere                             sdjwt_unreferenced_disclosure
    8. what SD-JWT VC says must stay open (draft 26, 2.2.2.2) was open              sdjwt_reserved_claim

JSON serialisation (RFC 9901, 8) is put into compact form first, which is also what its key binding covers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from mikra import strictjson
from mikra.errors import InputError
from mikra.sealing import jws
from mikra.sealing.algorithms import ALGORITHMS
from mikra.sealing.jws import Jws, Profile
from mikra.sealing.sd_jwt.conceal import ALGORITHM, DIGESTS, ELEMENT, MAX_DEPTH, RESERVED
from mikra.sealing.sd_jwt.disclosures import Disclosed, Place, by_digest, check_names, refuse
from mikra.sealing.sd_jwt.flat import Opened, open_flat
from mikra.sealing.sd_jwt.issue import ALWAYS_OPEN, Kind

PROFILE = Profile(
    name="SD-JWT",
    algorithms=frozenset(ALGORITHMS),
    protected=frozenset({"alg", "typ", "kid", "x5c", "x5t#S256", "cty"}),
    types=frozenset(kind.value for kind in Kind),
    max_protected=64 * 1024,
)

MAX_DISCLOSURES = 2_000


class Disclosure(NamedTuple):
    """One disclosure: as it travels, where its claim stands, and which other one (by number) holds it, if any."""

    text: str
    place: Place
    within: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SdJwt:
    """An SD-JWT whose form holds; no signature was checked.

    `claims`: what is open and what is disclosed, without digests. `closed`: where digests stand that nothing here
    opens, decoys among them. `presented`: what a key binding covers; `key_binding` is b"" where there is none.
    `find`: what finds the place of each disclosure.
    """

    kind: Kind
    jwt: Jws
    claims: Mapping[str, Any]
    find: Callable[[], list[Disclosure]] = field(compare=False, repr=False)
    closed: tuple[Place, ...]
    presented: bytes
    key_binding: bytes = b""

    @property
    def disclosures(self) -> tuple[Disclosure, ...]:
        """In the order in which their claims are found; found anew each time."""
        return tuple(self.find())

    @property
    def header(self) -> Mapping[str, Any]:
        return self.jwt.signatures[0].header

    @property
    def hidden(self) -> int:
        """How many digests nothing here opens."""
        return len(self.closed)


def read(text: bytes, limits: strictjson.Limits = strictjson.LIMITS) -> SdJwt:
    """An SD-JWT, with or without key binding. Raises InputError with the codes above."""
    if len(text) > limits.max_bytes:
        raise InputError(
            "This file is larger than we accept.", found=f"{len(text)} bytes", expected="less", code="too_large"
        )
    parts = text.split(b"~")
    if not text.isascii() or len(parts) < 2 or b"" in parts[:-1]:
        raise refuse("jws_malformed", "This is not a sealed text with disclosures.", expected="parts between ~")
    token, *texts, key_binding = parts
    if len(texts) > MAX_DISCLOSURES:
        raise refuse("too_large", "There are more disclosures than we accept.", found=str(len(texts)))
    jwt = jws.read_compact(token, PROFILE)
    payload = strictjson.parse(jwt.payload, limits)
    if not isinstance(payload, dict):
        raise refuse("credential_malformed", "There are no claims under this seal.", expected="an object")
    known = by_digest(texts, payload, limits)
    opened = open_flat(jwt.payload, payload, known) if limits.max_depth <= MAX_DEPTH else None
    if opened is None:
        opened = _walk(texts, payload, known, limits)[0]
    kind = _kind(str(jwt.signatures[0].header["typ"]))
    _check_open(kind, opened)
    return SdJwt(
        kind=kind,
        jwt=jwt,
        claims=opened.claims,
        find=lambda: _walk(texts, payload, known, limits)[1],
        closed=tuple(opened.closed),
        presented=text[: len(text) - len(key_binding)],
        key_binding=key_binding,
    )


@lru_cache(maxsize=64)
def _kind(typ: str) -> Kind:
    return Kind(typ.lower().removeprefix("application/"))


def _walk(
    texts: Sequence[bytes], payload: Mapping[str, Any], disclosed: Disclosed, limits: strictjson.Limits
) -> tuple[Opened, list[Disclosure]]:
    """Every layout opened, with the place of each disclosure. Raises InputError with the codes of steps 5 to 7."""
    check_names(disclosed.values.values())
    known = dict(zip(disclosed.values, zip(texts, disclosed.values.values(), strict=True), strict=True))
    work = _Opening(known, min(MAX_DEPTH, limits.max_depth))
    claims = work.open(payload)
    return Opened(claims, work.closed, {str(one.place[0]) for one in work.found}), work.found


def compact(value: object) -> bytes:
    """The compact form of an SD-JWT in JSON serialisation (RFC 9901, 8), already parsed. Raises InputError."""
    entry = value
    if isinstance(value, dict) and isinstance(value.get("signatures"), list) and len(value["signatures"]) == 1:
        entry = {**(value["signatures"][0] if isinstance(value["signatures"][0], dict) else {})}
        entry["payload"] = value.get("payload")
    if not isinstance(entry, dict) or not isinstance(entry.get("header"), dict):
        raise refuse("jws_malformed", "This is not a sealed text with disclosures.", expected="header")
    header = entry["header"]
    disclosures, key_binding = header.get("disclosures"), header.get("kb_jwt", "")
    parts = [entry.get(name) for name in ("protected", "payload", "signature")]
    listed = disclosures if isinstance(disclosures, list) else [None]
    if header.keys() - {"disclosures", "kb_jwt"} or not all(
        isinstance(part, str) and "~" not in part for part in (*parts, *listed, key_binding)
    ):
        raise refuse("jws_malformed", "This is not a sealed text with disclosures.", where="/header")
    return "~".join([".".join(map(str, parts)), *listed, key_binding]).encode()


_AT_ROOT = frozenset({DIGESTS, ALGORITHM})


class _Opening:
    """Steps 5 to 7: digests replaced by what they stand for, from the payload down.

    What was placed is no longer known: a digest that stands in two places is opened once, and refused in the end.
    """

    def __init__(self, known: dict[str, tuple[bytes, list[Any]]], max_depth: int) -> None:
        self.known = known
        self.depth = max_depth
        self.seen: list[str] = []
        self.found: list[Disclosure] = []
        self.closed: list[Place] = []

    def open(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        opened = self.object(payload, (), None, 1, _AT_ROOT)
        if len(set(self.seen)) < len(self.seen):
            twice = next(digest for digest in self.seen if self.seen.count(digest) > 1)
            raise refuse("sdjwt_duplicate_digest", "A digest is there twice.", found=twice)
        if self.known:
            raise refuse(
                "sdjwt_unreferenced_disclosure",
                "A disclosure belongs to nothing that was sealed.",
                found=next(iter(self.known)),
            )
        return opened

    def value(self, value: Any, place: Place, within: int | None, depth: int) -> Any:
        if not isinstance(value, dict | list):
            return value
        if depth > self.depth:
            raise refuse("sdjwt_too_deep", "The claims are nested deeper than we accept.", where=_pointer(place))
        if isinstance(value, dict):
            return self.object(value, place, within, depth)
        return self.array(value, place, within, depth)

    def object(
        self,
        value: Mapping[str, Any],
        place: Place,
        within: int | None,
        depth: int,
        allowed: frozenset[str] = frozenset({DIGESTS}),
    ) -> dict[str, Any]:
        """`allowed`: the reserved names that may stand here; they are no claims."""
        names = RESERVED.intersection(value)
        if not names <= allowed:
            raise _reserved(place, next(name for name in value if name in names - allowed))
        opened = {}
        below = depth + 1
        for name, inner in value.items():
            if name in names:
                continue
            if inner.__class__ is str or inner.__class__ is int:  # most values are, and hold no digests
                opened[name] = inner
            else:
                opened[name] = self.value(inner, (*place, name), within, below)
        if DIGESTS in names:
            self.disclosed(value[DIGESTS], opened, place, within, depth)
        return opened

    def disclosed(self, digests: Any, into: dict[str, Any], place: Place, within: int | None, depth: int) -> None:
        if digests.__class__ is not list or not {*map(type, digests)} <= {str}:
            raise refuse("jws_malformed", "A list of digests is no list of texts.", where=_pointer((*place, DIGESTS)))
        self.seen += digests
        known, found = self.known, self.found
        for digest in digests:
            content = known.pop(digest, None)
            if content is None:
                self.closed.append(place)
                continue
            text, parts = content
            if len(parts) != 3:
                raise refuse("jws_malformed", "An element of an array stands as a claim.", where=_pointer(place))
            _, name, value = parts
            here = (*place, name)
            if name in into:
                message = "A disclosure would replace a claim that is already there."
                raise refuse("sdjwt_claim_collision", message, where=_pointer(here))
            found.append(Disclosure(text.decode(), here, within))
            into[name] = value if value.__class__ is str else self.value(value, here, len(found) - 1, depth + 1)

    def array(self, value: Sequence[Any], place: Place, within: int | None, depth: int) -> list[Any]:
        opened: list[Any] = []
        for number, inner in enumerate(value):
            if inner.__class__ is str:
                opened.append(inner)
                continue
            here = (*place, number)
            if inner.__class__ is not dict or ELEMENT not in inner:
                opened.append(self.value(inner, here, within, depth + 1))
                continue
            digest = inner[ELEMENT]
            if len(inner) != 1 or digest.__class__ is not str:
                raise _reserved(here, ELEMENT)
            self.seen.append(digest)
            content = self.known.pop(digest, None)
            if content is None:
                self.closed.append(here)
                continue
            text, parts = content
            if len(parts) != 2:
                raise refuse("jws_malformed", "A claim stands as an element of an array.", where=_pointer(here))
            self.found.append(Disclosure(text.decode(), here, within))
            inner = parts[1]
            opened.append(inner if inner.__class__ is str else self.value(inner, here, len(self.found) - 1, depth + 1))
        return opened


def _reserved(place: Place, name: str) -> InputError:
    return refuse("sdjwt_reserved_claim", "A name that means something else.", where=_pointer(place), found=name)


def _check_open(kind: Kind, opened: Opened) -> None:
    """Step 8. The form of a W3C credential under `vc+sd-jwt` is told by its context; older SD-JWT VCs used that too."""
    claims = opened.claims
    if "vct" in claims:
        kind = Kind.SD_JWT_VC
    if kind is Kind.SD_JWT_VC and not (isinstance(claims.get("vct"), str) and claims["vct"]):
        raise refuse("credential_malformed", "The credential names no type.", where="/vct", expected="vct")
    if not ALWAYS_OPEN[kind].isdisjoint(opened.concealed):
        found = ", ".join(sorted(ALWAYS_OPEN[kind].intersection(opened.concealed)))
        raise refuse("sdjwt_reserved_claim", "A claim that must be open was concealed.", found=found)


def _pointer(place: Place) -> str:
    return "".join(f"/{step}" for step in place)
