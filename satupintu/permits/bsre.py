# SPDX-License-Identifier: Apache-2.0
"""Signatures by BSrE, given while the head of office waits: his passphrase is an argument here, and rests nowhere.

    enter the sending (commit) -> print -> send, outside any transaction -> look at what came -> store (commit)

Nothing is sent while an earlier sending of the same number may have been signed. Source: design §5; decision 19.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from satupintu.adapters.bsre import client as bsre
from satupintu.core.access import Actor, system
from satupintu.core.addresses import is_private_way
from satupintu.core.numbers import normal_code
from satupintu.core.refusal import Refusal
from satupintu.door.moment import now
from satupintu.permits import actions, papers
from satupintu.permits.models import Permit
from satupintu.permits.signers import secret
from satupintu.permits.verify import received

MOST_AT_ONCE = 10
OF_ALL = (bsre.WrongPassphrase, bsre.NotRegistered, bsre.CertificateExpired, bsre.AccountRefused, bsre.Down)
"""What would happen to the next document as well. A wrong passphrase above all: BSrE blocks who is wrong too often."""


def connect() -> bsre.Client:
    """The office's signing service. Raises Refusal `bsre.not-set`, `bsre.insecure`, `signing.open-file`."""
    if not settings.BSRE_URL or not settings.BSRE_ACCOUNT:
        raise Refusal("bsre.not-set")
    if not is_private_way(settings.BSRE_URL):
        raise Refusal("bsre.insecure")
    name, _colon, password = secret(settings.BSRE_ACCOUNT).partition(":")
    service = bsre.Service(settings.BSRE_URL, (name, password), trusted=settings.BSRE_CA)
    return bsre.client(service, settings.BSRE_API)


def ready(nik: str) -> None:
    """Ask, without a passphrase, whether this person can sign. Raises Refusal `bsre.*`."""
    try:
        status = connect().status(nik)
    except bsre.Failure as no:
        raise Refusal(f"bsre.{no.code}") from None
    if status != "active":
        raise Refusal(f"bsre.{status}")


@sensitive_variables("passphrase", "nik")
def sign(actor: Actor, permits: Sequence[Permit], *, nik: str, passphrase: str) -> None:
    """Send at most ten permits, one after the other, and store what comes back.

    Raises Refusal `bsre.*` when the next one would meet the same no; what was signed before it is stored.
    """
    service = connect()
    for permit in permits[:MOST_AT_ONCE]:
        pdf = papers.sheet(permit)
        with suppress(_Busy):
            _send(service, actor, permit, pdf, nik=nik, passphrase=passphrase)


class _Busy(Exception):
    """Another request is sending this one, or its result is open."""


@sensitive_variables("passphrase", "nik")
def _send(
    service: bsre.Client, actor: Actor, permit: Permit, pdf: bytes, *, nik: str, passphrase: str
) -> None:
    attempt = _entered(actor, permit)
    words = {
        "reason": f"{permit.title} {permit.number}",
        "location": permit.data["penanda"].get("tempat", ""),
    }
    try:
        signed = service.sign(pdf, nik=nik, passphrase=passphrase, **words)
    except bsre.ResultUnknown as lost:
        actions.result_open(system(now()), attempt, reference=lost.reference)
    except bsre.Failure as no:
        actions.not_signed(system(now()), attempt, code=no.code)
        if isinstance(no, OF_ALL):
            raise Refusal(f"bsre.{no.code}", status=422) from None
    else:
        keep(permit, attempt, signed.pdf)


def _entered(actor: Actor, permit: Permit) -> int:
    try:
        return actions.sending(actor, permit.pk)
    except Refusal as refusal:
        if refusal.code in {"permits.stored", "permits.result-open"}:
            raise _Busy from None
        raise


def keep(permit: Permit, attempt: int, pdf: bytes) -> None:
    """Store what came back, if it is this permit and its signature holds; else the result stays open for a person."""
    seen = received(pdf)
    ours = seen.number == permit.number and normal_code(seen.code or "") == permit.code
    if not (ours and seen.whole):
        actions.result_open(system(now()), attempt, code="altered")
        return
    actions.store_once(system(now()), permit.pk, pdf, level=seen.level)
