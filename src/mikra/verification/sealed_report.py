"""The sealed report of a verification, and the bundle that goes with it: who sealed it, and whether it is all there.

    seal.json       in a bundle: the report, sealed (JAdES); it names each other part of the bundle by its SHA-256

    found = check(parts)            faults: the seal is broken, a part is another one, is missing, or was added
    found.by(fingerprints)          whether it was sealed by a key that somebody published
    differences(then, again)        where a report that was made again says something else, in words

A seal tells that a service found this, not that it judged well: whoever doubts makes the report again from the bundle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from mikra.errors import InputError
from mikra.messages import text
from mikra.sealing import jades
from mikra.trust import certificates

PART = "seal.json"
FORMAT = "mikra/report/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedReport:
    """`content` as it was sealed; `faults`: (which, name of a part). Empty `content`: nothing was sealed."""

    content: Mapping[str, Any] = field(default_factory=dict)
    certificate: bytes = b""
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate of the seal, in hex."""
        return certificates.fingerprint(self.certificate)

    def by(self, fingerprints: Collection[str]) -> bool:
        """Whether one of these keys sealed it, and nothing is wrong with it."""
        return not self.faults and self.fingerprint in fingerprints

    def said(self, language: str) -> list[str]:
        """The faults in words."""
        return [text(f"trust.report.{which}", language, part=name) for which, name in self.faults]


def digests(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Part of a bundle -> SHA-256, as the sealed report names it."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in parts.items() if name != PART}


def check(parts: Mapping[str, bytes]) -> SealedReport | None:
    """The sealed report of a bundle, and what is wrong with it; None where the bundle carries no seal."""
    if PART not in parts:
        return None
    found = read(parts[PART])
    named = found.content.get("parts")
    here = digests(parts)
    faults = [*found.faults, *_parts(named if isinstance(named, dict) else {}, here)]
    return SealedReport(content=found.content, certificate=found.certificate, faults=tuple(faults))


def read(sealed: bytes) -> SealedReport:
    """A sealed report by itself. What cannot be read is a broken seal too."""
    try:
        opened = jades.unseal(sealed)
        document = orjson.loads(opened.payload)
        content = document["credentialSubject"]
        whole = len(opened.seals) == 1 and content["format"] == FORMAT
    except (InputError, ValueError, KeyError, TypeError):
        return SealedReport(faults=(("broken", PART),))
    if not whole or jades.check_integrity(opened) or opened.seals[0].certificate is None:
        return SealedReport(faults=(("broken", PART),))
    return SealedReport(content=content, certificate=opened.seals[0].certificate)


def _parts(named: Mapping[str, Any], here: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted({*named, *here}):
        if name not in here:
            yield ("missing", name)
        elif name not in named:
            yield ("added", name)
        elif here[name] != named[name]:
            yield ("altered", name)


def differences(then: Any, again: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    """What the reports of then and of now (`bundle.told`) say differently, a sentence each; [] where all is equal."""
    if then == list(again):
        return []
    if not isinstance(then, list) or len(then) != len(again) or not all(_is_report(one) for one in then):
        return [text("trust.report.other_number", language)]
    return [one for old, new in zip(then, again, strict=True) for one in _differing(old, new, language)]


def _is_report(one: Any) -> bool:
    checks = one.get("checks") if isinstance(one, dict) else None
    return isinstance(checks, list) and all(isinstance(each, dict) for each in checks)


def _differing(old: Mapping[str, Any], new: Mapping[str, Any], language: str) -> Iterator[str]:
    file = str(new.get("file", ""))
    for name in ("verdict", "code"):
        if old.get(name) != new[name]:
            yield text("trust.report.then_now", language, file=file, what=name, then=_short(old.get(name)),
                       now=_short(new[name]))  # fmt: skip
    before = {one.get("id"): one for one in old["checks"]}
    for check in new["checks"]:
        was = before.get(check["id"])
        if was == check:
            continue
        what = text(f"report.check.{check['id']}", language)
        yield text("trust.report.then_now", language, file=file, what=what, then=_outcome(was), now=_outcome(check))
    if old.get("credential") != new["credential"]:
        yield text("trust.report.content", language, file=file)
    elif {**old, "checks": ()} != {**new, "checks": ()} and (old.get("verdict"), old.get("code")) == (
        new["verdict"],
        new["code"],
    ):
        yield text("trust.report.words", language, file=file)


def _outcome(check: Mapping[str, Any] | None) -> str:
    if check is None:
        return "–"
    return _short(f"{check.get('status', '')}: {check.get('reason', '')}")


def _short(value: Any) -> str:
    return str(value)[:200]
