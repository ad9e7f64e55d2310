"""Many credentials under one key, whatever their form: each begun by itself, all sealed in one go, each opened again.

    begun = batch.begin(row, award, place)      InputError where the row breaks a rule: that row alone
    files = batch.finish([begun, ...])          one question to the key for all of them

`issuance.batch.Batch` (EDC), `conversion.form_batch.FormBatch` (Open Badges, VC 2.0) and
`conversion.wallet_batch.WalletBatch` (SD-JWT VC) are such batches; `seal_rows` takes any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from mikra.errors import ConflictError, InputError, MikraError
from mikra.sealing.algorithms import ALGORITHMS
from mikra.sealing.keys import BatchSigner, DigestSigner, Signer

RowT = TypeVar("RowT", contravariant=True)
AwardT = TypeVar("AwardT", contravariant=True)
PlaceT = TypeVar("PlaceT", contravariant=True)
BegunT = TypeVar("BegunT")
_Row = TypeVar("_Row")
_Award = TypeVar("_Award")
_Place = TypeVar("_Place")
_Begun = TypeVar("_Begun")


@dataclass(frozen=True, slots=True)
class Begun:
    """A credential without its signature: what is sealed, what the key is asked to seal, the file up to there.

    `digest` is a digest where the key takes those (`takes_digests`), else the very bytes that the seal covers.
    """

    payload: bytes
    digest: bytes
    file: bytes


class Batch(Protocol[RowT, AwardT, PlaceT, BegunT]):
    """What `seal_rows` needs."""

    def begin(self, row: RowT, award: AwardT, place: PlaceT | None = None, /) -> BegunT:
        """A credential that lacks its seal alone. InputError where it would break a rule."""
        ...

    def finish(self, begun: Sequence[BegunT], /) -> list[bytes]:
        """What was begun, sealed in one go and opened again. ConflictError where one does not hold."""
        ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """What became of the rows, by their number: the sealed credential, or why there is none."""

    files: dict[int, bytes] = field(default_factory=dict)
    refused: dict[int, MikraError] = field(default_factory=dict)


def seal_rows(batch: Batch[_Row, _Award, _Place, _Begun], rows: Iterable[tuple[_Row, _Award, _Place | None]]) -> Sealed:
    """A chunk of rows. One that breaks a rule is refused by itself; an error of the key is raised."""
    made = Sealed()
    begun: dict[int, _Begun] = {}
    for number, (row, award, place) in enumerate(rows):
        try:
            begun[number] = batch.begin(row, award, place)
        except MikraError as error:
            made.refused[number] = error
    made.files.update(zip(begun, batch.finish(list(begun.values())), strict=True))
    return made


def takes_digests(signer: Signer) -> bool:
    """Whether the key seals a digest, so that what never changes is hashed once. Ed25519 never does (RFC 8032, 5.1)."""
    return ALGORITHMS[signer.algorithm].digest is not None and isinstance(signer, DigestSigner)


def signatures(signer: Signer, asked: Sequence[bytes]) -> list[bytes]:
    """The signatures over what was begun, in order: in one question to a key that takes many."""
    if not asked:
        return []
    if not takes_digests(signer) or not isinstance(signer, DigestSigner):
        return [signer.sign(data) for data in asked]
    made = signer.sign_digests(asked) if isinstance(signer, BatchSigner) else [*map(signer.sign_digest, asked)]
    if len(made) != len(asked):
        raise ConflictError("The key gave another number of seals.", found=str(len(made)), expected=str(len(asked)))
    return made


def check_texts(values: Iterable[Any]) -> None:
    """InputError for a text with the character NUL: it can be sealed, and no strict reader opens it again."""
    if any(isinstance(value, str) and "\0" in value for value in values):
        raise InputError(
            "A text holds the character NUL.", found="\\u0000", fix="Type the text again.", code="json_bad_unicode"
        )


def does_not_hold() -> ConflictError:
    """What was sealed, opened again, is not what was meant."""
    return ConflictError(
        "What was sealed does not open as what was meant.",
        fix="Check the key or its device; nothing of this row was stored.",
    )
