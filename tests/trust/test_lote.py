"""ETSI TS 119 602: lists of trusted entities in JSON, read under the seal of whom we were told beforehand."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from mikra.errors import InputError
from mikra.sealing.jades_compact import unseal
from mikra.trust.lote import open_list, read
from tests.simulators import entity_lists as lists
from tests.simulators.trusted_lists import operator

COMMISSION, OTHER = operator("lists of entities"), operator("somebody else")
SIGNER, STRANGER = (one.certificate.public_bytes(Encoding.DER) for one in (COMMISSION, OTHER))
PAST = {
    "ServiceName": lists.named("Diplomas"),
    "ServiceDigitalIdentity": lists.certificates(STRANGER),
    "ServiceStatus": lists.NOTIFIED,
    "StatusStartingTime": "2025-01-01T00:00:00+02:00",
}
WHOLE = lists.entity_list(
    lists.entity(
        "Ministry of Education",
        lists.service(
            lists.ISSUANCE,
            SIGNER,
            ServiceStatus=lists.NOTIFIED,
            StatusStartingTime="2026-01-01T00:00:00Z",
            history=[PAST],
        ),
        lists.service(lists.REVOCATION, STRANGER, SIGNER),
    ),
    lists.entity("Register of Diplomas", lists.service("", SIGNER)),
    PointerToOtherLoTE=[
        {
            "LoTELocation": "https://lists.example.test/ro.jwt",
            "ServiceDigitalIdentities": [lists.certificates(STRANGER)],
            "LoTEQualifiers": [{"LoTEType": lists.KIND, "SchemeTerritory": "RO", "MimeType": "application/jose"}],
        }
    ],
)


def opened(data: bytes, *signers: bytes) -> Any:
    return open_list(data, signers or (SIGNER,), unseal)


def code_of(data: bytes, *signers: bytes) -> str:
    with pytest.raises(InputError) as caught:
        opened(data, *signers)
    return caught.value.code


def test_a_whole_list_is_read() -> None:
    content = opened(lists.sealed(WHOLE, COMMISSION) + b"\n").content
    assert (content.kind, content.territory, content.sequence) == (lists.KIND, "EU", 7)
    assert dict(content.operator) == {"en": "European Commission"}
    first, second, third = content.services
    assert (dict(first.entity), dict(first.name)) == ({"en": "Ministry of Education"}, {"en": "Diplomas"})
    assert (first.now.kind, first.now.status, first.now.certificates) == (lists.ISSUANCE, lists.NOTIFIED, (SIGNER,))
    assert [one.since for one in first.before] == [datetime(2024, 12, 31, 22, tzinfo=UTC)]
    assert (second.now.certificates, second.now.since, second.before) == ((STRANGER, SIGNER), None, ())
    assert (dict(third.entity), third.now.kind) == ({"en": "Register of Diplomas"}, "")
    (pointer,) = content.pointers
    assert (pointer.location, pointer.territory) == ("https://lists.example.test/ro.jwt", "RO")
    assert pointer.signers == (STRANGER,)


def test_it_speaks_of_its_own_time_alone() -> None:
    content = opened(lists.sealed(WHOLE, COMMISSION)).content
    assert content.covers(datetime(2026, 12, 1, tzinfo=UTC))
    assert not content.covers(datetime(2026, 10, 31, tzinfo=UTC))
    assert not content.covers(datetime(2027, 5, 2, tzinfo=UTC))


def test_only_whom_we_were_told_beforehand_seals_a_list() -> None:
    assert code_of(lists.sealed(WHOLE, OTHER)) == "signature_invalid"
    assert code_of(lists.sealed(WHOLE, OTHER, shown=(SIGNER,))) == "jws_signature_invalid"
    assert code_of(lists.sealed(WHOLE, COMMISSION), STRANGER) == "signature_invalid"
    assert code_of(lists.sealed(WHOLE, COMMISSION, x5c=None)) == "certificate_missing"
    assert opened(lists.sealed(WHOLE, OTHER), SIGNER, STRANGER).signer


@pytest.mark.parametrize("part", [0, 1, 2])
def test_every_part_of_it_is_under_the_seal(part: int) -> None:
    parts = lists.sealed(WHOLE, COMMISSION).split(b".")
    whole = b".".join(parts)
    for place in (5, len(parts[part]) // 2, len(parts[part]) - 5):
        changed = parts[part][:place] + (b"A" if parts[part][place : place + 1] != b"A" else b"B")
        with pytest.raises(InputError):
            opened(b".".join([*parts[:part], changed + parts[part][place + 1 :], *parts[part + 1 :]]))
    assert opened(whole)


@pytest.mark.parametrize(
    "header", [{"alg": "none"}, {"typ": "JWT"}, {"crit": ["exp"]}, {"jku": "https://x.example"}, {"b64": False}]
)
def test_a_seal_in_an_odd_form_is_none(header: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        opened(lists.sealed(WHOLE, COMMISSION, **header))


def test_a_list_in_the_form_of_json_is_not_the_compact_one() -> None:
    with pytest.raises(InputError):
        opened(orjson.dumps(WHOLE))


def scheme(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["LoTE"]["ListAndSchemeInformation"] |= changes

    return change


def without(*path: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        value: Any = document
        for step in path[:-1]:
            value = value[step]
        del value[path[-1]]

    return change


FIRST = ("LoTE", "TrustedEntitiesList", 0)
SERVICE = (*FIRST, "TrustedEntityServices", 0, "ServiceInformation")


@pytest.mark.parametrize(
    "change",
    [
        without("LoTE"),
        without("LoTE", "ListAndSchemeInformation"),
        scheme(LoTEVersionIdentifier=2),
        scheme(LoTEVersionIdentifier="1"),
        scheme(LoTESequenceNumber=0),
        scheme(LoTESequenceNumber=True),
        scheme(SchemeOperatorName=[]),
        scheme(SchemeOperatorName="European Commission"),
        scheme(NextUpdate="soon"),
        scheme(NextUpdate="2027-05-01T00:00:00"),
        scheme(LoTEType=5),
        scheme(PointerToOtherLoTE=[{"LoTEQualifiers": []}]),
        without(*FIRST, "TrustedEntityInformation"),
        without(*FIRST, "TrustedEntityInformation", "TEName"),
        without(*SERVICE, "ServiceName"),
        without(*SERVICE, "ServiceDigitalIdentity"),
        lambda document: document["LoTE"].update(TrustedEntitiesList={}),
        lambda document: document["LoTE"].update(TrustedEntitiesList=[5]),
    ],
)
def test_what_is_no_list_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    document = copy.deepcopy(WHOLE)
    change(document)
    assert code_of(lists.sealed(document, COMMISSION)) == "trusted_list_malformed"


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"LoTE":1}', b'{"LoTE":{},"LoTE":{}}', b"\xff", b"[" * 100])
def test_malformed_bytes_raise_our_errors_alone(payload: bytes) -> None:
    with pytest.raises(InputError, check=lambda error: error.code == "trusted_list_malformed"):
        read(payload)


def test_a_certificate_that_is_none_is_told() -> None:
    document = copy.deepcopy(WHOLE)
    identity = document["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityServices"][0]["ServiceInformation"]
    identity["ServiceDigitalIdentity"]["X509Certificates"][0]["val"] = "%%%"
    assert code_of(lists.sealed(document, COMMISSION)) == "trusted_list_malformed"
