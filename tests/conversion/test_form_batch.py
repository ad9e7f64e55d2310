"""The fast path of Open Badges and VC 2.0: byte for byte what is made one by one; a bad row is refused alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mikra.conversion import form_batch
from mikra.conversion.form_batch import FormBatch, no_status
from mikra.conversion.form_holes import Rows
from mikra.conversion.forms import Award, Kind, make, published
from mikra.conversion.identity import Identity, Origin, of_key
from mikra.errors import ConflictError, InputError
from mikra.issuance.award_id import AwardId
from mikra.issuance.compose import compose
from mikra.issuance.status_entry import entry
from mikra.issuance.template import DAYS, OPEN
from mikra.model import Credential
from mikra.sealing.chunk import seal_rows
from mikra.sealing.keys import BatchSigner, DigestSigner, bare_signer
from mikra.status.bitstring import Purpose
from mikra.status.indexes import Place
from tests.conversion import made
from tests.issuance import awards
from tests.simulators import europe

AT = awards.AT
LETTERS = st.characters(codec="utf-8", exclude_characters="\0")
KINDS = sorted(form_batch.KINDS)
TWINS = [(Kind.VC_2, name) for name in made.EXAMPLES[1:]]
"""A twin holds all that a badge holds."""
ED, EC, RSA = europe.key("Ed25519"), europe.key("P-256"), europe.key("RSA")
ROWS: list[Mapping[str, Any]] = [
    awards.ROW,
    awards.EVERYTHING,
    {**awards.EVERYTHING, "grade": "87 %", "completed": "2026-02-28"},
    {**awards.EVERYTHING, "grade": "9,5"},
    {"full_name": 'Å "quoted" <b> \\ name', "grade": "cum laude"},
    {"given_name": "Łucja", "family_name": "Ђорђе ✓"},
    {"given_name": "Same", "family_name": "Same", "grade": "A*"},
    {"given_name": "Lin", "family_name": "Wu", "email": "lin_wu@u.example", "language": None},
]


def composing(name: str) -> Any:
    def composed(row: Mapping[str, Any], origin: Origin, at: dt.datetime) -> Credential:
        stem = origin.award.removeprefix("urn:uuid:")[:-2]
        return compose(made.design(name), row, award_id=AwardId(stem), at=at, pages={})

    return composed


def origin_of(number: int) -> Origin:
    award = awards.award_id(number)
    return Origin(credential=award.credential, award=award.award, digest=bytes([number % 256]) * 32)


def place(number: int) -> Place:
    return Place("https://zed.example/status/1", number)


def entries(place: Place) -> tuple[Mapping[str, Any], ...]:
    return entry(place, Purpose.REVOCATION), entry(place, Purpose.SUSPENSION)


def identity(key: Any = ED) -> Identity:
    return of_key(key.public_key(), namespace=made.NAMESPACE)


def batch_of(kind: Kind, name: str = made.EXAMPLES[0], key: Any = ED, **changes: Any) -> FormBatch:
    given = {
        "rows": Rows(compose=composing(name), texts=OPEN, days=DAYS),
        "identity": identity(key),
        "signer": bare_signer(key),
        "key": key.public_key(),
        "at": AT,
        "status": entries,
    }
    return FormBatch(kind=kind, **{**given, **changes})


def general(kind: Kind, name: str, key: Any, row: Mapping[str, Any], origin: Origin, stands: Place | None) -> bytes:
    own = replace(identity(key), status=entries(stands)) if stands else identity(key)
    award = Award(credential=composing(name)(row, origin, AT), origin=origin, identity=own)
    return make(award, kind, at=AT, signer=bare_signer(key)).content


@pytest.mark.parametrize(("kind", "name"), [*((kind, made.EXAMPLES[0]) for kind in KINDS), *TWINS])
def test_the_law(kind: Kind, name: str) -> None:
    batch = batch_of(kind, name)
    rows = [(row, origin_of(n), place(n) if n % 3 else None) for n, row in enumerate(ROWS)]
    files = batch.finish([batch.begin(*row) for row in rows])
    assert files == [general(kind, name, ED, *row) for row in rows]


@given(
    names=st.tuples(*[st.text(LETTERS, min_size=1, max_size=12)] * 3),
    grade=st.one_of(st.text(LETTERS, max_size=6), st.integers(0, 100).map(str), st.integers(0, 100).map("{} %".format)),
    day=st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)),
    seed=st.integers(1, 10_000),
)
@settings(deadline=None, max_examples=8, phases=[Phase.generate])
@pytest.mark.parametrize("batch", [batch_of(kind) for kind in KINDS], ids=KINDS)
def test_any_row(batch: FormBatch, names: tuple[str, ...], grade: str, day: dt.date, seed: int) -> None:
    given_name, family_name, learner_id = names
    row = {"given_name": given_name, "family_name": family_name, "learner_id": learner_id, "grade": grade}
    row |= {"completed": day}
    arguments = row, origin_of(seed), place(seed)
    try:
        expected = general(batch.kind, made.EXAMPLES[0], ED, *arguments)
    except InputError:
        with pytest.raises(InputError):
            batch.begin(*arguments)
        return
    assert batch.finish([batch.begin(*arguments)]) == [expected]


@pytest.mark.parametrize("kind", KINDS)
def test_the_fast_path_is_taken(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the law would say nothing of it."""
    batch = batch_of(kind)
    batch.begin(awards.EVERYTHING, origin_of(1), place(1))

    def refuse(*_: Any) -> Any:
        raise AssertionError("the general path was taken")

    monkeypatch.setattr(batch, "_document", refuse)
    other = {**awards.EVERYTHING, "given_name": "Ana", "family_name": "Pop", "full_name": "Ana Pop", "grade": "10"}
    batch.begin(other, origin_of(2), place(2))


@pytest.mark.parametrize("kind", KINDS)
def test_a_fast_path_that_says_something_else_is_not_taken(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    of_row = form_batch.values_of
    monkeypatch.setattr(form_batch, "values_of", lambda *given: of_row(*given) | {"full_name": "Somebody Else"})
    with pytest.raises(ConflictError, match="disagree"):
        batch_of(kind).begin(awards.EVERYTHING, origin_of(1), place(1))


@pytest.mark.parametrize("key", [EC, RSA], ids=["P-256", "RSA"])
@pytest.mark.parametrize("kind", KINDS)
def test_other_keys(kind: Kind, key: Any) -> None:
    batch = batch_of(kind, key=key)
    rows = [(row, origin_of(n), place(n)) for n, row in enumerate(ROWS)]
    assert len(batch.finish([batch.begin(*row) for row in rows])) == len(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_the_clock_moves_on(kind: Kind) -> None:
    batch = batch_of(kind)
    batch.begin(awards.ROW, origin_of(1))
    batch.tick(later := AT + dt.timedelta(days=3, seconds=5))
    award = Award(
        credential=composing(made.EXAMPLES[0])(awards.ROW, origin_of(2), later),
        origin=origin_of(2),
        identity=identity(),
    )
    expected = make(award, kind, at=later, signer=bare_signer(ED)).content
    assert batch.finish([batch.begin(awards.ROW, origin_of(2))]) == [expected]


class Remote:
    """A key that takes many digests at once, counts the questions, and may spoil one seal."""

    certificate, chain = b"", ()

    def __init__(self, spoil: int = -1) -> None:
        inner = bare_signer(EC)
        assert isinstance(inner, DigestSigner)
        self.algorithm = inner.algorithm
        self.sign, self.sign_digest = inner.sign, inner.sign_digest
        self.questions: list[int] = []
        self._spoil = spoil

    def sign_digests(self, digests: Sequence[bytes]) -> list[bytes]:
        self.questions.append(len(digests))
        made = [self.sign_digest(one) for one in digests]
        if self._spoil >= 0:
            made[self._spoil] = made[self._spoil][:-1] + bytes([made[self._spoil][-1] ^ 1])
        return made


@pytest.mark.parametrize("kind", KINDS)
def test_one_question_for_a_chunk_and_a_bad_row_alone(kind: Kind) -> None:
    signer = Remote()
    batch = batch_of(kind, key=EC, signer=signer)
    rows = [(row, origin_of(n), place(n)) for n, row in enumerate(ROWS)]
    rows[2] = ({**awards.ROW, "given_name": "half \ud800"}, *rows[2][1:])
    rows[4] = ({**awards.ROW, "completed": "31.12.2026"}, *rows[4][1:])
    rows[5] = ({**awards.ROW, "family_name": "N\0L"}, *rows[5][1:])
    found = seal_rows(batch, rows[:7])
    assert sorted(found.refused) == [2, 4, 5]
    assert sorted(found.files) == [0, 1, 3, 6]
    assert signer.questions == [4]


@pytest.mark.parametrize("kind", KINDS)
def test_a_seal_that_does_not_hold_is_seen(kind: Kind) -> None:
    batch = batch_of(kind, key=EC, signer=Remote(spoil=1))
    begun = [batch.begin(awards.ROW, origin_of(n), place(n)) for n in range(3)]
    with pytest.raises(ConflictError):
        batch.finish(begun)


@pytest.mark.parametrize("kind", KINDS)
def test_another_content_than_meant_is_seen(kind: Kind) -> None:
    batch = batch_of(kind)
    begun = batch.begin(awards.ROW, origin_of(1))
    assert len(batch.finish([begun])) == 1
    other = replace(begun, begun=replace(begun.begun, payload=begun.begun.payload.replace(b"Zo", b"Za")))
    with pytest.raises(ConflictError):
        batch.finish([other])
    tampered = replace(begun, begun=replace(begun.begun, file=begun.begun.file.replace(b"Zo", b"Za")))
    if kind is not Kind.VC_2_JWT:
        with pytest.raises(ConflictError):
            batch.finish([tampered])
    with pytest.raises(ConflictError):
        batch_of(kind, key=ED, signer=bare_signer(europe.key("Ed25519", "another"))).finish(
            [batch_of(kind, signer=bare_signer(europe.key("Ed25519", "another"))).begin(awards.ROW, origin_of(1))]
        )


def test_what_is_refused() -> None:
    for kind in (Kind.OPEN_BADGE_1_1, Kind.CLR_2):
        with pytest.raises(InputError):
            batch_of(kind)
    batch = batch_of(Kind.OPEN_BADGE, status=no_status)
    with pytest.raises(InputError):
        batch.begin(awards.ROW, origin_of(1), place(1))
    mixed = replace(origin_of(1), credential=origin_of(2).credential)
    with pytest.raises(InputError):
        batch.begin(awards.ROW, mixed)


def test_a_published_key_keeps_its_kind() -> None:
    assert isinstance(published(Remote()), BatchSigner)
    assert isinstance(published(bare_signer(EC)), DigestSigner)
    assert not isinstance(published(bare_signer(EC)), BatchSigner)
    assert not isinstance(published(bare_signer(ED)), DigestSigner)


def test_what_is_static_stands_first() -> None:
    """So that the most of it is hashed once."""
    batch = batch_of(Kind.VC_2_JWT)
    begun = [batch.begin(awards.ROW, origin_of(n)) for n in (1, 2)]
    one, other = (orjson.dumps(orjson.loads(each.begun.payload)) for each in begun)
    same = next(n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    assert same > len(one) * 0.7
