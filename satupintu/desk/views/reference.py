# SPDX-License-Identifier: Apache-2.0
"""The catalogue of KBLI codes: finding a code, its conversions, its risk with its history, and correcting a row."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.catalog import actions
from satupintu.catalog import queries as catalog
from satupintu.catalog.models import Kbli, RiskRule
from satupintu.core.access import GRANTS, Permission
from satupintu.core.forms import FormProblem, Question, clean
from satupintu.core.reference import LONGEST_NAME
from satupintu.core.refusal import Refusal
from satupintu.core.risk import CALLED, Risk, RiskRow, Scale
from satupintu.desk import reference
from satupintu.desk.forms import Form, asked, command
from satupintu.desk.views.guard import seat, staff
from satupintu.offices.models import Office
from satupintu.offices.queries import by_id, local_day
from satupintu.ui.fields import FieldView, Option

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
corrector = staff(Permission.CATALOG_CORRECT)
MOST_FOUND, MOST_DAYS, LONGEST_LIST = 12, 999, 5000
DAY = Question("mulai", "Berlaku mulai", "date")


@corrector
@require_safe
def search(request: ActorRequest) -> HttpResponse:
    """Codes by words or figures, in one version."""
    _office(request)
    words, version = request.GET.get("q", "").strip()[:100], _version(request.GET.get("versi", ""))
    found = catalog.kbli_search(version, words, limit=MOST_FOUND) if words else []
    context = {"words": words, "version": version, "versions": reference.VERSIONS, "found": found}
    return render(request, "desk/catalog.html", context)


@corrector
@require_safe
def code(request: ActorRequest, kbli_version: str, kbli: str) -> HttpResponse:
    """One code: what it became, its risk now and before, who has authority."""
    office = _office(request)
    return render(
        request,
        "desk/catalog_code.html",
        reference.context(_kbli(kbli_version, kbli), _today(request, office)),
    )


@corrector
@get_or_post
def correct(request: ActorRequest, kbli_version: str, kbli: str, cell: str) -> HttpResponse:
    """Another risk, authority, time or list of requirements for one row, from a day on, with its legal basis."""
    office = _office(request)
    found = _kbli(kbli_version, kbli)
    rules = [
        one
        for one in catalog.risk_history(kbli_version, kbli)
        if one.valid_to is None and catalog.cell_of(one) == cell
    ]
    if not rules:
        raise Refusal("catalog.correction-late", status=404 if request.method != "POST" else 409)
    form = Form(request.POST or None, *_fields(rules[0], reference.typed(_today(request, office))))
    day = _complete(form)
    if day is not None:
        actions.correct_risk(
            request.actor, office, _row(form, found, rules[0]), day=day,
            asked=asked(request.POST, cell=cell, **{field.name: field.value for field in form.fields}),
        )  # fmt: skip
        messages.success(request, _("Koreksi tersimpan. Baris lama tetap ada di riwayat."))
        return redirect("desk:catalog_code", kbli_version, kbli)
    return render(request, "desk/catalog_correct.html", _asking(form, found, rules))


def _asking(form: Form, kbli: Kbli, rules: list[RiskRule]) -> dict[str, Any]:
    return {
        "kbli": kbli,
        "what": reference.where(rules[0]),
        "now": reference.level(rules),
        "fields": form.fields,
        "errors": form.wrong,
        "hidden": command(),
    }


def _office(request: ActorRequest) -> Office:
    """The first of his offices in which he may correct; it stands in the head of the page."""
    ids = {
        c.office_id
        for c in request.actor.capacities
        if c.office_id is not None and Permission.CATALOG_CORRECT in GRANTS.get(c.role, ())
    }
    office = min(by_id(ids).values(), key=lambda one: one.name)
    seat(request, office)
    return office


def _today(request: ActorRequest, office: Office) -> date:
    return local_day(office, request.actor.at)


def _version(text: str) -> str:
    return text if text in reference.VERSIONS else catalog.CURRENT_KBLI


def _kbli(version: str, code: str) -> Kbli:
    found = catalog.kbli(version, code)
    if found is None:
        raise Refusal("catalog.kbli-unknown", status=404, kbli=code, version=version)
    return found


# The form ----------------------------------------------------------------------------------------------------------


def _fields(rule: RiskRule, today: str) -> tuple[FieldView, ...]:
    levels = tuple(Option(level.value, name) for level, name in CALLED.items())
    per_line = _("Satu per baris.")
    return (
        FieldView("q-risiko", "risiko", _("Tingkat risiko"), "choice", rule.risk, options=levels),
        FieldView("q-kewenangan", "kewenangan", _("Kewenangan"), value=rule.authority, maxlength=LONGEST_NAME, required=False, hint=_("Contoh: Bupati/Wali Kota")),
        FieldView("q-hari", "hari", _("Lama pemeriksaan"), "short", value="" if rule.days is None else str(rule.days), inputmode="numeric", unit=_("hari kerja"), required=False, hint=_("Tulis 0 bila terbit langsung.")),
        FieldView("q-syarat", "syarat", _("Persyaratan"), "long-text", value="\n".join(rule.requirements), required=False, hint=per_line),
        FieldView("q-kewajiban", "kewajiban", _("Kewajiban"), "long-text", value="\n".join(rule.obligations), required=False, hint=per_line),
        FieldView("q-dasar", "dasar", _("Dasar hukum"), value="" if rule.assumed else rule.basis, maxlength=300, hint=_("Contoh: PP 28/2025 Lampiran I, nomor 120")),
        FieldView("q-mulai", "mulai", _("Berlaku mulai"), "date", value=today),
    )  # fmt: skip


def _complete(form: Form) -> date | None:
    """The day from which it shall hold, once everything is there and can be meant; else None."""
    form.complete()
    if form.bound and form["risiko"] not in set(Risk):
        form.refuse("risiko", _("Pilih tingkat risiko dari daftar."))
    for field in form.fields:
        if len(field.value) > (field.maxlength or LONGEST_LIST):
            form.refuse(field.name, _("Terlalu panjang. Ringkas “%(label)s”.") % {"label": field.label})
    if not (form["hari"] == "" or (form["hari"].isdecimal() and int(form["hari"]) <= MOST_DAYS)):
        form.refuse("hari", _("Tulis angka saja, misalnya 7."))
    day = _day(form)
    return day if form.bound and not form.wrong else None


def _day(form: Form) -> date | None:
    try:
        return date.fromisoformat(str(clean(DAY, {DAY.id: form["mulai"]}))) if form["mulai"] else None
    except FormProblem as problem:
        form.refuse("mulai", problem.message)
        return None


def _row(form: Form, kbli: Kbli, rule: RiskRule) -> RiskRow:
    def items(name: str) -> tuple[str, ...]:
        return tuple(line.strip() for line in form[name].splitlines() if line.strip())

    days = int(form["hari"]) if form["hari"] else None
    return RiskRow(
        kbli.version, kbli.code, rule.scope, Scale(rule.scale), rule.parameter, Risk(form["risiko"]),
        form["kewenangan"], days, items("syarat"), items("kewajiban"), form["dasar"], assumed=False,
    )  # fmt: skip
