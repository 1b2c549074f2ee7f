# SPDX-License-Identifier: Apache-2.0
"""Proving a paper without a network: the published keys, the page that a phone keeps, and the worker that opens it."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.core.proof import published
from satupintu.permits import proof
from satupintu.portal.frame import framed
from satupintu.ui.middleware import PERMISSIONS

KEYS_SECONDS = 300  # a new key is told days before it is used


@framed
@require_safe
def offline(request: ActorRequest) -> HttpResponse:
    """The page that reads a QR code and proves its token in the browser; kept there, it needs no network."""
    answer = render(request, "portal/offline.html", {"official": urlsplit(settings.PUBLIC_URL).netloc})
    answer.headers["Permissions-Policy"] = PERMISSIONS.replace("camera=()", "camera=(self)")
    return answer


@require_safe
@cache_control(public=True, max_age=KEYS_SECONDS)
def keys(request: ActorRequest) -> HttpResponse:
    """The public keys of the office, old ones too (RFC 7517)."""
    return JsonResponse(published(proof.public_keys()))


@require_safe
@cache_control(no_cache=True)
def worker(request: ActorRequest) -> HttpResponse:
    """The service worker. It lies here, not under /static/, because it may serve only what lies beside and below it."""
    return render(request, "portal/penjaga.js", content_type="text/javascript; charset=utf-8")
