"""W3C VC-JOSE-COSE 1.0, 3.3: credentials and presentations under COSE_Sign1 (RFC 9052, 4.2 and 4.4; RFC 9596, 2).

    18([protected, unprotected, payload, signature])      the tag may be missing; the payload is the document, as JSON

    protected      1  alg             as in RFC 9053, 2, RFC 8812, 2 and RFC 9864, 2
                   2  crit            only with names that are read here
                   3  content type    application/vc, application/vp
                   4  kid             the DID URL of the key, as UTF-8
                  15  CWT claims      iss, sub, aud, exp, nbf, iat, cti, nonce (RFC 9597; RFC 8392, 3.1)
                  16  typ             application/vc+cose, application/vp+cose
                  33  x5chain         a certificate, or several (RFC 9360, 2)
    unprotected    4  kid             nothing else

Read as strictly as JWS: one shape, one text (`cbor`), no other header, none in both places; `typ` or the content type
says whether it is a credential or a presentation, and nothing contradicts it. What comes out is the same `Envelope` as
from `vc_jose`: whose key it was, and what the content says, is judged there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from mikra import base64url
from mikra.errors import InputError
from mikra.sealing import cbor, jwt_claims
from mikra.sealing.jwt_claims import Claims
from mikra.sealing.keys import Signer
from mikra.sealing.vc_jose import Envelope

CREDENTIAL, PRESENTATION = "vc+cose", "vp+cose"
CLAUSE = "W3C VC-JOSE-COSE 1.0, 3.3"

_TAG = b"\xd2"
"""Tag 18 (RFC 9052, 2)."""

_ALG, _CRIT, _CONTENT, _KID, _CWT, _TYP, _CHAIN = 1, 2, 3, 4, 15, 16, 33
_READ = frozenset({_ALG, _CRIT, _CONTENT, _KID, _CWT, _TYP, _CHAIN})
_CONTENTS = {"application/vc": CREDENTIAL, "application/vp": PRESENTATION}
_MOST_CERTIFICATES = 10

_ALGORITHMS = {
    -7: "ES256",
    -9: "ES256",
    -35: "ES384",
    -51: "ES384",
    -36: "ES512",
    -52: "ES512",
    -8: "EdDSA",
    -19: "EdDSA",
    -37: "PS256",
    -38: "PS384",
    -39: "PS512",
    -257: "RS256",
    -258: "RS384",
    -259: "RS512",
}
"""IANA COSE algorithms -> JWS `alg` of the same mathematics; -9, -51, -52 and -19 name the curve too (RFC 9864, 2)."""

_NUMBERS = {"ES256": -7, "ES384": -35, "ES512": -36, "EdDSA": -8, "RS256": -257}
"""JWS `alg` of our signers -> the number that is written."""

_CWT_NAMES = {1: "iss", 2: "sub", 3: "aud", 4: "exp", 5: "nbf", 6: "iat", 7: "jti", 10: "nonce"}
"""RFC 8392, 3.1 and RFC 9711, 4.1: claims and what JWT calls them."""


def open_envelope(data: bytes) -> Envelope:
    """Bytes, or their base64. Raises InputError: jws_malformed, jws_alg_not_allowed, jws_header_not_allowed,
    jws_crit_malformed, jws_crit_unknown, jws_typ_mismatch, credential_malformed.
    """
    protected, unprotected, payload, signature = _parts(_bytes(data))
    header = _map(protected, "/protected")
    _check_headers(header, unprotected)
    return Envelope(
        header={"alg": _algorithm(header), "kid": _key_id({**unprotected, **header})},
        type=_type(header),
        payload=payload,
        signature=signature,
        signing_input=_covered(protected, payload),
        certificates=_certificates(header),
        claims=_claims(header.get(_CWT, {})),
        clause=CLAUSE,
    )


def _bytes(data: bytes) -> bytes:
    """What came as base64 (RFC 4648, 4), with padding or without, as bytes."""
    if data[:1] in (_TAG, b"\x84"):
        return data
    text = data.strip(b" \t\r\n").rstrip(b"=")
    try:
        plain = text.decode("ascii")
    except UnicodeDecodeError:
        raise _malformed("") from None
    return base64url.decode_standard(plain + "=" * (-len(plain) % 4))


def _parts(data: bytes) -> tuple[bytes, Mapping[Any, Any], bytes, bytes]:
    found = _read(data.removeprefix(_TAG), "")
    if not isinstance(found, list) or len(found) != 4:
        raise _malformed("")
    protected, unprotected, payload, signature = found
    if not all(isinstance(part, bytes) for part in (protected, payload, signature)):
        raise _malformed("")
    if not isinstance(unprotected, dict):
        raise _malformed("/unprotected")
    return protected, unprotected, payload, signature


def _map(data: bytes, where: str) -> Mapping[Any, Any]:
    found = _read(data, where)
    if not isinstance(found, dict):
        raise _malformed(where)
    return found


def _read(data: bytes, where: str) -> Any:
    try:
        return cbor.decode(data, where, negative=True)
    except InputError:
        raise _malformed(where) from None


def _check_headers(header: Mapping[Any, Any], unprotected: Mapping[Any, Any]) -> None:
    """RFC 9052, 3 and 3.1: every parameter is read here, stands once, and may stand there."""
    for name in header.keys() - _READ:
        raise _refuse("jws_header_not_allowed", "The seal has a header that it must not have.", "/protected", name)
    for name in unprotected.keys() - ({_KID} - header.keys()):
        raise _refuse("jws_header_not_allowed", "The seal has a header that it must not have.", "/unprotected", name)
    if _CRIT in header:
        listed = header[_CRIT]
        if not isinstance(listed, list) or not listed or not all(isinstance(name, int | str) for name in listed):
            raise _refuse("jws_crit_malformed", "The list of critical headers is no list.", "/protected", _CRIT)
        for name in listed:
            if name not in header or name not in _READ:
                raise _refuse("jws_crit_unknown", "The seal asks for what is not understood here.", "/protected", name)


def _algorithm(header: Mapping[Any, Any]) -> str:
    number = header.get(_ALG)
    name = _ALGORITHMS.get(number, "") if isinstance(number, int) else ""
    if not name:
        raise _refuse("jws_alg_not_allowed", "The seal is of a kind that we do not check.", "/protected", number)
    return name


def _key_id(headers: Mapping[Any, Any]) -> str:
    found = headers.get(_KID, b"")
    try:
        return bytes.decode(found)
    except (TypeError, UnicodeDecodeError):
        raise _malformed("/protected") from None


def _type(header: Mapping[Any, Any]) -> str:
    """RFC 9596, 2: `typ`, with `application/` or without; the content type says the same, or what `typ` would."""
    said = [header[name] for name in (_TYP, _CONTENT) if name in header]
    if not said or not all(isinstance(one, str) for one in said):
        raise _mismatch(said)
    kinds = {_CONTENTS.get(header[_CONTENT].lower(), "")} if _CONTENT in header else set()
    if _TYP in header:
        kinds.add(header[_TYP].lower().removeprefix("application/"))
    if len(kinds) != 1 or not kinds <= {CREDENTIAL, PRESENTATION}:
        raise _mismatch(said)
    return str(kinds.pop())


def _certificates(header: Mapping[Any, Any]) -> tuple[bytes, ...]:
    """RFC 9360, 2: one certificate as bytes, or several as a list, the first being that of the key."""
    found = header.get(_CHAIN, [])
    chain = found if isinstance(found, list) else [found]
    if len(chain) > _MOST_CERTIFICATES or not all(isinstance(one, bytes) and one for one in chain):
        raise _malformed("/protected")
    if _CHAIN in header and not chain:
        raise _malformed("/protected")
    return tuple(chain)


def _claims(found: object) -> Claims:
    """RFC 9597: what JWT says in claims. Those that are not read here are left alone (VC-JOSE-COSE 1.0, 3.3.1)."""
    if not isinstance(found, dict):
        raise _malformed("/protected")
    named = {_CWT_NAMES[number]: value for number, value in found.items() if number in _CWT_NAMES}
    return jwt_claims.read({name: _text(value) for name, value in named.items()})


def _text(value: Any) -> Any:
    """`cti` and `nonce` are bytes in CWT: their text, in base64url where they are none."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64url.encode(value)


def _covered(protected: bytes, payload: bytes) -> bytes:
    """RFC 9052, 4.4: Sig_structure."""
    return cbor.encode(["Signature1", protected, b"", payload])


def seal_credential(document: Mapping[str, Any], *, signer: Signer, at: datetime, key_id: str = "") -> bytes:
    """`document` as COSE_Sign1 (application/vc+cose). `key_id` is the DID URL of the key, or its `kid`.

    Raises InputError where another than a credential of VC 2.0 is given, or nothing says which key it is.
    """
    return _sealed(document, "VerifiableCredential", signer, {6: _seconds(at)}, key_id)


def seal_presentation(
    document: Mapping[str, Any],
    *,
    signer: Signer,
    at: datetime,
    key_id: str = "",
    nonce: str = "",
    audience: str = "",
) -> bytes:
    """`document` as COSE_Sign1 (application/vp+cose), for one request: its nonce, its audience.

    Raises InputError as `seal_credential`.
    """
    asked = {3: audience, 10: nonce.encode()}
    claims = {**{number: value for number, value in asked.items() if value}, 6: _seconds(at)}
    return _sealed(document, "VerifiablePresentation", signer, claims, key_id)


def _sealed(document: Mapping[str, Any], kind: str, signer: Signer, claims: Mapping[int, Any], key_id: str) -> bytes:
    types = document.get("type")
    if kind not in (types if isinstance(types, list) else [types]) or document.keys() & {"vc", "vp"}:
        raise InputError("This is something else than was to be sealed.", where="/type", expected=kind)
    letters = "vc" if kind == "VerifiableCredential" else "vp"
    header: dict[int, Any] = {_ALG: _number(signer), _CONTENT: f"application/{letters}"}
    if key_id:
        header[_KID] = key_id.encode()
    header |= {_CWT: dict(sorted(claims.items())), _TYP: f"application/{letters}+cose"}
    if signer.certificate:
        chain = [signer.certificate, *signer.chain]
        header[_CHAIN] = chain[0] if len(chain) == 1 else chain
    if not key_id and not signer.certificate:
        raise InputError(
            "Nothing would say which key made the seal.",
            expected="the DID URL of the key, or a certificate",
            code="key_not_found",
        )
    protected, payload = cbor.encode(header), orjson.dumps(document)
    return _TAG + cbor.encode([protected, {}, payload, signer.sign(_covered(protected, payload))])


def _number(signer: Signer) -> int:
    if signer.algorithm not in _NUMBERS:
        raise _refuse("jws_alg_not_allowed", "COSE has no seal of this kind.", "", signer.algorithm)
    return _NUMBERS[signer.algorithm]


def _seconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp())


def _malformed(where: str) -> InputError:
    return InputError(
        "A part of the seal is not written as it must be.",
        where=where,
        expected="COSE_Sign1 (RFC 9052), in the shortest form of CBOR",
        code="jws_malformed",
    )


def _mismatch(said: list[Any]) -> InputError:
    return InputError(
        "This seal was made for another purpose.",
        where="/protected",
        found=", ".join(str(one)[:40] for one in said) or "nothing",
        expected="application/vc+cose, application/vp+cose",
        code="jws_typ_mismatch",
    )


def _refuse(code: str, message: str, where: str, found: object) -> InputError:
    fix = "Ask the issuer for a corrected credential."
    return InputError(message, where=where, found=str(found)[:80], fix=fix, code=code)
