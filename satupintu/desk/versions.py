# SPDX-License-Identifier: Apache-2.0
"""Versions of services for those who publish them: what is in force, what waits, and one version with its changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from satupintu.accounts.queries import names, same_human
from satupintu.catalog import queries as catalog
from satupintu.catalog.models import ServiceVersion
from satupintu.core.access import GRANTS, Actor, Permission
from satupintu.core.changes import GROUPS, changes
from satupintu.core.changes.words import COMPONENT
from satupintu.core.package import Package
from satupintu.door import read
from satupintu.offices.queries import local_day
from satupintu.ui import formats
from satupintu.ui.parts import HistoryRow, ListRow, TagKind
from satupintu.ui.words import fact_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

DRAFT, PROPOSED, APPROVED = ServiceVersion.DRAFT, ServiceVersion.PROPOSED, ServiceVersion.APPROVED
SENTENCES: Mapping[str, Text] = {
    "service.drafted": gettext_lazy("%(who)s mengunggah draf."),
    "service.replaced": gettext_lazy("%(who)s mengganti isi draf."),
    "service.proposed": gettext_lazy("%(who)s mengusulkan, berlaku %(day)s."),
    "service.sent-back": gettext_lazy("%(who)s mengembalikan usulan."),
    "service.withdrawn": gettext_lazy("%(who)s menarik usulan."),
    "service.approved": gettext_lazy("%(who)s menyetujui."),
    "service.discarded": gettext_lazy("%(who)s membuang draf."),
}
"""What each event of a version says."""


# One version -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """Where a version is on its way, in a word and a sentence."""

    kind: TagKind
    word: str
    text: str


def state(row: ServiceVersion, among: Sequence[ServiceVersion], today: date) -> State:
    """The state of a version on a day. among: all versions of its service."""
    if row.status == PROPOSED:
        return State(
            "wait", _("Diusulkan"), _("Menunggu kepala dinas atau administrator lain menyetujuinya.")
        )
    if row.recalled:
        text = _("Disetujui, lalu dibatalkan sebelum berlaku. Versi ini tidak pernah berlaku.")
        return State("stop", _("Dibatalkan"), text)
    if row.status == APPROVED and row.effective:
        return _approved(row, catalog.after(row, among), today)
    if row.status == DRAFT and row.problems:
        text = _("Ada %(n)s hal yang harus dibetulkan sebelum diusulkan.") % {"n": len(row.problems)}
        return State("stop", _("Draf, belum benar"), text)
    if row.status == DRAFT:
        return State("draft", _("Draf"), _("Belum diusulkan. Layanan masih memakai versi lama."))
    return State("stop", _("Dibuang"), _("Draf ini sudah dibuang. Riwayatnya tetap ada."))


def _approved(row: ServiceVersion, later: ServiceVersion | None, today: date) -> State:
    assert row.effective is not None
    if later is not None and later.effective is not None and later.effective <= max(today, row.effective):
        day = formats.long_date(later.effective)
        return State("", _("Digantikan"), _("Digantikan versi yang berlaku %(day)s.") % {"day": day})
    day = formats.long_date(row.effective)
    if row.effective > today:
        return State("wait", _("Akan berlaku"), _("Berlaku mulai %(day)s.") % {"day": day})
    return State("ok", _("Berlaku"), _("Berlaku sejak %(day)s.") % {"day": day})


def may(actor: Actor, row: ServiceVersion) -> frozenset[str]:
    """What this person may do with this version: edit, approve, withdraw, follow (hand in the next one)."""
    found = set()
    if Permission.SERVICE_PROPOSE in granted_in(actor, row):
        found.add({DRAFT: "edit", PROPOSED: "", APPROVED: "follow"}.get(row.status, ""))
        if row.status == PROPOSED and row.proposed_by == actor.person:
            found.add("withdraw")
    if row.status == PROPOSED and _approves(actor, row) and not _his_own(actor, row):
        found.add("approve")
    return frozenset(found - {""})


def granted_in(actor: Actor, row: ServiceVersion) -> frozenset[Permission]:
    """What this person is granted in the office of this version."""
    return frozenset(p for c in actor.capacities if c.reaches(row) for p in GRANTS.get(c.role, ()))


def _approves(actor: Actor, row: ServiceVersion) -> bool:
    return Permission.SERVICE_APPROVE in granted_in(actor, row)


def _his_own(actor: Actor, row: ServiceVersion) -> bool:
    return any(same_human(person, actor.person) for person in {row.proposed_by, row.made_by})


@dataclass(frozen=True, slots=True)
class Group:
    """What changed, under one heading."""

    title: str
    texts: list[str] = field(default_factory=list)


def differences(old: Package, new: Package) -> list[Group]:
    """The changes from one version to the next, by groups; only those that hold something."""
    groups = {title: Group(title) for title in GROUPS}
    for change in changes(old, new, say=fact_words):
        groups[change.group].texts.append(change.text)
    return [group for group in groups.values() if group.texts]


def context(actor: Actor, row: ServiceVersion) -> dict[str, Any]:
    """The page of one version: where it stands, what it changes, what it holds, what happened."""
    among = catalog.versions([row.office_id], row.slug)
    today, former = local_day(row.office, actor.at), catalog.before(row, among)
    package, old = catalog.package_or_none(row), former and catalog.package_or_none(former)
    lines, remarks = read.history(row), catalog.remarks(row)
    people = names({line.person for line in lines})
    return {
        "row": row,
        "state": state(row, among, today),
        "may": may(actor, row),
        "former": former,
        "follows": catalog.basis(row, former),
        "last": row.stands and catalog.after(row, among) is None,
        "groups": differences(old, package) if old and package else None,
        "package": package,
        "components": _components(package),
        "steps": _steps(package),
        "history": [_line(line, people, remarks, row) for line in reversed(lines)],
        "said": _last_words(row, lines, remarks),
        "others": _others((one for one in among if one.pk != row.pk), among, today),
    }


def _line(
    line: read.Line, people: Mapping[str, str], remarks: Mapping[int, str], row: ServiceVersion
) -> HistoryRow:
    who = people.get(line.person, _("Perintah di server"))
    day = date.fromisoformat(line.data["effective"]) if "effective" in line.data else None
    text = SENTENCES[line.kind] % {"who": who, "day": formats.long_date(day) if day else formats.NOTHING}
    words = f" “{remarks[line.number]}”" if line.number in remarks else ""
    return HistoryRow(formats.moment(line.at, ZoneInfo(row.office.time_zone)), f"{text}{words}")


def _last_words(
    row: ServiceVersion, lines: Iterable[read.Line], remarks: Mapping[int, str]
) -> dict[str, str]:
    """Why it is proposed; or, of a draft that came back, why it was sent back."""
    wanted = {PROPOSED: "service.proposed", APPROVED: "service.proposed", DRAFT: "service.sent-back"}
    last = [line.number for line in lines if line.kind == wanted.get(row.status) and line.number in remarks]
    return {"status": row.status, "text": remarks[last[-1]]} if last else {}


def _components(package: Package | None) -> list[tuple[str, str, bool]]:
    """Name, text and whether it is only an example, of the 14 components."""
    service = package.service if package else None
    return (
        [(COMPONENT[name], part.text, part.assumed) for name, part in service.components.items()]
        if service
        else []
    )


def _steps(package: Package | None) -> list[tuple[int, str, str, str]]:
    """Number, activity, actor and norm of each step."""
    if package is None:
        return []
    sop = package.sop
    return [(s.number, s.activity, sop.actors[s.actor].label, str(s.norm)) for s in sop.steps.values()]


# The list --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shelf:
    """Some versions under one heading."""

    id: str
    title: str
    rows: list[ListRow]


def shelves(actor: Actor, offices: Iterable[int]) -> list[Shelf]:
    """Every service of these offices: what waits for this person first, then what is on its way, then what holds."""
    offices = list(offices)
    everything = catalog.versions(offices)
    places: dict[str, list[ServiceVersion]] = {name: [] for name in ("wait", "draft", "coming", "now", "sop")}
    by_service: dict[tuple[int, str], list[ServiceVersion]] = {}
    for row in everything:
        by_service.setdefault((row.office_id, row.slug), []).append(row)
    for row in everything:
        today = local_day(row.office, actor.at)
        kind = state(row, by_service[row.office_id, row.slug], today).kind
        if row.status == APPROVED:
            place = {"ok": "now" if row.kind == "layanan" else "sop", "wait": "coming"}.get(kind, "")
        else:
            place = {PROPOSED: "wait", DRAFT: "draft"}.get(row.status, "")
        if place:
            places[place].append(row)
    titles = {
        "wait": _("Menunggu persetujuan"),
        "draft": _("Draf"),
        "coming": _("Disetujui, belum berlaku"),
        "now": _("Layanan yang berlaku"),
        "sop": _("SOP tertaut yang berlaku"),
    }
    shut = _shut(everything, actor)
    return [
        Shelf(f"rak-{name}", titles[name], _shelf(rows, by_service, actor, shut if name == "now" else {}))
        for name, rows in places.items()
        if rows
    ]


def _shut(rows: Iterable[ServiceVersion], actor: Actor) -> dict[tuple[int, str], State]:
    """The services whose closing stands, and what is said of them instead of "Berlaku"."""
    found = {}
    for office in {row.office_id: row.office for row in rows}.values():
        today = local_day(office, actor.at)
        for slug, closing in catalog.closings(office.pk, today).items():
            begun = closing.begun(today)
            found[office.pk, slug] = State(
                "stop" if begun else "wait", _("Ditutup") if begun else _("Akan ditutup"), ""
            )
    return found


def _shelf(
    rows: Iterable[ServiceVersion],
    by_service: Mapping[tuple[int, str], list[ServiceVersion]],
    actor: Actor,
    shut: Mapping[tuple[int, str], State],
) -> list[ListRow]:
    found = []
    for row in rows:
        today = local_day(row.office, actor.at)
        service = row.office_id, row.slug
        now = shut.get(service) or state(row, by_service[service], today)
        mine = (
            row.status == PROPOSED
            and actor.person not in (row.proposed_by, row.made_by)
            and _approves(actor, row)
        )
        if mine:
            now = State("yours", _("Giliran Anda"), now.text)
        found.append(ListRow(_link(row), row.name, _small(row, today), now.word, now.kind))
    return found


def _others(rows: Iterable[ServiceVersion], among: Sequence[ServiceVersion], today: date) -> list[ListRow]:
    """The other versions of one service: their name is their date."""
    found = []
    for row in rows:
        now, day = state(row, among, today), _since(row, today)
        title = day[:1].upper() + day[1:] if day else _("Belum bertanggal")
        found.append(
            ListRow(_link(row), title, _("versi %(id)s") % {"id": row.digest[:8]}, now.word, now.kind)
        )
    return found


def _link(row: ServiceVersion) -> str:
    return reverse("desk:version", args=[row.key])


def _small(row: ServiceVersion, today: date) -> str:
    named = _("versi %(id)s") % {"id": row.digest[:8]}
    return " · ".join(text for text in (_since(row, today), named) if text)


def _since(row: ServiceVersion, today: date) -> str:
    if row.effective is None or row.status == DRAFT:
        return ""
    return _("berlaku %(day)s") % {"day": formats.near_date(row.effective, today)}
