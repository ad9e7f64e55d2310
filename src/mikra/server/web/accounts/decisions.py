"""What an institution decides about its own work, on one page with a short word on what each decision does."""

from __future__ import annotations

from dataclasses import asdict

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from mikra.errors import InputError
from mikra.server.actions import tenant_settings
from mikra.server.rights import Right
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _, lazy


class SettingsForm(forms.Form):
    """One field per member of `TenantSettings` that people decide."""

    four_eyes = forms.BooleanField(
        label=lazy("A second person approves"),
        required=False,
        help_text=lazy("Who prepared a class list cannot seal it; who wrote a design cannot approve it."),
    )
    step_up = forms.BooleanField(
        label=lazy("Sealing asks who you are again"),
        required=False,
        help_text=lazy("A code by e-mail, an app or a passkey, not older than ten minutes."),
    )
    grace_minutes = forms.IntegerField(
        label=lazy("Letters wait, in minutes"),
        min_value=0,
        max_value=7 * 24 * 60,
        help_text=lazy("So long after sealing, a whole batch can be undone before anybody hears of it."),
    )
    folder_seals = forms.BooleanField(
        label=lazy("Lists from the drop folder are sealed at once"),
        required=False,
        help_text=lazy("Only where every row is ready, and no second person must approve. Else they wait for you."),
    )
    claim_days = forms.IntegerField(label=lazy("An offer can be claimed for, in days"), min_value=1, max_value=3650)
    reminders = forms.IntegerField(label=lazy("Reminders"), min_value=0, max_value=5)
    reminder_days = forms.IntegerField(label=lazy("Days between reminders"), min_value=1, max_value=365)
    sender_name = forms.CharField(label=lazy("Sender of letters"), max_length=200, required=False)
    reply_to = forms.EmailField(label=lazy("Answers to letters go to"), required=False)
    age_of_consent = forms.IntegerField(
        label=lazy("Age of digital consent in your country"),
        min_value=13,
        max_value=16,
        help_text=lazy("GDPR, Article 8. The age itself is never in a credential."),
    )
    guardian_confirms = forms.BooleanField(label=lazy("Below that age, a guardian confirms"), required=False)
    appeal_days = forms.IntegerField(
        label=lazy("A decision on prior learning can be appealed for, in days"),
        min_value=7,
        max_value=30,
        help_text=lazy("Once, and only where it is not awarded. Somebody else than before assesses it then."),
    )
    keep_rows_days = forms.IntegerField(
        label=lazy("Rows that were never issued are kept for, in days"), min_value=1, max_value=3650
    )
    keep_deliveries_days = forms.IntegerField(
        label=lazy("The ledger is kept for, in days"), min_value=30, max_value=3650
    )
    forms = forms.MultipleChoiceField(
        label=lazy("Besides the sealed file, awards are given as"),
        choices=(
            ("certificate", lazy("Certificate for people (PDF)")),
            ("badge", lazy("Open Badge 3.0: as a picture, as a file, and in learner wallets")),
            ("attestation", lazy("Attestation for European wallets (SD-JWT VC)")),
        ),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=lazy(
            "The European Digital Credential is always given: the others are made of it when a learner asks. "
            "What is not ticked is neither offered nor made; what was taken before stays good."
        ),
    )  # last: from here on `forms` is this


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.ADMINISTER)
def decisions(request: Asked) -> HttpResponse:
    """The form, and what it changes."""
    now = tenant_settings.settings_of(request.tenant)
    form = SettingsForm(request.POST or None, initial=asdict(now))
    if request.method == "POST" and form.is_valid():
        try:
            tenant_settings.change(request.actor, **form.cleaned_data)
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, refusals.said(error, found=True))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(request.path)
    return render(request, "settings/decisions.html", {"form": form}, status=422 if form.errors else 200)
