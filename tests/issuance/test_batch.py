"""A batch: who may seal what, what is refused before sealing, and what is noticed after it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from mikra.errors import ConflictError, InputError, MikraError, NotAllowedError
from mikra.issuance.batch import Batch, reopen
from mikra.issuance.compose import compose, serialise
from mikra.issuance.design import Design, Quality
from mikra.model import Credential, Text, decode
from mikra.sealing import jades
from mikra.sealing.certificates import KeyKind
from mikra.sealing.keys import Signer
from mikra.verification import Policy, verify
from tests.formats.drawn_png import image
from tests.issuance.awards import AT, EVERYTHING, ROW, award_id, page, pages, seal_key, signer_for
from tests.issuance.designs import EXAMPLES, example, published
from tests.simulators import europe

WATER = published("university-short-course")
REAL = published("university-short-course", demonstration=False)


def batch(design: Design = WATER, signer: Signer | None = None, **more: Any) -> Batch:
    return Batch(design, signer=signer or signer_for(design), at=AT, **{"pages": pages(design), **more})


def refused(design: Design, signer: Signer, kind: type[MikraError], row: Mapping[str, Any] = ROW) -> MikraError:
    with pytest.raises(kind) as caught:
        batch(design, signer).award(row, award_id())
    return caught.value


class TestSealing:
    @pytest.mark.parametrize("kind", list(KeyKind))
    @pytest.mark.parametrize("name", EXAMPLES)
    def test_what_is_sealed_is_what_the_general_path_composes(self, name: str, kind: KeyKind) -> None:
        design = published(name)
        for row in (ROW, EVERYTHING, {"full_name": "A", "grade": "8"}):
            one = batch(design, signer_for(design, kind))
            sealed = jades.unseal(one.award(row, award_id()))
            assert sealed.payload == serialise(compose(design, row, award_id=award_id(), at=AT, pages=pages(design)))
            assert jades.check_integrity(sealed) == ()
            assert sealed.payload == one.payload(row, award_id())

    def test_it_verifies(self) -> None:
        signer = signer_for(WATER)
        fingerprint = hashlib.sha256(signer.certificate).hexdigest()
        sealed = batch(signer=signer).award(EVERYTHING, award_id())
        (report,) = verify(sealed, at=AT, policy=Policy(trusted_seals=frozenset({fingerprint})))
        assert report.verdict.exit_code == 0, report.sentence.text()

    def test_names_that_must_survive_come_back_out_of_the_sealed_credential(self, corpus: Path) -> None:
        one = batch()
        for name in orjson.loads((corpus / "text-list" / "names-that-must-survive.json").read_bytes()):
            opened = jades.unseal(one.award({**ROW, "family_name": name}, award_id()))
            person = decode(orjson.loads(opened.payload)).learner
            assert person is not None
            assert person.family_name == Text(en=name)

    def test_sealing_twice_gives_two_credentials_only_by_their_ids(self) -> None:
        one = batch()
        assert one.payload(ROW, award_id(1)) != one.payload(ROW, award_id(2))
        assert one.payload(ROW, award_id(1)).replace(
            award_id(1).stem.encode(), award_id(2).stem.encode()
        ) == one.payload(ROW, award_id(2))

    def test_the_clock_moves_on(self) -> None:
        one = batch()
        one.tick(AT + dt.timedelta(hours=1))
        sealed = jades.unseal(one.award(ROW, award_id()))
        assert sealed.seals[0].claimed_at == AT + dt.timedelta(hours=1)
        assert b'"issued":"2026-11-21T23:30:15Z"' in sealed.payload


class TestKeys:
    def test_a_draft_is_refused(self) -> None:
        draft = example("university-short-course")
        error = refused(draft, signer_for(WATER), NotAllowedError)
        assert "publish" in error.fix

    def test_a_demonstration_key_seals_nothing_else(self) -> None:
        refused(REAL, signer_for(WATER), NotAllowedError)
        batch(REAL, signer_for(REAL)).award(ROW, award_id())

    def test_a_demonstration_is_sealed_by_no_other_key(self) -> None:
        refused(WATER, signer_for(REAL), NotAllowedError)
        batch(WATER, signer_for(WATER)).award(ROW, award_id())

    def test_the_seal_of_another_organisation_is_refused(self) -> None:
        error = refused(WATER, seal_key("VATRO-99999999", True).signer, InputError)
        assert (error.code, error.found, error.expected) == ("issuer_key_mismatch", "VATRO-00000000", "VATRO-99999999")

    def test_a_missing_identifier_is_taken_from_the_certificate(self) -> None:
        nameless = dataclasses.replace(
            WATER.issuer, identifiers=dataclasses.replace(WATER.issuer.identifiers, eidas="")
        )
        first = dataclasses.replace(WATER.assessment[0], assessor=nameless)
        design = published(
            "university-short-course",
            issuer=nameless,
            awarding_bodies=(nameless, WATER.awarding_bodies[1]),
            assessment=(first,),
        )
        sealed = orjson.loads(batch(design, signer_for(WATER)).payload(ROW, award_id()))
        assert sealed["issuer"]["eIDASIdentifier"]["notation"] == "VATRO-00000000"
        claim = sealed["credentialSubject"]["hasClaim"][0]
        assert claim["awardedBy"]["awardingBody"][0] == sealed["issuer"] == claim["provenBy"][0]["assessedBy"][0]

    def test_an_issuer_that_nothing_identifies_is_refused(self, without_identifier: Signer) -> None:
        nameless = dataclasses.replace(
            WATER.issuer, identifiers=dataclasses.replace(WATER.issuer.identifiers, eidas="")
        )
        error = refused(
            published("university-short-course", issuer=nameless, demonstration=False), without_identifier, InputError
        )
        assert error.where == "issuer.identifiers.eidas"

    def test_a_certificate_without_identifier_seals_what_the_design_names(self, without_identifier: Signer) -> None:
        assert batch(REAL, without_identifier).award(ROW, award_id())

    def test_a_certificate_that_has_ended_is_refused(self) -> None:
        one = batch()
        with pytest.raises(NotAllowedError) as caught:
            one.tick(AT + dt.timedelta(days=800))
        assert caught.value.code == "seal_certificate_expired"
        with pytest.raises(NotAllowedError):
            Batch(WATER, signer=signer_for(WATER), pages=pages(WATER), at=AT - dt.timedelta(days=30))


@pytest.fixture
def without_identifier() -> Signer:
    """A certificate of an older kind: it names the organisation, without number."""
    return europe.self_issued(europe.key("P-256"), europe.Plan(subject=europe.name("Zed"))).signer


class TestContent:
    def without(self, **changes: Any) -> MikraError:
        design = published("university-short-course", **changes)
        return refused(design, signer_for(WATER), InputError)

    def test_a_mandatory_element_that_is_missing_is_refused(self) -> None:
        error = self.without(outcomes=())
        assert error.code == "annex1_missing"
        assert "Learning outcomes" in error.expected
        bare = dataclasses.replace(WATER.issuer, accreditations=())
        error = self.without(quality=Quality(), issuer=bare, awarding_bodies=())
        assert "Type of quality assurance" in error.expected

    def test_a_row_without_name_is_refused(self) -> None:
        assert refused(WATER, signer_for(WATER), InputError, {"grade": "9"}).code == "annex1_missing"

    def test_a_row_without_grade_is_refused(self) -> None:
        error = refused(WATER, signer_for(WATER), InputError, {"full_name": "A"})
        assert error.code == "credential_malformed"
        assert "grade" in error.where + error.message

    def test_a_batch_without_pages_is_refused(self) -> None:
        with pytest.raises(InputError) as caught:
            batch(pages={}).award(ROW, award_id())
        assert caught.value.code == "credential_malformed"

    def test_a_blank_page_is_refused(self) -> None:
        with pytest.raises(InputError):
            batch(pages={"en": image(100, 100, lambda x, y: (255, 255, 255))})

    def test_whatever_the_first_row_was_the_next_is_checked_too(self) -> None:
        one = batch()
        one.award(ROW, award_id(1))
        with pytest.raises(InputError):
            one.award({"grade": "9"}, award_id(2))
        one.award(ROW, award_id(3))


class Renderer:
    """Draws the learner's own page; `png` makes it."""

    def __init__(self, png: Callable[[int], bytes]) -> None:
        self.png = png
        self.drawn: list[Credential] = []

    def render(self, credential: Credential, language: str) -> bytes:
        self.drawn.append(credential)
        return self.png(len(self.drawn))


class TestPagePerLearner:
    def test_each_learner_has_a_page_of_their_own(self) -> None:
        renderer = Renderer(page)
        one = batch(pages={}, renderer=renderer)
        first, second = (
            orjson.loads(jades.unseal(one.award({**ROW, "language": "lt"}, award_id(i))).payload) for i in (1, 2)
        )
        shown = [c["displayParameter"]["individualDisplay"] for c in (first, second)]
        assert [len(pages) for pages in shown] == [1, 1]
        assert (
            shown[0][0]["displayDetail"][0]["image"]["content"] != shown[1][0]["displayDetail"][0]["image"]["content"]
        )
        assert [c.learner and c.learner.name["lt"] for c in renderer.drawn] == ["Zoë O'Brien"] * 2

    def test_a_page_that_shows_nothing_is_refused(self) -> None:
        blank = image(100, 100, lambda x, y: (255, 255, 255))
        with pytest.raises(InputError):
            batch(pages={}, renderer=Renderer(lambda _: blank)).award(ROW, award_id())

    def test_each_page_is_drawn_once(self) -> None:
        renderer = Renderer(page)
        batch(pages={}, renderer=renderer).award(ROW, award_id())
        assert len(renderer.drawn) == 1


class FaultySigner:
    """A signer whose `sign` is broken in a way of its own. It takes no digests, as a remote one."""

    def __init__(self, good: Signer, sign: Callable[[Signer, bytes], bytes]) -> None:
        self.algorithm, self.certificate, self.chain = good.algorithm, good.certificate, good.chain
        self.good, self.broken = good, sign

    def sign(self, data: bytes) -> bytes:
        return self.broken(self.good, data)


FAULTS: dict[str, Callable[[Signer, bytes], bytes]] = {
    "garbage": lambda good, data: b"\x01" * 64,
    "nothing": lambda good, data: b"",
    "too short": lambda good, data: good.sign(data)[:-1],
    "other data": lambda good, data: good.sign(data + b" "),
    "another key": lambda good, data: seal_key("VATRO-99999999", True).signer.sign(data),
}


class TestReopening:
    def test_a_whole_signer_passes(self) -> None:
        one = batch(signer=FaultySigner(signer_for(WATER), lambda good, data: good.sign(data)))
        assert one.award(ROW, award_id())

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_broken_signer_is_caught(self, fault: str) -> None:
        one = batch(signer=FaultySigner(signer_for(WATER), FAULTS[fault]))
        with pytest.raises(ConflictError) as caught:
            one.award(ROW, award_id())
        assert "nothing of this row was stored" in caught.value.fix

    def test_a_broken_digest_signer_is_caught(self, monkeypatch: pytest.MonkeyPatch) -> None:
        signer = seal_key("VATRO-00000000", True).signer
        monkeypatch.setattr(signer, "sign_digest", lambda digest: b"\x01" * 64)
        with pytest.raises(ConflictError):
            batch(signer=signer).award(ROW, award_id())

    def test_other_content_or_another_seal_is_caught(self) -> None:
        one = batch()
        sealed, payload = one.seal(ROW, award_id()), one.payload(ROW, award_id())
        certificate = signer_for(WATER).certificate
        reopen(sealed, payload, certificate=certificate)
        for bad in (
            (sealed, payload + b" ", certificate),
            (sealed, payload, b"other"),
            (b"{}", payload, certificate),
            (b"", payload, certificate),
        ):
            with pytest.raises(ConflictError):
                reopen(bad[0], bad[1], certificate=bad[2])
