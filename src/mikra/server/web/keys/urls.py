"""Addresses of keys and of the stop switch."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.keys import views

console_urlpatterns = [
    path("settings/keys/", views.index, name="keys"),
    path("settings/keys/make/", views.make, name="key_make"),
    path("settings/keys/bring/", views.bring, name="key_bring"),
    path("settings/keys/<uuid:id>/retire/", views.retire, name="key_retire"),
    path("settings/keys/<uuid:id>/lost/", views.lost, name="key_lost"),
    path("settings/keys/<uuid:id>/certificate.pem", views.certificate, name="key_certificate"),
    path("stop/", views.stop, name="stop"),
]
