# SPDX-License-Identifier: Apache-2.0
"""The last word on every answer: what a browser may keep, and what a page may use."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from satupintu.core.refusal import Refusal
from satupintu.ui.decorators import refusal_page

# what our pages use: the place of a business, when its owner asks for it; a phone's camera needs no permission here
PERMISSIONS = "camera=(), microphone=(), payment=(), usb=(), browsing-topics=(), geolocation=(self)"


class HouseRules:
    """Personal pages are never kept, no feature is allowed that we do not use, no refusal is left without words.

    A page is personal as soon as its view has read the session. Views answer refusals themselves with
    `refusals_shown`; this is the net below, for one that forgot.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        session = getattr(request, "session", None)
        if getattr(session, "accessed", False) and not answer.has_header("Cache-Control"):
            add_never_cache_headers(answer)
        answer.headers.setdefault("Permissions-Policy", PERMISSIONS)
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of a refusal that no decorator caught; every other exception goes on to the 500 page."""
        return refusal_page(request, exception) if isinstance(exception, Refusal) else None
