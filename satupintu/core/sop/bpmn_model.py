# SPDX-License-Identifier: Apache-2.0
"""What an SOP comes to in BPMN: symbols, flows, and where they stand.

A step is a task in its actor's lane; its outcomes leave through an exclusive gateway. The norm is a timer on the task
that interrupts nothing and only leads to "Dicatat"; a limit is a timer that moves the case on where the SOP says so,
and else only leads to "Diberi tahu". A wait opened by an outcome is a task of its debtor between the gateway and the
step it returns to. A wait of `opens` (a condition that holds at once) or `may_open` (an escalation) runs beside its
step. A wait that another SOP answers is a call activity. Withdrawal, possible at any time, is an event sub-process.

BPMN cannot say that leaving a step cancels the waits beside it, nor that they must be answered for one outcome and
not for another: that stands in the documentation of the symbols, and every end closes what is still open.
Source: OMG BPMN 2.0.2 (formal/2013-12-09); docs/services.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from satupintu.core.clock import Span
from satupintu.core.sop.bpmn_layout import Arrow, Spot
from satupintu.core.sop.language import ActorRow, End, Outcome, Sop, Step, Wait

_DURATIONS = {"menit": "PT{}M", "jam": "PT{}H", "hari kerja": "P{}D", "hari": "P{}D", "bulan": "P{}M"}
_OFFICE_UNITS = ("menit", "jam", "hari kerja")
_CLOCK_WORDS = {
    "start": "Jam pelayanan mulai dihitung.",
    "stop": "Jam pelayanan berhenti.",
    "restart": "Jam pelayanan dihitung ulang dari nol.",
}
_MOST_NAME = 400
_MOST_LABEL = 160


class Event(NamedTuple):
    """What an event waits for: a timer with a duration, a condition, an escalation or message by its id; or an end."""

    kind: str
    value: str = ""
    interrupting: bool = True


class Symbol(NamedTuple):
    """A flow node: its BPMN tag and where it stands."""

    tag: str
    spot: Spot
    doc: str = ""
    event: Event | None = None
    called: str = ""
    many: bool = False


class Flow(NamedTuple):
    """A sequence flow; `choice` is the outcome that a gateway must find chosen."""

    arrow: Arrow
    doc: str = ""
    choice: str = ""


def process_id(folder: str) -> str:
    """The id of the process made of a folder "kantor/nama": an NCName."""
    return ".".join(["proses", *(re.sub(r"[^A-Za-z0-9_-]", "-", part) for part in folder.split("/"))])


def duration(span: Span) -> str:
    """ISO 8601 of a span: "20 menit" is PT20M. Working days become days; what they mean stands in the documentation."""
    return _DURATIONS[span.unit].format(span.n)


class Model:
    """The symbols and flows that an SOP comes to."""

    def __init__(self, sop: Sop, folder: str) -> None:
        self.sop, self.folder = sop, folder
        self.symbols: dict[str, Symbol] = {}
        self.flows: list[Flow] = []
        order = list(sop.actors)
        beside = {a.id: (order.index(a.column) if a.column in order else 0) for a in sop.actors.values()}
        self.lanes = {
            id_: short(sop.actors[id_].label, 80) for id_ in sorted(order, key=lambda id_: beside[id_])
        }
        parties = [actor.id for actor in sop.actors.values() if actor.is_.startswith("party:")]
        self.ends_lane = parties[0] if parties else sop.first.actor
        self.last_column = 3 * len(sop.steps) + 1

    def build(self) -> None:
        first = self.sop.first
        self.add("startEvent", Spot("mulai", "event", "Mulai", first.actor))
        self.flow("mulai", f"langkah.{first.id}")
        for number, step in enumerate(self.sop.steps.values()):
            _Step(self, step, 3 * number + 1).build()
        reached = {o.to for step in self.sop.steps.values() for o in step.outcomes.values()}
        for end in self.sop.ends.values():
            if end.id in reached:
                self.end(end)
        if self.sop.tables.withdrawn:
            self.withdrawal(self.sop.ends[self.sop.tables.withdrawn])

    def add(self, tag: str, spot: Spot, *doc: str, event: Event | None = None, **more: str | bool) -> str:
        self.symbols[spot.id] = Symbol(tag, spot, joined(doc), event, **more)  # type: ignore[arg-type]
        return spot.id

    def flow(
        self, source: str, target: str, name: str = "", *doc: str, id_: str = "", choice: str = ""
    ) -> None:
        arrow = Arrow(f"arus.{id_ or source}", source, target, short(name))
        self.flows.append(Flow(arrow, joined(doc), choice))

    def end(self, end: End) -> None:
        spot = Spot(f"akhir.{end.id}", "event", short(end.label), self.ends_lane, self.last_column)
        again = "Dapat diangkat lagi setelah persyaratan terpenuhi." if end.reopen else ""
        self.add("endEvent", spot, f"Akhir: {end.label}.", again, event=Event("terminate"))

    def withdrawal(self, end: End) -> None:
        """At any time, until a decision is taken or signing has begun."""
        box = Spot("penarikan", "box", "Penarikan", self.ends_lane, self.last_column, low=True)
        self.add("subProcess", box, "Boleh kapan saja sampai ada keputusan atau penandatanganan dimulai.")
        asked = Spot("penarikan.diminta", "event", "Ditarik", self.ends_lane, inside=box.id)
        self.add("startEvent", asked, event=Event("message", "pesan.penarikan"))
        self.add(
            "endEvent",
            Spot("penarikan.selesai", "event", short(end.label), self.ends_lane, inside=box.id),
            f"Akhir: {end.label}.",
        )
        self.flow("penarikan.diminta", "penarikan.selesai")

    def work_tag(self, actor: str) -> str:
        """People get user tasks; what the system or an outside body does is a service task."""
        is_ = self.sop.actors[actor].is_
        return "userTask" if is_.startswith(("role:", "party:")) else "serviceTask"

    def actor(self, id_: str) -> ActorRow:
        return self.sop.actors[id_]

    def label(self, place: str) -> str:
        """A step or wait as people call it."""
        return (
            f"langkah {self.sop.steps[place].number}"
            if place in self.sop.steps
            else self.sop.waits[place].label
        )

    def called(self, link: str) -> str:
        office = self.folder.rpartition("/")[0]
        return process_id(link if "/" in link or not office else f"{office}/{link}")


class _Step:
    """One step: its task, the events on it, its gateway and its waits."""

    def __init__(self, model: Model, step: Step, column: int) -> None:
        self.model, self.step, self.column = model, step, column
        self.task = f"langkah.{step.id}"
        depth = list(model.lanes).index
        self.beside = sorted(  # the lowest first: their arrows then do not cross
            dict.fromkeys((*step.opens, *step.may_open)),
            key=lambda wait: -depth(model.sop.waits[wait].debtor),
        )
        self.suspending = dict.fromkeys(o.wait for o in step.outcomes.values() if o.wait)
        self.late = [o for o in step.outcomes.values() if o.when == "late"]
        self.wait_late = {
            o.id: o.when.removesuffix(":late")
            for o in step.outcomes.values()
            if o.when and o.when.endswith(":late") and o.when.removesuffix(":late") in model.sop.waits
        }

        by_event = {*self.wait_late, *(outcome.id for outcome in self.late)}
        self.ways = [outcome for outcome in step.outcomes.values() if outcome.id not in by_event]
        self.only_time = bool(self.late) and not self.ways

    def build(self) -> None:
        self.add_task()
        self.add_times()
        for wait in self.suspending:
            self.suspend(self.model.sop.waits[wait or ""])
        for wait in self.beside:
            self.open_beside(self.model.sop.waits[wait])
        self.add_outcomes()

    def add_task(self) -> None:
        step = self.step
        spot = Spot(
            self.task, "task", short(f"{step.number}. {step.activity}", _MOST_NAME), step.actor, self.column
        )
        others = ", ".join(self.model.label(place) for place in step.not_same_person_as)
        self.model.add(
            self.model.work_tag(step.actor),
            spot,
            f"Langkah {step.number}. {step.activity}",
            f"Pelaksana: {self.model.actor(step.actor).label}.",
            listed("Kelengkapan", step.inputs),
            f"Waktu baku: {_meaning(step.norm)}.",
            listed("Output", step.outputs),
            f"Batas waktu: {_meaning(step.limit)}." if step.limit else "",
            f"Orangnya tidak boleh sama dengan: {others}." if others else "",
            f"Keterangan: {step.note}" if step.note else "",
        )

    def add_times(self) -> None:
        step = self.step
        doc = f"Waktu baku {_meaning(step.norm)}. Hanya dicetak dan diukur; tidak berakibat apa pun."
        self.told_timer(
            self.task, f"waktu-baku.{step.id}", f"waktu baku {step.norm}", step.norm, "Dicatat", doc
        )
        if step.limit is None or self.only_time:
            return
        if not self.late:
            doc = (
                f"Batas {_meaning(step.limit)}. Yang berkepentingan diberi tahu; langkah ini tetap berjalan."
            )
            self.told_timer(
                self.task, f"batas.{step.id}", f"batas {step.limit}", step.limit, "Diberi tahu", doc
            )
        for outcome in self.late:
            self.leave_by_event(
                self.task, outcome, f"batas {step.limit}: ", Event("timer", duration(step.limit)), step.limit
            )

    def told_timer(self, host: str, id_: str, name: str, span: Span, end: str, doc: str) -> None:
        """A timer that interrupts nothing: its time is noted, or told, and that is all."""
        model, lane = self.model, self.model.symbols[host].spot.lane
        timer = Event("timer", duration(span), interrupting=False)
        model.add("boundaryEvent", Spot(id_, "event", name, lane, host=host), doc, event=timer)
        model.add("endEvent", Spot(f"{id_}.akhir", "event", end, lane, after=id_))
        model.flow(id_, f"{id_}.akhir")

    def leave_by_event(
        self, host: str, outcome: Outcome, before: str, event: Event, span: Span | None = None
    ) -> None:
        """An outcome that is taken because time has passed: an event on the border that interrupts its host."""
        id_ = f"lewat.{host}.{outcome.id}"
        lane = self.model.symbols[host].spot.lane
        spot = Spot(id_, "event", short(before + outcome.label), lane, host=host)
        passed = f"Batas {_meaning(span)}." if span else ""
        self.model.add("boundaryEvent", spot, passed, event=event)
        self.model.flow(id_, self.target(outcome), "", *self.outcome_doc(outcome))

    # Waits

    def suspend(self, wait: Wait) -> None:
        """A wait opened by an outcome: between the gateway and the step it returns to."""
        id_ = f"tunggu.{self.step.id}.{wait.id}"
        self.add_wait(wait, id_, "Langkah ini berhenti sampai dijawab, lalu dilanjutkan.")
        leaving = [o for o in self.step.outcomes.values() if self.wait_late.get(o.id) == wait.id]
        for outcome in leaving:
            assert wait.limit is not None  # soundness: WAIT:late needs a limit
            event = Event("timer", duration(wait.limit))
            self.leave_by_event(id_, outcome, f"batas {wait.limit}: ", event, wait.limit)
        if not leaving:
            self.tell_late(wait, id_)
        self.model.flow(id_, self.task)

    def open_beside(self, wait: Wait) -> None:
        """A wait that runs beside the step, opened at its entry or on request."""
        id_, opened = f"serta.{self.step.id}.{wait.id}", f"buka.{self.step.id}.{wait.id}"
        at_once, asked = wait.id in self.step.opens, wait.id in self.step.may_open
        name = (
            "saat mulai, atau diminta lagi"
            if at_once and asked
            else "saat mulai"
            if at_once
            else "bila diminta"
        )
        event = (
            Event("conditional", "True", interrupting=False)
            if at_once
            else Event("escalation", f"permintaan.{wait.id}", interrupting=False)
        )
        spot = Spot(opened, "event", name, self.step.actor, host=self.task)
        self.model.add("boundaryEvent", spot, f"Membuka: {wait.label}.", event=event)
        self.add_wait(wait, id_, "Langkah tetap berjalan. Bila langkah ditinggalkan, penantian ini batal.")
        self.model.flow(opened, id_)
        self.model.add("endEvent", Spot(f"{id_}.akhir", "event", "Dijawab", wait.debtor, after=id_))
        self.model.flow(id_, f"{id_}.akhir")
        self.tell_late(wait, id_)
        for outcome in self.step.outcomes.values():
            if self.wait_late.get(outcome.id) == wait.id:
                self.leave_by_event(
                    self.task, outcome, "", Event("conditional", f"{wait.id!r} in terlambat"), wait.limit
                )

    def add_wait(self, wait: Wait, id_: str, *doc: str) -> None:
        model = self.model
        low = wait.debtor == self.step.actor
        spot = Spot(id_, "task", short(wait.label), wait.debtor, self.column + 2, low=low)
        judge = wait.judge or self.step.actor
        model.add(
            "callActivity" if wait.sop else model.work_tag(wait.debtor),
            spot,
            f"{wait.label}.",
            f"Ditunggu dari: {model.actor(wait.debtor).label}. Diterima oleh: {model.actor(judge).label}.",
            *doc,
            f"Batas waktu: {_meaning(wait.limit)}." if wait.limit else "",
            "Jam pelayanan berhenti selama menunggu." if wait.pauses else "",
            f"Paling banyak {wait.rounds} kali." if wait.rounds else "",
            "Dapat diminta kepada beberapa orang sekaligus; jawaban terburuk yang berlaku."
            if wait.many
            else "",
            f"Dijawab oleh SOP: {wait.sop}." if wait.sop else "",
            called=model.called(wait.sop) if wait.sop else "",
            many=wait.many,
        )

    def tell_late(self, wait: Wait, id_: str) -> None:
        if wait.limit:
            doc = f"Batas {_meaning(wait.limit)}. Yang berkepentingan diberi tahu; penantian tetap terbuka."
            self.told_timer(id_, f"batas.{id_}", f"batas {wait.limit}", wait.limit, "Diberi tahu", doc)

    # Outcomes

    def add_outcomes(self) -> None:
        """What leaves the finished task: straight on where there is one way, through a gateway where there are more."""
        source, ways, column = self.task, self.ways, self.column + 1
        if self.only_time:
            source, ways, column = self.add_pause(), self.late, self.column + 2
        if len(ways) > 1:
            gateway = f"pilihan.{self.step.id}"
            spot = Spot(gateway, "gateway", "", self.step.actor, column)
            self.model.add("exclusiveGateway", spot, f"Keputusan langkah {self.step.number}.")
            self.model.flow(source, gateway)
            source = gateway
        for outcome in ways:
            self.model.flow(
                source,
                self.target(outcome),
                outcome.label,
                *self.outcome_doc(outcome),
                id_=f"{self.step.id}.{outcome.id}",
                choice=outcome.id if len(ways) > 1 else "",
            )

    def add_pause(self) -> str:
        """Where nothing but time ends a step: a timer behind the task. A task without a way out would seem to end all."""
        limit, id_ = self.step.limit, f"batas.{self.step.id}"
        assert limit is not None  # soundness: late needs a limit
        spot = Spot(id_, "event", f"batas {limit}", self.step.actor, self.column + 1)
        event = Event("timer", duration(limit))
        self.model.add("intermediateCatchEvent", spot, f"Batas {_meaning(limit)}.", event=event)
        self.model.flow(self.task, id_)
        return id_

    def target(self, outcome: Outcome) -> str:
        if outcome.wait:
            return f"tunggu.{self.step.id}.{outcome.wait}"
        return f"langkah.{outcome.to}" if outcome.to in self.model.sop.steps else f"akhir.{outcome.to}"

    def outcome_doc(self, outcome: Outcome) -> Iterable[str]:
        yield f"{outcome.label}."
        yield f"Berjalan sendiri bila: {outcome.when}." if outcome.when else ""
        yield listed("Syarat", outcome.requires)
        yield "Perlu alasan tertulis." if outcome.needs_reason else ""
        yield "Sesudah ini permohonan tidak dapat ditarik." if outcome.decides else ""
        yield _CLOCK_WORDS.get(outcome.clock or "", "")
        if outcome.klass:
            yield f"Kelas: {self.model.sop.classes[outcome.klass].label}."


def short(text: str, most: int = _MOST_LABEL) -> str:
    """A name on one line; a very long one is cut at a word, the whole stands in the documentation."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 2].rsplit(" ", 1)[0] + " …"


def listed(title: str, parts: tuple[str, ...]) -> str:
    return f"{title}: {', '.join(parts)}." if parts else ""


def _meaning(span: Span) -> str:
    """A length of time with what it is counted in."""
    return f"{span} ({'waktu kerja kantor' if span.unit in _OFFICE_UNITS else 'waktu kalender'})"


def joined(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)
