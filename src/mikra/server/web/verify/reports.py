"""The report that a page of the verifier offers to keep: as a sealed file for programs, or on paper."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mikra.adapters.clock import now
from mikra.instants import instant
from mikra.messages import spoken
from mikra.rendering.verification_report import Page, Part, write_report
from mikra.server.actions import verify_reports
from mikra.server.actions.rate_limits import Buckets
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public
from mikra.server.web.verify.telling import told
from mikra.server.words import _, pgettext

BUCKETS = Buckets(a_minute=20, burst=10)
"""By the address that asks: each costs a seal."""


@csrf_exempt  # nothing is changed by it; what it gives is signed by us and was shown already
@require_POST
@public
def report(request: HttpRequest) -> HttpResponse:
    """From what the page carries, in its own language; nothing of it stands in an address."""
    BUCKETS.take(caller_of(request))
    content = verify_reports.content_of(request.POST.get("report", ""))
    moment = now()
    written, sealed = verify_reports.as_json(content, moment)
    if request.POST.get("as") != "pdf":
        return _file(written, "application/json", "verification-report.json")
    return _file(write_report(_page(content, sealed), written, moment), "application/pdf", "verification-report.pdf")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _page(content: dict[str, Any], sealed: bool) -> Page:
    language, program = content["language"], content["program"]
    day = spoken.told(instant(content["at"]).date(), language)
    return Page(
        language=language,
        title=_("Report of a verification"),
        lines=(
            _("Judged for {day} ({moment}).").format(day=day, moment=content["at"]),
            _("By {where}, Mikra {version}.").format(where=program["at"], version=program["version"]),
            _("The attached report for programs is sealed by this service.")
            if sealed
            else _("This report is not sealed: this service has no key of its own for it."),
        ),
        parts=tuple(_part(one, each, language) for one in content["files"] for each in one["reports"]),
        notes=(
            _("Whoever has a file with the same SHA-256 can judge it again; a report is no credential."),
            _("That the elements of Annex I are used does not in itself mean validation or recognition."),
        ),
        attached=_("The report for programs"),
        heads=(_("The checks"), _("What it says")),
    )


def _part(file: dict[str, Any], report: dict[str, Any], language: str) -> Part:
    one = told(report, language)
    return Part(
        sentence=one.sentence,
        title=one.title,
        file=one.file or file["name"],
        digest=file["sha256"],
        checks=tuple((c["name"], _word(c["state"]), c["reason"]) for c in one.checks),
        facts=tuple((row["term"], tuple(row["values"])) for row in (*one.first, *one.can_do) if row["stated"]),
    )


def _word(state: str) -> str:
    return {
        "passed": pgettext("check", "Passed"),
        "failed": pgettext("check", "Failed"),
        "unchecked": pgettext("check", "Not checked"),
        "na": pgettext("check", "Not applicable"),
    }[state]
