# SPDX-License-Identifier: Apache-2.0
"""A kegiatan usaha as its form answers it: what follows from the answers, by rule.

An item is a plain mapping: question id -> answer, as `form.toml` of the perizinan berusaha asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from satupintu.core.risk import NIB, PRODUCTS, Risk, RiskRow, Scale, scale_of

Item = Mapping[str, Any]

NEW, CHANGE, CLOSE = "baru", "ubah", "tutup"
"""What an application asks for (answer `jenis`)."""

CAPITAL = ("modal-mesin", "modal-kerja", "modal-lain")
GROUNDS = ("modal-tanah", "modal-bangunan")
SPPL, UKL_UPL, AMDAL = "SPPL", "UKL-UPL", "AMDAL"
TO_UPLOAD = (UKL_UPL, AMDAL)


def capital_of(item: Item) -> int | None:
    """Its capital in rupiah without land and building, which settles its scale (PP 7/2021 art. 35); None while unsaid."""
    if item.get("modal-kerja") is None:
        return None
    return sum(int(item.get(name) or 0) for name in CAPITAL)


def scale_of_item(item: Item) -> Scale | None:
    """Its scale; None while its capital is not known."""
    capital = capital_of(item)
    return None if capital is None else scale_of(capital)


def row_as_json(row: RiskRow) -> dict[str, Any]:
    """A row of the risk table as it is kept with an item."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(row).items()}


def row_from_json(kept: Mapping[str, Any]) -> RiskRow:
    """The row again."""
    lists = {name: tuple(kept.get(name, ())) for name in ("requirements", "obligations")}
    return RiskRow(**{**kept, **lists, "scale": Scale(kept["scale"]), "risk": Risk(kept["risk"])})


def environment_of(row: RiskRow) -> tuple[str, ...]:
    """The environmental documents that will do for this row; several where it does not say which.

    What the row names holds. It names none: an SPPL, which is a statement (PP 22/2021 art. 6 and 7).
    """
    said = " ".join(row.requirements).upper().replace("/", "-").replace("UKL UPL", UKL_UPL)
    named = tuple(kind for kind in TO_UPLOAD if kind in said)
    if named:
        return named
    if "PERSETUJUAN LINGKUNGAN" in said:
        return TO_UPLOAD
    return (SPPL,)


def applies(items: Iterable[Item]) -> frozenset[str]:
    """Which bound statements of the form these items call for (core.forms.APPLIES)."""
    found = set()
    for item in items:
        if not item.get("risiko"):
            continue
        row = row_from_json(item["risiko"])
        if row.scale in (Scale.MICRO, Scale.SMALL):
            found.add("umk")
        if item.get("lingkungan") == SPPL:
            found.add("sppl")
        if PRODUCTS[row.risk] != (NIB,):
            found.add("standar")
    return frozenset(found)
