# SPDX-License-Identifier: Apache-2.0
"""By which channel an office issues, in words: what holds, what it means, what is proposed, what waits for OSS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from satupintu.accounts.queries import names
from satupintu.core.access import Actor, Permission
from satupintu.desk.forms import Hidden, command
from satupintu.desk.staff import granted
from satupintu.licensing import queries
from satupintu.licensing.models import ChannelRuling, HandOver
from satupintu.offices.models import Office
from satupintu.ui import formats
from satupintu.ui.parts import ListRow, Summary, SummaryRow, TagKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

OSS, TRAINING, EARNEST = "oss", "latihan", "sendiri"
TITLES: Mapping[str, Text] = {
    OSS: gettext_lazy("OSS menerbitkan"),
    TRAINING: gettext_lazy("Kantor sendiri, latihan"),
    EARNEST: gettext_lazy("Kantor sendiri, sungguhan"),
}
MEANS: Mapping[str, Text] = {
    OSS: gettext_lazy(
        "Permohonan diteruskan ke OSS. NIB, Sertifikat Standar, dan Izin bernomor OSS. "
        "Kebenarannya ditanyakan kepada OSS."
    ),
    TRAINING: gettext_lazy(
        "Suratnya contoh saja, tidak berlaku. Cetakan bertuliskan CONTOH dan nomornya berawalan 00. "
        "Halaman cek mengatakannya juga."
    ),
    EARNEST: gettext_lazy(
        "Kantor ini menerbitkan sendiri. Suratnya berlaku dan tidak bertuliskan CONTOH. "
        "OSS tidak mengetahuinya. Segelnya memakai sertifikat buatan sistem ini. "
        "Kantor bertanggung jawab atas dasar hukumnya."
    ),
}
STATES: Mapping[str, tuple[TagKind, Text]] = {
    ChannelRuling.OPEN: ("wait", gettext_lazy("Menunggu orang kedua")),
    ChannelRuling.CONFIRMED: ("ok", gettext_lazy("Disahkan")),
    ChannelRuling.REFUSED: ("stop", gettext_lazy("Ditolak")),
    ChannelRuling.WITHDRAWN: ("", gettext_lazy("Ditarik pengusul")),
}
WHY: Mapping[str, Text] = {
    "": gettext_lazy("baru masuk"),
    HandOver.AWAY: gettext_lazy("OSS tidak menjawab"),
    HandOver.ACCESS: gettext_lazy("OSS menolak kunci kantor; betulkan SATUPINTU_OSS_KEY"),
    HandOver.OFF: gettext_lazy("hubungan ke OSS belum diatur"),
    HandOver.FIELDS: gettext_lazy("ada isian yang tidak muat di OSS"),
    HandOver.REJECTED: gettext_lazy("OSS menolak datanya"),
}


@dataclass(frozen=True, slots=True)
class WayRow:
    """A file that is not with OSS yet. again: the form's address, "" while it is tried by itself."""

    receipt: str
    title: str
    why: Text
    words: str
    tries: int
    when: str
    again: str
    hidden: Hidden


def choice(kind: str, *, productive: bool) -> str:
    """Which of the three it is."""
    if kind == ChannelRuling.OSS:
        return OSS
    return EARNEST if productive else TRAINING


def context(actor: Actor, office: Office) -> dict[str, Any]:
    """The page of an office's channel."""
    zone, holds = ZoneInfo(office.time_zone), queries.ruling_at(office, actor.at)
    now = queries.channel_of(office, actor.at)
    rows = queries.channel_rulings(office)
    people = names({person for row in rows for person in (row.proposed_by, row.answered_by) if person})
    current = choice(now.kind, productive=now.productive)
    return {
        "office": office,
        "title": TITLES[current],
        "means": MEANS[current],
        "basis": instrument(holds) if holds else "",
        "proposes": granted(actor, office, Permission.CHANNEL_PROPOSE),
        "open": [_row(one, people, zone) for one in rows if one.state == ChannelRuling.OPEN],
        "rulings": [_row(one, people, zone) for one in rows if one.state != ChannelRuling.OPEN],
        "ways": [_way(one, actor, office, zone) for one in queries.on_the_way(office)],
        "strange": queries.strange_messages(office),
    }


def _row(row: ChannelRuling, people: Mapping[str, str], zone: ZoneInfo) -> ListRow:
    kind, word = STATES[row.state]
    who = people.get(row.proposed_by, formats.NOTHING)
    small = _("Mulai %(day)s. Diusulkan %(who)s.") % {"day": formats.plain_date(row.day), "who": who}
    if row.answered_at and row.state in (ChannelRuling.CONFIRMED, ChannelRuling.REFUSED):
        other = people.get(row.answered_by, formats.NOTHING)
        small += " " + _("Dijawab %(who)s, %(when)s.") % {
            "who": other,
            "when": formats.moment(row.answered_at, zone),
        }
    title = TITLES[choice(row.kind, productive=row.productive)]
    href = reverse("desk:channel_ruling", args=[row.key])
    return ListRow(href, title, f"{instrument(row)}. {small}", word, kind)


def instrument(row: ChannelRuling) -> str:
    """The legal instrument as people write it."""
    said = {"title": row.title, "number": row.number, "day": formats.plain_date(row.dated)}
    return _("%(title)s Nomor %(number)s tanggal %(day)s") % said


def _way(row: HandOver, actor: Actor, office: Office, zone: ZoneInfo) -> WayRow:
    stuck = row.state == HandOver.FAILED
    may = stuck and granted(actor, office, Permission.OSS_SEND)
    soon = row.next_at if row.next_at and row.next_at > actor.at else None
    when = (
        _("dicoba lagi %(when)s") % {"when": formats.moment(soon, zone)}
        if soon
        else _("sejak %(when)s") % {"when": formats.moment(row.begun_at, zone)}
    )
    return WayRow(
        row.case.receipt, row.case.title, WHY[row.why], row.words, row.attempts, when,
        reverse("desk:oss_again", args=[row.key]) if may else "", command() if may else (),
    )  # fmt: skip


def proposal(row: ChannelRuling, at: datetime) -> Summary:
    """What is proposed, beside what holds now while nobody has answered."""
    zone, people = ZoneInfo(row.office.time_zone), names({row.proposed_by})
    rows = [
        SummaryRow(_("Kanal"), TITLES[choice(row.kind, productive=row.productive)]),
        SummaryRow(_("Dasar hukum"), instrument(row)),
        SummaryRow(_("Berlaku mulai"), formats.long_date(row.day)),
        SummaryRow(_("Pengusul"), people.get(row.proposed_by, formats.NOTHING)),
        SummaryRow(_("Diusulkan"), formats.moment(row.proposed_at, zone)),
    ]
    if row.state == ChannelRuling.OPEN:
        now = queries.channel_of(row.office, at)
        rows.insert(1, SummaryRow(_("Sekarang"), TITLES[choice(now.kind, productive=now.productive)]))
    return Summary("usulan", _("Isi usulan"), tuple(rows))


def means(row: ChannelRuling) -> Text:
    """What follows from it, plainly."""
    return MEANS[choice(row.kind, productive=row.productive)]
