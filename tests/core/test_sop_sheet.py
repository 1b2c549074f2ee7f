# SPDX-License-Identifier: Apache-2.0
"""The SOP as its sheet shows it: which symbols, which arrows, and where they run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satupintu.catalog.sheets.routes import Line, Routes, routes_of
from satupintu.core.sop import Sop
from satupintu.core.sop.sheet import Shape, Sheet, sheet_of
from tests.core.fixtures.sheets import made
from tests.core.fixtures.sops import NAMES, load, small, step
from tests.core.test_sop_walks import sops

Box = tuple[float, float, float, float]
Stroke = tuple[float, float, float, float]


def spot(point: Any) -> tuple[float, float]:
    """A point of the grid as two numbers: columns two wide, rows ten high, tracks a little apart."""
    (kind, column, *side), (level, row, *track) = point
    x = 2.0 * column + (0 if kind == "g" else 1)
    if kind == "s":
        x += 0.5 if side[0] == "R" else -0.5
    if kind == "g":
        x += (0.04 + 0.01 * (side[0] // 2)) * (-1 if side[0] % 2 == 0 else 1)
    middle = 10.0 * row + 5
    y = {"m": middle, "t": middle - 2, "b": middle + 2}.get(level)
    if y is None:
        y = middle - 2.5 - 0.1 * track[0] if level == "u" else middle + 2.5 + 0.1 * track[0]
    return x, y


def strokes(line: Line) -> Iterator[Stroke]:
    for one, two in pairwise(map(spot, line.points)):
        (x1, x2), (y1, y2) = sorted((one[0], two[0])), sorted((one[1], two[1]))
        yield x1, y1, x2, y2


def box(cell: Sequence[int]) -> Box:
    row, column = cell
    return 2 * column + 0.5, 10 * row + 3, 2 * column + 1.5, 10 * row + 7


def touches(point: tuple[float, float], at: Box) -> bool:
    """On the edge of a box."""
    (x, y), (left, top, right, bottom) = point, at
    inside = left <= x <= right and top <= y <= bottom
    return inside and (x in (left, right) or y in (top, bottom))


def faults(sheet: Sheet, routes: Routes) -> list[str]:
    """Everything wrong with the lines of a sheet."""
    found = []
    boxes = [box(symbol.cell) for symbol in sheet.symbols]
    pieces = [(stroke, line.arrow, n) for line in routes.lines for n, stroke in enumerate(strokes(line))]
    for line in routes.lines:
        if not touches(spot(line.points[0]), box(line.arrow.start)):
            found.append(f"{line.arrow} does not begin at its symbol")
        if not touches(spot(line.points[-1]), box(line.arrow.end)):
            found.append(f"{line.arrow} does not end at its symbol")
    for (x1, y1, x2, y2), arrow, _ in pieces:
        if x1 != x2 and y1 != y2:
            found.append(f"{arrow} is slanted")
        if any(x1 < right and x2 > left and y1 < bottom and y2 > top for left, top, right, bottom in boxes):
            found.append(f"{arrow} runs through a symbol")
    for (a, one, m), (b, two, n) in combinations(pieces, 2):
        parting = one.start == two.start and m == n == 0  # two ways may leave a symbol at the same side
        if one.end != two.end and not parting and _covers(a, b):
            found.append(f"{one} lies on {two}")
    return found


def _covers(a: Stroke, b: Stroke) -> bool:
    if a[0] == a[2] == b[0] == b[2]:
        return min(a[3], b[3]) - max(a[1], b[1]) > 1e-6
    if a[1] == a[3] == b[1] == b[3]:
        return min(a[2], b[2]) - max(a[0], b[0]) > 1e-6
    return False


def loose(sheet: Sheet) -> list[str]:
    """Symbols without a way in or out; a start needs no way in, an end no way out."""
    comes, goes = {arrow.end for arrow in sheet.arrows}, {arrow.start for arrow in sheet.arrows}
    found = []
    for symbol in sheet.symbols:
        if symbol.cell not in comes and symbol.cell[0] != 0:
            found.append(f"nothing leads to {symbol}")
        if symbol.cell not in goes and symbol.shape not in (Shape.END, Shape.FINISH):
            found.append(f"nothing leads away from {symbol}")
    return found


def drawn(sop: Sop) -> tuple[Sheet, Routes]:
    """The sheet of a SOP, checked."""
    sheet = sheet_of(sop)
    routes = routes_of(sheet)
    assert faults(sheet, routes) == []
    assert loose(sheet) == []
    assert Counter(line.arrow for line in routes.lines) == Counter(sheet.arrows)
    assert [row.step.id for row in sheet.rows] == list(sop.steps)
    return sheet, routes


@pytest.mark.parametrize(("steps", "columns"), [(4, 3), (8, 5), (12, 4), (25, 7), (40, 8), (40, 3)])
def test_large_sops_are_drawn_without_a_fault(steps: int, columns: int) -> None:
    for seed in range(5):
        sheet, _ = drawn(made(steps, columns, seed=seed))
        assert len(sheet.columns) == columns


@pytest.mark.parametrize("name", NAMES)
def test_sops_of_offices_are_drawn_without_a_fault(name: str) -> None:
    drawn(load(name))


@settings(max_examples=25, deadline=None)
@given(sop=sops())
def test_whatever_is_sound_is_drawn(sop: Sop) -> None:
    drawn(sop)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), steps=st.integers(4, 40), columns=st.integers(3, 8), ways=st.floats(0, 1))
def test_any_size_is_drawn(seed: int, steps: int, columns: int, ways: float) -> None:
    drawn(made(steps, columns, seed=seed, ways=ways))


# What is drawn

ENDS = '[[end]]\nid = "ditolak"\nlabel = "Ditolak"\nresult = "refused"\n'


def labels(sheet: Sheet, row: int) -> dict[str, tuple[int, int]]:
    """Label -> where the arrow ends, of the arrows out of a row's step."""
    start = sheet.rows[row].symbol.cell
    return {arrow.label: arrow.end for arrow in sheet.arrows if arrow.start == start}


def way_words(sop: Sop, step_id: str, *pairs: tuple[str, str]) -> Sop:
    """The same SOP with other words on the ways out of a step."""
    changed = replace(
        sop.steps[step_id],
        outcomes={
            key: replace(one, label=dict(pairs).get(key, one.label))
            for key, one in sop.steps[step_id].outcomes.items()
        },
    )
    return replace(sop, steps={**sop.steps, step_id: changed})


def three(*ways: str, actor: str = "jf") -> Sop:
    """Applicant, a step with these ways out, and the head."""
    return small(
        step("isi", 1, "pemohon", ways=['kirim to = "periksa"']),
        step("periksa", 2, actor, ways=ways),
        step("sahkan", 3, "kadis", ways=['sah to = "selesai"']),
        ENDS,
    )


def test_a_no_and_another_way_are_tidak_and_ya() -> None:
    sop = way_words(
        three('baik to = "sahkan"', 'buruk to = "ditolak"'),
        "periksa",
        ("baik", "Lengkap, teruskan"),
        ("buruk", "Tidak lengkap, tolak"),
    )
    assert labels(sheet_of(sop), 1) == {"Ya": (2, 2), "Tidak": (1, 0)}


def test_other_ways_bear_their_own_first_words() -> None:
    sop = way_words(
        three('baik to = "sahkan"', 'ulang to = "isi"'),
        "periksa",
        ("baik", "Setuju, teruskan"),
        ("ulang", "Perbaiki: ulangi"),
    )
    assert labels(sheet_of(sop), 1) == {"Setuju": (2, 2), "Perbaiki": (0, 0)}


def test_long_words_become_letters_that_the_last_column_explains() -> None:
    long = "Kembalikan kepada pemohon untuk dilengkapi"
    sheet = sheet_of(way_words(three('baik to = "sahkan"', 'ulang to = "isi"'), "periksa", ("ulang", long)))
    assert labels(sheet, 1) == {"baik": (2, 2), "a": (0, 0)}
    assert sheet.rows[1].keys == {"a": long}


def test_a_step_with_one_way_asks_nothing() -> None:
    sheet = sheet_of(three('baik to = "sahkan"'))
    assert [row.symbol.shape for row in sheet.rows] == [Shape.START, Shape.PROCESS, Shape.FINISH]
    assert labels(sheet, 1) == {"": (2, 2)}


def test_ways_to_one_place_are_one_arrow_and_lateness_is_no_question() -> None:
    sop = three('baik to = "sahkan"', 'lewat to = "sahkan"\nwhen = "late"')
    sheet = sheet_of(way_words(sop, "periksa", ("baik", "Sudah"), ("lewat", "Belum, lanjut")))
    assert sheet.rows[1].symbol.shape is Shape.PROCESS
    assert [len(way.outcomes) for way in sheet.rows[1].ways] == [2]


def test_a_question_whose_answers_lead_to_one_place_stays_a_question() -> None:
    sheet = sheet_of(
        way_words(
            three('mandiri to = "sahkan"\nwhen = "help-not-asked"', 'dibantu to = "sahkan"'),
            "periksa",
            ("mandiri", "Tidak perlu bantuan"),
            ("dibantu", "Sudah dibantu"),
        )
    )
    assert sheet.rows[1].symbol.shape is Shape.DECISION
    assert labels(sheet, 1) == {"Tidak": (2, 2), "Ya": (2, 2)}


def test_a_wait_points_at_the_last_earlier_step_of_its_debtor() -> None:
    wait = '[[wait]]\nid = "perbaikan"\nkind = "correction"\ndebtor = "pemohon"\nlabel = "Perbaikan"\n'
    sop = small(
        step("isi", 1, "pemohon", ways=['kirim to = "lengkapi"']),
        step("lengkapi", 2, "pemohon", ways=['kirim to = "periksa"']),
        step("periksa", 3, "jf", ways=['baik to = "selesai"', 'minta wait = "perbaikan"']),
        wait,
    )
    sheet = sheet_of(sop)
    assert labels(sheet, 2)["minta"] == (1, 0)
    assert len(sheet.rows) == 3  # a correction adds no row


def test_a_wait_for_somebody_without_a_step_has_a_box_of_its_own() -> None:
    wait = '[[wait]]\nid = "kajian"\nkind = "opinion"\ndebtor = "dinas"\nlabel = "Kajian teknis"\n'
    sheet = sheet_of(small(
        step("isi", 1, "pemohon", ways=['kirim to = "periksa"']),
        step("periksa", 2, "jf", ways=['baik to = "sahkan"', 'minta wait = "kajian"']),
        step("sahkan", 3, "kadis", ways=['sah to = "selesai"']),
        wait,
    ))  # fmt: skip
    (box,) = [symbol for symbol in sheet.symbols if symbol.shape is Shape.WAIT]
    assert (box.text, sheet.columns[box.cell[1]].id) == ("Kajian teknis", "dinas")
    start = sheet.rows[1].symbol.cell
    assert {(arrow.start, arrow.end) for arrow in sheet.arrows if box.cell in (arrow.start, arrow.end)} == {
        (start, box.cell),
        (box.cell, start),
    }


def test_an_end_is_a_capsule_in_the_first_partys_column_or_beside_it() -> None:
    sheet = sheet_of(three('baik to = "sahkan"', 'buruk to = "ditolak"'))
    (end,) = [symbol for symbol in sheet.symbols if symbol.shape is Shape.END]
    assert (end.cell, end.text) == ((1, 0), "Ditolak")
    taken = sheet_of(three('baik to = "sahkan"', 'buruk to = "ditolak"', actor="pemohon"))
    (end,) = [symbol for symbol in taken.symbols if symbol.shape is Shape.END]
    assert end.cell == (1, 1)


def test_an_actor_may_be_drawn_in_anothers_column_and_who_only_hears_has_none() -> None:
    sop = three('baik to = "sahkan"')
    actors = {**sop.actors, "kadis": replace(sop.actors["kadis"], column="jf")}
    sheet = sheet_of(replace(sop, actors=actors))
    assert [actor.id for actor in sheet.columns] == [
        "pemohon",
        "jf",
    ]  # dinas, kasir and sistem do nothing here
    assert sheet.rows[2].symbol.cell == (2, 1)
