"""Text in files that we write: nothing in it may run as a formula when a spreadsheet opens it (CWE-1236).

An apostrophe in front makes it text; reading our own files back takes that one apostrophe off again, so that
`restored(neutral(text)) == text` for every text.
"""

from __future__ import annotations

import re

_DANGEROUS = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet takes for the start of a formula, in full width too; apostrophes before it are counted."""


def neutral(text: str) -> str:
    """The text with an apostrophe in front where it could run."""
    return "'" + text if _DANGEROUS.match(text) else text


def restored(text: str) -> str:
    """The text as it was before `neutral`."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text
