"""R3 and R5 over the whole of `verify`: no forgery passes, and no input brings anything but a report."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mikra import formats
from mikra.report import CHECK_IDS, Verdict
from mikra.sealing import jades, jades_header
from mikra.trust.loader import Recorded, SnapshotLoader
from mikra.verification import form, verify
from tests.simulators import authorities
from tests.simulators.timestamps import TimestampAuthority
from tests.verification.documents import (
    ANCHORED,
    AT,
    SEALED_AT,
    STATUS_URL,
    edc,
    seal,
    status_entry,
    status_list,
)

LOADER = SnapshotLoader({STATUS_URL: Recorded(read=lambda: status_list(41))})
ORIGINAL = edc(**status_entry())
SEALED = seal(ORIGINAL, timestamper=TimestampAuthority(at=SEALED_AT))


def mutants(data: bytes, count: int, chance: random.Random) -> Iterator[bytes]:
    """One change each: a byte changed, left out, doubled or put in, or the rest cut off."""
    for _ in range(count):
        place = chance.randrange(len(data))
        head, byte, tail = data[:place], data[place : place + 1], data[place + 1 :]
        match chance.randrange(5):
            case 0:
                yield head + bytes([byte[0] ^ 1 << chance.randrange(8)]) + tail
            case 1:
                yield head + tail
            case 2:
                yield head + byte + byte + tail
            case 3:
                yield head + bytes([chance.randrange(256)]) + byte + tail
            case _:
                yield head


@pytest.mark.drill("R3")
def test_no_changed_credential_passes_with_other_content(
    amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    """Every mutant is refused, left open, or has the very same content under the very same seal."""
    count, passed = amount(500, 100_000), 0
    (genuine,) = verify(SEALED, at=AT, policy=ANCHORED, loader=LOADER)
    assert genuine.verdict is Verdict.TOTAL_PASSED
    whole = jades.unseal(SEALED)
    for mutant in mutants(SEALED, count, random.Random(3)):
        for report in verify(mutant, at=AT, policy=ANCHORED, loader=LOADER):
            if report.verdict is Verdict.TOTAL_PASSED:
                passed += 1
                opened = jades.unseal(mutant)
                assert opened.payload == whole.payload
                assert [s.signing_input for s in opened.seals] == [s.signing_input for s in whole.seals]
                assert report.credential == genuine.credential
    record_property("mutants", count)
    record_property("same content", passed)


def test_the_drill_sees_a_seal_that_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: without check 2, forgeries pass."""
    monkeypatch.setattr(jades, "check_integrity", lambda sealed: ())
    forged = SEALED.replace(b"Water quality", b"Walker quality")
    (report,) = verify(forged, at=AT, policy=ANCHORED, loader=LOADER)
    assert report.verdict is Verdict.TOTAL_PASSED


def malformed(count: int, seeds: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """Bytes of no form, and forms with several wounds."""
    for _ in range(count):
        if chance.random() < 0.2:
            yield chance.randbytes(chance.randrange(200))
            continue
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(1, 6)):
            start = chance.randrange(len(data) + 1)
            data[start : start + chance.randrange(12)] = chance.choice(
                [b"", b"{", b"[", b'"', b"null", b"-1", b"\\u0000", b"\xff", b'{"a":', chance.randbytes(4)]
            )
        yield bytes(data)


@pytest.mark.drill("R5")
def test_any_input_gives_reports_and_nothing_else(
    corpus: Path, amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    files = sorted(
        p for folder in ("json", "jades", "zip", "credential-di", "sd-jwt") for p in (corpus / folder).iterdir()
    )
    seeds = [p.read_bytes() for p in files if 0 < p.stat().st_size < 20_000]
    seeds += [SEALED, json.dumps(edc()).encode(), b'{"type":"VerifiablePresentation","verifiableCredential":[{}]}']
    count = amount(2_000, 100_000)
    for data in malformed(count, seeds, random.Random(5)):
        reports = verify(data, at=AT, policy=ANCHORED, loader=LOADER, name="x")
        assert reports
        for report in reports:
            assert [check.id for check in report.checks] == list(CHECK_IDS)
            assert json.dumps(report.as_dict("lt"))
    record_property("inputs", count)


def test_the_drill_sees_a_crash(monkeypatch: pytest.MonkeyPatch, corpus: Path) -> None:
    """The planted fault: a parser that crashes on a magic byte."""

    def crash(data: bytes, *_: object) -> None:
        if b"\xff" in data:
            raise RuntimeError("planted")

    monkeypatch.setattr(formats, "read", crash)
    with pytest.raises(RuntimeError, match="planted"):
        test_any_input_gives_reports_and_nothing_else(corpus, lambda fast, full: 200, lambda name, value: None)


def deep(kind: str, depth: int) -> bytes:
    return (b"[" if kind == "list" else b'{"credential":') * depth + b"1" + (b"]" if kind == "list" else b"}") * depth


@pytest.mark.parametrize("data", [deep("list", 100_000), deep("object", 100_000), b'{"a":' * 100_000])
def test_depth_is_met_with_a_report(data: bytes) -> None:
    (report,) = verify(data, at=AT)
    assert report.code in ("json_too_deep", "json_malformed")


ODD: list[object] = ["", 0, -1, 1.5, True, None, [], {}, [[]], ["x"]]
ODD += [{"id": 1}, {"en": 1}, {"@value": "x"}, "x" * 3000, [{"id": "a"}]]


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Every member and element of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


@pytest.mark.drill("R5")
@pytest.mark.parametrize("number", range(len(ODD)))
def test_an_odd_value_anywhere_under_a_good_seal_is_a_report(number: int, amount: Callable[[int, int], int]) -> None:
    """Whatever an issuer seals: members of the wrong form never crash the checks. In the fast run every ninth place."""
    step = amount(9, 1)
    for place in list(places(ORIGINAL))[number % step :: step]:
        document = holder = json.loads(json.dumps(ORIGINAL))
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = ODD[number]
        for report in verify(seal(document), at=AT, policy=ANCHORED, loader=LOADER):
            assert json.dumps(report.as_dict("cs"))


def test_hundreds_of_doubtful_outcomes_make_no_endless_report() -> None:
    document = edc()
    document["credentialSubject"]["hasClaim"][0]["specifiedBy"]["learningOutcome"] = [
        {"id": f"urn:epass:outcome:{n}", "type": "LearningOutcome", "title": {"en": f"Know about water {n}"}}
        for n in range(300)
    ]
    (report,) = verify(seal(document), at=AT, policy=ANCHORED)
    most = max(len(check.findings) for check in report.checks)
    assert most == form.MOST_FINDINGS + 1
    last = next(check for check in report.checks if len(check.findings) == most).findings[-1]
    assert re.fullmatch(r"\d+ more of this kind\.", last.what.text())


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"\x06\x03\x55\x1d\x0f", b"\x06\x03\x55\x1d\x13", "seal_not_trusted"),
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05", "jws_malformed"),
    ],
    ids=["an extension twice", "a version that is none"],
)
def test_a_seal_under_an_odd_certificate_is_a_report(old: bytes, new: bytes, code: str) -> None:
    """The seal is whole, the certificate breaks RFC 5280: nothing of it is believed, and nothing crashes."""
    signer = authorities.seal().signer
    odd = signer.certificate.replace(old, new, 1)
    assert odd != signer.certificate
    protected = jades_header.protected_header(algorithm="ES256", certificate=signer.certificate, at=SEALED_AT)
    header = json.loads(base64.urlsafe_b64decode(protected + "=="))
    header["x5c"] = [base64.b64encode(odd).decode()]
    header["x5t#S256"] = base64.urlsafe_b64encode(hashlib.sha256(odd).digest()).decode().rstrip("=")
    text = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    payload = json.dumps(edc()).encode()
    data = jades.envelope(jades.escape(payload), text, signer.sign(b"%b.%b" % (text.encode(), payload)))
    (report,) = verify(data, at=AT, policy=ANCHORED)
    assert report.code == code
