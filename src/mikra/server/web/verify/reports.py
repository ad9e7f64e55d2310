"""The report that a page of the verifier offers to keep, sealed: for programs, on paper, with all it was made from."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from mikra.adapters.clock import now
from mikra.errors import InputError
from mikra.instants import instant
from mikra.messages import spoken
from mikra.rendering.verification_report import Page, Part, numbered, write_report
from mikra.report import Verdict
from mikra.server.actions import service_keys, verify_reports, verifying
from mikra.server.actions.rate_limits import Buckets
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public
from mikra.server.web.verify.telling import told
from mikra.server.web.verify.views import refuse_size
from mikra.server.words import _, pgettext

BUCKETS = Buckets(a_minute=20, burst=10)
"""By the address that asks: each costs a seal."""


@csrf_exempt  # nothing is changed by it; what it gives is signed by us and was shown already
@require_POST
@public
def report(request: HttpRequest) -> HttpResponse:
    """From what the page carries, in its own language; nothing of it stands in an address."""
    BUCKETS.take(caller_of(request))
    refuse_size(request)
    content = verify_reports.content_of(request.POST.get("report", ""))
    moment = now()
    if request.POST.get("as") == "bundle":
        files = [one.read(verifying.LARGEST + 1) for one in request.FILES.getlist("file")[: verifying.MOST]]
        packed = verify_reports.as_bundle(content, request.POST.get("parts", ""), files, moment)
        return _file(packed, "application/zip", "verification-bundle.zip")
    written = verify_reports.as_json(content, moment)
    if request.POST.get("as") != "pdf":
        return _file(written, "application/json", "verification-report.json")
    return _file(_paper(content, written, moment), "application/pdf", "verification-report.pdf")


def _paper(content: dict[str, Any], written: bytes, moment: dt.datetime) -> bytes:
    """The report as PDF; letters that no font of ours has stand as their numbers, and the page says so."""
    try:
        return write_report(_page(content), written, moment)
    except InputError as error:
        if error.code != "certificate_not_set":
            raise
    page = _page(numbered(content))
    note = _(
        "Letters that cannot be drawn here stand as their numbers (U+...). The attached report has them as they are."
    )
    return write_report(replace(page, notes=(note, *page.notes)), written, moment)


@require_safe
@public
def keys(_request: HttpRequest) -> HttpResponse:
    """The public keys under which reports of this installation are sealed."""
    response = HttpResponse(orjson.dumps(service_keys.published()), content_type="application/jwk-set+json")
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _page(content: dict[str, Any]) -> Page:
    language, program = content["language"], content["program"]
    moment = spoken.Moment(instant(content["at"])).text(language)
    return Page(
        language=language,
        title=_("Report of a verification"),
        lines=(
            _("Judged for {moment}.").format(moment=moment),
            _("By {where}, Mikra {version}.").format(where=program["at"], version=program["version"]),
            _("The attached report for programs is sealed by this service. Its keys: {where}").format(
                where=f"{program['at']}/verify/keys.json"
            ),
        ),
        parts=tuple(_part(one, each, language) for one in content["files"] for each in one["reports"]),
        notes=(
            _("Whoever has the bundle of this report can make it again: mikra verify --bundle FILE"),
            _("A report is no credential."),
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
        tone=_TONES[Verdict(one.verdict)],
        checks=tuple((c["name"], _word(c["state"]), c["reason"]) for c in one.checks),
        facts=tuple((row["term"], tuple(row["values"])) for row in (*one.first, *one.can_do) if row["stated"]),
    )


_TONES = {Verdict.TOTAL_PASSED: "good", Verdict.INDETERMINATE: "warn", Verdict.TOTAL_FAILED: "bad"}


def _word(state: str) -> str:
    return {
        "passed": pgettext("check", "Passed"),
        "failed": pgettext("check", "Failed"),
        "unchecked": pgettext("check", "Not checked"),
        "na": pgettext("check", "Not applicable"),
    }[state]
