"""RFC 5280, 6: the path from a seal to an anchor, and for each rule a twin with one fault."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import algos, core
from asn1crypto import x509 as asn1
from cryptography import x509 as pyca

from mikra.trust import certificates, x509
from mikra.trust.x509 import Outcome
from tests.simulators import europe
from tests.simulators.authorities import Holder, Plan

AT = datetime(2026, 6, 1, tzinfo=UTC)


def outcome(leaf: Holder, *, at: datetime = AT, **given: Any) -> Outcome:
    known = {"anchors": [europe.root().der], "intermediates": [europe.intermediate().der]} | given
    return x509.build_path(leaf.der, at=at, **known).outcome


def under(plan: Plan, label: str = "twin") -> Holder:
    """A seal under an authority made by this plan, itself under the simulated root."""
    return europe.root().issue(europe.key("P-256", label), plan).issue(europe.key("P-256"), europe.seal_plan())


def signed_by_hand(issuer: Holder, der: bytes, digest: str) -> bytes:
    """The same certificate, its signature made anew with RSA and any digest."""
    certificate = asn1.Certificate.load(der)
    algorithm = {"algorithm": f"{digest}_rsa", "parameters": core.Null()}
    body = certificate["tbs_certificate"]
    body["signature"] = algorithm
    numbers = issuer.key.private_numbers()
    value = hashlib.new(digest, body.dump(force=True)).digest()
    named = algos.DigestInfo({"digest_algorithm": {"algorithm": digest, "parameters": core.Null()}, "digest": value})
    block = b"\0" + named.dump()
    block = b"\0\1" + b"\xff" * (256 - 2 - len(block)) + block
    signature = pow(int.from_bytes(block), numbers.d, numbers.public_numbers.n).to_bytes(256)
    signed = {"tbs_certificate": body, "signature_algorithm": algorithm, "signature_value": signature}
    return bytes(asn1.Certificate(signed).dump())


class TestFound:
    def test_leaf_intermediate_root(self) -> None:
        leaf, middle, root = europe.seal(), europe.intermediate(), europe.root()
        path = x509.build_path(leaf.der, at=AT, anchors=[root.der], intermediates=[middle.der])
        assert path.outcome is Outcome.ANCHORED
        assert path.certificates == (leaf.der, middle.der, root.der)
        assert path.anchor == root.der

    def test_an_intermediate_as_anchor(self) -> None:
        path = x509.build_path(europe.seal().der, at=AT, anchors=[europe.intermediate().der])
        assert path.certificates == (europe.seal().der, europe.intermediate().der)

    @pytest.mark.parametrize("kind", ["RSA", "P-384", "Ed25519"])
    def test_every_kind_of_key(self, kind: str) -> None:
        assert outcome(europe.seal(kind)) is Outcome.ANCHORED

    def test_a_leaf_trusted_by_itself(self) -> None:
        own = europe.self_issued(europe.key("P-256"), europe.seal_plan())
        assert outcome(own) is Outcome.NOT_ANCHORED
        assert outcome(own, anchors=[own.der]) is Outcome.ANCHORED
        assert outcome(own, trusted={certificates.fingerprint(own.der)}) is Outcome.ANCHORED
        assert outcome(own, trusted={certificates.fingerprint(europe.seal().der)}) is Outcome.NOT_ANCHORED

    def test_certificates_that_lead_nowhere_do_no_harm(self) -> None:
        noise = [b"", b"no certificate", europe.seal("RSA").der, europe.root("Another root").der]
        given = [*noise, europe.intermediate().der]
        assert outcome(europe.seal(), intermediates=given, anchors=[*noise, europe.root().der]) is Outcome.ANCHORED

    def test_the_dates_of_an_anchor_do_not_count(self) -> None:
        """RFC 5280, 6.1.1 (d): an anchor is trusted by being one."""
        ended = replace(europe.authority_plan("Old root"), end=datetime(2025, 6, 1, tzinfo=UTC))
        root = europe.self_issued(europe.key("P-384", "old"), ended)
        leaf = root.issue(europe.key("P-256"), europe.seal_plan())
        assert outcome(leaf, anchors=[root.der], intermediates=[]) is Outcome.ANCHORED

    def test_a_timestamp_authority(self) -> None:
        assert outcome(europe.time_holder()) is Outcome.ANCHORED


class TestNotFound:
    def test_no_anchor(self) -> None:
        assert outcome(europe.seal(), anchors=[]) is Outcome.NOT_ANCHORED
        assert outcome(europe.seal(), anchors=[europe.root("Another root").der]) is Outcome.NOT_ANCHORED

    def test_no_intermediate(self) -> None:
        assert outcome(europe.seal(), intermediates=[]) is Outcome.NOT_ANCHORED

    def test_the_same_name_with_another_key(self) -> None:
        """Names chain, the signature does not."""
        twin = europe.self_issued(europe.key("P-384", "impostor"), europe.authority_plan("Simulated root"))
        assert twin.certificate.subject == europe.root().certificate.subject
        assert outcome(europe.seal(), anchors=[twin.der]) is Outcome.NOT_ANCHORED

    def test_the_same_key_under_another_name(self) -> None:
        """The signature holds, names do not chain."""
        twin = europe.self_issued(europe.key("P-384", "Simulated root"), europe.authority_plan("Other root"))
        assert outcome(europe.seal(), anchors=[twin.der]) is Outcome.NOT_ANCHORED

    @pytest.mark.parametrize("place", [-1, -20, 60, 120])
    def test_one_byte_changed(self, place: int) -> None:
        """In the signature or in the body of the intermediate."""
        der = bytearray(europe.intermediate().der)
        der[place] ^= 1
        assert outcome(europe.seal(), intermediates=[bytes(der)]) is Outcome.NOT_ANCHORED

    @pytest.mark.parametrize("fault", ["expired", "not yet"])
    def test_an_intermediate_out_of_its_dates(self, fault: str) -> None:
        dates = (
            {"end": datetime(2026, 1, 1, tzinfo=UTC)}
            if fault == "expired"
            else {"start": datetime(2027, 1, 1, tzinfo=UTC)}
        )
        leaf = under(replace(europe.authority_plan("Dated authority"), **dates))
        assert outcome(leaf, intermediates=leaf.chain) is Outcome.NOT_ANCHORED
        then = datetime(2025, 6, 1, tzinfo=UTC) if fault == "expired" else datetime(2028, 1, 1, tzinfo=UTC)
        assert outcome(leaf, intermediates=leaf.chain, at=then) is Outcome.ANCHORED

    def test_a_seal_is_no_authority(self) -> None:
        """A holder of a seal issues a seal for another: refused, even where the holder is an anchor."""
        leaf = europe.seal().issue(europe.key("P-256", "victim"), europe.seal_plan("University of Elsewhere"))
        assert outcome(leaf, intermediates=leaf.chain) is Outcome.NOT_ANCHORED
        assert outcome(leaf, anchors=[europe.seal().der]) is Outcome.NOT_ANCHORED

    def test_no_basic_constraints(self) -> None:
        plan = europe.authority_plan("Old form")
        assert outcome(under(plan), intermediates=under(plan).chain) is Outcome.ANCHORED
        bare = replace(plan, extensions=plan.extensions[1:])
        assert outcome(under(bare), intermediates=under(bare).chain) is Outcome.NOT_ANCHORED
        denied = (pyca.BasicConstraints(ca=False, path_length=None), True)
        no = replace(plan, extensions=(denied, *plan.extensions[1:]))
        assert outcome(under(no), intermediates=under(no).chain) is Outcome.NOT_ANCHORED

    def test_an_authority_without_the_right_to_issue(self) -> None:
        plan = europe.authority_plan("No right")
        wrong = replace(plan, extensions=(plan.extensions[0], (europe.usage("digital_signature"), True)))
        assert outcome(under(wrong), intermediates=under(wrong).chain) is Outcome.NOT_ANCHORED

    def test_path_length(self) -> None:
        top = europe.root().issue(europe.key("P-256", "top"), europe.authority_plan("Top", path_length=0))
        below = top.issue(europe.key("P-256", "below"), europe.authority_plan("Below"))
        leaf = below.issue(europe.key("P-256"), europe.seal_plan())
        assert outcome(leaf, intermediates=leaf.chain) is Outcome.NOT_ANCHORED
        assert outcome(leaf, anchors=[top.der], intermediates=leaf.chain) is Outcome.NOT_ANCHORED
        direct = top.issue(europe.key("P-256"), europe.seal_plan())
        assert outcome(direct, intermediates=direct.chain) is Outcome.ANCHORED

    def test_a_circle(self) -> None:
        one = europe.self_issued(europe.key("P-256", "c1"), europe.authority_plan("Circle one"))
        two = one.issue(europe.key("P-256", "c2"), europe.authority_plan("Circle two"))
        back = two.issue(europe.key("P-256", "c1"), europe.authority_plan("Circle one"))
        leaf = two.issue(europe.key("P-256"), europe.seal_plan())
        assert outcome(leaf, intermediates=[two.der, back.der, one.der]) is Outcome.NOT_ANCHORED

    def test_too_long(self) -> None:
        holder = europe.root()
        for n in range(7):
            holder = holder.issue(europe.key("P-256", f"level {n}"), europe.authority_plan(f"Level {n}"))
        leaf = holder.issue(europe.key("P-256"), europe.seal_plan())
        assert outcome(leaf, intermediates=leaf.chain) is Outcome.NOT_ANCHORED
        shorter = europe.seal_plan()
        assert outcome(holder.issue(europe.key("P-256"), shorter), anchors=[holder.der]) is Outcome.ANCHORED

    def test_many_of_one_name_cost_little(self) -> None:
        plans = [replace(europe.authority_plan("Simulated authority"), serial=n + 1) for n in range(300)]
        flood = [europe.self_issued(europe.key("P-256", "flood"), plan).der for plan in plans]
        right = europe.intermediate().der
        assert outcome(europe.seal(), intermediates=[*flood[:150], right]) is Outcome.ANCHORED
        assert outcome(europe.seal(), intermediates=[*flood, right]) is Outcome.NOT_ANCHORED

    @pytest.mark.parametrize(("digest", "expected"), [("sha256", Outcome.ANCHORED), ("sha1", Outcome.NOT_ANCHORED)])
    def test_sha1(self, digest: str, expected: Outcome) -> None:
        """A path over SHA-1 is no path. No library makes such certificates any more, so by hand (RFC 8017, 9.2)."""
        root = europe.self_issued(europe.key("RSA", "sha1"), europe.authority_plan("SHA-1 root"))
        der = signed_by_hand(root, root.issue(europe.key("P-256"), europe.seal_plan()).der, digest)
        assert x509.build_path(der, at=AT, anchors=[root.der]).outcome is expected

    def test_a_critical_extension_that_nobody_knows(self) -> None:
        unknown = pyca.UnrecognizedExtension(pyca.ObjectIdentifier("2.25.1"), b"\x05\x00")
        plan = europe.seal_plan()
        for critical, expected in ((False, Outcome.ANCHORED), (True, Outcome.NOT_ANCHORED)):
            marked = replace(plan, extensions=(*plan.extensions, (unknown, critical)))
            assert outcome(europe.intermediate().issue(europe.key("P-256"), marked)) is expected
            authority = europe.authority_plan("Marked authority")
            leaf = under(replace(authority, extensions=(*authority.extensions, (unknown, critical))))
            assert outcome(leaf, intermediates=leaf.chain) is expected

    def test_name_constraints_are_not_passed_over(self) -> None:
        names = pyca.NameConstraints(permitted_subtrees=[pyca.DNSName("example.test")], excluded_subtrees=None)
        plan = europe.authority_plan("Constrained")
        for critical in (True, False):
            leaf = under(replace(plan, extensions=(*plan.extensions, (names, critical))))
            assert outcome(leaf, intermediates=leaf.chain) is Outcome.NOT_ANCHORED

    def test_a_certificate_for_something_else(self) -> None:
        plan = europe.seal_plan()
        other = replace(plan, extensions=((europe.usage("key_encipherment"), True),))
        assert outcome(europe.intermediate().issue(europe.key("P-256"), other)) is Outcome.NOT_ANCHORED
        fits = replace(plan, extensions=((europe.usage("content_commitment"), True),))
        assert outcome(europe.intermediate().issue(europe.key("P-256"), fits)) is Outcome.ANCHORED


class TestDates:
    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            (datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC), Outcome.NOT_YET_VALID),
            (europe.START, Outcome.ANCHORED),
            (europe.END, Outcome.ANCHORED),
            (datetime(2030, 1, 1, 0, 0, 1, tzinfo=UTC), Outcome.EXPIRED),
        ],
    )
    def test_to_the_second(self, at: datetime, expected: Outcome) -> None:
        assert outcome(europe.seal(), at=at) is expected

    def test_expired_and_still_anchored(self) -> None:
        known = {"anchors": [europe.root().der], "intermediates": [europe.intermediate().der]}
        leaf = europe.expired_seal().der
        assert x509.build_path(leaf, at=AT, **known).outcome is Outcome.EXPIRED
        assert x509.build_path(leaf, at=AT, **known).anchored
        assert not x509.build_path(leaf, at=AT).anchored

    def test_no_certificate(self) -> None:
        assert x509.build_path(b"x", at=AT).outcome is Outcome.MALFORMED


@pytest.mark.published
def test_the_official_sample(published: Path) -> None:
    """Valid at the time of sealing, expired since, anchored nowhere; it states a qualified certificate for seals."""
    from mikra.sealing import jades

    one = jades.unseal((published / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes()).seals[0]
    assert one.certificate is not None
    assert one.claimed_at is not None
    facts = certificates.read(one.certificate)
    assert facts.common_name == "TEST SEAL"
    assert facts.organization_identifier == "VATES-A00000000"
    assert facts.country == "ES"
    assert facts.qualified.states_seal
    assert facts.qualified.retention == 15
    assert facts.valid_to == datetime(2025, 5, 10, 14, 31, 15, tzinfo=UTC)
    assert x509.build_path(one.certificate, at=AT, intermediates=one.chain).outcome is Outcome.EXPIRED
    then = x509.build_path(one.certificate, at=one.claimed_at, intermediates=one.chain)
    assert then.outcome is Outcome.NOT_ANCHORED
    anchored = [c for c in one.chain if x509.build_path(one.certificate, at=one.claimed_at, anchors=[c]).anchored]
    assert [certificates.read(c).common_name for c in anchored] == ["ANF AC Qualified Certificates for eSeal"]
    tokens = jades.check_timestamps(one)
    roots = [c for c in one.chain if certificates.read(c).common_name == "root-ca"]
    for _, result in tokens:
        assert result.certificate is not None
        assert result.time is not None
        path = x509.build_path(result.certificate, at=result.time, anchors=roots, intermediates=result.chain)
        assert path.outcome is Outcome.ANCHORED
