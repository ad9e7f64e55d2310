"""What was judged of a shape is not judged again, and no report differs by it, to the last finding."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mikra.report import Report, Verdict
from mikra.sealing import jades
from mikra.trust.loader import OFFLINE
from mikra.verification import Policy, known_shapes, verify
from tests.simulators import authorities
from tests.verification.documents import ANCHORED, AT, STATUS_URL, edc, status_entry, status_list
from tests.verification.test_verify import serving

SIGNER = authorities.seal().signer


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    known_shapes.forget()
    yield
    known_shapes.forget()


def person(number: int, **changes: Any) -> dict[str, Any]:
    """One of a class: other ids, another name, another birthday."""
    uuid = f"01a1fdfa-4600-7{number:03x}-8e68-a0f34c4cd4"
    document = edc(id=f"urn:credential:{uuid}00")
    subject = document["credentialSubject"]
    subject |= {
        "id": f"urn:uuid:{uuid}02",
        "fullName": {"en": f"Ana {number} O'Brien-Łukasiewicz"},
        "dateOfBirth": f"20{number % 20:02d}-03-0{1 + number % 9}T00:00:00Z",
        "contactPoint": [
            {
                "id": f"urn:uuid:{uuid}03",
                "type": "ContactPoint",
                "emailAddress": [{"id": f"mailto:ana{number}@mail.test", "type": "Mailbox"}],
            }
        ],
    }
    subject["hasClaim"][0]["id"] = f"urn:uuid:{uuid}01"
    return document | changes


def seal(document: Any) -> bytes:
    payload = (
        document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    )
    payload = payload if isinstance(payload, bytes) else payload.encode()
    at = datetime(2026, 5, 4, 10, tzinfo=UTC)
    text = jades.jades_header.protected_header(algorithm=SIGNER.algorithm, certificate=SIGNER.certificate, at=at)
    return jades.envelope(jades.escape(payload), text, SIGNER.sign(b"%b.%b" % (text.encode(), payload)))


def judged(data: bytes, policy: Policy = ANCHORED, loader: Any = OFFLINE, at: datetime = AT) -> Report:
    (report,) = verify(data, at=at, policy=policy, loader=loader)
    return report


def in_full(data: bytes, policy: Policy = ANCHORED, loader: Any = OFFLINE, at: datetime = AT) -> Report:
    """The same with nothing known before."""
    kept = dict(known_shapes._seen)
    known_shapes.forget()
    report = judged(data, policy, loader, at)
    known_shapes._seen.update(kept)
    return report


def same(one: Report, other: Report) -> bool:
    return one == other and one.as_dict("ro", details=True) == other.as_dict("ro", details=True)


def known() -> int:
    return sum(one.twin is not None for one in known_shapes._seen.values())


def learn(make: Callable[[int], dict[str, Any]] = person) -> None:
    for number in (1, 2):
        judged(seal(make(number)))


class TestSame:
    def test_a_class(self) -> None:
        learn()
        assert known() == 1
        for number in range(3, 15):
            data = seal(person(number))
            assert same(judged(data), in_full(data))
        assert known() == 1
        assert len(known_shapes._seen) == 1, "all of one shape"

    def test_the_name_that_is_told_is_the_real_one(self) -> None:
        learn()
        report = judged(seal(person(7)))
        assert report.credential is not None
        assert report.credential["learner"].text("en").startswith("Ana 7 O'Brien")
        assert "Zq7f" not in json.dumps(report.as_dict("en", details=True))

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(name=st.text(max_size=60), given_name=st.text(max_size=20))
    def test_any_name(self, name: str, given_name: str) -> None:
        learn()
        document = person(5)
        document["credentialSubject"]["fullName"] = {"en": name}
        if given_name:
            document["credentialSubject"]["givenName"] = {"en": given_name}
        data = seal(document)
        assert same(judged(data), in_full(data))
        judged(data)
        assert same(judged(data), in_full(data))

    def test_a_learner_of_many_names(self) -> None:
        def make(number: int) -> dict[str, Any]:
            document = person(number)
            document["credentialSubject"] |= {
                "givenName": {"en": f"Ana {number}"},
                "familyName": {"en": "O'Brien" if number % 2 else f"Ana {number}"},
            }
            return document

        learn(make)
        for number in range(3, 9):
            data = seal(make(number))
            assert same(judged(data), in_full(data))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def without(document: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    twin = copy.deepcopy(document)
    inner: Any = twin
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return twin


def replaced(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    twin = copy.deepcopy(document)
    inner: Any = twin
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return twin


class TestOther:
    """What differs in anything else is judged by itself."""

    def test_every_place_taken_away(self) -> None:
        learn()
        base = person(3)
        for path in list(places(base))[::4]:
            data = seal(without(base, path))
            assert same(judged(data), in_full(data)), path

    @pytest.mark.parametrize("odd", ["", "x", "urn:uuid:01a1fdfa-4600-7003-8e68-a0f34c4cd4ff", 7, None, [], {}])
    def test_every_place_changed(self, odd: Any) -> None:
        learn()
        base = person(3)
        for path in list(places(base))[::9]:
            data = seal(replaced(base, path, odd))
            assert same(judged(data), in_full(data)), path

    def test_ids_that_were_different_and_are_the_same(self) -> None:
        """Nodes of one id are one node: which ids are equal is part of the shape."""
        learn()
        base = person(3)
        base["credentialSubject"]["hasClaim"][0]["id"] = base["credentialSubject"]["id"]
        data = seal(base)
        assert same(judged(data), in_full(data))
        assert len(known_shapes._seen) == 2

    def test_another_policy_and_another_day(self) -> None:
        learn()
        data = seal(person(3))
        strict = Policy(anchors=ANCHORED.anchors, deciding_content=frozenset({"annex1"}), profile_version="1.1.0")
        assert same(judged(data, strict), in_full(data, strict))
        later = datetime(2027, 5, 5, tzinfo=UTC)
        assert same(judged(data, at=later), in_full(data, at=later))

    def test_made_up_names_in_a_file(self) -> None:
        """Somebody who knows how leaves are renamed gains nothing."""
        learn()
        for name in ("Zq7f 1", "Zq7f 2"):
            document = person(3)
            document["credentialSubject"]["fullName"] = {"en": name}
            data = seal(document)
            assert same(judged(data), in_full(data))
        known_shapes.forget()
        odd = edc(id="urn:credential:5a7e9c3b-0000-4000-8000-000000000001")
        for _ in range(3):
            judged(seal(odd))
        assert known() == 0

    def test_texts_that_are_not_strict_are_refused_all_the_same(self) -> None:
        learn()
        payload = json.dumps(person(3), ensure_ascii=False, separators=(",", ":")).encode()
        for bad, code in (
            (payload.replace(b'{"id":', b'{"id":"urn:x","id":', 1), "json_duplicate_key"),
            (payload.replace(b'"Ana 3', b'"Ana\t3', 1), "json_malformed"),
            (payload.replace(b'"Ana 3', b'"Ana \\u0000', 1), "json_bad_unicode"),
            (payload + b"x", "json_malformed"),
        ):
            assert judged(seal(bad)).code == code


class TestStatus:
    def test_each_is_asked_about_by_itself(self) -> None:
        """The index is a leaf that is renamed: the list is asked for the real one."""

        def make(number: int) -> dict[str, Any]:
            return person(number, **status_entry(index=number + 40))

        loader = serving(status_list(45))
        for number in (1, 2):
            judged(seal(make(number)), loader=loader)
        assert known() == 1
        codes = {number: judged(seal(make(number)), loader=loader).code for number in (3, 4, 5, 6)}
        assert codes == {3: "valid", 4: "valid", 5: "credential_revoked", 6: "valid"}
        assert STATUS_URL


def test_the_first_of_a_shape_costs_nothing_twice() -> None:
    """It is judged once, noted, and judged again the short way only when another comes."""
    data = seal(person(1))
    assert judged(data).verdict is Verdict.TOTAL_PASSED
    assert (known(), len(known_shapes._seen)) == (0, 1)


def test_what_is_remembered_is_bounded() -> None:
    for number in range(known_shapes.KEPT + 10):
        judged(seal(person(1, validUntil=f"2040-01-01T00:00:{number % 60:02d}.{number}Z")))
    assert len(known_shapes._seen) == known_shapes.KEPT


def test_the_fault_that_the_comparison_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """A leaf that means something, renamed by mistake: the shape is not kept."""
    rule = known_shapes._rule(b'"notation":"', "[A-Z0-9-]{3,30}", b'"', "XX{}")
    monkeypatch.setattr(known_shapes, "_RULES", (*known_shapes._RULES, rule))
    learn()
    assert known() == 0
    assert [one.holds for one in known_shapes._seen.values()] == [False]
    data = seal(person(3))
    assert same(judged(data), in_full(data))
