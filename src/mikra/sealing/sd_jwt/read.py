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

import hashlib
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from mikra import base64url, strictjson
from mikra.errors import InputError
from mikra.sealing import jws
from mikra.sealing.algorithms import ALGORITHMS
from mikra.sealing.jws import Jws, Profile
from mikra.sealing.sd_jwt.conceal import ALGORITHM, DIGESTS, ELEMENT, MAX_DEPTH, RESERVED
from mikra.sealing.sd_jwt.issue import ALWAYS_OPEN, Kind

Place = tuple[str | int, ...]
"""Where a claim stands: names, and positions in arrays as they were sealed."""

PROFILE = Profile(
    name="SD-JWT",
    algorithms=frozenset(ALGORITHMS),
    protected=frozenset({"alg", "typ", "kid", "x5c", "x5t#S256", "cty"}),
    types=frozenset(kind.value for kind in Kind),
    max_protected=64 * 1024,
)

DIGEST_ALGORITHMS: Mapping[str, Callable[[bytes], Any]] = {
    "sha-256": hashlib.sha256,
    "sha-384": hashlib.sha384,
    "sha-512": hashlib.sha512,
}
"""Of the IANA registry "Named Information Hash Algorithms" those that are no shorter than 256 bits."""

MAX_DISCLOSURES = 2_000
_NUMBERS = orjson.OPT_STRICT_INTEGER
_TO_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")


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
    """

    kind: Kind
    jwt: Jws
    claims: Mapping[str, Any]
    placed: tuple[tuple[str, Place, int | None], ...]
    closed: tuple[Place, ...]
    presented: bytes
    key_binding: bytes = b""

    @property
    def disclosures(self) -> tuple[Disclosure, ...]:
        """In the order in which their claims were found."""
        return tuple(Disclosure(*one) for one in self.placed)

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
        raise _refuse("jws_malformed", "This is not a sealed text with disclosures.", expected="parts between ~")
    token, *texts, key_binding = parts
    if len(texts) > MAX_DISCLOSURES:
        raise _refuse("too_large", "There are more disclosures than we accept.", found=str(len(texts)))
    jwt = jws.read_compact(token, PROFILE)
    payload = strictjson.parse(jwt.payload, limits)
    if not isinstance(payload, dict):
        raise _refuse("credential_malformed", "There are no claims under this seal.", expected="an object")
    kind = Kind(str(jwt.signatures[0].header["typ"]).lower().removeprefix("application/"))
    work = _Opening(_by_digest(texts, payload, limits), min(MAX_DEPTH, limits.max_depth))
    claims = work.open(payload)
    _check_open(kind, claims, work)
    return SdJwt(
        kind=kind,
        jwt=jwt,
        claims=claims,
        placed=tuple(work.found),
        closed=tuple(work.closed),
        presented=text[: len(text) - len(key_binding)],
        key_binding=key_binding,
    )


def compact(value: object) -> bytes:
    """The compact form of an SD-JWT in JSON serialisation (RFC 9901, 8), already parsed. Raises InputError."""
    entry = value
    if isinstance(value, dict) and isinstance(value.get("signatures"), list) and len(value["signatures"]) == 1:
        entry = {**(value["signatures"][0] if isinstance(value["signatures"][0], dict) else {})}
        entry["payload"] = value.get("payload")
    if not isinstance(entry, dict) or not isinstance(entry.get("header"), dict):
        raise _refuse("jws_malformed", "This is not a sealed text with disclosures.", expected="header")
    header = entry["header"]
    disclosures, key_binding = header.get("disclosures"), header.get("kb_jwt", "")
    parts = [entry.get(name) for name in ("protected", "payload", "signature")]
    listed = disclosures if isinstance(disclosures, list) else [None]
    if header.keys() - {"disclosures", "kb_jwt"} or not all(
        isinstance(part, str) and "~" not in part for part in (*parts, *listed, key_binding)
    ):
        raise _refuse("jws_malformed", "This is not a sealed text with disclosures.", where="/header")
    return "~".join([".".join(map(str, parts)), *listed, key_binding]).encode()


_Content = tuple[str, str | None, Any]
"""A disclosure not yet placed: its text, the name of its claim (None for an element of an array), its value."""


def _by_digest(texts: list[bytes], payload: Mapping[str, Any], limits: strictjson.Limits) -> dict[str, _Content]:
    """Steps 3 to 5: digest -> disclosure."""
    name = payload.get(ALGORITHM, "sha-256")
    if not isinstance(name, str) or name not in DIGEST_ALGORITHMS:
        raise _refuse("sdjwt_alg_not_allowed", "The digests are of a kind that we do not accept.", found=str(name))
    contents = _contents(texts, limits)
    found = dict(zip(_digests(texts, DIGEST_ALGORITHMS[name]), contents, strict=True))
    if len(found) < len(texts):
        raise _refuse("sdjwt_duplicate_digest", "A disclosure is there twice.")
    for number, (_, claim, _) in enumerate(contents):
        if claim in RESERVED:
            raise _refuse(
                "sdjwt_reserved_claim",
                "A claim bears a name that means something else.",
                where=f"disclosure {number}",
                found=str(claim),
            )
    return found


def _digests(texts: Sequence[bytes], algorithm: Callable[[bytes], Any]) -> list[str]:
    """The digests in base64url: encoded all at once, a byte between them so that each begins anew."""
    made = [each.digest() for each in map(algorithm, texts)]
    size = len(made[0]) if made else 0
    step = -(-(size + 1) // 3) * 3
    joined = base64url.encode(b"".join([m.ljust(step, b"\0") for m in made]))
    wide, width = step // 3 * 4, -(-size * 4 // 3)
    return [joined[at : at + width] for at in range(0, len(joined), wide)] if made else []


def _contents(texts: list[bytes], limits: strictjson.Limits) -> list[_Content]:
    """Step 4. All at once where all have the usual form (compact JSON); else one by one, to say what is wrong where."""
    data = _decoded(texts)
    found: list[_Content] = []
    for text, value in zip(b"~".join(texts).decode().split("~"), _plain(data), strict=False):
        if (
            value.__class__ is not list
            or not value
            or (value[-1].__class__ is not str and not strictjson.keeps_limits(data[len(found)], value, limits))
        ):
            value = strictjson.parse(data[len(found)], limits)
        size = len(value) if value.__class__ is list else 0
        if size == 3 and value[0].__class__ is str and value[1].__class__ is str:
            found.append((text, value[1], value[2]))
        elif size == 2 and value[0].__class__ is str:
            found.append((text, None, value[1]))
        else:
            raise _malformed(len(found))
    return found


def _plain(data: list[bytes]) -> list[Any]:
    """What orjson reads, None where that is not surely what stands there: written out again it must be the same."""
    try:
        values = list(map(orjson.loads, data))
        if [orjson.dumps(v, None, _NUMBERS) for v in values] == data and b"\\u0000" not in b"".join(data):
            return values
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        pass
    return [None] * len(data)


def _decoded(texts: list[bytes]) -> list[bytes]:
    """Canonical base64url, or InputError: what is written out again equals what stands there."""
    standard = [text.translate(_TO_STANDARD) for text in texts]
    try:
        data = [a2b_base64(text + b"==") for text in standard]
        if [text.rstrip(b"=\n") for text in map(b2a_base64, data)] == standard:
            return data
    except Error:
        pass
    for number, text in enumerate(texts):
        base64url.decode(text.decode(), where=f"disclosure {number}", code="base64url_malformed")
    raise _malformed(len(texts))


class _Opening:
    """Steps 5 to 7: digests replaced by what they stand for, from the payload down.

    What was placed is no longer known: a digest that stands in two places is opened once, and refused in the end.
    """

    def __init__(self, known: dict[str, _Content], max_depth: int) -> None:
        self.known = known
        self.depth = max_depth
        self.seen: list[str] = []
        self.found: list[tuple[str, Place, int | None]] = []
        self.closed: list[Place] = []

    def open(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        opened = self.object({k: v for k, v in payload.items() if k != ALGORITHM}, (), None, 1)
        if len(set(self.seen)) < len(self.seen):
            twice = next(digest for digest in self.seen if self.seen.count(digest) > 1)
            raise _refuse("sdjwt_duplicate_digest", "A digest is there twice.", found=twice)
        if self.known:
            raise _refuse(
                "sdjwt_unreferenced_disclosure",
                "A disclosure belongs to nothing that was sealed.",
                found=next(iter(self.known)),
            )
        return opened

    def value(self, value: Any, place: Place, within: int | None, depth: int) -> Any:
        if not isinstance(value, dict | list):
            return value
        if depth > self.depth:
            raise _refuse("sdjwt_too_deep", "The claims are nested deeper than we accept.", where=_pointer(place))
        if isinstance(value, dict):
            return self.object(value, place, within, depth)
        return self.array(value, place, within, depth)

    def object(self, value: Mapping[str, Any], place: Place, within: int | None, depth: int) -> dict[str, Any]:
        opened = {}
        for name, inner in value.items():
            if name in RESERVED:
                if name != DIGESTS:
                    raise _reserved(place, name)
            elif inner.__class__ is str:  # most values are, and hold no digests
                opened[name] = inner
            else:
                opened[name] = self.value(inner, (*place, name), within, depth + 1)
        if DIGESTS in value:
            self.disclosed(value[DIGESTS], opened, place, within, depth)
        return opened

    def disclosed(self, digests: Any, into: dict[str, Any], place: Place, within: int | None, depth: int) -> None:
        if digests.__class__ is not list or not all(digest.__class__ is str for digest in digests):
            raise _refuse("jws_malformed", "A list of digests is no list of texts.", where=_pointer((*place, DIGESTS)))
        self.seen += digests
        for digest in digests:
            content = self.known.pop(digest, None)
            if content is None:
                self.closed.append(place)
                continue
            name = content[1]
            if name is None:
                raise _refuse("jws_malformed", "An element of an array stands as a claim.", where=_pointer(place))
            here = (*place, name)
            if name in into:
                message = "A disclosure would replace a claim that is already there."
                raise _refuse("sdjwt_claim_collision", message, where=_pointer(here))
            into[name] = self.placed(content, here, within, depth + 1)

    def array(self, value: Sequence[Any], place: Place, within: int | None, depth: int) -> list[Any]:
        opened = []
        for number, inner in enumerate(value):
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
            elif content[1] is not None:
                raise _refuse("jws_malformed", "A claim stands as an element of an array.", where=_pointer(here))
            else:
                opened.append(self.placed(content, here, within, depth + 1))
        return opened

    def placed(self, content: _Content, place: Place, within: int | None, depth: int) -> Any:
        text, _, value = content
        self.found.append((text, place, within))
        if value.__class__ is str:
            return value
        return self.value(value, place, len(self.found) - 1, depth)


def _reserved(place: Place, name: str) -> InputError:
    return _refuse("sdjwt_reserved_claim", "A name that means something else.", where=_pointer(place), found=name)


def _check_open(kind: Kind, claims: Mapping[str, Any], work: _Opening) -> None:
    """Step 8. The form of a W3C credential under `vc+sd-jwt` is told by its context; older SD-JWT VCs used that too."""
    if "vct" in claims:
        kind = Kind.SD_JWT_VC
    if kind is Kind.SD_JWT_VC and not (isinstance(claims.get("vct"), str) and claims["vct"]):
        raise _refuse("credential_malformed", "The credential names no type.", where="/vct", expected="vct")
    concealed = {place[0] for _, place, _ in work.found} & ALWAYS_OPEN[kind]
    if concealed:
        found = ", ".join(map(str, concealed))
        raise _refuse("sdjwt_reserved_claim", "A claim that must be open was concealed.", found=found)


def _pointer(place: Place) -> str:
    return "".join(f"/{step}" for step in place)


def _malformed(number: int) -> InputError:
    return _refuse("jws_malformed", "A disclosure is not written as it must be.", where=f"disclosure {number}")


def _refuse(code: str, message: str, *, where: str = "", found: str = "", expected: str = "") -> InputError:
    fix = "Ask the issuer for a corrected file."
    return InputError(message, where=where, found=found[:80], expected=expected, fix=fix, code=code)
