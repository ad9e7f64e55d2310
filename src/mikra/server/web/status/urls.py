"""The addresses that stand in credentials for ever; no language, no tenant, nothing personal."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.status import views

urlpatterns = [
    path("<int:number>/<int:index>", views.place, name="status_place"),
    path("<int:number>/<slug:encoding>", views.published, name="status_list"),
]
