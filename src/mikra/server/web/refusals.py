"""What an error says to a person, in their language.

Errors are raised in English, in the core without any framework. `tools.refusals` reads their sentences out of the code
into the catalogues of words, and a page looks them up here. A sentence that is not of ours, such as what a mail server
answered, stays as it is.
"""

from __future__ import annotations

from mikra.errors import MikraError
from mikra.server.words import _


def said(error: MikraError, *, found: bool = False) -> str:
    """What is wrong, and what to do; between them what was found, where that is asked for and not said already."""
    told = [_(error.message)] if error.message else []
    if found and error.found and error.found not in error.message:
        told.append(_("Found: {found}.").format(found=error.found))
    return " ".join([*told, *([_(error.fix)] if error.fix else [])])


def message(error: MikraError) -> str:
    """What is wrong."""
    return _(error.message) if error.message else ""


def kept(text: str) -> str:
    """A sentence that was kept, such as why a batch waits; of several each stands on a line of its own."""
    return " ".join(_(line) for line in text.split("\n") if line)
