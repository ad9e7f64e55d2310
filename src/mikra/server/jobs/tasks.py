"""The work that nobody asks for, task by task: what is called, how often, by how many at once.

An action is named and not imported, so that this list can be read without it. `Task.run()` does one bounded slice
(a chunk of credentials, a few letters) and says whether there is more to do at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from mikra.errors import NotFoundError

ACTIONS = "mikra.server.actions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`action` is `module.function` under `actions`; `every` is in seconds; `lanes` is how many may run it at once."""

    name: str
    action: str
    every: int
    lanes: int = 1

    def run(self) -> bool:
        """One slice; whether there is more at once. Raises what the action raises."""
        return bool(self.called()())

    def called(self) -> Callable[[], object]:
        """The action. NotFoundError where this build has none."""
        module, _, function = self.action.partition(".")
        try:
            found: Callable[[], object] = getattr(import_module(f"{ACTIONS}.{module}"), function)
        except (ModuleNotFoundError, AttributeError) as error:
            if isinstance(error, ModuleNotFoundError) and error.name != f"{ACTIONS}.{module}":
                raise
            raise NotFoundError("There is no such task in this build.", found=self.action, code="not_found") from None
        return found


TASKS = (
    Task(name="sealing", action="sealing.advance_any", every=1, lanes=8),
    Task(name="status", action="status_lists.publish_due", every=5),
    Task(name="letters", action="deliveries.send_due", every=2, lanes=2),
    Task(name="reminders", action="deliveries.remind_due", every=3600),
    Task(name="bounces", action="bounces.read_mailbox", every=60),
    Task(name="webhooks", action="webhooks.send_due", every=5),
    Task(name="drop-folder", action="drop_folder.read_due", every=30),
    Task(name="audit-heads", action="audit_heads.seal_daily", every=300),
    Task(name="presentations", action="presenting.delete_due", every=60),
    Task(name="retention", action="retention.delete_due", every=3600),
)
"""In the order in which they matter where there is time for one."""


def task(name: str) -> Task:
    """NotFoundError for a name that is none."""
    for one in TASKS:
        if one.name == name:
            return one
    raise NotFoundError("There is no such task.", found=name, expected=", ".join(one.name for one in TASKS))


def here() -> tuple[Task, ...]:
    """The tasks whose action is part of this build."""
    return tuple(one for one in TASKS if _is_here(one))


def _is_here(one: Task) -> bool:
    try:
        one.called()
    except NotFoundError:
        return False
    return True
