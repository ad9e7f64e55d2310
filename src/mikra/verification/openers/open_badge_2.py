"""Open Badges 2.0, "Verification": hosted and signed assertions, their issuer, their revocation, their recipient.

hosted   the assertion counts as it stands at its own https address, within what the issuer's profile claims as its own
signed   a JWS under a key that the issuer's profile publishes, and that names the issuer as its owner

All other objects (BadgeClass, Profile, key, revocation list) are fetched through the loader, one of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import strictjson
from mikra.errors import InputError
from mikra.formats import Item
from mikra.formats.loose import Json, listed, mapping, text
from mikra.formats.open_badges_2 import as_badge_3, recipient_matches
from mikra.messages.spoken import Said
from mikra.report import Check, Status, words
from mikra.sealing import jws
from mikra.sealing.algorithms import ALGORITHMS, signature_fault
from mikra.verification import seals
from mikra.verification.openers import faults
from mikra.verification.openers.link import fetch
from mikra.verification.openers.opening import Opening
from mikra.verification.question import Question
from mikra.verification.seals import PlainSeal

CLAUSE = "Open Badges 2.0, Verification"
ACCEPT = "application/ld+json, application/json"

PROFILE = jws.Profile(
    name="Open Badges 2.0",
    algorithms=frozenset(ALGORITHMS),
    protected=frozenset({"alg", "kid", "typ"}),
    types=frozenset({"jwt", "jws", ""}),
)


@dataclass(slots=True)
class _Web:
    """The objects that were fetched, each once."""

    question: Question
    seen: dict[str, Json] = field(default_factory=dict)

    def object_at(self, url: str) -> Json:
        if url in self.seen:
            return self.seen[url]
        found = strictjson.parse(fetch(url, self.question, accept=ACCEPT).body)
        if not isinstance(found, dict):
            raise _malformed("At this address stands no object.", url)
        self.seen[url] = found
        return found

    def resolved(self, value: Any, where: str) -> Json:
        """The object itself, or the one at the address that stands in its place; its `id` is that address."""
        if isinstance(value, Mapping):
            return value
        url = text(value)
        if not url:
            raise _malformed("The badge does not say which object it means.", where)
        found = self.object_at(url)
        if text(found.get("id")) != url:
            raise _mismatch("The object at this address calls itself otherwise.", url)
        return found


def open_item(item: Item, question: Question) -> Opening:
    """The badge, in the form of Open Badges 3.0. Where seal or place are not the issuer's, `faults` say so."""
    web = _Web(question)
    if item.data and not item.data.startswith((b"http://", b"https://")):
        return _signed(item.data, web)
    return _hosted(text(item.document.get("id")) or item.data.decode(), item.document, web)


def _hosted(url: str, given: Json, web: _Web) -> Opening:
    if given and text(mapping(given.get("verification")).get("type")) in ("SignedBadge", "signed"):
        # Its seal is not in it: what is left is a claim.
        raise InputError("The seal of this badge is not in the file.", where="/verification", code="proof_missing")
    if not url:
        raise _malformed("The badge does not say at which address it stands.", "/id")
    assertion = web.object_at(url)
    if text(assertion.get("id")) != url:
        return _fault("issuer_key_mismatch", "/id")
    badge_class, profile = _badge(assertion, web)
    issuer = text(profile.get("id"))
    places = [url, *([text(badge_class.get("id"))] if isinstance(assertion.get("badge"), str) else [])]
    if not all(_within(place, profile, issuer) for place in places):
        return _fault("issuer_key_mismatch", "/verification")
    seal = PlainSeal(algorithm="hosted", key_id=url, controller=issuer, where="/verification")
    revoked = {} if assertion.get("revoked") is not True else assertion
    status = _withdrawn(revoked) if revoked else _not_withdrawn()
    return _opening(assertion, badge_class, profile, seal, status, web)


def _signed(data: bytes, web: _Web) -> Opening:
    sealed = jws.read_compact(data, PROFILE)
    assertion = strictjson.parse(sealed.payload)
    if not isinstance(assertion, dict):
        raise _malformed("Under this seal is no assertion.", "")
    badge_class, profile = _badge(assertion, web)
    issuer = text(profile.get("id"))
    keys = listed(profile.get("publicKey"))
    key_url = text(mapping(assertion.get("verification")).get("creator")) or text(next(iter(keys), ""))
    owned = [text(one) if isinstance(one, str) else text(mapping(one).get("id")) for one in keys]
    key_object = web.resolved(key_url, "/verification/creator")
    if key_url not in owned or text(key_object.get("owner")) != issuer:
        return _fault("issuer_key_mismatch", "/verification/creator")
    signature = sealed.signatures[0]
    key = _public_key(text(key_object.get("publicKeyPem")), key_url)
    code = signature_fault(signature.algorithm, key, signature.value, sealed.signing_input(signature))
    if code:
        return _fault(code, "")
    seal = PlainSeal(algorithm=signature.algorithm, key_id=key_url, controller=issuer)
    return _opening(assertion, badge_class, profile, seal, _listed(assertion, profile, web), web)


def _badge(assertion: Json, web: _Web) -> tuple[Json, Json]:
    """The BadgeClass and the issuer's Profile. The profile counts as it stands at its own address."""
    badge_class = web.resolved(assertion.get("badge"), "/badge")
    named = badge_class.get("issuer")
    url = text(named) or text(mapping(named).get("id"))
    if not url.startswith("https://"):
        raise _malformed("The issuer of this badge has no address.", "/badge/issuer")
    return badge_class, web.resolved(url, "/badge/issuer")


def _within(place: str, profile: Json, issuer: str) -> bool:
    """OB 2.0, VerificationObject: within `startsWith`, or at one of `allowedOrigins`, else at the issuer's own host."""
    rules = mapping(profile.get("verification"))
    starts = [text(one) for one in listed(rules.get("startsWith")) if text(one)]
    origins = [text(one) for one in listed(rules.get("allowedOrigins")) if text(one)]
    if starts and not any(_starts(place, one) for one in starts):
        return False
    host = (urlsplit(place).hostname or "").lower()
    allowed = [(urlsplit(one).hostname or one).lower() for one in origins] or [
        (urlsplit(issuer).hostname or "").lower()
    ]
    return bool(host) and (bool(starts) or host in allowed)


def _starts(place: str, start: str) -> bool:
    """Whether an address is within another, at the border of a host or a part of its path, never within a name."""
    one, other = urlsplit(place), urlsplit(start)
    if (one.scheme, one.hostname, one.port) != (other.scheme, other.hostname, other.port):
        return False
    return one.path.startswith(other.path) and ".." not in unquote(one.path).split("/")


def _public_key(pem: str, where: str) -> PublicKeyTypes:
    try:
        return serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise InputError("The issuer's key cannot be read.", where=where, code="key_malformed") from None


def _listed(assertion: Json, profile: Json, web: _Web) -> Check | None:
    """Check 6 of a signed badge: by the issuer's revocation list, where it has one."""
    url = text(profile.get("revocationList"))
    if not url:
        return None
    try:
        found = web.resolved(url, "/revocationList")
    except InputError as error:
        return _status(Status.NOT_CHECKED, "badge2.status.unknown", "valid_status_unknown", error.where)
    if text(found.get("issuer")) not in ("", text(profile.get("id"))):
        return _status(Status.NOT_CHECKED, "badge2.status.unknown", "status_list_issuer_mismatch", url)
    names = {text(assertion.get("id")), text(assertion.get("uid"))} - {""}
    listing = found.get("revokedAssertions")
    for one in listing if isinstance(listing, list) else []:
        entry = {"id": one} if isinstance(one, str) else mapping(one)
        if {text(entry.get("id")), text(entry.get("uid"))} & names:
            return _withdrawn(entry)
    return _not_withdrawn()


def _withdrawn(entry: Json) -> Check:
    why = text(entry.get("revocationReason"))
    key = "badge2.status.withdrawn_reason" if why else "badge2.status.withdrawn"
    reason = words(key, reason=Said({"": why})) if why else words(key)
    return Check(id="status", status=Status.FAILED, reason=reason, code="credential_revoked", clause=CLAUSE)


def _not_withdrawn() -> Check:
    return Check(id="status", status=Status.PASSED, reason=words("badge2.status.clear"), clause=CLAUSE)


def _status(status: Status, key: str, code: str, where: str) -> Check:
    return Check(id="status", status=status, reason=words(key), code=code, clause=CLAUSE, where=where)


def _holder(assertion: Json, question: Question) -> Check | None:
    """Check 8, where somebody says who the holder is: whether the badge is about that person."""
    if not question.session.recipient:
        return None
    fits = recipient_matches(mapping(assertion.get("recipient")), question.session.recipient)
    key = {True: "same", False: "other", None: "unknown"}[fits]
    status = {True: Status.PASSED, False: Status.FAILED, None: Status.NOT_CHECKED}[fits]
    code = "holder_binding_invalid" if fits is False else ""
    reason = words(f"badge2.holder.{key}")
    return Check(id="holder", status=status, reason=reason, code=code, clause=CLAUSE, where="/recipient")


def _opening(
    assertion: Json, badge_class: Json, profile: Json, seal: PlainSeal, status: Check | None, web: _Web
) -> Opening:
    question = web.question
    kind = "hosted" if seal.algorithm == "hosted" else "signed"
    return Opening(
        document=as_badge_3(assertion, badge_class, profile),
        seals=(seals.judge(seal, question.at, question.policy),),
        format=f"badge2.format.{kind}",
        status=status,
        holder=_holder(assertion, question),
    )


def _fault(code: str, where: str) -> Opening:
    return Opening(faults=(faults.fault(code, where, CLAUSE),))


def _malformed(message: str, where: str) -> InputError:
    return InputError(message, where=where, code="credential_malformed")


def _mismatch(message: str, where: str) -> InputError:
    return InputError(message, where=where, code="issuer_key_mismatch")
