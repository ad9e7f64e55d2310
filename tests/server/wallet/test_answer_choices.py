"""A learner chooses what a verifier sees: alternatives, and what it does without (OpenID4VP 1.0, 6.2 and 6.4)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from mikra.adapters.clock import chance, now
from mikra.errors import InputError, ProtocolError
from mikra.exchange import oid4vp_answer
from mikra.sealing import sd_jwt
from mikra.server.actions import (
    presenting,
    presenting_queries,
    wallet_answer_choices,
    wallet_answers,
    wallets,
)
from mikra.server.actions.presenting import Asking
from mikra.server.actions.wallet_answer_questions import Question
from mikra.server.store.wallets import Held, Wallet
from tests.server.issuing.conftest import signer as signer
from tests.server.wallet.test_answers import Outside, begun_at
from tests.server.wallet.test_answers import held as held
from tests.server.wallet.test_answers import outside as outside
from tests.server.wallet.test_answers import ready as ready

TITLE = {"id": "t", "format": "dc+sd-jwt", "meta": {}, "claims": [{"path": ["achievement_title"]}]}
NAME = {"id": "n", "format": "dc+sd-jwt", "meta": {}, "claims": [{"path": ["full_name"]}]}
BOTH = {**TITLE, "id": "b", "claims": [*TITLE["claims"], *NAME["claims"]]}  # type: ignore[misc]
BROUGHT = {
    "id": "x",
    "format": "dc+sd-jwt",
    "meta": {},
    "claims": [{"path": ["title"]}],
    "require_cryptographic_holder_binding": False,
}
NOWHERE = {"id": "z", "format": "mso_mdoc", "meta": {}}


def together(credentials: list[Any], *sets: tuple[list[list[str]], bool]) -> dict[str, Any]:
    listed = [{"options": options, "required": required} for options, required in sets]
    return {"credentials": credentials, "credential_sets": listed}


def bring(wallet: Wallet, outside: Outside, title: str) -> Held:
    claims = {"iss": "https://zed.example", "vct": "https://zed.example/t", "title": title}
    text = sd_jwt.issue(claims, signer=outside.signer, concealed=[("title",)], chance=lambda size: b"\1" * size)
    return wallets.keep(wallet, text)


def questions_of(wallet: Wallet, outside: Outside) -> tuple[Question, ...]:
    asked = wallet_answers.read(outside.link)
    found = wallet_answer_choices.of(wallet, asked.request, language="en")
    assert found
    return found


def answer(wallet: Wallet, outside: Outside, picked: dict[str, str]) -> dict[str, Any]:
    wallet_answers.answer(wallet, wallet_answers.read(outside.link), picked, language="en")
    return outside.token


def test_the_second_of_two_ways_can_be_chosen(wallet: Wallet, held: Held, outside: Outside) -> None:
    outside.query = together([BOTH, TITLE], ([["b"], ["t"]], True))
    (question,) = questions_of(wallet, outside)
    assert [one.parts[0].id for one in question.ways] == ["b", "t"]
    assert not question.optional
    token = answer(wallet, outside, {"0": question.ways[1].name})
    assert token.keys() == {"t"}
    assert "full_name" not in sd_jwt.read(token["t"][0].encode()).claims
    assert answer(wallet, outside, {"0": question.ways[0].name}).keys() == {"b"}
    for wrong in ({}, {"0": ""}, {"0": "9"}, {"0": f"1-{held.id.hex}-other"}):
        with pytest.raises(InputError):
            wallet_answers.answer(wallet, wallet_answers.read(outside.link), wrong, language="en")
    assert len(outside.answers) == 2


def test_a_way_that_shows_more_of_the_same_is_not_offered(wallet: Wallet, held: Held, outside: Outside) -> None:
    outside.query = together([TITLE, BOTH], ([["t"], ["b"]], True))
    (question,) = questions_of(wallet, outside)
    assert [one.parts[0].id for one in question.ways] == ["t"]


def test_what_is_optional_is_left_or_taken(wallet: Wallet, held: Held, outside: Outside) -> None:
    outside.query = together([TITLE, NAME, NOWHERE], ([["t"]], True), ([["n"]], False), ([["z"]], False))
    needed, more = questions_of(wallet, outside)
    assert (needed.optional, more.optional) == (False, True)
    assert answer(wallet, outside, {"0": needed.ways[0].name}).keys() == {"t"}
    assert answer(wallet, outside, {"0": needed.ways[0].name, "1": more.ways[0].name}).keys() == {"t", "n"}
    with pytest.raises(InputError):
        answer(wallet, outside, {"1": more.ways[0].name})
    outside.query = together([NAME], ([["n"]], False))
    with pytest.raises(InputError, match="Choose what to show"):
        answer(wallet, outside, {"0": ""})


def test_what_goes_together_is_shown_together_or_not_at_all(wallet: Wallet, held: Held, outside: Outside) -> None:
    soil, water = bring(wallet, outside, "Soil"), bring(wallet, outside, "Water")
    outside.query = together([TITLE, BROUGHT], ([["t", "x"]], False), ([["t"]], True))
    more, needed = questions_of(wallet, outside)
    (way,) = more.ways
    fields = {part.id: part.field for part in way.parts}
    assert fields == {"t": "0.0.t", "x": "0.0.x"}
    ours = way.parts[0].choices[0].name
    picked = {"0": way.name, "0.0.t": ours, "0.0.x": f"{soil.id.hex}-", "1": needed.ways[0].name}
    token = answer(wallet, outside, picked)
    assert token.keys() == {"t", "x"}
    assert "Soil" in str(sd_jwt.read(token["x"][0].encode()).claims)
    token = answer(wallet, outside, picked | {"0.0.x": f"{water.id.hex}-"})
    assert "Water" in str(sd_jwt.read(token["x"][0].encode()).claims)
    assert answer(wallet, outside, {"1": needed.ways[0].name}).keys() == {"t"}
    for wrong in ({"0.0.x": ""}, {"0.0.x": f"{held.id.hex}-"}, {"0.0.t": ""}):
        with pytest.raises(InputError):
            answer(wallet, outside, picked | wrong)


def test_one_query_is_answered_once(wallet: Wallet, outside: Outside) -> None:
    soil, water = bring(wallet, outside, "Soil"), bring(wallet, outside, "Water")
    outside.query = together([BROUGHT], ([["x"]], True), ([["x"]], False))
    picked = {"0": f"0-{soil.id.hex}-", "1": f"0-{water.id.hex}-"}
    with pytest.raises(InputError, match="same credential"):
        answer(wallet, outside, picked)
    assert answer(wallet, outside, picked | {"1": picked["0"]}).keys() == {"x"}


# --- several of a kind, and what of each ----------------------------------------------------------------------------


MANY = {**BROUGHT, "id": "m", "multiple": True}
SETS = {
    "id": "s",
    "format": "dc+sd-jwt",
    "meta": {},
    "claims": [
        {"id": "t", "path": ["achievement_title"]},
        {"id": "n", "path": ["full_name"]},
        {"id": "o", "path": ["learning_outcomes"]},
    ],
    "claim_sets": [["t", "n", "o"], ["t", "o"], ["t", "n"], ["o", "n", "t"]],
}


def titles(token: list[str]) -> set[str]:
    return {str(sd_jwt.read(one.encode()).claims["title"]) for one in token}


def test_several_are_shown_where_the_verifier_takes_several(wallet: Wallet, outside: Outside) -> None:
    soil, water, air = (bring(wallet, outside, one) for one in ("Soil", "Water", "Air"))
    outside.query = {"credentials": [MANY]}
    (question,) = questions_of(wallet, outside)
    (way,) = question.ways
    (part,) = way.parts
    assert part.multiple
    names = {one.held.id: part.several(one) for one in part.choices}
    picked = {"0": way.name, names[soil.id]: "yes", names[air.id]: "yes"}
    assert titles(answer(wallet, outside, picked)["m"]) == {"Soil", "Air"}
    assert len(wallet_answers.mine(wallet)[0].titles) == 2
    assert titles(answer(wallet, outside, {"0": way.name, names[water.id]: "yes"})["m"]) == {"Water"}
    for wrong in ({"0": way.name}, {"0": way.name, f"0.0.m.{'0' * 32}-": "yes"}, {names[soil.id]: "yes"}):
        with pytest.raises(InputError):
            wallet_answers.answer(wallet, wallet_answers.read(outside.link), wrong, language="en")
    assert len(outside.answers) == 2


def test_one_alone_is_shown_where_one_is_asked_for(wallet: Wallet, outside: Outside) -> None:
    bring(wallet, outside, "Soil")
    bring(wallet, outside, "Water")
    outside.query = {"credentials": [BROUGHT]}
    (question,) = questions_of(wallet, outside)
    assert [one.parts[0].multiple for one in question.ways] == [False, False]
    first = question.ways[0]
    both = {"0": first.name} | {first.parts[0].several(one.parts[0].choices[0]): "yes" for one in question.ways}
    assert len(answer(wallet, outside, both)["x"]) == 1


def test_no_more_are_shown_than_an_answer_holds(
    wallet: Wallet, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(wallet, outside, "Soil")
    bring(wallet, outside, "Water")
    monkeypatch.setattr(oid4vp_answer, "MOST_PRESENTATIONS", 1)
    outside.query = {"credentials": [MANY]}
    (question,) = questions_of(wallet, outside)
    part = question.ways[0].parts[0]
    picked = {"0": question.ways[0].name} | {part.several(one): "yes" for one in part.choices}
    with pytest.raises(InputError, match="more credentials than one answer holds"):
        answer(wallet, outside, picked)
    assert not outside.answers


def test_this_services_own_question_takes_several(wallet: Wallet, held: Held) -> None:
    for several, verified in ((True, 2), (False, 0)):
        begun = presenting.begin(Asking(query=presenting_queries.asking(several=several)))
        asked = wallet_answers.read(presenting.link(begun.row, begun.secret))
        one = wallet_answer_choices.of(wallet, asked.request, language="en")
        assert one
        choice = one[0].ways[0].parts[0].choices[0]
        shown = [wallet_answer_choices.present(choice, asked.request, language="en", at=now()) for _ in range(2)]
        form = oid4vp_answer.respond(
            asked.request, {"mc": shown}, ephemeral=ec.generate_private_key(ec.SECP256R1()), vector=chance(12)
        )
        body = urlencode(form).encode()
        if verified:
            presenting.receive(presenting.handle_of(begun.secret), body, wallet_answers.FORM)
            found = presenting.take(begun.row.id, begun.secret)
            assert found["verified"]
            assert len(found["reports"]) == verified
        else:
            with pytest.raises(ProtocolError, match="does not answer the request"):
                presenting.receive(presenting.handle_of(begun.secret), body, wallet_answers.FORM)


def test_the_learner_chooses_the_facts_of_a_credential(wallet: Wallet, held: Held, outside: Outside) -> None:
    outside.query = {"credentials": [SETS]}
    (question,) = questions_of(wallet, outside)
    (way,) = question.ways
    part = way.parts[0]
    choice = part.choices[0]
    seen = [{field.name for field in one.fields} for one in choice.sets]
    assert seen == [
        {"achievement_title", "full_name", "learning_outcomes"},
        {"achievement_title", "learning_outcomes"},
        {"achievement_title", "full_name"},
    ]
    for number, names in enumerate(seen):
        token = answer(wallet, outside, {"0": way.name, part.facts(choice): str(number)})
        shown = sd_jwt.read(token["s"][0].encode())
        assert {str(one.place[0]) for one in shown.disclosures} == names
        assert set(wallet_answers.mine(wallet)[0].fields) & {"full_name"} == names & {"full_name"}
    for wrong in ("3", "-1", "x", "", "01"):
        with pytest.raises(InputError, match="cannot be chosen"):
            wallet_answers.answer(
                wallet,
                wallet_answers.read(outside.link),
                {"0": way.name, part.facts(choice): wrong},
                language="en",
            )
    assert len(outside.answers) == 3


# --- the page ------------------------------------------------------------------------------------------------------


def radios(text: str) -> dict[str, list[tuple[str, bool]]]:
    """Name -> its values, and which is chosen."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for name, value, rest in re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)"([^>]*)>', text):
        found.setdefault(name, []).append((value, "checked" in rest))
    return found


def test_the_page_offers_each_way_and_leaves_out_by_itself(
    browser: Client, wallet: Wallet, held: Held, outside: Outside
) -> None:
    outside.query = together([BOTH, TITLE, BROUGHT], ([["b"], ["t"]], True), ([["x", "t"]], False))
    bring(wallet, outside, "Soil")
    bring(wallet, outside, "Water")
    address = begun_at(browser, outside.link)["Location"]
    shown = radios(browser.get(address).content.decode())
    assert [chosen for _value, chosen in shown["pick-0"]] == [True, False]
    assert shown["pick-1"] == [("", True), ("0", False)]
    assert len(shown["pick-1.0.x"]) == 2
    less = shown["pick-0"][1][0]
    done = browser.post(address, {"answer": "yes", "pick-0": less, "pick-1": ""})
    assert done.status_code == 200
    assert outside.token.keys() == {"t"}


def test_the_page_offers_several_and_what_of_each(
    browser: Client, wallet: Wallet, held: Held, outside: Outside
) -> None:
    bring(wallet, outside, "Soil")
    bring(wallet, outside, "Water")
    outside.query = {"credentials": [SETS, MANY]}
    address = begun_at(browser, outside.link)["Location"]
    text = browser.get(address).content.decode()
    (facts,) = radios(text)
    assert [chosen for _value, chosen in radios(text)[facts]] == [True, False, False]
    boxes = re.findall(r'<input type="checkbox" name="([^"]+)" value="yes">', text)
    assert len(boxes) == 2
    hidden = dict(re.findall(r'<input type="hidden" name="(pick-[^"]+)" value="([^"]+)">', text))
    page = browser.post(address, {"answer": "yes", **hidden, facts: "1"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "Choose one of these credentials." in text
    assert radios(text)[facts][1] == ("1", True)
    assert '<details class="fold fold--inside" open>' in text
    done = browser.post(address, {"answer": "yes", **hidden, facts: "1", **dict.fromkeys(boxes, "yes")})
    assert done.status_code == 200
    assert titles(outside.token["m"]) == {"Soil", "Water"}
    assert "full_name" not in sd_jwt.read(outside.token["s"][0].encode()).claims


def test_a_refusal_is_read_in_ones_own_language(browser: Client, outside: Outside) -> None:
    outside.changed = lambda _text: "<html>"
    browser.cookies["language"] = "cs"
    page = begun_at(browser, outside.link).content.decode()
    assert "Žádost není zapsána tak, jak má být." in page
    assert "not a sealed text" not in page


def test_what_was_chosen_is_still_chosen_after_a_fault(browser: Client, held: Held, outside: Outside) -> None:
    outside.query = together([TITLE, NAME], ([["t"]], False), ([["n"]], False))
    address = begun_at(browser, outside.link)["Location"]
    page = browser.post(address, {"answer": "yes", "pick-0": "", "pick-1": ""})
    assert page.status_code == 422
    assert "Choose what to show." in page.content.decode()
    assert not outside.answers
    taken = radios(page.content.decode())["pick-1"][1][0]
    outside.status = 400
    page = browser.post(address, {"answer": "yes", "pick-0": "", "pick-1": taken})
    assert radios(page.content.decode())["pick-1"][1] == (taken, True)
