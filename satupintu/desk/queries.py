# SPDX-License-Identifier: Apache-2.0
"""What the officers' pages show, gathered from the rooms below: each page in a fixed number of statements."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from satupintu.accounts.queries import names
from satupintu.applications import queries as applications
from satupintu.applications.models import Application, ArchiveEntry, Document, WorkDocument
from satupintu.cases import queries as cases
from satupintu.cases.models import Case, Remark
from satupintu.core import clock
from satupintu.core.access import GRANTS, Actor, Permission
from satupintu.core.clock import WorkCalendar
from satupintu.core.package import Package
from satupintu.core.sop import SIGN_BEGUN, Sop, State, Step, Wait
from satupintu.door import read
from satupintu.notices.queries import told_about
from satupintu.offices.queries import calendar
from satupintu.permits import queries as permits
from satupintu.permits.models import Draft, Permit
from satupintu.ui import formats

RELATED = ("application__person", "application__filed_for__entity", "draft", "archive", "reopens")


@dataclass(frozen=True)
class Desk:
    """A case as somebody in its office sees it: whose turn it is, and what this person may do."""

    actor: Actor
    case: Case

    @cached_property
    def sop(self) -> Sop:
        return cases.sop(self.case)

    @cached_property
    def state(self) -> State:
        return cases.state(self.case)

    @cached_property
    def package(self) -> Package:
        return cases.package(self.case)

    @cached_property
    def spoken(self) -> Package:
        """The service with its words and the layout of its product as last corrected."""
        return cases.spoken(self.case)

    @cached_property
    def calendar(self) -> WorkCalendar:
        return calendar(self.case.office)

    @property
    def at(self) -> datetime:
        return self.actor.at

    @property
    def today(self) -> date:
        return self.calendar.local_day(self.at)

    @cached_property
    def step(self) -> Step | None:
        """The step the file lies at; None once it has ended."""
        return self.sop.steps.get(self.state.step or "")

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles this person holds in the office of the file."""
        return frozenset(role.value for role in self.actor.roles_in(self.case.office_id))

    def granted(self, permission: Permission) -> bool:
        """Whether one of his roles has this permission at all."""
        return any(permission in GRANTS.get(role, ()) for role in self.actor.roles_in(self.case.office_id))

    @property
    def mine(self) -> bool:
        return bool(self.case.holder) and self.case.holder == self.actor.person

    @property
    def my_step(self) -> bool:
        """The step is his role's, and it goes on."""
        return self.step is not None and self.case.role in self.roles

    @property
    def suspended(self) -> bool:
        return any(wait.suspends for wait in self.state.waits)

    @property
    def signing(self) -> bool:
        return SIGN_BEGUN in self.state.marks

    @property
    def acts(self) -> bool:
        """He may work on the step now: nobody else holds the file, nothing suspends it."""
        return self.my_step and self.case.holder in {"", self.actor.person} and not self.suspended

    def does(self, work: str) -> bool:
        """He may do this work of the step now."""
        return self.acts and self.step is not None and work in self.step.work and not self.signing

    def debtor(self, wait: Wait) -> str:
        """The role, party or system that owes a wait."""
        return self.sop.actors[wait.debtor].is_.rpartition(":")[2]

    @property
    def owed(self) -> tuple[Wait, ...]:
        """The open waits that one of his roles owes an answer to."""
        found = (self.sop.waits[wait.id] for wait in self.state.waits)
        return tuple(wait for wait in found if self.debtor(wait) in self.roles)

    @property
    def concerns(self) -> bool:
        """Something of the file still waits for this person."""
        return (self.my_step and self.case.holder in {"", self.actor.person}) or bool(self.owed)

    @property
    def left(self) -> formats.TimeLeft:
        """What is left of the promise, or what it took."""
        return left_of(self.case, self.state, self.at)


def left_of(case: Case, state: State, at: datetime) -> formats.TimeLeft:
    """The state of the promise: days left, days late, or the days a finished file took."""
    when = calendar(case.office)
    if state.end and (days := cases.promise_days(case, state)):
        used = clock.used_days(state.ledger, when, at)
        figure = f"{used} dari {days} hari kerja"
        return (
            formats.TimeLeft("late", figure, "lewat")
            if used > days
            else formats.TimeLeft("fine", figure, "selesai")
        )
    days_left = cases.days_left(case, state, at)
    due = cases.due_date(case, state, at)
    return formats.time_left(due, when.local_day(at), abs(days_left or 0), paused=cases.is_paused(state))


def desk(actor: Actor, key: uuid.UUID) -> Desk:
    """A file for one act on it: one statement. Raises Refusal `access.*`."""
    return Desk(actor, cases.readable(actor, key))


@dataclass(frozen=True)
class File(Desk):
    """All that the page of a file shows. draft, permit, archive: None where there is none."""

    application: Application
    items: list[applications.Item]
    papers: list[WorkDocument]
    draft: Draft | None
    permit: Permit | None
    archive: ArchiveEntry | None
    lines: list[read.Line]
    remarks: Mapping[int, list[Remark]]
    told: list[tuple[str, str, str]]
    names: Mapping[str, str]

    @property
    def checked_at(self) -> str:
        """The step whose checklist the page shows: this one, or the last that had one."""
        if self.step is not None and "checklist" in self.step.work:
            return self.step.id
        visited = [visit.step for visit in self.state.visits]
        return next((step for step in reversed(visited) if "checklist" in self.sop.steps[step].work), "")

    def who(self, person: str) -> str:
        """A person as the page calls him."""
        if person == self.actor.person:
            return f"{self.names.get(person, '')} (Anda)".strip()
        return self.names.get(person, "Sistem" if person == "sistem" else "")


def file(actor: Actor, key: uuid.UUID) -> File:
    """The whole file, in ten statements whatever it holds. Raises Refusal `access.*`."""
    case = cases.readable(actor, key, *RELATED)
    application: Application = case.application
    found = applications.items(application)
    papers = applications.work_documents(case)
    lines = read.history(case)
    people = {case.holder, actor.person, *(line.person for line in lines)}
    people |= {str(line.data[name]) for line in lines for name in ("to", "behalf") if name in line.data}
    people |= {document.by for item in found for document in versions(item)}
    return File(
        actor=actor,
        case=case,
        application=application,
        items=found,
        papers=papers,
        draft=getattr(case, "draft", None),
        permit=permits.of_case(case),
        archive=getattr(case, "archive", None),
        lines=lines,
        remarks=remarks_of(case),
        told=told_about(case.subject),
        names=names(people),
    )


def remarks_of(case: Case) -> dict[int, list[Remark]]:
    """The words kept beside the events, by the event's number."""
    found: dict[int, list[Remark]] = {}
    for remark in cases.remarks(case):
        found.setdefault(remark.number, []).append(remark)
    return found


def versions(item: applications.Item) -> tuple[Document, ...]:
    """Every version of one required document, newest first."""
    return ((item.document,) if item.document else ()) + item.earlier


@dataclass(frozen=True)
class Sheet(Desk):
    """A file on the head's desk."""

    application: Application
    draft: Draft | None
    papers: list[WorkDocument]
    names: Mapping[str, str]


def sheets(actor: Actor, keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, Sheet]:
    """These files with what five lines on each need: three statements, however many they are."""
    found = list(cases.rows().filter(key__in=list(keys)).select_related("application__person", "draft"))
    papers = applications.work_documents_of(found)
    states = {case.pk: cases.state(case) for case in found}
    people = {person for state in states.values() for person in people_of(state)}
    who = names(people)
    return {
        case.key: Sheet(
            actor=actor,
            case=case,
            application=case.application,
            draft=getattr(case, "draft", None),
            papers=papers.get(case.pk, []),
            names=who,
        )
        for case in found
    }


def people_of(state: State) -> set[str]:
    """Everybody who has left a step or answered a wait."""
    answered = {person for people in state.answered_by.values() for person in people}
    return answered | {visit.by for visit in state.visits}


def labels(package: Package) -> dict[str, str]:
    """Waits, classes and documents by their ids, as people call them."""
    sop, form = package.sop, package.form
    found: dict[str, Any] = {**sop.waits, **sop.classes, **(form.documents if form else {})}
    return {key: str(row.label) for key, row in found.items()}
