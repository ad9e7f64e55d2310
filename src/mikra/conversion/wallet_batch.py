"""SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-26), the fast path: the attestations of one edition, many learners at a time.

A design is compiled once, from the projection of any one of its awards: what is the same for all learners is written
down, what differs is a hole. Learners of one *shape* (the same claims present) share what was compiled. What comes out
is, for the same chance, what `sd_jwt_vc.seal` seals (`tests/conversion/test_wallet_batch.py`, a law).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mikra.conversion.sd_jwt_vc import Projection, check_issuer, issued_at, opening_claims, refuse_incomplete
from mikra.errors import InputError
from mikra.sealing.keys import Signer
from mikra.sealing.sd_jwt import Chance
from mikra.sealing.sd_jwt.template import Hole, Prepared

VARYING = frozenset(
    {
        "date_of_issuance",
        "date_of_award",
        "date_of_expiry",
        "full_name",
        "family_name",
        "given_name",
        "birthdate",
        "learner_identification",
        "supervision_of_assessment",
        "assessment_grade",
        "award_id",
        "edc_digest",
    }
)
"""Claims that belong to a learner's award; all others belong to the edition and the language."""

CHUNK = 64
"""Rows that are filled and sealed together: enough to share the work, few enough to stay in the processor's cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """One learner's attestation: the claims of `VARYING` that there are, the holder's key, the place in a status list.

    `expires`: when the award itself ends, in seconds since 1970.
    """

    claims: Mapping[str, Any]
    holder: Mapping[str, Any]
    status: Mapping[str, Any] | None = None
    expires: int | None = None


@dataclass(kw_only=True)
class WalletBatch:
    """One edition in one language under one seal. `projection` is that of any of its awards."""

    projection: Projection
    issuer: str
    signer: Signer
    at: datetime
    key_id: str = ""
    decoys: int = 0
    _prepared: dict[tuple[Any, ...], Prepared] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        refuse_incomplete(self.projection)
        self.tick(self.at)

    def tick(self, at: datetime) -> None:
        """Move the clock on. NotAllowedError when the certificate's time is over."""
        check_issuer(self.issuer, self.signer, at, self.key_id)
        self.at = at

    def seal(self, learners: Sequence[Learner], chance: Chance) -> list[bytes]:
        """The attestations, in order. InputError where a mandatory claim is missing, or a claim is not a learner's."""
        made: list[bytes] = []
        for start in range(0, len(learners), CHUNK):
            made += self._chunk(learners[start : start + CHUNK], chance)
        return made

    def _chunk(self, learners: Sequence[Learner], chance: Chance) -> list[bytes]:
        """Neighbours of one shape together, so that chance is used in the order of the learners."""
        iat = issued_at(self.at)
        made: list[bytes] = []
        run: list[dict[str, Any]] = []
        shape: tuple[Any, ...] | None = None
        for learner in learners:
            own = (tuple(learner.claims), learner.expires is None, learner.status is None)
            if run and own != shape:
                made += self._sealed(shape, run, chance)
                run = []
            shape = own
            run.append(
                {
                    **learner.claims,
                    "iat": iat,
                    "exp": learner.expires,
                    "cnf": {"jwk": learner.holder},
                    "status": learner.status,
                }
            )
        return made + self._sealed(shape, run, chance)

    def _sealed(self, shape: tuple[Any, ...] | None, rows: list[dict[str, Any]], chance: Chance) -> list[bytes]:
        if shape is None:
            return []
        prepared = self._prepared.get(shape)
        if prepared is None:
            prepared = self._prepared[shape] = self._compiled(shape)
        return prepared.seal(rows, chance)

    def _compiled(self, shape: tuple[Any, ...]) -> Prepared:
        names, without_end, without_status = shape
        given, fixed = frozenset(names), self.projection.claims
        table = self.projection.table
        wanted = {claim.name for claim in table if claim.mandatory and claim.name in VARYING}
        if not wanted <= given or not given <= VARYING & {claim.name for claim in table}:
            raise InputError(
                "These are not the claims of a learner's award.",
                found=", ".join(sorted(given)),
                expected=", ".join(sorted(wanted)),
                code="claim_missing",
            )
        here = [c for c in table if (c.name in given if c.name in VARYING else c.name in fixed)]
        claims: dict[str, Any] = {
            **opening_claims(self.projection, self.issuer),
            **{c.name: Hole(c.name) if c.name in VARYING else fixed[c.name] for c in here},
            "iat": Hole("iat"),
            **({} if without_end else {"exp": Hole("exp")}),
            "cnf": Hole("cnf"),
            **({} if without_status else {"status": Hole("status")}),
        }
        concealed = [c.path for c in here if not c.open]
        return Prepared(claims, signer=self.signer, concealed=concealed, key_id=self.key_id, decoys=self.decoys)
