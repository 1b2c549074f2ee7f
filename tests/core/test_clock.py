# SPDX-License-Identifier: Apache-2.0
"""The clock: spans, the office's calendar, the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core import clock
from satupintu.core.clock import Elapsed, Entry, Span, Tick, WorkCalendar
from satupintu.core.refusal import Refusal

JAKARTA = ZoneInfo("Asia/Jakarta")
JAYAPURA = ZoneInfo("Asia/Jayapura")

# The decree's days of 2026: public holidays, then cuti bersama.
PUBLIC_2026 = [
    *("01-01", "01-16", "02-17", "03-19", "03-21", "03-22", "04-03", "04-05", "05-01"),
    *("05-14", "05-27", "05-31", "06-01", "06-16", "08-17", "08-25", "12-25"),
]
LEAVE_2026 = ["02-16", "03-18", "03-20", "03-23", "03-24", "05-15", "05-28", "12-24"]
OFF_2026 = frozenset(date.fromisoformat(f"2026-{day}") for day in [*PUBLIC_2026, *LEAVE_2026])

OFFICE = WorkCalendar(JAKARTA, clock.DEFAULT_HOURS, OFF_2026)
PLAIN = WorkCalendar(JAKARTA, clock.DEFAULT_HOURS)


def at(text: str, zone: ZoneInfo = JAKARTA) -> datetime:
    """A local time as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def ledger(*lines: tuple[str, str]) -> list[Entry]:
    return [Entry(Tick(kind), at(when)) for kind, when in lines]


# Spans


@pytest.mark.parametrize("text", ["20 menit", "3 jam", "5 hari kerja", "30 hari", "2 bulan", "9999 menit"])
def test_a_span_gives_its_text_back(text):
    assert str(Span.parse(text)) == text


def test_a_span_forgives_spaces_and_capitals():
    assert Span.parse("  5  Hari   Kerja ") == Span(5, "hari kerja")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "hari",
        "0 menit",
        "10000 menit",
        "-1 hari",
        "1,5 jam",
        "5 harikerja",
        "\u0665 hari",
        "5 tahun",
        "5 hari\x00",
    ],
)
def test_what_is_no_span_is_refused_in_words(text):
    with pytest.raises(ValueError, match="bukan lama waktu"):
        Span.parse(text)


def test_office_minutes_of_a_span():
    lengths = [Span.parse(text).minutes(450) for text in ("20 menit", "3 jam", "2 hari kerja")]
    assert lengths == [20, 180, 900]
    with pytest.raises(ValueError, match="waktu kalender"):
        Span.parse("2 bulan").minutes()


# Ticks and entries


def test_ticks_carry_the_codes_of_oss():
    codes = {tick.value: tick.oss_code for tick in Tick}
    assert codes == {"start": None, "pause": 41, "resume": 42, "reset": 43, "restart": 44, "stop": None}


def test_an_entry_survives_json():
    entry = Entry(Tick.PAUSE, at("2026-03-12T10:00"), "p-1", "wait:perbaikan")
    assert Entry.from_json(entry.to_json()) == entry


def test_an_entry_needs_an_aware_instant():
    with pytest.raises(ValueError, match="aware"):
        Entry(Tick.START, datetime(2026, 3, 12, 10, 0))  # noqa: DTZ001


# The calendar

GOLDEN = [
    ("2026-03-12", 5, "2026-03-26"),
    ("2026-05-12", 5, "2026-05-21"),
    ("2026-05-12", 25, "2026-06-24"),
    ("2026-12-18", 5, "2026-12-29"),
    ("2026-08-14", 10, "2026-09-01"),
]


@pytest.mark.parametrize(("start", "n", "expected"), GOLDEN)
def test_golden_working_days_of_2026(start, n, expected):
    assert OFFICE.add(date.fromisoformat(start), n) == date.fromisoformat(expected)
    started = ledger(("start", f"{start}T10:00"))
    assert clock.due(started, OFFICE, n, at(f"{start}T10:00")) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("when", "received"),
    [
        ("2026-03-12T00:00", "2026-03-12"),
        ("2026-03-12T07:59", "2026-03-12"),
        ("2026-03-12T16:00:00", "2026-03-12"),
        ("2026-03-12T16:00:00.000001", "2026-03-13"),
        ("2026-03-13T16:01", "2026-03-16"),
        ("2026-03-14T09:00", "2026-03-16"),
        ("2026-03-17T16:01", "2026-03-25"),
        ("2026-03-21T09:00", "2026-03-25"),
    ],
)
def test_after_closing_or_on_a_day_off_counts_as_the_next_working_day(when, received):
    assert OFFICE.received_on(at(when)) == date.fromisoformat(received)


def test_both_rules_of_receipt_are_settings():
    generous = WorkCalendar(JAKARTA, clock.DEFAULT_HOURS, closing_counts=False, receipt_day_counts=True)
    late = at("2026-03-12T20:00")
    assert generous.received_on(late) == date(2026, 3, 12)
    assert clock.due([Entry(Tick.START, late)], generous, 1, late) == date(2026, 3, 12)
    assert clock.used_days([Entry(Tick.START, late)], generous, late) == 1


def test_the_day_is_the_office_s_own():
    """22.30 UTC of the 11th is 07.30 of the 12th in Jayapura and 05.30 in Jakarta; 08.00 UTC is past closing there."""
    jayapura = WorkCalendar(JAYAPURA, clock.DEFAULT_HOURS)
    instant = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
    assert PLAIN.received_on(instant) == date(2026, 3, 12)
    assert jayapura.received_on(instant) == date(2026, 3, 13)
    assert jayapura.local_day(datetime(2026, 3, 11, 22, 30, tzinfo=UTC)) == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        ("2026-03-12T10:00", "2026-03-12T10:20", 20),
        ("2026-03-12T06:00", "2026-03-12T20:00", 480),
        ("2026-03-12T15:40", "2026-03-13T08:10", 30),
        ("2026-03-13T15:00", "2026-03-16T09:00", 120),
        ("2026-03-14T09:00", "2026-03-15T12:00", 0),
        ("2026-03-17T15:00", "2026-03-25T09:00", 120),
        ("2026-03-12T10:00", "2026-03-12T10:00", 0),
        ("2026-03-12T10:00", "2026-03-11T10:00", 0),
        ("2026-03-12T10:00:00", "2026-03-12T10:00:59", 0),
        ("2026-01-01T00:00", "2027-01-01T00:00", 240 * 480),
    ],
)
def test_open_minutes(since, until, minutes):
    assert clock.open_minutes(at(since), at(until), OFFICE) == minutes


def test_days_of_different_length_have_their_mean():
    short_friday = clock.opening_hours({"senin": ["08.00", "16.00"], "jumat": ["08:00", "15.00"]})
    assert WorkCalendar(JAKARTA, short_friday).day_minutes == 450
    assert OFFICE.day_minutes == 480


@pytest.mark.parametrize(
    "table",
    [
        {"senin": ["08.00"]},
        {"monday": ["08.00", "16.00"]},
        {"senin": ["8 pagi", "16.00"]},
        {"senin": ["08.00", "24.00"]},
    ],
)
def test_unreadable_hours_are_named(table):
    with pytest.raises(ValueError, match=f"Jam kerja {next(iter(table))} tidak terbaca"):
        clock.opening_hours(table)


def test_an_office_that_never_opens_is_refused():
    with pytest.raises(ValueError, match="paling sedikit satu hari"):
        WorkCalendar(JAKARTA, {})
    with pytest.raises(ValueError, match="sesudah jam buka"):
        WorkCalendar(JAKARTA, {0: (time(16), time(8))})


def test_counting_backwards_is_refused():
    with pytest.raises(ValueError, match="negative"):
        PLAIN.add(date(2026, 3, 12), -1)


def test_an_estimate_is_said():
    feast = date(2027, 3, 10)
    calendar = WorkCalendar(
        JAKARTA, clock.DEFAULT_HOURS, frozenset({feast}), frozenset({feast}), last_year=2035
    )
    assert calendar.is_estimate(date(2027, 3, 10), date(2027, 3, 10))
    assert not calendar.is_estimate(date(2027, 3, 11), date(2027, 12, 31))
    assert not calendar.is_estimate(date(2027, 1, 1), date(2027, 3, 9))
    assert calendar.is_estimate(date(2035, 12, 30), date(2036, 1, 2))


# The ledger


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        ([("pause", "2026-03-12T10:00")], 1, "order"),
        ([("stop", "2026-03-12T10:00")], 1, "order"),
        ([("start", "2026-03-12T10:00"), ("start", "2026-03-12T11:00")], 2, "order"),
        ([("start", "2026-03-12T10:00"), ("resume", "2026-03-12T11:00")], 2, "order"),
        (
            [("start", "2026-03-12T10:00"), ("pause", "2026-03-12T11:00"), ("pause", "2026-03-12T12:00")],
            3,
            "order",
        ),
        (
            [("start", "2026-03-12T10:00"), ("reset", "2026-03-12T11:00"), ("resume", "2026-03-12T12:00")],
            3,
            "order",
        ),
        (
            [("start", "2026-03-12T10:00"), ("reset", "2026-03-12T11:00"), ("pause", "2026-03-12T12:00")],
            3,
            "order",
        ),
        (
            [("start", "2026-03-12T10:00"), ("stop", "2026-03-12T11:00"), ("restart", "2026-03-12T12:00")],
            3,
            "order",
        ),
        ([("start", "2026-03-12T10:00"), ("pause", "2026-03-12T09:59")], 2, "backwards"),
    ],
)
def test_an_impossible_ledger_is_refused(lines, line, reason):
    with pytest.raises(Refusal) as refused:
        clock.check_ledger(ledger(*lines))
    assert refused.value.code == "clock.impossible"
    assert refused.value.values == {"line": line, "tick": lines[line - 1][0], "reason": reason}


def test_possible_ledgers_pass():
    clock.check_ledger([])
    clock.check_ledger(
        ledger(("start", "2026-03-12T10:00"), ("pause", "2026-03-12T10:00"), ("stop", "2026-03-12T10:00"))
    )
    clock.check_ledger(
        ledger(
            ("start", "2026-03-12T10:00"),
            ("pause", "2026-03-12T11:00"),
            ("reset", "2026-03-12T12:00"),
            ("restart", "2026-03-12T13:00"),
            ("restart", "2026-03-12T14:00"),
            ("stop", "2026-03-12T15:00"),
        )
    )


def test_before_the_start_there_is_no_date():
    started = ledger(("start", "2026-03-12T10:00"))
    early = at("2026-03-12T09:59")
    assert clock.due(started, OFFICE, 5, early) is None
    assert clock.remaining_days(started, OFFICE, 5, early) is None
    assert clock.used_days(started, OFFICE, early) == 0
    assert not clock.is_running(started, early)
    assert clock.elapsed(started, OFFICE, early) == Elapsed(0, 0)


def test_a_pause_moves_the_date_by_its_working_days():
    entries = ledger(
        ("start", "2026-05-04T10:00"), ("pause", "2026-05-06T10:00"), ("resume", "2026-05-11T09:00")
    )
    assert clock.due(entries, OFFICE, 5, at("2026-05-05T10:00")) == date(2026, 5, 11)
    assert clock.due(entries, OFFICE, 5, at("2026-05-07T10:00")) == date(2026, 5, 12)
    assert clock.due(entries, OFFICE, 5, at("2026-05-20T10:00")) == date(2026, 5, 18)
    assert clock.remaining_days(entries, OFFICE, 5, at("2026-05-11T10:00")) == 3
    assert clock.remaining_days(entries, OFFICE, 5, at("2026-05-19T10:00")) == -1


def test_a_pause_over_the_receipt_day_gives_no_day_back_that_was_never_charged():
    """Sent on Friday evening, so received on Monday; paused over the weekend until Monday."""
    entries = ledger(
        ("start", "2026-05-08T17:00"), ("pause", "2026-05-08T18:00"), ("resume", "2026-05-11T09:00")
    )
    now = at("2026-05-12T10:00")
    assert clock.due(entries, OFFICE, 5, now) == clock.due(entries[:1], OFFICE, 5, now)
    assert clock.used_days(entries, OFFICE, now) == 1


def test_reset_stands_at_nothing_and_restart_begins_anew():
    entries = ledger(
        ("start", "2026-05-04T10:00"), ("reset", "2026-05-06T10:00"), ("restart", "2026-05-11T10:00")
    )
    standing, running = at("2026-05-08T10:00"), at("2026-05-12T10:00")
    assert (clock.due(entries, OFFICE, 5, standing), clock.used_days(entries, OFFICE, standing)) == (None, 0)
    assert not clock.is_running(entries, standing)
    assert clock.elapsed(entries, OFFICE, standing) == Elapsed(0, 0)
    assert clock.due(entries, OFFICE, 5, running) == OFFICE.add(date(2026, 5, 11), 5)
    assert clock.elapsed(entries, OFFICE, running) == Elapsed(480, 1)


def test_after_the_stop_nothing_moves_any_more():
    entries = ledger(
        ("start", "2026-05-04T10:00"), ("pause", "2026-05-05T10:00"), ("stop", "2026-05-06T12:00")
    )
    soon, later = at("2026-05-06T12:00"), at("2026-08-06T12:00")
    assert clock.due(entries, OFFICE, 5, soon) == clock.due(entries, OFFICE, 5, later) == date(2026, 5, 12)
    assert clock.used_days(entries, OFFICE, later) == 1
    assert clock.elapsed(entries, OFFICE, later) == Elapsed(480, 1)
    assert not clock.is_running(entries, later)


def test_entries_of_the_future_do_not_count_yet():
    entries = ledger(("start", "2026-05-04T10:00"), ("stop", "2026-05-04T12:00"))
    assert clock.elapsed(entries, OFFICE, at("2026-05-04T11:00")) == Elapsed(60, 0.125)
    assert clock.is_running(entries, at("2026-05-04T11:00"))


def test_golden_kkpr_timeline():
    """25 days; twice 5 days of the applicant, then 3 and 2 days of looking again: 40 working days in all."""
    entries = ledger(
        ("start", "2026-06-22T10:00"), ("pause", "2026-06-24T10:00"), ("resume", "2026-07-01T10:00"),
        ("pause", "2026-07-06T10:00"), ("resume", "2026-07-13T10:00"),
    )  # fmt: skip
    assert clock.due(entries, OFFICE, 25 + 3 + 2, at("2026-07-20T10:00")) == OFFICE.add(date(2026, 6, 22), 40)


# Limits


@pytest.mark.parametrize(
    ("opened", "span", "late_from"),
    [
        ("2026-05-12T15:50", "20 menit", "2026-05-13T08:10"),
        ("2026-05-12T15:40", "20 menit", "2026-05-12T16:00"),
        ("2026-05-16T12:00", "3 jam", "2026-05-18T11:00"),
        ("2026-05-12T06:00", "8 jam", "2026-05-12T16:00"),
        ("2026-05-12T10:00", "5 hari kerja", "2026-05-22T00:00"),
        ("2026-05-12T17:00", "5 hari kerja", "2026-05-23T00:00"),
        ("2026-05-12T10:00", "3 hari", "2026-05-16T00:00"),
        ("2026-01-31T10:00", "1 bulan", "2026-03-01T00:00"),
        ("2026-11-30T10:00", "3 bulan", "2027-03-01T00:00"),
        ("2026-03-31T10:00", "1 bulan", "2026-05-01T00:00"),
    ],
)
def test_a_limit_is_over(opened, span, late_from):
    assert clock.deadline(at(opened), Span.parse(span), OFFICE) == at(late_from)


# Holidays


def test_the_library_knows_the_decree_of_2026():
    rows = clock.holidays_of(2026, 2026)
    assert {row.day for row in rows} == OFF_2026
    assert {row.day for row in rows if row.kind == "cuti-bersama"} == {
        date.fromisoformat(f"2026-{d}") for d in LEAVE_2026
    }
    assert not any(row.estimated for row in rows)


def test_feasts_of_2027_by_the_moon_are_estimates():
    rows = clock.holidays_of(2027, 2027)
    assert {row.day for row in rows if row.estimated} == {
        date(2027, 3, 10),
        date(2027, 3, 11),
        date(2027, 5, 17),
    }


def test_frozen_rows_thaw_to_the_same():
    assert clock.thaw(clock.freeze(2026, 2027)) == clock.holidays_of(2026, 2027)


# Properties

days = st.dates(date(2025, 1, 1), date(2028, 12, 31))
instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.integers(0, 30 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes, seconds=minutes % 60))
times = st.integers(0, 23 * 60 + 59).map(lambda minute: time(minute // 60, minute % 60))


@st.composite
def calendars(draw):
    hours = {}
    for weekday in draw(st.sets(st.integers(0, 6), min_size=1)):
        opens, closes = sorted(draw(st.lists(times, min_size=2, max_size=2, unique=True)))
        hours[weekday] = (opens, closes)
    zone = ZoneInfo(draw(st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])))
    return WorkCalendar(
        zone, hours, draw(st.frozensets(days, max_size=60)), closing_counts=draw(st.booleans())
    )


@st.composite
def ledgers(draw):
    """Any possible ledger, of up to nine entries."""
    entries: list[Entry] = []
    now = draw(instants)
    for _ in range(draw(st.integers(0, 9))):
        allowed = [tick for tick in Tick if clock.may_follow(entries, tick)]
        if not allowed:
            break
        entries.append(Entry(draw(st.sampled_from(allowed)), now))
        now += draw(spans)
    return entries


@given(calendars(), days, st.integers(1, 400))
def test_add_and_count_undo_each_other(calendar, day, n):
    reached = calendar.add(day, n)
    assert calendar.is_working(reached)
    assert calendar.count(day, reached) == n
    assert calendar.count(day, reached - timedelta(days=1)) == n - 1


@given(calendars(), days, days)
def test_counting_by_weeks_is_counting_day_by_day(calendar, one, other):
    first, last = sorted((one, other))
    slow = sum(calendar.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    assert calendar.count(first, last) == slow
    assert calendar.count(last, first) == 0


@given(calendars(), st.tuples(instants, instants, instants).map(sorted))
def test_opening_time_adds_up(calendar, moments):
    first, middle, last = moments
    whole = calendar.open_time(first, last)
    assert calendar.open_time(first, middle) + calendar.open_time(middle, last) == whole
    assert timedelta(0) <= whole <= last - first


@given(calendars(), instants, st.integers(1, 3000))
def test_a_limit_in_minutes_leaves_exactly_these_minutes(calendar, opened, minutes):
    over = clock.deadline(opened, Span(minutes, "menit"), calendar)
    assert calendar.open_time(opened, over) == timedelta(minutes=minutes)
    assert calendar.open_time(opened, over - timedelta(seconds=1)) < timedelta(minutes=minutes)


@given(ledgers(), calendars(), spans)
def test_what_may_follow_makes_a_possible_ledger_with_sums(entries, calendar, more):
    clock.check_ledger(entries)
    now = (entries[-1].at if entries else datetime(2026, 1, 1, tzinfo=UTC)) + more
    used = clock.elapsed(entries, calendar, now)
    running = timedelta(0)
    for one, following in pairwise([*entries, Entry(Tick.STOP, now)]):
        running = timedelta(0) if one.tick in (Tick.RESET, Tick.RESTART) else running
        if one.tick in (Tick.START, Tick.RESUME, Tick.RESTART):
            running += calendar.open_time(one.at, following.at)
    assert used.working_minutes == running // timedelta(minutes=1)
    assert used.working_days * calendar.day_minutes == pytest.approx(used.working_minutes)


@given(ledgers(), calendars(), st.integers(1, 60), spans)
def test_late_and_nothing_left_are_the_same(entries, calendar, promise, more):
    now = (entries[-1].at if entries else datetime(2026, 1, 1, tzinfo=UTC)) + more
    due, left = (
        clock.due(entries, calendar, promise, now),
        clock.remaining_days(entries, calendar, promise, now),
    )
    assert (due is None) == (left is None)
    if due is None or (entries and entries[-1].tick is Tick.STOP):
        return
    assert clock.used_days(entries, calendar, now) == promise - left
    today = calendar.local_day(now)
    assert (left >= 0) == (calendar.count(due, today) == 0)


@given(calendars(), instants, st.tuples(spans, spans, spans), st.integers(1, 60))
def test_a_pause_never_costs_the_applicant_days(calendar, start, gaps, promise):
    pause, resume = start + gaps[0], start + gaps[0] + gaps[1]
    now = resume + gaps[2]
    plain = [Entry(Tick.START, start)]
    paused = [*plain, Entry(Tick.PAUSE, pause), Entry(Tick.RESUME, resume)]
    stood = calendar.count(calendar.local_day(pause), calendar.local_day(resume))
    charged, given_back = clock.used_days(plain, calendar, now), clock.used_days(paused, calendar, now)
    assert 0 <= charged - given_back <= stood
    later = clock.due(paused, calendar, promise, now)
    assert calendar.count(clock.due(plain, calendar, promise, now), later) == charged - given_back
    assert (
        clock.elapsed(paused, calendar, now).working_minutes
        <= clock.elapsed(plain, calendar, now).working_minutes
    )
