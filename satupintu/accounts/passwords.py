# SPDX-License-Identifier: Apache-2.0
"""What a new password must be: long, and on no list of stolen ones. No signs by rule, no expiry, unless the auditors
ask for it (PASSWORD_POLICY=bssn).

Source: OWASP ASVS 5.0.0, V6.2.1, 6.2.5, 6.2.10, 6.2.12; for "bssn", regional guides to Peraturan BSSN 4/2021.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from satupintu.accounts import queries
from satupintu.accounts.models import Account
from satupintu.core.access import WHOLE
from satupintu.door.moment import now

APPLICANTS, STAFF = 8, 12
SORTS = {"huruf kecil": "[a-z]", "huruf besar": "[A-Z]", "angka": "[0-9]", "tanda baca": "[^A-Za-z0-9]"}


def audited() -> bool:
    """Does the office have to show auditors the older rules?"""
    return bool(settings.PASSWORD_POLICY == "bssn")  # noqa: S105 (the name of a policy)


def shortest(user: object | None) -> int:
    """Characters at least, for this account: more for who works in an office, and for everybody under "bssn"."""
    staff = isinstance(user, Account) and user.pk and queries.actor_of(user, now(), proof=WHOLE).capacities
    return STAFF if staff or audited() else APPLICANTS


class LongEnough:
    """Django's validator of length, but for staff it asks more."""

    def validate(self, password: str, user: object | None = None) -> None:
        least = shortest(user)
        if len(password) < least:
            words = _("Kata sandi terlalu pendek. Pakai paling sedikit %(n)d huruf atau angka.") % {
                "n": least
            }
            raise ValidationError(words, "password_too_short")

    def get_help_text(self) -> str:
        return ""


class AuditorsSigns:
    """Letters of both sizes, a figure and a sign, only where the office must show it (PASSWORD_POLICY=bssn)."""

    def validate(self, password: str, user: object | None = None) -> None:
        if not audited():
            return
        missing = [name for name, pattern in SORTS.items() if not re.search(pattern, password)]
        if missing:
            words = _("Kata sandi di kantor ini juga harus memuat %(missing)s.") % {
                "missing": ", ".join(missing)
            }
            raise ValidationError(words, "password_signs")

    def get_help_text(self) -> str:
        return ""


class NotStolen:
    """The office's own list of stolen passwords, if it has one: SATUPINTU_BREACHED."""

    def validate(self, password: str, user: object | None = None) -> None:
        if settings.BREACHED and is_listed(password, Path(settings.BREACHED)):
            raise ValidationError(
                _("Kata sandi ini ada di daftar kata sandi curian. Pilih yang lain."), "password_stolen"
            )

    def get_help_text(self) -> str:
        return ""


def is_listed(password: str, path: Path) -> bool:
    """Is the password in this list? One SHA-1 in capitals a line, sorted, anything after a colon ignored: the file
    that Have I Been Pwned's own downloader makes (34 GB). About 35 short reads, nothing is held in memory.

    Raises OSError when the file is missing: an office that names a list relies on it.
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        while low < high:  # the first line that begins in [low, high) and is not smaller than what is wanted
            middle = (low + high) // 2
            if _line_from(file, middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return _line_from(file, low) == wanted


def _line_from(file: BinaryIO, position: int) -> bytes:
    """The hash on the first line that begins at this byte or later; after the last one something greater than all."""
    if position:
        file.seek(position - 1)
        file.readline()
    else:
        file.seek(0)
    return file.readline(128)[:40].upper() or b"~"
