"""SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-26), the fast path: the attestations of one edition, many learners at a time.

A design is compiled once, from the projection of any one of its awards: what is the same for all learners is written
down, what differs is a hole. Learners of one *shape* (the same claims present) share what was compiled. What comes out
is, for the same chance, what `sd_jwt_vc.seal` seals (`tests/conversion/test_wallet_batch.py`, a law).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra.conversion.identity import Origin
from mikra.conversion.sd_jwt_vc import Projection, check_issuer, issued_at, opening_claims, refuse_incomplete
from mikra.errors import InputError
from mikra.sealing import jades, sd_jwt
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.chunk import check_texts, does_not_hold, signatures
from mikra.sealing.keys import BatchSigner, Signer
from mikra.sealing.sd_jwt import Chance
from mikra.sealing.sd_jwt import prepared as sd_jwt_prepared
from mikra.sealing.sd_jwt.prepared import Prepared
from mikra.sealing.sd_jwt.template import Hole, encoded, written
from mikra.status import token
from mikra.status.indexes import Place

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
"""Rows that are filled and sealed together: enough to share the work, few enough to stay in the processor's cache.
A key that takes many digests at once gets those of all rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """One learner's attestation: the claims of `VARYING` that there are, and the holder's key (a public JWK).

    `expires`: when the award itself ends, in seconds since 1970. The claims of the award may be left to `begin`.
    """

    claims: Mapping[str, Any]
    holder: Mapping[str, Any] | None
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What learners of one shape share. `order` names the holes as `BegunAttestation.values` has them."""

    prepared: Prepared
    order: tuple[str, ...]
    fixed: Mapping[str, Any]


class BegunAttestation(NamedTuple):
    """An attestation without salts and signature. `claims` are the award's; the last three are those of the seal."""

    compiled: _Compiled
    values: Sequence[bytes]
    claims: Mapping[str, Any]
    iat: int
    learner: Learner
    place: Place | None

    def meant(self) -> dict[str, Any]:
        """All claims, as they must be found when what was sealed is opened."""
        claims = {**self.compiled.fixed, **self.claims, "iat": self.iat}
        if self.learner.expires is not None:
            claims["exp"] = self.learner.expires
        if self.learner.holder is not None:
            claims["cnf"] = {"jwk": dict(self.learner.holder)}
        return claims | ({"status": _status(self.place)} if self.place else {})


@lru_cache(maxsize=64)
def _token_list(base: str) -> bytes:
    """The address of the list at `base` that wallets read, as JSON."""
    return written(Place(base, 0).address("token"))


def _status(place: Place) -> dict[str, Any]:
    """Token Status List, 6.2."""
    return dict(token.reference(place.address("token"), place.index))


@dataclass(kw_only=True)
class WalletBatch:
    """One edition in one language under one seal. `projection` is that of any of its awards.

    `key` is the public key of the signer, where no certificate comes along: what was sealed is opened with it.
    """

    projection: Projection
    issuer: str
    signer: Signer
    at: datetime
    chance: Chance
    key_id: str = ""
    decoys: int = 0
    key: PublicKeyTypes | None = None
    _compiled: dict[tuple[Any, ...], _Compiled] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        refuse_incomplete(self.projection)
        self._names = frozenset(claim.name for claim in self.projection.table)
        self.tick(self.at)

    def tick(self, at: datetime) -> None:
        """Move the clock on. NotAllowedError when the certificate's time is over."""
        check_issuer(self.issuer, self.signer, at, self.key_id)
        self.at = at
        self._iat = issued_at(at)
        self._iat_text = b"%d" % self._iat

    def begin(self, row: Learner, award: Origin | None = None, place: Place | None = None) -> BegunAttestation:
        """An attestation that lacks salts and seal. `place` is that of its status.

        InputError where a mandatory claim is missing, or a claim is not a learner's or cannot be written.
        """
        claims = row.claims
        if award is not None:
            own = {"award_id": award.award, "edc_digest": award.integrity}
            claims = {**claims, **{name: value for name, value in own.items() if name in self._names}}
        shape = (tuple(claims), row.expires is None, row.holder is None, place is None)
        compiled = self._compiled.get(shape)
        if compiled is None:
            compiled = self._compiled[shape] = self._compile(shape)
        values = encoded([*claims.values()])
        if b"\\u0000" in b"".join(values):
            check_texts(claims.values())
        values.append(self._iat_text)
        if row.expires is not None:
            values.append(b"%d" % row.expires)
        if row.holder is not None:
            values.append(b'{"jwk":%b}' % written(row.holder))
        if place is not None:
            values.append(b'{"status_list":{"idx":%d,"uri":%b}}' % (place.index, _token_list(place.base)))
        return BegunAttestation(compiled, values, claims, self._iat, row, place)

    def finish(self, begun: Sequence[BegunAttestation]) -> list[bytes]:
        """What was begun, sealed in one go and opened again. ConflictError where one does not hold."""
        files = self.sealed(begun)
        for one, file in zip(begun, files, strict=True):
            reopen(file, one.meant(), key=self._public)
        return files

    @property
    def _public(self) -> PublicKeyTypes:
        key = self.key or jades.public_key(self.signer.certificate)
        if isinstance(key, str):
            raise InputError("The certificate cannot be read.", where="certificate", code=key)
        return key

    def sealed(self, begun: Sequence[BegunAttestation]) -> list[bytes]:
        """The same, not opened again."""
        size = len(begun) if isinstance(self.signer, BatchSigner) else CHUNK
        made: list[bytes] = []
        for start in range(0, len(begun), size or 1):
            filled = [*self._filled(begun[start : start + size])]
            values = signatures(self.signer, [one[0] for _, one in filled])
            made += [prepared.finish(one, value) for (prepared, one), value in zip(filled, values, strict=True)]
        return made

    def _filled(self, begun: Sequence[BegunAttestation]) -> Iterator[tuple[Prepared, sd_jwt_prepared.Begun]]:
        """Neighbours of one shape together, so that chance is used in the order of the learners."""
        for _, group in groupby(begun, key=lambda one: id(one.compiled)):
            run = [*group]
            known, rows = run[0].compiled, [one.values for one in run]
            columns = dict(zip(known.order, zip(*rows, strict=True), strict=True))
            for one in known.prepared.begin_columns(columns, len(rows), self.chance):
                yield known.prepared, one

    def _compile(self, shape: tuple[Any, ...]) -> _Compiled:
        names, without_end, without_holder, without_status = shape
        given, fixed = frozenset(names), self.projection.claims
        table = self.projection.table
        wanted = {claim.name for claim in table if claim.mandatory and claim.name in VARYING}
        if not wanted <= given or not given <= VARYING & self._names:
            raise InputError(
                "These are not the claims of a learner's award.",
                found=", ".join(sorted(given)),
                expected=", ".join(sorted(wanted)),
                code="claim_missing",
            )
        here = [c for c in table if (c.name in given if c.name in VARYING else c.name in fixed)]
        absent = {"exp": without_end, "cnf": without_holder, "status": without_status}
        closing = ("iat", *(name for name, left_out in absent.items() if not left_out))
        claims: dict[str, Any] = {
            **opening_claims(self.projection, self.issuer),
            **{c.name: Hole(c.name) if c.name in VARYING else fixed[c.name] for c in here},
            **{name: Hole(name) for name in closing},
        }
        concealed = [c.path for c in here if not c.open]
        prepared = Prepared(claims, signer=self.signer, concealed=concealed, key_id=self.key_id, decoys=self.decoys)
        static = {name: value for name, value in claims.items() if not isinstance(value, Hole)}
        return _Compiled(prepared, (*names, *closing), static)


def reopen(sealed: bytes, claims: Mapping[str, Any], *, key: PublicKeyTypes) -> None:
    """ConflictError unless `sealed` opens, its seal is that of `key`, and it discloses exactly `claims`."""
    try:
        opened = sd_jwt.read(sealed)
        (one,) = opened.jwt.signatures
        holds = opened.claims == claims and not opened.key_binding
        holds = holds and not signature_fault(one.algorithm, key, one.value, opened.jwt.signing_input(one))
    except InputError:
        holds = False
    if not holds:
        raise does_not_hold()
