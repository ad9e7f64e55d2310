"""What check 3 says of revocation: who was asked, what the answer was, and what keeps the seal provable later."""

from __future__ import annotations

from collections.abc import Iterator

from mikra.messages.spoken import Moment, Speaks, harmless
from mikra.report import Words, words
from mikra.sealing.jades import Level, Seal
from mikra.trust.revocation import Standing, State
from mikra.trust.revocation_sources import self_issued, sources
from mikra.verification.proofs import name_of
from mikra.verification.seals import Judged
from mikra.verification.withdrawal import Times

Fact = tuple[str, Words, str]


def reasons(own: Judged) -> tuple[Speaks, ...]:
    """What belongs into the one reason of the check: a withdrawal, or that the seal was asked about and is good."""
    if own.times is None or not own.standings:
        return ()
    told = [_standing(one, own.times) for one in own.standings if one.state in (State.REVOKED, State.HELD)]
    if not told and own.standings[0].state is State.GOOD:
        told = [_standing(own.standings[0], own.times)]
    if not told and own.code == "seal_revocation_unknown":
        told = [words("revocation.required")]
    return tuple(told)


def facts(own: Judged) -> Iterator[Fact]:
    """One line for each certificate of the path, and the form of the seal where it is made to last."""
    if isinstance(own.seal, Seal) and own.seal.level in (Level.LT, Level.LTA):
        yield "seal.longterm", words(f"revocation.form.{own.seal.level.name.lower()}"), own.seal.level.value
    if own.times is None:
        return
    if not own.standings:
        key = "own" if own.certificate is not None and self_issued(own.certificate.der) else "unasked"
        yield "seal.revocation", words(f"revocation.{key}"), ""
    for number, one in enumerate(own.standings):
        rule = "seal.revocation" if number == 0 else "seal.revocation.authority"
        yield rule, _standing(one, own.times), _found(one)


def _standing(one: Standing, times: Times) -> Words:
    name = harmless(name_of(one.certificate))
    statement = one.statement
    if statement is None:
        return words(f"revocation.{_why_unknown(one)}", name=name)
    if one.state in (State.REVOKED, State.HELD) and one.since is not None:
        return words(f"revocation.{_when(one, times)}", name=name, moment=Moment(one.since))
    key = "stale" if one.state is State.STALE else "good"
    return words(f"revocation.{key}", name=name, moment=Moment(statement.as_of))


def _when(one: Standing, times: Times) -> str:
    if one.state is State.HELD:
        return "held"
    if not one.withdrawn_by(times.at):
        return "later"
    if times.proven is None:
        return "revoked"
    return "before" if one.withdrawn_by(times.proven) else "after"


def _why_unknown(one: Standing) -> str:
    """Nobody to ask, nobody asked, or no answer that counts."""
    named = sources(one.certificate)
    if not named.ocsp and not named.crls:
        return "nowhere"
    return "no_answer" if one.unusable or any(not problem for _, problem in one.asked) else "not_asked"


def _found(one: Standing) -> str:
    if one.statement is not None:
        return f"{one.statement.source.value} {one.statement.reason}".strip()
    problems = [f"{url}: {problem}" for url, problem in one.asked if problem]
    return harmless(problems[0]) if problems else ""
