"""Addresses of validation of prior learning."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.prior_learning import deciding, evidence, listing, one

_ONE = "prior-learning/<uuid:id>/"

console_urlpatterns = [
    path("prior-learning/", listing.index, name="prior"),
    path("prior-learning/new/", listing.choose, name="prior_choose"),
    path("prior-learning/new/<uuid:edition>/", listing.begin, name="prior_begin"),
    path(_ONE, one.one, name="prior_one"),
    path(_ONE + "learner/", one.learner, name="prior_learner"),
    path(_ONE + "send/", one.send, name="prior_send"),
    path(_ONE + "delete/", one.delete, name="prior_delete"),
    path(_ONE + "evidence/", evidence.add, name="prior_add"),
    path(_ONE + "evidence/<uuid:evidence>/", evidence.file, name="prior_file"),
    path(_ONE + "evidence/<uuid:evidence>/remove/", evidence.remove, name="prior_remove"),
    path(_ONE + "assess/", deciding.assess, name="prior_assess"),
    path(_ONE + "decide/", deciding.decide, name="prior_decide"),
    path(_ONE + "withdraw/", deciding.withdraw, name="prior_withdraw"),
    path(_ONE + "appeal/", deciding.appeal, name="prior_appeal"),
    path(_ONE + "letter.pdf", deciding.letter, name="prior_letter"),
    path(_ONE + "award/", deciding.award, name="prior_award"),
]
