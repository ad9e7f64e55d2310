"""What everybody may read: who does what with personal data, and whom to tell of a weakness of the service."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mikra.adapters.clock import now
from mikra.errors import NotFoundError
from mikra.server.actions import notices
from mikra.server.installation import installation
from mikra.server.web.guards import public
from mikra.server.web.pages import render
from mikra.server.web.privacy.kinds import security_contact

VALID = dt.timedelta(days=180)
"""RFC 9116, 2.5.5: less than a year."""


@require_safe
@public
def institutions(request: HttpRequest) -> HttpResponse:
    """Each institution of this service answers for itself."""
    return render(request, "privacy/institutions.html", {"found": notices.institutions()})


@require_safe
@public
def learners(request: HttpRequest, slug: str) -> HttpResponse:
    """Articles 13 and 14, for whoever is awarded something."""
    return _notice(request, slug, notices.Reader.LEARNERS)


@require_safe
@public
def staff(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for those who work there."""
    return _notice(request, slug, notices.Reader.STAFF)


def _notice(request: HttpRequest, slug: str, reader: notices.Reader) -> HttpResponse:
    tenant = notices.institution(slug)
    values = {"tenant": tenant, "document": notices.notice(tenant, reader), "reader": reader.value}
    return render(request, "privacy/notice.html", values)


@require_safe
@public
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116, where the operator has named an address."""
    of = installation()
    contact = security_contact(of.operator)
    if not contact:
        raise NotFoundError("There is nothing here under this address.", fix="Check the address.", code="not_found")
    lines = (
        f"Contact: {contact}",
        f"Expires: {(now() + VALID).astimezone(dt.UTC):%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(of.languages)}",
        f"Canonical: {of.origin.rstrip('/')}/.well-known/security.txt",
    )
    return HttpResponse("\r\n".join(lines) + "\r\n", content_type="text/plain; charset=utf-8")
