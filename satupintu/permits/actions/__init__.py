# SPDX-License-Identifier: Apache-2.0
"""Making, signing, storing, handing out and revoking permits."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from satupintu.accounts.queries import same_human
from satupintu.applications import queries as applications
from satupintu.cases import actions as cases
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.core.access import Actor, Permission, Role, require
from satupintu.core.numbers import check_code, permit_number
from satupintu.core.refusal import Refusal
from satupintu.core.seal import digest
from satupintu.core.sop import SIGN_BEGUN, SIGN_DONE, SYSTEM
from satupintu.core.telling import next_morning
from satupintu.door import files
from satupintu.door.write import Answer, Asked, Write, action, create, write
from satupintu.offices.actions import take_number
from satupintu.offices.models import Office
from satupintu.offices.queries import local_day, zone_of
from satupintu.permits import papers, queries
from satupintu.permits.models import Attempt, Batch, Draft, Permit, Replacement, SigningDay
from satupintu.permits.signers import BSRE, SEAL, signer_of

MOST_TOGETHER = 200
ANSWER_TAKES = timedelta(
    seconds=90
)  # longer than the client waits: an attempt older than this has lost its sender
SUMMARY_AFTER = timedelta(minutes=1)


@action
def save_draft(actor: Actor, case_id: int, *, duties: Sequence[str], asked: Asked) -> Answer:
    """Prepare the permit for the head: its data are taken from the file and kept (step 4). Raises `permits.no-duties`."""
    with write(actor, Permission.CASE_WORK, case_queries.rows(), case_id, asked=asked) as door:
        lines = drafting(door, duties)
        keep_draft(door, papers.draft_data(door.row, duties=lines))
    return door.answer


def drafting(door: Write[Case], duties: Sequence[str]) -> list[str]:
    """Make sure the actor may draft here; gives the duties, one a line. Raises `permits.no-duties`, `cases.*`."""
    cases.at_work(door, "draft")
    lines = [" ".join(line.split()) for line in duties if line.strip()]
    if not lines:
        raise Refusal("permits.no-duties", status=422)
    return lines


def keep_draft(door: Write[Case], data: dict[str, Any], *, replaces: Permit | None = None) -> None:
    """Keep the data for the head. replaces: the version of another case that it is to follow under its number."""
    Draft.objects.update_or_create(
        case=door.row,
        defaults={"data": data, "replaces": replaces, "by": door.actor.person, "at": door.at},
    )
    door.event("permit.drafted", data=digest(data))
    cases.mark(door, "draft-done")


@action
def sign(actor: Actor, case_id: int, *, asked: Asked, seal: str = "") -> Answer:
    """The head's act of signing: one commit checks four eyes, freezes the draft, takes the number, queues the signature.

    Until the signed bytes are stored the case stands still: neither refusal nor withdrawal is possible (design §4).
    With BSrE nothing is queued: only the head's own request has the passphrase (permits/bsre.py).
    seal: of the draft he has read; another one is refused.
    Raises Refusal `sop.four-eyes`, `sop.missing`, `sop.signing`, `permits.no-draft`, `permits.draft-changed`,
    `permits.base-gone`, `permits.sign-limit`, `access.*`.
    """
    rows = case_queries.rows()
    with write(actor, Permission.PERMIT_SIGN, rows, case_id, asked=asked, role=Role.HEAD) as door:
        cases.at_work(door, "sign")
        draft = queries.draft_of(door.row)
        if draft is None:
            raise Refusal("permits.no-draft")
        if seal and seal != queries.draft_seal(draft):
            raise Refusal("permits.draft-changed")
        cases.mark(door, SIGN_BEGUN)
        permit = _following(draft) if draft.replaces_id else _numbered(door.row, actor)
        number = permit.number
        freeze(door, actor, permit, draft.data, replaces=draft.replaces)
        release = papers.release_in(permit.data)
        with_release = {"release": release} if release else {}
        door.event(
            "permit.number-taken",
            number=number,
            permit=str(permit.key),
            data=digest(permit.data),
            **with_release,
        )
        door.answer = {"number": number}
    return door.answer


def _numbered(case: Case, actor: Actor) -> Permit:
    """A permit under the next number of the service's book, not saved yet."""
    day = local_day(case.office, actor.at)
    service = applications.package(applications.of_case(case)).service
    assert service is not None  # a draft exists for services only
    number = permit_number(service.number_format, take_number(case.office_id, service.code, day.year), day)
    return Permit(kind=service.product, title=service.name, number=number, holder=case.title)


def _following(draft: Draft) -> Permit:
    """The next version under a number that another case has given. Raises Refusal `permits.base-gone`."""
    assert draft.replaces_id is not None  # only such a draft comes here
    old = Permit.objects.select_for_update().get(pk=draft.replaces_id)
    if old.state != Permit.ISSUED:
        raise Refusal("permits.base-gone")
    title = draft.data["judul"]
    return Permit(version=old.version + 1, kind=old.kind, title=title, number=old.number, holder=old.holder)


def freeze(
    door: Write[Case], actor: Actor, permit: Permit, data: dict[str, Any], *, replaces: Permit | None = None
) -> None:
    """What every act of signing does: count it for the signer's day, freeze the data, queue the signature.

    permit: not saved yet; what it is called, its number, version and holder are set. replaces: the version before it.
    Raises Refusal `permits.sign-limit`.
    """
    case, day = door.row, local_day(door.row.office, actor.at)
    _count(door, actor, day)
    permit.hand, permit.signer = signer_of(case.office, day), actor.person
    _freeze(door, permit, data, papers.signed_by_head(case, actor), replaces)


def seal(door: Write[Case], permit: Permit, data: dict[str, Any], *, replaces: Permit | None = None) -> None:
    """Issue without a person: freeze the data under the office's own seal and queue it; never under the head's name.

    permit, replaces: as for `freeze`.
    """
    permit.hand, permit.signer = SEAL, SYSTEM
    _freeze(door, permit, data, papers.sealed_by_office(door.row, door.at), replaces)


def _freeze(
    door: Write[Case],
    permit: Permit,
    data: dict[str, Any],
    signer: dict[str, Any],
    replaces: Permit | None,
) -> None:
    case = door.row
    permit.office_id, permit.case, permit.code, permit.begun_at = case.office_id, case, check_code(), door.at
    permit.replaces = replaces
    permit.data = papers.frozen(case, permit, data, signer, replaces=replaces)
    permit.save()
    if permit.hand != BSRE:
        door.job("permits.sign", permit_id=permit.pk)


def _count(door: Write[Case], actor: Actor, day: date) -> None:
    """One signature more on this person's day; the first one lets the day be summed up for him the next morning."""
    office = door.row.office
    SigningDay.objects.get_or_create(office_id=office.pk, person=actor.person, day=day)
    today = SigningDay.objects.select_for_update().get(office_id=office.pk, person=actor.person, day=day)
    if today.count >= settings.SIGN_DAILY:
        raise Refusal("permits.sign-limit", most=settings.SIGN_DAILY)
    if not today.count:
        door.job("permits.tell_day", run_after=next_morning(day, zone_of(office)), day_id=today.pk)
    today.count += 1
    today.save(update_fields=["count"])


def store_signed(actor: Actor, permit_id: int, pdf: bytes, *, level: str = "") -> None:
    """Store the signed bytes and let the case go on, in one commit. level: of the signature, "B-B" to "B-LTA".

    Raises Refusal `permits.stored` when another worker was quicker.
    """
    permit = queries.unsigned(permit_id)
    if permit is None:
        raise Refusal("permits.stored")
    kept = files.keep(pdf, name=papers.file_name(permit), mime="application/pdf", private=False)
    with write(actor, Permission.PERMIT_STORE, case_queries.rows(), permit.case_id) as door:
        locked = Permit.objects.select_for_update().get(pk=permit_id)
        if locked.state != Permit.SIGNING:
            raise Refusal("permits.stored")
        kept.save()
        locked.file, locked.state, locked.issued_at, locked.level = kept, Permit.ISSUED, actor.at, level
        locked.save()
        Attempt.objects.filter(permit=locked, state=Attempt.SENT).update(state=Attempt.SIGNED, code="")
        later = {"version": locked.version} if locked.version > 1 else {}
        door.event("permit.issued", number=locked.number, sha256=kept.sha256, level=level, **later)
        before = queries.before(locked)
        if before is not None:
            _supersede(door, locked, before)
        if before is None or before.case_id != locked.case_id:  # what this case was for, no replacement of it
            _all_signed(door)


def _all_signed(door: Write[Case]) -> None:
    """The case goes on when the last of its products is stored."""
    if not Permit.objects.filter(case=door.row, state=Permit.SIGNING).exists():
        cases.mark(door, SIGN_DONE)


def _supersede(door: Write[Case], issued: Permit, before: Permit) -> None:
    """In the commit that issues a later version the one before it stops to hold; its holder is told.

    What was revoked meanwhile stays revoked. Of a version from another case that case's own notices tell.
    """
    old = Permit.objects.select_for_update().get(pk=before.pk)
    if old.state != Permit.ISSUED:
        return
    old.state, old.replaced_at = Permit.REPLACED, door.at
    old.save()
    if old.revoke_asked_by:  # still to be decided, about what holds now
        issued.revoke_asked_by, issued.revoke_reason = old.revoke_asked_by, old.revoke_reason
        issued.save()
    door.event("permit.replaced", number=old.number, version=old.version, by=issued.version)
    if old.case_id == issued.case_id:
        door.job("permits.tell_replaced", permit_id=issued.pk)
    elif not issued.automatic:
        door.job("licensing.verified", permit_id=issued.pk)


def store_once(actor: Actor, permit_id: int, pdf: bytes, *, level: str = "") -> None:
    """The same, or nothing where another worker was quicker: the same number, the same signature."""
    try:
        store_signed(actor, permit_id, pdf, level=level)
    except Refusal as refusal:
        if refusal.code != "permits.stored":
            raise


# BSrE: each sending is entered before it leaves ---------------------------------------------------------------------


def sending(actor: Actor, permit_id: int) -> int:
    """Enter that this permit is about to be sent, by the head who took its number; gives the attempt's row id.

    Raises Refusal `permits.stored`, `permits.result-open` while an earlier sending may have been signed,
    `permits.other-signer`.
    """
    case_id = queries.case_id_of(permit_id)
    with write(actor, Permission.PERMIT_SIGN, case_queries.rows(), case_id, role=Role.HEAD) as door:
        permit = Permit.objects.select_for_update().get(pk=permit_id)
        if permit.state != Permit.SIGNING:
            raise Refusal("permits.stored")
        if permit.signer != actor.person:
            raise Refusal("permits.other-signer", status=403)
        if Attempt.objects.filter(permit=permit, state=Attempt.SENT).exists():
            raise Refusal("permits.result-open")
        attempt = Attempt.objects.create(permit=permit, at=actor.at, by=actor.person)
        door.event("permit.signature-sent", number=permit.number, attempt=attempt.pk)
    return attempt.pk


def not_signed(actor: Actor, attempt_id: int, *, code: str) -> None:
    """It is certain that this sending was not signed; the same number may be sent again."""
    with _attempt(actor, attempt_id) as (door, attempt):
        attempt.state, attempt.code = Attempt.REFUSED, code
        attempt.save()
        door.event("permit.signature-refused", attempt=attempt.pk, code=code)


def result_open(actor: Actor, attempt_id: int, *, reference: str = "", code: str = "unknown") -> None:
    """Nobody knows whether this sending was signed. reference: its id at the service; then a job asks for it."""
    with _attempt(actor, attempt_id) as (door, attempt):
        attempt.code, attempt.reference = code, reference
        attempt.save()
        door.event("permit.signature-unknown", attempt=attempt.pk, code=code)
        if reference:
            door.job("permits.fetch", attempt_id=attempt.pk)


@contextmanager
def _attempt(actor: Actor, attempt_id: int) -> Iterator[tuple[Write[Case], Attempt]]:
    """The case's door, and this attempt while its result is open. Raises Refusal `permits.stored` when it is not."""
    case_id = queries.case_id_of_attempt(attempt_id)
    with write(actor, Permission.PERMIT_STORE, case_queries.rows(), case_id) as door:
        attempt = Attempt.objects.filter(pk=attempt_id, state=Attempt.SENT).first()
        if attempt is None:
            raise Refusal("permits.stored")
        yield door, attempt


@action
def settle_unsigned(actor: Actor, case_id: int, *, reason: str, asked: Asked) -> Answer:
    """Somebody has asked those who run the signing service: this sending was not signed, so it may be sent again.

    It is the coordinator's, and never the signer's, who will sign: so two of them vouch for it. reason: what the
    service's own log says. Raises `cases.no-reason`, `permits.own-signature`, `permits.result-known`.
    """
    with write(actor, Permission.PERMIT_SETTLE, case_queries.rows(), case_id, asked=asked) as door:
        attempt = queries.open_attempt(case_id)
        if attempt is None or actor.at - attempt.at < ANSWER_TAKES:
            raise Refusal("permits.result-known")
        if same_human(attempt.by, actor.person):
            raise Refusal("permits.own-signature", status=403)
        if not reason.strip():
            raise Refusal("cases.no-reason", status=422)
        attempt.state, attempt.code = Attempt.REFUSED, "settled"
        attempt.save()
        note = cases.remark(door, "signature", reason)
        door.event("permit.signature-settled", attempt=attempt.pk, reason=note)
    return door.answer


# Many together -----------------------------------------------------------------------------------------------------


@action
def begin_batch(actor: Actor, office: Office, *, drafts: Sequence[tuple[str, str]], asked: Asked) -> Answer:
    """Set down which drafts are to be signed together, as (case key, seal of the draft that was read).

    Raises Refusal `permits.batch-empty`, `permits.batch-large`, `access.*`.
    """
    capacity = require(actor, Permission.PERMIT_SIGN, office, role=Role.HEAD)
    if not drafts:
        raise Refusal("permits.batch-empty", status=422)
    if len(drafts) > MOST_TOGETHER:
        raise Refusal("permits.batch-large", status=422, most=MOST_TOGETHER)
    keys = {key for key, _ in drafts}
    if case_queries.rows().filter(office=office, key__in=keys).count() != len(drafts):
        raise Refusal("access.not-yours", status=404)
    row = Batch(office=office, person=actor.person, at=actor.at, drafts=[list(pair) for pair in drafts])
    with create(actor, capacity, row, asked=asked) as door:
        door.event("permit.batch-begun", drafts=[list(pair) for pair in drafts])
        door.answer = {"batch": str(row.key)}
    return door.answer


def begin_signing(actor: Actor, batch_id: int) -> None:
    """Signatures of a batch are asked for: a minute later the signer is told how many there were."""
    with write(actor, Permission.PERMIT_SIGN, Batch.objects.all(), batch_id, role=Role.HEAD) as door:
        last = door.row.asked_at
        if last is None or actor.at - last >= SUMMARY_AFTER:
            door.row.asked_at = actor.at
            door.job("permits.tell_batch", run_after=actor.at + SUMMARY_AFTER, batch_id=batch_id)
        door.event("permit.batch-signing")


def note_failed(actor: Actor, batch_id: int, *, failed: Mapping[str, str]) -> None:
    """Keep why some drafts of a batch did not get a number: case key -> code of the refusal; "" takes it back."""
    with write(actor, Permission.PERMIT_SIGN, Batch.objects.all(), batch_id, role=Role.HEAD) as door:
        kept = {**door.row.failed, **failed}
        door.row.failed = {key: code for key, code in kept.items() if code}
        door.event("permit.batch-failed", failed=dict(failed))


def in_batch(batch: Batch, case_key: str) -> Asked:
    """The command by which a draft of this batch is signed: the same however often it is given."""
    return Asked.of(uuid.uuid5(batch.key, case_key), batch=str(batch.key), case=case_key)


@action
def downloaded(actor: Actor, case_id: int, *, asked: Asked) -> Answer:
    """The holder has fetched his permit; the first time the SOP's step 7 is done by it. Raises `permits.none`."""
    with write(actor, Permission.PERMIT_DOWNLOAD, case_queries.rows(), case_id, asked=asked) as door:
        permit = queries.of_case(door.row)
        if permit is None or permit.file is None:
            raise Refusal("permits.none")
        door.event("permit.downloaded")
        step = case_queries.sop(door.row).steps.get(door.row.step)
        if not door.row.end and step is not None and "download" in step.work:
            cases.mark(door, "download-done")
    return door.answer


@action
def ask_revocation(actor: Actor, case_id: int, *, reason: str, asked: Asked) -> Answer:
    """Propose to revoke a permit, with the reason; another person decides. Raises `cases.no-reason`, `permits.*`."""
    with write(actor, Permission.CASE_WORK, case_queries.rows(), case_id, asked=asked) as door:
        permit = issued(case_id)
        if not reason.strip():
            raise Refusal("cases.no-reason", status=422)
        permit.revoke_asked_by, permit.revoke_reason = actor.person, reason.strip()
        permit.save()
        door.event(
            "permit.revocation-asked", number=permit.number, reason=cases.remark(door, "revocation", reason)
        )
    return door.answer


@action
def revoke(actor: Actor, case_id: int, *, asked: Asked) -> Answer:
    """Revoke a permit that another person has proposed to revoke; `/cek` says so from this commit on.

    A proposal to replace it is dropped with it. Raises Refusal `permits.same-person`, `permits.not-asked`,
    `permits.being-replaced` while the version that replaces it is being signed.
    """
    rows = case_queries.rows()
    with write(actor, Permission.PERMIT_REVOKE, rows, case_id, asked=asked, role=Role.HEAD) as door:
        permit = issued(case_id)
        if not permit.revoke_asked_by:
            raise Refusal("permits.not-asked")
        if same_human(permit.revoke_asked_by, actor.person):
            raise Refusal("permits.same-person", status=403)
        if Permit.objects.filter(case_id=case_id, state=Permit.SIGNING).exists():
            raise Refusal("permits.being-replaced")
        Replacement.objects.filter(permit=permit, state=Replacement.OPEN).update(
            state=Replacement.DROPPED, decided_at=actor.at
        )
        permit.state, permit.revoked_at, permit.revoked_by = Permit.REVOKED, actor.at, actor.person
        permit.save()
        door.event("permit.revoked", number=permit.number)
    return door.answer


def issued(case_id: int) -> Permit:
    """The version that holds, locked. Raises Refusal `permits.none` where none does."""
    permit = Permit.objects.select_for_update().filter(case_id=case_id, state=Permit.ISSUED).first()
    if permit is None:
        raise Refusal("permits.none")
    return permit
