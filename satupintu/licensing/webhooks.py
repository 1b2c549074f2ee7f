# SPDX-License-Identifier: Apache-2.0
"""What OSS tells the office: checked, kept as it came, queued. No session, no form token: the header Token says who speaks.

Source: OSS, Pedoman Integrasi Aplikasi v4.3.22 (methods served by the region; `status` 1 taken, 2 not).
"""

from __future__ import annotations

import json

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from satupintu.adapters.oss import client
from satupintu.core.oss import METHODS, nib_of
from satupintu.door.moment import now
from satupintu.licensing.actions import handing

MOST_BYTES = 1_000_000


@csrf_exempt
@require_POST
def oss(request: HttpRequest, method: str) -> HttpResponse:
    """One message of OSS; 404 where OSS is not set up, or for a method that is not the office's."""
    if not settings.OSS_PASSWORD or method not in METHODS:
        raise Http404
    if len(request.body) > MOST_BYTES:
        return _answer(method, 413, "Terlalu besar")
    try:
        body = json.loads(request.body)
        nib = nib_of(method, body)
    except (ValueError, AttributeError, RecursionError):
        return _answer(method, 400, "Bukan JSON yang dikenal")
    if not client.genuine(request.headers.get(client.TOKEN, ""), nib, now()):
        return _answer(method, 403, "Token salah")
    new = handing.keep(method, body)
    return _answer(method, 200, "Diterima" if new else "Sudah diterima sebelumnya")


def _answer(method: str, status: int, words: str) -> HttpResponse:
    said = {"status": "1" if status == 200 else "2", "keterangan": words}
    return JsonResponse({f"respon{method}": said}, status=status)
