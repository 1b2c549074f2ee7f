# SPDX-License-Identifier: Apache-2.0
"""Replacing a permit by its next version: one officer proposes, the head of office confirms, and signs by it.

    propose -> (withdraw | decline | confirm: version frozen, signature queued) -> signed: the old one stops to hold

Source: design §4 ("Permit: number, versions"); docs/decisions/0030.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from satupintu.accounts.queries import same_human
from satupintu.applications import queries as applications
from satupintu.cases import actions as cases
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.core import replacing
from satupintu.core.access import Actor, Permission, Role
from satupintu.core.forms import show
from satupintu.core.refusal import Refusal
from satupintu.core.replacing import Why
from satupintu.core.seal import digest
from satupintu.door.write import Answer, Asked, Write, action, write
from satupintu.permits import papers, queries
from satupintu.permits.actions import freeze, issued
from satupintu.permits.models import Permit, Replacement


@action
def propose(
    actor: Actor, case_id: int, *, why: str, words: str, raw: Mapping[str, str], asked: Asked
) -> Answer:
    """Propose to replace the permit that holds. why: core/replacing.py. raw: field -> what was typed.

    Raises Refusal `permits.none`, `permits.replacement-open`, `permits.no-why`, `cases.no-reason`,
    `permits.replacement-form`, `permits.nothing-changed`, `access.*`.
    """
    with write(actor, Permission.PERMIT_REPLACE, case_queries.rows(), case_id, asked=asked) as door:
        permit = issued(case_id)
        if queries.in_hand(case_id) is not None:
            raise Refusal("permits.replacement-open")
        if why not in set(Why):
            raise Refusal("permits.no-why", status=422)
        if not words.strip():
            raise Refusal("cases.no-reason", status=422)
        application = applications.of_case(door.row)
        known = queries.answers_now(permit, application.answers)
        changes = replacing.changes(applications.form(application), known, Why(why), raw)
        Replacement.objects.create(
            permit=permit, why=why, words=words.strip(), changes=changes, by=actor.person, at=actor.at
        )
        note = cases.remark(door, "replacement", words.strip())
        door.event(
            "permit.replacement-asked",
            number=permit.number,
            version=permit.version,
            why=why,
            fields=sorted(changes),
            reason=note,
        )
    return door.answer


@action
def withdraw(actor: Actor, case_id: int, *, asked: Asked) -> Answer:
    """Take one's own proposal back. Raises Refusal `permits.no-replacement`, `permits.not-proposer`."""
    with write(actor, Permission.PERMIT_REPLACE, case_queries.rows(), case_id, asked=asked) as door:
        with _open(door) as proposal:
            if proposal.by != actor.person:
                raise Refusal("permits.not-proposer", status=403)
            proposal.state = Replacement.DROPPED
        door.event("permit.replacement-withdrawn", number=proposal.permit.number)
    return door.answer


@action
def decline(actor: Actor, case_id: int, *, reason: str, asked: Asked) -> Answer:
    """The head does not replace it; the old version goes on. Raises `permits.no-replacement`, `cases.no-reason`."""
    rows = case_queries.rows()
    with write(actor, Permission.CASE_WORK, rows, case_id, asked=asked, role=Role.HEAD) as door:
        with _open(door) as proposal:
            if not reason.strip():
                raise Refusal("cases.no-reason", status=422)
            proposal.state, proposal.declined = Replacement.DECLINED, reason.strip()
        note = cases.remark(door, "replacement", reason.strip())
        door.event("permit.replacement-declined", number=proposal.permit.number, reason=note)
    return door.answer


@action
def confirm(actor: Actor, case_id: int, *, asked: Asked, seal: str = "") -> Answer:
    """The head's act of signing a replacement: the next version is frozen under the same number, its signature queued.

    Until that is stored the version before it holds. seal: of the proposal he has read; another one is refused.
    Raises Refusal `permits.no-replacement`, `permits.replacement-changed`, `permits.own-replacement`,
    `permits.sign-limit`, `access.*`.
    """
    rows = case_queries.rows()
    with write(actor, Permission.PERMIT_SIGN, rows, case_id, asked=asked, role=Role.HEAD) as door:
        with _open(door) as proposal:
            if seal and seal != queries.proposal_seal(proposal):
                raise Refusal("permits.replacement-changed")
            if same_human(proposal.by, actor.person):
                raise Refusal("permits.own-replacement", status=403)
            made = _next(door, actor, proposal)
            proposal.state, proposal.made = Replacement.CONFIRMED, made
        door.event(
            "permit.replacement-confirmed",
            number=made.number,
            version=made.version,
            permit=str(made.key),
            data=digest(made.data),
        )
        door.answer = {"number": made.number, "version": made.version}
    return door.answer


def _next(door: Write[Case], actor: Actor, proposal: Replacement) -> Permit:
    old, shown = proposal.permit, shown_changes(door.row, proposal)
    holder = str(proposal.changes.get(applications.TITLED_BY) or old.holder)[:160]
    made = Permit(
        part=old.part,
        version=old.version + 1,
        kind=old.kind,
        title=old.title,
        number=old.number,
        holder=holder,
    )
    freeze(door, actor, made, papers.changed(old, shown), replaces=old)
    return made


def preview(case: Case, proposal: Replacement, actor: Actor) -> bytes:
    """The version that is proposed, as a sheet that says PRATINJAU."""
    data = papers.changed(proposal.permit, shown_changes(case, proposal))
    return papers.preview(case, data, actor, document=papers.next_document(proposal.permit))


def shown_changes(case: Case, proposal: Replacement) -> dict[str, str]:
    """Question -> the new answer in words, as it is printed."""
    questions = applications.form(applications.of_case(case)).questions
    return {name: show(questions[name], value) for name, value in proposal.changes.items()}


@contextmanager
def _open(door: Write[Case]) -> Iterator[Replacement]:
    """The undecided proposal of this case, decided now. Raises Refusal `permits.no-replacement`."""
    proposal = queries.proposal(door.row.pk)
    if proposal is None:
        raise Refusal("permits.no-replacement")
    proposal.permit = issued(door.row.pk)  # locked, and still the one that holds
    yield proposal
    proposal.decided_by, proposal.decided_at = door.actor.person, door.at
    proposal.save()
