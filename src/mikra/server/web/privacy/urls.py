"""Addresses of data protection."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.privacy import cases, decisions, documents, public

urlpatterns = [
    path("privacy/", public.institutions, name="privacy"),
    path("privacy/<slug:slug>/", public.learners, name="privacy_learners"),
    path("privacy/<slug:slug>/staff/", public.staff, name="privacy_staff"),
    path(".well-known/security.txt", public.security, name="security_txt"),
]

console_urlpatterns = [
    path("data-protection/", cases.index, name="privacy_cases"),
    path("data-protection/new/", cases.new, name="privacy_new"),
    path("data-protection/cases/<uuid:id>/", cases.one, name="privacy_case"),
    path("data-protection/cases/<uuid:id>/learner/", cases.find, name="privacy_find"),
    path("data-protection/cases/<uuid:id>/proof/", cases.prove, name="privacy_prove"),
    path("data-protection/cases/<uuid:id>/time/", cases.extend, name="privacy_extend"),
    path("data-protection/cases/<uuid:id>/restrict/", cases.restrict, name="privacy_restrict"),
    path("data-protection/cases/<uuid:id>/copy/", cases.copy, name="privacy_copy"),
    path("data-protection/cases/<uuid:id>/erase/", cases.erase, name="privacy_erase"),
    path("data-protection/cases/<uuid:id>/close/", cases.close, name="privacy_close"),
    path("data-protection/documents/", documents.index, name="privacy_documents"),
    path("data-protection/documents/<slug:kind>/", documents.one, name="privacy_document"),
    path("data-protection/documents/<slug:kind>/file.<slug:form>", documents.file, name="privacy_file"),
    path("data-protection/retention/", decisions.retention, name="privacy_retention"),
    path("data-protection/decisions/", decisions.decisions, name="privacy_decisions"),
]
