# SPDX-License-Identifier: Apache-2.0
"""Pages of the account that are not wholly allauth's."""

from __future__ import annotations

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

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
