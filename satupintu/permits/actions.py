# SPDX-License-Identifier: Apache-2.0
"""Making, signing, storing, handing out and revoking permits."""

from __future__ import annotations

from collections.abc import Sequence

from satupintu.applications import queries as applications
from satupintu.cases import actions as cases
from satupintu.cases import queries as case_queries
from satupintu.core.access import Actor, Permission, Role
from satupintu.core.numbers import check_code, permit_number
from satupintu.core.refusal import Refusal
from satupintu.core.seal import digest
from satupintu.core.sop import SIGN_BEGUN, SIGN_DONE
from satupintu.door import files
from satupintu.door.write import Answer, Asked, action, write
from satupintu.offices.actions import take_number
from satupintu.offices.queries import local_day
from satupintu.permits import papers, queries
from satupintu.permits.models import Draft, Permit


@action
def save_draft(actor: Actor, case_id: int, *, duties: Sequence[str], asked: Asked) -> Answer:
    """Prepare the permit for the head: its data are taken from the file and kept (step 4). Raises `permits.no-duties`."""
    with write(actor, Permission.CASE_WORK, case_queries.rows(), case_id, asked=asked) as door:
        cases.at_work(door, "draft")
        lines = [" ".join(line.split()) for line in duties if line.strip()]
        if not lines:
            raise Refusal("permits.no-duties", status=422)
        data = papers.draft_data(door.row, duties=lines)
        Draft.objects.update_or_create(
            case=door.row, defaults={"data": data, "by": actor.person, "at": actor.at}
        )
        door.event("permit.drafted", data=digest(data))
        cases.mark(door, "draft-done")
    return door.answer


@action
def sign(actor: Actor, case_id: int, *, asked: Asked) -> Answer:
    """The head's act of signing: one commit checks four eyes, freezes the draft, takes the number, queues the signature.

    Until the signed bytes are stored the case stands still: neither refusal nor withdrawal is possible (design §4).
    Raises Refusal `sop.four-eyes`, `sop.missing`, `sop.signing`, `permits.no-draft`, `access.*`.
    """
    rows = case_queries.rows()
    with write(actor, Permission.PERMIT_SIGN, rows, case_id, asked=asked, role=Role.HEAD) as door:
        cases.at_work(door, "sign")
        draft = queries.draft_of(door.row)
        if draft is None:
            raise Refusal("permits.no-draft")
        cases.mark(door, SIGN_BEGUN)
        case, day = door.row, local_day(door.row.office, actor.at)
        service = applications.package(applications.of_case(case)).service
        assert service is not None  # a draft exists for services only
        number = permit_number(
            service.number_format, take_number(case.office_id, service.code, day.year), day
        )
        code = check_code()
        permit = Permit.objects.create(
            office_id=case.office_id,
            case=case,
            kind=service.product,
            title=service.name,
            number=number,
            code=code,
            holder=case.title,
            data=papers.frozen(case, draft.data, actor, number=number, code=code),
            signer=actor.person,
            begun_at=actor.at,
        )
        release = papers.release_in(permit.data)
        with_release = {"release": release} if release else {}
        door.event(
            "permit.number-taken",
            number=number,
            permit=str(permit.key),
            data=digest(permit.data),
            **with_release,
        )
        door.job("permits.sign", permit_id=permit.pk)
        door.answer = {"number": number}
    return door.answer


def store_signed(actor: Actor, permit_id: int, pdf: bytes) -> None:
    """Store the signed bytes and let the case go on, in one commit.

    Raises Refusal `permits.stored` when another worker was quicker.
    """
    permit = queries.unsigned(permit_id)
    if permit is None:
        raise Refusal("permits.stored")
    kept = files.keep(
        pdf, name=f"{permit.number.replace('/', '-')}.pdf", mime="application/pdf", private=False
    )
    with write(actor, Permission.PERMIT_STORE, case_queries.rows(), permit.case_id) as door:
        locked = Permit.objects.select_for_update().get(pk=permit_id)
        if locked.state != Permit.SIGNING:
            raise Refusal("permits.stored")
        kept.save()
        locked.file, locked.state, locked.issued_at = kept, Permit.ISSUED, actor.at
        locked.save()
        door.event("permit.issued", number=locked.number, sha256=kept.sha256)
        cases.mark(door, SIGN_DONE)


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
        permit = _issued(case_id)
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

    Raises Refusal `permits.same-person`, `permits.not-asked`.
    """
    rows = case_queries.rows()
    with write(actor, Permission.PERMIT_REVOKE, rows, case_id, asked=asked, role=Role.HEAD) as door:
        permit = _issued(case_id)
        if not permit.revoke_asked_by:
            raise Refusal("permits.not-asked")
        if permit.revoke_asked_by == actor.person:
            raise Refusal("permits.same-person", status=403)
        permit.state, permit.revoked_at, permit.revoked_by = Permit.REVOKED, actor.at, actor.person
        permit.save()
        door.event("permit.revoked", number=permit.number)
    return door.answer


def _issued(case_id: int) -> Permit:
    permit = Permit.objects.select_for_update().filter(case_id=case_id, state=Permit.ISSUED).first()
    if permit is None:
        raise Refusal("permits.none")
    return permit
