"""What a relying party requires, as data. Checks read this and nothing else: no settings, no clock.

The default trusts nobody: seals verify, but who stands behind them stays unconfirmed until anchors or seals are named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mikra.formats import LIMITS, Limits

if TYPE_CHECKING:
    from mikra.trust.register import Register
    from mikra.trust.trusted_lists import TrustedLists


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What must hold for TOTAL-PASSED.

    `anchors`: certificates (DER) of authorities, or of seals, at which a chain may end; for timestamps too.
    `trusted_seals`: SHA-256 fingerprints (hex, lower case) of seal certificates taken as they are.
    `compromised`: fingerprint, as in `trusted_seals` -> since when that key may be in other hands, as its owner says.
    `status_seals`: the same for seals of status lists alone; they vouch for no credential.
    `trusted_issuers`: DIDs and https issuer identifiers whose keys are taken as the issuer's own.
    `lists_of`: one of `trusted_issuers` or `trusted_seals` -> fingerprints of the seals of its status lists.
    `tokens_of`: the same of its list tokens (IETF), where they are sealed by others than its other lists. Whoever has
    an entry in one of these two: lists under other certificates are not theirs.
    `trusted_lists`: a snapshot of the EU's trusted lists; what a seal is called, and who vouches for it, comes from it.
    `register`: what registers of providers know; it is told beside check 7, and decides nothing.
    `contexts`: JSON-LD contexts (URL -> bytes) that an administrator added to those that are bundled.
    `inline_contexts`: whether a credential may explain its own words; who relies on it must then read what it says.
    `proof_only`: judge the seal alone; that issuer and key belong together is then not asked, and said so.
    `algorithms`: JWS algorithms accepted of a seal; empty for all that the gate lets in (`sealing.algorithms`).
    `deciding_content`: content checks that also decide ("profile", "annex1", "principles").
    `status_required`: whether a status that is offered but cannot be checked keeps the verdict open.
    `timestamps_anchored`: whether only a timestamp that ends at an anchor proves a time.
    `clock_skew`: how far clocks may differ. `status_max_age`: how old a status list without an end date may be.
    `revocation_required`: whether it must be known that no certificate of a path was revoked; else it may be unknown.
    `faded`: method -> the instant from which it proves nothing any more ("sha256", "RS256", "rsa2048", "secp256r1").
    `profile_version`: the EDC profile to check ("1.1.0", "1.2.0"); empty for the one it is written for.
    """

    anchors: tuple[bytes, ...] = ()
    trusted_seals: frozenset[str] = frozenset()
    status_seals: frozenset[str] = frozenset()
    compromised: Mapping[str, datetime] = field(default_factory=dict, hash=False)
    trusted_issuers: frozenset[str] = frozenset()
    lists_of: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    tokens_of: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    trusted_lists: TrustedLists | None = None
    register: Register | None = None
    contexts: Mapping[str, bytes] = field(default_factory=dict, hash=False)
    inline_contexts: bool = False
    proof_only: bool = False
    algorithms: frozenset[str] = frozenset()
    deciding_content: frozenset[str] = frozenset()
    status_required: bool = True
    timestamps_anchored: bool = True
    clock_skew: timedelta = timedelta(minutes=5)
    status_max_age: timedelta = timedelta(hours=24)
    revocation_required: bool = False
    faded: Mapping[str, datetime] = field(default_factory=dict, hash=False)
    profile_version: str = ""
    limits: Limits = LIMITS


DEFAULT_POLICY = Policy()
