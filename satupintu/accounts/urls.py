# SPDX-License-Identifier: Apache-2.0
"""Addresses of the account. The names are allauth's: its own code looks them up."""

from __future__ import annotations

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from satupintu.accounts import factor_views, views

FACTOR = "akun/pengaman"

urlpatterns = [
    path("masuk", allauth.login, name="account_login"),
    path("masuk/kode", views.device, name="account_device"),
    path("masuk/kode/isi", views.device_code, name="account_device_code"),
    path("daftar", views.signup, name="account_signup"),
    path("daftar/kode", views.signup_code, name="account_signup_code"),
    path("daftar/kontak", views.signup_contact, name="account_signup_contact"),
    path("daftar/berhasil", views.welcome, name="account_welcome"),
    path("keluar", allauth.logout, name="account_logout"),
    path("verifikasi", views.verification, name="account_email_verification_sent"),
    path("lupa-sandi", views.forgotten, name="account_reset_password"),
    path("lupa-sandi/kode", views.forgotten_code, name="account_confirm_password_reset_code"),
    path("lupa-sandi/baru", views.new_password, name="account_complete_password_reset"),
    path("lupa-sandi/selesai", allauth.password_reset_from_key_done, name="account_password_reset_completed"),
    path("akun-nonaktif", allauth.account_inactive, name="account_inactive"),
    path("mulai", views.join, name="account_join"),
    path("mulai/<str:token>", views.invited, name="account_invited"),
    path("masuk/langkah-kedua", mfa.authenticate, name="mfa_authenticate"),
    path("akun/pastikan", allauth.reauthenticate, name="account_reauthenticate"),
    path("akun/pastikan/kode", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("akun/pastikan/kunci", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path(FACTOR, factor_views.Factors.as_view(), name="factor"),
    path(f"{FACTOR}/aplikasi", factor_views.AddApp.as_view(), name="mfa_activate_totp"),
    path(f"{FACTOR}/aplikasi/gambar.svg", factor_views.secret_picture, name="secret_picture"),
    path(f"{FACTOR}/aplikasi/lepas", factor_views.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path(f"{FACTOR}/kunci", factor_views.AddKey.as_view(), name="mfa_add_webauthn"),
    path(f"{FACTOR}/kunci/<int:pk>/lepas", factor_views.RemoveKey.as_view(), name="mfa_remove_webauthn"),
    path(f"{FACTOR}/cadangan", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(f"{FACTOR}/cadangan/baru", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("kode-demo", factor_views.demo_codes, name="demo_codes"),
    # allauth looks for these names; the page above shows what they would
    path(f"{FACTOR}/semua", factor_views.Factors.as_view(), name="mfa_index"),
    path("akun/keamanan", views.security, name="account_security"),
    path("akun/kata-sandi", views.password, name="account_change_password"),
    path("akun/surel", views.address, name="account_new_address"),
    path("akun/surel/kode", views.address_code, name="account_new_address_code"),
    path("akun/telepon", views.telephone, name="account_new_phone"),
    path("akun/telepon/kode", views.telephone_code, name="account_new_phone_code"),
    path("akun/telepon/lepas", views.give_up_telephone, name="account_give_up_phone"),
    path("akun/batal/<str:token>", views.undo_address, name="account_undo_address"),
    # allauth sends people here who have nothing to verify, or who cancel a verification.
    path("akun/lanjut", views.onward, name="account_email"),
]
