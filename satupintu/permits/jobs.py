# SPDX-License-Identifier: Apache-2.0
"""The signature is given here, outside any transaction, under the number that was taken before; and who is told of it."""

from __future__ import annotations

from datetime import timedelta

from django_tasks import task

from satupintu.accounts.queries import account_of_person
from satupintu.adapters.bsre.client import NotThere
from satupintu.core.access import system
from satupintu.door.moment import now
from satupintu.notices.actions import Message, tell
from satupintu.permits import actions, bsre, papers, queries, telling
from satupintu.permits.signers import BSRE, signed_by
from satupintu.permits.signing import level_of

LOOK_AGAIN, LOOKS = timedelta(minutes=1), 10


@task()
def sign(permit_id: int) -> None:
    """Print, sign and store one permit; does nothing if it is stored. Killed half-way it is signed again, same number."""
    permit = queries.unsigned(permit_id)
    if permit is None or permit.hand == BSRE:
        return
    pdf = papers.sheet(permit)
    signer = permit.data["penanda"]
    reason = f"{permit.title} {permit.number}"
    signed = signed_by(permit.hand).sign(pdf, name=signer.get("nama", ""), reason=reason, at=permit.begun_at)
    actions.store_once(system(now()), permit.pk, signed, level=level_of(signed))


@task()
def fetch(attempt_id: int) -> None:
    """Ask BSrE for a document whose answer was cut off, by its id; no passphrase is needed. Raises when it is down."""
    attempt = queries.lost(attempt_id)
    if attempt is None:
        return
    try:
        pdf = bsre.connect().fetch(attempt.reference)
    except NotThere:
        return  # a person asks those who run the service: actions.settle_unsigned
    bsre.keep(attempt.permit, attempt.pk, pdf)


@task()
def tell_replaced(permit_id: int) -> None:
    """Tell the holder that a later version of his permit holds."""
    permit = queries.issued_version(permit_id)
    _tell(permit.case.owner_key, telling.replaced(permit))


@task()
def tell_batch(batch_id: int, looked: int = 1) -> None:
    """Tell the signer how many of a batch were signed; a batch that is still at work is looked at again for ten minutes.

    What is signed after that is in the sum of the day.
    """
    batch = queries.batch_by_id(batch_id)
    rows = queries.progress(batch)
    at_work = any(row.state in (queries.WAITING, queries.WORKING) for row in rows)
    if at_work and looked < LOOKS:
        tell_batch.using(run_after=now() + LOOK_AGAIN).enqueue(batch_id, looked + 1)
        return
    count = sum(row.state == queries.SIGNED for row in rows)
    if count:
        _tell(batch.person, telling.signed_together(batch, count))


@task()
def tell_day(day_id: int) -> None:
    """Tell the signer the next morning how many he has signed on a day."""
    day = queries.signing_day(day_id)
    _tell(day.person, telling.signed_on(day))


def _tell(person: str, message: Message) -> None:
    account_id = account_of_person(person)
    if account_id is not None:
        tell(account_id, message)
