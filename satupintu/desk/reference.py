# SPDX-License-Identifier: Apache-2.0
"""A KBLI code in words for its page: small frozen answers for the templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from satupintu.accounts.queries import names
from satupintu.catalog import queries as catalog
from satupintu.catalog.kbli_words import VERSIONS as VERSIONS
from satupintu.catalog.models import Kbli, KbliMove, Revision, RiskRule
from satupintu.core.risk import ALL, CALLED, Risk
from satupintu.ui import formats


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A row of the risk table in words. by: through which act it began; correct: the way to correct it, "" for none."""

    where: str
    level: str
    authority: str
    days: str
    requirements: tuple[str, ...]
    obligations: tuple[str, ...]
    basis: str
    assumed: bool
    holds: str
    by: str
    correct: str = ""


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A conversion in words, and where the other code lies."""

    text: str
    href: str
    sure: bool


def context(kbli: Kbli, today: date) -> dict[str, Any]:
    """Everything the page of a code says."""
    rules = catalog.risk_history(kbli.version, kbli.code)
    people = names(rule.begun.by for rule in rules)
    later = [rule for rule in rules if rule.valid_from > today and rule.valid_to is None]
    now = [
        rule
        for rule in rules
        if rule.valid_from <= today and (rule.valid_to is None or rule.valid_to >= today)
    ]
    then = [rule for rule in rules if rule not in later and rule not in now]
    return {
        "kbli": kbli,
        "ended": not kbli.holds(today),
        "rules": [_row(rule, people, correct=rule.valid_to is None) for rule in reversed(now)],
        "later": [_row(rule, people, correct=True) for rule in later],
        "former": [_row(rule, people) for rule in then],
        "unclear": any(_unclear(now)),
        "moves": [row for one in _next(kbli) for row in one],
        "from": [_from(move) for move in catalog.came_from(kbli.version, kbli.code)],
    }


def _row(rule: RiskRule, people: dict[str, str], *, correct: bool = False) -> RuleRow:
    way = reverse("desk:catalog_correct", args=[rule.kbli.version, rule.kbli.code, catalog.cell_of(rule)])
    return RuleRow(
        where(rule), CALLED[Risk(rule.risk)], rule.authority or _("belum diketahui"), _days(rule.days),
        tuple(rule.requirements), tuple(rule.obligations), rule.basis or _("belum dicatat"), rule.assumed,
        _holds(rule), _by(rule.begun, people), way if correct else "",
    )  # fmt: skip


def where(rule: RiskRule) -> str:
    """For which scale, scope and parameter the row is."""
    more = [text for text in (rule.scope, rule.parameter) if text != ALL]
    return ", ".join([_("Usaha %(scale)s") % {"scale": rule.scale}, *more])


def level(rules: Iterable[RiskRule]) -> str:
    """The level that stands, or the several that do."""
    return _(" atau ").join(dict.fromkeys(CALLED[Risk(rule.risk)] for rule in rules))


def typed(day: date) -> str:
    """A day as people type it."""
    return f"{day.day}-{day.month}-{day.year}"


def _days(days: int | None) -> str:
    if days is None:
        return _("belum diketahui")
    return _("%(n)d hari kerja") % {"n": days} if days else _("terbit langsung")


def _holds(rule: RiskRule) -> str:
    since = formats.long_date(rule.valid_from)
    if rule.valid_to is None:
        return _("Berlaku mulai %(since)s") % {"since": since}
    if rule.valid_to < rule.valid_from:
        return _("Diganti pada hari yang sama, %(since)s") % {"since": since}
    return _("Berlaku %(since)s sampai %(until)s") % {
        "since": since,
        "until": formats.long_date(rule.valid_to),
    }


def _by(revision: Revision, people: dict[str, str]) -> str:
    if revision.kind == Revision.CORRECTION:
        return _("Dikoreksi oleh %(name)s") % {"name": people.get(revision.by, _("administrator"))}
    return _("Data awal aplikasi") if revision.kind == Revision.STARTER else _("Dimuat dari tabel")


def _unclear(rules: Iterable[RiskRule]) -> Iterable[bool]:
    """Whether two levels stand for the same scope, scale and parameter: nobody may choose between them."""
    seen = dict[str, str]()
    for rule in rules:
        yield seen.setdefault(catalog.cell_of(rule), rule.risk) != rule.risk


# Conversions -------------------------------------------------------------------------------------------------------


def _next(kbli: Kbli) -> Iterable[list[MoveRow]]:
    for version, following in pairwise(VERSIONS):
        if version == kbli.version:
            yield [_to(move, following) for move in catalog.conversions(kbli.version, kbli.code, following)]


def _to(move: KbliMove, version: str) -> MoveRow:
    if move.to is None:
        return MoveRow(
            _("Tidak punya penerus di KBLI %(version)s") % {"version": version}, "", move.confirmed
        )
    return _moved(move.to, move.confirmed)


def _from(move: KbliMove) -> MoveRow:
    return _moved(move.of, move.confirmed)


def _moved(kbli: Kbli, sure: bool) -> MoveRow:
    text = _("KBLI %(version)s: %(code)s %(title)s") % {
        "version": kbli.version, "code": kbli.code, "title": kbli.title
    }  # fmt: skip
    return MoveRow(text, reverse("desk:catalog_code", args=[kbli.version, kbli.code]), sure)
