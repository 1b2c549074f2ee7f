# SPDX-License-Identifier: Apache-2.0
"""Reading KBLI codes, what became of them, their risk and who has authority."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from satupintu.catalog.folders import PACKAGE
from satupintu.catalog.models import AuthorityRule, Kbli, KbliMove, RiskRule
from satupintu.core import reference
from satupintu.core.risk import Ask, Found, Risk, RiskRow, Scale, Unknown, lookup
from satupintu.core.seal import digest

CURRENT_KBLI = "2025"
"""The version of new business applications (Peraturan BPS 7/2025, in force since 18 December 2025)."""
STARTER_KBLI = PACKAGE / "catalog" / "data" / "kbli-2025-awal.csv"
STARTER_RISK = PACKAGE / "catalog" / "data" / "risiko-awal.csv"
"""Some sixty everyday activities, with risks made up to show the product; every row says that it is an example."""


def kbli(version: str, code: str) -> Kbli | None:
    """A code of that version, also one that no longer stands (`Kbli.holds`)."""
    return Kbli.objects.filter(version=version, code=code).first()


def successors(version: str, code: str, to_version: str) -> list[Kbli]:
    """What a code became, through the versions between; [] where nothing is known or it has no successor."""
    return [move.to for move in conversions(version, code, to_version) if move.to is not None]


def conversions(version: str, code: str, to_version: str) -> list[KbliMove]:
    """The conversions that lead from a code to its successors in a later version, with whether each is confirmed.

    Over two steps (2017 -> 2020 -> 2025) a successor is as sure as every step to it.
    """
    here = {code: True}
    at, found = version, list[KbliMove]()
    while at < to_version and here:
        rows = _current(
            KbliMove.objects.filter(of__version=at, of__code__in=here, to_version__lte=to_version)
        )
        found = sorted(
            rows.select_related("of", "to"), key=lambda row: (row.to.code if row.to else "", row.pk)
        )
        for row in found:
            row.confirmed = row.confirmed and here[row.of.code]
        found = _surest(found)
        here = {row.to.code: row.confirmed for row in found if row.to is not None}
        at = found[0].to_version if found else to_version
    return found


def _surest(rows: Iterable[KbliMove]) -> list[KbliMove]:
    """Of several ways to the same code the sure one."""
    best: dict[int | None, KbliMove] = {}
    for row in rows:
        if row.to_id not in best or (row.confirmed and not best[row.to_id].confirmed):
            best[row.to_id] = row
    return list(best.values())


# Risk --------------------------------------------------------------------------------------------------------------


def risk_rows(version: str, code: str, day: date) -> tuple[RiskRow, ...]:
    """Every row of a code that holds on a day, by scope and scale."""
    rows = RiskRule.objects.filter(kbli__version=version, kbli__code=code)
    return tuple(as_row(row) for row in on(rows, day).select_related("kbli").order_by("pk"))


def risk_of(
    version: str, code: str, *, scale: Scale, scope: str = "", parameter: str = "", day: date
) -> Found | Ask | Unknown:
    """The risk of an activity on a day: found, asked for, or refused with the reason; never guessed."""
    return lookup(risk_rows(version, code, day), scale=scale, scope=scope, parameter=parameter)


def as_row(row: RiskRule) -> RiskRow:
    """The row as the rules of `core.risk` see it. row: with its code joined."""
    return RiskRow(
        row.kbli.version, row.kbli.code, row.scope, Scale(row.scale), row.parameter, Risk(row.risk),
        row.authority, row.days, tuple(row.requirements), tuple(row.obligations), row.basis, row.assumed,
    )  # fmt: skip


def from_row(row: RiskRow, kbli: Kbli) -> RiskRule:
    """The same the other way, not yet dated. kbli: the row's code."""
    return RiskRule(
        kbli=kbli, scope=row.scope, scale=row.scale.value, parameter=row.parameter, risk=row.risk.value,
        authority=row.authority, days=row.days, requirements=list(row.requirements),
        obligations=list(row.obligations), basis=row.basis, assumed=row.assumed,
    )  # fmt: skip


def on(rows: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Of rows with days, those that hold on this one."""
    return rows.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


def _current(rows: QuerySet[KbliMove]) -> QuerySet[KbliMove]:
    return rows.filter(valid_to=None)


def risk_history(version: str, code: str) -> list[RiskRule]:
    """Every row of a code that ever was, the newest first, with the acts by which it began and ended."""
    rows = RiskRule.objects.filter(kbli__version=version, kbli__code=code)
    return list(rows.select_related("kbli", "begun", "ended").order_by("-valid_from", "-pk"))


def cell_of(row: RiskRow | RiskRule) -> str:
    """A name for scope, scale and parameter of a row: short, and the same for every row that follows it."""
    return digest([row.scope, str(row.scale), row.parameter])[:12]


def came_from(version: str, code: str) -> list[KbliMove]:
    """The codes of the version before that became this one."""
    rows = _current(KbliMove.objects.filter(to__version=version, to__code=code))
    return list(rows.select_related("of", "to").order_by("of__version", "of__code"))


# Authority ---------------------------------------------------------------------------------------------------------

NOBODY_KNOWN = "Belum diketahui. Tanyakan kepada petugas."
OFFICES = {
    "Bupati/Wali Kota": "Bupati atau Wali Kota, melalui kantor perizinan kabupaten atau kota",
    "Gubernur": "Gubernur, melalui kantor perizinan provinsi",
    "Menteri/Kepala Badan": "Menteri atau Kepala Badan, melalui oss.go.id",
}


def authority_of(row: RiskRow) -> str:
    """Who has authority, in words: as the row says, else by the conditions of the authority table, else not known."""
    if row.authority:
        return OFFICES.get(row.authority, row.authority)
    rules = AuthorityRule.objects.filter(kbli__version=row.version, kbli__code=row.code, valid_to=None)
    told = [f"{rule.authority} ({rule.parameter})" for rule in rules.order_by("pk")]
    return "; ".join(told) or NOBODY_KNOWN


# What stands, for a list to be compared with -----------------------------------------------------------------------


def open_risks(version: str) -> dict[int, RiskRow]:
    """Primary key -> row, of the rows that have no end yet."""
    rows = _open(RiskRule.objects.filter(kbli__version=version)).select_related("kbli")
    return {row.pk: as_row(row) for row in rows}


def open_moves(version: str, to_version: str) -> dict[int, reference.Move]:
    """The same of conversions."""
    rows = _open(KbliMove.objects.filter(of__version=version, to_version=to_version)).select_related(
        "of", "to"
    )
    return {
        row.pk: reference.Move(row.of.code, row.to.code if row.to else "", row.change, row.confirmed)
        for row in rows
    }


def open_authorities(version: str) -> dict[int, reference.Authority]:
    """The same of authorities."""
    rows = _open(AuthorityRule.objects.filter(kbli__version=version)).select_related("kbli")
    return {row.pk: reference.Authority(row.kbli.code, row.authority, row.parameter) for row in rows}


def _open(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(valid_to=None).order_by("pk")
