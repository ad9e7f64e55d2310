"""Addresses of the wallet, and of what learners show to others."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.wallet import answering, held, owner, returning, shared, sharing, sign_in, taking

urlpatterns = [
    path("wallet/", held.index, name="wallet"),
    path("wallet/sign-in/", sign_in.address, name="wallet_sign_in"),
    path("wallet/sign-in/code/", sign_in.code, name="wallet_code"),
    path("wallet/sign-in/paper/", sign_in.paper, name="wallet_paper"),
    path("wallet/return/", returning.index, name="wallet_return"),
    path("wallet/return/open/", returning.finish, name="wallet_return_open"),
    path("wallet/return/<slug:slug>/<slug:service>/", returning.ask, name="wallet_return_ask"),
    path("wallet/add/", held.add, name="wallet_add"),
    path("wallet/removed/", held.removed, name="wallet_removed"),
    path("wallet/you/", owner.about, name="wallet_owner"),
    path("wallet/you/address/", owner.add_address, name="wallet_address"),
    path("wallet/you/address/<uuid:id>/remove/", owner.remove_address, name="wallet_address_remove"),
    path("wallet/you/accounts/", returning.let, name="wallet_let"),
    path("wallet/you/not-me/", returning.stop, name="wallet_return_stop"),
    path("wallet/you/paper/", owner.paper, name="wallet_recovery"),
    path("wallet/you/everything.zip", owner.export, name="wallet_export"),
    path("wallet/you/adding/", owner.adding, name="wallet_adding"),
    path("wallet/you/erase/", owner.erase, name="wallet_erase"),
    path("wallet/answer/", answering.begin, name="wallet_answer"),
    path("wallet/answer/<str:token>/", answering.decide, name="wallet_answering"),
    path("wallet/answered/<uuid:id>/forget/", answering.forget, name="wallet_answer_forget"),
    path("wallet/show/", sharing.choose, name="wallet_share"),
    path("wallet/shown/", sharing.index, name="wallet_shares"),
    path("wallet/shown/<uuid:id>/", sharing.one, name="wallet_shared"),
    path("wallet/shown/<uuid:id>/stop/", sharing.stop, name="wallet_stop"),
    path("wallet/<uuid:id>/", held.one, name="wallet_one"),
    path("wallet/<uuid:id>/file/", held.file, name="wallet_file"),
    path("wallet/<uuid:id>/certificate.pdf", held.certificate, name="wallet_certificate"),
    path("wallet/<uuid:id>/take/", taking.choose, name="wallet_take"),
    path("wallet/<uuid:id>/take/file/", taking.take, name="wallet_taken"),
    path("wallet/<uuid:id>/prove/<slug:service>/", held.prove, name="wallet_prove"),
    path("wallet/<uuid:id>/remove/", held.remove, name="wallet_remove"),
    path("wallet/<uuid:id>/back/", held.put_back, name="wallet_back"),
    path("s/<str:code>/", shared.show, name="share"),
    path("s/<str:code>/file/<int:number>/", shared.file, name="share_file"),
]
