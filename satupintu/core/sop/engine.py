# SPDX-License-Identifier: Apache-2.0
"""`decide`: what a command does to a case. Pure: same input, same answer; no clock, no database, nothing written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from satupintu.core.clock import Entry, Tick, may_follow
from satupintu.core.refusal import Refusal
from satupintu.core.sop.case import (
    Answer,
    Begin,
    Command,
    Decision,
    Mark,
    Offer,
    Open,
    OpenWait,
    Progress,
    State,
    Take,
    Tick_,
    Turn,
    Unmark,
    Visit,
    Withdraw,
)
from satupintu.core.sop.language import (
    PAIRS,
    PLAIN_FACTS,
    SIGN_BEGUN,
    SIGN_DONE,
    SYSTEM,
    WAIT_KINDS,
    NoticeRow,
    Outcome,
    Sop,
    Step,
    Wait,
)

NO_FACTS: frozenset[str] = frozenset()
_OPPOSITE = {fact: other for a, b in PAIRS for fact, other in ((a, b), (b, a))}
_MARKABLE = frozenset(_OPPOSITE)
_DERIVED = PLAIN_FACTS - _MARKABLE
_TICKS = {"start": Tick.START, "stop": Tick.STOP, "restart": Tick.RESTART}


def decide(sop: Sop, state: State | None, command: Command, facts: frozenset[str], at: datetime) -> Decision:
    """What a command does to a case. Pure.

    state: None before `Begin`. facts: what holds outside the case: `late`, `WAIT:late`, `authority-own` …; marks and
    answers are the state's own. at: aware instant of the command. Automatic ways are followed to their end.
    Raises Refusal `sop.*`, each naming the rule that says no. Source: the SOP, by the rules of docs/services.md.
    """
    if state is None:
        if not isinstance(command, Begin):
            raise Refusal("sop.not-begun")
    elif state.end is not None:
        raise Refusal("sop.ended", end=state.end)
    run = _Run(sop, state, facts, at)
    if state is not None:
        run.notice_lateness(command)
    _DO[type(command)](run, command)
    run.follow_automatic_ways()
    return run.decision()


def offers(sop: Sop, state: State, facts: frozenset[str], person: str) -> tuple[Offer, ...]:
    """Every manual outcome of the step, in the SOP's order, with what is missing; none once the case has ended."""
    if state.step is None:
        return ()
    run = _Run(sop, state, facts, state.entered_at)
    blocked: tuple[str, ...] = ("suspended",) if run.suspended else ()
    if state.step in sop.tables.rivals and _rival(sop, state, state.step, person):
        blocked += ("four-eyes",)
    found = []
    for outcome in sop.steps[state.step].outcomes.values():
        if outcome.when is None and not (outcome.wait and run.exhausted(outcome.wait)):
            signing = ("signing",) if run.signing and SIGN_DONE not in outcome.facts else ()
            missing = (*blocked, *signing, *run.missing(outcome))
            if outcome.wait and run.open_wait(outcome.wait):
                missing += ("waits-answered",)
            found.append(Offer(outcome, not missing, tuple(dict.fromkeys(missing))))
    return tuple(found)


def openable(sop: Sop, state: State) -> tuple[str, ...]:
    """The waits of `may_open` that can be opened now."""
    if state.step is None:
        return ()
    run = _Run(sop, state, NO_FACTS, state.entered_at)
    if run.suspended or run.signing:
        return ()
    return tuple(wait for wait in sop.steps[state.step].may_open if run.can_open(sop.waits[wait]))


def turns(sop: Sop, state: State) -> tuple[Turn, ...]:
    """Who is awaited now: the step's actor, unless a wait suspends it, and whoever owes an open wait."""
    if state.step is None:
        return ()
    actor = sop.steps[state.step].actor
    found = [] if any(w.suspends for w in state.waits) else [Turn(actor, "step", state.step)]
    for open_wait in state.waits:
        wait = sop.waits[open_wait.id]
        # The proof lies on the table: it is for the judge to accept it.
        judged = open_wait.state == "proof-sent"
        found.append(Turn((wait.judge or actor) if judged else wait.debtor, "wait", wait.id))
    return tuple(found)


def four_eyes(sop: Sop, state: State, place: str, person: str) -> None:
    """May this person act at this place (id of a step or a wait)?

    Asked of whoever takes an outcome, marks the step's work, signs, or answers; both ways of `not_same_person_as`.
    Raises Refusal `sop.four-eyes` (place; other: where the same person has acted before).
    """
    other = _rival(sop, state, place, person)
    if other:
        raise Refusal("sop.four-eyes", status=403, place=place, other=other)


def _rival(sop: Sop, state: State, place: str, person: str) -> str | None:
    """The place where this person has acted and which excludes him here, if any."""
    rivals = sop.tables.rivals.get(place)
    if not rivals or person == SYSTEM:
        return None
    for visit in state.visits:
        if visit.by == person and visit.step in rivals:
            return visit.step
    return next(
        (wait for wait, people in state.answered_by.items() if wait in rivals and person in people), None
    )


class _Run:
    """The state while a command works on it. Mappings are replaced, never changed: the old State keeps its own."""

    __slots__ = (
        "answered",
        "answered_by",
        "answers",
        "at",
        "before",
        "cancelled",
        "decided",
        "end",
        "entered",
        "entered_at",
        "entries",
        "facts",
        "klass",
        "late",
        "ledger",
        "left",
        "marks",
        "new_late",
        "notices",
        "opened",
        "rounds",
        "signing",
        "sop",
        "standing",
        "step",
        "suspended",
        "tables",
        "visits",
        "waits",
    )

    def __init__(self, sop: Sop, state: State | None, facts: frozenset[str], at: datetime) -> None:
        self.sop, self.tables, self.facts, self.at, self.before = sop, sop.tables, facts, at, state
        self.left: tuple[Visit, ...] = ()
        self.entered: tuple[str, ...] = ()
        self.opened: tuple[str, ...] = ()
        self.answered: tuple[tuple[str, str], ...] = ()
        self.cancelled: tuple[str, ...] = ()
        self.new_late: tuple[str, ...] = ()
        self.entries: tuple[Entry, ...] = ()
        self.notices: tuple[NoticeRow, ...] = ()
        self.end: str | None = None
        self.step: str | None = None
        if state is None:
            self.entered_at = at
            self.marks: Mapping[str, str] = {}
            self.waits: tuple[OpenWait, ...] = ()
            self.answers: Mapping[str, str] = {}
            self.answered_by: Mapping[str, tuple[str, ...]] = {}
            self.rounds: Mapping[str, int] = {}
            self.ledger: tuple[Entry, ...] = ()
            self.visits: tuple[Visit, ...] = ()
            self.standing = ""
            self.klass: str | None = None
            self.decided = self.late = self.suspended = self.signing = False
            return
        self.step, self.entered_at, self.marks, self.waits = (
            state.step,
            state.entered_at,
            state.marks,
            state.waits,
        )
        self.answers, self.answered_by, self.rounds = state.answers, state.answered_by, state.rounds
        self.ledger, self.visits, self.standing = state.ledger, state.visits, state.standing
        self.klass, self.decided, self.late = state.klass, state.decided, state.late
        self.signing = SIGN_BEGUN in state.marks
        self.suspended = False
        for wait in state.waits:
            if wait.suspends:
                self.suspended = True

    # Reading

    @property
    def here(self) -> Step:
        """The step the case stands at; asked only while it has not ended."""
        return self.sop.steps[self.step or ""]

    def open_wait(self, wait: str) -> OpenWait | None:
        for one in self.waits:
            if one.id == wait:
                return one
        return None

    def exhausted(self, wait: str) -> bool:
        """Have all rounds of this wait been used?"""
        rounds = self.sop.waits[wait].rounds
        return rounds is not None and self.rounds.get(wait, 0) >= rounds

    def can_open(self, wait: Wait) -> bool:
        return not self.exhausted(wait.id) and (wait.many or self.open_wait(wait.id) is None)

    def holds(self, fact: str) -> bool:
        if fact in self.marks:
            return True
        if fact in _DERIVED:
            if fact == "waits-answered":
                return not self.waits
            return fact == "always" or self.late
        left, colon, right = fact.partition(":")
        if colon:
            if right == "late":
                return any(one.late for one in self.waits if one.id == left)
            if left == "class":
                return self.klass == right
            if left in self.sop.waits:
                return self.answers.get(left) == right
        return fact in self.facts

    def missing(self, outcome: Outcome) -> tuple[str, ...]:
        return tuple(fact for fact in outcome.requires if not self.holds(fact))

    def guard(self, place: str, person: str) -> None:
        """Four eyes, at this place."""
        if place in self.tables.rivals and self.before is not None:
            four_eyes(self.sop, self.before, place, person)

    # Time

    def notice_lateness(self, command: Command) -> None:
        """Take over the late facts: they are about this step and these waits, not about those still to come."""
        if not self.facts:
            return
        if "late" in self.facts and not self.late and self.here.limit:
            self.late = True
            self.new_late = (*self.new_late, self.here.id)
        answered = command.wait if isinstance(command, Answer) else None
        for wait in self.waits:
            if wait.late or wait.id == answered or self.tables.late_facts[wait.id] not in self.facts:
                continue
            if self.sop.waits[wait.id].limit:
                self.change_wait(wait, state=wait.state, late=True)
                self.new_late = (*self.new_late, wait.id)
                self.tell(f"wait:{wait.id}:late")

    def tick(self, tick: Tick, by: str, reason: str) -> None:
        """Write a clock entry, if the clock can do that now; a clock that has stopped stays stopped."""
        if may_follow(self.ledger, tick):
            entry = Entry(tick, self.at, by, reason)
            self.entries = (*self.entries, entry)
            self.ledger = (*self.ledger, entry)

    def balance_clock(self, by: str, reason: str) -> None:
        """The clock stands while, and only while, a pausing wait is open."""
        pausing = any(self.sop.waits[wait.id].pauses for wait in self.waits)
        if pausing:
            if self.ledger and self.ledger[-1].tick is not Tick.PAUSE:
                self.tick(Tick.PAUSE, by, reason)
        elif self.ledger and self.ledger[-1].tick is Tick.PAUSE:
            self.tick(Tick.RESUME, by, reason)

    # Words

    def tell(self, on: str) -> None:
        rows = self.tables.notices.get(on)
        if rows:
            self.notices = (*self.notices, *rows)

    # Waits

    def change_wait(self, wait: OpenWait, *, state: str, late: bool) -> None:
        changed = OpenWait(
            wait.id, wait.opened_at, state, wait.suspends, wait.opened_by, wait.answers, wait.asked, late
        )
        self.waits = tuple(changed if one is wait else one for one in self.waits)

    def open(self, wait: Wait, by: str, asked: tuple[str, ...], *, suspends: bool) -> None:
        """Ask: the former answer no longer holds. A wait for several that is open already asks the others too."""
        former = self.open_wait(wait.id)
        if former is not None:
            self.waits = tuple(one for one in self.waits if one is not former)
            asked = tuple(dict.fromkeys((*former.asked, *asked)))
        elif wait.id in self.answers:
            self.answers = {key: answer for key, answer in self.answers.items() if key != wait.id}
        opened = OpenWait(
            wait.id,
            former.opened_at if former else self.at,
            WAIT_KINDS[wait.kind].states[0],
            suspends,
            by,
            former.answers if former else (),
            asked if wait.many else (),
        )
        self.waits = (*self.waits, opened)
        self.suspended = self.suspended or suspends
        self.rounds = {**self.rounds, wait.id: self.rounds.get(wait.id, 0) + 1}
        self.opened = (*self.opened, wait.id)
        self.tell(f"wait:{wait.id}:opened")
        if wait.pauses:
            self.balance_clock(by, f"wait:{wait.id}")

    def close(self, wait: Wait, open_wait: OpenWait, answer: str, by: str) -> None:
        self.waits = tuple(one for one in self.waits if one is not open_wait)
        self.suspended = any(one.suspends for one in self.waits)
        self.answers = {**self.answers, wait.id: answer}
        self.answered = (*self.answered, (wait.id, answer))
        self.tell(f"wait:{wait.id}:{answer}")
        self.stand(f"wait:{wait.id}:{answer}")
        if wait.pauses:
            self.balance_clock(by, f"wait:{wait.id}")

    # Steps

    def stand(self, at: str) -> None:
        if at in self.sop.statuses:
            self.standing = at

    def enter(self, step: Step) -> None:
        """Come to a step: its work is asked again, its waits open."""
        self.step, self.entered_at, self.late = step.id, self.at, False
        self.entered = (*self.entered, step.id)
        asks = self.tables.asks[step.id]
        if asks and not asks.isdisjoint(self.marks):
            self.marks = {fact: by for fact, by in self.marks.items() if fact not in asks}
        self.stand(f"step:{step.id}")
        self.tell(f"step:{step.id}")
        for wait in step.opens:
            self.open(self.sop.waits[wait], SYSTEM, (), suspends=False)

    def leave(self, outcome: str, by: str) -> None:
        """Go from the step: whatever it still waited for is cancelled."""
        visit = Visit(self.here.id, self.entered_at, self.at, by, outcome)
        self.left = (*self.left, visit)
        self.visits = (*self.visits, visit)
        if self.waits:
            self.cancelled = (*self.cancelled, *(wait.id for wait in self.waits))
            self.waits, self.suspended = (), False
        if self.signing:  # the signature is given: nobody can take the case back any more
            self.marks = {fact: who for fact, who in self.marks.items() if fact != SIGN_BEGUN}
            self.signing, self.decided = False, True
        self.step = None

    def take(self, outcome: Outcome, by: str, asked: tuple[str, ...] = ()) -> None:
        step = self.step
        reason = f"outcome:{step}.{outcome.id}"
        self.decided = self.decided or outcome.decides
        self.klass = outcome.klass or self.klass
        self.tell(reason)
        if outcome.to is not None:
            self.leave(outcome.id, by)
        if outcome.clock is not None:
            self.tick(_TICKS[outcome.clock], by, reason)
        if outcome.wait is not None:
            self.open(self.sop.waits[outcome.wait], by, asked, suspends=True)
        elif outcome.to in self.sop.steps:
            self.balance_clock(by, reason)
            self.enter(self.sop.steps[outcome.to])
            return
        else:
            self.finish(outcome.to, by)
        if outcome.clock is not None and self.step is not None:
            self.balance_clock(by, reason)

    def finish(self, end: str | None, by: str) -> None:
        self.step, self.end, self.entered_at = None, end, self.at
        self.tick(Tick.STOP, by, f"end:{end}")
        self.stand(f"end:{end}")
        self.tell(f"end:{end}")

    # Automatic ways

    def follow_automatic_ways(self) -> None:
        """Take every way whose fact holds, until none does. The first in the SOP wins where two came true at once.

        Raises Refusal `sop.loop` when the same way would be taken twice in one decision.
        """
        taken: set[tuple[str, str]] | None = None
        while self.step is not None:
            ways = self.tables.automatic[self.step]
            outcome = self.first_ready(ways) if ways else None
            if outcome is None:
                return
            way = (self.step, outcome.id)
            taken = set() if taken is None else taken
            if way in taken:
                raise Refusal("sop.loop", step=self.step, outcome=outcome.id)
            taken.add(way)
            self.take(outcome, self.whose(outcome))

    def first_ready(self, ways: tuple[Outcome, ...]) -> Outcome | None:
        for outcome in ways:
            if self.signing and SIGN_DONE not in outcome.facts:
                continue
            if outcome.wait and (self.open_wait(outcome.wait) or self.exhausted(outcome.wait)):
                continue
            if all(self.holds(fact) for fact in outcome.facts):
                return outcome
        return None

    def whose(self, outcome: Outcome) -> str:
        """Who took an automatic way: whoever made its fact true; of a signature, the signer (rule 7)."""
        fact = outcome.when or ""
        if SIGN_DONE in outcome.facts:
            return self.marks.get(SIGN_BEGUN) or self.marks.get(SIGN_DONE, SYSTEM)
        if fact in self.marks:
            return self.marks[fact]
        wait, _, answer = fact.partition(":")
        people = self.answered_by.get(wait)
        return people[-1] if people and answer != "late" else SYSTEM

    # The answer

    def status(self) -> str:
        """Open correction, open payment, another open wait; else what stands: last answer, step, or the former."""
        found, rank = self.standing, 3
        for wait in self.waits:
            kind = self.sop.waits[wait.id].kind
            mine = 0 if kind == "correction" else 1 if kind == "payment" else 2
            if mine < rank:
                for at in (f"wait:{wait.id}:{wait.state}", f"wait:{wait.id}"):
                    if at in self.sop.statuses:
                        found, rank = at, mine
                        break
        return found

    def decision(self) -> Decision:
        status = self.status() if self.waits else self.standing
        state = State(
            self.step,
            self.end,
            self.entered_at,
            self.marks,
            self.waits,
            self.answers,
            self.answered_by,
            self.rounds,
            self.ledger,
            self.visits,
            status,
            self.standing,
            self.klass,
            self.decided,
            self.late,
        )
        return Decision(
            state,
            self.left,
            self.entered,
            self.end,
            self.opened,
            self.answered,
            self.cancelled,
            self.new_late,
            self.entries,
            self.notices,
            self.sop.statuses.get(status),
            status != (self.before.status if self.before else ""),
        )


def _begin(run: _Run, command: Begin) -> None:
    if run.before is not None:
        raise Refusal("sop.begun")
    if not run.tables.starts_by_outcome:
        run.tick(Tick.START, command.by, "begin")
    run.enter(run.sop.first)


def _take(run: _Run, command: Take) -> None:
    step = run.here
    outcome = step.outcomes.get(command.outcome)
    if outcome is None:
        raise Refusal(
            "sop.no-such-outcome", step=step.id, outcome=command.outcome, allowed=tuple(step.outcomes)
        )
    if outcome.when is not None:
        raise Refusal("sop.automatic", step=step.id, outcome=outcome.id, when=outcome.when)
    _free_to_act(run, step)
    if run.signing and SIGN_DONE not in outcome.facts:
        raise Refusal("sop.signing", step=step.id)
    run.guard(step.id, command.by)
    missing = run.missing(outcome)
    if missing:
        raise Refusal("sop.missing", step=step.id, outcome=outcome.id, missing=missing)
    if outcome.needs_reason and not command.reason.strip():
        raise Refusal("sop.no-reason", step=step.id, outcome=outcome.id)
    if outcome.wait is not None:
        _may_open(run, outcome.wait)
    run.take(outcome, command.by, command.asked)


def _free_to_act(run: _Run, step: Step) -> None:
    if run.suspended:
        waiting = next(wait.id for wait in run.waits if wait.suspends)
        raise Refusal("sop.suspended", step=step.id, wait=waiting)


def _may_open(run: _Run, wait: str) -> None:
    if run.exhausted(wait):
        raise Refusal("sop.rounds", wait=wait, rounds=run.sop.waits[wait].rounds)
    if not run.can_open(run.sop.waits[wait]):
        raise Refusal("sop.wait-open", wait=wait)


def _open(run: _Run, command: Open) -> None:
    step = run.here
    if command.wait not in step.may_open:
        raise Refusal("sop.not-openable", step=step.id, wait=command.wait, allowed=step.may_open)
    _free_to_act(run, step)
    if run.signing:
        raise Refusal("sop.signing", step=step.id)
    _may_open(run, command.wait)
    run.open(run.sop.waits[command.wait], command.by, command.asked, suspends=False)


def _awaited(run: _Run, wait: str) -> OpenWait:
    open_wait = run.open_wait(wait)
    if open_wait is None:
        raise Refusal("sop.wait-closed", wait=wait)
    return open_wait


def _answer(run: _Run, command: Answer) -> None:
    open_wait = _awaited(run, command.wait)
    wait = run.sop.waits[command.wait]
    allowed = WAIT_KINDS[wait.kind].answers
    known = (
        command.answer in allowed if allowed else bool(command.answer)
    )  # a procedure answers by its own ends
    if not known:
        raise Refusal("sop.no-such-answer", wait=wait.id, answer=command.answer, allowed=allowed)
    run.guard(wait.id, command.by)
    answers = open_wait.answers
    if open_wait.asked:
        one = command.for_ or command.by
        if one not in open_wait.asked:
            raise Refusal("sop.not-asked", wait=wait.id)
        if any(person == one for person, _ in answers):
            raise Refusal("sop.answered", wait=wait.id)
        answers = (*answers, (one, command.answer))
    run.answered_by = {**run.answered_by, wait.id: (*run.answered_by.get(wait.id, ()), command.by)}
    if len(answers) < len(open_wait.asked):
        changed = OpenWait(
            wait.id,
            open_wait.opened_at,
            open_wait.state,
            open_wait.suspends,
            open_wait.opened_by,
            answers,
            open_wait.asked,
            open_wait.late,
        )
        run.waits = tuple(changed if each is open_wait else each for each in run.waits)
        return
    given = [answer for _, answer in answers] or [command.answer]
    worst = min(given, key=allowed.index) if allowed else given[0]
    run.close(wait, open_wait, worst, command.by)


def _progress(run: _Run, command: Progress) -> None:
    open_wait = _awaited(run, command.wait)
    states = WAIT_KINDS[run.sop.waits[command.wait].kind].states
    if command.state not in states or command.state == open_wait.state:
        raise Refusal("sop.no-such-state", wait=command.wait, state=command.state, allowed=states)
    run.change_wait(open_wait, state=command.state, late=open_wait.late)
    run.tell(f"wait:{command.wait}:{command.state}")


def _mark(run: _Run, command: Mark) -> None:
    step, fact = run.here, command.fact
    own_work = fact in run.tables.asks[step.id]
    if not own_work and fact not in _MARKABLE:
        raise Refusal("sop.no-such-fact", step=step.id, fact=fact)
    if fact == SIGN_BEGUN:
        _begin_signing(run, step)
    if own_work and not (run.signing and fact == SIGN_DONE):  # the signer was asked when he began
        run.guard(step.id, command.by)
    marks = {**run.marks, fact: command.by}
    if fact in _OPPOSITE:
        marks.pop(_OPPOSITE[fact], None)
    run.marks, run.signing = marks, SIGN_BEGUN in marks


def _begin_signing(run: _Run, step: Step) -> None:
    """From here on the number is taken: everything the signature needs must hold before."""
    _free_to_act(run, step)
    if run.signing:
        raise Refusal("sop.signing", step=step.id)
    ways = run.tables.signs[step.id]
    missing = [tuple(f for f in way.facts if f != SIGN_DONE and not run.holds(f)) for way in ways]
    if missing and all(missing):
        raise Refusal("sop.missing", step=step.id, outcome=ways[0].id, missing=missing[0])


def _unmark(run: _Run, command: Unmark) -> None:
    if command.fact in run.marks:
        run.marks = {fact: by for fact, by in run.marks.items() if fact != command.fact}
        run.signing = SIGN_BEGUN in run.marks


def _tick(run: _Run, command: Tick_) -> None:
    """Lateness is taken over before every command; there is nothing else to do."""


def _withdraw(run: _Run, command: Withdraw) -> None:
    end = run.tables.withdrawn
    if end is None:
        raise Refusal("sop.no-withdrawal")
    if run.signing:
        raise Refusal("sop.signing", step=run.step)
    if run.decided:
        raise Refusal("sop.decided")
    run.leave(end, command.by)
    run.finish(end, command.by)


_DO: Mapping[type, Callable[[_Run, Any], None]] = {
    Begin: _begin,
    Take: _take,
    Open: _open,
    Answer: _answer,
    Progress: _progress,
    Mark: _mark,
    Unmark: _unmark,
    Tick_: _tick,
    Withdraw: _withdraw,
}
