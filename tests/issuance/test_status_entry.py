"""Status in an EDC credential: two forms, the fast path byte-equal to the general one, each its own place."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import ConflictError, InputError
from mikra.issuance.batch import Batch
from mikra.issuance.compose import compose, serialise
from mikra.issuance.journal import Journal, edition_of, framed, read_journal
from mikra.issuance.status_entry import Member
from mikra.issuance.template import compile_template, shape_of
from mikra.model.jsonld import encode
from mikra.sealing import jades
from mikra.status import bitstring
from mikra.status.bitstring import MIN_ENTRIES
from mikra.status.indexes import Place
from mikra.validation.elm import ProfileVersion, check_profile
from tests.issuance.awards import AT, EVERYTHING, ROW, award_id, pages, signer_for
from tests.issuance.issues import WATER, Disk, learners, make_issue

BASE = "https://zed.example.test/status/"
PLACE = Place(f"{BASE}17", 81_234)
PAGES = {"en": pages(WATER)["en"]}
TEMPLATES = {
    (member, shape_of(row)): compile_template(WATER, row, PAGES, member)
    for member in Member
    for row in (ROW, EVERYTHING)
}


def composed(member: Member = Member.STATUS, row: Any = ROW, place: Place | None = PLACE) -> Any:
    return compose(WATER, row, award_id=award_id(), at=AT, pages=PAGES, place=place, member=member)


def batch(**more: Any) -> Batch:
    return Batch(WATER, signer=signer_for(WATER), pages=pages(WATER), at=AT, **more)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(Member),
    st.sampled_from([ROW, EVERYTHING]),
    st.integers(0, 10**11),
    st.from_regex(r"https://[a-z]{1,9}\.example/[A-Za-z0-9/_.~%-]{0,12}", fullmatch=True),
)
def test_the_fast_path_gives_what_the_general_path_gives(member: Member, row: Any, index: int, base: str) -> None:
    place = Place.read(f"{base}#{index}")
    fast = TEMPLATES[member, shape_of(row)].payload(row, award_id=award_id(), at=AT, place=place)
    assert fast == serialise(composed(member, row, place))


def test_what_is_written_is_what_is_read() -> None:
    entries = bitstring.entries(encode(composed()))
    assert [(e.purpose, e.position(), e.list_url) for e in entries] == [
        ("revocation", 81_234, f"{BASE}17/revocation"),
        ("suspension", 81_234, f"{BASE}17/suspension"),
    ]
    (only,) = bitstring.entries(encode(composed(Member.CREDENTIAL_STATUS)))
    assert (only.purpose, only.list_url, only.known) == ("revocation", f"{BASE}17/revocation", True)
    assert only.members["statusReference"] == f"{BASE}17/81234"
    assert bitstring.entries(encode(composed(place=None))) == ()


def test_both_profiles_take_it_under_status_and_the_new_one_under_credential_status() -> None:
    for version in ProfileVersion:
        result = check_profile(encode(composed()), version=version)
        assert (result.conforms, result.reader) == (True, ())
        other = check_profile(encode(composed(Member.CREDENTIAL_STATUS)), version=version)
        assert other.conforms == (version is ProfileVersion.V1_2_0)


@pytest.mark.parametrize("member", Member)
def test_a_batch_seals_it(member: Member) -> None:
    sealed = batch(status=member).award(ROW, award_id(), PLACE)
    document = orjson.loads(jades.unseal(sealed).payload)
    assert {entry.position() for entry in bitstring.entries(document)} == {PLACE.index}


def test_a_batch_with_status_needs_a_place_and_one_without_has_none() -> None:
    with pytest.raises(InputError, match="needs a place"):
        batch(status=Member.STATUS).award(ROW, award_id())
    with pytest.raises(InputError, match="offers no status"):
        batch().award(ROW, award_id(), PLACE)


class Reserving:
    """Hands out places; counts how many."""

    def __init__(self, seed: int = 1) -> None:
        self.chance, self.given, self.ends = random.Random(seed), 0, set[Any]()

    def __call__(self, awards: Any, ends: Any) -> list[Place]:
        self.given += len(awards)
        self.ends.add(ends)
        return [Place(f"{BASE}{n % 4 + 1}", self.chance.randrange(MIN_ENTRIES)) for n, _ in enumerate(awards)]


def begun() -> Disk:
    disk = Disk()
    disk.lines = framed(Journal(design=edition_of(WATER), salt="salt", status=BASE).opening(), start=0)
    return disk


def indexes_of(disk: Disk) -> list[str]:
    documents = [orjson.loads(jades.unseal(content).payload) for content in disk.files.values()]
    return [document["status"][0]["id"] for document in documents]


def test_an_issue_that_is_taken_up_keeps_its_places() -> None:
    disk, reserve = begun(), Reserving()
    disk.fails = frozenset({1})  # the files of the first chunk are not stored
    with pytest.raises(Exception, match="full"):
        list(make_issue(disk, batch=batch(status=Member.STATUS), reserve=reserve).run(learners(10)))
    promised = read_journal(disk.lines, design=edition_of(WATER)).places
    assert len(promised) == 10 == reserve.given
    disk.fails = frozenset()
    list(make_issue(disk, batch=batch(status=Member.STATUS), reserve=reserve, seed=2).run(learners(15)))
    assert reserve.given == 15, "those of the first chunk have theirs"
    ids = indexes_of(disk)
    assert len(set(ids)) == 15
    assert {f"{p.base}/revocation#{p.index}" for p in promised.values()} <= set(ids)


def test_a_place_that_is_lost_before_the_intent_is_burnt() -> None:
    disk, reserve = begun(), Reserving()
    disk.fails = frozenset({0})
    with pytest.raises(Exception, match="full"):
        list(make_issue(disk, batch=batch(status=Member.STATUS), reserve=reserve).run(learners(5)))
    disk.fails = frozenset()
    list(make_issue(disk, batch=batch(status=Member.STATUS), reserve=reserve, seed=2).run(learners(5)))
    assert reserve.given == 10
    assert len(set(indexes_of(disk))) == 5


def test_a_journal_of_places_without_one_is_damaged() -> None:
    opening = Journal(design="A/1", salt="s", status=BASE).opening()
    lines = opening + b'{"intent":"x","row":1,"award":"%s"}\n' % award_id().stem.encode()
    with pytest.raises(InputError, match="damaged"):
        read_journal(framed(lines, start=0), design="A/1")


def test_a_folder_begun_otherwise_is_refused(tmp_path: Any) -> None:
    from mikra.adapters.folder import Folder

    folder = Folder(tmp_path)
    with folder.locked():
        assert folder.journal(design="A/1", salt="s", status=BASE).status == BASE
        for other in ("", f"{BASE}2/"):
            with pytest.raises(ConflictError, match="other status lists"):
                folder.journal(design="A/1", salt="s", status=other)
