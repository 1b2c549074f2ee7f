# SPDX-License-Identifier: Apache-2.0
"""A kegiatan usaha as its form answers it: what follows from the answers, by rule.

An item is a plain mapping: question id -> answer, as `form.toml` of the perizinan berusaha asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def applies(answers: Mapping[str, Any]) -> frozenset[str]:
    """Which bound statements of the form these answers call for (core.forms.APPLIES); none for a closing."""
    found = set()
    for item in () if answers.get("jenis") == CLOSE else answers.get("kegiatan", ()):
        found.add("usaha")
        row = item.get("risiko") or {}
        if row.get("scale") in (Scale.MICRO, Scale.SMALL):
            found.add("umk")
        if item.get("lingkungan") == SPPL:
            found.add("sppl")
        if row and PRODUCTS[Risk(row["risk"])] != (NIB,):
            found.add("standar")
    return frozenset(found)
