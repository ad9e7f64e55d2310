"""The service's batch engine in processes of its own, to be killed.

    python -m tests.server.batches.issuing prepare ROWS        an institution, a list, approved
    python -m tests.server.batches.issuing work CHUNK [FAULT]  seals until it is done, with a line after every step
    python -m tests.server.batches.issuing judge               what is there, as JSON

MIKRA_HOME and MIKRA_DATABASE say where.
"""

from __future__ import annotations

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("MIKRA_MODE", "development")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mikra.server.settings")
    django.setup()
    from tests.server.batches import issuing_steps

    issuing_steps.run(*sys.argv[1:])


if __name__ == "__main__":
    main()
