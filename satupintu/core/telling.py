# SPDX-License-Identifier: Apache-2.0
"""How a message travels: what may stand in it, when it may leave, when it is tried again, and which report counts.

Source: screens.md A11 (texts of at most 300 characters, no personal data, quiet hours, "balas BERHENTI"); Meta,
WhatsApp message templates (parameters {{1}}, {{2}} …, none at either end of a text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

WAITING, UNSURE, SENT, FAILED, ARRIVED, READ = (
    "menunggu",
    "belum-pasti",
    "terkirim",
    "gagal",
    "sampai",
    "dibaca",
)
ORDER = (WAITING, UNSURE, SENT, FAILED, ARRIVED, READ)
"""A report only moves a delivery forward in this order: what has reached the phone has not failed, whatever comes late."""
REPORTS: Mapping[str, str] = {"sent": SENT, "failed": FAILED, "delivered": ARRIVED, "read": READ}

LONGEST = 300
CLOSING = "Balas BERHENTI untuk menutup kabar lewat WhatsApp."
STOP_WORDS = frozenset({"berhenti", "stop"})
# The longest each placeholder gets, in characters; the name of the service is known.
ROOM: Mapping[str, int] = {"resi": 18, "tanggal": 17, "jumlah": 3, "tautan": 86, "alasan": 0}

TRY_FOR = timedelta(hours=24)
LONGEST_PAUSE = timedelta(minutes=15)
REPORT_MAY_TAKE = timedelta(minutes=5)

_PLACE = re.compile(r"\{(\w+)\}")
_PRIVATE = re.compile(r"\d{9,}|[\w.+-]+@[\w-]+\.\w")
_ADDRESS = re.compile(r"https?://|www\.|\bwa\.me/|\bbit\.ly/|\bs\.id/", re.IGNORECASE)


# What stands in it -----------------------------------------------------------------------------------------------


def short_form(texts: Mapping[str, str], name: str) -> str:
    """The text of a notice for WhatsApp: its short form, or the body where there is none. Raises KeyError."""
    return texts.get(f"notice.{name}.whatsapp") or texts[f"notice.{name}.body"]


def faults(text: str, *, service: str, to_applicant: bool) -> Iterator[str]:
    """What keeps this text from travelling by WhatsApp, and what to do, in Indonesian. service: its name."""
    used = _PLACE.findall(text)
    room = {**ROOM, "layanan": len(service)}
    length = len(_PLACE.sub("", text)) + sum(room.get(name, 0) for name in used) + 1 + len(CLOSING)
    if length > LONGEST:
        yield f"Bisa menjadi {length} huruf di WhatsApp, batasnya {LONGEST}. Ringkas {length - LONGEST} huruf."
    if "alasan" in used:
        yield "Alasan petugas bisa memuat nama orang. Ganti {alasan} dengan “Baca alasannya di {tautan}”."
    if _PRIVATE.search(text):
        yield "Ada nomor panjang atau alamat surel. Hapus: pesan tidak boleh memuat data pribadi."
    if _ADDRESS.search(text):
        yield "Ada alamat web yang ditulis tangan. Ganti dengan {tautan}, supaya selalu alamat kantor sendiri."
    if text.startswith("{"):
        yield "Teks diawali pengganti, dan itu ditolak WhatsApp. Mulai dengan sebuah kata."
    if to_applicant and "resi" not in used:
        yield "Nomor resi belum disebut, padahal pesan ini untuk pemohon. Tambahkan {resi}."


def template_name(name: str, text: str) -> str:
    """The name of the template: another text is another template, so the old one holds until nobody uses it."""
    digest = sha256(text.encode()).hexdigest()[:8]
    return re.sub(r"[^a-z0-9]+", "_", name.lower()) + f"_{digest}"


def template_body(text: str) -> str:
    """The text as it is handed in for approval: {{1}}, {{2}} … and how to make it stop."""
    return f"{numbered(text)} {CLOSING}"


def numbered(text: str) -> str:
    """The text with {{1}}, {{2}} … for its placeholders, as Meta writes them."""
    names = places(text)
    return _PLACE.sub(lambda hit: "{{%d}}" % (names.index(hit[1]) + 1), text)  # noqa: UP031 - braces


def places(text: str) -> tuple[str, ...]:
    """The placeholders in the order in which they first come."""
    return tuple(dict.fromkeys(_PLACE.findall(text)))


# When it leaves --------------------------------------------------------------------------------------------------


def may_leave(at: datetime, zone: ZoneInfo, quiet: tuple[time, time] | None) -> datetime:
    """The first moment from `at` on that is not in the quiet hours. quiet: (from, to), local; None for no such hours."""
    if quiet is None:
        return at
    local, (since, until) = at.astimezone(zone), quiet
    clock = local.time()
    if since <= until:
        in_it, day = since <= clock < until, local.date()
    else:
        in_it = clock >= since or clock < until
        day = local.date() + timedelta(days=clock >= since)
    return datetime.combine(day, until, zone).astimezone(at.tzinfo) if in_it else at


def quiet_hours(pair: Sequence[str]) -> tuple[time, time] | None:
    """["20.00", "07.00"] as an office file writes it; an empty list means that the office has none. Raises ValueError."""
    if not pair:
        return None
    since, until = (time.fromisoformat(text.replace(".", ":")) for text in pair)
    return since, until


def next_morning(day: date, zone: ZoneInfo) -> datetime:
    """Seven o'clock of the day after: when a digest of that day is read."""
    return datetime.combine(day + timedelta(days=1), time(7), zone)


def next_try(first: datetime, tries: int, at: datetime, *, unsure: bool = False) -> datetime | None:
    """When to try again after so many tries, the first of them at `first`; None when it has been tried long enough.

    5 s, 20 s, 80 s … at most a quarter of an hour, for a day: so an outage of hours costs a quarter of an hour more.
    unsure: it may have been taken; time for a report to come first.
    """
    if at - first >= TRY_FOR:
        return None
    pause = min(timedelta(seconds=5 * 4 ** min(max(tries - 1, 0), 8)), LONGEST_PAUSE)
    return at + (max(pause, REPORT_MAY_TAKE) if unsure else pause)


# Which report counts ---------------------------------------------------------------------------------------------


def forward(now: str, told: str) -> bool:
    """Does this report move a delivery on? The same again, or an older one, does not."""
    return ORDER.index(told) > ORDER.index(now)


def wants_stop(words: str) -> bool:
    """Does the person ask for an end of messages? (Only the bare word: a sentence is for a human.)"""
    return words.strip().strip(".!\"' ").casefold() in STOP_WORDS
