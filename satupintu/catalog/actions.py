# SPDX-License-Identifier: Apache-2.0
"""Publishing a service: one person proposes, another approves, from a date on."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from satupintu.accounts.queries import office_has
from satupintu.catalog.folders import to_json
from satupintu.catalog.models import Kbli, ServiceVersion
from satupintu.core.access import Actor, Permission, Role, require
from satupintu.core.package import Package
from satupintu.core.refusal import Refusal
from satupintu.door.write import Answer, Asked, action, create, write
from satupintu.offices.models import Office


def propose(
    actor: Actor, office: Office, slug: str, package: Package, files: Mapping[str, bytes], *, effective: date
) -> ServiceVersion:
    """Propose this content as the service's next version; the same content again gives the version that stands.

    On the command line (the system acts) it is approved at once as long as the office has no administrator.
    """
    capacity = actor.capacities[0] if actor.is_system else require(actor, Permission.SERVICE_PROPOSE, office)
    standing = ServiceVersion.objects.filter(office=office, slug=slug, digest=package.digest).first()
    if standing is not None:
        return standing
    alone = actor.is_system and not office_has(office.pk, Role.ADMINISTRATOR, actor.at)
    row = ServiceVersion(
        office=office,
        slug=slug,
        kind=package.kind,
        name=package.name,
        digest=package.digest,
        files=to_json(files),
        effective=effective,
        proposed_by=actor.person,
        at=actor.at,
    )
    if alone:
        row.status, row.approved_by = ServiceVersion.APPROVED, actor.person
    with create(actor, capacity, row) as door:
        door.event("service.proposed", slug=slug, digest=package.digest, effective=effective.isoformat())
        if alone:
            door.event("service.approved", digest=package.digest, alone=True)
    return row


@action
def approve(actor: Actor, version_id: int, *, asked: Asked) -> Answer:
    """Approve a proposed version. Raises Refusal `catalog.approved`, `catalog.same-person` (the proposer himself)."""
    rows = ServiceVersion.objects.all()
    with write(actor, Permission.SERVICE_APPROVE, rows, version_id, asked=asked) as door:
        if door.row.status == ServiceVersion.APPROVED:
            raise Refusal("catalog.approved")
        if door.row.proposed_by == actor.person:
            raise Refusal("catalog.same-person", status=403)
        door.row.status, door.row.approved_by = ServiceVersion.APPROVED, actor.person
        door.event("service.approved", digest=door.row.digest, alone=False)
    return door.answer


def load_kbli(path: Path, *, version: str) -> int:
    """Load the starter set of KBLI rows (code, title, words, authority, refer_to, basis); gives how many."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = [Kbli(version=version, assumed=True, **row) for row in csv.DictReader(handle)]
    Kbli.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["version", "code"],
        update_fields=["title", "words", "authority", "refer_to", "basis", "assumed"],
    )
    return len(rows)
