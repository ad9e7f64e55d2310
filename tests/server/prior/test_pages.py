"""The pages of prior learning: the way of a registrar, an assessor and who decides; refusals stand at their field."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra.server.actions import prior_learning_decision as decision
from mikra.server.actions import prior_learning_evidence as evidence
from mikra.server.rights import Actor, Role
from mikra.server.store.batches import Batch
from mikra.server.store.people import Person
from mikra.server.store.prior_learning import PriorCase, PriorEvidence
from tests.server.prior.conftest import LEARNER, PDF, Validation

BASE = "/console/zed/prior-learning/"


@pytest.fixture
def browser(sign_in: Callable[[Person], Client]) -> Callable[[Actor], Client]:
    return lambda actor: sign_in(Person.objects.get(pk=actor.person_id))


Browser = Callable[[Actor], Client]


def said(validation: Validation, **changes: str) -> dict[str, str]:
    """The form of an assessment, filled in."""
    given = {}
    for n in range(validation.count):
        given |= {f"met-{n}": "yes", f"method-{n}": "A talk", f"reason-{n}": "Knew it."}
    return {**given, **{name.replace("_", "-"): text for name, text in changes.items()}}


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", str(response.content.decode()))


def test_the_whole_way_in_the_browser(validation: Validation, browser: Browser) -> None:
    registrar, assessor, decider = map(browser, (validation.registrar, validation.assessor, validation.decider))
    assert "No case waits" in text(registrar.get(BASE))
    assert validation.edition.title in text(registrar.get(f"{BASE}new/"))
    begin = f"{BASE}new/{validation.edition.id}/"
    assert "Who asks for it?" in text(registrar.get(begin))
    made = registrar.post(begin, LEARNER)
    case = PriorCase.of(validation.tenant).get()
    one = f"{BASE}{case.id}/"
    assert made.headers["Location"] == one
    file = SimpleUploadedFile("plan.pdf", PDF)
    sent = registrar.post(f"{one}evidence/?kind=file", {"title": "Plan", "outcomes": ["0"], "file": file})
    assert sent.status_code == 302
    assert registrar.post(f"{one}send/", {"assessor": str(validation.assessor.person_id)}).status_code == 302
    assert "1 case waits" in text(assessor.get(BASE))
    assert "1 case of prior learning to assess" in text(assessor.get("/console/zed/"))
    assert assessor.post(f"{one}assess/", said(validation)).status_code == 302
    assert "1 case of prior learning to decide" in text(decider.get("/console/zed/"))
    assert decider.post(f"{one}decide/", {"outcome": "awarded", "reason": "Shown."}).status_code == 302
    shown = text(registrar.get(one))
    for word in ("It is awarded", "Make the award", "Zoë", "plan.pdf", "Knew it.", "Shown.", "S000077"):
        assert word in shown
    onward = registrar.post(f"{one}award/")
    batch = Batch.of(validation.tenant).get()
    assert onward.headers["Location"] == f"/console/zed/awards/{batch.id}/"
    assert "See the award" in text(registrar.get(one))
    assert decider.post(f"{one}withdraw/", {"reason": "Too early."}).status_code == 302
    assert "Waits for a decision" in text(decider.get(one))


def test_what_is_wrong_stands_at_its_field(validation: Validation, browser: Browser) -> None:
    registrar, assessor, decider = map(browser, (validation.registrar, validation.assessor, validation.decider))
    begin = registrar.post(f"{BASE}new/{validation.edition.id}/", {**LEARNER, "email": "none"})
    assert begin.status_code == 422
    assert 'id="f-email-error"' in text(begin)
    one = f"{BASE}{validation.assessed(unmet=1).id}/"
    for kind, given, field in (
        ("file", {"title": "x", "outcomes": ["0"]}, "f-file"),
        ("file", {"title": "", "outcomes": ["0"], "file": SimpleUploadedFile("a.txt", b"x")}, "f-title"),
        ("link", {"title": "x", "outcomes": ["0"], "url": "javascript:alert(1)"}, "f-url"),
        ("link", {"title": "x", "outcomes": ["x", "99999"], "url": "https://a.example"}, "f-outcomes"),
        ("description", {"title": "x", "outcomes": ["0"], "text": ""}, "f-text"),
    ):
        refused = registrar.post(f"{one}evidence/?kind={kind}", given)
        assert (refused.status_code, f'id="{field}-error"' in text(refused)) == (422, True)
    last = validation.count - 1
    half = assessor.post(f"{one}assess/", said(validation, **{f"reason_{last}": ""}))
    assert (half.status_code, f'id="f-reason-{last}-error"' in text(half)) == (422, True)
    no = decider.post(f"{one}decide/", {"outcome": "awarded", "reason": "x"})
    assert (no.status_code, "every outcome was reached" in text(no)) == (409, True)
    assert decider.post(f"{one}decide/", {"outcome": "not_awarded"}).status_code == 422
    assert registrar.post(f"{one}send/", {"assessor": "x"}).status_code == 422


def test_what_is_still_missing_is_said_before_it_is_decided(validation: Validation, browser: Browser) -> None:
    assert "this is still missing" in text(browser(validation.registrar).get(f"{BASE}{validation.open(grade='').id}/"))
    whole = validation.open(learner_id="S000079")
    assert "this is still missing" not in text(browser(validation.registrar).get(f"{BASE}{whole.id}/"))


def test_a_file_larger_than_may_be_is_refused_as_such(validation: Validation, browser: Browser) -> None:
    one = f"{BASE}{validation.open().id}/"
    large = SimpleUploadedFile("a.pdf", b"%PDF-" + bytes(evidence.LARGEST))
    refused = browser(validation.registrar).post(f"{one}evidence/", {"title": "x", "outcomes": ["0"], "file": large})
    assert refused.status_code == 413
    assert "too large" in text(refused)


def test_a_file_of_evidence_is_a_download_whatever_it_holds(validation: Validation, browser: Browser) -> None:
    case = validation.open()
    page = b"<html><script>alert(1)</script>"
    kept = evidence.add_file(validation.registrar, case.id, title="x", outcomes=[0], name='a"\r\nX: y.html', data=page)
    answer = browser(validation.registrar).get(f"{BASE}{case.id}/evidence/{kept.id}/")
    assert answer.content == page
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "X" not in answer.headers


def test_whoever_has_no_right_gets_no_page(
    validation: Validation, browser: Browser, actor: Callable[..., Actor], outsider: Actor
) -> None:
    case = validation.assessed()
    piece = PriorEvidence.of(validation.tenant).get()
    one = f"{BASE}{case.id}/"
    pages = ["", "learner/", "send/", "delete/", "evidence/", f"evidence/{piece.id}/remove/", "assess/", "decide/"]
    pages += ["withdraw/"]
    reviewer, auditor = (
        browser(actor(validation.tenant, Role.REVIEWER)),
        browser(actor(validation.tenant, Role.AUDITOR)),
    )
    for page in pages:
        for one_of_them in (reviewer, auditor):
            assert one_of_them.get(one + page).status_code in (403, 404)
            assert one_of_them.post(one + page).status_code in (403, 404, 405)
        assert browser(outsider).get(one + page).status_code == 404
        assert Client().get(one + page).status_code == 302
    assert browser(outsider).get(f"{one}evidence/{piece.id}/").status_code == 404
    assert reviewer.get(f"{one}evidence/{piece.id}/").status_code == 404
    assert PriorCase.get(validation.tenant, case.id).state == "decision"


def test_another_cases_evidence_is_not_there(validation: Validation, browser: Browser) -> None:
    mine, other = validation.open(), validation.open(email="b@b.example")
    kept = evidence.add_file(validation.registrar, other.id, title="x", outcomes=[0], name="a", data=PDF)
    registrar = browser(validation.registrar)
    assert registrar.get(f"{BASE}{mine.id}/evidence/{kept.id}/").status_code == 404
    assert registrar.get(f"{BASE}{mine.id}/evidence/{kept.id}/remove/").status_code == 404
    assert registrar.post(f"{BASE}{mine.id}/evidence/{kept.id}/remove/").status_code == 404
    assert registrar.get(f"{BASE}{other.id}/evidence/{kept.id}/").status_code == 200


def test_deleting_asks_once(validation: Validation, browser: Browser) -> None:
    case, registrar = validation.open(), browser(validation.registrar)
    piece = PriorEvidence.of(validation.tenant).get()
    out = f"{BASE}{case.id}/evidence/{piece.id}/remove/"
    assert "Take this evidence out?" in text(registrar.get(out))
    assert registrar.post(out).status_code == 302
    assert "Delete this case?" in text(registrar.get(f"{BASE}{case.id}/delete/"))
    assert registrar.post(f"{BASE}{case.id}/delete/").headers["Location"] == BASE
    assert not PriorCase.of(validation.tenant).exists()


def test_a_decided_case_can_be_neither_changed_nor_deleted(validation: Validation, browser: Browser) -> None:
    made, registrar = validation.decided("not_awarded"), browser(validation.registrar)
    one = f"{BASE}{made.case_id}/"
    page = text(registrar.get(one))
    assert "Delete the case" not in page
    assert "Add a file" not in page
    assert registrar.post(f"{one}delete/").status_code == 409
    assert registrar.post(f"{one}learner/", LEARNER).status_code == 409
    assert registrar.post(f"{one}award/").status_code == 409
    assert decision.until(PriorCase.get(validation.tenant, made.case_id))


def test_the_award_says_how_it_was_achieved(validation: Validation, browser: Browser) -> None:
    from tests.server.prior.test_award import seal

    award = seal(validation, decision.to_award(validation.registrar, validation.decided().case_id))
    assert "validation of prior learning" in text(
        browser(validation.registrar).get(f"/console/zed/awards/of/{award.id}/")
    )
