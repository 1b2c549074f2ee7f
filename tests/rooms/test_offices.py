# SPDX-License-Identifier: Apache-2.0
"""Offices: calendar and settings as rows with dates and a basis; books of numbers without gaps or doubles."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from satupintu.core.access import system
from satupintu.core.refusal import Refusal
from satupintu.door.models import Event
from satupintu.door.read import verify
from satupintu.offices import actions, queries
from satupintu.offices.models import DayOff, NumberBook, Office, Setting
from tests import factories as f

DATA = {
    "slug": "natuna",
    "name": "DPMPTSP Natuna",
    "full_name": "Dinas Natuna",
    "short_name": "Natuna",
    "government": "Pemerintah Kabupaten Natuna",
    "region_code": "2103",
    "time_zone": "Asia/Jakarta",
    "seat": "Ranai",
    "address": "Jalan Contoh 1",
    "phone": "-",
    "email": "a@natuna.example",
    "website": "-",
    "head_title": "Kepala Dinas",
}


def opened(**settings: object) -> Office:
    off = [(date(2026, 3, 5), "Libur contoh", True)]
    return actions.open_office(system(f.AT), data=DATA, days_off=off, settings=settings, basis="Perda 1/2026")


def add_setting(office: Office, value: object, since: date, until: date | None = None) -> None:
    """What part 3's screen will do: a new row, and the office's rules counted up."""
    Setting.objects.create(
        office=office, name="undo_minutes", value=value, valid_from=since, valid_to=until, basis="SK 2"
    )
    office.calendar_version += 1
    office.save()


# An office -------------------------------------------------------------------------------------------------------


def test_an_office_opens_with_its_calendar_in_one_event(db: None) -> None:
    office = opened(undo_minutes=7)
    event = Event.objects.get(subject=office.subject)
    assert (event.kind, event.data, event.role) == ("office.opened", {"slug": "natuna"}, "sistem")
    assert (office.days_off.count(), office.settings.get().value, office.settings.get().assumed) == (
        1,
        7,
        True,
    )
    assert verify().ok


def test_an_office_whose_slug_is_taken_leaves_nothing(db: None) -> None:
    opened()
    before = f.everything(), DayOff.objects.count()
    with pytest.raises(IntegrityError):
        opened()
    assert (f.everything(), DayOff.objects.count()) == before


def test_a_setting_without_a_basis_is_refused_by_the_data_base(db: None) -> None:
    office = opened()
    with pytest.raises(IntegrityError), transaction.atomic():
        Setting.objects.create(office=office, name="x", value=1, valid_from=date(2026, 1, 1), basis="")


def test_an_office_that_is_not_there(db: None) -> None:
    with f.refusal("office.unknown", 404):
        queries.office("atlantis")
    with f.refusal("office.unknown", 404):
        queries.calendar_of("atlantis")


def test_a_rule_holds_from_its_day_to_its_day(db: None) -> None:
    office = opened()
    assert queries.setting(office, "undo_minutes", date(2026, 3, 4)) == 5  # the stated default
    add_setting(office, 10, date(2026, 3, 1), date(2026, 3, 31))
    add_setting(office, 20, date(2026, 5, 1))
    held = [queries.setting(office, "undo_minutes", date(2026, month, 15)) for month in (2, 3, 4, 5)]
    assert held == [5, 10, 5, 20]
    edge = [queries.setting(office, "undo_minutes", day) for day in (date(2026, 3, 31), date(2026, 4, 1))]
    assert edge == [10, 5]
    assert queries.setting(office, "no-such-rule", date(2026, 3, 4)) is None


def test_the_calendar_is_the_offices_own(db: None) -> None:
    office = opened(hours={"senin": ["09.00", "15.00"], "kamis": ["09.00", "15.00"]})
    calendar = queries.calendar(office)
    assert calendar.zone == ZoneInfo("Asia/Jakarta")
    assert [calendar.is_working(date(2026, 3, day)) for day in (2, 3, 5, 9)] == [True, False, False, True]
    assert calendar.is_estimate(date(2026, 3, 1), date(2026, 3, 9))
    DayOff.objects.filter(office=office).update(works=True)  # the office corrects its list: open after all
    office.calendar_version += 1
    assert queries.calendar(office).is_working(date(2026, 3, 5))
    assert queries.next_day_off(office, date(2026, 3, 1)) is None


def test_the_legal_day_is_the_offices_day(db: None) -> None:
    office = opened()
    late = datetime(2026, 3, 4, 23, 30, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert queries.local_day(office, late) == date(2026, 3, 4)
    assert queries.local_day(office, datetime.fromisoformat("2026-03-04T17:30:00+00:00")) == date(2026, 3, 5)


# Numbers ---------------------------------------------------------------------------------------------------------


def test_each_book_counts_by_itself(db: None) -> None:
    one = opened().pk
    other = actions.open_office(
        system(f.AT), data={**DATA, "slug": "anambas"}, days_off=[], settings={}, basis="-"
    ).pk
    taken = [actions.take_number(one, "izin", 2026) for _ in range(3)]
    assert taken == [1, 2, 3]
    assert actions.take_number(one, "izin", 2027) == 1
    assert actions.take_number(one, "resi", 2026) == 1
    assert actions.take_number(other, "izin", 2026) == 1
    assert actions.take_number(one, "izin", 2026) == 4


def test_a_refusal_gives_the_number_back(db: None) -> None:
    office = opened().pk
    actions.take_number(office, "izin", 2026)
    for book in ("izin", "buku-baru"):
        with f.refusal("test.no"), transaction.atomic():
            actions.take_number(office, book, 2026)
            raise Refusal("test.no")
    assert actions.take_number(office, "izin", 2026) == 2
    assert not NumberBook.objects.filter(name="buku-baru").exists()
