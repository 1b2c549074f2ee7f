# SPDX-License-Identifier: Apache-2.0
"""Messages leave here."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Mapping

from django.conf import settings
from django_tasks import task

from satupintu.accounts.queries import accounts_in_role, proven_phone
from satupintu.adapters.mail import client as mail
from satupintu.adapters.whatsapp import client as whatsapp
from satupintu.core.access import Role
from satupintu.door.moment import now
from satupintu.notices import actions, queries
from satupintu.notices.models import Delivery
from satupintu.ui.formats import long_date

WHY: Mapping[str, str] = {
    "number": "nomor ini tidak dapat menerima WhatsApp",
    "template": "templat pesan belum disetujui WhatsApp",
    "office": "akses WhatsApp kantor ditolak",
    "other": "ditolak WhatsApp",
}


@task()
def deliver(delivery_id: int, tries: int | None = None) -> None:
    """Try once to send a notice its way; does nothing if it has left, or if a later try is queued.

    tries: how often it had been tried when this was queued. A next try is a job of its own: an outage of hours costs
    tries, not the job.
    """
    delivery = queries.waiting(delivery_id)
    if delivery is None or tries not in (None, delivery.attempts):
        return
    try:
        carrier_id = WAYS[delivery.channel](delivery)
    except (mail.Unreachable, whatsapp.Unreachable) as problem:
        actions.not_delivered(delivery_id, reason=str(problem))
    except whatsapp.Unsure as problem:
        actions.not_delivered(delivery_id, reason=str(problem), unsure=True)
    except smtplib.SMTPRecipientsRefused:
        actions.refused(delivery_id, reason="alamat ditolak")
    except whatsapp.Refused as refused:
        actions.refused(delivery_id, reason=_why(refused.code))
    else:
        actions.delivered(delivery_id, carrier_id)


def _by_mail(delivery: Delivery) -> str:
    notice = delivery.notice
    link = f"\n\n{settings.PUBLIC_URL}{notice.link}" if notice.link else ""
    body = f"{notice.body}{link}\n\n-- \nAtur cara Anda dikabari: {settings.PUBLIC_URL}/saya/kabar"
    mail.send(to=notice.account.email or "", subject=notice.subject, body=body, key=f"notice-{notice.key}")
    return ""


def _by_whatsapp(delivery: Delivery) -> str:
    notice, number = delivery.notice, proven_phone(delivery.notice.account_id)
    if not number:
        raise whatsapp.Refused(131030)  # given up since: the number is no longer his
    words = tuple(notice.parameters)
    return whatsapp.send(whatsapp.Message(number, notice.template, words, key=str(notice.key)))


WAYS: Mapping[str, Callable[[Delivery], str]] = {
    Delivery.EMAIL: _by_mail,
    Delivery.WHATSAPP: _by_whatsapp,
}


def _why(code: int) -> str:
    return f"{WHY[whatsapp.why(code)]} ({code})"


@task()
def apply_report(report_id: int) -> None:
    """Apply what WhatsApp has reported."""
    report = queries.report(report_id)
    actions.apply_report(report, reason=_why(report.code))


@task()
def digest(digest_id: int) -> None:
    """Tell the administrators of an office what failed for good on a day; nobody, if all of it has arrived since."""
    found = queries.digest(digest_id)
    count = queries.failed_on(found.office, found.day)
    if not count:
        return
    day = long_date(found.day)
    message = actions.Message(
        office_id=found.office_id,
        about=found.office.subject,
        source=f"digest:{found.office_id}:{found.day}",
        subject=f"{count} pemberitahuan gagal terkirim pada {day}",
        body=(
            f"Pada {day} ada {count} pemberitahuan {found.office.short_name} yang gagal terkirim. "
            "Lihat sebabnya, lalu kirim ulang bila sudah dibetulkan."
        ),
        link=f"/kiriman?kantor={found.office.slug}",
    )
    for account_id in accounts_in_role(found.office_id, Role.ADMINISTRATOR.value, now()):
        actions.tell(account_id, message)
