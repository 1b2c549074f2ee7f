# SPDX-License-Identifier: Apache-2.0
"""A service and an office in words, for the pages before anybody logs in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from satupintu.catalog.models import Ruling, ServiceVersion
from satupintu.catalog.queries import package_of, sop_names
from satupintu.core.clock import WorkCalendar
from satupintu.core.package import Package, ServiceSpec
from satupintu.core.sop import Sop
from satupintu.offices.models import DayOff, Office
from satupintu.offices.queries import calendar, next_day_off
from satupintu.ui import formats
from satupintu.ui.lane import step_label
from satupintu.ui.parts import Door, Fact, ListRow, NavLink

SIGNATURES = {"electronic": gettext_lazy("PDF dengan tanda tangan elektronik")}
LONGEST_LOOK = 31  # days ahead in which an office opens again, for the line "Buka lagi"


def spec(package: Package) -> ServiceSpec:
    """The public part of a service; a layanan always has one (`read_package` refuses it otherwise)."""
    assert package.service is not None
    return package.service


def rows(
    office: Office, versions: Iterable[ServiceVersion], day: date, closings: Mapping[str, Ruling]
) -> list[ListRow]:
    """The list of services: each row says days, cost and how many papers before anybody opens it.

    closings: those that stand (`catalog.closings`); a closed service comes last, and its row says so.
    """
    found, shut = [], []
    for version in versions:
        href = reverse("portal:service", args=[office.slug, version.slug])
        closing = closings.get(version.slug)
        if closing is not None and closing.day is not None and closing.begun(day):
            small = _("Ditutup mulai %(day)s") % {"day": formats.long_date(closing.day)}
            shut.append(ListRow(href, version.name, small, _("Ditutup"), "stop"))
        else:
            found.append(ListRow(href, version.name, " · ".join(_brief(package_of(version), day))))
    return [*found, *shut]


@dataclass(frozen=True, slots=True)
class Closing:
    """The closing of a service in words. begun: it is closed today; last: the last day on which one could apply."""

    begun: bool
    since: str
    last: str
    reason: str
    refer_to: str
    successor: NavLink | None


def closing(office: Office, found: Ruling | None, day: date) -> Closing | None:
    """What the public reads of a closing; None for a service that stays open."""
    if found is None or found.day is None:
        return None
    link = None
    if found.successor:
        name = sop_names(office.pk).get(found.successor, found.successor)
        link = NavLink(reverse("portal:service", args=[office.slug, found.successor]), name)
    since, last = formats.long_date(found.day), formats.long_date(found.day - timedelta(days=1))
    return Closing(found.begun(day), since, last, found.reason, found.refer_to, link)


def _brief(package: Package, day: date) -> list[str]:
    service, found = spec(package), []
    if package.sop.promise:
        found.append(str(package.sop.promise))
    tariff = service.tariff_on(day)
    if tariff:
        found.append(formats.rupiah(tariff.amount_rupiah))
    found.append(_("%(n)d syarat") % {"n": len(_needed(service))})
    return found


def _needed(service: ServiceSpec) -> list[str]:
    return [one.id for one in service.requirements.values() if one.required]


def facts(package: Package, day: date) -> tuple[Fact, ...]:
    """Days, cost, papers, product: what people ask first."""
    service, components = spec(package), spec(package).components
    promise, tariff = package.sop.promise, service.tariff_on(day)
    optional = len(service.requirements) - len(_needed(service))
    more = (
        _("%(n)d lagi boleh dikosongkan") % {"n": optional}
        if optional
        else _("diunggah sebagai foto atau PDF")
    )
    return (
        Fact(
            _("Lama"),
            str(promise) if promise else _("Tidak dijanjikan"),
            _("sejak permohonan diterima") if promise else "",
            assumed=bool(promise) and components["jangka_waktu"].assumed,
        ),
        Fact(
            _("Biaya"),
            formats.rupiah(tariff.amount_rupiah) if tariff else _("Belum ditetapkan"),
            _("tidak ada pungutan lain") if tariff else _("tanyakan kepada kantor"),
            assumed=bool(tariff and tariff.assumed),
        ),
        Fact(
            _("Syarat"),
            _("%(n)d dokumen") % {"n": len(_needed(service))},
            more,
            assumed=_any_assumed(service),
        ),
        Fact(
            _("Hasil"),
            service.name,
            SIGNATURES.get(service.signature, _("diambil di loket")),
            assumed=components["produk"].assumed,
        ),
    )


def _any_assumed(service: ServiceSpec) -> bool:
    return any(one.assumed for one in service.requirements.values())


def doors(sop: Sop) -> tuple[Door, ...]:
    """The steps of the SOP: who does it, and how long it should take."""
    return tuple(
        Door(step.number, step_label(step.id), meta=f"{sop.actors[step.actor].label} · {step.norm}")
        for step in sop.steps.values()
    )


def examples(versions: Sequence[ServiceVersion], *, limit: int = 4) -> list[str]:
    """Everyday words to try in the search: those that a service's own name does not hold."""
    found: dict[str, None] = {}
    for version in versions:
        service = spec(package_of(version))
        name = f"{service.name} {service.summary}".casefold()
        found |= dict.fromkeys(w for w in service.search_words if w.islower() and w.casefold() not in name)
    return list(found)[1 : limit + 1] if len(found) > limit else list(found)


@dataclass(frozen=True, slots=True)
class Today:
    """The office at this moment. open: now; words: until when, or from when; off: its next day off."""

    open: bool
    words: str
    off: DayOff | None
    off_words: str


def today(office: Office, at: datetime) -> Today:
    """Whether the office is open, until or from when, and its next day off: one SQL query."""
    when = calendar(office)
    local = at.astimezone(when.zone)
    day, hour = local.date(), local.time()
    off = next_day_off(office, day)
    said = formats.long_date(off.day) if off else ""
    if when.is_working(day):
        opens, closes = when.hours[day.weekday()]
        if opens <= hour < closes:
            return Today(True, _("Buka sampai %(time)s") % {"time": _hour(closes)}, off, said)
        if hour < opens:
            words = _("Buka hari ini pukul %(time)s") % {"time": _hour(opens)}
            return Today(False, words, off, said)
    return Today(False, _again(when, day), off, said)


def _again(when: WorkCalendar, day: date) -> str:
    """When the office opens next, looking ahead a month."""
    for days in range(1, LONGEST_LOOK + 1):
        next_day = day + timedelta(days=days)
        if when.is_working(next_day):
            opens = when.hours[next_day.weekday()][0]
            shown = formats.relative_day(next_day, day)
            return _("Tutup. Buka lagi %(day)s, %(time)s") % {"day": shown, "time": _hour(opens)}
    return _("Tutup")


def _hour(moment: time) -> str:
    return f"{moment:%H.%M}"
