"""RFC 5280, 6.3 and RFC 6960: each answer that counts has twins that must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed448
from cryptography.x509 import ReasonFlags

from mikra.trust import revocation, revocation_sources
from mikra.trust.loader import OFFLINE, Divided, Recorded, SnapshotLoader
from mikra.trust.revocation import Evidence, Standing, State
from mikra.trust.statements import Fault, generalized_time
from tests.simulators import authorities
from tests.simulators.authorities import Holder
from tests.simulators.withdrawals import NOW, Register, Web, address, crl_name, published, responder

LABEL = "Simulated authority"
CA = authorities.intermediate()
SEAL = CA.issue(authorities.key("P-256", "asked about"), published(authorities.seal_plan(), LABEL))
DAY = timedelta(days=1)
OTHER_CA = authorities.intermediate("Another authority")


def by_list(register: Register, by: datetime = NOW, seal: Holder = SEAL, issuer: Holder = CA) -> Standing:
    return revocation.judge(seal.der, issuer.der, by=by, evidence=Evidence(crls=(register.crl(),)))


def by_response(
    register: Register, by: datetime = NOW, seal: Holder = SEAL, certificates: tuple[bytes, ...] = (), **more: Any
) -> Standing:
    evidence = Evidence(ocsps=(register.ocsp(seal.certificate),), certificates=certificates, **more)
    return revocation.judge(seal.der, CA.der, by=by, evidence=evidence)


def fault(standing: Standing) -> Fault:
    assert standing.state is State.UNKNOWN
    (one,) = standing.unusable
    return one.fault


BOTH = pytest.mark.parametrize("ask", [by_list, by_response])


class TestAnswers:
    @BOTH
    def test_not_revoked_as_of(self, ask: Any) -> None:
        found = ask(Register())
        assert (found.state, found.statement.as_of) == (State.GOOD, NOW)

    @BOTH
    def test_revoked(self, ask: Any) -> None:
        register = Register()
        register.revoke(SEAL, NOW - DAY, ReasonFlags.superseded)
        found = ask(register)
        assert (found.state, found.since, found.statement.reason) == (State.REVOKED, NOW - DAY, "superseded")
        assert found.withdrawn_by(NOW)
        assert not found.withdrawn_by(NOW - 2 * DAY)
        assert not found.compromised

    @BOTH
    @pytest.mark.parametrize(
        ("reason", "compromised"),
        [
            (None, True),
            (ReasonFlags.unspecified, True),
            (ReasonFlags.key_compromise, True),
            (ReasonFlags.ca_compromise, True),
            (ReasonFlags.cessation_of_operation, False),
            (ReasonFlags.affiliation_changed, False),
            (ReasonFlags.privilege_withdrawn, False),
        ],
    )
    def test_reasons(self, ask: Any, reason: ReasonFlags | None, compromised: bool) -> None:
        register = Register()
        register.revoke(SEAL, NOW - DAY, reason)
        assert ask(register).compromised is compromised

    @BOTH
    def test_held(self, ask: Any) -> None:
        register = Register()
        register.revoke(SEAL, NOW - DAY, ReasonFlags.certificate_hold)
        assert ask(register).state is State.HELD

    def test_removed_from_the_list(self) -> None:
        register = Register()
        register.revoke(SEAL, NOW - DAY, ReasonFlags.remove_from_crl)
        assert by_list(register).state is State.GOOD

    def test_a_later_answer_lifts_a_hold_and_never_a_revocation(self) -> None:
        before, after = Register(at=NOW - DAY), Register()
        for reason, state in ((ReasonFlags.certificate_hold, State.GOOD), (ReasonFlags.superseded, State.REVOKED)):
            before.revoke(SEAL, NOW - 2 * DAY, reason)
            evidence = Evidence(crls=(before.crl(), after.crl()))
            assert revocation.judge(SEAL.der, CA.der, by=NOW, evidence=evidence).state is state

    def test_invalid_before_the_day_of_revocation(self) -> None:
        register = Register(invalid={SEAL.certificate.serial_number: NOW - 5 * DAY})
        register.revoke(SEAL, NOW - DAY, ReasonFlags.key_compromise)
        assert by_list(register).since == NOW - 5 * DAY

    @BOTH
    def test_how_far_an_answer_reaches(self, ask: Any) -> None:
        register = Register()
        assert ask(register, NOW - 300 * DAY).state is State.GOOD, "given later"
        assert ask(register, NOW + 7 * DAY).state is State.GOOD, "until its end"
        assert ask(register, NOW + 8 * DAY).state is State.STALE, "too old"

    def test_without_an_end_it_reaches_back_only(self) -> None:
        register = Register(life=None)
        assert by_response(register).state is State.GOOD
        assert by_response(register, NOW + DAY).state is State.STALE

    def test_nothing_at_hand(self) -> None:
        assert revocation.judge(SEAL.der, CA.der, by=NOW, evidence=revocation.NO_EVIDENCE).state is State.UNKNOWN
        assert revocation.judge(b"junk", CA.der, by=NOW, evidence=Evidence(crls=(Register().crl(),))).unusable


class TestLists:
    def test_another_authority(self) -> None:
        assert fault(by_list(Register(holder=OTHER_CA))) is Fault.OTHER_ISSUER

    def test_each_name_counts_by_itself(self) -> None:
        """The list's issuer is that of the certificate, and the one that is given as its authority."""
        assert fault(by_list(Register(holder=OTHER_CA), issuer=OTHER_CA)) is Fault.OTHER_ISSUER
        assert fault(by_list(Register(), issuer=OTHER_CA)) is Fault.OTHER_ISSUER

    def test_an_authority_that_cannot_be_read(self) -> None:
        found = revocation.judge(SEAL.der, b"junk", by=NOW, evidence=Evidence(crls=(Register().crl(),)))
        assert fault(found) is Fault.MALFORMED

    def test_methods_that_are_too_weak_or_unknown(self) -> None:
        assert fault(by_list(Register(digest=hashes.SHA224()))) is Fault.METHOD
        odd = CA.issue(ed448.Ed448PrivateKey.generate(), authorities.authority_plan("Odd"))
        twin = CA.issue(authorities.key("P-256", "odd"), authorities.authority_plan("Odd"))
        seal = twin.issue(authorities.key("P-256", "below odd"), authorities.seal_plan())
        assert fault(by_list(Register(holder=odd), seal=seal, issuer=odd)) is Fault.METHOD

    def test_a_seal_of_somebody_else(self) -> None:
        assert fault(by_list(Register(signing_key=authorities.key("P-256", "x")))) is Fault.SIGNATURE

    def test_one_byte_changed(self) -> None:
        der = bytearray(Register().crl())
        der[60] ^= 1
        found = revocation.judge(SEAL.der, CA.der, by=NOW, evidence=Evidence(crls=(bytes(der),)))
        assert found.state is State.UNKNOWN

    def test_junk(self) -> None:
        evidence = Evidence(crls=(b"", b"junk", SEAL.der))
        found = revocation.judge(SEAL.der, CA.der, by=NOW, evidence=evidence)
        assert {one.fault for one in found.unusable} == {Fault.MALFORMED}

    def test_an_authority_that_may_not_seal_lists(self) -> None:
        plan = authorities.authority_plan("No lists")
        plan = replace(plan, extensions=(plan.extensions[0], (authorities.usage("key_cert_sign"), True)))
        holder = authorities.root().issue(authorities.key("P-256", "no lists"), plan)
        seal = holder.issue(authorities.key("P-256", "below"), authorities.seal_plan())
        assert fault(by_list(Register(holder=holder), seal=seal, issuer=holder)) is Fault.RESPONDER

    @pytest.mark.parametrize(
        ("members", "expected"),
        [
            ({}, None),
            ({"only_contains_user_certs": True}, None),
            ({"only_contains_ca_certs": True}, Fault.SCOPE),
            ({"only_contains_attribute_certs": True}, Fault.SCOPE),
            ({"indirect_crl": True}, Fault.SCOPE),
            ({"only_some_reasons": frozenset({ReasonFlags.key_compromise})}, Fault.SCOPE),
            ({"full_name": [crl_name(LABEL)]}, None),
            ({"full_name": [crl_name("elsewhere")]}, Fault.SCOPE),
        ],
    )
    def test_scope(self, members: dict[str, Any], expected: Fault | None) -> None:
        none = {"full_name": None, "relative_name": None, "only_some_reasons": None}
        flags = ("user_certs", "ca_certs", "attribute_certs")
        every = none | {"indirect_crl": False} | {f"only_contains_{flag}": False for flag in flags} | members
        if not members:
            return
        found = by_list(Register(extensions=((x509.IssuingDistributionPoint(**every), True),)))
        assert found.state is State.GOOD if expected is None else fault(found) is expected

    def test_a_delta(self) -> None:
        assert fault(by_list(Register(extensions=((x509.DeltaCRLIndicator(1), True),)))) is Fault.SCOPE

    def test_what_is_critical_and_not_known(self) -> None:
        odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
        assert fault(by_list(Register(extensions=((odd, True),)))) is Fault.CRITICAL
        assert by_list(Register(extensions=((odd, False),))).state is State.GOOD
        register = Register(entry_extensions=((odd, True),))
        register.revoke(SEAL, NOW - DAY)
        assert fault(by_list(register)) is Fault.CRITICAL

    def test_expired_certificates_vanish_from_lists(self) -> None:
        """After a certificate has ended, being absent says nothing, unless the list says since when it keeps them."""
        ended = CA.issue(authorities.key("P-256", "ended"), replace(authorities.seal_plan(), end=NOW - DAY))
        assert fault(by_list(Register(), NOW - 2 * DAY, ended)) is Fault.TOO_LATE
        for since, state in ((b"20250101000000Z", State.GOOD), (b"20260601000000Z", State.UNKNOWN)):
            kept = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.60"), b"\x18\x0f" + since)
            assert by_list(Register(extensions=((kept, False),)), NOW - 2 * DAY, ended).state is state


class TestResponses:
    def test_a_responder_that_the_authority_authorised(self) -> None:
        found = by_response(Register(answers=responder(CA)))
        assert found.state is State.GOOD
        assert found.statement is not None
        assert found.statement.signer == responder(CA).der
        assert by_response(Register(answers=responder(CA), by_name=False)).state is State.GOOD

    def test_its_certificate_may_come_from_elsewhere(self) -> None:
        register = Register(answers=responder(CA), with_certificate=False)
        assert by_response(register, certificates=(responder(CA).der,)).state is State.GOOD
        assert fault(by_response(register)) is Fault.RESPONDER

    @pytest.mark.parametrize(
        "stranger",
        [
            responder(CA, purpose=False),
            responder(OTHER_CA),
            responder(CA, end=datetime(2025, 6, 1, tzinfo=UTC)),
            responder(CA, start=datetime(2029, 6, 1, tzinfo=UTC)),
            SEAL,
        ],
    )
    def test_one_that_it_did_not(self, stranger: Holder) -> None:
        assert fault(by_response(Register(answers=stranger))) is Fault.RESPONDER

    def test_a_seal_of_somebody_else(self) -> None:
        impostor = authorities.self_issued(authorities.key("P-256", "impostor"), authorities.authority_plan(LABEL))
        assert fault(by_response(Register(answers=impostor, with_certificate=False))) is Fault.SIGNATURE

    def test_a_responder_that_was_revoked_itself(self) -> None:
        answering = responder(CA, nocheck=False)
        lists = Register()
        lists.revoke(answering, NOW - DAY)
        assert by_response(Register(answers=answering), crls=(Register().crl(),)).state is State.GOOD
        evidence = Evidence(ocsps=(Register(answers=answering).ocsp(SEAL.certificate),), crls=(lists.crl(),))
        faults = {one.fault for one in revocation.judge(SEAL.der, CA.der, by=NOW, evidence=evidence).unusable}
        assert faults == {Fault.RESPONDER}

    def test_about_another_certificate(self) -> None:
        other = CA.issue(authorities.key("P-256", "other"), authorities.seal_plan("Other"))
        evidence = Evidence(ocsps=(Register().ocsp(other.certificate),))
        assert fault(revocation.judge(SEAL.der, CA.der, by=NOW, evidence=evidence)) is Fault.OTHER_CERTIFICATE

    def test_the_same_number_of_another_authority(self) -> None:
        evidence = Evidence(ocsps=(Register(holder=OTHER_CA).ocsp(SEAL.certificate, OTHER_CA.certificate),))
        assert fault(revocation.judge(SEAL.der, CA.der, by=NOW, evidence=evidence)) is Fault.OTHER_CERTIFICATE

    def test_an_authority_that_did_not_issue_it(self) -> None:
        """Rightly sealed, about this number under that authority: but the certificate is of another one."""
        evidence = Evidence(ocsps=(Register(holder=OTHER_CA).ocsp(SEAL.certificate, OTHER_CA.certificate),))
        assert fault(revocation.judge(SEAL.der, OTHER_CA.der, by=NOW, evidence=evidence)) is Fault.OTHER_CERTIFICATE

    def test_methods_that_are_too_weak(self) -> None:
        assert fault(by_response(Register(digest=hashes.SHA224()))) is Fault.METHOD
        assert fault(by_response(Register(naming=hashes.SHA224()))) is Fault.METHOD
        assert by_response(Register(naming=hashes.SHA256())).state is State.GOOD

    def test_certificates_that_cannot_be_read(self) -> None:
        evidence = Evidence(ocsps=(Register().ocsp(SEAL.certificate),))
        for subject, authority in ((b"junk", CA.der), (SEAL.der, b"junk")):
            assert fault(revocation.judge(subject, authority, by=NOW, evidence=evidence)) is Fault.MALFORMED

    def test_a_name_that_no_name_can_be(self) -> None:
        """The country of who answers, as a string of bits."""
        good = Register(by_name=True).ocsp(SEAL.certificate)
        odd = good.replace(b"\x06\x03\x55\x04\x06\x13\x02", b"\x06\x03\x55\x04\x06\x03\x02", 1)
        assert odd != good
        for der, expected in ((good, State.GOOD), (odd, State.UNKNOWN)):
            found = revocation.judge(SEAL.der, CA.der, by=NOW, evidence=Evidence(ocsps=(der,)))
            assert found.state is expected
        assert fault(found) is Fault.MALFORMED

    def test_it_does_not_know(self) -> None:
        assert fault(by_response(Register(unknown=True))) is Fault.NO_ANSWER

    def test_it_refuses(self) -> None:
        from cryptography.x509 import ocsp

        der = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
        evidence = Evidence(ocsps=(der.public_bytes(serialization.Encoding.DER), b"", b"junk"))
        found = revocation.judge(SEAL.der, CA.der, by=NOW, evidence=evidence)
        assert [one.fault for one in found.unusable] == [Fault.NO_ANSWER, Fault.MALFORMED, Fault.MALFORMED]

    def test_what_is_critical_and_not_known(self) -> None:
        odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
        assert fault(by_response(Register(response_extensions=((odd, True),)))) is Fault.CRITICAL

    def test_of_a_certificate_that_had_ended(self) -> None:
        ended = CA.issue(authorities.key("P-256", "ended"), replace(authorities.seal_plan(), end=NOW - DAY))
        assert fault(by_response(Register(), NOW - 2 * DAY, ended)) is Fault.TOO_LATE
        assert by_response(Register(at=NOW - 2 * DAY), NOW - 2 * DAY, ended).state is State.GOOD


class TestAsking:
    def stand(self, loader: Any, evidence: Evidence = revocation.NO_EVIDENCE, by: datetime = NOW) -> Standing:
        return revocation_sources.stand(SEAL.der, CA.der, by=by, evidence=evidence, loader=loader)

    def test_the_responder_first_and_the_list_only_if_needed(self) -> None:
        web = Web({LABEL: Register()})
        assert self.stand(web).state is State.GOOD
        assert [url.split("/")[2].split(".")[0] for url in web.asked] == ["ocsp"]
        web = Web({LABEL: Register()}, down={address("ocsp", LABEL)})
        found = self.stand(web)
        assert found.state is State.GOOD
        assert [problem for _, problem in found.asked] == ["timeout", ""]

    def test_nobody_is_asked_where_the_answer_is_at_hand(self) -> None:
        web = Web({LABEL: Register()})
        assert self.stand(web, Evidence(crls=(Register().crl(),))).state is State.GOOD
        assert web.asked == []
        self.stand(web, Evidence(crls=(Register(at=NOW - 30 * DAY).crl(),)))
        assert web.asked, "an old answer is not enough"

    def test_nobody_answers(self) -> None:
        found = self.stand(Web({}))
        assert found.state is State.UNKNOWN
        assert len(found.asked) == 2
        assert self.stand(OFFLINE).state is State.UNKNOWN

    def test_an_answer_that_was_changed_on_its_way(self) -> None:
        web = Web({LABEL: Register()}, spoil=lambda body: body[:-1] + bytes([body[-1] ^ 1]))
        found = self.stand(web)
        assert found.state is State.UNKNOWN
        assert len(found.unusable) == 2

    def test_a_list_in_text_form(self) -> None:
        def pem(body: bytes) -> bytes:
            return x509.load_der_x509_crl(body).public_bytes(serialization.Encoding.PEM)

        web = Web({LABEL: Register()}, down={address("ocsp", LABEL)}, spoil=pem)
        assert self.stand(web).state is State.GOOD

    def test_missing_authorities_are_fetched(self) -> None:
        web = Web({LABEL: Register()})
        assert revocation_sources.ascend(SEAL.der, (), loader=web) == (SEAL.der, CA.der)
        assert revocation_sources.ascend(SEAL.der, ()) == (SEAL.der,)
        chain = (authorities.root().der, OTHER_CA.der, CA.der)
        assert revocation_sources.ascend(SEAL.der, chain) == (SEAL.der, CA.der, authorities.root().der)

    def test_a_wrong_authority_is_not_taken(self) -> None:
        impostor = authorities.self_issued(authorities.key("P-256", "impostor"), authorities.authority_plan(LABEL))
        web = Web({LABEL: Register(holder=impostor)})
        assert revocation_sources.ascend(SEAL.der, (impostor.der,), loader=web) == (SEAL.der,)

    def test_over_http_only_what_proves_itself(self) -> None:
        url = f"{address('crl', LABEL)}/list.crl"
        snapshot = SnapshotLoader({url: Recorded(read=Register().crl)})
        assert self.stand(snapshot).state is State.GOOD
        with pytest.raises(Exception, match="not one we may contact"):
            snapshot.load(url)
        divided = Divided(strict=OFFLINE, plain=Web({LABEL: Register()}))
        assert self.stand(divided).state is State.GOOD
        with pytest.raises(Exception, match="offline"):
            divided.load("https://status.example/1")


def test_the_clock_of_the_simulator_has_a_zone() -> None:
    assert NOW.tzinfo is UTC


@pytest.mark.parametrize(
    "der",
    [
        b"\x17\x0f20260101000000Z",
        b"\x18\x0e20260101000000Z",
        b"\x18\x0f2026010100000Z",
        b"\x18\x1120260101000000.5Z",
        b"\x18\x0f20260101000000A",
        b"\x18\x0f20261301000000Z",
        b"\x18\x0f2026010100000\xb2Z",
        b"",
    ],
)
def test_what_is_no_time_of_a_certificate(der: bytes) -> None:
    assert generalized_time(b"\x18\x0f20260101000000Z") == datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match=r"GeneralizedTime|match|ascii"):
        generalized_time(der)
