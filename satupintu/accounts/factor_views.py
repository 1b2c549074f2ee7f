# SPDX-License-Identifier: Apache-2.0
"""Pages of the second factor: allauth's views with what an office needs beside them."""

from __future__ import annotations

import json
import time
from io import BytesIO
from typing import Any, cast

import segno
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, format_hotp_value, hotp_value
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.accounts.models import Account
from satupintu.accounts.proofs import proof_of
from satupintu.door.moment import now
from satupintu.ui.decorators import no_store

PERIOD = 30  # seconds a code is shown (RFC 6238)


class _Adding:
    """Adding a factor: whoever has one already shows it first, and who adds one has thereby shown it."""

    request: HttpRequest
    kind: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and _must_show(request):
            return redirect(f"{reverse('mfa_reauthenticate')}?next={request.path}")
        return cast(HttpResponseBase, super().dispatch(request, *args, **kwargs))  # type: ignore[misc]

    def form_valid(self, form: Any) -> HttpResponse:
        answer = cast(HttpResponse, super().form_valid(form))  # type: ignore[misc]
        record_authentication(self.request, cast(Account, self.request.user), method="mfa", type=self.kind)
        return answer


def _must_show(request: HttpRequest) -> bool:
    account = cast(Account, request.user)
    return is_mfa_enabled(account) and not proof_of(request, account, now()).second_factor


class AddApp(_Adding, ActivateTOTPView):  # type: ignore[misc]
    kind = Authenticator.Type.TOTP


class AddKey(_Adding, AddWebAuthnView):  # type: ignore[misc]
    kind = Authenticator.Type.WEBAUTHN


class RemoveApp(DeactivateTOTPView):  # type: ignore[misc]
    success_url = reverse_lazy("factor")


class RemoveKey(RemoveWebAuthnView):  # type: ignore[misc]
    success_url = reverse_lazy("factor")


class Factors(IndexView):  # type: ignore[misc]
    """What this account has, and the ways to more. must: his role asks for a factor and he has shown none."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asking = cast(ActorRequest, self.request)
        return {**super().get_context_data(**kwargs), "must": bool(asking.actor.withheld)}


@login_required
@no_store
@require_safe
def secret_picture(request: HttpRequest) -> HttpResponse:
    """The secret of the app that is being set up, as a QR code; 404 where none is."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        raise Http404
    made = BytesIO()
    segno.make(get_adapter().build_totp_url(request.user, secret), error="m").save(
        made, "svg", scale=5, border=4
    )
    return HttpResponse(made.getvalue(), content_type="image/svg+xml")


@no_store
@require_safe
def demo_codes(request: HttpRequest) -> HttpResponse:
    """The codes of the demo's officers at this moment; 404 anywhere else."""
    if not settings.DEMO:
        raise Http404
    path = settings.HOME / "demo-logins.json"
    rows = json.loads(path.read_text("utf-8")) if path.exists() else []
    step = int(time.time()) // PERIOD
    codes = [(row, format_hotp_value(hotp_value(row["totp"], step))) for row in rows if row.get("totp")]
    left = PERIOD - int(time.time()) % PERIOD
    return render(request, "account/demo_codes.html", {"codes": codes, "left": left})
