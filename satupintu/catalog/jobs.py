# SPDX-License-Identifier: Apache-2.0
"""Telling those who publish: something waits for a second person, or has been answered."""

from __future__ import annotations

from django_tasks import task

from satupintu.accounts.queries import account_of_person, accounts_with, same_human
from satupintu.catalog.models import Ruling, ServiceVersion
from satupintu.core.access import Permission
from satupintu.door import read
from satupintu.door.moment import now
from satupintu.notices.actions import Message, tell
from satupintu.ui.formats import NOTHING, long_date

NOBODY = ("", "sistem")


@task()
def tell_approvers(version_id: int, number: int) -> None:
    """Tell everybody who may approve this version that it waits; nobody, once it is answered or withdrawn."""
    row = ServiceVersion.objects.select_related("office").defer("files").get(pk=version_id)
    if row.version != number or row.status != ServiceVersion.PROPOSED:
        return
    subject = f"Versi baru {row.name} menunggu persetujuan"
    body = (
        f"Versi baru layanan {row.name} diusulkan, berlaku {_day(row)}. "
        "Baca perubahannya, lalu setujui atau kembalikan."
    )
    for account_id, person in accounts_with(row.office_id, Permission.SERVICE_APPROVE, now()).items():
        if not any(same_human(person, other) for other in (row.proposed_by, row.made_by)):
            tell(account_id, _message(row, number, subject, body))


@task()
def tell_proposer(version_id: int, number: int) -> None:
    """Tell whoever proposed this version what was answered."""
    row = ServiceVersion.objects.select_related("office").defer("files").get(pk=version_id)
    happened = next((line for line in read.history(row) if line.number == number), None)
    account_id = None if row.proposed_by in NOBODY else account_of_person(row.proposed_by)
    if happened is None or account_id is None:
        return
    if happened.kind == "service.approved":
        subject = f"Versi baru {row.name} disetujui"
        body = f"Versi baru layanan {row.name} disetujui dan berlaku {_day(row)}."
    else:
        subject = f"Versi baru {row.name} dikembalikan"
        body = f"Usulan versi baru {row.name} dikembalikan. Baca alasannya, perbaiki, lalu usulkan lagi."
    tell(account_id, _message(row, number, subject, body))


def _day(row: ServiceVersion) -> str:
    return long_date(row.effective) if row.effective else NOTHING


def _message(row: ServiceVersion, number: int, subject: str, body: str) -> Message:
    return Message(
        office_id=row.office_id,
        about=row.subject,
        source=f"{row.key}:{number}",
        subject=subject,
        body=body,
        link=f"/kelola/{row.key}",
    )


# Rulings ---------------------------------------------------------------------------------------------------------

MATTER = {
    Ruling.RECALL: "pembatalan versi baru",
    Ruling.CLOSING: "penutupan",
    Ruling.RELEASE: "koreksi kata atau surat",
}
"""What each kind of ruling is called in a message: "… layanan X"."""
ANSWERED = {Ruling.APPROVED: "disetujui", Ruling.DECLINED: "ditolak"}


@task()
def tell_deciders(ruling_id: int) -> None:
    """Tell everybody who may approve this ruling that it waits; nobody, once it is answered or dropped."""
    row = _ruling(ruling_id)
    if row.status != Ruling.ASKED:
        return
    what = f"{_matter(row)} layanan {row.about.name}"
    subject = f"Usulan {what} menunggu persetujuan"
    body = f"Ada usulan {what}. Baca alasannya, lalu setujui atau tolak."
    for account_id, person in accounts_with(row.office_id, Permission.SERVICE_APPROVE, now()).items():
        if not same_human(person, row.asked_by):
            tell(account_id, _about(row, "asked", subject, body))


@task()
def tell_asker(ruling_id: int) -> None:
    """Tell whoever asked what was answered."""
    row = _ruling(ruling_id)
    account_id = None if row.asked_by in NOBODY else account_of_person(row.asked_by)
    answered = ANSWERED.get(row.status)
    if account_id is None or answered is None:
        return
    what = f"Usulan {_matter(row)} layanan {row.about.name} {answered}"
    tell(account_id, _about(row, "answered", what, f"{what}. Buka halamannya untuk melihat keterangannya."))


def _ruling(ruling_id: int) -> Ruling:
    return Ruling.objects.select_related("office", "about").defer("files", "about__files").get(pk=ruling_id)


def _matter(row: Ruling) -> str:
    return "pembatalan penutupan" if row.undoes_id else MATTER[row.kind]


def _about(row: Ruling, occasion: str, subject: str, body: str) -> Message:
    return Message(
        office_id=row.office_id,
        about=row.subject,
        source=f"{row.key}:{occasion}",
        subject=subject[:200],
        body=body,
        link=f"/kelola/usulan/{row.key}",
    )
