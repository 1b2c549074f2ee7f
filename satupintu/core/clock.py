# SPDX-License-Identifier: Apache-2.0
"""Working time of an office: spans, its calendar, and the clock of a case as a ledger.

Nothing here is stored: what is left of a promise is computed from (ledger, calendar, promise, instant).
Minutes serve step norms and statistics; a promise is a date.

Source: domain sheet 1.7 and 1.8; OSS integration guide v4.3.22, kd_status 41-44.
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from satupintu.core.refusal import Refusal

UNITS = ("menit", "jam", "hari kerja", "hari", "bulan")
WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
DEFAULT_HOURS: Mapping[int, tuple[time, time]] = {day: (time(8), time(16)) for day in range(5)}
_ONE_DAY = timedelta(days=1)
_SPAN = re.compile(rf"([1-9][0-9]{{0,3}}) ({'|'.join(UNITS)})")
_CLOCK_TIME = re.compile(r"([01]?[0-9]|2[0-3])[.:]([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as an SOP writes it. menit, jam, hari kerja: office time; hari, bulan: calendar."""

    n: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read "20 menit", "3 jam", "5 hari kerja", "30 hari" or "2 bulan"; the number is 1 to 9999.

        Raises ValueError, in Indonesian.
        """
        found = _SPAN.fullmatch(" ".join(text.lower().split()))
        if not found:
            raise ValueError(
                f"“{text}” bukan lama waktu. Tulis angka 1 sampai 9999 lalu menit, jam, hari kerja, hari, atau bulan, "
                "misalnya “5 hari kerja”."
            )
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.n} {self.unit}"

    def minutes(self, day_minutes: int = 480) -> int:
        """Office minutes of this span. day_minutes: length of one working day.

        Raises ValueError for calendar units, which have no office minutes.
        """
        lengths = {"menit": 1, "jam": 60, "hari kerja": day_minutes}
        if self.unit not in lengths:
            raise ValueError(f"“{self}” adalah waktu kalender. Pakai menit, jam, atau hari kerja.")
        return self.n * lengths[self.unit]


class Tick(StrEnum):
    """What can happen to the clock of a case."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    RESET = "reset"
    RESTART = "restart"
    STOP = "stop"

    @property
    def oss_code(self) -> int | None:
        """The OSS kd_status of this tick; start and stop have none of their own."""
        return _OSS_CODES.get(self)


_OSS_CODES = {Tick.PAUSE: 41, Tick.RESUME: 42, Tick.RESET: 43, Tick.RESTART: 44}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. at: aware instant (kept in UTC). by: opaque id of a person, or "sistem"."""

    tick: Tick
    at: datetime
    by: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a ledger entry needs an aware instant")

    def to_json(self) -> dict[str, str]:
        """As plain words: the shape that `satupintu clock elapsed` reads too."""
        return {"kind": self.tick.value, "at": self.at.isoformat(), "by": self.by, "reason": self.reason}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entry:
        """The reverse of `to_json`. Raises KeyError, ValueError."""
        at = datetime.fromisoformat(data["at"])
        return cls(Tick(data["kind"]), at, data.get("by", ""), data.get("reason", ""))


def opening_hours(table: Mapping[str, Sequence[str]]) -> dict[int, tuple[time, time]]:
    """Weekday number -> (open, close), from {"senin": ["08.00", "16.00"], …} as office files write it.

    Raises ValueError, in Indonesian.
    """
    hours = {}
    for name, pair in table.items():
        found = [_CLOCK_TIME.fullmatch(text) for text in pair]
        if name not in WEEKDAYS or len(found) != 2 or not found[0] or not found[1]:
            raise ValueError(f"Jam kerja {name} tidak terbaca. Tulis misalnya senin = [“08.00”, “16.00”].")
        opens, closes = (time(int(match[1]), int(match[2])) for match in (found[0], found[1]))
        hours[WEEKDAYS.index(name)] = (opens, closes)
    return hours


def _minute_of_day(moment: time) -> int:
    return moment.hour * 60 + moment.minute


@dataclass(frozen=True)
class WorkCalendar:
    """When an office works.

    zone: the office's time zone. hours: weekday (0 = Monday) -> (open, close), local.
    off: days off besides the weekdays without hours. estimated: those of them not yet fixed by decree.
    closing_counts: what arrives strictly after closing time is received on the next working day.
    receipt_day_counts: the day of receipt is the first day. Both are settings with a legal basis.
    last_year: the last year whose days off are known; dates after it are estimates.
    """

    zone: ZoneInfo
    hours: Mapping[int, tuple[time, time]]
    off: frozenset[date] = frozenset()
    estimated: frozenset[date] = frozenset()
    closing_counts: bool = True
    receipt_day_counts: bool = False
    last_year: int = 9999

    def __post_init__(self) -> None:
        if not self.hours:
            raise ValueError(
                "Kantor tanpa jam kerja tidak dapat menghitung hari. Isi paling sedikit satu hari."
            )
        for weekday, (opens, closes) in self.hours.items():
            if weekday not in range(7) or opens >= closes:
                raise ValueError("Jam tutup harus sesudah jam buka. Perbaiki jam kerja kantor.")

    @cached_property
    def _closed(self) -> tuple[date, ...]:
        """Days off that take a working day away, in order: what counting has to subtract."""
        return tuple(sorted(day for day in self.off if day.weekday() in self.hours))

    @cached_property
    def _lengths(self) -> dict[int, int]:
        return {day: _minute_of_day(end) - _minute_of_day(begin) for day, (begin, end) in self.hours.items()}

    @cached_property
    def day_minutes(self) -> int:
        """Minutes of one working day of this office; the mean where its days differ."""
        return round(sum(self._lengths.values()) / len(self._lengths))

    def local_day(self, at: datetime) -> date:
        """The office's date at an instant."""
        return at.astimezone(self.zone).date()

    def is_working(self, day: date) -> bool:
        return day.weekday() in self.hours and day not in self.off

    def received_on(self, at: datetime) -> date:
        """The working day on which something counts as received.

        Strictly after closing time, or on a day off: the next working day.
        """
        local = at.astimezone(self.zone)
        day = local.date()
        if self.is_working(day) and not (self.closing_counts and local.time() > self.hours[day.weekday()][1]):
            return day
        return self.add(day, 1)

    def counts_from(self, at: datetime) -> date:
        """The day after which days are counted for what was received at an instant."""
        received = self.received_on(at)
        return received - _ONE_DAY if self.receipt_day_counts else received

    def add(self, day: date, n: int) -> date:
        """The n-th working day after a day; n = 0 gives the day itself. Raises ValueError, OverflowError."""
        if n < 0:
            raise ValueError("n must not be negative")
        while n:
            day += _ONE_DAY
            n -= self.is_working(day)
        return day

    def count(self, after: date, until: date) -> int:
        """Working days in (after, until]; 0 where until is not after."""
        return self._sum(after, until, dict.fromkeys(self.hours, 1))

    def _sum(self, after: date, until: date, worth: Mapping[int, int]) -> int:
        """Worth of the working days in (after, until], by whole weeks: quick over any distance."""
        days = (until - after).days
        if days <= 0:
            return 0
        weeks, rest = divmod(days, 7)
        total = weeks * sum(worth.values())
        total += sum(worth.get((after.weekday() + 1 + step) % 7, 0) for step in range(rest))
        closed = self._closed[bisect_right(self._closed, after) : bisect_right(self._closed, until)]
        return total - sum(worth[day.weekday()] for day in closed)

    def open_time(self, since: datetime, until: datetime) -> timedelta:
        """Opening time between two instants; nothing where until is not after. Adds up exactly."""
        if until <= since:
            return timedelta(0)
        first, last = since.astimezone(self.zone), until.astimezone(self.zone)
        whole = self._sum(first.date() - _ONE_DAY, last.date(), self._lengths)
        return timedelta(minutes=whole) - self._open_before(first) - self._open_after(last)

    def _open_before(self, local: datetime) -> timedelta:
        """Opening time of its day that had passed at a local instant."""
        day = local.date()
        if not self.is_working(day):
            return timedelta(0)
        opens, closes = (datetime.combine(day, edge) for edge in self.hours[day.weekday()])
        return max(min(local.replace(tzinfo=None), closes) - opens, timedelta(0))

    def _open_after(self, local: datetime) -> timedelta:
        """Opening time of its day that was still to come at a local instant."""
        day = local.date()
        if not self.is_working(day):
            return timedelta(0)
        return timedelta(minutes=self._lengths[day.weekday()]) - self._open_before(local)

    def minutes_between(self, since: datetime, until: datetime) -> int:
        """Whole opening minutes between two instants, no break subtracted."""
        return self.open_time(since, until) // timedelta(minutes=1)

    def after_minutes(self, at: datetime, minutes: int) -> datetime:
        """The instant (UTC) at which so many opening minutes will have passed since `at`."""
        left, local = timedelta(minutes=minutes), at.astimezone(self.zone)
        while True:
            day = local.date()
            today = self._open_after(local)
            if left <= today and self.is_working(day):
                opens = datetime.combine(day, self.hours[day.weekday()][0])
                begin = max(local.replace(tzinfo=None), opens)
                return (begin + left).replace(tzinfo=self.zone).astimezone(UTC)
            left -= today
            local = datetime.combine(day + _ONE_DAY, time(0), tzinfo=self.zone)

    def end_of(self, day: date) -> datetime:
        """The instant (UTC) at which a local day is over."""
        return datetime.combine(day + _ONE_DAY, time(0), tzinfo=self.zone).astimezone(UTC)

    def is_estimate(self, first: date, last: date) -> bool:
        """Does a count over [first, last] lean on a holiday that no decree has fixed yet?"""
        return last.year > self.last_year or any(first <= day <= last for day in self.estimated)


class Elapsed(NamedTuple):
    """Working time used: whole minutes, and the same in days of that office."""

    working_minutes: int
    working_days: float


# State of the clock -> what may come next. `stop` is the end: a file taken up again is a new case.
_NEXT: Mapping[Tick | None, frozenset[Tick]] = {
    None: frozenset({Tick.START}),
    Tick.START: frozenset({Tick.PAUSE, Tick.RESET, Tick.RESTART, Tick.STOP}),
    Tick.PAUSE: frozenset({Tick.RESUME, Tick.RESET, Tick.RESTART, Tick.STOP}),
    Tick.RESET: frozenset({Tick.RESTART, Tick.STOP}),
    Tick.STOP: frozenset(),
}
_RUNNING = frozenset({Tick.START, Tick.RESUME, Tick.RESTART})


def _state(tick: Tick) -> Tick:
    """Resume and restart leave the clock running, as start does."""
    return Tick.START if tick in _RUNNING else tick


def may_follow(entries: Sequence[Entry], tick: Tick) -> bool:
    """May this tick be the next entry of a ledger that is sound so far?"""
    return tick in _NEXT[_state(entries[-1].tick) if entries else None]


def check_ledger(entries: Iterable[Entry]) -> None:
    """Raises Refusal `clock.impossible` (line: number from 1; tick; reason "order" or "backwards")."""
    state: Tick | None = None
    before: datetime | None = None
    for line, entry in enumerate(entries, start=1):
        if before is not None and entry.at < before:
            raise Refusal("clock.impossible", line=line, tick=entry.tick.value, reason="backwards")
        if entry.tick not in _NEXT[state]:
            raise Refusal("clock.impossible", line=line, tick=entry.tick.value, reason="order")
        state, before = _state(entry.tick), entry.at


def _until(entries: Iterable[Entry], at: datetime) -> list[Entry]:
    """The entries that count at an instant."""
    return [entry for entry in entries if entry.at <= at]


class _Days(NamedTuple):
    """The ledger read by dates: counting begins after `base`; `paused` days are given back; until `today`."""

    base: date
    paused: int
    today: date


def _days(entries: Iterable[Entry], calendar: WorkCalendar, at: datetime) -> _Days | None:
    base: date | None = None
    since: date | None = None
    paused, today = 0, calendar.local_day(at)
    for entry in _until(entries, at):
        day = calendar.local_day(entry.at)
        if base is not None and since is not None:
            # Only days that would have been charged are given back, hence not those up to the base.
            paused, since = paused + calendar.count(max(since, base), day), None
        if entry.tick in (Tick.START, Tick.RESTART):
            base, paused = calendar.counts_from(entry.at), 0
        elif entry.tick is Tick.RESET:
            base = None
        elif entry.tick is Tick.PAUSE:
            since = day
        elif entry.tick is Tick.STOP:
            today = day
            break
    if base is None:
        return None
    if since is not None:
        paused += calendar.count(max(since, base), today)
    return _Days(base, paused, today)


def due(entries: Iterable[Entry], calendar: WorkCalendar, promise_days: int, at: datetime) -> date | None:
    """The promised date as it stands at an instant; None before start and between reset and restart.

    The N-th working day after receipt, plus the working days of each (pause, resume]; an open pause counts
    up to `at`. Pause and resume go by their local dates, without the closing-time rule.
    """
    days = _days(entries, calendar, at)
    return None if days is None else calendar.add(days.base, promise_days + days.paused)


def used_days(entries: Iterable[Entry], calendar: WorkCalendar, at: datetime) -> int:
    """Working days charged to the office so far; 0 before start and after reset."""
    days = _days(entries, calendar, at)
    return 0 if days is None else calendar.count(days.base, days.today) - days.paused


def remaining_days(
    entries: Iterable[Entry], calendar: WorkCalendar, promise_days: int, at: datetime
) -> int | None:
    """Working days left of the promise, negative when late; None while no date is promised."""
    days = _days(entries, calendar, at)
    if days is None:
        return None
    return promise_days - (calendar.count(days.base, days.today) - days.paused)


def is_running(entries: Iterable[Entry], at: datetime) -> bool:
    """Does the clock run at an instant?"""
    counted = _until(entries, at)
    return bool(counted) and counted[-1].tick in _RUNNING


def elapsed(entries: Iterable[Entry], calendar: WorkCalendar, at: datetime) -> Elapsed:
    """Opening time from the instant of start, without pauses; entries later than `at` do not count yet."""
    total, since = timedelta(0), None
    for entry in _until(entries, at):
        if since is not None:
            total += calendar.open_time(since, entry.at)
        if entry.tick in (Tick.RESET, Tick.RESTART):
            total = timedelta(0)
        since = entry.at if entry.tick in _RUNNING else None
    if since is not None:
        total += calendar.open_time(since, at)
    minutes = total // timedelta(minutes=1)
    return Elapsed(minutes, minutes / calendar.day_minutes)


def open_minutes(since: datetime, until: datetime, calendar: WorkCalendar) -> int:
    """Opening minutes between two instants: what a step took, to compare with its norm."""
    return calendar.minutes_between(since, until)


def deadline(opened_at: datetime, span: Span, calendar: WorkCalendar) -> datetime:
    """The instant (UTC) from which a wait or a step with this limit is late.

    menit, jam: after so many opening minutes. hari kerja: when the N-th working day after it counts as received
    is over. hari, bulan: when that local calendar day is over; 31 January plus 1 bulan is the end of February.
    """
    if span.unit in ("menit", "jam"):
        return calendar.after_minutes(opened_at, span.minutes())
    if span.unit == "hari kerja":
        return calendar.end_of(calendar.add(calendar.received_on(opened_at), span.n))
    day = calendar.local_day(opened_at)
    return calendar.end_of(
        day + timedelta(days=span.n) if span.unit == "hari" else _months_after(day, span.n)
    )


def _months_after(day: date, n: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Holiday(NamedTuple):
    """A day off. estimated: not yet fixed by decree. kind: "libur" (public) or "cuti-bersama"."""

    day: date
    name: str
    estimated: bool
    kind: str = "libur"


def holidays_of(first_year: int, last_year: int) -> list[Holiday]:
    """National holidays and cuti bersama of these years, both included, in order.

    Slow to load; used only to freeze rows that an office can correct.
    Source: PyPI `holidays`, Indonesia, categories public and government; a decree of three ministers stands over it.
    """
    from holidays.countries.indonesia import Indonesia  # half a second to load, and rarely needed

    years = range(first_year, last_year + 1)
    public = Indonesia(years=years, categories=("public",), language="id", expand=False)
    every = Indonesia(years=years, categories=("public", "government"), language="id", expand=False)
    return [
        Holiday(
            day,
            name,
            "(perkiraan)" in name or "(estimated)" in name,
            "libur" if day in public else "cuti-bersama",
        )
        for day, name in sorted(every.items())
    ]


def freeze(first_year: int, last_year: int) -> str:
    """The text of `satupintu/offices/data/holidays.csv`. To make it anew:

    python -c "from satupintu.core.clock import freeze; print(freeze(2021, 2035), end='')" > holidays.csv
    """
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["day", "name", "kind", "estimated"])
    for row in holidays_of(first_year, last_year):
        table.writerow([row.day.isoformat(), row.name, row.kind, "ya" if row.estimated else "tidak"])
    return out.getvalue()


def thaw(text: str) -> list[Holiday]:
    """The rows of a frozen holiday file. Raises KeyError, ValueError."""
    return [
        Holiday(date.fromisoformat(row["day"]), row["name"], row["estimated"] == "ya", row["kind"])
        for row in csv.DictReader(io.StringIO(text))
    ]
