# SPDX-License-Identifier: Apache-2.0
"""To OSS and back, outside any transaction; and what happens by itself to an unverified product."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta

from django_tasks import task

from satupintu.accounts.queries import account_of_person, accounts_in_role
from satupintu.adapters.oss import client
from satupintu.core import oss
from satupintu.core.access import Role, system
from satupintu.core.refusal import Refusal
from satupintu.door.moment import now
from satupintu.licensing import queries, telling
from satupintu.licensing.actions import fulfil, handing
from satupintu.licensing.models import HandOver, OssMessage, Product
from satupintu.licensing.petition import handed_over, petition, receipt_of
from satupintu.notices.actions import Message, tell
from satupintu.offices.queries import local_day

DAY = timedelta(days=1)
TOLD_AT = frozenset({90, 60, 30, 7, 1})
"""Days before the last one on which the holder is reminded (screens A11, 11), and the day after its issue."""


@task()
def remind(product_id: int, first: bool = True) -> None:
    """Look at an unverified product once a day: tell its holder, or let it lapse; ends when it is verified or ended."""
    found = queries.of_product(product_id)
    if found is None:
        return
    left = found.days_left(local_day(found.product.permit.office, now()))
    sent = found.running is not None and found.running.case is not None
    if left < 0 and not sent:
        _lapse(found.product)
        return
    if left >= 0 and not sent and (first or left in TOLD_AT):
        _tell(found.product, telling.reminder(found.product, left))
    remind.using(run_after=now() + DAY).enqueue(product_id, first=False)


def _lapse(product: Product) -> None:
    with suppress(Refusal):  # somebody was quicker
        fulfil.lapse(system(now()), product.pk, reason=fulfil.last_day_words(product))
        _tell(product, telling.lapsed(product))


@task()
def verified(permit_id: int) -> None:
    """The verified version of a product is stored; nothing where that is known already."""
    with suppress(Refusal):
        fulfil.settle(system(now()), permit_id)


def _tell(product: Product, message: Message) -> None:
    account_id = account_of_person(product.permit.case.owner_key)
    if account_id is not None:
        tell(account_id, message)


@task()
def hand_over(case_id: int, tries: int | None = None) -> None:
    """Hand a file over to OSS; does nothing if OSS has it. tries: how often it had been tried when this was queued.

    Cut off half-way it is handed over again under the same id, which OSS knows.
    """
    handing.begin(case_id)
    row = queries.to_send(case_id)
    if row is None or tries not in (None, row.attempts) or not queries.goes_to_oss(row.case):
        return
    if not client.switched_on():
        handing.not_sent(row.pk, why=HandOver.OFF)
        return
    try:
        taken = client.hand_over(row.key, petition(row.case))
    except client.Away:
        handing.not_sent(row.pk, why=HandOver.AWAY)
    except client.NoAccess:
        handing.not_sent(row.pk, why=HandOver.ACCESS)
    except client.Rejected as no:
        handing.failed(system(now()), row.pk, why=HandOver.REJECTED, words=no.words)
    except client.WrongFields as no:
        words = "; ".join(str(one) for one in no.faults)
        handing.failed(system(now()), row.pk, why=HandOver.FIELDS, words=words)
    else:
        handing.sent(system(now()), row.pk, taken.oss_id)
        if taken.data is not None:
            handing.keep("receiveNIB", {"dataNIB": taken.data})


@task()
def take_back(message_id: int) -> None:
    """Apply what OSS has told, once; what cannot be applied says on its row why."""
    row = queries.message(message_id)
    if row.state not in (OssMessage.WAITING, OssMessage.UNKNOWN):
        return
    try:
        told = oss.read(row.method, json.loads(row.raw))
    except oss.Unreadable as problem:
        handing.settle(row.pk, OssMessage.UNREADABLE, str(problem))
        return
    about = _about(told)
    if about is None:
        handing.settle(
            row.pk, OssMessage.UNKNOWN, "bukan permohonan kami", oss_id=getattr(told, "oss_id", "")
        )
        return
    try:
        _apply(row, about, told)
    except Refusal as no:  # a rule of ours says no to it: nothing of it was applied
        handing.settle(row.pk, OssMessage.CONTRADICTS, no.code, about=about)


def _about(told: oss.Message) -> HandOver | None:
    receipts = [receipt_of(one) for one in getattr(told, "references", ())]
    licence = getattr(told, "licence", "")
    return queries.with_oss(getattr(told, "oss_id", ""), receipts, told.nib, licence)


def _apply(row: OssMessage, about: HandOver, told: oss.Message) -> None:
    actor = system(now())
    if isinstance(told, oss.NibAnswer):
        handing.granted(actor, row.pk, about.pk, told, handed_over(about.case))
    elif isinstance(told, oss.LicenceAnswer):
        handing.changed(actor, row.pk, about.pk, told)
    elif isinstance(told, oss.FileAnswer):
        handing.paper_at(row.pk, about.pk, told.licence, told.file)
    elif told.refused:
        handing.refused(actor, row.pk, about.pk, told)
    else:
        handing.settle(row.pk, OssMessage.APPLIED, f"status {told.status}", about=about)


@task()
def fetch_paper(product_id: int) -> None:
    """Fetch the paper of a product from OSS and keep it as it came; raises while OSS is away, to be tried again."""
    product = queries.unfetched(product_id)
    if product is None:
        return
    try:
        data = client.fetch(product.address)
    except ValueError:
        return  # another host, or no PDF: the page says that the paper is to be had at OSS
    handing.store_paper(product_id, product.address, data)


@task()
def tell_failed(hand_over_id: int, attempts: int) -> None:
    """Tell the administrators of the office that a file cannot go to OSS as it is."""
    row = queries.hand_over(hand_over_id)
    case = row.case
    message = Message(
        office_id=case.office_id,
        about=case.subject,
        source=f"oss:{row.key}:{attempts}",
        subject=f"Permohonan {case.receipt} belum bisa diteruskan ke OSS",
        body=f"OSS tidak bisa menerima data berkas {case.receipt}. Buka halaman Kanal untuk membaca sebabnya.",
        link=f"/kelola/kanal?kantor={case.office.slug}",
    )
    for account_id in accounts_in_role(case.office_id, Role.ADMINISTRATOR.value, now()):
        tell(account_id, message)
