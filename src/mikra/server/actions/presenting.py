"""Asking a wallet for a credential by OpenID4VP, and what came of it: shown once, to the browser that asked.

    begun = begin(Asking(...))                    a row, and the secret of the asking browser
    link(begun.row, begun.secret)                 what the QR code or the button holds
    request_object(handle, wallet_nonce)          what the wallet fetches
    receive(handle, body, content_type)           what the wallet posts -> what it is told
    look(id, secret)                              the state, for the page that waits
    take(id, secret, code)                        the reports, once

From the secret come the handle in all addresses and the key that opens the answer; from the handle and `data.key` come
nonce, state, and the key for which answers are encrypted. The database has none of them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from mikra import base64url
from mikra.adapters.clock import chance, now
from mikra.errors import InputError, NotFoundError, ProtocolError, UnavailableError
from mikra.exchange import dcql, oid4vp, oid4vp_answer
from mikra.exchange.oid4vp import Mode, Prefix, Request
from mikra.exchange.oid4vp_answer import Declined, Expected, Presented
from mikra.public_keys import jwk
from mikra.report import Verdict
from mikra.server.actions import presenting_keys, presenting_queries, verifying
from mikra.server.actions.wallets import NOBODY
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.store import personal, presenting
from mikra.server.store.base import new_id
from mikra.server.store.presenting import Presentation
from mikra.server.store.tenants import Tenant

LIFETIME = dt.timedelta(minutes=10)
"""Of a row, from the first moment on, whatever becomes of it."""
KEY_ID = "r1"
LONGEST_PURPOSE = 140
"""Characters."""
State = Presentation.State
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (NIST SP 800-186, 3.2.1.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a wallet is asked. `same_device`: the wallet leads back to this browser, and only that shows the answer."""

    prefix: Prefix = Prefix.X509_HASH
    mode: Mode = Mode.ENCRYPTED
    same_device: bool = False
    language: str = "en"
    query: Mapping[str, Any] | None = None
    """DCQL as JSON, already read (`presenting_queries`); None: title and name."""
    tenant: Tenant | None = None
    """The institution that asks, None for anybody: the wallet is told its name."""
    purpose: str = ""
    """What for, for the holder to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The row, and what only the asking browser gets."""

    row: Presentation
    secret: bytes


def begin(asking: Asking, *, secret: bytes = b"", at: dt.datetime | None = None) -> Begun:
    """A new question. `secret`: 32 bytes of chance, if they are there already.

    UnavailableError where there is no key to sign it.
    """
    moment, secret = at or now(), secret or chance(32)
    handle = handle_of(secret)
    row = Presentation(
        id=new_id(),
        digest=_hashed(handle),
        lock=bytes(_lock(secret).public_key),
        client_id=presenting_keys.client_id(asking.prefix, response_uri(handle)),
        mode=asking.mode.value,
        same_device=asking.same_device,
        query=dict(asking.query or presenting_queries.asking()),
        language=asking.language,
        tenant=asking.tenant,
        purpose=_purpose(asking),
        expires=moment + LIFETIME,
    )
    with work():
        row.save(force_insert=True)
    return Begun(row=row, secret=secret)


def _purpose(asking: Asking) -> str:
    """InputError where it is longer than a person reads."""
    purpose = " ".join(asking.purpose.split())
    if len(purpose) > LONGEST_PURPOSE:
        raise InputError("This is too long.", where="purpose", expected=f"at most {LONGEST_PURPOSE} characters")
    return purpose


def asker(handle: str, *, at: dt.datetime | None = None) -> str:
    """The institution that asks by this question; "" where anybody does, or there is none."""
    row = presenting.by_digest(_hashed(handle))
    if row is None or row.tenant is None or row.expires <= (at or now()):
        return ""
    return row.tenant.name


def link(row: Presentation, secret: bytes) -> str:
    """The link into a wallet: short, but for the prefix `redirect_uri`, which holds the whole request."""
    handle = handle_of(secret)
    if oid4vp.prefix_of(row.client_id) is Prefix.REDIRECT_URI:
        return oid4vp.by_value(_request(row, handle))
    return oid4vp.by_reference(row.client_id, f"{_origin()}/present/request/{handle}", post=True)


def request_object(handle: str, wallet_nonce: str = "", *, at: dt.datetime | None = None) -> str:
    """The signed request. NotFoundError where there is none, or nobody waits for its answer any more."""
    moment = at or now()
    row = _live(handle, moment)
    if row.state != State.PENDING or oid4vp.prefix_of(row.client_id) is Prefix.REDIRECT_URI:
        raise _not_there()
    if len(wallet_nonce) > oid4vp.LONGEST_NONCE:
        raise ProtocolError("This nonce is too long.", where="wallet_nonce", code="invalid_request")
    key_id = presenting_keys.key_id(row.client_id)
    signer = presenting_keys.signer()
    return oid4vp.signed(_request(row, handle), signer=signer, at=moment, key_id=key_id, wallet_nonce=wallet_nonce)


def receive(handle: str, body: bytes, content_type: str, *, at: dt.datetime | None = None) -> dict[str, str]:
    """What the wallet is told. ProtocolError for what is no answer to this question; NotFoundError, no such question.

    What cannot be read, or belongs elsewhere, changes nothing; the first answer that can be read is the only one.
    """
    moment = at or now()
    row = _live(handle, moment)
    answer = oid4vp_answer.read(oid4vp_answer.read_form(body, content_type), _expected(row, handle))
    if isinstance(answer, Declined):
        if not presenting.moved(row, State.PENDING, State.DECLINED, fault=answer.error):
            raise _too_late()
        return {}
    if not presenting.moved(row, State.PENDING, State.CHECKING):
        raise _too_late()
    try:
        shown = oid4vp_answer.presented(dcql.parse(row.query), answer.token)
        result = _checked(row, handle, shown)
    except UnavailableError as error:
        presenting.moved(row, State.CHECKING, State.PENDING)
        raise UnavailableError(error.message, fix=error.fix, code="rate_limited", retry_after=5) from error
    except (InputError, ProtocolError) as error:
        presenting.moved(row, State.CHECKING, State.REFUSED, fault=(error.code or "invalid_request")[:60])
        raise _refused(error.message, error.where) from error
    return _kept(row, result)


def _checked(row: Presentation, handle: str, shown: tuple[Presented, ...]) -> dict[str, Any]:
    """What the page is going to show: whether all holds, whether the holder's proof does, and the reports."""
    nonce, languages = _derived(handle, "nonce"), (row.language,)
    found = [verifying.check(one.content, languages=languages, nonce=nonce, audience=row.client_id) for one in shown]
    reports = [each[row.language] for one in found for each in one.reports]
    held = all(_holder(one) == "passed" for one in reports)
    good = bool(reports) and held and all(one.verdict is Verdict.TOTAL_PASSED for one in found)
    altered = any(one.verdict is Verdict.TOTAL_FAILED for one in found)
    code = next((each["code"] for each in reports if each["verdict"] != Verdict.TOTAL_PASSED.value), "valid")
    return {"verified": good, "accepted": held and not altered, "code": code, "reports": reports}


def _holder(report: Mapping[str, Any]) -> str:
    return next((str(one["status"]) for one in report["checks"] if one["id"] == "holder"), "")


def _kept(row: Presentation, result: dict[str, Any]) -> dict[str, str]:
    """Seals the result for the browser that asked. What does not hold leads nobody back from the wallet."""
    accepted = bool(result["accepted"])
    if row.same_device and not accepted:
        presenting.moved(row, State.CHECKING, State.REFUSED, fault=str(result["code"])[:60])
        raise _refused("What was presented does not hold.", "vp_token")
    code = base64url.encode(chance(16)) if row.same_device else ""
    blob = SealedBox(PublicKey(bytes(row.lock))).encrypt(zlib.compress(orjson.dumps(result)))
    members = {"answer": blob, "response_code": _hashed(code) if code else None}
    presenting.moved(row, State.CHECKING, State.ANSWERED, **members)
    if not accepted:
        raise _refused("What was presented does not hold.", "vp_token")
    return {"redirect_uri": f"{_origin()}/present/{row.id}/answer/?response_code={code}"} if code else {}


def look(id: uuid.UUID, secret: bytes, *, at: dt.datetime | None = None) -> Presentation:
    """The row, for the browser that asked. NotFoundError for every other one, and when its time is over."""
    row = presenting.by_id(id)
    if row is None or row.expires <= (at or now()) or not _is_own(row, secret):
        raise _not_there()
    return row


def take(id: uuid.UUID, secret: bytes, code: str = "", *, keep: bool = False) -> dict[str, Any]:
    """What was found: {"verified", "code", "reports", ...}. It is deleted by that, unless `keep`.

    NotFoundError where nothing waits; on the same device, also without the code with which the wallet led back.
    """
    row = look(id, secret)
    if row.state != State.ANSWERED or row.answer is None:
        raise _not_there()
    if row.same_device and not keep and not hmac.compare_digest(_hashed(code), bytes(row.response_code or b"")):
        raise _not_there()
    try:
        found: dict[str, Any] = orjson.loads(zlib.decompress(SealedBox(_lock(secret)).decrypt(bytes(row.answer))))
    except CryptoError:
        raise _not_there() from None
    if not keep and not presenting.moved(row, State.ANSWERED, State.SHOWN, answer=None, response_code=None):
        raise _not_there()
    return found


def delete_due() -> bool:
    """Deletes what is over. The task `presentations`."""
    with work():
        presenting.ended_before(now()).delete()
    return False


def handle_of(secret: bytes) -> str:
    """What stands in the addresses of a question: 128 bits."""
    return base64url.encode(hmac.digest(secret, b"handle", "sha256")[:16])


def response_uri(handle: str) -> str:
    """Where the wallet posts its answer."""
    return f"{_origin()}/present/response/{handle}"


def _request(row: Presentation, handle: str) -> Request:
    mode = Mode(row.mode)
    key = oid4vp.encryption_key(jwk.write(_own_key(handle).public_key()), KEY_ID) if mode is Mode.ENCRYPTED else {}
    return Request(
        client_id=row.client_id,
        response_uri=response_uri(handle),
        nonce=_derived(handle, "nonce"),
        state=_derived(handle, "state"),
        query=row.query,
        mode=mode,
        key=key,
        name=row.tenant.name if row.tenant else "",
        purpose=row.purpose,
    )


def _expected(row: Presentation, handle: str) -> Expected:
    mode = Mode(row.mode)
    key = _own_key(handle) if mode is Mode.ENCRYPTED else None
    return Expected(state=_derived(handle, "state"), mode=mode, key=key, key_id=KEY_ID)


def _own_key(handle: str) -> ec.EllipticCurvePrivateKey:
    """The key of this one request (8.3); 512 bits are taken so that every key is as likely as another."""
    drawn = int.from_bytes(hmac.digest(personal.derived("present", NOBODY), f"key:{handle}".encode(), "sha512"))
    return ec.derive_private_key(1 + drawn % (_ORDER - 1), ec.SECP256R1())


def _derived(handle: str, what: str) -> str:
    """256 bits that nobody without `data.key` can tell from chance."""
    return base64url.encode(hmac.digest(personal.derived("present", NOBODY), f"{what}:{handle}".encode(), "sha256"))


def _lock(secret: bytes) -> PrivateKey:
    return PrivateKey(hmac.digest(secret, b"lock", "sha256"))


def _is_own(row: Presentation, secret: bytes) -> bool:
    return hmac.compare_digest(_hashed(handle_of(secret)), bytes(row.digest))


def _live(handle: str, at: dt.datetime) -> Presentation:
    row = presenting.by_digest(_hashed(handle))
    if row is None or row.expires <= at:
        raise _not_there()
    return row


def _hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _origin() -> str:
    return installation().origin.rstrip("/")


def _too_late() -> ProtocolError:
    return ProtocolError("This question was answered already.", where="state", code="invalid_request")


def _refused(message: str, where: str) -> ProtocolError:
    return ProtocolError(message, where=where, code="invalid_request")


def _not_there() -> NotFoundError:
    return NotFoundError(
        "There is nothing here under this address.",
        fix="Begin again: what was asked of a wallet is kept for ten minutes, and its answer is shown once.",
        code="not_found",
    )
