"""OpenID4VP 1.0, 8, and annex B: what a wallet answers: `vp_token`, plain or encrypted; both ends of it.

    form = respond(request, {"mc": [bound]}, ephemeral=..., vector=...)      what the wallet posts
    answer = read(form, Expected(...))                                      what came: Answer, or Declined
    presented(query, answer.token)                                          each presentation, checked against DCQL

Nothing here looks at signatures: each presentation goes to `verification.verify` with the nonce of the request, and
the whole client_id, with its prefix, as audience; `key_binding` is asked for.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from mikra import base64url, strictjson
from mikra.errors import InputError, ProtocolError
from mikra.exchange import dcql, dcql_match, jwe, oauth
from mikra.exchange.dcql import Claim, Query
from mikra.exchange.dcql_match import Holding
from mikra.exchange.oid4vp import Mode, Request
from mikra.public_keys import jwk
from mikra.public_keys.certificate import parsed
from mikra.sealing import data_integrity_seal, sd_jwt, vc_jose, vc_jwt
from mikra.sealing.data_integrity import AUTHENTICATION
from mikra.sealing.keys import Signer
from mikra.sealing.sd_jwt import Place, SdJwt

MOST_BYTES = jwe.MOST_BYTES
"""Of a whole answer."""
MOST_PRESENTATIONS = 20
ERRORS = frozenset(
    {
        "access_denied",
        "invalid_request",
        "invalid_client",
        "invalid_scope",
        "vp_formats_not_supported",
        "invalid_request_uri_method",
        "invalid_transaction_data",
        "wallet_unavailable",
    }
)
"""8.5: what a wallet says instead of an answer."""
OTHER_ERROR = "other"
_OB_IRI = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
_VC_IRI = "https://www.w3.org/2018/credentials#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an answer must fit: the state of the request; for `direct_post.jwt` the private key, and its name."""

    state: str
    mode: Mode = Mode.PLAIN
    key: ec.EllipticCurvePrivateKey | None = None
    key_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`token`: id of a credential query -> its presentations, texts or objects. Nothing of it was checked."""

    token: Mapping[str, tuple[str | Mapping[str, Any], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The wallet, or its holder, does not answer. `error` is one of `ERRORS`, or `other`; its words are not kept."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """One presentation: to which credential query it answers, and its bytes, for `verify`."""

    id: str
    format: str
    content: bytes


def read_form(body: bytes, content_type: str) -> dict[str, str]:
    """8.2: the parameters that a wallet posts. ProtocolError."""
    return oauth.read_form(body, content_type, most=2 * MOST_BYTES, longest=MOST_BYTES)


def read(form: Mapping[str, str], expected: Expected) -> Answer | Declined:
    """8.2 and 8.3. ProtocolError `invalid_request`, also where it belongs to another request."""
    given: Mapping[str, Any] = form
    encrypted = expected.mode is Mode.ENCRYPTED and "error" not in form
    if encrypted:
        given = _decrypted(form, expected)
    elif "response" in form:
        raise _refuse("This answer was to come plain.", "response")
    state = given.get("state", "")
    if not isinstance(state, str) or not hmac.compare_digest(state.encode(), expected.state.encode()):
        raise _refuse("This answers another request.", "state")
    if "error" in given:
        error = given["error"]
        return Declined(error=error if isinstance(error, str) and error in ERRORS else OTHER_ERROR)
    token = given.get("vp_token")
    if not encrypted:
        token = _json(str(token or "").encode(), "vp_token")
    return Answer(token=_token(token))


def _decrypted(form: Mapping[str, str], expected: Expected) -> Mapping[str, Any]:
    if "vp_token" in form or not form.get("response") or expected.key is None:
        raise _refuse("This answer was to come encrypted.", "response")
    content = _json(jwe.decrypt(form["response"], key=expected.key, key_id=expected.key_id), "response")
    if not isinstance(content, dict):
        raise _refuse("What was encrypted is no answer.", "response")
    return content


def _json(data: bytes, where: str) -> Any:
    try:
        return strictjson.parse(data)
    except InputError as error:
        raise _refuse("The answer is no JSON.", where) from error


def _token(value: object) -> dict[str, tuple[str | Mapping[str, Any], ...]]:
    """8.1: an object whose members are lists that hold something."""
    if not isinstance(value, dict) or not value:
        raise _refuse("The answer holds no presentations.", "vp_token", "an object: id -> list")
    for listed in value.values():
        if not isinstance(listed, list) or not listed or not all(one and isinstance(one, str | dict) for one in listed):
            raise _refuse("The presentations are no list.", "vp_token", "an object: id -> list")
    if sum(map(len, value.values())) > MOST_PRESENTATIONS:
        raise _refuse("These are more presentations than we read.", "vp_token", f"at most {MOST_PRESENTATIONS}")
    return {id: tuple(listed) for id, listed in value.items()}


def presented(query: Query, token: Mapping[str, Sequence[str | Mapping[str, Any]]]) -> tuple[Presented, ...]:
    """Every presentation, once all of them together answer the query (6.4). ProtocolError `invalid_request`."""
    found: list[Presented] = []
    held: dict[str, list[Holding]] = {}
    for id, listed in token.items():
        asked = query.asked(id)
        if asked is None:
            raise _refuse("Something came that nobody asked for.", f"vp_token, {id[:100]}")
        for one in listed:
            try:
                held.setdefault(id, []).append(holding(asked.format, one))
            except InputError as error:
                raise _refuse(error.message, f"vp_token, {id}") from error
            content = one.encode() if isinstance(one, str) else orjson.dumps(one)
            found.append(Presented(id=id, format=asked.format, content=content))
    dcql_match.check(query, held)
    return tuple(found)


def holding(form: str, presentation: str | Mapping[str, Any]) -> Holding:
    """What a query sees of one presentation (annex B). InputError where it has not that form."""
    if form == "ldp_vc":
        if not isinstance(presentation, Mapping):
            raise _form(form)
        return of_document(form, _only_one(presentation), bound=True)
    if not isinstance(presentation, str):
        raise _form(form)
    if form == "dc+sd-jwt":
        return _of_sd_jwt(sd_jwt.read(presentation.encode("utf-8", "surrogatepass")))
    if form == "jwt_vc_json":
        shown = _document(presentation)
        inside = _only_one(shown)
        return of_document(form, _document(inside) if isinstance(inside, str) else inside, bound=True)
    raise _form(form)


def _of_sd_jwt(opened: SdJwt) -> Holding:
    vct = opened.claims.get("vct")
    if not isinstance(vct, str) or opened.kind is not sd_jwt.Kind.SD_JWT_VC:
        raise _form("dc+sd-jwt")
    return Holding(
        format="dc+sd-jwt",
        types=frozenset({vct}),
        claims=opened.claims,
        bound=bool(opened.key_binding),
        authorities={"aki": key_identifiers(_certificates(opened.header.get("x5c")))},
    )


def _certificates(listed: object) -> list[bytes]:
    return [base64url.decode_standard(one) for one in listed] if isinstance(listed, list) else []


def key_identifiers(chain: Sequence[bytes]) -> frozenset[str]:
    """6.1.1.1: the AuthorityKeyIdentifier of each certificate (DER) of a chain."""
    found: set[str] = set()
    for one in chain:
        try:
            read = parsed(one)
            named = read.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        except (ValueError, x509.ExtensionNotFound):
            continue
        if named:
            found.add(base64url.encode(named))
    return frozenset(found)


def _document(text: str) -> Mapping[str, Any]:
    """The credential or presentation in a JWT, or within an envelope."""
    envelope = vc_jose.open_envelope(text.encode("utf-8", "surrogatepass"))
    return vc_jose.content_of(envelope, strictjson.parse(envelope.payload)).document


def _only_one(presentation: Mapping[str, Any]) -> Any:
    """B.1: a presentation holds one credential. As a text where it is a JWT, or an envelope of one."""
    kinds = _types(presentation)
    inside = presentation.get("verifiableCredential")
    listed = inside if isinstance(inside, list) else [inside]
    if "VerifiablePresentation" not in kinds or len(listed) != 1 or not listed[0]:
        raise InputError("A presentation holds one credential.", expected="a VerifiablePresentation of one credential")
    one = listed[0]
    url = one.get("id") if isinstance(one, Mapping) and "EnvelopedVerifiableCredential" in _types(one) else None
    return url.partition(",")[2] if isinstance(url, str) else one


def of_document(form: str, document: object, *, bound: bool) -> Holding:
    """What a query sees of a credential of VC 1.1 or 2.0 (B.1)."""
    if not isinstance(document, Mapping):
        raise _form(form)
    names = _types(document)
    iris = {f"{_VC_IRI if one == 'VerifiableCredential' else _OB_IRI}{one}" for one in names if ":" not in one}
    return Holding(format=form, types=frozenset(names | iris), claims=document, bound=bound)


def _types(document: Mapping[str, Any]) -> set[str]:
    declared = document.get("type")
    return {one for one in (declared if isinstance(declared, list) else [declared]) if isinstance(one, str)}


def shown_by(claims: Sequence[Claim]) -> Callable[[Place], bool]:
    """6.4.1 and 7: which disclosures a wallet shows for these claims; for `sd_jwt.present`."""

    def wanted(place: Place) -> bool:
        return any(_selects(claim.path, place) for claim in claims)

    return wanted


def _selects(path: Sequence[dcql.Step], place: Place) -> bool:
    """Whether the path leads to this place, or to what holds it; elements of lists stand for any of them."""
    return len(place) >= len(path) and all(
        step == at if step is not None else isinstance(at, int) for step, at in zip(path, place, strict=False)
    )


def present_sd_jwt(sealed: bytes, claims: Sequence[Claim], request: Request, *, signer: Signer, at: datetime) -> str:
    """B.3.6: an SD-JWT with only these claims, and the holder's proof for this request: its nonce, its client_id."""
    shown = sd_jwt.present(sealed, shown_by(claims))
    return sd_jwt.bind(shown, signer=signer, audience=request.client_id, nonce=request.nonce, at=at).decode()


def present_jwt(credential: str, request: Request, *, signer: Signer, did: str, key_id: str, at: datetime) -> str:
    """B.1.3.1: a credential of VC 1.1 as JWT, in a presentation by its holder for this request (VC 1.1, 6.3.1)."""
    presentation = {
        "@context": [vc_jwt.BASE_CONTEXT],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [credential],
    }
    moment = int(at.timestamp())
    claims = {"iss": did, "aud": request.client_id, "nonce": request.nonce, "iat": moment, "vp": presentation}
    header = {"alg": signer.algorithm, "typ": "JWT", "kid": key_id}
    covered = ".".join(base64url.encode(orjson.dumps(part)) for part in (header, claims))
    return f"{covered}.{base64url.encode(signer.sign(covered.encode()))}"


def present_ld(
    credential: Mapping[str, Any], request: Request, *, signer: Signer, did: str, key_id: str, at: datetime
) -> dict[str, Any]:
    """B.1.3.2: a credential of VC 1.1 with its proof in it, in a presentation by its holder for this request.

    `signer` holds an Ed25519 key, as the wallets that know VC 1.1 do.
    """
    presentation = {
        "@context": [vc_jwt.BASE_CONTEXT],
        "type": ["VerifiablePresentation"],
        "holder": did,
        "verifiableCredential": [credential],
    }
    return data_integrity_seal.add_proof(
        presentation,
        suite="Ed25519Signature2020",
        signer=signer,
        method=key_id,
        at=at,
        purpose=AUTHENTICATION,
        challenge=request.nonce,
        domain=request.client_id,
    )


def respond(
    request: Request,
    token: Mapping[str, Sequence[str | Mapping[str, Any]]],
    *,
    ephemeral: ec.EllipticCurvePrivateKey | None = None,
    vector: bytes = b"",
    encryption: str = "",
) -> dict[str, str]:
    """8.2 and 8.3: the form that a wallet posts. `ephemeral` and `vector` where it is encrypted: new ones each time.

    `encryption`: one of those that the request names; the strongest, if none is given.
    """
    listed = {id: list(one) for id, one in token.items()}
    if request.mode is Mode.PLAIN:
        return {"vp_token": orjson.dumps(listed).decode(), "state": request.state}
    key = jwk.read(request.key, "key")
    if not isinstance(key, ec.EllipticCurvePublicKey) or ephemeral is None:
        raise InputError("An answer is encrypted by a new key of the verifier's curve.", where="ephemeral")
    to = jwe.Recipient(key=key, key_id=str(request.key["kid"]))
    content = orjson.dumps({"vp_token": listed, "state": request.state})
    chosen = encryption or max(request.encryptions)
    return {"response": jwe.encrypt(content, to=to, encryption=chosen, ephemeral=ephemeral, vector=vector)}


def decline(request: Request) -> dict[str, str]:
    """8.5: the form of a wallet whose holder does not answer."""
    return {"error": "access_denied", "state": request.state}


def _form(form: str) -> InputError:
    return InputError("A presentation has another form than was asked for.", expected=form)


def _refuse(message: str, where: str, expected: str = "") -> ProtocolError:
    return ProtocolError(message, where=where, expected=expected, code="invalid_request")
