# SPDX-License-Identifier: Apache-2.0
"""What every paper says of money, in one place: no sheet may call a service free that is not."""

from __future__ import annotations

from satupintu.core.package import Tariff
from satupintu.ui.formats import rupiah


def fee_words(tariff: Tariff | None) -> str:
    """What a service costs; "tidak dipungut biaya" only where the tariff of the day is nought."""
    if tariff is None:
        return "Tanyakan tarif resmi kepada kantor"
    if tariff.amount_rupiah == 0:
        return "Tidak dipungut biaya"
    return f"Biaya {rupiah(tariff.amount_rupiah)}"
