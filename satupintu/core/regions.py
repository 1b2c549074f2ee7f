# SPDX-License-Identifier: Apache-2.0
"""Regions by Kemendagri code (province, regency, district, village): reading their lists, and finding by name.

A code says where its region lies: 61.02.01.2001 is in district 61.02.01, regency 61.02, province 61.
Source: Permendagri 72/2019 and its successors, for the form of the codes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from satupintu.core import search

PROVINCE, REGENCY, DISTRICT, VILLAGE = 1, 2, 3, 4
LONGEST = 120
MOST_WORDS = 5
SHORT, SHORTEST = 3, 2
"""Two letters begin so many names that they must be a whole one; one is no search yet."""

_SIZES = {2: PROVINCE, 5: REGENCY, 8: DISTRICT, 13: VILLAGE}
_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")
_KINDS = frozenset(["desa", "kel", "kelurahan", "kec", "kecamatan", "kab", "kabupaten", "prov", "provinsi"])
"""Words for what a region is, not what it is called."""


@dataclass(frozen=True, slots=True)
class List:
    """One of the four lists: its file, its level, and the column that names the parent ("" for provinces)."""

    file: str
    level: int
    parent: str
    called: str


LISTS = (
    List("provinces.csv", PROVINCE, "", "provinsi"),
    List("regencies.csv", REGENCY, "province_code", "kabupaten/kota"),
    List("districts.csv", DISTRICT, "regency_code", "kecamatan"),
    List("villages.csv", VILLAGE, "district_code", "desa/kelurahan"),
)


@dataclass(frozen=True, slots=True)
class Region:
    """A row of the lists. parent: code of the region it lies in, "" for a province."""

    code: str
    name: str
    parent: str

    @property
    def level(self) -> int:
        return level(self.code)


class Unfit(Exception):
    """The lists cannot be taken; the message says which line and how to mend it, in Indonesian."""


def level(code: str) -> int:
    """1 province, 2 regency or city, 3 district, 4 village. code: in its form with dots."""
    return _SIZES[len(code)]


def above(code: str) -> Iterator[str]:
    """The code itself, then the regions it lies in, up to the province."""
    return (code[:size] for size in (13, 8, 5, 2) if size <= len(code))


# Reading the lists -------------------------------------------------------------------------------------------------


def read(texts: Mapping[str, str]) -> list[Region]:
    """The regions of the four lists, parents first. texts: file name -> its CSV.

    Raises Unfit where a column is missing or unknown, a code is no code or stands twice, a parent is not there, or
    a list is empty.
    """
    found: dict[str, Region] = {}
    for one in LISTS:
        before = len(found)
        for line, row in _rows(one, texts.get(one.file, "")):
            region = _region(one, line, row)
            if region.code in found:
                raise Unfit(f"{one.file} baris {line}: kode {region.code} tertulis dua kali.")
            if region.parent and region.parent not in found:
                raise Unfit(f"{one.file} baris {line}: induk {region.parent} tidak ada di daftar di atasnya.")
            found[region.code] = region
        if len(found) == before:
            raise Unfit(f"{one.file}: tidak ada satu pun {one.called} di dalamnya. Periksa isi berkasnya.")
    return list(found.values())


def _rows(one: List, text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """(line, [code, name, parent]) of a list, its columns in any order."""
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    wanted = ["code", "name", *([one.parent] if one.parent else [])]
    head = next(lines, [])
    if sorted(head) != sorted(wanted):
        odd = sorted(set(head) - set(wanted))
        why = f"Kolom tidak dikenal: {', '.join(odd)}. " if odd else ""
        raise Unfit(f"{one.file}: {why}Kolomnya harus {', '.join(wanted)}.")
    order = [head.index(name) for name in wanted]
    for row in lines:
        if len(row) != len(head):
            raise Unfit(f"{one.file} baris {lines.line_num}: banyaknya kolom tidak sama dengan judulnya.")
        yield lines.line_num, [row[at] for at in order]


def _region(one: List, line: int, row: Sequence[str]) -> Region:
    code, name, parent = row[0].strip(), " ".join(row[1].split()), "".join(row[2:]).strip()
    if not _CODE.fullmatch(code) or level(code) != one.level:
        raise Unfit(f"{one.file} baris {line}: “{code[:20]}” bukan kode {one.called}.")
    if not name or len(name) > LONGEST:
        raise Unfit(f"{one.file} baris {line}: nama kosong atau lebih dari {LONGEST} huruf.")
    if parent != code.rpartition(".")[0]:
        raise Unfit(f"{one.file} baris {line}: kode {code} tidak terletak di {parent or 'induk mana pun'}.")
    return Region(code, name, parent)


# Finding by name -----------------------------------------------------------------------------------------------------


def beginnings(name: str) -> tuple[str, ...]:
    """What a name is found by: all of it without spaces, and the same from each later word on.

    "Sungai Pinyuh" -> sungaipinyuh, pinyuh: whoever types sungai, pinyuh, or sungaipin finds it.
    """
    parts = _called(name)
    return tuple(dict.fromkeys("".join(parts[at:])[: search.WORD_LENGTH] for at in range(len(parts))))


def readings(text: str) -> Iterator[tuple[str, ...]]:
    """The ways to read what was typed, the plainest first: as it stands, then with two neighbours as one word."""
    typed = tuple(word for word in _called(text) if len(word) >= SHORTEST)[:MOST_WORDS]
    if typed:
        yield typed
    for at in range(len(typed) - 1):
        yield (*typed[:at], typed[at] + typed[at + 1], *typed[at + 2 :])


def whole(text: str) -> str:
    """What was typed as one beginning: a village with exactly this name comes first."""
    return "".join(_called(text))[: search.WORD_LENGTH]


def _called(text: str) -> tuple[str, ...]:
    """The words of a name without what it is; of "Kecamatan" alone, that."""
    parts = search.words(text.replace('"', "").replace("'", ""))
    return tuple(word for word in parts if word not in _KINDS) or parts


def places(
    found: Sequence[Collection[str]], of_level: int, *, first: Callable[[str], object] = bool
) -> list[str]:
    """The codes of this level that every word speaks of, best first.

    found: for each typed word, the codes of the regions that it begins. A word may also speak of a region around,
    but one at least must be the place's own. Those with more words of their own come first, then by `first` (false
    before true), then by code.
    """
    size = next(size for size, one in _SIZES.items() if one == of_level)
    of_all = [frozenset(codes) for codes in found]
    own = {code for codes in of_all for code in codes if len(code) == size}
    fit = [code for code in own if all(any(up in codes for up in above(code)) for codes in of_all)]
    return sorted(fit, key=lambda code: (-told(of_all, code), first(code), code))


def told(found: Sequence[Collection[str]], code: str) -> int:
    """How many of the words speak of this very place, not only of what is around it."""
    return sum(code in codes for codes in found)
