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
from typing import Any

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
_TO_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")
_TO_URL = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
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
    disclosures: tuple[Disclosure, ...]
    closed: tuple[Place, ...]
    presented: bytes
    key_binding: bytes = b""

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
    if not text.isascii() or b"~" not in text or b"~~" in text:
        raise _refuse("jws_malformed", "This is not a sealed text with disclosures.", expected="parts between ~")
    token, *texts, key_binding = text.split(b"~")
    if len(texts) > MAX_DISCLOSURES:
        raise _refuse("too_large", "There are more disclosures than we accept.", found=str(len(texts)))
    jwt = jws.read_compact(token, PROFILE)
    payload = strictjson.parse(jwt.payload, limits)
    if not isinstance(payload, dict):
        raise _refuse("credential_malformed", "There are no claims under this seal.", expected="an object")
    kind = Kind(str(jwt.signatures[0].header["typ"]).lower().removeprefix("application/"))
    work = _Opening(_by_digest(texts, payload, limits), limits)
    claims = work.open(payload)
    _check_open(kind, claims, work)
    return SdJwt(
        kind=kind,
        jwt=jwt,
        claims=claims,
        disclosures=tuple(work.found),
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


@dataclass(slots=True)
class _Read:
    """A disclosure not yet placed: `name` is None for an element of an array."""

    text: str
    name: str | None
    value: Any
    number: int | None = None


def _by_digest(texts: Sequence[bytes], payload: Mapping[str, Any], limits: strictjson.Limits) -> dict[str, _Read]:
    """Steps 3 and 4: digest -> disclosure."""
    name = payload.get(ALGORITHM, "sha-256")
    if not isinstance(name, str) or name not in DIGEST_ALGORITHMS:
        raise _refuse("sdjwt_alg_not_allowed", "The digests are of a kind that we do not accept.", found=str(name))
    found: dict[str, _Read] = {}
    for number, (text, key) in enumerate(zip(texts, _digests(texts, DIGEST_ALGORITHMS[name]), strict=True)):
        if key in found:
            raise _refuse("sdjwt_duplicate_digest", "A disclosure is there twice.", where=f"disclosure {number}")
        found[key] = _disclosure(text, number, limits)
    return found


def _digests(texts: Sequence[bytes], algorithm: Callable[[bytes], Any]) -> list[str]:
    """The digests in base64url: encoded all at once, a byte between them so that each begins anew."""
    made = [algorithm(text).digest() for text in texts]
    size = len(made[0]) if made else 0
    step = -(-(size + 1) // 3) * 3
    joined = b2a_base64(b"".join([m.ljust(step, b"\0") for m in made]), newline=False).translate(_TO_URL).decode()
    wide, width = step // 3 * 4, -(-size * 4 // 3)
    return [joined[at : at + width] for at in range(0, len(joined), wide)] if made else []


def _disclosure(text: bytes, number: int, limits: strictjson.Limits) -> _Read:
    """Step 4, quick for the usual form: compact JSON of three texts."""
    data = _decoded(text, number)
    try:
        value = orjson.loads(data)
        plain = orjson.dumps(value) == data and b"\\u0000" not in data and all(v.__class__ is str for v in value)
    except (orjson.JSONDecodeError, TypeError):
        plain = False
    if not plain:
        value = strictjson.parse(data, limits)
    if not isinstance(value, list) or not 2 <= len(value) <= 3 or not all(isinstance(v, str) for v in value[:-1]):
        raise _malformed(number)
    if len(value) == 3 and value[1] in RESERVED:
        raise _refuse(
            "sdjwt_reserved_claim",
            "A claim bears a name that means something else.",
            where=f"disclosure {number}",
            found=value[1],
        )
    return _Read(text.decode(), value[1] if len(value) == 3 else None, value[-1])


def _decoded(text: bytes, number: int) -> bytes:
    """Canonical base64url, or InputError: what is written out again equals what stands there."""
    standard = text.translate(_TO_STANDARD)
    try:
        data = a2b_base64(standard + b"=" * (-len(standard) % 4))
    except Error:
        data = b""
    if not data or b2a_base64(data, newline=False).rstrip(b"=") != standard:
        base64url.decode(text.decode(), where=f"disclosure {number}", code="base64url_malformed")
        raise _malformed(number)
    return data


class _Opening:
    """Steps 5 to 7: digests replaced by what they stand for, from the payload down."""

    def __init__(self, known: dict[str, _Read], limits: strictjson.Limits) -> None:
        self.known = known
        self.depth = min(MAX_DEPTH, limits.max_depth)
        self.seen: set[str] = set()
        self.found: list[Disclosure] = []
        self.closed: list[Place] = []

    def open(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        opened = self.object({k: v for k, v in payload.items() if k != ALGORITHM}, (), None, 1)
        for number, read in enumerate(self.known.values()):
            if read.number is None:
                raise _refuse(
                    "sdjwt_unreferenced_disclosure",
                    "A disclosure belongs to nothing that was sealed.",
                    where=f"disclosure {number}",
                )
        return opened

    def value(self, value: Any, place: Place, within: int | None, depth: int) -> Any:
        if value.__class__ is dict or value.__class__ is list:
            if depth > self.depth:
                raise _refuse("sdjwt_too_deep", "The claims are nested deeper than we accept.", where=_pointer(place))
            made: Any = self.object if value.__class__ is dict else self.array
            return made(value, place, within, depth)
        return value

    def object(self, value: Mapping[str, Any], place: Place, within: int | None, depth: int) -> dict[str, Any]:
        opened = {}
        for name, inner in value.items():
            if name == DIGESTS:
                continue
            if name in RESERVED:
                raise _refuse(
                    "sdjwt_reserved_claim", "A name that means something else.", where=_pointer(place), found=name
                )
            # Most values are texts, which hold no digests.
            opened[name] = inner if inner.__class__ is str else self.value(inner, (*place, name), within, depth + 1)
        if DIGESTS in value:
            self.disclosed(value[DIGESTS], opened, place, within, depth)
        return opened

    def disclosed(self, digests: Any, into: dict[str, Any], place: Place, within: int | None, depth: int) -> None:
        if not isinstance(digests, list) or not all(isinstance(d, str) for d in digests):
            raise _refuse("jws_malformed", "A list of digests is no list of texts.", where=_pointer((*place, DIGESTS)))
        for digest in digests:
            read = self.take(digest, place)
            if read is None:
                continue
            if read.name is None:
                raise _refuse("jws_malformed", "An element of an array stands as a claim.", where=_pointer(place))
            if read.name in into:
                raise _refuse(
                    "sdjwt_claim_collision",
                    "A disclosure would replace a claim that is already there.",
                    where=_pointer((*place, read.name)),
                )
            into[read.name] = self.placed(read, (*place, read.name), within, depth + 1)

    def array(self, value: Sequence[Any], place: Place, within: int | None, depth: int) -> list[Any]:
        opened = []
        for number, inner in enumerate(value):
            here = (*place, number)
            if inner.__class__ is not dict or ELEMENT not in inner:
                opened.append(self.value(inner, here, within, depth + 1))
                continue
            if len(inner) != 1 or not isinstance(inner[ELEMENT], str):
                raise _refuse("sdjwt_reserved_claim", "A name that means something else.", where=_pointer(here))
            read = self.take(inner[ELEMENT], here)
            if read is None:
                continue
            if read.name is not None:
                raise _refuse("jws_malformed", "A claim stands as an element of an array.", where=_pointer(here))
            opened.append(self.placed(read, here, within, depth + 1))
        return opened

    def take(self, digest: str, place: Place) -> _Read | None:
        if digest in self.seen:
            raise _refuse("sdjwt_duplicate_digest", "A digest is there twice.", where=_pointer(place))
        self.seen.add(digest)
        read = self.known.get(digest)
        if read is None:
            self.closed.append(place)
        return read

    def placed(self, read: _Read, place: Place, within: int | None, depth: int) -> Any:
        read.number = len(self.found)
        self.found.append(Disclosure(text=read.text, place=place, within=within))
        return self.value(read.value, place, read.number, depth)


def _check_open(kind: Kind, claims: Mapping[str, Any], work: _Opening) -> None:
    """Step 8. The form of a W3C credential under `vc+sd-jwt` is told by its context; older SD-JWT VCs used that too."""
    if "vct" in claims:
        kind = Kind.SD_JWT_VC
    if kind is Kind.SD_JWT_VC and not (isinstance(claims.get("vct"), str) and claims["vct"]):
        raise _refuse("credential_malformed", "The credential names no type.", where="/vct", expected="vct")
    for one in work.found:
        if one.place[0] in ALWAYS_OPEN[kind]:
            raise _refuse("sdjwt_reserved_claim", "A claim that must be open was concealed.", where=_pointer(one.place))


def _pointer(place: Place) -> str:
    return "".join(f"/{step}" for step in place)


def _malformed(number: int) -> InputError:
    return _refuse("jws_malformed", "A disclosure is not written as it must be.", where=f"disclosure {number}")


def _refuse(code: str, message: str, *, where: str = "", found: str = "", expected: str = "") -> InputError:
    fix = "Ask the issuer for a corrected file."
    return InputError(message, where=where, found=found[:80], expected=expected, fix=fix, code=code)
