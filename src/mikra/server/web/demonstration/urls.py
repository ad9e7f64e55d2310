"""Addresses of the demonstration."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.demonstration import mail

urlpatterns = [
    path("mail/", mail.index, name="demonstration_mail"),
    path("mail/<str:name>/", mail.show, name="demonstration_letter"),
]
