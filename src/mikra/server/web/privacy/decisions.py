"""What an institution decides about data protection, and what its times of keeping would delete now."""

from __future__ import annotations

from dataclasses import asdict

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mikra.errors import InputError
from mikra.server.actions import retention as keeping
from mikra.server.actions import tenant_settings
from mikra.server.rights import Right
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.privacy.kinds import CLASSES
from mikra.server.words import _, lazy


class DecisionsForm(forms.Form):
    """Members of `TenantSettings` that the notices and the job of keeping read."""

    legal_basis = forms.ChoiceField(
        label=lazy("Legal basis of awarding"),
        choices=[
            ("public_task", lazy("A task in the public interest, GDPR 6(1)(e)")),
            ("legal_obligation", lazy("A legal obligation, GDPR 6(1)(c)")),
        ],
        help_text=lazy("Consent is none: it is not free where a result depends on it."),
    )
    legal_reference = forms.CharField(
        label=lazy("The law that says so"), max_length=300, required=False, help_text=lazy("It stands in the notice.")
    )
    privacy_contact = forms.EmailField(label=lazy("Questions about data go to"), required=False)
    protection_officer = forms.CharField(label=lazy("Data protection officer"), max_length=200, required=False)
    supervisory_authority = forms.CharField(label=lazy("Supervisory authority"), max_length=200, required=False)
    age_of_consent = forms.IntegerField(
        label=lazy("Age of digital consent in your country"), min_value=13, max_value=16, help_text=lazy("Article 8.")
    )
    guardian_confirms = forms.BooleanField(label=lazy("Below that age, a guardian confirms"), required=False)
    keep_rows_days = forms.IntegerField(label=lazy("Days: rows never sealed"), min_value=1, max_value=3650)
    keep_deliveries_days = forms.IntegerField(label=lazy("Days: the ledger"), min_value=30, max_value=3650)
    keep_requests_days = forms.IntegerField(label=lazy("Days: answered words"), min_value=30, max_value=3650)
    keep_cases_days = forms.IntegerField(label=lazy("Days: answered cases"), min_value=365, max_value=3650)
    keep_prior_days = forms.IntegerField(label=lazy("Days: cases of prior learning"), min_value=30, max_value=3650)
    keep_answers_days = forms.IntegerField(label=lazy("Days: answers for other systems"), min_value=1, max_value=90)
    keep_staff_days = forms.IntegerField(label=lazy("Days: accounts of those who left"), min_value=30, max_value=7300)


@require_http_methods(["GET", "POST"])
@console(Right.ADMINISTER)
def decisions(request: Asked) -> HttpResponse:
    """The form."""
    known = asdict(tenant_settings.settings_of(request.tenant))
    form = DecisionsForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            tenant_settings.change(request.actor, **form.cleaned_data)
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, refusals.said(error))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("privacy_decisions", args=[request.tenant.slug]))
    return render(request, "privacy/decisions.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@console(Right.ADMINISTER)
def retention(request: Asked) -> HttpResponse:
    """What would go now. Nothing is changed by looking."""
    rows = [(CLASSES[name], days, count) for name, days, count in keeping.due(request.actor)]
    return render(request, "privacy/retention.html", {"rows": rows, "total": sum(count for _, _, count in rows)})
