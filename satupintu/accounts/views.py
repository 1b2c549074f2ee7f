# SPDX-License-Identifier: Apache-2.0
"""Pages of the account that are not wholly allauth's."""

from __future__ import annotations

from typing import cast
from zoneinfo import ZoneInfo

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from satupintu.accounts import actions, frame, queries
from satupintu.accounts.forms import JoinForm
from satupintu.accounts.middleware import ActorRequest
from satupintu.ui.decorators import no_store, refusals_on_form, refusals_shown
from satupintu.ui.formats import moment
from satupintu.ui.words import role_words

TOO_MANY = 429


def verification(request: HttpRequest) -> HttpResponse:
    """The page that asks for the code; it says whether another one was sent, instead of leaving it for an error page."""
    answer = _verification(request)
    if request.method == "POST" and request.POST.get("action") == "resend":
        if answer.status_code == TOO_MANY:
            messages.warning(request, _("Kode baru saja dikirim. Tunggu sebentar, lalu minta lagi."))
            return redirect(request.get_full_path())
        if answer.status_code < 400:
            messages.success(request, _("Kode baru sudah dikirim. Kode lama tidak berlaku lagi."))
    return answer


def _verification(request: HttpRequest) -> HttpResponse:
    try:
        answer: HttpResponse = allauth.email_verification_sent(request)
    except ImmediateHttpResponse as stopped:
        answer = stopped.response
    return answer


@require_safe
def onward(request: HttpRequest) -> HttpResponse:
    """To the person's own place, or to logging in."""
    if request.user.is_authenticated:
        return redirect(get_adapter(request).get_login_redirect_url(request))
    return redirect("account_login")


@refusals_shown
@no_store
@require_safe
def invited(request: ActorRequest, token: str) -> HttpResponse:
    """The link of an invitation. From here on the session remembers which, so that no later line of a log names it."""
    kept = queries.digest(token)
    queries.invitation(kept, request.actor.at)
    request.session["invitation"] = kept
    return redirect("account_join")


@refusals_on_form
@no_store
@require_http_methods(["GET", "POST"])
def join(request: ActorRequest) -> HttpResponse:
    """The page of an invitation: the invited person gives his name, chooses his password, and is logged in."""
    kept = request.session.get("invitation", "")
    found = queries.invitation(kept, request.actor.at)
    form = JoinForm(request.POST or None, email=found.email)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        account = actions.join(kept, request.actor.at, name=typed["name"], password=typed["password1"])
        return cast(HttpResponse, perform_login(request, account))
    request.frame = frame.public(request, found.office)
    context = {
        "form": form,
        "invitation": found,
        "role": role_words(found.role),
        "until": moment(found.expires_at, ZoneInfo(found.office.time_zone)),
    }
    return render(request, "account/join.html", context, status=422 if request.method == "POST" else 200)
