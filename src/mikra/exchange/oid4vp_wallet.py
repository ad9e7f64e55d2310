"""OpenID4VP 1.0, 5, as a wallet meets it: a link read, the request object behind it believed or refused.

Of a request object, in order; each refusal has its code of 8.5:

    1. the form: a JWS through the gate, with `typ` oauth-authz-req+jwt                       invalid_request
    2. whose key: by the prefix of `client_id`: x5c whose leaf has that digest or that host, or `kid` of that DID
    3. the signature is by that key                                                           invalid_client
    4. `client_id` in it is the one of the link; `aud`, `iat` and `exp` hold; `wallet_nonce` is the one that was sent
    5. the request: `vp_token` alone, an answer by `direct_post`, a nonce, a query; no `redirect_uri`, no transaction
       data (invalid_transaction_data); the answer goes to the host that the certificate names (x509_san_dns)
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import base64url, strictjson
from mikra.errors import InputError, ProtocolError, UnavailableError
from mikra.exchange import dcql, jwe, oid4vp
from mikra.exchange.oid4vp import Mode, Prefix, Request
from mikra.public_keys.certificate import parsed
from mikra.sealing import jades, jws
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.jws import Profile
from mikra.trust import did
from mikra.trust.loader import OFFLINE, Loader

PROFILE = Profile(
    name="OpenID4VP request",
    algorithms=frozenset({"ES256", "ES384", "EdDSA"}),
    protected=frozenset({"alg", "typ", "kid", "x5c"}),
    types=frozenset({oid4vp.TYPE}),
    max_protected=32 * 1024,
)
MAX_BYTES = 128 * 1024
MOST_CERTIFICATES = 6
SKEW = timedelta(seconds=60)
_LAST_SECOND = 253402300799
_JSON = ("dcql_query", "client_metadata")
_LONGEST_WORDS = 200
"""Characters of a verifier's name, and of what it asks for: the rest is left out."""
_ENCRYPTIONS, _USUAL = "encrypted_response_enc_values_supported", "A128GCM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a request object stands; or, with `request`, the whole of it."""

    client_id: str
    request_uri: str = ""
    post: bool = False
    request: Request | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a request object has to say: whose it is, when it is, and the nonce that the wallet sent, if it did."""

    client_id: str
    at: datetime
    wallet_nonce: str = ""


def read_link(text: str) -> Link:
    """5.1 and 5.10: what a QR code or a button holds. ProtocolError."""
    pairs = parse_qsl(urlsplit(text).query, keep_blank_values=True, max_num_fields=40) if len(text) < MAX_BYTES else []
    given = dict(pairs)
    if len(given) != len(pairs) or not given.get("client_id"):
        raise _refuse("This link leads to no request.", "client_id")
    prefix = _prefix(given["client_id"])
    if "request_uri" in given:
        method = given.get("request_uri_method", "get")
        if method not in ("get", "post"):
            raise _refuse("A request is fetched in another way.", "request_uri_method", "invalid_request_uri_method")
        if prefix is Prefix.REDIRECT_URI:
            raise _refuse("A verifier of this kind cannot sign.", "client_id", "invalid_client")
        return Link(client_id=given["client_id"], request_uri=given["request_uri"], post=method == "post")
    if prefix is not Prefix.REDIRECT_URI:
        raise _refuse("This verifier has to sign its request.", "client_id", "invalid_client")
    try:
        parameters = {
            name: strictjson.parse(value.encode()) if name in _JSON else value for name, value in given.items()
        }
    except InputError as error:
        raise _unread(error, error.where) from error
    return Link(client_id=given["client_id"], request=_request(parameters))


def read_object(text: str, expected: Expected, *, loader: Loader = OFFLINE) -> Request:
    """All checks of a request object. ProtocolError; whether its certificate is to be trusted is not asked here."""
    try:
        return _read_object(text, expected, loader)
    except UnavailableError as error:
        raise _refuse("The verifier's key cannot be fetched now.", error.where or "request") from error
    except InputError as error:
        raise _unread(error, error.where or "request") from error


def _read_object(text: str, expected: Expected, loader: Loader) -> Request:
    if len(text) > MAX_BYTES:
        raise _refuse("The request is larger than we accept.", "request")
    found = jws.read_compact(text.encode("utf-8", "surrogatepass"), PROFILE)
    (signature,) = found.signatures
    key = _key(signature.header, expected.client_id, loader)
    if signature_fault(signature.algorithm, key, signature.value, found.signing_input(signature)):
        raise _refuse("The signature of the request does not hold.", "signature", "invalid_client")
    claims = strictjson.parse(found.payload)
    if not isinstance(claims, dict) or claims.get("client_id") != expected.client_id:
        raise _refuse("The request is by another verifier than the link says.", "client_id", "invalid_client")
    _check_claims(claims, expected)
    return _request(claims)


def _key(header: Mapping[str, Any], client_id: str, loader: Loader) -> PublicKeyTypes:
    """Check 2."""
    prefix, name = _prefix(client_id), client_id.partition(":")[2]
    if prefix is Prefix.REDIRECT_URI:
        raise _refuse("A verifier of this kind cannot sign.", "client_id", "invalid_client")
    if prefix is Prefix.DID:
        url = header.get("kid", "")
        if url.partition("#")[0] != name or "x5c" in header:
            raise _refuse("The key is not one of the verifier's DID.", "kid", "invalid_client")
        method = did.resolve_method(url, loader=loader, purpose=did.AUTHENTICATION)
        if method.compromised is not None:
            raise _refuse("The DID gives away the private key.", "kid", "invalid_client")
        return method.key
    leaf = _leaf(header.get("x5c"))
    if prefix is Prefix.X509_HASH:
        named = hmac.compare_digest(oid4vp.x509_hash(leaf).encode(), client_id.encode())
    else:
        named = name in _hosts(leaf)
    if not named:
        raise _refuse("The certificate is not the verifier's.", "x5c", "invalid_client")
    key = jades.public_key(leaf)
    if isinstance(key, str):
        raise _refuse("The key in the certificate cannot be used.", "x5c", "invalid_client")
    return key


def _leaf(listed: object) -> bytes:
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_CERTIFICATES:
        raise _refuse("The request comes without the verifier's certificate.", "x5c", "invalid_client")
    return base64url.decode_standard(listed[0], where="x5c")


def _hosts(certificate: bytes) -> list[str]:
    try:
        found = parsed(certificate).extensions
        return found.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    except (ValueError, x509.ExtensionNotFound):
        return []


def _check_claims(claims: Mapping[str, Any], expected: Expected) -> None:
    """Check 4."""
    if claims.get("aud") != oid4vp.AUDIENCE:
        raise _refuse("The request speaks to another wallet.", "aud")
    if expected.wallet_nonce and claims.get("wallet_nonce") != expected.wallet_nonce:
        raise _refuse("The request does not answer the wallet.", "wallet_nonce")
    now, skew = expected.at.timestamp(), SKEW.total_seconds()
    said = {name: claims[name] for name in ("iat", "exp") if name in claims}
    for name, value in said.items():  # RFC 9101 asks for neither
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_SECOND:
            raise _refuse("The request does not say when it counts.", name)
    if said.get("exp", now) < now - skew or said.get("iat", now) > now + skew:
        raise _refuse("The request does not count at this time.", "exp")


def _request(given: Mapping[str, Any]) -> Request:
    """Check 5."""
    if given.get("response_type") != "vp_token" or given.get("response_mode") not in set(Mode):
        raise _refuse("Answers of this kind are not given here.", "response_mode")
    if "redirect_uri" in given or "transaction_data" in given:
        code = "invalid_transaction_data" if "transaction_data" in given else "invalid_request"
        raise _refuse("The request holds what is not answered here.", "transaction_data, redirect_uri", code)
    texts = {name: given.get(name, "") for name in ("client_id", "response_uri", "nonce", "state")}
    if not all(isinstance(one, str) for one in texts.values()) or not texts["nonce"]:
        raise _refuse("The request lacks what every request has.", "nonce, response_uri")
    _check_place(texts["client_id"], texts["response_uri"])
    dcql.parse(given.get("dcql_query"))
    metadata = given.get("client_metadata")
    texts["name"] = _words(metadata.get("client_name")) if isinstance(metadata, Mapping) else ""
    texts["purpose"] = _purpose(given["dcql_query"])
    if Mode(given["response_mode"]) is Mode.PLAIN:
        return Request(**texts, query=given["dcql_query"], mode=Mode.PLAIN)
    return Request(
        **texts,
        query=given["dcql_query"],
        mode=Mode.ENCRYPTED,
        key=_encryption_key(metadata),
        encryptions=_encryptions(metadata),
    )


def _words(value: object) -> str:
    """What a verifier says of itself, as one line; nothing where it is no text."""
    return " ".join(value.split())[:_LONGEST_WORDS] if isinstance(value, str) else ""


def _purpose(query: Mapping[str, Any]) -> str:
    """What for, as each set of the query says (OpenID4VP draft 24, 6.2)."""
    said = [_words(one.get("purpose")) for one in query.get("credential_sets", ())]
    return " · ".join(dict.fromkeys(one for one in said if one))[:_LONGEST_WORDS]


def _check_place(client_id: str, response_uri: str) -> None:
    prefix, name = _prefix(client_id), client_id.partition(":")[2]
    parts = urlsplit(response_uri)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise _refuse("There is no address for the answer.", "response_uri")
    if (prefix is Prefix.REDIRECT_URI and name != response_uri) or (
        prefix is Prefix.X509_SAN_DNS and name != parts.hostname
    ):
        raise _refuse("The answer would go to somebody else than the verifier.", "response_uri", "invalid_client")


def _encryption_key(metadata: object) -> Mapping[str, Any]:
    jwks = metadata.get("jwks") if isinstance(metadata, Mapping) else None
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    for one in keys if isinstance(keys, list) else ():
        if isinstance(one, Mapping) and one.get("alg") == "ECDH-ES" and isinstance(one.get("kid"), str):
            return one
    raise _refuse("There is no key to encrypt the answer for.", "client_metadata.jwks")


def _encryptions(metadata: object) -> tuple[str, ...]:
    """11.1: where nothing is said, A128GCM alone."""
    listed = metadata.get(_ENCRYPTIONS, [_USUAL]) if isinstance(metadata, Mapping) else [_USUAL]
    found = tuple(one for one in jwe.ENCRYPTIONS if isinstance(listed, list) and one in listed)
    if not found:
        raise _refuse("The answer cannot be encrypted as the verifier wants.", f"client_metadata.{_ENCRYPTIONS}")
    return found


def named_certificate(text: str) -> bytes:
    """The certificate (DER) in a request object that `read_object` has read; b"" where a DID names its key."""
    found = jws.read_compact(text.encode("utf-8", "surrogatepass"), PROFILE)
    listed = found.signatures[0].header.get("x5c")
    return _leaf(listed) if listed else b""


def _prefix(client_id: str) -> Prefix:
    try:
        return oid4vp.prefix_of(client_id)
    except InputError as error:
        raise _refuse("The verifier is named in a way that is not read here.", "client_id", "invalid_client") from error


def _unread(error: InputError, where: str) -> ProtocolError:
    """What is wrong with the form is for whoever wrote it; a person reads that it is wrong."""
    return ProtocolError(
        "The request is not written as it must be.", where=where, found=error.message, code="invalid_request"
    )


def _refuse(message: str, where: str, code: str = "invalid_request") -> ProtocolError:
    return ProtocolError(message, where=where, code=code)
