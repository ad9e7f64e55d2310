"""Addresses of presentations."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.present import views, wallet

urlpatterns = [
    path("", views.ask, name="present"),
    path("<uuid:id>/", views.wait, name="present_wait"),
    path("<uuid:id>/answer/", views.answer, name="present_answer"),
    path("request/<str:handle>", wallet.request_object, name="present_request"),
    path("response/<str:handle>", wallet.response, name="present_response"),
]
