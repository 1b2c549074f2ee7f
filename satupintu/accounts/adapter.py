# SPDX-License-Identifier: Apache-2.0
"""Where allauth's ways meet ours: codes by HOTP, mail by job, no flash messages."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from satupintu.accounts import actions
from satupintu.accounts.codes import code_of
from satupintu.accounts.models import Account
from satupintu.door.moment import now


class OfficeAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's hooks. The code lives in the session (server side) and can be computed again from the letter's id;
    a job gets that id, never the code."""

    def new_user(self, request: HttpRequest) -> AbstractBaseUser:
        return Account(date_joined=now())

    def generate_email_verification_code(self) -> str:
        return self._new_code()

    def generate_password_reset_code(self) -> str:
        return self._new_code()

    def generate_login_code(self) -> str:
        return self._new_code()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        letter_id = self._letters().get(str(context.get("code", "")))
        actions.post_letter(letter_id, email=email, template=template_prefix.rsplit("/", 1)[-1])

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the page itself says what happened (visual.md: no toasts)."""

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
