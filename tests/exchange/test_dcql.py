"""DCQL (OpenID4VP 1.0, 6 and 7): each yes has a no beside it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import ProtocolError
from mikra.exchange import dcql, dcql_match
from mikra.exchange.dcql_match import Holding

VCT = "https://mc.example.edu/vct/micro-credential/1"
QUERY: dict[str, Any] = {
    "credentials": [
        {
            "id": "mc",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [VCT, "urn:eu.europa.ec.eudi:learning:credential:1"]},
            "claims": [
                {"id": "t", "path": ["achievement_title"]},
                {"id": "o", "path": ["learning_outcomes", None]},
                {"id": "f", "path": ["family_name"]},
            ],
            "claim_sets": [["t", "o", "f"], ["t", "f"]],
        },
        {"id": "w3c", "format": "jwt_vc_json", "meta": {"type_values": [["OpenBadgeCredential"]]}},
        {"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:eudi:pid:1"]}},
    ],
    "credential_sets": [{"options": [["mc"], ["w3c"]]}, {"options": [["pid"]], "required": False}],
}
CLAIMS = {"achievement_title": "Water", "learning_outcomes": ["Describe", "Measure"], "family_name": "Kim", "ects": 3}
WALLET = Holding(format="dc+sd-jwt", types=frozenset({VCT}), claims=CLAIMS)
BADGE = Holding(format="jwt_vc_json", types=frozenset({"VerifiableCredential", "OpenBadgeCredential"}), claims={})
PID = Holding(format="dc+sd-jwt", types=frozenset({"urn:eudi:pid:1"}), claims={})


def without(*names: str) -> Holding:
    kept = {name: value for name, value in CLAIMS.items() if name not in names}
    return Holding(format="dc+sd-jwt", types=frozenset({VCT}), claims=kept)


def asking(**members: Any) -> dcql.Asked:
    """A query for one credential."""
    made = {"id": "a", "format": "dc+sd-jwt", "meta": {}, **members}
    return dcql.parse({"credentials": [made]}).credentials[0]


def test_the_best_set_of_claims_that_there_is_is_chosen() -> None:
    query = dcql.parse(QUERY)
    chosen = dcql_match.choose(query, [BADGE, WALLET])
    assert chosen is not None
    assert list(chosen) == ["mc"]
    assert [claim.id for claim in chosen["mc"][0].claims] == ["t", "o", "f"]
    assert chosen["mc"][0].number == 1
    fewer = dcql_match.choose(query, [without("learning_outcomes")])
    assert fewer is not None
    assert [claim.id for claim in fewer["mc"][0].claims] == ["t", "f"]
    other = dcql_match.choose(query, [without("family_name"), BADGE, PID])
    assert other is not None
    assert sorted(other) == ["pid", "w3c"], "the optional one goes along"
    assert dcql_match.choose(query, [without("family_name"), PID]) is None


def test_what_is_optional_may_be_left_out() -> None:
    query = dcql.parse(spoil("credential_sets", [{"options": [["pid"]], "required": False}]))
    assert dcql_match.choose(query, [WALLET]) == {}
    dcql_match.check(query, {})
    needed = dcql.parse(spoil("credential_sets", [{"options": [["pid"]]}]))
    assert dcql_match.choose(needed, [WALLET]) is None


def test_without_sets_all_are_asked_for() -> None:
    query = dcql.parse({"credentials": QUERY["credentials"]})
    assert dcql_match.choose(query, [WALLET, BADGE, PID]) is not None
    assert dcql_match.choose(query, [WALLET, BADGE]) is None


def spoil(path: str, value: Any) -> dict[str, Any]:
    """QUERY with one value changed, or taken out (value ...)."""
    made = copy.deepcopy(QUERY)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place: Any = made
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return made


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("credentials", []),
        ("credentials", {}),
        ("credentials/0", "mc"),
        ("credentials/0/id", "m c"),
        ("credentials/0/id", ""),
        ("credentials/0/id", "w3c"),
        ("credentials/0/format", ...),
        ("credentials/0/meta", ...),
        ("credentials/0/meta/vct_values", []),
        ("credentials/0/meta/vct_values", [1]),
        ("credentials/1/meta/type_values", ["OpenBadgeCredential"]),
        ("credentials/0/multiple", "yes"),
        ("credentials/0/require_cryptographic_holder_binding", 0),
        ("credentials/0/trusted_authorities", [{"type": "aki"}]),
        ("credentials/0/trusted_authorities", [{"values": ["x"]}]),
        ("credentials/0/claims", []),
        ("credentials/0/claims", ...),
        ("credentials/0/claims/0/id", ...),
        ("credentials/0/claims/0/id", "o"),
        ("credentials/0/claims/0/path", []),
        ("credentials/0/claims/0/path", "achievement_title"),
        ("credentials/0/claims/0/path", [-1]),
        ("credentials/0/claims/0/path", [True]),
        ("credentials/0/claims/0/path", [1.5]),
        ("credentials/0/claims/0/values", []),
        ("credentials/0/claims/0/values", [None]),
        ("credentials/0/claims/0/values", [1.5]),
        ("credentials/0/claim_sets", [["t", "x"]]),
        ("credentials/0/claim_sets", [[]]),
        ("credential_sets", []),
        ("credential_sets/0/options", [["nobody"]]),
        ("credential_sets/0/options", ...),
        ("credential_sets/0/required", "yes"),
    ],
)
def test_a_query_of_another_shape_is_refused(path: str, value: Any) -> None:
    dcql.parse(QUERY)
    with pytest.raises(ProtocolError) as caught:
        dcql.parse(spoil(path, value))
    assert caught.value.code == "invalid_request"
    assert caught.value.where.startswith("/")


@pytest.mark.parametrize(
    "wrong",
    [
        {"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {}}] * 2},
        {"credentials": [{"id": f"a{n}", "format": "dc+sd-jwt", "meta": {}} for n in range(dcql.MOST + 1)]},
        {"credentials": [{"id": "a", "format": "x", "meta": {}, "claims": [{"id": "t", "path": ["t"]}] * 2}]},
    ],
)
def test_ids_that_repeat_and_endless_lists_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        dcql.parse(wrong)
    many = [{"id": f"a{n}", "format": "dc+sd-jwt", "meta": {}} for n in range(dcql.MOST)]
    assert len(dcql.parse({"credentials": many}).credentials) == dcql.MOST


def test_members_that_nobody_knows_change_nothing() -> None:
    assert dcql.parse(spoil("credentials/0/later", {"x": 1})) == dcql.parse(QUERY)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (["a"], [[{"b": 1}, {"b": "2"}, {"c": 3}]]),
        (["a", None, "b"], [1, "2"]),
        (["a", 1, "b"], ["2"]),
        (["a", 9], []),
        (["a", "b"], []),
        (["a", 0, None], []),
        (["z"], []),
        ([None], []),
    ],
)
def test_a_path_selects(path: list[Any], found: list[Any]) -> None:
    assert dcql_match.select({"a": [{"b": 1}, {"b": "2"}, {"c": 3}]}, path) == found


@pytest.mark.parametrize(
    ("values", "holds"), [([3], True), (["3"], False), ([True], False), ([4, 3], True), ([4], False)]
)
def test_a_value_is_of_the_same_type(values: list[Any], holds: bool) -> None:
    asked = asking(claims=[{"path": ["ects"], "values": values}])
    assert (dcql_match.satisfied(asked, WALLET) is not None) is holds


def test_one_is_not_true() -> None:
    holding = Holding(format="dc+sd-jwt", types=frozenset(), claims={"n": 1, "b": True})
    assert dcql_match.satisfied(asking(claims=[{"path": ["b"], "values": [1]}]), holding) is None
    assert dcql_match.satisfied(asking(claims=[{"path": ["n"], "values": [True]}]), holding) is None
    assert dcql_match.satisfied(asking(claims=[{"path": ["b"], "values": [True]}]), holding) is not None


def test_whom_it_is_from_and_whether_it_is_bound() -> None:
    asked = asking(trusted_authorities=[{"type": "aki", "values": ["s9tIpQ"]}, {"type": "other", "values": ["x"]}])
    known = Holding(format="dc+sd-jwt", types=frozenset(), claims={}, authorities={"aki": frozenset({"s9tIpQ", "q"})})
    assert dcql_match.satisfied(asked, known) == ()
    stranger = Holding(format="dc+sd-jwt", types=frozenset(), claims={}, authorities={"aki": frozenset({"q"})})
    assert dcql_match.satisfied(asked, stranger) is None
    loose = Holding(format="dc+sd-jwt", types=frozenset(), claims={}, bound=False)
    assert dcql_match.satisfied(asking(), loose) is None
    assert dcql_match.satisfied(asking(require_cryptographic_holder_binding=False), loose) == ()


def test_all_names_of_one_alternative_are_needed() -> None:
    asked = asking(format="jwt_vc_json", meta={"type_values": [["A", "B"], ["https://x.example/C"]]})
    for names, answers in ((("A",), False), (("A", "B", "D"), True), (("https://x.example/C",), True), (("C",), False)):
        holding = Holding(format="jwt_vc_json", types=frozenset(names), claims={})
        assert (dcql_match.satisfied(asked, holding) is not None) is answers, names


def test_an_answer_is_checked_again() -> None:
    query = dcql.parse(QUERY)
    for good in ({"mc": [WALLET]}, {"w3c": [BADGE]}, {"mc": [WALLET], "pid": [PID]}, {"mc": [WALLET], "w3c": [BADGE]}):
        dcql_match.check(query, good)


@pytest.mark.parametrize(
    "presented",
    [
        {},
        {"pid": [PID]},
        {"mc": []},
        {"mc": [WALLET, WALLET]},
        {"mc": [without("family_name")]},
        {"mc": [BADGE]},
        {"mc": [PID]},
        {"mc": [WALLET], "more": [WALLET]},
    ],
)
def test_an_answer_to_another_question_is_refused(presented: dict[str, list[Holding]]) -> None:
    with pytest.raises(ProtocolError) as caught:
        dcql_match.check(dcql.parse(QUERY), presented)
    assert caught.value.code == "invalid_request"


def test_half_an_option_and_a_stray_one_are_refused() -> None:
    members = {"format": "dc+sd-jwt", "meta": {}}
    query = dcql.parse(
        {
            "credentials": [{"id": id, **members} for id in ("a", "b", "c")],
            "credential_sets": [{"options": [["a", "b"], ["c"]]}],
        }
    )
    dcql_match.check(query, {"a": [PID], "b": [PID]})
    dcql_match.check(query, {"c": [PID]})
    for wrong in ({"a": [PID]}, {"a": [PID], "c": [PID]}):
        with pytest.raises(ProtocolError):
            dcql_match.check(query, wrong)


def test_several_where_several_were_asked_for() -> None:
    query = dcql.parse({"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {}, "multiple": True}]})
    dcql_match.check(query, {"a": [PID, WALLET]})
    with pytest.raises(ProtocolError):
        dcql_match.check(query, {"a": [PID, BADGE]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    value=JSON, place=st.sampled_from(["", "credentials", "credentials/0", "credentials/0/claims", "credential_sets"])
)
def test_whatever_is_sent_is_read_or_refused(value: Any, place: str) -> None:
    try:
        query = dcql.parse(spoil(place, value) if place else value)
    except ProtocolError:
        return
    chosen = dcql_match.choose(query, [WALLET, BADGE, PID])
    if chosen is not None:
        held = [WALLET, BADGE, PID]
        dcql_match.check(query, {id: [held[found[0].number]] for id, found in chosen.items()})


def test_a_person_may_choose_among_the_options_that_can_be_answered() -> None:
    query = dcql.parse(
        {
            "credentials": [{"id": id, "format": "dc+sd-jwt", "meta": {}} for id in "abc"],
            "credential_sets": [
                {"options": [["a", "c"], ["b"], ["a"]]},
                {"options": [["c"], ["b"]], "required": False},
                {"options": [["c"]], "required": False},
            ],
        }
    )
    found = dcql_match.ways(query, {"a", "b"})
    assert found is not None
    assert [(one.required, one.options) for one in found] == [(True, (("b",), ("a",))), (False, (("b",),))]
    assert dcql_match.ways(query, {"c"}) is None
