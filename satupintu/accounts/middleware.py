# SPDX-License-Identifier: Apache-2.0
"""Who asks: computed anew at each request, so that a right ends the moment its assignment ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from satupintu.accounts.frame import public
from satupintu.accounts.queries import actor_of
from satupintu.core.access import Actor
from satupintu.door.moment import now
from satupintu.ui.parts import Frame


class ActorRequest(HttpRequest):
    """A request that knows who acts, and what head and foot its page has."""

    actor: Actor
    frame: Frame


class ActorMiddleware:
    """Sets `actor`, and a `frame` for pages that set none of their own (logging in, pages of trouble)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = now()
        user = request.user
        asking = cast(ActorRequest, request)
        asking.actor = actor_of(user, at) if user.is_authenticated else Actor(person="", at=at)
        asking.frame = cast(Frame, SimpleLazyObject(lambda: public(asking)))
        return self.get_response(request)
