"""Addresses of the verifier's page."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.verify import api, reports, views

urlpatterns = [
    path("verify/", views.verify, name="verify"),
    path("verify/report/", reports.report, name="verify_report"),
    path("api/v1/verify", api.verify, name="api_verify"),
]
