"""What granian loads in each of its workers: the application, in a process that ends with its parent."""

from __future__ import annotations

import os

from mikra.server import logs
from mikra.server.processes.family import die_with_parent

die_with_parent(os.getppid())
logs.configure()

from mikra.server.wsgi import application  # noqa: E402 (the log is ready before Django speaks)

__all__ = ["application"]
