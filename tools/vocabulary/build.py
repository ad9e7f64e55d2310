"""Build the data tables: published codes and English labels + `curated.py` -> `src/mikra/vocabulary/data/`.

Run as `python -m tools.vocabulary.build CONCEPTS.json`, where CONCEPTS.json holds what was read in the EU's
files: scheme IRI -> [{"iri": ..., "label_en": ... or null}]. Writes one JSON per scheme, one entry a line, and
`index.json` (everything but the entries); and, for the tests, how many concepts were read and a digest of them
(`tests/vocabulary/published.json`). Alpha-2 codes and language tags come from CLDR through Babel.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import unicodedata
from pathlib import Path

from babel.core import get_global

from tools.vocabulary.curated import SCHEMES, Curated

ROOT = Path(__file__).parents[2]
DATA = ROOT / "src" / "mikra" / "vocabulary" / "data"
PUBLISHED = ROOT / "tests" / "vocabulary" / "published.json"

COUNTRY_EXCEPTIONS = {"1A0": "XK", "EUR": "EU", "CPT": "CP", "FQ0": "TF"}
"""Authority codes that are not ISO 3166-1 alpha-3. XK, EU, CP: user-assigned or exceptionally reserved in ISO 3166-1.
FQ0 is the EU's own code for the French Southern and Antarctic Lands, TF in ISO 3166-1."""

INDIVIDUAL_LANGUAGES = frozenset({"CMN", "GUG", "KMR", "LVS", "NPI"})
"""Members of a macrolanguage: CLDR gives them the macrolanguage's two-letter tag, ISO 639-1 does not."""

NOT_A_CODE = "OP_DATPRO"
"""The Publications Office's entry for provisional data: neither a country nor a language."""

Row = tuple[str, "str | dict[str, str] | None", str]
"""Code, English label (own tables: the labels in all languages; None where nothing is published), slug."""


def slugify(label: str) -> str:
    """ "NLQF Level 4+" -> "nlqf-level-4-plus": ASCII, lower case, hyphens."""
    ascii_only = unicodedata.normalize("NFKD", label.replace("+", " plus")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.]+", "-", ascii_only.lower()).strip("-")


def alpha2(code: str) -> str:
    """ISO 3166-1 alpha-2 of an authority code: "IRL" -> "IE"."""
    if code == NOT_A_CODE:
        return code
    found = COUNTRY_EXCEPTIONS.get(code) or (get_global("territory_aliases").get(code) or [""])[0]
    if len(found) != 2:
        raise SystemExit(f"no alpha-2 code for {code}")
    return found


def tag(code: str) -> str:
    """The BCP 47 tag of an authority code: "ENG" -> "en", "ASE" -> "ase"."""
    if code == NOT_A_CODE:
        return code
    found = "" if code in INDIVIDUAL_LANGUAGES else get_global("language_aliases").get(code.lower(), "")
    return found if len(found) == 2 else code.lower()


RULES = {
    "code": lambda code, _label: code,
    "lower": lambda code, _label: code.lower().replace("_", "-"),
    "label": lambda _code, label: slugify(label),
    "country": lambda code, _label: alpha2(code),
    "language": lambda code, _label: tag(code),
}


def rows(scheme: Curated, concepts: dict[str, list[dict[str, str | None]]]) -> list[Row]:
    """Code, English label, slug of every entry: in curated order, else by code, else (rule "label") by label."""
    if scheme.own:
        return [(code, labels, code) for code, labels in scheme.labels.items()]
    labels = {str(c["iri"]).removeprefix(scheme.base): c["label_en"] for c in concepts[scheme.iri]}
    if isinstance(scheme.slugs, dict):
        if labels.keys() != scheme.slugs.keys():
            raise SystemExit(f"{scheme.iri}: curated and published codes differ: {labels.keys() ^ scheme.slugs.keys()}")
        return [(code, labels[code], slug) for code, slug in scheme.slugs.items()]
    made = [(code, None, slug) for code, slug in scheme.unlabelled.items()]
    made += [(code, label, RULES[scheme.slugs](code, label)) for code, label in labels.items()]
    return sorted(made, key=lambda row: row[1] or "") if scheme.slugs == "label" else sorted(made)


def write(name: str, scheme: Curated, made: list[Row]) -> dict[str, object]:
    """One scheme's file; returns its line of the index."""
    slugs = [row[2] for row in made]
    if len(set(slugs)) != len(slugs) or len({s.casefold() for s in slugs}) != len(slugs):
        raise SystemExit(f"{name}: slugs are not unique: {sorted(s for s in slugs if slugs.count(s) > 1)}")
    head: dict[str, object] = {
        "name": name,
        "iri": scheme.iri,
        "base": scheme.base,
        "title": scheme.title,
        "source": scheme.source,
        "version": scheme.version,
        "enforced": scheme.enforced,
        "own": scheme.own,
        "count": len(made),
    }
    lines = [
        json.dumps(row[:2] if row[0] == row[2] else row, ensure_ascii=False, separators=(",", ":")) for row in made
    ]
    body = json.dumps({**head, "language": scheme.language, "remarks": scheme.remarks}, ensure_ascii=False, indent=1)[
        :-2
    ]
    DATA.joinpath(f"{name}.json").write_text(f'{body},\n "entries": [\n' + ",\n".join(lines) + "\n]}\n", "utf-8")
    return head


def digest(concepts: list[dict[str, str | None]]) -> dict[str, object]:
    """Count, and SHA-256 over the sorted lines "IRI TAB English label"."""
    lines = sorted(f"{concept['iri']}\t{concept['label_en'] or ''}\n" for concept in concepts)
    return {"count": len(lines), "sha256": hashlib.sha256("".join(lines).encode()).hexdigest()}


def main(path: str) -> None:
    concepts = json.loads(Path(path).read_text("utf-8"))
    unknown = concepts.keys() - {scheme.iri for scheme in SCHEMES.values()}
    if unknown:
        raise SystemExit(f"schemes without a name: {sorted(unknown)}")
    DATA.mkdir(exist_ok=True)
    index = [write(name, scheme, rows(scheme, concepts)) for name, scheme in SCHEMES.items()]
    digests = {iri: digest(found) for iri, found in sorted(concepts.items())}
    PUBLISHED.write_text(json.dumps(digests, indent=1) + "\n", "utf-8")
    DATA.joinpath("index.json").write_text(json.dumps(index, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
