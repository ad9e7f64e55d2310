"""What trusted lists make of a seal: who vouches for it, what it may be called, and whether it was so on the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mikra import messages
from mikra.report import Report, Status, Verdict
from mikra.trust.trusted_lists import TrustedLists, open_snapshot
from mikra.verification import Policy, verify
from tests.simulators import europe
from tests.simulators import trusted_lists as simulated
from tests.simulators.authorities import Holder
from tests.simulators.trusted_lists import GRANTED, WITHDRAWN, ListXml, StateXml, published, services
from tests.trust.test_qualification import certificate, fetched_files
from tests.verification.documents import AT, SEALED_AT, edc, named, seal

pytestmark = pytest.mark.extra("trust")

WITHDRAWN_ON = datetime(2026, 5, 10, tzinfo=UTC)


def lists(*states: StateXml) -> TrustedLists:
    made = ListXml(services=services(states=states or (StateXml(),)))
    return open_snapshot(fetched_files(made).get, published().signers)


def clock() -> Holder:
    return europe.root("Simulated clock").issue(europe.key("P-256", "clock"), europe.timestamp_plan())


def judged(holder: Holder, known: TrustedLists | None, at: datetime = AT, stamped: datetime | None = None) -> Report:
    timestamper = europe.TimestampAuthority(at=stamped, holder=clock()) if stamped else None
    data = seal(edc(), holder, timestamper=timestamper)
    (report,) = verify(data, at=at, policy=Policy(trusted_lists=known))
    return report


def level(report: Report) -> Sequence[str]:
    return [f.what.text() for f in report.check("seal.certificate").findings if f.rule.startswith("seal.level")]


def test_a_qualified_seal_is_called_one_by_list_country_and_day() -> None:
    report = judged(certificate(), lists())
    assert report.verdict is Verdict.TOTAL_PASSED
    reason = report.check("seal.certificate").reason.text()
    assert "whose identity Simulated authority confirms" in reason
    assert reason.endswith("A qualified seal, says the trusted list of Ireland for 1 June 2026.")
    assert level(report) == [
        "A qualified seal, says the trusted list of Ireland for 1 June 2026.",
        "Certificates for seals was granted on 1 June 2026, and when it gave out the certificate.",
        "Trusted list of Ireland, number 7, of 1 May 2026",
    ]


def test_without_lists_the_same_seal_is_nobodys() -> None:
    report = judged(certificate(), None)
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "seal_not_trusted")
    assert level(report) == ["By its own words a qualified seal. No trusted list was asked."]


def test_an_advanced_seal_with_a_qualified_certificate() -> None:
    report = judged(certificate(sscd=False), lists())
    assert report.verdict is Verdict.TOTAL_PASSED
    assert level(report)[0].startswith(
        "An advanced seal with a qualified certificate, says the trusted list of Ireland"
    )
    assert level(report)[1].endswith("Nothing says that the key lies in a certified device.")


def test_a_listed_service_may_give_out_other_certificates_and_still_say_whose_they_are() -> None:
    report = judged(certificate(compliance=False), lists())
    assert report.verdict is Verdict.TOTAL_PASSED
    assert level(report)[0] == "Seal, level not determined."
    assert level(report)[1].endswith("but this certificate is not a qualified one.")


def test_who_is_on_no_list() -> None:
    own = europe.self_issued(europe.key("P-256", "own"), europe.seal_plan())
    report = judged(own, lists())
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "seal_not_trusted")
    assert level(report) == [
        "Seal, level not determined.",
        "No trusted list names who gave out the certificate of this seal.",
    ]
    assert report.check("seal.certificate").reason.text().endswith(level(report)[1])


def test_a_seal_that_you_named_yourself_keeps_your_trust_and_gets_no_level_from_it() -> None:
    own = europe.self_issued(europe.key("P-256", "own"), europe.seal_plan())
    (report,) = verify(seal(edc(), own), at=AT, policy=replace(named(own), trusted_lists=lists()))
    assert report.verdict is Verdict.TOTAL_PASSED
    assert level(report)[0] == "Seal, level not determined."


def test_withdrawn_since_and_nothing_shows_when_it_was_sealed() -> None:
    report = judged(certificate(), lists(StateXml(status=WITHDRAWN, since=WITHDRAWN_ON), StateXml()))
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "seal_not_trusted")
    assert level(report)[1] == (
        "Certificates for seals was granted earlier, but not on 1 June 2026, says the trusted list of Ireland."
    )


def test_withdrawn_since_but_sealed_before_as_a_qualified_time_shows() -> None:
    known = lists(StateXml(status=WITHDRAWN, since=WITHDRAWN_ON), StateXml())
    report = judged(certificate(), known, stamped=SEALED_AT + timedelta(seconds=5))
    assert report.verdict is Verdict.TOTAL_PASSED
    assert level(report)[0] == "A qualified seal, says the trusted list of Ireland for 4 May 2026."
    times = report.check("seal.timestamp")
    assert times.status is Status.PASSED
    assert [f.rule for f in times.findings] == ["seal.timestamp.sigTst", "seal.timestamp.qualified"]


def test_sealed_after_it_was_withdrawn() -> None:
    known = lists(StateXml(status=WITHDRAWN, since=datetime(2026, 5, 1, tzinfo=UTC)), StateXml())
    report = judged(certificate(), known, stamped=SEALED_AT + timedelta(seconds=5))
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "seal_not_trusted")


def test_lists_that_are_too_old_vouch_for_nobody_today() -> None:
    report = judged(certificate(), lists(), at=simulated.NEXT + timedelta(days=1))
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "seal_not_trusted")
    assert level(report)[1] == "The trusted list of Ireland of 1 May 2026 is too old to speak of 2 October 2026."


def test_a_list_that_was_changed_on_this_disk_is_said() -> None:
    files = fetched_files()
    name = next(n for n in files if n.startswith("lists/"))
    changed = files | {name: files[name].replace(GRANTED.encode(), WITHDRAWN.encode())}
    report = judged(certificate(), open_snapshot(changed.get, published().signers))
    assert report.verdict is Verdict.INDETERMINATE
    assert level(report)[-1] == "The trusted list of Ireland could not be used."


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_answer_can_be_told(language: str) -> None:
    report = judged(certificate(), lists())
    told = report.check("seal.certificate").reason.text(language)
    assert "{" not in told
    assert "Ireland" not in told or language == "en"


def test_a_trusted_list_is_no_credential(tmp_path: Path) -> None:
    data = fetched_files()["lotl.xml"]
    (report,) = verify(data, at=AT)
    assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "file_type_mismatch")
    assert report.credential is None
    (report,) = verify(b"<other/>", at=AT)
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "proof_not_supported")
