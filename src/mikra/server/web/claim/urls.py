"""Addresses of the claim page."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.claim import feedback, views

urlpatterns = [
    path("claim/", views.type_code, name="claim_code"),
    path("claim/<str:code>/", views.offer, name="claim"),
    path("claim/<str:code>/take/", views.take, name="claim_take"),
    path("claim/<str:code>/credential.jsonld", views.credential, name="claim_credential"),
    path("claim/<str:code>/certificate.pdf", views.certificate, name="claim_certificate"),
    path("claim/<str:code>/keep/", views.keep, name="claim_keep"),
    path("claim/<str:code>/feedback/", feedback.give, name="claim_feedback"),
    path("claim/<str:code>/wrong/", views.wrong, name="claim_wrong"),
]
