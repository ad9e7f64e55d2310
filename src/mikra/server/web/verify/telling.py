"""A report as its page tells it: which tile, which words, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mikra import messages
from mikra.messages.spoken import inert
from mikra.rendering.mosaic import mosaic
from mikra.report import Verdict
from mikra.server.actions.shares import CAN_DO

TILES = {
    "valid": "genuine",
    "credential_revoked": "withdrawn",
    "credential_superseded": "superseded",
    "credential_suspended": "suspended",
    "credential_expired": "expired",
}
"""Code -> the tile of `ui/status.html`; what is not here goes by its verdict."""
CHECKS = {"passed": "passed", "failed": "failed", "not checked": "unchecked", "not applicable": "na"}
FIRST = ("learner", "awarding_body", "awarded_on", "country", "issuer", "date", "valid_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One credential. `can_do` and `first`: rows {name, term, text, lang, original, stated}, empty where altered.

    `meta`: what stands in small under the sentence; `meta_names`: which fact each of them is.
    """

    tile: str
    sentence: str
    title: str
    meta: tuple[str, ...]
    meta_names: tuple[str, ...]
    file: str
    code: str
    verdict: str
    checks: tuple[dict[str, Any], ...]
    can_do: tuple[dict[str, Any], ...]
    first: tuple[dict[str, Any], ...]
    art: Any = ()


def told(report: dict[str, Any], language: str) -> Told:
    """From a report in the reader's language (`Report.as_dict(details=True)`); no text in it turns a line round."""
    content = report["credential"] or {}
    title = _text(content, "title")
    tile = TILES.get(report["code"]) or ("altered" if report["verdict"] == Verdict.TOTAL_FAILED.value else "unsure")
    small = {
        "workload": _text(content, "workload"),
        "level": _text(content, "level"),
        "supervision": _identity(content),
    }
    meta = {name: text for name, text in small.items() if text}
    return Told(
        tile="failed" if not content and tile == "altered" and not _altered(report) else tile,
        sentence=report["sentence"],
        title=title,
        meta=tuple(meta.values()),
        meta_names=tuple(meta),
        file=report["file"],
        code=report["code"],
        verdict=report["verdict"],
        checks=tuple({**one, "state": CHECKS[one["status"]]} for one in _named(report, language)),
        can_do=_rows(content, CAN_DO),
        first=_rows(content, FIRST),
        art=mosaic(title) if tile == "genuine" and title else (),
    )


def _altered(report: dict[str, Any]) -> bool:
    return any(one["id"] == "seal.integrity" and one["status"] == "failed" for one in report["checks"])


def _named(report: dict[str, Any], language: str) -> list[dict[str, Any]]:
    return [{**one, "name": messages.text(f"report.check.{one['id']}", language)} for one in report["checks"]]


def _text(content: dict[str, Any], name: str) -> str:
    row = content.get(name) or {}
    return inert(str(row.get("text", ""))) if row.get("stated") else ""


def _identity(content: dict[str, Any]) -> str:
    """The level of the identity check stands on the first screen, stated or not."""
    row = content.get("supervision")
    return f"{row['label']}: {inert(row['text'])}" if row else ""


def _rows(content: dict[str, Any], names: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    rows = [(name, content[name]) for name in names if name in content and content[name].get("shown", True)]
    return tuple(
        {
            "name": name,
            "term": row["label"],
            "values": [inert(one) for one in row["values"]],
            "stated": row["stated"],
            "original": _original(row),
        }
        for name, row in rows
    )


def _original(row: dict[str, Any]) -> list[tuple[str, str]]:
    """(language, text) as the issuer wrote it, where that is not what is shown already."""
    shown = set(row["values"])
    found = [(tongue, text) for one in row.get("original", ()) for tongue, text in one.items() if text not in shown]
    return [(tongue, inert(text)) for tongue, text in found[:40]]
