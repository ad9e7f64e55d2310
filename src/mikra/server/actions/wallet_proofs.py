"""The keys that a wallet proves, or that a trusted provider attests, when it asks for copies (OpenID4VCI 1.0, 8.2.1).

keys = proven(asked, request, expected, row, is_ours)       [{"jwk": ..., "did": ...}], one for each copy

On `eudi` a key counts where a provider that the operator trusts attests it, and did not take that back; where that
cannot be found out, it does not count. On `open` an attestation is checked where one is sent, and asked of nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra.errors import InputError, ProtocolError, UnavailableError
from mikra.exchange import key_attestation, oid4vci_proof
from mikra.exchange.key_attestation import KeyAttestation
from mikra.exchange.oid4vci import ProofType, Request
from mikra.exchange.oid4vci_proof import Expected, Proof
from mikra.public_keys import jwk
from mikra.server import wallet_providers
from mikra.server.actions import verifying
from mikra.server.actions.wallet_clients import Asked, in_production
from mikra.server.store.issuing import WalletOffer
from mikra.status import token
from mikra.status.table import Value
from mikra.trust import did
from mikra.verification import status_token
from mikra.verification.policy import Policy
from mikra.verification.seals import PlainSeal


def proven(
    asked: Asked, request: Request, expected: Expected, row: WalletOffer, *, is_ours: Callable[[str], bool]
) -> list[dict[str, Any]]:
    """ProtocolError `invalid_proof`, `invalid_nonce`."""
    easy = row.rehearsal and not in_production()
    if request.proof_type is ProofType.ATTESTATION:
        found = key_attestation.read(request.proofs[0], expected.at)
        _believe(found, expected.at, easy)
        if not found.nonce or not is_ours(found.nonce):
            raise ProtocolError(
                "The nonce is none of ours, is too old, or was used.", where="nonce", code="invalid_nonce"
            )
        return [_named(one) for one in found.keys]
    proofs = oid4vci_proof.check(request.proofs, expected, is_ours=is_ours)
    attested = [_attested(asked, one, expected.at, easy) for one in proofs]
    if len(proofs) == 1 and attested[0] is not None:  # wallets of the EU ask for a batch so
        first = proofs[0]
        others = [one for one in attested[0].keys if jwk.thumbprint(jwk.write(one)) != jwk.thumbprint(first.holder)]
        return [{"jwk": first.holder, "did": first.did}, *map(_named, others)]
    return [{"jwk": one.holder, "did": one.did} for one in proofs]


def _attested(asked: Asked, proof: Proof, at: dt.datetime, easy: bool) -> KeyAttestation | None:
    """The attestation in a proof; None where there is none that counts, which on `eudi` is refused."""
    if not proof.key_attestation:
        if asked.profile.strict:
            raise _refuse("Keys have to be attested here.", "key_attestation")
        return None
    found = key_attestation.read(proof.key_attestation, at)
    if found.nonce and found.nonce != proof.nonce:
        raise _refuse("The attestation was made for another request.", "key_attestation.nonce")
    if not found.has(proof.key):
        raise _refuse("The attestation is of other keys.", "key_attestation.attested_keys")
    if not asked.profile.strict and not wallet_providers.vouched(found.chain, at):
        return None
    _believe(found, at, easy)
    return found


def _believe(found: KeyAttestation, at: dt.datetime, easy: bool) -> None:
    """That its provider is trusted, and did not revoke it. `easy`: any provider will do, for developers."""
    if not easy and not wallet_providers.vouched(found.chain, at):
        raise _refuse("The provider of this wallet is not known here.", "x5c")
    if found.status is None:
        return
    try:
        revoked = _value(found.status, at, easy) != Value.VALID
    except (InputError, UnavailableError) as error:
        if easy:
            return
        raise _refuse("Whether the attestation was revoked cannot be found out now.", "status") from error
    if revoked:
        raise _refuse("The provider has revoked the attestation.", "status")


def _value(status: Mapping[str, Any], at: dt.datetime, easy: bool) -> int:
    """What its place in the provider's list says (Token Status List, 8.3). InputError, UnavailableError."""
    entries = token.entries({"status": status})
    if len(entries) != 1:
        raise InputError("The status names no place in a list.", where="status", code="status_list_malformed")
    (entry,) = entries
    door = verifying.loader()
    body = door.load(entry.list_url, accept="application/statuslist+jwt").body

    def judge(seals: Sequence[PlainSeal]) -> str:
        (seal,) = seals
        if seal.certificate is None:
            return "status_list_issuer_mismatch"
        known = easy or wallet_providers.vouched((seal.certificate, *seal.chain), at)
        return "" if known else "status_list_issuer_mismatch"

    found = status_token.open_token(body, at=at, policy=Policy(), loader=door, judge=judge)
    if isinstance(found, status_token.Refused):
        raise UnavailableError("The list proves nothing.", code=found.code)
    return token.value_at(found, entry)


def _named(key: PublicKeyTypes) -> dict[str, Any]:
    return {"jwk": jwk.write(key), "did": did.did_jwk(key)}


def _refuse(message: str, where: str) -> ProtocolError:
    return ProtocolError(message, where=where, code="invalid_proof")
