"""From a decision to a report: lists and tombstones as they are published, read by whoever verifies a credential."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from mikra import base64url
from mikra.errors import InputError
from mikra.issuance.status_entry import Member, members
from mikra.issuance.status_lists import Publisher, publish, published
from mikra.report import Report
from mikra.sealing.certificates import make_seal_certificate
from mikra.sealing.keys import Signer, bare_signer
from mikra.status import bitstring, token
from mikra.status.indexes import Change, Place, decide, reserve
from mikra.status.table import Value, pack
from mikra.trust import certificates, did
from mikra.trust.loader import Recorded, SnapshotLoader
from mikra.verification import Policy, verify
from tests.drills.mutants import mutants
from tests.simulators import authorities
from tests.status.test_indexes import BASE, MemoryStore
from tests.verification.documents import ANCHORED, AT, edc, named, other_seal, seal

GONE = Change(value=Value.INVALID, at="2026-05-20T09:00:00Z", who="Registrar's office", why="The grade was wrong")
NEW = dataclasses.replace(GONE, successor="urn:credential:new", link="https://zed.example.test/new")
SIGNER = authorities.seal().signer


class Issuer:
    """An issuer with one credential, its lists, and what it publishes of them."""

    def __init__(self, signer: Signer = SIGNER, **publisher: Any) -> None:
        self.store = MemoryStore()
        (self.place,) = reserve(self.store, ["award"], group="open", chance=os.urandom)
        self.publisher = Publisher(signer=signer, **publisher)
        self.files: dict[str, bytes] = {}

    def decide(self, *changes: Change) -> Issuer:
        for change in changes:
            decide(self.store, [self.place], change)
        return self

    def publish(self, at: dt.datetime = AT, **more: bytes) -> SnapshotLoader:
        with self.store.work() as session:
            self.files = {BASE + path: body for path, body in publish(session, BASE, self.publisher, at=at)}
        self.files |= more
        return SnapshotLoader({url: Recorded(read=lambda b=body: b) for url, body in self.files.items()})

    def credential(self, **changes: Any) -> bytes:
        return seal(edc(**{"status": members(self.place, Member.STATUS)["status"], **changes}))

    def token_credential(self) -> bytes:
        return self.credential(status=token.reference(self.place.address("token"), self.place.index))


def report(file: bytes, loader: Any, policy: Policy = ANCHORED, at: dt.datetime = AT) -> Report:
    (one,) = verify(file, at=at, policy=policy, loader=loader)
    return one


KINDS: list[Callable[[Issuer], bytes]] = [Issuer.credential, Issuer.token_credential]


@pytest.mark.parametrize("kind", KINDS)
def test_each_status_by_each_encoding(kind: Callable[[Issuer], bytes]) -> None:
    issuer = Issuer()
    pause = dataclasses.replace(GONE, value=Value.SUSPENDED)
    found = [report(kind(issuer), issuer.publish()).code]
    changes = (pause, dataclasses.replace(pause, value=Value.VALID), GONE)
    found += [report(kind(issuer), issuer.decide(change).publish()).code for change in changes]
    assert found == ["valid", "credential_suspended", "valid", "credential_revoked"]


@pytest.mark.parametrize("kind", KINDS)
def test_superseded_says_when_why_and_where_the_new_one_is(kind: Callable[[Issuer], bytes]) -> None:
    issuer = Issuer()
    told = report(kind(issuer), issuer.decide(NEW).publish())
    assert (told.code, told.verdict.value, told.verdict.exit_code) == ("credential_superseded", "TOTAL-FAILED", 1)
    assert told.sentence.text() == (
        "Replaced by the issuer on 20 May 2026: The grade was wrong. "
        "The new credential is at https://zed.example.test/new and has the number urn:credential:new."
    )
    check = next(check for check in told.checks if check.id == "status")
    facts = {finding.rule: finding.found for finding in check.findings}
    assert facts["status.successor"] == "urn:credential:new"
    assert facts["status.link"] == "https://zed.example.test/new"
    assert facts["status.who"] == "Registrar's office"
    assert "grade" in told.sentence.text("lt")


def test_withdrawn_says_when_and_why() -> None:
    issuer = Issuer()
    told = report(issuer.credential(), issuer.decide(GONE).publish())
    assert told.code == "credential_revoked"
    assert told.sentence.text() == "Withdrawn by the issuer on 20 May 2026: The grade was wrong."


def test_only_of_a_withdrawn_credential_more_is_asked() -> None:
    issuer = Issuer()
    loader, asked = issuer.publish(), []

    class Watched:
        def load(self, url: str, *, accept: str = "") -> Any:
            asked.append(url)
            return loader.load(url, accept=accept)

    report(issuer.credential(), Watched())
    assert asked == [issuer.place.address("revocation"), issuer.place.address("suspension")]


@pytest.mark.parametrize("what", ["missing", "foreign", "elsewhere", "altered", "plain"])
def test_a_tombstone_that_proves_nothing_changes_nothing(what: str) -> None:
    """The list says that it is withdrawn; whoever says more must be the issuer, and speak of this place."""
    issuer = Issuer().decide(NEW)
    issuer.publish()
    url, other = issuer.place.reference, Publisher(signer=other_seal().signer)
    elsewhere = Place(issuer.place.base, issuer.place.index + 1)
    body = {
        "missing": b"",
        "foreign": other.tombstone(issuer.place, NEW, AT),
        "elsewhere": issuer.publisher.tombstone(elsewhere, NEW, AT),
        "altered": issuer.files[url].replace(b".ey", b".eX", 1),
        "plain": json.dumps({"id": url, "credentialSubject": {"format": "mikra/tombstone/1"}}).encode(),
    }[what]
    told = report(issuer.credential(), issuer.publish(**{url: body}))
    assert told.code == "credential_revoked"
    assert told.sentence.text() == "The issuer has withdrawn this credential."


def test_a_tombstone_holds_no_personal_data_and_is_sealed_once() -> None:
    issuer = Issuer().decide(NEW)
    issuer.publish()
    first = issuer.files[issuer.place.reference]
    issuer.publish(at=AT + dt.timedelta(hours=5))
    assert issuer.files[issuer.place.reference] == first
    again = authorities.seal("P-384").signer
    issuer.publisher = Publisher(signer=again)
    told = report(issuer.credential(), issuer.publish())
    assert issuer.files[issuer.place.reference] != first, "under a new key it is sealed anew"
    assert told.code == "credential_superseded"
    payload = json.loads(base64url.decode(first.split(b".")[1].decode()))
    assert set(payload["credentialSubject"]) == {
        *("format", "status", "decidedAt", "decidedBy", "reason", "successor", "link")
    }
    with pytest.raises(InputError, match="withdrawn for good"):
        issuer.publisher.tombstone(issuer.place, dataclasses.replace(GONE, value=Value.SUSPENDED), AT)


class TestWhoSealedTheList:
    """The same certificate, another of the same organisation, a key that DID and certificate name; no other."""

    DID = "did:web:zed.example.test"

    def code(self, issuer: Issuer, policy: Policy = ANCHORED, file: bytes = b"", more: Any = None) -> str:
        return report(file or issuer.token_credential(), issuer.publish(**(more or {})), policy).code

    def test_the_same_certificate(self) -> None:
        assert self.code(Issuer()) == "valid"

    def test_another_certificate_of_the_same_organisation(self) -> None:
        again = authorities.seal("P-384").signer
        assert again.certificate != SIGNER.certificate
        assert self.code(Issuer(signer=again)) == "valid"

    def test_another_organisation(self) -> None:
        other = other_seal()
        assert self.code(Issuer(signer=other.signer)) == "status_list_issuer_mismatch"
        both = named(authorities.seal(), other)
        assert self.code(Issuer(signer=other.signer), both) == "status_list_issuer_mismatch"

    def test_a_seal_that_is_trusted_for_lists_alone(self) -> None:
        """It serves lists of its own organisation, and no other's; a credential under it is not trusted by that."""
        again, other = authorities.seal("P-384"), other_seal()
        policy = named(authorities.seal())
        assert self.code(Issuer(signer=again.signer), policy) == "status_list_issuer_mismatch"
        lists = dataclasses.replace(policy, status_seals=named(again).trusted_seals)
        assert self.code(Issuer(signer=again.signer), lists) == "valid"
        others = dataclasses.replace(policy, status_seals=named(other).trusted_seals)
        assert self.code(Issuer(signer=other.signer), others) == "status_list_issuer_mismatch"
        only = Policy(status_seals=policy.trusted_seals)
        assert self.code(Issuer(), only) == "seal_not_trusted"

    def status_key(self) -> tuple[Signer, dict[str, bytes]]:
        key = authorities.key("P-256", "status key")
        return bare_signer(key), {"https://zed.example.test/.well-known/did.json": self.document(key)}

    def document(self, key: Any) -> bytes:
        return did.write(self.DID, [did.PublishedKey(name="status", key=key.public_key())])

    def sealed_by(self, did_name: str) -> tuple[Signer, Policy]:
        """A seal of one's own, whose certificate names a DID."""
        made = make_seal_certificate(
            organization="University of Zed",
            organization_identifier="VATIE-1234567X",
            country="IE",
            at=AT - dt.timedelta(days=100),
            did=did_name,
        )
        from mikra.trust.certificates import fingerprint

        return made.signer, Policy(trusted_seals=frozenset({fingerprint(made.certificate)}))

    @pytest.mark.parametrize(
        ("named_did", "code"),
        [
            ("did:web:zed.example.test", "valid"),
            ("did:web:other.example.test", "status_list_issuer_mismatch"),
            ("", "status_list_issuer_mismatch"),
        ],
    )
    def test_a_status_key_that_document_and_certificate_name(self, named_did: str, code: str) -> None:
        from mikra.sealing import jades

        signer, policy = self.sealed_by(named_did)
        status_signer, documents = self.status_key()
        issuer = Issuer(signer=status_signer, key_id=f"{self.DID}#status")
        reference = {"status_list": {"idx": issuer.place.index, "uri": issuer.place.address("token")}}
        file = jades.seal(json.dumps(edc(status=reference)).encode(), signer=signer, at=AT - dt.timedelta(days=1))
        assert self.code(issuer, policy, file, documents) == code

    def test_a_key_that_the_document_no_longer_names(self) -> None:
        from mikra.sealing import jades

        signer, policy = self.sealed_by(self.DID)
        status_signer, _ = self.status_key()
        other = self.document(authorities.key("P-256", "another"))
        issuer = Issuer(signer=status_signer, key_id=f"{self.DID}#status")
        reference = {"status_list": {"idx": issuer.place.index, "uri": issuer.place.address("token")}}
        file = jades.seal(json.dumps(edc(status=reference)).encode(), signer=signer, at=AT - dt.timedelta(days=1))
        documents = {"https://zed.example.test/.well-known/did.json": other}
        assert self.code(issuer, policy, file, documents) == "status_list_malformed"
        assert self.code(issuer, policy, file) == "valid_status_unknown"

    def test_a_key_without_a_name_publishes_nothing(self) -> None:
        with pytest.raises(InputError, match="whose key"):
            Publisher(signer=bare_signer(authorities.key("P-256")))


class TestTimes:
    """A token of the past or of the future says nothing of the present."""

    @pytest.mark.parametrize(
        ("hours", "code"), [(0, "valid"), (24, "valid"), (24.2, "status_list_stale"), (-0.2, "valid_status_unknown")]
    )
    def test_ages(self, hours: float, code: str) -> None:
        issuer = Issuer()
        loader = issuer.publish()
        assert report(issuer.token_credential(), loader, at=AT + dt.timedelta(hours=hours)).code == code
        assert report(issuer.credential(), loader, at=AT + dt.timedelta(hours=hours)).code == code

    def test_one_without_an_end_counts_for_a_day(self) -> None:
        issuer = Issuer()
        issuer.publish()
        claims = token.claims(pack(131_072, {}), url=issuer.place.address("token"), at=AT)
        del claims["exp"]
        body = {issuer.place.address("token"): issuer.publisher.seal(claims, token.TYPE, AT)}
        for hours, code in ((0, "valid"), (23.9, "valid"), (24, "status_list_stale")):
            at = AT + dt.timedelta(hours=hours)
            assert report(issuer.token_credential(), issuer.publish(**body), at=at).code == code


class TestTheToken:
    """The form of a list token, and every way to break it."""

    @pytest.mark.parametrize(
        ("header", "code"),
        [
            ({}, "valid"),
            ({"typ": "JWT"}, "status_list_malformed"),
            ({"typ": "vc+jwt"}, "status_list_malformed"),
            ({"alg": "none"}, "status_list_malformed"),
            ({"jwk": {"kty": "EC"}}, "status_list_malformed"),
            ({"jku": "https://zed.example.test/keys"}, "status_list_malformed"),
            ({"x5c": []}, "status_list_malformed"),
            ({"x5c": ["AAAA"]}, "status_list_malformed"),
            ({"x5c": None}, "status_list_malformed"),
            ({"crit": ["exp"]}, "status_list_malformed"),
        ],
    )
    def test_headers(self, header: dict[str, Any], code: str) -> None:
        issuer = Issuer()
        issuer.publish()
        url = issuer.place.address("token")
        head, payload, _ = issuer.files[url].decode().split(".")
        changed = json.dumps(json.loads(base64url.decode(head)) | header).encode()
        text = f"{base64url.encode(changed)}.{payload}".encode()
        body = text + b"." + base64url.encode(SIGNER.sign(text)).encode()
        assert report(issuer.token_credential(), issuer.publish(**{url: body})).code == code

    def test_a_value_of_an_application_stays_open(self) -> None:
        issuer = Issuer()
        url = issuer.place.address("token")
        claims = token.claims(pack(131_072, {3: [issuer.place.index]}), url=url, at=AT)
        body = issuer.publisher.seal(claims, token.TYPE, AT)
        assert report(issuer.token_credential(), issuer.publish(**{url: body})).code == "valid_status_unknown"

    @pytest.mark.drill("R3")
    @pytest.mark.parametrize("encoding", ["token", "revocation"])
    def test_no_mutant_makes_a_withdrawn_credential_good(
        self, encoding: str, amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
    ) -> None:
        issuer = Issuer().decide(GONE)
        issuer.publish()
        url = issuer.place.address(encoding)
        file = issuer.token_credential() if encoding == "token" else issuer.credential()
        count, codes = amount(200, 100_000), set()
        whole = issuer.files[url]
        for _, mutant in mutants(whole, count, seed=3):
            loader = SnapshotLoader({u: Recorded(read=lambda b=b: b) for u, b in {**issuer.files, url: mutant}.items()})
            codes.add(report(file, loader).code)
        record_property(f"mutants of a status list ({encoding})", f"{count}, accepted as good: 0")
        assert "valid" not in codes


def test_published_lists_agree() -> None:
    files = published(Publisher(signer=SIGNER), pack(131_072, {1: [5], 2: [9]}), f"{BASE}1", AT)
    payloads = {name: json.loads(base64url.decode(body.split(b".")[1].decode())) for name, body in files.items()}
    listed = {name: bitstring.read_list(payloads[name]).bits for name in ("revocation", "suspension")}
    assert [listed["revocation"][0], listed["suspension"][1]] == [0b0000_0100, 0b0100_0000]
    assert token.read_claims(payloads["token"]).packed[:3] == bytes([0, 0b0000_0100, 0b0000_1000])


def test_a_list_of_the_first_minute_is_not_older_than_its_certificate() -> None:
    """`iat` is dated back for strict readers; before its certificate began it would prove nothing."""
    made = make_seal_certificate(
        organization="University of Zed",
        organization_identifier="VATRO-12345678",
        country="RO",
        at=AT,
        demonstration=True,
    )
    begun = certificates.read(made.certificate).valid_from
    issuer = Issuer(signer=made.signer)
    for seconds, before in ((1, 0), (30, 0), (600, 60)):
        at = begun + dt.timedelta(seconds=seconds)
        issuer.publish(at)
        for text in [body for url, body in issuer.files.items() if url.endswith("/token")]:
            claims = json.loads(base64url.decode(text.split(b".")[1].decode()))
            assert begun.timestamp() <= claims["iat"] <= at.timestamp() - before
