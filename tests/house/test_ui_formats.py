# SPDX-License-Identifier: Apache-2.0
"""Dates, spans, money and sizes as the office writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.ui import formats

pytestmark = pytest.mark.anyday

FRIDAY = date(2026, 11, 20)
PONTIANAK, JAYAPURA = ZoneInfo("Asia/Pontianak"), ZoneInfo("Asia/Jayapura")


def test_a_promise_is_a_day_with_its_name():
    assert formats.long_date(FRIDAY) == "Jumat, 20 November 2026"
    assert formats.promise(2, date(2026, 11, 23), FRIDAY) == "2 hari kerja, sampai Senin, 23 November"


def test_the_year_is_written_when_it_is_another_one():
    assert formats.near_date(date(2027, 1, 4), date(2026, 12, 31)) == "Senin, 4 Januari 2027"
    assert formats.near_date(date(2026, 12, 31), FRIDAY) == "Kamis, 31 Desember"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (FRIDAY, "hari ini"),
        (date(2026, 11, 21), "besok"),
        (date(2026, 11, 19), "kemarin"),
        (date(2026, 11, 22), "Minggu, 22 November"),
    ],
)
def test_near_days_have_names(day, said):
    assert formats.relative_day(day, FRIDAY) == said


def test_the_same_instant_is_another_day_in_another_office():
    at = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    assert formats.moment(at, PONTIANAK) == "Jumat, 20 November 2026, 22.30 WIB"
    assert formats.moment(at, JAYAPURA) == "Sabtu, 21 November 2026, 00.30 WIT"
    assert formats.near_moment(at, JAYAPURA, FRIDAY) == "Besok, 00.30"


@pytest.mark.parametrize(
    ("amount", "said"), [(0, "Rp 0"), (1_500_000, "Rp 1.500.000"), (-25_000, "\N{MINUS SIGN}Rp 25.000")]
)
def test_money_has_dots(amount, said):
    assert formats.rupiah(amount).replace("\N{NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(
    ("minutes", "day", "said"),
    [(0, 0, "0 menit"), (35, 0, "35 menit"), (125, 0, "2 jam 5 menit"), (600, 480, "1 hari kerja 2 jam")],
)
def test_minutes_are_said_in_words(minutes, day, said):
    assert formats.minutes_in_words(minutes, day) == said


def test_a_span_is_never_negative():
    with pytest.raises(ValueError, match="negative"):
        formats.minutes_in_words(-1)


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 B"), (1023, "1023 B"), (319_488, "312 KB"), (5 << 20, "5 MB"), (5_347_738, "5,1 MB")],
)
def test_sizes_are_those_a_phone_shows(size, said):
    assert formats.file_size(size) == said


@given(st.text("0123456789", max_size=20))
def test_a_masked_number_shows_eight_figures_or_none(figures):
    shown = sum(letter.isdigit() for letter in formats.masked(figures))
    assert shown == (8 if len(figures) > 10 else 0)


def test_a_code_is_read_in_groups():
    assert formats.code_groups("ABCDEFGHJKLM") == "ABCD-EFGH-JKLM"


@pytest.mark.parametrize(
    ("due", "days", "paused", "kind", "figure"),
    [
        (date(2026, 11, 17), 3, False, "late", "\N{MINUS SIGN}3 hari kerja"),
        (FRIDAY, 0, False, "soon", "Hari ini"),
        (date(2026, 11, 23), 1, False, "soon", "1 hari kerja"),
        (date(2026, 11, 27), 5, False, "fine", "5 hari kerja"),
        (date(2026, 11, 17), 3, True, "held", "Jam berhenti"),
        (None, 0, False, "fine", "Tanpa batas"),
        (date(2026, 11, 19), 0, False, "late", "Kamis, 19 November"),
    ],
)
def test_what_is_left_is_said_in_shape_figure_and_word(due, days, paused, kind, figure):
    left = formats.time_left(due, FRIDAY, days, paused=paused)
    assert (left.kind, left.figure) == (kind, figure)
    assert left.word
