"""The loss report says what is there: each claim is proven by reading the form back, and by taking the form apart."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import pytest

from mikra import messages
from mikra.conversion.facts import Fact, facts, spoken
from mikra.conversion.loss import Carried, Loss, measure_loss
from mikra.conversion.open_badges import Bearer
from mikra.conversion.reading import READERS, Form, read_form
from mikra.conversion.sd_jwt_vc import learning_credential, micro_credential
from mikra.conversion.wording import languages
from mikra.model import Credential, encode
from mikra.validation.annex1_elements import DEFINITIONS
from tests.conversion import made

NUMBERS = [definition.number for definition in DEFINITIONS]


def document_of(form: Form, name: str) -> dict[str, Any]:
    credential = made.award(name)
    if form in (Form.EDC, Form.PDF):
        return encode(credential)
    if form in (Form.SD_JWT_VC, Form.SD_JWT_VC_EU):
        return dict(wallet_claims(credential, form))
    badge = made.twin_of(credential) if form is Form.VC_2 else made.badge(credential)
    return {"credentialSubject": {"verifiableCredential": [badge]}} if form is Form.CLR_2 else badge


def wallet_claims(credential: Credential, form: Form) -> Mapping[str, Any]:
    origin = made.origin(credential)
    if form is Form.SD_JWT_VC_EU:
        return learning_credential(credential).claims
    return micro_credential(credential, namespace=made.NAMESPACE, award_id=origin.award, digest=origin.digest).claims


def measured(form: Form, name: str = made.EXAMPLES[0]) -> Loss:
    return measure_loss(made.award(name), form, document_of(form, name))


def _shown(fact: Fact, language: str) -> str:
    return " ".join(spoken(fact, language).replace('"', '\\"').replace("\\", "").casefold().split())


@pytest.mark.parametrize("name", made.EXAMPLES)
@pytest.mark.parametrize("form", READERS)
def test_every_claim_is_proven_by_the_document(form: Form, name: str) -> None:
    """Each fact that is claimed as data is in what the reader reads; each told as text is a text in the document."""
    credential, document = made.award(name), document_of(form, name)
    loss = measure_loss(credential, form, document)
    language = (*loss.languages, *languages(credential))[0]
    stated, found = facts(credential, language), facts(read_form(form, document), language)
    texts = " ".join(json.dumps(document, ensure_ascii=False).replace("\\\\", "").casefold().split())
    assert [row.definition.number for row in loss.rows] == NUMBERS
    for row in loss.rows:
        number = row.definition.number
        there = set(stated[number]) & set(found[number])
        assert (row.state is Carried.FULL) == (bool(stated[number]) and there == set(stated[number]))
        for fact in set(stated[number]) - there:
            assert fact.kind in (*row.as_text, *row.missing, *row.hidden)
            if fact.kind in row.as_text and fact.kind not in row.missing:
                assert _shown(fact, language) in texts.replace("\\", "")
        assert (row.state is Carried.NOT_STATED) == (not stated[number])
        somehow = bool(there or row.as_text or row.hidden)
        told = any(_shown(fact, language) in texts.replace("\\", "") for fact in stated[number])
        assert (row.state is Carried.NONE) <= (not somehow)
        assert (row.state is Carried.PART) <= (somehow or told)


@pytest.mark.parametrize("name", made.EXAMPLES)
@pytest.mark.parametrize("form", [Form.EDC, Form.PDF, Form.VC_2])
def test_these_forms_carry_everything(form: Form, name: str) -> None:
    loss = measured(form, name)
    kinds = {kind for row in loss.rows for kind in row.missing}
    assert kinds <= ({"national_id"} if form is Form.VC_2 else set())
    assert loss.left == ()


def test_an_open_badge_carries_these_in_full_and_nothing_is_lost() -> None:
    loss = measured(Form.OPEN_BADGE_3)
    assert [n for n in NUMBERS if loss[n].state is Carried.FULL] == ["2", "3", "5", "6", "9", "o3"]
    assert loss.count(Carried.NONE) == 0
    assert loss["7"].as_text == ("hours", "system")
    assert loss["1"].missing == ("birth_date",)
    assert (loss.languages, loss.left) == (("en",), ("ro", "cs", "lt"))


@pytest.mark.parametrize(
    ("path", "number"),
    [
        (("credentialSubject", "achievement", "alignment"), "6"),
        (("credentialSubject", "achievement", "resultDescription"), "9"),
        (("credentialSubject", "result"), "o3"),
        (("issuer", "address"), "3"),
        (("awardedDate",), "5"),
        (("credentialSubject", "identifier"), "1"),
    ],
)
def test_what_is_taken_away_is_missed(path: tuple[str, ...], number: str) -> None:
    badge = copy.deepcopy(document_of(Form.OPEN_BADGE_3, made.EXAMPLES[0]))
    place = badge
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    before = measured(Form.OPEN_BADGE_3)[number]
    after = measure_loss(made.award(), Form.OPEN_BADGE_3, badge)[number]
    assert (after.state, after.missing, after.as_text) != (before.state, before.missing, before.as_text)
    assert after.state is not Carried.FULL


def test_text_that_is_taken_away_is_lost() -> None:
    badge = copy.deepcopy(document_of(Form.OPEN_BADGE_3, made.EXAMPLES[0]))
    badge["credentialSubject"]["achievement"]["criteria"]["narrative"] = "-"
    loss = measure_loss(made.award(), Form.OPEN_BADGE_3, badge)
    assert [n for n in NUMBERS if loss[n].state is Carried.NONE] == ["10", "11", "o1", "o4", "o5"]


def test_a_claim_is_never_made_by_hand() -> None:
    """An empty badge carries nothing, whatever the form is said to be able to carry."""
    loss = measure_loss(made.award(), Form.OPEN_BADGE_3, {"type": ["OpenBadgeCredential"]})
    assert loss.count(Carried.NONE) == 16


def test_digests_are_told_as_such() -> None:
    badge = made.badge(made.award(), bearer=Bearer(salt="s"))
    row = measure_loss(made.award(), Form.OPEN_BADGE_3, badge)["1"]
    assert set(row.hidden) >= {"name", "email", "number"}
    assert row.state is Carried.PART


def test_every_fact_and_form_has_its_words_and_reads_in_every_language() -> None:
    kinds = {f.kind for name in made.EXAMPLES for those in facts(made.award(name), "en").values() for f in those}
    for language in messages.LANGUAGES:
        catalogue = messages.catalogue("loss", language)
        assert {f"fact.{kind}" for kind in kinds} <= set(catalogue)
        assert {f"form.{form.value}" for form in Form} <= set(catalogue)
        for form in READERS:
            text = measured(form).text(language)
            assert len(text.splitlines()) == 18, form
            assert "{" not in text
    assert measured(Form.OPEN_BADGE_3).as_dict("ro")["elements"][6]["element"] == "annex1.7"


def test_every_form_can_be_read_back() -> None:
    assert set(READERS) == set(Form)


def test_all_languages_of_a_badge_together_leave_none_out() -> None:
    credential = made.award()
    held = {
        tag
        for language in languages(credential)
        for tag in measure_loss(credential, Form.OPEN_BADGE_3, made.badge(credential, language)).languages
    }
    assert held == set(languages(credential))


@pytest.mark.parametrize("name", made.EXAMPLES)
def test_an_attestation_in_another_language_carries_as_much_as_in_english(name: str) -> None:
    """What the EU's lists are in English alone stands in the language of the form, as our tables have it."""
    credential = made.award(name)
    counted = {}
    for language in languages(credential):
        parts = {"award_id": "urn:uuid:1", "digest": b"", "language": language}
        claims = micro_credential(credential, namespace=made.NAMESPACE, **parts).claims
        report = measure_loss(credential, Form.SD_JWT_VC, claims)
        counted[language] = [row.definition.number for row in report.rows if row.state is Carried.NONE]
    assert counted == {tag: [] for tag in languages(credential)}


def test_what_stands_for_quality_is_each_a_sentence_of_its_own() -> None:
    """A remark on a standard that none of the lists has is its label, without the word "other" beside it."""
    credential = made.award("company-digital-skills")
    claims = {tag: learning_credential(credential, language=tag).claims for tag in ("lt", "en")}
    assert claims["lt"]["types_of_quality_assurance"] == [
        "Vidinis kokybės užtikrinimas",
        "Nacionalinio neformaliojo švietimo registro ženklas (pavyzdys)",
    ]
    english = {**claims["en"], "language": "en"}
    assert "other" not in english["types_of_quality_assurance"]
    (row,) = [r for r in measure_loss(credential, Form.SD_JWT_VC_EU, english).rows if r.definition.number == "11"]
    assert (row.as_text, row.missing) == (("review",), ("aspect",))


@pytest.mark.parametrize(
    ("form", "as_text", "missing"),
    [
        (Form.EDC, (), ()),
        (Form.OPEN_BADGE_3, ("route",), ()),
        (Form.VC_2, ("route",), ()),
        (Form.SD_JWT_VC, (), ("route",)),
    ],
)
def test_that_prior_learning_was_validated_is_told_where_it_cannot_be_said(
    form: Form, as_text: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    row = measure_loss(made.award(BY_VALIDATION), form, document_of(form, BY_VALIDATION))["10"]
    assert tuple(one for one in row.as_text if one == "route") == as_text
    assert tuple(one for one in row.missing if one == "route") == missing


BY_VALIDATION = "company-digital-skills"
