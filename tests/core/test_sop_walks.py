# SPDX-License-Identifier: Apache-2.0
"""Random sound SOPs, walked at random: never a dead end, and every book adds up."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from satupintu.core.clock import Tick, check_ledger
from satupintu.core.refusal import Refusal
from satupintu.core.sop import (
    WAIT_KINDS,
    Answer,
    Command,
    Mark,
    Open,
    Progress,
    Sop,
    State,
    Take,
    Tick_,
    Unmark,
    Withdraw,
    decide,
    offers,
    openable,
    parse,
    soundness,
    turns,
)
from tests.core.fixtures.sops import HEAD, MONDAY, NAMES, Case, load, tables

WORK = ("draft", "checklist", "sign", "download")
MARKS = {"checklist": ("checklist-done", "checklist-passed", "checklist-failed")}


@st.composite
def sops(draw: st.DrawFn) -> Sop:
    """A random SOP of one to five steps that is sound."""
    count, waits = draw(st.integers(1, 5)), draw(st.integers(0, 3))
    wait_rows = [draw(_wait(f"w{n}")) for n in range(waits)]
    names = [row["id"] for row in wait_rows]
    data: dict[str, Any] = tomllib.loads(HEAD)
    data["step"] = [draw(_step(n, count, wait_rows)) for n in range(1, count + 1)]
    used = {name for step in data["step"] for name in (*step["opens"], *step["may_open"])}
    used |= {way["wait"] for step in data["step"] for way in step["outcome"] if "wait" in way}
    data["wait"] = [row for row in wait_rows if row["id"] in used]
    data["status"] = [
        {"at": f"wait:{name}", "public": "x"} for name in names if name in used and draw(st.booleans())
    ]
    sop, mistakes = parse(data)
    assert not mistakes
    assume(not soundness(sop))
    return sop


@st.composite
def _wait(draw: st.DrawFn, name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(["correction", "payment", "determination", "acknowledgement", "opinion"]))
    row: dict[str, Any] = {"id": name, "kind": kind, "debtor": "dinas", "label": name, "limit": "3 hari"}
    if draw(st.booleans()):
        row["clock"] = "pause"
    if draw(st.integers(0, 3)) == 0:
        row["rounds"] = draw(st.integers(1, 2))
    if draw(st.integers(0, 3)) == 0:
        row["many"] = True
    return row


@st.composite
def _step(draw: st.DrawFn, number: int, count: int, waits: list[dict[str, Any]]) -> dict[str, Any]:
    names = [row["id"] for row in waits]
    some = st.lists(st.sampled_from(names), unique=True, max_size=2) if names else st.just([])
    step: dict[str, Any] = {
        "id": f"s{number}",
        "number": number,
        "actor": draw(st.sampled_from(["pemohon", "jf", "kadis"])),
        "activity": "…",
        "norm": "10 menit",
        "limit": "5 hari",
        "work": draw(st.lists(st.sampled_from(WORK), unique=True, max_size=2)),
        "opens": draw(some),
        "may_open": draw(some),
    }
    onward = f"s{number + 1}" if number < count else "selesai"
    facts = [f"{work}-done" for work in step["work"]] + ["waits-answered"]
    for row in waits:
        if row["id"] in (*step["opens"], *step["may_open"]):
            facts += [f"{row['id']}:{answer}" for answer in WAIT_KINDS[row["kind"]].answers]
    few = st.lists(st.sampled_from(facts), unique=True, max_size=2)
    step["outcome"] = [{"id": "maju", "label": "x", "to": onward, "requires": draw(few)}]
    anywhere = st.sampled_from([*(f"s{n}" for n in range(1, count + 1)), "selesai"])
    for n in range(draw(st.integers(0, 3))):
        way: dict[str, Any] = {"id": f"o{n}", "label": "x", "requires": draw(few)}
        if names and draw(st.booleans()):
            way["wait"] = draw(st.sampled_from(names))
        else:
            way["to"] = draw(anywhere)
        sort = draw(st.integers(0, 3))
        if sort == 0:
            way["when"] = draw(st.sampled_from([*facts, "late", "help-asked"]))
        if sort == 1:
            way["clock"] = draw(st.sampled_from(["start", "stop", "restart"]))
        way["decides"] = draw(st.booleans())
        step["outcome"].append(way)
    return step


def commands(sop: Sop, state: State, facts: frozenset[str]) -> list[Command]:
    """Everything that can be done to a case now."""
    assert state.step is not None
    person = f"{state.step}-officer"  # another one at each step, as four eyes want it
    found: list[Command] = [
        Take(o.outcome.id, person, "x") for o in offers(sop, state, facts, person) if o.ok
    ]
    found += [Open(wait, person) for wait in openable(sop, state)]
    signing = "sign-begun" in state.marks
    for work in sop.steps[state.step].work:
        if work != "sign" or signing or not any(wait.suspends for wait in state.waits):
            found += [Mark(fact, person) for fact in MARKS.get(work, (f"{work}-done",))]
    for wait in state.waits:
        kind = WAIT_KINDS[sop.waits[wait.id].kind]
        found += [Answer(wait.id, answer, "d") for answer in kind.answers or ("closed", "valid")]
        found += [Progress(wait.id, other, "d") for other in kind.states if other != wait.state]
    return [*found, Tick_(), Unmark("draft-done")]


def late(state: State) -> frozenset[str]:
    """So much time has passed that everything is late."""
    return frozenset({"late", *(f"{wait.id}:late" for wait in state.waits)})


def check(sop: Sop, before: State | None, state: State) -> None:
    """What is true of every state."""
    assert State.from_json(state.to_json()) == state
    check_ledger(state.ledger)
    for visit, following in zip(state.visits, state.visits[1:], strict=False):
        assert visit.left_at == following.entered_at
    if before is not None:
        assert state.ledger[: len(before.ledger)] == before.ledger
        assert state.visits[: len(before.visits)] == before.visits
        assert all(state.rounds[wait] >= n for wait, n in before.rounds.items())
    awaited = turns(sop, state)
    if state.end is not None:
        assert state.step is None
        assert not awaited
        assert not state.waits
        assert not state.ledger or state.ledger[-1].tick is Tick.STOP
        return
    assert awaited, "somebody is always awaited"
    assert any(turn.kind == "step" for turn in awaited) is not any(wait.suspends for wait in state.waits)
    assert {turn.ref for turn in awaited if turn.kind == "wait"} == {wait.id for wait in state.waits}
    assert len({wait.id for wait in state.waits}) == len(state.waits)
    assert not {wait.id for wait in state.waits} & set(state.answers)
    last = state.ledger[-1].tick if state.ledger else None
    if last not in (None, Tick.STOP):
        assert (last is Tick.PAUSE) is any(sop.waits[wait.id].pauses for wait in state.waits)


def can_be_left(sop: Sop, state: State, facts: frozenset[str]) -> bool:
    """Can this case leave its step? Searched breadth first over what people can do, and by waiting."""
    waited = decide(sop, state, Tick_(), facts | late(state), state.entered_at).state
    if len(waited.visits) > len(state.visits):
        return True
    seen, queue = set(), [state]
    for _ in range(600):
        if not queue:
            return False
        here = queue.pop(0)
        for command in commands(sop, here, facts):
            if isinstance(command, Progress | Unmark):
                continue
            next_ = decide(sop, here, command, facts, here.entered_at).state
            if next_.step is None or len(next_.visits) > len(here.visits):
                return True
            key = (
                *sorted(next_.marks),
                "|",
                *sorted(next_.answers.items()),
                "|",
                *(wait.id for wait in next_.waits),
            )
            key += ("|", *sorted(next_.rounds.items()))
            if key not in seen:
                seen.add(key)
                queue.append(next_)
    return True  # too many things to do is not a dead end


def walk(sop: Sop, data: st.DataObject, facts: frozenset[str], most: int) -> State:
    case = Case(sop)
    check(sop, None, case.state)
    for _ in range(most):
        state = case.state
        if state.step is None:
            break
        assert can_be_left(sop, state, facts), f"a dead end at {state.step}"
        command = data.draw(st.sampled_from(commands(sop, state, facts)))
        outside = facts
        if isinstance(command, Tick_):
            outside |= late(state)
        before = case.state
        case.at += timedelta(days=data.draw(st.integers(0, 3)))
        case.do(command, *outside)
        check(sop, before, case.state)
    return case.state


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(sops(), st.sampled_from(["help-asked", "help-not-asked"]), st.data())
def test_no_random_sop_that_is_sound_has_a_dead_end(sop: Sop, help_: str, data: st.DataObject) -> None:
    walk(sop, data, frozenset({help_}), 12)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_no_example_has_a_dead_end(name: str, data: st.DataObject) -> None:
    facts = frozenset({"help-not-asked", "authority-other", "channel-oss"})
    walk(load(name), data, facts, 25)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_offered_is_taken_and_what_is_not_offered_is_refused(data: st.DataObject) -> None:
    sop = load(data.draw(st.sampled_from(NAMES)))
    facts = frozenset({"help-asked", "authority-own"})
    case = Case(sop)
    for _ in range(20):
        state = case.state
        if state.step is None:
            return
        person = data.draw(st.sampled_from([f"{step}-officer" for step in sop.steps]))
        offered = {offer.outcome.id: offer.ok for offer in offers(sop, state, facts, person)}
        for outcome in sop.steps[state.step].outcomes:
            command = Take(outcome, person, "sebab")
            if offered.get(outcome):
                decide(sop, state, command, facts, MONDAY)
            else:
                with pytest.raises(Refusal):
                    decide(sop, state, command, facts, MONDAY)
        case.do(data.draw(st.sampled_from(commands(sop, state, facts))), *facts)


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from([Tick_(), Withdraw("p"), Unmark("draft-done")]))
def test_a_case_that_has_ended_hears_nothing_more(name: str, command: Command) -> None:
    sop = load(name)
    case = Case(sop)
    over = State.from_json({**case.state.to_json(), "step": None, "end": next(iter(sop.ends)), "waits": []})
    with pytest.raises(Refusal, match=r"sop\.ended"):
        decide(sop, over, command, frozenset(), MONDAY)


def test_reading_the_same_file_twice_gives_the_same_sop() -> None:
    for name in NAMES:
        assert parse(tables(name))[0] == parse(tables(name))[0]
