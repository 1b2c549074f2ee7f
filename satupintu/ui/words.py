# SPDX-License-Identifier: Apache-2.0
"""Ids of the SOP language as people say them: roles, what is missing before an outcome, answers of a wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from satupintu.ui.parts import TagKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

ROLES: Mapping[str, Text] = {
    "pemohon": gettext_lazy("pemohon"),
    "kuasa": gettext_lazy("penerima kuasa"),
    "sistem": gettext_lazy("sistem"),
    "front-officer": gettext_lazy("petugas loket depan"),
    "tim-teknis": gettext_lazy("tim teknis"),
    "jf-penata-perizinan": gettext_lazy("penata perizinan"),
    "koordinator": gettext_lazy("koordinator"),
    "kepala-dinas": gettext_lazy("kepala dinas"),
    "kasir": gettext_lazy("kasir"),
    "loket-penyerahan": gettext_lazy("loket penyerahan"),
    "petugas-pengaduan": gettext_lazy("petugas pengaduan"),
    "arsiparis": gettext_lazy("arsiparis"),
    "auditor": gettext_lazy("auditor"),
    "administrator": gettext_lazy("administrator"),
    "dinas-teknis": gettext_lazy("dinas teknis"),
    "pejabat-pdp": gettext_lazy("pejabat pelindungan data"),
    "pembaca-wbs": gettext_lazy("pembaca laporan pelanggaran"),
    "pengawas": gettext_lazy("pengawas"),
}
"""By the ids of design §4."""

LOOKED_AT: Mapping[str, Text] = {
    "document": gettext_lazy("membuka satu dokumen"),
    "permit": gettext_lazy("membuka surat yang terbit"),
    "preview": gettext_lazy("membuka draf surat"),
    "replacement_preview": gettext_lazy("membuka pratinjau versi baru"),
}
"""What is opened beside the file itself, by the name of the page."""

LOOK_WHY: Mapping[str, Text] = {
    "turn": gettext_lazy("sedang gilirannya"),
    "hand": gettext_lazy("pernah menanganinya"),
    "duty": gettext_lazy("tugas mengawasi"),
    "other": gettext_lazy("bukan gilirannya"),
}
"""By the reasons of `door/looks.py`."""

FACTS: Mapping[str, Text] = {
    "waits-answered": gettext_lazy("jawaban pihak lain"),
    "checklist-passed": gettext_lazy("semua baris daftar periksa sesuai"),
    "checklist-failed": gettext_lazy("ada baris daftar periksa yang tidak sesuai"),
    "help-asked": gettext_lazy("pemohon meminta bantuan"),
    "help-not-asked": gettext_lazy("pemohon tidak meminta bantuan"),
    "authority-own": gettext_lazy("usaha ini kewenangan kantor kita"),
    "authority-other": gettext_lazy("usaha ini kewenangan kantor lain"),
    "channel-oss": gettext_lazy("permohonan lewat OSS"),
    "channel-local": gettext_lazy("permohonan lewat kantor"),
    "late": gettext_lazy("batas waktu lewat"),
    "form-done": gettext_lazy("formulir terisi"),
    "assist-done": gettext_lazy("catatan pendampingan"),
    "checklist-done": gettext_lazy("semua baris diperiksa"),
    "draft-done": gettext_lazy("draf surat"),
    "sign-begun": gettext_lazy("tanda tangan dimulai"),
    "sign-done": gettext_lazy("tanda tangan"),
    "notify-done": gettext_lazy("pemberitahuan kepada pemohon"),
    "download-done": gettext_lazy("surat diunduh"),
    "hand-over-done": gettext_lazy("surat diserahkan"),
    "survey-done": gettext_lazy("survei diisi"),
    "archive-done": gettext_lazy("data arsip"),
    "disposition-done": gettext_lazy("disposisi"),
    "reply-done": gettext_lazy("jawaban ditulis"),
    "publish-done": gettext_lazy("pengumuman terbit"),
    "hand-off-done": gettext_lazy("berkas diteruskan"),
}

ANSWERS: Mapping[str, Text] = {
    "sent": gettext_lazy("perbaikan masuk"),
    "negative": gettext_lazy("tidak mendukung"),
    "conditional": gettext_lazy("mendukung dengan syarat"),
    "positive": gettext_lazy("mendukung"),
    "not-held": gettext_lazy("tidak terlaksana"),
    "unsuitable": gettext_lazy("tidak sesuai"),
    "suitable": gettext_lazy("sesuai"),
    "expired": gettext_lazy("lewat batas"),
    "free": gettext_lazy("tanpa biaya"),
    "accepted": gettext_lazy("lunas"),
    "known": gettext_lazy("diketahui"),
    "rejected": gettext_lazy("ditolak"),
    "approved": gettext_lazy("disetujui"),
    "held": gettext_lazy("terlaksana"),
    "refused": gettext_lazy("ditolak"),
    "granted": gettext_lazy("dikabulkan"),
    "late": gettext_lazy("lewat batas"),
    "open": gettext_lazy("ditunggu"),
    "ordered": gettext_lazy("ditagih"),
    "proof-sent": gettext_lazy("bukti bayar masuk"),
}
"""Answers and states of waits (design §1.1)."""


CHANNELS: Mapping[str, Text] = {"email": gettext_lazy("surel"), "whatsapp": gettext_lazy("WhatsApp")}
DELIVERIES: Mapping[str, tuple[TagKind, Text]] = {
    "menunggu": ("wait", gettext_lazy("sedang dikirim")),
    "belum-pasti": ("wait", gettext_lazy("belum pasti, sedang dicek")),
    "terkirim": ("ok", gettext_lazy("terkirim")),
    "gagal": ("stop", gettext_lazy("gagal terkirim")),
    "sampai": ("ok", gettext_lazy("sampai")),
    "dibaca": ("ok", gettext_lazy("dibaca")),
}
"""The states of core/telling.py as people read them."""


def channel_words(channel: str) -> str:
    """A way a message travels: "surel", "WhatsApp"."""
    return str(CHANNELS.get(channel, channel))


def delivery_words(state: str) -> tuple[TagKind, str]:
    """The state of a delivery: the kind of its tag, and the word."""
    kind, word = DELIVERIES.get(state, ("", state))
    return kind, str(word)


def delivery_reason(reason: str) -> str:
    """Why a message has not arrived; what a server said is left to the log."""
    if reason.startswith("mail "):
        return _("server surel tidak menjawab")
    if reason.startswith("whatsapp "):
        return _("WhatsApp tidak menjawab")
    return reason


def looked_words(what: str) -> Text:
    """What somebody did who is on record with this."""
    return LOOKED_AT.get(what.partition(":")[0], _("membuka berkas"))


def role_words(role: str) -> str:
    """A role as people call it; "peran lain" for none."""
    return str(ROLES.get(role, role)) or _("peran lain")


def answer_words(answer: str) -> str:
    """An answer or state of a wait; one that a linked SOP named itself is shown as it is."""
    return str(ANSWERS.get(answer) or answer.replace("-", " "))


def fact_words(fact: str, labels: Mapping[str, str] | None = None) -> str:
    """A fact of the SOP as a thing that must be there: "semua baris daftar periksa sesuai", "Penetapan: disetujui".

    labels: label of a wait, a class or a document by its id, from the case's own SOP and form.
    """
    known = labels or {}
    if fact in FACTS:
        return str(FACTS[fact])
    if fact.startswith("document:"):
        name = fact.removeprefix("document:").removesuffix("-done")
        return known.get(name) or _("dokumen %(name)s") % {"name": name.replace("-", " ")}
    thing, colon, answer = fact.partition(":")
    if not colon:
        return known.get(fact) or fact.removesuffix("-done").replace("-", " ")
    label = known.get(answer if thing == "class" else thing) or thing.replace("-", " ")
    return label if thing == "class" else f"{label}: {answer_words(answer)}"
