# SPDX-License-Identifier: Apache-2.0
"""The SOP as its official sheet shows it: columns, rows, symbols, and the arrows between them.

Only what is drawn and how it is called; where a line runs is the printer's business. Source: PermenPANRB 35/2012
(flow chart with one column per actor); design §1.1 for what the language adds to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from satupintu.core.sop.language import ActorRow, End, Outcome, Sop, Step, Wait

Cell = tuple[int, int]
"""Row and column of a symbol, both from 0."""

LONGEST_LABEL = 18
"""Letters that fit beside an arrow; a longer label becomes a letter that the last column explains."""
MOST_LABELS = 3
"""Words fit beside the arrows of a step with so many ways out, one on each side; of more, all become letters."""

_NO = re.compile(r"(tidak|belum|bukan)\b", re.IGNORECASE)
_HEAD = re.compile(r"[^,;:(–]+")
_NEGLIGIBLE = ("late", ":late")


class Shape(StrEnum):
    """What a symbol says: an activity that begins, goes on, decides or ends; the end itself; a wait of its own."""

    START = "mulai"
    PROCESS = "proses"
    DECISION = "keputusan"
    FINISH = "selesai"
    END = "akhir"
    WAIT = "tunggu"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol in its cell. text: written into it."""

    cell: Cell
    shape: Shape
    text: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """All outcomes of a step that lead to the same place, drawn as one arrow. label: beside the arrow, "" for none."""

    outcomes: tuple[Outcome, ...]
    label: str
    target: Step | End | Wait
    cell: Cell | None
    """Where the arrow ends; None: nothing to point at, said in words only."""

    @property
    def words(self) -> str:
        """What the outcomes are called, in full."""
        return " / ".join(dict.fromkeys(outcome.label for outcome in self.outcomes))

    def boxed(self, start: Cell) -> bool:
        """Does it lead to a wait that stands in the row of its step?"""
        cell = self.cell
        return isinstance(self.target, Wait) and cell is not None and cell != start and cell[0] == start[0]


@dataclass(frozen=True, slots=True)
class Row:
    """A step and its ways out. keys: what the letters beside its arrows stand for."""

    step: Step
    symbol: Symbol
    ways: tuple[Way, ...]
    keys: dict[str, str]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line from a symbol to a symbol."""

    start: Cell
    end: Cell
    label: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the flow table shows. symbols: every one, those of the rows included."""

    columns: tuple[ActorRow, ...]
    rows: tuple[Row, ...]
    symbols: tuple[Symbol, ...]
    arrows: tuple[Arrow, ...]


def sheet_of(sop: Sop) -> Sheet:
    """Draw a sound SOP. It never fails: what finds no place as an arrow is said in words."""
    return _Pen(sop).sheet()


class _Pen:
    """Draws row after row; `taken` are the cells that hold a symbol."""

    def __init__(self, sop: Sop) -> None:
        self.sop = sop
        self.columns = _columns(sop)
        self.place = {actor.id: index for index, actor in enumerate(self.columns)}
        self.steps = list(sop.steps.values())
        self.cells = {step.id: (row, self.column(step.actor)) for row, step in enumerate(self.steps)}
        self.party = next((self.column(a.id) for a in sop.actors.values() if a.is_.startswith("party:")), 0)
        self.taken: dict[Cell, Symbol] = {}
        self.arrows: list[Arrow] = []

    def sheet(self) -> Sheet:
        rows = [self.row(step) for step in self.steps]
        return Sheet(self.columns, tuple(rows), tuple(self.taken.values()), tuple(self.arrows))

    def column(self, actor: str) -> int:
        return self.place.get(self.sop.actors[actor].column, 0)

    def row(self, step: Step) -> Row:
        cell = self.cells[step.id]
        groups = list(_groups(step))
        ends = len(groups) == 1 and self.target(groups[0]) in self.sop.ends
        symbol = _symbol(cell, decides=len(groups) > 1, first=step.id == self.sop.first.id, last=ends)
        self.taken[cell] = symbol
        labels, keys = self.labels(groups)
        ways = tuple(self.way(step, outcomes, label) for outcomes, label in zip(groups, labels, strict=True))
        if not ends:
            self.arrows += self.arrows_of(cell, ways)
        return Row(step, symbol, ways, keys)

    def arrows_of(self, start: Cell, ways: tuple[Way, ...]) -> list[Arrow]:
        """An arrow for each way, and one back from a wait in a box of its own, which names it.

        Ends that had to share a capsule share the arrow, which the capsule labels.
        """
        found: list[Arrow] = []
        shared = Counter(way.cell for way in ways if isinstance(way.target, End))
        for way in ways:
            ends, box = isinstance(way.target, End), way.boxed(start)
            if way.cell is None or (ends and way.cell == start):
                continue
            arrow = Arrow(start, way.cell, "" if box or (ends and shared[way.cell] > 1) else way.label)
            if not ends or arrow not in found:
                found.append(arrow)
            if box:
                found.append(Arrow(way.cell, start))
        return found

    def target(self, outcomes: tuple[Outcome, ...]) -> str:
        return outcomes[0].to or outcomes[0].wait or ""

    def labels(self, groups: list[tuple[Outcome, ...]]) -> tuple[list[str], dict[str, str]]:
        """The word beside each way out, and what its letters stand for."""
        if len(groups) == 1:
            return [""], {}
        nos = [all(_NO.match(outcome.label) for outcome in _spoken(group)) for group in groups]
        if len(groups) == 2 and sum(nos) == 1:
            return ["Tidak" if no else "Ya" for no in nos], {}
        labels, keys = [], dict[str, str]()
        for group in groups:
            label = " / ".join(dict.fromkeys(_head(outcome.label) for outcome in _spoken(group)))
            wordy = len(label) > LONGEST_LABEL or len(groups) > MOST_LABELS
            if self.target(group) in self.sop.ends and (wordy or len(groups) > 2):
                label = ""  # its capsule says it
            elif wordy:
                letter = "abcdefghijklmnopqrstuvwxyz"[len(keys) % 26]
                keys[letter] = " / ".join(outcome.label for outcome in _spoken(group))
                label = letter
            labels.append(label)
        return labels, keys

    def way(self, step: Step, outcomes: tuple[Outcome, ...], label: str) -> Way:
        target = self.target(outcomes)
        if target in self.sop.steps:
            return Way(outcomes, label, self.sop.steps[target], self.cells[target])
        if target in self.sop.ends:
            end = self.sop.ends[target]
            return Way(outcomes, label, end, self.capsule(self.cells[step.id], end))
        wait = self.sop.waits[target]
        return Way(outcomes, label, wait, self.waiting(step, wait))

    def capsule(self, start: Cell, end: End) -> Cell:
        """An end stands in the first party's column; where that is taken, in the nearest that is free."""
        row = start[0]
        if self.taken[start].shape is Shape.FINISH:
            return start
        free = [column for column in range(len(self.columns)) if (row, column) not in self.taken]
        if free:
            cell = (row, min(free, key=lambda column: (abs(column - self.party), column)))
            self.taken[cell] = Symbol(cell, Shape.END, end.label)
            return cell
        # More ends than columns: they share a capsule; a row of a single column has none, the words say it.
        cell = next(
            (c for c, symbol in self.taken.items() if c[0] == row and symbol.shape is Shape.END), start
        )
        if cell != start:
            self.taken[cell] = Symbol(cell, Shape.END, f"{self.taken[cell].text} / {end.label}")
        return cell

    def waiting(self, step: Step, wait: Wait) -> Cell | None:
        """A wait points at the last earlier step of its debtor, else at one in his column, else at a box of its own.

        None where the box finds no room: the words say it.
        """
        row, own = self.cells[step.id]
        earlier = self.steps[:row]
        column = self.column(wait.debtor)
        for fits in (lambda s: s.actor == wait.debtor, lambda s: self.column(s.actor) == column):
            last = next((s for s in reversed(earlier) if fits(s)), None)
            if last is not None:
                return self.cells[last.id]
        cell = (row, column)
        if column == own:
            return cell  # he owes it to himself: the step is done once more
        if cell in self.taken:
            return None
        self.taken[cell] = Symbol(cell, Shape.WAIT, wait.label)
        return cell


def _columns(sop: Sop) -> tuple[ActorRow, ...]:
    """A column for everyone who does something or owes something; who is only told of it has none."""
    busy = {step.actor for step in sop.steps.values()}
    busy |= {wait.debtor for wait in sop.waits.values()} | {w.judge for w in sop.waits.values() if w.judge}
    wanted = {sop.actors[actor].column for actor in busy}
    wanted |= {actor.id for actor in sop.actors.values() if actor.is_.startswith("party:")}
    return tuple(actor for actor in sop.actors.values() if actor.id in wanted)


def _symbol(cell: Cell, *, decides: bool, first: bool, last: bool) -> Symbol:
    if decides:
        return Symbol(cell, Shape.DECISION)
    if first and last:
        return Symbol(cell, Shape.FINISH, "Mulai dan selesai")
    if first:
        return Symbol(cell, Shape.START, "Mulai")
    return Symbol(cell, Shape.FINISH, "Selesai") if last else Symbol(cell, Shape.PROCESS)


def _groups(step: Step) -> Iterator[tuple[Outcome, ...]]:
    """The ways out of a step: outcomes by where they lead, in the order of the file.

    A question whose yes and no lead to the same place stays a question.
    """
    found: dict[str, list[Outcome]] = {}
    for outcome in step.outcomes.values():
        found.setdefault(outcome.to or outcome.wait or "", []).append(outcome)
    if len(found) == 1:
        spoken = _spoken(tuple(step.outcomes.values()))
        if len(spoken) == 2 and sum(bool(_NO.match(outcome.label)) for outcome in spoken) == 1:
            yield from ((outcome,) for outcome in spoken)
            return
    yield from map(tuple, found.values())


def _spoken(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """The outcomes that somebody decides; those that lateness brings, only when there is nothing else."""
    return tuple(o for o in outcomes if not (o.when or "").endswith(_NEGLIGIBLE)) or outcomes


def _head(label: str) -> str:
    """ "Tidak valid, kembalikan untuk diperbaiki" → "Tidak valid"."""
    found = _HEAD.match(label)
    return (found[0] if found else label).strip()
