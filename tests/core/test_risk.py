# SPDX-License-Identifier: Apache-2.0
"""The scale of a business and the risk of an activity: boundaries, and nothing guessed."""

from __future__ import annotations

import pytest

from satupintu.core.risk import (
    ALL,
    PRODUCTS,
    Ask,
    Found,
    Risk,
    RiskRow,
    Scale,
    Unknown,
    lookup,
    scale_of,
    verified_first,
)  # fmt: skip

MILLIARD = 1_000_000_000


def row(risk: Risk, *, scope: str = ALL, scale: Scale = Scale.MICRO, parameter: str = ALL) -> RiskRow:
    return RiskRow("2025", "56101", scope, scale, parameter, risk)


@pytest.mark.parametrize(
    ("capital", "scale"),
    [
        (0, Scale.MICRO), (MILLIARD, Scale.MICRO), (MILLIARD + 1, Scale.SMALL), (5 * MILLIARD, Scale.SMALL),
        (5 * MILLIARD + 1, Scale.MEDIUM), (10 * MILLIARD, Scale.MEDIUM), (10 * MILLIARD + 1, Scale.LARGE),
    ],
)  # fmt: skip
def test_a_scale_holds_up_to_and_with_its_ceiling(capital: int, scale: Scale) -> None:
    assert scale_of(capital) is scale


def test_one_row_is_found_and_what_it_depends_on_is_asked() -> None:
    rows = [
        row(Risk.LOW, scope="A. kedai"),
        row(Risk.HIGH, scope="B. bar"),
        row(Risk.MEDIUM_LOW, scale=Scale.SMALL),
    ]
    assert lookup(rows, scale=Scale.MICRO) == Ask("scope", ("A. kedai", "B. bar"))
    assert lookup(rows, scale=Scale.MICRO, scope="hotel") == Ask("scope", ("A. kedai", "B. bar"))
    assert lookup(rows, scale=Scale.MICRO, scope="B. bar") == Found(rows[1])
    assert lookup(rows, scale=Scale.SMALL) == Found(rows[2])


def test_the_parameter_is_asked_within_the_scope() -> None:
    rows = [
        row(Risk.LOW, scope="A"), row(Risk.MEDIUM_HIGH, scope="B", parameter="< 50 ha"),
        row(Risk.HIGH, scope="B", parameter="≥ 50 ha"),
    ]  # fmt: skip
    assert isinstance(lookup(rows, scale=Scale.MICRO, scope="A"), Found)
    assert lookup(rows, scale=Scale.MICRO, scope="B") == Ask("parameter", ("< 50 ha", "≥ 50 ha"))
    assert lookup(rows, scale=Scale.MICRO, scope="B", parameter="≥ 50 ha") == Found(rows[2])


def test_what_is_missing_or_said_twice_is_never_guessed() -> None:
    assert lookup([], scale=Scale.MICRO) == Unknown("no-row")
    assert lookup([row(Risk.LOW)], scale=Scale.LARGE) == Unknown("no-scale")
    assert lookup([row(Risk.LOW), row(Risk.HIGH)], scale=Scale.MICRO) == Unknown("two-levels")


def test_only_what_is_verified_first_waits() -> None:
    assert [risk.value for risk in Risk if verified_first(risk)] == ["MT", "T"]
    assert PRODUCTS[Risk.LOW] == ("nib",)
    assert PRODUCTS[Risk.HIGH] == ("nib", "izin")
