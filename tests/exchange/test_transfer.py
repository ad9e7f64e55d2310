"""A file for a home institution is read as it was sealed, or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from mikra.errors import InputError
from mikra.exchange import transfer as file_format
from mikra.exchange.transfer import Part, Transfer
from mikra.sealing import jades, wallet_certificates
from mikra.sealing.keys import Signer, private_key_signer

AT = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
ORIGIN = "https://here.example"
ESI = "urn:schac:personalUniqueCode:int:esi:zed.example:12345"
WHOLE = Transfer(
    id="0193c7f0-0000-7000-8000-000000000001",
    origin=ORIGIN,
    made="2026-11-27T12:00:00Z",
    ends="2026-12-27T12:00:00Z",
    learner="Jana Králová",
    esi=ESI,
    to="Home University",
    parts=(Part(name="1-json", form="json", content=b"{}"), Part(name="2-pdf", form="pdf", content=b"%PDF")),
)


def signer(*names: str) -> Signer:
    above = wallet_certificates.make_authority(wallet_certificates.Subject(name="Authority", country="EU"), at=AT)
    subject = wallet_certificates.Subject(name="Transfers", country="EU", names=names)
    made = wallet_certificates.certified(above, subject, at=AT)
    return private_key_signer(made.key, made.certificate)


OURS = signer(ORIGIN)


def sealed(document: bytes, by: Signer = OURS) -> bytes:
    return jades.seal(document, signer=by, at=AT)


def file(whole: Transfer = WHOLE, by: Signer = OURS) -> bytes:
    return sealed(file_format.document(whole, valid_from=whole.made), by)


def changed(change: Callable[[Any], Any]) -> bytes:
    """The same with another content, sealed anew: what a service of somebody else's making may send."""
    document = orjson.loads(file_format.document(WHOLE, valid_from=WHOLE.made))
    change(document)
    return sealed(orjson.dumps(document))


def code(data: bytes) -> str:
    with pytest.raises(InputError) as refused:
        file_format.read(data)
    return refused.value.code


def test_what_was_sealed_is_read() -> None:
    found = file_format.read(file())
    assert replace(found, certificate=b"") == WHOLE
    assert found.certificate == OURS.certificate


def test_the_identifier_is_said_to_be_the_learners_word() -> None:
    document = orjson.loads(file_format.document(WHOLE, valid_from=WHOLE.made))
    assert document["credentialSubject"]["learner"]["stated_by"] == "learner"


def test_every_changed_byte_of_the_content_is_noticed() -> None:
    whole = file()
    start = whole.index(b'"payload"') + 12
    for place in range(start, start + 400, 7):
        other = bytearray(whole)
        other[place] = ord("A") if other[place] != ord("A") else ord("B")
        assert code(bytes(other)) in ("transfer_altered", "transfer_malformed")


def test_a_seal_that_does_not_stand_for_the_address_is_refused() -> None:
    assert code(file(by=signer("https://elsewhere.example"))) == "transfer_altered"
    assert code(file(replace(WHOLE, origin="https://elsewhere.example"))) == "transfer_altered"


@pytest.mark.parametrize("data", [b"", b"{}", b"hello", b'{"payload": 1}', b"%PDF-1.7", b"[" * 100_000])
def test_what_is_no_such_file_is_said_to_be_none(data: bytes) -> None:
    assert code(data) == "transfer_malformed"


def test_a_credential_is_no_such_file() -> None:
    credential = {"type": ["VerifiableCredential"], "credentialSubject": {"id": "urn:uuid:1"}}
    assert code(sealed(orjson.dumps(credential))) == "transfer_malformed"


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["credentialSubject"].pop("learner"),
        lambda one: one["credentialSubject"]["learner"].update(esi="12345"),
        lambda one: one["credentialSubject"]["learner"].update(name=["Jana"]),
        lambda one: one["credentialSubject"].update(credentials=[]),
        lambda one: one["credentialSubject"].update(credentials=one["credentialSubject"]["credentials"] * 26),
        lambda one: one["credentialSubject"]["credentials"][0].update(sha256="0" * 64),
        lambda one: one["credentialSubject"]["credentials"][0].update(content="?"),
        lambda one: one["credentialSubject"]["credentials"][0].update(content=5),
        lambda one: one["credentialSubject"].update(credentials=[5]),
        lambda one: one["credentialSubject"].update(to="x" * 501),
        lambda one: one.update(issuer="https://here.example/"),
        lambda one: one.update(validUntil="soon"),
        lambda one: one.update(validUntil="2026-12-27T12:00:00"),
        lambda one: one.update(validUntil=5),
    ],
)
def test_what_lacks_something_is_refused_in_our_words(change: Callable[[Any], Any]) -> None:
    assert code(changed(change)) == "transfer_malformed"


def test_nothing_changed_is_read() -> None:
    assert file_format.read(changed(lambda one: one)).esi == ESI


def test_one_that_is_too_large_is_not_opened() -> None:
    assert code(b" " * (file_format.LARGEST + 1)) == "transfer_malformed"
