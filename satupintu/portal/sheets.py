# SPDX-License-Identifier: Apache-2.0
"""The official sheets of a published service, printed once and then kept.

A published version never changes, so a sheet is known by what it is made from: the version's digest, the office as it
names itself, the tariff of the day, the print kit. That is its ETag, and its place on the shelf.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from threading import Lock
from typing import Literal

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from satupintu.catalog.queries import in_force, package_of
from satupintu.catalog.sheets import House, house_of, poster, sop, standar
from satupintu.core.package import Package
from satupintu.core.refusal import Refusal
from satupintu.core.seal import digest
from satupintu.offices.models import Office
from satupintu.ui.parts import NavLink
from satupintu.ui.prints import kit_files

Kind = Literal["standar", "sop", "poster", "poster-a3"]
MOST_KEPT = 64  # about 100 kB each


@dataclass(frozen=True, slots=True)
class Source:
    """What the sheets of a service are made from on a day. office, slug: in its address, which is `page` in full."""

    office: str
    slug: str
    package: Package
    house: House
    day: date
    page: str

    def etag(self, kind: Kind) -> str:
        """A name of exactly this sheet: another word anywhere on it gives another name."""
        tariff = self.package.service.tariff_on(self.day) if self.package.service else None
        made_from = {
            "kind": kind,
            "version": self.package.digest,
            "house": asdict(self.house),
            "tariff": repr(tariff),
            "page": self.page,
            "kit": _kit(),
        }
        return digest(made_from)


def source(office: Office, slug: str, day: date) -> Source:
    """What the sheets of this service are made from. Raises Refusal `catalog.no-service` (404), for a linked SOP too."""
    package = package_of(in_force(office.pk, slug, day))
    if package.service is None:
        raise Refusal("catalog.no-service", status=404, slug=slug)
    address = reverse("portal:service", args=[office.slug, slug])
    return Source(office.slug, slug, package, house_of(office), day, f"{settings.PUBLIC_URL}{address}")


def kept(name: str) -> bytes | None:
    """The sheet of this ETag, if it is on the shelf."""
    return _shelf.get(name)


def printed(kind: Kind, made_from: Source) -> bytes:
    """Print a sheet and put it on the shelf. Raises Refusal `print.*`."""
    pdf = _PRESS[kind](made_from)
    _shelf.put(made_from.etag(kind), pdf)
    return pdf


def links(office: Office, slug: str, *, closed: bool = False) -> list[NavLink]:
    """The sheets of a service as links of its page; a closed one has no poster that asks people to come."""

    def link(name: str, label: str, icon: str, wish: str = "") -> NavLink:
        return NavLink(reverse(f"portal:{name}", args=[office.slug, slug]) + wish, label, icon=icon)

    found = [
        link("standar", _("Standar pelayanan dan maklumat"), "paper"),
        link("standar_pdf", _("Standar pelayanan (PDF)"), "download"),
        link("sop", _("SOP: bagan alur dan langkahnya"), "paper"),
        link("sop_pdf", _("SOP (PDF)"), "download"),
    ]
    posters = [
        link("poster", _("Poster A4 (PDF)"), "download"),
        link("poster", _("Poster A3 (PDF)"), "download", "?kertas=a3"),
    ]
    return found if closed else [*found, *posters]


class Shelf:
    """The sheets asked for last, by name; the one not asked for longest makes room. Safe for threads."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._sheets: OrderedDict[str, bytes] = OrderedDict()

    def get(self, name: str) -> bytes | None:
        with self._lock:
            if name in self._sheets:
                self._sheets.move_to_end(name)
            return self._sheets.get(name)

    def put(self, name: str, sheet: bytes) -> None:
        with self._lock:
            self._sheets[name] = sheet
            while len(self._sheets) > self._most:
                self._sheets.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._sheets.clear()


_shelf = Shelf(MOST_KEPT)
_PRESS: dict[Kind, Callable[[Source], bytes]] = {
    "standar": lambda it: standar.pdf(it.package, it.house, day=it.day, page=it.page),
    "sop": lambda it: sop.pdf(it.package, it.house),
    "poster": lambda it: poster.pdf(it.package, it.house, day=it.day, page=it.page),
    "poster-a3": lambda it: poster.pdf(it.package, it.house, day=it.day, page=it.page, paper="a3"),
}


@cache
def _kit() -> str:
    """A fingerprint of the print kit: a new release may draw the same data differently."""
    return hashlib.sha256(b"".join(kit_files().values())).hexdigest()
