# SPDX-License-Identifier: Apache-2.0
"""Sheets: from a service folder in memory to PDF/A, and to HTML.

    python bench/sheets.py [--rounds N] [--json]

Each round prints another office's address and other words in the first step and component, so that Typst cannot remember the answer.
The first sheet, which starts the printer's process, does not count. Goal: 300 ms for a sheet.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from satupintu.catalog.sheets import House, house_of_folder, poster, sop, standar  # noqa: E402
from satupintu.core.package import Package, load_folder, read_package  # noqa: E402
from tests.core.fixtures.sheets import made, package  # noqa: E402

REAL = ROOT / "services" / "mempawah" / "sertifikat-standar"
SIZES = ((8, 5), (25, 7), (40, 8))
GOAL_MS = 300


def changed(one: Package, number: int) -> Package:
    """The same folder with other words in its first step and in its first component."""
    steps = dict(one.sop.steps)
    first = one.sop.first
    steps[first.id] = replace(first, activity=f"{first.activity} Perubahan ke-{number}.")
    sop_changed = replace(one, sop=replace(one.sop, steps=steps))
    if one.service is None:
        return sop_changed
    components = dict(one.service.components)
    law = components["dasar_hukum"]
    components["dasar_hukum"] = replace(law, text=f"{law.text}\n8. Perubahan ke-{number}.")
    service = replace(one.service, components=components, summary=f"{one.service.summary} Ke-{number}.")
    return replace(sop_changed, service=service)


def median_ms(make: Callable[[Package, House], object], one: Package, house: House, rounds: int) -> float:
    make(one, house)
    spent = []
    for number in range(rounds):
        other, there = changed(one, number), replace(house, address=f"Jalan Contoh Nomor {number}")
        began = time.perf_counter()
        make(other, there)
        spent.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(spent), 1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    house = house_of_folder(REAL)
    real = read_package(load_folder(REAL), known_sops=None)
    on_a_day: Any = {"day": date(2026, 11, 21), "page": "https://satupintu.example/mempawah/layanan/contoh"}
    figures = {
        "standar_pdf_ms": median_ms(partial(standar.pdf, **on_a_day), real, house, args.rounds),
        "standar_html_ms": median_ms(partial(standar.html, **on_a_day), real, house, args.rounds),
        "poster_pdf_ms": median_ms(partial(poster.pdf, **on_a_day), real, house, args.rounds),
        "sop_pdf_ms": median_ms(sop.pdf, real, house, args.rounds),
        "sop_html_ms": median_ms(sop.html, real, house, args.rounds),
    }
    for steps, columns in SIZES:
        large = package(made(steps, columns))
        figures[f"sop_{steps}x{columns}_pdf_ms"] = median_ms(sop.pdf, large, house, args.rounds)
    if args.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:24} {value:8.1f}   goal {GOAL_MS}")


if __name__ == "__main__":
    main()
