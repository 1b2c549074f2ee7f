# SPDX-License-Identifier: Apache-2.0
"""Addresses of the account. The names are allauth's: its own code looks them up."""

from __future__ import annotations

from allauth.account import views as allauth
from django.urls import path

from satupintu.accounts import views

urlpatterns = [
    path("masuk", allauth.login, name="account_login"),
    path("masuk/kode", views.device, name="account_device"),
    path("masuk/kode/isi", views.device_code, name="account_device_code"),
    path("daftar", views.at_once(allauth.signup), name="account_signup"),
    path("daftar/berhasil", views.welcome, name="account_welcome"),
    path("keluar", allauth.logout, name="account_logout"),
    path("verifikasi", views.verification, name="account_email_verification_sent"),
    path("lupa-sandi", views.at_once(allauth.password_reset), name="account_reset_password"),
    path("lupa-sandi/kode", allauth.confirm_password_reset_code, name="account_confirm_password_reset_code"),
    path("lupa-sandi/baru", views.new_password, name="account_complete_password_reset"),
    path("lupa-sandi/selesai", allauth.password_reset_from_key_done, name="account_password_reset_completed"),
    path("akun-nonaktif", allauth.account_inactive, name="account_inactive"),
    path("mulai", views.join, name="account_join"),
    path("mulai/<str:token>", views.invited, name="account_invited"),
    path("akun/keamanan", views.security, name="account_security"),
    path("akun/kata-sandi", views.password, name="account_change_password"),
    path("akun/surel", views.address, name="account_new_address"),
    path("akun/surel/kode", views.address_code, name="account_new_address_code"),
    path("akun/surel/batal/<str:token>", views.undo_address, name="account_undo_address"),
    # allauth sends people here who have nothing to verify, or who cancel a verification.
    path("akun/lanjut", views.onward, name="account_email"),
]
