# SPDX-License-Identifier: Apache-2.0
"""The flow chart of an SOP sheet for a screen: rows of even height, measured in pixels, drawn by `bagan.html` as SVG."""

from __future__ import annotations

from itertools import accumulate
from math import ceil
from textwrap import wrap
from typing import Any

from satupintu.catalog.sheets.routes import Line, Point, Routes, X, Y
from satupintu.core.sop.sheet import Cell, Shape, Sheet, Symbol

NUMBERS = 30  # the column of step numbers
WIDTH, HEIGHT, DIAMOND = 56, 26, 38  # a symbol; a decision is as wide and this high
TRACK, BAND, EDGE, CLEAR = 6, 9, 6, 11
LEAST_ROW = 58
HEAD_LETTERS, HEAD_LINE = 12, 13
TEXT_LETTERS, TEXT_LINE = 12, 9
LETTER = 7  # of a label, at the widest


def chart(sheet: Sheet, routes: Routes) -> dict[str, Any]:
    """Everything `bagan.html` draws; numbers as text, so that no language writes them its own way."""
    return _Chart(sheet, routes).drawn()


class _Chart:
    def __init__(self, sheet: Sheet, routes: Routes) -> None:
        self.sheet, self.routes = sheet, routes
        self.halves = {symbol.cell: _height(symbol) / 2 for symbol in sheet.symbols}
        self.column = WIDTH + 2 * (EDGE + TRACK * max(0, self.fullest() - 1) + CLEAR)
        self.heads = [wrap(actor.label, HEAD_LETTERS) for actor in sheet.columns]
        self.head = HEAD_LINE * max(map(len, self.heads)) + 12
        heights = [self.row_height(row) for row in range(len(sheet.rows))]
        self.tops = [self.head, *accumulate(heights, initial=self.head)][1:]
        self.width = NUMBERS + self.column * len(sheet.columns)

    def drawn(self) -> dict[str, Any]:
        return {
            "lebar": str(self.width),
            "kanvas": str(self.width + self.margin()),
            "tinggi": str(self.tops[-1] + 1),
            "dalam": str(self.tops[-1]),
            "kepala": [self.heading(column, lines) for column, lines in enumerate(self.heads)],
            "kolom": [str(NUMBERS + self.column * place) for place in range(len(self.heads))],
            "baris": [self.numbered(row) for row in range(len(self.sheet.rows))],
            "garis": [self.path(line) for line in self.routes.lines],
            "simbol": [self.symbol(symbol) for symbol in self.sheet.symbols],
            "label": [self.label(line) for line in self.routes.lines if line.arrow.label],
        }

    def fullest(self) -> int:
        """Tracks on the fullest side of a gutter."""
        last = len(self.routes.gutters) - 1
        return max(n if place in (0, last) else ceil(n / 2) for place, n in enumerate(self.routes.gutters))

    def margin(self) -> int:
        """Room beside the table for the labels that its last column cannot hold."""
        last = len(self.heads) - 1
        beside = [
            line.arrow.label
            for line in self.routes.lines
            if line.arrow.label and line.port != "L" and line.arrow.start[1] == last
        ]
        return max([1, *(LETTER * len(label) - (self.column - WIDTH) // 2 + 4 for label in beside)])

    def row_height(self, row: int) -> int:
        bands = self.routes.above[row] + self.routes.below[row]
        return max(LEAST_ROW, int(2 * self.highest(row)) + BAND * bands + 2 * EDGE + 8)

    def highest(self, row: int) -> float:
        """Half the height of the row's highest symbol."""
        return max(half for cell, half in self.halves.items() if cell[0] == row)

    def middle(self, cell: Cell) -> tuple[float, float]:
        row, column = cell
        lean = BAND * (self.routes.above[row] - self.routes.below[row])
        return NUMBERS + (column + 0.5) * self.column, (self.tops[row] + self.tops[row + 1] + lean) / 2

    def place(self, point: Point) -> tuple[float, float]:
        """A point of the grid in pixels."""
        return self.x(point[0]), self.y(point[1])

    def x(self, place: X) -> float:
        kind, column, *more = place
        middle = self.middle((0, column))[0]
        if kind == "s":
            return middle + (WIDTH / 2 if more == ["R"] else -WIDTH / 2)
        if kind == "c":
            return middle
        track, border = int(more[0]), NUMBERS + self.column * column
        if column == 0:
            return border + EDGE + TRACK * track
        if column == len(self.heads):
            return border - EDGE - TRACK * track
        return border + (EDGE + TRACK * (track // 2)) * (-1 if track % 2 == 0 else 1)

    def y(self, place: Y) -> float:
        kind, row, *more = place
        middle = self.middle((row, 0))[1]
        if kind == "m":
            return middle
        if kind in ("t", "b"):
            return middle + self.halves[row, more[0]] * (-1 if kind == "t" else 1)
        away = self.highest(row) + 6 + BAND * more[0]
        return middle - away if kind == "u" else middle + away

    def path(self, line: Line) -> str:
        """The line as SVG path data."""
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in map(self.place, line.points))

    def symbol(self, symbol: Symbol) -> dict[str, Any]:
        x, y = self.middle(symbol.cell)
        half, lines = self.halves[symbol.cell], wrap(symbol.text, TEXT_LETTERS)
        first = y - TEXT_LINE * (len(lines) - 1) / 2 + 3
        return {
            "bentuk": symbol.shape.value,
            "x": f"{x - WIDTH / 2:g}",
            "y": f"{y - half:g}",
            "tinggi": f"{2 * half:g}",
            "tengah": f"{x:g}",
            "teks": [(f"{first + TEXT_LINE * place:g}", text) for place, text in enumerate(lines)],
        }

    def label(self, line: Line) -> dict[str, str]:
        """A label stands at the beginning of its line, on the side where the line does not turn."""
        x, y = self.place(line.points[0])
        if line.port in "LR":
            away = 3 if line.port == "R" else -3
            rises = len(line.points) > 2 and self.place(line.points[2])[1] < y
            height = y + (11 if rises else -4)
            return {"x": f"{x + away:g}", "y": f"{height:g}", "arah": _anchor(away), "teks": line.arrow.label}
        down = self.place(line.points[1])[1]
        onward = self.place(line.points[2])[0] if len(line.points) > 2 else x - 1
        away = -4 if onward > x else 4
        height = min(down, y + HEIGHT) if len(line.points) > 2 else y + 5
        return {"x": f"{x + away:g}", "y": f"{height + 4:g}", "arah": _anchor(away), "teks": line.arrow.label}

    def heading(self, column: int, lines: list[str]) -> dict[str, Any]:
        x = self.middle((0, column))[0]
        first = (self.head - HEAD_LINE * len(lines)) / 2 + 10
        texts = [(f"{first + HEAD_LINE * place:g}", text) for place, text in enumerate(lines)]
        return {"x": f"{x:g}", "teks": texts}

    def numbered(self, row: int) -> dict[str, str]:
        middle = self.middle((row, 0))[1]
        number = str(self.sheet.rows[row].step.number)
        return {"atas": str(self.tops[row]), "y": f"{middle + 4:g}", "no": number}


def _height(symbol: Symbol) -> float:
    """A symbol is as high as its words need."""
    if symbol.shape is Shape.DECISION:
        return DIAMOND
    return max(HEIGHT, TEXT_LINE * len(wrap(symbol.text, TEXT_LETTERS)) + 8)


def _anchor(away: int) -> str:
    return "start" if away > 0 else "end"
