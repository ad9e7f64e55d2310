"""Is it withdrawn? The status that the issuer publishes: asked for, opened, trusted only under the issuer's own seal.

no entry                            "not offered": said, and not the same as "not withdrawn"
a list that cannot be had           could not be checked
a list sealed by somebody else      could not be checked: it proves nothing
an older list than the policy has   could not be checked: an old list hides a newer withdrawal

Of a withdrawn credential, and of no other, the issuer is asked for more: when, why, and what took its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from mikra import formats
from mikra.codes import CODES, Effect
from mikra.errors import InputError, UnavailableError
from mikra.formats import Form
from mikra.instants import instant
from mikra.messages.spoken import Day, Said, Sentences, Speaks, harmless
from mikra.report import Check, Finding, Severity, Status, Words, words
from mikra.sealing import jades
from mikra.status import bitstring, token, tombstone
from mikra.status.bitstring import Entry, Purpose, StatusList
from mikra.status.indexes import left_out
from mikra.status.table import Value
from mikra.status.token import TokenList
from mikra.status.tombstone import Tombstone
from mikra.trust.loader import Loader
from mikra.verification import openers, status_token
from mikra.verification.issuer import issuer_id
from mikra.verification.openers.opening import Opening
from mikra.verification.policy import Policy
from mikra.verification.question import Question
from mikra.verification.seals import PlainSeal

CLAUSE = "W3C Bitstring Status List 1.0, 3.2"

ACCEPT = "application/vc+jwt, application/jose+json, application/json"

MAX_ENTRIES = 16
"""Status entries of one credential that are followed."""

MAX_LISTS = 4
"""Lists that one credential may make us ask for."""

_UNKNOWN = "valid_status_unknown"

_FORMS = frozenset({"json", "jwt", "sd_jwt"})
"""How a list may be sent: JSON (JAdES, Data Integrity) or a sealed text."""

JudgeSeals = Callable[[Sequence[jades.Seal | PlainSeal]], str]
"""Who judges the seals of a list: a code of `codes.CODES`, or "" when it is the issuer's own."""

_KEPT = frozenset({"url_not_allowed", "host_not_allowed", "redirect_not_allowed"})
"""What a loader says that is more precise than "could not be checked"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one entry came to. `code` is "" when nothing is set; `reason` what the issuer says of a withdrawal."""

    entry: Entry
    code: str
    why: str = ""
    reason: Speaks | None = None
    day: Day | None = None
    seen: datetime | None = None
    more: Tombstone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How lists are asked for: at which moment, through whom, under which policy, and who judges their seals.

    `judge_token`: who judges those of list tokens, where that is another.
    """

    at: datetime
    loader: Loader
    policy: Policy
    judge: JudgeSeals
    judge_token: JudgeSeals | None = None


def check(document: Mapping[str, Any], asking: Asking) -> Check:
    """Check 6. Passed, withdrawn, suspended, could not be checked, or not offered."""
    entries = (*bitstring.entries(document), *token.entries(document))
    if not entries:
        reason = words("verify.status.not_offered")
        return Check(id="status", status=Status.NOT_APPLICABLE, reason=reason, clause=CLAUSE)
    opened: Opened = {}
    outcomes = [_outcome(entry, asking, opened) for entry in entries[:MAX_ENTRIES]]
    if len(entries) > MAX_ENTRIES:
        outcomes.append(Outcome(entry=entries[MAX_ENTRIES], code=_UNKNOWN, why="too_many"))
    outcomes += _suspended_beside(entries, asking, opened)
    return _check(_explained(_worst(outcomes), asking), outcomes)


def _suspended_beside(entries: Sequence[Entry], asking: Asking, opened: Opened) -> list[Outcome]:
    """A suspension of which the credential has no entry, for want of room: it counts where it is there.

    That the list beside cannot be had is said of no credential: it did not promise one.
    """
    beside = left_out(entries)
    found = _outcome(beside, asking, opened) if beside else None
    return [found] if found and found.code == "credential_suspended" else []


_SET = frozenset({"credential_revoked", "credential_superseded", "credential_suspended"})
_RANK = {"credential_superseded": 0, "credential_revoked": 0, "credential_suspended": 1, "": 3}


def _worst(outcomes: Sequence[Outcome]) -> Outcome:
    """Withdrawn before suspended before unknown before nothing."""
    return min(outcomes, key=lambda outcome: _RANK.get(outcome.code, 2))


def _check(worst: Outcome, outcomes: Sequence[Outcome]) -> Check:
    status = Status.PASSED
    if worst.code:
        status = Status.FAILED if worst.code in _RANK else Status.NOT_CHECKED
    return Check(
        id="status",
        status=status,
        reason=_reason(worst),
        code=worst.code,
        clause=CLAUSE,
        where=worst.entry.where,
        findings=(*(tuple(map(_finding, outcomes)) if len(outcomes) > 1 else ()), *_facts(worst)),
    )


def _facts(outcome: Outcome) -> tuple[Finding, ...]:
    """In which place of which list it stands, who decided, and what the new credential is called."""
    more = outcome.more
    place = f"{outcome.entry.list_url}#{outcome.entry.index}" if outcome.code in _SET else ""
    told = [("place", place)]
    if more is not None:
        told += [("who", more.who), ("successor", more.successor), ("link", more.link)]
    return tuple(
        Finding(
            rule=f"status.{name}",
            severity=Severity.INFORMATION,
            what=words("verify.status.place" if name == "place" else f"supersession.{name}"),
            found=harmless(text),
        )
        for name, text in told
        if text
    )


def _finding(outcome: Outcome) -> Finding:
    severity = Severity.ERROR if outcome.code else Severity.INFORMATION
    rule = f"status.{outcome.entry.purpose or 'status'}"
    reason = _reason(outcome)
    told = reason if isinstance(reason, Words) else words("supersession.replaced.only")
    return Finding(rule=rule, severity=severity, what=told, where=outcome.entry.where)


def _reason(outcome: Outcome) -> Words | Sentences:
    if not outcome.code:
        seen = outcome.seen
        return words("verify.status.clear_on", day=Day(seen)) if seen else words("verify.status.clear")
    if outcome.code == "credential_superseded" and outcome.more:
        return _replaced(outcome, outcome.more)
    if outcome.code == "credential_revoked":
        return withdrawn(outcome.day, outcome.reason)
    if outcome.code == "credential_suspended":
        return words("verify.status.suspended")
    return words(f"verify.status.{outcome.why or outcome.code}")


def _replaced(outcome: Outcome, more: Tombstone) -> Sentences:
    """When, why, and which one took its place."""
    told = words("supersession.replaced.only")
    if outcome.day and outcome.reason:
        told = words("supersession.replaced", day=outcome.day, reason=outcome.reason)
    successor, link = harmless(more.successor), harmless(more.link)
    key = "where_link" if link else "where"
    return Sentences((told, words(f"supersession.{key}", successor=successor, **({"link": link} if link else {}))))


def withdrawn(day: Day | None, reason: Speaks | None) -> Words:
    """When and why, as far as the issuer says."""
    if day and reason:
        return words("verdict.withdrawn.day_reason", day=day, reason=reason)
    if day:
        return words("verdict.withdrawn.day", day=day)
    return words("verdict.withdrawn.reason", reason=reason) if reason else words("verdict.withdrawn")


Opened = dict[str, StatusList | TokenList | Outcome]
"""Address -> what was found there, so that each is asked once."""


def _outcome(entry: Entry, asking: Asking, opened: Opened) -> Outcome:
    if not entry.known:
        return Outcome(entry=entry, code=_UNKNOWN, why="method_unknown")
    try:
        entry.position()
        status_list = _open_once(entry, asking, opened)
        if isinstance(status_list, Outcome):
            return Outcome(entry=entry, code=status_list.code, why=status_list.why)
        if isinstance(status_list, TokenList):
            return _at_token(entry, status_list)
        return _at(entry, status_list, bitstring.value_at(status_list, entry))
    except InputError as error:
        return Outcome(entry=entry, code=error.code)


def _open_once(entry: Entry, asking: Asking, opened: Opened) -> StatusList | TokenList | Outcome:
    if entry.list_url not in opened:
        if len(opened) >= MAX_LISTS:
            return Outcome(entry=entry, code=_UNKNOWN, why="too_many")
        try:
            opened[entry.list_url] = _open_token(entry, asking) if entry.kind == token.KIND else _open(entry, asking)
        except InputError as error:
            opened[entry.list_url] = Outcome(entry=entry, code=error.code)
    return opened[entry.list_url]


def _at(entry: Entry, status_list: StatusList, value: int) -> Outcome:
    seen = instant(status_list.valid_from) if status_list.valid_from else None
    purposes = {entry.purpose} if entry.purpose else set(status_list.purposes)
    code = ""
    if value and Purpose.REVOCATION in purposes:
        code = "credential_revoked"
    elif value and Purpose.SUSPENSION in purposes:
        code = "credential_suspended"
    elif not purposes <= set(Purpose):
        return Outcome(entry=entry, code=_UNKNOWN, why="method_unknown")
    members = {**status_list.members, **entry.members}
    return Outcome(entry=entry, code=code, seen=seen, reason=_said(members.get("statusReason")), day=_day(members))


def _at_token(entry: Entry, listed: TokenList) -> Outcome:
    value = token.value_at(listed, entry)
    seen = datetime.fromtimestamp(listed.issued, UTC)
    codes = {Value.VALID: "", Value.INVALID: "credential_revoked", Value.SUSPENDED: "credential_suspended"}
    if value not in codes:
        return Outcome(entry=entry, code=_UNKNOWN, why="method_unknown")
    reference = f"{listed.reference}{entry.position()}" if listed.reference else ""
    told = replace(entry, members={**entry.members, "statusReference": reference})
    return Outcome(entry=told, code=codes[Value(value)], seen=seen)


def _explained(outcome: Outcome, asking: Asking) -> Outcome:
    """A withdrawal with what the issuer says of it, under its own seal. Silence changes nothing: it stays withdrawn."""
    references = outcome.entry.members.get("statusReference")
    url = references[0] if isinstance(references, list) and references else references
    if outcome.code != "credential_revoked" or not isinstance(url, str) or not url:
        return outcome
    try:
        document = _unsealed(asking.loader.load(url, accept=ACCEPT).body, asking)
        more = None if isinstance(document, str) else tombstone.read(document, url=url)
    except (InputError, UnavailableError):
        return outcome
    if more is None:
        return outcome
    code = "credential_superseded" if more.superseded else outcome.code
    reason = outcome.reason or _said(more.why)
    return replace(outcome, code=code, reason=reason, day=_day({"statusDate": more.at}) or outcome.day, more=more)


def _said(value: Any) -> Speaks | None:
    if isinstance(value, str) and value.strip():
        return Said({"": harmless(value)})
    if isinstance(value, Mapping) and value and all(isinstance(v, str) for v in value.values()):
        return Said(value)
    return None


def _day(members: Mapping[str, Any]) -> Day | None:
    try:
        return Day(instant(members.get("statusDate")))
    except InputError:
        return None


def _open_token(entry: Entry, asking: Asking) -> TokenList | Outcome:
    try:
        loaded = asking.loader.load(entry.list_url, accept=token.MEDIA_TYPE)
    except UnavailableError as error:
        return Outcome(entry=entry, code=_unavailable(error), why="" if error.code in _KEPT else "unreachable")
    found = status_token.open_token(
        loaded.body, at=asking.at, policy=asking.policy, loader=asking.loader, judge=asking.judge_token or asking.judge
    )
    if isinstance(found, status_token.Refused):
        return Outcome(entry=entry, code=found.code, why=found.why)
    return found


def _open(entry: Entry, asking: Asking) -> StatusList | Outcome:
    """The list, trusted; or why not. Raises InputError with a code for one that is not in order."""
    try:
        loaded = asking.loader.load(entry.list_url, accept=ACCEPT)
    except UnavailableError as error:
        return Outcome(entry=entry, code=_unavailable(error), why="" if error.code in _KEPT else "unreachable")
    document = _unsealed(loaded.body, asking)
    if isinstance(document, str):
        return Outcome(entry=entry, code=document, why="list_seal_unknown" if document == _UNKNOWN else "")
    status_list = bitstring.read_list(document)
    stale = _stale(status_list, asking)
    return Outcome(entry=entry, code=stale) if stale else status_list


def _unavailable(error: UnavailableError) -> str:
    if error.code in _KEPT:
        return error.code
    return "status_list_too_large" if error.code == "response_too_large" else _UNKNOWN


def _unsealed(body: bytes, asking: Asking) -> Mapping[str, Any] | str:
    """The sealed list credential, or the code that says why it proves nothing."""
    question = Question(at=asking.at, policy=asking.policy, loader=asking.loader)
    try:
        opened = formats.read(body.strip(), limits=asking.policy.limits)
        item = opened.items[0]
        if len(opened.items) > 1 or opened.kind not in _FORMS or item.form is Form.UNSEALED:
            return "status_list_malformed"
        if not openers.can_open(item):
            return _UNKNOWN
        opening = openers.open_item(item, question)
    except InputError:
        return "status_list_malformed"
    if opening.faults:
        # Without its key or certificate nothing can be said of it.
        effects = {CODES[finding.rule][1] for finding in opening.faults}
        return _UNKNOWN if effects == {Effect.INDETERMINATE} else "status_list_malformed"
    if opening.inside or not opening.seals:
        return "status_list_malformed"
    return _stranger(opening) or asking.judge([one.seal for one in opening.seals]) or opening.document


def _stranger(opening: Opening) -> str:
    """A list under a published key is that of the issuer that it names: nobody hands out another's list as his own."""
    controllers = {one.controller for one in opening.seals} - {""}
    named = issuer_id(opening.document)
    return "status_list_issuer_mismatch" if controllers and named not in controllers else ""


def _stale(status_list: StatusList, asking: Asking) -> str:
    """ "" for a list of the present. Dates that name no moment make it malformed."""
    policy, at = asking.policy, asking.at
    try:
        start = instant(status_list.valid_from) if status_list.valid_from else None
        end = instant(status_list.valid_until) if status_list.valid_until else None
    except InputError as error:
        raise InputError(error.message, found=error.found, code="status_list_malformed") from error
    if start is not None and start - at > policy.clock_skew:
        return _UNKNOWN
    if end is not None:
        return "status_list_stale" if at - end > policy.clock_skew else ""
    fresh = start is not None and at - start <= policy.status_max_age
    return "" if fresh else "status_list_stale"
