"""Trusted lists: who signed which element; chains of pivots; snapshots; nothing older in the place of newer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mikra.errors import InputError, UnavailableError
from mikra.trust import trusted_list_seal
from mikra.trust.loader import Recorded, SnapshotLoader
from mikra.trust.trusted_list import LIST_OF_LISTS, TrustedList, read
from mikra.trust.trusted_list_seal import open_list
from mikra.trust.trusted_list_update import Update, update
from mikra.trust.trusted_lists import (
    INDEX,
    LOTL,
    bundled_signers,
    open_folder,
    open_list_of_lists,
    open_snapshot,
)
from tests.simulators import trusted_lists as simulated
from tests.simulators.trusted_lists import LOTL_URL, ListXml, Manner, PointerXml, operator, published, services, sign

pytestmark = pytest.mark.extra("trust")

OFFICE = operator(simulated.OFFICE)
STRANGER = operator("Stranger")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
IE = "https://ie.example.test/tl.xml"
LIST = ListXml(services=services())
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"


def web(files: dict[str, bytes]) -> SnapshotLoader:
    def reader(body: bytes) -> Callable[[], bytes]:
        return lambda: body

    return SnapshotLoader({url: Recorded(read=reader(body)) for url, body in files.items()})


def code_of(data: bytes, *signers: bytes) -> str:
    with pytest.raises(InputError) as caught:
        open_list(data, signers or (OFFICE.der,))
    return caught.value.code


def fetched(*, before: Update | None = None, **made: object) -> Update:
    lists = published(**made)  # type: ignore[arg-type]
    known = before.files if before else {}
    return update(web(lists.files), url=LOTL_URL, signers=lists.signers, now=NOW, known=known.get)


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
def test_a_signed_list_is_read(kind: str) -> None:
    signer = operator("Office of keys", kind)
    opened = open_list(sign(LIST.xml(), signer), (STRANGER.der, signer.der))
    assert opened.signer == hashlib.sha256(signer.der).hexdigest()
    content = opened.content
    assert (content.territory, content.sequence, content.operator) == ("IE", 7, {"en": "Office for Trust"})
    assert (content.issued, content.next_update) == (simulated.ISSUED, simulated.NEXT)
    assert [dict(service.name)["en"] for service in content.services] == ["Certificates for seals", "Timestamps"]
    assert content.services[0].provider == {"en": "Trust & Sons"}


@pytest.mark.parametrize("manner", [Manner(uri=""), Manner(properties=False)])
def test_other_manners_that_are_as_good(manner: Manner) -> None:
    assert open_list(sign(LIST.xml(), OFFICE, manner), (OFFICE.der,)).content.sequence == 7


def test_a_list_under_another_key_is_not_believed_whatever_certificate_it_brings() -> None:
    assert code_of(sign(LIST.xml(), STRANGER)) == "signature_invalid"
    assert code_of(sign(LIST.xml(), OFFICE), STRANGER.der) == "signature_invalid"
    assert code_of(sign(LIST.xml(), OFFICE), b"no certificate") == "signature_invalid"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<TSLSequenceNumber>7<", b"<TSLSequenceNumber>8<"),
        (b"Svcstatus/granted", b"Svcstatus/grantef"),
        (b"ForeSeals", b"ForeSea1s"),
        (b"Trust &amp; Sons", b"Trust &amp; Suns"),
        (b"2026-10-01", b"2036-10-01"),
    ],
)
def test_any_change_is_seen(old: bytes, new: bytes) -> None:
    good = sign(LIST.xml(), OFFICE)
    assert old in good
    assert code_of(good.replace(old, new, 1)) == "signature_invalid"


@pytest.mark.parametrize(
    ("manner", "code"),
    [
        (Manner(method="http://www.w3.org/2000/09/xmldsig#ecdsa-sha1"), "signature_invalid"),
        (Manner(digest="sha1"), "signature_invalid"),
        (Manner(transforms=(simulated.ENVELOPED,)), "signature_invalid"),
        (Manner(transforms=(simulated.EXCLUSIVE,)), "trusted_list_malformed"),
        (Manner(transforms=(simulated.ENVELOPED, XPATH, simulated.EXCLUSIVE)), "trusted_list_malformed"),
        (Manner(transforms=(simulated.ENVELOPED, XPATH)), "trusted_list_malformed"),
        (Manner(transforms=(simulated.ENVELOPED, f"{simulated.DS}base64")), "trusted_list_malformed"),
        (Manner(transforms=(simulated.ENVELOPED, f"{simulated.EXCLUSIVE}WithComments")), "trusted_list_malformed"),
        (Manner(uri="#other"), "trusted_list_malformed"),
        (Manner(uri="https://ie.example.test/tl.xml"), "trusted_list_malformed"),
        (Manner(uri="#xpointer(/)"), "trusted_list_malformed"),
        (Manner(uri="#sig"), "trusted_list_malformed"),
        (Manner(uri="#props"), "trusted_list_malformed"),
        (Manner(more_references='<ds:Reference URI="#tl"/>'), "trusted_list_malformed"),
        (Manner(more_references="<ds:Reference/>", properties=False), "trusted_list_malformed"),
        (Manner(more_references='<ds:Reference URI="#props"/>' * 3), "trusted_list_malformed"),
        (Manner(transforms=(simulated.ENVELOPED, simulated.EXCLUSIVE, INCLUSIVE)), "trusted_list_malformed"),
    ],
)
def test_signatures_that_cover_less_or_by_other_means(manner: Manner, code: str) -> None:
    assert code_of(sign(LIST.xml(), OFFICE, manner)) == code


def _signature(data: bytes) -> bytes:
    found = re.search(rb"<ds:Signature .*</ds:Signature>", data, re.DOTALL)
    assert found
    return found[0]


def _evil() -> bytes:
    return replace(LIST, provider="Evil & Sons", identifier="evil").xml()


def _wrapped(evil: bytes, inner: bytes, *, at_end: bool = True) -> bytes:
    """The attacker's list with the honest one somewhere inside."""
    inner = inner.partition(b"?>")[2] if inner.startswith(b"<?xml") else inner
    end = b"</TrustServiceStatusList>"
    return (
        evil.replace(end, inner + end)
        if at_end
        else evil.replace(b"<SchemeInformation>", inner + b"<SchemeInformation>", 1)
    )


def test_signature_wrapping() -> None:
    """XML-DSig's classical attacks: what is signed is there, and what is read is something else."""
    good = sign(LIST.xml(), OFFICE)
    bare, signature = good.replace(_signature(good), b"").strip(), _signature(good)
    inside = bare.partition(b"?>")[2] if bare.startswith(b"<?xml") else bare
    named = b'Id="evil"', b'Id="tl"'
    odd = [
        _wrapped(_evil(), good),
        _wrapped(_evil(), good, at_end=False),
        _wrapped(_evil(), b"<X>" + good.partition(b"?>")[2] + b"</X>"),
        _wrapped(_evil(), inside + signature),
        _wrapped(_evil(), inside, at_end=False).replace(
            b"</TrustServiceStatusList>", signature + b"</TrustServiceStatusList>"
        ),
        _wrapped(_evil(), signature.replace(b"<ds:Object>", b"<ds:Object>" + inside, 1)),
        _wrapped(_evil().replace(*named), good),
        _wrapped(_evil(), signature),
        _wrapped(_evil(), signature + signature),
        good.replace(signature, b"<X>" + signature + b"</X>"),
        good.replace(signature, signature + _signature(sign(LIST.xml(), STRANGER))),
        b"<X>" + good.partition(b"?>")[2] + b"</X>",
    ]
    assert [code_of(attack) for attack in odd] == ["trusted_list_malformed"] * len(odd)
    assert code_of(_wrapped(_evil().replace(*named), signature)) == "signature_invalid"


@pytest.mark.parametrize(
    "more", [b"<X><TrustServiceStatusList/></X>", b'<X><Signature xmlns="%s"/></X>' % simulated.DS.encode()]
)
def test_another_list_or_signature_inside_is_refused_even_where_it_was_signed(more: bytes) -> None:
    xml = LIST.xml().replace(b"<SchemeInformation>", more + b"<SchemeInformation>")
    assert code_of(sign(xml, OFFICE)) == "trusted_list_malformed"
    assert open_list(sign(xml.replace(more, b"<X/>"), OFFICE), (OFFICE.der,)).content.sequence == 7


def test_what_is_read_are_the_bytes_that_are_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = replace(LIST, sequence=99).xml()
    monkeypatch.setattr(trusted_list_seal, "_signed_bytes", lambda *_: signed)
    assert open_list(sign(LIST.xml(), OFFICE), (OFFICE.der,)).content.sequence == 99


def test_comments_do_not_change_what_is_read() -> None:
    """What is signed has no comments, so whoever adds one adds nothing; and nothing is read up to one."""
    good = sign(LIST.xml(), OFFICE)
    commented = good.replace(b"Svcstatus/granted<", b"Svcstatus/<!-- x -->granted<")
    status = open_list(commented, (OFFICE.der,)).content.services[0].states[0].status
    assert status == simulated.GRANTED


def test_a_list_without_a_signature() -> None:
    assert code_of(LIST.xml()) == "trusted_list_unsigned"
    assert code_of(b"<a/>") == "trusted_list_malformed"


def content_of(made: ListXml) -> TrustedList:
    return open_list(sign(made.xml(), OFFICE), (OFFICE.der,)).content


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<TSLVersionIdentifier>5<", b"<TSLVersionIdentifier>4<"),
        (b"<TSLSequenceNumber>7<", b"<TSLSequenceNumber>-7<"),
        (b"<TSLSequenceNumber>7</TSLSequenceNumber>", b""),
        (b"<SchemeTerritory>IE</SchemeTerritory>", b"<SchemeTerritory>IE</SchemeTerritory>" * 2),
        (b"2026-05-01T00:00:00Z", b"2026-05-01"),
        (b"2026-05-01T00:00:00Z", b"soon"),
        (b"<StatusStartingTime>2016-06-30T22:00:00Z", b"<StatusStartingTime>2016"),
        (b"<SchemeInformation>", b"<SchemeInformation2/><SchemeInformation>"),
    ],
)
def test_lists_that_cannot_be_read(old: bytes, new: bytes) -> None:
    xml = LIST.xml()
    assert old in xml
    if b"SchemeInformation2" in new:
        read(xml.replace(old, new, 1))  # what is unknown is passed over
        return
    with pytest.raises(InputError) as caught:
        read(xml.replace(old, new, 1))
    assert caught.value.code == "trusted_list_malformed"


def test_another_document_is_no_list_whatever_stands_in_it() -> None:
    with pytest.raises(InputError) as caught:
        read(LIST.xml().replace(b"TrustServiceStatusList", b"TrustServiceList"))
    assert caught.value.code == "trusted_list_malformed"


def test_states_of_a_service_are_told_by_their_time() -> None:
    day = datetime(2024, 3, 1, tzinfo=UTC)
    states = (simulated.StateXml(status=simulated.WITHDRAWN, since=day), simulated.StateXml())
    (service,) = content_of(replace(LIST, services=services(states=states)[:1])).services
    assert [state.status for state in service.states] == [simulated.WITHDRAWN, simulated.GRANTED]
    assert service.at(datetime(2024, 2, 29, tzinfo=UTC)) == service.states[1]
    assert service.at(day) == service.states[0]
    assert service.at(datetime(2015, 1, 1, tzinfo=UTC)) is None
    assert service.states[1].certificates == ()
    assert len(service.certificates) == 1


def test_a_list_whose_scheme_has_ended_speaks_of_no_later_time() -> None:
    ended = content_of(replace(LIST, next_update=None))
    assert ended.covers(simulated.ISSUED)
    assert not ended.covers(NOW)


def test_everything_is_fetched_into_a_snapshot() -> None:
    found = fetched()
    assert [(p.territory, o.content.sequence) for p, o in found.current] == [("IE", 7)]
    assert found.problems == ()
    lists = open_snapshot(found.files.get, published().signers)
    assert lists.fetched == NOW
    assert [entry.pointer.territory for entry in lists.entries] == ["IE"]
    assert lists.entries[0].subjects


def test_a_snapshot_in_a_folder(tmp_path: Path) -> None:
    for name, data in fetched().files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert open_folder(tmp_path, published().signers).lotl.content.sequence == 300
    with pytest.raises(InputError) as caught:
        open_folder(tmp_path, (STRANGER.der,))
    assert caught.value.code == "signature_invalid"
    with pytest.raises(InputError):
        open_folder(tmp_path / "nowhere", published().signers)


@pytest.mark.parametrize("index", [b"", b"[", b"[]", b'{"lists": 3, "fetched": 5}', b'{"lists": {"x": 1}}'])
def test_what_the_index_of_a_snapshot_says_is_never_trusted(index: bytes) -> None:
    files = fetched().files | {INDEX: index}
    lists = open_snapshot(files.get, published().signers)
    assert lists.fetched is None
    assert lists.entries[0].subjects is None


def test_a_list_of_a_stranger_or_of_another_country_is_not_taken() -> None:
    strange = fetched(change=lambda each: sign(each.xml(), STRANGER))
    assert [(t, e.code) for t, e in strange.problems] == [("IE", "signature_invalid")]
    other = fetched(change=lambda each: sign(replace(each, territory="XX").xml(), OFFICE))
    assert [(t, e.code) for t, e in other.problems] == [("IE", "trusted_list_malformed")]
    kind = fetched(change=lambda each: sign(replace(each, kind=LIST_OF_LISTS).xml(), OFFICE))
    assert [t for t, _ in kind.problems] == ["IE"]
    assert strange.current == other.current == kind.current == ()


def test_a_list_that_cannot_be_had_leaves_the_older_one() -> None:
    first = fetched()
    lists = published()
    without = {LOTL_URL: lists.files[LOTL_URL]}
    again = update(web(without), url=LOTL_URL, signers=lists.signers, now=NOW, known=first.files.get)
    assert [t for t, _ in again.problems] == ["IE"]
    assert isinstance(again.problems[0][1], UnavailableError)
    assert [o.content.sequence for _, o in again.current] == [7]
    assert IE not in again.files


def test_nothing_older_takes_the_place_of_something_newer() -> None:
    first = fetched()
    older = fetched(before=first, change=lambda each: sign(replace(each, sequence=6).xml(), OFFICE))
    assert [t for t, _ in older.problems] == ["IE"]
    assert [o.content.sequence for _, o in older.current] == [7]
    newer = fetched(before=first, change=lambda each: sign(replace(each, sequence=8).xml(), OFFICE))
    assert [o.content.sequence for _, o in newer.current] == [8]
    with pytest.raises(InputError):
        fetched(before=first, sequence=299)


def test_a_list_of_lists_of_another_kind_or_signer() -> None:
    lists = published()
    national = lists.files[IE]
    with pytest.raises(InputError):
        open_list_of_lists(national, (OFFICE.der,), web({}).load)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        update(web(lists.files), url=LOTL_URL, signers=(STRANGER.der,), now=NOW)


def test_nobody_is_asked_for_pivots_by_a_list_that_is_not_signed() -> None:
    asked: list[str] = []

    def pivot(url: str) -> bytes:
        asked.append(url)
        raise UnavailableError("Nobody is asked.")

    made = ListXml(kind=LIST_OF_LISTS, territory="EU", information=(P1,))
    with pytest.raises(InputError) as caught:
        open_list_of_lists(made.xml(), (A.der,), pivot)
    assert (caught.value.code, asked) == ("trusted_list_unsigned", [])
    with pytest.raises(UnavailableError):
        open_list_of_lists(sign(made.xml(), B), (A.der,), pivot)
    assert asked == [P1]


def _lotl(names: bytes, signer: simulated.Holder, sequence: int, *pivots: str) -> bytes:
    own = PointerXml(location=LOTL_URL, territory="EU", signers=(names,), kind=LIST_OF_LISTS)
    made = ListXml(
        kind=LIST_OF_LISTS,
        territory="EU",
        sequence=sequence,
        pointers=(own,),
        information=(*pivots, "https://law.example.test/oj", "https://lists.example.test/p/0.xml"),
    )
    return sign(made.xml(), signer)


P1, P2 = "https://lists.example.test/p/1.xml", "https://lists.example.test/p/2.xml"
A, B, C = (operator(f"Commission {year}") for year in (2022, 2024, 2026))


def test_pivots_lead_from_the_signers_that_we_know_to_those_of_today() -> None:
    """Known: A. Pivot 1, signed by A, names B; pivot 2, signed by B, names C; today's list is signed by C."""
    files = {P1: _lotl(B.der, A, 1, P1), P2: _lotl(C.der, B, 2, P2, P1), LOTL_URL: _lotl(C.der, C, 3, P2, P1)}
    found = update(web(files), url=LOTL_URL, signers=(A.der,), now=NOW)
    assert open_snapshot(found.files.get, (A.der,)).lotl.content.sequence == 3
    assert open_snapshot(found.files.get, (B.der,)).lotl.content.sequence == 3
    with pytest.raises(InputError):
        open_snapshot(found.files.get, (STRANGER.der,))
    with pytest.raises(InputError):
        open_snapshot({LOTL: found.files[LOTL]}.get, (A.der,))


@pytest.mark.parametrize("broken", ["skipped", "signed by a stranger", "names a stranger", "today's is a stranger's"])
def test_a_broken_chain_of_pivots_leads_nowhere(broken: str) -> None:
    files = {P1: _lotl(B.der, A, 1, P1), P2: _lotl(C.der, B, 2, P2, P1), LOTL_URL: _lotl(C.der, C, 3, P2, P1)}
    match broken:
        case "skipped":
            files[LOTL_URL] = _lotl(C.der, C, 3, P1)
        case "signed by a stranger":
            files[P2] = _lotl(C.der, STRANGER, 2, P2, P1)
        case "names a stranger":
            files[P2] = _lotl(STRANGER.der, B, 2, P2, P1)
        case _:
            files[LOTL_URL] = _lotl(C.der, STRANGER, 3, P2, P1)
    with pytest.raises((InputError, UnavailableError)):
        update(web(files), url=LOTL_URL, signers=(A.der,), now=NOW)


def test_the_signers_of_the_real_list_of_lists_come_with_the_extra() -> None:
    assert len(bundled_signers()) >= 1
