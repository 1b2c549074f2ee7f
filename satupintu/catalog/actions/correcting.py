# SPDX-License-Identifier: Apache-2.0
"""Correcting one row of the risk table, with its legal basis: the old row ends, a new one begins on a day."""

from __future__ import annotations

from datetime import date, timedelta

from satupintu.catalog import kbli as known
from satupintu.catalog.actions.tables import one_at_a_time
from satupintu.catalog.models import Revision, RiskRule
from satupintu.core import reference
from satupintu.core.access import Actor, Permission, require
from satupintu.core.refusal import Refusal
from satupintu.core.risk import RiskRow
from satupintu.core.seal import digest
from satupintu.door.write import Answer, Asked, action, create
from satupintu.offices.models import Office
from satupintu.offices.queries import local_day


@action
def correct_risk(actor: Actor, office: Office, row: RiskRow, *, day: date, asked: Asked) -> Answer:
    """Let this row hold from a day on, in place of what stands for its scope, scale and parameter.

    office: of the administrator; its local day is today. row: with its legal basis; it is no example any more.
    Raises Refusal `catalog.no-basis`, `catalog.correction-past`, `catalog.correction-same`, `catalog.correction-late`
    (nothing stands there), `catalog.correction-planned` (a later one is there already), `access.*`.
    """
    revision = Revision(
        kind=Revision.CORRECTION, table=reference.RISK, of_version=row.version, day=day, basis=row.basis,
        content=digest([str(row), day.isoformat()]), by=actor.person, at=actor.at, counts={"changed": 1},
    )  # fmt: skip
    require(actor, Permission.CATALOG_CORRECT, office)
    capacity = require(actor, Permission.CATALOG_CORRECT, revision)
    if not row.basis:
        raise Refusal("catalog.no-basis", status=422)
    if day < local_day(office, actor.at):
        raise Refusal("catalog.correction-past", status=422)
    with create(actor, capacity, revision, asked=asked) as door:
        one_at_a_time(row.version)
        before = _standing(row)
        _may_follow(row, before, day)
        ended = [one.pk for one in before]
        RiskRule.objects.filter(pk__in=ended).update(valid_to=day - timedelta(days=1), ended=revision)
        fresh = known.from_row(row, before[0].kbli)
        fresh.valid_from, fresh.begun, fresh.corrected = day, revision, True
        fresh.save(force_insert=True)
        door.event(
            "risk.corrected", of_version=row.version, code=row.code, scale=row.scale.value, day=day.isoformat(),
            before=sorted(one.risk for one in before), risk=row.risk.value, content=revision.content,
        )  # fmt: skip
        door.answer = {"code": row.code}
    return door.answer


def _standing(row: RiskRow) -> list[RiskRule]:
    """The rows without an end for this scope, scale and parameter."""
    cell = RiskRule.objects.filter(
        kbli__version=row.version, kbli__code=row.code, scope=row.scope, scale=row.scale.value, parameter=row.parameter
    )  # fmt: skip
    return list(cell.filter(valid_to=None).select_related("kbli"))


def _may_follow(row: RiskRow, before: list[RiskRule], day: date) -> None:
    if not before:
        raise Refusal("catalog.correction-late")
    latest = max(one.valid_from for one in before)
    if latest > day:
        raise Refusal("catalog.correction-planned", day=latest)
    if len(before) == 1 and known.as_row(before[0]) == row:
        raise Refusal("catalog.correction-same", status=422)
