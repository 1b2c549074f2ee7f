# SPDX-License-Identifier: Apache-2.0
"""The 14 components of a service standard: their names, their order, and their texts as blocks.

The one place that the service page, the sheet on the wall and its HTML ask. Pure.
Source: PermenPANRB 15/2014 (service delivery 6, manufacturing 8); order of the single table as in the standards of
Kampar (seeds 000, 001, 003), two tables each numbered from 1 as in the one of Rokan Hulu (seed 002).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from satupintu.core.package import COMPONENTS, Component, ServiceSpec

NAMES = {
    "persyaratan": "Persyaratan",
    "prosedur": "Sistem, mekanisme, dan prosedur",
    "jangka_waktu": "Jangka waktu penyelesaian",
    "biaya": "Biaya/tarif",
    "produk": "Produk pelayanan",
    "pengaduan": "Penanganan pengaduan, saran, dan masukan",
    "dasar_hukum": "Dasar hukum",
    "sarana": "Sarana, prasarana, dan/atau fasilitas",
    "kompetensi": "Kompetensi pelaksana",
    "pengawasan": "Pengawasan internal",
    "jumlah_pelaksana": "Jumlah pelaksana",
    "jaminan_pelayanan": "Jaminan pelayanan",
    "jaminan_keamanan": "Jaminan keamanan dan keselamatan pelayanan",
    "evaluasi": "Evaluasi kinerja pelaksana",
}
DELIVERY = COMPONENTS[:6]
MANUFACTURING = COMPONENTS[6:]
ONE_TABLE = (
    "dasar_hukum", "persyaratan", "prosedur", "jangka_waktu", "biaya", "produk", "sarana", "kompetensi",
    "pengawasan", "pengaduan", "jumlah_pelaksana", "jaminan_pelayanan", "jaminan_keamanan", "evaluasi",
)  # fmt: skip

_ITEM = re.compile(r"(\d{1,3})[.)]\s+(.*)")
_BELOW = re.compile(r"(?:[-•*]|([a-z])[.)])\s+(.*)")


@dataclass(frozen=True, slots=True)
class Row:
    """A component as a row of the sheet. number: as printed, from 1 in each table."""

    number: int
    id: str
    name: str
    component: Component


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the sheet. title: empty where all components stand in one table; english: its name in the rule."""

    title: str
    english: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered line of a component. number: as its author wrote it; below: lines under it, with their mark."""

    number: str
    text: str
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (text), or a list of numbered lines (items): never both."""

    text: str = ""
    items: tuple[Item, ...] = ()


def parts(service: ServiceSpec) -> tuple[Part, ...]:
    """The 14 components in one table or two, as the office prints them (`sheet` in service.toml)."""
    if service.sheet == "one":
        return (Part("", "", _rows(service, ONE_TABLE)),)
    return (
        Part("Penyampaian pelayanan", "service delivery", _rows(service, DELIVERY)),
        Part("Pengelolaan pelayanan di dalam organisasi", "manufacturing", _rows(service, MANUFACTURING)),
    )


def _rows(service: ServiceSpec, names: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple(
        Row(number, name, NAMES[name], service.components[name]) for number, name in enumerate(names, start=1)
    )


def blocks(text: str) -> tuple[Block, ...]:
    """A component's text as paragraphs and lists.

    A line "1. …" is an item, "a. …" or "- …" after it stands below it; every other line is a paragraph of its own.
    """
    found: list[Block] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        open_items = found[-1].items if found else ()
        if item := _ITEM.fullmatch(line):
            items = (*open_items, Item(item[1], item[2]))
        elif open_items and _BELOW.fullmatch(line):
            *before, last = open_items
            items = (*before, Item(last.number, last.text, (*last.below, line)))
        else:
            found.append(Block(text=line))
            continue
        if open_items:
            found.pop()
        found.append(Block(items=items))
    return tuple(found)
