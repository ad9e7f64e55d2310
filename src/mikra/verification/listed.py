"""What the EU's trusted lists say of a seal and of its timestamps, in words: ETSI TS 119 615 as checks 3 and 4 tell it.

A list is never asked over the network here: the policy holds a snapshot, whose day is said with every answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mikra.messages.spoken import Day, Said, Speaks, harmless
from mikra.report import Finding, Severity, Words, words
from mikra.verification.policy import Policy
from mikra.vocabulary import labels

if TYPE_CHECKING:  # what reads lists is loaded only for those who have some
    from mikra.trust.qualification import Answer
    from mikra.trust.trusted_list import TrustedList

_GOOD = frozenset({"granted", "no_device"})
_NOT_DETERMINED = "not_determined"
"""Values of `trust.qualification.Reason` and `Level`."""

_TERRITORIES = {"EL": "GR", "UK": "GB"}
"""Codes of territories that differ from ISO 3166-1 (ETSI TS 119 612, 5.3.10)."""


@dataclass(frozen=True, slots=True)
class Country:
    """A territory of a list, by its name in the reader's language."""

    code: str

    def text(self, language: str = "en", /) -> str:
        named = labels.find("country", _TERRITORIES.get(self.code, self.code), {}, language).text
        return named or harmless(self.code)


def of_seal(certificate: bytes, chain: Sequence[bytes], at: datetime, policy: Policy) -> Answer | None:
    """What the lists say of a seal's certificate at a time; None where the policy holds none."""
    if policy.trusted_lists is None or not certificate:
        return None
    from mikra.trust.qualification import assess

    return assess(certificate, at=at, chain=chain, lists=policy.trusted_lists)


def of_timestamp(certificate: bytes, chain: Sequence[bytes], at: datetime, policy: Policy) -> Answer | None:
    """What the lists say of a timestamp authority at the time of its token; None where the policy holds none."""
    if policy.trusted_lists is None:
        return None
    from mikra.trust.qualification import assess_timestamp

    return assess_timestamp(certificate, at=at, chain=chain, lists=policy.trusted_lists)


def level(answer: Answer) -> Words:
    """What the seal may be called, and when and by whom that was said; else why nothing more can be said."""
    if answer.reason.value in _GOOD:
        return words(f"trust.level.{answer.level.value}", country=_country(answer.source), day=Day(answer.at))
    return words("trust.level.not_determined")


def reason(answer: Answer) -> Words:
    """Why it is called that."""
    places: dict[str, object] = {
        "service": _service(answer),
        "country": _country(answer.source),
        "day": Day(answer.at),
        "issued": Day(answer.source.issued) if answer.source else "",
    }
    return words(f"trust.reason.{answer.reason.value}", **places)


def findings(answer: Answer, policy: Policy) -> tuple[Finding, ...]:
    """Level, reason, and the list that says so, with its number and day; lists that were of no use."""
    found = [_information("seal.level", level(answer)), _information("seal.level.reason", reason(answer))]
    source = answer.source
    if source is not None:
        places = {"country": _country(source), "sequence": source.sequence, "issued": Day(source.issued)}
        found.append(_information("seal.level.list", words("trust.source", **places)))
    unusable = policy.trusted_lists.unusable if policy.trusted_lists else ()
    found += [
        Finding(
            rule="seal.level.unusable",
            severity=Severity.WARNING,
            what=words("trust.unusable", country=Country(territory)),
            found=error.code,
        )
        for territory, error in unusable
    ]
    return tuple(found)


def sentences(answer: Answer | None) -> tuple[Words, ...]:
    """What a seal may be called, where lists were asked; and why not more."""
    if answer is None:
        return ()
    return (level(answer), reason(answer)) if answer.level.value == _NOT_DETERMINED else (level(answer),)


def times(answers: Iterable[Answer | None]) -> tuple[Finding, ...]:
    """The timestamps for which a qualified authority vouches."""
    return tuple(
        _information(
            "seal.timestamp.qualified", words("trust.timestamp", country=_country(one.source), day=Day(one.at))
        )
        for one in answers
        if one is not None and one.vouched
    )


def _information(rule: str, what: Words) -> Finding:
    return Finding(rule=rule, severity=Severity.INFORMATION, what=what)


def _country(source: TrustedList | None) -> Country:
    return Country(source.territory if source else "")


def _service(answer: Answer) -> Speaks:
    name = answer.service.name if answer.service else {}
    return Said(name) if name else words("trust.nameless")
