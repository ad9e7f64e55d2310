"""Codes on paper: no two alike, every slip is seen, nothing of a person without their name, and nobody guesses."""

from __future__ import annotations

import random
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from mikra.errors import InputError, NotFoundError
from mikra.server.actions import claims, corrections, status_lists, typed_answers, typed_codes
from mikra.server.actions.claim_codes import LETTERS
from mikra.server.rights import Role
from mikra.server.store.awards import Award
from mikra.server.store.learners import Learner
from mikra.server.store.tenants import Tenant
from mikra.server.web.verify import typed
from tests.server.institution import proven
from tests.server.wallet.conftest import award as award
from tests.server.wallet.conftest import code as code
from tests.server.wallet.conftest import sealed as sealed

FAMILY = "O'Brien"


@pytest.fixture(autouse=True)
def full() -> None:
    typed.BUCKETS.clear()
    typed_answers.NAMES.clear()


def ask(client: Client, code: str, name: str = "", status: int = 200) -> str:
    answer = client.post("/c/", {"code": code, "name": name})
    assert answer.status_code == status
    return answer.content.decode()


def of(listed: int, index: int) -> str:
    place: Any = SimpleNamespace(list_number=listed, list_index=index)
    return typed_codes.code_of(place).replace("-", "")


def test_a_code_leads_to_its_award_however_it_is_typed(award: Award) -> None:
    code = typed_codes.code_of(award)
    assert len(code) == 19
    for typed_as in (code, code.lower(), f" {code.replace('-', ' ')} ", code.replace("0", "o").replace("1", "l")):
        assert typed_codes.found(typed_as) == award


def test_codes_differ_and_neighbours_have_nothing_in_common(db: None) -> None:
    made = [of(1, index) for index in range(300)] + [of(listed, 1) for listed in range(2, 300)]
    assert len(set(made)) == len(made)
    alike = [sum(a == b for a, b in zip(one, other, strict=True)) for one, other in pairwise(made)]
    assert sum(alike) / len(alike) < 1.5, "a code tells something of its place"


def test_every_number_comes_back(db: None) -> None:
    dice = random.Random(1)
    for number in [0, 1, (1 << 75) - 1, *(dice.getrandbits(75) for _n in range(200))]:
        mixed = typed_codes._shuffled(number)
        assert 0 <= mixed < 1 << 75
        assert typed_codes._unshuffled(mixed) == number


def test_every_wrong_letter_and_every_swap_is_seen_and_named(award: Award) -> None:
    code = typed_codes.code_of(award).replace("-", "")
    for place in range(16):
        for other in set(LETTERS) - {code[place]}:
            with pytest.raises(InputError, match=f"Letter {place + 1} of this code looks wrong"):
                typed_codes.found(code[:place] + other + code[place + 1 :])
    for place in range(15):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if swapped != code:
            with pytest.raises(InputError, match=f"Letter {place + 1} of"):
                typed_codes.found(swapped)


def test_what_is_no_code_says_why(award: Award) -> None:
    code = typed_codes.code_of(award)
    for wrong, why in ((code[:-1], "not whole"), (code + "A", "not whole"), ("", "not whole"), ("a" * 101, "not whole"),
                       ("*" + code[1:], "Letter 1"), ("A" * 15 + "B", "mistyped")):  # fmt: skip
        with pytest.raises(InputError, match=why):
            typed_codes.found(wrong)
    with pytest.raises(NotFoundError):
        typed_codes.found(of(1 << 20, 5))
    with pytest.raises(NotFoundError):
        typed_codes.found("0" * 16)


def test_the_code_alone_tells_nothing_of_a_person(client: Client, award: Award) -> None:
    page = ask(client, typed_codes.code_of(award))
    assert "University of Zed" in page
    assert "verdict--" in page
    for secret in ("Brien", "Water quality", "student.example", "S000001"):
        assert secret not in page, secret


def test_with_the_name_it_says_what_stands_on_the_paper(client: Client, award: Award) -> None:
    for name in (FAMILY, "o brien", "  O’BRIEN "):
        page = ask(client, typed_codes.code_of(award), name)
        assert "Water quality monitoring" in page
        assert "Brien" in page
        assert "This must stand on the paper" in page
    wrong = ask(client, typed_codes.code_of(award), "Novak")
    assert "The name is not that of the credential" in wrong
    assert "Water quality" not in wrong
    assert "Brien" not in wrong


def test_a_withdrawn_one_says_so(client: Client, award: Award, tenant: Tenant, actor: Any) -> None:
    tenant.settings = {**tenant.settings, "step_up": False}
    tenant.save()
    corrections.revoke(proven(actor(tenant, Role.REGISTRAR)), award.id, "The grade was wrong.")
    while status_lists.publish_due():
        pass
    page = ask(client, typed_codes.code_of(award))
    assert "verdict--bad" in page
    assert "The grade was wrong." in page
    assert "Brien" not in page


def test_what_was_erased_has_no_content(client: Client, award: Award) -> None:
    award.sealed.update(content=None)
    assert "was erased" in ask(client, typed_codes.code_of(award), FAMILY)
    Learner._default_manager.filter(awards=award).update(key=None)
    assert "was erased" in ask(client, typed_codes.code_of(award), FAMILY)


def test_faults_stand_at_the_field(client: Client, award: Award) -> None:
    code = typed_codes.code_of(award)
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert "Letter 16 of this code looks wrong" in ask(client, wrong, status=422)
    assert "There is no credential under this code" in ask(client, of(1 << 20, 5), status=404)
    for typed_as in ("\x00" * 16, "é" * 16, "١" * 16, "<script>aaaaaaaa", "ß" * 8):
        assert "<script>a" not in ask(client, typed_as, status=422)


def test_nobody_guesses(client: Client, award: Award) -> None:
    for _n in range(typed_answers.NAMES.burst):
        typed_answers.NAMES.take(str(award.pk))
    answer = client.post("/c/", {"code": typed_codes.code_of(award), "name": "x"})
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert client.post("/c/", {"code": typed_codes.code_of(award)}).status_code == 200
    codes = [client.post("/c/", {"code": "A" * 16}).status_code for _n in range(typed.BUCKETS.burst)]
    assert codes[-1] == 429


def test_the_certificate_carries_the_code(award: Award, code: str, client: Client) -> None:
    assert claims.paper_address(award).endswith(f"/c/#{typed_codes.code_of(award)}")
    client.post(f"/claim/{code}/take/")
    assert client.get(f"/claim/{code}/certificate.pdf").content.startswith(b"%PDF-")
