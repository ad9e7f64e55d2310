"""The page image that viewers of European Digital Credentials show (ELM `individualDisplay`): one A4 page, as PNG.

    page_renderer()                       None without the extra `pdf`
    TypstPageRenderer().render(credential, "en")
    neutral_page("en")                    drawn in advance, for when there is no renderer

Texts go to the typesetter as data, never as markup. The same credential gives the same bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from importlib.resources import files
from importlib.util import find_spec

import orjson

from mikra.errors import InputError
from mikra.model import Credential
from mikra.rendering.contents import HolderContents, PageContents, holder_contents, page_contents
from mikra.rendering.facts import interface_language
from mikra.rendering.reduction import Plate, Run, plate, reduce
from mikra.rendering.typesetter import Typesetter

MAX_BYTES = 60_000
"""A page image weighs at most this: it is in every credential (docs/design.md, limits: 60 KB)."""

MAX_ADDRESS = 150
"""Characters: two lines of the page. An address that is cut off leads nowhere."""

RESOLUTIONS = (108, 99, 90, 81, 72, 63)
"""Dots an inch, tried from the finest. Multiples of 9, so that the band begins and ends on whole rows."""

BAND = (240, 312)
"""Points from the top between which the learner's band lies (`typst/page.typ`: header-height, band-height)."""

_BAND = 1
"""Number of the band among the runs of a plate."""


def neutral_page(language: str) -> bytes:
    """A page for any micro-credential, PNG: says that the data is inside, how to read it and how to check it."""
    return files("mikra.rendering").joinpath("neutral", f"{interface_language(language)}.png").read_bytes()


def page_renderer(
    *, personal: bool = False, demonstration: bool = False, verify_url: str = ""
) -> TypstPageRenderer | None:
    """A renderer, or None where the extra `pdf` (typst) is not installed."""
    if find_spec("typst") is None:
        return None
    return TypstPageRenderer(personal=personal, demonstration=demonstration, verify_url=verify_url)


class TypstPageRenderer:
    """Draws pages with typst. Safe to share between threads, which then take turns.

    `personal`: with the learner's name, date of the award and grade; otherwise the page has no personal data, whatever
    the credential holds. `demonstration`: says so above everything else (said anyway of a credential that says it
    itself). `verify_url`: where the page tells to check; nothing is told when empty. `plates_kept`: how many pages
    (edition, language, sharpness) are remembered, 1 MB each. UnavailableError without typst; InputError for an address
    of more than MAX_ADDRESS characters.
    """

    def __init__(
        self,
        *,
        personal: bool = False,
        demonstration: bool = False,
        verify_url: str = "",
        max_bytes: int = MAX_BYTES,
        plates_kept: int = 32,
    ) -> None:
        if len(verify_url) > MAX_ADDRESS:
            raise InputError(
                "The address where to check is too long for the page.",
                where="verify_url",
                found=f"{len(verify_url)} characters",
                expected=f"at most {MAX_ADDRESS}",
            )
        self.personal = personal
        self.demonstration = demonstration
        self.verify_url = verify_url
        self.max_bytes = max_bytes
        self._plates_kept = plates_kept
        self._typesetter = Typesetter("page.typ")
        self._plates: OrderedDict[tuple[bytes, int], Plate] = OrderedDict()

    def render(self, credential: Credential, language: str) -> bytes:
        """The page, PNG of at most `max_bytes`. InputError (image_too_large) where no resolution is small enough."""
        page = page_contents(
            credential,
            language,
            demonstration=self.demonstration,
            verify_url=self.verify_url,
            with_holder=self.personal,
        )
        holder = holder_contents(credential, language) if self.personal else None
        for resolution in RESOLUTIONS:
            png = self._drawn(page, holder, resolution)
            if len(png) <= self.max_bytes:
                return png
        raise InputError(
            "The page does not fit into its limit.",
            found=f"{len(png)} bytes",
            expected=f"at most {self.max_bytes}",
            fix="Allow more bytes a page.",
            code="image_too_large",
        )

    def _drawn(self, page: PageContents, holder: HolderContents | None, resolution: int) -> bytes:
        drawn = self._plate(orjson.dumps(page), resolution)
        if holder is None:
            return drawn.png()
        band = self._typesetter.drawn(resolution, part="holder", holder=orjson.dumps(holder).decode())
        return drawn.with_run(_BAND, Run.of(reduce(band))).png()

    def _plate(self, page: bytes, resolution: int) -> Plate:
        """The page with an empty band; kept, since the next learner of the edition has the same."""
        key = (page, resolution)
        kept = self._plates.get(key)
        if kept is None:
            drawn = self._typesetter.drawn(resolution, part="page", page=page.decode())
            kept = self._plates[key] = plate(drawn, [points * resolution // 72 for points in BAND])
            if len(self._plates) > self._plates_kept:
                self._plates.popitem(last=False)
        return kept
