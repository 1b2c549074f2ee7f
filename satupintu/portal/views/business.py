# SPDX-License-Identifier: Apache-2.0
"""Perizinan berusaha: beginning, the data of the business actor, the check pages, the statements, the draft."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.businesses import actions as businesses
from satupintu.businesses import queries as actors
from satupintu.businesses.models import Business, BusinessActor
from satupintu.catalog import queries as catalog
from satupintu.catalog.models import ServiceVersion
from satupintu.catalog.queries import village
from satupintu.core.activity import CHANGE, CLOSE, NEW
from satupintu.core.forms import FormProblem, Question, clean, show
from satupintu.core.refusal import Refusal
from satupintu.core.risk import Risk, Scale, verified_first
from satupintu.licensing import queries as licensing
from satupintu.licensing.actions import filling as drafts
from satupintu.licensing.actions import submit
from satupintu.licensing.standing import Standing, standings
from satupintu.offices import queries as offices
from satupintu.portal import activities, kept
from satupintu.portal.applicant import applicant, asked, own
from satupintu.portal.views.actor import ADDRESS
from satupintu.portal.views.wizard import LATER, not_sendable
from satupintu.ui.fields import FieldView, field_of, problems_of
from satupintu.ui.formats import masked
from satupintu.ui.parts import Progress, Summary, SummaryRow

STEPS = 8
"""Pages on which something is asked; with the upload of an environmental document one more."""
THEN = "portal.then"
"""Where to go on once the data of the business actor are there (session)."""

NPWP = Question("npwp", "NPWP pribadi", "npwp", hint="15 atau 16 angka. NPWP 16 angka sama dengan NIK.")
WORK = Question(
    "bpjs-kerja", "Nomor BPJS Ketenagakerjaan", "text", required=False, hint="Bila sudah memiliki."
)
HEALTH = Question("bpjs-sehat", "Nomor BPJS Kesehatan", "text", required=False, hint="Bila sudah memiliki.")


def draft_of(request: ActorRequest, key: uuid.UUID) -> Application:
    """One's own permohonan perizinan berusaha. Raises Refusal `access.not-yours` (404) for anything else."""
    application = own(request, key)
    if not licensing.is_business(application):
        raise Refusal("access.not-yours", status=404)
    return application


def halted(request: ActorRequest, application: Application) -> HttpResponse | None:
    """Where a page of the draft cannot be shown: it was sent, its service is closed, or there are new rules."""
    if application.case_id is not None:
        return redirect("portal:application", application.key)
    return not_sendable(request, application)


def frame(application: Application, step: int = 0, **more: Any) -> dict[str, Any]:
    """What every page of the draft shows."""
    return {
        "application": application,
        "service": _("Perizinan berusaha"),  # the name of its standard says two of the four levels only
        "at": Progress(step, STEPS) if step else None,
        **more,
    }


# Beginning ---------------------------------------------------------------------------------------------------------


def start(request: ActorRequest, version: ServiceVersion, actor: BusinessActor | None) -> HttpResponse:
    """Permohonan baru; who has not given his data as a business actor gives them first, once."""
    if actor is None:
        request.session[THEN] = reverse("portal:businesses")
        messages.info(request, _("Isi dulu data pelaku usaha, satu kali saja. Lalu tekan Permohonan baru."))
        return redirect("portal:actor_new")
    made = drafts.begin(request.actor, version, filed_for=actor)
    return redirect("portal:business", made.key)


@applicant()
@require_safe
def mine(request: ActorRequest) -> HttpResponse:
    """Every activity of one's own businesses with its history, and where a new application begins."""
    context = {
        "owners": [_owned(one) for one in actors.own_all(request.actor)],
        "doors": _doors(request),
    }
    return render(request, "portal/businesses.html", context)


def _doors(request: ActorRequest) -> list[tuple[str, str]]:
    """(name of the office, where a new application begins) of every office that offers perizinan berusaha."""
    found = []
    for office in offices.offices():
        day = offices.local_day(office, request.actor.at)
        closed = catalog.closings(office.pk, day)
        for version in catalog.services(office.pk, day):
            service = catalog.package_of(version).service
            closing = closed.get(version.slug)
            if service and service.product == licensing.PRODUCT and not (closing and closing.begun(day)):
                found.append((office.name, reverse("portal:start", args=[office.slug, version.slug])))
    return found


def _owned(actor: BusinessActor) -> tuple[BusinessActor, Business | None, list[dict[str, Any]]]:
    business = actors.business_of(actor)
    return actor, business, _histories(actor, standings(business) if business else {})


def _histories(actor: BusinessActor, stand: Mapping[uuid.UUID, Standing]) -> list[dict[str, Any]]:
    """Of each activity: its newest version as rows, its earlier ones, and whether it can be changed or closed."""
    found = []
    for key, versions in actors.versions(actor).items():
        last = versions[0]
        lies = village(last.region)
        found.append(
            {
                "key": key,
                "last": last,
                "open": last.valid_to is None,
                "stands": stand.get(key),
                "place": str(lies) if lies else last.region,
                "risk": activities.RISKS[Risk(last.risk)],
                "scale": activities.SCALES[Scale(last.scale)],
                "versions": versions,
            }
        )
    return found


def _to_mine(*args: object, **kwargs: object) -> str:
    return reverse("portal:businesses")


@applicant(back=_to_mine)
@require_POST
def begin(request: ActorRequest, actor: uuid.UUID, activity: uuid.UUID, kind: str) -> HttpResponse:
    """Begin the change or the closing of one of one's own activities, at the office where it lies."""
    if kind not in (CHANGE, CLOSE):
        raise Refusal("access.not-yours", status=404)
    owner = actors.own(request.actor, actor)
    about = actors.activity(owner, activity)
    made = drafts.begin(
        request.actor, _service_for(request, about.region), filed_for=owner, kind=kind, about=about
    )
    return redirect("portal:business", made.key)


def _service_for(request: ActorRequest, region: str) -> ServiceVersion:
    """The perizinan berusaha of the office in whose region a village lies. Raises Refusal `licensing.no-office`."""
    for office in offices.offices():
        day = offices.local_day(office, request.actor.at)
        for version in catalog.services(office.pk, day):
            service = catalog.package_of(version).service
            if service and service.product == licensing.PRODUCT and licensing.in_region(office, region):
                return version
    raise Refusal("licensing.no-office", status=422)


@applicant()
@require_safe
def resume(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Where the draft goes on: on what is missing first, or on what is to be read."""
    application = draft_of(request, key)
    if (elsewhere := halted(request, application)) is not None:
        return elsewhere
    if application.answers.get("jenis") == NEW and not licensing.items(application):
        return redirect("portal:business_actor", key)
    missing = licensing.gaps(application, request.actor.at)
    if not missing:
        return redirect("portal:business_draft", key)
    if application.answers.get("jenis") == CHANGE and missing[0].kind == "pernyataan":
        return redirect("portal:activity_check", key, licensing.items(application)[0]["id"])
    if missing[0].kind == "pernyataan":
        return redirect("portal:activities", key)
    return redirect(activities.gap_href(key, missing[0]))


# Data pelaku usaha -------------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def actor(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Data pelaku usaha: what the account knows is shown; NPWP, e-mail and BPJS are completed (seed 001, D 6)."""
    application = draft_of(request, key)
    if request.method != "POST" and (elsewhere := halted(request, application)) is not None:
        return elsewhere
    owner = application.filed_for
    assert owner is not None  # `drafts.begin` names one
    typed: Mapping[str, str] = request.POST.dict() or kept.take(request)
    problems: dict[str, str] = {}
    mine = owner in actors.own_all(request.actor)  # a kuasa sees and changes nobody's own data
    if request.method == "POST":
        said, problems = _completed(owner, typed) if mine else ({}, {})
        if not problems:
            if mine:
                _keep(request, owner, said)
            if LATER in typed:
                return redirect("portal:mine")
            if licensing.items(application):
                return redirect("portal:business", key)
            return redirect("portal:activity_new", key)
    fields = _actor_fields(request, owner, typed, problems) if mine else []
    context = frame(
        application, 1, page_title=_("Data pelaku usaha"), known=_known(owner), fields=fields,
        errors=problems_of(fields), back=reverse("portal:mine"), button=_("Simpan data, isi bidang usaha") if mine else _("Isi bidang usaha"), mine=mine,
        change=reverse("portal:actor_change", args=[owner.key]),
        hidden=[("command_id", str(uuid.uuid4()))],
        why=_("Belum punya BPJS? Proses tetap bisa dilanjutkan."),
    )  # fmt: skip
    return render(request, "portal/business_actor.html", context, status=422 if problems else 200)


def _questions(owner: BusinessActor) -> tuple[Question, ...]:
    return (NPWP, WORK, HEALTH) if owner.person is not None else (WORK, HEALTH)


def _completed(owner: BusinessActor, typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """(question -> what was meant, question -> what is wrong)."""
    said: dict[str, str] = {}
    problems: dict[str, str] = {}
    for question in _questions(owner):
        try:
            said[question.id] = str(clean(question, typed) or "")
        except FormProblem as problem:
            problems[question.id] = problem.message
    said["surel"] = typed.get("surel", "").strip()
    try:
        validate_email(said["surel"])
    except ValidationError:
        problems["surel"] = _("Alamat surel belum lengkap. Contoh: sari@surel.example")
    return said, problems


def _keep(request: ActorRequest, owner: BusinessActor, said: Mapping[str, str]) -> None:
    """Only what differs is written: who confirms what is known leaves no trace of a change."""
    values = {
        "npwp": said.get("npwp", owner.tax_number), "email": said["surel"], "bpjs_work": said["bpjs-kerja"],
        "bpjs_health": said["bpjs-sehat"],
    }  # fmt: skip
    now = {
        "npwp": owner.tax_number, "email": owner.email, "bpjs_work": owner.bpjs_work,
        "bpjs_health": owner.bpjs_health,
    }  # fmt: skip
    if values != now:
        command = asked(request, key=str(owner.key), **values)
        businesses.complete(request.actor, owner.key, asked=command, **values)


def _actor_fields(
    request: ActorRequest, owner: BusinessActor, typed: Mapping[str, str], problems: Mapping[str, str]
) -> list[FieldView]:
    texts = typed or {
        "npwp": owner.npwp, "surel": owner.email or _account_email(request), "bpjs-kerja": owner.bpjs_work,
        "bpjs-sehat": owner.bpjs_health,
    }  # fmt: skip
    fields = [field_of(one, texts, problems.get(one.id, "")) for one in _questions(owner)]
    email = FieldView("q-surel", "surel", _("Surel"), "email", texts.get("surel", ""), error=problems.get("surel", ""), maxlength=254)  # fmt: skip
    fields.insert(1 if owner.person is not None else 0, email)
    return fields


def _account_email(request: ActorRequest) -> str:
    return str(getattr(request.user, "email", "") or "")


def _known(owner: BusinessActor) -> Summary:
    """What the account knows already, numbers by their last figures only."""
    lies = village(owner.region) if owner.region else None
    person = owner.person
    rows = [
        (_("NIK"), _end(person.nik) if person else ""),
        (_("Paspor"), _end(person.passport) if person else ""),
        (_("NPWP"), "" if person else _end(owner.tax_number)),
        (_("Nama"), owner.name),
        (_("Nomor telepon"), _end(person.phone) if person else ""),
        (_("Alamat"), show(ADDRESS, owner.address)),
        (_("Desa atau kelurahan"), str(lies) if lies else ""),
    ]
    return Summary("pelaku", _("Sudah kami ketahui"), tuple(SummaryRow(a, b) for a, b in rows if b))


def _end(number: str) -> str:
    return masked(number, head=0) if number else ""


# Daftar kegiatan usaha ---------------------------------------------------------------------------------------------


@applicant()
@require_safe
def overview(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Daftar kegiatan usaha, with "Proses perizinan berusaha" (seed 001, D 12)."""
    application = draft_of(request, key)
    if (elsewhere := halted(request, application)) is not None:
        return elsewhere
    if not licensing.items(application):
        return redirect("portal:activity_new", key)
    missing = licensing.gaps(application, request.actor.at)
    later = ("pernyataan", "lingkungan")
    first = next((gap for gap in missing if gap.kind not in later), None)
    environment = next((gap for gap in missing if gap.kind == "lingkungan"), None)
    onward = activities.gap_href(key, environment) if environment else reverse("portal:business_statements", args=[key])  # fmt: skip
    kind = application.answers.get("jenis")
    context = frame(
        application,
        rows=[activities.row_of(application, one, [gap for gap in missing if gap.kind not in later])
              for one in licensing.activities(application, request.actor.at)],
        first=activities.gap_href(key, first) if first else "",
        first_words=activities.gap_words(first) if first else "",
        onward=onward, more=kind == NEW, closing=kind == CLOSE, back=reverse("portal:mine"),
    )  # fmt: skip
    return render(request, "portal/business_activities.html", context)


# Pernyataan mandiri ------------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def statements(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Pernyataan mandiri: each read and ticked; its exact text is kept (seed 001, D 14)."""
    application = draft_of(request, key)
    if request.method != "POST" and (elsewhere := halted(request, application)) is not None:
        return elsewhere
    wanted, error = applications.statements(application), ""
    if request.method == "POST":
        ticks = {name: f"p-{name}" in request.POST for name in wanted}
        if drafts.tick(request.actor, key, ticks):
            return redirect("portal:business_draft", key)
        if LATER in request.POST:
            return redirect("portal:mine")
        application, error = draft_of(request, key), _("“%(title)s” belum dicentang. Baca, lalu centang.")
    done = licensing.ticked(application)
    fields = [
        FieldView(f"p-{one.id}", f"p-{one.id}", one.text, "tick", "ya" if one.id in done else "",
                  error="" if one.id in done or not error else error % {"title": one.title or one.text})
        for one in wanted.values()
    ]  # fmt: skip
    context = frame(
        application, STEPS, letters=list(zip(wanted.values(), fields, strict=True)), fields=fields,
        errors=problems_of(fields), back=reverse("portal:activities", args=[key]),
    )  # fmt: skip
    return render(
        request, "portal/business_statements.html", context, status=422 if problems_of(fields) else 200
    )


# Draf perizinan berusaha -------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Draf perizinan berusaha: what will be issued, per activity; then "Terbitkan perizinan berusaha" (D 15, 16)."""
    application = draft_of(request, key)
    if request.method == "POST":
        return _issue(request, application)
    if (elsewhere := halted(request, application)) is not None:
        return elsewhere
    missing = licensing.gaps(application, request.actor.at)
    every = licensing.activities(application, request.actor.at)
    context = frame(
        application,
        gaps=[(activities.gap_href(key, gap), activities.gap_words(gap)) for gap in missing],
        drafts=[_drafted(application, one) for one in every],
        kind=application.answers.get("jenis"), owner=application.filed_for,
        closing=application.answers.get("jenis") == CLOSE,
        ticked=[(one.title, one.text) for one in applications.statements(application).values()],
        command_id=uuid.uuid4(), back=reverse("portal:business_statements", args=[key]),
    )  # fmt: skip
    return render(request, "portal/business_draft.html", context)


def _drafted(application: Application, one: licensing.Activity) -> dict[str, Any]:
    row = one.row or one.shown
    lies = village(one.item["desa"]) if one.item.get("desa") else None
    return {
        "name": activities.name_of(one.item),
        "kbli": activities.kbli_words(one.item),
        "place": str(lies) if lies else "",
        "scale": activities.scale_reason(one),
        "risk": activities.risk_words(one),
        "papers": activities.PAPERS[row.risk] if row else (),
        "yields": activities.YIELDS[row.risk] if row else "",
        "waits": bool(row and verified_first(row.risk)),
        "row": row,
        "authority": catalog.authority_of(row) if row else "",
    }


def _issue(request: ActorRequest, application: Application) -> HttpResponse:
    """Terbitkan perizinan berusaha; what is still missing is shown instead, and nothing is issued."""
    key, ticked = application.key, dict.fromkeys(licensing.ticked(application), True)
    if application.case_id is None and licensing.gaps(application, request.actor.at):
        return redirect("portal:business_draft", key)
    submit(request.actor, key, ticked=ticked, asked=asked(request, act="issue", key=str(key)))
    return redirect("portal:sent", key)
