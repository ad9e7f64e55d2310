"""One language of a credential: forms that hold one text where EDC holds many are written in one language each."""

from __future__ import annotations

from mikra import vocabulary
from mikra.model import Concept, Credential, Text


def languages(credential: Credential) -> tuple[str, ...]:
    """The languages in which the credential is written, its primary one first; that of its title where it says none."""
    display = credential.display_parameter
    if display is None:
        return tuple(credential.title) or ("en",)
    concepts = [c for c in (display.primary_language, *display.language) if c is not None]
    tags = [tag for tag in (vocabulary.language_tag(concept.id) for concept in concepts) if tag]
    return tuple(dict.fromkeys(tags)) or tuple(credential.title) or ("en",)


def said(text: Text, language: str) -> str:
    """The text in `language`, or in the nearest there is."""
    return text.best(language, language.partition("-")[0])


def label(concept: Concept | None, language: str) -> str:
    """What a concept is called: as the credential says in this language, else as the vocabulary does, else any."""
    if concept is None:
        return ""
    if language in concept.pref_label:
        return concept.pref_label[language]
    known = vocabulary.by_iri(concept.id)
    if known is not None and (known.label_language(language) == language or not concept.pref_label):
        return known.label(language)
    return said(concept.pref_label, language) or concept.notation or concept.code
