"""The workload helper: what credits mean in hours where the issuer is, and what a level means."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from mikra import vocabulary
from mikra.errors import NotFoundError
from mikra.server.web.studio.sheet import Sheet
from mikra.server.words import _
from mikra.validation import credit_hours


def says(sheet: Sheet) -> dict[str, str]:
    """Sentences for the form: from credits to hours, from hours to credits, by which source, and what is doubtful."""
    country = str(sheet.value("issuer.country"))
    known = credit_hours.of_country(country)
    ects, hours = _number(sheet.value("workload.ects")), _number(sheet.value("workload.hours"))
    span = {
        "least": _plain(known.least),
        "most": _plain(known.most),
        "country": sheet.word("issuer.country", "country"),
    }
    told = {"ects_says": "", "hours_says": "", "note": sheet.note("workload")}
    if ects:
        told["ects_says"] = _("{ects} ECTS mean {least} to {most} hours of work.").format(
            ects=_plain(ects), least=_plain(ects * known.least), most=_plain(ects * known.most)
        )
    if hours and not ects:
        told["hours_says"] = _("{hours} hours are {least} to {most} ECTS.").format(
            hours=_plain(hours), least=_plain(hours / known.most), most=_plain(hours / known.least)
        )
    if known.national:
        text = _("One credit stands for {least} to {most} hours in {country}: {source}")
        if known.least == known.most:
            text = _("One credit stands for {least} hours in {country}: {source}")
    else:
        text = _("One credit stands for {least} to {most} hours: {source}")
    return told | {"source": text.format(source=known.source, **span)}


def _number(value: object) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 < found < 1_000_000 else None


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.1')).normalize():f}"


def level_says(sheet: Sheet) -> str:
    """What a person at the chosen EQF level can do, in one sentence."""
    level = sheet.value("level.eqf")
    try:
        return vocabulary.eqf_descriptor(str(level), sheet.language) if level else ""
    except NotFoundError:
        return ""
