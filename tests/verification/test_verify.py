"""From any bytes to one report: what is genuine passes, and each thing that is not has its twin that says so."""

from __future__ import annotations

import base64
import gc
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mikra import messages
from mikra.errors import InputError
from mikra.model import Credential
from mikra.report import CHECK_IDS, Check, Report, Status, Verdict
from mikra.sealing import jades, jades_header
from mikra.trust.loader import Recorded, RecordingLoader, SnapshotLoader
from mikra.verification import Policy, verify
from tests.simulators import authorities
from tests.simulators.timestamps import TimestampAuthority
from tests.verification.documents import (
    ANCHORED,
    AT,
    IRELAND,
    SEALED_AT,
    STATUS_URL,
    concept,
    country,
    edc,
    eidas,
    named,
    organisation,
    other_seal,
    seal,
    status_entry,
    status_list,
    together,
)

MANDATE = concept(
    "http://data.europa.eu/snb/evidence-type/c_18016257", "http://data.europa.eu/snb/evidence-type/25831c2", "Mandate"
)


def judged(data: bytes, policy: Policy = ANCHORED, **more: Any) -> Report:
    (report,) = verify(data, **{"at": AT, "policy": policy} | more)
    return report


def outcome(report: Report, check_id: str) -> tuple[Status, str]:
    check = report.check(check_id)
    return check.status, check.code


def serving(body: bytes) -> SnapshotLoader:
    return SnapshotLoader({STATUS_URL: Recorded(read=lambda: body)})


class TestGenuine:
    def test_everything_that_is_required_passes(self) -> None:
        report = judged(seal(edc(**status_entry())), loader=serving(status_list(41)))
        assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "valid")
        assert [c.id for c in report.checks] == list(CHECK_IDS)
        open_ones = {c.id: c.status for c in report.checks if c.status is not Status.PASSED}
        assert open_ones == {
            "seal.timestamp": Status.NOT_APPLICABLE,
            "holder": Status.NOT_APPLICABLE,
            "annex1": Status.FAILED,
        }
        assert report.sentence.text() == (
            "Genuine. Awarded by University of Somewhere to Zoë O'Brien-Łukasiewicz on 3 May 2026. Still valid today."
        )

    def test_the_moment_asked_for_is_named_when_it_is_not_today(self) -> None:
        report = judged(seal(edc(**status_entry())), loader=serving(status_list()), today=False)
        assert report.sentence.text().endswith("Valid on 1 June 2026, the date asked for.")

    def test_without_a_status_it_is_never_said_to_be_still_valid(self) -> None:
        report = judged(seal(edc()))
        assert (report.verdict, outcome(report, "status")) == (Verdict.TOTAL_PASSED, (Status.NOT_APPLICABLE, ""))
        assert "today" not in report.sentence.text()
        assert report.sentence.text().endswith("The issuer does not say whether it was withdrawn later.")

    @pytest.mark.parametrize("language", messages.LANGUAGES)
    def test_the_report_reads_in_every_language(self, language: str) -> None:
        report = judged(seal(edc(**status_entry())), loader=serving(status_list()))
        told = report.as_dict(language)
        assert "University of Somewhere" in told["sentence"]
        assert all(check["reason"] and "{" not in check["reason"] for check in told["checks"])
        assert (told["sentence"] == report.sentence.text("en")) == (language == "en")

    def test_the_content_is_told_with_what_is_missing(self) -> None:
        content = judged(seal(edc())).as_dict("bg")["credential"]
        assert content["title"]["text"] == "Качество на водата"
        assert content["title"]["original"] == [{"en": "Water quality", "bg": "Качество на водата"}]
        assert content["outcomes"] | {"label": ""} == {
            "label": "",
            "stated": False,
            "text": "не е посочено от издателя",
            "values": [],
        }

    @pytest.mark.parametrize("kind", ["RSA", "P-384", "Ed25519"])
    def test_every_kind_of_key(self, kind: str) -> None:
        assert judged(seal(edc(), authorities.seal(kind))).verdict is Verdict.TOTAL_PASSED

    def test_another_credential_than_the_european_is_judged_by_its_seal(self) -> None:
        subject = {"name": "Ana"}
        document = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"],
            "issuer": "did:web:x.example",
            "credentialSubject": subject,
        }
        report = judged(seal(document), named())
        assert report.verdict is Verdict.TOTAL_PASSED
        assert {c.id for c in report.checks if c.status is Status.NOT_APPLICABLE} >= {"profile", "annex1", "principles"}
        assert report.sentence.text().startswith("Genuine. Awarded to Ana. Sealed by University of Somewhere.")


class TestAltered:
    CANARIES = ("Zoë O'Brien-Łukasiewicz", "Łukasiewicz", "Water quality", "Качество", "University of Somewhere")

    def refused(self, data: bytes) -> str:
        (report,) = verify(data, at=AT, policy=ANCHORED, name="a.json")
        assert report.verdict is not Verdict.TOTAL_PASSED
        assert report.credential is None
        told = (report.as_dict(language, details=True) for language in messages.LANGUAGES)
        return " ".join(json.dumps(one, ensure_ascii=False) for one in told)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Water quality", "Walker quality"),
            ("2026-05-04T10:00:00Z", "2025-05-04T10:00:00Z"),
            ("payload", "Payload"),
            ('"signatures":[{', '"signatures":[{"x":1,'),
            ("b64", "B64"),
        ],
    )
    def test_nothing_of_an_altered_credential_is_shown(self, old: str, new: str) -> None:
        data = seal(edc())
        changed = data.replace(old.encode(), new.encode(), 1)
        told = self.refused(changed) if changed != data else self.refused(data[:-40] + data[-39:])
        assert not [c for c in self.CANARIES if c in told or json.dumps(c)[1:-1] in told]

    def test_a_changed_grade_is_altered_and_says_what_to_do(self) -> None:
        report = judged(seal(edc()).replace(b"Water quality", b"Walker quality"))
        assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "jws_signature_invalid")
        assert report.sentence.text() == "Altered. Do not rely on it; ask the holder for the original."
        assert outcome(report, "format") == (Status.PASSED, "")
        assert {c.status for c in report.checks[2:]} == {Status.NOT_CHECKED}

    @pytest.mark.parametrize(
        ("payload", "code"),
        [
            (b'{"a": 1, "a": 2}', "json_duplicate_key"),
            (b'{"a": NaN}', "json_not_a_number"),
            (b"[1]", "credential_malformed"),
            (b'{"hello": "world"}', "credential_malformed"),
            (b'{"type": "VerifiableCredential", "name": "%b"}' % (b"x" * 1_048_576), "too_large"),
        ],
    )
    def test_what_was_sealed_can_be_unreadable_too(self, payload: bytes, code: str) -> None:
        signer = authorities.seal().signer
        protected = jades_header.protected_header(
            algorithm=signer.algorithm, certificate=signer.certificate, at=SEALED_AT
        )
        value = signer.sign(b"%b.%b" % (protected.encode(), payload))
        report = judged(jades.envelope(jades.escape(payload), protected, value))
        assert (report.verdict, report.code, report.credential) == (Verdict.TOTAL_FAILED, code, None)

    def test_of_two_seals_both_must_hold(self) -> None:
        document, other = edc(), other_seal()
        whole = together(seal(document), seal(document, other))
        assert judged(whole).verdict is Verdict.TOTAL_PASSED
        broken = json.loads(whole)
        text = broken["signatures"][1]["signature"]
        broken["signatures"][1]["signature"] = text[:10] + ("A" if text[10] != "A" else "B") + text[11:]
        assert judged(json.dumps(broken).encode()).code == "jws_signature_invalid"


class TestNothing:
    @pytest.mark.parametrize("data", [b"{}", b"[]", b"null", b'{"hello": "world"}'])
    def test_a_file_without_a_credential_says_so(self, data: bytes) -> None:
        report = judged(data)
        assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "credential_malformed")
        assert report.sentence.text() == "We read this file, but there is no credential inside it."

    def test_what_stands_in_a_file_that_cannot_be_taken_is_not_repeated(self) -> None:
        report = judged(b'{"name": "Zo\xc3\xab Canary", "name": "Zo\xc3\xab Canary"')
        assert "Canary" not in json.dumps(report.as_dict(details=True))
        assert report.check("format").where


class TestUnsealed:
    def test_no_seal_is_said_first_and_the_content_is_not_vouched_for(self) -> None:
        report = judged(json.dumps(edc()).encode())
        assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "proof_missing")
        assert report.sentence.text().startswith("Not sealed: anyone could have written this.")
        assert outcome(report, "seal.integrity") == (Status.NOT_CHECKED, "proof_missing")
        assert report.check("annex1").status is Status.FAILED
        assert report.credential is not None

    @pytest.mark.parametrize("kind", ["xml"])
    def test_kinds_not_read_yet_are_named_and_never_pass(self, kind: str) -> None:
        data = {
            "xml": b"<a/>",
        }[kind]
        report = judged(data)
        assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "proof_not_supported")
        assert {c.status for c in report.checks} == {Status.NOT_CHECKED}
        for language in messages.LANGUAGES:
            assert messages.text(f"verify.kind.{kind}", language) in report.checks[0].reason.text(language)


class TestTrust:
    def test_nobody_is_trusted_by_default(self) -> None:
        report = judged(seal(edc()), Policy())
        assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "seal_not_trusted")
        assert outcome(report, "seal.integrity") == (Status.PASSED, "")
        assert outcome(report, "seal.certificate") == (Status.NOT_CHECKED, "seal_not_trusted")
        assert outcome(report, "issuer") == (Status.NOT_CHECKED, "seal_not_trusted"), "a seal can claim any identifier"
        assert report.sentence.text().startswith("We can't confirm who issued this.")
        assert report.credential is not None

    def test_a_seal_that_was_named_is_trusted_and_another_is_not(self) -> None:
        assert judged(seal(edc()), named()).verdict is Verdict.TOTAL_PASSED
        assert judged(seal(edc()), named(other_seal())).code == "seal_not_trusted"

    def test_a_seal_of_its_own_making_is_trusted_only_by_name(self) -> None:
        own = authorities.self_issued(authorities.key("P-256", "own"), authorities.seal_plan(qualified=False))
        data = seal(edc(), own)
        assert judged(data).code == "seal_not_trusted"
        assert judged(data, named(own)).verdict is Verdict.TOTAL_PASSED
        assert judged(data, Policy(anchors=(own.der,))).verdict is Verdict.TOTAL_PASSED

    def test_the_level_is_what_the_certificate_says_and_no_more(self) -> None:
        plain = authorities.intermediate().issue(
            authorities.key("P-256", "plain"), authorities.seal_plan(qualified=False)
        )
        told = {
            name: next(f for f in report.check("seal.certificate").findings if f.rule == "seal.level").what.text()
            for name, report in (("qualified", judged(seal(edc()))), ("plain", judged(seal(edc(), plain))))
        }
        assert told == {
            "qualified": "By its own words a qualified seal. No trusted list was asked.",
            "plain": "Seal, level not determined.",
        }

    def test_a_method_that_the_policy_leaves_out_is_refused(self) -> None:
        policy = replace(ANCHORED, algorithms=frozenset({"RS256"}))
        assert judged(seal(edc()), policy).code == "jws_alg_not_allowed"
        assert judged(seal(edc(), authorities.seal("RSA")), policy).verdict is Verdict.TOTAL_PASSED


class TestTime:
    """A certificate that ended in 2024; sealed in 2023; judged in 2026."""

    HOLDER = authorities.expired_seal()
    THEN = datetime(2023, 6, 1, 12, tzinfo=UTC)

    def sealed(self, at: datetime = THEN, stamp: datetime | None = None, **knobs: Any) -> bytes:
        stamper = TimestampAuthority(at=stamp, **knobs) if stamp else None
        return seal(edc(issued=None, issuanceDate=None, validFrom=None), self.HOLDER, at, stamper)

    def stamping(self) -> authorities.Holder:
        """A trusted timestamp authority that was there in 2023 already."""
        plan = replace(authorities.timestamp_plan(), start=datetime(2022, 1, 1, tzinfo=UTC))
        return authorities.intermediate().issue(authorities.key("P-256", "time then"), plan)

    def handmade(self, payload: bytes, claimed: datetime, **header: Any) -> bytes:
        """Sealed past all care: outside the certificate's dates, with members of the header that we never write."""
        signer = self.HOLDER.signer
        text = jades_header.protected_header(algorithm="ES256", certificate=signer.certificate, at=claimed)
        if header:
            members = json.loads(base64.urlsafe_b64decode(text + "==")) | header
            members["crit"] = ["b64", "sigT", *header]
            text = base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")
        value = signer.sign(b"%b.%b" % (text.encode(), payload))
        return jades.envelope(jades.escape(payload), text, value)

    def code(self, data: bytes, policy: Policy = ANCHORED, at: datetime = AT) -> tuple[str, str]:
        report = judged(data, policy, at=at)
        return report.code, report.check("seal.certificate").reason.text()

    def test_valid_then_by_trusted_proof(self) -> None:
        policy = Policy(anchors=(authorities.intermediate().der,))
        code, reason = self.code(self.sealed(stamp=self.THEN, holder=self.stamping()), policy)
        assert code == "valid"
        assert "expired since, but it was valid when this was sealed" in reason

    def test_the_chain_counts_at_the_proven_time(self) -> None:
        """The authority between has ended too: the path is judged for the day of sealing, not for today."""
        old = {"start": datetime(2022, 1, 1, tzinfo=UTC), "end": datetime(2024, 1, 1, tzinfo=UTC)}
        between = authorities.root().issue(
            authorities.key("P-256", "between"), replace(authorities.authority_plan("Between"), **old)
        )
        holder = between.issue(authorities.key("P-256", "below"), replace(authorities.seal_plan(), **old))
        plan = replace(authorities.timestamp_plan(), start=old["start"])
        stamper = TimestampAuthority(at=self.THEN, holder=authorities.root().issue(authorities.key("P-256", "t"), plan))
        data = seal(edc(issued=None, issuanceDate=None, validFrom=None), holder, self.THEN, stamper)
        values = [{"x509Cert": {"val": base64.b64encode(between.der).decode()}}]
        policy = Policy(anchors=(authorities.root().der,))
        assert self.code(jades.extended(data, [("xVals", values)]), policy)[0] == "valid"
        assert self.code(data, policy)[0] == "seal_not_trusted"

    def test_a_proof_over_the_content_alone_says_nothing_of_the_seal(self) -> None:
        """`adoTst` shows that the content existed: the seal may have come years later."""
        stamper = TimestampAuthority(at=self.THEN, holder=self.stamping())
        payload = json.dumps(edc(issued=None, issuanceDate=None, validFrom=None)).encode()
        token = stamper.timestamp(hashlib.sha256(payload).digest())
        data = self.handmade(payload, self.THEN, adoTst={"tstTokens": [{"val": base64.b64encode(token).decode()}]})
        policy = replace(named(self.HOLDER), anchors=(authorities.intermediate().der,))
        assert self.code(data, policy)[0] == "seal_time_not_proven"
        assert judged(data, policy).check("seal.timestamp").findings[0].rule == "seal.timestamp.adoTst"
        assert judged(data, policy).check("seal.timestamp").findings[0].severity == "information"

    def test_valid_then_by_a_proof_of_nobody_in_particular(self) -> None:
        stranger = authorities.self_issued(
            authorities.key("P-256", "stranger"),
            replace(authorities.timestamp_plan("Stranger"), start=datetime(2022, 1, 1, tzinfo=UTC)),
        )
        data = self.sealed(stamp=self.THEN, holder=stranger)
        assert self.code(data, named(self.HOLDER))[0] == "seal_time_not_proven"
        relaxed = replace(named(self.HOLDER), timestamps_anchored=False)
        assert self.code(data, relaxed)[0] == "valid"

    def test_its_own_word_alone_proves_nothing(self) -> None:
        code, reason = self.code(self.sealed(), named(self.HOLDER))
        assert code == "seal_time_not_proven"
        assert "Only its own word" in reason

    def test_while_the_certificate_is_valid_its_own_word_is_enough(self) -> None:
        assert self.code(self.sealed(), named(self.HOLDER), datetime(2023, 7, 1, tzinfo=UTC))[0] == "valid"

    @pytest.mark.parametrize("claimed", [datetime(2026, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)])
    def test_its_own_word_can_speak_against_it(self, claimed: datetime) -> None:
        payload = json.dumps(edc(issued=None, issuanceDate=None, validFrom=None)).encode()
        assert self.code(self.handmade(payload, claimed), named(self.HOLDER))[0] == "seal_certificate_expired"

    def test_sealed_after_the_moment_asked_for(self) -> None:
        report = judged(seal(edc(issued=None, issuanceDate=None, validFrom=None)), at=SEALED_AT - timedelta(hours=1))
        assert report.code == "credential_not_yet_valid"
        assert report.sentence.text() == "The seal claims a time that still lies in the future."

    def test_a_proof_of_time_is_shown_with_who_gave_it(self) -> None:
        report = judged(seal(edc(), timestamper=TimestampAuthority(at=SEALED_AT)))
        assert outcome(report, "seal.timestamp") == (Status.PASSED, "")
        assert "Simulated time, whom you trust, confirms" in report.check("seal.timestamp").reason.text()
        stranger = authorities.self_issued(authorities.key("P-256", "x"), authorities.timestamp_plan("Stranger"))
        report = judged(seal(edc(), timestamper=TimestampAuthority(at=SEALED_AT, holder=stranger)))
        assert report.verdict is Verdict.TOTAL_PASSED
        assert "Nobody whom you trust confirms Stranger" in report.check("seal.timestamp").reason.text()

    def test_a_proof_of_time_from_another_seal_is_tampering(self) -> None:
        one, two = (json.loads(seal(edc(id=i), timestamper=TimestampAuthority())) for i in ("urn:x:1", "urn:x:2"))
        one["signatures"][0]["header"] = two["signatures"][0]["header"]
        report = judged(json.dumps(one).encode())
        assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "signature_invalid")
        assert outcome(report, "seal.timestamp") == (Status.FAILED, "signature_invalid")
        assert report.check("seal.timestamp").where == "/signatures/0/header/etsiU/0/sigTst"
        assert report.credential is None


class TestDates:
    def test_expired_is_history_and_not_false(self) -> None:
        report = judged(seal(edc(validUntil="2026-05-31T00:00:00Z")))
        assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "credential_expired")
        assert report.sentence.text() == "Genuine, but it expired on 31 May 2026."
        assert report.credential is not None

    def test_not_yet(self) -> None:
        report = judged(seal(edc(validFrom="2026-09-01T00:00:00+02:00")))
        assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "credential_not_yet_valid")
        assert report.sentence.text() == "Genuine, but not valid before 1 September 2026."

    def test_a_date_without_a_zone_is_ambiguous(self) -> None:
        assert judged(seal(edc(validUntil="2030-01-01T00:00:00"))).code == "credential_malformed"


class TestStatus:
    def status(self, document: dict[str, Any], body: bytes, policy: Policy = ANCHORED) -> Report:
        return judged(seal(document), policy, loader=serving(body))

    @pytest.mark.parametrize("member", ["status", "credentialStatus"])
    def test_withdrawn(self, member: str) -> None:
        report = self.status(edc(**status_entry(member=member)), status_list(42))
        assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "credential_revoked")
        assert report.sentence.text() == "The issuer has withdrawn this credential."
        assert report.credential is not None, "a withdrawn credential is shown, with its fate"

    def test_withdrawn_by_the_address_form(self) -> None:
        literal = {"@value": f"{STATUS_URL}#42", "@type": "xsd:anyURI"}
        assert self.status(edc(credentialStatus=literal), status_list(42)).code == "credential_revoked"
        assert self.status(edc(credentialStatus=literal), status_list(43)).verdict is Verdict.TOTAL_PASSED

    def test_suspended(self) -> None:
        report = self.status(edc(**status_entry(purpose="suspension")), status_list(42, purpose="suspension"))
        assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "credential_suspended")

    def test_offline_is_open_and_the_policy_may_put_up_with_it(self) -> None:
        data = seal(edc(**status_entry()))
        report = judged(data)
        assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "valid_status_unknown")
        assert "could not check whether the credential was withdrawn" in report.sentence.text()
        relaxed = judged(data, replace(ANCHORED, status_required=False))
        assert relaxed.verdict is Verdict.TOTAL_PASSED
        assert relaxed.sentence.text().endswith("We did not check whether it was withdrawn later.")

    @pytest.mark.parametrize(
        ("holder", "code"),
        [
            (authorities.seal(), "credential_revoked"),
            (other_seal("The same, renewed", "VATIE-1234567X"), "credential_revoked"),
            (other_seal(), "status_list_issuer_mismatch"),
            (
                authorities.self_issued(authorities.key("P-256", "fake"), authorities.seal_plan()),
                "status_list_issuer_mismatch",
            ),
        ],
    )
    def test_the_list_must_be_the_sealers_own(self, holder: authorities.Holder, code: str) -> None:
        assert self.status(edc(**status_entry()), status_list(42, holder=holder)).code == code

    def test_a_stranger_cannot_withdraw_what_is_not_trusted_either(self) -> None:
        fake = authorities.self_issued(authorities.key("P-256", "fake"), authorities.seal_plan())
        report = self.status(edc(**status_entry()), status_list(42, holder=fake), Policy())
        assert report.check("status").code == "status_list_issuer_mismatch"

    def test_what_was_seen_can_be_kept_so_that_it_verifies_offline_later(self, tmp_path: Path) -> None:
        data = seal(edc(**status_entry()))
        recording = RecordingLoader(serving(status_list(41)))
        first = judged(data, loader=recording)
        again = judged(data, loader=SnapshotLoader.open(recording.save(tmp_path)))
        assert again.as_dict() == first.as_dict()
        assert first.verdict is Verdict.TOTAL_PASSED


class TestIssuer:
    def issuer(self, document: dict[str, Any], policy: Policy = ANCHORED, **more: Any) -> Check:
        return judged(seal(document, **more), policy).check("issuer")

    @pytest.mark.parametrize(
        "identifier",
        [
            eidas("VATIE-1234567X"),
            eidas("vatie-1234567x"),
            eidas("1234567X"),
            eidas("1234567-X"),
        ],
    )
    def test_confirmed_by_the_identifier(self, identifier: dict[str, Any]) -> None:
        check = self.issuer(edc(issuer=organisation() | {"eIDASIdentifier": identifier}))
        assert (check.status, check.code, check.reason.key) == (Status.PASSED, "", "verify.issuer.confirmed")  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        "identifier",
        [
            eidas("VATIE-1234567Y"),
            eidas("1234567Y"),
            eidas("VATDE-1234567X", country("DEU", "Germany")),
            eidas("1234567X", country("DEU", "Germany")),
        ],
    )
    def test_another_identifier_is_another_issuer(self, identifier: dict[str, Any]) -> None:
        report = judged(seal(edc(issuer=organisation() | {"eIDASIdentifier": identifier})))
        assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "issuer_key_mismatch")
        assert "does not belong to the institution named" in report.sentence.text()

    def test_a_number_of_another_register_cannot_be_compared(self) -> None:
        issuer = organisation("Another Name") | {"eIDASIdentifier": eidas("NTRIE-55555")}
        check = self.issuer(edc(issuer=issuer))
        assert (check.status, check.code) == (Status.NOT_CHECKED, "seal_not_trusted")
        vat = eidas("1234567X") | {"id": "urn:uuid:00000000-0000-4000-8000-0000000000aa"}
        assert self.issuer(edc(issuer=issuer | {"vatIdentifier": [vat]})).status is Status.PASSED

    def test_issuing_for_another_is_never_confirmed_by_the_sealers_word(self) -> None:
        issuer = organisation("Somebody Else") | {"eIDASIdentifier": eidas("VATIE-7654321Y")}
        evidence = {"id": "urn:uuid:1", "type": "Evidence", "dcType": MANDATE}
        report = judged(seal(edc(issuer=issuer, evidence=[evidence])))
        assert (report.verdict, report.check("issuer").code) == (Verdict.INDETERMINATE, "seal_not_trusted")

    def test_a_name_confirms_only_what_an_authority_confirmed(self) -> None:
        nameless = other_seal("University of Somewhere", "")
        without = organisation()
        check = judged(seal(edc(issuer=without), nameless)).check("issuer")
        assert (check.status, check.reason.key) == (Status.PASSED, "verify.issuer.by_name")  # type: ignore[attr-defined]
        claimed = organisation("University of Elsewhere")
        assert judged(seal(edc(issuer=claimed), nameless)).check("issuer").code == "seal_not_trusted"

    def test_what_it_says_and_what_the_seal_says_stand_apart(self) -> None:
        check = self.issuer(edc(issuer=organisation("Harvard of the Sea") | {"eIDASIdentifier": eidas()}))
        lines = [finding.what.text() for finding in check.findings]
        assert lines == ["The credential says: Harvard of the Sea", "The seal says: University of Somewhere"]

    def test_the_sealer_is_named_where_the_awarding_body_is_another(self) -> None:
        document = edc()
        body = organisation("Harvard of the Sea", "9")
        document["credentialSubject"]["hasClaim"][0]["awardedBy"]["awardingBody"] = [body]
        sentence = judged(seal(document)).sentence.text()
        assert "Awarded by Harvard of the Sea" in sentence
        assert "Sealed by University of Somewhere." in sentence

    def test_of_several_seals_that_of_the_issuer_counts(self) -> None:
        document = edc()
        data = together(seal(document, other_seal()), seal(document))
        report = judged(data)
        assert report.verdict is Verdict.TOTAL_PASSED
        assert any(f.rule == "seal.other" for f in report.check("seal.certificate").findings)


class TestContent:
    def test_the_profile_decides_only_when_asked(self) -> None:
        data = seal(edc(displayParameter=None))
        assert judged(data).verdict is Verdict.TOTAL_PASSED
        assert judged(data).check("profile").status is Status.FAILED
        report = judged(data, replace(ANCHORED, deciding_content=frozenset({"profile"})))
        assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "credential_malformed")
        assert report.sentence.text() == "The seal holds, but the credential does not state all that you require."

    def test_either_version_of_the_profile_will_do_unless_one_is_asked_for(self) -> None:
        assert "1.2.0" in judged(seal(edc())).check("profile").clause
        older = judged(seal(edc()), replace(ANCHORED, profile_version="1.1.0"))
        assert "1.1.0" in older.check("profile").clause

    def test_what_only_the_older_version_takes_passes_by_it(self) -> None:
        literal = {"@value": f"{STATUS_URL}#42", "@type": "xsd:anyURI"}
        check = judged(seal(edc(credentialStatus=literal))).check("profile")
        assert (check.status, check.clause[-5:]) == (Status.PASSED, "1.1.0")


class TestSeveral:
    def test_a_presentation_gives_a_report_for_each(self) -> None:
        good, bad = json.loads(seal(edc())), json.loads(seal(edc()).replace(b"Water", b"Walker"))
        document = {"type": ["VerifiablePresentation"], "verifiableCredential": [good, bad, edc()]}
        reports = verify(json.dumps(document).encode(), at=AT, policy=ANCHORED, name="p.json")
        assert [r.code for r in reports] == ["valid", "jws_signature_invalid", "proof_missing"]
        assert [r.file for r in reports] == [f"p.json#/verifiableCredential/{n}" for n in range(3)]

    def test_a_sealed_presentation_is_opened_only_if_its_seal_holds(self) -> None:
        document = {"type": ["VerifiablePresentation"], "verifiableCredential": [json.loads(seal(edc()))]}
        outer = seal(document, other_seal())
        assert [r.code for r in verify(outer, at=AT, policy=ANCHORED)] == ["valid"]
        assert [r.code for r in verify(outer.replace(b"Water", b"Wader", 1), at=AT, policy=ANCHORED)] == [
            "jws_signature_invalid"
        ]

    def test_presentations_in_presentations_come_to_an_end(self) -> None:
        data: Any = edc()
        for _ in range(6):
            data = {"type": ["VerifiablePresentation"], "verifiableCredential": [json.loads(seal(data))]}
        reports = verify(json.dumps(data).encode(), at=AT, policy=ANCHORED)
        assert Verdict.TOTAL_PASSED not in [report.verdict for report in reports]

    def test_what_is_handed_to_the_issuer_is_not_sealed(self) -> None:
        wrapper = {"credential": edc(), "deliveryDetails": {"deliveryAddress": ["ana@example.test"]}}
        assert judged(json.dumps(wrapper).encode()).code == "proof_missing"

    def test_an_archive_gives_a_report_for_each(self) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a.json", seal(edc()))
            archive.writestr("b.json", seal(edc()).replace(b"Water", b"Walker"))
            archive.writestr("c.json", "{'a': 1}")
        reports = verify(buffer.getvalue(), at=AT, policy=ANCHORED)
        assert [(r.file, r.code) for r in reports] == [
            ("a.json", "valid"),
            ("b.json", "jws_signature_invalid"),
            ("c.json", "json_malformed"),
        ]


def test_a_reader_that_does_not_say_what_is_wrong_found_a_damaged_file() -> None:
    def reader(data: bytes) -> Any:
        raise InputError("It stopped.")

    (report,) = verify(b"%PDF-1.7\n", at=AT, pdf_reader=reader)
    assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "file_damaged")


def test_a_moment_without_a_zone_is_an_error_of_the_caller() -> None:
    with pytest.raises(InputError):
        verify(b"", at=datetime(2026, 6, 1))  # noqa: DTZ001


def test_country_in_two_forms_is_one() -> None:
    assert IRELAND["id"].endswith("IRL")


def test_a_report_does_not_keep_the_credential_in_memory() -> None:
    """A thousand files at once: what is kept of each is what it says, not its pages."""

    def alive() -> int:
        gc.collect()
        return sum(isinstance(one, Credential) for one in gc.get_objects())

    before = alive()
    report = judged(seal(edc()))
    assert report.credential is not None
    assert alive() == before


def test_a_demonstration_is_called_one_whatever_the_verdict() -> None:
    marked = {"id": "urn:uuid:1", "type": "Identifier", "notation": "demonstration"}
    named = edc() | {"identifier": [marked | {"schemeName": "Demonstration, no value"}]}
    for policy in (ANCHORED, Policy()):
        assert "A demonstration, without value." in judged(seal(named), policy).sentence.text()
        assert "demonstration" not in judged(seal(edc()), policy).sentence.text()


def test_a_seal_that_is_itself_an_anchor_was_named_and_confirmed_by_nobody() -> None:
    leaf = authorities.seal().signer.certificate
    own = judged(seal(edc()), Policy(anchors=(leaf,))).check("seal.certificate").reason.text()
    assert "known here as trusted" in own
    other = judged(seal(edc()), ANCHORED).check("seal.certificate").reason.text()
    assert "known here as trusted" not in other
    assert "confirms" in other
