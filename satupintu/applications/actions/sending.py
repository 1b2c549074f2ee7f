# SPDX-License-Identifier: Apache-2.0
"""Sending an application, sending a correction, taking an application back."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from satupintu.accounts.actions.mandates import follow
from satupintu.applications import queries
from satupintu.applications.models import Application
from satupintu.cases import actions as cases
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.catalog.queries import require_open
from satupintu.core import sop as engine
from satupintu.core.access import Actor, Permission, require
from satupintu.core.numbers import check_code, receipt
from satupintu.core.refusal import Refusal
from satupintu.core.seal import commitment, digest
from satupintu.door.write import Answer, Asked, Write, action, create, write
from satupintu.offices.actions import take_number
from satupintu.offices.queries import local_day


@action
def send(actor: Actor, key: uuid.UUID, *, ticked: Mapping[str, bool], asked: Asked) -> Answer:
    """Send the application: one commit makes the case, its receipt number, its tracking code and its first step.

    ticked: statement id -> whether it was ticked. The exact text shown is kept by its hash.
    Raises Refusal `applications.sent`, `applications.incomplete`, `applications.statements`,
    `applications.service-changed`, `catalog.closed`.
    """
    with handed_in(actor, key, ticked=ticked, asked=asked) as (door, _):
        door.answer = {"receipt": door.row.receipt}
    return door.answer


@contextmanager
def handed_in(
    actor: Actor,
    key: uuid.UUID,
    *,
    ticked: Mapping[str, bool],
    asked: Asked,
    marks: tuple[str, ...] = (),
    title: str = "",
) -> Iterator[tuple[Write[Case], Application]]:
    """The commit that sends an application, open for a room above that does more in it (licensing).

    marks: facts that are settled when the case begins. title: what lists call it; "" by its answers.
    Raises Refusal as `send`.
    """
    application = queries.own(actor, key)
    day = local_day(application.office, actor.at)
    case = Case(
        office=application.office,
        service=application.service,
        owner_key=application.owner_key,
        filed_for_key=application.filed_for_key,
        receipt=f"-{uuid.uuid4().hex[:20]}",
        title=(title or queries.title(application))[:160],
        state={},
        step="",
        role="",
        opened_at=actor.at,
        entered_at=actor.at,
        reopens=application.reopens.case if application.reopens else None,
    )
    with create(actor, require(actor, Permission.APPLICATION_SEND, application), case, asked=asked) as door:
        locked = Application.objects.select_for_update().get(pk=application.pk)
        _check_sendable(locked, actor.at, ticked)
        number = take_number(case.office_id, "receipt", day.year)
        case.receipt = receipt(application.office.region_code, day.year, number)
        locked.case, locked.sent_at, locked.changed_at = case, actor.at, actor.at
        locked.track_code, locked.salt = check_code(), secrets.token_bytes(32)
        locked.statements = _statements(locked)
        locked.save()
        door.event(
            "application.sent",
            service=locked.service.digest,
            answers=commitment(locked.salt, _handed_in(locked)),
            statements=digest(locked.statements),
            reopens=str(case.reopens.key) if case.reopens else None,
        )
        helped = "help-asked" if _wants_help(locked) else "help-not-asked"
        follow(locked.key, case.key)
        first = queries.package(locked).sop.first
        cases.begin(door, marks=("form-done", helped, *marks), outcome=next(iter(first.outcomes)))
        yield door, locked


def _check_sendable(application: Application, at: datetime, ticked: Mapping[str, bool]) -> None:
    if application.case_id is not None:
        raise Refusal("applications.sent")
    require_open(application.office_id, application.service.slug, local_day(application.office, at))
    if queries.newer_version(application, at) is not None:
        raise Refusal("applications.service-changed")
    if not queries.complete(application):
        raise Refusal("applications.incomplete", status=422)
    if not all(ticked.get(statement.id) for statement in queries.statements(application).values()):
        raise Refusal("applications.statements", status=422)


def _statements(application: Application) -> dict[str, str]:
    """Each statement's exact text, as it was shown when it was ticked."""
    return {statement.id: statement.text for statement in queries.statements(application).values()}


def _handed_in(application: Application) -> dict[str, Any]:
    """What the commitment in the event covers: answers, and the hash of each document."""
    documents = {
        item.requirement.id: item.document.file.sha256 for item in queries.items(application) if item.document
    }
    return {"answers": application.answers, "documents": documents}


def _wants_help(application: Application) -> bool:
    return application.answers.get("butuh-bantuan") in (True, "ya")


@action
def correct(actor: Actor, key: uuid.UUID, *, note: str, truthful: bool, asked: Asked) -> Answer:
    """Send the correction: every item asked for has a new version; the clock resumes, the same officer goes on (U9).

    truthful: the disclaimer is ticked. Raises Refusal `applications.statements`, `applications.nothing-new`, `sop.*`.
    """
    application = queries.own(actor, key)
    if application.case_id is None:
        raise Refusal("access.not-yours", status=404)
    with write(
        actor, Permission.APPLICATION_CORRECT, case_queries.rows(), application.case_id, asked=asked
    ) as door:
        if not truthful:
            raise Refusal("applications.statements", status=422)
        # An upload that is on its way waits here; afterwards it finds nothing open any more.
        Application.objects.select_for_update().get(pk=application.pk)
        open_items = [item for item in queries.items(application) if item.to_correct]
        unchanged = [item.requirement.label for item in open_items if not queries.renewed(item)]
        if not open_items or unchanged:
            raise Refusal("applications.nothing-new", status=422, labels="; ".join(unchanged))
        application.items.filter(to_correct=True).update(to_correct=False)
        data: dict[str, Any] = {"items": [item.requirement.id for item in open_items]}
        if note.strip():
            data["note"] = cases.remark(door, "correction-note", note.strip(), for_applicant=True)
        wait = queries.open_correction(door.row)
        if wait is None:
            raise Refusal("applications.not-open")
        cases.move(door, engine.Answer(wait, "sent", actor.person), told="application.corrected", **data)
    return door.answer


@action
def withdraw(actor: Actor, key: uuid.UUID, *, reason: str, asked: Asked) -> Answer:
    """The applicant takes the application back; possible until it is decided or being signed. Raises `sop.*`."""
    application = queries.own(actor, key)
    if application.case_id is None:
        raise Refusal("access.not-yours", status=404)
    with write(
        actor, Permission.APPLICATION_WITHDRAW, case_queries.rows(), application.case_id, asked=asked
    ) as door:
        if door.row.end:
            raise Refusal("cases.ended")
        data = (
            {"reason": cases.remark(door, "withdrawal", reason.strip(), for_applicant=True)}
            if reason.strip()
            else {}
        )
        cases.move(door, engine.Withdraw(actor.person, reason.strip()), **data)
    return door.answer
