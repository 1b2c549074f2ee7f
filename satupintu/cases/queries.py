# SPDX-License-Identifier: Apache-2.0
"""Reading cases: what waits for whom, and how a case stands."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, OuterRef, QuerySet

from satupintu.accounts.queries import holder as holder_of
from satupintu.accounts.queries import names
from satupintu.cases.models import Case, Remark, Turn
from satupintu.cases.search import by_name
from satupintu.catalog.queries import corrected, newest_release, package_by_id, release_of
from satupintu.core import clock
from satupintu.core.access import GRANTS, Actor, Permission, require
from satupintu.core.package import Package
from satupintu.core.refusal import Refusal
from satupintu.core.search import MOST, Number, number, receipts, words
from satupintu.core.sop import Sop, State
from satupintu.offices.queries import by_id, calendar, local_day, number_books


def rows() -> QuerySet[Case]:
    """Cases with their office, which every rule needs: what the door locks and what the pages read."""
    return Case.objects.annotate(office_rules=F("office__calendar_version"))  # type: ignore[no-redef]


def readable(actor: Actor, key: uuid.UUID, *related: str) -> Case:
    """The case, if this actor may read it as staff of its office. Raises Refusal `access.*`.

    related: rows of higher rooms that hang on it, to be read with it ("application__person").
    """
    found = rows().select_related(*related) if related else rows()
    corrected_by = newest_release(OuterRef("service_id"))
    case = found.filter(key=key).annotate(release=corrected_by).first()  # type: ignore[no-redef]
    if case is None:
        raise Refusal("access.not-yours", status=404)
    require(actor, Permission.CASE_READ, case)
    return case


def package(case: Case) -> Package:
    """The service as it was when the application was sent: pinned (design §1)."""
    return package_by_id(case.service_id)


def spoken(case: Case) -> Package:
    """The same with its words and the layout of its product as last corrected by two persons.

    No SQL for a case that was read by `readable`, else one query.
    """
    known = case.release
    return corrected(case.service_id, release_of(case.service_id) if known == "" else known or "")


def sop(case: Case) -> Sop:
    return package(case).sop


def state(case: Case) -> State:
    return State.from_json(case.state)


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One line of a worklist. wait: the id of the wait that is this officer's turn, "" for the step itself.

    role: whose step it is. end: label of the end the case has come to, "" while it runs.
    """

    key: uuid.UUID
    office_id: int
    receipt: str
    title: str
    service: str
    step: str
    activity: str
    wait: str
    due: date | None
    left: int | None
    late: bool
    paused: bool
    holder: str
    holder_name: str
    mine: bool
    entered_at: datetime
    number: int
    role: str
    end: str
    opened_at: datetime


def desk(actor: Actor, *, limit: int = 100) -> list[DeskRow]:
    """What waits for this officer, least time left first: his role's steps and the waits he owes. Three SQL queries."""
    found: list[tuple[Case, str]] = []
    for office_id in sorted({c.office_id for c in actor.capacities if c.office_id is not None}):
        roles = sorted(actor.roles_in(office_id))
        mine = rows().filter(office_id=office_id, role__in=roles, listed__isnull=False)
        found += [(case, "") for case in mine.order_by("listed", "pk")[:limit]]
        owed = Turn.objects.filter(office_id=office_id, role__in=roles).select_related("case__office")
        found += [(turn.case, turn.wait) for turn in owed.order_by("case__listed", "case_id")[:limit]]
    found.sort(key=lambda pair: (pair[0].listed or date.max, pair[0].pk))
    found = found[:limit]
    who = names({case.holder for case, _ in found if case.holder})
    return [_desk_row(actor, case, wait, who) for case, wait in found]


def files(actor: Actor, *, limit: int = MOST) -> list[DeskRow]:
    """The files of the offices where this actor may read, newest first. Two SQL queries, and one for each office."""
    found: list[Case] = []
    for office_id in _reads(actor):
        found += rows().filter(office_id=office_id).order_by("-opened_at", "-pk")[:limit]
    return _newest_first(actor, found, limit)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives. number: the receipt number it was understood as, if it can be one.

    years: those in which these offices received files, newest first.
    """

    rows: list[DeskRow]
    number: Number | None
    years: tuple[int, ...]


def search(actor: Actor, text: str, *, year: int | None, limit: int = MOST) -> Found:
    """The files of this actor's offices with this receipt number, or with all these words in their title.

    text: as typed. year: of sending; None for all. A number that brings its own year is looked for in that one.
    """
    typed, asked, ids = number(text), words(text), list[int]()
    offices = by_id(_reads(actor))
    books = number_books(offices, "receipt")
    for key, office in offices.items():
        years = {*books.get(key, ()), local_day(office, actor.at).year} if year is None else {year}
        if typed:
            meant = receipts(typed, office.region_code, years, books.get(key, {}))
            ids += Case.objects.filter(office=office, receipt__in=meant).values_list("pk", flat=True)
        if not typed or len(asked) == 1:  # figures alone can be a word too: Toko 88
            ids += by_name(key, years, asked, limit)
    found = list(rows().filter(pk__in=sorted(set(ids), reverse=True)[:limit]))
    known = {given for book in books.values() for given in book}
    return Found(_newest_first(actor, found, limit), typed, tuple(sorted(known, reverse=True)))


def _reads(actor: Actor) -> list[int]:
    """The offices where this actor may read files."""
    mine = {c.office_id for c in actor.capacities if Permission.CASE_READ in GRANTS.get(c.role, ())}
    return sorted(office_id for office_id in mine if office_id is not None)


def _newest_first(actor: Actor, found: list[Case], limit: int) -> list[DeskRow]:
    found = sorted(found, key=lambda case: (case.opened_at, case.pk), reverse=True)[:limit]
    who = names({case.holder for case in found if case.holder})
    return [_desk_row(actor, case, "", who) for case in found]


def _desk_row(actor: Actor, case: Case, wait: str, who: dict[str, str]) -> DeskRow:
    its_sop = sop(case)
    at_state = None if case.end else state(case)  # nobody's clock runs on an ended file
    left = days_left(case, at_state, actor.at) if at_state else None
    step = its_sop.steps[case.step]
    return DeskRow(
        key=case.key,
        office_id=case.office_id,
        receipt=case.receipt,
        title=case.title,
        service=package(case).name,
        step=case.step,
        activity=its_sop.waits[wait].label if wait else step.activity,
        wait=wait,
        due=due_date(case, at_state, actor.at) if at_state else None,
        left=left,
        late=left is not None and left < 0,
        paused=at_state is not None and is_paused(at_state),
        holder=case.holder,
        holder_name=who.get(case.holder, ""),
        mine=bool(case.holder) and case.holder == actor.person,
        entered_at=case.entered_at,
        number=step.number,
        role=case.role,
        end=its_sop.ends[case.end].label if case.end else "",
        opened_at=case.opened_at,
    )


def promise_days(case: Case, at_state: State) -> int | None:
    """The promised working days, None where the SOP promises no date."""
    promise = sop(case).promise_for(at_state.klass)
    return promise.n if promise else None


def due_date(case: Case, at_state: State, at: datetime) -> date | None:
    """The promised date as of now; while the clock is paused it moves with each working day."""
    days = promise_days(case, at_state)
    return clock.due(at_state.ledger, calendar(case.office), days, at) if days else None


def days_left(case: Case, at_state: State, at: datetime) -> int | None:
    """Working days until the promised date; negative: so many days late; None: nothing promised or clock not begun."""
    days = promise_days(case, at_state)
    return clock.remaining_days(at_state.ledger, calendar(case.office), days, at) if days else None


def is_paused(at_state: State) -> bool:
    """Whether the clock stands because somebody outside owes the case something."""
    return bool(at_state.ledger) and at_state.ledger[-1].tick is clock.Tick.PAUSE


def deadlines(case: Case, at_state: State) -> dict[str, datetime]:
    """Until when each open wait, and the step itself ("step"), has time: only what the SOP gives a limit."""
    its_sop, when = sop(case), calendar(case.office)
    found = {}
    for wait in at_state.waits:
        limit = its_sop.waits[wait.id].limit
        if limit:
            found[wait.id] = clock.deadline(wait.opened_at, limit, when)
    step = its_sop.steps.get(at_state.step or "")
    if step and step.limit and at_state.entered_at:
        found["step"] = clock.deadline(at_state.entered_at, step.limit, when)
    return found


def late_facts(case: Case, at_state: State, at: datetime) -> frozenset[str]:
    """The facts that time alone makes true: "late" for the step, "WAIT:late" for a wait."""
    late = {name for name, until in deadlines(case, at_state).items() if at > until}
    return frozenset("late" if name == "step" else f"{name}:late" for name in late)


def remarks(case: Case, *, for_applicant: bool = False) -> Sequence[Remark]:
    """The words kept beside the events of a case, oldest first."""
    found = Remark.objects.filter(case=case).order_by("number", "pk")
    return list(found.filter(for_applicant=True) if for_applicant else found)


def of_person(person: str, *, limit: int = 50) -> list[Case]:
    """The cases that concern this person, newest first."""
    return list(rows().filter(owner_key=person).order_by("-opened_at")[:limit])


def by_receipt(receipt: str) -> Case | None:
    return rows().filter(receipt=receipt).first()


def held_without_role(office_id: int, person: str, at: datetime) -> list[int]:
    """The files this person holds at a step whose role he does not hold any more."""
    held = Case.objects.filter(office_id=office_id, holder=person, end="").values_list("pk", "role")
    return [pk for pk, role in held if holder_of(office_id, role, person, at) is None]
