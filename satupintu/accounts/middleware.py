# SPDX-License-Identifier: Apache-2.0
"""Who asks: computed anew at each request, so that a right ends the moment its assignment ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse

from satupintu.accounts.queries import actor_of
from satupintu.core.access import Actor
from satupintu.door.moment import now


class ActorRequest(HttpRequest):
    """A request that knows who acts."""

    actor: Actor


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = now()
        user = request.user
        actor = actor_of(user, at) if user.is_authenticated else Actor(person="", at=at)
        cast(ActorRequest, request).actor = actor
        return self.get_response(request)
