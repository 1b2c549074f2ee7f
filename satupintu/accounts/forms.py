# SPDX-License-Identifier: Apache-2.0
"""allauth's forms in our words: each knows how its fields are drawn, so that a template only lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.core import context
from django import forms
from django.core.validators import validate_email
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext_lazy as _

from satupintu.accounts import guard, pending, queries
from satupintu.accounts.models import Account
from satupintu.core.identifier import LONGEST, identify
from satupintu.core.numbers import phone
from satupintu.ui.fields import FieldView, Option
from satupintu.ui.parts import Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

WRONG_ADDRESS = _("Alamat surel belum lengkap. Contoh: sari@surel.example")
NO_ADDRESS = _("Isi alamat surel Anda.")
NO_PASSWORD = _("Isi kata sandi Anda.")
NEW_PASSWORD = _("Paling sedikit 8 huruf atau angka. Jangan pakai nama atau surel Anda.")
NO_NEW_PASSWORD = _("Buat kata sandi baru.")
NO_CODE = _("Isi enam angka dari pesan kami.")
NO_PHONE = _("Isi nomor HP Anda.")
WRONG_PHONE = _("Nomor HP belum lengkap. Contoh: 0812 3456 7890")


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


WHO: dict[str, Any] = {
    "label": _("Nama pengguna, surel, atau nomor HP"),
    "autocomplete": "username",
    "hint": _("Contoh: sitiaminah4821 atau sari@surel.example"),
    "maxlength": LONGEST,
}
NOBODY_NAMED = _("Isi nama pengguna, surel, atau nomor HP Anda.")


class Guarded:
    """A form before which the guard may ask for a proof of work. what: the rules of core/guessing.py it goes by."""

    what = "letter"
    named = "email"
    proof = True  # False where the letter itself takes the place of a proof
    data: Any

    @property
    def challenge(self) -> str:
        """What to draw into the form: asked only once many tries came under this name or from this network."""
        if not self.proof:
            return ""
        typed = str(self.data.get(self.named, "")) if self.data else ""
        return guard.challenge(context.request, self.what, typed)


class Lettered(Guarded):
    """A form that sends a letter with a code: how many, is counted once everything else in the form is right."""

    if TYPE_CHECKING:
        cleaned_data: dict[str, Any]
        errors: ErrorDict

    def clean(self) -> dict[str, Any]:
        super().clean()  # type: ignore[misc]
        if not self.errors:
            typed = str(self.cleaned_data[self.named])
            guard.take(context.request, self.what, typed, queries.identified(typed), proof=self.proof)
        return self.cleaned_data


class LoginForm(Guarded, Drawn, allauth.LoginForm):  # type: ignore[misc]
    what, named = "password", "login"
    looks = {"login": WHO, "password": {"label": _("Kata sandi"), "kind": "password"}}
    said = {"password": {"required": NO_PASSWORD}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            max_length=LONGEST, error_messages={"required": NOBODY_NAMED, "max_length": NOBODY_NAMED}
        )

    def user_credentials(self) -> dict[str, str]:
        """What our adapter is asked with: whatever kind of name it is."""
        return {"login": self.cleaned_data["login"], "password": self.cleaned_data["password"]}


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


CONTACT: dict[str, Any] = {
    "label": _("Surel atau nomor WhatsApp"),
    "autocomplete": "email",
    "hint": _("Kode dikirim ke sini. Contoh: sari@surel.example atau 0812 3456 7890"),
    "maxlength": LONGEST,
}
ONLY_EMAIL = _("Kantor ini belum memakai WhatsApp. Tulis alamat surel, contoh: sari@surel.example")
WRONG_CONTACT = _("Belum lengkap. Tulis surel seperti sari@surel.example, atau nomor seperti 0812 3456 7890.")
NO_CONTACT = _("Isi surel atau nomor WhatsApp Anda.")


def read_contact(typed: str) -> str:
    """The address or number (+62…) in its one spelling. Raises ValidationError for what is neither."""
    meant = identify(typed)
    if meant.kind == "email":
        try:
            validate_email(meant.value)
        except forms.ValidationError:
            raise forms.ValidationError(WRONG_ADDRESS) from None
    elif meant.kind != "phone" or not phone(meant.value).valid:
        raise forms.ValidationError(WRONG_CONTACT)
    elif not queries.whatsapp_is_on():
        raise forms.ValidationError(ONLY_EMAIL)
    return meant.value


class ContactForm(Lettered, Drawn, forms.Form):
    """Where the code of a registration shall go: e-mail or WhatsApp, as the person likes."""

    named = "contact"
    looks: dict[str, dict[str, Any]] = {"contact": CONTACT}
    contact = forms.CharField(
        max_length=LONGEST, error_messages={"required": NO_CONTACT, "max_length": WRONG_CONTACT}
    )

    def clean_contact(self) -> str:
        return read_contact(str(self.cleaned_data["contact"]))


KINDS = (
    Option(Account.WNI, _("Orang perseorangan, WNI"), _("Usaha atas nama sendiri, dengan KTP.")),
    Option(Account.WNA, _("Orang perseorangan, WNA"), _("Warga negara asing, dengan paspor.")),
    Option(Account.BODY, _("Badan usaha"), _("Misalnya PT, CV, koperasi, atau yayasan.")),
)
SCALES = (
    Option(
        Account.UMK,
        _("Usaha mikro dan kecil (UMK)"),
        _("Modal paling banyak Rp5 miliar, di luar tanah dan bangunan tempat usaha."),
    ),
    Option(
        Account.NON_UMK,
        _("Non-UMK"),
        _("Modal lebih dari Rp5 miliar, di luar tanah dan bangunan tempat usaha."),
    ),
)


class SignupForm(Named, ContactForm):
    """Two choices and three boxes: contact, name, password (screens.md: as little typing as can be)."""

    looks = {
        "registered_as": {
            "label": _("Siapa yang mendaftar?"),
            "kind": "choice",
            "options": KINDS,
        },
        "scale": {"label": _("Berapa besar usahanya?"), "kind": "choice", "options": SCALES},
        "contact": CONTACT,
        "name": {**NAME, "label": _("Nama lengkap Anda")},
        "password1": {
            "label": _("Buat kata sandi"),
            "kind": "password",
            "autocomplete": "new-password",
            "hint": NEW_PASSWORD,
        },
    }
    said = {"name": NAME_SAID}
    registered_as = forms.ChoiceField(
        choices=[(kind, kind) for kind in (Account.WNI, Account.WNA, Account.BODY)],
        error_messages={
            "required": _("Pilih siapa yang mendaftar."),
            "invalid_choice": _("Pilih salah satu."),
        },
    )
    scale = forms.ChoiceField(
        choices=[(scale, scale) for scale in (Account.UMK, Account.NON_UMK)],
        error_messages={"required": _("Pilih besar usahanya."), "invalid_choice": _("Pilih salah satu.")},
    )
    name = forms.CharField(max_length=120)
    password1 = forms.CharField(
        strip=False, error_messages={"required": _("Buat kata sandi, paling sedikit 8 huruf atau angka.")}
    )
    field_order = tuple(looks)

    def clean_password1(self) -> str:
        password, typed = str(self.cleaned_data["password1"]), self.cleaned_data
        likely = Account(email=typed.get("contact", ""), username=typed.get("name", ""))
        get_adapter().clean_password(password, user=likely)
        return password


class ResetPasswordForm(Lettered, Drawn, forms.Form):
    """Whose password is forgotten, by any of his names."""

    named = "login"
    looks = {"login": WHO}
    login = forms.CharField(
        max_length=LONGEST, error_messages={"required": NOBODY_NAMED, "max_length": NOBODY_NAMED}
    )


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


class DeviceForm(Lettered, Drawn, forms.Form):
    """Who wants a code, in order to log in from a browser that is not known."""

    named, proof = "login", False
    looks = {"login": WHO}
    login = forms.CharField(
        max_length=LONGEST, error_messages={"required": NOBODY_NAMED, "max_length": NOBODY_NAMED}
    )


class PendingCodeForm(Drawn, forms.Form):
    """The code a session waits for. what: of pending.py; `kept` is what was kept with it."""

    looks = {"code": CODE}
    code = forms.CharField(max_length=24, error_messages={"required": NO_CODE, "max_length": pending.WRONG})

    def __init__(self, *args: Any, what: str, **kwargs: Any) -> None:
        self.what = what
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        self.kept = pending.confirm(context.request, self.what, str(self.cleaned_data["code"]))
        return ""


class OwnPasswordForm(Drawn, forms.Form):
    """The password again, before something is given up."""

    looks: dict[str, dict[str, Any]] = {"password": {"label": _("Kata sandi"), "kind": "password"}}
    password = forms.CharField(strip=False, error_messages={"required": NO_PASSWORD})

    def __init__(self, *args: Any, user: Account, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        return own_password(self.user, str(self.cleaned_data["password"]))


class NewAddressForm(Lettered, OwnPasswordForm):
    """Another e-mail address, and the password again."""

    proof = False
    looks = {
        "email": {**EMAIL, "label": _("Surel baru"), "hint": _("Kode dikirim ke sini.")},
        **OwnPasswordForm.looks,
    }
    email = forms.EmailField(error_messages=EMAIL_SAID)
    field_order = ("email", "password")

    def clean_email(self) -> str:
        new = str(self.cleaned_data["email"]).lower()
        if new == (self.user.email or "").lower():
            raise forms.ValidationError(_("Ini surel Anda yang sekarang. Tulis yang baru."))
        return new


class NewPhoneForm(Lettered, OwnPasswordForm):
    """Another telephone number, and the password again."""

    named, proof = "phone", False
    looks = {
        "phone": {
            "label": _("Nomor HP baru"),
            "kind": "phone",
            "hint": _("Kode dikirim ke sini lewat WhatsApp. Contoh: 0812 3456 7890"),
        },
        **OwnPasswordForm.looks,
    }
    phone = forms.CharField(max_length=40, error_messages={"required": NO_PHONE, "max_length": WRONG_PHONE})
    field_order = ("phone", "password")

    def clean_phone(self) -> str:
        found = phone(str(self.cleaned_data["phone"]))
        if not found.valid:
            raise forms.ValidationError(WRONG_PHONE)
        if found.normalised == queries.proven_phone(self.user.pk):
            raise forms.ValidationError(_("Ini nomor Anda yang sekarang. Tulis yang baru."))
        return found.normalised


class ChangePasswordForm(Drawn, forms.Form):
    """The password of today, and a new one. The one of today is asked by the guard, like at the door."""

    looks = {
        "oldpassword": {"label": _("Kata sandi sekarang"), "kind": "password"},
        "password1": {
            "label": _("Kata sandi baru"),
            "kind": "password",
            "autocomplete": "new-password",
            "hint": NEW_PASSWORD,
        },
    }
    oldpassword = forms.CharField(strip=False, error_messages={"required": NO_PASSWORD})
    password1 = forms.CharField(strip=False, error_messages={"required": NO_NEW_PASSWORD})

    def __init__(self, *args: Any, user: Account, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_oldpassword(self) -> str:
        return own_password(self.user, str(self.cleaned_data["oldpassword"]))

    def clean_password1(self) -> str:
        password = str(self.cleaned_data["password1"])
        get_adapter().clean_password(password, user=self.user)
        return password


def own_password(user: Account, password: str) -> str:
    """The password again, from somebody who is logged in; counted like every other try. Raises ValidationError."""
    named = user.email or user.username
    if get_adapter().authenticate(context.request, login=named, password=password) != user:
        raise get_adapter().validation_error("incorrect_password")
    return password


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
