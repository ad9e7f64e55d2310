"""What every test shares: the corpus, the EU's published files where they are at hand."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests.simulators import postgres

pytest_plugins = (
    "tests.plugins.skips",
    "tests.plugins.drills",
    "tests.plugins.sockets",
    "tests.plugins.beside_core",
    "tests.plugins.browser",
    "tests.plugins.installation",
    "tests.plugins.postgres",
)

# The same examples on every machine and on every day; no clock decides (two cores, many at once).
settings.register_profile("mikra", derandomize=True, deadline=None, database=None, print_blob=True)
settings.load_profile("mikra")

# The service's tests run on an installation of their own, made anew for each run (tests/server).
if importlib.util.find_spec("django"):
    os.environ["MIKRA_HOME"] = tempfile.mkdtemp(prefix="mikra-tests-")
    os.environ["MIKRA_MODE"] = "development"
    os.environ["DJANGO_SETTINGS_MODULE"] = "mikra.server.settings"
    postgres.prepare()
    import django

    django.setup()

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
