# SPDX-License-Identifier: Apache-2.0
"""The second factor: where allauth.mfa's ways meet ours. Secrets rest encrypted, a code works once, words are ours.

Source: RFC 6238 (TOTP, section 5.2: a code is taken once), W3C WebAuthn level 2.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from allauth.account import forms as allauth
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as get_factors
from allauth.mfa.base import forms as factors
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.core.cache import cache
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from satupintu.accounts.forms import Drawn
from satupintu.accounts.models import Account
from satupintu.door import fields

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

PURPOSE = "second-factor"
REMEMBERED = 120  # seconds a used code is known: longer than it can be valid (three steps of 30)


class OfficeFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's hooks for second factors."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "Kode tidak cocok. Tunggu kode berikutnya di aplikasi. Masih gagal? Atur jam HP Anda otomatis, "
            "atau pakai kode cadangan."
        ),
        "used_code": _("Kode ini sudah dipakai. Tunggu kode berikutnya, paling lama 30 detik."),
        "unverified_email": _("Surel Anda belum dibuktikan. Keluar, masuk lagi, lalu isi kode dari surel."),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(fields.encrypt(text.encode(), purpose=PURPOSE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return fields.decrypt(base64.b64decode(encrypted_text), purpose=PURPOSE).decode()

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _now("Kunci %(n)s") % {"n": count + 1}

    def _get_site_name(self) -> str:
        return "Satu Pintu"


CODE: dict[str, Any] = {
    "label": _("Kode dari aplikasi"),
    "kind": "one-time-code",
    "hint": _("Enam angka. Atau satu kode cadangan, delapan angka."),
    "maxlength": 12,
}
CODE_SAID: dict[str, Text] = {"required": _("Isi enam angka yang tampil di aplikasi.")}


class _Once(Drawn):
    """A code of the app is taken once, however long it is still shown. Spaces between its figures do not matter."""

    looks = {"code": CODE}
    said = {"code": CODE_SAID}

    if TYPE_CHECKING:
        cleaned_data: dict[str, Any]
        user: Account

    def clean_code(self) -> str:
        self.cleaned_data["code"] = _figures(self.cleaned_data["code"])
        code = str(super().clean_code())  # type: ignore[misc]
        if not cache.add(f"factor-{self.user.pk}-{code}", 1, REMEMBERED):
            raise get_factors().validation_error("used_code")
        return code


class FactorForm(_Once, factors.AuthenticateForm):  # type: ignore[misc]
    """The second page of logging in."""


class FactorAgainForm(_Once, factors.ReauthenticateForm):  # type: ignore[misc]
    """Once more, before an act that asks who sits there."""


class PasswordAgainForm(Drawn, allauth.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    looks = {"password": {"label": _("Kata sandi"), "kind": "password"}}
    said = {"password": {"required": _("Isi kata sandi Anda.")}}


class AppForm(Drawn, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app that has just been given its secret."""

    looks = {"code": {**CODE, "hint": _("Enam angka yang sekarang tampil di aplikasi.")}}
    said = {"code": CODE_SAID}

    if TYPE_CHECKING:
        cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        self.cleaned_data["code"] = _figures(self.cleaned_data["code"])
        return str(super().clean_code())


class KeyForm(Drawn, AddWebAuthnForm):  # type: ignore[misc]
    """A passkey or security key; the browser fills in its answer."""

    looks = {
        "name": {
            "label": _("Nama kunci ini"),
            "hint": _("Supaya Anda mengenalinya lagi. Contoh: HP kantor"),
            "maxlength": 60,
        }
    }
    said = {
        "credential": {"required": _("Browser belum memberi jawaban. Tekan tombol di bawah sekali lagi.")}
    }

    @property
    def wrong(self) -> bool:
        return bool(self.errors)


def _figures(typed: str) -> str:
    return "".join(sign for sign in typed if sign.isalnum())
