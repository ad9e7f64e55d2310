"""VCALM 1.0 (W3C-CCG, the VC API), 3.6 and 3.7: an interaction link and the exchange behind it; both ends.

    link(address)                                  interaction:https://mc.example.edu/...?iuv=1
    protocols(vcapi=..., offer=...)                what stands at the address
    request(challenge=..., domain=...)             the answer to `{}`: one DIDAuthentication query
    holder = check(presentation, Expected(...))    who answered it
    response([credential])                         what they get

Its checks, in order; each failure is `invalid_request` (1, 2) or `invalid_proof`:

    1. the form: JSON with `verifiablePresentation` and nothing else that speaks; vocabularies known, the W3C's first
    2. it is a presentation of nothing: it proves who holds a key, and no key for signing in issues a credential
    3. exactly one proof, by one of `SUITES`, for `authentication`
    4. whose key: a did:key, named by its own fragment; fit for the suite
    5. the signature is by that key
    6. the holder is who signed
    7. `challenge` is the one of this exchange, `domain` this service and no other beside it
    8. `created` is of now; `expires`, where it stands, holds
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import strictjson
from mikra.errors import InputError, ProtocolError
from mikra.sealing import data_integrity, data_integrity_seal
from mikra.sealing.data_integrity import AUTHENTICATION, Proof
from mikra.sealing.keys import Signer
from mikra.trust import did
from mikra.trust.loader import OFFLINE
from mikra.vocabulary.contexts import CREDENTIALS_V1, CREDENTIALS_V2

SCHEME = "interaction:"
VERSION = "iuv=1"
"""The version of interaction links (VCALM, 3.7.1)."""
VC_API, OID4VCI = "vcapi", "OID4VCI"
ED25519_2020 = "Ed25519Signature2020"
SUITES = (ED25519_2020, "eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019")
"""What a holder may sign with. The first is what learners' wallets have."""
MOST_BYTES = 64 * 1024
MAX_AGE = timedelta(minutes=5)
SKEW = timedelta(seconds=60)
_PRESENTATION = "VerifiablePresentation"
_NOTHING_ELSE = frozenset({"@context", "id", "type", "holder", "proof", "verifiableCredential"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a presentation has to say: the challenge of this exchange, the domain of this service, and now."""

    challenge: str
    domain: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who proved to hold a key: its did:key, and the key."""

    did: str
    key: PublicKeyTypes


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a wallet is asked to sign."""

    challenge: str
    domain: str


def link(address: str) -> str:
    """An address as a link that a wallet opens (3.7.1)."""
    return f"{SCHEME}{address}?{VERSION}"


def read_link(text: str) -> str:
    """Where a link leads, as a wallet reads it: with or without its scheme. ProtocolError for another version."""
    address = text.removeprefix(SCHEME)
    if not address.startswith(("https://", "http://")) or VERSION not in address.partition("?")[2].split("&"):
        raise _refuse("This link begins no exchange.", "link", expected=f"{SCHEME}https://...?{VERSION}")
    return address


def protocols(*, vcapi: str, offer: str = "") -> dict[str, Any]:
    """What stands at the address of an interaction (3.7.2). `offer`: a link of OpenID4VCI to the same credential."""
    return {"protocols": {VC_API: vcapi, **({OID4VCI: offer} if offer else {})}}


def request(*, challenge: str, domain: str) -> dict[str, Any]:
    """The answer to an empty message (3.4.3): one query, as wallets fail on several."""
    query = {
        "type": "DIDAuthentication",
        "acceptedMethods": [{"method": "key"}],
        "acceptedCryptosuites": [{"cryptosuite": name} for name in SUITES],
    }
    return {"verifiablePresentationRequest": {"query": [query], "challenge": challenge, "domain": domain}}


def read_request(body: bytes) -> Request:
    """The same as a wallet reads it. ProtocolError `invalid_request`."""
    found = _object(body).get("verifiablePresentationRequest")
    asked = found if isinstance(found, Mapping) else {}
    challenge, domain = asked.get("challenge"), asked.get("domain")
    if not isinstance(challenge, str) or not challenge or not isinstance(domain, str) or not domain:
        raise _refuse("Nothing is asked that a wallet could sign.", "verifiablePresentationRequest")
    return Request(challenge=challenge, domain=domain)


def read_message(body: bytes) -> Mapping[str, Any] | None:
    """What a wallet posts: None where it begins, else its presentation. ProtocolError `invalid_request`."""
    found = _object(body) if body.strip() else {}
    if not found:
        return None
    presentation = found.get("verifiablePresentation")
    if set(found) != {"verifiablePresentation"} or not isinstance(presentation, Mapping):
        raise _refuse("This is no message of an exchange.", "body", expected="{} or {verifiablePresentation}")
    return presentation


def _object(body: bytes) -> Mapping[str, Any]:
    if len(body) > MOST_BYTES:
        raise _refuse("The message is larger than we accept.", "body", expected=f"{MOST_BYTES} bytes")
    try:
        found = strictjson.parse(body)
    except InputError as error:
        raise _refuse("The message is no JSON that we take.", error.where or "body") from error
    if not isinstance(found, dict):
        raise _refuse("The message is no object.", "body")
    return found


def check(presentation: Mapping[str, Any], expected: Expected) -> Holder:
    """Checks 1 to 8. ProtocolError `invalid_request`, `invalid_proof`."""
    try:
        _check_form(presentation)
        proof = _proof(presentation)
        key = _key(proof)
        if fault := data_integrity.proof_fault(presentation, proof, key):
            raise _unproven("The signature of the presentation does not hold.", "proof", found=fault)
        _check_said(presentation, proof, expected)
    except InputError as error:
        raise _unproven(error.message, error.where or "proof", found=error.found) from error
    return Holder(did=proof.controller, key=key)


def _check_form(presentation: Mapping[str, Any]) -> None:
    """Checks 1 and 2."""
    try:
        data_integrity.check_contexts(presentation)
    except InputError as error:
        raise _refuse(error.message, error.where, found=error.found) from error
    if presentation.get("type") not in (_PRESENTATION, [_PRESENTATION]):
        raise _refuse("This is no presentation.", "type", expected=_PRESENTATION)
    more = sorted(presentation.keys() - _NOTHING_ELSE)
    if more or presentation.get("verifiableCredential", []) != []:
        raise _refuse("Nothing but a proof of the holder was asked for.", more[0] if more else "verifiableCredential")


def _proof(presentation: Mapping[str, Any]) -> Proof:
    """Check 3."""
    proofs = data_integrity.read_proofs(presentation)
    if len(proofs) != 1 or proofs[0].previous:
        raise _unproven("A presentation has one proof.", "proof", found=str(len(proofs)))
    (proof,) = proofs
    if proof.suite.name not in SUITES:
        raise _unproven("This kind of proof is not taken.", "proof", found=proof.suite.name, expected=", ".join(SUITES))
    if proof.purpose != AUTHENTICATION:
        raise _unproven("The proof was made for something else.", "proofPurpose", expected=AUTHENTICATION)
    return proof


def _key(proof: Proof) -> PublicKeyTypes:
    """Check 4."""
    if not proof.method.startswith("did:key:"):
        raise _unproven("The key is named in a way that is not read here.", "verificationMethod", expected="did:key")
    return did.resolve_method(proof.method, loader=OFFLINE, purpose=did.AUTHENTICATION).key


def _check_said(presentation: Mapping[str, Any], proof: Proof, expected: Expected) -> None:
    """Checks 6 to 8."""
    named = presentation.get("holder")
    holder = named.get("id") if isinstance(named, Mapping) else named
    if holder != proof.controller:
        raise _unproven("Another signed than the holder.", "holder", expected=proof.controller)
    if not hmac.compare_digest(proof.text("challenge").encode("utf-8", "surrogatepass"), expected.challenge.encode()):
        raise _unproven("This answers another request.", "challenge", fix="Open the link again.")
    if proof.domains != (expected.domain,):
        raise _unproven("This was made for another service.", "domain", expected=expected.domain)
    made, ends = proof.moment("created"), proof.moment("expires")
    if made is None or not -SKEW <= expected.at - made <= MAX_AGE + SKEW:
        raise _unproven("The proof is not of now.", "created", fix="Look whether the clock of the phone is right.")
    if ends is not None and ends < expected.at - SKEW:
        raise _unproven("The proof does not count any more.", "expires")


def response(credentials: Sequence[Mapping[str, Any]], *, redirect: str = "") -> dict[str, Any]:
    """What the wallet gets: a presentation that nobody signed, with what it came for (3.6.5)."""
    presentation = {"@context": [CREDENTIALS_V1], "type": [_PRESENTATION], "verifiableCredential": list(credentials)}
    return {"verifiablePresentation": presentation, **({"redirectUrl": redirect} if redirect else {})}


def read_response(body: bytes) -> tuple[Mapping[str, Any], ...]:
    """The credentials in it, as a wallet reads them. ProtocolError `invalid_request` where there are none."""
    try:
        found = strictjson.parse(body)
        listed = found["verifiablePresentation"]["verifiableCredential"]
    except (InputError, KeyError, TypeError) as error:
        raise _refuse("There is no credential in the answer.", "verifiablePresentation") from error
    several = listed if isinstance(listed, list) else [listed]
    if not several or not all(isinstance(one, Mapping) for one in several):
        raise _refuse("There is no credential in the answer.", "verifiableCredential")
    return tuple(several)


def present(
    asked: Request, signer: Signer, key: PublicKeyTypes, *, at: datetime, suite: str = ED25519_2020, holder: str = ""
) -> dict[str, Any]:
    """The message that a wallet posts: its did:key as holder, signed for this request."""
    name = did.did_key(key)
    context = CREDENTIALS_V1 if suite == ED25519_2020 else CREDENTIALS_V2
    bare = {"@context": [context], "type": [_PRESENTATION], "holder": holder or name}
    signed = data_integrity_seal.add_proof(
        bare,
        suite=suite,
        signer=signer,
        method=did.key_url(name),
        at=at,
        purpose=AUTHENTICATION,
        challenge=asked.challenge,
        domain=asked.domain,
    )
    return {"verifiablePresentation": signed}


def _refuse(message: str, where: str, *, found: str = "", expected: str = "") -> ProtocolError:
    return ProtocolError(message, where=where, found=found, expected=expected, code="invalid_request")


def _unproven(message: str, where: str, *, found: str = "", expected: str = "", fix: str = "") -> ProtocolError:
    return ProtocolError(message, where=where, found=found, expected=expected, fix=fix, code="invalid_proof")
