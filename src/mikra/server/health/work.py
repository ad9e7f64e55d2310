"""The work of the service: tasks, letters, seals, status lists. With a tenant, what is that tenant's alone."""

from __future__ import annotations

import datetime as dt
import smtplib
from typing import Any
from urllib.parse import urlsplit

from django.utils.formats import date_format

from mikra.adapters import signer_client
from mikra.adapters.clock import now
from mikra.errors import MikraError
from mikra.server.health.finding import Finding, State
from mikra.server.installation import Installation, Mode
from mikra.server.store.deliveries import Delivery
from mikra.server.store.status import Published, StatusList
from mikra.server.store.tenants import SealKey, Tenant
from mikra.server.store.work import Beat
from mikra.server.words import _, ngettext

SILENCE = dt.timedelta(minutes=2)
"""Every task that runs says so each 20 seconds, or as often as it runs."""

SOON = dt.timedelta(days=30)
PUBLIC_IN = dt.timedelta(seconds=60)
"""BAR, R15: what was withdrawn is public within 60 seconds."""

WAITS = dt.timedelta(minutes=15)
_PORTS = {"smtp": 25, "smtps": 465}


def queue(of: Installation, tenant: Tenant | None) -> Finding:
    """Whether somebody does the work in the background, and how it goes."""
    title, beats = _("Background work"), list(Beat._default_manager.order_by("task"))
    if not beats or max(one.at for one in beats) < now() - SILENCE:
        said = _("Nothing runs: seals, letters and status lists wait.")
        fix = _("Start mikra serve without --no-jobs, or mikra worker.")
        return Finding(id="queue", title=title, state=State.BAD, said=said, fix=fix)
    failing = [one for one in beats if not one.good]
    if failing:
        told = "; ".join(f"{one.task}: {one.said}" for one in failing)
        said = _("It runs, but some of it fails ({told}).").format(told=told)
        fix = _("The sentence says what; a number is that of the line in the log.")
        return Finding(id="queue", title=title, state=State.BAD, said=said, fix=fix)
    return Finding(id="queue", title=title, state=State.GOOD, said=_("It runs."))


def mail(of: Installation, tenant: Tenant | None) -> Finding:
    """Whether letters leave."""
    title, parts = _("E-mail"), urlsplit(of.mail)
    if parts.scheme not in _PORTS:
        serious = of.mode is Mode.PRODUCTION
        said = _("Letters are written into a folder, and reach nobody.")
        fix = _("Name your mail server in mikra.toml: mail, mail_from.") if serious else ""
        return Finding(id="mail", title=title, state=State.WARN if serious else State.GOOD, said=said, fix=fix)
    problem = _greeting(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme])
    fix = _("Check the server's name and port in mikra.toml, and the firewall between.")
    if problem:
        said = _("The mail server {host} does not answer ({problem}).").format(host=parts.hostname, problem=problem)
        return Finding(id="mail", title=title, state=State.BAD, said=said, fix=fix)
    rows = Delivery.of(tenant) if tenant else Delivery._default_manager.all()
    waiting = rows.filter(state=Delivery.State.QUEUED, due__lt=now() - WAITS).count()
    if waiting:
        said = ngettext("{count} letter waits for long.", "{count} letters wait for long.", waiting)
        return Finding(id="mail", title=title, state=State.WARN, said=said.format(count=waiting), fix=fix)
    return Finding(id="mail", title=title, state=State.GOOD, said=_("The mail server answers."))


def _greeting(scheme: str, host: str, port: int) -> str:
    """Empty, or why there is none."""
    opened: Any = smtplib.SMTP_SSL if scheme == "smtps" else smtplib.SMTP
    try:
        with opened(host, port, timeout=5) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return type(error).__name__
    return ""


def signer(of: Installation, tenant: Tenant | None) -> Finding:
    """Whether the process with the keys answers, and seals."""
    title = _("Signer")
    if not of.signer_plan.exists():
        return Finding(id="signer", title=title, state=State.UNKNOWN, said=_("There are no keys yet."))
    try:
        stopped = signer_client.switch(of.signer_socket, "state", patience=1.0)
    except MikraError as error:
        fix = _("Start it: mikra serve does so; its log says why it ended.")
        return Finding(id="signer", title=title, state=State.BAD, said=error.message, fix=fix)
    if stopped:
        said, fix = _("Somebody stopped all sealing."), _("Go on with: mikra signer start {socket}")
        fix = fix.format(socket=of.signer_socket)
        return Finding(id="signer", title=title, state=State.WARN, said=said, fix=fix)
    return Finding(id="signer", title=title, state=State.GOOD, said=_("It holds the keys, and seals."))


def certificates(of: Installation, tenant: Tenant | None) -> Finding:
    """Whether a seal runs out."""
    title = _("Seal certificates")
    keys = (SealKey.of(tenant) if tenant else SealKey._default_manager.all()).filter(retired=None, compromised=None)
    first = keys.order_by("not_after").first()
    if first is None:
        return Finding(id="certificates", title=title, state=State.UNKNOWN, said=_("There is no seal yet."))
    fix = _("Add a seal on the page Keys and seals before that day. What was sealed before stays valid.")
    day = date_format(first.not_after)
    if first.not_after <= now():
        said = _("{name} ended on {day}: nothing is sealed with it.").format(name=first.name, day=day)
        return Finding(id="certificates", title=title, state=State.BAD, said=said, fix=fix)
    if first.not_after - now() < SOON:
        said = _("{name} ends on {day}.").format(name=first.name, day=day)
        return Finding(id="certificates", title=title, state=State.WARN, said=said, fix=fix)
    said = _("The first to end does so on {day}.").format(day=day)
    return Finding(id="certificates", title=title, state=State.GOOD, said=said)


def status_lists(of: Installation, tenant: Tenant | None) -> Finding:
    """Whether what was withdrawn is public, and every list is fresh."""
    title = _("Status lists")
    lists = StatusList._default_manager.filter(tenant=tenant) if tenant else StatusList._default_manager.all()
    published = Published.of(tenant) if tenant else Published._default_manager.all()
    fix = _("See background work and signer: lists are published by the first, and sealed by the second.")
    late = lists.filter(dirty__lt=now() - PUBLIC_IN).count()
    if late:
        said = ngettext(
            "In {count} list something is decided that is not public yet.",
            "In {count} lists something is decided that is not public yet.",
            late,
        )
        return Finding(id="status", title=title, state=State.BAD, said=said.format(count=late), fix=fix)
    oldest = published.order_by("until").values_list("until", flat=True).first()
    if oldest and oldest <= now():
        said = _("A list is too old: whoever verifies is told that its state is not known.")
        return Finding(id="status", title=title, state=State.BAD, said=said, fix=fix)
    said = _("All are fresh.") if oldest else _("Nothing was published yet.")
    return Finding(id="status", title=title, state=State.GOOD, said=said)
