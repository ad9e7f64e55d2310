"""Addresses of awards."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.awards import (
    approving,
    bulk,
    checking,
    choosing,
    correcting,
    exporting,
    filling,
    following,
    listing,
    looking,
    single,
    undoing,
)

_ONE = "awards/of/<uuid:id>/"

console_urlpatterns = [
    path("awards/", listing.index, name="batches"),
    path("awards/new/", choosing.choose, name="batch_choose"),
    path("awards/new/<uuid:edition>/", choosing.begin, name="batch_begin"),
    path("awards/new/<uuid:edition>/class-list.xlsx", filling.template, name="batch_template"),
    path("awards/<uuid:id>/", listing.go, name="batch"),
    path("awards/<uuid:id>/cancel/", listing.cancel, name="batch_cancel"),
    path("awards/<uuid:id>/who/", filling.who, name="batch_who"),
    path("awards/<uuid:id>/one/", filling.one, name="batch_one"),
    path("awards/<uuid:id>/columns/", filling.columns, name="batch_columns"),
    path("awards/<uuid:id>/check/", checking.check, name="batch_check"),
    path("awards/<uuid:id>/check/more/", checking.more, name="batch_more"),
    path("awards/<uuid:id>/check/state/", checking.state, name="batch_state"),
    path("awards/<uuid:id>/check/cells/", checking.cells, name="batch_cells"),
    path("awards/<uuid:id>/check/all/", bulk.accept, name="batch_offer"),
    path("awards/<uuid:id>/check/selected/", bulk.selected, name="batch_selected"),
    path("awards/<uuid:id>/check/rows-to-mend.xlsx", checking.bad_rows, name="batch_bad_rows"),
    path("awards/<uuid:id>/look/", looking.look, name="batch_look"),
    path("awards/<uuid:id>/look/certificate.pdf", looking.certificate, name="batch_look_certificate"),
    path("awards/<uuid:id>/approve/", approving.approve, name="batch_approve"),
    path("awards/<uuid:id>/follow/", following.follow, name="batch_follow"),
    path("awards/<uuid:id>/follow/progress/", following.progress, name="batch_progress"),
    path("awards/<uuid:id>/follow/pace/", following.pace, name="batch_pace"),
    path("awards/<uuid:id>/follow/back/", following.send_back, name="batch_send_back"),
    path("awards/<uuid:id>/receipt.json", following.receipt, name="batch_receipt"),
    path("awards/<uuid:id>/receipt.xlsx", following.receipt_xlsx, name="batch_receipt_xlsx"),
    path("awards/<uuid:id>/receipt.pdf", following.receipt_pdf, name="batch_receipt_pdf"),
    path("awards/<uuid:id>/undo/", undoing.undo, name="batch_undo"),
    path("awards/all/", exporting.index, name="awards"),
    path("awards/all/export.<str:kind>", exporting.export, name="awards_export"),
    path(_ONE, single.one, name="award_one"),
    path(_ONE + "correct/", correcting.correct, name="award_correct"),
    *(path(f"{_ONE}{what}/", correcting.change, {"what": what}, name=f"award_{what}") for what in correcting.ACTS),
    path(_ONE + "offers/<uuid:delivery>/", correcting.withdraw_offer, name="award_offer"),
    path(_ONE + "credential/<slug:form>/", single.credential, name="award_credential"),
    path(_ONE + "certificate.pdf", single.certificate, name="award_certificate"),
]
