# SPDX-License-Identifier: Apache-2.0
"""Filling in an application: one question a page, the summary, the sending, the receipt."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.applications import actions, papers
from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.catalog.models import Ruling
from satupintu.catalog.queries import KBLI_VERSION, OWN_AUTHORITY, kbli_like, package_by_id
from satupintu.core.changes import COST, FORM, REQUIREMENTS, STANDARD, changes
from satupintu.core.forms import FormProblem, Question, Value
from satupintu.core.refusal import Refusal
from satupintu.offices import queries as offices
from satupintu.permits import queries as permits
from satupintu.portal import kept, story, summary
from satupintu.portal.applicant import applicant, asked, own, service_name
from satupintu.portal.services import closing as in_words
from satupintu.portal.villages import offered, searching
from satupintu.ui.fields import FieldView, Option, field_of, problems_of, texts_of
from satupintu.ui.formats import long_date
from satupintu.ui.parts import Progress
from satupintu.ui.refusals import refused, words_of
from satupintu.ui.words import fact_words

FROM, REVIEW = "dari", "periksa"  # ?dari=periksa: the person came from the summary and goes back there
LATER = "nanti"
MOST_MATCHES = 6  # so many choices are all shown at once
MEANT_FOR_APPLICANTS = (REQUIREMENTS, COST, FORM, STANDARD)  # not how the office works inside
AT_FIELD = {"catalog.kbli-unknown": "kbli", "accounts.nik-taken": "nik"}
"""Refusals that are about one answer, and the kind of question they are shown at."""


# One page of the form ---------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: ActorRequest, key: uuid.UUID, number: int) -> HttpResponse:
    """One page of the form; saving it goes on to the next, the documents, or back to the summary."""
    application = own(request, key)
    if applications.form(application).groups:  # perizinan berusaha has pages of its own
        return redirect("portal:business", key)
    if request.method == "POST":
        return _save(request, application, number)
    if application.case_id is not None:
        return redirect("portal:application", key)
    if (elsewhere := not_sendable(request, application)) is not None:
        return elsewhere
    typed = kept.take(request)
    return _page(request, application, number, typed or None, kept_from_before=bool(typed))


def not_sendable(request: ActorRequest, application: Application) -> HttpResponse | None:
    """Where a draft cannot go on as it is: to what it says now that its service is closed, or to the new rules."""
    if applications.closed(application, request.actor.at) is not None:
        return redirect("portal:review", application.key)
    if applications.newer_version(application, request.actor.at) is not None:
        return redirect("portal:renew", application.key)
    return None


def _save(request: ActorRequest, application: Application, number: int) -> HttpResponse:
    typed = request.POST.dict()
    if searching(typed):  # only looking for a village: nothing is kept yet, nothing typed is lost
        return _page(request, application, number, typed)
    try:
        problems = actions.save_page(request.actor, application.key, number, typed)
    except Refusal as refusal:
        if refusal.code == "catalog.kbli-elsewhere":
            return _elsewhere(request, application, number, refusal)
        problems = _at_field(application, number, refusal)
    if LATER in request.POST:  # what is simply not answered yet may wait
        problems = [problem for problem in problems if problem.code != "form.required"]
    if problems:
        return _page(request, application, number, typed, problems)
    if LATER in request.POST:
        return redirect("portal:mine")
    if request.GET.get(FROM) == REVIEW:
        return redirect("portal:review", application.key)
    answered = applications.own(request.actor, application.key)
    if number < len(applications.pages(answered)):
        return redirect("portal:page", application.key, number + 1)
    return redirect("portal:documents", application.key)


def _at_field(application: Application, number: int, refusal: Refusal) -> list[FormProblem]:
    """The refusal as a problem of the question it is about. Raises it again where it is about none."""
    kind = AT_FIELD.get(refusal.code)
    for question in applications.pages(application)[number - 1]:
        if question.kind == kind:
            return [FormProblem(question.id, refusal.code, " ".join(words_of(refusal)))]
    raise refusal


def _page(
    request: ActorRequest,
    application: Application,
    number: int,
    typed: Mapping[str, str] | None = None,
    problems: list[FormProblem] | None = None,
    *,
    kept_from_before: bool = False,
) -> HttpResponse:
    pages = applications.pages(application)
    if not 1 <= number <= len(pages):
        raise Refusal("applications.no-page", status=404)
    questions = pages[number - 1]
    wrong = {problem.question_id: problem.message for problem in problems or ()}
    context: dict[str, Any] = {
        "application": application,
        "service": service_name(application),
        "at": Progress(number, len(pages)),
        "back": _back(request, application, number),
        "action": request.get_full_path(),
        "kept": kept_from_before,
        "to_review": request.GET.get(FROM) == REVIEW,
    }
    template = "portal/question.html"
    if len(questions) == 1 and questions[0].kind == "kbli":
        template = "portal/kbli.html"
        context |= _kbli(request, application, questions[0], typed, wrong)
    else:
        known = applications.known(application) if typed is None else {}
        context["fields"] = [
            _field(application, question, typed, wrong.get(question.id, ""), known, ask=n == 0)
            for n, question in enumerate(questions)
        ]
        context["known"] = any(known.get(one.id) and one.id not in application.answers for one in questions)
    context["errors"] = problems_of(context["fields"])
    return render(request, template, context, status=422 if wrong else 200)


def _field(
    application: Application,
    question: Question,
    typed: Mapping[str, str] | None,
    error: str,
    known: Mapping[str, Value],
    *,
    ask: bool,
) -> FieldView:
    texts = typed if typed is not None else _texts(application, question, known)
    field = field_of(question, texts, error, ask=ask)
    if question.kind != "region":
        return field
    code = application.office.region_code
    return offered(field, texts, near=f"{code[:2]}.{code[2:]}")


def _texts(application: Application, question: Question, known: Mapping[str, Value]) -> dict[str, str]:
    """What stands in the boxes: the kept answer; what we know of the person already is not asked for twice."""
    if question.private:
        person = application.person
        return {question.id: person.nik if question.kind == "nik" else person.phone}
    value = application.answers.get(question.id, known.get(question.id))
    if question.kind == "kbli" and isinstance(value, dict):
        return {question.id: value["code"]}
    return texts_of(question, value)


def _back(request: ActorRequest, application: Application, number: int) -> str:
    if request.GET.get(FROM) == REVIEW:
        return reverse("portal:review", args=[application.key])
    if number > 1:
        return reverse("portal:page", args=[application.key, number - 1])
    return reverse("portal:service", args=[application.office.slug, application.service.slug])


def _kbli(
    request: ActorRequest,
    application: Application,
    question: Question,
    typed: Mapping[str, str] | None,
    wrong: Mapping[str, str],
) -> dict[str, Any]:
    """The search for an activity and what it found, as choices; works by plain GET."""
    words = " ".join(request.GET.get("q", "").split())[:100]
    answer = application.answers.get(question.id)
    chosen = (typed or {}).get(question.id) or (answer["code"] if isinstance(answer, dict) else "")
    if words:
        options = tuple(
            Option(row.code, f"{row.title} ({row.code})", _referred(row.authority, row.refer_to))
            for row in kbli_like(KBLI_VERSION, words, limit=MOST_MATCHES)
        )
    elif isinstance(answer, dict):
        options = (Option(answer["code"], f"{answer['title']} ({answer['code']})"),)
    else:
        options = ()
    error = wrong.get(question.id, "")
    search = FieldView(
        id="cari",
        name="q",
        label=question.label,
        kind="search",
        value=words or ("" if options else chosen),
        hint=question.hint,
        error="" if options else error,
        ask=True,
    )
    label = _("Pilih yang paling cocok") if words else _("Yang Anda pilih")
    picked = FieldView(
        id=f"q-{question.id}",
        name=question.id,
        label=label,
        kind="choice",
        value=chosen if any(option.value == chosen for option in options) else _only(options, words),
        error=error,
        options=options,
    )
    return {
        "search": search,
        "picked": picked if options else None,
        "fields": [search, picked] if options else [search],
        "words": words,
        "many": len(options) == MOST_MATCHES,
    }


def _only(options: tuple[Option, ...], words: str) -> str:
    """Five figures that name one activity are an answer already."""
    digits = "".join(sign for sign in words if sign.isdigit())
    return digits if len(options) == 1 and options[0].value == digits else ""


def _referred(authority: str, refer_to: str) -> str:
    return "" if authority == OWN_AUTHORITY else _("Diurus %(who)s") % {"who": refer_to}


def _elsewhere(
    request: ActorRequest, application: Application, number: int, refusal: Refusal
) -> HttpResponse:
    """S6: another office has authority. The page says which, and how to go on."""
    context = {
        "said": refused(refusal),
        "title": refusal.values["title"],
        "kbli": refusal.values["kbli"],
        "refer_to": refusal.values["refer_to"],
        "again": reverse("portal:page", args=[application.key, number]),
        "application": application,
        "service": service_name(application),
    }
    return render(request, "portal/elsewhere.html", context, status=refusal.status)


# The summary and the sending --------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Everything at a glance, the statements to tick, and the button that sends it."""
    application = own(request, key)
    if applications.form(application).groups and applications.closed(application, request.actor.at) is None:
        return redirect("portal:business", key)
    statements = applications.form(application).statements
    typed: Mapping[str, str] = request.POST or kept.take(request)
    ticked = {name: bool(typed.get(f"p-{name}")) for name in statements}
    if request.method == "POST":
        command = asked(request, act="send", key=str(key), ticked=sorted(n for n, on in ticked.items() if on))
        actions.send(request.actor, key, ticked=ticked, asked=command)
        return redirect("portal:sent", key)
    if application.case_id is not None:
        return redirect("portal:application", key)
    if (closing := applications.closed(application, request.actor.at)) is not None:
        return _closed(request, application, closing)
    if applications.newer_version(application, request.actor.at) is not None:
        return redirect("portal:renew", key)
    fields = [
        FieldView(
            id=f"p-{statement.id}",
            name=f"p-{statement.id}",
            label=statement.text,
            kind="tick",
            value="ya" if ticked[statement.id] else "",
            error=_("Pernyataan ini belum dicentang.") if _unticked(request, ticked[statement.id]) else "",
        )
        for statement in statements.values()
    ]
    groups = (summary.answers(application), summary.documents(application))
    context = {
        "application": application,
        "service": service_name(application),
        "groups": groups,
        "gaps": [row for group in groups for row in group.rows if row.gap],
        "fields": fields,
        "back": reverse("portal:documents", args=[key]),
        "command_id": uuid.uuid4(),
        "promise": story.promise_if_sent(application, request.actor.at),
    }
    return render(request, "portal/review.html", context)


def _closed(request: ActorRequest, application: Application, closing: Ruling) -> HttpResponse:
    """A draft whose service is closed: why, where to go, and all that was typed, to be read and printed."""
    day = offices.local_day(application.office, request.actor.at)
    groups = (summary.answers(application, links=False), summary.documents(application, links=False))
    context = {
        "application": application,
        "service": service_name(application),
        "closing": in_words(application.office, closing, day),
        "groups": groups,
        "uploads": [
            (reverse("portal:file", args=[application.key, item.document.key]), item.requirement.label)
            for item in applications.items(application)
            if item.document is not None
        ],
    }
    return render(request, "portal/closed_draft.html", context)


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The rules changed since the draft was begun: what is different, and going on with the answers that fit."""
    application = own(request, key)
    if application.case_id is not None:
        return redirect("portal:application", key)
    if request.method == "POST":
        actions.renew(request.actor, key)
        return redirect("portal:review", key)
    newer = applications.newer_version(application, request.actor.at)
    if newer is None or applications.closed(application, request.actor.at) is not None:
        return redirect("portal:review", key)
    context = {
        "application": application,
        "service": service_name(application),
        "since": long_date(newer.effective) if newer.effective else "",
        "changes": [
            change.text
            for change in changes(applications.package(application), package_by_id(newer.pk), say=fact_words)
            if change.group in MEANT_FOR_APPLICANTS
        ],
        "dropped": summary.dropped(application, newer),
    }
    return render(request, "portal/renew.html", context)


def _unticked(request: ActorRequest, ticked: bool) -> bool:
    """Whether the refusal being shown is about the statements."""
    said = getattr(request, "refused", None)
    return said is not None and said.code == "applications.statements" and not ticked


@applicant()
@require_safe
def sent(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The receipt: its number, the tracking code, the promised date, and what happens next."""
    application = own(request, key)
    if application.case is None:
        return redirect("portal:review", key)
    told = story.of(application, request.actor.at)
    context = {
        "application": application,
        "service": service_name(application),
        "told": told,
        "doors": story.doors(told),
        "sent_on": story.when(told, application.case.opened_at),
        "due": told.due_words,
        "track": reverse("portal:track"),
        "products": permits.products(application.case) if told.by_itself else (),
    }
    return render(request, "portal/sent.html", context)


@applicant()
@require_safe
def receipt(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The receipt as a sheet to print or keep."""
    application = own(request, key)
    if application.case is None:
        raise Refusal("access.not-yours", status=404)
    answer = HttpResponse(papers.receipt(application), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{application.case.receipt}.pdf"'
    return answer


@applicant()
@require_safe
def statements(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The statements as they were ticked, with their hashes, to print or keep."""
    application = own(request, key)
    if application.case is None or not application.statements:
        raise Refusal("access.not-yours", status=404)
    answer = HttpResponse(papers.statements(application), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="pernyataan-{application.case.receipt}.pdf"'
    return answer


def page_link(application: Application, number: int) -> str:
    """A page of the form from which one comes back to the summary."""
    return f"{reverse('portal:page', args=[application.key, number])}?{urlencode({FROM: REVIEW})}"
