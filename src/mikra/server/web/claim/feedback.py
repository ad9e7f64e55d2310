"""A minute of feedback, from the page of an offer or from the wallet. Until it is sent, nothing of it is kept."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from mikra.errors import InputError
from mikra.server.actions import claims, feedback
from mikra.server.web.guards import public
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.web.wallet.files import unindexed
from mikra.server.words import lazy

PROMISED = (
    ("3", lazy("Yes, all of it")),
    ("2", lazy("Some of it")),
    ("1", lazy("Little of it")),
    ("", lazy("I would rather not say")),
)
WORKLOAD = (
    ("less", lazy("Less than was said")),
    ("as", lazy("About as much")),
    ("more", lazy("More than was said")),
    ("", lazy("I would rather not say")),
)
USE = (
    ("yes", lazy("Yes, already")),
    ("soon", lazy("Not yet, but I will")),
    ("no", lazy("No")),
    ("", lazy("I would rather not say")),
)


class FeedbackForm(forms.Form):
    """Three questions and a few words; any may be left out."""

    promised = forms.ChoiceField(
        label=lazy("Did you learn what was promised?"), choices=PROMISED, required=False, widget=forms.RadioSelect
    )
    workload = forms.ChoiceField(
        label=lazy("How much work was it?"), choices=WORKLOAD, required=False, widget=forms.RadioSelect
    )
    use = forms.ChoiceField(label=lazy("Can you use it?"), choices=USE, required=False, widget=forms.RadioSelect)
    comment = forms.CharField(
        label=lazy("What should change?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=lazy("A sentence or two. Leave out names, yours too."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@public
def give(request: HttpRequest, code: str) -> HttpResponse:
    """The questions, and thanks."""
    offer = claims.look(code)
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    values = {"offer": offer, "code": code, "tenant": offer.delivery.tenant, "form": form, "longest": feedback.LONGEST}
    if not feedback.may_answer(offer):
        thanks = offer.claimed and not offer.award.trial
        return unindexed(render(request, "claim/feedback_given.html", values | {"thanks": thanks}))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            feedback.give(
                code,
                promised=int(given["promised"]) if given["promised"] else None,
                workload=given["workload"],
                use=given["use"],
                comment=given["comment"],
            )
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, said(error))
        else:
            return unindexed(render(request, "claim/feedback_given.html", values | {"thanks": True}))
    return unindexed(render(request, "claim/feedback.html", values, status=422 if form.errors else 200))
