# SPDX-License-Identifier: Apache-2.0
"""How wide the columns of an SOP sheet are: actors by their lines, texts so that the rows become as low as they can.

An estimate by letters: the template measures, and nothing depends on the estimate but how well the page is filled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import ceil

from satupintu.catalog.sheets.routes import Routes
from satupintu.core.sop.sheet import Shape, Sheet

TABLE_MM = 273.0
NUMBER_MM, TIME_MM = 7.5, 15.0
TEXTS = {"kegiatan": "Kegiatan", "kelengkapan": "Kelengkapan", "output": "Output", "ket": "Ket."}
"""The text columns with their heads."""

_USUAL = (0.24, 0.20, 0.12)
_SHARES = (
    (0.14, 0.18, 0.21, 0.24, 0.28, 0.33),
    (0.12, 0.15, 0.18, 0.20, 0.24, 0.28),
    (0.08, 0.12, 0.16, 0.20, 0.25, 0.30),
)
_LETTER_MM, _LINE_MM = 1.46, 3.75  # of the print type at 8.6 pt
_LOST_LETTERS = 3.0  # at the ragged end of a line
_SIDES_MM, _TOP_MM = 2.6, 3.2
_EMPTY_MM = 11.0
_LABEL_MM = 8.0  # beside what an actor's column has anyway
_FIRST_TRACK_MM, _TRACK_MM, _CLEAR_MM, _BAND_MM = 1.2, 1.5, 1.9, 2.2
_ROOMY_MM = {5: 22.5, 6: 18.5}


def widths(sheet: Sheet, routes: Routes, rows: Sequence[Mapping[str, str]]) -> dict[str, float]:
    """Widths in mm by name: "simbol", "pelaku" (each actor), "no", "waktu", and the four text columns.

    "tepi_kiri", "tepi_kanan": what the first and the last actor's column have more, for labels at the table's edge.
    rows: the texts of each step under the names in TEXTS.
    """
    columns = len(sheet.columns)
    symbol = 14.0 if columns <= 5 else 12.0 if columns == 6 else 11.0
    actor = _actor(columns, symbol, routes.gutters)
    edges = {name: _LABEL_MM * used for name, used in _edges(columns, routes).items()}
    room = TABLE_MM - NUMBER_MM - TIME_MM - columns * actor - sum(edges.values())
    floors = [_floor(sheet, routes, row) for row in range(len(rows))]
    texts = _texts(room, rows, floors)
    return {"simbol": symbol, "pelaku": actor, "no": NUMBER_MM, "waktu": TIME_MM, **edges, **texts}


def _edges(columns: int, routes: Routes) -> dict[str, bool]:
    """Does a line with a label leave a symbol towards the edge of the actors' columns, where nothing else is?"""
    leaving = {(line.arrow.start[1], line.port) for line in routes.lines if line.arrow.label}
    return {"tepi_kiri": (0, "L") in leaving, "tepi_kanan": (columns - 1, "R") in leaving}


def _actor(columns: int, symbol: float, gutters: Sequence[int]) -> float:
    """Room for the symbol and for the tracks of the fullest gutter; an inner gutter shares them with its neighbour."""
    last = len(gutters) - 1
    sides = [count if place in (0, last) else ceil(count / 2) for place, count in enumerate(gutters)]
    tracks = _FIRST_TRACK_MM + _TRACK_MM * max(max(sides) - 1, 0) + _CLEAR_MM
    roomy = 25.0 if columns <= 4 else _ROOMY_MM.get(columns, 16.8)
    return max(symbol + 2 * tracks, roomy)


def _floor(sheet: Sheet, routes: Routes, row: int) -> float:
    """How high the row is for its symbols and bands alone, in mm."""
    decides = sheet.rows[row].symbol.shape is Shape.DECISION
    return (14.2 if decides else 11.4) + _BAND_MM * (routes.above[row] + routes.below[row])


def _texts(room: float, rows: Sequence[Mapping[str, str]], floors: Sequence[float]) -> dict[str, float]:
    """The division of the room that makes all rows together the lowest."""
    columns = [[row.get(name, "") for row in rows] for name in TEXTS]
    least = [_least(texts, head) for texts, head in zip(columns, TEXTS.values(), strict=True)]
    lengths = list(zip(*([len(text) for text in texts] for texts in columns), strict=True))
    best = min(_divisions(room, least), key=lambda division: _height(lengths, floors, division))
    return {name: round(width, 2) for name, width in zip(TEXTS, best, strict=True)}


def _divisions(room: float, least: Sequence[float]) -> Iterator[tuple[float, ...]]:
    """Divisions where every column holds its longest word; by the longest words alone if none does."""
    found = False
    for shares in product(*_SHARES):
        others = [
            low if low == _EMPTY_MM else max(low, share * room)
            for low, share in zip(least[1:], shares, strict=True)
        ]
        activity = room - sum(others)
        if activity >= least[0]:
            found = True
            yield (activity, *others)
    if not found:
        yield tuple(room * low / sum(least) for low in least)


def _least(texts: Sequence[str], head: str) -> float:
    """The width that the longest word of a column needs, its head's included."""
    words = {word for text in (*texts, head) for word in re.split(r"[\s/-]+", text)}
    return max(_EMPTY_MM, max(map(len, words)) * 1.65 + _SIDES_MM)


def _height(lengths: Sequence[Sequence[int]], floors: Sequence[float], division: Sequence[float]) -> float:
    """Height of all rows in mm; where it is all the same, the usual division is the better one."""
    letters = [max(1.0, (width - _SIDES_MM) / _LETTER_MM - _LOST_LETTERS) for width in division]
    total = 0.0
    for row, floor in zip(lengths, floors, strict=True):
        lines = max(ceil(length / room) for length, room in zip(row, letters, strict=True))
        total += max(floor, _TOP_MM + _LINE_MM * lines)
    room = sum(division)
    odd = sum(abs(width / room - usual) for width, usual in zip(division[1:], _USUAL, strict=True))
    return total + 2 * odd
