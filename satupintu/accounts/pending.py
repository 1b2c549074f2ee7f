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

LASTS, TRIES, AGAIN_AFTER = timedelta(minutes=10), 5, timedelta(seconds=60)
WRONG = _("Kode tidak cocok. Salin enam angka dari pesan terakhir.")
OVER = _("Kode ini tidak berlaku lagi. Minta kode baru.")


def begin(request: HttpRequest, what: str, letter_id: int, **kept: Any) -> None:
    """Wait for the code of this letter; an earlier one for the same purpose ends. kept: plain values for `confirm`."""
    until = (now() + LASTS).timestamp()
    request.session[f"code:{what}"] = {**kept, "letter": letter_id, "until": until, "tries": 0}


def waiting(request: HttpRequest, what: str) -> dict[str, Any] | None:
    """What was kept, while a code is waited for; None when it lapsed, was used up, or was never asked for.

    A machine's clock that is set back gives no code a longer life: one from the future has lapsed too.
    """
    found: dict[str, Any] | None = request.session.get(f"code:{what}")
    if found is None or found["tries"] >= TRIES:
        return None
    return found if _age(found) < LASTS else None


def may_ask_again(found: dict[str, Any]) -> bool:
    """Is it long enough since this code was sent?"""
    return _age(found) >= AGAIN_AFTER


def _age(found: dict[str, Any]) -> timedelta:
    return abs(timedelta(seconds=now().timestamp() - found["until"]) + LASTS)


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
    end(request, what)
    return found


def lapse(request: HttpRequest, what: str) -> None:
    """The code is over, and what was typed for it goes once to the page where one begins anew (`again`)."""
    kept = request.session.pop(f"code:{what}", None)
    if kept is not None:
        request.session[f"again:{what}"] = kept


def again(request: HttpRequest, what: str) -> dict[str, Any]:
    """What was kept with a code that is over. Only once: the next person at this screen does not read it."""
    found: dict[str, Any] = request.session.pop(f"again:{what}", {})
    return found


def end(request: HttpRequest, what: str) -> None:
    """Nothing is waited for any more."""
    request.session.pop(f"code:{what}", None)
