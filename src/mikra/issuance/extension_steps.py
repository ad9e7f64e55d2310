"""One sealed file on its way to B-LTA: what is to do, and what each step puts in. Values in, values out.

T       a timestamp over each seal
LT      certificates and answers on revocation, for the seal and for its timestamps
LTA     a timestamp over all of that
RENEW   what the last archive timestamp needs, and another over all (before its certificate or its method fades)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509

from mikra.errors import InputError, NotAllowedError, UnavailableError
from mikra.public_keys.certificate import UNREADABLE
from mikra.sealing import jades, jades_extend
from mikra.sealing.etsiu import ValidationData
from mikra.sealing.jades import Level, Seal
from mikra.sealing.timestamps import TimestampResult, verify_token
from mikra.trust.loader import OFFLINE, Loader
from mikra.trust.revocation import Evidence, Standing
from mikra.trust.revocation_material import NOBODY, Material, gather

RENEW = "RENEW"
TOKEN_KINDS = {"T": jades_extend.SIG_TST, "LTA": jades_extend.ARC_TST, RENEW: jades_extend.ARC_TST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """How far files are to be extended.

    `renew_before`: how long before its certificate ends the last archive timestamp is covered by another one.
    `fading`: method -> when it ends ("sha256", "rsa2048" ...), counted in the same way.
    `newer`: wait for answers on revocation that are newer than the seal, instead of taking one still in force.
    `certificates`: those of authorities (DER) that seals do not carry. `loader` has the rest.
    """

    to: Level = Level.LTA
    renew_before: timedelta = timedelta(days=180)
    fading: Mapping[str, datetime] = field(default_factory=dict)
    newer: bool = False
    certificates: tuple[bytes, ...] = ()
    loader: Loader = OFFLINE


def check_whole(data: bytes) -> jades.Sealed:
    """The file opened. InputError where it is no sealed file, or one whose seals are not whole: it is left alone."""
    sealed = jades.unseal(data)
    faults = jades.check_integrity(sealed)
    if faults:
        raise InputError(
            "The seal of this file is not whole, so it is not extended.",
            where=faults[0].where,
            found=faults[0].rule,
            fix="Take the file as it was issued.",
            code=faults[0].rule,
        )
    return sealed


def to_do(sealed: jades.Sealed, goal: Goal, at: datetime) -> tuple[tuple[int, str], ...]:
    """The steps that are left: (number of the seal, step), seal by seal."""
    return tuple((number, step) for number, one in enumerate(sealed.seals) for step in _steps(one, goal, at))


def _steps(one: Seal, goal: Goal, at: datetime) -> tuple[str, ...]:
    steps = jades_extend.still_to_do(one, goal.to)
    if steps or one.level is not Level.LTA or goal.to is not Level.LTA:
        return steps
    due = provable_until(one, goal.fading)
    return (RENEW,) if due is not None and due - goal.renew_before <= at else ()


def provable_until(one: Seal, fading: Mapping[str, datetime] | None = None) -> datetime | None:
    """When the last proof of the seal ends: that of its last timestamp, or of its certificate where it has none."""
    results = [r for t, r in jades.check_timestamps(one) if t.kind != "adoTst" and r.fault is None and r.certificate]
    if not results:
        return ends(one.certificate) if one.certificate else None
    return _ends(results[-1], fading or {})


def _ends(result: TimestampResult, fading: Mapping[str, datetime]) -> datetime | None:
    certificate = result.certificate or b""
    known = [ends(certificate), *(fading.get(name) for name in (result.digest, jades.key_name(certificate)))]
    return min((moment for moment in known if moment is not None), default=None)


def ends(certificate: bytes) -> datetime | None:
    """The last moment of a certificate (DER); None where it cannot be read."""
    try:
        return x509.load_der_x509_certificate(certificate).not_valid_after_utc
    except UNREADABLE:
        return None


def with_values(data: bytes, number: int, step: str, goal: Goal, at: datetime) -> bytes:
    """Step LT, and the first half of RENEW: the file with all that checking seal `number` will need.

    Raises UnavailableError where an answer cannot be had now, InputError where it never will be, NotAllowedError for a
    seal that was withdrawn before it was stamped.
    """
    one = jades.unseal(data).seals[number]
    found = _material(one, step, goal, at)
    _check(found, one, goal)
    values = ValidationData(certificates=found.certificates, crls=found.crls, ocsps=found.ocsps)
    return jades_extend.with_values(data, number, values)


def _material(one: Seal, step: str, goal: Goal, at: datetime) -> Material:
    """For the seal at its proven time; for its timestamps now, while their authorities still answer."""
    have = one.validation_data
    evidence = Evidence(crls=have.crls, ocsps=have.ocsps, certificates=have.certificates)
    tokens = [verify_token(t.der, covered=t.covered, certificates=have.certificates) for t in one.tokens]
    stamped = min((r.time for r in tokens if r.time is not None), default=at)
    others = (*one.chain, *goal.certificates)
    found = Material()
    if step != RENEW and one.certificate is not None:
        found = gather(one.certificate, by=stamped, candidates=others, evidence=evidence, loader=goal.loader)
    for result in tokens:
        if result.fault is None and result.certificate is not None:
            more = (*others, *result.chain)
            found = found.joined(
                gather(result.certificate, by=at, candidates=more, evidence=evidence, loader=goal.loader)
            )
    return found


def _check(found: Material, one: Seal, goal: Goal) -> None:
    if found.problems:
        make = InputError if found.problems == (NOBODY,) else UnavailableError
        raise make(
            "What checking this seal later will need could not be had.",
            found="; ".join(found.problems)[:300],
            fix="Give the certificates of the authorities, or try again when they answer.",
        )
    own = next((s for s in found.standings if s.certificate == one.certificate), None)
    if own is None or own.statement is None:
        return
    stamped = _stamped(one)
    if stamped is not None and own.withdrawn_by(stamped):
        raise NotAllowedError(
            "The certificate of this seal was withdrawn before the seal was stamped.",
            found=f"withdrawn {own.since:%Y-%m-%d %H:%M} UTC" if own.since else "",
            fix="Seal the credential anew with another certificate.",
            code="seal_certificate_revoked",
        )
    if goal.newer and stamped is not None and own.statement.as_of < stamped:
        raise _wait_for(own)


def _stamped(one: Seal) -> datetime | None:
    times = [r.time for t, r in jades.check_timestamps(one) if t.kind == jades_extend.SIG_TST and r.time is not None]
    return min(times, default=None)


def _wait_for(own: Standing) -> UnavailableError:
    until = own.statement.until if own.statement else None
    return UnavailableError(
        "There is no answer on revocation yet that is newer than the seal.",
        found=f"the next one is due by {until:%Y-%m-%d %H:%M} UTC" if until else "",
        fix="Run it again later.",
        code="newer_answer_awaited",
    )


def imprint(data: bytes, number: int, step: str) -> bytes:
    """What the next timestamp of seal `number` has to cover."""
    return jades_extend.next_imprint(data, number, TOKEN_KINDS[step])


def with_token(data: bytes, number: int, step: str, token: bytes) -> bytes:
    return jades_extend.with_token(data, number, TOKEN_KINDS[step], token)
