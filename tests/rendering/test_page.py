"""The page as a picture: small, to be seen, the same each time, without the learner unless asked, never overflowing."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest

from mikra import messages
from mikra.errors import InputError
from mikra.formats import png
from mikra.model import Credential, Person, Text
from mikra.rendering import page as pages
from mikra.rendering.contents import holder_contents, page_contents
from mikra.rendering.page import (
    BAND,
    MAX_BYTES,
    RESOLUTIONS,
    TypstPageRenderer,
    neutral_page,
    page_renderer,
)
from mikra.rendering.reduction import reduce
from mikra.rendering.typesetter import Typesetter
from tests.rendering.credentials import credential, named, organisation

drawing = pytest.mark.extra("pdf")
A4 = 210 / 297
HOSTILE = (
    "#panic()",
    '#read("/etc/passwd")',
    "*x* _y_ `z` $x$ @ref <label> = heading",
    "{{7*7}}",
    "<b>x</b>",
    "\\u{41} \\",
    '"]); #import "x"',
    "محمد بن عبد الله",
    "שרה כהן",
    "Ελένη Παπαδοπούλου",
    "Борислав Йорданов",
    "Nguyễn Thị Ánh",
    "李小龍",
    "👩🏽‍🎓",
    "Z̸̢̛͚a̵͎͝l̷̡g̶o",
    "\u202eevil\u202c\x00\x07",
)


@pytest.fixture(scope="module")
def edition() -> TypstPageRenderer:
    return TypstPageRenderer()


@pytest.fixture(scope="module")
def personal() -> TypstPageRenderer:
    return TypstPageRenderer(personal=True)


def picture(data: bytes) -> list[list[int]]:
    """The numbers of the colours, by rows; 0 is paper."""
    return [[n for byte in row for n in (byte >> 4, byte & 15)][:width] for width, row in png.rows(data)]


def rows_between(data: bytes, top: float, bottom: float) -> list[list[int]]:
    """The rows between two heights, in points."""
    rows = picture(data)
    scale = len(rows) / 842
    return rows[round(top * scale) : round(bottom * scale)]


@drawing
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_page_is_small_and_seen_and_a4(edition: TypstPageRenderer, language: str) -> None:
    data = edition.render(credential(), language)
    width, height = png.png_size(data)
    assert len(data) <= MAX_BYTES
    assert not png.is_blank(data)
    assert abs(width / height - A4) < 0.002
    assert width >= 750


@drawing
def test_the_same_credential_gives_the_same_bytes(edition: TypstPageRenderer, personal: TypstPageRenderer) -> None:
    assert edition.render(credential(), "en") == TypstPageRenderer().render(credential(), "en")
    given = named("Ελένη Παπαδοπούλου", grade="B")
    assert personal.render(given, "en") == TypstPageRenderer(personal=True).render(given, "en")


@drawing
def test_without_being_asked_the_page_shows_no_learner(edition: TypstPageRenderer, personal: TypstPageRenderer) -> None:
    """To the byte: with this learner, that one, or none."""
    nobody, one, other = credential(), named("Ana Kanarević", grade="A", awarded="2026-05-03"), named("Ben Kanári")
    assert edition.render(one, "en") == edition.render(other, "en") == edition.render(nobody, "en")
    assert len({personal.render(given, "en") for given in (nobody, one, other)}) == 3
    assert personal.render(one, "en") != personal.render(named("Ana Kanarević", grade="B", awarded="2026-05-03"), "en")
    assert personal.render(one, "en") != personal.render(named("Ana Kanarević", grade="A", awarded="2026-05-04"), "en")


@drawing
def test_only_a_page_per_learner_has_the_band(edition: TypstPageRenderer, personal: TypstPageRenderer) -> None:
    """Its ground is the palest lapis (colour 9), from edge to edge."""
    with_band, without = (rows_between(r.render(named("Ana"), "en"), *BAND) for r in (personal, edition))
    assert all(row[0] == row[-1] == 9 for row in with_band)
    assert {n for row in without for n in (row[0], row[-1])} == {0}
    assert any(any(row) for row in without), "the words go on where the band would be"


@drawing
@pytest.mark.parametrize("name", ["Ελένη Παπαδοπούλου", "Maximiliana " * 12])
def test_the_band_stands_where_the_whole_page_has_it(name: str) -> None:
    """A page per learner is put together of kept runs and a band; set as a whole it is the same picture."""
    given = named(name, grade="B", awarded="2026-05-03")
    contents = page_contents(given, "en", demonstration=False, verify_url="", with_holder=True)
    resolution = RESOLUTIONS[0]
    inputs = {"page": orjson.dumps(contents).decode(), "holder": orjson.dumps(holder_contents(given, "en")).decode()}
    whole = reduce(Typesetter("page.typ").drawn(resolution, part="whole", **inputs))
    spliced = [b"\0" + row for _, row in png.rows(TypstPageRenderer(personal=True).render(given, "en"))]
    top, bottom = (points * resolution // 72 for points in BAND)
    assert (spliced[:top], spliced[bottom:]) == (whole[:top], whole[bottom:])
    # Within the band a softened edge may be a shade off, as its letters begin at another fraction of a pixel.
    pairs = zip(b"".join(spliced[top:bottom]), b"".join(whole[top:bottom]), strict=True)
    assert sum(a != b for a, b in pairs) < 0.01 * len(whole[0]) * (bottom - top)


def test_the_band_begins_and_ends_on_whole_rows() -> None:
    assert {points * dots % 72 for points in BAND for dots in RESOLUTIONS} == {0}


LETTERS = (
    "áčďéěíňóřšťúůýž ąćęłńóśźż āčēģīķļņšūž ąčęėįšųūž äöüß àâæçèêëîïôœùûÿ àèéìòù áéíñóú¿¡ ãâçõ ăâîșț öőüű æøå åäö "
    "šžõ čćđ ċġħż ḃċḋḟġṁṗṡṫ абвгдежзийклмнопрстуфхцчшщъьюя αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋΰφχψωώ ơưạảấầẩ €§„“”‘’–…•²"
)


def letter_by_letter(letters: str, **look: str) -> list[bytes]:
    """Each letter on a small page of its own, with our fonts."""
    import typst

    folder = str(Path(pages.__file__).parent / "fonts")
    source = (
        "#set page(width: 30pt, height: 30pt, margin: 0pt)\n"
        '#set text(font: "Noto Sans", weight: int(sys.inputs.weight), fallback: sys.inputs.fallback == "yes")\n'
        "#for letter in sys.inputs.letters.clusters() [#letter#pagebreak(weak: true)]"
    )
    compiler = typst.Compiler(source.encode(), font_paths=[folder], ignore_system_fonts=True)
    drawn: list[bytes] = compiler.compile(format="png", ppi=72, sys_inputs={"letters": letters, **look})
    return drawn


@drawing
@pytest.mark.parametrize("weight", ["400", "700"])
def test_the_fonts_have_the_letters_of_the_unions_languages(weight: str) -> None:
    """None is drawn as the box that stands for a missing one."""
    both_cases = (c for letter in LETTERS.replace(" ", "") for c in (letter, letter.upper()) if len(c) == 1)
    letters = "".join(dict.fromkeys(both_cases)) + "李"
    drawn = letter_by_letter(letters, weight=weight, fallback="no")
    assert [letter for letter, one in zip(letters, drawn, strict=True) if one == drawn[-1]] == ["李"]


@drawing
def test_signs_come_from_elsewhere_and_what_nobody_has_is_a_box() -> None:
    signs = "≤≥≠→√אשמد李"
    drawn = letter_by_letter(signs, weight="400", fallback="yes")
    assert [sign for sign, one in zip(signs, drawn, strict=True) if one == drawn[-1]] == ["李"]


@drawing
@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_never_markup(edition: TypstPageRenderer, personal: TypstPageRenderer, text: str) -> None:
    given = credential(
        title=Text(en=text),
        outcomes=[text, "Weld"],
        bodies=[organisation(text, "CZ")],
        learner=Person(full_name=Text(en=text)),
        grade=text,
    )
    assert not png.is_blank(edition.render(given, "en"))
    assert edition.render(given, "en") != edition.render(credential(), "en")
    assert personal.render(given, "en") != personal.render(credential(title=Text(en=text)), "en")


@drawing
def test_a_star_is_a_star(edition: TypstPageRenderer) -> None:
    """Were it markup, bold within bold would show nothing of it."""
    assert edition.render(credential(title=Text(en="*x*")), "en") != edition.render(
        credential(title=Text(en="x")), "en"
    )


WORDY = "Overheidsgefinancierde Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 8
EXTREMES = {
    "long-title": credential(title=Text(en=WORDY)),
    "one-long-word": credential(title=Text(en="W" * 900)),
    "thirty-outcomes": credential(outcomes=["Weld a plate of steel in position PF and inspect it."] * 30),
    "long-outcomes": credential(outcomes=[WORDY] * 12),
    "ten-bodies": credential(bodies=[organisation(f"{WORDY[:200]} {n}", "NL") for n in range(10)]),
    "all": credential(
        title=Text(en=WORDY),
        outcomes=[WORDY] * 12,
        bodies=[organisation(f"{WORDY[:200]} {n}", "NL") for n in range(10)],
        learner=Person(full_name=Text(en=WORDY)),
        grade=WORDY,
        awarded="2026-05-03",
    ),
    "nothing": Credential(),
}


@drawing
@pytest.mark.parametrize("with_holder", [False, True])
@pytest.mark.parametrize("case", EXTREMES)
def test_nothing_overflows(case: str, with_holder: bool) -> None:
    """Margins stay empty, the foot of the page stands as on any other page, with a gap above it."""
    renderer = TypstPageRenderer(personal=with_holder, demonstration=True, verify_url="https://verify.example/check")
    ordinary, extreme = (picture(renderer.render(given, "en")) for given in (credential(), EXTREMES[case]))
    scale = len(extreme) / 842
    body = extreme[round((312 if with_holder else 240) * scale) + 2 :]
    margins = [row[: round(53 * scale)] + row[round(542 * scale) :] for row in body]
    assert {n for row in margins for n in row} == {0}
    assert {n for row in extreme[round(32 * scale) : round(238 * scale)] for n in row[: round(53 * scale)]} == {0}
    if len(extreme) == len(ordinary):
        foot = round(755 * scale)
        assert extreme[foot:] == ordinary[foot:]
        assert {n for row in extreme[foot - 4 : foot] for n in row} == {0}


@drawing
@pytest.mark.parametrize("case", EXTREMES)
def test_extremes_keep_the_limit(case: str, edition: TypstPageRenderer) -> None:
    assert len(edition.render(EXTREMES[case], "bg")) <= MAX_BYTES


@drawing
def test_outcomes_that_do_not_fit_are_counted(edition: TypstPageRenderer) -> None:
    """From so many on, one more changes nothing but the number of those left out."""
    fewer, more = (edition.render(credential(outcomes=["Weld a plate and inspect it."] * n), "en") for n in (40, 41))
    changed = [a != b for a, b in zip(picture(fewer), picture(more), strict=True)]
    assert 0 < sum(changed) < 20


@drawing
def test_a_smaller_limit_costs_sharpness_and_then_is_refused() -> None:
    sharp, coarse = TypstPageRenderer(), TypstPageRenderer(max_bytes=20_000)
    assert len(coarse.render(credential(), "en")) <= 20_000
    assert png.png_size(coarse.render(credential(), "en")) < png.png_size(sharp.render(credential(), "en"))
    with pytest.raises(InputError) as caught:
        TypstPageRenderer(max_bytes=2_000).render(credential(outcomes=["Weld"]), "en")
    assert caught.value.code == "image_too_large"


@drawing
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_demonstration_is_marked_in_colour_and_one_line(language: str, edition: TypstPageRenderer) -> None:
    """The notice has its ground (colour 13) over the whole width, and no second line of words."""
    notice = rows_between(TypstPageRenderer(demonstration=True).render(credential(), language), 0, 29)
    assert all(row[0] == row[-1] == 13 for row in notice)
    assert {n for row in notice[: len(notice) // 4] for n in row} == {13}
    assert {n for row in notice[-len(notice) // 4 :] for n in row} == {13}
    assert any(11 in row for row in notice)
    # On other pages there is none of it but for the softened edge of the gold tile.
    assert sum(row.count(13) for row in picture(edition.render(credential(), language))) < 200
    assert sum(row.count(13) for row in notice) > 10_000


@drawing
def test_the_address_is_drawn_only_when_given(edition: TypstPageRenderer) -> None:
    told = TypstPageRenderer(verify_url="https://verify.example").render(credential(), "en")
    assert rows_between(told, 700, 842) != rows_between(edition.render(credential(), "en"), 700, 842)
    with pytest.raises(InputError):
        TypstPageRenderer(verify_url="https://verify.example/" + "a" * 150)


@drawing
def test_threads_take_turns(personal: TypstPageRenderer) -> None:
    learners = [named(f"Learner {n}", outcomes=["Weld"]) for n in range(6)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda given: personal.render(given, "en"), learners))
    assert together == [personal.render(given, "en") for given in learners]


@drawing
def test_only_some_pages_are_kept_and_the_oldest_goes() -> None:
    renderer = TypstPageRenderer(plates_kept=2)
    first, *others = [credential(title=Text(en=f"T{n}"), outcomes=["Weld"]) for n in range(3)]
    drawn = renderer.render(first, "en")
    assert [len({renderer.render(given, "en"), drawn}) for given in others] == [2, 2]
    assert len(renderer._plates) == 2
    assert renderer.render(first, "en") == drawn


@drawing
def test_pillow_sees_the_same_picture(edition: TypstPageRenderer) -> None:
    pil = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    data = edition.render(credential(), "en")
    assert list(pil.open(io.BytesIO(data)).tobytes()) == [n for row in picture(data) for n in row]


def test_without_typst_there_is_the_neutral_page() -> None:
    program = (
        "import sys, json; sys.modules['typst'] = None;"
        "from mikra.rendering import page; from mikra.errors import UnavailableError;\n"
        "try: page.TypstPageRenderer(); said = ''\n"
        "except UnavailableError as error: said = error.fix\n"
        "print(json.dumps([page.page_renderer() is None, said, len(page.neutral_page('en'))]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    none, fix, size = json.loads(done.stdout)
    assert none
    assert "mikra[pdf]" in fix
    assert size > 1000


@drawing
def test_with_typst_there_is_a_renderer() -> None:
    renderer = page_renderer(personal=True, demonstration=True, verify_url="https://v.example")
    assert renderer is not None
    assert (renderer.personal, renderer.demonstration, renderer.verify_url) == (True, True, "https://v.example")


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_neutral_page_is_there(language: str) -> None:
    data = neutral_page(language)
    width, height = png.png_size(data)
    assert len(data) < 20_000
    assert not png.is_blank(data)
    assert abs(width / height - A4) < 0.002


def test_each_language_has_its_neutral_page_and_others_the_english_one() -> None:
    assert len({neutral_page(language) for language in messages.LANGUAGES}) == len(messages.LANGUAGES)
    assert neutral_page("mt") == neutral_page("en-IE") == neutral_page("en")


@drawing
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_neutral_page_is_what_would_be_drawn_today(language: str) -> None:
    """Its words and its look have not changed since; `python -m tools.rendering.neutral_pages` draws it anew."""
    import typst

    from mikra.rendering import neutral

    if typst.__version__ != neutral.DRAWN_WITH:
        pytest.skip(f"drawn with typst {neutral.DRAWN_WITH}, here is {typst.__version__}")
    assert neutral.draw(language) == neutral_page(language)


def test_fonts_come_with_their_licence_and_are_light() -> None:
    folder = Path(pages.__file__).parent / "fonts"
    fonts = list(folder.glob("*.ttf"))
    assert len(fonts) == 6
    assert sum(font.stat().st_size for font in fonts) < 2_000_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "OFL.txt").read_text("utf-8")
    assert all(font.name in (folder / "README.md").read_text("utf-8") for font in fonts)
