"""PDF files with a credential: the attachment is judged, the page never; a seal on the file can speak against it."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from mikra import messages
from mikra.errors import UnavailableError
from mikra.formats import pdf
from mikra.report import Report, Status, Verdict
from mikra.sealing import pades
from mikra.sealing.etsiu import ValidationData
from mikra.verification import Policy, verify
from mikra.verification.openers import pdf as opener
from tests.drills.mutants import tried
from tests.simulators import authorities, europe, pdfs
from tests.simulators.longterm import POLICY, SEALED, SEALS, TIMES, Authority, Clock, World, sealer, top
from tests.simulators.pdfs import Plan
from tests.simulators.timestamps import TimestampAuthority
from tests.verification.documents import ANCHORED, AT, SEALED_AT, edc, named, other_seal, seal

reading = pytest.mark.extra("pdf")
TITLE, PERSON = "Water quality", "Zoe O'Brien"


def document(**changes: Any) -> dict[str, Any]:
    """The small credential, about somebody whom a simple font can write."""
    made = edc(**changes)
    made["credentialSubject"]["fullName"] = {"en": PERSON}
    return made


SAYS = f"{TITLE} {PERSON}".encode()
GOOD = Plan(says=SAYS, attached={b"credential.jsonld": seal(document())})
OWN = authorities.seal()


def without_extra(data: bytes) -> pdf.PdfFile:
    raise UnavailableError("PDF files cannot be read here.", fix="Install mikra[pdf].")


def test_without_the_extra_it_is_not_checked() -> None:
    report = judged(pdfs.make(GOOD), pdf_reader=without_extra)
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "proof_not_supported")
    assert report.check("seal.integrity").status is Status.NOT_CHECKED
    assert "install mikra[pdf]" in report.check("seal.integrity").reason.text()


def judged(data: bytes, policy: Policy = ANCHORED, **more: Any) -> Report:
    (report,) = verify(data, **{"at": AT, "policy": policy} | more)
    return report


def sealed(plan: Plan = GOOD, holder: Any = OWN, **changes: Any) -> bytes:
    return pades.seal(pdfs.make(plan), **{"signer": holder.signer, "at": SEALED_AT} | changes)


def notes(report: Report) -> list[str]:
    return [finding.what.key for finding in report.checks[0].findings]


@reading
def test_the_attachment_is_judged() -> None:
    report = judged(pdfs.make(GOOD))
    assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "valid")
    assert notes(report) == ["pdf.page.agrees"]
    assert report.credential is not None


@reading
def test_a_page_that_says_something_else() -> None:
    report = judged(pdfs.make(replace(GOOD, says=b"Doctor of Medicine")))
    assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "pdf_page_not_verified")
    assert notes(report) == ["pdf.page.differs"]
    for language in messages.LANGUAGES:
        assert messages.text("verdict.page_note", language) in report.sentence.text(language)


@reading
def test_a_page_about_somebody_else() -> None:
    report = judged(pdfs.make(replace(GOOD, says=f"{TITLE} Somebody Else".encode())))
    assert report.code == "pdf_page_not_verified"


@reading
def test_a_page_that_cannot_be_read() -> None:
    report = judged(pdfs.make(replace(GOOD, content=b"0 0 9 9 re f")))
    assert (report.code, notes(report)) == ("pdf_page_not_verified", ["pdf.page.unreadable"])


@reading
def test_an_altered_attachment_fails_and_shows_nothing() -> None:
    altered = seal(document()).replace(b"University", b"Universitx")
    report = judged(pdfs.make(replace(GOOD, attached={b"credential.jsonld": altered})))
    assert report.verdict is Verdict.TOTAL_FAILED
    assert report.credential is None


@reading
def test_both_seals_are_reported() -> None:
    report = judged(sealed())
    assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "valid")
    assert notes(report) == ["pdf.seal.confirmed", "pdf.page.sealed"]


@reading
def test_a_proven_time_is_told() -> None:
    authority = TimestampAuthority(at=SEALED_AT)
    assert "pdf.seal.confirmed_proven" in notes(judged(sealed(timestamper=authority)))


@reading
def test_a_seal_of_another_does_not_cover_the_page_for_the_issuer() -> None:
    other = other_seal()
    report = judged(sealed(replace(GOOD, says=b"Doctor of Medicine"), other))
    assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "pdf_page_not_verified")
    assert notes(report) == ["pdf.seal.confirmed", "pdf.page.differs"]
    assert notes(judged(sealed(holder=other), named(OWN)))[0] == "pdf.seal.unconfirmed"


@reading
def test_a_seal_that_does_not_fit_fails_it_all() -> None:
    data = sealed().replace(SAYS, SAYS.swapcase())
    report = judged(data)
    assert (report.verdict, report.code, report.credential) == (Verdict.TOTAL_FAILED, "signature_invalid", None)


@reading
def test_a_seal_of_a_kind_that_is_not_read() -> None:
    report = judged(sealed().replace(b"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha1 "))
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "proof_not_supported")
    assert report.credential is None


@reading
def test_a_seal_outside_the_time_of_its_certificate() -> None:
    brief = other_seal(start=SEALED_AT - timedelta(days=30), end=SEALED_AT - timedelta(days=1))
    report = judged(sealed(holder=brief, at=SEALED_AT - timedelta(days=2)))
    assert report.verdict is Verdict.TOTAL_PASSED
    moved = sealed(holder=brief, at=SEALED_AT - timedelta(days=2)).replace(
        (SEALED_AT - timedelta(days=2)).strftime("%Y%m%d").encode(), SEALED_AT.strftime("%Y%m%d").encode()
    )
    assert judged(moved).verdict is Verdict.TOTAL_FAILED


@reading
def test_a_bare_credential_is_sealed_by_the_file_around_it() -> None:
    bare = replace(GOOD, attached={b"credential.jsonld": orjson.dumps(document())})
    assert judged(pdfs.make(bare)).code == "proof_missing"
    assert judged(sealed(bare)).code == "valid"
    assert judged(sealed(bare, other_seal()), named(other_seal())).verdict is Verdict.TOTAL_FAILED


@reading
@pytest.mark.parametrize(
    "attached",
    [
        {b"a": seal(document()), b"b": seal(document(id="urn:credential:other"))},
        {b"a": seal(document()), b"b": orjson.dumps(document())},
    ],
    ids=["two sealed", "one sealed, one not"],
)
def test_two_credentials(attached: dict[bytes, bytes]) -> None:
    assert judged(pdfs.make(replace(GOOD, attached=attached))).code == "pdf_ambiguous"


@reading
def test_other_attachments_do_not_matter() -> None:
    more = {**GOOD.attached, b"notes.txt": b"hello", b"data.json": b'{"a":1}', b"x.xml": b"<x/>"}
    assert judged(pdfs.make(replace(GOOD, attached=more))).code == "valid"


@reading
def test_nothing_inside() -> None:
    assert judged(pdfs.make(replace(GOOD, attached={}))).code == "pdf_no_credential"
    assert judged(pdfs.make(replace(GOOD, attached={b"a.json": b'{"a":1}'}))).code == "pdf_no_credential"


OTHER = seal(document(id="urn:credential:shadow"))
SHADOWS: dict[str, dict[int, bytes]] = {
    "another attachment": {7: pdfs.stream(OTHER, b"/Type/EmbeddedFile")},
    "a second attachment": {90: pdfs.stream(OTHER, b"/Type/EmbeddedFile")},
    "another page": {4: pdfs.stream(b"BT /F1 18 Tf 40 100 Td (Doctor of Medicine) Tj ET")},
    "another font": {5: b"<</Type/Font/Subtype/Type1/BaseFont/Courier>>"},
    "an action": {3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/AA<</O<</S/JavaScript/JS(x)>>>>>>"},
    "pages in another order": {2: b"<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>"},
    "nothing new": {90: b"<</A 1>>"},
}


@reading
@pytest.mark.parametrize("name", SHADOWS)
def test_what_is_added_after_the_seal(name: str) -> None:
    """Shadow attacks: a further state in which the file is another."""
    data = sealed()
    later = pdfs.updated(data, SHADOWS[name], root=1, size=91)
    report = judged(later)
    if name == "nothing new":
        assert report.verdict is not Verdict.INDETERMINATE
    else:
        assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "pdf_changed_after_sealing")
        assert report.credential is None


@reading
def test_a_seal_that_was_taken_off_leaves_traces() -> None:
    data = sealed()
    for trace in (b"/ByteRange", b"/SubFilter", b"/Type /Sig", b"/SigFlags 3", b"/FT /Sig"):
        assert trace in data
        hidden = data.replace(trace, trace.replace(b"S", b"X").replace(b"R", b"X"))
        assert judged(hidden).verdict is not Verdict.TOTAL_PASSED, trace


@reading
def test_a_seal_that_is_overwritten_later_leaves_traces() -> None:
    """The seal's dictionary is gone from the last state, and the form with it; its bytes are still in the file."""
    data = sealed()
    number = int(re.findall(rb"(\d+) 0 obj", data[: data.index(b"/ByteRange")])[-1])
    catalog = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a) 6 0 R]>>>>>>"
    report = judged(pdfs.updated(data, {1: catalog, 3: PAGE, number: b"null"}, root=1, size=99))
    assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "pdf_changed_after_sealing")


PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"


@reading
@pytest.mark.parametrize(
    "change",
    [
        {"catalog": b"/AcroForm<</Fields[]/SigFlags 3>>"},
        {"catalog": b"/AcroForm<</Fields[8 0 R]>>", "extra": [b"<</FT/Sig/T(Seal)/V<</Filter/X>>>>"]},
        {"extra": [b"<</Type/Sig/Filter/Adobe.PPKLite>>"]},
    ],
    ids=["says that it is sealed", "a field without its seal", "a seal that covers nothing"],
)
def test_a_form_that_promises_a_seal(change: dict[str, Any]) -> None:
    assert judged(pdfs.make(replace(GOOD, **change))).verdict is not Verdict.TOTAL_PASSED


def stamped(data: bytes, imprint: Callable[[bytes], bytes] = bytes) -> bytes:
    """The file under a timestamp over all of it (EN 319 142-1, 5.4.3), as pyHanko writes it."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp

    embedder = PdfCMSEmbedder(new_field_spec=SigFieldSpec("Timestamp"))
    writing: Any = embedder.write_cms(field_name="Timestamp", writer=IncrementalPdfFileWriter(io.BytesIO(data)))
    next(writing)
    writing.send(SigObjSetup(sig_placeholder=DocumentTimestamp(bytes_reserved=16_384)))
    prepared, output = writing.send(SigIOSetup(md_algorithm="sha256", output=io.BytesIO()))
    writing.send(TimestampAuthority(at=SEALED_AT, imprint=imprint).timestamp(prepared.document_digest))
    return bytes(output.getvalue())


@reading
def test_a_timestamp_over_the_file() -> None:
    for data in (stamped(sealed()), stamped(pdfs.make(GOOD))):
        report = judged(data)
        assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "valid")
    assert "pdf.seal.confirmed_proven" in notes(judged(stamped(sealed())))


@reading
def test_a_timestamp_over_another_file() -> None:
    for data in (sealed(), pdfs.make(GOOD)):
        report = judged(stamped(data, imprint=lambda _: bytes(32)))
        assert (report.verdict, report.code, report.credential) == (Verdict.TOTAL_FAILED, "signature_invalid", None)


@reading
def test_a_timestamp_over_another_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    from mikra.sealing import pades_hand

    monkeypatch.setattr(pades_hand, "request_token", lambda authority, _: authority.timestamp(bytes(32)))
    report = judged(sealed(timestamper=TimestampAuthority(at=SEALED_AT)))
    assert (report.verdict, report.code, report.credential) == (Verdict.TOTAL_FAILED, "signature_invalid", None)


@reading
def test_validation_data_and_a_further_seal_are_no_change() -> None:
    extended = pades.extend(sealed(), ValidationData(certificates=OWN.chain))
    assert judged(extended).code == "valid"
    twice = pades.seal(extended, signer=other_seal().signer, at=SEALED_AT)
    assert judged(twice).code == "valid"
    assert sum(note.startswith("pdf.seal.") for note in notes(judged(twice))) == 2


def mutants(data: bytes, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(seed)
    for _ in range(count):
        at = chance.randrange(len(data))
        match chance.choice(["change", "bit", "delete", "double", "cut"]):
            case "change":
                yield f"change at {at}", data[:at] + bytes([data[at] ^ chance.randrange(1, 256)]) + data[at + 1 :]
            case "bit":
                yield f"bit at {at}", data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
            case "delete":
                yield f"delete at {at}", data[:at] + data[at + 1 :]
            case "double":
                yield f"double at {at}", data[:at] + data[at : at + 1] + data[at:]
            case _:
                yield f"cut at {at}", data[:at]


def accepted(data: bytes) -> tuple[bytes, str | None] | None:
    """The attachment and the page of what passes with its own seal; None where it is refused."""
    reports = verify(data, at=AT, policy=ANCHORED)
    if any(report.verdict is not Verdict.TOTAL_PASSED for report in reports):
        return None
    file = pdf.read(data)
    return file.attachments[0].data, file.text


@reading
@pytest.mark.drill("R3")
def test_no_mutant_passes(amount: Callable[[int, int], int], record_property: Callable[[str, object], None]) -> None:
    data = sealed(timestamper=TimestampAuthority(at=SEALED_AT))
    count = amount(500, 3_000)
    refused, forged = tried(data, accepted, count=count, seed=3)
    record_property("mutants of a sealed PDF", f"{count}, refused {refused}, forged {len(forged)}")
    assert forged == []
    assert refused > count * 0.6


@reading
def test_the_fault_that_the_drill_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the mathematics of the file's seal skipped, mutants pass."""
    monkeypatch.setattr(opener, "_mathematics", lambda *_: "")
    data = sealed()
    original = accepted(data)
    text = data.replace(SAYS, SAYS.swapcase()[:-1] + b"!")
    assert accepted(text) not in (None, original)


@reading
def test_a_seal_by_every_kind_of_key_is_judged() -> None:
    for kind in ("RSA", "P-384", "Ed25519"):
        holder = europe.seal(kind)
        assert judged(sealed(holder=holder)).verdict is Verdict.TOTAL_PASSED


def longterm(*, revoked: bool = False, later: bool = False) -> bytes:
    """A file around a bare credential, sealed in 2026 at B-LT: with a proof of time, and what its authority said."""
    world = World()
    if revoked:
        world.registers[SEALS].revoke(sealer(), SEALED - timedelta(days=30), None)
    for register in world.registers.values():
        register.at = SEALED
    values = ValidationData(
        certificates=(top(SEALS).der, top(TIMES).der),
        crls=tuple(register.crl() for register in world.registers.values()),
    )
    bare = pdfs.make(replace(GOOD, attached={b"credential.jsonld": orjson.dumps(document())}))
    make = {"signer": sealer().signer, "at": SEALED, "timestamper": Authority(Clock())}
    if later:
        return pades.extend(pades.seal(bare, **make), values)
    return pades.seal(bare, **make, validation_data=values)


@reading
@pytest.mark.parametrize("later", [False, True])
def test_what_is_in_the_file_proves_it_after_the_certificate_has_ended(later: bool) -> None:
    """B-LT (EN 319 142-1, 6): five years on, and nobody is asked."""
    report = judged(longterm(later=later), POLICY, at=AT.replace(year=2028, month=6))
    assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "valid")
    without = pades.seal(
        pdfs.make(replace(GOOD, attached={b"a": orjson.dumps(document())})), signer=sealer().signer, at=SEALED
    )
    assert judged(without, POLICY, at=AT.replace(year=2028, month=6)).verdict is not Verdict.TOTAL_PASSED


@reading
def test_a_seal_of_the_file_that_its_authority_had_withdrawn() -> None:
    report = judged(longterm(revoked=True), POLICY, at=AT.replace(year=2027))
    assert (report.verdict, report.credential) == (Verdict.TOTAL_FAILED, None)
    assert report.code == "seal_certificate_revoked"
