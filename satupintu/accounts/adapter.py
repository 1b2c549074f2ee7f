# SPDX-License-Identifier: Apache-2.0
"""Where allauth's ways meet ours: codes by HOTP, mail by job, no flash messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from satupintu.accounts import actions, guard, queries
from satupintu.accounts.codes import code_of
from satupintu.accounts.models import Account
from satupintu.accounts.proofs import proof_of
from satupintu.accounts.queries import actor_of
from satupintu.core.access import WHOLE
from satupintu.door.moment import now

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

WEAK_PASSWORD: Mapping[str | None, Text] = {
    "password_too_common": _(
        "Kata sandi ini mudah ditebak. Gabungkan dua atau tiga kata yang tak berkaitan."
    ),
    "password_too_similar": _("Kata sandi terlalu mirip nama atau surel Anda. Pilih yang lain."),
}


class OfficeAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's hooks. The code lives in the session (server side) and can be computed again from the letter's id;
    a job gets that id, never the code."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Akun ini sedang tidak aktif. Hubungi kantor."),
        "email_password_mismatch": _("Nama atau kata sandi tidak cocok. Periksa, lalu coba lagi."),
        "email_taken": _("Surel ini tidak bisa dipakai. Pakai surel lain, atau masuk."),
        "enter_current_password": _("Isi kata sandi Anda yang sekarang."),
        "incorrect_code": _("Kode tidak cocok. Salin enam angka dari surel terakhir."),
        "incorrect_password": _("Kata sandi tidak cocok. Coba lagi."),
        "rate_limited": _("Terlalu sering. Tunggu beberapa menit, lalu coba lagi."),
        "too_many_login_attempts": _(
            "Sudah terlalu banyak percobaan. Tunggu beberapa menit, lalu mulai lagi."
        ),
    }

    def new_user(self, request: HttpRequest) -> AbstractBaseUser:
        return Account(date_joined=now())

    def generate_email_verification_code(self) -> str:
        return self._new_code()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        letter_id = self._letters().get(str(context.get("code", "")))
        actions.post_letter(letter_id, email=email, template=template_prefix.rsplit("/", 1)[-1])

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        try:
            return str(super().clean_password(password, user))
        except ValidationError as weak:
            code = weak.error_list[0].code
            raise ValidationError(WEAK_PASSWORD.get(code, weak.messages[0]), code) from weak

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check a password of whoever is named, by `login` or by `email`; nobody's password is checked just as long.

        Raises ValidationError when the guard asks for a proof or for patience.
        """
        typed = str(credentials.get("login") or credentials.get("email") or "")
        account = queries.identified(typed)
        taken = guard.take(request, "password", typed, account)
        found: AbstractBaseUser | None = super().authenticate(
            request, account=account, password=credentials["password"]
        )
        if found:
            guard.give_back(taken)
        return found

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The guard has counted this try already."""

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """A new session key (Django's), and a line in the owner's list of sessions."""
        super().login(request, user)
        if (
            request.session.session_key is None
        ):  # somebody else was logged in here: Django has thrown his session away
            request.session.save()
        where = {"device": guard.device_words(request), "network": guard.near(request)}
        actions.signed_in(cast(Account, user), str(request.session.session_key), **where)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if kwargs["signup"]:
            actions.welcome(cast(Account, user))
        guard.remember(request, response, cast(Account, user))
        return response

    def get_login_stages(self) -> list[str]:
        """Who has no e-mail address has none to verify."""
        ours = {"allauth.account.stages.EmailVerificationStage": "satupintu.accounts.stages.MailboxStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Who did not come to apply for something reads his user name first."""
        return reverse("account_welcome")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """An officer's day begins at his desk, an applicant's at his own applications."""
        user = request.user
        staff = isinstance(user, Account) and bool(actor_of(user, now(), proof=WHOLE).capacities)
        return reverse("desk:worklist" if staff else "portal:mine")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just logged in need not prove it once more to change how he logs in."""
        request = self.request or allauth_context.request
        user = request.user
        return not (isinstance(user, Account) and proof_of(request, user, now()).fresh)

    def add_message(
        self, request: HttpRequest, level: int, *args: Any, message: str | None = None, **kwargs: Any
    ) -> None:
        """Only what went wrong and leads to another page; else the page itself says what happened (visual.md: no toasts)."""
        if level == messages.ERROR and message:
            messages.error(request, message)

    def _new_code(self) -> str:
        letter = actions.start_letter("")
        code = code_of(letter.pk)
        self._letters()[code] = letter.pk
        return code

    def _letters(self) -> dict[str, int]:
        request = allauth_context.request
        if not hasattr(request, "satupintu_letters"):
            request.satupintu_letters = {}
        return request.satupintu_letters  # type: ignore[no-any-return]
