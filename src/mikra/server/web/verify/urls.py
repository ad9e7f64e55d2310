"""Addresses of the verifier's page."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.verify import api, views

urlpatterns = [
    path("verify/", views.verify, name="verify"),
    path("api/v1/verify", api.verify, name="api_verify"),
]
