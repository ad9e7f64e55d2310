"""Addresses of the verifier's page."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.verify import api, reports, typed, views

urlpatterns = [
    path("verify/", views.verify, name="verify"),
    path("verify/report/", reports.report, name="verify_report"),
    path("verify/keys.json", reports.keys, name="verify_keys"),
    path("c/", typed.typed_code, name="typed_code"),
    path("api/v1/verify", api.verify, name="api_verify"),
]
