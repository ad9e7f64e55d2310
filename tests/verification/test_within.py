"""Images, photos and addresses: what stands within is judged by itself, and nothing is asked that may not be."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from mikra.formats import baked_png, baked_svg, photo
from mikra.formats.baked import Edition
from mikra.report import Report, Verdict
from mikra.trust.loader import OFFLINE, Loader, Recorded, SnapshotLoader
from mikra.verification import verify
from tests.formats.test_baked import PLAIN_PNG, PLAIN_SVG

AT = datetime(2026, 6, 1, tzinfo=UTC)
UNSEALED = json.dumps({"type": ["VerifiableCredential"], "credentialSubject": {"name": "Zoë"}, "name": "A"})
URL = "https://badges.example/1"


def web(**pages: bytes) -> SnapshotLoader:
    """`one=b"..."` stands at https://badges.example/one."""

    def reader(body: bytes) -> Recorded:
        return Recorded(read=lambda: body)

    return SnapshotLoader({f"https://badges.example/{name}": reader(body) for name, body in pages.items()})


def judged(data: bytes, loader: Loader = OFFLINE) -> Report:
    (report,) = verify(data, at=AT, loader=loader)
    return report


def qr(text: str, *, kind: str = "png", times: int = 1) -> bytes:
    segno = pytest.importorskip("segno", reason="needs the extra pdf")
    from PIL import Image

    out = io.BytesIO()
    segno.make(text, micro=False).save(out, kind="png", scale=4, border=4)
    one = Image.open(out).convert("RGB")
    sheet = Image.new("RGB", (one.width * times, one.height), "white")
    for number in range(times):
        sheet.paste(one, (number * one.width, 0))
    done = io.BytesIO()
    sheet.save(done, kind.upper())
    return done.getvalue()


@pytest.mark.parametrize("image", [baked_png.bake(PLAIN_PNG, UNSEALED), baked_svg.bake(PLAIN_SVG, UNSEALED)])
def test_a_credential_in_an_image_is_judged_by_itself(image: bytes) -> None:
    report = judged(image)
    assert report.code == "proof_missing"
    assert report.credential is not None
    assert report.credential["title"].text() == "A"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hello", "image_no_credential"),
        (f"[{UNSEALED},{UNSEALED}]", "image_ambiguous"),
        ('{"a":1}', "credential_malformed"),
        ('{"a":', "json_malformed"),
    ],
)
def test_what_is_no_credential_in_an_image_is_refused(text: str, code: str) -> None:
    assert judged(baked_png.bake(PLAIN_PNG, text)).code == code


@pytest.mark.parametrize(
    "data",
    [URL.encode().replace(b"/1", b"/one"), baked_png.bake(PLAIN_PNG, "https://badges.example/one")],
    ids=["text", "baked"],
)
def test_an_address_leads_to_a_credential(data: bytes) -> None:
    assert judged(data, web(one=UNSEALED.encode())).code == "proof_missing"


@pytest.mark.parametrize(
    ("loader", "code"),
    [
        (OFFLINE, "link_not_reached"),
        (web(), "link_not_reached"),
        (web(one=b"https://badges.example/two", two=UNSEALED.encode()), "redirect_not_allowed"),
        (web(one=b"<html></html>"), "proof_not_supported"),
        (web(one=b"hello"), "file_type_mismatch"),
        (web(one=b" " * 1_100_000), "response_too_large"),
    ],
)
def test_an_address_that_leads_to_none(loader: Loader, code: str) -> None:
    report = judged(b"https://badges.example/one", loader)
    assert report.code == code
    assert report.verdict is not Verdict.TOTAL_PASSED
    assert report.credential is None


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "https://user@badges.example/", "https://host.internal/a"])
def test_inner_addresses_are_never_asked(url: str) -> None:
    assert judged(url.encode(), web()).code == "url_not_allowed"


def test_a_badge_of_version_2_is_recognised_by_its_place() -> None:
    for text in ("http://badges.example/1", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", '{"type":"Assertion"}'):
        assert judged(baked_png.bake(PLAIN_PNG, text, Edition.V2)).verdict is not Verdict.TOTAL_PASSED


@pytest.mark.extra("photo")
class TestPhotos:
    @pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
    def test_the_code_in_a_photo_is_read(self, kind: str) -> None:
        report = judged(qr(UNSEALED, kind=kind))
        assert report.code == "proof_missing"
        assert report.credential is not None
        assert report.credential["learner"].text() == "Zoë"

    def test_an_address_in_a_code_is_followed_through_the_loader(self) -> None:
        data = qr("https://badges.example/one", kind="jpeg")
        assert judged(data, web(one=UNSEALED.encode())).code == "proof_missing"
        assert judged(data).code == "link_not_reached"

    def test_the_same_code_twice_is_one_and_two_codes_are_ambiguous(self) -> None:
        assert judged(qr(UNSEALED, times=2)).code == "proof_missing"
        from PIL import Image

        one, two = (Image.open(io.BytesIO(qr(f"https://badges.example/{n}"))) for n in "12")
        both = Image.new("RGB", (one.width + two.width, one.height), "white")
        both.paste(one, (0, 0))
        both.paste(two, (one.width, 0))
        out = io.BytesIO()
        both.save(out, "PNG")
        assert judged(out.getvalue()).code == "image_ambiguous"

    def test_what_is_baked_in_counts_and_not_the_code_in_the_picture(self) -> None:
        """A picture whose baked credential is refused is not read another way."""
        picture = qr(UNSEALED)
        assert judged(picture).code == "proof_missing"
        cut = baked_png.bake(picture, UNSEALED) + b"x"
        assert judged(cut).code == "image_malformed"

    def test_other_codes_and_no_code(self) -> None:
        assert judged(qr("openid-credential-offer://?x", kind="jpeg")).code == "image_no_credential"
        assert judged(PLAIN_PNG).code == "image_no_credential"

    def test_damaged_photos(self) -> None:
        good = qr(UNSEALED, kind="jpeg")
        for data in (good[:200], good[:4] + bytes(50), b"\xff\xd8\xff"):
            assert judged(data).code in ("image_malformed", "image_no_credential")

    def test_a_picture_of_too_many_pixels_is_not_unpacked(self) -> None:
        from PIL import Image

        out = io.BytesIO()
        Image.new("1", (9000, 9000)).save(out, "JPEG")
        assert judged(out.getvalue()).code == "image_too_large"


def test_without_the_extra_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo, "readable", lambda: False)
    report = judged(b"\xff\xd8\xff\xe0" + bytes(20))
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "proof_not_supported")
    assert "mikra[photo]" in report.checks[0].findings[0].expected
