# SPDX-License-Identifier: Apache-2.0
"""The tables of KBLI, conversions, risk and authority: taking them over, once and again, and asking them."""

from __future__ import annotations

from datetime import date

import pytest

from satupintu.catalog import actions, queries
from satupintu.catalog.models import RiskRule
from satupintu.core import reference
from satupintu.core.access import system
from satupintu.core.risk import Ask, Found, Risk, Scale, Unknown
from tests import factories as f

pytestmark = pytest.mark.django_db
DAY = f.AT.date()
CURRENT = queries.CURRENT_KBLI


def take(table: str, text: str, version: str = "", day: date = DAY) -> reference.Difference[object]:
    return actions.load(system(f.AT), reference.read(table, text, version), day=day)


def test_the_starter_set_answers_asks_and_never_guesses() -> None:
    found = queries.risk_of(CURRENT, "47112", scale=Scale.MICRO, day=DAY)
    assert isinstance(found, Found)
    assert (found.row.risk, found.row.assumed) == (Risk.LOW, True)
    assert "contoh" in found.row.basis.lower()
    asked = queries.risk_of(CURRENT, "86105", scale=Scale.MICRO, day=DAY)
    assert asked == Ask("scope", ("Klinik utama", "Klinik pratama")) or isinstance(asked, Ask)
    pratama = queries.risk_of(CURRENT, "86105", scale=Scale.MICRO, scope="Klinik pratama", day=DAY)
    assert isinstance(pratama, Found)
    assert pratama.row.risk == Risk.MEDIUM_HIGH
    assert pratama.row.requirements
    assert queries.risk_of(CURRENT, "99999", scale=Scale.MICRO, day=DAY) == Unknown("no-row")
    courier = queries.risk_of(CURRENT, "53200", scale=Scale.MICRO, day=DAY)
    assert isinstance(courier, Ask)
    assert courier.field == "parameter"
    assert {rule.risk for rule in RiskRule.objects.all()} == {"R", "MR", "MT", "T"}


def test_people_find_a_code_by_their_own_words_and_read_what_it_is_not() -> None:
    first = queries.kbli_search(CURRENT, "warung kopi")[0]
    assert (first.code, first.version, first.retired) == ("56303", CURRENT, False)
    assert first.explained.startswith("Ini untuk menyajikan kopi")
    assert "bukan" in first.explained
    assert "(56101)" in first.explained
    assert queries.kbli_search(CURRENT, "londry kiloan 24 jam")[0].code == "96100"
    assert queries.kbli_search(CURRENT, "56303")[0].code == "56303"
    assert queries.kbli_search(CURRENT, "") == []
