# SPDX-License-Identifier: Apache-2.0
"""What two persons rule about a published service: taking back, closing, correcting misprints.

One asks with a reason, another approves; the rule of each kind is asked both times. The published version itself never
changes: a ruling is a row of its own that names it (docs/decisions/0015-three-rulings.md).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet

from satupintu.catalog import queries
from satupintu.catalog.actions.four_eyes import must_be_another, one_at_a_time
from satupintu.catalog.checking import check
from satupintu.catalog.folders import to_json
from satupintu.catalog.models import Ruling, ServiceVersion
from satupintu.core.access import Actor, Capacity, Guarded, Permission, require
from satupintu.core.changes import CORRECTABLE, differing
from satupintu.core.package import Problem, digest_of
from satupintu.core.refusal import Refusal
from satupintu.core.seal import commitment
from satupintu.door.write import Answer, Asked, Write, action, create, write
from satupintu.offices.queries import local_day

RulingDoor = Write[Ruling]


# One asks --------------------------------------------------------------------------------------------------------


@action
def ask_recall(actor: Actor, version_id: int, *, reason: str, asked: Asked) -> Answer:
    """Ask that an approved version shall never come into force. Answers `ruling`, its key.

    Raises Refusal `catalog.not-approved`, `catalog.recall-*`, `catalog.no-why`, `catalog.asked-already`, `access.*`.
    """
    about = _version(version_id)
    capacity = _publisher(actor, about)
    return _ask(actor, capacity, _row(about, Ruling.RECALL, actor, reason), asked)


@action
def ask_closing(
    actor: Actor, version_id: int, *, day: date, reason: str, refer_to: str, asked: Asked, successor: str = ""
) -> Answer:
    """Ask that nobody may apply for this service from a day on. The public reads reason and refer_to.

    refer_to: where people go instead. successor: folder name of another open service of the office, or "".
    Raises Refusal `catalog.no-why`, `catalog.no-way`, `catalog.day-past`, `catalog.closing-*`, `access.*`.
    """
    about = _version(version_id)
    capacity = _publisher(actor, about)
    if not (refer_to.strip() or successor):
        raise Refusal("catalog.no-way", status=422)
    row = _row(about, Ruling.CLOSING, actor, reason)
    row.day, row.refer_to, row.successor = day, refer_to.strip(), successor
    return _ask(actor, capacity, row, asked)


@action
def ask_reopening(actor: Actor, ruling_id: int, *, reason: str, asked: Asked) -> Answer:
    """Ask that a closing shall not come, before its day. From its day on a new version opens the service again."""
    closing = _rows().select_related("about__office").filter(pk=ruling_id, kind=Ruling.CLOSING).first()
    if closing is None:
        raise Refusal("access.not-yours", status=404)
    capacity = _publisher(actor, closing)
    row = _row(closing.about, Ruling.RECALL, actor, reason)
    row.undoes = closing
    return _ask(actor, capacity, row, asked)


@action
def ask_release(
    actor: Actor,
    version_id: int,
    files: Mapping[str, bytes],
    *,
    reason: str,
    asked: Asked,
    refused: Iterable[Problem] = (),
) -> Answer:
    """Ask that running cases of a version print and speak with corrected words: the whole folder is handed in.

    refused: what was left out when the folder was read. Raises Refusal `catalog.release-more` (anything else differs),
    `catalog.release-same`, `catalog.release-unsound`, `catalog.not-approved`, `catalog.asked-already`, `access.*`.
    """
    about = _version(version_id)
    capacity = require(actor, Permission.SERVICE_PROPOSE, about)
    published = queries.content(about)
    changed = differing(published, files)
    foreign = {problem.file for problem in refused} | {
        name for name in changed if name not in CORRECTABLE or name not in published or name not in files
    }
    if foreign:
        raise Refusal("catalog.release-more", status=422, files=foreign)
    row = _row(about, Ruling.RELEASE, actor, reason)
    row.digest = digest_of(files)
    row.files = to_json({name: files[name] for name in sorted(changed)})
    _check_print(row, files)
    return _ask(actor, capacity, row, asked)


def _check_print(row: Ruling, files: Mapping[str, bytes]) -> None:
    """The corrected files must be as sound as those of a version; the layout is printed, outside any transaction."""
    wrong = [p for p in check(row.office.slug, files)[1] if p.file in CORRECTABLE]
    if wrong:
        said = "; ".join(f"{p.file}, {p.where}: {p.message.rstrip('.')}" for p in wrong)
        raise Refusal("catalog.release-unsound", status=422, problems=said)


def _row(about: ServiceVersion, kind: str, actor: Actor, reason: str) -> Ruling:
    if not reason.strip():
        raise Refusal("catalog.no-why", status=422)
    return Ruling(
        office=about.office,
        kind=kind,
        slug=about.slug,
        about=about,
        reason=reason.strip(),
        salt=secrets.token_bytes(32),
        asked_by=actor.person,
        at=actor.at,
    )


def _ask(actor: Actor, capacity: Capacity, row: Ruling, asked: Asked) -> Answer:
    try:
        with create(actor, capacity, row, asked=asked) as door:
            _keep_rule(door)
            door.event(
                f"service.{row.kind}-asked", **_told(row), reason=commitment(bytes(row.salt), row.reason)
            )
            door.job("catalog.tell_deciders", ruling_id=row.pk)
            door.answer = {"ruling": str(row.key)}
    except IntegrityError:  # the one unique constraint beside the keys
        raise Refusal("catalog.asked-already") from None
    return door.answer


def _told(row: Ruling) -> dict[str, Any]:
    """What the record says of every ruling: which version, from when, with what content."""
    found: dict[str, Any] = {"slug": row.slug, "version": row.about.digest}
    if row.undoes is not None:
        found["undoes"] = str(row.undoes.key)
    if row.day is not None:
        found |= {
            "day": row.day.isoformat(),
            "successor": row.successor,
            "refer_to": commitment(bytes(row.salt), row.refer_to),
        }
    return found | ({"digest": row.digest} if row.digest else {})


# Another answers -------------------------------------------------------------------------------------------------


@action
def confirm(actor: Actor, ruling_id: int, *, asked: Asked) -> Answer:
    """Approve what another person asked for: it holds from this commit on, and never changes.

    Raises Refusal `catalog.not-asked`, `catalog.same-person`, `catalog.*` of its kind, `door.changed`, `access.*`.
    """
    with write(actor, Permission.SERVICE_APPROVE, _rows(), ruling_id, asked=asked) as door:
        _must_wait(door)
        must_be_another(actor, door.row.asked_by)
        _keep_rule(door)
        _answered(door, Ruling.APPROVED)
        door.event(f"service.{door.row.kind}-approved", **_told(door.row))
        door.job("catalog.tell_asker", ruling_id=ruling_id)
        if door.row.kind == Ruling.CLOSING or door.row.undoes is not None:
            door.job("applications.tell_drafts", ruling_id=ruling_id)
    return door.answer


@action
def decline(actor: Actor, ruling_id: int, *, reason: str, asked: Asked) -> Answer:
    """Say no, with the reason. Raises Refusal as `confirm`, and `catalog.no-answer`."""
    with write(actor, Permission.SERVICE_APPROVE, _rows(), ruling_id, asked=asked) as door:
        _must_wait(door)
        must_be_another(actor, door.row.asked_by)
        if not reason.strip():
            raise Refusal("catalog.no-answer", status=422)
        door.row.answer = reason.strip()
        _answered(door, Ruling.DECLINED)
        said = commitment(bytes(door.row.salt), door.row.answer)
        door.event(f"service.{door.row.kind}-declined", reason=said)
        door.job("catalog.tell_asker", ruling_id=ruling_id)
    return door.answer


@action
def drop(actor: Actor, ruling_id: int, *, asked: Asked) -> Answer:
    """Whoever asked thinks better of it. Raises Refusal `catalog.not-asked`, `catalog.not-yours`, `access.*`."""
    seen = _rows().filter(pk=ruling_id).first()
    if seen is None:
        raise Refusal("access.not-yours", status=404)
    permission = _right(actor, seen)
    with write(actor, permission, _rows(), ruling_id, asked=asked) as door:
        _must_wait(door)
        if door.row.asked_by != actor.person:
            raise Refusal("catalog.not-yours", status=403)
        _answered(door, Ruling.DROPPED)
        door.event(f"service.{door.row.kind}-dropped")
    return door.answer


def _must_wait(door: RulingDoor) -> None:
    if door.row.status != Ruling.ASKED:
        raise Refusal("catalog.not-asked")


def _answered(door: RulingDoor, status: str) -> None:
    door.row.status, door.row.answered_by, door.row.answered_at = status, door.actor.person, door.at


def _rows() -> QuerySet[Ruling]:
    return Ruling.objects.select_related("about", "undoes").defer("about__files", "undoes__files")


def _version(version_id: int) -> ServiceVersion:
    row = ServiceVersion.objects.select_related("office").filter(pk=version_id).first()
    if row is None:
        raise Refusal("access.not-yours", status=404)
    return row


def _publisher(actor: Actor, thing: Guarded) -> Capacity:
    return require(actor, _right(actor, thing), thing)


def _right(actor: Actor, thing: Guarded) -> Permission:
    """Whoever may propose or approve may ask: the permission that lets this person. Raises Refusal `access.*`."""
    try:
        require(actor, Permission.SERVICE_PROPOSE, thing)
    except Refusal:
        require(actor, Permission.SERVICE_APPROVE, thing)
        return Permission.SERVICE_APPROVE
    return Permission.SERVICE_PROPOSE


# The rule of each kind, when it is asked and when it is approved -------------------------------------------------


def _keep_rule(door: RulingDoor) -> None:
    one_at_a_time(door.row.office_id)
    # Read again under that lock: nobody else's decision comes between.
    door.row.about = queries.known_recalled().get(pk=door.row.about_id)
    if not door.row.about.stands:
        raise Refusal("catalog.recalled" if door.row.about.recalled else "catalog.not-approved")
    today = local_day(door.row.office, door.at)
    _RULES[door.row.kind](door.row, today)


def _may_recall(row: Ruling, today: date) -> None:
    if row.undoes is not None:
        _may_reopen(row.undoes, today)
        return
    about = row.about
    assert about.effective is not None  # it is approved
    if about.effective <= today:
        raise Refusal("catalog.recall-late", day=about.effective)
    # A version approved after it was read against it, so that one goes first.
    last = queries.standing().filter(office=about.office_id, slug=about.slug).order_by(*queries.NEWEST_FIRST)
    if last.values_list("pk", flat=True)[0] != about.pk:
        raise Refusal("catalog.recall-followed")
    # Only a clock that was set back can have pinned a case to it before its day.
    if about.case_set.exists():
        raise Refusal("catalog.recall-pinned")
    if about.kind == "sop" and last.count() == 1 and _linked(about):
        raise Refusal("catalog.recall-linked")


def _linked(about: ServiceVersion) -> bool:
    """Whether a published version names this procedure as its linked SOP."""
    far = f"{about.office.slug}/{about.slug}"
    for pk, office_id in queries.standing().exclude(pk=about.pk).values_list("pk", "office_id"):
        links = queries.package_by_id(pk).sop.links
        if far in links or (office_id == about.office_id and about.slug in links):
            return True
    return False


def _may_reopen(closing: Ruling, today: date) -> None:
    standing = queries.closings(closing.office_id, today).get(closing.slug)
    if standing is None or standing.pk != closing.pk:
        raise Refusal("catalog.closing-gone")
    if closing.begun(today):
        raise Refusal("catalog.closing-begun", day=closing.day)


def _may_close(row: Ruling, today: date) -> None:
    assert row.day is not None  # the data base checks it
    if row.about.kind != "layanan":
        raise Refusal("catalog.closing-sop")
    if row.day < today:
        raise Refusal("catalog.closing-past", status=422, day=row.day)
    queries.in_force(row.office_id, row.slug, row.day)
    standing = queries.closings(row.office_id, today)
    if row.slug in standing:
        raise Refusal("catalog.closing-twice", day=standing[row.slug].day)
    if row.successor:
        _check_successor(row, standing)


def _check_successor(row: Ruling, standing: Mapping[str, Ruling]) -> None:
    """Another service that people can apply for on that day."""
    assert row.day is not None
    open_then = (
        {version.slug for version in queries.services(row.office_id, row.day)} - standing.keys() - {row.slug}
    )
    if row.successor not in open_then:
        raise Refusal("catalog.successor", status=422)


def _may_release(row: Ruling, _today: date) -> None:
    if (queries.release_of(row.about_id) or row.about.digest) == row.digest:
        raise Refusal("catalog.release-same", status=422)


_RULES: Mapping[str, Callable[[Ruling, date], None]] = {
    Ruling.RECALL: _may_recall,
    Ruling.CLOSING: _may_close,
    Ruling.RELEASE: _may_release,
}
