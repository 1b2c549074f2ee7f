# SPDX-License-Identifier: Apache-2.0
"""What is told about permits beside the notices of each SOP: a version that was replaced, and what was signed.

Their words belong to the installation, not to a service, for they are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse

from satupintu.applications.queries import of_case
from satupintu.core import telling
from satupintu.notices.actions import Message
from satupintu.offices.models import Office
from satupintu.offices.queries import zone_of
from satupintu.permits.models import Batch, Permit, SigningDay
from satupintu.ui import formats

REPLACED, SIGNED = "surat-diganti", "tanda-tangan-diberikan"
SUBJECTS: Mapping[str, str] = {
    REPLACED: "Surat Anda sudah diganti dengan versi baru",
    SIGNED: "Anda menandatangani {jumlah} surat",
}
TEXTS: Mapping[str, str] = {
    REPLACED: "Surat Anda untuk permohonan {resi} sudah diganti dengan versi baru. Versi lama tidak berlaku lagi, "
    "tetapi tetap bisa dibaca. Unduh yang baru di {tautan}",
    SIGNED: "Anda menandatangani {jumlah} surat pada {tanggal}. Bukan Anda? Keluar dari semua perangkat di "
    "{tautan} lalu hubungi administrator kantor.",
}
"""Text id -> what is said, by e-mail and by WhatsApp alike; at most 300 letters and no personal data."""


def replaced(permit: Permit) -> Message:
    """To the holder: a later version of his permit holds now."""
    link = reverse("portal:application", args=[of_case(permit.case).key])
    words = {"resi": permit.case.receipt, "tautan": f"{settings.PUBLIC_URL}{link}"}
    source = f"{permit.case.key}:permit:{permit.version}"
    return _message(REPLACED, permit.office, permit.case.subject, source, words)


def signed_together(batch: Batch, count: int) -> Message:
    """To the signer: how many he has signed in one go, and when."""
    assert batch.asked_at is not None  # the job that asks is queued by it
    zone = zone_of(batch.office)
    when = formats.moment(batch.asked_at, zone)
    return _signed(batch.office, f"batch:{batch.key}:{count}", count, when)


def signed_on(day: SigningDay) -> Message:
    """To the signer: how many he has signed on a day."""
    return _signed(day.office, f"signed:{day.pk}", day.count, formats.long_date(day.day))


def _signed(office: Office, source: str, count: int, when: str) -> Message:
    link = f"{settings.PUBLIC_URL}{reverse('account_security')}"
    words = {"jumlah": str(count), "tanggal": when, "tautan": link}
    return _message(SIGNED, office, office.subject, source, words)


def _message(name: str, office: Office, about: str, source: str, words: Mapping[str, str]) -> Message:
    text = TEXTS[name]
    return Message(
        office_id=office.pk,
        about=about,
        source=source,
        subject=_filled(SUBJECTS[name], words),
        body=_filled(text, words),
        template=telling.template_name(name, text),
        parameters=tuple(words[place] for place in telling.places(text)),
        essential=True,
    )


def _filled(text: str, words: Mapping[str, str]) -> str:
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text
