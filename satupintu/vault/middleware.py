# SPDX-License-Identifier: Apache-2.0
"""While a restore waits to be confirmed, people may look and log in, and nothing they send is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from satupintu.core.refusal import Refusal
from satupintu.door import recovery
from satupintu.ui.decorators import refusal_page

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = frozenset({"account_login", "account_logout", "vault:recovery", "vault:confirm"})


class ShutDoor:
    """What the door refuses by itself is refused here already, and with it the drafts and accounts beside the record."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """The page of the refusal, in the place of the view."""
        match = request.resolver_match
        if request.method in SAFE or (match and match.view_name in OPEN) or recovery.standing() is None:
            return None
        return refusal_page(request, Refusal("door.restored", status=503))
