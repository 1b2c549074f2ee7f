# SPDX-License-Identifier: Apache-2.0
"""The switches for large text and contrast, and the pages shown when something cannot be shown."""

from __future__ import annotations

import errno
import logging
import secrets
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from satupintu.ui.context import COOKIE, HIGH, LARGE, NO_KEYS, wishes

log = logging.getLogger(__name__)

SWITCHES = {
    ("huruf", "besar"): (LARGE, True),
    ("huruf", "biasa"): (LARGE, False),
    ("kontras", "tinggi"): (HIGH, True),
    ("kontras", "biasa"): (HIGH, False),
    ("pintasan", "tanpa"): (NO_KEYS, True),
    ("pintasan", "pakai"): (NO_KEYS, False),
}
YEAR_SECONDS = 365 * 24 * 60 * 60
NEVER_SHOWN = ("csrf", "command_id", "version", "password", "code", "kode", "login", "email")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
RETRY_AFTER_SECONDS = 15
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def inside(request: HttpRequest, address: str, otherwise: str = "/") -> str:
    """`address` when it stays on this site, else `otherwise`: no page of ours sends people elsewhere."""
    host = {request.get_host()}
    return address if url_has_allowed_host_and_scheme(address, host, request.is_secure()) else otherwise


@require_safe
def display(request: HttpRequest) -> HttpResponse:
    """Set one switch in the cookie and go back; works without script, changes nothing else."""
    wanted = set(wishes(request))
    for switch, (word, on) in SWITCHES.items():
        if request.GET.get(switch[0]) == switch[1]:
            (wanted.add if on else wanted.discard)(word)
    answer = HttpResponseRedirect(inside(request, request.GET.get("kembali", "/")))
    answer.set_cookie(
        COOKIE,
        ".".join(sorted(wanted)),
        max_age=YEAR_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )
    return answer


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 when more was sent than the server takes."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return render(request, "ui/413.html", status=413)
    return render(request, "ui/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but not in this role."""
    return render(request, "ui/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, also for another person's or office's file: it does not tell that there is one."""
    return render(request, "ui/404.html", status=404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429: too many tries; allauth finds it as `handler429` of the root addresses."""
    return render(request, "ui/429.html", status=429)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose key is stale: usually a session that ended, so it says how to send again.

    What was typed is shown to be copied. It is not put into a form: the sender may have been another site.
    """
    log.warning("ui.csrf %s", request.path)
    again = inside(request, request.META.get("HTTP_REFERER", ""), request.path)
    return render(request, "ui/csrf.html", {"again": again, "typed": _typed(request)}, status=403)


def _typed(request: HttpRequest) -> list[str]:
    """What a person wrote in the form, without its hidden fields and without anything secret."""
    names = [name for name in request.POST if not any(word in name for word in NEVER_SHOWN)]
    texts = (str(text).strip() for name in names for text in request.POST.getlist(name))
    return [text for text in texts if len(text) > 1]


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with a short code that is also in the log; 503 while the data base is away or the disk is full.

    Needs no database, no session and no context processor. What was typed is shown, to be sent once more: the browser's
    reload gives the same command again, and that is carried out once.
    """
    trouble = sys.exc_info()[1]
    if (full := _no_room(trouble)) or isinstance(trouble, OperationalError | InterfaceError):
        log.error("ui.out-of-service %s %s", type(trouble).__name__, request.path)
        context = {"full": full, "typed": _still_typed(request), "again": request.get_full_path()}
        answer = HttpResponse(render_to_string("ui/503.html", context), status=503)
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return answer
    letters = "".join(secrets.choice(CODE_LETTERS) for _n in range(4))
    code = f"K-{letters}"
    log.error("ui.server-error %s %s", code, request.path)
    return HttpResponse(render_to_string("ui/500.html", {"code": code}), status=500)


def _no_room(trouble: BaseException | None) -> bool:
    """Is the disk full: ours, SQLite's ("database or disk is full") or PostgreSQL's (SQLSTATE 53100)?"""
    if isinstance(trouble, OSError):
        return trouble.errno in NO_ROOM
    said = getattr(trouble.__cause__, "sqlstate", "") if trouble else ""
    return isinstance(trouble, OperationalError) and (said == "53100" or "disk is full" in str(trouble))


def _still_typed(request: HttpRequest) -> list[str]:
    try:
        return _typed(request)
    except Exception:  # noqa: BLE001 - the body cannot be read without what is missing now
        return []
