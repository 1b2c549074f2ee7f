# SPDX-License-Identifier: Apache-2.0
"""The head signs many drafts: choose, read the summary, sign, see how far it has come, go on after a cut."""

from __future__ import annotations

import re
import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from satupintu.accounts.middleware import ActorRequest
from satupintu.accounts.queries import nik_of
from satupintu.core.refusal import Refusal
from satupintu.desk import signing
from satupintu.desk.decision import OPENED
from satupintu.desk.forms import asked, command
from satupintu.desk.views.guard import seat, signatory
from satupintu.permits import actions as permits
from satupintu.permits import batch as together
from satupintu.permits import queries as permit_queries
from satupintu.permits.models import Batch
from satupintu.ui.fields import FieldView

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
LOOK_AGAIN_SECONDS = 3  # while the worker signs
WHOLE_PAGE = {"HX-Retarget": "#isi", "HX-Reselect": "#isi", "HX-Reswap": "outerHTML"}


@signatory
@get_or_post
def drafts(request: ActorRequest) -> HttpResponse:
    """The drafts that wait for a signature; one that was not opened cannot be ticked."""
    office, rows = signing.drafts(request.actor, request.session.get(OPENED, {}))
    seat(request, office)
    if request.method == "POST" and office is not None:
        picked = signing.chosen(rows, request.POST.getlist("berkas"))
        answer = permits.begin_batch(
            request.actor, office, drafts=picked, asked=asked(request.POST, drafts=picked)
        )
        return redirect("desk:batch", answer["batch"])
    ticked = set(request.POST.getlist("berkas"))
    context = {
        "rows": [(row, row.decision.opened and (not request.POST or row.key in ticked)) for row in rows],
        "ready": sum(row.decision.opened for row in rows),
        "unfinished": permit_queries.unfinished(request.actor),
        "hidden": command(),
    }
    return render(request, "desk/drafts.html", context)


@signatory
@sensitive_post_parameters("frasa", "nik")
@get_or_post
def batch(request: ActorRequest, batch: uuid.UUID) -> HttpResponse:
    """The summary of a batch, then how far it has come. Each POST signs the next drafts."""
    found = permit_queries.batch(request.actor, batch)
    seat(request, found.office)
    asks = together.needs_passphrase(found, request.actor)
    if request.method == "POST":
        hand = _hand(request, asks=asks)
        together.advance(request.actor, found, hand, again="lanjut" not in request.POST)
        return redirect("desk:batch", batch)
    return _page(request, found, asks=asks)


def _hand(request: ActorRequest, *, asks: bool) -> together.Hand:
    """What was typed. Raises Refusal `permits.unread`, `bsre.no-passphrase`, `bsre.nik` (422)."""
    if request.POST.get("baca") != "ya":
        raise Refusal("permits.unread", status=422)
    if not asks:
        return together.Hand()
    nik = re.sub(r"\s", "", request.POST.get("nik", "")) or nik_of(request.actor.person)
    if not re.fullmatch("[0-9]{16}", nik):
        raise Refusal("bsre.nik", status=422)
    if not request.POST.get("frasa"):
        raise Refusal("bsre.no-passphrase", status=422)
    return together.Hand(nik, request.POST["frasa"])


def _page(request: ActorRequest, found: Batch, *, asks: bool) -> HttpResponse:
    """The page; to a script that posts ten after ten only its list, until nothing is left or something went wrong."""
    refused = getattr(request, "refused", None) is not None
    script = request.headers.get("HX-Request") == "true"
    context = signing.context(found, asks=asks, running=script and not refused)
    context["fields"] = _fields(request) if asks else []
    answer = render(request, "desk/batch.html", context)
    if script and not context["next"]:
        # The whole page anew: what was typed is gone from it.
        for name, value in WHOLE_PAGE.items():
            answer.headers[name] = value
    if context["working"] and not context["open"]:
        answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return answer


def _fields(request: ActorRequest) -> list[FieldView]:
    """Always empty: a passphrase is never shown again, not even to be corrected."""
    hint = _("Dipakai untuk permintaan ini saja. Tidak disimpan.")
    phrase = FieldView(
        "q-frasa", "frasa", _("Frasa sandi tanda tangan"), "password", hint=hint, autocomplete="off"
    )
    if nik_of(request.actor.person):
        return [phrase]
    return [FieldView("q-nik", "nik", _("NIK Anda"), "nik"), phrase]
