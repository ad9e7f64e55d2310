"""Addresses of the audit trail."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.audit import views

console_urlpatterns = [
    path("audit/", views.index, name="audit"),
    path("audit/trail.jsonl", views.trail, name="audit_trail"),
    path("audit/heads.zip", views.heads, name="audit_heads"),
    path("audit/check/", views.check, name="audit_check"),
]
