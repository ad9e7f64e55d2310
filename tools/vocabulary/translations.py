"""Count the translations and write `docs/translations.md`. Run as `python -m tools.vocabulary.translations`.

Counts every label of every vocabulary in the 24 languages of the EU by where it comes from, the terms of the
Recommendation, the sentences for the EQF levels, and the keys of the message catalogues.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from mikra.messages import LANGUAGES
from mikra.vocabulary import (
    EU_LANGUAGES,
    LabelSource,
    Scheme,
    annex_keys,
    entries,
    eqf_descriptor_source,
    schemes,
)

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "translations.md"
MESSAGES = ROOT / "src" / "mikra" / "messages"

REVIEWED = (LabelSource.OFFICIAL, LabelSource.CLDR, LabelSource.REVIEWED)
"""Labels that somebody other than us published, or that somebody has reviewed here."""

ENGLISH_ONLY = (LabelSource.ENGLISH, LabelSource.CODE)

INTRODUCTION = """# Translations

Made by `python -m tools.vocabulary.translations`; a test checks that it is current.

Where a label comes from:

- **official**: published by the EU, or the law's own words. These alone are written into credentials.
- **CLDR**: names of countries, languages and currencies from Unicode CLDR. Shown on the screen only.
- **Mikra, reviewed** and **Mikra, unreviewed**: our own translations, in `src/mikra/vocabulary/data/screen/`.
  Shown on the screen only. To mark a vocabulary as reviewed, add its name to `reviewed` in that language's file.
- **English**: nobody has translated it yet; the English label is shown, marked `lang="en"`.
- **code**: the list has the code but no label in any language.

NUTS regions have one published name each, in the region's own language: it counts as official everywhere.

"Reviewed" below counts official, CLDR and reviewed labels.
"""


def count(scheme: Scheme, language: str) -> Counter[LabelSource]:
    """How many labels of one vocabulary come from where, in one language."""
    return Counter(one.label_source(language) for one in entries(scheme.name))


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def cell(counted: Counter[LabelSource]) -> str:
    """Reviewed / unreviewed / English only, of one vocabulary in one language."""
    reviewed = sum(counted[source] for source in REVIEWED)
    english = sum(counted[source] for source in ENGLISH_ONLY)
    return f"{reviewed} / {counted[LabelSource.UNREVIEWED]} / {english}"


def by_language(counts: dict[tuple[str, str], Counter[LabelSource]]) -> str:
    rows = []
    for language in EU_LANGUAGES:
        total = sum((counts[one.name, language] for one in schemes()), Counter[LabelSource]())
        rows.append([language, *(str(total[source]) for source in LabelSource)])
    return table(["language", *(str(source) for source in LabelSource)], rows)


def by_scheme(counts: dict[tuple[str, str], Counter[LabelSource]]) -> str:
    rows = [
        [f"`{one.name}`", str(one.count), *(cell(counts[one.name, language]) for language in LANGUAGES)]
        for one in schemes()
    ]
    return table(["vocabulary", "entries", *LANGUAGES], rows)


def keys(path: Path) -> int:
    return len(json.loads(path.read_text("utf-8"))) if path.is_file() else 0


def by_catalogue() -> str:
    domains = sorted(path.name for path in MESSAGES.iterdir() if path.joinpath("en.json").is_file())
    rows = [
        [f"`{domain}`", *(str(keys(MESSAGES / domain / f"{language}.json")) for language in LANGUAGES)]
        for domain in domains
    ]
    total = [str(sum(int(row[n]) for row in rows)) for n in range(1, len(LANGUAGES) + 1)]
    return table(["catalogue", *LANGUAGES], [*rows, ["all", *total]])


def render() -> str:
    """The whole page."""
    counts = {(one.name, language): count(one, language) for one in schemes() for language in EU_LANGUAGES}
    levels = ", ".join(f"{language}: {eqf_descriptor_source(language)}" for language in LANGUAGES)
    return "\n".join(
        [
            INTRODUCTION,
            "## All vocabularies, by language\n",
            by_language(counts),
            "## By vocabulary, in the interface languages\n",
            "Reviewed / unreviewed / English only.\n",
            by_scheme(counts),
            "## Terms of the Recommendation and levels\n",
            f"- {len(annex_keys())} terms of Annex I, Annex II and point 5, in {', '.join(LANGUAGES)}: official, some "
            "shortened or inflected (each says so in its source).",
            f"- 8 sentences for the EQF levels, our own. {levels}.\n",
            "## Message catalogues: keys by language\n",
            "English is the source. The other languages are ours and nobody has reviewed them yet.\n",
            by_catalogue(),
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
