"""What a line of the inventory is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class About(StrEnum):
    """Whose data it is."""

    LEARNERS = "learners"
    STAFF = "staff"
    BOTH = "both"


class Basis(StrEnum):
    """GDPR, Article 6(1). Which of them holds for awards is a decision of the institution (`TenantSettings`)."""

    AS_DECIDED = "as_decided"
    """Public task or legal obligation, as the institution has decided for its awards."""
    PUBLIC_TASK = "public_task"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"
    """Not for tasks of a public authority (6(1), last sentence): there it is part of the public task."""
    CONSENT = "consent"
    """For extras alone, asked for one by one, and taken back as easily."""


class Place(StrEnum):
    """How a column holds it."""

    LEARNER_KEY = "learner_key"
    """Encrypted under the learner's own key."""
    ROW_KEY = "row_key"
    """Encrypted under a key of that row of a class list."""
    BATCH_KEY = "batch_key"
    """Encrypted under a key of that class list."""
    CASE_KEY = "case_key"
    """Encrypted under a key of that case."""
    WALLET_KEY = "wallet_key"
    """Encrypted under the key of a wallet."""
    ASKER_KEY = "asker_key"
    """Encrypted for the browser that asked: the key is in its cookie, and nowhere here."""
    WRAPPED = "wrapped"
    """The key itself, encrypted under `data.key`, which is in no backup."""
    DIGEST = "digest"
    """A keyed digest: equal values are found by it, and nothing is read from it."""
    HASHED = "hashed"
    """A digest of a secret that is stored nowhere."""
    REFERENCE = "reference"
    """The id of a row: it names somebody as long as that row does."""
    PSEUDONYM = "pseudonym"
    """An id or a place that outlives the row it came from."""
    CLEAR = "clear"
    """Readable for whoever reads the database."""


@dataclass(frozen=True, slots=True)
class Personal:
    """A column with personal data: the processing it serves, and how it is held."""

    processing: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One model. `other` are its columns that are about nobody, or tell nothing without those that are personal."""

    model: str
    personal: Mapping[str, Personal] = field(default_factory=dict)
    other: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing:
    """One line of the record of Article 30. Words are lazy: they are read in the language of whoever reads.

    `kept` is the sentence; `setting` names the decision of `TenantSettings` that gives its number, in days.
    """

    name: str
    about: About
    title: Any
    purpose: Any
    what: Any
    basis: Basis
    seen_by: Any
    kept: Any
    source: Any
    setting: str = ""
