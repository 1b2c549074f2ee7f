# SPDX-License-Identifier: Apache-2.0
"""How the office writes dates, spans, money and sizes. Nothing here asks what day it is: callers pass it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WEEKDAYS = (
    gettext_lazy("Senin"),
    gettext_lazy("Selasa"),
    gettext_lazy("Rabu"),
    gettext_lazy("Kamis"),
    gettext_lazy("Jumat"),
    gettext_lazy("Sabtu"),
    gettext_lazy("Minggu"),
)
MONTHS = (
    gettext_lazy("Januari"),
    gettext_lazy("Februari"),
    gettext_lazy("Maret"),
    gettext_lazy("April"),
    gettext_lazy("Mei"),
    gettext_lazy("Juni"),
    gettext_lazy("Juli"),
    gettext_lazy("Agustus"),
    gettext_lazy("September"),
    gettext_lazy("Oktober"),
    gettext_lazy("November"),
    gettext_lazy("Desember"),
)
NOTHING = "\N{EN DASH}"
_ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}

TimeKind = Literal["late", "soon", "fine", "held"]


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """What is left of a promise, said three ways: kind gives the shape, figure the number, word the meaning."""

    kind: TimeKind
    figure: str
    word: str


def weekday(day: date) -> str:
    """The day's name, "Jumat"."""
    return str(WEEKDAYS[day.weekday()])


def plain_date(day: date) -> str:
    """A date without its weekday, "20 November 2026"."""
    return _("%(day)d %(month)s %(year)d") % {
        "day": day.day,
        "month": MONTHS[day.month - 1],
        "year": day.year,
    }


def last_moment(until: datetime, zone: tzinfo) -> str:
    """The end of a time that somebody was given: the last whole day of it, or day and hour where it ends within one."""
    local = until.astimezone(zone)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return plain_date(local.date() - timedelta(days=1))
    return moment(until, zone)


def long_date(day: date) -> str:
    """A date as a promise is written, "Jumat, 20 November 2026"."""
    return _("%(weekday)s, %(date)s") % {"weekday": weekday(day), "date": plain_date(day)}


def near_date(day: date, today: date) -> str:
    """A date without the year when it is this year's, "Jumat, 20 November"; else whole."""
    if day.year != today.year:
        return long_date(day)
    return _("%(weekday)s, %(day)d %(month)s") % {
        "weekday": weekday(day),
        "day": day.day,
        "month": MONTHS[day.month - 1],
    }


def zone_name(at: datetime, zone: tzinfo) -> str:
    """WIB, WITA or WIT for the office's zone at that instant; "" outside Indonesia."""
    offset = at.astimezone(zone).utcoffset() or timedelta()
    return _ZONES.get(round(offset / timedelta(hours=1)), "")


def clock_time(at: datetime, zone: tzinfo) -> str:
    """The office's time of day, "09.05". at: aware instant."""
    return f"{at.astimezone(zone):%H.%M}"


def moment(at: datetime, zone: tzinfo) -> str:
    """Date and time in the office's zone, "Jumat, 20 November 2026, 09.05 WIB". For records, not for promises."""
    local = at.astimezone(zone)
    return f"{long_date(local.date())}, {local:%H.%M} {zone_name(at, zone)}".rstrip()


def near_moment(at: datetime, zone: tzinfo, today: date) -> str:
    """When something happened, as short as is clear: "Hari ini, 09.05", "Rabu, 18 November, 10.40"."""
    local = at.astimezone(zone)
    day = relative_day(local.date(), today)
    return f"{day[:1].upper()}{day[1:]}, {local:%H.%M}"


def relative_day(day: date, today: date) -> str:
    """ "hari ini", "besok", "kemarin"; further away the date itself (never "H+3")."""
    match (day - today).days:
        case 0:
            return _("hari ini")
        case 1:
            return _("besok")
        case -1:
            return _("kemarin")
        case _far:
            return near_date(day, today)


def number(value: float, decimals: int = 0) -> str:
    """A number the Indonesian way: "1.234.567", with decimals "3,42"."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def rupiah(amount_rupiah: int) -> str:
    """Money, "Rp 1.500.000"; a no-break space keeps it on one line."""
    sign = "\N{MINUS SIGN}" if amount_rupiah < 0 else ""
    return f"{sign}Rp\N{NO-BREAK SPACE}{number(abs(amount_rupiah))}"


def minutes_in_words(minutes: int, day_minutes: int = 0) -> str:
    """A span, "2 jam 5 menit".

    minutes: open minutes, not negative. day_minutes: length of the office's working day; when given, whole
    days are counted too ("1 hari kerja 2 jam").
    """
    if minutes < 0:
        raise ValueError("a span is not negative")
    days, rest = divmod(minutes, day_minutes) if day_minutes else (0, minutes)
    hours, left = divmod(rest, 60)
    parts = (
        (days, _("%(n)d hari kerja")),
        (hours, _("%(n)d jam")),
        (left, _("%(n)d menit")),
    )
    said = [text % {"n": n} for n, text in parts if n]
    return " ".join(said) or _("%(n)d menit") % {"n": 0}


def file_size(size_bytes: int) -> str:
    """A file's size in units of 1024, as phones show it: "312 KB", "5,1 MB"."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    if size_bytes < 1024 * 1024:
        return f"{number(size_bytes / 1024)} KB"
    shown = number(size_bytes / 1024 / 1024, 1)
    return f"{shown.removesuffix(',0')} MB"


def code_groups(code: str, size: int = 4) -> str:
    """A code for the eye, "ABCD-EFGH-JKLM"."""
    return "-".join(code[i : i + size] for i in range(0, len(code), size))


def masked(text: str, *, head: int = 4, tail: int = 4) -> str:
    """A private number with its middle hidden, "1471 •••• 0003"; short ones are hidden whole."""
    plain = re.sub(r"\s", "", text)
    if len(plain) < head + tail + 3:
        return "•" * 4
    return f"{plain[:head]} •••• {plain[-tail:]}"


def promise(days: int, due: date, today: date) -> str:
    """A promise is a date: "2 hari kerja, sampai Senin, 23 November"."""
    return _("%(n)d hari kerja, sampai %(date)s") % {"n": days, "date": near_date(due, today)}


def time_left(due: date | None, today: date, working_days: int, *, paused: bool = False) -> TimeLeft:
    """The state of a promise for a list or a file's head.

    due: the promised date, or None where the SOP promises none. today: the office's date.
    working_days: working days from today (not counted) to `due`, or, when late, from `due` to today; never negative.
    """
    if paused:
        return TimeLeft("held", _("Jam berhenti"), _("menunggu pemohon"))
    if due is None:
        return TimeLeft("fine", _("Tanpa batas"), _("tidak ada janji"))
    if due < today:
        if not working_days:
            return TimeLeft("late", near_date(due, today), _("lewat"))
        return TimeLeft("late", _("\N{MINUS SIGN}%(n)d hari kerja") % {"n": working_days}, _("lewat"))
    if due == today:
        return TimeLeft("soon", _("Hari ini"), _("segera"))
    word = _("segera") if working_days <= 1 else _("cukup")
    return TimeLeft(
        "soon" if working_days <= 1 else "fine", _("%(n)d hari kerja") % {"n": working_days}, word
    )


def masked_address(address: str) -> str:
    """An e-mail address or telephone number that its owner recognises and nobody else can use: "p•••@contoh.example"."""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••@{host}" if at else masked(address, tail=3) if address else ""
