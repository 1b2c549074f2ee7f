# SPDX-License-Identifier: Apache-2.0
"""A file goes to OSS and comes back: each message kept before it is read, and applied once.

What OSS issues is OSS's: its numbers, its papers as they came. Source: design §4; docs/decisions/0034.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.db import transaction

from satupintu.applications import queries as applications
from satupintu.businesses.models import Business
from satupintu.cases import actions as cases
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.core import sop as engine
from satupintu.core.access import Actor, Permission
from satupintu.core.oss import Issued, LicenceAnswer, NibAnswer, StatusAnswer
from satupintu.core.refusal import Refusal
from satupintu.core.seal import canonical
from satupintu.door import files
from satupintu.door.moment import now
from satupintu.door.write import Answer, Asked, Write, action, task_of, write
from satupintu.licensing import queries
from satupintu.licensing.actions.issue import taken_back
from satupintu.licensing.models import HandOver, OssMessage, OssProduct

CaseDoor = Write[Case]
FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)


# There -----------------------------------------------------------------------------------------------------------


def begin(case_id: int) -> None:
    """The file is on its way to OSS; does nothing if it is already, or if it does not go there. Safe to run twice."""
    case = case_queries.rows().get(pk=case_id)
    if queries.goes_to_oss(case):
        HandOver.objects.get_or_create(case=case, defaults={"begun_at": now(), "at": now()})


def sent(actor: Actor, pk: int, oss_id: str) -> None:
    """OSS has it, under this id. Does nothing if that is known."""
    with write(actor, Permission.CASE_WORK, case_queries.rows(), _case_id(pk)) as door:
        row = _locked(pk)
        if row.state == HandOver.WAITING:
            row.state = HandOver.SENT
        row.oss_id, row.why, row.words, row.next_at = oss_id, "", "", None
        row.attempts, row.at = row.attempts + 1, door.at
        row.save()
        _handed_off(door)
        door.event("oss.sent", hand_over=str(row.key), oss_id=oss_id, attempts=row.attempts)
        for message_id in queries.unknown_about(oss_id):
            door.job("licensing.take_back", message_id=message_id)


def _handed_off(door: CaseDoor) -> None:
    case = door.row
    if queries.goes_to_oss(case) and "hand-off-done" not in case_queries.state(case).marks:
        cases.mark(door, "hand-off-done")


def not_sent(pk: int, *, why: str) -> None:
    """It could not be handed over now: again later, ever more seldom, at least once an hour, without end."""
    with transaction.atomic():
        row = _locked(pk)
        if row.state != HandOver.WAITING:
            return
        row.attempts, row.why, row.at = row.attempts + 1, why, now()
        row.next_at = row.at + pause(row.attempts)
        row.save()
        task_of("licensing.hand_over").using(run_after=row.next_at).enqueue(
            case_id=row.case_id, tries=row.attempts
        )


def pause(attempts: int) -> timedelta:
    """How long after so many tries the next one waits: 1, 2, 4 … minutes, at most an hour."""
    return min(FIRST * (1 << min(attempts - 1, 10)), LONGEST)


def failed(actor: Actor, pk: int, *, why: str, words: str) -> None:
    """A person must act: fields that may not leave so, or OSS finds the data wrong. The administrators are told."""
    with write(actor, Permission.CASE_WORK, case_queries.rows(), _case_id(pk)) as door:
        row = _locked(pk)
        row.state, row.why, row.words = HandOver.FAILED, why, words[:2000]
        row.attempts, row.at, row.next_at = row.attempts + 1, door.at, None
        row.save()
        door.event("oss.failed", hand_over=str(row.key), why=why, attempts=row.attempts)
        door.job("licensing.tell_failed", hand_over_id=pk, attempts=row.attempts)


@action
def again(actor: Actor, pk: int, *, asked: Asked) -> Answer:
    """Hand it over once more, after what was wrong has been mended. Raises Refusal `oss.not-failed`, `access.*`."""
    with write(actor, Permission.OSS_SEND, case_queries.rows(), _case_id(pk), asked=asked) as door:
        row = _locked(pk)
        if row.state != HandOver.FAILED:
            raise Refusal("oss.not-failed")
        row.state, row.why, row.words, row.at = HandOver.WAITING, "", "", door.at
        row.save()
        door.event("oss.again", hand_over=str(row.key))
        door.job("licensing.hand_over", case_id=row.case_id)
        door.answer = {"hand_over": str(row.key)}
    return door.answer


# Back ------------------------------------------------------------------------------------------------------------


def keep(method: str, body: dict[str, Any]) -> bool:
    """Keep what OSS has told and queue it, in one commit; False if the same was told before."""
    raw = canonical(body)
    digest = hashlib.sha256(method.encode() + b"\0" + raw).hexdigest()
    with transaction.atomic():
        at = now()
        row, made = OssMessage.objects.get_or_create(
            digest=digest,
            defaults={"method": method, "raw": raw.decode(), "taken_at": at, "last_at": at},
        )
        if made:
            task_of("licensing.take_back").enqueue(message_id=row.pk)
        else:
            row = OssMessage.objects.select_for_update().get(pk=row.pk)
            row.times, row.last_at = row.times + 1, at
            row.save(update_fields=["times", "last_at"])
    return made


def settle(pk: int, state: str, note: str = "", *, about: HandOver | None = None, oss_id: str = "") -> None:
    """Say what became of a message, where nothing else changes. note: without personal data."""
    with transaction.atomic():
        row = OssMessage.objects.select_for_update().get(pk=pk)
        _settle(row, state, note, about=about, oss_id=oss_id)


def _settle(
    row: OssMessage, state: str, note: str = "", *, about: HandOver | None = None, oss_id: str = ""
) -> None:
    row.state, row.note, row.settled_at = state, note[:200], now()
    row.hand_over, row.oss_id = about, oss_id[:25] or row.oss_id
    row.save()


def granted(actor: Actor, message_id: int, pk: int, answer: NibAnswer, expected: dict[str, str]) -> None:
    """OSS has issued: its numbers are kept, the file goes on. Whatever does not fit is said on the message.

    expected: KBLI code of every activity that was handed over, by our reference.
    """
    with write(actor, Permission.CASE_WORK, case_queries.rows(), _case_id(pk)) as door:
        row, message = _locked(pk), _message(message_id)
        if message.state not in (OssMessage.WAITING, OssMessage.UNKNOWN):
            return
        state, note = _judge_granted(row, answer, expected, door.row)
        _settle(message, state, note, about=row)
        if state != OssMessage.APPLIED:
            door.event("oss.not-applied", message=str(message.key), state=state)
            return
        row.state, row.said, row.nib, row.at = HandOver.ANSWERED, HandOver.GRANTED, answer.nib, door.at
        row.oss_id, row.why, row.words = row.oss_id or answer.oss_id, "", ""
        row.save()
        for product in answer.products:
            _product(door, row, product)
        business = taken_back(door, applications.of_case(door.row), answer.nib)
        _answer(door, "granted", row, nib=answer.nib, business=str(business.key))


def _judge_granted(row: HandOver, answer: NibAnswer, expected: dict[str, str], case: Case) -> tuple[str, str]:
    """(state, note) of a message that says OSS has issued."""
    if row.said == HandOver.GRANTED:
        same = _numbers(row) == {(one.kind, one.reference, one.number) for one in answer.products}
        return (OssMessage.DOUBLED, "") if same else (OssMessage.CONTRADICTS, "lain dari yang sudah terbit")
    if row.said == HandOver.REFUSED or queries.awaited(case) is None:
        return OssMessage.LATE, "berkas ini sudah selesai"
    if dict(answer.kbli) != expected:
        return OssMessage.CONTRADICTS, "kegiatan usahanya lain dari yang dikirim"
    owner = Business.objects.filter(nib=answer.nib).values_list("actor__key", flat=True).first()
    if owner not in (None, case.filed_for_key):
        return OssMessage.CONTRADICTS, "NIB ini milik pelaku usaha lain"
    return OssMessage.APPLIED, ""


def _numbers(row: HandOver) -> set[tuple[str, str, str]]:
    return set(row.products.values_list("kind", "reference", "number"))


def _product(door: CaseDoor, row: HandOver, one: Issued) -> None:
    made = OssProduct.objects.create(
        hand_over=row, kind=one.kind, number=one.number, licence=one.licence, project=one.project,
        reference=one.reference, day=one.day, verified=one.verified, address=one.file, changed_at=door.at,
    )  # fmt: skip
    if one.file:
        door.job("licensing.fetch_paper", product_id=made.pk)


def refused(actor: Actor, message_id: int, pk: int, answer: StatusAnswer) -> None:
    """OSS has refused: the file ends so, with OSS's reason for the applicant."""
    with write(actor, Permission.CASE_WORK, case_queries.rows(), _case_id(pk)) as door:
        row, message = _locked(pk), _message(message_id)
        if message.state not in (OssMessage.WAITING, OssMessage.UNKNOWN):
            return
        state, note = _judge_refused(row, door.row)
        _settle(message, state, note, about=row)
        if state != OssMessage.APPLIED:
            door.event("oss.not-applied", message=str(message.key), state=state)
            return
        row.state, row.said, row.at = HandOver.ANSWERED, HandOver.REFUSED, door.at
        row.why, row.words = "", answer.why[:2000]
        row.save()
        _answer(door, "refused", row, words=answer.why, kd_status=answer.status)


def _judge_refused(row: HandOver, case: Case) -> tuple[str, str]:
    if row.said == HandOver.REFUSED:
        return OssMessage.DOUBLED, ""
    if row.said == HandOver.GRANTED:
        return OssMessage.CONTRADICTS, "sudah terbit, lalu ditolak"
    if queries.awaited(case) is None:
        return OssMessage.LATE, "berkas ini sudah selesai"
    return OssMessage.APPLIED, ""


def _answer(door: CaseDoor, said: str, row: HandOver, *, words: str = "", **data: Any) -> None:
    """Answer what the file waits for: the SOP goes on by itself."""
    wait = queries.awaited(door.row)
    assert wait is not None  # it was looked at under the lock
    if words.strip():
        data["words"] = cases.remark(door, f"wait:{wait}", words.strip(), for_applicant=True)
    cases.move(
        door, engine.Answer(wait, said, door.actor.person), told=f"oss.{said}", hand_over=str(row.key), **data
    )


def changed(actor: Actor, message_id: int, pk: int, answer: LicenceAnswer) -> None:
    """OSS says how one product stands now: verified, or not any more."""
    with write(actor, Permission.CASE_WORK, case_queries.rows(), _case_id(pk)) as door:
        row, message = _locked(pk), _message(message_id)
        if message.state not in (OssMessage.WAITING, OssMessage.UNKNOWN):
            return
        product = row.products.select_for_update().filter(licence=answer.licence).first()
        if product is None or product.number != answer.number:
            _settle(message, OssMessage.CONTRADICTS, "nomor ini tidak terbit untuk berkas itu", about=row)
            door.event("oss.not-applied", message=str(message.key), state=OssMessage.CONTRADICTS)
            return
        if product.verified == answer.verified and answer.file in ("", product.address):
            _settle(message, OssMessage.DOUBLED, about=row)
            door.event("oss.not-applied", message=str(message.key), state=OssMessage.DOUBLED)
            return
        product.verified, product.changed_at = answer.verified, door.at
        if answer.file and answer.file != product.address:
            product.address, product.file = answer.file, None
            door.job("licensing.fetch_paper", product_id=product.pk)
        product.save()
        _settle(message, OssMessage.APPLIED, about=row)
        door.event("oss.changed", licence=answer.licence, number=answer.number, verified=answer.verified)


def paper_at(message_id: int, pk: int, licence: str, address: str) -> None:
    """OSS says where the signed paper of a product lies."""
    with transaction.atomic():
        row, message = _locked(pk), _message(message_id)
        product = row.products.select_for_update().filter(licence=licence).first()
        if product is None:
            _settle(message, OssMessage.UNKNOWN, "produk ini tidak ada", about=row)
            return
        if product.address != address or product.file_id is None:
            product.address, product.file, product.changed_at = address, None, now()
            product.save()
            task_of("licensing.fetch_paper").enqueue(product_id=product.pk)
        _settle(message, OssMessage.APPLIED, about=row)


def store_paper(product_id: int, address: str, data: bytes) -> bool:
    """The paper of a product as it came, byte for byte; False if another address was told meanwhile."""
    kept = files.keep(data, name="dari-oss.pdf", mime="application/pdf", private=True)
    with transaction.atomic():
        product = OssProduct.objects.select_for_update(of=("self",)).get(pk=product_id)
        if product.address == address and product.file_id is None:
            kept.save()
            product.file = kept
            product.save(update_fields=["file"])
            return True
    files.take_back(kept)
    return False


# Inside ----------------------------------------------------------------------------------------------------------


def _case_id(pk: int) -> int:
    return HandOver.objects.values_list("case_id", flat=True).get(pk=pk)


def _locked(pk: int) -> HandOver:
    return HandOver.objects.select_for_update(of=("self",)).get(pk=pk)


def _message(pk: int) -> OssMessage:
    return OssMessage.objects.select_for_update(of=("self",)).get(pk=pk)
