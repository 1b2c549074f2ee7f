# SPDX-License-Identifier: Apache-2.0
"""Reading an office: its calendar and its settings of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from satupintu.core.clock import WorkCalendar, opening_hours
from satupintu.core.refusal import Refusal
from satupintu.door import merkle
from satupintu.offices.models import DayOff, NumberBook, Office, Setting

DEFAULT_HOURS = {name: ["08.00", "16.00"] for name in ("senin", "selasa", "rabu", "kamis", "jumat")}
DEFAULTS: dict[str, Any] = {
    "undo_minutes": 5, "hours": DEFAULT_HOURS, "quiet_hours": ["20.00", "07.00"], "signer": "local",
    "fulfilment_days": 180,
}  # fmt: skip


def office(slug: str) -> Office:
    """The office of this slug. Raises Refusal `office.unknown` (404)."""
    found = Office.objects.filter(slug=slug).first()
    if found is None:
        raise Refusal("office.unknown", status=404, slug=slug)
    return found


@lru_cache(maxsize=1200)
def office_as_of(office_id: int, version: int) -> Office:
    """The office under this version of its rules, kept in memory; whoever changes its row raises the version."""
    return Office.objects.get(pk=office_id)


def offices() -> list[Office]:
    return list(Office.objects.order_by("name"))


INSTALLATION = "instalasi"
"""In addresses: the record of what belongs to no office. No office has this slug."""


def record_names() -> dict[int, str]:
    """Every tree of the record and what addresses call it: the offices by slug, and the installation."""
    return {
        merkle.INSTALLATION: INSTALLATION,
        **dict(Office.objects.order_by("pk").values_list("pk", "slug")),
    }


def origin(name: str) -> str:
    """What the heads of this record are signed as: where they are published, without the scheme (C2SP tlog-checkpoint)."""
    return f"{settings.PUBLIC_URL.partition('://')[2]}/transparansi/{name}"


def books(office_id: int) -> dict[tuple[str, int], int]:
    """The last number taken from each book of this office: (name, year) -> number."""
    rows = NumberBook.objects.filter(office_id=office_id)
    return {(name, year): last for name, year, last in rows.values_list("name", "year", "last")}


def setting(at_office: Office, name: str, day: date) -> Any:
    """The value of this rule on that day, or the stated default; kept in memory like the calendar."""
    value = DEFAULTS.get(name)
    for one, since, until, found in _settings(at_office.pk, at_office.calendar_version):
        if one == name and since <= day and (until is None or day <= until):
            value = found
    return value


@lru_cache(maxsize=1200)
def _settings(office_id: int, version: int) -> tuple[tuple[str, date, date | None, Any], ...]:
    """The rules of an office, oldest first."""
    rows = Setting.objects.filter(office_id=office_id).order_by("valid_from")
    return tuple(rows.values_list("name", "valid_from", "valid_to", "value"))


def calendar(at_office: Office) -> WorkCalendar:
    """The work calendar of the office; kept in memory until the office changes it (calendar_version)."""
    return _calendar(at_office.pk, at_office.calendar_version, at_office.time_zone)


def calendar_of(slug: str) -> WorkCalendar:
    """The work calendar of the office of this slug. Raises Refusal `office.unknown`."""
    return calendar(office(slug))


@lru_cache(maxsize=1200)
def _calendar(office_id: int, version: int, time_zone: str) -> WorkCalendar:
    hours = Setting.objects.filter(office_id=office_id, name="hours").order_by("-valid_from").first()
    days = DayOff.objects.filter(office_id=office_id, works=False)
    return WorkCalendar(
        zone=ZoneInfo(time_zone),
        hours=opening_hours(hours.value if hours else DEFAULT_HOURS),
        off=frozenset(d.day for d in days),
        estimated=frozenset(d.day for d in days if d.estimated),
        last_year=max((d.day.year for d in days), default=9999),
    )


def zone_of(at_office: Office) -> ZoneInfo:
    """The time zone of the office."""
    return ZoneInfo(at_office.time_zone)


def local_day(at_office: Office, at: datetime) -> date:
    """The legal day at the office when it is `at`."""
    return at.astimezone(ZoneInfo(at_office.time_zone)).date()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the office as it stood on a day, with what it rests on."""

    name: str
    value: Any
    basis: str
    assumed: bool


def rules(at_office: Office, day: date) -> tuple[Rule, ...]:
    """The rules in force on that day with their bases; kept in memory like the calendar."""
    found = {}
    for since, until, rule in _rules(at_office.pk, at_office.calendar_version):
        if since <= day and (until is None or day <= until):
            found[rule.name] = rule
    return tuple(found.values())


@lru_cache(maxsize=1200)
def _rules(office_id: int, version: int) -> tuple[tuple[date, date | None, Rule], ...]:
    rows = Setting.objects.filter(office_id=office_id).order_by("valid_from")
    return tuple((r.valid_from, r.valid_to, Rule(r.name, r.value, r.basis, r.assumed)) for r in rows)


def by_id(office_ids: Iterable[int]) -> dict[int, Office]:
    """These offices by their row ids: one SQL query."""
    return Office.objects.in_bulk(list(office_ids))


def next_day_off(at_office: Office, day: date) -> DayOff | None:
    return DayOff.objects.filter(office=at_office, day__gte=day, works=False).order_by("day").first()


def number_books(office_ids: Iterable[int], name: str) -> dict[int, dict[int, int]]:
    """Office -> year -> the last number given from the book of this name; only of offices that have such a book."""
    found: dict[int, dict[int, int]] = {}
    books = NumberBook.objects.filter(office_id__in=office_ids, name=name)
    for office_id, year, last in books.values_list("office_id", "year", "last"):
        found.setdefault(office_id, {})[year] = last
    return found
