"""RFC 7515 and RFC 7797: the one strict gate in front of every JWS, in compact or JSON form.

What passes is read in exactly one way. In this order, each with its code:

    1. the form: three parts, or the members that RFC 7515, 7.2 names and no other        jws_malformed
    2. base64url: no padding, its own alphabet, no spare bits                base64url_not_canonical
    3. the header: strict JSON (`strictjson`), an object, of a size                   json_*, jws_malformed
    4. `alg`: on the list of the profile                                         jws_alg_not_allowed
    5. `crit`: well-formed, and every name understood            jws_crit_malformed, jws_crit_unknown
    6. header names: on the list of the profile, and protected or not, never both    jws_header_not_allowed
    7. `b64`: only where the profile has raw payloads, and then critical             jws_header_not_allowed
    8. `typ`: what the profile seals, and nothing else                                 jws_typ_mismatch

A `Profile` is data: JAdES has one, and each other use of JWS brings its own. Keys and signatures come after
(`algorithms`); the gate never takes a key from the header and fetches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from mikra import base64url, strictjson
from mikra.errors import InputError

REGISTERED: frozenset[str] = frozenset(
    {"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit"}
)
"""RFC 7515, 4.1: names that `crit` must not list."""

_GENERAL = frozenset({"payload", "signatures"})
_ENTRY = frozenset({"protected", "header", "signature"})
_FLATTENED = _ENTRY | {"payload"}
"""RFC 7515, 7.2.1 and 7.2.2: the members of either form, and of one signature."""

_TEXTS = ("alg", "kid", "typ", "cty")
_REMEMBERED = 8 * 1024
"""Characters: larger headers (with timestamps inside) are each their own, and are not kept."""

_NO_HEADER: Mapping[str, Any] = MappingProxyType({})
_HEADER_LIMITS = strictjson.Limits(max_nodes=2_000)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """What one use of JWS allows. Names are those of header members; sizes are bytes of the text as it stands.
    Each is only itself: headers are remembered by it.

    `types` are the values of `typ` in lower case without `application/`; "" stands for no `typ` at all.
    """

    name: str
    algorithms: frozenset[str]
    protected: frozenset[str]
    types: frozenset[str]
    critical: frozenset[str] = frozenset()
    unprotected: frozenset[str] = frozenset()
    raw_payload: bool = False
    max_protected: int = 16 * 1024
    max_unprotected: int = 0
    max_signatures: int = 1
    too_large: str = "too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature that passed the gate. `protected` and `text` are the base64url as it stands in the file."""

    protected: str
    header: Mapping[str, Any]
    text: str
    value: bytes
    unprotected: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""

    @property
    def algorithm(self) -> str:
        return str(self.header["alg"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Jws:
    """A JWS that passed the gate: `payload` is the content, `signed` the form of it that the signatures cover."""

    payload: bytes
    signed: bytes
    signatures: tuple[Signature, ...]

    def signing_input(self, signature: Signature) -> bytes:
        """RFC 7515, 5.1, step 8; RFC 7797, 3: what was signed."""
        return b"%b.%b" % (signature.protected.encode("ascii"), self.signed)


def read_compact(text: bytes, profile: Profile) -> Jws:
    """RFC 7515, 7.1. Raises InputError with the codes above."""
    parts = _ascii(text).split(".")
    if len(parts) != 3 or not all(parts):
        raise _refuse("jws_malformed", "This is not a sealed text.", found=f"{len(parts)} parts", expected="3 parts")
    protected, payload, value = parts
    return _jws(payload, (_signature(protected, value, profile, ""),), profile)


def read_json(value: object, profile: Profile) -> Jws:
    """RFC 7515, 7.2: general or flattened, already parsed by `strictjson`. No signatures at all gives an empty tuple.

    Raises InputError with the codes above.
    """
    if not isinstance(value, dict) or not isinstance(value.get("payload"), str):
        raise _refuse("jws_malformed", "The seal does not say what it covers.", expected="payload", where="/payload")
    general = "signatures" in value
    _only(value, _GENERAL if general else _FLATTENED, "")
    entries = value["signatures"] if general else [value]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _refuse("jws_malformed", "The list of seals is not a list.", where="/signatures")
    if len(entries) > profile.max_signatures:
        raise _refuse("too_large", "There are more seals than we accept.", where="/signatures")
    signatures = [_entry(e, profile, f"/signatures/{i}" if general else "") for i, e in enumerate(entries)]
    return _jws(value["payload"], tuple(signatures), profile)


def _ascii(text: bytes) -> str:
    try:
        return text.decode("ascii")
    except UnicodeDecodeError as error:
        raise _refuse("jws_malformed", "This is not a sealed text.", where=f"byte {error.start}") from None


def _only(value: Mapping[str, Any], names: frozenset[str], where: str) -> None:
    if value.keys() <= names:
        return
    for name in value:
        if name not in names:
            raise _refuse("jws_malformed", "The seal has a part that it must not have.", where=where, found=name)


def _jws(payload: str, signatures: tuple[Signature, ...], profile: Profile) -> Jws:
    kinds = [bool(s.header.get("b64", True)) for s in signatures]
    if len(kinds) > 1 and any(kinds) and not all(kinds):
        raise _refuse("jws_malformed", "The seals do not agree on how the content is written (RFC 7797, 3).")
    encoded = kinds[0] if kinds else not profile.raw_payload or not payload.lstrip().startswith("{")
    signed = payload.encode()
    content = base64url.decode(payload, where="/payload") if encoded else signed
    return Jws(payload=content, signed=signed, signatures=signatures)


def _entry(entry: Mapping[str, Any], profile: Profile, where: str) -> Signature:
    """One member of `signatures`, or a flattened form."""
    protected, text = entry.get("protected"), entry.get("signature")
    if not isinstance(protected, str) or not protected or not isinstance(text, str) or not text:
        raise _refuse("jws_malformed", "A seal is not complete.", where=where, expected="protected and signature")
    if where:
        _only(entry, _ENTRY, where)
    signature = _signature(protected, text, profile, where)
    if "header" not in entry:
        return signature
    return replace(signature, unprotected=_unprotected(entry["header"], signature.header, profile, f"{where}/header"))


def _signature(protected: str, text: str, profile: Profile, where: str) -> Signature:
    if len(protected) > profile.max_protected:
        raise _refuse("too_large", "The header of the seal is larger than we accept.", where=f"{where}/protected")
    value = base64url.decode(text, where=f"{where}/signature")
    read = _known_header if len(protected) <= _REMEMBERED else _header
    header = read(protected, profile, f"{where}/protected")
    return Signature(protected=protected, header=header, text=text, value=value, unprotected=_NO_HEADER, where=where)


def _header(protected: str, profile: Profile, where: str) -> Mapping[str, Any]:
    header = strictjson.parse(base64url.decode(protected, where=where), _HEADER_LIMITS)
    if not isinstance(header, dict):
        raise _refuse("jws_malformed", "The header of the seal is not an object.", where=where)
    check_header(header, profile, where)
    return MappingProxyType(header)


_known_header = lru_cache(maxsize=256)(_header)
"""The credentials of one batch share their header, second by second: read once. Nobody changes what it returns."""


def check_header(header: Mapping[str, Any], profile: Profile, where: str = "") -> None:
    """Steps 4 to 8. Raises InputError."""
    for name in _TEXTS:
        if not isinstance(header.get(name, ""), str):
            raise _refuse("jws_malformed", "A member of the header is no text.", where=f"{where}/{name}")
    if header.get("alg") not in profile.algorithms:
        raise _refuse(
            "jws_alg_not_allowed",
            "The seal uses a method that we do not accept.",
            where=f"{where}/alg",
            found=str(header.get("alg", "nothing")),
            expected=", ".join(sorted(profile.algorithms)),
        )
    _check_critical(header, profile, where)
    for name in header:
        if name not in profile.protected:
            raise _not_allowed(name, where)
    _check_raw(header, profile, where)
    _check_type(header, profile, where)


def _check_critical(header: Mapping[str, Any], profile: Profile, where: str) -> None:
    """RFC 7515, 4.1.11."""
    if "crit" not in header:
        return
    names, place = header["crit"], f"{where}/crit"
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise _refuse("jws_crit_malformed", "The list of critical members is no list of names.", where=place)
    if len(set(names)) != len(names):
        raise _refuse("jws_crit_malformed", "The list of critical members names one twice.", where=place)
    for name in names:
        if name in REGISTERED or name not in header:
            raise _refuse("jws_crit_malformed", "The list of critical members is wrong.", where=place, found=name)
        if name not in profile.critical:
            raise _refuse("jws_crit_unknown", "The seal demands what we do not know.", where=place, found=name)


def _check_raw(header: Mapping[str, Any], profile: Profile, where: str) -> None:
    """RFC 7797, 3 and 6: `b64` is true or false and critical, or else two readers see two contents."""
    if "b64" not in header:
        return
    critical = "b64" in header.get("crit", ())
    if not profile.raw_payload or not isinstance(header["b64"], bool) or not critical:
        raise _not_allowed("b64", where)


def _check_type(header: Mapping[str, Any], profile: Profile, where: str) -> None:
    """RFC 7515, 4.1.9 and RFC 8725, 3.11: a seal for one purpose is not taken for another."""
    kind = header.get("typ", "").lower().removeprefix("application/")
    if kind not in profile.types or ("typ" in header and not kind):
        raise _refuse(
            "jws_typ_mismatch",
            "This seal was made for another purpose.",
            where=f"{where}/typ",
            found=header.get("typ", "nothing"),
            expected=", ".join(sorted(t or "nothing" for t in profile.types)),
        )


def _unprotected(unprotected: object, header: Mapping[str, Any], profile: Profile, where: str) -> Mapping[str, Any]:
    """RFC 7515, 7.2.1: disjoint from the protected names; by list; within its size."""
    if not isinstance(unprotected, dict):
        raise _refuse("jws_malformed", "The open header of the seal is not an object.", where=where)
    for name in unprotected:
        if name not in profile.unprotected or name in header:
            raise _not_allowed(name, where)
    if unprotected and _size(unprotected) > profile.max_unprotected:
        raise _refuse(
            profile.too_large,
            "What was added to the seal is larger than we accept.",
            where=where,
            expected=f"at most {profile.max_unprotected} bytes",
        )
    return unprotected


def _size(value: Any) -> int:
    """Characters of all texts and names in a value, marks aside: a measure that needs no writing out."""
    total, level = 0, [value]
    while level:
        item = level.pop()
        if isinstance(item, str):
            total += len(item)
        elif isinstance(item, dict):
            total += sum(map(len, item))
            level += item.values()
        elif isinstance(item, list):
            level += item
        else:
            total += 4
    return total


def _not_allowed(name: str, where: str) -> InputError:
    return _refuse(
        "jws_header_not_allowed", "The seal has a header member that we do not accept.", where=where, found=name
    )


def _refuse(code: str, message: str, *, where: str = "", found: str = "", expected: str = "") -> InputError:
    fix = "Ask the issuer for a corrected file."
    return InputError(message, where=where, found=found[:80], expected=expected, fix=fix, code=code)
