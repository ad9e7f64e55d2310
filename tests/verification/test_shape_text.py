"""The text of a shape with holes: what fits is what renaming would give, to the last byte; and nothing is poisoned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.report import Status, Verdict
from mikra.sealing import jades
from mikra.trust.certificates import fingerprint
from mikra.verification import Policy, known_shapes
from mikra.verification.known_shapes import Renamed, rename
from mikra.verification.shape_text import Pattern
from tests.simulators import authorities
from tests.verification.documents import ANCHORED, AT, SEALED_AT, other_seal, status_entry
from tests.verification.test_known_shapes import SIGNER, in_full, judged, known, person, same, seal


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    known_shapes.forget()
    yield
    known_shapes.forget()


def text(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def named(number: int) -> dict[str, Any]:
    """With every kind of leaf, one of them twice."""
    document = person(number) | status_entry(number, member="credentialStatus")
    subject = document["credentialSubject"]
    subject |= {"givenName": {"en": f"Ana {number}"}, "familyName": {"en": "O'Brien"}, "note": {"id": subject["id"]}}
    return document


def pattern(payload: bytes) -> Pattern:
    made = known_shapes._pattern(payload, rename(payload), b"key")
    assert made is not None
    return made


BASE = text(named(3))
PATTERN = pattern(BASE)


def agrees(payload: bytes, one: Pattern = PATTERN) -> bool:
    """The law: what fits is renamed to the same text, under the same names. Whether it fits."""
    names = one.fits(payload)
    if names is None:
        return False
    assert not any(ours in payload for ours in known_shapes._OURS)
    assert rename(payload) == Renamed(rename(BASE).text, names)
    return True


def test_a_class_fits() -> None:
    for number in range(1, 60):
        assert agrees(text(named(number)))


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_any_change_keeps_the_law(data: st.DataObject) -> None:
    raw = bytearray(BASE)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["change", "digit", "delete", "double", "cut"])):
            case "change":
                raw[at] = data.draw(st.integers(32, 126))
            case "digit":
                raw[at] = data.draw(st.sampled_from(b'0123456789abcdef"#:'))
            case "delete":
                del raw[at]
            case "double":
                raw.insert(at, raw[at])
            case _:
                del raw[at:]
        raw = raw or bytearray(b"x")
    agrees(bytes(raw))


def test_every_single_change_keeps_the_law() -> None:
    """Of each byte: what stands outside the holes never fits, what stands within them fits where it is renamed."""
    fitted = 0
    for at in range(len(BASE)):
        for new in b'7f"':
            if BASE[at] != new:
                fitted += agrees(BASE[:at] + bytes((new,)) + BASE[at + 1 :])
    leaves = sum(len(old) for old in rename(BASE).names.values())
    assert leaves < fitted < len(BASE)


UUID = "01a1fdfa-4600-7003-8e68-a0f34c4cd4"
ODD = ["Zq7f 1", "zq7f1@mail.example", "#7", "Ana #5", "urn:uuid:01a1fdfa-4600-7003-8e68-a0f34c4cd4ff", "", " x", "7"]


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.sampled_from(ODD), st.text(max_size=40)), st.one_of(st.sampled_from(ODD), st.text(max_size=40)))
def test_any_name_keeps_the_law(name: str, given_name: str) -> None:
    document = named(3)
    document["credentialSubject"] |= {"fullName": {"en": name}, "givenName": {"en": given_name}}
    agrees(text(document))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        [*ODD, "ana@x.test", "5a7e9c3b-0000-4000-8000-000000000001", "01a1fdfa-4600-7003-8e68-a0f34c4cd499"]
    )
)
def test_any_id_keeps_the_law(leaf: str) -> None:
    for key in ("urn:uuid:", "mailto:", "urn:credential:"):
        payload = BASE.decode()
        start = payload.index(key) + len(key)
        end = payload.index('"', start)
        agrees((payload[:start] + leaf + payload[end:]).encode())


def test_a_leaf_in_places_of_two_kinds_makes_no_pattern() -> None:
    document = named(3)
    document["credentialSubject"]["fullName"] = {"en": "ana3@mail.test"}
    payload = text(document)
    assert known_shapes._pattern(payload, rename(payload), b"key") is None


NAMED = Policy(trusted_seals=frozenset({fingerprint(SIGNER.certificate)}))
"""Under it nothing is asked of anybody, so that answers are kept (`repeated`)."""


def learn_named(make: Callable[[int], dict[str, Any]] = person) -> None:
    for number in (1, 2):
        judged(seal(make(number)), NAMED)
    assert known() == 1
    judged(seal(make(3)), NAMED)
    (twin,) = [one.twin for one in known_shapes._seen.values() if one.twin is not None]
    assert {place for place, _ in twin.made} >= {"check_certificate", "check_issuer", "check_dates", "check_holder"}


class TestAnew:
    """Of a known shape, all that depends on trust and time is decided for each credential."""

    def test_a_class(self) -> None:
        learn_named()
        for number in range(4, 10):
            data = seal(person(number))
            assert same(judged(data, NAMED), in_full(data, NAMED))

    def test_another_sealer(self) -> None:
        learn_named()
        payload = text(person(7))
        for holder in (other_seal(), authorities.seal("P-384"), authorities.expired_seal()):
            protected = jades.jades_header.protected_header(
                algorithm=holder.signer.algorithm, certificate=holder.signer.certificate, at=SEALED_AT
            )
            value = holder.signer.sign(b"%b.%b" % (protected.encode(), payload))
            data = jades.envelope(jades.escape(payload), protected, value)
            report = judged(data, NAMED)
            assert same(report, in_full(data, NAMED))
            assert report.verdict is not Verdict.TOTAL_PASSED
        assert judged(seal(person(7)), NAMED).verdict is Verdict.TOTAL_PASSED

    def test_a_changed_leaf_under_the_old_seal(self) -> None:
        learn_named()
        data = seal(person(7))
        forged = data.replace(b"Ana 7", b"Eva 7")
        assert forged != data
        assert judged(data, NAMED).verdict is Verdict.TOTAL_PASSED
        assert judged(forged, NAMED).verdict is Verdict.TOTAL_FAILED
        assert judged(forged, NAMED).credential is None

    def test_another_moment_of_the_same_day(self) -> None:
        end = AT + timedelta(hours=1)

        def until(number: int) -> dict[str, Any]:
            return person(number, validUntil=f"{end:%Y-%m-%dT%H:%M:%SZ}")

        learn_named(until)
        data = seal(until(9))
        for at in (AT, end + timedelta(hours=1), AT - timedelta(hours=2), AT):
            if at.date() == AT.date():
                assert same(judged(data, NAMED, at=at), in_full(data, NAMED, at=at)), at
        assert judged(data, NAMED, at=AT).verdict is not judged(data, NAMED, at=end + timedelta(hours=1)).verdict

    def test_a_seal_that_nobody_trusts_any_more(self) -> None:
        learn_named()
        data = seal(person(9))
        nobody = Policy()
        assert same(judged(data, nobody), in_full(data, nobody))
        assert judged(data, nobody).verdict is Verdict.INDETERMINATE
        strict = replace(NAMED, algorithms=frozenset({"RS256"}))
        assert same(judged(data, strict), in_full(data, strict))

    def test_another_time_of_sealing(self) -> None:
        learn_named()
        payload = text(person(8))
        for year in (2026, 2027):
            at = datetime(year, 5, 4, 11, tzinfo=UTC)
            protected = jades.jades_header.protected_header(
                algorithm=SIGNER.algorithm, certificate=SIGNER.certificate, at=at
            )
            value = SIGNER.sign(b"%b.%b" % (protected.encode(), payload))
            data = jades.envelope(jades.escape(payload), protected, value)
            assert same(judged(data, NAMED), in_full(data, NAMED))

    def test_a_status_is_asked_for_each(self) -> None:
        def listed(number: int) -> dict[str, Any]:
            return person(number) | status_entry(number)

        learn_named(listed)
        for number in (4, 5):
            data = seal(listed(number))
            assert same(judged(data, NAMED), in_full(data, NAMED))
            assert judged(data, NAMED).check("status").status is Status.NOT_CHECKED


def test_what_is_kept_is_bounded_in_bytes() -> None:
    for number in range(40):
        for learner in (1, 2):
            data = seal(person(learner, name={"en": f"{number}" + "x" * 100_000}))
            judged(data, Policy(anchors=ANCHORED.anchors))
    assert sum(one.size for one in known_shapes._seen.values()) <= known_shapes.KEPT_BYTES
    assert known_shapes._patterns.keys() <= {digest for digest, _ in known_shapes._seen}
    assert 2 <= len(known_shapes._seen) <= 20
