"""Addresses of files for home institutions."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.transfers import desk, fetching, sending

urlpatterns = [
    path("wallet/send/", sending.index, name="transfers"),
    path("wallet/send/<uuid:id>/file/", sending.file, name="transfer_file"),
    path("wallet/send/<uuid:id>/stop/", sending.stop, name="transfer_stop"),
    path("transfer/", fetching.page, name="transfer"),
    path("api/v1/transfers", fetching.api, name="api_transfers"),
    path("console/<slug:slug>/received/", desk.received, name="received"),
]
