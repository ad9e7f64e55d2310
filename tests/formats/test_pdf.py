"""PDF files of anybody: what is attached, what the page says, what would run; hostile twins refused in our words."""

from __future__ import annotations

import importlib
import io
import random
import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mikra.errors import InputError, UnavailableError
from mikra.formats import pdf, pdf_bytes
from mikra.formats.pdf import PdfLimits
from mikra.formats.squeezed import squeezed
from tests.simulators import pdfs
from tests.simulators.pdfs import Plan

pytestmark = pytest.mark.extra("pdf")
CREDENTIAL = b'{"id":"urn:credential:1"}'
GOOD = Plan(attached={b"credential.jsonld": CREDENTIAL})


def code(data: bytes, limits: PdfLimits = pdf.DEFAULT_LIMITS) -> str:
    try:
        pdf.read(data, limits)
    except InputError as error:
        return error.code
    return ""


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_attached_and_what_the_page_says(packed: bool) -> None:
    file = pdf.read(pdfs.make(replace(GOOD, packed=packed)))
    (one,) = file.attachments
    assert (one.name, one.data) == ("credential.jsonld", CREDENTIAL)
    assert (file.text, file.active, file.seals) == ("dataethics", "", ())


def test_a_name_is_no_path() -> None:
    file = pdf.read(pdfs.make(replace(GOOD, attached={b"../../../tmp/x.jwt": CREDENTIAL})))
    assert file.attachments[0].data == CREDENTIAL


def test_an_attachment_that_nothing_leads_to_is_found() -> None:
    hidden = pdfs.stream(b'{"id":"urn:credential:2"}', b"/Type/EmbeddedFile")
    assert len(pdf.read(pdfs.make(replace(GOOD, extra=[hidden]))).attachments) == 2


def test_the_same_content_twice_is_one() -> None:
    twice = {b"a.json": CREDENTIAL, b"b.json": CREDENTIAL}
    assert len(pdf.read(pdfs.make(replace(GOOD, attached=twice))).attachments) == 1


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"catalog": b"/OpenAction<</S/JavaScript/JS(x)>>"}, "/JavaScript"),
        ({"catalog": b"/OpenAction 6 0 R", "attached": {}, "extra": [b"<</S/Launch/F(x)>>"]}, "/Launch"),
        ({"catalog": b"/AA<<>>"}, "/AA"),
        ({"catalog": b"/AcroForm<</Fields[]/XFA[]>>"}, "/XFA"),
        ({"page": b"/Annots[<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]>>]"}, "/RichMedia"),
        ({"page": b"/Annots[<</Type/Annot/Subtype/Link/A<</S/SubmitForm/F(x)>>/Rect[0 0 9 9]>>]"}, "/SubmitForm"),
        ({"page": b"/Annots[<</Type/Annot/Subtype/Link/A<</S/GoToE/F(x)>>/Rect[0 0 9 9]>>]"}, "/GoToE"),
        ({"extra": [b"<</Java#53cript[]>>"]}, "/JavaScript"),
        ({"page": b"/Annots[<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://x)>>/Rect[0 0 9 9]>>]"}, ""),
        ({"catalog": b"/OpenAction[3 0 R/Fit]"}, ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_would_run_or_reach_out(change: dict[str, object], found: str) -> None:
    assert pdf.read(pdfs.make(replace(GOOD, **change))).active == found  # type: ignore[arg-type]


BOMB = zlib.compress(zlib.compress(bytes(60_000_000)))
LOCKED = b"/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(x)/P 0>>/ID[(a)(a)]"
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "file_type_mismatch"),
    "text": (b"hello", "file_type_mismatch"),
    "header only": (b"%PDF-1.7\n", "file_damaged"),
    "before the header": (b"x" + pdfs.make(GOOD), "file_type_mismatch"),
    "behind the end": (pdfs.make(GOOD) + b"{}", "file_damaged"),
    "no table": (pdfs.make(GOOD).replace(b"xref\n0 8", b"xxxx\n0 8"), "file_damaged"),
    "wrong root": (pdfs.make(GOOD).replace(b"/Root 1 0 R", b"/Root 5 0 R"), "file_damaged"),
    "password": (
        pdfs.make(replace(GOOD, trailer=b"/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(x)/P 0>>/ID[(a)(a)]")),
        "",
    ),
    "bomb": (pdfs.make(replace(GOOD, attached={b"a": bytes(60_000_000)}, packed=True)), "file_expands_too_much"),
    "bomb in a bomb": (
        pdfs.make(replace(GOOD, extra=[pdfs.stream(BOMB, b"/Filter[/FlateDecode/FlateDecode]")])),
        "file_expands_too_much",
    ),
    "odd packing": (
        pdfs.make(replace(GOOD, extra=[pdfs.stream(b"30>", b"/Type/EmbeddedFile/Filter/ASCIIHexDecode")])),
        "file_damaged",
    ),
    "deep": (pdfs.make(replace(GOOD, extra=[b"[" * 300 + b"]" * 300])), "file_damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    data, expected = REFUSED[name]
    found = code(data)
    assert found == expected if expected else found in ("file_encrypted", "file_damaged")


def test_what_is_refused_before_any_parser_sees_it() -> None:
    with pytest.raises(InputError) as caught:
        pdf_bytes.check(pdfs.make(GOOD), 1_000_000, 3)
    assert caught.value.code == "file_expands_too_much"
    hidden = pdfs.stream(b"30>", b"/Type/ObjStm/N 0/First 0/Filter/ASCIIHexDecode")
    with pytest.raises(InputError) as caught:
        pdf_bytes.check(pdfs.make(replace(GOOD, extra=[hidden])), 1_000_000, 100)
    assert caught.value.code == "file_damaged"
    pdf_bytes.check(pdfs.make(GOOD), 1_000_000, 100)


def test_a_stream_unpacks_to_its_limit_and_no_further() -> None:
    assert pdf_bytes.unpack(zlib.compress(bytes(10)), 10) == bytes(10)
    assert pdf_bytes.unpack(zlib.compress(bytes(10))[:-1], 10) is None
    assert pdf_bytes.unpack(b"nothing packed", 10) is None
    for size in (11, 100_000):
        with pytest.raises(InputError) as caught:
            pdf_bytes.unpack(zlib.compress(bytes(size)), 10)
        assert caught.value.code == "file_expands_too_much"


def test_limits() -> None:
    assert code(pdfs.make(GOOD), PdfLimits(attachment=10)) == "file_expands_too_much"
    assert code(pdfs.make(GOOD), PdfLimits(objects=3)) == "file_expands_too_much"
    many = {b"%d" % n: b"%d" % n for n in range(4)}
    assert code(pdfs.make(replace(GOOD, attached=many)), PdfLimits(attachments=3)) == "too_many_files"
    assert code(pdfs.make(replace(GOOD, extra=[b"<</Type/Sig>>"] * 2)), PdfLimits(seals=1)) == "too_many_files"
    assert pdf.read(pdfs.make(GOOD), PdfLimits(pages=0)).text is None


def saved(**how: Any) -> bytes:
    """The good file, written again by qpdf."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdfs.make(GOOD))) as file:
        file.save(out, **how)
    return out.getvalue()


def test_objects_within_streams_are_counted_too() -> None:
    import pikepdf

    data = saved(object_stream_mode=pikepdf.ObjectStreamMode.generate)
    seen = len(re.findall(rb"\d obj\b", data))
    pdf_bytes.check(data, 1_000_000, seen)
    assert (code(data), code(data, PdfLimits(objects=seen))) == ("", "file_expands_too_much")


def test_encrypted_under_no_password() -> None:
    import pikepdf

    assert code(saved(encryption=pikepdf.Encryption(owner="owner", user=""))) == "file_encrypted"


def test_pages_and_outlines_that_lead_in_circles() -> None:
    circle = pdfs.make(replace(GOOD, catalog=b"/Outlines 8 0 R", extra=[b"<</Title(x)/Next 8 0 R>>"]))
    assert code(circle) == ""
    kids = pdfs.make(GOOD).replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")
    assert code(kids) in ("", "file_damaged")


def test_text_by_a_map_to_unicode() -> None:
    cmap = (
        b"1 beginbfrange <0001> <0003> <0041> endbfrange 1 beginbfrange <0004> <0005> [<00660069> <0119>] endbfrange"
        b" 1 beginbfchar <0006> <D83DDE00> endbfchar"
    )
    font = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode 7 0 R>>"
    content = b"BT /F2 9 Tf [<0001> -120 <000200030004>] TJ <00050006> Tj ET"
    plan = Plan(content=content, fonts=b"/F2 6 0 R", extra=[font, pdfs.stream(cmap, packed=True)])
    assert pdf.read(pdfs.make(plan)).text == "abcfię😀"


def test_text_within_forms_that_lead_in_circles() -> None:
    members = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"
    form = pdfs.stream(b"BT /F1 9 Tf (within) Tj ET /X Do", members)
    plan = Plan(content=b"/X Do", fonts=b">>/XObject<</X 6 0 R", extra=[form])
    assert (pdf.read(pdfs.make(plan)).text or "").startswith("withinwithin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Data  ethics", "dataethics"), ("Wasser\u00adgüte", "wassergüte"), ("ﬁn-al", "final")],
)
def test_squeezed(text: str, expected: str) -> None:
    assert squeezed(text) == expected


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pikepdf", None)
    monkeypatch.delitem(sys.modules, "mikra.formats.pdf_objects", raising=False)
    monkeypatch.delattr(importlib.import_module("mikra.formats"), "pdf_objects", raising=False)
    with pytest.raises(UnavailableError, match=r"mikra\[pdf\]"):
        pdf.read(pdfs.make(GOOD))


PIECES = [
    *(b"<<", b">>", b"[", b"]", b"(", b")", b"<", b">", b" obj\n", b"endobj\n", b"stream\n", b"\nendstream", b"R "),
    *(b"/Kids", b"/Root", b"xref\n", b"trailer", b"0 ", b"3 0 R", b"-1", b"null", b"\xff\x00", b"/Filter/FlateDecode"),
    *(b"/ByteRange[0 1 2 3]", b"/Type/Sig", b"/SubFilter/ETSI.CAdES.detached", b"/Contents<30>"),
    *(b"/EF<</F 7 0 R>>", b"/DSS<</Certs[7 0 R]>>", b"/ToUnicode 7 0 R", b"/Subtype/Type0"),
]


@pytest.mark.drill("R5")
def test_only_our_errors(amount: Callable[[int, int], int], record_property: Callable[[str, object], None]) -> None:
    """Pieces of PDF files put together anyhow, and good files with pieces cut, doubled and swapped."""
    chance = random.Random(7)
    good = [pdfs.make(GOOD), pdfs.make(replace(GOOD, packed=True, catalog=b"/AcroForm<</Fields[]/SigFlags 1>>"))]
    count, read = amount(2_000, 100_000), 0
    for _ in range(count):
        data = bytearray(chance.choice(good))
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(len(data))
            data[at : at + chance.choice([0, 0, 1, 5, 40])] = chance.choice(PIECES)
        try:
            pdf.read(bytes(data))
            read += 1
        except InputError:
            pass
    record_property("malformed PDF files", f"{count}, read all the same {read}")


def test_the_fault_that_the_drill_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    from mikra.formats import pdf_objects

    monkeypatch.setattr(pdf_objects, "BROKEN", ())
    with pytest.raises(Exception, match=r".") as caught:
        pdf.read(REFUSED["no table"][0])
    assert not isinstance(caught.value, InputError)
