# SPDX-License-Identifier: Apache-2.0
"""The risk of a business activity: looked up, asked for or refused with the reason, never guessed.

A row of the catalogue says it for KBLI version x code x scope x scale x parameter. Source: PP 28/2025 art. 124-133 and
Lampiran I; design §4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

ALL = "*"
"""Scope or parameter of a row that holds for every one."""


class Risk(StrEnum):
    """The four levels, by the codes of the OSS export (domain §1.2), the lowest first."""

    LOW = "R"
    MEDIUM_LOW = "MR"
    MEDIUM_HIGH = "MT"
    HIGH = "T"


CALLED: Mapping[Risk, str] = {
    Risk.LOW: "Rendah",
    Risk.MEDIUM_LOW: "Menengah Rendah",
    Risk.MEDIUM_HIGH: "Menengah Tinggi",
    Risk.HIGH: "Tinggi",
}
"""The official names of the levels (PP 28/2025 art. 128)."""


class Scale(StrEnum):
    """Skala usaha (PP 7/2021 art. 35), the smallest first."""

    MICRO = "mikro"
    SMALL = "kecil"
    MEDIUM = "menengah"
    LARGE = "besar"


CEILINGS: Mapping[Scale, int] = {
    Scale.MICRO: 1_000_000_000,
    Scale.SMALL: 5_000_000_000,
    Scale.MEDIUM: 10_000_000_000,
}
"""Capital in rupiah, without land and building of the place of business, up to and with which a scale holds.

Source: PP 7/2021 art. 35 paragraph 3.
"""


def scale_of(capital: int) -> Scale:
    """The scale of a business with this capital. capital: rupiah, without land and building; >= 0."""
    return next((scale for scale, most in CEILINGS.items() if capital <= most), Scale.LARGE)


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One row of the catalogue. days: working days of the authority's verification; 0 at once, None not said.

    requirements: what must be handed in before it is verified; obligations: duties afterwards. basis: its source in
    law. assumed: data of a demonstration, not the rule; whoever shows it says so.
    """

    version: str
    code: str
    scope: str
    scale: Scale
    parameter: str
    risk: Risk
    authority: str = ""
    days: int | None = None
    requirements: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    basis: str = ""
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Exactly one row holds."""

    row: RiskRow


@dataclass(frozen=True, slots=True)
class Ask:
    """It depends on one thing more. field: "scope" or "parameter"; options: what the rows say, in their order."""

    field: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody may say it from these rows. reason: "no-row", "no-scale", "two-levels"."""

    reason: str


def lookup(
    rows: Sequence[RiskRow], *, scale: Scale, scope: str = "", parameter: str = ""
) -> Found | Ask | Unknown:
    """The risk of an activity.

    rows: all of one KBLI code that hold on the day. scope, parameter: what the person chose; "" where he was not asked.
    """
    if not rows:
        return Unknown("no-row")
    left = [row for row in rows if row.scale == scale]
    if not left:
        return Unknown("no-scale")
    for field, chosen in (("scope", scope), ("parameter", parameter)):
        options = tuple(dict.fromkeys(getattr(row, field) for row in left))
        if len(options) > 1 and chosen not in options:
            return Ask(field, options)
        left = [row for row in left if len(options) == 1 or getattr(row, field) == chosen]
    return Found(left[0]) if len({row.risk for row in left}) == 1 else Unknown("two-levels")


NIB, STANDARD, LICENCE = "nib", "ss", "izin"
PRODUCTS: Mapping[Risk, tuple[str, ...]] = {
    Risk.LOW: (NIB,),
    Risk.MEDIUM_LOW: (NIB, STANDARD),
    Risk.MEDIUM_HIGH: (NIB, STANDARD),
    Risk.HIGH: (NIB, LICENCE),
}
"""What each level yields (B14; PP 28/2025 art. 130-133)."""


def verified_first(risk: Risk) -> bool:
    """Whether an authority verifies before the business may operate: until then the product is no permission."""
    return risk in (Risk.MEDIUM_HIGH, Risk.HIGH)
