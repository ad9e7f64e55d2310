"""What is kept of a learner, and by which digests they are found again.

    {"names": [{"given_name", "family_name", "full_name"}], "emails": [...], "birth": "2001-02-03",
     "numbers": [[scheme, number], ...], "national": [...], "gender", "nationality", "language"}

The newest comes first. A learner with two addresses stays one; two of one name and birth date stay two, for only a
number of theirs makes two rows one learner for sure (or name, birth date and address together).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from mikra.issuance.roster.learners import learner_key, number_keys
from mikra.server.actions.rows_cells import typed
from mikra.server.store import personal
from mikra.server.store.learners import MAIL, NUMBER, SAME, WORD
from mikra.vocabulary.folding import words

_NAMES = ("given_name", "family_name", "full_name")


def profile_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The profile that one row of a class list gives."""
    number = values.get("learner_id")
    return {
        "names": [{name: values[name] for name in _NAMES if values.get(name)}],
        "emails": [values["email"]] if values.get("email") else [],
        "birth": values.get("date_of_birth") or "",
        "numbers": [[values.get("learner_id_scheme") or "", number]] if number else [],
        "national": [values["national_id"]] if values.get("national_id") else [],
        "gender": values.get("gender") or "",
        "nationality": values.get("nationality") or "",
        "language": values.get("language") or "",
    }


def joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Both together, what is new first; an empty member does not replace one that is known."""
    found: dict[str, Any] = {}
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, list):
            found[name] = value + [one for one in before or [] if one not in value]
        else:
            found[name] = value or before or ""
    return {**old, **found}


def shown_name(profile: Mapping[str, Any]) -> str:
    """The name as it stands in the newest list; never split, never changed."""
    newest = profile["names"][0] if profile["names"] else {}
    return str(newest.get("full_name") or " ".join(newest[n] for n in ("given_name", "family_name") if n in newest))


def same_tokens(tenant_id: uuid.UUID, values: Mapping[str, Any]) -> list[bytes]:
    """The digests that make this the same learner for sure, the strongest first; none where nothing does."""
    return same_of_all(personal.Digests(tenant_id), values)


def same_of_all(digests: personal.Digests, values: Mapping[str, Any]) -> list[bytes]:
    """`same_tokens`, for who asks of many learners of one tenant."""
    keys = number_keys(values)
    if values.get("date_of_birth") and values.get("email"):
        keys.append(f"person:{learner_key({**typed(values), 'learner_id': '', 'national_id': ''})}")
    return [digests.token(SAME, key) for key in keys]


def search_tokens(tenant_id: uuid.UUID, profile: Mapping[str, Any]) -> set[tuple[str, bytes]]:
    """(kind, token) of everything by which people look for a learner: words of names, addresses, numbers."""
    return search_of_all(personal.Digests(tenant_id), profile)


def search_of_all(digests: personal.Digests, profile: Mapping[str, Any]) -> set[tuple[str, bytes]]:
    """`search_tokens`, for who asks of many learners of one tenant."""
    texts = {(WORD, word) for one in profile["names"] for word in words(" ".join(map(str, one.values())))}
    texts |= {(MAIL, one.casefold()) for one in profile["emails"]}
    texts |= {(NUMBER, str(one).casefold()) for _, one in profile["numbers"]}
    texts |= {(NUMBER, str(one).casefold()) for one in profile["national"]}
    return {(kind, digests.token(kind, text)) for kind, text in texts}


def asked_tokens(tenant_id: uuid.UUID, query: str) -> list[list[tuple[str, bytes]]]:
    """What a person typed, as alternatives, each to be had in full: an address, a number, or words of a name."""
    text = query.strip().casefold()
    if "@" in text:
        return [[(MAIL, personal.token(tenant_id, MAIL, text))]]
    asked = [[(NUMBER, personal.token(tenant_id, NUMBER, text))]]
    if folded := words(query):
        asked.append([(WORD, personal.token(tenant_id, WORD, word)) for word in folded])
    return asked
