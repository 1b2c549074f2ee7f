# SPDX-License-Identifier: Apache-2.0
"""Replacing a permit, in words: what a proposal changes, who may do what with it, and which versions there were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from satupintu.applications import queries as applications
from satupintu.core.access import Permission
from satupintu.core.forms import show
from satupintu.core.replacing import Why
from satupintu.desk.queries import Desk, File
from satupintu.desk.words import link
from satupintu.permits import queries as permits
from satupintu.permits.actions.replacing import shown_changes
from satupintu.permits.models import Permit, Replacement
from satupintu.ui import formats

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

WHY: Mapping[Why, tuple[Text, Text]] = {
    Why.MISSPELT: (
        gettext_lazy("Salah tulis"),
        gettext_lazy("Yang tercetak berbeda dari yang benar, misalnya nama atau alamat salah ketik."),
    ),
    Why.CHANGED: (
        gettext_lazy("Perubahan data"),
        gettext_lazy("Nama atau alamat berganti, misalnya karena pemekaran desa. Usahanya tetap sama."),
    ),
    Why.LOST: (
        gettext_lazy("Dokumen rusak atau hilang"),
        gettext_lazy("Isinya tidak berubah. Surat lama tidak berlaku lagi sesudah diganti."),
    ),
}
"""Why a permit is replaced, and when that reason fits."""


@dataclass(frozen=True, slots=True)
class Change:
    """One answer, as it stands and as it would stand."""

    label: str
    old: str
    new: str


def changes(file: Desk, proposal: Replacement) -> list[Change]:
    """What the proposal changes, in the order of the form."""
    application = applications.of_case(file.case)
    questions, new = applications.form(application).questions, shown_changes(file.case, proposal)
    known = permits.answers_now(proposal.permit, application.answers)
    return [
        Change(question.label, show(question, known.get(name)), new[name])
        for name, question in questions.items()
        if name in new
    ]


@dataclass(frozen=True, slots=True)
class Section:
    """The part of a file's page about its versions. text: how far a replacement has come; href: the next page."""

    text: str = ""
    reason: str = ""
    href: str = ""
    word: Text = ""
    older: tuple[tuple[str, str], ...] = ()


def section(file: File) -> Section | None:
    """What the page of a file says of replacing its permit; None before it is issued, and where there is nothing to say."""
    permit = file.permit
    if permit is None or permit.issued_at is None:
        return None
    older = tuple(_older(file, one) for one in permits.earlier(file.case)) if permit.version > 1 else ()
    concerned = file.granted(Permission.PERMIT_REPLACE) or file.granted(Permission.PERMIT_SIGN)
    in_hand = permits.in_hand(file.case.pk) if concerned else None
    if in_hand is not None and in_hand.state == Replacement.CONFIRMED:
        text = _("Versi %(n)s sedang ditandatangani. Sampai terbit, surat yang sekarang berlaku.")
        return Section(text % {"n": permit.version + 1}, in_hand.words, older=older)
    if in_hand is not None:
        word = _("Putuskan penggantian") if file.granted(Permission.PERMIT_SIGN) else _("Lihat usulnya")
        return Section(_("Sudah diusulkan."), in_hand.words, link(file, "replacement"), word, older)
    if permit.state == Permit.ISSUED and file.granted(Permission.PERMIT_REPLACE):
        declined = permits.last_decided(file.case.pk)
        text = _("Usul terakhir ditolak.") if declined else ""
        word = _("Usulkan penggantian")
        return Section(
            text, declined.declined if declined else "", link(file, "ask_replacement"), word, older
        )
    return Section(older=older) if older else None


def _older(file: File, permit: Permit) -> tuple[str, str]:
    assert permit.replaced_at is not None  # it was replaced
    day = formats.near_date(file.calendar.local_day(permit.replaced_at), file.today)
    words = _("Versi %(n)s, digantikan oleh versi %(by)s %(day)s")
    said = words % {"n": permit.version, "by": permit.version + 1, "day": day}
    return f"{link(file, 'permit')}?versi={permit.version}", said


def lines(proposal: Replacement, found: list[Change]) -> tuple[str, ...]:
    """The proposal in few lines, for the head's list."""
    label = WHY[Why(proposal.why)][0]
    first = _("Menggantikan versi %(n)s nomor %(number)s: %(why)s") % {
        "n": proposal.permit.version,
        "number": proposal.permit.number,
        "why": str(label).lower(),
    }
    return (
        first,
        *(f"{one.label} {one.old or formats.NOTHING} → {one.new or formats.NOTHING}" for one in found),
    )
