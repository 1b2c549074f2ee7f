# SPDX-License-Identifier: Apache-2.0
"""Who asks: computed anew at each request, so that a right ends the moment its assignment ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from satupintu.accounts.frame import public
from satupintu.accounts.queries import SEEN, actor_of
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


EACH_MINUTE = 60


class SeenMiddleware:
    """Notes in the session when it was last used, at most once a minute; an officer's session ends when it idles.

    Source: abuse case 9; the limit is settings.IDLE_STAFF, in seconds. An applicant's phone is his own: his session
    ends with the browser or after SESSION_COOKIE_AGE.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asking = cast(ActorRequest, request)
        if request.user.is_authenticated:
            at = asking.actor.at.timestamp()
            idle = at - request.session.get(SEEN, at)
            if idle > settings.IDLE_STAFF and asking.actor.capacities:
                logout(request)
                asking.actor = Actor(person="", at=asking.actor.at)
            elif idle >= EACH_MINUTE or SEEN not in request.session:
                request.session[SEEN] = at
        return self.get_response(request)
