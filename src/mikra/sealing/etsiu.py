"""ETSI TS 119 182-1, 5.3 and annex A: `etsiU`, what was added to a seal after it was made.

Nothing here is signed, so nothing here is believed: certificates are candidates for a chain, tokens and revocation
data prove themselves. Items are base64url texts (as the EU's software writes) or plain objects, never both kinds in
one seal. Kinds that we do not know are kept, named, and otherwise passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mikra import base64url, strictjson
from mikra.errors import InputError

MAX_BYTES = 384 * 1024
"""Room for the revocation lists of a qualified authority; 400 KB of additions is a flood."""

_LIMITS = strictjson.Limits(max_bytes=MAX_BYTES, max_nodes=10_000)
_REFERENCES = frozenset({"xRefs", "rRefs", "axRefs", "arRefs"})
_TOKENS = frozenset({"sigTst", "arcTst", "sigRTst", "rfsTst"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One item of `etsiU`: its kind ("sigTst"), its value, and its text where it stands in base64url."""

    kind: str
    value: Any
    text: str | None
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A timestamp token (RFC 3161) in DER, and the bytes whose digest it must carry.

    `kind` is the member it stood in: adoTst (over the content), sigTst (over the seal), arcTst (over all) ...
    `covered` is None where the imprint cannot be recomputed (additions in clear form, or only some of them).
    """

    kind: str
    der: bytes
    covered: bytes | None
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationData:
    """Certificates, revocation lists (RFC 5280) and OCSP responses (RFC 6960), each in DER; unproven."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


def read(value: object, where: str) -> tuple[Property, ...]:
    """The items of `etsiU`, in order. Raises InputError (jws_malformed, base64url_*, json_*)."""
    if not isinstance(value, list) or not value:
        raise _malformed(where, "a list that is not empty")
    if len({type(item) for item in value}) > 1:
        raise _malformed(where, "items of one kind (clause 5.3.1)")
    return tuple(_property(item, f"{where}/{i}") for i, item in enumerate(value))


def _property(item: object, where: str) -> Property:
    text = item if isinstance(item, str) else None
    content = strictjson.parse(base64url.decode(item, where=where), _LIMITS) if text is not None else item
    if not isinstance(content, dict) or len(content) != 1:
        raise _malformed(where, "an object with one member")
    ((kind, value),) = content.items()
    return Property(kind=kind, value=value, text=text, where=f"{where}/{kind}")


def write(kind: str, value: Any) -> str:
    """One item, as base64url of compact JSON."""
    return base64url.encode(orjson.dumps({kind: value}))


def tokens_of(container: object, *, kind: str, covered: bytes | None, where: str) -> tuple[Token, ...]:
    """The tokens of a `tstContainer` (5.4.3.3). Raises InputError where it is none."""
    entries = container.get("tstTokens") if isinstance(container, dict) else None
    if not isinstance(entries, list) or not entries or not all(isinstance(e, dict) for e in entries):
        raise _malformed(where, "tstTokens")
    return tuple(
        Token(kind=kind, der=_der(e.get("val"), f"{where}/tstTokens/{i}/val"), covered=covered, where=where)
        for i, e in enumerate(entries)
    )


def tokens(properties: Sequence[Property], *, signed: bytes, protected: str, signature: str) -> tuple[Token, ...]:
    """All tokens among the properties, with what each covers (5.3.4, 5.3.6.3, A.1.5).

    `signed` is the content as it was signed, `protected` and `signature` the base64url texts.
    """
    found: list[Token] = []
    for i, item in enumerate(properties):
        if item.kind in _TOKENS:
            covered = _covered(item, properties[:i], signed, protected, signature)
            found += tokens_of(item.value, kind=item.kind, covered=covered, where=item.where)
    return tuple(found)


def _covered(item: Property, before: Sequence[Property], signed: bytes, protected: str, signature: str) -> bytes | None:
    if item.kind == "sigTst":
        return signature.encode("ascii")
    partial = isinstance(item.value, dict) and item.value.get("timeStamped", "all") != "all"
    texts = [p.text for p in before if p.text is not None and _counts(item.kind, p.kind)]
    if item.text is None or partial:
        return None
    joined = "".join(texts).encode("ascii")
    if item.kind == "arcTst":
        return b"%b.%b.%b.%b" % (signed, protected.encode("ascii"), signature.encode("ascii"), joined)
    return joined if item.kind == "rfsTst" else b"%b.%b" % (signature.encode("ascii"), joined)


def _counts(token: str, kind: str) -> bool:
    """Whether a token of one kind covers an earlier property of the other."""
    if token == "arcTst":
        return True
    return kind in _REFERENCES or (token == "sigRTst" and kind == "sigTst")


def validation_data(properties: Iterable[Property]) -> ValidationData:
    """What `xVals`, `axVals`, `rVals`, `arVals`, `tstVD` and `anyValData` carry, each once, in order."""
    certificates: dict[bytes, None] = {}
    crls: dict[bytes, None] = {}
    ocsps: dict[bytes, None] = {}
    for kind, value, where in _values(properties):
        if kind in ("xVals", "axVals"):
            certificates.update(dict.fromkeys(_certificates(value, where)))
        else:
            crls.update(dict.fromkeys(_list(value, "crlVals", where)))
            ocsps.update(dict.fromkeys(_list(value, "ocspVals", where)))
    return ValidationData(certificates=tuple(certificates), crls=tuple(crls), ocsps=tuple(ocsps))


def _values(properties: Iterable[Property]) -> Iterator[tuple[str, Any, str]]:
    for item in properties:
        if item.kind in ("xVals", "axVals", "rVals", "arVals"):
            yield item.kind, item.value, item.where
        elif item.kind in ("tstVD", "tstVd", "anyValData"):
            if not isinstance(item.value, dict):
                raise _malformed(item.where, "an object")
            for kind in ("xVals", "rVals"):
                if kind in item.value:
                    yield kind, item.value[kind], f"{item.where}/{kind}"


def _certificates(value: object, where: str) -> Iterator[bytes]:
    """5.3.5.2: a list of objects, each with an `x509Cert`; other forms of certificate are passed over."""
    for i, entry in enumerate(_entries(value, where)):
        if "x509Cert" in entry:
            certificate = entry["x509Cert"]
            place = f"{where}/{i}/x509Cert"
            if not isinstance(certificate, dict):
                raise _malformed(place, "an object")
            yield _der(certificate.get("val"), f"{place}/val")


def _list(value: object, name: str, where: str) -> Iterator[bytes]:
    """5.3.5.4: `crlVals` or `ocspVals`, each a list of objects with `val`."""
    if not isinstance(value, dict):
        raise _malformed(where, "an object")
    for i, entry in enumerate(_entries(value.get(name, []), f"{where}/{name}")):
        yield _der(entry.get("val"), f"{where}/{name}/{i}/val")


def _entries(value: object, where: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise _malformed(where, "a list of objects")
    return value


def _der(value: object, where: str) -> bytes:
    return base64url.decode_standard(value, where=where)


def _malformed(where: str, expected: str) -> InputError:
    return InputError(
        "What was added to the seal is not written as it must be.",
        where=where,
        expected=expected,
        fix="Ask the issuer for a corrected file.",
        code="jws_malformed",
    )
