"""Which wallet a request comes from: what it says of itself, the key that it holds (DPoP), and who vouches for it.

found = identify(tenant, asked, client_id, at, rehearsal=...)       at the endpoints of authorisation
holder(asked, token, at)                                            at the others: the key that uses the token

On `eudi` a wallet needs both a DPoP proof with a nonce of ours and an attestation of a provider that the operator
trusts (OpenID4VC HAIP 1.0, 4.3 and 4.4). On `open` either may be missing; what is sent is checked all the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from mikra.adapters.clock import chance
from mikra.exchange import client_attestation, dpop, oauth
from mikra.exchange.client_attestation import Attested, Texts
from mikra.exchange.oid4vci import OPEN, Nonces, Profile
from mikra.server import wallet_providers
from mikra.server.actions.wallet_copies import identifier
from mikra.server.actions.wallet_offers import NOBODY, digest_of
from mikra.server.installation import Mode, installation
from mikra.server.store import issuing, personal
from mikra.server.store.issuing import WalletClient
from mikra.server.store.tenants import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request of a wallet says of itself: headers, and the address that it was sent to."""

    profile: Profile = OPEN
    authorization: str = ""
    dpop: str = ""
    client: Texts = field(default_factory=Texts)
    method: str = "POST"
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Whom a request comes from. `dpop`, `attested`: thumbprints of its keys, "" where it showed none."""

    id: str = ""
    dpop: str = ""
    attested: str = ""


def identify(tenant: Tenant, asked: Asked, client_id: str, at: dt.datetime, *, rehearsal: bool = False) -> Client:
    """ProtocolError `invalid_client`, `use_attestation_challenge`, `invalid_dpop_proof`, `use_dpop_nonce`.

    `rehearsal`: what is asked for was offered by `mikra dev`; there, outside production, any provider will do.
    """
    attested = _attested(tenant, asked, client_id, at, rehearsal and not in_production())
    if attested is None and asked.profile.strict:
        raise oauth.refuse(oauth.INVALID_CLIENT, "A wallet needs an attestation here.", where="client attestation")
    key = holder(asked, "", at)
    if not key and asked.profile.strict:
        raise oauth.refuse(dpop.INVALID, "A wallet shows a key with each request here.", where="DPoP")
    known = client_id or (attested.client_id if attested else "")
    return Client(id=known[:200], dpop=key, attested=attested.key if attested else "")


def _attested(tenant: Tenant, asked: Asked, client_id: str, at: dt.datetime, anybody: bool) -> Attested | None:
    """None for a wallet that says nothing, and on `open` for one whose provider nobody here knows."""
    if not asked.client:
        return None
    expected = client_attestation.Expected(server=identifier(tenant, asked.profile), at=at, client_id=client_id)
    ends = at + client_attestation.REMEMBERED
    found = client_attestation.check(
        asked.client,
        expected,
        is_ours=lambda text: challenges().ends(text, at) is not None,
        is_new=lambda text: issuing.spend(digest_of(f"attestation:{text}"), ends),
    )
    if anybody or wallet_providers.vouched(found.chain, at):
        return found
    if asked.profile.strict:
        raise oauth.refuse(
            oauth.INVALID_CLIENT, "The provider of this wallet is not known here.", where="client attestation"
        )
    return None


def holder(asked: Asked, token: str, at: dt.datetime) -> str:
    """The thumbprint of the key that the request shows, "" for none. ProtocolError for a proof that fails."""
    if not asked.dpop:
        return ""
    wanted = dpop.Expected(method=asked.method, url=asked.url, at=at, token=token, nonce=asked.profile.strict)
    return dpop.check(
        asked.dpop,
        wanted,
        is_ours=lambda text: _proof_nonces().ends(text, at) is not None,
        is_new=lambda text: issuing.spend(digest_of(f"dpop:{text}"), at + dpop.REMEMBERED),
    )


def proof_nonce(at: dt.datetime) -> str:
    """RFC 9449, 8: what proofs of the next minutes carry."""
    return _proof_nonces().make(at, chance(16))


def challenge(at: dt.datetime) -> str:
    """Draft 07 of client attestations, 8: a value for the proof of a wallet."""
    return challenges().make(at, chance(16))


def challenges() -> Nonces:
    """Those of `challenge`."""
    return Nonces(personal.derived("wallet-challenge", NOBODY))


def _proof_nonces() -> Nonces:
    return Nonces(personal.derived("wallet-dpop", NOBODY))


def in_production() -> bool:
    """Whether nothing is made easier for developers."""
    return installation().mode is Mode.PRODUCTION


def addresses_of(client_id: str) -> list[str]:
    """Where learners of this wallet may be sent back to, as the operator knows them."""
    found = WalletClient._default_manager.filter(pk=client_id[:200]).first()
    return list(found.redirects) if found else []
