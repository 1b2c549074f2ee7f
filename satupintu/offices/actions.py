# SPDX-License-Identifier: Apache-2.0
"""Setting up an office, and taking numbers from its books."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from satupintu.core.access import Actor, Capacity, Permission, Role
from satupintu.core.refusal import Refusal
from satupintu.door.write import create, write
from satupintu.offices.models import DayOff, NumberBook, Office, Setting


def open_office(
    actor: Actor,
    *,
    data: dict[str, Any],
    days_off: Iterable[tuple[date, str, bool]],
    settings: dict[str, Any],
    basis: str,
) -> Office:
    """Set up an office with its calendar frozen into rows it can correct (day, name, estimated).

    basis: the legal basis of the settings, shown wherever they decide something.
    """
    row = Office(**data)
    with create(actor, Capacity(Role.SYSTEM), row) as door:
        DayOff.objects.bulk_create(
            [DayOff(office=row, day=day, name=name, estimated=estimated) for day, name, estimated in days_off]
        )
        Setting.objects.bulk_create(
            [
                Setting(
                    office=row, name=name, value=value, valid_from=date(2000, 1, 1), basis=basis, assumed=True
                )
                for name, value in settings.items()
            ]
        )
        door.event("office.opened", slug=row.slug)
    return row


def set_rule(actor: Actor, office_id: int, *, name: str, value: Any, since: date, basis: str) -> None:
    """Let this rule of the office hold from a day on; the rows before it stay, for the files of their days.

    basis: what it rests on (a letter, a regulation). Raises Refusal `office.no-basis`, `access.*`.
    """
    with write(actor, Permission.OFFICE_RULE, Office.objects.all(), office_id) as door:
        if not basis.strip():
            raise Refusal("office.no-basis", status=422)
        Setting.objects.update_or_create(
            office=door.row, name=name, valid_from=since, defaults={"value": value, "basis": basis.strip()}
        )
        door.row.calendar_version += 1
        door.event("office.rule-set", name=name, value=value, since=since.isoformat())


def take_number(office_id: int, name: str, year: int) -> int:
    """The next number of this book, inside the caller's open door: the book stays locked until that commit.

    A refusal later in the same transaction gives the number back, so the book has no gaps.
    """
    NumberBook.objects.get_or_create(office_id=office_id, name=name, year=year)
    book = NumberBook.objects.select_for_update().get(office_id=office_id, name=name, year=year)
    book.last += 1
    book.save(update_fields=["last"])
    return book.last


def skip_to(office_id: int, name: str, year: int, last: int) -> None:
    """Let this book go on behind a number that is known to be used, inside the caller's open door; it never goes back.

    After a restore: the numbers taken since the backup are on paper, and not in the book.
    """
    NumberBook.objects.get_or_create(office_id=office_id, name=name, year=year)
    book = NumberBook.objects.select_for_update().get(office_id=office_id, name=name, year=year)
    book.last = max(book.last, last)
    book.save(update_fields=["last"])
