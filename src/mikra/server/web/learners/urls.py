"""Addresses of people who were awarded something."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.learners import views

console_urlpatterns = [
    path("people/", views.find, name="learners"),
    path("people/<uuid:id>/", views.one, name="learner"),
]
