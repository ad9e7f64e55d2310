"""Addresses of health and figures."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.health import machines, people

urlpatterns = [
    path("health/", machines.alive, name="alive"),
    path("health/ready/", machines.ready, name="ready"),
    path("metrics", machines.metrics, name="metrics"),
    path("operator/health/", people.installation, name="operator_health"),
    path("console/<slug:slug>/settings/health/", people.institution, name="health"),
]
