"""What a learner is asked by a verifier's query, and what was picked (OpenID4VP 1.0, 6): questions, ways, credentials.

    questions[0].ways[1].parts[0].choices[0].sets     who answers may choose at each of these places
    pick(questions, {"0": way.name, ...})             what is shown for each credential query

`wallet_answer_choices` makes them from a wallet, and seals what was picked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mikra.errors import InputError
from mikra.exchange import oid4vp_answer
from mikra.exchange.dcql import Claim
from mikra.exchange.dcql_match import Holding
from mikra.server.store.wallets import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A fact that is shown. `name`: of the claim; `label` in the reader's language."""

    name: str
    label: str
    value: str | dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One set of claims by which a credential answers (6.4.1), and the facts that the verifier sees for it."""

    claims: tuple[Claim, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One credential that answers. `form`: the configuration in which it is sealed, "" for the file as it came.

    `sets`: what of it can be shown, the verifier's favourite first; one alone where there is nothing to choose, or it
    was chosen. `always`: what nobody can leave out.
    """

    held: Held
    form: str
    title: str
    holding: Holding
    sets: tuple[Shown, ...]
    always: tuple[Field, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.held.id.hex}-{self.form}"

    @property
    def claims(self) -> tuple[Claim, ...]:
        return self.sets[0].claims

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.sets[0].fields

    @property
    def names(self) -> frozenset[str]:
        """Of all claims that are seen."""
        return frozenset(one.name for one in (*self.fields, *self.always))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One credential of a way, or several of a kind. `id`: of the verifier's credential query.

    `field`: under which name a choice is sent. `multiple`: the verifier takes several (6.1), and each has a name of
    its own: `several`.
    """

    id: str
    field: str
    choices: tuple[Choice, ...]
    multiple: bool = False

    def several(self, choice: Choice) -> str:
        """Under which name it is sent that this one is shown, where several are taken."""
        return f"{self.field}.{choice.name}"

    def facts(self, choice: Choice) -> str:
        """Under which name the number of its set of claims is sent."""
        return f"{self.field}.{choice.name}.facts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Credentials that answer a question together. A part alone has one choice, `name` says which; or is `multiple`."""

    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One purpose of the verifier, with all ways to answer it, its own favourite first. `optional`: it does without."""

    name: str
    optional: bool
    ways: tuple[Way, ...]


def pick(questions: tuple[Question, ...], picked: Mapping[str, str]) -> dict[str, tuple[Choice, ...]]:
    """Id of each credential query -> what is shown for it, by names of questions and fields -> names of ways, choices.

    InputError where it is none of them, or nothing where something must be, or two for one query that takes one.
    """
    shown: dict[str, tuple[Choice, ...]] = {}
    for question in questions:
        name = picked.get(question.name, "")
        if not name and question.optional:
            continue
        way = next((one for one in question.ways if one.name == name), None)
        if way is None:
            raise InputError("Choose one of these credentials.", where=question.name, found=name[:60])
        for part in way.parts:
            chosen = _chosen(part, picked, alone=len(way.parts) == 1)
            if shown.setdefault(part.id, chosen) != chosen:
                raise InputError(
                    "The verifier wants the same credential in both places.",
                    where=part.field,
                    fix="Choose the same one twice.",
                )
    if sum(map(len, shown.values())) > oid4vp_answer.MOST_PRESENTATIONS:
        raise InputError("These are more credentials than one answer holds.", where="answer", fix="Choose fewer.")
    return shown


def _chosen(part: Part, picked: Mapping[str, str], *, alone: bool) -> tuple[Choice, ...]:
    """Each with the one set of claims that is shown."""
    if part.multiple:
        listed = [one for one in part.choices if picked.get(part.several(one))]
        if not listed:
            raise InputError("Choose one of these credentials.", where=part.field)
    else:
        listed = [part.choices[0] if alone else _picked(part, picked.get(part.field, ""))]
    return tuple(_narrowed(one, picked.get(part.facts(one), "0"), part.facts(one)) for one in listed)


def _picked(part: Part, name: str) -> Choice:
    for one in part.choices:
        if one.name == name:
            return one
    raise InputError("Choose one of these credentials.", where=part.field, found=name[:60])


def _narrowed(choice: Choice, number: str, where: str) -> Choice:
    for place, one in enumerate(choice.sets):
        if str(place) == number:
            return replace(choice, sets=(one,))
    raise InputError("This cannot be chosen.", where=where, found=number[:60])
