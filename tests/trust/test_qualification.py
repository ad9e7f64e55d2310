"""Is it a qualified certificate for seals, at a time, as the lists say? Every yes has its twins that say no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from mikra.trust.qualification import Answer, Level, Reason, assess, assess_timestamp
from mikra.trust.trusted_list_update import update
from mikra.trust.trusted_lists import TrustedLists, open_snapshot
from tests.simulators import europe
from tests.simulators import trusted_lists as simulated
from tests.simulators.authorities import ESEAL, ESIGN, Holder
from tests.simulators.trusted_lists import (
    FOR_SEALS,
    FOR_SIGNATURES,
    GRANTED,
    WITHDRAWN,
    ListXml,
    Said,
    ServiceXml,
    StateXml,
    published,
    services,
)
from tests.trust.test_trusted_lists import NOW, web

pytestmark = pytest.mark.extra("trust")

DAY = timedelta(days=1)


def lists(*countries: ListXml, **made: Any) -> TrustedLists:
    return open_snapshot(fetched_files(*countries, **made).get, published().signers)


def fetched_files(*countries: ListXml, **made: Any) -> dict[str, bytes]:
    found = published(*countries, **made)
    return update(web(found.files), url=simulated.LOTL_URL, signers=found.signers, now=NOW).files


def of_states(*states: StateXml) -> TrustedLists:
    return lists(ListXml(services=services(states=states)))


def certificate(*, compliance: bool = True, kind: str = ESEAL, sscd: bool = True) -> Holder:
    statements = europe.qc_statements(compliance=compliance, kind=kind, sscd=sscd)
    bare = europe.seal_plan(qualified=False)
    policy = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("0.4.0.194112.1.3"), None)])
    plan = replace(bare, extensions=(*bare.extensions, (statements, False), (policy, False)))
    return europe.intermediate().issue(europe.key("P-256", "sealed"), plan)


def ask(held: Holder, known: TrustedLists, at: datetime = NOW) -> Answer:
    return assess(held.der, at=at, chain=held.chain, lists=known)


def verdict(held: Holder, known: TrustedLists, at: datetime = NOW) -> tuple[Level, Reason, bool]:
    found = ask(held, known, at)
    return found.level, found.reason, found.vouched


def test_a_qualified_seal() -> None:
    found = ask(certificate(), of_states(StateXml()))
    assert (found.level, found.reason, found.vouched) == (Level.QUALIFIED, Reason.GRANTED, True)
    assert found.source is not None
    assert (found.source.territory, found.source.issued) == ("IE", simulated.ISSUED)
    assert found.service is not None
    assert found.service.name == {"en": "Certificates for seals"}
    assert found.state is not None
    assert found.state.since == simulated.SINCE


def test_without_a_device_it_is_an_advanced_seal_with_a_qualified_certificate() -> None:
    held = certificate(sscd=False)
    assert verdict(held, of_states(StateXml())) == (Level.ADVANCED_QUALIFIED, Reason.NO_DEVICE, True)


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (certificate(compliance=False), Reason.NOT_QUALIFIED),
        (certificate(kind=ESIGN), Reason.NOT_FOR_SEALS),
        (certificate(kind=""), Reason.NOT_FOR_SEALS),
        (certificate(compliance=False, kind="", sscd=False), Reason.NOT_QUALIFIED),
    ],
)
def test_what_the_certificate_does_not_say(held: Holder, reason: Reason) -> None:
    assert verdict(held, of_states(StateXml())) == (Level.NOT_DETERMINED, reason, True)


def test_who_is_not_listed_is_not_known() -> None:
    known = of_states(StateXml())
    stranger = europe.self_issued(europe.key("P-256", "own"), europe.seal_plan("Own"))
    assert verdict(stranger, known) == (Level.NOT_DETERMINED, Reason.NOT_LISTED, False)
    twin = europe.self_issued(europe.key("P-384", "twin"), europe.authority_plan("Simulated authority"))
    forged = twin.issue(europe.key("P-256"), europe.seal_plan())
    assert verdict(forged, known) == (Level.NOT_DETERMINED, Reason.NOT_LISTED, False)
    assert ask(replace(forged, above=europe.seal().above), known).reason is Reason.NOT_LISTED


def test_a_listed_authority_does_not_seal_itself() -> None:
    held = europe.intermediate()
    assert verdict(held, of_states(StateXml()))[2] is False
    root = europe.root("A root on the list")
    known = lists(ListXml(services=(ServiceXml(certificates=(root.der,)),)))
    assert verdict(root, known) == (Level.NOT_DETERMINED, Reason.NOT_LISTED, False)


def test_a_certificate_that_cannot_be_read() -> None:
    assert assess(b"no", at=NOW, chain=(), lists=of_states(StateXml())).reason is Reason.NOT_LISTED


WITHDRAWN_ON = datetime(2026, 3, 1, tzinfo=UTC)


def test_was_it_so_on_the_day() -> None:
    known = of_states(StateXml(status=WITHDRAWN, since=WITHDRAWN_ON), StateXml())
    held = certificate()
    assert verdict(held, known, WITHDRAWN_ON - DAY) == (Level.QUALIFIED, Reason.GRANTED, True)
    assert verdict(held, known, WITHDRAWN_ON) == (Level.NOT_DETERMINED, Reason.WITHDRAWN, False)
    assert verdict(held, known) == (Level.NOT_DETERMINED, Reason.WITHDRAWN, False)


def test_granted_again_later() -> None:
    again = StateXml(since=datetime(2026, 5, 1, tzinfo=UTC))
    known = of_states(again, StateXml(status=WITHDRAWN, since=WITHDRAWN_ON), StateXml())
    held = certificate()
    assert verdict(held, known)[0] is Level.QUALIFIED
    assert verdict(held, known, WITHDRAWN_ON + DAY)[1] is Reason.WITHDRAWN


def test_not_yet_granted_then() -> None:
    known = of_states(StateXml(since=datetime(2026, 5, 1, tzinfo=UTC)))
    held = certificate()
    assert verdict(held, known, datetime(2026, 4, 1, tzinfo=UTC)) == (Level.NOT_DETERMINED, Reason.NOT_YET, False)
    assert verdict(held, known) == (Level.NOT_DETERMINED, Reason.NOT_THEN, True)  # not when it was issued


@pytest.mark.parametrize(
    "first",
    [
        StateXml(status=WITHDRAWN, since=simulated.SINCE),
        StateXml(kind="http://uri.etsi.org/TrstSvc/Svctype/CA/PKC", since=simulated.SINCE),
    ],
)
def test_something_else_when_it_gave_out_the_certificate(first: StateXml) -> None:
    known = of_states(StateXml(since=datetime(2026, 1, 1, tzinfo=UTC)), first)
    assert verdict(certificate(), known) == (Level.NOT_DETERMINED, Reason.NOT_THEN, True)


def test_a_list_speaks_of_no_time_after_its_next_update() -> None:
    known = of_states(StateXml())
    held = certificate()
    assert verdict(held, known, simulated.NEXT)[0] is Level.QUALIFIED
    assert verdict(held, known, simulated.NEXT + DAY) == (Level.NOT_DETERMINED, Reason.OUTDATED, False)


def test_before_there_were_qualified_seals() -> None:
    bare = europe.seal_plan(qualified=False)
    old = replace(
        bare,
        start=datetime(2016, 1, 1, tzinfo=UTC),
        extensions=(*bare.extensions, (europe.qc_statements(sscd=True), False)),
    )
    held = europe.intermediate().issue(europe.key("P-256", "old"), old)
    known = of_states(StateXml(since=datetime(2015, 1, 1, tzinfo=UTC)))
    assert verdict(held, known)[:2] == (Level.NOT_DETERMINED, Reason.NOT_THEN)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (StateXml(purposes=(FOR_SIGNATURES,)), Reason.NOT_FOR_SEALS),
        (StateXml(purposes=()), Reason.NOT_FOR_SEALS),
        (StateXml(status=f"{simulated.BASE}Svcstatus/recognisedatnationallevel"), Reason.NOT_YET),
        (StateXml(kind="http://uri.etsi.org/TrstSvc/Svctype/CA/PKC"), Reason.NOT_LISTED),
        (StateXml(extra='<Extension Critical="true"><Unknown/></Extension>'), Reason.NOT_UNDERSTOOD),
    ],
)
def test_services_that_are_something_else(state: StateXml, reason: Reason) -> None:
    assert verdict(certificate(), of_states(state))[:2] == (Level.NOT_DETERMINED, reason)


def test_what_is_not_critical_may_be_unknown() -> None:
    state = StateXml(extra='<Extension Critical="false"><Unknown/></Extension>')
    assert verdict(certificate(), of_states(state))[0] is Level.QUALIFIED


def said(*qualifiers: str, criteria: str = "") -> TrustedLists:
    every = Said(qualifiers=qualifiers, criteria=criteria) if criteria else Said(qualifiers=qualifiers)
    return of_states(StateXml(said=(every,), purposes=(FOR_SEALS, FOR_SIGNATURES)))


@pytest.mark.parametrize(
    ("held", "qualifiers", "level", "reason"),
    [
        (certificate(compliance=False), ["QCStatement"], Level.QUALIFIED, Reason.GRANTED),
        (certificate(kind=""), ["QCForESeal"], Level.QUALIFIED, Reason.GRANTED),
        (certificate(kind=ESIGN), ["QCForESeal"], Level.QUALIFIED, Reason.GRANTED),
        (certificate(sscd=False), ["QCWithQSCD"], Level.QUALIFIED, Reason.GRANTED),
        (certificate(sscd=False), ["QCWithSSCD"], Level.QUALIFIED, Reason.GRANTED),
        (certificate(sscd=False), ["QCQSCDManagedOnBehalf"], Level.QUALIFIED, Reason.GRANTED),
        (certificate(sscd=False), ["QCQSCDStatusAsInCert"], Level.ADVANCED_QUALIFIED, Reason.NO_DEVICE),
        (certificate(), ["QCQSCDStatusAsInCert"], Level.QUALIFIED, Reason.GRANTED),
        (certificate(), ["QCNoQSCD"], Level.ADVANCED_QUALIFIED, Reason.NO_DEVICE),
        (certificate(), ["QCNoSSCD"], Level.ADVANCED_QUALIFIED, Reason.NO_DEVICE),
        (certificate(), ["NotQualified"], Level.NOT_DETERMINED, Reason.NOT_QUALIFIED),
        (certificate(), ["QCForESig"], Level.NOT_DETERMINED, Reason.NOT_FOR_SEALS),
        (certificate(), ["QCForWSA"], Level.NOT_DETERMINED, Reason.NOT_FOR_SEALS),
        (certificate(), ["NotQualified", "QCStatement"], Level.NOT_DETERMINED, Reason.CONTRADICTORY),
        (certificate(), ["QCForESig", "QCForESeal"], Level.NOT_DETERMINED, Reason.CONTRADICTORY),
        (certificate(), ["QCWithQSCD", "QCNoQSCD"], Level.NOT_DETERMINED, Reason.CONTRADICTORY),
        (certificate(), ["QCNewThing"], Level.NOT_DETERMINED, Reason.NOT_UNDERSTOOD),
    ],
)
def test_what_the_list_says_goes_before_what_the_certificate_says(
    held: Holder, qualifiers: Sequence[str], level: Level, reason: Reason
) -> None:
    assert verdict(held, said(*qualifiers)) == (level, reason, True)


def criteria(inner: str, rule: str = "all") -> str:
    return f'<sie:CriteriaList assert="{rule}">{inner}</sie:CriteriaList>'


def bits(**wanted: bool) -> str:
    each = "".join(f'<sie:KeyUsageBit name="{n}">{str(on).lower()}</sie:KeyUsageBit>' for n, on in wanted.items())
    return f"<sie:KeyUsage>{each}</sie:KeyUsage>"


def policies(*oids: str) -> str:
    each = "".join(
        f"<sie:PolicyIdentifier><xades:Identifier>{oid}</xades:Identifier></sie:PolicyIdentifier>" for oid in oids
    )
    return f"<sie:PolicySet>{each}</sie:PolicySet>"


def other(name: str, part: str, oid: str) -> str:
    return (
        f"<sie:otherCriteriaList><tslx:{name}><tslx:{part}><xades:Identifier>{oid}</xades:Identifier></tslx:{part}>"
        f"</tslx:{name}></sie:otherCriteriaList>"
    )


POLICY, ABSENT = "0.4.0.194112.1.3", "1.2.3"
YES, NO = bits(digitalSignature=True), bits(digitalSignature=False)
DOUBT = "<sie:otherCriteriaList><tslx:Moon/></sie:otherCriteriaList>"


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        (criteria(YES), True),
        (criteria(NO), False),
        (criteria(bits(digitalSignature=True, keyCertSign=False)), True),
        (criteria(bits(digitalSignature=True, keyCertSign=True)), False),
        (criteria(bits(encipherOnly=False)), True),
        (criteria(bits(moonLight=True)), None),
        (criteria(policies(POLICY)), True),
        (criteria(policies(f"urn:oid:{POLICY}")), True),
        (criteria(policies(POLICY, ABSENT)), False),
        (criteria(other("CertSubjectDNAttribute", "AttributeOID", "2.5.4.97")), True),
        (criteria(other("CertSubjectDNAttribute", "AttributeOID", "2.5.4.4")), False),
        (criteria(other("ExtendedKeyUsage", "KeyPurposeId", "1.3.6.1.5.5.7.3.8")), False),
        (criteria(YES + NO), False),
        (criteria(YES + NO, "atLeastOne"), True),
        (criteria(NO, "atLeastOne"), False),
        (criteria(YES + NO, "none"), False),
        (criteria(NO, "none"), True),
        (criteria(criteria(NO, "none") + YES), True),
        (criteria(criteria(YES, "none") + YES), False),
        (criteria(DOUBT), None),
        (criteria(DOUBT + NO), False),
        (criteria(DOUBT + YES), None),
        (criteria(DOUBT + YES, "atLeastOne"), True),
        (criteria(DOUBT + YES, "none"), False),
        (criteria(DOUBT + NO, "none"), None),
        (criteria("<sie:Moon/>"), None),
        (criteria("<sie:Description>only words</sie:Description>" + YES), True),
        (criteria(""), None),
        (criteria(YES, "sometimes"), None),
    ],
)
def test_of_which_certificates_a_list_speaks(condition: str, met: bool | None) -> None:
    reasons = {True: Reason.NOT_QUALIFIED, False: Reason.GRANTED, None: Reason.NOT_UNDERSTOOD}
    assert verdict(certificate(), said("NotQualified", criteria=condition))[1] is reasons[met]


def test_two_services_that_agree_and_two_that_do_not() -> None:
    one, two = services()[0], replace(services()[0], name="Second")
    no = replace(two, states=(StateXml(said=(Said(qualifiers=["NotQualified"]),)),))
    gone = replace(two, states=(StateXml(status=WITHDRAWN, since=WITHDRAWN_ON), StateXml()))
    held = certificate()
    assert verdict(held, lists(ListXml(services=(one, two))))[0] is Level.QUALIFIED
    assert verdict(held, lists(ListXml(services=(one, no))))[:2] == (Level.NOT_DETERMINED, Reason.CONTRADICTORY)
    assert verdict(held, lists(ListXml(services=(gone, one))))[0] is Level.QUALIFIED


def test_the_list_of_any_country_may_know_it_and_only_what_may_help_is_opened() -> None:
    twin = europe.self_issued(europe.key("P-384", "twin"), europe.authority_plan("Simulated root"))
    empty = ListXml(territory="LV", services=(ServiceXml(certificates=(twin.der,)),))
    known = lists(empty, ListXml(territory="RO", services=services()))
    assert ask(certificate(), known).source.territory == "RO"  # type: ignore[union-attr]
    assert {name.split("/")[1][:2] for name in known.opened} == {"LV", "RO"}  # one of the names above it stands there
    stranger = europe.self_issued(europe.key("P-256", "own"), europe.seal_plan("Own"))
    again = lists(empty, ListXml(territory="RO", services=services()))
    assert not ask(stranger, again).vouched
    assert again.opened == {}


def test_a_list_that_was_changed_on_this_disk_is_said_and_not_believed() -> None:
    files = fetched_files()
    name = next(n for n in files if n.startswith("lists/"))
    known = open_snapshot(
        (files | {name: files[name].replace(GRANTED.encode(), WITHDRAWN.encode())}).get, published().signers
    )
    assert verdict(certificate(), known)[1] is Reason.NOT_LISTED
    assert [(territory, error.code) for territory, error in known.unusable] == [("IE", "signature_invalid")]


def test_timestamp_authorities() -> None:
    root = europe.root("Simulated clock")
    held = root.issue(europe.key("P-256", "clock"), europe.timestamp_plan())
    known = of_states(StateXml())

    def stamped(one: Holder, at: datetime = NOW, by: TrustedLists = known) -> bool:
        return assess_timestamp(one.der, at=at, chain=one.chain, lists=by).vouched

    assert stamped(held)
    assert not stamped(held, simulated.NEXT + DAY)
    assert not stamped(certificate())
    stranger = europe.self_issued(europe.key("P-256", "x"), europe.timestamp_plan())
    assert not stamped(stranger)
    itself = StateXml(kind=simulated.QTST, purposes=())
    unit = lists(ListXml(services=(ServiceXml(certificates=(stranger.der,), states=(itself,)),)))
    assert stamped(stranger, by=unit)
    gone = replace(itself, status=WITHDRAWN, since=WITHDRAWN_ON)
    ended = lists(ListXml(services=(ServiceXml(certificates=(stranger.der,), states=(gone, itself)),)))
    assert not stamped(stranger, by=ended)
    assert stamped(stranger, WITHDRAWN_ON - DAY, by=ended)
