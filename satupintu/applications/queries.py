# SPDX-License-Identifier: Apache-2.0
"""Reading applications: the applicant's own, and what an officer needs of one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, QuerySet

from satupintu.accounts.models import Account
from satupintu.applications.models import Application, Document, RequirementItem, Verdict, WorkDocument
from satupintu.businesses import queries as businesses
from satupintu.businesses.models import BusinessActor
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.catalog.models import Ruling, ServiceVersion
from satupintu.catalog.queries import (
    closings,
    corrected,
    in_force,
    newest_release,
    package_by_id,
    release_of,
    village,
)
from satupintu.core.access import Actor, party
from satupintu.core.activity import applies
from satupintu.core.forms import FormSpec, Question, Statement, Value, asked, show
from satupintu.core.forms import pages as form_pages
from satupintu.core.package import Package, Requirement
from satupintu.core.refusal import Refusal
from satupintu.offices.queries import local_day


def _rows() -> QuerySet[Application]:
    joined = ("office", "person", "case", "case__office", "account", "service", "filed_for__entity")
    corrected_by = newest_release(OuterRef("service_id"))
    rows = Application.objects.select_related(*joined).defer("service__files")
    return rows.annotate(release=corrected_by)  # type: ignore[no-redef]


def own(actor: Actor, key: uuid.UUID) -> Application:
    """The applicant's own application, or one he has a mandate for. Raises Refusal `access.not-yours` (404) for others."""
    found = _rows().filter(key=key).first()
    if found is None or party(actor, found) is None:
        raise Refusal("access.not-yours", status=404)
    return found


def own_all(actor: Actor, *, limit: int = 50) -> list[Application]:
    """All of this person's applications, newest first."""
    if not actor.person:
        return []
    return list(_rows().filter(person__key=actor.person).order_by("-changed_at")[:limit])


def by_mandate(actor: Actor, *, limit: int = 50) -> list[Application]:
    """The applications of others that this person may act on now, newest first: one SQL query."""
    if not actor.powers:
        return []
    givers = [power.giver for power in actor.powers]
    whole = [power.giver for power in actor.powers if not power.things]
    keys = [key for power in actor.powers for key in power.things]  # of applications, or of whom they are for
    meant = Q(person__key__in=whole) | Q(key__in=keys) | Q(filed_for__key__in=keys)
    rows = _rows().filter(meant, person__key__in=givers).order_by("-changed_at")[:limit]
    return [one for one in rows if party(actor, one) is not None]


def begun(
    account: Account,
    service: ServiceVersion,
    reopens: Application | None,
    filed_for: BusinessActor | None,
) -> Application | None:
    """The draft an earlier click began: still empty, or taking the same application up again."""
    drafts = Application.objects.filter(
        account=account, service=service, reopens=reopens, case=None, filed_for=filed_for
    )
    if reopens is None:
        drafts = drafts.filter(answers={}).exclude(items__documents__isnull=False)
    return drafts.order_by("pk").first()


def of_case(case: Case) -> Application:
    """The application behind a case."""
    return _rows().get(case=case)


def by_case_id(case_id: int) -> Application:
    return _rows().get(case_id=case_id)


def package(application: Application) -> Package:
    return package_by_id(application.service_id)


def spoken(application: Application) -> Package:
    """The same with its words as last corrected by two persons."""
    known = application.release
    return corrected(
        application.service_id, release_of(application.service_id) if known == "" else known or ""
    )


def closed(application: Application, at: datetime) -> Ruling | None:
    """The closing that keeps a draft from being sent; None while its service is open."""
    return closed_among([application], at).get(application.pk)


def closed_among(applications: Iterable[Application], at: datetime) -> dict[int, Ruling]:
    """The same for several, by row id: one SQL query an office."""
    found, known = {}, dict[int, dict[str, Ruling]]()
    for one in applications:
        day = local_day(one.office, at)
        if one.office_id not in known:
            known[one.office_id] = closings(one.office_id, day)
        closing = known[one.office_id].get(one.service.slug)
        if closing is not None and closing.begun(day):
            found[one.pk] = closing
    return found


def drafts_of(office_id: int, slug: str) -> list[Application]:
    """The drafts of a service that are not sent yet."""
    return list(_rows().filter(office_id=office_id, service__slug=slug, case=None).order_by("pk"))


def newer_version(application: Application, at: datetime) -> ServiceVersion | None:
    """The version in force now, where a draft was begun under another; None while it may be sent as it is."""
    day = local_day(application.office, at)
    found = in_force(application.office_id, application.service.slug, day)
    return None if found.pk == application.service_id else found


def form(application: Application) -> FormSpec:
    found = package(application).form
    assert found is not None  # a layanan has a form: read_package refuses one without
    return found


def statements(application: Application) -> dict[str, Statement]:
    """The statements that these answers call for, in their order: each is ticked before it is sent."""
    spec = form(application)
    calls = applies(application.answers) if spec.groups else frozenset()
    return {name: one for name, one in spec.statements.items() if not one.only or one.only in calls}


def requirements(application: Application) -> tuple[Requirement, ...]:
    """What must be handed in: what was pinned to this application, then what the service asks of everybody."""
    service = package(application).service
    pinned = tuple(Requirement(kind="upload", **row) for row in application.pinned.get("requirements", ()))
    return pinned + (tuple(service.requirements.values()) if service else ())


@dataclass(frozen=True, slots=True)
class Item:
    """A required document as pages show it. verdicts: step id -> what was found there."""

    key: uuid.UUID
    requirement: Requirement
    note: str
    to_correct: bool
    document: Document | None
    earlier: tuple[Document, ...]
    verdicts: Mapping[str, Verdict]

    @property
    def missing(self) -> bool:
        return self.document is None and self.requirement.required


def items(application: Application) -> list[Item]:
    """The required documents in the service's order, each with its versions and verdicts: three SQL queries."""
    documents = Document.objects.select_related("file").order_by("-number")
    rows = RequirementItem.objects.filter(application=application).prefetch_related(
        Prefetch("documents", queryset=documents), "verdicts"
    )
    by_requirement = {row.requirement: row for row in rows}
    found = []
    for requirement in requirements(application):
        row = by_requirement.get(requirement.id)
        if row is None:
            continue
        versions = tuple(row.documents.all())
        found.append(
            Item(
                key=row.key,
                requirement=requirement,
                note=row.note,
                to_correct=row.to_correct,
                document=versions[0] if versions else None,
                earlier=versions[1:],
                verdicts={v.step: v for v in row.verdicts.all()},
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answered question for a summary. page: the number of its page in the form, from 1."""

    question: str
    label: str
    value: str
    page: int
    missing: bool


def answer_rows(application: Application, *, masked: bool = False) -> list[AnswerRow]:
    """Every question that is asked with these answers, with what was answered.

    masked: NIK and phone only by their last figures (officers see them masked too).
    """
    spec = form(application)
    from_page = {q.id: n for n, page in enumerate(pages(application), 1) for q in page}
    rows = []
    for question in asked(spec, application.answers):
        value = _in_words(application, question, application.answers.get(question.id))
        if masked and question.private and value:
            value = "•" * max(len(value) - 4, 0) + value[-4:]
        missing = question.required and not value
        rows.append(AnswerRow(question.id, question.label, value, from_page.get(question.id, 1), missing))
    return rows + _rows_of_items(application, spec, "", application.answers)


def _rows_of_items(
    application: Application,
    spec: FormSpec,
    group: str,
    answers: Mapping[str, Any],
    of: AnswerRow | None = None,
) -> list[AnswerRow]:
    """The same for each item of a list: "Kegiatan usaha 2 · Produk/jasa 1 · Satuan". of: the item it belongs to."""
    rows = []
    for inner in spec.inside(group):
        for number, item in enumerate(answers.get(inner.id, ()), 1):
            label = f"{of.label} · {inner.label} {number}" if of else f"{inner.label} {number}"
            name = f"{of.question}.{inner.id}-{number}" if of else f"{inner.id}-{number}"
            for question in asked(inner, item):
                value = _in_words(application, question, item.get(question.id))
                missing = question.required and not value
                rows.append(
                    AnswerRow(f"{name}.{question.id}", f"{label} · {question.label}", value, 1, missing)
                )
            here = AnswerRow(name, label, "", 1, missing=False)
            rows += _rows_of_items(application, spec, inner.id, item, here)
    return rows


def shown_value(application: Application, question_id: str) -> str:
    """One answer in words; private ones come from the Person."""
    question = form(application).questions[question_id]
    return _in_words(application, question, application.answers.get(question_id))


def _in_words(application: Application, question: Question, value: Any) -> str:
    if value in (None, ""):
        return ""
    if question.private:
        person = application.person
        return str(person.nik if question.kind == "nik" else person.phone)
    if question.kind == "kbli" and isinstance(value, dict):
        return f"KBLI {value['version']} {value['code']} {value['title']}"
    if question.kind == "region":
        lies = village(str(value))
        return str(lies) if lies else str(value)
    return show(question, value)


PERSONS_NAME, VILLAGE = "nama-pemilik", "desa"
"""Questions that forms ask in plain text, by id; what else is known of a person is told by the kind of question."""


def known(application: Application) -> dict[str, Value]:
    """Question id -> what is known already of whom it is for: never asked twice, shown to be confirmed.

    NIK and phone are not here: they rest with the Person, and stand in their boxes anyway.
    """
    person = application.person
    actor = application.filed_for or businesses.of_person(person.pk)
    lies = village(actor.region) if actor is not None and actor.region else None
    found: dict[str, Value] = {}
    for question in form(application).questions.values():
        if question.kind == "text" and question.id == PERSONS_NAME:
            found[question.id] = person.name
        elif question.kind == "address" and actor is not None:
            found[question.id] = actor.address
        elif question.kind == "region" and lies is not None:
            found[question.id] = lies.code
        elif question.kind == "text" and question.id == VILLAGE and lies is not None:
            found[question.id] = f"{lies.name}, Kecamatan {lies.district}"
    return found


def pages(application: Application) -> list[list[Question]]:
    """The pages of the form with these answers."""
    return form_pages(form(application), application.answers)


def complete(application: Application) -> bool:
    """Whether every question and every required document is there."""
    return not any(row.missing for row in answer_rows(application)) and not any(
        i.missing for i in items(application)
    )


TITLED_BY = "nama-usaha"
"""The question whose answer is what an application and its permit are called."""


def title(application: Application) -> str:
    """What lists call it: what was pinned, the business's name, or that of the first in a list of them, else the service's."""
    answers, spec = application.answers, form(application)
    lists = (answers.get(group.id, ()) for group in spec.inside())
    names = (row.get(TITLED_BY) for row in (answers, *(item for items in lists for item in items)))
    return str(next(filter(None, (application.pinned.get("title"), *names)), package(application).name))


def renewed(item: Item) -> bool:
    """Whether there is a newer document than the one the officer looked at last."""
    looked = max(item.verdicts.values(), key=lambda v: v.at, default=None)
    return item.document is not None and (looked is None or looked.document_id != item.document.pk)


def open_correction(case: Case) -> str | None:
    """The correction that the applicant owes now, if there is one."""
    sop = case_queries.sop(case)
    for wait in case_queries.state(case).waits:
        if sop.waits[wait.id].kind == "correction":
            return wait.id
    return None


def document_file(application: Application, key: uuid.UUID) -> Document:
    """One uploaded document of this application. Raises Refusal `access.not-yours` (404)."""
    found = (
        Document.objects.select_related("file", "item").filter(key=key, item__application=application).first()
    )
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


def work_documents(case: Case) -> list[WorkDocument]:
    """The newest document of each kind that the office made for this case."""
    newest: dict[str, WorkDocument] = {}
    for document in WorkDocument.objects.filter(case=case).select_related("file").order_by("at", "pk"):
        newest[document.template] = document
    return list(newest.values())


def work_documents_of(cases: Sequence[Case]) -> dict[int, list[WorkDocument]]:
    """The same for many cases, by the case's row id, without the files: one SQL query."""
    newest: dict[int, dict[str, WorkDocument]] = {}
    for document in WorkDocument.objects.filter(case__in=cases).order_by("at", "pk"):
        newest.setdefault(document.case_id, {})[document.template] = document
    return {case_id: list(found.values()) for case_id, found in newest.items()}


def work_document(case: Case, key: uuid.UUID) -> WorkDocument:
    found = WorkDocument.objects.select_related("file").filter(case=case, key=key).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


def by_receipt_and_code(receipt: str, code: str) -> Application | None:
    """For the public tracker: both must fit."""
    if not receipt or not code:
        return None
    return _rows().filter(case__receipt=receipt, track_code=code).first()
