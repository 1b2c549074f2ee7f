# SPDX-License-Identifier: Apache-2.0
"""Perizinan berusaha: one kegiatan usaha, from its KBLI to its products and its environmental document."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from satupintu.accounts.middleware import ActorRequest
from satupintu.applications.models import Application
from satupintu.catalog.queries import CURRENT_KBLI, kbli_search
from satupintu.core.activity import TO_UPLOAD
from satupintu.core.forms import FormProblem, Group, Question
from satupintu.core.refusal import Refusal
from satupintu.core.risk import Ask, Unknown
from satupintu.licensing import queries as licensing
from satupintu.licensing.actions import filling as drafts
from satupintu.offices import queries as offices
from satupintu.portal import activities, kept
from satupintu.portal.applicant import applicant
from satupintu.portal.views.business import draft_of, frame, halted
from satupintu.portal.views.documents import receive, upload_field
from satupintu.portal.views.wizard import FROM, LATER, REVIEW
from satupintu.portal.villages import offered, searching
from satupintu.ui.fields import FieldView, Option, chosen_file, field_of, problems_of, texts_of
from satupintu.ui.parts import SummaryRow
from satupintu.ui.refusals import words_of

SEEN = "dilihat"
MOST_MATCHES = 6
TITLES = {
    licensing.PLACE: gettext_lazy("Tempat usaha"),
    licensing.BUSINESS: gettext_lazy("Usaha Anda"),
    licensing.CAPITAL: gettext_lazy("Modal dan tenaga kerja"),
}


def _to_check(request: ActorRequest) -> bool:
    return request.GET.get(FROM) == REVIEW


def _later(request: ActorRequest, problems: Sequence[FormProblem]) -> list[FormProblem]:
    """What is simply not answered yet may wait, where the person goes on later."""
    waits = LATER in request.POST
    return [one for one in problems if not (waits and one.code == "form.required")]


# Bidang usaha ------------------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def kbli(request: ActorRequest, key: uuid.UUID, item: str = "") -> HttpResponse:
    """Find the KBLI in everyday words and choose it; item: "" for one activity more."""
    application = draft_of(request, key)
    if request.method != "POST" and (elsewhere := halted(request, application)) is not None:
        return elsewhere
    one: Mapping[str, Any] = licensing.item(application, item) if item else {}
    spec = licensing.group(application, licensing.ACTIVITIES)
    question = spec.questions["kbli"]
    error = ""
    if request.method == "POST":
        code = request.POST.get("kbli", "")
        if not code:
            error = _("Belum dipilih. Cari usahanya, lalu pilih satu.")
        else:
            try:
                kept_id = drafts.choose(request.actor, key, item, code, seen=request.POST.get(SEEN, ""))
            except Refusal as refusal:
                if refusal.code != "licensing.kbli-gone":
                    raise
                error = " ".join(words_of(refusal))
            else:
                if LATER in request.POST:
                    return redirect("portal:mine")
                if _to_check(request):
                    return redirect("portal:activity_check", key, kept_id)
                return redirect("portal:activity_page", key, kept_id, licensing.PLACE)
    words = " ".join((request.GET.get("q") or request.POST.get("q", "")).split())[:100]
    chosen = request.POST.get("kbli", "") or (one.get("kbli") or {}).get("code", "")
    options = _options(words or (chosen if error else ""), one)
    search = FieldView("cari", "q", question.label, "search", words, hint=question.hint, error="" if options else error, ask=True)  # fmt: skip
    picked = FieldView(
        "q-kbli", "kbli", _("Pilih yang paling cocok") if words else _("Yang Anda pilih"), "choice",
        chosen if any(option.value == chosen for option in options) else _only(options, words),
        error=error, options=options,
    )  # fmt: skip
    fields = [search, picked] if options else [search]
    context = frame(
        application, 2, search=search, picked=picked if options else None, fields=fields,
        errors=problems_of(fields), words=words, notes=_retired(words), many=len(options) == MOST_MATCHES,
        action=request.get_full_path(), to_review=_to_check(request),
        seen=licensing.seen(one, [question]) if item else "",
        back=reverse("portal:activity_check", args=[key, item]) if _to_check(request)
        else reverse("portal:activities" if licensing.items(application) and not item else "portal:business_actor", args=[key]),
    )  # fmt: skip
    return render(request, "portal/business_kbli.html", context, status=422 if error else 200)


def _options(words: str, one: Mapping[str, Any]) -> tuple[Option, ...]:
    """What the words find, the best first, each told apart from its neighbours; without words what was chosen."""
    if words:
        found = kbli_search(CURRENT_KBLI, words, limit=MOST_MATCHES)
        return tuple(
            Option(row.code, f"{row.title} ({row.code})", row.explained) for row in found if not row.retired
        )
    kept_kbli = one.get("kbli")
    return (Option(kept_kbli["code"], f"{kept_kbli['title']} ({kept_kbli['code']})"),) if kept_kbli else ()


def _retired(words: str) -> list[str]:
    """Codes that were typed and cannot be chosen any more, with what they became."""
    found = kbli_search(CURRENT_KBLI, words, limit=MOST_MATCHES) if any(map(str.isdigit, words)) else []
    told = _("KBLI %(code)s %(title)s tidak berlaku lagi. Gantinya: %(successors)s.")
    return [
        told
        % {
            "code": row.code,
            "title": row.title,
            "successors": ", ".join(row.successors) or _("belum ada, tanya petugas"),
        }
        for row in found
        if row.retired
    ]


def _only(options: tuple[Option, ...], words: str) -> str:
    """Five figures that name one activity are an answer already."""
    digits = "".join(sign for sign in words if sign.isdigit())
    return digits if len(options) == 1 and options[0].value == digits else ""


# Detail bidang usaha -----------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: ActorRequest, key: uuid.UUID, item: str, number: int) -> HttpResponse:
    """One page of the detail of an activity; page 5 shows its scale and risk."""
    application = draft_of(request, key)
    if request.method != "POST" and (elsewhere := halted(request, application)) is not None:
        return elsewhere
    if number == licensing.RISK:
        return _risk(request, application, item)
    if number not in TITLES:
        raise Refusal("applications.no-page", status=404)
    if request.method == "POST":
        return _save(request, application, item, number)
    typed = kept.take(request)
    return _page(request, application, item, number, typed or None, restored=bool(typed))


def _save(request: ActorRequest, application: Application, item: str, number: int) -> HttpResponse:
    typed, key = request.POST.dict(), application.key
    if searching(typed):  # only looking for a village: nothing is kept yet, nothing typed is lost
        return _page(request, application, item, number, typed)
    try:
        problems = drafts.save_page(request.actor, key, item, number, typed, seen=typed.get(SEEN, ""))
    except Refusal as refusal:
        if refusal.code == "licensing.elsewhere":
            return _elsewhere(request, application, item, refusal)
        if refusal.code == "licensing.stale":
            return _page(request, draft_of(request, key), item, number, typed, stale=True)
        raise
    if problems := _later(request, problems):
        return _page(request, draft_of(request, key), item, number, typed, problems)
    if LATER in typed:
        return redirect("portal:mine")
    if _to_check(request) and number != licensing.CAPITAL:
        return redirect("portal:activity_check", key, item)
    onward = reverse("portal:activity_page", args=[key, item, number + 1])
    return redirect(onward + (f"?{FROM}={REVIEW}" if _to_check(request) else ""))


def _page(
    request: ActorRequest,
    application: Application,
    item: str,
    number: int,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[FormProblem] = (),
    *,
    stale: bool = False,
    restored: bool = False,
) -> HttpResponse:
    one, spec = licensing.item(application, item), licensing.group(application, licensing.ACTIVITIES)
    questions = licensing.page_of(spec, number, one)
    known = licensing.known(application, one) if typed is None else {}
    texts = typed if typed is not None else _texts(questions, {**known, **_answered(one)})
    wrong = {problem.question_id: problem.message for problem in problems}
    code = application.office.region_code
    fields = [field_of(question, texts, wrong.get(question.id, "")) for question in questions]
    fields = [
        offered(field, texts, near=f"{code[:2]}.{code[2:]}") if field.kind == "region" else field
        for field in fields
    ]
    context = frame(
        application, number + 1, page_title=TITLES[number], lead=activities.name_of(one), fields=fields,
        errors=problems_of(fields), action=request.get_full_path(), kept=restored,
        known=any(known.get(question.id) and question.id not in one for question in questions),
        stale=_now(questions, one) if stale else [], to_review=_to_check(request),
        hidden=[(SEEN, licensing.seen(one, questions))], back=_back(request, application, item, number),
    )  # fmt: skip
    return render(
        request, "portal/business_question.html", context, status=409 if stale else 422 if wrong else 200
    )


def _answered(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if value is not None}


def _texts(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the boxes; a nought that was left empty is left empty."""
    texts: dict[str, str] = {}
    for question in questions:
        value = answers.get(question.id)
        if value not in (None, "") and not (value == 0 and not question.required and value is not False):
            texts |= texts_of(question, value)
    return texts


def _now(questions: Sequence[Question], one: Mapping[str, Any]) -> list[SummaryRow]:
    """What another tab or device has put there in the meantime."""
    return [
        SummaryRow(question.label, activities.value_words(question, one.get(question.id)))
        for question in questions
    ]


def _back(request: ActorRequest, application: Application, item: str, number: int) -> str:
    if _to_check(request):
        return reverse("portal:activity_check", args=[application.key, item])
    return activities.page_href(application.key, item, number - 1)


def _elsewhere(request: ActorRequest, application: Application, item: str, refusal: Refusal) -> HttpResponse:
    """The place lies in another region. The page says which office, and how to go on."""
    office = next(
        (one for one in offices.offices() if licensing.in_region(one, refusal.values["lies"])), None
    )
    context = frame(
        application, village=refusal.values["village"], regency=refusal.values["regency"], office=office,
        again=reverse("portal:activity_page", args=[application.key, item, licensing.PLACE]),
    )  # fmt: skip
    return render(request, "portal/business_elsewhere.html", context, status=refusal.status)


# Skala dan risiko --------------------------------------------------------------------------------------------------


def _risk(request: ActorRequest, application: Application, item: str) -> HttpResponse:
    """Scale with its reason, risk and product; scope and parameter only where the risk depends on them."""
    key = application.key
    one = _activity(request, application, item)
    if one.scale is None:
        return redirect("portal:activity_page", key, item, licensing.CAPITAL)
    error = ""
    if request.method == "POST":
        if isinstance(one.outcome, Ask) or "ulang" in request.POST:
            answered = _choose(request, application, item, one)
            if answered:
                return redirect(request.get_full_path())
            error = _("Belum dipilih. Pilih salah satu.")
        elif drafts.settle(request.actor, key, item):
            return _after_risk(request, draft_of(request, key), item)
    outcome = one.outcome
    fields = [_asked(one, outcome, error)] if isinstance(outcome, Ask) else []
    row = one.row
    context = frame(
        application, 6, one=one, fields=fields, errors=problems_of(fields), action=request.get_full_path(),
        name=activities.name_of(one.item), kbli=activities.kbli_words(one.item),
        scale=activities.scale_reason(one), risk=activities.risk_words(one) if row else "",
        yields=activities.YIELDS[row.risk] if row else "", row=row,
        unknown=activities.unknown_words(outcome) if isinstance(outcome, Unknown) else "",
        differs=activities.difference(one.shown, row) if one.changed and one.shown else [],
        answers=[text for text in (one.item.get("ruang-lingkup"), one.item.get("parameter")) if text],
        to_review=_to_check(request), back=_back(request, application, item, licensing.RISK),
        hidden=[(SEEN, _seen_risk(application, one))],
    )  # fmt: skip
    return render(request, "portal/business_risk.html", context, status=422 if error else 200)


def _activity(request: ActorRequest, application: Application, item: str) -> licensing.Activity:
    day = offices.local_day(application.office, request.actor.at)
    return licensing.activity(licensing.item(application, item), day)


ASKED = {"scope": "ruang-lingkup", "parameter": "parameter"}


def _asked(one: licensing.Activity, ask: Ask, error: str) -> FieldView:
    """What the risk depends on, with what the table offers."""
    name = ASKED[ask.field]
    label = _("Ruang lingkup kegiatan") if ask.field == "scope" else _("Mana yang sesuai dengan usaha Anda?")
    return FieldView(
        f"q-{name}", name, label, "choice", str(one.item.get(name) or ""), error=error,
        hint=_("Tingkat risiko bergantung pada pilihan ini."),
        options=tuple(Option(text, text) for text in ask.options),
    )  # fmt: skip


def _seen_risk(application: Application, one: licensing.Activity) -> str:
    spec: Group = licensing.group(application, licensing.ACTIVITIES)
    return licensing.seen(one.item, licensing.page_of(spec, licensing.RISK, one.item))


def _choose(request: ActorRequest, application: Application, item: str, one: licensing.Activity) -> bool:
    """Keep what was chosen of scope or parameter; False where nothing was. "ulang": it is asked anew."""
    typed = {name: str(one.item.get(name) or "") for name in ASKED.values()}
    if "ulang" in request.POST:
        typed = dict.fromkeys(typed, "")
    else:
        assert isinstance(one.outcome, Ask)
        name = ASKED[one.outcome.field]
        typed[name] = request.POST.get(name, "")
        if typed[name] not in one.outcome.options:
            return False
    drafts.save_page(
        request.actor, application.key, item, licensing.RISK, typed, seen=request.POST.get(SEEN, "")
    )
    return True


def _after_risk(request: ActorRequest, application: Application, item: str) -> HttpResponse:
    if LATER in request.POST:
        return redirect("portal:mine")
    if _to_check(request):
        return redirect("portal:activity_check", application.key, item)
    if licensing.item(application, item).get(licensing.PRODUCTS):
        return redirect("portal:products", application.key, item)
    return redirect("portal:product_new", application.key, item)


# Produk/jasa -------------------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD"])
def products(request: ActorRequest, key: uuid.UUID, item: str) -> HttpResponse:
    """Daftar produk/jasa (seed 001, D 10)."""
    application = draft_of(request, key)
    if (elsewhere := halted(request, application)) is not None:
        return elsewhere
    one, spec = licensing.item(application, item), licensing.group(application, licensing.PRODUCTS)
    rows = [
        {
            "href": reverse("portal:product", args=[key, item, row["id"]]),
            "cells": [activities.value_words(spec.questions[name], row.get(name)) or "–"
                      for name in ("jenis", "kapasitas", "satuan", "merek")],
            "halal": row.get("halal-nomor") or "–",
            "sni": row.get("sni-nomor") or "–",
        }
        for row in one.get(licensing.PRODUCTS, [])
    ]  # fmt: skip
    context = frame(
        application, rows=rows, name=activities.name_of(one),
        add=reverse("portal:product_new", args=[key, item]),
        onward=reverse("portal:activity_check", args=[key, item]),
        back=activities.page_href(key, item, licensing.RISK),
    )  # fmt: skip
    return render(request, "portal/business_products.html", context)


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def product(request: ActorRequest, key: uuid.UUID, item: str, product: str = "") -> HttpResponse:
    """One product: added, changed or taken out; product: "" for one more."""
    application = draft_of(request, key)
    if request.method != "POST" and (elsewhere := halted(request, application)) is not None:
        return elsewhere
    typed: Mapping[str, str] | None = kept.take(request) or None
    problems: Sequence[FormProblem] = ()
    stale = False
    if request.method == "POST":
        typed = request.POST.dict()
        if "hapus" in typed and product:
            drafts.remove_product(request.actor, key, item, product)
            messages.success(request, _("Produk/jasa dikeluarkan dari daftar."))
            return redirect("portal:products", key, item)
        try:
            problems = drafts.save_product(request.actor, key, item, product, typed, seen=typed.get(SEEN, ""))
            if not problems:
                return redirect("portal:products", key, item)
        except Refusal as refusal:
            if refusal.code != "licensing.stale":
                raise
            stale = True
        application = draft_of(request, key)
    return _product(request, application, item, product, typed, problems, stale=stale)


def _product(
    request: ActorRequest,
    application: Application,
    item: str,
    product: str,
    typed: Mapping[str, str] | None,
    problems: Sequence[FormProblem],
    *,
    stale: bool,
) -> HttpResponse:
    one, spec = licensing.item(application, item), licensing.group(application, licensing.PRODUCTS)
    row = licensing.product(one, product) if product else {}
    wrong = {problem.question_id: problem.message for problem in problems}
    questions = [
        question
        for question in spec.questions.values()
        if question.show_if is None or question.id in wrong or row.get(question.id) or (typed or {}).get(question.id)
    ]  # fmt: skip
    texts = typed if typed is not None else _texts(questions, row)
    fields = [field_of(question, texts, wrong.get(question.id, "")) for question in questions]
    listed = reverse("portal:products", args=[application.key, item])
    context = frame(
        application, 7, page_title=_("Produk/jasa"), lead=activities.name_of(one), fields=fields,
        errors=problems_of(fields), action=request.get_full_path(), remove=bool(product),
        stale=_now(licensing.page_of(spec, 1, row), row) if stale else [],
        hidden=[(SEEN, licensing.seen(row, licensing.page_of(spec, 1, row)) if product else "")],
        back=listed if one.get(licensing.PRODUCTS) else activities.page_href(application.key, item, licensing.RISK),
        button=_("Simpan") if product else _("Tambah"),
    )  # fmt: skip
    return render(
        request, "portal/business_question.html", context, status=409 if stale else 422 if wrong else 200
    )


# Data usaha --------------------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: ActorRequest, key: uuid.UUID, item: str) -> HttpResponse:
    """Data usaha: everything of one activity to be read and changed, or the whole activity taken out (D 11)."""
    application = draft_of(request, key)
    if request.method == "POST":
        if "hapus" in request.POST:
            drafts.remove(request.actor, key, item)
            messages.success(request, _("Kegiatan usaha dikeluarkan dari permohonan ini."))
        return redirect("portal:activities", key)
    if (elsewhere := halted(request, application)) is not None:
        return elsewhere
    one = _activity(request, application, item)
    spec = licensing.group(application, licensing.PRODUCTS)
    context = frame(
        application, facts=activities.facts(application, one), name=activities.name_of(one.item),
        scale=activities.scale_reason(one),
        products=[row.get("jenis", "") for row in one.item.get(licensing.PRODUCTS, [])],
        products_label=spec.label, products_href=reverse("portal:products", args=[key, item]),
        removable="activity" not in one.item,
        onward=reverse("portal:activities", args=[key]),
        back=reverse("portal:products", args=[key, item]),
    )  # fmt: skip
    return render(request, "portal/business_check.html", context)


# Persetujuan lingkungan --------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def environment(request: ActorRequest, key: uuid.UUID, item: str) -> HttpResponse:
    """Dokumen persetujuan lingkungan, where the risk table asks for one: UKL-UPL or AMDAL is uploaded (D 13)."""
    application = draft_of(request, key)
    if request.method != "POST" and (elsewhere := halted(request, application)) is not None:
        return elsewhere
    one = _activity(request, application, item)
    if one.shown is None:
        return redirect("portal:activity_page", key, item, licensing.RISK)
    if not set(one.environment) & set(TO_UPLOAD):
        return redirect("portal:activity_check", key, item)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        wrong = _environment(request, application, item, one)
        if not wrong:
            return redirect("portal:business", key) if LATER not in request.POST else redirect("portal:mine")
        application = draft_of(request, key)
        one = _activity(request, application, item)
    kind = request.POST.get("lingkungan") or one.item.get("lingkungan") or ""
    pick = FieldView(
        "q-lingkungan", "lingkungan", _("Dokumen mana yang Anda miliki?"), "choice", kind,
        error=wrong.get("lingkungan", ""), options=tuple(Option(text, text) for text in one.environment),
    )  # fmt: skip
    upload = upload_field(
        application, licensing.environment_paper(application), error=wrong.get("berkas", "")
    )
    fields = [pick, upload] if len(one.environment) > 1 else [upload]
    context = frame(
        application, page_title=_("Dokumen persetujuan lingkungan"), lead=activities.name_of(one.item),
        fields=fields, errors=problems_of(fields), action=request.get_full_path(), with_files=True,
        which=one.environment[0] if len(one.environment) == 1 else "",
        hidden=[(SEEN, _seen_environment(application, one.item))],
        back=reverse("portal:activities", args=[key]),
        why=_("Belum punya? Simpan draf ini, lalu urus dokumennya di dinas lingkungan hidup."),
    )  # fmt: skip
    return render(request, "portal/business_question.html", context, status=422 if wrong else 200)


def _seen_environment(application: Application, one: Mapping[str, Any]) -> str:
    spec = licensing.group(application, licensing.ACTIVITIES)
    return licensing.seen(one, licensing.page_of(spec, licensing.ENVIRONMENT, one))


def _environment(
    request: ActorRequest, application: Application, item: str, one: licensing.Activity
) -> dict[str, str]:
    """Keep the kind and the file; what is wrong by field."""
    kind = request.POST.get("lingkungan", "") if len(one.environment) > 1 else one.environment[0]
    wrong: dict[str, str] = {}
    if kind in one.environment:
        drafts.save_page(
            request.actor, application.key, item, licensing.ENVIRONMENT, {"lingkungan": kind},
            seen=request.POST.get(SEEN, ""),
        )  # fmt: skip
    elif LATER not in request.POST:
        wrong["lingkungan"] = _("Belum dipilih. Pilih salah satu.")
    paper = licensing.environment_paper(application)
    if chosen_file(request.FILES, "berkas") is None:
        if paper.document is None and LATER not in request.POST:
            wrong["berkas"] = _("Belum ada berkas yang dipilih. Pilih berkas atau foto dokumennya.")
        return wrong
    try:
        receive(request, application, paper)
    except Refusal as refusal:
        if not refusal.code.startswith("upload."):
            raise
        wrong["berkas"] = " ".join(words_of(refusal))
    return wrong
