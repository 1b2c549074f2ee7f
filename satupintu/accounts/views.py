# SPDX-License-Identifier: Apache-2.0
"""The one page of the account that is ours; allauth has the others."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe


@require_safe
def onward(request: HttpRequest) -> HttpResponse:
    """To the person's own place, or to logging in."""
    if request.user.is_authenticated:
        return redirect(get_adapter(request).get_login_redirect_url(request))
    return redirect("account_login")
