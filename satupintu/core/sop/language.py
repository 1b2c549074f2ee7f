# SPDX-License-Identifier: Apache-2.0
"""The SOP language: what an office may write in `sop.toml`, as frozen data.

One token walks the steps; what else an office needs is a wait: someone owes the case something.
Facts, kinds of wait, work and results are closed lists of the language. A new one is a change of this file with its
test, never a setting of a service. Source: docs/services.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from satupintu.core.clock import Span

SYSTEM = "sistem"
"""The person id, and the actor's `is`, of whatever happens without a person."""

ROLES = frozenset(
    {
        "front-officer", "tim-teknis", "jf-penata-perizinan", "koordinator", "kepala-dinas", "kasir",
        "loket-penyerahan", "petugas-pengaduan", "arsiparis", "auditor", "administrator", "dinas-teknis",
        "pejabat-pdp", "pembaca-wbs", "pengawas",
    }
)  # fmt: skip
PARTIES = frozenset({"pemohon", "pelapor", "terperiksa", "responden"})
EXTERNALS = frozenset({"oss", "kl"})
UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML, hence no page, sheet or BPMN, can hold. Source: XML 1.0, production 2."""

RESULTS = frozenset({"issued", "refused", "returned", "withdrawn", "lapsed", "referred", "closed"})

DOCUMENT = "document:"
"""Work that makes a document is written `document:TEMPLATE`."""

WORK = frozenset(
    {
        "form", "assist", "checklist", "draft", "sign", "notify", "download", "hand-over", "survey", "archive",
        "disposition", "reply", "publish", "hand-off",
    }
)  # fmt: skip

PAIRS = (
    ("checklist-passed", "checklist-failed"),
    ("help-asked", "help-not-asked"),
    ("authority-own", "authority-other"),
    ("channel-oss", "channel-local"),
)
"""Facts that exclude each other: marking one unmarks the other."""

STANDING = frozenset(fact for pair in PAIRS[1:] for fact in pair)
"""Facts that are settled when the case begins and do not wait for anybody's work."""

PLAIN_FACTS = frozenset({"always", "late", "waits-answered"}) | frozenset(
    fact for pair in PAIRS for fact in pair
)
SIGN_BEGUN = "sign-begun"
SIGN_DONE = "sign-done"


@dataclass(frozen=True, slots=True)
class WaitKind:
    """What a wait can be while it is open (`states`, the first at opening) and hear (`answers`, worst first)."""

    answers: tuple[str, ...]
    states: tuple[str, ...] = ("open",)


WAIT_KINDS: Mapping[str, WaitKind] = {
    "correction": WaitKind(("sent",)),
    "opinion": WaitKind(("negative", "conditional", "positive")),
    "visit": WaitKind(("not-held", "unsuitable", "suitable")),
    "payment": WaitKind(("expired", "free", "accepted"), states=("ordered", "proof-sent")),
    "acknowledgement": WaitKind(("known",)),
    "determination": WaitKind(("rejected", "approved")),
    "meeting": WaitKind(("held",)),
    "answer": WaitKind(("refused", "granted")),
    "procedure": WaitKind(()),  # it hears the `answer` of the end its SOP came to
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a file: the place in it, and in Indonesian what is wrong and how to mend it."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity block at the head of the SOP sheet. `approver` is a post, never a person's name."""

    number: str
    name: str
    created: str
    effective: str
    approver: str
    legal_basis: tuple[str, ...]
    revised: str = "-"
    warning: str = ""
    records: str = ""
    qualifications: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActorRow:
    """Someone who acts: `is_` is `role:R`, `party:P`, `external:E` or `sistem`; drawn in `column`."""

    id: str
    is_: str
    label: str
    column: str

    @property
    def is_system(self) -> bool:
        return self.is_ == SYSTEM

    @property
    def is_office(self) -> bool:
        """Whether his time is the office's: a role, or the system working for it."""
        return self.is_.startswith("role:") or self.is_ == SYSTEM


@dataclass(frozen=True, slots=True)
class CaseClass:
    """A sort of case with its own promise (Span in working days)."""

    id: str
    label: str
    promise: Span
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way out of a step (`to`) or a wait that suspends it (`wait`); taken by itself when `when` holds."""

    id: str
    label: str
    to: str | None = None
    wait: str | None = None
    requires: tuple[str, ...] = ()
    when: str | None = None
    clock: str | None = None
    needs_reason: bool = False
    decides: bool = False
    klass: str | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact that must hold for this outcome."""
        return self.requires if self.when is None else (self.when, *self.requires)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the SOP sheet. `norm` is printed and measured; only `limit` has consequences."""

    id: str
    number: int
    actor: str
    activity: str
    norm: Span
    outcomes: dict[str, Outcome]
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    may_open: tuple[str, ...] = ()
    not_same_person_as: tuple[str, ...] = ()
    limit: Span | None = None
    note: str = ""

    @property
    def openings(self) -> frozenset[str]:
        """Every wait that can be opened in this step, by entry, on request or by an outcome."""
        by_outcome = (outcome.wait for outcome in self.outcomes.values() if outcome.wait)
        return frozenset((*self.opens, *self.may_open, *by_outcome))


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody (`debtor`) owes the case something; `judge` accepts it (None: the step's actor)."""

    id: str
    kind: str
    debtor: str
    label: str
    judge: str | None = None
    limit: Span | None = None
    clock: str = "run"
    rounds: int | None = None
    many: bool = False
    sop: str | None = None

    @property
    def pauses(self) -> bool:
        return self.clock == "pause"


@dataclass(frozen=True, slots=True)
class End:
    """Where a case comes to rest. `answer` is what the wait hears that started this procedure."""

    id: str
    label: str
    result: str
    reopen: bool = False
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class StatusRow:
    """What the public and OSS are told while the case stands at `at`; `public` is a key of the texts."""

    at: str
    public: str
    status_permohonan: str = ""
    status_izin: str = ""
    kd_status: str = ""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Who (`to`, actors) is told what (`text`, a key of the texts) when `on` happens."""

    on: str
    to: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Tables:
    """What `decide` looks up, worked out once when the SOP is read."""

    automatic: Mapping[str, tuple[Outcome, ...]]
    asks: Mapping[str, frozenset[str]]
    signs: Mapping[str, tuple[Outcome, ...]]
    late_facts: Mapping[str, str]
    rivals: Mapping[str, frozenset[str]]
    notices: Mapping[str, tuple[NoticeRow, ...]]
    withdrawn: str | None
    starts_by_outcome: bool


@dataclass(frozen=True, slots=True)
class Sop:
    """One procedure of an office. Tables are keyed by id, in the order of the file."""

    kind: str
    identity: Identity
    actors: dict[str, ActorRow]
    steps: dict[str, Step]
    ends: dict[str, End]
    waits: dict[str, Wait] = field(default_factory=dict)
    classes: dict[str, CaseClass] = field(default_factory=dict)
    statuses: dict[str, StatusRow] = field(default_factory=dict)
    notices: tuple[NoticeRow, ...] = ()
    promise: Span | None = None
    tables: Tables = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", _tables(self))

    @property
    def first(self) -> Step:
        """The step where every case begins: the draft of an application."""
        return next(iter(self.steps.values()))

    @property
    def answers(self) -> tuple[str, ...]:
        """What a wait can hear from this procedure, worst first: in the order of its ends."""
        return tuple(dict.fromkeys(end.answer for end in self.ends.values() if end.answer))

    @property
    def links(self) -> tuple[str, ...]:
        """Every SOP this one names: those of the identity block, and those that answer a wait."""
        return tuple(dict.fromkeys((*self.identity.linked, *(w.sop for w in self.waits.values() if w.sop))))

    def ahead(self, step: str) -> frozenset[str]:
        """This step and every one that may still come after it, whichever outcomes are taken."""
        seen, queue = {step}, [step]
        while queue:
            new = {o.to for o in self.steps[queue.pop()].outcomes.values() if o.to in self.steps} - seen
            seen |= new
            queue += new
        return frozenset(seen)

    def promise_for(self, klass: str | None) -> Span | None:
        """The promise to a case of this class; None: no date is promised."""
        return self.classes[klass].promise if klass in self.classes else self.promise


def work_facts(work: str) -> tuple[str, ...]:
    """The marks one piece of work may leave; they fall when its step is entered again."""
    if work == "checklist":
        return ("checklist-done", *PAIRS[0])
    return (f"{work}-done", SIGN_BEGUN) if work == "sign" else (f"{work}-done",)


def _tables(sop: Sop) -> Tables:
    rivals: dict[str, set[str]] = {}
    for step in sop.steps.values():
        for other in step.not_same_person_as:
            rivals.setdefault(step.id, set()).add(other)
            rivals.setdefault(other, set()).add(step.id)
    notices: dict[str, list[NoticeRow]] = {}
    for notice in sop.notices:
        notices.setdefault(notice.on, []).append(notice)
    outcomes = {step.id: tuple(step.outcomes.values()) for step in sop.steps.values()}
    return Tables(
        automatic={step: tuple(o for o in ways if o.when) for step, ways in outcomes.items()},
        asks={
            s.id: frozenset(fact for work in s.work for fact in work_facts(work)) for s in sop.steps.values()
        },
        signs={step: tuple(o for o in ways if SIGN_DONE in o.facts) for step, ways in outcomes.items()},
        late_facts={wait: f"{wait}:late" for wait in sop.waits},
        rivals={place: frozenset(others) for place, others in rivals.items()},
        notices={on: tuple(rows) for on, rows in notices.items()},
        withdrawn=next((end.id for end in sop.ends.values() if end.result == "withdrawn"), None),
        starts_by_outcome=any(o.clock == "start" for ways in outcomes.values() for o in ways),
    )
