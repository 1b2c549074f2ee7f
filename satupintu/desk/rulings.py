# SPDX-License-Identifier: Apache-2.0
"""Rulings about published services in words: what is asked, what follows from it, and who has said what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from satupintu.accounts.queries import names, same_human
from satupintu.catalog import queries as catalog
from satupintu.catalog.models import Ruling, ServiceVersion
from satupintu.core.access import Actor, Permission
from satupintu.core.changes import line_changes
from satupintu.desk.versions import Shelf, differences, granted_in
from satupintu.door import read
from satupintu.offices.queries import local_day
from satupintu.ui import formats
from satupintu.ui.parts import HistoryRow, ListRow, TagKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

LAYOUT, LONGEST_BRIEF = "permit.typ", 90
UNDOING = "undoing"
STATES: Mapping[str, tuple[TagKind, Text]] = {
    Ruling.ASKED: ("wait", gettext_lazy("Menunggu persetujuan")),
    Ruling.APPROVED: ("ok", gettext_lazy("Disetujui")),
    Ruling.DECLINED: ("stop", gettext_lazy("Ditolak")),
    Ruling.DROPPED: ("", gettext_lazy("Ditarik pengusul")),
}
ACTS: Mapping[str, Text] = {
    "asked": gettext_lazy("%(who)s mengusulkan %(what)s."),
    "approved": gettext_lazy("%(who)s menyetujui %(what)s."),
    "declined": gettext_lazy("%(who)s menolak %(what)s."),
    "dropped": gettext_lazy("%(who)s menarik usulan %(what)s."),
}
"""What the end of an event's kind says ("service.closing-approved")."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of ruling. name: in the middle of a sentence. if_so, done: what it means, before and after."""

    name: Text
    if_so: Text
    done: Text


MATTERS: Mapping[str, Matter] = {
    Ruling.RECALL: Matter(
        gettext_lazy("pembatalan versi"),
        gettext_lazy("Bila disetujui, versi ini tidak pernah berlaku. Versi sebelumnya tetap berlaku."),
        gettext_lazy("Versi ini tidak pernah berlaku. Versi sebelumnya tetap berlaku."),
    ),
    UNDOING: Matter(
        gettext_lazy("pembatalan penutupan"),
        gettext_lazy("Bila disetujui, layanan ini tidak jadi ditutup."),
        gettext_lazy("Layanan ini tidak jadi ditutup."),
    ),
    Ruling.CLOSING: Matter(
        gettext_lazy("penutupan layanan"),
        gettext_lazy(
            "Bila disetujui, mulai %(day)s tidak ada permohonan baru. "
            "Permohonan yang sudah dikirim tetap diselesaikan. Surat yang terbit tetap bisa dicek."
        ),
        gettext_lazy(
            "Mulai %(day)s tidak ada permohonan baru. "
            "Permohonan yang sudah dikirim tetap diselesaikan. Surat yang terbit tetap bisa dicek."
        ),
    ),
    Ruling.RELEASE: Matter(
        gettext_lazy("koreksi salah tulis"),
        gettext_lazy(
            "Bila disetujui, berkas yang berjalan dengan versi ini langsung memakai kata dan surat yang dibetulkan. "
            "Surat yang sudah ditandatangani tidak berubah."
        ),
        gettext_lazy(
            "Berkas yang berjalan dengan versi ini memakai kata dan surat yang dibetulkan. "
            "Surat yang sudah ditandatangani tidak berubah."
        ),
    ),
}


def matter(row: Ruling) -> Matter:
    return MATTERS[UNDOING if row.undoes_id else row.kind]


def title(row: Ruling) -> str:
    """What its page is called: "Penutupan layanan"."""
    name = str(matter(row).name)
    return name[:1].upper() + name[1:]


# One ruling ------------------------------------------------------------------------------------------------------


def context(actor: Actor, row: Ruling) -> dict[str, Any]:
    """The page of one ruling: what it means, why, what it changes, who may answer, what happened."""
    lines = read.history(row)
    people = names({line.person for line in lines})
    kind, word = STATES[row.status]
    return {
        "row": row,
        "title": title(row),
        "kind": kind,
        "word": word,
        "meaning": _meaning(row, local_day(row.office, actor.at)),
        "successor": _successor(row),
        "may": may(actor, row),
        "history": [_line(line, people, row) for line in reversed(lines)],
        **(_released(row) if row.kind == Ruling.RELEASE else {}),
    }


def _meaning(row: Ruling, today: date) -> str:
    """What follows from it; of a closing that stands no more, why."""
    if row.status != Ruling.APPROVED:
        return str(matter(row).if_so) % {"day": _day(row)}
    if row.kind == Ruling.CLOSING:
        if row.undone_by.filter(status=Ruling.APPROVED).exists():
            return _("Penutupan ini sudah dibatalkan.")
        standing = catalog.closings(row.office_id, today).get(row.slug)
        if standing is None or standing.pk != row.pk:
            return _("Layanan ini sudah dibuka lagi dengan versi baru.")
    return str(matter(row).done) % {"day": _day(row)}


def may(actor: Actor, row: Ruling) -> frozenset[str]:
    """What this person may do with it: approve (or decline), drop, reopen (ask that a closing shall not come)."""
    granted, found = granted_in(actor, row.about), set()
    if row.status == Ruling.ASKED:
        if Permission.SERVICE_APPROVE in granted and not same_human(row.asked_by, actor.person):
            found.add("approve")
        if row.asked_by == actor.person:
            found.add("drop")
    today = local_day(row.office, actor.at)
    if row.kind == Ruling.CLOSING and row.status == Ruling.APPROVED and granted and not row.begun(today):
        standing = catalog.closings(row.office_id, today).get(row.slug)
        if standing is not None and standing.pk == row.pk and not _asked(row, Ruling.RECALL):
            found.add("reopen")
    return frozenset(found)


def _asked(row: Ruling | ServiceVersion, kind: str) -> bool:
    """Whether a ruling of this kind about the same service waits for its answer."""
    return any(one.kind == kind for one in catalog.rulings([row.office_id], row.slug, status=Ruling.ASKED))


def _released(row: Ruling) -> dict[str, Any]:
    """What a correction changes: in words, and line by line in the layout."""
    old = catalog.corrected(row.about_id, catalog.release_of(row.about_id))
    if row.status != Ruling.ASKED:
        old = catalog.package_by_id(row.about_id)
    new = catalog.package_of_release(row)
    gone, came = line_changes(old.files.get(LAYOUT, b""), new.files.get(LAYOUT, b""))
    return {"groups": differences(old, new), "gone": gone, "came": came}


def _successor(row: Ruling) -> str:
    return catalog.sop_names(row.office_id).get(row.successor, row.successor) if row.successor else ""


def _line(line: read.Line, people: Mapping[str, str], row: Ruling) -> HistoryRow:
    act = line.kind.rpartition("-")[2]
    who = people.get(line.person, _("Perintah di server"))
    words = {"asked": row.reason, "declined": row.answer}.get(act, "")
    text = str(ACTS[act]) % {"who": who, "what": matter(row).name}
    when = formats.moment(line.at, ZoneInfo(row.office.time_zone))
    return HistoryRow(when, f"{text} “{words}”" if words else text)


def _day(row: Ruling) -> str:
    return formats.long_date(row.day) if row.day else formats.NOTHING


# On the page of a version ----------------------------------------------------------------------------------------


def offered(actor: Actor, row: ServiceVersion) -> frozenset[str]:
    """The kinds of ruling that this person may ask for about this version now."""
    among = catalog.versions([row.office_id], row.slug)
    last = row.stands and catalog.after(row, among) is None
    closing = catalog.closings(row.office_id, local_day(row.office, actor.at)).get(row.slug)
    return _offered(actor, row, catalog.rulings([row.office_id], row.slug), closing, last=last)


def of_version(actor: Actor, row: ServiceVersion, *, last: bool) -> dict[str, Any]:
    """What was ruled about this version or its service, and what this person may ask for.

    last: whether no approved version follows it.
    """
    every = catalog.rulings([row.office_id], row.slug)
    here = [one for one in every if one.kind == Ruling.CLOSING or one.undoes_id or one.about_id == row.pk]
    today = local_day(row.office, actor.at)
    closing = catalog.closings(row.office_id, today).get(row.slug)
    release = next((r for r in here if r.kind == Ruling.RELEASE and r.status == Ruling.APPROVED), None)
    return {
        "closing": closing,
        "shut": closing is not None and closing.begun(today),
        "opens": _opens(row, closing),
        "release": release if row.stands else None,
        "waiting": [_row(one) for one in here if one.status == Ruling.ASKED],
        "ruled": [_row(one) for one in here if one.status != Ruling.ASKED],
        "may_ask": _offered(actor, row, every, closing, last=last),
    }


def _opens(row: ServiceVersion, closing: Ruling | None) -> bool:
    """Whether approving this proposal opens a closed service again."""
    waits = row.status == ServiceVersion.PROPOSED and row.effective is not None
    return closing is not None and waits and row.effective is not None and closing.begun(row.effective)


def _offered(
    actor: Actor, row: ServiceVersion, every: Iterable[Ruling], closing: Ruling | None, *, last: bool
) -> frozenset[str]:
    granted = granted_in(actor, row)
    if not row.stands or row.effective is None or not granted:
        return frozenset()
    asked = {one.kind for one in every if one.status == Ruling.ASKED}
    begun, found = row.effective <= local_day(row.office, actor.at), set[str]()
    if last and not begun:
        found.add(Ruling.RECALL)
    if begun and row.kind == "layanan" and closing is None:
        found.add(Ruling.CLOSING)
    if begun and Permission.SERVICE_PROPOSE in granted:
        found.add(Ruling.RELEASE)
    return frozenset(found - asked)


def _row(row: Ruling) -> ListRow:
    kind, word = STATES[row.status]
    small = _("%(day)s · %(reason)s") % {
        "day": formats.long_date(local_day(row.office, row.at)),
        "reason": _brief(row.reason),
    }
    return ListRow(reverse("desk:ruling", args=[row.key]), title(row), small, word, kind)


def _brief(text: str) -> str:
    return Truncator(text).chars(LONGEST_BRIEF)


# The list --------------------------------------------------------------------------------------------------------


def shelf(actor: Actor, offices: Iterable[int]) -> list[Shelf]:
    """What was asked about published services and waits for an answer; nothing where nothing does."""
    rows = []
    for row in catalog.rulings(offices, status=Ruling.ASKED):
        mine = row.asked_by != actor.person and Permission.SERVICE_APPROVE in granted_in(actor, row.about)
        kind, word = ("yours", _("Giliran Anda")) if mine else STATES[row.status]
        href = reverse("desk:ruling", args=[row.key])
        rows.append(ListRow(href, f"{title(row)}: {row.about.name}", _brief(row.reason), word, kind))
    return [Shelf("rak-usulan", _("Usulan tentang layanan yang terbit"), rows)] if rows else []
