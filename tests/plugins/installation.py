"""An installation that runs, for tests in a browser: `mikra serve` on a database of its own, seeded once a run.

Whoever needs pages with people, awards and letters in them asks for `installation`. It is shared: a test may add to
it, and takes nothing away that another one needs.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.migrated import lay_tables

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Running:
    """`made["north"]["sessions"]["registrar"]` is a session's cookie, `made["north"]["ids"]["design"]` an id."""

    service: Any
    made: dict[str, dict[str, dict[str, str]]]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.service.port}"

    @property
    def home(self) -> Path:
        return Path(self.service.home)

    def session(self, tenant: str = "north", role: str = "all") -> dict[str, Any]:
        """The cookie that signs a browser in."""
        return {"name": "sessionid", "value": self.made[tenant]["sessions"][role], "url": self.origin}

    def context(self, browser: Any, tenant: str = "north", role: str = "all", **options: Any) -> Any:
        """A new window's context; role "": nobody has signed in."""
        made = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "base_url": self.origin, **options})
        if role:
            made.add_cookies([self.session(tenant, role)])
        return made


def start(folder: Path, **environment: str) -> Any:
    """`mikra serve` in that folder; ended by `stop`."""
    from tests.server.ops import conftest as services

    port, log = services.free_port(), folder / "log"
    words = ["serve", "--home", str(folder / "home"), "--port", str(port), "--workers", "1", "--lang", "en"]
    around = {**services.environment(), "MIKRA_ORIGIN": f"http://127.0.0.1:{port}", **environment}
    if "MIKRA_DATABASE" not in environment:
        lay_tables(folder / "home")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*services.MIKRA, *words], stdout=out, stderr=out, env=around, start_new_session=True
        )
    return services.Service(process=process, home=folder / "home", port=port, log=log)


def stop(service: Any) -> None:
    """Ends it and all its children."""
    if service.process.poll() is None:
        os.killpg(service.process.pid, signal.SIGTERM)
        try:
            service.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(service.process.pid, signal.SIGKILL)
            service.process.wait(20)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two institutions with everything in them, served until the end of the run."""
    folder = tmp_path_factory.mktemp("installation")
    service = start(folder, MIKRA_OPERATOR="University of Zed")
    try:
        service.up()
        answer = folder / "made.json"
        around = {name: value for name, value in os.environ.items() if not name.startswith(("MIKRA_", "DJANGO_"))}
        around |= {"MIKRA_ORIGIN": f"http://127.0.0.1:{service.port}", "MIKRA_MODE": "development"}
        around["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "src")])
        done = subprocess.run(
            [sys.executable, "-m", "tests.journeys.seed", str(service.home), str(answer)],
            env=around,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:] + service.said()[-2000:]
        yield Running(service=service, made=json.loads(answer.read_text("utf-8")))
    finally:
        stop(service)
