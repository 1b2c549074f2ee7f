# SPDX-License-Identifier: Apache-2.0
"""A code that a session waits for: the session keeps which letter it stands in, never the code itself.

So a code works only in the session that asked for it, once, for ten minutes and five tries.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from satupintu.accounts.codes import code_of
from satupintu.door.moment import now

LASTS, TRIES = timedelta(minutes=10), 5
WRONG = _("Kode tidak cocok. Salin enam angka dari surel terakhir.")
OVER = _("Kode ini tidak berlaku lagi. Minta kode baru.")


def begin(request: HttpRequest, what: str, letter_id: int, **kept: Any) -> None:
    """Wait for the code of this letter; an earlier one for the same purpose ends. kept: plain values for `confirm`."""
    until = (now() + LASTS).timestamp()
    request.session[f"code:{what}"] = {"letter": letter_id, "until": until, "tries": 0, **kept}


def waiting(request: HttpRequest, what: str) -> dict[str, Any] | None:
    """What was kept, while a code is waited for; None when it lapsed, was used up, or was never asked for.

    A machine's clock that is set back gives no code a longer life: one from the future has lapsed too.
    """
    found: dict[str, Any] | None = request.session.get(f"code:{what}")
    if found is None or found["tries"] >= TRIES:
        return None
    age = now().timestamp() - found["until"] + LASTS.total_seconds()
    return found if abs(age) < LASTS.total_seconds() else None


def confirm(request: HttpRequest, what: str, typed: str) -> dict[str, Any]:
    """Use the code up; gives what was kept. Raises ValidationError "incorrect_code" or "over"."""
    found = waiting(request, what)
    if found is None:
        raise ValidationError(OVER, "over")
    figures = "".join(sign for sign in typed if sign.isalnum())
    if not hmac.compare_digest(code_of(found["letter"]).encode(), figures.encode()):
        found["tries"] += 1
        request.session.modified = True
        raise ValidationError(WRONG if found["tries"] < TRIES else OVER, "incorrect_code")
    del request.session[f"code:{what}"]
    return found
