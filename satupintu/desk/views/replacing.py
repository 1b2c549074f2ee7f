# SPDX-License-Identifier: Apache-2.0
"""Replacing a permit: an officer proposes, the head reads old and new, and signs the new version or declines."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.accounts.queries import names
from satupintu.applications import queries as applications
from satupintu.core.access import Permission
from satupintu.core.refusal import Refusal
from satupintu.core.replacing import MAY_CHANGE, Why, changeable
from satupintu.desk import replacing as words
from satupintu.desk.forms import Form, asked, command
from satupintu.desk.queries import Desk
from satupintu.desk.views.acts import ask, sign_by_bsre, to_file, words_box
from satupintu.desk.views.guard import officer, open_to_work
from satupintu.desk.views.pages import inline, remember
from satupintu.desk.words import link, lower
from satupintu.offices.queries import local_day
from satupintu.permits import queries as permits
from satupintu.permits.actions import replacing
from satupintu.permits.models import Replacement
from satupintu.permits.signers import BSRE, signer_of
from satupintu.ui import formats
from satupintu.ui.fields import FieldView, Option, field_of, texts_of

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@officer
@get_or_post
def ask_replacement(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Propose a new version: first why, then what that reason may change."""
    found = open_to_work(request, key, Permission.PERMIT_REPLACE)
    permits.holding(found.case)
    given = request.POST.get("sebab") or request.GET.get("sebab", "")
    if "alasan" not in request.POST and ("sebab" in request.POST or given not in set(Why)):
        return _ask_why(request, found)
    return _ask_what(request, found, Why(given) if given in set(Why) else Why.LOST)


def _ask_why(request: ActorRequest, found: Desk) -> HttpResponse:
    options = tuple(Option(why.value, label, hint) for why, (label, hint) in words.WHY.items())
    view = FieldView("q-sebab", "sebab", _("Mengapa surat ini diganti?"), "choice", options=options)
    form = Form(request.POST or None, view)
    if request.method == "POST" and form.complete() and form["sebab"] in set(Why):
        return redirect(f"{request.path}?sebab={form['sebab']}")
    lead = [
        _("Kepala dinas memutuskan. Sampai versi baru ditandatangani, surat yang sekarang tetap berlaku.")
    ]
    return ask(request, found, form, title=_("Usulkan penggantian"), button=_("Lanjut"), lead=lead)


def _ask_what(request: ActorRequest, found: Desk, why: Why) -> HttpResponse:
    hint = _("Apa yang salah, dan dari mana Anda tahu yang benar. Kepala dinas membacanya.")
    form = Form(request.POST or None, words_box("alasan", _("Jelaskan sebabnya"), hint, rows=3))
    errors: dict[str, str] = {}
    if request.method == "POST" and form.complete():
        typed = {name: str(request.POST[name]) for name in request.POST}
        reason = typed.get("alasan", "")
        try:
            replacing.propose(
                request.actor,
                found.case.pk,
                why=why,
                words=reason,
                raw=typed,
                asked=asked(request.POST, why=why, words=reason, raw=_asked_for(typed)),
            )
        except Refusal as refusal:
            if refusal.code != "permits.replacement-form":
                raise
            errors = {problem.question_id: problem.message for problem in refusal.values["problems"]}
        else:
            return to_file(request, found, _("Usul penggantian tercatat."))
    form.fields += _fields(request, found, why, errors)
    label, about = words.WHY[why]
    lead = [f"{label}. {about}"]
    if MAY_CHANGE[why]:
        lead.append(_("Ubah hanya yang perlu. Yang tidak diubah tetap seperti pada surat sekarang."))
    return ask(
        request, found, form, title=_("Usulkan penggantian"), button=_("Usulkan penggantian"), lead=lead,
        hidden=(("sebab", why.value),),
    )  # fmt: skip


def _asked_for(typed: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in typed.items() if name not in ("csrfmiddlewaretoken", "command_id")}


def _fields(request: ActorRequest, found: Desk, why: Why, errors: dict[str, str]) -> list[FieldView]:
    """The questions this reason may change, as typed; else as the permit has them now."""
    application = applications.of_case(found.case)
    known = permits.answers_now(permits.holding(found.case), application.answers)
    questions = changeable(applications.form(application), known, why)
    texts = {name: str(request.POST[name]) for name in request.POST}
    if not texts:
        for question in questions:
            texts |= texts_of(question, known.get(question.id))
    return [field_of(question, texts, errors.get(question.id, "")) for question in questions]


@officer
@get_or_post
def replacement(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The proposal, old beside new; the head signs the new version here."""
    found = open_to_work(request, key)
    proposal = _proposal(found)
    if request.method == "POST":
        seal = request.POST.get("seal", "")
        if signer_of(found.case.office, local_day(found.case.office, found.at)) == BSRE:
            return sign_by_bsre(request, found, seal)
        answer = replacing.confirm(
            request.actor, found.case.pk, asked=asked(request.POST, seal=seal), seal=seal or "-"
        )
        said = _("Versi %(n)s sedang ditandatangani. Sampai terbit, surat yang sekarang berlaku.")
        return to_file(request, found, said % {"n": answer["version"]})
    if found.granted(Permission.PERMIT_SIGN):
        remember(request, key, permits.proposal_seal(proposal))
    own = proposal.by == request.actor.person
    context = {
        "desk": found,
        "proposal": proposal,
        "why": words.WHY[Why(proposal.why)][0],
        "who": names({proposal.by}).get(proposal.by, ""),
        "when": lower(formats.near_moment(proposal.at, found.calendar.zone, found.today)),
        "changes": words.changes(found, proposal),
        "next": proposal.permit.version + 1,
        "preview": link(found, "replacement_preview"),
        "own": own,
        "decides": found.granted(Permission.PERMIT_SIGN),
        "hidden": (*command(), ("seal", permits.proposal_seal(proposal))),
        "hidden_too": command(),
    }
    return render(request, "desk/replacement.html", context)


@officer
@require_safe
def replacement_preview(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The new version as a sheet that says PRATINJAU."""
    found = open_to_work(request, key)
    pdf = replacing.preview(found.case, _proposal(found), request.actor)
    return inline(pdf, "application/pdf", f"pratinjau-{found.case.receipt}.pdf")


@officer
@get_or_post
def decline_replacement(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The head does not replace it, and says why."""
    found = open_to_work(request, key)
    if not found.granted(Permission.PERMIT_SIGN):
        raise Refusal("access.role", role="", status=403)
    _proposal(found)
    form = Form(request.POST or None, words_box("alasan", _("Mengapa tidak diganti?"), rows=3))
    if request.method == "POST" and form.complete():
        reason = form["alasan"]
        replacing.decline(
            request.actor, found.case.pk, reason=reason, asked=asked(request.POST, reason=reason)
        )
        return to_file(request, found, _("Usul penggantian ditolak. Surat yang sekarang tetap berlaku."))
    lead = [_("Pengusul membaca alasan ini. Surat yang sekarang tetap berlaku.")]
    return ask(
        request,
        found,
        form,
        title=_("Tolak usul penggantian"),
        button=_("Tolak usul"),
        lead=lead,
        kind="stop",
    )


@officer
@require_POST
def withdraw_replacement(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Take one's own proposal back."""
    found = open_to_work(request, key)
    replacing.withdraw(request.actor, found.case.pk, asked=asked(request.POST))
    return to_file(request, found, _("Usul penggantian ditarik."))


def _proposal(found: Desk) -> Replacement:
    proposal = permits.proposal(found.case.pk)
    if proposal is None:
        raise Refusal("permits.no-replacement", status=409)
    return proposal
