"""Awards into wallets of the learner's own choice, by OpenID4VCI 1.0: the profile `open` of an institution.

offered = offer(code, configuration)           from the learner's page; what the wallet reads, and a code to type
token(tenant, body, type)                      the wallet redeems it, once
credential(tenant, authorization, body)        and gets the award, bound to its key, once
notification(tenant, authorization, body)

A copy in a wallet carries the award's own place in the status lists: withdrawing the award withdraws it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import uuid
from dataclasses import dataclass
from typing import Any

from mikra import base64url, strictjson
from mikra.adapters.clock import chance, now
from mikra.errors import ConflictError, InputError, NotFoundError, ProtocolError
from mikra.exchange import oauth, oid4vci, oid4vci_offer, oid4vci_proof
from mikra.exchange.oid4vci import OPEN, Nonces
from mikra.exchange.oid4vci_metadata import Issuer
from mikra.exchange.oid4vci_offer import Offer, TxCode
from mikra.server.actions import audit, claims, wallet_copies
from mikra.server.actions.wallet_copies import issuer_of
from mikra.server.actions.work import work
from mikra.server.store import issuing, personal
from mikra.server.store.awards import Award
from mikra.server.store.base import new_id
from mikra.server.store.issuing import WalletOffer
from mikra.server.store.tenants import Tenant
from mikra.server.words import _

LIFE = dt.timedelta(minutes=10)
"""Of an offer, and of the token that it is redeemed for."""
LIVE = 10
"""Offers of one award that wait at the same time."""
_NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What the learner is shown. `link` holds the whole offer, `short` an address of it, for a QR code."""

    row: WalletOffer
    link: str
    short: str
    typed: str


def tenant_of(slug: str) -> Tenant:
    """NotFoundError for an institution that is not here."""
    found = Tenant._default_manager.filter(slug=slug, closed=None).first()
    if found is None:
        raise NotFoundError("There is no issuer under this address.", fix="Check the address.", code="not_found")
    return found


def offer(code: str, configuration: str = "", *, language: str = "", at: dt.datetime | None = None) -> Offered:
    """An offer of what a letter led to. ConflictError before it is collected, and for what does not count any more."""
    moment = at or now()
    found = claims.look(code, moment)
    if not found.claimed:
        raise ConflictError("Collect it first.", fix="Press the button on the page of the offer.")
    return offer_award(found.award, configuration, language=language, at=moment)


def offer_award(
    award: Award,
    configuration: str = "",
    *,
    language: str = "",
    rehearsal: bool = False,
    at: dt.datetime | None = None,
) -> Offered:
    """The same of an award. InputError for a configuration that its issuer does not have.

    `rehearsal`: it is not the learner who asks, and the audit trail says so.
    """
    moment = at or now()
    _refuse_lost(award)
    issuer = issuer_of(award.tenant)
    known = [one.id for one in issuer.configurations]
    chosen = configuration or (known[0] if known else "")
    if chosen not in known:
        raise InputError(
            "This institution puts nothing into wallets in that form.",
            where="configuration",
            found=configuration,
            expected=", ".join(known) or "a service with an https address",
            code="not_possible",
        )
    digits = f"{int.from_bytes(chance(8)) % 1_000_000:06d}"
    row = _stored(award, chosen, language, digits, rehearsal, moment)
    return Offered(
        row=row,
        link=oid4vci_offer.by_value(_written(row, issuer)),
        short=oid4vci_offer.by_reference(issuer.endpoint(f"offers/{_secret('reference', row.id)}")),
        typed=digits,
    )


def _stored(
    award: Award, configuration: str, language: str, digits: str, rehearsal: bool, at: dt.datetime
) -> WalletOffer:
    row_id = new_id()
    row = WalletOffer(
        id=row_id,
        tenant=award.tenant,
        award=award,
        configuration=configuration,
        language=language,
        code=_digest(_secret("code", row_id)),
        reference=_digest(_secret("reference", row_id)),
        typed=_typed(row_id, digits),
        expires=at + LIFE,
        rehearsal=rehearsal,
    )
    with work():
        waiting = WalletOffer.of(award.tenant).filter(award=award, redeemed=None, expires__gt=at).order_by("-id")
        old = list(waiting.values_list("pk", flat=True)[LIVE - 1 :])
        WalletOffer._default_manager.filter(pk__in=old).update(expires=at)
        row.save(force_insert=True)
    return row


def _refuse_lost(award: Award) -> None:
    if not _counts(award):
        raise ConflictError("This credential does not count now, so it goes into no wallet.", code="conflict")
    if award.list_index is None:
        raise ConflictError("A credential that cannot be withdrawn goes into no wallet.", code="not_possible")


def _counts(award: Award) -> bool:
    return award.state == Award.State.VALID and not award.trial and award.learner_id is not None


def _written(row: WalletOffer, issuer: Issuer) -> Offer:
    asked = TxCode(length=6, description=_("The code on the page of the offer")) if row.typed is not None else None
    return Offer(issuer=issuer.identifier, configuration=row.configuration, code=_secret("code", row.id), tx_code=asked)


def referred(tenant: Tenant, reference: str, at: dt.datetime | None = None) -> dict[str, Any]:
    """The offer that stands at its address. NotFoundError where there is none, or it ended."""
    row = issuing.by_reference(tenant.id, _digest(reference))
    if row is None or row.redeemed is not None or row.expires <= (at or now()):
        raise NotFoundError("There is no offer under this address.", fix="Open the page of the offer again.")
    return _written(row, issuer_of(tenant)).written()


def token(tenant: Tenant, body: bytes, content_type: str, at: dt.datetime | None = None) -> dict[str, Any]:
    """OpenID4VCI 1.0, 6. ProtocolError `invalid_request`, `invalid_grant`, `unsupported_grant_type`."""
    moment = at or now()
    asked = oauth.read_token_request(oauth.read_form(body, content_type))
    row = issuing.by_code(tenant.id, _digest(asked.code))
    if row is None or row.redeemed is not None or row.expires <= moment:
        raise oauth.refuse("invalid_grant", "The code is none of ours, was used, or has ended.")
    if row.typed is None and asked.tx_code is not None:
        raise oauth.refuse("invalid_request", "No code is to be typed for this offer.", where="tx_code")
    if row.typed is not None:
        _check_typed(row, asked.tx_code)
    details = _details(asked.authorization_details, row)
    fresh = base64url.encode(chance(32))
    ends = moment + LIFE
    if not issuing.redeem(row, moment, token=_digest(fresh), ends=ends, client=asked.client_id[:200]):
        raise oauth.refuse("invalid_grant", "The code was used already.")
    return oauth.token_response(fresh, lifetime=int(LIFE.total_seconds()), details=details)


def _check_typed(row: WalletOffer, given: str | None) -> None:
    if not given:
        raise oauth.refuse("invalid_request", "The learner has to type the code of the page.", where="tx_code")
    if not issuing.take_try(row):
        raise oauth.refuse("invalid_grant", "The code was tried too often; open the page of the offer again.")
    if not hmac.compare_digest(bytes(row.typed or b""), _typed(row.id, given.strip())):
        raise oauth.refuse("invalid_grant", "This is not the code of the page.", where="tx_code")


def _details(text: str, row: WalletOffer) -> list[dict[str, Any]] | None:
    """RFC 9396, as OpenID4VCI 5.1.1 has it: where a wallet asks so, it is answered with identifiers."""
    if not text:
        return None
    try:
        found = strictjson.parse(text.encode())
    except InputError as error:
        raise oauth.refuse("invalid_request", "This cannot be read.", where="authorization_details") from error
    named = (
        [one.get("credential_configuration_id") for one in found if isinstance(one, dict)]
        if isinstance(found, list)
        else []
    )
    if named != [row.configuration] or found[0].get("type") != "openid_credential":
        raise oauth.refuse(
            "invalid_request", "It asks for something else than was offered.", where="authorization_details"
        )
    kept = {"type": "openid_credential", "credential_configuration_id": row.configuration}
    return [{**kept, "credential_identifiers": [row.configuration]}]


def nonce(at: dt.datetime | None = None) -> str:
    """7: a nonce for a proof. It is stored when it is used."""
    return _nonces().make(at or now(), chance(16))


def credential(tenant: Tenant, authorization: str, body: bytes, at: dt.datetime | None = None) -> dict[str, Any]:
    """8: the award, bound to the wallet's key. ProtocolError with the codes of 8.3.1 and of RFC 6750."""
    moment = at or now()
    row = _by_token(tenant, authorization, moment)
    issuer = issuer_of(tenant)
    request = oid4vci.read_request(body, OPEN)
    if request.configuration and request.configuration != row.configuration:
        raise _refused("unknown_credential_configuration", "This token is for another credential.")
    if request.identifier and request.identifier != row.configuration:
        raise _refused("unknown_credential_identifier", "This token is for another credential.")
    expected = oid4vci_proof.Expected(issuer=issuer.identifier, at=moment, client_id=row.client)
    (proof,) = oid4vci_proof.check(request.proofs, expected, is_ours=lambda text: _spent(text, moment))
    return _issued(row, proof, moment)


def _issued(row: WalletOffer, proof: oid4vci_proof.Proof, at: dt.datetime) -> dict[str, Any]:
    notification = base64url.encode(chance(16))
    row.award.refresh_from_db(fields=("state", "learner"))
    if not _counts(row.award):
        raise _refused("credential_request_denied", "This credential does not count now.")
    if row.tenant.stopped or row.tenant.issuing_blocked:
        raise _refused("credential_request_denied", "The institution issues nothing at present.")
    if not issuing.issue(row, at, notification=_digest(notification)):
        raise _refused("credential_request_denied", "This token was used already.")
    try:
        sealed = wallet_copies.seal(row.award, row.configuration, proof, language=row.language, at=at)
        with work():
            line = audit.Line(
                verb="award.to_wallet", subject=f"award:{row.award_id}", detail={"form": row.configuration}
            )
            audit.note_all(row.tenant, "system" if row.rehearsal else "learner", [line], at)
    except BaseException:
        issuing.not_issued(row)
        raise
    return oid4vci.response([sealed], notification=notification)


def notification(tenant: Tenant, authorization: str, body: bytes, at: dt.datetime | None = None) -> None:
    """11: what became of it. ProtocolError `invalid_notification_id`, `invalid_notification_request`."""
    row = _by_token(tenant, authorization, at or now(), late=True)
    said = oid4vci.read_notification(body)
    if not issuing.notify(tenant.id, bytes(row.token or b""), _digest(said.id), said.event.value):
        raise _refused("invalid_notification_id", "Nothing was given under this id.")


def _by_token(tenant: Tenant, authorization: str, at: dt.datetime, *, late: bool = False) -> WalletOffer:
    row = issuing.by_token(tenant.id, _digest(oauth.read_bearer(authorization)))
    if row is None or row.token_ends is None or (row.token_ends <= at and not late):
        raise oauth.refuse(oauth.INVALID_TOKEN, "The token is none of ours, or has ended.")
    return row


def _spent(text: str, at: dt.datetime) -> bool:
    """Check 9 of a proof: ours, in time, and used for the first time."""
    ends = _nonces().ends(text, at)
    return ends is not None and issuing.spend(_digest(text), ends)


def _nonces() -> Nonces:
    return Nonces(personal.derived("wallet-nonce", _NOBODY))


def _secret(kind: str, row_id: uuid.UUID) -> str:
    """What the wallet has: made again from the row, kept nowhere."""
    made = hmac.digest(personal.derived(f"wallet-{kind}", _NOBODY), row_id.bytes, "sha256")
    return base64url.encode(made[:24])


def _typed(row_id: uuid.UUID, digits: str) -> bytes:
    return hmac.digest(personal.derived("wallet-typed", _NOBODY), row_id.bytes + digits.encode()[:40], "sha256")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _refused(code: str, message: str) -> ProtocolError:
    return ProtocolError(message, code=code)
