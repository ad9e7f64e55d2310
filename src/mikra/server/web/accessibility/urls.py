"""The address of the accessibility statement."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.accessibility import views

urlpatterns = [path("accessibility/", views.statement, name="accessibility")]
