"""One draft as the form shows it: values as they were typed, faults and questions at their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mikra import vocabulary
from mikra.report import Severity
from mikra.server.actions.drafts import Judged
from mikra.server.store.designs import Design
from mikra.server.store.tenants import Provider
from mikra.server.web.studio import choices, faults
from mikra.server.web.studio.reading import Reading


class Sheet(Reading):
    """`members` is the draft; everything is read in `language`, the reader's."""

    def __init__(
        self, members: Mapping[str, Any], judged: Judged, *, language: str, providers: list[Provider] | None = None
    ) -> None:
        super().__init__(members, language=language, profiles=providers or [])
        self.judged = judged
        self.beside = ""
        self.faults = {fault.where: faults.sentence(fault) for fault in judged.draft.faults}
        self.questions = self._questions()

    def _questions(self) -> dict[str, list[tuple[str, str]]]:
        """Place -> (what was found, the sentence with its advice)."""
        assessment = self.judged.assessment
        told: dict[str, list[tuple[str, str]]] = {}
        shown = [one for one in assessment.placed(assessment.sanity) if one.severity is not Severity.INFORMATION]
        weak = [finding for element in assessment.meter.weak for finding in element.findings]
        for one in (*shown, *assessment.placed(weak)):
            text = " ".join(part.text(self.language) for part in (one.what, one.fix) if part)
            told.setdefault(one.where, []).append((one.found, text))
        return told

    @property
    def languages(self) -> list[tuple[str, str]]:
        """The design's languages, with their names."""
        given = self.members.get("languages")
        tags = (
            [str(tag) for tag in given] if isinstance(given, list) and given else [*self.judged.draft.design.languages]
        )
        return choices.languages(tags, self.language)

    @property
    def written(self) -> list[tuple[str, str]]:
        """All languages, or the first and the one that is wanted beside it; what is not on the page stays as it is."""
        known = self.languages
        return [pair for pair in known if pair[0] in (self.beside, self.first)] if self.beside in dict(known) else known

    @property
    def more_languages(self) -> list[tuple[str, str]]:
        """The EU's languages that the design does not have yet."""
        have = {tag for tag, _ in self.languages}
        rest = choices.languages([tag for tag in vocabulary.EU_LANGUAGES if tag not in have], self.language)
        return sorted(rest, key=lambda pair: vocabulary.fold(pair[1]))

    def note(self, path: str) -> str:
        """What to think about at a field."""
        return " ".join(text for _, text in self.questions.get(path, []))

    def notes(self, path: str, at: str = "") -> dict[str, str]:
        """The same of a text, at the language that it is about. `at`: where the questions stand, if elsewhere."""
        texts = self.texts(path)
        found: dict[str, str] = {}
        for said, question in self.questions.get(at or path, []):
            tag = next((tag for tag, text in texts.items() if said and text.startswith(said[:200])), self.first)
            found[tag] = f"{found[tag]} {question}" if tag in found else question
        return found

    def lacking(self) -> list[tuple[str, str, int]]:
        """Languages in which something is not written that is written in another: (tag, name, how many texts)."""
        everything = dict(_texts(self.members))
        told = []
        for tag, name in self.languages:
            gaps = sum(1 for texts in everything.values() if not texts.get(tag))
            if gaps:
                told.append((tag, name, gaps))
        return told

    def stray(self) -> list[tuple[str, str]]:
        """Faults that belong to no field of the form: (place, sentence)."""
        return [
            (fault.where, self.faults[fault.where]) for fault in self.judged.draft.faults if fault.kind == "unknown"
        ]


def _texts(data: Any, path: str = "") -> list[tuple[str, dict[str, str]]]:
    """(place, texts) of all texts in the draft but those of organisations, which are profiles."""
    if isinstance(data, Mapping):
        if data and all(isinstance(value, str) for value in data.values()) and all(len(str(k)) == 2 for k in data):
            return [(path, dict(data))]
        own = [(k, v) for k, v in data.items() if k not in ("issuer", "awarding_bodies", "assessor", "esco", "skills")]
        return [one for name, value in own for one in _texts(value, f"{path}.{name}")]
    if isinstance(data, list):
        return [one for index, value in enumerate(data) for one in _texts(value, f"{path}[{index}]")]
    return []


def sheet_of(design: Design, judged: Judged, *, language: str, providers: list[Provider]) -> Sheet:
    """The sheet of a design as it is saved."""
    sheet = Sheet(design.draft, judged, language=language, providers=providers)
    typed = str(design.draft.get("code") or "").strip()
    if typed and typed != design.code and "code" not in sheet.faults:
        sheet.faults["code"] = faults.code_taken(typed)
    return sheet
