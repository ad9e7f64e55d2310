"""One concept of a controlled vocabulary, and one vocabulary: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mikra.vocabulary import labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One controlled vocabulary. `enforced`: the EDC application profile demands this scheme where it is used."""

    name: str
    iri: str
    title: str
    source: str
    version: str
    enforced: bool
    own: bool
    base: str
    """What every IRI of the scheme starts with; the code follows."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One concept of a controlled vocabulary.

    `official` holds the labels that have an official source, language -> label: these alone go into credentials.
    It may be empty: the EU publishes some codes without a label. `label` is for the screen and is never empty.
    """

    scheme: str
    scheme_iri: str
    code: str
    iri: str
    slug: str
    official: Mapping[str, str] = field(hash=False)
    source: str

    def label(self, language: str = "en") -> str:
        """For the screen: official, else CLDR's or ours, else English, else the code."""
        return self._label(language).text or self.code

    def label_source(self, language: str = "en") -> labels.LabelSource:
        """Where `label(language)` comes from."""
        return self._label(language).source

    def label_language(self, language: str = "en") -> str:
        """The language that `label(language)` is in, for `lang` on a page: "en" where we fell back to English."""
        return self._label(language).language

    def _label(self, language: str) -> labels.Label:
        return labels.find(self.scheme, self.slug, self.official, language)
