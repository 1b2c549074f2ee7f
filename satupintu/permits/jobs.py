# SPDX-License-Identifier: Apache-2.0
"""The signature is given here, outside any transaction, under the number that was taken before."""

from __future__ import annotations

from django_tasks import task

from satupintu.adapters.bsre.client import NotThere
from satupintu.core.access import system
from satupintu.door.moment import now
from satupintu.permits import actions, bsre, papers, queries
from satupintu.permits.signers import BSRE, signed_by
from satupintu.permits.signing import level_of


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
