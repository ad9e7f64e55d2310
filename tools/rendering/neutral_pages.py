"""Draws the neutral pages anew, one for each interface language: python -m tools.rendering.neutral_pages

Run it after a change of the words (`messages/page`) or of the look (`rendering/typst`), and commit what it writes.
"""

from __future__ import annotations

from pathlib import Path

from mikra import messages
from mikra.rendering import neutral

FOLDER = Path(neutral.__file__).parent / "neutral"


def main() -> None:
    for language in messages.LANGUAGES:
        png = neutral.draw(language)
        (FOLDER / f"{language}.png").write_bytes(png)
        print(f"{language}: {len(png)} bytes")


if __name__ == "__main__":
    main()
