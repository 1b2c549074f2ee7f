# SPDX-License-Identifier: Apache-2.0
"""Signing many drafts: as many as one request may take, each exactly once, and again from where it stopped."""

from __future__ import annotations

from dataclasses import dataclass

from django.views.decorators.debug import sensitive_variables

from satupintu.core.access import Actor, Permission, Role, require
from satupintu.core.refusal import Refusal
from satupintu.offices.queries import local_day
from satupintu.permits import actions, bsre, queries
from satupintu.permits.actions import replacing
from satupintu.permits.models import Batch
from satupintu.permits.signers import BSRE, signer_of


@dataclass(frozen=True, slots=True)
class Hand:
    """What BSrE asks of the person: his NIK and his passphrase. Neither is kept, shown or compared."""

    nik: str = ""
    passphrase: str = ""

    def __repr__(self) -> str:
        return "Hand(…)"


def needs_passphrase(batch: Batch, actor: Actor) -> bool:
    """Whether this batch is signed by BSrE."""
    return signer_of(batch.office, local_day(batch.office, actor.at)) == BSRE


@sensitive_variables("hand")
def advance(actor: Actor, batch: Batch, hand: Hand, *, again: bool) -> None:
    """Sign the next drafts: ten by BSrE, which this request waits for; all of them where the worker signs.

    again: those that failed as well. Raises Refusal `access.*` and `bsre.*`; what was signed before it stays signed.
    """
    # before any draft is tried: what is asked of the person now is no failing of a draft
    require(actor, Permission.PERMIT_SIGN, batch, role=Role.HEAD)
    remote = needs_passphrase(batch, actor)
    if remote:
        bsre.ready(hand.nik)
    wanted = (queries.WAITING, queries.FAILED) if again else (queries.WAITING,)
    rows = [row for row in queries.progress(batch) if row.state in wanted]
    if rows:
        actions.begin_signing(actor, batch.pk)
    if not remote:
        _take_numbers(actor, batch, rows)
        return
    for row in rows[
        : bsre.MOST_AT_ONCE
    ]:  # a number at a time: after a wrong passphrase no other one is taken
        _take_numbers(actor, batch, [row])
        bsre.sign(actor, queries.unsigned_of([row.case_id]), nik=hand.nik, passphrase=hand.passphrase)


def _take_numbers(actor: Actor, batch: Batch, rows: list[queries.Progress]) -> None:
    """The act of signing for each; what is refused keeps its reason, and the others go on."""
    said = {}
    for row in rows:
        if row.number:
            continue
        try:
            _sign_one(actor, batch, row)
        except Refusal as no:
            said[row.key] = no.code
        else:
            if row.code:
                said[row.key] = ""
    if said:
        actions.note_failed(actor, batch.pk, failed=said)


def _sign_one(actor: Actor, batch: Batch, row: queries.Progress) -> None:
    """A draft under a number of its own, or the next version of a permit that is replaced."""
    asked = actions.in_batch(batch, row.key)
    act = actions.sign if row.proposal is None else replacing.confirm
    act(actor, row.case_id, asked=asked, seal=row.seal)
