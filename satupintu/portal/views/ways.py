# SPDX-License-Identifier: Apache-2.0
"""How a person wants to be told: by e-mail, by WhatsApp, both, or only here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from satupintu.accounts.middleware import ActorRequest
from satupintu.notices import actions, queries
from satupintu.portal.applicant import applicant
from satupintu.ui.formats import masked_address


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def ways(request: ActorRequest) -> HttpResponse:
    """Choose, and be told that it is kept."""
    account_id = request.actor.account_id or 0
    if request.method == "POST":
        by_mail, by_whatsapp = ("surel" in request.POST, "whatsapp" in request.POST)
        actions.prefer(account_id, email=by_mail, whatsapp=by_whatsapp)
        messages.success(request, _("Pilihan Anda tersimpan."))
        return redirect("portal:ways")
    chosen = queries.ways(account_id)
    context = {
        "chosen": chosen,
        "email": masked_address(chosen.address),
        "phone": masked_address(chosen.phone),
        "whatsapp": queries.whatsapp_is_on(),
    }
    return render(request, "portal/ways.html", context)
