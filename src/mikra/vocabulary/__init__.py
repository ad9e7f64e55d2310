"""The EU's controlled vocabularies as data: codes, IRIs, labels, each table with its source and version.

    entry("assessment", "artefact-assessment").iri     by slug, code, IRI or English label
    by_iri("http://data.europa.eu/snb/eqf/6")           for readers of others' credentials
    search("isced_f", "software", language="ro")        for the screen

Tables are read when first asked for.
"""

from __future__ import annotations

from mikra.vocabulary.annex import MANDATORY_ELEMENTS, OPTIONAL_ELEMENTS, annex_keys, annex_source, annex_term
from mikra.vocabulary.entries import Entry, Scheme
from mikra.vocabulary.folding import fold
from mikra.vocabulary.labels import EU_LANGUAGES, LabelSource
from mikra.vocabulary.levels import cycle_level, eqf_descriptor, eqf_descriptor_source, level_cycle
from mikra.vocabulary.lookup import entry, search, search_everywhere
from mikra.vocabulary.supervision import supervision_concept, supervision_of
from mikra.vocabulary.tables import by_iri, entries, scheme, schemes
from mikra.vocabulary.tags import country_code, country_iri, language_iri, language_tag

__all__ = [
    "EU_LANGUAGES",
    "MANDATORY_ELEMENTS",
    "OPTIONAL_ELEMENTS",
    "Entry",
    "LabelSource",
    "Scheme",
    "annex_keys",
    "annex_source",
    "annex_term",
    "by_iri",
    "country_code",
    "country_iri",
    "cycle_level",
    "entries",
    "entry",
    "eqf_descriptor",
    "eqf_descriptor_source",
    "fold",
    "language_iri",
    "language_tag",
    "level_cycle",
    "scheme",
    "schemes",
    "search",
    "search_everywhere",
    "supervision_concept",
    "supervision_of",
]
