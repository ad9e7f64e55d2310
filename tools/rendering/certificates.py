"""Makes the pictures of certificates in `docs/gallery`: python -m tools.rendering.certificates [FOLDER]

The three example designs, awarded to invented people, drawn as PDF and turned into pictures by `pdftoppm`
(poppler-utils), with few colours so that they stay small. The PDF files themselves are left in FOLDER, where one is
named. Run it after a change of the words or of the look, look at every picture, and commit what it writes.
"""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from mikra.issuance.compose import AwardId, compose, serialise
from mikra.issuance.design import Design
from mikra.issuance.design_file import publish, read_design
from mikra.rendering.brand import Brand
from mikra.rendering.certificate import CertificateRenderer
from mikra.rendering.page import neutral_page
from mikra.sealing import jades
from mikra.sealing.certificates import SealKey, make_seal_certificate

GALLERY = Path(__file__).parents[2] / "docs" / "gallery" / "certificates"
AT = dt.datetime(2026, 6, 15, 9, 30, tzinfo=dt.UTC)
DOTS, COLOURS = 72, 128
EXAMPLES = {
    "university": "university-short-course",
    "vet": "vet-welding-module",
    "company": "company-digital-skills",
}
VERIFIER = "https://verify.example/#{code}"
WINE, PINE, AMBER = "#7a1f3d", "#1d5c43", "#e0a526"
MORE = (
    "Keep a field book from which somebody else could repeat the campaign, and hand it over at its end",
    "Choose between grab samples, composite samples and passive samplers, and say what each can show",
    "Calibrate a multi-parameter probe before and after a day in the field, and reject what has drifted",
    "Plan the work so that nobody is alone on a bank, and stop it when weather or water make it unsafe",
    "Compare results with the environmental quality standards, and tell an exceedance from an outlier",
    "Explain to neighbours, anglers and councillors what was found, in words that they use themselves",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One picture: which example, in which language, for whom, in which colour. `outcomes` are added to its own."""

    name: str
    example: str
    language: str
    row: Mapping[str, Any]
    accent: str = ""
    demonstration: bool = False
    outcomes: int = 0


def person(name: str, born: dt.date, **more: Any) -> dict[str, Any]:
    return {"full_name": name, "date_of_birth": born, "completed": dt.date(2026, 6, 12), **more}


ANA = person("Ana-Maria Popescu", dt.date(2003, 2, 14), grade="9", learner_id="M0419")
WELDER = {"given_name": "Борислав", "family_name": "Йорданов", "learner_id": "W-77", "completed": dt.date(2026, 6, 12)}
LONG = "María de los Ángeles Fernández-Villanueva y Castellanos de Zúñiga"
PICTURES = (
    Shown(name="university-en", example="university", language="en", row=ANA),
    Shown(name="university-ro", example="university", language="ro", row=ANA | {"grade": "10"}),
    Shown(
        name="university-bg",
        example="university",
        language="bg",
        row=person("Десислава Христова-Йорданова", dt.date(2001, 11, 3), grade="8"),
    ),
    Shown(
        name="university-cs",
        example="university",
        language="cs",
        row=person("Žofie Dvořáková-Říhová", dt.date(2002, 5, 30), grade="9"),
    ),
    Shown(
        name="university-lt",
        example="university",
        language="lt",
        row=person("Jūratė Žemaitytė-Šimkūnienė", dt.date(1999, 12, 24), grade="10"),
    ),
    Shown(name="vet-bg", example="vet", language="bg", row=WELDER, accent=PINE),
    Shown(name="vet-cs", example="vet", language="cs", row=WELDER | {"given_name": "Jiří", "family_name": "Kříž"}),
    Shown(
        name="company-lt",
        example="company",
        language="lt",
        row={"full_name": "Ąžuolas Šeškevičius", "email": "a@example.test", "completed": dt.date(2026, 6, 12)},
        accent=WINE,
    ),
    Shown(
        name="company-en",
        example="company",
        language="en",
        row={"full_name": "محمد بن عبد الله", "email": "m@example.test", "completed": dt.date(2026, 6, 12)},
        accent=AMBER,
    ),
    Shown(name="long-en", example="university", language="en", row=ANA | {"full_name": LONG}, outcomes=16, accent=WINE),
    Shown(name="demonstration-ro", example="university", language="ro", row=ANA, demonstration=True),
)


def example(name: str) -> bytes:
    return files("mikra.examples").joinpath(f"{EXAMPLES[name]}.yaml").read_bytes()


def design_of(shown: Shown) -> Design:
    design = publish(
        read_design(example(shown.example)),
        on=dt.date(2026, 5, 1),
    )
    first = design.outcomes[0]
    added = [replace(first, title=replace_text(first.title, MORE[n % len(MORE)])) for n in range(shown.outcomes)]
    return replace(design, demonstration=shown.demonstration, outcomes=(*design.outcomes, *added))


def replace_text(text: Any, words: str) -> Any:
    """The same text in all its languages, for outcomes that exist for this picture alone."""
    return type(text)(dict.fromkeys(text, words))


def key_for(design: Design) -> SealKey:
    return make_seal_certificate(
        organization=design.issuer.name.best("en")[:64],
        organization_identifier=design.issuer.identifiers.eidas,
        country=design.issuer.country.code[:2].upper(),
        at=AT - dt.timedelta(days=1),
        demonstration=design.demonstration,
    )


def certificate(shown: Shown) -> bytes:
    """The PDF of one picture."""
    design = design_of(shown)
    award = AwardId.new(AT, random.Random(shown.name).randbytes(9))
    pages = {language: neutral_page(language) for language in design.languages}
    credential = compose(design, shown.row, award_id=award, at=AT, pages=pages)
    sealed = jades.seal(serialise(credential), signer=key_for(design).signer, at=AT)
    brand = Brand(accent=shown.accent) if shown.accent else Brand()
    return CertificateRenderer(brand=brand, verify_url=VERIFIER).render(sealed, language=shown.language)


def pictures(pdf: Path, folder: Path) -> list[Path]:
    """One PNG for each page, of few colours."""
    from PIL import Image

    subprocess.run(["pdftoppm", "-r", str(DOTS), "-png", str(pdf), str(folder / pdf.stem)], check=True)
    found = sorted(folder.glob(f"{pdf.stem}-*.png"))
    for one in found:
        with Image.open(one) as image:
            image.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
                one, optimize=True
            )
    return found


def main(folder: Path) -> None:
    GALLERY.mkdir(parents=True, exist_ok=True)
    for old in GALLERY.glob("*.png"):
        old.unlink()
    for shown in PICTURES:
        pdf = folder / f"{shown.name}.pdf"
        pdf.write_bytes(certificate(shown))
        for one in pictures(pdf, GALLERY):
            print(f"{one.name}: {one.stat().st_size} bytes")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as there:
            main(Path(there))
