# SPDX-License-Identifier: Apache-2.0
"""Who asks: computed anew at each request, so that a right ends the moment its assignment ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from satupintu.accounts.frame import public
from satupintu.accounts.models import Account
from satupintu.accounts.proofs import proof_of
from satupintu.accounts.queries import SEEN, actor_of
from satupintu.core.access import Actor
from satupintu.core.refusal import Refusal
from satupintu.door.moment import now
from satupintu.ui.decorators import refusal_page
from satupintu.ui.parts import Frame


class ActorRequest(HttpRequest):
    """A request that knows who acts, and what head and foot its page has."""

    actor: Actor
    frame: Frame


# Where somebody may go whose rights wait for a second factor: to setting one up, to proving it, and out.
WITHOUT_FACTOR = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "demo_codes",
        "factor",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_view_recovery_codes",
        "secret_picture",
        "ui:display",
    }
)


class ActorMiddleware:
    """Sets `actor`, and a `frame` for pages that set none of their own (logging in, pages of trouble).

    Whose rights wait for a second factor is led to it before anything else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = now()
        user = request.user
        asking = cast(ActorRequest, request)
        if isinstance(user, Account):
            asking.actor = actor_of(user, at, proof=proof_of(request, user, at))
        else:
            asking.actor = Actor(person="", at=at)
        asking.frame = cast(Frame, SimpleLazyObject(lambda: public(asking)))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        asking, place = cast(ActorRequest, request), request.resolver_match
        if not asking.actor.withheld or place is None or place.view_name in WITHOUT_FACTOR:
            return None
        if request.method == "POST":  # what was typed is shown, to be sent again
            return refusal_page(request, Refusal("access.second-factor", status=403))
        way = "mfa_reauthenticate" if is_mfa_enabled(request.user) else "factor"
        return redirect(f"{reverse(way)}?{urlencode({'next': request.get_full_path()})}")


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
            officer = asking.actor.capacities or asking.actor.withheld
            if idle > settings.IDLE_STAFF and officer:
                logout(request)
                asking.actor = Actor(person="", at=asking.actor.at)
            elif idle >= EACH_MINUTE or SEEN not in request.session:
                request.session[SEEN] = at
        return self.get_response(request)
