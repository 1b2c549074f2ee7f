# SPDX-License-Identifier: Apache-2.0
"""The signature is given here, outside any transaction, under the number that was taken before."""

from __future__ import annotations

from django.conf import settings
from django_tasks import task

from satupintu.core.access import system
from satupintu.core.refusal import Refusal
from satupintu.door.moment import now
from satupintu.permits import actions, papers, queries
from satupintu.permits.signing import LocalSigner


@task()
def sign(permit_id: int) -> None:
    """Print, sign and store one permit; does nothing if it is stored. Killed half-way it is signed again, same number."""
    permit = queries.unsigned(permit_id)
    if permit is None:
        return
    pdf = papers.sheet(permit)
    signer = permit.data["penanda"]
    signed = LocalSigner(settings.KEYS).sign(
        pdf, name=signer.get("nama", ""), reason=f"{permit.title} {permit.number}", at=permit.begun_at
    )
    try:
        actions.store_signed(system(now()), permit.pk, signed)
    except Refusal as refusal:
        if (
            refusal.code != "permits.stored"
        ):  # another worker was quicker: the same number, the same signature
            raise
