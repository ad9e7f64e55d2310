"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.ledger import views

console_urlpatterns = [
    path("ledger/", views.index, name="ledger"),
    path("ledger/print/", views.print_waiting, name="ledger_print"),
    path("ledger/requests/", views.requests, name="name_requests"),
    path("ledger/requests/<uuid:id>/", views.answer, name="name_request"),
    path("ledger/<uuid:id>/", views.one, name="ledger_one"),
    path("ledger/<uuid:id>/again/", views.again, name="ledger_again"),
    path("ledger/<uuid:id>/address/", views.address, name="ledger_address"),
]
