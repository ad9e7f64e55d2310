"""Seals that are to last: judged years later, through withdrawn certificates and chains of timestamps."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography.x509 import ReasonFlags

from mikra.report import Report, Verdict
from mikra.sealing import jades
from mikra.sealing.jades import Level
from mikra.trust.loader import OFFLINE
from mikra.verification import Policy, verify
from tests.simulators.longterm import POLICY, SEALS, TIMES, World, clockmaker, lasting, sealer
from tests.simulators.withdrawals import address


def on(year: int, month: int = 6, day: int = 15) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def judged(data: bytes, at: datetime, policy: Policy = POLICY, loader: Any = OFFLINE) -> Report:
    (report,) = verify(data, at=at, policy=policy, loader=loader)
    return report


def told(report: Report, check: str = "seal.certificate") -> str:
    return report.check(check).reason.text()


@cache
def once() -> bytes:
    return lasting()


@cache
def renewed() -> bytes:
    return lasting(renewed=(2028,))


def items(data: bytes) -> list[str]:
    return list(json.loads(data)["signatures"][0]["header"]["etsiU"])


def with_items(data: bytes, texts: list[str]) -> bytes:
    file = json.loads(data)
    file["signatures"][0]["header"]["etsiU"] = texts
    return json.dumps(file).encode()


def opened(text: str) -> dict[str, Any]:
    return dict(json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def closed(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class TestYearsLater:
    def test_the_level_and_what_it_means(self) -> None:
        assert [jades.unseal(lasting(to)).seals[0].level for to in (Level.T, Level.LT, Level.LTA)] == [
            Level.T,
            Level.LT,
            Level.LTA,
        ]
        findings = {f.rule: f for f in judged(once(), on(2026)).check("seal.certificate").findings}
        assert findings["seal.longterm"].found == "B-LTA"
        assert "said on 1 June 2026" in findings["seal.revocation"].what.text()
        assert "Seal authority" in findings["seal.revocation.authority"].what.text()

    @pytest.mark.parametrize(
        ("moment", "code"),
        [
            (on(2026), "valid"),
            (on(2027), "valid"),
            (on(2028), "valid"),  # the seal's certificate has ended
            (on(2029), "seal_time_not_proven"),  # so has that of its timestamps
            (on(2026, 1), "credential_not_yet_valid"),
        ],
    )
    def test_one_generation(self, moment: datetime, code: str) -> None:
        assert judged(once(), moment).code == code

    @pytest.mark.parametrize(
        ("moment", "code"),
        [(on(2027), "valid"), (on(2028), "valid"), (on(2030), "valid"), (on(2033, 12), "valid")]
        + [(on(2034), "seal_time_not_proven")],
    )
    def test_two_generations(self, moment: datetime, code: str) -> None:
        assert judged(renewed(), moment).code == code

    def test_it_says_why_it_is_not_proven(self) -> None:
        report = judged(once(), on(2029))
        assert "It was valid by a proof of time that does not count any more" in told(report)
        assert "no later proof of time covers it" in told(report, "seal.timestamp")

    def test_an_authority_that_nobody_trusts_proves_nothing(self) -> None:
        seals_alone = Policy(anchors=POLICY.anchors[:1])
        assert judged(renewed(), on(2027), seals_alone).code == "valid", "within its dates its own word is enough"
        assert judged(renewed(), on(2028), seals_alone).code == "seal_time_not_proven"

    def test_a_generation_that_came_too_late_saves_nothing(self) -> None:
        """Stamped anew when the first authority had ended already: the chain has a gap."""
        from mikra.issuance import extension_steps as steps

        world = World()
        world.pass_to(2029, 6, 1)
        world.authority.number = 2
        data = once()
        token = world.authority.timestamp(hashlib.sha256(steps.imprint(data, 0, steps.RENEW)).digest())
        data = steps.with_token(data, 0, steps.RENEW, token)
        assert jades.unseal(data).seals[0].kinds.count("arcTst") == 2
        assert judged(data, on(2030)).code == "seal_time_not_proven"

    def test_every_generation_is_kept(self) -> None:
        first, second = items(once()), items(renewed())
        assert [next(iter(opened(t))) for t in second] == ["sigTst", "xVals", "rVals", "arcTst", "tstVD", "arcTst"]
        assert [next(iter(opened(t))) for t in first] == ["sigTst", "xVals", "rVals", "arcTst"]

    def test_the_time_claimed_in_the_newer_way(self) -> None:
        """`iat` beside `sigT` (TS 119 182-1, 1.2.1): read, and held against the certificate."""
        from tests.sealing.test_jades import foreign, header

        at = datetime(2026, 6, 1, 12, 30, 15, tzinfo=UTC)
        both = jades.unseal(foreign(header(iat=int(at.timestamp())))).seals[0]
        alone = jades.unseal(foreign(header(sigT=None, iat=int(at.timestamp()), crit=["b64"]))).seals[0]
        assert both.claimed_at == alone.claimed_at == at


class TestBrokenAdditions:
    """What is changed proves nothing; what it covered must stand by itself."""

    def spoiled(self, kind: str, number: int = -1) -> bytes:
        """The token of that kind with its imprint over something else: that of another file."""
        texts, others = items(renewed()), items(lasting(renewed=(2028,)))
        places = [i for i, text in enumerate(texts) if kind in opened(text)]
        world = World()
        world.seal(id="urn:credential:00000000-0000-4000-8000-00000000000f")
        world.extend()
        other = items(world.store.files["a.jsonld"])
        texts[places[number]] = next(text for text in other if kind in opened(text))
        assert others[places[number]] != texts[places[number]]
        return with_items(renewed(), texts)

    def test_the_last_archive_timestamp(self) -> None:
        data = self.spoiled("arcTst")
        assert judged(data, on(2028)).code == "valid", "not relied on yet"
        assert judged(data, on(2030)).code == "seal_time_not_proven", "relied on"
        findings = judged(data, on(2028)).check("seal.timestamp").findings
        assert [f.severity for f in findings] == ["information", "information", "warning"]

    def test_the_timestamp_over_the_seal(self) -> None:
        for moment in (on(2026), on(2030)):
            report = judged(self.spoiled("sigTst"), moment)
            assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "signature_invalid")

    @pytest.mark.parametrize("gone", ["xVals", "rVals", "tstVD"])
    def test_something_taken_out_of_the_middle(self, gone: str) -> None:
        texts = [text for text in items(renewed()) if gone not in opened(text)]
        assert judged(with_items(renewed(), texts), on(2030)).code in ("seal_time_not_proven", "seal_not_trusted")

    def test_something_put_in_between(self) -> None:
        texts = items(renewed())
        texts.insert(4, closed({"xVals": [{"x509Cert": {"val": "AAAA"}}]}))
        assert judged(with_items(renewed(), texts), on(2030)).code == "seal_time_not_proven"
        texts = [*items(renewed()), closed({"xVals": [{"x509Cert": {"val": "AAAA"}}]})]
        assert judged(with_items(renewed(), texts), on(2030)).code == "valid", "after the last token: covered by nobody"

    def test_the_order_changed(self) -> None:
        texts = items(renewed())
        texts[1], texts[2] = texts[2], texts[1]
        assert judged(with_items(renewed(), texts), on(2030)).code == "seal_time_not_proven"

    def test_an_archive_timestamp_over_half_of_it(self) -> None:
        texts = items(renewed())
        last = opened(texts[-1])
        last["arcTst"]["timeStamped"] = "previousArcTst"
        report = judged(with_items(renewed(), [*texts[:-1], closed(last)]), on(2030))
        assert report.code == "seal_time_not_proven"


class TestWithdrawn:
    """The seal's certificate is revoked on a day of 2027; the register is asked in 2027 or later."""

    DAY = on(2027, 3)

    def world(self, reason: ReasonFlags | None = ReasonFlags.superseded, at: datetime = DAY, **held: Any) -> World:
        world = World()
        world.registers[SEALS].revoke(sealer(), at, reason)
        world.clock.now = on(2027)
        return world

    @pytest.mark.parametrize("level", [Level.T, Level.LT, Level.LTA])
    @pytest.mark.parametrize("reason", [None, ReasonFlags.key_compromise, ReasonFlags.superseded])
    def test_after_it_was_sealed_the_seal_holds(self, level: Level, reason: ReasonFlags | None) -> None:
        report = judged(lasting(level), on(2027), loader=self.world(reason).loader)
        assert report.verdict is Verdict.TOTAL_PASSED

    def test_and_it_says_so(self) -> None:
        report = judged(lasting(Level.T), on(2027), loader=self.world().loader)
        assert "withdrew the seal of University of Somewhere on 15 March 2027" in told(report)
        assert "This was sealed before that." in told(report)

    @pytest.mark.parametrize("level", [Level.T, Level.B])
    def test_before_it_was_sealed_it_fails(self, level: Level) -> None:
        loader = self.world(at=on(2026, 2)).loader
        data = lasting(level) if level is Level.T else World().seal()
        report = judged(data, on(2027), loader=loader)
        assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "seal_certificate_revoked")
        assert report.sentence.text().startswith("The seal was withdrawn by its authority before this was sealed")

    @pytest.mark.parametrize(
        ("reason", "code"),
        [
            (ReasonFlags.superseded, "seal_time_not_proven"),
            (ReasonFlags.key_compromise, "key_compromised"),
            (None, "key_compromised"),
        ],
    )
    def test_without_proof_of_time_its_own_word_is_not_enough(self, reason: ReasonFlags | None, code: str) -> None:
        assert judged(World().seal(), on(2027), loader=self.world(reason).loader).code == code

    def test_a_proof_of_nobody_in_particular_does_not_help(self) -> None:
        policy = Policy(anchors=POLICY.anchors[:1])
        report = judged(lasting(Level.T), on(2027), policy, self.world(ReasonFlags.key_compromise).loader)
        assert report.code == "key_compromised"

    def test_a_withdrawal_after_the_moment_asked_for_is_none_yet(self) -> None:
        report = judged(World().seal(), on(2027, 1), loader=self.world(ReasonFlags.key_compromise).loader)
        assert report.verdict is Verdict.TOTAL_PASSED
        assert "after the moment asked for" in told(report)

    def test_suspended(self) -> None:
        report = judged(World().seal(), on(2027), loader=self.world(ReasonFlags.certificate_hold).loader)
        assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "seal_certificate_suspended")
        assert "suspended" in report.sentence.text()

    def test_the_authority_above_counts_too(self) -> None:
        world = World()
        from tests.simulators.longterm import top

        world.registers[f"{SEALS} root"].revoke(top(SEALS), on(2026, 2), ReasonFlags.ca_compromise)
        world.clock.now = on(2027)
        assert judged(World().seal(), on(2027), loader=world.loader).code == "seal_certificate_revoked"
        assert judged(lasting(Level.T), on(2027), loader=world.loader).code == "seal_certificate_revoked"

    def test_a_seal_that_was_named_is_asked_about_as_well(self) -> None:
        from mikra.trust.certificates import fingerprint

        named = Policy(trusted_seals=frozenset({fingerprint(sealer().der)}))
        assert judged(World().seal(), on(2027), named, World().loader).code == "valid"
        loader = self.world(at=on(2026, 2)).loader
        assert judged(World().seal(), on(2027), named, loader).code == "seal_certificate_revoked"

    def test_what_the_seal_carries_speaks_without_any_network(self) -> None:
        """A list in the seal that says revoked is believed, whoever put it there: its authority sealed it."""
        world = self.world(at=on(2026, 2))
        world.loader.asked.clear()
        crl = world.registers[SEALS].crl()
        from mikra.sealing import jades_extend
        from mikra.sealing.etsiu import ValidationData
        from tests.simulators.longterm import top

        values = ValidationData(certificates=(top(SEALS).der,), crls=(crl,))
        data = jades_extend.with_values(World().seal(), 0, values)
        assert judged(data, on(2027)).code == "seal_certificate_revoked"


class TestAsking:
    def test_not_revoked_as_of(self) -> None:
        world = World()
        report = judged(World().seal(), world.clock.now, loader=world.loader)
        assert "said on 1 June 2026, 12:00 (UTC) that this seal was not withdrawn" in told(report)
        assert [url.split("/")[2].split(".")[0] for url in world.web.asked][:2] == ["ca", "ocsp"]

    def test_offline_says_so(self) -> None:
        report = judged(World().seal(), on(2026))
        findings = {f.rule: f.what.text() for f in report.check("seal.certificate").findings}
        assert "not asked" in findings["seal.revocation"] or "could not be asked" in findings["seal.revocation"]
        assert report.verdict is Verdict.INDETERMINATE, "the authority between is not at hand either"

    def test_nobody_answers(self) -> None:
        world = World()
        world.web.down |= {address(kind, SEALS) for kind in ("ocsp", "crl")}
        report = judged(World().seal(), world.clock.now, loader=world.loader)
        findings = {f.rule: f.what.text() for f in report.check("seal.certificate").findings}
        assert "could not be asked" in findings["seal.revocation"]
        assert report.verdict is Verdict.TOTAL_PASSED
        strict = replace(POLICY, revocation_required=True)
        report = judged(World().seal(), world.clock.now, strict, world.loader)
        assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "seal_revocation_unknown")

    def test_what_is_at_hand_is_not_asked_for(self) -> None:
        world = World()
        assert judged(lasting(Level.LT), world.clock.now + timedelta(days=1), loader=world.loader).code == "valid"
        assert world.web.asked == []

    def test_a_policy_that_wants_to_know_is_content_with_what_the_seal_carries(self) -> None:
        strict = replace(POLICY, revocation_required=True)
        assert judged(once(), on(2026, 6, 3), strict).code == "valid"


class TestTimestampAuthorities:
    """Their certificates may be revoked too (RFC 3161, 4)."""

    def world(self, reason: ReasonFlags | None, at: datetime) -> World:
        world = World()
        world.registers[TIMES].revoke(clockmaker(1), at, reason)
        world.clock.now = on(2028)
        return world

    @pytest.mark.parametrize(
        ("reason", "at", "code"),
        [
            (ReasonFlags.cessation_of_operation, on(2027, 3), "valid"),
            (ReasonFlags.cessation_of_operation, on(2026, 2), "seal_time_not_proven"),
            (ReasonFlags.key_compromise, on(2027, 3), "seal_time_not_proven"),
            (None, on(2027, 3), "seal_time_not_proven"),
            (ReasonFlags.key_compromise, on(2028, 9), "valid"),
        ],
    )
    def test_its_tokens(self, reason: ReasonFlags | None, at: datetime, code: str) -> None:
        assert judged(lasting(Level.T), on(2028), loader=self.world(reason, at).loader).code == code

    def test_an_archive_timestamp_of_another_authority_saves_them(self) -> None:
        """Compromised in 2028, long after another authority had covered its token."""
        world = World()
        world.seal()
        world.extend()
        world.pass_to(2027, 6, 1)
        world.authority.number = 2
        world.extend(renew_before=timedelta(days=2000))
        data = world.store.files["a.jsonld"]
        loader = self.world(ReasonFlags.key_compromise, on(2028, 3)).loader
        assert judged(data, on(2028), loader=loader).code == "valid"
        assert judged(once(), on(2028), loader=loader).code == "seal_time_not_proven"


class TestFading:
    """A method that ends on a day: what is proven before it stays, the rest does not."""

    def policy(self, **faded: datetime) -> Policy:
        return replace(POLICY, faded=faded)

    def test_the_method_of_the_seal(self) -> None:
        assert judged(once(), on(2027), self.policy(ES256=on(2026, 12))).code == "valid"
        assert judged(World().seal(), on(2027), self.policy(ES256=on(2026, 12)), World().loader).code == (
            "seal_time_not_proven"
        )
        assert judged(once(), on(2027), self.policy(RS256=on(2020))).code == "valid"

    def test_the_method_of_a_timestamp(self) -> None:
        assert judged(once(), on(2028), self.policy(secp256r1=on(2028, 3))).code == "seal_time_not_proven"
        assert judged(once(), on(2028), self.policy(secp256r1=on(2029))).code == "valid"
