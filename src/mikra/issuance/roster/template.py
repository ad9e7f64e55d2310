"""An empty class list made for one design: its fields as columns, drop-downs, notes, and a sheet that explains.

Texts are formatted as text, so that the spreadsheet turns no name into a date and drops no leading zero. The code of
the design stands in the file's properties: a list filled in for another design is not taken for this one.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from mikra.issuance.fields import FieldKind, RosterField, choice_label
from mikra.issuance.roster.choices import choice_index, read_choice
from mikra.issuance.roster.corrections import CREATED
from mikra.issuance.roster.package import DESIGN_PROPERTY
from mikra.issuance.roster.table import column_letters, heading_text
from mikra.messages import text

_ROWS = 100_000
_FIRST_DAY = dt.date(1900, 1, 1)
_WIDTHS = {FieldKind.EMAIL: 32, FieldKind.NAME: 24, FieldKind.DATE: 14, FieldKind.YES_NO: 12}
_LONGEST_NOTE, _LONGEST_TITLE = 255, 32
"""Characters that a spreadsheet shows beside a cell (ECMA-376-1, 18.3.1.32)."""


def write_template(fields: Sequence[RosterField], *, design_title: str, code: str, language: str = "en") -> bytes:
    """The template as XLSX. Fields with one possible value for all (the course code) are left out."""
    import xlsxwriter

    columns = [one for one in fields if one.kind is not FieldKind.CODE]
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties({"created": CREATED.replace(tzinfo=None), "title": design_title})
    workbook.set_custom_property(DESIGN_PROPERTY, code, "text")
    _Writer(workbook, columns, language).write(design_title, code)
    workbook.close()
    return buffer.getvalue()


class _Writer:
    """The three sheets: the list, how to fill it in, and, out of sight, what the drop-downs offer."""

    def __init__(self, workbook: Any, columns: Sequence[RosterField], language: str) -> None:
        self.workbook, self.columns, self.language = workbook, columns, language
        self.list = workbook.add_worksheet(text("roster.sheet_learners", language))
        self.guide = workbook.add_worksheet(text("roster.sheet_guide", language))
        self.answers = workbook.add_worksheet("answers")
        self.answers.hide()
        self.plain = workbook.add_format({"num_format": "@"})
        self.day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.number = workbook.add_format({"num_format": "General"})
        self.bold = workbook.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF7", "text_wrap": True})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})

    def write(self, title: str, code: str) -> None:
        for position, one in enumerate(self.columns):
            self._column(position, one)
        self.list.freeze_panes(1, 0)
        self._guide(title, code)

    def _column(self, position: int, one: RosterField) -> None:
        form = {FieldKind.DATE: self.day, FieldKind.NUMBER: self.number}.get(one.kind, self.plain)
        self.list.set_column(position, position, _WIDTHS.get(one.kind, 20), form)
        self.list.write_string(0, position, template_heading(one, self.language), self.bold)
        rule = self._rule(position, one)
        note = field_note(one, self.language)
        shown = {"input_title": heading(one, self.language)[:_LONGEST_TITLE], "input_message": note[:_LONGEST_NOTE]}
        self.list.data_validation(1, position, _ROWS, position, {**rule, **shown, "ignore_blank": True})

    def _rule(self, position: int, one: RosterField) -> dict[str, Any]:
        wrong = {"error_title": heading(one, self.language)[:_LONGEST_TITLE], "error_type": "warning"}
        offered = offered_answers(one, self.language)
        if offered:
            for row, answer in enumerate(offered):
                self.answers.write_string(row, position, answer)
            name = f"answers_{position + 1}"
            self.workbook.define_name(name, _range(position, len(offered)))
            return {**wrong, "validate": "list", "source": f"={name}"}
        if one.kind is FieldKind.DATE:
            first = one.minimum if isinstance(one.minimum, dt.date) else _FIRST_DAY
            return {**wrong, "validate": "date", "criteria": ">=", "value": first}
        if one.kind is FieldKind.NUMBER and isinstance(one.minimum, Decimal) and isinstance(one.maximum, Decimal):
            bounds = {"minimum": float(one.minimum), "maximum": float(one.maximum)}
            return {**wrong, "validate": "decimal", "criteria": "between", **bounds}
        return {**wrong, "validate": "any"}

    def _say(self, key: str, **values: object) -> str:
        return text(f"roster.{key}", self.language, **values)

    def _guide(self, title: str, code: str) -> None:
        say = self._say
        self.guide.set_column(0, 0, 30, self.wrapped)
        self.guide.set_column(1, 1, 16, self.wrapped)
        self.guide.set_column(2, 2, 80, self.wrapped)
        lines = [say("guide_title", title=title, code=code), say("guide_rows"), say("guide_names"), say("guide_file")]
        for row, line in enumerate(lines):
            self.guide.write_string(row, 0, line)
        top = len(lines) + 1
        for position, key in enumerate(("guide_column", "guide_needed", "guide_what")):
            self.guide.write_string(top, position, say(key), self.bold)
        for row, one in enumerate(self.columns, start=top + 1):
            self.guide.write_string(row, 0, heading(one, self.language))
            self.guide.write_string(row, 1, say("needed" if one.required else "not_needed"))
            self.guide.write_string(row, 2, field_note(one, self.language))


def _range(position: int, count: int) -> str:
    letters = column_letters(position)
    return f"=answers!${letters}$1:${letters}${count}"


def heading(one: RosterField, language: str) -> str:
    """What stands above the column: our heading for a standard field, the design's own for its own."""
    ours = heading_text(one.name, language)
    return ours if ours != one.name else (one.headers[0] if one.headers else one.name)


def template_heading(one: RosterField, language: str) -> str:
    """The heading, with an asterisk where the field is needed."""
    return heading(one, language) + (" *" if one.required else "")


def field_note(one: RosterField, language: str) -> str:
    """What to write into the cells: the design's note, or else what the kind of the field asks for."""
    if one.note:
        return one.note
    if one.identifier:
        return text("roster.note_identifier", language)
    key = (
        f"roster.note_{one.name}"
        if one.name in ("full_name", "completed")
        else f"roster.note_{one.kind.replace('-', '_')}"
    )
    return text(key, language)


def offered_answers(one: RosterField, language: str) -> list[str]:
    """What the drop-down offers, in this language; each reads back as its choice. None for other fields."""
    if one.kind is FieldKind.YES_NO:
        return [text("roster.yes", language), text("roster.no", language)]
    if one.kind is not FieldKind.CHOICE:
        return []
    index = choice_index(one)
    labels = {choice: choice_label(one.name, choice, language) for choice in one.choices}
    return sorted(
        (label if read_choice(label, index) == choice else choice for choice, label in labels.items()),
        key=lambda label: label.casefold() if len(labels) > 20 else "",
    )
