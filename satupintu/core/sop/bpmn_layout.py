# SPDX-License-Identifier: Apache-2.0
"""Where the symbols of a BPMN diagram stand and how its arrows run: boxes on a grid, arrows in the gaps between.

Lanes lie across, columns run from left to right. A cell of the grid holds one symbol with what hangs on it. Arrows run
through gutters (left of each column) and channels (above and below each row), where no symbol ever stands; each target
has a track of its own there, so only arrows to the same target share a line. Lengths are pixels, all whole numbers.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

Point = tuple[int, int]
Side = Literal["above", "below"]

EVENT, GATEWAY = 36, 50
HEAD = 30  # of the pool, and of each lane
TRACK = 12  # between two parallel lines
PAD = 16
LETTER, LINE = 6.4, 14  # mean width of a letter and height of a line at 12 px
LABEL = 132  # width of an outcome's words
EVENT_LABEL = 78
BEHIND_LABEL = 70
EVENT_PITCH = 104  # between two events on the same border, with room for their words
TASK, TASK_LINES = 200, 5  # a task is as wide as this, unless its words then need more lines than this
MOST_TASK = 440
INNER = (240, 110)  # the box of what may happen at any time


class Box(NamedTuple):
    """A rectangle: left, top, width, height."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def cx(self) -> int:
        return self.x + self.w // 2

    @property
    def cy(self) -> int:
        return self.y + self.h // 2


class Spot(NamedTuple):
    """A symbol to be placed. One of: in the grid (`lane`, `column`), on a border (`host`), behind another (`after`:
    below an event, right of an activity), or within a box (`inside`).

    shape: "task", "event", "gateway" or "box". low: not in the first row of its lane, where the main way runs.
    """

    id: str
    shape: str
    name: str
    lane: str
    column: int = 0
    low: bool = False
    host: str = ""
    after: str = ""
    inside: str = ""

    @property
    def in_grid(self) -> bool:
        return not (self.host or self.after or self.inside)


class Arrow(NamedTuple):
    """A flow between two spots; `name` is written on it."""

    id: str
    source: str
    target: str
    name: str = ""


class Plan(NamedTuple):
    """The finished drawing: boxes by id (symbols and lanes), boxes of the words, points of the arrows."""

    pool: Box
    lanes: Mapping[str, Box]
    boxes: Mapping[str, Box]
    labels: Mapping[str, Box]
    arrows: Mapping[str, Sequence[Point]]


def lay_out(lanes: Mapping[str, str], spots: Iterable[Spot], arrows: Iterable[Arrow]) -> Plan:
    """Place everything. lanes: label by id, from top to bottom; spots: hosts before what hangs on them."""
    return _Drawing(dict(lanes), {spot.id: spot for spot in spots}, tuple(arrows)).plan()


def lines(text: str, width: int) -> int:
    """How many lines these words take in a column of this width."""
    return len(textwrap.wrap(text, max(4, int(width / LETTER)))) if text else 0


@dataclass
class _Cell:
    """A symbol of the grid with all that hangs on it; `up` and `down` are measured from its middle line."""

    spot: Spot
    width: int
    height: int
    events: list[Spot] = field(default_factory=list)
    behind: Spot | None = None
    ways: list[Arrow] = field(default_factory=list)
    stubs: dict[str, int] = field(default_factory=dict)
    up: int = 0
    down: int = 0

    @property
    def total(self) -> int:
        """Width with what stands to the right of the symbol, and with its own words below."""
        behind = 2 * PAD + EVENT // 2 + BEHIND_LABEL // 2 if self.behind else 0
        return max(self.width + behind, LABEL - PAD if self.spot.shape == "event" else 0)


class _Turn(NamedTuple):
    """Where an arrow turns: at a fixed height, in a gutter, or in a channel; the last two by the track of its target."""

    kind: Literal["height", "gutter", "channel"]
    place: int = 0
    side: Side = "above"
    entering: bool = False

    @property
    def vertical(self) -> bool:
        return self.kind == "gutter"


class _Drawing:
    def __init__(self, lanes: dict[str, str], spots: dict[str, Spot], arrows: tuple[Arrow, ...]) -> None:
        self.lanes, self.spots, self.arrows = lanes, spots, arrows
        self.columns = {c: n for n, c in enumerate(sorted({s.column for s in spots.values() if s.in_grid}))}
        self.cells = {spot.id: self.cell(spot) for spot in spots.values() if spot.in_grid}
        self.rows = self.number_rows()
        self.boxes: dict[str, Box] = {}
        self.labels: dict[str, Box] = {}

    # What goes together

    def cell(self, spot: Spot) -> _Cell:
        width, height = self.size(spot)
        cell = _Cell(spot, width, height)
        for other in self.spots.values():
            if other.host == spot.id:
                cell.events.append(other)
            elif other.after == spot.id:
                cell.behind = other
        cell.width = max(width, len(cell.events) * EVENT_PITCH + PAD)
        cell.ways = [arrow for arrow in self.arrows if arrow.source == spot.id and arrow.name]
        return cell

    def size(self, spot: Spot) -> tuple[int, int]:
        if spot.shape == "event":
            return EVENT, EVENT
        if spot.shape == "gateway":
            return GATEWAY, GATEWAY
        if spot.shape == "box":
            return INNER
        width = TASK
        events = sum(other.host == spot.id for other in self.spots.values())
        width = max(width, events * EVENT_PITCH + PAD)
        while width < MOST_TASK and lines(spot.name, width - 2 * PAD) > TASK_LINES:
            width += 40
        free = EVENT // 2 if events else PAD  # the events' upper halves lie within
        return width, max(80, _even(lines(spot.name, width - 2 * PAD) * LINE + 2 * (free + 4)))

    def holder(self, id_: str) -> _Cell:
        """The cell that a symbol belongs to."""
        spot = self.spots[id_]
        while not spot.in_grid:
            spot = self.spots[spot.host or spot.after or spot.inside]
        return self.cells[spot.id]

    # The grid

    def number_rows(self) -> dict[str, int]:
        """The row of each cell, counted through all lanes from top to bottom."""
        taken: set[tuple[str, int, int]] = set()
        depth: dict[str, int] = {}
        for cell in self.cells.values():
            spot, row = cell.spot, int(cell.spot.low)
            while (spot.lane, spot.column, row) in taken:
                row += 1
            taken.add((spot.lane, spot.column, row))
            depth[spot.id] = row
        self.first_row: dict[str, int] = {}
        self.row_count = 0
        for lane in self.lanes:
            self.first_row[lane] = self.row_count
            used = [depth[c.spot.id] for c in self.cells.values() if c.spot.lane == lane]
            self.row_count += max(used, default=0) + 1
        return {id_: self.first_row[self.spots[id_].lane] + row for id_, row in depth.items()}

    def col(self, id_: str) -> int:
        return self.columns[self.holder(id_).spot.column]

    def row(self, id_: str) -> int:
        return self.rows[self.holder(id_).spot.id]

    @cached_property
    def occupied(self) -> set[tuple[int, int]]:
        return {(self.rows[id_], self.columns[cell.spot.column]) for id_, cell in self.cells.items()}

    def clear(self, row: int, left: int, right: int) -> bool:
        """Is there nothing in this row between two columns?"""
        return not any((row, column) in self.occupied for column in range(left + 1, right))

    # The ways out of a symbol

    def measure(self) -> None:
        """The height of each cell, and where above or below its middle each named arrow leaves it."""
        for cell in self.cells.values():
            cell.up = cell.height // 2
            cell.down = cell.height // 2 + self.below(cell)
            if cell.spot.shape == "event":
                cell.down += 4 + lines(cell.spot.name, LABEL - PAD) * LINE
            self.fan_out(cell)

    def below(self, cell: _Cell) -> int:
        """The room that the events on the lower border need, with their words and what stands below them."""
        deepest = 0
        for event in cell.events:
            words = lines(event.name, EVENT_LABEL) * LINE
            ends = any(other.after == event.id for other in self.spots.values())
            deepest = max(deepest, EVENT // 2 + words + 8 + (EVENT + LINE + 8 if ends else 0))
        return deepest

    def fan_out(self, cell: _Cell) -> None:
        """The main way leaves straight on; the others above or below it, towards where they go."""
        if not cell.ways:
            return
        row, column = self.rows[cell.spot.id], self.columns[cell.spot.column]
        straight = (
            way
            for way in cell.ways
            if self.row(way.target) == row
            and self.col(way.target) > column
            and self.clear(row, column, self.col(way.target))
        )
        main = next(straight, cell.ways[0])
        upward = [way for way in cell.ways if way is not main and self.row(way.target) < row]
        downward = [way for way in cell.ways if way is not main and way not in upward]
        height = _words(main)
        cell.stubs[main.id] = 0
        edge = -max(height + 6, cell.height // 2)
        for way in sorted(upward, key=lambda way: -self.row(way.target)):
            cell.stubs[way.id] = edge - 8
            edge -= 8 + _words(way) + 6
        cell.up = max(cell.up, -edge)
        edge = GATEWAY // 2 if cell.spot.shape == "gateway" else 0
        for way in sorted(downward, key=lambda way: self.row(way.target)):
            edge = max(edge + _words(way) + 12, GATEWAY)
            cell.stubs[way.id] = edge
        cell.down = max(cell.down, edge + 6)

    # The arrows, as turns

    def turns(self, arrow: Arrow) -> list[_Turn]:
        """How an arrow runs from its source to its target. Ways back enter from above, all others from the left."""
        source, target = self.spots[arrow.source], self.spots[arrow.target]
        if source.inside or target.after == source.id:
            return []
        row, column = self.row(source.id), self.col(source.id)
        to_row, to_column = self.row(target.id), self.col(target.id)
        gutter, entry = _Turn("gutter", column + 1), _Turn("gutter", to_column, entering=True)
        across = _Turn("channel", to_row, "above")
        if source.host:
            out = _Turn("channel", row, "below")
            return [out, entry] if to_column > column else [out, gutter, across]
        height = self.holder(source.id).stubs.get(arrow.id, 0)
        start = [_Turn("height", height)] if height and source.shape == "gateway" else []
        if to_column <= column:
            return [*start, gutter, across]
        if to_column == column + 1 or (to_row == row and self.clear(row, column, to_column)):
            return [*start] if to_row == row and not height else [*start, entry]
        return [*start, gutter, across, entry]

    def tracks(
        self, ways: Mapping[str, list[_Turn]]
    ) -> tuple[dict[int, list[str]], dict[tuple[int, Side], list[str]]]:
        """Which targets need a line in each gutter and channel, so that few cross.

        In a gutter those that enter there come last, the lowest first; below a row the last to leave comes first.
        """
        leaving: dict[int, dict[str, None]] = {}
        entering: dict[int, dict[str, None]] = {}
        channels: dict[tuple[int, Side], dict[str, None]] = {}
        for arrow in self.arrows:
            for turn in ways[arrow.id]:
                if turn.kind == "gutter":
                    (entering if turn.entering else leaving).setdefault(turn.place, {})[arrow.target] = None
                elif turn.kind == "channel":
                    channels.setdefault((turn.place, turn.side), {})[arrow.target] = None
        gutters = {
            place: [*leaving.get(place, {}), *sorted(entering.get(place, {}), key=self.row, reverse=True)]
            for place in {*leaving, *entering}
        }
        return gutters, {
            (row, side): list(targets) if side == "above" else list(targets)[::-1]
            for (row, side), targets in channels.items()
        }

    # Into pixels

    def plan(self) -> Plan:
        self.measure()
        ways = {arrow.id: self.turns(arrow) for arrow in self.arrows}
        self.gutters, self.channels = self.tracks(ways)
        right = self.set_columns()
        bottom = self.set_rows()
        for cell in self.cells.values():
            self.place(cell)
        points = {arrow.id: _straightened(list(self.run(arrow, ways[arrow.id]))) for arrow in self.arrows}
        pool = Box(0, 0, right, bottom)
        lanes = {
            lane: Box(HEAD, top, right - HEAD, height) for lane, (top, height) in self.lane_spans.items()
        }
        return Plan(pool, lanes, self.boxes, self.labels, points)

    def set_columns(self) -> int:
        """The left of each column and the tracks before it; gives the right edge of the pool."""
        self.left: dict[int, int] = {}
        self.track_x: dict[tuple[int, str], int] = {}
        x = 2 * HEAD + PAD
        for column in [*self.columns.values(), len(self.columns)]:
            for target in self.gutters.get(column, ()):
                self.track_x[column, target] = x
                x += TRACK
            x += PAD
            self.left[column] = x
            cells = [c for c in self.cells.values() if self.columns[c.spot.column] == column]
            x += max((cell.total for cell in cells), default=0)
            x += LABEL + PAD if any(cell.ways for cell in cells) else PAD
        return x

    def set_rows(self) -> int:
        """The middle of each row and the tracks about it; gives the lower edge of the pool."""
        self.middle: dict[int, int] = {}
        self.track_y: dict[tuple[int, Side, str], int] = {}
        self.lane_spans: dict[str, tuple[int, int]] = {}
        ends = [*list(self.first_row.values())[1:], self.row_count]
        y = 0
        for (lane, first), last in zip(self.first_row.items(), ends, strict=True):
            top = y
            for row in range(first, last):
                y = self.set_row(row, y)
            y = max(
                y, top + _even(len(self.lanes[lane]) * 7 // 2 + 40)
            )  # its label stands upright, in two lines
            self.lane_spans[lane] = (top, y - top)
        return y

    def set_row(self, row: int, y: int) -> int:
        cells = [cell for cell in self.cells.values() if self.rows[cell.spot.id] == row]
        y = self.set_channel(row, "above", y + PAD)
        y += max((cell.up for cell in cells), default=0)
        self.middle[row] = y
        y += max((cell.down for cell in cells), default=0)
        return self.set_channel(row, "below", y + PAD)

    def set_channel(self, row: int, side: Side, y: int) -> int:
        for target in self.channels.get((row, side), ()):
            self.track_y[row, side, target] = y
            y += TRACK
        return y

    def place(self, cell: _Cell) -> None:
        """The box of the symbol, of what hangs on it, and of its words."""
        spot, middle = cell.spot, self.middle[self.rows[cell.spot.id]]
        left = (
            self.left[self.columns[spot.column]]
            + (cell.total - cell.width if spot.shape == "event" else 0) // 2
        )
        box = self.boxes[spot.id] = Box(left, middle - cell.height // 2, cell.width, cell.height)
        if spot.shape == "event":
            self.label_below(spot, box, LABEL - PAD)
        if cell.behind:
            self.boxes[cell.behind.id] = after = Box(box.right + 2 * PAD, middle - EVENT // 2, EVENT, EVENT)
            self.label_below(cell.behind, after, BEHIND_LABEL)
        for number, event in enumerate(cell.events):
            self.place_event(event, box.x + PAD + EVENT // 2 + number * EVENT_PITCH, box.bottom)
        for way in cell.ways:
            height = _words(way)
            y = middle + cell.stubs[way.id] - height - 3
            self.labels[way.id] = Box(box.right + 8, y, LABEL, height)
        inner = [other for other in self.spots.values() if other.inside == spot.id]
        for number, other in enumerate(inner):
            x = box.x + 32 + number * (box.w - 64 - EVENT) // max(1, len(inner) - 1)
            self.boxes[other.id] = Box(x, box.y + 32, EVENT, EVENT)
            self.label_below(other, self.boxes[other.id], 96)

    def place_event(self, event: Spot, x: int, y: int) -> None:
        """An event on a lower border, its words right of the line that leaves it, and the end below it if any."""
        half, words = EVENT // 2, lines(event.name, EVENT_LABEL) * LINE
        self.boxes[event.id] = Box(x - half, y - half, EVENT, EVENT)
        self.labels[event.id] = Box(x + 5, y + half + 2, EVENT_LABEL, words)
        for other in self.spots.values():
            if other.after == event.id:
                self.boxes[other.id] = end = Box(x - half, y + half + words + 8, EVENT, EVENT)
                self.label_below(other, end, BEHIND_LABEL)

    def label_below(self, spot: Spot, box: Box, width: int) -> None:
        if spot.name:
            self.labels[spot.id] = Box(
                box.cx - width // 2, box.bottom + 3, width, lines(spot.name, width) * LINE
            )

    def run(self, arrow: Arrow, turns: list[_Turn]) -> Iterator[Point]:
        """The points of an arrow, from border to border."""
        source, target = self.boxes[arrow.source], self.boxes[arrow.target]
        x, y = self.departure(arrow, turns)
        yield x, y
        for turn in turns:
            if turn.kind == "gutter":
                x = self.track_x[turn.place, arrow.target]
            elif turn.kind == "channel":
                y = self.track_y[turn.place, turn.side, arrow.target]
            else:
                y = source.cy + turn.place
            yield x, y
        from_above = turns[-1].kind == "channel" if turns else bool(self.spots[arrow.source].host)
        if from_above:
            yield target.cx, y
            yield target.cx, target.y
        else:
            yield x, target.cy
            yield target.x, target.cy

    def departure(self, arrow: Arrow, turns: list[_Turn]) -> Point:
        """The point on the source's border: below for an event on a border, the tip of a gateway, else the right."""
        spot, box = self.spots[arrow.source], self.boxes[arrow.source]
        if spot.host:
            return box.cx, box.bottom
        if turns and turns[0].kind == "height":
            return box.cx, box.y if turns[0].place < 0 else box.bottom
        return box.right, box.cy + (
            0 if spot.shape == "gateway" else self.holder(spot.id).stubs.get(arrow.id, 0)
        )


def _words(arrow: Arrow) -> int:
    """The height of the words on an arrow."""
    return lines(arrow.name, LABEL) * LINE


def _even(length: int) -> int:
    return length + length % 2


def _straightened(points: list[Point]) -> list[Point]:
    """Without the points that are no corner."""
    kept = [points[0]]
    for before, here in pairwise(points):
        if here == before:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == here[0] or kept[-2][1] == kept[-1][1] == here[1]):
            kept.pop()
        kept.append(here)
    return kept
