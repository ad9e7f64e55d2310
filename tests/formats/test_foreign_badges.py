"""Badges of others come into the model, a thousand in one run; whatever they hold, nothing but a value comes back."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from mikra.formats.open_badges import is_badge, read_badge
from mikra.formats.open_badges_2 import as_badge_3, recipient_matches
from mikra.formats.wallet_claims import read_claims
from mikra.model import Credential, decode, encode
from mikra.validation.annex1 import measure
from tests.conversion import made
from tests.formats.foreign_badges import badges
from tests.sealing.test_only_our_errors import ODD, changed, places
from tests.verification.open_badges_2 import assertion, site


def test_a_thousand_foreign_badges_in_one_run() -> None:
    found: Counter[str] = Counter()
    for badge in badges(1_000):
        before = json.dumps(badge)
        credential = read_badge(badge)
        assert is_badge(badge)
        assert credential.title
        assert credential.issuer is not None
        assert credential.issuer.id
        assert credential.valid_from
        assert measure(credential)["annex1.2"].state.value == "present"
        assert decode(encode(credential)) == credential
        assert json.dumps(badge) == before, "what was given is not changed"
        found.update(element.key for element in measure(credential).elements if element.state.value != "missing")
    assert found["title"] == 1_000
    assert min(found[key] for key in ("learner", "country", "outcomes", "grade", "level")) > 50


def test_text_that_claims_a_language_that_is_none_names_no_file() -> None:
    badge = {"type": ["OpenBadgeCredential"], "credentialSubject": {"achievement": {"name": {"../../../x": "t"}}}}
    assert dict(read_badge(badge).title) == {}
    elements = {"microCredential": {"labels": {"../../../../etc/x": "t", "en": "ok"}, "qualityAssurance": []}}
    badge["credentialSubject"] |= elements  # type: ignore[operator]
    assert dict(read_badge(badge).title) == {"en": "ok"}


READERS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "badge": (read_badge, made.badge(made.award())),
    "twin": (read_badge, made.twin_of(made.award())),
    "wallet": (read_claims, {"achievement_title": "A", "learning_outcomes": ["x"], "ects": 3, "language": "en"}),
    "badge 2": (
        lambda parts: read_badge(as_badge_3(*(p if isinstance(p, dict) else {} for p in list(parts)[:3]))),
        [assertion(), site()["b/1"], site()["issuer"]],
    ),
}


@pytest.mark.drill("R5")
@pytest.mark.parametrize("name", READERS)
def test_something_odd_at_any_place(name: str, amount: Callable[[int, int], int]) -> None:
    """Whatever stands in whatever place: a value comes back, never an error, and it can be measured."""
    read, good = READERS[name]
    every = [path for path in places(good) if path]
    chance = random.Random(7)
    odd: list[Any] = [
        *ODD,
        {"id": 1},
        [{"id": []}],
        {"@value": 1},
        {"en": 1},
        {"labels": {"en": "x"}},
        "en",
    ]
    for _ in range(amount(600, 100_000)):
        twin = good
        for path in chance.sample(every, chance.choice([1, 1, 2, 3])):
            try:
                twin = json.loads(json.dumps(changed(twin, path, chance.choice(odd))))
            except (KeyError, IndexError, TypeError):
                continue
        if not isinstance(twin, dict | list) or (name == "badge 2" and len(twin) < 3):
            continue
        result = read(copy.deepcopy(twin))
        assert isinstance(result, Credential)
        assert len(measure(result).elements) == 16


@pytest.mark.parametrize("recipient", [{}, {"identity": 3}, {"hashed": True}, {"hashed": True, "identity": "sha256$é"}])
def test_odd_recipients(recipient: dict[str, Any]) -> None:
    assert recipient_matches(recipient, "a@b.example") in (None, False)
