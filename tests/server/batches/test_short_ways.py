"""What a batch writes past the ORM, or makes in a shorter way, is what the ORM reads and the longer way makes."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.adapters.clock import now
from mikra.errors import MikraError
from mikra.issuance.roster.learners import learner_key
from mikra.server.actions import claim_codes, learners_profile, rows_cells, sealing, sealing_press, sealing_store
from mikra.server.rights import Actor
from mikra.server.store import bulk, personal
from mikra.server.store.awards import Award
from mikra.server.store.base import new_hexes
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.designs import Edition
from mikra.server.store.learners import MAIL, NUMBER, SAME, WORD, Learner, LearnerToken, changed, known_by
from mikra.server.store.tenants import Tenant, Wrapped
from mikra.vocabulary.folding import words
from tests.server.institution import approved, class_list, publish, sealed_batch

NOBODY = uuid.UUID(int=7)


def test_ids_are_those_of_version_7() -> None:
    made = new_hexes(300)
    ids = [uuid.UUID(one) for one in made]
    assert len(set(made)) == 300
    assert {(one.version, one.variant) for one in ids} == {(7, uuid.RFC_4122)}
    assert all(one.hex == text for one, text in zip(ids, made, strict=True))
    assert {abs((one.int >> 80) / 1000 - now().timestamp()) < 5 for one in ids} == {True}


@given(number=st.integers(0, 2**128 - 1))
def test_a_code_is_eighty_bits_of_an_hmac(number: int) -> None:
    delivery = uuid.UUID(int=number)
    digest = hmac.digest(personal.derived("claim", NOBODY), delivery.bytes, "sha256")
    left, letters = int.from_bytes(digest[:10]), ""
    for _ in range(16):
        letters = claim_codes.LETTERS[left % 32] + letters
        left //= 32
    code = claim_codes.code_of(NOBODY, delivery)
    assert code == letters
    assert claim_codes.Codes(NOBODY).token(delivery.bytes) == claim_codes.token_of(code)
    assert claim_codes.token_of(f" {claim_codes.spaced(code).lower()}") == claim_codes.token_of(code)


@given(kind=st.sampled_from([SAME, MAIL, WORD, NUMBER]), text=st.text(st.characters(exclude_categories=("Cs",))))
def test_a_token_is_an_hmac(kind: str, text: str) -> None:
    whole = hmac.digest(personal.derived("token", NOBODY), f"{kind}:{text}".encode(), hashlib.sha256)
    assert personal.token(NOBODY, kind, text) == whole[:16]


def test_all_by_which_a_learner_is_found() -> None:
    values = {
        "given_name": "Živilė Ħ.", "family_name": "O'Brien", "email": "Z@Student.example", "learner_id": "S-1",
        "learner_id_scheme": "Zed", "national_id": "AB 1", "date_of_birth": "2001-02-03",
    }  # fmt: skip
    token = personal.token
    birth = learner_key({**values, "date_of_birth": dt.date(2001, 2, 3), "learner_id": "", "national_id": ""})
    keys = ["id:zed:s-1", "nid:ab 1", f"person:{birth}"]
    assert learners_profile.same_tokens(NOBODY, values) == [token(NOBODY, SAME, key) for key in keys]
    texts = [(WORD, one) for one in words("Živilė Ħ. O'Brien")] + [(MAIL, "z@student.example")]
    texts += [(NUMBER, "s-1"), (NUMBER, "ab 1")]
    expected = {(kind, token(NOBODY, kind, text)) for kind, text in texts}
    assert learners_profile.search_tokens(NOBODY, learners_profile.profile_of(values)) == expected


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "given_name": st.text(min_size=1, max_size=9),
        "family_name": st.text(min_size=1, max_size=9),
        "full_name": st.text(min_size=1, max_size=9),
        "email": st.just("Z@Student.example"),
        "learner_id": st.text(min_size=1, max_size=5),
        "learner_id_scheme": st.text(min_size=1, max_size=5),
        "national_id": st.text(min_size=1, max_size=5),
        "date_of_birth": st.one_of(st.dates(), st.dates().map(dt.date.isoformat)),
    },
)


@given(rows=st.lists(VALUES, max_size=4))
def test_digests_made_together_are_those_made_one_by_one(rows: list[dict[str, Any]]) -> None:
    made = rows_cells.digests_of(personal.Digests(NOBODY), rows)
    assert made == [(rows_cells.same_of(NOBODY, one), rows_cells.keys_of(NOBODY, one)) for one in rows]


def test_keys_made_together_are_each_their_own() -> None:
    made = personal.new_keys(NOBODY, 5)
    assert len({one for one, _, _ in made}) == len({key for _, key, _ in made}) == 5
    for one, key, wrapped in made:
        assert len(key) == 32
        assert personal.unwrap_bytes(NOBODY, uuid.UUID(one), wrapped) == key
    assert personal.unwrap_all(NOBODY, [(one, wrapped) for one, _, wrapped in made]) == [key for _, key, _ in made]
    with pytest.raises(MikraError):
        personal.unwrap_all(NOBODY, [(made[0][0], made[1][2])])


@pytest.mark.django_db
@pytest.mark.both
def test_what_is_written_is_what_the_orm_reads(tenant: Tenant) -> None:
    at = dt.datetime(2026, 5, 3, 8, 1, 2, 345678, tzinfo=dt.timezone(dt.timedelta(hours=3)))
    ids = new_hexes(4)
    names = ("id", "created", "tenant_id", "wrapped")
    bulk.insert(Wrapped, names, [(one, bulk.moment(at), tenant.id.hex, one.encode()) for one in ids], written=True)
    found = list(Wrapped._default_manager.order_by("id"))
    assert {(one.id.hex, one.created, one.tenant_id, bytes(one.wrapped)) for one in found} == {
        (one, at, tenant.id, one.encode()) for one in ids
    }
    bulk.update(Wrapped, "id", ("wrapped",), [(ids[0], b"new"), (ids[1], b"")], written=True)
    bulk.change(Wrapped, ids[2:], {"wrapped": b"same"})
    bulk.change(Wrapped, [], {"wrapped": b"none"})
    rows = bulk.read(Wrapped, ("id", "wrapped"), ids, where={"tenant_id": tenant.id.hex}, lock=True)
    assert {(one, bytes(wrapped)) for one, wrapped in rows} == {
        (ids[0], b"new"), (ids[1], b""), (ids[2], b"same"), (ids[3], b"same"),
    }  # fmt: skip
    assert bulk.read(Wrapped, ("id",), ids, where={"tenant_id": NOBODY.hex}) == []
    assert bulk.read(Wrapped, ("id",), []) == []
    same = bulk.read(Wrapped, ("id", "tenant_id"), [b"same"], key="wrapped")
    assert sorted(same) == sorted((one, tenant.id.hex) for one in ids[2:])
    asked = Wrapped._default_manager.filter(tenant=tenant).order_by("id").values_list("id", "tenant_id")
    assert bulk.raw(asked) == [(one.hex, of.hex) for one, of in asked]
    bulk.delete(Wrapped, ids[:1])
    bulk.delete(Wrapped, [])
    assert Wrapped._default_manager.count() == 3


def _made(batch: Batch) -> tuple[Batch, sealing_press.Press, list[sealing_press.Made]]:
    full = Batch._default_manager.select_related("tenant", "edition__design").get(pk=batch.id)
    press = sealing_press.press_for(full, now())
    return full, press, press.seal(full, sealing._intend(full, 0, 10, now(), press), now())


@pytest.mark.django_db
@pytest.mark.both
def test_what_was_intended_is_what_is_stored_as_intended(registrar: Actor, edition: Edition) -> None:
    """Sealing begins with the rows in memory; after a crash it begins with those in the database: the same."""
    batch = approved(registrar, edition, class_list(6))
    full = Batch._default_manager.select_related("tenant", "edition__design").get(pk=batch.id)
    fixed = sealing._intend(full, 0, 10, now(), sealing_press.press_for(full, now()))
    again = sealing._rows(full, 10, state="intent", slot=0)
    assert len(again) == 6

    def plain(row: sealing_press.Intended) -> tuple[object, ...]:
        return tuple(bytes(one) if isinstance(one, memoryview | bytes) else one for one in row)

    assert [plain(one) for one in fixed] == [plain(one) for one in again]


@pytest.mark.django_db
@pytest.mark.both
def test_what_somebody_stored_meanwhile_is_left_out_and_the_rest_is_stored(registrar: Actor, edition: Edition) -> None:
    full, press, made = _made(approved(registrar, edition, class_list(5)))
    assert sealing_store.store(full, press, made[:2], now()) == 2
    assert sealing_store.store(full, press, made, now()) == 3
    assert sealing_store.store(full, press, made, now()) == 0
    assert sealing_store.store(full, press, [], now()) == 0
    assert Award.of(full.tenant_id).count() == Learner.of(full.tenant_id).count() == 5
    assert not Wrapped._default_manager.filter(id__in=BatchRow._default_manager.values("key_id")).exists()


@pytest.mark.django_db
@pytest.mark.both
@pytest.mark.parametrize("what", ["told", "erased"])
def test_a_learner_who_changes_while_a_piece_is_put_together_is_not_overwritten(
    registrar: Actor, edition: Edition, tenant: Tenant, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking for learners and storing, one is told something new, or erased."""
    sealed_batch(registrar, edition, class_list(1))
    learner = Learner.of(tenant).select_related("key").get()
    key = personal.opened(learner.key)
    full, press, made = _made(approved(registrar, publish(tenant), class_list(2)))
    whole, times = sealing_store.Filling._find, []

    def late(self: sealing_store.Filling, same: list[list[bytes]]) -> object:
        found = whole(self, same)
        times.append(len(self.found))
        if len(times) == 1 and what == "told":
            profile = {**personal.look_into(key, bytes(learner.profile)), "gender": "female"}
            Learner._default_manager.filter(pk=learner.pk).update(profile=personal.seal_away(key, profile))
        elif len(times) == 1:
            LearnerToken._default_manager.filter(learner=learner).delete()
            Learner._default_manager.filter(pk=learner.pk).update(erased=now(), key=None, profile=b"")
        return found

    monkeypatch.setattr(sealing_store.Filling, "_find", late)
    assert sealing_store.store(full, press, made, now()) == 2
    assert times == [1, 1 if what == "told" else 0]
    learner.refresh_from_db()
    if what == "told":
        assert personal.look_into(key, bytes(learner.profile))["gender"] == "female"
        assert learner.awards.count() == 2
    else:
        assert learner.awards.count() == 1
        assert Learner.of(tenant).count() == 3


@pytest.mark.django_db
@pytest.mark.both
def test_whether_a_learner_is_as_they_were(registrar: Actor, edition: Edition, tenant: Tenant) -> None:
    sealed_batch(registrar, edition, class_list(2))
    tokens = [bytes(one.token) for one in LearnerToken._default_manager.filter(kind=SAME)]
    found = list(known_by(tenant.id, tokens).values())
    assert len(found) == 2
    assert known_by(NOBODY, tokens) == {}
    assert not changed(found)
    assert not changed([])
    Learner._default_manager.filter(pk=found[0].id).update(erased=now())
    assert changed(found)
    assert not changed(found[1:])
    assert len(known_by(tenant.id, tokens)) == 1


@pytest.mark.django_db
def test_a_key_that_answers_nonsense_for_one_row_stores_nothing(
    registrar: Actor, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third of five is sealed wrongly: the piece is refused, and nothing of it is there."""
    batch = approved(registrar, edition, class_list(5))
    full = Batch._default_manager.select_related("tenant", "edition__design").get(pk=batch.id)
    press = sealing_press.press_for(full, now())
    signer, count = press.core.sealer.signer, []
    good = signer.sign_digest  # type: ignore[attr-defined]

    def fickle(digest: bytes) -> bytes:
        count.append(digest)
        return bytes(64) if len(count) == 3 else bytes(good(digest))

    monkeypatch.setattr(signer, "sign_digest", fickle)
    assert not sealing.advance(batch.id)
    assert (len(count), Award.of(full.tenant_id).count()) == (5, 0)
    full.refresh_from_db()
    assert "does not open as what was meant" in full.problem
    assert sealing.advance(batch.id)
    assert Award.of(full.tenant_id).count() == 5
