# SPDX-License-Identifier: Apache-2.0
"""A file that goes to OSS, in words: where it is, who acts, what has come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from satupintu.licensing import queries
from satupintu.licensing.models import HandOver, OssProduct
from satupintu.portal.story import Told, when
from satupintu.ui import formats

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

NAMES: Mapping[str, Text] = {
    "nib": gettext_lazy("Nomor Induk Berusaha (NIB)"),
    "ss": gettext_lazy("Sertifikat Standar"),
    "izin": gettext_lazy("Izin"),
}


@dataclass(frozen=True, slots=True)
class FromOss:
    """One product of OSS. href: its paper as it came, "" while OSS has not handed it out."""

    name: Text
    number: str
    day: str
    verified: bool
    asked_at: str
    href: str


@dataclass(frozen=True, slots=True)
class Way:
    """Where the file is, and what has come back."""

    title: str
    text: str
    who: str
    products: tuple[FromOss, ...]


def way(told: Told) -> Way | None:
    """The way of this file to OSS and back; None for a file that does not go there."""
    if not any("hand-off" in step.work for step in told.sop.steps.values()):
        return None
    row = queries.hand_over_of(told.case)
    if row is None and not queries.goes_to_oss(told.case):
        return None
    found = tuple(_product(told, one) for one in queries.products_of(told.case))
    title, text, who = _words(told, row)
    return Way(title, text, who, found)


def _words(told: Told, row: HandOver | None) -> tuple[str, str, str]:
    """(title, what happens, who acts)."""
    if row is not None and row.state == HandOver.ANSWERED:
        said = _("%(when)s: jawaban OSS datang.") % {"when": when(told, row.at)}
        return _("OSS sudah menjawab"), said, ""
    if told.case.end:
        return _("Berkas ini sudah selesai"), "", ""
    if row is not None and row.state == HandOver.SENT:
        text = _("%(when)s: OSS menerimanya. OSS yang memutuskan dan menentukan tanggal selesainya.")
        return _("Permohonan Anda ada di OSS"), text % {"when": when(told, row.at)}, _("OSS")
    if row is not None and row.state == HandOver.FAILED:
        text = _("OSS belum bisa menerima datanya. Petugas kantor sudah dikabari dan memeriksanya.")
        return _("Permohonan Anda belum sampai di OSS"), text, _("kantor ini")
    text = _("Kami meneruskannya sendiri.")
    if row is not None and row.attempts:
        text = _("OSS belum menjawab. Kami mencoba lagi sendiri sampai berhasil. Isian Anda aman.")
    return _("Permohonan Anda sedang diteruskan ke OSS"), text, _("kantor ini")


def _product(told: Told, one: OssProduct) -> FromOss:
    href = reverse("portal:from_oss", args=[told.application.key, one.key]) if one.file_id else ""
    day = formats.plain_date(one.day) if one.day else formats.NOTHING
    return FromOss(NAMES[one.kind], one.number, day, one.verified, when(told, one.changed_at), href)
