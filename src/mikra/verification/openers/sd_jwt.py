"""SD-JWT (RFC 9901): attestations for wallets (SD-JWT VC), and W3C credentials and presentations in the same form.

The form with all its disclosures is read before any key is asked for (`sealing.sd_jwt.read`): what two readers could
read differently is refused whoever sealed it. Then the seal; then what the holder proved, as check 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from mikra import base64url, formats
from mikra.errors import InputError, UnavailableError
from mikra.formats import Item
from mikra.instants import instant
from mikra.sealing import jwt_claims, sd_jwt, vc_jose
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.jwt_claims import Claims
from mikra.sealing.sd_jwt import KeyBinding, Kind, SdJwt
from mikra.trust import did
from mikra.verification import key_binding, presenter, seals, wallet_summary
from mikra.verification.issuer import issuer_id
from mikra.verification.openers import faults, keys
from mikra.verification.openers.opening import Opening
from mikra.verification.question import Question
from mikra.verification.seals import PlainSeal

CLAUSE = "RFC 9901, 7.1; RFC 7515, 5.2"
MAX_CHAIN = 10


def open_item(item: Item, question: Question) -> Opening:
    """The disclosed claims under their seal, and check 8 where the holder proved something or was asked to."""
    text = item.data.rstrip(b"\r\n") if item.data else sd_jwt.compact(item.document)
    opened = sd_jwt.read(text, question.policy.limits.json)
    formats.refuse_heavy(len(text), opened.claims, question.policy.limits)
    proof = sd_jwt.read_key_binding(opened.key_binding) if opened.key_binding else None
    claims = jwt_claims.read(opened.claims)
    _check_content(opened)
    try:
        key, seal = _key(opened, question)
    except (InputError, UnavailableError) as error:
        return Opening(faults=(faults.of_error(error, clause=CLAUSE),))
    (signature,) = opened.jwt.signatures
    fault = signature_fault(signature.algorithm, key, signature.value, opened.jwt.signing_input(signature))
    if fault:
        return Opening(faults=(faults.fault(fault, clause=CLAUSE),))
    seal = replace(seal, claimed_at=claims.issued_at)
    if formats.is_presentation(opened.claims):
        return _presentation(item, opened, claims, seal, question)
    return _credential(opened, claims, proof, seal, question)


def _check_content(opened: SdJwt) -> None:
    """What has neither a type of SD-JWT VC nor the form of a W3C credential is nothing that we could tell."""
    if "vct" in opened.claims:
        return
    if opened.kind is Kind.W3C_PRESENTATION and not formats.is_presentation(opened.claims):
        raise InputError("There is no presentation under this seal.", code="credential_malformed")
    if not formats.is_credential(opened.claims) or opened.claims.keys() & {"vc", "vp"}:
        raise InputError("There is no credential under this seal.", code="credential_malformed")


def _key(opened: SdJwt, question: Question) -> keys.Found:
    header = opened.header
    algorithm, key_id = str(header["alg"]), str(header.get("kid", ""))
    if "x5c" in header:
        return keys.certified(algorithm, _certificates(header))
    presented = opened.kind is Kind.W3C_PRESENTATION
    purpose = did.AUTHENTICATION if presented else did.ASSERTION
    return keys.published(algorithm, key_id, issuer_id(opened.claims), purpose=purpose, loader=question.loader)


def _certificates(header: Mapping[str, Any]) -> tuple[bytes, ...]:
    """RFC 7515, 4.1.6 and 4.1.8. Raises InputError."""
    listed, where = header["x5c"], "/x5c"
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_CHAIN or not all(isinstance(t, str) for t in listed):
        raise InputError(
            "The certificates of the seal are no list.", where=where, expected="certificates", code="jws_malformed"
        )
    found = tuple(_certificate(text, f"{where}/{i}") for i, text in enumerate(listed))
    if "x5t#S256" in header and header["x5t#S256"] != _thumbprint(found[0]):
        raise InputError("The seal names another certificate.", where="/x5t#S256", code="certificate_mismatch")
    return found


@lru_cache(maxsize=256)
def _certificate(text: str, where: str) -> bytes:
    """Issuers seal many attestations under one certificate: decoded once."""
    return base64url.decode_standard(text, where=where)


@lru_cache(maxsize=256)
def _thumbprint(certificate: bytes) -> str:
    return sd_jwt.sd_hash(certificate)


def _credential(
    opened: SdJwt, claims: Claims, proof: KeyBinding | None, seal: PlainSeal, question: Question
) -> Opening:
    vct = "vct" in opened.claims
    return Opening(
        document=vc_jose.within(dict(opened.claims), _dates(opened, claims)),
        seals=(seals.judge(seal, question.at, question.policy),),
        format="wallet.format" if vct else "wallet.format.w3c",
        holder=key_binding.check(opened, proof, question),
        summary=partial(wallet_summary.summarise, opened) if vct else None,
    )


def _dates(opened: SdJwt, claims: Claims) -> Claims:
    """It counts from the later of `iat` and `nbf` until the earlier of `exp` and the day of expiry that it states."""
    starts = [time for time in (claims.issued_at, claims.not_before) if time is not None]
    ends = [time for time in (claims.expires, _last_day(opened.claims)) if time is not None]
    return Claims(not_before=max(starts, default=None), expires=min(ends, default=None))


def _last_day(claims: Mapping[str, Any]) -> datetime | None:
    """The end of the day `date_of_expiry`, in UTC. Raises InputError credential_malformed for what is no day."""
    if "vct" not in claims or "date_of_expiry" not in claims:
        return None
    day = instant(f"{claims['date_of_expiry']}T00:00:00Z", "/date_of_expiry")
    try:
        return day.astimezone(UTC) + timedelta(days=1)
    except OverflowError:
        return day


def _presentation(item: Item, opened: SdJwt, claims: Claims, seal: PlainSeal, question: Question) -> Opening:
    """A W3C presentation: the holder sealed it for one request; the credentials within are judged by themselves."""
    judged = seals.judge(seal, question.at, question.policy)
    code = _session_fault(claims, question)
    holder = issuer_id(opened.claims)
    if judged.code not in ("", "valid_key_retired_later") or (holder and seal.controller != holder):
        code = code or "holder_binding_invalid"
    if code:
        return Opening(faults=(faults.fault(code, clause=CLAUSE),))
    document = opened.claims
    if not document.get("verifiableCredential"):
        presenter.proves_alone(document)
        shown = presenter.check(document, seal.controller, question.session)
        return Opening(document=document, seals=(judged,), holder=shown)
    inside = formats.presented(document, name=item.name, where=item.where, limits=question.policy.limits)
    return Opening(document=document, seals=(judged,), inside=inside, presenter=seal.controller)


def _session_fault(claims: Claims, question: Question) -> str:
    session, at, skew = question.session, question.at, question.policy.clock_skew
    if session.nonce and claims.nonce != session.nonce:
        return "nonce_mismatch"
    if session.audience and session.audience not in claims.audience:
        return "audience_mismatch"
    if claims.issued_at is not None and claims.issued_at - at > skew:
        return "proof_from_future"
    late = claims.expires is not None and at - claims.expires > skew
    old = claims.issued_at is not None and session.asks and at - claims.issued_at > sd_jwt.MAX_AGE + skew
    return "proof_too_old" if late or old else ""
