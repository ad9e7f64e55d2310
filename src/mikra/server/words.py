"""Words of the pages: gettext, English in the code, four translations in `locale/`. The core's words: `mikra.messages`.

from mikra.server.words import _, lazy
_("{count} people are ready").format(count=12)     in functions
lazy("Designs")                                     in tables that are made at import
"""

from __future__ import annotations

from django.utils.translation import get_language, gettext, gettext_lazy, ngettext, pgettext

_ = gettext
lazy = gettext_lazy


def language() -> str:
    """The language of whoever reads, as `mikra.messages` takes it."""
    return (get_language() or "en").partition("-")[0]


__all__ = ["_", "language", "lazy", "ngettext", "pgettext"]
