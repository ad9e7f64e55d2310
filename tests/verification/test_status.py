"""The status of a credential: each of the issuer's answers, and each way of not getting one."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from mikra.report import Check, Status
from mikra.sealing import jades
from mikra.trust.loader import OFFLINE, Loaded, Recorded, SnapshotLoader
from mikra.verification import status
from mikra.verification.policy import Policy
from tests.simulators import authorities

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
URL = "https://issuer.example.test/status/1"
SIZE = 131_072 // 8
SIGNER = authorities.seal().signer


def packed(*places: int) -> str:
    bits = bytearray(SIZE)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")


def list_credential(*places: int, purpose: Any = "revocation", subject: Any = None, **changes: Any) -> dict[str, Any]:
    inner = {"type": "BitstringStatusList", "statusPurpose": purpose, "encodedList": packed(*places)} | (subject or {})
    return {
        "id": URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "validFrom": "2026-06-01T00:00:00Z",
        "validUntil": "2026-06-02T00:00:00Z",
        "credentialSubject": inner,
    } | changes


def sealed(document: Any) -> bytes:
    return jades.seal(json.dumps(document).encode(), signer=SIGNER, at=AT)


def as_compact(file: bytes) -> bytes:
    """The same seal with the payload in base64url would be another seal: so a compact one is made here."""
    header = {"alg": SIGNER.algorithm, "typ": "vc+jwt", "x5c": [base64.b64encode(SIGNER.certificate).decode()]}
    parts = [json.dumps(header).encode(), file]
    text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    return text + b"." + base64.urlsafe_b64encode(SIGNER.sign(text)).rstrip(b"=")


def entry(index: Any = "42", purpose: str = "revocation", url: str = URL) -> dict[str, Any]:
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": index,
        "statusListCredential": url,
    }


class Counting:
    """Serves one map and counts what is asked for."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self.inner = SnapshotLoader({url: Recorded(read=lambda b=body: b) for url, body in answers.items()})
        self.asked: list[str] = []

    def load(self, url: str, *, accept: str = "") -> Loaded:
        self.asked.append(url)
        return self.inner.load(url, accept=accept)


def judged(
    body: bytes | dict[str, Any] | None, *entries: Any, judge: Any = lambda _: "", at: datetime = AT, **policy: Any
) -> Check:
    answers = {} if body is None else {URL: body if isinstance(body, bytes) else sealed(body)}
    asking = status.Asking(at=at, loader=Counting(answers), policy=Policy(**policy), judge=judge)
    return status.check({"credentialStatus": list(entries or [entry()])}, asking)


def test_not_offered_is_not_the_same_as_not_withdrawn() -> None:
    check = status.check({}, status.Asking(at=AT, loader=OFFLINE, policy=Policy(), judge=lambda _: ""))
    assert (check.status, check.code) == (Status.NOT_APPLICABLE, "")
    assert check.reason.key == "verify.status.not_offered"


def test_not_set_is_passed_and_says_of_when() -> None:
    check = judged(list_credential(41, 43))
    assert (check.status, check.code, check.reason.key) == (Status.PASSED, "", "verify.status.clear_on")


def test_set_is_withdrawn() -> None:
    check = judged(list_credential(42))
    assert (check.status, check.code) == (Status.FAILED, "credential_revoked")


def test_when_and_why_are_told_where_the_issuer_says_so() -> None:
    subject = {"statusReason": {"en": "grade corrected"}, "statusDate": "2026-05-04T00:00:00Z"}
    check = judged(list_credential(42, subject=subject))
    assert check.reason.text() == "Withdrawn by the issuer on 4 May 2026: grade corrected."


def test_suspended_is_not_withdrawn() -> None:
    check = judged(list_credential(42, purpose="suspension"), entry(purpose="suspension"))
    assert (check.status, check.code) == (Status.FAILED, "credential_suspended")


BASE = "https://lists.example.test/7"
ALONE = {
    "id": f"{BASE}/revocation#42",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "42",
    "statusListCredential": f"{BASE}/revocation",
    "statusReference": f"{BASE}/42",
}


def beside(one: Any, **lists: Any) -> Check:
    """A badge with this status, where these lists of BASE are published."""
    answers = {f"{BASE}/{name}": sealed({**body, "id": f"{BASE}/{name}"}) for name, body in lists.items()}
    asking = status.Asking(at=AT, loader=Counting(answers), policy=Policy(), judge=lambda _: "")
    return status.check({"credentialStatus": one}, asking)


def test_a_form_with_room_for_one_entry_is_suspended_too() -> None:
    clear, withdrawn = list_credential(), list_credential(42)
    suspended = list_credential(42, purpose="suspension")
    assert beside(ALONE, revocation=clear, suspension=suspended).code == "credential_suspended"
    assert beside(ALONE, revocation=withdrawn, suspension=suspended).code == "credential_revoked"
    assert beside(ALONE, revocation=clear, suspension=list_credential(41, purpose="suspension")).code == ""
    assert beside(ALONE, revocation=clear).status is Status.PASSED
    assert beside(ALONE, suspension=suspended).code == "credential_suspended"


@pytest.mark.parametrize(
    "changes",
    [
        {"statusReference": f"{BASE}/41"},
        {"statusReference": ""},
        {"statusListIndex": "x"},
        {"statusPurpose": "message"},
        {"statusSize": 2},
    ],
)
def test_a_list_beside_is_asked_only_where_the_entry_says_how_lists_are_laid_out(changes: dict[str, Any]) -> None:
    lists = {"revocation": list_credential(), "suspension": list_credential(42, purpose="suspension")}
    assert beside({**ALONE, **changes}, **lists).code != "credential_suspended"


def test_who_has_an_entry_for_each_is_taken_at_their_word() -> None:
    other = {
        **ALONE,
        "statusPurpose": "suspension",
        "statusListIndex": "9",
        "statusListCredential": f"{BASE}/suspension",
    }
    lists = {"revocation": list_credential(), "suspension": list_credential(42, purpose="suspension")}
    assert beside([ALONE, other], **lists).status is Status.PASSED


def test_a_message_withdraws_nothing() -> None:
    assert judged(list_credential(42, purpose="message"), entry(purpose="message")).code == ""


def test_a_purpose_that_nobody_knows_stays_open() -> None:
    assert judged(list_credential(purpose="fun"), entry(purpose="fun")).code == "valid_status_unknown"


def test_the_address_form_takes_the_purpose_of_the_list() -> None:
    assert judged(list_credential(42), URL + "#42").code == "credential_revoked"
    assert judged(list_credential(42, purpose="suspension"), URL + "#42").code == "credential_suspended"


def test_several_entries_the_worst_counts_and_the_list_is_asked_for_once() -> None:
    loader = Counting({URL: sealed(list_credential(7, purpose=["revocation", "suspension"]))})
    asking = status.Asking(at=AT, loader=loader, policy=Policy(), judge=lambda _: "")
    two = [entry("6"), entry("7", "suspension"), {"type": "TokenStatusList"}]
    check = status.check({"status": two[:2], "credentialStatus": two[2]}, asking)
    assert check.code == "credential_suspended"
    assert [one.rule for one in check.findings][-1] == "status.place"
    assert len(check.findings) == 4
    assert loader.asked == [URL]


def test_withdrawn_counts_even_where_another_entry_cannot_be_checked() -> None:
    other = entry(url="https://other.example.test/1")
    assert judged(list_credential(42), other, entry()).code == "credential_revoked"
    assert judged(list_credential(41), other, entry()).code == "valid_status_unknown"


def test_nobody_is_made_to_ask_everywhere() -> None:
    loader = Counting({})
    asking = status.Asking(at=AT, loader=loader, policy=Policy(), judge=lambda _: "")
    many = [entry(url=f"https://host{n}.example.test/1") for n in range(100)]
    assert status.check({"credentialStatus": many}, asking).code == "valid_status_unknown"
    assert len(loader.asked) == status.MAX_LISTS


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "valid_status_unknown"),
        (b"<html>", "status_list_malformed"),
        (b"[]", "status_list_malformed"),
        (b"a.b.c", "status_list_malformed"),
        (json.dumps(list_credential()).encode(), "status_list_malformed"),
        (json.dumps(list_credential() | {"proof": {"type": "x"}}).encode(), "valid_status_unknown"),
        (sealed({"a": 1}), "status_list_malformed"),
        (sealed(list_credential()).replace(b"revocation", b"Revocation"), "status_list_malformed"),
        (sealed(list_credential(validUntil="2026-06-01T11:54:59Z")), "status_list_stale"),
        (sealed(list_credential(validUntil="soon")), "status_list_malformed"),
        (sealed(list_credential(validFrom="2026-06-01T12:05:01Z")), "valid_status_unknown"),
        (sealed(list_credential(id=URL + "0")), "status_list_id_mismatch"),
        (sealed(list_credential(purpose="suspension")), "status_purpose_mismatch"),
    ],
)
def test_a_list_that_proves_nothing_leaves_it_open(body: bytes | None, code: str) -> None:
    check = judged(body)
    assert (check.status, check.code) == (Status.NOT_CHECKED, code)


@pytest.mark.parametrize(
    ("start", "code"),
    [("2026-05-31T12:00:00Z", ""), ("2026-05-31T11:59:59Z", "status_list_stale"), ("", "status_list_stale")],
)
def test_a_list_without_an_end_may_be_a_day_old(start: str, code: str) -> None:
    document = list_credential(validFrom=start)
    del document["validUntil"]
    assert judged(document).code == code


def archive(*members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number, member in enumerate(members):
            made.writestr(f"{number}.json", member)
    return out.getvalue()


def test_a_list_comes_alone_and_not_in_an_archive() -> None:
    """Of two lists, one would count and the other not, by their order alone."""
    clear, gone = sealed(list_credential(7)), sealed(list_credential(42))
    assert (judged(clear).code, judged(gone).code) == ("", "credential_revoked")
    for body in (b"[%b,%b]" % (clear, gone), archive(clear), archive(clear, gone)):
        assert judged(body).code == "status_list_malformed"


def test_a_list_under_no_seal_at_all_proves_nothing() -> None:
    whole = json.loads(sealed(list_credential()))
    assert judged(json.dumps(whole).encode()).code == ""
    assert judged(json.dumps({**whole, "signatures": []}).encode()).code == "valid_status_unknown"


def test_a_compact_seal_is_read_too() -> None:
    assert judged(as_compact(json.dumps(list_credential(42)).encode())).code == "credential_revoked"


def test_a_seal_under_a_key_that_stands_elsewhere_cannot_be_checked(corpus: Any) -> None:
    body = (corpus / "web" / "697ae507066b").read_bytes()
    check = judged(body)
    assert (check.code, check.reason.key) == ("valid_status_unknown", "verify.status.list_seal_unknown")


def test_a_list_of_somebody_else_proves_nothing() -> None:
    check = judged(list_credential(), judge=lambda _: "status_list_issuer_mismatch")
    assert (check.status, check.code) == (Status.NOT_CHECKED, "status_list_issuer_mismatch")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://issuer.example.test/redirect-internal", "url_not_allowed"),
        ("http://issuer.example.test/1", "url_not_allowed"),
        ("https://issuer.example.test/slow", "valid_status_unknown"),
        ("https://endless.example.test/.well-known/did.json", "status_list_too_large"),
        ("https://unreachable.example.test/status/1", "valid_status_unknown"),
    ],
)
def test_what_the_web_does(corpus: Any, url: str, code: str) -> None:
    asking = status.Asking(at=AT, loader=SnapshotLoader.open(corpus), policy=Policy(), judge=lambda _: "")
    assert status.check({"credentialStatus": entry(url=url)}, asking).code == code
