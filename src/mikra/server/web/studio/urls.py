"""The addresses of the studio, all below `console/<slug>/`."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.studio import (
    begin,
    conflict,
    listing,
    modules,
    previews,
    profiles,
    publication,
    reviewing,
    vocabularies,
    writing,
)

urlpatterns = [
    path("designs/", listing.index, name="designs"),
    path("designs/new/", begin.begin, name="design_new"),
    path("designs/modules/", modules.unbundle, name="design_modules"),
    path("designs/together/", modules.regroup, name="design_regroup"),
    path("designs/<uuid:id>/", writing.write, name="design"),
    path("designs/<uuid:id>/autosave/", writing.autosave, name="design_autosave"),
    path("designs/<uuid:id>/meter/", writing.show_meter, name="design_meter"),
    path("designs/<uuid:id>/workload/", writing.show_workload, name="design_workload"),
    path("designs/<uuid:id>/undo/", writing.undo, name="design_undo"),
    path("designs/<uuid:id>/history/", writing.history, name="design_history"),
    path("designs/<uuid:id>/settle/", conflict.settle, name="design_settle"),
    path("designs/<uuid:id>/delete/", listing.delete, name="design_delete"),
    path("designs/<uuid:id>/restore/", listing.restore, name="design_restore"),
    path("designs/<uuid:id>/copy/", listing.copy, name="design_copy"),
    path("designs/<uuid:id>/archive/", listing.archive, name="design_archive"),
    path("designs/<uuid:id>/preview/catalogue/", previews.catalogue, name="design_catalogue"),
    path("designs/<uuid:id>/preview/verifier/", previews.verifier, name="design_verifier"),
    path("designs/<uuid:id>/preview/certificate/", previews.choose, name="design_certificate"),
    path("designs/<uuid:id>/preview/certificate.pdf", previews.certificate, name="design_certificate_pdf"),
    path("designs/<uuid:id>/review/", reviewing.read, name="design_review"),
    path("designs/<uuid:id>/review/act/", reviewing.act, name="design_review_act"),
    path("designs/<uuid:id>/editions/", publication.index, name="design_editions"),
    path("designs/<uuid:id>/editions/new/", publication.begin, name="edition_new"),
    path("designs/<uuid:id>/editions/compare/", publication.compare, name="editions_compare"),
    path("designs/<uuid:id>/editions/<int:number>/", publication.show, name="edition"),
    path("designs/<uuid:id>/editions/<int:number>/withdraw/", publication.withdraw, name="edition_withdraw"),
    path("designs/<uuid:id>/editions/<int:number>/design.<slug:form>", publication.export, name="edition_file"),
    path("vocabularies/<slug:scheme>/", vocabularies.search, name="vocabulary"),
    path("skills/", vocabularies.skills, name="skills"),
    path("providers/", profiles.index, name="providers"),
    path("providers/new/", profiles.add, name="provider_new"),
    path("providers/<uuid:id>/", profiles.write, name="provider"),
    path("providers/<uuid:id>/logo/", profiles.logo, name="provider_logo"),
    path("providers/<uuid:id>/remove/", profiles.remove, name="provider_remove"),
]
