# SPDX-License-Identifier: Apache-2.0
"""The books whose numbers must be known before an office goes on after a restore."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from satupintu.catalog.queries import package_of, services
from satupintu.offices.models import Office
from satupintu.offices.queries import books as kept_books
from satupintu.offices.queries import local_day, offices

RECEIPTS = "receipt"


@dataclass(frozen=True, slots=True)
class Book:
    """A book of numbers. label: as people call it. last: the last number taken before the backup, 0 for none."""

    office_id: int
    name: str
    year: int
    label: str
    last: int

    @property
    def field(self) -> str:
        """Its name in a form."""
        return f"{self.office_id}-{self.name}-{self.year}"


def books(at: datetime) -> list[Book]:
    """Every book from which an office could take a number this year, whether the backup knows it or not."""
    return [book for office in offices() for book in _of_office(office, at)]


def _of_office(office: Office, at: datetime) -> list[Book]:
    day, kept = local_day(office, at), kept_books(office.pk)
    labels = {name: name for name, _year in kept} | _labels(office, at)
    return [
        Book(
            office_id=office.pk,
            name=name,
            year=day.year,
            label=_("%(office)s: %(book)s %(year)d")
            % {"office": office.short_name, "book": label, "year": day.year},
            last=kept.get((name, day.year), 0),
        )
        for name, label in sorted(labels.items(), key=lambda item: item[1])
    ]


def _labels(office: Office, at: datetime) -> dict[str, str]:
    """The books of the services in force, and that of the receipts: name -> what people call it."""
    found = {RECEIPTS: _("tanda terima")}
    for version in services(office.pk, local_day(office, at)):
        package = package_of(version)
        if package.service is not None:
            found[package.service.code] = package.service.name
        for step in package.sop.steps.values():
            letters = (work.partition(":")[2] for work in step.work if work.startswith("document:"))
            found |= {letter: letter.replace("-", " ") for letter in letters}
    return found
