# SPDX-License-Identifier: Apache-2.0
"""Publishing a service: one person proposes, another approves, from a date on.

Nothing here changes what was published: a new content is a new version, and each case ends under its own.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import date

from satupintu.accounts.queries import office_has
from satupintu.catalog.actions.four_eyes import must_be_another, one_at_a_time
from satupintu.catalog.checking import check
from satupintu.catalog.folders import from_json, to_json
from satupintu.catalog.models import ServiceVersion, VersionRemark
from satupintu.catalog.queries import NEWEST_FIRST, basis, known_recalled, standing
from satupintu.core.access import Actor, Permission, Role, require
from satupintu.core.package import Package, Problem, digest_of
from satupintu.core.refusal import Refusal
from satupintu.core.seal import commitment
from satupintu.door.write import Answer, Asked, Write, action, create, write
from satupintu.offices.models import Office
from satupintu.offices.queries import local_day

VersionDoor = Write[ServiceVersion]
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 50


# On the command line ---------------------------------------------------------------------------------------------


def propose(
    actor: Actor, office: Office, slug: str, package: Package, files: Mapping[str, bytes], *, effective: date
) -> ServiceVersion:
    """Propose this content as the service's next version; the same content again gives the version that stands.

    On the command line (the system acts) it is approved at once as long as the office has no administrator: it is
    being set up, and any date will do. Raises Refusal `catalog.day-*`.
    """
    capacity = actor.capacities[0] if actor.is_system else require(actor, Permission.SERVICE_PROPOSE, office)
    known = _published(office, slug, package.digest)
    if known is not None:
        return known
    alone = actor.is_system and not office_has(office.pk, Role.ADMINISTRATOR, actor.at)
    row = ServiceVersion(
        office=office,
        slug=slug,
        kind=package.kind,
        name=package.name,
        digest=package.digest,
        files=to_json(files),
        effective=effective,
        made_by=actor.person,
        proposed_by=actor.person,
        at=actor.at,
    )
    if alone:
        row.status, row.approved_by, row.approved_at = ServiceVersion.APPROVED, actor.person, actor.at
    else:
        _check_day(row, effective, actor)
    with create(actor, capacity, row) as door:
        door.event("service.proposed", slug=slug, digest=package.digest, effective=effective.isoformat())
        if alone:
            door.event("service.approved", digest=package.digest, alone=True)
        else:
            door.job("catalog.tell_approvers", version_id=row.pk, number=1)
    return row


# Drafts ----------------------------------------------------------------------------------------------------------


@action
def draft(
    actor: Actor,
    office: Office,
    slug: str,
    files: Mapping[str, bytes],
    *,
    asked: Asked,
    refused: Iterable[Problem] = (),
) -> Answer:
    """Keep a folder that was handed in as a draft, whatever is wrong with it: its problems stand beside it.

    refused: what was left out when the folder was read. Answers `version`, the key of the draft.
    Raises Refusal `catalog.slug`, `catalog.empty`, `catalog.same-content`, `access.*`.
    """
    capacity = require(actor, Permission.SERVICE_PROPOSE, office)
    if not _SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise Refusal("catalog.slug", status=422)
    row = ServiceVersion(
        office=office, slug=slug, status=ServiceVersion.DRAFT, made_by=actor.person, at=actor.at
    )
    _fill(row, files, refused)
    with create(actor, capacity, row, asked=asked) as door:
        door.event("service.drafted", slug=slug, digest=row.digest, problems=len(row.problems))
        door.answer = {"version": str(row.key)}
    return door.answer


@action
def replace(
    actor: Actor,
    version_id: int,
    files: Mapping[str, bytes],
    *,
    asked: Asked,
    refused: Iterable[Problem] = (),
) -> Answer:
    """Put another folder in place of a draft's content. Raises Refusal as `draft`, and `catalog.not-draft`."""
    seen = _readable(actor, Permission.SERVICE_PROPOSE, version_id)
    _fill(seen, files, refused)
    rows = ServiceVersion.objects.all()
    with write(actor, Permission.SERVICE_PROPOSE, rows, version_id, asked=asked) as door:
        _must_be(door, ServiceVersion.DRAFT)
        for name in ("kind", "name", "digest", "files", "problems"):
            setattr(door.row, name, getattr(seen, name))
        door.row.made_by, door.row.at = actor.person, actor.at
        door.event("service.replaced", digest=door.row.digest, problems=len(door.row.problems))
    return door.answer


@action
def discard(actor: Actor, version_id: int, *, asked: Asked) -> Answer:
    """Throw a draft away; its history stays. Raises Refusal `catalog.not-draft`."""
    rows = ServiceVersion.objects.all()
    with write(actor, Permission.SERVICE_PROPOSE, rows, version_id, asked=asked) as door:
        _must_be(door, ServiceVersion.DRAFT)
        door.row.status = ServiceVersion.DISCARDED
        door.event("service.discarded", digest=door.row.digest)
    return door.answer


def _fill(row: ServiceVersion, files: Mapping[str, bytes], refused: Iterable[Problem]) -> None:
    """Put a content into a row, with everything that is wrong with it."""
    if not files:
        raise Refusal("catalog.empty", status=422)
    known = _published(row.office, row.slug, digest_of(files))
    if known is not None:
        raise Refusal("catalog.same-content", status=422, name=known.name)
    package, problems = check(row.office.slug, files)
    row.files, row.digest = to_json(files), package.digest
    row.kind, row.name = package.kind, package.name[:200] or row.slug
    row.problems = [[p.file, p.where, p.message] for p in dict.fromkeys((*refused, *problems))]


def _published(office: Office, slug: str, digest: str) -> ServiceVersion | None:
    """The proposed or approved version that has this content. Raises Refusal `catalog.recalled-content`."""
    rows = known_recalled().filter(office=office, slug=slug, digest=digest)
    found = rows.filter(status__in=(ServiceVersion.PROPOSED, ServiceVersion.APPROVED)).first()
    if found is not None and found.recalled:
        raise Refusal("catalog.recalled-content", status=422)
    return found


# One proposes, another approves ----------------------------------------------------------------------------------


@action
def submit(actor: Actor, version_id: int, *, effective: date, note: str, asked: Asked) -> Answer:
    """Propose a draft for a date, with the reason for the change; from here on its content stands still.

    The folder is looked at once more: an SOP it is linked with may have changed since it was handed in.
    Raises Refusal `catalog.problems`, `catalog.no-note`, `catalog.day-*`, `catalog.not-draft`, `catalog.same-content`.
    """
    seen = _readable(actor, Permission.SERVICE_PROPOSE, version_id)
    if seen.status == ServiceVersion.DRAFT:
        if not note.strip():
            raise Refusal("catalog.no-note", status=422)
        if seen.problems or check(seen.office.slug, from_json(seen.files))[1]:
            raise Refusal("catalog.problems", status=422)
    rows = ServiceVersion.objects.all()
    with write(actor, Permission.SERVICE_PROPOSE, rows, version_id, asked=asked) as door:
        _must_be(door, ServiceVersion.DRAFT)
        if door.row.version != seen.version:
            raise Refusal("door.changed", key=str(seen.key))
        one_at_a_time(door.row.office_id)
        if _published(door.row.office, door.row.slug, door.row.digest) is not None:
            raise Refusal("catalog.same-content", name=door.row.name)
        _check_day(door.row, effective, actor)
        door.row.status, door.row.effective = ServiceVersion.PROPOSED, effective
        door.row.proposed_by = actor.person
        words = _remark(door, note)
        door.event(
            "service.proposed",
            slug=door.row.slug,
            digest=door.row.digest,
            effective=effective.isoformat(),
            note=words,
        )
        door.job("catalog.tell_approvers", version_id=version_id, number=door.row.version + 1)
    return door.answer


@action
def approve(actor: Actor, version_id: int, *, asked: Asked, follows: str | None = None) -> Answer:
    """Approve a proposed version: it holds from its date on, and never changes again.

    follows: what the changes were read against, as `queries.basis` says ("" for nothing; None: nobody compared).
    Raises Refusal `catalog.overtaken` (that is not how it stands any more), `catalog.approved`,
    `catalog.not-proposed`, `catalog.same-person` (whoever proposed it or handed it in, under whatever account),
    `catalog.day-*` (the date has passed meanwhile), `door.changed`.
    """
    rows = ServiceVersion.objects.all()
    with write(actor, Permission.SERVICE_APPROVE, rows, version_id, asked=asked) as door:
        if door.row.status == ServiceVersion.APPROVED:
            raise Refusal("catalog.approved")
        _must_be(door, ServiceVersion.PROPOSED)
        must_be_another(door.actor, door.row.proposed_by, door.row.made_by)
        one_at_a_time(door.row.office_id)
        last = _last_approved(door.row)
        if follows is not None and follows != basis(door.row, last):
            raise Refusal("catalog.overtaken")
        assert door.row.effective is not None  # a proposed version has a date: the data base checks it
        _check_day(door.row, door.row.effective, actor)
        door.row.status, door.row.approved_by = ServiceVersion.APPROVED, actor.person
        door.row.approved_at = actor.at
        door.event("service.approved", digest=door.row.digest, alone=False)
        door.job("catalog.tell_proposer", version_id=version_id, number=door.row.version + 1)
    return door.answer


@action
def send_back(actor: Actor, version_id: int, *, reason: str, asked: Asked) -> Answer:
    """Give a proposed version back to be mended; it is a draft again. Raises Refusal `catalog.*`, `door.changed`."""
    rows = ServiceVersion.objects.all()
    with write(actor, Permission.SERVICE_APPROVE, rows, version_id, asked=asked) as door:
        _must_be(door, ServiceVersion.PROPOSED)
        must_be_another(door.actor, door.row.proposed_by, door.row.made_by)
        if not reason.strip():
            raise Refusal("catalog.no-reason", status=422)
        door.row.status = ServiceVersion.DRAFT
        door.event("service.sent-back", digest=door.row.digest, reason=_remark(door, reason))
        door.job("catalog.tell_proposer", version_id=version_id, number=door.row.version + 1)
    return door.answer


@action
def withdraw(actor: Actor, version_id: int, *, asked: Asked) -> Answer:
    """The proposer takes his proposal back; it is a draft again. Raises Refusal `catalog.not-yours`."""
    rows = ServiceVersion.objects.all()
    with write(actor, Permission.SERVICE_PROPOSE, rows, version_id, asked=asked) as door:
        _must_be(door, ServiceVersion.PROPOSED)
        if door.row.proposed_by != actor.person:
            raise Refusal("catalog.not-yours", status=403)
        door.row.status = ServiceVersion.DRAFT
        door.event("service.withdrawn", digest=door.row.digest)
    return door.answer


def _readable(actor: Actor, permission: Permission, version_id: int) -> ServiceVersion:
    """The row as it stands, for a look before the door is opened. Raises Refusal `access.*`."""
    row = ServiceVersion.objects.select_related("office").filter(pk=version_id).first()
    if row is None:
        raise Refusal("access.not-yours", status=404)
    require(actor, permission, row)
    return row


def _must_be(door: VersionDoor, status: str) -> None:
    if door.row.status == status:
        return
    if door.row.status == ServiceVersion.APPROVED:
        raise Refusal("catalog.approved")
    raise Refusal(f"catalog.not-{status}")


def _check_day(row: ServiceVersion, effective: date, actor: Actor) -> None:
    """A version begins today at the earliest, and not before one that is approved already.

    So nothing is changed for a day that has gone by, and no version is overtaken by an older one. The first version
    of a service may begin in the past: nothing was in force before it. Day: in the office's zone.
    """
    last = _last_approved(row)
    if last is None or last.effective is None:
        return
    if effective < local_day(row.office, actor.at):
        raise Refusal("catalog.day-past", status=422, day=effective)
    if effective < last.effective:
        raise Refusal("catalog.day-order", status=422, day=last.effective)


def _last_approved(row: ServiceVersion) -> ServiceVersion | None:
    rows = standing().filter(office_id=row.office_id, slug=row.slug).defer("files")
    return rows.order_by(*NEWEST_FIRST).first()


def _remark(door: VersionDoor, text: str) -> str:
    """Keep words beside the event that is told next; gives the commitment that goes into it."""
    salt = secrets.token_bytes(32)
    number = door.row.version + len(door.told) + 1
    VersionRemark.objects.create(of=door.row, number=number, text=text.strip(), salt=salt)
    return commitment(salt, text.strip())
