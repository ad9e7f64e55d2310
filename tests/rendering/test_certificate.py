"""The certificate: whole, the same each time, one page where it fits, in every language, whatever stands in it."""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
from dataclasses import replace
from typing import Any

import orjson
import pytest

from mikra import messages
from mikra.errors import InputError, UnavailableError
from mikra.formats import pdf
from mikra.formats.squeezed import squeezed
from mikra.issuance.compose import serialise
from mikra.model import Credential, Person, encode
from mikra.rendering.brand import Brand, contrast, tint
from mikra.rendering.certificate import CertificateRenderer
from mikra.rendering.certificate_contents import Asked, SealFacts, certificate_contents, short_code
from mikra.sealing import jades, pades
from tests.issuance.awards import AT, EVERYTHING, composed, signer_for
from tests.issuance.designs import published
from tests.rendering.conformance import faults
from tests.rendering.credentials import credential, named, specification

drawing = pytest.mark.extra("pdf")
DESIGN = published("university-short-course")
URL = "https://verify.example.test/#{code}"
NAMES = (
    "محمد بن عبد الله",
    "שרה כהן",
    "Ελένη Παπαδοπούλου",
    "Борислав Йорданов",
    "Nguyễn Thị Ánh",
    "Þórður Ægisson Wrzesień-Łukasiewicz",
    "#panic() *x* $y$ @z <b> {{7*7}}",
    "Maria-Antonia " * 20,
    "W" * 150,
)


def sealed(given: Credential | None = None, **row: Any) -> bytes:
    one = given or composed(DESIGN, {**EVERYTHING, **row})
    payload = serialise(one) if given is None else orjson.dumps(encode(one))
    return jades.seal(payload, signer=signer_for(DESIGN), at=AT)


@pytest.fixture(scope="module")
def renderer() -> CertificateRenderer:
    return CertificateRenderer(verify_url=URL)


def pages(data: bytes) -> int:
    return len(re.findall(rb"/Type ?/Page\b(?!s)", data))


@drawing
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_in_every_language(renderer: CertificateRenderer, language: str) -> None:
    given = sealed()
    data = renderer.render(given, language=language)
    file = pdf.read(data)
    (attached,) = file.attachments
    assert (attached.name, attached.data) == ("credential.jsonld", given)
    assert pages(data) == 1
    assert file.text is not None
    for key in ("page.elements", "page.no_claim", "page.outcomes", "certificate.judged", "verify.level.not_determined"):
        assert squeezed(messages.text(key, language).rstrip(".")) in file.text
    assert "o'brien,zoë" in file.text
    assert faults(data) == []


@drawing
def test_sealed_it_still_conforms_and_is_the_same_each_time(renderer: CertificateRenderer) -> None:
    given = sealed()
    once, twice = renderer.render(given, language="en"), renderer.render(given, language="en")
    assert once == twice
    assert faults(pades.seal(once, signer=signer_for(DESIGN), at=AT)) == []


@drawing
@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:24])
def test_whatever_a_name_is(renderer: CertificateRenderer, name: str) -> None:
    data = renderer.render(sealed(full_name=name, given_name="", family_name=""), language="en")
    said = pdf.read(data).text or ""
    wanted = squeezed(name)
    assert wanted in said or wanted[::-1] in said or set(wanted) <= set(said)
    assert faults(data) == []


@drawing
def test_a_script_without_a_font_is_refused_with_words(renderer: CertificateRenderer) -> None:
    with pytest.raises(InputError, match="cannot be set"):
        renderer.render(sealed(full_name="李小龍", given_name="", family_name=""), language="en")


@drawing
def test_much_takes_two_pages_and_little_takes_one(renderer: CertificateRenderer) -> None:
    many = [f"Explain, plan and carry out part {n} of a long series of outcomes, and say why." for n in range(24)]
    long = replace(credential(), credential_subject=_achieving(specified_by=specification(many)))
    short = replace(credential(), credential_subject=_achieving(specified_by=None, proven_by=(), influenced_by=()))
    assert pages(renderer.render(sealed(long), language="en")) == 2
    data = renderer.render(sealed(short), language="en")
    assert pages(data) == 1
    assert squeezed("not stated by the issuer") in (pdf.read(data).text or "")


def _achieving(**changes: Any) -> Person:
    learner = credential().learner
    assert learner is not None
    (achievement,) = credential().achievements
    return replace(learner, has_claim=(replace(achievement, **changes),))


@drawing
def test_a_demonstration_says_so() -> None:
    word = squeezed(messages.text("page.demonstration", "en"))
    real = jades.seal(
        orjson.dumps(encode(credential())), signer=signer_for(replace(DESIGN, demonstration=False)), at=AT
    )
    assert word in (pdf.read(CertificateRenderer(demonstration=True).render(real, language="en")).text or "")
    assert word not in (pdf.read(CertificateRenderer().render(real, language="en")).text or "")
    shown = signer_for(replace(DESIGN, demonstration=True))
    by_its_seal = jades.seal(orjson.dumps(encode(credential())), signer=shown, at=AT)
    assert word in (pdf.read(CertificateRenderer().render(by_its_seal, language="en")).text or "")


@drawing
def test_an_altered_credential_gets_none(renderer: CertificateRenderer) -> None:
    with pytest.raises(InputError, match="does not hold") as caught:
        renderer.render(sealed().replace(b"O'Brien", b"O'Brian"), language="en")
    assert caught.value.code == "jws_signature_invalid"


@drawing
@pytest.mark.parametrize("given", [b"", b"[]", b'{"payload":"e30","signatures":[]}'])
def test_what_is_no_sealed_award(renderer: CertificateRenderer, given: bytes) -> None:
    with pytest.raises(InputError):
        renderer.render(given)


def test_the_contents_say_what_the_seal_says() -> None:
    asked = Asked(language="en", brand=Brand(), verify_url="", demonstration=False)
    for qualified, word in ((True, "qualified"), (False, "not determined")):
        seal = SealFacts(name="University of Zed", day="2026-05-03", states_qualified=qualified)
        said = certificate_contents(named("Zoë"), b"{}", seal, asked).proofs[-1]
        assert said.startswith("Sealed by University of Zed on 3 May 2026\u00a0· ")
        assert word in said


def test_the_file_is_tied_to_the_award() -> None:
    asked = Asked(language="en", brand=Brand(), verify_url="", demonstration=False)
    contents = certificate_contents(credential(), b"{}", SealFacts(name="Z", day="", states_qualified=False), asked)
    assert f"sha256:{hashlib.sha256(b'{}').hexdigest()}" in contents.keywords
    assert credential().achievements[0].id in contents.keywords


def test_optional_elements_that_are_missing_are_left_out_and_mandatory_ones_said() -> None:
    asked = Asked(language="en", brand=Brand(), verify_url="", demonstration=False)
    seal = SealFacts(name="Z", day="2026-05-03", states_qualified=False)
    bare = replace(credential(), credential_subject=_achieving(specified_by=None, proven_by=(), influenced_by=()))
    contents = certificate_contents(bare, b"{}", seal, asked)
    assert [field.stated for field in contents.fields] == [False, False, False]
    assert contents.qr == contents.verify == contents.logo == ""


@pytest.mark.extra("pdf")
def test_the_address_holds_the_code() -> None:
    asked = Asked(language="en", brand=Brand(), verify_url=URL, demonstration=False)
    seal = SealFacts(name="Z", day="2026-05-03", states_qualified=False)
    contents = certificate_contents(credential(), b"{}", seal, asked)
    code = short_code(b"{}")
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code)
    assert code in contents.verify.replace("\u200b", "")
    assert contents.qr.startswith("<svg")
    assert short_code(b"{ }") != code


@pytest.mark.parametrize("accent", ["#ffcc00", "#00ff00", "#ffffff", "#f5a3c7", "#7fd6ff", "#1c3f9f", "#000000"])
def test_colours_can_be_read(accent: str) -> None:
    def rgb(text: str) -> tuple[float, float, float]:
        return (float(int(text[1:3], 16)), float(int(text[3:5], 16)), float(int(text[5:7], 16)))

    colours = tint(accent)
    assert contrast(rgb(colours.accent), (255.0, 255.0, 255.0)) >= 4.5
    assert contrast(rgb(colours.accent), rgb(colours.soft)) >= 4.5
    assert contrast((0x5A, 0x63, 0x74), rgb(colours.soft)) >= 4.5
    assert colours.darkened == (colours.accent != accent)
    assert tint("#1c3f9f").darkened is False


@pytest.mark.parametrize("accent", ["", "red", "#12345", "#gggggg", "1c3f9f", "#1c3f9f00"])
def test_what_is_no_colour(accent: str) -> None:
    with pytest.raises(InputError, match="not a colour"):
        Brand(accent=accent)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#7a1f3d"/></svg>'


@drawing
def test_a_logo_is_drawn_and_named() -> None:
    from tests.formats.drawn_png import image

    png = image(40, 20, lambda x, y: (122, 31, 61))
    for logo in (SVG, png):
        data = CertificateRenderer(brand=Brand(accent="#7a1f3d", logo=logo)).render(sealed(), language="en")
        assert faults(data) == []
        assert b"/Alt" in data


@pytest.mark.parametrize(
    "logo",
    [
        b"GIF89a",
        b"<svg><script>1</script></svg>",
        b'<svg><image href="https://x"/></svg>',
        b"\x89PNG\r\n",
        b" " * 200_001,
    ],
)
def test_what_is_no_logo(logo: bytes) -> None:
    with pytest.raises(InputError):
        Brand(logo=logo)


def test_a_long_address_is_refused() -> None:
    with pytest.raises(InputError, match="too long"):
        CertificateRenderer(verify_url="https://x/" + "y" * 300)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    importlib.import_module("mikra.rendering.certificate")
    with pytest.raises(UnavailableError, match=r"mikra\[pdf\]"):
        CertificateRenderer()


@drawing
def test_in_its_own_first_language() -> None:
    for language in ("ro", "lt"):
        given = composed(replace(DESIGN, languages=(language, "en")), EVERYTHING)
        text = pdf.read(CertificateRenderer().render(sealed(given))).text or ""
        assert squeezed(messages.text("page.outcomes", language)) in text
