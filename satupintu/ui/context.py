# SPDX-License-Identifier: Apache-2.0
"""What every template sees: head and foot (`frame`) and how this person wants the screen (`display`)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from satupintu.ui.parts import Display, Frame

COOKIE = "sp_tampilan"  # "besar.kontras.tanpa-pintasan": no person data, so no consent is asked
LARGE, HIGH, NO_KEYS = "besar", "kontras", "tanpa-pintasan"


def wishes(request: HttpRequest) -> frozenset[str]:
    """The switches this browser has set; an unknown word in the cookie is ignored."""
    return frozenset(request.COOKIES.get(COOKIE, "").split(".")) & {LARGE, HIGH, NO_KEYS}


def look(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame` (from `request.frame` where a middleware or view has set it) and `display`."""
    wanted = wishes(request)
    # a form that was sent is not fetched again after a switch: go back to the page itself
    back = request.get_full_path() if request.method == "GET" else request.path
    return {
        "frame": getattr(request, "frame", None) or Frame(),
        "display": Display(large=LARGE in wanted, high=HIGH in wanted, keys=NO_KEYS not in wanted, back=back),
        "display_back": urlencode({"kembali": back}),
        "refused": getattr(request, "refused", None),
    }
