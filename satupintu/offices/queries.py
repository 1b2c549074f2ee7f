# SPDX-License-Identifier: Apache-2.0
"""Reading an office: its calendar and its settings of a day."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from satupintu.core.clock import WorkCalendar, opening_hours
from satupintu.core.refusal import Refusal
from satupintu.offices.models import DayOff, Office, Setting

DEFAULT_HOURS = {name: ["08.00", "16.00"] for name in ("senin", "selasa", "rabu", "kamis", "jumat")}
DEFAULTS: dict[str, Any] = {"undo_minutes": 5, "hours": DEFAULT_HOURS}


def office(slug: str) -> Office:
    """The office of this slug. Raises Refusal `office.unknown` (404)."""
    found = Office.objects.filter(slug=slug).first()
    if found is None:
        raise Refusal("office.unknown", status=404, slug=slug)
    return found


def offices() -> list[Office]:
    return list(Office.objects.order_by("name"))


def setting(office_id: int, name: str, day: date) -> Any:
    """The value of this rule on that day, or the stated default."""
    row = (
        Setting.objects.filter(office_id=office_id, name=name, valid_from__lte=day)
        .exclude(valid_to__lt=day)
        .order_by("-valid_from")
        .values_list("value", flat=True)
        .first()
    )
    return DEFAULTS.get(name) if row is None else row


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


def local_day(at_office: Office, at: datetime) -> date:
    """The legal day at the office when it is `at`."""
    return at.astimezone(ZoneInfo(at_office.time_zone)).date()


def next_day_off(at_office: Office, day: date) -> DayOff | None:
    return DayOff.objects.filter(office=at_office, day__gte=day, works=False).order_by("day").first()
