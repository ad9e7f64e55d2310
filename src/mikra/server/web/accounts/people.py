"""Who works here: the list, inviting, roles, leaving."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikra.errors import MikraError
from mikra.server.actions import people
from mikra.server.rights import Right, Role
from mikra.server.store.people import Membership
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _, lazy

ROLES = [
    (Role.DESIGNER, lazy("Designer"), lazy("describes micro-credentials")),
    (Role.REVIEWER, lazy("Reviewer"), lazy("reviews and publishes them")),
    (Role.QUALITY, lazy("Quality officer"), lazy("keeps the quality checklist")),
    (Role.REGISTRAR, lazy("Registrar"), lazy("awards to class lists, corrects")),
    (Role.SEALER, lazy("Sealer"), lazy("approves and seals what others prepared")),
    (Role.RECOGNITION, lazy("Recognition officer"), lazy("decides on credentials of others")),
    (Role.AUDITOR, lazy("Auditor"), lazy("reads the audit trail, changes nothing")),
    (Role.ADMINISTRATOR, lazy("Administrator"), lazy("people, settings, keys, data protection")),
]


class RolesForm(forms.Form):
    """What somebody may do."""

    roles = forms.MultipleChoiceField(
        label=lazy("Roles"),
        choices=[(str(role), name) for role, name, _hint in ROLES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": lazy("Nobody works here without a role. Choose at least one.")},
    )


class InviteForm(RolesForm):
    """Somebody new."""

    email = forms.EmailField(label=lazy("E-mail address"), max_length=254, help_text=lazy("They sign in with it."))
    name = forms.CharField(label=lazy("Name"), max_length=200)
    field_order = ("email", "name", "roles")


@require_safe
@console(Right.ADMINISTER)
def index(request: Asked) -> HttpResponse:
    """Everybody, with their roles; those who left are a list of their own."""
    left = "left" in request.GET
    found = people.members(request.actor, ended=left)
    names = {str(role): name for role, name, _hint in ROLES}
    return render(request, "people/index.html", {"members": found, "left": left, "names": names})


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.ADMINISTER)
def invite(request: Asked) -> HttpResponse:
    """The form for somebody new."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = people.invite(request.actor, **form.cleaned_data)
        except MikraError as error:
            form.add_error(error.where if error.where in form.fields else None, refusals.said(error))
        else:
            messages.success(request, _("{name} works here now, and signs in by e-mail.").format(name=made.person.name))
            return HttpResponseRedirect(reverse("members", args=[request.tenant.slug]))
    return render(request, "people/invite.html", {"form": form, "roles": ROLES}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.ADMINISTER)
def roles(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Other roles for one person."""
    membership = Membership.get(request.tenant, id)
    form = RolesForm(request.POST or None, initial={"roles": membership.roles})
    if request.method == "POST" and form.is_valid():
        try:
            people.give_roles(request.actor, id, form.cleaned_data["roles"])
        except MikraError as error:
            form.add_error("roles", refusals.said(error))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("members", args=[request.tenant.slug]))
    values = {"form": form, "membership": membership, "roles": ROLES}
    return render(request, "people/roles.html", values, status=422 if form.errors else 200)


@require_POST
@console(Right.ADMINISTER)
def end(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Somebody leaves; it can be undone from the list of those who left."""
    membership = people.end(request.actor, id)
    messages.success(request, _("{name} cannot sign in here any more.").format(name=membership.person.name))
    return HttpResponseRedirect(reverse("members", args=[request.tenant.slug]))


@require_POST
@console(Right.ADMINISTER)
def back(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Undoes it."""
    membership = people.take_back(request.actor, id)
    messages.success(request, _("{name} works here again.").format(name=membership.person.name))
    return HttpResponseRedirect(reverse("members", args=[request.tenant.slug]))
