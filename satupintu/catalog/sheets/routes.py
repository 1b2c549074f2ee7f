# SPDX-License-Identifier: Apache-2.0
"""Where the arrows of an SOP sheet run: on an abstract grid, before anything is measured.

Rows are steps, columns are actors. Between the columns lie gutters with vertical tracks; above and below the symbols of
a row lie bands with horizontal tracks. A line that goes to one symbol never lies on a line that goes to another; lines
to the same symbol may join. No line passes through a symbol. Ways are looked for from the shortest to the longest:
sideways, straight down, sideways and down, down and sideways, and last through a gutter, the cheapest of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from satupintu.core.sop.sheet import Arrow, Cell, Sheet

X = tuple[str, int] | tuple[str, int, int] | tuple[str, int, str]
"""("c", column) its middle · ("s", column, side) the edge of its symbol · ("g", gutter, track)."""
Y = tuple[str, int] | tuple[str, int, int]
"""("m", row) the middle of its symbols · ("t"/"b", row, column) top and bottom of a symbol · ("u"/"d", row, track)."""
Point = tuple[X, Y]


@dataclass(frozen=True, slots=True)
class Line:
    """The corners of an arrow. port: the side of the symbol where it begins, L, R or B."""

    arrow: Arrow
    points: tuple[Point, ...]
    port: str


@dataclass(frozen=True, slots=True)
class Routes:
    """All lines, and how many tracks each gutter and each row's bands need."""

    lines: tuple[Line, ...]
    gutters: tuple[int, ...]
    above: tuple[int, ...]
    below: tuple[int, ...]


def routes_of(sheet: Sheet) -> Routes:
    """Routes for every arrow of a sheet; the same sheet, the same routes."""
    router = _Router(len(sheet.rows), len(sheet.columns), (s.cell for s in sheet.symbols), sheet.arrows)
    lines = [router.line(arrow) for arrow in sorted(sheet.arrows, key=_urgency)]
    tracks = [tuple(map(_count, lanes)) for lanes in (router.gutters, router.above, router.below)]
    return Routes(tuple(lines), *tracks)


def _urgency(arrow: Arrow) -> tuple[int, int, int]:
    """Within the row first, then forward from near to far, then back."""
    (one, _), (two, _) = arrow.start, arrow.end
    if arrow.start == arrow.end:
        return 2, one, 0
    return (0, one, 0) if one == two else (1, two - one, one) if two > one else (2, one, 0)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A piece of track in use, from `low` to `high`, by lines to `target` that enter it at `entry`."""

    low: int
    high: int
    target: Cell
    track: int
    entry: str = ""


@dataclass(frozen=True, slots=True)
class _Detour:
    """One way through a gutter: out at `port`, along `gutter`, in at `entry`."""

    cost: float
    port: str
    gutter: int
    entry: str
    stretch: _Stretch


def _count(lane: Sequence[_Stretch]) -> int:
    return max((stretch.track + 1 for stretch in lane), default=0)


def _track(lane: Sequence[_Stretch], low: int, high: int, target: Cell) -> int:
    """The first track where nothing that goes elsewhere is in the way."""
    blocked = {s.track for s in lane if s.target != target and s.low <= high and low <= s.high}
    return next(track for track in range(len(lane) + 1) if track not in blocked)


def _middle(column: int) -> int:
    """Sideways positions are counted in half columns: odd in the middle of a column, even in a gutter."""
    return 2 * column + 1


class _Router:
    def __init__(self, rows: int, columns: int, cells: Iterable[Cell], arrows: Iterable[Arrow]) -> None:
        self.columns = columns
        self.cells = frozenset(cells)
        self.ports: dict[tuple[Cell, str], str] = {}
        self.gutters: list[list[_Stretch]] = [[] for _ in range(columns + 1)]
        self.above: list[list[_Stretch]] = [[] for _ in range(rows)]
        self.below: list[list[_Stretch]] = [[] for _ in range(rows)]
        self.level: list[list[tuple[int, int]]] = [[] for _ in range(rows)]
        self.left: dict[Cell, int] = {}
        for arrow in arrows:
            self.left[arrow.start] = self.left.get(arrow.start, 0) + 1

    def line(self, arrow: Arrow) -> Line:
        self.left[arrow.start] -= 1
        found = self.near(arrow) or self.detour(arrow)
        self.ports[arrow.start, found.port] = "out"
        return found

    def near(self, arrow: Arrow) -> Line | None:
        """A line without a gutter, if one is free."""
        start, end = arrow.start, arrow.end
        (row1, col1), (row2, col2) = start, end
        if start == end or row2 < row1:
            return None
        side, facing = ("R", "L") if col2 > col1 else ("L", "R")
        clear = self.clear_row(row1, _middle(col1), _middle(col2))
        if row1 == row2:
            if not (self.free(start, side) and clear):
                return None
            self.ports[end, facing] = "in"
            return Line(arrow, ((("s", col1, side), ("m", row1)), (("s", col2, facing), ("m", row1))), side)
        if not self.clear_column(col2, row1, row2):
            return None
        top: Point = (("c", col2), ("t", row2, col2))
        if col1 == col2:
            bottom: Point = (("c", col1), ("b", row1, col1))
            return Line(arrow, (bottom, top), "B") if self.free(start, "B") else None
        if (row1, col2) in self.cells:
            return None
        if self.free(start, side) and clear:
            self.use_level(row1, _middle(col1), _middle(col2))
            return Line(arrow, ((("s", col1, side), ("m", row1)), (("c", col2), ("m", row1)), top), side)
        if self.free(start, "B"):
            track = self.use(self.below[row1], _middle(col1), _middle(col2), end)
            down: Y = ("d", row1, track)
            return Line(
                arrow, ((("c", col1), ("b", row1, col1)), (("c", col1), down), (("c", col2), down), top), "B"
            )
        return None

    def detour(self, arrow: Arrow) -> Line:
        """The cheapest line through a gutter; there always is one, if only from a port that is in use already."""
        chosen = min(self.detours(arrow), key=lambda detour: detour.cost)
        (row1, col1), (row2, col2) = arrow.start, arrow.end
        self.gutters[chosen.gutter].append(chosen.stretch)
        gutter: X = ("g", chosen.gutter, chosen.stretch.track)
        x1, x2, xg = _middle(col1), _middle(col2), 2 * chosen.gutter
        points: list[Point]
        if chosen.port == "B":
            down: Y = ("d", row1, self.use(self.below[row1], x1, xg, arrow.end))
            points = [(("c", col1), ("b", row1, col1)), (("c", col1), down), (gutter, down)]
        else:
            self.use_level(row1, x1, xg)
            points = [(("s", col1, chosen.port), ("m", row1)), (gutter, ("m", row1))]
        if chosen.entry == "T":
            up: Y = ("u", row2, self.use(self.above[row2], x2, xg, arrow.end))
            points += [(gutter, up), (("c", col2), up), (("c", col2), ("t", row2, col2))]
        else:
            self.ports[arrow.end, chosen.entry] = "in"
            self.use_level(row2, x2, xg)
            points += [(gutter, ("m", row2)), (("s", col2, chosen.entry), ("m", row2))]
        return Line(arrow, tuple(points), chosen.port)

    def detours(self, arrow: Arrow) -> Iterator[_Detour]:
        """Every way through a gutter with its price."""
        (row1, col1), (row2, col2) = arrow.start, arrow.end
        gutters = dict.fromkeys((col1, col1 + 1, col2, col2 + 1, 0, self.columns))
        ports = [port for port in "LRB" if self.free(arrow.start, port)]
        found = False
        for port in (*ports, ""):  # the last resort: once more from below
            if port == "" and found:
                return
            for gutter in gutters:
                if not self.leaves(arrow.start, port or "B", gutter):
                    continue
                for entry in "LRT":
                    if row1 == row2 and entry != "T" and port in ("L", "R"):
                        continue
                    if not self.enters(arrow.end, entry, gutter):
                        continue
                    found = True
                    yield self.priced(arrow, port or "B", gutter, entry, crowded=port == "")

    def priced(self, arrow: Arrow, port: str, gutter: int, entry: str, *, crowded: bool) -> _Detour:
        """A way with its price: distance, bends, tracks and crossings; joining lines to the same symbol is cheaper."""
        (row1, col1), (row2, col2) = arrow.start, arrow.end
        from_y = 4 * row1 + (3 if port == "B" else 2)
        to_y = 4 * row2 + (1 if entry == "T" else 2)
        low, high, xg = min(from_y, to_y), max(from_y, to_y), 2 * gutter
        track = _track(self.gutters[gutter], low, high, arrow.end)
        joins = any(
            s.target == arrow.end and s.entry == entry and s.track == track for s in self.gutters[gutter]
        )
        between = range(min(row1, row2) + 1, max(row1, row2))
        crossings = sum(low_x < xg < high_x for row in between for low_x, high_x in self.level[row])
        at_edge = (port == "R" and col1 == self.columns - 1) or (port == "L" and col1 == 0)
        cost = abs(_middle(col1) - xg) + abs(xg - _middle(col2)) + 1.2 * track + 0.5 * crossings
        cost += 1.5 * (port == "B") + 20 * crowded + 1.6 * (entry == "T") - 2.5 * joins
        cost += 3 * bool(arrow.label and at_edge)  # no room for the label beside the table's edge
        # Leave the target a side for its own ways out.
        cost += 3 * (
            entry != "T" and (arrow.end, entry) not in self.ports and self.left.get(arrow.end, 0) > 0
        )
        return _Detour(cost, port, gutter, entry, _Stretch(low, high, arrow.end, track, entry))

    def leaves(self, cell: Cell, port: str, gutter: int) -> bool:
        """Can a line from this side of a symbol reach the gutter?"""
        row, column = cell
        if (port == "L" and gutter > column) or (port == "R" and gutter <= column):
            return False
        return port == "B" or self.clear_row(row, _middle(column), 2 * gutter)

    def enters(self, cell: Cell, entry: str, gutter: int) -> bool:
        """Can a line from the gutter reach this side of a symbol, which no other line leaves?"""
        if entry == "T":
            return True
        return self.ports.get((cell, entry), "in") == "in" and self.leaves(cell, entry, gutter)

    def free(self, cell: Cell, port: str) -> bool:
        return (cell, port) not in self.ports

    def clear_row(self, row: int, one: int, two: int) -> bool:
        """Is there no symbol of this row between two sideways positions?"""
        low, high = sorted((one, two))
        return not any(
            (row, column) in self.cells for column in range(self.columns) if low < _middle(column) < high
        )

    def clear_column(self, column: int, above: int, below: int) -> bool:
        return not any((row, column) in self.cells for row in range(above + 1, below))

    def use(self, lane: list[_Stretch], one: int, two: int, target: Cell) -> int:
        """Take a track of this lane."""
        low, high = sorted((one, two))
        track = _track(lane, low, high, target)
        lane.append(_Stretch(low, high, target, track))
        return track

    def use_level(self, row: int, one: int, two: int) -> None:
        self.level[row].append((min(one, two), max(one, two)))
