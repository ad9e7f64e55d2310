"""The neutral page, as `tools/rendering` draws it in advance: what stands on it, and the drawing."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from mikra import messages
from mikra.rendering.facts import Field
from mikra.rendering.mosaic import Tile, mosaic
from mikra.rendering.page import RESOLUTIONS
from mikra.rendering.reduction import plate
from mikra.rendering.typesetter import Typesetter

MAX_BYTES = 20_000

DRAWN_WITH = "0.15.0"
"""Version of typst that drew the pages in `neutral/`; another may set a letter elsewhere by a pixel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralContents:
    """The texts of the neutral page in one language."""

    language: str
    kind: str
    title: str
    sections: tuple[Field, ...]
    notes: tuple[str, ...]
    tiles: tuple[Tile, ...]


def neutral_contents(language: str) -> NeutralContents:
    """That the data is inside, how to read it, how to check it."""

    def say(key: str) -> str:
        return messages.text(f"page.{key}", language)

    sections = tuple(
        Field(label=say(f"neutral.{name}"), values=tuple(say(f"neutral.{name}.{n}") for n in (1, 2)))
        for name in ("read", "check")
    )
    return NeutralContents(
        language=language,
        kind=say("neutral.kind"),
        title=say("neutral.title"),
        sections=sections,
        notes=(say("elements"), say("no_claim")),
        tiles=mosaic("Mikra"),
    )


def draw(language: str) -> bytes:
    """The neutral page, PNG. UnavailableError without typst."""
    typesetter = Typesetter("neutral.typ")
    page = orjson.dumps(neutral_contents(language)).decode()
    drawings = (plate(typesetter.drawn(resolution, page=page)).png() for resolution in RESOLUTIONS)
    return next(png for png in drawings if len(png) < MAX_BYTES)
