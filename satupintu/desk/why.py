# SPDX-License-Identifier: Apache-2.0
"""Which rules decide this file, each with what it rests on (design §4: "Mengapa")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from satupintu.cases import queries as cases
from satupintu.desk.queries import Desk, File
from satupintu.offices.queries import rules
from satupintu.permits.papers import release_in
from satupintu.ui import formats

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule: what it says here and its basis. assumed: an example of ours, not the office's."""

    label: Text
    value: Text
    basis: Text
    assumed: bool = False


def reasons(file: File) -> list[Reason]:
    """Promise, limits, fee and hours as they hold for this file, and with which content it prints."""
    return [*_promise(file), *_limits(file), *_fee(file), *_office(file), *_printed(file)]


def _sop(file: Desk) -> str:
    identity = file.sop.identity
    return _("SOP %(number)s") % {"number": identity.number}


def _promise(file: Desk) -> list[Reason]:
    days, service = cases.promise_days(file.case, file.state), file.package.service
    if not days:
        return [Reason(_("Janji"), _("Tidak ada tanggal yang dijanjikan"), _sop(file))]
    component = service.components.get("jangka_waktu") if service else None
    first = file.calendar.counts_from(file.case.opened_at)
    said = _("%(n)s hari kerja, dihitung sesudah %(day)s") % {
        "n": days,
        "day": formats.near_date(first, file.today),
    }
    basis = component.source if component and component.source else _sop(file)
    found = [Reason(_("Janji"), said, basis, bool(component and component.assumed))]
    due = cases.due_date(file.case, file.state, file.at)
    if due and due >= first:
        off = sorted(day for day in file.calendar.off if first < day <= due)
        said = ", ".join(formats.near_date(day, file.today) for day in off) or _("tidak ada")
        estimate = file.calendar.is_estimate(first, due)
        found.append(Reason(_("Hari libur di antaranya"), said, _("Kalender kantor"), estimate))
    return found


def _limits(file: Desk) -> list[Reason]:
    found = []
    if file.step is not None:
        found.append(Reason(_("Norma langkah ini"), str(file.step.norm), _sop(file)))
        if file.step.limit:
            found.append(Reason(_("Batas langkah ini"), str(file.step.limit), _sop(file)))
        openings = file.step.openings
    else:
        openings = frozenset()
    for wait in file.sop.waits.values():
        if wait.limit and wait.id in openings:
            said = str(wait.limit)
            if wait.rounds:
                said = _("%(limit)s, paling banyak %(n)s kali") % {"limit": said, "n": wait.rounds}
            if wait.pauses:
                said = _("%(said)s; jam kantor berhenti") % {"said": said}
            # the sheet of the SOP sets no limits of waits: they are settings of the office (sop.toml says so)
            found.append(
                Reason(wait.label, said, _("Setelan kantor dalam SOP"), assumed=file.case.office.invented)
            )
    return found


def _fee(file: Desk) -> list[Reason]:
    service = file.package.service
    tariff = service.tariff_on(file.calendar.local_day(file.case.opened_at)) if service else None
    if tariff is None:
        return []
    return [Reason(_("Biaya"), formats.rupiah(tariff.amount_rupiah), tariff.basis, tariff.assumed)]


def _printed(file: File) -> list[Reason]:
    """The pinned version, and the correction that printed its permit, or would print it now."""
    now = file.spoken.digest if file.spoken.digest != file.package.digest else ""
    release = release_in(file.permit.data) if file.permit else now
    version = _("versi %(id)s") % {"id": file.package.digest[:8]}
    if not release:
        return [Reason(_("Isi dan surat"), version, _("Terbit, dikunci saat permohonan dikirim"))]
    said = _("%(version)s dengan koreksi %(id)s") % {"version": version, "id": release[:8]}
    return [Reason(_("Isi dan surat"), said, _("Koreksi salah tulis, disetujui dua orang"))]


def _office(file: Desk) -> list[Reason]:
    labels = {"hours": _("Jam pelayanan"), "undo_minutes": _("Waktu membatalkan langkah sendiri")}
    return [
        Reason(labels[rule.name], _value(rule.name, rule.value), rule.basis, rule.assumed)
        for rule in rules(file.case.office, file.today)
        if rule.name in labels
    ]


def _value(name: str, value: Any) -> str:
    if name == "hours":
        return ", ".join(f"{day} {since}-{until}" for day, (since, until) in value.items())
    return formats.minutes_in_words(int(value))
