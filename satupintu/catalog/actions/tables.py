# SPDX-License-Identifier: Apache-2.0
"""Taking over the tables of KBLI, conversions, risk and authority, and correcting one row of the risk table.

A list replaces what it speaks of: a list of codes the whole version, a risk table each code and scale it names, the
others each code. Nothing is deleted: what is replaced ends, and a row that an administrator has corrected stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db import models, transaction

from satupintu.catalog import kbli as known
from satupintu.catalog.actions.reference import MOST_GONE, insert
from satupintu.catalog.models import AuthorityRule, Dated, Kbli, KbliMove, Revision, RiskRule
from satupintu.core import reference
from satupintu.core.access import Actor, Capacity, Role, system
from satupintu.core.reference import Difference, Listing
from satupintu.core.refusal import Refusal
from satupintu.core.risk import RiskRow
from satupintu.core.seal import digest
from satupintu.door.write import create

A_DAY = timedelta(days=1)
Say = Callable[[str], None]


class Unknown(Exception):
    """Codes of a table are not in the list of codes. problems: each row, with its line."""

    def __init__(self, problems: Iterable[reference.Problem]) -> None:
        super().__init__("unknown codes")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class _Codes:
    """Primary keys of the codes a table speaks of: here, and on the other side of a conversion."""

    here: Mapping[str, int]
    there: Mapping[str, int]
    to_version: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the rows of a table are kept.

    columns: of a row, by the keys of its codes; part: what of the table a list replaces; key: what stays while a row
    changes.
    """

    model: type[Dated]
    read: Callable[[str, str], dict[int, Any]]
    columns: Callable[[Any, _Codes], dict[str, Any]]
    part: Callable[[Any], Hashable]
    key: Callable[[Any], Hashable]


def differ(listing: Listing[Any], day: date) -> Difference[Any]:
    """What this table would change; nothing is written. Raises Unknown; Refusal `catalog.table-cut`."""
    return _titles(listing, day, write=False) if listing.table == reference.KBLI else _plan(listing)[0]


def load(
    actor: Actor, listing: Listing[Any], *, day: date, starter: bool = False, say: Say = lambda _: None
) -> Difference[Any]:
    """Take over a table from a day on, whole or not at all; a second time nothing changes and nothing is told.

    actor: the system (the command line). starter: what the product comes with. say: told how far it is.
    Raises Unknown; Refusal `catalog.table-cut` where a list of codes lacks more than one known code in MOST_GONE.
    """
    with transaction.atomic():
        say("Membandingkan dengan yang sudah ada …")
        found = differ(listing, day)
        if found.nothing:
            return found
    row = Revision(
        kind=Revision.STARTER if starter else Revision.IMPORT, table=listing.table, of_version=listing.version,
        day=day, content=digest([str(one) for one in listing.rows]), by=actor.person, at=actor.at,
    )  # fmt: skip
    with create(actor, Capacity(Role.SYSTEM), row) as door:
        one_at_a_time(listing.version)
        if listing.table == reference.KBLI:
            found = _titles(listing, day, write=True)
        else:
            found, changes = _plan(listing)
            _write(changes, row, day, say)
        row.counts = found.counts
        door.event(
            "catalog.imported", table=row.table, of_version=row.of_version, day=day.isoformat(),
            content=row.content, counts=row.counts, starter=starter,
        )  # fmt: skip
    return found


def load_starter(at: datetime) -> None:
    """What the product comes with: some everyday codes and made-up risks, where no list was taken over yet."""
    if Kbli.objects.filter(version=known.CURRENT_KBLI).exists():
        return
    for table, path in ((reference.KBLI, known.STARTER_KBLI), (reference.RISK, known.STARTER_RISK)):
        listing = reference.read(table, path.read_text("utf-8"), known.CURRENT_KBLI)
        load(system(at), listing, day=at.date(), starter=True)


# Codes -------------------------------------------------------------------------------------------------------------


def _titles(listing: Listing[reference.Title], day: date, *, write: bool) -> Difference[reference.Title]:
    rows = {row.code: row for row in Kbli.objects.filter(version=listing.version, valid_to=None)}
    before = [reference.Title(row.code, row.title) for row in rows.values()]
    found = reference.differ(before, listing.rows, lambda row: row.code)
    if len(found.ended) * MOST_GONE > len(rows):
        raise Refusal("catalog.table-cut", status=422, gone=len(found.ended), known=len(rows))
    if write:
        titles = {row.code: row.title for row in listing.rows}
        for row in rows.values():
            row.title = titles.get(row.code, row.title)
        Kbli.objects.bulk_update([rows[old[0].code] for old, _ in found.changed], ["title"], batch_size=500)
        gone = [row.code for row in found.ended]
        Kbli.objects.filter(version=listing.version, code__in=gone).update(valid_to=day - A_DAY)
        # A code that a newer list names again stands again.
        Kbli.objects.bulk_create(
            [Kbli(version=listing.version, code=row.code, title=row.title, assumed=False) for row in found.new],
            update_conflicts=True, unique_fields=["version", "code"], update_fields=["title", "valid_to"],
        )  # fmt: skip
    return found


def one_at_a_time(version: str) -> None:
    """Two persons do not change the tables of a version at the same moment: each compares with all of it."""
    Kbli.objects.select_for_update().filter(version=version).order_by("pk").first()


# Rows that hold from a day to a day --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Changes:
    """Primary keys of rows that end, and rows that begin, by column and not yet dated."""

    model: type[Dated]
    ends: tuple[int, ...]
    begins: tuple[dict[str, Any], ...]


def _plan(listing: Listing[Any]) -> tuple[Difference[Any], _Changes]:
    kind = _KINDS[listing.table]
    codes = _Codes(_codes(listing.version), _codes(listing.to_version), listing.to_version)
    _all_known(listing, codes)
    named = {kind.part(row) for row in listing.rows}
    standing = {
        pk: row
        for pk, row in kind.read(listing.version, listing.to_version).items()
        if kind.part(row) in named
    }
    fixed = _corrected(kind, standing)
    held = {kind.part(standing[pk]) for pk in fixed}
    before = {pk: row for pk, row in standing.items() if kind.part(row) not in held}
    after = [row for row in listing.rows if kind.part(row) not in held]
    found = reference.differ(before.values(), after, kind.key, kept=[standing[pk] for pk in fixed])
    stay = set(before.values()) & set(after)
    return found, _Changes(
        kind.model,
        tuple(pk for pk, row in before.items() if row not in stay),
        tuple(kind.columns(row, codes) for row in after if row not in stay),
    )


def _write(changes: _Changes, revision: Revision, day: date, say: Say) -> None:
    """End and begin, some hundreds at a time."""
    rows: models.Manager[Any] = cast(Any, changes.model).objects
    for some in _batches(changes.ends):
        rows.filter(pk__in=some).update(valid_to=day - A_DAY, ended=revision)
    dated = {"valid_from": day.isoformat(), "begun_id": revision.pk}
    for number, begins in enumerate(_batches(changes.begins)):
        columns = [*begins[0], *dated]
        insert(changes.model, ((*row.values(), *dated.values()) for row in begins), columns)
        say(f"Menyimpan {min((number + 1) * _BATCH, len(changes.begins))} dari {len(changes.begins)} baris …")


_BATCH = 1000


def _batches(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[at : at + _BATCH] for at in range(0, len(rows), _BATCH))


def _codes(version: str) -> dict[str, int]:
    return dict(Kbli.objects.filter(version=version).values_list("code", "pk")) if version else {}


def _all_known(listing: Listing[Any], codes: _Codes) -> None:
    """Raises Unknown where a row names a code that no list has."""
    wrong = []
    for row in listing.rows:
        to = getattr(row, "to", "")
        missing = [(row.code, listing.version)] if row.code not in codes.here else []
        missing += [(to, listing.to_version)] if to and to not in codes.there else []
        for code, version in missing:
            words = (
                f"{code} tidak ada di daftar KBLI {version}. Muat dulu daftar kodenya: satupintu import kbli."
            )
            wrong.append(reference.Problem(listing.lines[row], words))
    if wrong:
        raise Unknown(wrong)


def _corrected(kind: _Kind, standing: Mapping[int, Any]) -> list[int]:
    if kind.model is not RiskRule:
        return []
    fixed = set(RiskRule.objects.filter(corrected=True).values_list("pk", flat=True))
    return [pk for pk in standing if pk in fixed]


def _risk_columns(row: RiskRow, codes: _Codes) -> dict[str, Any]:
    return {
        "kbli_id": codes.here[row.code],
        "scope": row.scope,
        "scale": row.scale.value,
        "parameter": row.parameter,
        "risk": row.risk.value,
        "authority": row.authority,
        "days": row.days,
        "requirements": json.dumps(row.requirements),
        "obligations": json.dumps(row.obligations),
        "basis": row.basis,
        "assumed": row.assumed,
        "corrected": False,
    }


def _move_columns(row: reference.Move, codes: _Codes) -> dict[str, Any]:
    return {
        "of_id": codes.here[row.code],
        "to_id": codes.there.get(row.to),
        "to_version": codes.to_version,
        "change": row.change,
        "confirmed": row.confirmed,
    }


def _authority_columns(row: reference.Authority, codes: _Codes) -> dict[str, Any]:
    return {"kbli_id": codes.here[row.code], "authority": row.authority, "parameter": row.parameter}


_KINDS: Mapping[str, _Kind] = {
    reference.RISK: _Kind(
        RiskRule, lambda version, _: known.open_risks(version), _risk_columns,
        lambda row: (row.code, row.scale), lambda row: (row.code, row.scale, row.scope, row.parameter),
    ),
    reference.MOVES: _Kind(
        KbliMove, known.open_moves, _move_columns, lambda row: row.code, lambda row: (row.code, row.to)
    ),
    reference.AUTHORITY: _Kind(
        AuthorityRule, lambda version, _: known.open_authorities(version), _authority_columns,
        lambda row: row.code, lambda row: (row.code, row.authority, row.parameter),
    ),
}  # fmt: skip
