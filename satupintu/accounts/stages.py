# SPDX-License-Identifier: Apache-2.0
"""Where allauth asks for an account by its e-mail address, and ours may have none."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.stages import EmailVerificationStage
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from satupintu.accounts import queries


class MailboxStage(EmailVerificationStage):  # type: ignore[misc]
    """The first login of somebody invited asks for a code from his mailbox; who registered has shown one already."""

    def handle(self) -> Any:
        if not self.login.user.email:
            return None, True
        return super().handle()


class OfficeBackend(AuthenticationBackend):  # type: ignore[misc]
    """Checks the password of an account that was found by whatever its owner is called by; nobody's just as long."""

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        named = credentials.get("email") or credentials.get("username") or ""
        account = credentials["account"] if "account" in credentials else queries.identified(named)
        found: AbstractBaseUser | None = self._check_password(account, credentials["password"])
        return found
