# SPDX-License-Identifier: Apache-2.0
"""allauth's forms in our words: each knows how its fields are drawn, so that a template only lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from django import forms
from django.forms.utils import ErrorDict, ErrorList
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from satupintu.accounts import actions
from satupintu.accounts.models import Account
from satupintu.ui.fields import FieldView
from satupintu.ui.parts import Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

WRONG_ADDRESS = _("Alamat surel belum lengkap. Contoh: sari@surel.example")
NO_ADDRESS = _("Isi alamat surel Anda.")
NO_PASSWORD = _("Isi kata sandi Anda.")
NEW_PASSWORD = _("Paling sedikit 8 huruf atau angka. Jangan pakai nama atau surel Anda.")
NO_CODE = _("Isi enam angka dari surel kami.")


class Drawn:
    """A form that gives its fields as `FieldView`s, in the order of `looks`: field name -> what to draw."""

    looks: dict[str, dict[str, Any]] = {}
    said: dict[str, dict[str, Text]] = {}

    if TYPE_CHECKING:
        fields: dict[str, forms.Field]
        errors: ErrorDict

        def __getitem__(self, name: str) -> forms.BoundField: ...
        def non_field_errors(self) -> ErrorList: ...

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in self.said.items():
            if name in self.fields:
                self.fields[name].error_messages.update(words)

    @property
    def drawn(self) -> tuple[FieldView, ...]:
        """The fields as the templates draw them; a mistake keeps what was typed, but never a password."""
        return tuple(
            FieldView(
                id=f"isi-{name}",
                name=name,
                value=str(self[name].value() or ""),
                error=str(next(iter(self.errors.get(name, ())), "")),
                **look,
            )
            for name, look in self.looks.items()
        )

    @property
    def mistakes(self) -> tuple[FieldView | Problem, ...]:
        """What `{% errors %}` lists: mistakes of the whole form first, each a link to the first field."""
        first = f"#isi-{next(iter(self.looks))}"
        return (*(Problem(first, str(text)) for text in self.non_field_errors()), *self.drawn)


EMAIL: dict[str, Any] = {"label": _("Alamat surel"), "kind": "email"}
EMAIL_SAID: dict[str, Text] = {"required": NO_ADDRESS, "invalid": WRONG_ADDRESS}
CODE: dict[str, Any] = {
    "label": _("Kode 6 angka"),
    "kind": "one-time-code",
    "hint": _("Berlaku 10 menit. Boleh ditempel."),
    "maxlength": 12,
}


class LoginForm(Drawn, allauth.LoginForm):  # type: ignore[misc]
    looks = {
        "login": {**EMAIL, "autocomplete": "username", "hint": _("Yang Anda pakai saat mendaftar.")},
        "password": {"label": _("Kata sandi"), "kind": "password"},
    }
    said = {"login": EMAIL_SAID, "password": {"required": NO_PASSWORD}}


class Named:
    """A form that asks for a person's name."""

    cleaned_data: dict[str, Any]

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if len(name) < 2 or not any(c.isalpha() for c in name):
            raise forms.ValidationError(_("Tulis nama seperti di KTP, contoh: Siti Aminah."))
        return name


NAME: dict[str, Any] = {
    "label": _("Nama lengkap"),
    "hint": _("Seperti di KTP. Contoh: Siti Aminah"),
    "autocomplete": "name",
    "maxlength": 120,
}
NAME_SAID: dict[str, Text] = {
    "required": _("Isi nama Anda seperti di KTP."),
    "max_length": _("Nama paling panjang 120 huruf."),
}


class SignupForm(Named, Drawn, allauth.SignupForm):  # type: ignore[misc]
    """Three boxes: e-mail, name, password (screens.md: as little typing as can be)."""

    looks = {
        "email": {**EMAIL, "hint": _("Kode dikirim ke sini. Contoh: sari@surel.example")},
        "name": NAME,
        "password1": {
            "label": _("Buat kata sandi"),
            "kind": "password",
            "autocomplete": "new-password",
            "hint": NEW_PASSWORD,
        },
    }
    said = {
        "email": EMAIL_SAID,
        "name": NAME_SAID,
        "password1": {"required": _("Buat kata sandi, paling sedikit 8 huruf atau angka.")},
    }
    name = forms.CharField(max_length=120)

    def signup(self, request: HttpRequest, user: Account) -> None:
        """allauth calls this once the account is made."""
        actions.name_person(user, self.cleaned_data["name"])


class ResetPasswordForm(Drawn, allauth.ResetPasswordForm):  # type: ignore[misc]
    looks = {"email": {**EMAIL, "hint": _("Kode dikirim ke surel ini bila terdaftar.")}}
    said = {"email": EMAIL_SAID}


class NewPasswordForm(Drawn, forms.Form):
    """One box for the new password: it can be shown while typing, so nobody types it twice."""

    looks = {
        "password1": {
            "label": _("Kata sandi baru"),
            "kind": "password",
            "autocomplete": "new-password",
            "hint": NEW_PASSWORD,
        }
    }
    password1 = forms.CharField(strip=False, error_messages={"required": NO_PASSWORD})

    def __init__(self, *args: Any, user: Account | None = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password1(self) -> str:
        password = str(self.cleaned_data["password1"])
        get_adapter().clean_password(password, user=self.user)
        return password

    save = allauth.ResetPasswordKeyForm.save


class JoinForm(Named, Drawn, forms.Form):
    """An invited officer's name and own password."""

    looks = {
        "name": NAME,
        "password1": {
            "label": _("Buat kata sandi"),
            "kind": "password",
            "autocomplete": "new-password",
            "hint": _("Paling sedikit 12 huruf atau angka. Jangan pakai nama atau surel Anda."),
        },
    }
    said = {
        "name": NAME_SAID,
        "password1": {
            "required": _("Buat kata sandi, paling sedikit 12 huruf atau angka."),
            "min_length": _("Kata sandi terlalu pendek. Pakai paling sedikit 12 huruf atau angka."),
        },
    }
    name = forms.CharField(max_length=120)
    password1 = forms.CharField(strip=False, min_length=12)  # staff: 12, everybody else 8

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        self.email = email
        super().__init__(*args, **kwargs)

    def clean_password1(self) -> str:
        password = str(self.cleaned_data["password1"])
        get_adapter().clean_password(password, user=Account(email=self.email))
        return password


class _CodeForm(Drawn):
    """The six figures may come with spaces or a dash between them, as people copy them."""

    looks = {"code": CODE}
    said = {"code": {"required": NO_CODE}}

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]  # type: ignore[attr-defined]
        self.cleaned_data["code"] = "".join(sign for sign in typed if sign.isalnum())  # type: ignore[attr-defined]
        return str(super().clean_code())  # type: ignore[misc]


class EmailCodeForm(_CodeForm, allauth.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    pass


class ResetCodeForm(_CodeForm, allauth.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    pass
