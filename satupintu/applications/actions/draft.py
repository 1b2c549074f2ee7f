# SPDX-License-Identifier: Apache-2.0
"""The draft: plain rows without events, kept from the first answer on; nobody but its owner touches them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from satupintu.accounts import actions as accounts
from satupintu.accounts.queries import account as account_of
from satupintu.applications import queries
from satupintu.applications.models import Application, Document, RequirementItem
from satupintu.businesses.models import BusinessActor
from satupintu.catalog.models import ServiceVersion
from satupintu.catalog.queries import KBLI_VERSION, package_by_id, require_authority, require_open, village
from satupintu.core.access import Actor
from satupintu.core.forms import FormProblem, Question, clean, still_fitting
from satupintu.core.package import Requirement
from satupintu.core.refusal import Refusal
from satupintu.door import files, intake
from satupintu.offices.queries import local_day

Problems = list[FormProblem]


def start(
    actor: Actor,
    service: ServiceVersion,
    *,
    reopens: Application | None = None,
    filed_for: BusinessActor | None = None,
    pinned: Mapping[str, Any] | None = None,
) -> Application:
    """A new draft of this service; reopens: the refused application that is taken up again, with its answers (S5).

    filed_for: the business actor it is for; the caller has made sure that the person may apply for it. pinned: what a
    room above settles for it (models.Application); such a room knows the draft it has begun, and asks only once.

    A second click gives the draft of the first one: a draft that nothing was put into yet, or the one that takes
    the same application up again. Raises Refusal `applications.no-reopen`, `catalog.closed`, `access.not-yours`.
    """
    require_open(service.office_id, service.slug, local_day(service.office, actor.at))
    if reopens is not None:
        _may_reopen(actor, reopens)
        filed_for = reopens.filed_for
    with transaction.atomic():
        account = account_of(actor.account_id, lock=True)
        if account.person is None:
            raise Refusal("access.not-yours", status=404)
        begun = None if pinned else queries.begun(account, service, reopens, filed_for)
        if begun is not None:
            return begun
        made = Application.objects.create(
            office_id=service.office_id,
            service=service,
            account=account,
            person=account.person,
            answers=_answers_for(service, reopens) if reopens else {},
            reopens=reopens,
            filed_for=filed_for,
            pinned=dict(pinned or {}),
            started_at=actor.at,
            changed_at=actor.at,
        )
        for requirement in queries.requirements(made):
            item = RequirementItem.objects.create(application=made, requirement=requirement.id)
            if reopens is not None:
                _take_along(reopens, item, actor)
    return made


def _may_reopen(actor: Actor, old: Application) -> None:
    """Only one's own refused application, where the SOP says that it can be taken up again."""
    if old.owner_key != actor.person or old.case is None:
        raise Refusal("access.not-yours", status=404)
    end = queries.package(old).sop.ends.get(old.case.end)
    if end is None or not end.reopen:
        raise Refusal("applications.no-reopen")


def _take_along(old: Application, item: RequirementItem, actor: Actor) -> None:
    """The last version of the same document of the former application, as version 1 of the new one."""
    last = (
        Document.objects.filter(item__application=old, item__requirement=item.requirement)
        .order_by("-number")
        .first()
    )
    if last is not None:
        Document.objects.create(item=item, file=last.file, number=1, by=actor.person, at=actor.at)


def _answers_for(service: ServiceVersion, old: Application) -> dict[str, Any]:
    """The answers of an application that fit this version of the service."""
    form = package_by_id(service.pk).form
    return still_fitting(queries.form(old), form, old.answers) if form else {}


def renew(actor: Actor, key: uuid.UUID) -> None:
    """Go on with a draft under the version that is in force now: what fits stays, documents too (design §4).

    Does nothing to a draft that is of that version already. Raises Refusal `applications.sent`.
    """
    with transaction.atomic():
        application = _open_draft(actor, key)
        newer = queries.newer_version(application, actor.at)
        if newer is None:
            return
        application.answers = _answers_for(newer, application)
        application.service, application.changed_at = newer, actor.at
        application.save(update_fields=["answers", "service", "changed_at"])
        for requirement in queries.requirements(application):
            RequirementItem.objects.get_or_create(application=application, requirement=requirement.id)


def save_page(actor: Actor, key: uuid.UUID, number: int, raw: Mapping[str, str]) -> Problems:
    """Keep what was answered on one page of the form; what is not right yet comes back as problems.

    number: the page, from 1. A page that has a problem keeps its other answers. Raises Refusal `applications.sent`,
    `catalog.kbli-*` (S6), `accounts.nik-taken`.
    """
    problems: Problems = []
    with transaction.atomic():
        application = _open_draft(actor, key)
        pages = queries.pages(application)
        if not 1 <= number <= len(pages):
            raise Refusal("applications.no-page", status=404)
        for question in pages[number - 1]:
            try:
                application.answers[question.id] = _answer(application, question, raw)
            except FormProblem as problem:
                problems.append(problem)
        application.changed_at = actor.at
        application.save(update_fields=["answers", "changed_at"])
    return problems


def _answer(application: Application, question: Question, raw: Mapping[str, str]) -> Any:
    value = clean(question, raw)
    if value in (None, ""):
        return value
    if question.kind == "kbli":
        found = require_authority(KBLI_VERSION, str(value))
        return {"version": found.version, "code": found.code, "title": found.title}
    if question.kind == "region" and village(str(value)) is None:
        message = "Desa atau kelurahan ini tidak ada di daftar. Cari lagi namanya, lalu pilih."
        raise FormProblem(question.id, "form.region", message)
    if question.kind == "nik":
        accounts.set_identity(application.person, nik=str(value))
        return {"ref": "person"}
    if question.kind == "phone":
        accounts.set_identity(application.person, phone=str(value))
        return {"ref": "person"}
    return value


def attach(actor: Actor, key: uuid.UUID, requirement: str, *, name: str, data: bytes) -> Document:
    """Keep a new version of a required document: for a draft any, for a returned application only what is asked.

    The same bytes again are a request that was repeated, and no new version, until an officer has looked at them.
    Raises Refusal `upload.*`, `applications.not-open`.
    """
    application = queries.own(actor, key)
    wanted = _requirement(application, requirement)
    upload = intake.accept(name, data, max_bytes=wanted.max_mb * 1024 * 1024)
    kept = files.keep(upload.data, name=upload.name, mime=upload.mime, private=True)
    with transaction.atomic():
        application = (
            Application.objects.select_for_update(of=("self",)).select_related("case").get(pk=application.pk)
        )
        item = _open_item(application, requirement)
        last = item.documents.select_related("file").order_by("-number").first()
        if last is not None and last.file.sha256 == kept.sha256 and not last.verdict_set.exists():
            files.take_back(kept)
            return last
        kept.save()
        number = last.number + 1 if last is not None else 1
        document = Document.objects.create(item=item, file=kept, number=number, by=actor.person, at=actor.at)
        Application.objects.filter(pk=application.pk).update(changed_at=actor.at)
    return document


def detach(actor: Actor, key: uuid.UUID, requirement: str) -> None:
    """Take an uploaded document out of a draft, and its bytes with it unless another application uses them."""
    with transaction.atomic():
        application = _open_draft(actor, key)
        item = application.items.get(requirement=_requirement(application, requirement).id)
        kept = [document.file for document in item.documents.select_related("file")]
        item.documents.all().delete()
        for file in kept:
            files.forget(file)


def discard(actor: Actor, key: uuid.UUID) -> None:
    """Throw a draft away, and what was uploaded for it."""
    with transaction.atomic():
        application = _open_draft(actor, key)
        kept = Document.objects.filter(item__application=application).select_related("file")
        uploaded = [document.file for document in kept]
        application.delete()
        for file in uploaded:
            files.forget(file)


def _open_draft(actor: Actor, key: uuid.UUID) -> Application:
    """The own draft, locked. Raises Refusal `applications.sent` once it has been sent."""
    application = queries.own(actor, key)
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if locked.case_id is not None:
        raise Refusal("applications.sent")
    return locked


def _requirement(application: Application, requirement: str) -> Requirement:
    for one in queries.requirements(application):
        if one.id == requirement:
            return one
    raise Refusal("access.not-yours", status=404)


def _open_item(application: Application, requirement: str) -> RequirementItem:
    item: RequirementItem = application.items.get(requirement=requirement)
    if application.case is not None and not (item.to_correct and queries.open_correction(application.case)):
        raise Refusal("applications.not-open")
    return item
