"""The same tasks on PostgreSQL, by any number of workers on any number of machines (procrastinate).

A tick of every task puts one job for each of its lanes into the queue, where none of that lane waits already; a job
that says there is more puts the next one in its place: one job is one slice, a chunk of credentials. Jobs of a worker
that died are tried again. The queue holds names of tasks and nothing else.
"""

from __future__ import annotations

import signal
from typing import Any

import procrastinate
from django.conf import settings
from django.db import close_old_connections, connection
from procrastinate import exceptions

from mikra.errors import ConflictError
from mikra.server.jobs.slices import run_slice
from mikra.server.jobs.tasks import Task, here, task

TICK = "* * * * * */5"
"""cron with seconds, which come last: how often it is looked whether there is work."""

STALLED = 30.0
"""Seconds without a sign of life after which a worker is taken for dead."""

SCHEMA = "procrastinate_jobs"


def parameters() -> dict[str, Any]:
    """The database of the installation, as libpq names it."""
    of: dict[str, Any] = settings.DATABASES["default"]
    names = (("dbname", "NAME"), ("user", "USER"), ("password", "PASSWORD"), ("host", "HOST"), ("port", "PORT"))
    given = {name: of[key] for name, key in names if of.get(key)}
    return {**given, "options": of.get("OPTIONS", {}).get("options", "")}


def application() -> procrastinate.App:
    """An application of procrastinate with our tasks. ConflictError where the database is not PostgreSQL."""
    if connection.vendor != "postgresql":
        raise ConflictError(
            "Workers of their own need PostgreSQL.",
            found=connection.vendor,
            fix="With SQLite `mikra serve` does the work itself. For more, name a database: --database postgresql://...",
            code="postgresql_needed",
        )
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(kwargs=parameters()))
    _register(app)
    return app


def _register(app: procrastinate.App) -> None:
    @app.task(name="slice")
    def one_slice(name: str, lane: int) -> None:
        more = run_slice(task(name))
        close_old_connections()
        if more:
            defer(app, task(name), lane)

    @app.periodic(cron=TICK, periodic_id="tick")
    @app.task(name="tick", queueing_lock="tick", pass_context=False)
    def tick(timestamp: int) -> None:
        for one in due(timestamp):
            for lane in range(one.lanes):
                defer(app, one, lane)

    @app.periodic(cron="* * * * * */30", periodic_id="stalled")
    @app.task(name="retry-stalled", queueing_lock="retry-stalled")
    async def retry_stalled(timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            await app.job_manager.retry_job(job)


def due(timestamp: int) -> list[Task]:
    """The tasks whose time it is in this tick of five seconds: each `every` seconds, or in every tick."""
    return [one for one in here() if one.every <= 5 or timestamp % one.every < 5]


def defer(app: procrastinate.App, one: Task, lane: int) -> None:
    """One more slice in this lane, where none waits there already; two of a lane never run at the same time."""
    place = f"{one.name}/{lane}"
    try:
        app.configure_task("slice", queue=one.name, lock=place, queueing_lock=place).defer(name=one.name, lane=lane)
    except exceptions.AlreadyEnqueued:
        return


def prepare_schema() -> None:
    """The tables of the queue, where they are missing."""
    if SCHEMA in connection.introspection.table_names():
        return
    connector = procrastinate.SyncPsycopgConnector(kwargs=parameters())
    with procrastinate.App(connector=connector).open() as app:
        app.schema_manager.apply_schema()


def work_until_ended(at_once: int) -> None:
    """Works until SIGTERM or SIGINT; what was begun is ended."""
    app = application()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    app.run_worker(
        concurrency=at_once,
        fetch_job_polling_interval=2.0,
        stalled_worker_timeout=STALLED,
        delete_jobs="always",
        shutdown_graceful_timeout=15.0,
        install_signal_handlers=True,
        listen_notify=True,
    )
