"""Credentials and presentations under JWS (W3C VC-JOSE-COSE 1.0; VC Data Model 1.1, 6.3.1); whose key: `keys`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from mikra import formats, strictjson
from mikra.errors import InputError, UnavailableError
from mikra.formats import Item
from mikra.instants import instant
from mikra.sealing import vc_jose
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.vc_jose import Content, Envelope
from mikra.trust import did
from mikra.trust.loader import Loader
from mikra.verification import presenter, seals
from mikra.verification.openers import faults, keys
from mikra.verification.openers.opening import Opening
from mikra.verification.question import Question
from mikra.verification.seals import PlainSeal

MOST_AGE = timedelta(minutes=10)
"""How old the holder's proof may be that says when it was made: the time of one exchange."""

_KEY_HOLDS = frozenset({"", "valid_key_retired_later"})


def open_item(item: Item, question: Question) -> Opening:
    """The credential under a JWS; of a presentation, the credentials within, and who showed them."""
    return open_envelope(vc_jose.open_envelope(item.data), item, question)


def open_envelope(envelope: Envelope, item: Item, question: Question) -> Opening:
    """The same for what came out of `item`, under JWS or under COSE."""
    content: Content | None = None
    if not _is_enough(envelope):
        content = _content(envelope, question)
    try:
        key, seal = _key(envelope, content, question.loader)
    except (InputError, UnavailableError) as error:
        return Opening(faults=(faults.of_error(error, clause=envelope.clause),))
    fault = signature_fault(envelope.algorithm, key, envelope.signature, envelope.signing_input)
    if fault:
        return Opening(faults=(faults.fault(fault, clause=envelope.clause),))
    if content is None:
        content = _content(envelope, question)
    claimed = _claimed_at(envelope, content)
    if claimed != seal.claimed_at:
        seal = replace(seal, claimed_at=claimed)
    if content.is_presentation:
        return _presentation(item, content, seal, question)
    return Opening(document=content.document, seals=(seals.judge(seal, question.at, question.policy),))


def _is_enough(envelope: Envelope) -> bool:
    """Whether the header alone says which key it was; then nothing of the content is read before it is proven."""
    return bool(envelope.certificates) or (envelope.key_id.startswith("did:") and envelope.type != "jwt")


def _content(envelope: Envelope, question: Question) -> Content:
    limits = question.policy.limits
    payload = strictjson.parse(envelope.payload, limits.json)
    formats.refuse_heavy(len(envelope.payload), payload, limits)
    return vc_jose.content_of(envelope, payload)


def _claimed_at(envelope: Envelope, content: Content) -> datetime | None:
    """When it was sealed, by its own word: the time of the seal, else the day from which the credential counts."""
    claimed = envelope.claimed_at or content.claimed_at
    if claimed is not None:
        return claimed
    stated = [content.document[name] for name in ("validFrom", "issuanceDate") if name in content.document]
    try:
        return instant(stated[0]) if stated else None
    except InputError:
        return None


def _key(envelope: Envelope, content: Content | None, loader: Loader) -> keys.Found:
    """Raises InputError and UnavailableError as `did.resolve_method`."""
    if envelope.certificates:
        return keys.certified(envelope.algorithm, envelope.certificates, envelope.claimed_at)
    showing = content.is_presentation if content else vc_jose.ENVELOPED.get(envelope.type, False)
    purpose = did.AUTHENTICATION if showing else did.ASSERTION
    party = content.party if content else ""
    return keys.published(
        envelope.algorithm,
        envelope.key_id,
        party,
        purpose=purpose,
        loader=loader,
        claimed_at=envelope.claimed_at,
    )


def _presentation(item: Item, content: Content, seal: PlainSeal, question: Question) -> Opening:
    """Every credential within is judged by itself; who showed it is their check 8."""
    document = content.document
    judged = seals.judge(seal, question.at, question.policy)
    code = _session_fault(content, question)
    if judged.code not in _KEY_HOLDS or (content.party and seal.controller != content.party):
        code = code or "holder_binding_invalid"
    if code:
        return Opening(faults=(faults.fault(code, clause=vc_jose.CLAUSE),))
    if not document.get("verifiableCredential"):
        presenter.proves_alone(document)
        holder = presenter.check(document, seal.controller, question.session)
        return Opening(document=document, seals=(judged,), holder=holder)
    inside = formats.presented(document, name=item.name, where=item.where, limits=question.policy.limits)
    return Opening(document=document, seals=(judged,), inside=inside, presenter=seal.controller)


def _session_fault(content: Content, question: Question) -> str:
    """A code of `codes.CODES`, or "" where the presentation answers the request."""
    claims, session, at, skew = content.claims, question.session, question.at, question.policy.clock_skew
    if session.nonce and claims.nonce != session.nonce:
        return "nonce_mismatch"
    if session.audience and session.audience not in claims.audience:
        return "audience_mismatch"
    made = content.claimed_at
    if made is not None and made - at > skew:
        return "proof_from_future"
    if claims.expires is not None and at - claims.expires > skew:
        return "proof_too_old"
    return "proof_too_old" if session.asks and made is not None and at - made > MOST_AGE else ""
