"""Files of one template, opened again in the short way: it says yes where the general path does, and nowhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import ConflictError
from mikra.issuance import batch as batches
from mikra.issuance import known_shape
from mikra.issuance.batch import Batch, Begun, Finished, reopen
from mikra.sealing import jades, prehashed
from mikra.sealing.certificates import KeyKind
from mikra.sealing.keys import Signer
from tests.issuance.awards import AT, ROW, award_id, pages, seal_key, signer_for
from tests.issuance.designs import published

WATER = published("university-short-course")
NAMES = ("O'Brien", 'A "quoted" \\ name', "Живилė\u2028\U0001f600", "tab\tand\nline")


def batch(signer: Signer | None = None) -> Batch:
    return Batch(WATER, signer=signer or signer_for(WATER), pages=pages(WATER), at=AT)


def begun_of(one: Batch, names: tuple[str, ...] = NAMES) -> list[Begun]:
    return [one.begin({**ROW, "family_name": name}, award_id(n)) for n, name in enumerate(names, 1)]


@cache
def known() -> tuple[known_shape.Shape, Begun, bytes]:
    """A shape, and another file of it."""
    one = batch()
    first, second = begun_of(one, ("First", 'Second "\\ Žižek'))
    done = one.finish([first, second])
    return learned(first, done[0]), second, done[1]


def learned(first: Begun, file: bytes) -> known_shape.Shape:
    assert first.template is not None
    shape = known_shape.learn(file, first.template.prefix, first.rest, certificate=signer_for(WATER).certificate)
    assert shape is not None
    return shape


def generally(file: bytes, payload: bytes) -> bool:
    try:
        reopen(file, payload, certificate=signer_for(WATER).certificate)
    except ConflictError:
        return False
    return True


def test_digests_are_those_of_file_and_payload() -> None:
    shape, begun, file = known()
    found = shape.open(file, begun.rest)
    assert found == known_shape.Digests(hashlib.sha256(file).digest(), hashlib.sha256(begun.payload).digest())


@given(where=st.integers(0, 10**6), bit=st.integers(0, 7), how=st.sampled_from(["change", "drop", "add", "cut"]))
def test_whatever_was_changed_is_seen(where: int, bit: int, how: str) -> None:
    shape, begun, file = known()
    place = where % len(file)
    bad = {
        "change": file[:place] + bytes([file[place] ^ 1 << bit]) + file[place + 1 :],
        "drop": file[:place] + file[place + 1 :],
        "add": file[:place] + b'" \\{0aZ'[bit % 7 : bit % 7 + 1] + file[place:],
        "cut": file[:place],
    }[how]
    assert bad == file or shape.open(bad, begun.rest) is None


def test_every_byte_of_header_and_seal_counts() -> None:
    shape, begun, file = known()
    (of,) = jades.unseal(file).seals
    for place in range(len(file) - len(of.protected) - len(of.text) - 80, len(file)):
        assert shape.open(file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :], begun.rest) is None, place


@given(where=st.integers(0, 10**6), text=st.sampled_from([b"\\u0041", b"\\/", b'",', b"\\u0000", b"\\ud800", b"\xff"]))
def test_it_never_says_yes_where_the_general_path_says_no(where: int, text: bytes) -> None:
    shape, begun, file = known()
    place = where % len(file)
    bad = file[:place] + text + file[place:]
    assert shape.open(bad, begun.rest) is None or generally(bad, begun.payload)


@given(name=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8))
def test_values_with_and_without_escapes_are_read_as_the_general_path_reads_them(name: str) -> None:
    one = batch()
    first, begun = begun_of(one, ("First", name))
    file, second = one.finish([first, begun])
    shape = learned(first, file)
    assert generally(second, begun.payload)
    assert shape.open(second, begun.rest) or "\0" in name
    assert shape.open(second, begun.rest.swapcase()) is None


def test_what_is_written_otherwise_than_it_was_meant_is_read_as_json() -> None:
    """An escape that need not be: another text that reads the same, as the general path says too."""
    shape, begun, file = known()
    other = file.replace(b"Second", b"\\u0053econd")
    assert other != file
    assert shape.open(other, begun.rest) is not None
    assert generally(other, begun.payload)
    assert shape.open(file.replace(b"Second", b"\\u0054econd"), begun.rest) is None


def test_other_content_is_seen() -> None:
    shape, begun, file = known()
    assert generally(file, begun.payload)
    for rest in (begun.rest + b" ", begun.rest[:-1], b"", begun.rest.replace(b"Second", b"Fecond")):
        assert shape.open(file, rest) is None


@pytest.mark.parametrize("seal", [b"", b"A", b"A" * 86, b"\xff" * 86, b"A" * 85 + b"B"])
def test_another_seal_is_seen(seal: bytes) -> None:
    shape, begun, file = known()
    (of,) = jades.unseal(file).seals
    assert shape.open(file.replace(of.text.encode(), seal), begun.rest) is None


def test_the_seal_of_another_key_is_seen() -> None:
    shape, begun, file = known()
    (of,) = jades.unseal(file).seals
    stranger = seal_key("VATRO-99999999", True).signer.sign(of.signing_input)
    assert shape.open(batches.sealer.finish(begun.file, stranger), begun.rest) is None
    assert shape.open(batches.sealer.finish(begun.file, signer_for(WATER).sign(of.signing_input)), begun.rest)


def test_a_file_beyond_what_is_accepted_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    shape, begun, file = known()
    monkeypatch.setattr(known_shape, "_MOST", len(file) - 1)
    assert shape.open(file, begun.rest) is None


def test_a_file_written_in_another_way_has_no_shape() -> None:
    _, begun, file = known()
    assert begun.template is not None
    spaced = file.replace(b'","signatures":', b'", "signatures":')
    certificate = signer_for(WATER).certificate
    assert generally(spaced, begun.payload)
    assert known_shape.learn(spaced, begun.template.prefix, begun.rest, certificate=certificate) is None


@pytest.mark.parametrize("kind", list(KeyKind))
def test_a_piece_is_opened_in_the_short_way_after_its_first(kind: KeyKind, monkeypatch: pytest.MonkeyPatch) -> None:
    """With Ed25519, which takes no digest, each by the general path."""
    asked = []
    whole = batches.reopen
    monkeypatch.setattr(batches, "reopen", lambda *given, **more: (asked.append(1), whole(*given, **more)))
    one = batch(signer_for(WATER, kind))
    begun = begun_of(one)
    done = list(one.finished(begun))
    assert len(asked) == (len(begun) if one.sealer.signer.algorithm == "EdDSA" else 1)
    for of, made in zip(begun, done, strict=True):
        assert made == Finished(made.file, hashlib.sha256(made.file).digest(), hashlib.sha256(of.payload).digest())
        assert jades.unseal(made.file).payload == of.payload
        assert jades.check_integrity(jades.unseal(made.file)) == ()


class Fickle:
    """A signer that answers well, but for one of its answers."""

    def __init__(self, good: Any, which: int, answer: Callable[[Any, bytes], bytes]) -> None:
        self.algorithm, self.certificate, self.chain = good.algorithm, good.certificate, good.chain
        self._good, self._which, self._answer, self._count = good, which, answer, 0

    def sign(self, data: bytes) -> bytes:
        raise AssertionError

    def sign_digest(self, digest: bytes) -> bytes:
        self._count += 1
        return self._answer(self._good, digest) if self._count == self._which else bytes(self._good.sign_digest(digest))


NONSENSE: dict[str, Callable[[Any, bytes], bytes]] = {
    "garbage": lambda good, digest: b"\x01" * 64,
    "zeros": lambda good, digest: bytes(64),
    "nothing": lambda good, digest: b"",
    "too short": lambda good, digest: good.sign_digest(digest)[:-1],
    "too long": lambda good, digest: good.sign_digest(digest) + b"\0",
    "other content": lambda good, digest: good.sign_digest(hashlib.sha256(digest).digest()),
    "another key": lambda good, digest: seal_key("VATRO-99999999", True).signer.sign_digest(digest),  # type: ignore[attr-defined]
}


@pytest.mark.parametrize("which", [1, 2, 4])
@pytest.mark.parametrize("fault", NONSENSE)
def test_one_bad_answer_of_the_key_is_noticed_wherever_it_comes(fault: str, which: int) -> None:
    one = batch(Fickle(signer_for(WATER), which, NONSENSE[fault]))
    with pytest.raises(ConflictError) as caught:
        list(one.finished(begun_of(one)))
    assert "nothing of this row was stored" in caught.value.fix


def test_one_whose_answers_are_good_passes() -> None:
    one = batch(Fickle(signer_for(WATER), 0, NONSENSE["garbage"]))
    assert len(list(one.finished(begun_of(one)))) == len(NAMES)


@pytest.mark.parametrize("kind", list(KeyKind))
@given(data=st.binary(max_size=100), place=st.integers(0, 10**6))
def test_over_a_digest_it_holds_as_over_the_data(kind: KeyKind, data: bytes, place: int) -> None:
    signer: Any = signer_for(WATER, kind)
    holds = prehashed.digest_check(signer.algorithm, signer.certificate)
    if signer.algorithm == "EdDSA":
        assert holds is None
        return
    assert holds is not None
    name = prehashed.ALGORITHMS[signer.algorithm].digest
    assert name is not None
    value, digest = signer.sign(data), hashlib.new(name.name, data).digest()
    assert holds(value, digest)
    place %= len(value)
    assert not holds(value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :], digest)
    assert not holds(value, digest[:-1] + bytes([digest[-1] ^ 1]))
    assert not holds(value[:-1], digest)


def test_a_seal_has_one_length() -> None:
    """A number that begins with a zero is the same number without it."""
    signer: Any = signer_for(WATER)
    holds = prehashed.digest_check(signer.algorithm, signer.certificate)
    assert holds is not None
    digest = hashlib.sha256(b"x").digest()
    value = next(value for value in iter(lambda: signer.sign(b"x"), b"") if value[32] == 0)
    assert holds(value, digest)
    assert not holds(value[:32] + value[33:], digest)


def test_a_key_that_does_not_fit_checks_nothing() -> None:
    assert prehashed.digest_check("RS256", signer_for(WATER).certificate) is None
    assert prehashed.digest_check("ES256", b"no certificate") is None
