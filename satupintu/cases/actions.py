# SPDX-License-Identifier: Apache-2.0
"""Moving a case. `move` is the one place where the engine's decision becomes rows, events and jobs."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from satupintu.accounts.queries import holder as holder_of
from satupintu.cases import queries
from satupintu.cases.models import FAR, Case, Remark, Turn, Word
from satupintu.core import sop as engine
from satupintu.core.access import Actor, Permission, Role
from satupintu.core.refusal import Refusal
from satupintu.core.seal import commitment
from satupintu.core.search import words
from satupintu.core.sop import Decision, Sop, State
from satupintu.door.write import Answer, Asked, Write, action, write
from satupintu.offices.queries import local_day, setting

CaseDoor = Write[Case]


# What other rooms use, through the open door ---------------------------------------------------------------------


def begin(door: CaseDoor, *, marks: tuple[str, ...], outcome: str) -> Decision:
    """Start the run of a new case at step 1 and leave that step in the same commit (rule 9 of design §1.1).

    marks: the facts the sending room brings (form-done, help-asked, …). outcome: the way out of step 1.
    """
    its_sop, person = queries.sop(door.row), door.actor.person
    decision = engine.decide(its_sop, None, engine.Begin(person), frozenset(), door.at)
    _store(door, its_sop, decision)
    _words(door)
    for fact in marks:
        move(door, engine.Mark(fact, person))
    return move(door, engine.Take(outcome, person))


def move(door: CaseDoor, command: engine.Command, *, told: str = "", **data: Any) -> Decision:
    """Let the engine decide on one command and store what it decided. Raises Refusal `sop.*`.

    told: the kind of event, where the act deserves more than the engine's own words; data goes with it.
    """
    case, its_sop = door.row, queries.sop(door.row)
    before = queries.state(case)
    decision = engine.decide(its_sop, before, command, queries.late_facts(case, before, door.at), door.at)
    _store(door, its_sop, decision, told=told, command=command, **data)
    return decision


def mark(door: CaseDoor, fact: str) -> Decision:
    """Say that work is done; the room that does the work calls this through the open door (design §2)."""
    return move(door, engine.Mark(fact, door.actor.person))


def unmark(door: CaseDoor, fact: str) -> None:
    """Say that the rows no longer bear the fact out."""
    if fact in queries.state(door.row).marks:
        move(door, engine.Unmark(fact))


def remark(door: CaseDoor, kind: str, text: str, *, for_applicant: bool = False) -> str:
    """Keep words beside the event that is told next; gives the commitment that goes into it."""
    salt = secrets.token_bytes(32)
    number = door.row.version + len(door.told) + 1
    Remark.objects.create(
        case=door.row, number=number, kind=kind, text=text, salt=salt, for_applicant=for_applicant
    )
    return commitment(salt, text)


def at_work(door: CaseDoor, work: str) -> None:
    """Make sure the actor may do this work here: it belongs to the step, the step is his role's, nobody else holds it.

    Raises Refusal `cases.not-now`, `access.role`, `cases.held`, `cases.suspended`, `sop.four-eyes`.
    """
    its_sop, case = queries.sop(door.row), door.row
    if case.end or work not in its_sop.steps[case.step].work:
        raise Refusal("cases.not-now")
    if any(wait.suspends for wait in queries.state(case).waits):
        raise Refusal("cases.suspended")
    _as_role(door, case.role)
    _four_eyes(door, door.actor.person)
    _hold(door)


# Actions ---------------------------------------------------------------------------------------------------------


@action
def claim(actor: Actor, case_id: int, *, asked: Asked) -> Answer:
    """Take the file up: from now on this officer holds it.

    Raises Refusal `cases.held` if a colleague does, `sop.four-eyes` if he could not act on it.
    """
    with write(actor, Permission.CASE_CLAIM, queries.rows(), case_id, asked=asked) as door:
        _open(door)
        _as_role(door, door.row.role)
        _four_eyes(door, actor.person)
        _hold(door)
        door.event("case.claimed", step=door.row.step)
    return door.answer


@action
def hand_over(actor: Actor, case_id: int, *, to: str, reason: str, asked: Asked) -> Answer:
    """Give the file to a colleague of the same role, with a reason on record.

    Raises Refusal `cases.no-reason`, `cases.not-colleague`, `cases.held`, `sop.four-eyes` (the colleague).
    """
    with write(actor, Permission.CASE_HAND_OVER, queries.rows(), case_id, asked=asked) as door:
        _open(door)
        _as_role(door, door.row.role)
        if door.row.holder not in {"", actor.person}:
            raise Refusal("cases.held")
        if not reason.strip():
            raise Refusal("cases.no-reason", status=422)
        if to == actor.person or holder_of(door.row.office_id, door.row.role, to, actor.at) is None:
            raise Refusal("cases.not-colleague", status=422)
        _four_eyes(door, to)
        door.row.holder = to
        door.event("case.handed-over", to=to, reason=remark(door, "hand-over", reason.strip()))
    return door.answer


@action
def take(actor: Actor, case_id: int, *, outcome: str, reason: str = "", asked: Asked) -> Answer:
    """Leave the step by one of the outcomes its SOP allows. Raises Refusal `sop.*`, `cases.*`, `access.*`."""
    with write(actor, Permission.CASE_TAKE, queries.rows(), case_id, asked=asked) as door:
        take_through(door, outcome, reason)
    return door.answer


def take_through(door: CaseDoor, outcome: str, reason: str = "") -> Decision:
    """The same for a room that has the door open already."""
    _open(door)
    _as_role(door, door.row.role)
    _hold(door)
    case, was = door.row, door.row.state
    data = {}
    if reason.strip():
        data["reason"] = remark(door, "reason", reason.strip(), for_applicant=True)
    decision = move(door, engine.Take(outcome, door.actor.person, reason.strip()), **data)
    minutes = _undo_minutes(door)
    if minutes and engine.SIGN_DONE not in decision.state.marks:
        case.undo = {
            "by": door.actor.person,
            "until": (door.at + timedelta(minutes=minutes)).isoformat(),
            "number": case.version + len(door.told),
            "state": was,
        }
    return decision


@action
def undo(actor: Actor, case_id: int, *, asked: Asked) -> Answer:
    """Take one's own last step back while nobody has been told and nobody else has acted (design §4).

    Raises Refusal `cases.no-undo`.
    """
    with write(actor, Permission.CASE_UNDO, queries.rows(), case_id, asked=asked) as door:
        case, kept = door.row, door.row.undo
        if kept is None or not may_undo(case, actor):
            raise Refusal("cases.no-undo")
        back = State.from_json(kept["state"])
        case.undo, case.state, case.holder = None, kept["state"], actor.person
        _project(door, queries.sop(case), back)
        _turns(door, queries.sop(case), back)
        door.event("case.undone", number=kept["number"])
    return door.answer


def may_undo(case: Case, actor: Actor) -> bool:
    """Whether this officer may still take his last step back."""
    kept = case.undo
    return bool(
        kept
        and kept["by"] == actor.person
        and kept["number"] == case.version
        and actor.at < datetime.fromisoformat(kept["until"])
    )


@action
def open_wait(actor: Actor, case_id: int, *, wait: str, asked: Asked) -> Answer:
    """Ask for what the SOP allows at this step (a meeting, a visit, a new determination)."""
    with write(actor, Permission.CASE_OPEN, queries.rows(), case_id, asked=asked) as door:
        _open(door)
        _as_role(door, door.row.role)
        _hold(door)
        move(door, engine.Open(wait, actor.person))
    return door.answer


@action
def answer(actor: Actor, case_id: int, *, wait: str, said: str, words: str = "", asked: Asked) -> Answer:
    """Answer a wait that this officer's role owes. Raises Refusal `sop.*`, `access.role`, `cases.no-reason`.

    words: minutes, reasons; demanded where the answer is not the best one of its kind.
    """
    with write(actor, Permission.CASE_ANSWER, queries.rows(), case_id, asked=asked) as door:
        _open(door)
        its_sop = queries.sop(door.row)
        if wait not in its_sop.waits:
            raise Refusal("cases.no-such-wait", status=404)
        owed = its_sop.waits[wait]
        _as_role(door, _role_of(its_sop, owed.debtor))
        if said != engine.WAIT_KINDS[owed.kind].answers[-1] and not words.strip():
            raise Refusal("cases.no-reason", status=422)
        data = {"words": remark(door, f"wait:{wait}", words.strip())} if words.strip() else {}
        move(door, engine.Answer(wait, said, actor.person), **data)
    return door.answer


def tick(actor: Actor, case_id: int) -> None:
    """Time has passed: let the automatic ways that wait for it go on. Does nothing if nothing became late."""
    case = queries.rows().get(pk=case_id)
    state = queries.state(case)
    known = {f"{wait.id}:late" for wait in state.waits if wait.late} | ({"late"} if state.late else set())
    if case.end or not queries.late_facts(case, state, actor.at) - known:
        return
    with write(actor, Permission.CASE_TICK, queries.rows(), case_id) as door:
        _open(door)
        move(door, engine.Tick_())


def release(actor: Actor, case_id: int, person: str) -> None:
    """The file this person held is free again: he does not hold the role any more. Raises Refusal `cases.held`."""
    with write(actor, Permission.CASE_TICK, queries.rows(), case_id) as door:
        if door.row.holder != person or door.row.end:
            raise Refusal("cases.held")
        door.row.holder = ""
        door.event("case.released", was=person)


# Inside ----------------------------------------------------------------------------------------------------------


def _open(door: CaseDoor) -> None:
    if door.row.end:
        raise Refusal("cases.ended")


def _as_role(door: CaseDoor, role: str) -> None:
    """Act in the role the SOP names for this; whoever holds several roles acts in that one."""
    if role not in {r.value for r in door.actor.roles_in(door.row.office_id)}:
        raise Refusal("access.role", status=403, permission=role, role=role)
    if door.capacity.role.value != role:
        mine = (
            c for c in door.actor.capacities if c.office_id == door.row.office_id and c.role.value == role
        )
        door.capacity = next(mine)


def _hold(door: CaseDoor) -> None:
    """Nobody works on a file that a colleague holds; an unheld one is taken up by the first who works on it."""
    if door.row.holder not in {"", door.actor.person}:
        raise Refusal("cases.held")
    door.row.holder = door.actor.person


def _four_eyes(door: CaseDoor, person: str) -> None:
    """Who may not act at this step does not get the file either: it would lie with him."""
    engine.four_eyes(queries.sop(door.row), queries.state(door.row), door.row.step, person)


def _role_of(its_sop: Sop, actor_id: str) -> str:
    """The role (or "pemohon", "sistem" …) behind an actor of the SOP."""
    return its_sop.actors[actor_id].is_.rpartition(":")[2]


def _undo_minutes(door: CaseDoor) -> int:
    if door.capacity.role in {Role.APPLICANT, Role.SYSTEM}:
        return 0
    return int(setting(door.row.office, "undo_minutes", local_day(door.row.office, door.at)))


def _store(
    door: CaseDoor, its_sop: Sop, decision: Decision, *, told: str = "", command: Any = None, **data: Any
) -> None:
    """The decision as rows, one event, and the jobs that follow from it."""
    case, after = door.row, decision.state
    moved = bool(decision.entered or decision.end)
    case.state, case.undo = after.to_json(), None
    _project(door, its_sop, after)
    if moved:
        case.holder = _last_worker(after)
    if decision.opened or decision.answered or decision.cancelled:
        _turns(door, its_sop, after)
    door.event(told or _kind(command, decision), **_said(command), **_happened(decision), **data)
    _follow(door, its_sop, decision)


def _project(door: CaseDoor, its_sop: Sop, after: State) -> None:
    """What lists and pages look at, worked out from the engine's state."""
    case = door.row
    case.end = after.end or ""
    if after.step:
        case.step = after.step
        case.role = _role_of(its_sop, its_sop.steps[after.step].actor)
    case.entered_at = after.entered_at or case.entered_at
    case.due = queries.due_date(case, after, door.at)
    case.listed = None if after.end else (case.due or FAR)
    row = its_sop.statuses.get(after.status or "")
    if row:
        case.status, case.kd_status = row.public, row.kd_status or case.kd_status
        case.status_permohonan = row.status_permohonan or case.status_permohonan
        case.status_izin = row.status_izin or case.status_izin


def _last_worker(after: State) -> str:
    """Who did this step before: a file that comes back goes to the same officer; a new step belongs to nobody yet."""
    if after.step is None:
        return ""
    for visit in reversed(after.visits):
        if visit.step == after.step and visit.by not in {"", engine.SYSTEM}:
            return visit.by
    return ""


def _turns(door: CaseDoor, its_sop: Sop, after: State) -> None:
    """One row per open wait that a role or party owes; the rest goes."""
    case = door.row
    open_now = {wait.id: wait for wait in after.waits}
    Turn.objects.filter(case=case).exclude(wait__in=open_now).delete()
    known = set(Turn.objects.filter(case=case).values_list("wait", flat=True)) if open_now else set()
    until = queries.deadlines(case, after)
    Turn.objects.bulk_create(
        [
            Turn(
                case=case,
                office_id=case.office_id,
                wait=wait.id,
                role=_role_of(its_sop, its_sop.waits[wait.id].debtor),
                opened_at=wait.opened_at,
                due=until.get(wait.id),
            )
            for wait in after.waits
            if wait.id not in known
        ]
    )


def _words(door: CaseDoor) -> None:
    """What the file is found by; whoever changes a title has to write them anew."""
    case, year = door.row, local_day(door.row.office, door.at).year
    Word.objects.bulk_create(
        [
            Word(case=case, office_id=case.office_id, year=year, word=word.encode())
            for word in words(case.title)
        ]
    )


def _kind(command: Any, decision: Decision) -> str:
    if command is None:
        return "case.begun"
    return f"case.{type(command).__name__.lower().strip('_')}"


def _said(command: Any) -> dict[str, Any]:
    """What the command names: ids only."""
    if command is None:
        return {}
    return {
        name: getattr(command, name)
        for name in ("outcome", "wait", "answer", "fact")
        if hasattr(command, name)
    }


def _happened(decision: Decision) -> dict[str, Any]:
    """The decision for the record, without what is empty."""
    told = {
        "left": [f"{visit.step}.{visit.outcome}" for visit in decision.left],
        "entered": list(decision.entered),
        "end": decision.end,
        "opened": list(decision.opened),
        "answered": [list(pair) for pair in decision.answered],
        "cancelled": list(decision.cancelled),
        "clock": [entry.tick.value for entry in decision.ledger],
        "notices": [notice.on for notice in decision.notices],
        "status": decision.status.at if decision.status else None,
    }
    return {name: value for name, value in told.items() if value}


def _follow(door: CaseDoor, its_sop: Sop, decision: Decision) -> None:
    """Jobs in the same commit: tell those concerned, do the system's own work, look again when a limit is over."""
    case, number = door.row, door.row.version + len(door.told)
    if decision.notices:
        minutes = _undo_minutes(door)
        door.job(
            "applications.tell",
            run_after=door.at - door.ahead + timedelta(minutes=minutes) if minutes else None,
            case_id=case.pk,
            number=number,
        )
    for step in decision.entered:
        if its_sop.actors[its_sop.steps[step].actor].is_system:
            door.job("applications.system_work", case_id=case.pk, step=step, number=number)
    if decision.opened or decision.entered:
        for until in sorted(set(queries.deadlines(case, decision.state).values())):
            door.job("cases.look_again", run_after=until + timedelta(seconds=1), case_id=case.pk)
