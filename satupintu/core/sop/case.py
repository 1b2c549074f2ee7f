# SPDX-License-Identifier: Apache-2.0
"""What a case remembers, what can be asked of it, and what comes of it: the words of `decide`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from satupintu.core.clock import Entry
from satupintu.core.sop.language import NoticeRow, Outcome, StatusRow


@dataclass(frozen=True, slots=True)
class OpenWait:
    """A wait nobody has answered yet. `asked`: whose answers are wanted, where several are (`many`)."""

    id: str
    opened_at: datetime
    state: str
    suspends: bool
    opened_by: str
    answers: tuple[tuple[str, str], ...] = ()
    asked: tuple[str, ...] = ()
    late: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay in a step, closed: who left it by which outcome."""

    step: str
    entered_at: datetime
    left_at: datetime
    by: str
    outcome: str


@dataclass(frozen=True, slots=True)
class State:
    """All that `decide` knows of a case; kept as JSON in its row.

    marks: fact -> who marked it. answers: wait -> its (worst) answer. answered_by: wait -> everybody who ever
    answered it (four eyes). status: `at` of the row that holds now; standing: the one that holds again once no wait
    is open. late: the step is beyond its limit.
    """

    step: str | None
    end: str | None
    entered_at: datetime
    marks: Mapping[str, str]
    waits: tuple[OpenWait, ...]
    answers: Mapping[str, str]
    answered_by: Mapping[str, tuple[str, ...]]
    rounds: Mapping[str, int]
    ledger: tuple[Entry, ...]
    visits: tuple[Visit, ...]
    status: str
    standing: str
    klass: str | None
    decided: bool
    late: bool

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON column; `from_json` gives the same State back."""
        return {
            "step": self.step,
            "end": self.end,
            "entered_at": self.entered_at.isoformat(),
            "marks": dict(self.marks),
            "waits": [
                [w.id, w.opened_at.isoformat(), w.state, w.suspends, w.opened_by, w.answers, w.asked, w.late]
                for w in self.waits
            ],
            "answers": dict(self.answers),
            "answered_by": {wait: list(people) for wait, people in self.answered_by.items()},
            "rounds": dict(self.rounds),
            "ledger": [entry.to_json() for entry in self.ledger],
            "visits": [
                [v.step, v.entered_at.isoformat(), v.left_at.isoformat(), v.by, v.outcome]
                for v in self.visits
            ],
            "status": self.status,
            "standing": self.standing,
            "klass": self.klass,
            "decided": self.decided,
            "late": self.late,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> State:
        """The reverse of `to_json`. Raises KeyError, ValueError."""
        instant = datetime.fromisoformat
        return cls(
            step=data["step"],
            end=data["end"],
            entered_at=instant(data["entered_at"]),
            marks=dict(data["marks"]),
            waits=tuple(
                OpenWait(
                    id,
                    instant(at),
                    state,
                    suspends,
                    by,
                    tuple((p, a) for p, a in answers),
                    tuple(asked),
                    late,
                )
                for id, at, state, suspends, by, answers, asked, late in data["waits"]
            ),
            answers=dict(data["answers"]),
            answered_by={wait: tuple(people) for wait, people in data["answered_by"].items()},
            rounds=dict(data["rounds"]),
            ledger=tuple(Entry.from_json(entry) for entry in data["ledger"]),
            visits=tuple(
                Visit(s, instant(i), instant(o), by, outcome) for s, i, o, by, outcome in data["visits"]
            ),
            status=data["status"],
            standing=data["standing"],
            klass=data["klass"],
            decided=data["decided"],
            late=data["late"],
        )


@dataclass(frozen=True, slots=True)
class Begin:
    """A case is created, at step 1."""

    by: str


@dataclass(frozen=True, slots=True)
class Take:
    """A person chooses an outcome of the step. asked: of whom, where it opens a wait for several."""

    outcome: str
    by: str
    reason: str = ""
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """A person opens a wait that the step may open. asked: of whom, where the wait is for several."""

    wait: str
    by: str
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A wait is answered. by: the person; for_: which of those asked he answers for (default: himself)."""

    wait: str
    answer: str
    by: str
    for_: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """An open wait moves to another of its states: proof of payment sent, or refused (back to `ordered`)."""

    wait: str
    state: str
    by: str


@dataclass(frozen=True, slots=True)
class Mark:
    """The room that did the work says so. For signing: `sign-begun` by the signer, later `sign-done`."""

    fact: str
    by: str


@dataclass(frozen=True, slots=True)
class Unmark:
    """The room's rows no longer bear the fact out."""

    fact: str


@dataclass(frozen=True, slots=True)
class Tick_:  # noqa: N801 - `Tick` is the clock's word
    """Time has passed: the facts `late` and `WAIT:late` may have become true."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The applicant, or his mandate, takes the case back."""

    by: str
    reason: str = ""


Command = Begin | Take | Open | Answer | Progress | Mark | Unmark | Tick_ | Withdraw


@dataclass(frozen=True, slots=True)
class Decision:
    """The next state, and what happened on the way there, in order.

    opened, answered, cancelled: waits. late: waits, or the step, that became late just now. ledger: new entries.
    status: the row that holds now, if any; status_changed: whether it did not before.
    """

    state: State
    left: tuple[Visit, ...]
    entered: tuple[str, ...]
    end: str | None
    opened: tuple[str, ...]
    answered: tuple[tuple[str, str], ...]
    cancelled: tuple[str, ...]
    late: tuple[str, ...]
    ledger: tuple[Entry, ...]
    notices: tuple[NoticeRow, ...]
    status: StatusRow | None
    status_changed: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: an outcome a person may choose, and what is missing before he may.

    missing: facts that do not hold, or `four-eyes`, `suspended`, `signing`.
    """

    outcome: Outcome
    ok: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody is awaited: `actor` (id) at the step, or for the wait, named by `ref`."""

    actor: str
    kind: str
    ref: str
