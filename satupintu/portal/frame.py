# SPDX-License-Identifier: Apache-2.0
"""Gives a view its head and foot before it runs; `accounts.frame` says what stands there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse

from satupintu.accounts.frame import public
from satupintu.accounts.middleware import ActorRequest
from satupintu.offices.models import Office
from satupintu.ui.decorators import refusals_shown

P = ParamSpec("P")
View = Callable[Concatenate[ActorRequest, P], HttpResponse]


def seat(request: HttpRequest, office: Office | None) -> None:
    """Set the head and foot of this office (None: of all) on the request."""
    asking = cast(ActorRequest, request)
    asking.frame = public(asking, office)


def framed(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For every page of the portal: it has a frame, and a refusal becomes its page. A view that knows its office calls `seat`."""

    @wraps(view)
    def with_frame(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        seat(request, None)
        return shown(cast(ActorRequest, request), *args, **kwargs)

    shown = refusals_shown(view)
    return with_frame
