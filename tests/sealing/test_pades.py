"""PAdES: by every kind of key, at every level; files are only appended to; each broken twin is seen."""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from mikra.errors import InputError, NotAllowedError, ProtocolError, UnavailableError
from mikra.formats import pdf
from mikra.formats.pdf import PdfSeal, SealKind
from mikra.sealing import cms, pades
from mikra.sealing.etsiu import ValidationData
from mikra.sealing.timestamps import verify_token
from tests.simulators import europe, pdfs

pytestmark = pytest.mark.extra("pdf")
AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
PLAIN = pdfs.make(pdfs.Plan(attached={b"credential.jsonld": b'{"id":"urn:credential:1"}'}))


def sealed(kind: str = "P-256", **changes: object) -> bytes:
    return pades.seal(PLAIN, signer=europe.seal(kind).signer, at=AT, **changes)  # type: ignore[arg-type]


def only(data: bytes) -> PdfSeal:
    (seal,) = pdf.read(data).seals
    return seal


def fault(data: bytes) -> str:
    seal = only(data)
    if seal.fault:
        return seal.fault
    try:
        cms.check(cms.read(seal.contents), pades.covered(data, seal.covers))
    except cms.BrokenSealError as broken:
        return broken.code
    return ""


@pytest.mark.parametrize(
    ("kind", "algorithm"), [("P-256", "ES256"), ("P-384", "ES384"), ("RSA", "RS256"), ("Ed25519", "EdDSA")]
)
def test_every_kind_of_key(kind: str, algorithm: str) -> None:
    data = sealed(kind)
    seal = only(data)
    parts = cms.read(seal.contents)
    assert fault(data) == ""
    assert data.startswith(PLAIN)
    assert (seal.kind, seal.whole, seal.claimed_at) == (SealKind.SEAL, True, AT)
    assert (parts.algorithm, parts.certificate) == (algorithm, europe.seal(kind).der)
    assert parts.chain == europe.seal(kind).chain[:1]  # the root is the reader's own


def test_a_changed_byte_is_seen() -> None:
    data = sealed()
    assert fault(data.replace(b"(Data ethics)", b"(Dark ethics)")) == "signature_invalid"


def test_a_timestamp_covers_the_seal() -> None:
    data = sealed(timestamper=europe.TimestampAuthority(at=AT))
    parts = cms.read(only(data).contents)
    result = verify_token(parts.tokens[0], covered=parts.signature)
    assert fault(data) == ""
    assert (result.fault, result.time) == (None, AT)
    assert verify_token(parts.tokens[0], covered=parts.signature + b"x").fault is not None


def test_an_authority_that_is_away_or_wrong() -> None:
    with pytest.raises(UnavailableError):
        sealed(timestamper=europe.AwayAuthority())
    with pytest.raises(ProtocolError):
        sealed(timestamper=europe.TimestampAuthority(at=AT, imprint=lambda _: bytes(32)))


def test_validation_data_go_under_the_seal() -> None:
    chain = europe.seal().chain
    data = sealed(timestamper=europe.TimestampAuthority(at=AT), validation_data=ValidationData(certificates=chain))
    assert pdf.read(data).store[0] == chain
    assert (only(data).whole, fault(data)) == (True, "")


def test_validation_data_added_later_are_no_change() -> None:
    data = sealed()
    chain = europe.seal().chain
    extended = pades.extend(data, ValidationData(certificates=chain))
    assert extended.startswith(data)
    assert pdf.read(extended).store[0] == chain
    assert (only(extended).whole, fault(extended)) == (False, "")


def test_a_second_seal_leaves_the_first_whole() -> None:
    data = pades.seal(sealed(), signer=europe.seal("RSA").signer, at=AT)
    first, second = pdf.read(data).seals
    assert (first.fault, first.whole, second.fault, second.whole) == ("", False, "", True)


def test_what_cannot_be_sealed() -> None:
    signer = europe.seal().signer
    with pytest.raises(InputError, match="time zone"):
        pades.seal(PLAIN, signer=signer, at=AT.replace(tzinfo=None))
    with pytest.raises(NotAllowedError):
        pades.seal(PLAIN, signer=signer, at=AT.replace(year=2040))
    for broken in (b"", b"%PDF-1.7\n", PLAIN[:300], PLAIN.replace(b"/Root 1 0 R", b"/Root 9 0 R")):
        with pytest.raises(InputError, match="cannot be sealed"):
            pades.seal(broken, signer=signer, at=AT)
    with pytest.raises(InputError, match="nothing to add"):
        pades.extend(sealed(), ValidationData())
    with pytest.raises(InputError, match="bears no seal"):
        pades.extend(PLAIN, ValidationData(certificates=europe.seal().chain))


def rebuilt(change: object) -> bytes:
    """The seal of a good file after `change` (a function on its SignedData), put back in its place."""
    from asn1crypto import cms as asn1

    data = sealed()
    seal = only(data)
    message = asn1.ContentInfo.load(seal.contents)
    change(message["content"])  # type: ignore[operator]
    der = message.dump(force=True)
    gap = seal.covers[2] - seal.covers[1] - 2
    return data[: seal.covers[1] + 1] + der.hex().encode().ljust(gap, b"0") + data[seal.covers[2] - 1 :]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda signed: None, ""),
        (
            lambda signed: signed["signer_infos"][0].__setitem__("signature", b"\x30\x06\x02\x01\x01\x02\x01\x01"),
            "signature_invalid",
        ),
        (lambda signed: signed.__setitem__("certificates", []), "certificate_mismatch"),
        (
            lambda signed: signed["signer_infos"][0].__setitem__("digest_algorithm", {"algorithm": "sha1"}),
            "jws_alg_not_allowed",
        ),
        (lambda signed: signed["signer_infos"].append(signed["signer_infos"][0]), "signature_invalid"),
        (lambda signed: signed["encap_content_info"].__setitem__("content", b"other"), "signature_invalid"),
        (lambda signed: signed["signer_infos"][0]["signed_attrs"].__delitem__(2), "signature_invalid"),
    ],
    ids=["whole", "signature", "certificate", "digest", "two signers", "content inside", "attribute gone"],
)
def test_each_step_says_no(change: object, code: str) -> None:
    assert fault(rebuilt(change)) == code


def with_attributes(monkeypatch: pytest.MonkeyPatch, number: int, attribute: dict[str, Any]) -> bytes:
    """A seal whose signature is right, over other signed attributes."""
    usual = cms._signed_attributes

    def made(*given: Any) -> list[dict[str, Any]]:
        attributes = usual(*given)
        attributes[number] = attribute
        return attributes

    monkeypatch.setattr(cms, "_signed_attributes", made)
    return sealed()


def test_a_signature_over_something_else_seals_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timestamp, say, over what has the digest of this file."""
    other = {"type": "content_type", "values": ["tst_info"]}
    assert fault(with_attributes(monkeypatch, 0, other)) == "signature_invalid"


@pytest.mark.parametrize(
    ("digest", "code"), [("sha256", ""), ("sha1", "jws_alg_not_allowed"), ("md5", "jws_alg_not_allowed")]
)
def test_the_certificate_is_named_by_a_digest_that_holds(
    monkeypatch: pytest.MonkeyPatch, digest: str, code: str
) -> None:
    value = hashlib.new(digest, europe.seal().der).digest()
    first = {"hash_algorithm": {"algorithm": digest}, "cert_hash": value}
    named = {"type": "signing_certificate_v2", "values": [{"certs": [first]}]}
    assert fault(with_attributes(monkeypatch, 2, named)) == code


def test_a_key_of_a_kind_that_seals_no_file() -> None:
    class Odd:
        algorithm = "ES512"
        certificate = europe.seal().der
        chain = ()

    with pytest.raises(InputError) as refused:
        pades.seal(PLAIN, signer=Odd(), at=AT)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.found) == ("key_type_not_supported", "ES512")


def test_nothing_stands_behind_the_value() -> None:
    data = sealed()
    end = only(data).covers[2] - 1
    assert fault(data[: end - 1] + b"1" + data[end:]) == "signature_invalid"


def test_the_value_is_written_in_one_way() -> None:
    data = sealed()
    end = only(data).covers[2] - 1
    assert fault(data[: end - 2] + b"  " + data[end:]) == "signature_invalid"


def test_metadata_and_version_stay() -> None:
    """What pyHanko would change by itself, and what breaks PDF/A-3a and PDF/UA-1."""
    added = sealed()[len(PLAIN) :]
    assert b"/Metadata" not in added
    assert b"/Version" not in added
    assert b"/ModDate" not in added
    assert b"/TU (Electronic seal)" in added
    assert re.search(rb"/Rect \[ ?-\d+ -\d+ -\d+ -\d+ ?\]", added)
    assert re.match(rb"\d+ 0 obj", added)


def test_the_appended_part_begins_a_line() -> None:
    data = pades.seal(PLAIN.removesuffix(b"\n"), signer=europe.seal().signer, at=AT)
    assert data.startswith(PLAIN)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyhanko.pdf_utils.incremental_writer", None)
    monkeypatch.delitem(sys.modules, "mikra.sealing.pades_hand", raising=False)
    monkeypatch.delattr(importlib.import_module("mikra.sealing"), "pades_hand", raising=False)
    with pytest.raises(UnavailableError, match=r"mikra\[pdf\]"):
        pades.seal(PLAIN, signer=europe.seal().signer, at=AT)
