"""What every test shares: the corpus, the EU's published files where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CORPUS = Path(__file__).parent / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Our own hostile and awkward inputs, with the answer each must get (`index.json`)."""
    return CORPUS


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder with the EU's published files (`elm/`, `seeds/`), named by MIKRA_PUBLISHED; else skipped."""
    folder = os.environ.get("MIKRA_PUBLISHED", "")
    if not folder or not Path(folder, "elm").is_dir():
        pytest.skip("the EU's published files are not at hand (set MIKRA_PUBLISHED)")
    return Path(folder)
