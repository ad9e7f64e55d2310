"""One learner's credential by the general path."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra import messages
from mikra.errors import InputError
from mikra.issuance.award_id import STEM, AwardId, Part
from mikra.issuance.compose import (
    PAGE_LIMIT,
    arrange,
    check_page,
    compose,
    edition_pages,
    instant,
    is_demonstration,
    later,
    serialise,
)
from mikra.issuance.design import Ask, Design, LearnerData
from mikra.issuance.design_check import MAX_ASSESSMENTS
from mikra.model import Credential, Person, Text, decode, encode, remarks
from mikra.validation.elm import ProfileVersion, check_profile
from tests.formats.drawn_png import image
from tests.issuance.awards import AT, EVERYTHING, ROW, award_id, composed, nodes, page
from tests.issuance.designs import example

WATER, WELDING, DIGITAL = map(example, ("university-short-course", "vet-welding-module", "company-digital-skills"))
PURPOSE = Text(en="To tell learners apart")
OPEN = dataclasses.replace(
    WATER,
    learner=LearnerData(date_of_birth=PURPOSE, national_id=PURPOSE, gender=PURPOSE, nationality=PURPOSE),
)
CLOSED = dataclasses.replace(WATER, learner=LearnerData(email=Ask.OFF, learner_id=Ask.OFF))


def learner(credential: Credential) -> Person:
    assert credential.learner is not None
    return credential.learner


def written(credential: Credential) -> str:
    return serialise(credential).decode()


OTHER_ROW: Mapping[str, Any] = {
    "given_name": "A",
    "family_name": "B",
    "full_name": "C",
    "grade": "5",
    "learner_id": "X",
    "national_id": "N",
    "email": "a@b.example",
    "completed": dt.date(2026, 1, 1),
    "date_of_birth": dt.date(1990, 1, 1),
    "supervision": "on-site",
    "identity_verified": True,
    "gender": "male",
    "nationality": "LT",
}


class TestIds:
    def test_two_learners_share_no_node_of_a_learner(self) -> None:
        one, two = (composed(WATER, EVERYTHING, seed=seed) for seed in (1, 2))
        mine, yours = (
            {n["id"] for n in nodes(encode(c)) if award_id(s).stem in n["id"]} for c, s in ((one, 1), (two, 2))
        )
        assert len(mine) == len(yours) > 8
        assert not mine & yours
        static = {n["id"] for n in nodes(encode(one))} - mine
        assert static == {n["id"] for n in nodes(encode(two))} - yours

    def test_everything_of_the_learner_has_an_id_of_the_award(self) -> None:
        """A node whose content differs between two learners has an id that differs too."""
        one, two = (list(nodes(encode(composed(OPEN, row, seed=i)))) for i, row in enumerate((EVERYTHING, OTHER_ROW)))
        known = {node["id"] for node in one}
        shared = [node for node in two if node["id"] in known]
        assert len(shared) > 50
        assert [node for node in shared if node not in one] == []

    def test_an_id_of_a_learner_in_a_static_node_would_be_seen(self) -> None:
        same = (composed(WATER, ROW, seed=1), composed(WATER, {**ROW, "grade": "5"}, seed=1))
        first, second = ({n["id"]: n for n in nodes(encode(c))} for c in same)
        assert any(first[i] != second[i] for i in first)

    def test_every_id_stands_for_one_thing(self) -> None:
        credential = composed(OPEN, EVERYTHING)
        own = [n["id"] for n in nodes(encode(credential)) if award_id().stem in n["id"]]
        twice = {i for i in own if own.count(i) > 1}
        assert twice == {award_id().node(Part.PROCESS)}

    def test_ids_are_uuids_of_version_7(self) -> None:
        stem = award_id().stem
        assert STEM.fullmatch(stem)
        assert re.fullmatch(r"urn:credential:[0-9a-f-]{34}00", award_id().credential)
        milliseconds = int(stem.replace("-", "")[:12], 16)
        assert milliseconds == int(AT.timestamp() * 1000)

    @given(st.binary(min_size=9, max_size=9), st.binary(min_size=9, max_size=9))
    def test_chance_is_kept(self, one: bytes, two: bytes) -> None:
        """66 of the 72 bits count: two ids are the same only where these are."""
        first, second = AwardId.new(AT, one), AwardId.new(AT, two)
        assert STEM.fullmatch(first.stem)
        if one[:1] != two[:1] or one[2:8] != two[2:8]:
            assert first != second

    def test_too_little_chance_is_refused(self) -> None:
        with pytest.raises(InputError):
            AwardId.new(AT, b"12345678")

    def test_there_is_room_for_all_assessments(self) -> None:
        numbers = [
            [part + i for i in range(MAX_ASSESSMENTS)] for part in (Part.ASSESSMENT, Part.GRADE, Part.SUPERVISION)
        ]
        flat = [number for some in numbers for number in some]
        assert len(set(flat)) == len(flat)
        assert max(flat) < 256
        assert min(flat) > max(part for part in Part if part < Part.ASSESSMENT)


class TestNames:
    def test_names_survive_to_the_code_point(self, corpus: Path) -> None:
        for name in orjson.loads((corpus / "text-list" / "names-that-must-survive.json").read_bytes()):
            row = {"given_name": name, "family_name": name, "full_name": name, "learner_id": name, "grade": name}
            person = learner(decode(orjson.loads(serialise(composed(WATER, row)))))
            assert person.given_name == person.family_name == person.full_name == Text(en=name)
            assert person.identifier[0].notation == name

    def test_one_language_value_per_name(self) -> None:
        for language in WATER.languages:
            person = learner(composed(WATER, {**ROW, "language": language}))
            assert [list(text) for text in (person.given_name, person.family_name, person.full_name)] == [
                [language]
            ] * 3

    def test_a_full_name_is_not_split_and_two_parts_are_joined(self) -> None:
        person = learner(composed(WATER, {"full_name": "Sanne van der Berg", "grade": "9"}))
        assert (person.full_name, person.given_name, person.family_name) == (
            Text(en="Sanne van der Berg"),
            Text(),
            Text(),
        )
        assert learner(composed(WATER)).full_name == Text(en="Zoë O'Brien")
        assert learner(composed(WATER, {"given_name": "Null", "grade": "9"})).full_name == Text(en="Null")

    def test_half_a_character_is_refused(self) -> None:
        with pytest.raises(InputError) as caught:
            serialise(composed(WATER, {"full_name": "a\ud800"}))
        assert caught.value.code == "json_bad_unicode"


PERSONAL = {
    "date_of_birth": (dt.date(1983, 2, 27), "1983"),
    "national_id": ("CANARY-1", "CANARY-1"),
    "gender": ("female", "human-sex"),
    "nationality": ("MT", "country/MLT"),
    "email": ("canary@student.example", "canary@student"),
    "learner_id": ("CANARY-2", "CANARY-2"),
}


class TestPersonalData:
    @pytest.mark.parametrize("member", PERSONAL)
    def test_what_the_design_does_not_ask_for_does_not_leak(self, member: str) -> None:
        value, canary = PERSONAL[member]
        text = written(composed(CLOSED, {"full_name": "A", "grade": "9", member: value}))
        assert canary not in text
        assert text == written(composed(CLOSED, {"full_name": "A", "grade": "9"}))

    @pytest.mark.parametrize("member", PERSONAL)
    def test_what_it_asks_for_is_there(self, member: str) -> None:
        value, canary = PERSONAL[member]
        assert canary in written(composed(OPEN, {"full_name": "A", "grade": "9", member: value}))

    def test_each_where_it_belongs(self) -> None:
        person = learner(composed(OPEN, EVERYTHING))
        assert person.date_of_birth == "2001-07-21T12:00:00Z"
        assert person.national_id is not None
        assert (person.national_id.notation, person.national_id.spatial and person.national_id.spatial.code) == (
            *("CANARY-NATIONAL", "ROU"),
        )
        assert person.gender is not None
        assert [c.code for c in person.citizenship_country] == ["IRL"]
        assert [i.notation for i in person.identifier] == ["M0419"]
        assert person.contact_point[0].email_address[0].id == "mailto:zoe@student.example"

    def test_an_unknown_member_of_a_row_goes_nowhere(self) -> None:
        assert written(composed(WATER, {**ROW, "notes": "CANARY"})) == written(composed(WATER))

    def test_empty_is_absent(self) -> None:
        empty = {name: "" for name in EVERYTHING if name not in ROW}
        nothing = dict.fromkeys(empty)
        assert (
            written(composed(OPEN, {**ROW, **empty}))
            == written(composed(OPEN, {**ROW, **nothing}))
            == written(composed(OPEN))
        )


class TestTimes:
    FULL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

    def test_every_time_has_a_zone(self) -> None:
        credential = composed(OPEN, EVERYTHING, at=AT.astimezone(dt.timezone(dt.timedelta(hours=3))))
        assert credential.achievement is not None
        assert credential.achievement.awarded_by is not None
        times = (credential.issued, credential.issuance_date, credential.valid_from, credential.valid_until)
        assert times == ("2026-11-21T22:30:15Z",) * 3 + ("2031-11-21T22:30:15Z",)
        assert credential.achievement.awarded_by.awarding_date == "2026-06-15T12:00:00Z"
        for value in re.findall(r'"[^"]*(?:[dD]ate|issued|valid)[A-Za-z]*":"([^"]+)"', written(credential)):
            assert self.FULL.fullmatch(value), value

    def test_a_time_without_zone_is_refused(self) -> None:
        with pytest.raises(InputError):
            composed(WATER, at=AT.replace(tzinfo=None))

    def test_the_day_of_issuing_stands_in_for_the_day_of_the_award(self) -> None:
        process = composed(WATER).achievement
        assert process is not None
        assert process.awarded_by is not None
        assert process.awarded_by.awarding_date == "2026-11-21T12:00:00Z"

    @pytest.mark.parametrize("value", [dt.date(2026, 6, 15), "2026-06-15"])
    def test_days(self, value: Any) -> None:
        assert "2026-06-15T12:00:00Z" in written(composed(WATER, {**ROW, "completed": value}))

    @pytest.mark.parametrize(
        "value", [dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC), "15.06.2026", "2026-02-30", "20260615", 7]
    )
    @pytest.mark.parametrize("member", ["completed", "date_of_birth"])
    def test_what_is_no_day_is_refused(self, member: str, value: Any) -> None:
        with pytest.raises(InputError) as caught:
            composed(OPEN, {**ROW, member: value})
        assert caught.value.where == member

    @pytest.mark.parametrize(
        ("start", "months", "end"),
        [
            ("2026-01-31", 1, "2026-02-28"),
            ("2028-01-31", 1, "2028-02-29"),
            ("2028-02-29", 12, "2029-02-28"),
            ("2028-02-29", 48, "2032-02-29"),
            ("2026-12-31", 2, "2027-02-28"),
            ("2026-11-30", 1, "2026-12-30"),
            ("2026-12-15", 1200, "2126-12-15"),
        ],
    )
    def test_months_later(self, start: str, months: int, end: str) -> None:
        at = dt.datetime.fromisoformat(f"{start}T23:59:59+00:00")
        assert instant(later(at, months)) == f"{end}T23:59:59Z"

    def test_without_months_it_has_no_end(self) -> None:
        assert composed(dataclasses.replace(WATER, valid_months=None)).valid_until == ""


class TestAssessment:
    def supervised(self, **row: Any) -> remarks.Supervision:
        achievement = composed(WATER, {**ROW, **row}).achievement
        assert achievement is not None
        (found,) = remarks.find(achievement.proven_by[0].additional_note, remarks.Supervision)
        return found

    def test_the_design_says_how_it_is_planned(self) -> None:
        assert self.supervised() == remarks.Supervision(
            supervision=remarks.SupervisionKind.ON_SITE, identity_verified=True
        )

    @pytest.mark.parametrize("kind", list(remarks.SupervisionKind))
    @pytest.mark.parametrize("verified", [True, False])
    def test_the_row_says_how_it_was_for_this_learner(self, kind: remarks.SupervisionKind, verified: bool) -> None:
        found = self.supervised(supervision=kind.value, identity_verified=verified)
        assert found == remarks.Supervision(supervision=kind, identity_verified=verified)

    @pytest.mark.parametrize(
        "row",
        [{"identity_verified": "no"}, {"identity_verified": 2}, {"supervision": "maybe"}, {"supervision": ["none"]}],
    )
    def test_what_is_neither_yes_nor_no_is_refused(self, row: dict[str, Any]) -> None:
        with pytest.raises(InputError):
            self.supervised(**row)

    def test_supervision_and_identity_check_have_a_concept_too(self) -> None:
        found = {}
        for kind in remarks.SupervisionKind:
            for verified in (True, False):
                achievement = composed(WATER, {**ROW, "supervision": kind, "identity_verified": verified}).achievement
                assert achievement is not None
                concept = achievement.proven_by[0].id_verification
                assert concept is not None
                found[kind, verified] = concept.id
        assert len(set(found.values())) == 4  # ELM does not tell online from on site: the remark does
        assert found[remarks.SupervisionKind.NONE, True] != found[remarks.SupervisionKind.NONE, False]

    def test_the_grade_of_the_row_is_in_the_designs_language(self) -> None:
        achievement = composed(WATER, {**ROW, "language": "lt"}).achievement
        assert achievement is not None
        assert achievement.proven_by[0].grade is not None
        assert achievement.proven_by[0].grade.note_literal == Text(en="9")

    def test_without_grade_the_result_stands_in_every_language(self) -> None:
        achievement = composed(WELDING, {"full_name": "A"}).achievement
        assert achievement is not None
        assert achievement.proven_by[0].grade is not None
        assert achievement.proven_by[0].grade.note_literal == WELDING.assessment[0].grading.passing

    def test_several_assessments(self) -> None:
        second = dataclasses.replace(WELDING.assessment[0], title=Text(cs="Test"))
        design = dataclasses.replace(WATER, assessment=(*WATER.assessment, second))
        achievement = composed(design, {**ROW, "supervision": "online"}).achievement
        assert achievement is not None
        first, other = achievement.proven_by
        assert first.grade is not None
        assert other.grade is not None
        assert (first.grade.note_literal, other.grade.note_literal) == (Text(en="9"), second.grading.passing)
        assert first.id != other.id
        assert first.grade.id != other.grade.id
        for part in (first, other):
            assert remarks.find(part.additional_note, remarks.Supervision)[0].supervision == "online"
        assert check_profile(encode(composed(design)), version=ProfileVersion.V1_2_0).conforms


def test_the_language_must_be_one_of_the_design() -> None:
    with pytest.raises(InputError) as caught:
        composed(WATER, {**ROW, "language": "de"})
    assert (caught.value.where, caught.value.expected) == ("language", "en, ro, cs, lt")


def test_joint_bodies_stand_in_full_in_the_award_and_by_name_beside() -> None:
    credential = composed(WATER)
    assert credential.achievement is not None
    assert credential.achievement.awarded_by is not None
    first, second = credential.achievement.awarded_by.awarding_body
    assert first == credential.issuer
    assert (first.name["en"], second.name["en"]) == ("University of Zed", "Baltic Institute of Technology")
    process = credential.achievement.proven_by[0].awarded_by
    assert process is not None
    assert [body.id for body in process.awarding_body] == [first.id, second.id]


class TestDemonstration:
    def test_a_demonstration_says_so_to_programs_and_people(self) -> None:
        credential = composed(WATER)
        assert is_demonstration(credential)
        assert credential.display_parameter is not None
        assert credential.achievement is not None
        for language in WATER.languages:
            said = messages.text("page.demonstration", language)
            assert said in credential.display_parameter.title[language]
            assert WATER.title[language] in credential.display_parameter.title[language]
            assert said in credential.display_parameter.description[language]
            assert any(said in note.note_literal.get(language, "") for note in credential.achievement.additional_note)

    def test_a_real_one_does_not(self) -> None:
        credential = composed(dataclasses.replace(WATER, demonstration=False))
        assert not is_demonstration(credential)
        assert "emonstration" not in written(credential)
        assert credential.display_parameter is not None
        assert credential.display_parameter.title == WATER.title


class TestPages:
    def test_every_page_stands_in_the_credential(self) -> None:
        display = composed(WATER, {**ROW, "language": "lt"}).display_parameter
        assert display is not None
        assert display.primary_language is not None
        assert display.primary_language.code == "LIT"
        assert [one.language and one.language.code for one in display.individual_display] == [
            "ENG",
            "RON",
            "CES",
            "LIT",
        ]
        shown = [one.display_detail[0] for one in display.individual_display]
        assert [detail.page for detail in shown] == [1] * 4
        assert len({detail.image.content for detail in shown if detail.image}) == 4

    def test_another_page_is_another_node(self) -> None:
        one, two = (
            compose(WATER, ROW, award_id=award_id(), at=AT, pages={"en": page(shade)}).display_parameter
            for shade in (1, 2)
        )
        assert one is not None
        assert two is not None
        assert one.id != two.id

    def test_a_drawn_page_is_taken(self) -> None:
        check_page(page())

    @pytest.mark.parametrize(
        ("png", "code"),
        [
            (image(1, 1, lambda x, y: (0, 0, 0)), "image_malformed"),
            (image(200, 200, lambda x, y: (255, 255, 255)), "image_malformed"),
            (b"", "image_malformed"),
            (b"GIF89a", "image_malformed"),
            (page()[:-20], "image_malformed"),
            (page() + b"x" * PAGE_LIMIT, "image_too_large"),
        ],
        ids=["one pixel", "white", "nothing", "another kind", "cut", "large"],
    )
    def test_what_shows_nothing_is_refused(self, png: bytes, code: str) -> None:
        with pytest.raises(InputError) as caught:
            check_page(png)
        assert caught.value.code == code

    def test_the_editions_pages_are_drawn_without_a_learner(self) -> None:
        seen: list[tuple[Credential, str]] = []

        class Renderer:
            def render(self, credential: Credential, language: str) -> bytes:
                seen.append((credential, language))
                return language.encode()

        assert edition_pages(WATER, Renderer()) == {tag: tag.encode() for tag in WATER.languages}
        assert {language for _, language in seen} == set(WATER.languages)
        for credential, _ in seen:
            assert learner(credential).name == Text()


def test_the_context_stands_first_and_without_blanks() -> None:
    """EDC's reader looks for these very characters."""
    assert serialise(composed(WATER)).startswith(b'{"@context":["https://www.w3.org/2018/credentials/v1",')


MEMBERS = st.sampled_from(["id", "hasClaim", "awardedBy", "x", "title"])
TREES = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(MEMBERS, inner, max_size=4).map(lambda members: {**members, "type": "Person"})
    ),
    max_leaves=12,
)


@given(TREES)
def test_arranging_changes_the_order_alone(value: Any) -> None:
    assert arrange(value) == value


@pytest.mark.parametrize("design", [WATER, WELDING, DIGITAL, OPEN, CLOSED], ids=lambda d: d.code)
@pytest.mark.parametrize("version", list(ProfileVersion))
def test_every_row_gives_a_conforming_credential(design: Design, version: ProfileVersion) -> None:
    for language in design.languages:
        result = check_profile(encode(composed(design, {**EVERYTHING, "language": language})), version=version)
        assert (result.conforms, result.reader) == (True, ())
