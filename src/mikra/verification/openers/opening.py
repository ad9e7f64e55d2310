"""What an opener makes of one sealed thing: its content and its seals, or what is wrong with the seals.

One module of this package per kind of `formats.Item`, each with `open_item(item, question) -> Opening`. An opener

- raises InputError, with a code of `codes.CODES`, for what cannot be read in exactly one way (check 1, `format`);
- gives `faults` where the mathematics does not hold or a key cannot be had (check 2, `seal.integrity`): each finding's
  `rule` is a code, and the report ends there, without content;
- gives `document` and `seals` where all is whole; who is trusted is judged in `seals`, by `verification.seals`;
- gives `inside` where the sealed thing holds others (a presentation, a PDF, a picture): each is judged by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mikra.formats import Item
from mikra.report import Check, Finding, Stated
from mikra.verification.known_shapes import Shape
from mikra.verification.seals import Judged


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One sealed thing, opened. `document` is the credential as JSON; `format` is "" for what the document itself says.

    `holder` is check 8 where the holder proved something (a key binding), else None. `status` is check 6 where
    the form has a way of its own to withdraw (Open Badges 2.0), else None. `presenter` is who proved to hold
    a presentation (a DID): check 8 of the credentials `inside` then says whether they are about that one. `notes` go to
    check 1; one whose `rule` is a code of `codes.CODES` (`pdf_page_not_verified`) also counts towards the verdict.
    `summary` is what the credential says, where only the opener knows how to tell it. `shape`: what it has in common
    with others, where that is worth remembering.
    """

    document: Mapping[str, Any] = field(default_factory=dict)
    seals: tuple[Judged, ...] = ()
    format: str = ""
    faults: tuple[Finding, ...] = ()
    inside: tuple[Item, ...] = ()
    holder: Check | None = None
    status: Check | None = None
    presenter: str = ""
    notes: tuple[Finding, ...] = ()
    summary: Callable[[], Mapping[str, Stated]] | None = None
    shape: Shape | None = None
