# SPDX-License-Identifier: Apache-2.0
"""Who comes into the applicant's own pages, and what happens to a form whose session has ended."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from satupintu.accounts.middleware import ActorRequest
from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.door.write import Asked
from satupintu.portal import kept
from satupintu.portal.frame import seat
from satupintu.ui.decorators import no_store, refusals_on_form

P = ParamSpec("P")
View = Callable[Concatenate[ActorRequest, P], HttpResponse]
Open = Callable[Concatenate[HttpRequest, P], HttpResponse]


def applicant(back: Callable[..., str] | None = None) -> Callable[[View[P]], Open[P]]:
    """For a person's own pages: logging in first, nothing kept by the browser, a refusal on the page itself.

    back: of an address that only takes POST, the page to come to after logging in (same arguments as the view).
    Without it that is the address itself, and what was typed there is shown again.
    """

    def guard(view: View[P]) -> Open[P]:
        shown = refusals_on_form(view)

        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            asking = cast(ActorRequest, request)
            if not request.user.is_authenticated:
                return _log_in(request, back(*args, **kwargs) if back else "")
            seat(asking, None)
            return shown(asking, *args, **kwargs)

        return no_store(guarded)

    return guard


def _log_in(request: HttpRequest, back: str) -> HttpResponse:
    if request.method == "POST" and not back and kept.keep(request, request.POST.dict()):
        messages.info(request, _("Sesi Anda sudah berakhir. Masuk lagi; isian tadi kami simpan."))
    return redirect_to_login(back or request.get_full_path())


def own(request: ActorRequest, key: uuid.UUID) -> Application:
    """The person's own application, its office in the head. Raises Refusal `access.not-yours` (404)."""
    found = applications.own(request.actor, key)
    seat(request, found.office)
    if found.owner_key != request.actor.person:
        request.frame = replace(request.frame, behalf=found.person.name)
    return found


def service_name(application: Application) -> str:
    """The service as people call it."""
    package = applications.package(application)
    return package.name


def asked(request: HttpRequest, **payload: Any) -> Asked:
    """The command of this form. One that came without its id is a new one: it cannot be a second click."""
    try:
        command_id = uuid.UUID(request.POST.get("command_id", ""))
    except ValueError:
        command_id = uuid.uuid4()
    return Asked.of(command_id, **payload)
