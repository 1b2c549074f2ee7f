# SPDX-License-Identifier: Apache-2.0
"""The tables an office imports: KBLI codes, conversions, risk, authority. Reading them, and telling what differs.

A table is CSV in UTF-8 with a head row. It is read whole: every bad row is named with its line, and one bad row is
enough to take nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from satupintu.core.risk import ALL, CALLED, Risk, RiskRow, Scale

KBLI, MOVES, RISK, AUTHORITY = "kbli", "kbli-map", "risk", "authority"
LONGEST_TITLE, LONGEST_SCOPE, LONGEST_NAME = 250, 250, 120
MOST_DAYS = 999
UNREAD = "(not shown)"
"""Scope of a row whose source did not show it: which activity it is about is not known, so it is not taken."""

LEVELS: Mapping[str, Risk] = {name.lower(): level for level, name in CALLED.items()} | {
    level.value.lower(): level for level in Risk
}
SPELLINGS: Mapping[str, str] = {
    "bupati/walikota": "Bupati/Wali Kota",
    "bupati/wali kota": "Bupati/Wali Kota",
    "gubernur": "Gubernur",
    "menteri/kepala badan": "Menteri/Kepala Badan",
}
"""The three authorities of PP 28/2025 as they are written here, by how lists write them."""

_CODE = re.compile(r"[0-9]{5}")
_GROUP = re.compile(r"[A-Z]|[0-9]{2,4}")
_VERSION = re.compile(r"kbli(20[0-9]{2})")
Row = TypeVar("Row", bound=Hashable)
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row. line: as an editor counts; 1 is the head."""

    line: int
    words: str

    def __str__(self) -> str:
        return f"Baris {self.line}: {self.words}"


class Unfit(Exception):
    """The table cannot be taken. problems: every bad row, in Indonesian."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(str(self.problems[0]))


@dataclass(frozen=True, slots=True)
class Title:
    """A KBLI code and what it is called."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Move:
    """One part of what became of a code. to: "" where it has no code any more."""

    code: str
    to: str
    change: str = ""
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Authority:
    """Who issues for a code under a condition."""

    code: str
    authority: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """A table as it was read. version: of its codes; to_version: of a conversion's other side, else "".

    lines: row -> line, to name a row that the data base cannot take. passed: how many rows were passed over, by why.
    """

    table: str
    version: str
    rows: tuple[Row, ...]
    lines: Mapping[Row, int]
    passed: Mapping[str, int]
    to_version: str = ""


# Reading -----------------------------------------------------------------------------------------------------------


class _Bad(Exception):
    """This row cannot be taken; the message says why."""


class _Pass(Exception):
    """This row is passed over; the message says why."""


def read(table: str, text: str, version: str = "") -> Listing[Any]:
    """The table of this name. text: its CSV. version: of its codes where the head does not say it. Raises Unfit."""
    return _READERS[table](text, version)


def _titles(text: str, version: str) -> Listing[Title]:
    def made(cell: Mapping[str, str]) -> Title:
        code = cell["code"]
        if _GROUP.fullmatch(code):
            raise _Pass("golongan di atas lima angka")
        return Title(_code(code), _filled(cell["title"], "judul", LONGEST_TITLE))

    ignored = {"section", "level", "parent", "in_bps_official", "in_bps_api", "in_oss"}
    rows = _Rows(text, {"code", "title"}, ignored)
    return rows.listing(KBLI, version, made, lambda row: row.code)


def _moves(text: str, version: str) -> Listing[Move]:
    rows = _Rows(
        text, set(), {"method", "change_type_of_2025", "in_dpb_unpad", "in_bps_change_list", "change", "confirmed"}
    )  # fmt: skip
    versions = sorted(found[1] for name in rows.head if (found := _VERSION.fullmatch(name)))
    if len(versions) != 2:
        raise Unfit([Problem(1, "Perlu dua kolom kode, misalnya kbli2020 dan kbli2025.")])
    old, new = versions
    sure = {"table5a+5b", "same_code_same_title"}

    def made(cell: Mapping[str, str]) -> Move:
        code, to = cell[f"kbli{old}"], cell[f"kbli{new}"]
        if _GROUP.fullmatch(code):
            raise _Pass("asalnya golongan, bukan kode lima angka")
        seen = cell.get("in_dpb_unpad", "1") == "1" and cell.get("method", "table5a+5b") in sure
        change = cell.get("change") or cell.get("change_type_of_2025", "")
        return Move(
            _code(code), to and _code(to), _fits(change, "perubahan", 60), seen and cell.get("confirmed", "1") == "1"
        )  # fmt: skip

    return rows.listing(MOVES, old, made, lambda row: (row.code, row.to), to_version=new)


def _risks(text: str, version: str) -> Listing[RiskRow]:
    told = {"scope", "parameter", "authority", "sla_days", "requirements", "obligations", "basis", "assumed"}
    ignored = {"levels_for_scale", "sla_listed", "licences_listed", "licence", "source", "note"}
    rows = _Rows(text, {"scale", "risk"}, told | ignored, codes=True)
    version = version or ("2025" if {"kbli", "kbli2025"} & set(rows.head) else "2020")
    column = _column(rows.head, version)

    def made(cell: Mapping[str, str]) -> list[RiskRow]:
        if not cell[column] and column != "kbli":
            raise _Pass(f"tidak punya kode KBLI {version}")
        if cell.get("scope") == UNREAD:
            raise _Pass("ruang lingkupnya tidak terbaca di sumbernya")
        row = _risk(cell, version, _code(cell[column]))
        return [row(scale) for scale in _scales(cell["scale"])]

    return rows.listing(
        RISK, version, made, lambda row: (row.code, row.scope, row.scale, row.parameter, row.risk)
    )


def _risk(cell: Mapping[str, str], version: str, code: str) -> Callable[[Scale], RiskRow]:
    level = LEVELS.get(cell["risk"].lower())
    if level is None:
        raise _Bad(f"“{cell['risk'][:30]}” bukan tingkat risiko. Tulis Rendah, Menengah Rendah, Menengah Tinggi, atau Tinggi.")  # fmt: skip
    basis, authority = _fits(cell.get("basis", ""), "dasar", 300), _authority(cell.get("authority", ""))
    scope = _fits(cell.get("scope", ""), "ruang lingkup", LONGEST_SCOPE) or ALL
    parameter = _fits(cell.get("parameter", ""), "parameter", LONGEST_SCOPE) or ALL
    days, assumed = _days(cell.get("sla_days", "")), cell.get("assumed", "1") != "0"
    requirements, obligations = _items(cell.get("requirements", "")), _items(cell.get("obligations", ""))
    if not assumed and not basis:
        raise _Bad("data resmi (assumed 0) harus punya dasar hukum.")

    def of(scale: Scale) -> RiskRow:
        return RiskRow(
            version, code, scope, scale, parameter, level, authority, days, requirements, obligations, basis, assumed
        )  # fmt: skip

    return of


def _authorities(text: str, version: str) -> Listing[Authority]:
    rows = _Rows(text, {"authority", "parameter"}, {"source", "note"}, codes=True)
    version = version or next((found[1] for name in rows.head if (found := _VERSION.fullmatch(name))), "2025")
    column = _column(rows.head, version)

    def made(cell: Mapping[str, str]) -> Authority:
        name = _filled(_authority(cell["authority"]), "kewenangan", LONGEST_NAME)
        parameter = _fits(re.sub(r"\s*/\s*", "/", cell["parameter"]), "parameter", LONGEST_SCOPE)
        return Authority(_code(cell[column]), name, parameter or ALL)

    # The source's own near-duplicates ("Kabupaten/ kota") are one condition.
    return rows.listing(
        AUTHORITY, version, made,
        lambda row: (row.code, row.authority, row.parameter.casefold()), twice_is_once=True,
    )  # fmt: skip


_READERS: Mapping[str, Callable[[str, str], Listing[Any]]] = {
    KBLI: _titles,
    MOVES: _moves,
    RISK: _risks,
    AUTHORITY: _authorities,
}


class _Rows:
    """The rows of a table below its head, columns in any order."""

    def __init__(self, text: str, needed: set[str], known: set[str], *, codes: bool = False) -> None:
        self._lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
        self.head = next(self._lines, [])
        missing = sorted(needed - set(self.head))
        odd = [n for n in self.head if n not in needed | known and n != "kbli" and not _VERSION.fullmatch(n)]
        if codes and not any(name == "kbli" or _VERSION.fullmatch(name) for name in self.head):
            missing.append("kbli")
        wrong = [f"Kolom {', '.join(missing)} tidak ada."] if missing else []
        wrong += [f"Kolom tidak dikenal: {', '.join(name[:30] for name in odd)}."] if odd else []
        wrong += ["Ada kolom yang tertulis dua kali."] if len(set(self.head)) < len(self.head) else []
        if wrong:
            raise Unfit([Problem(1, " ".join(wrong))])

    def _cells(self) -> Iterator[tuple[int, Mapping[str, str] | None]]:
        """(line, cells by column); None where their number is not that of the head."""
        try:
            for row in self._lines:
                if row:
                    right = len(row) == len(self.head)
                    cells = (
                        dict(zip(self.head, (" ".join(c.split()) for c in row), strict=True))
                        if right
                        else None
                    )
                    yield self._lines.line_num, cells
        except csv.Error:
            raise Unfit([Problem(self._lines.line_num, "tanda kutip atau kolomnya tidak beres.")]) from None

    def listing(
        self,
        table: str,
        version: str,
        made: Callable[[Mapping[str, str]], Any],
        key: Callable[[Any], Hashable],
        *,
        to_version: str = "",
        twice_is_once: bool = False,
    ) -> Listing[Any]:
        """Each row made into its value or values. Raises Unfit with every row that is wrong."""
        found: dict[Hashable, Any] = {}
        lines, passed, problems = dict[Any, int](), dict[str, int](), list[Problem]()
        for line, cells in self._cells():
            try:
                if cells is None:
                    raise _Bad("banyaknya kolom tidak sama dengan judulnya.")
                if any("\0" in cell for cell in cells.values()):
                    raise _Bad("ada tanda yang tidak dapat dibaca.")
                some = made(cells)
                for row in some if isinstance(some, list) else [some]:
                    if key(row) in found and not twice_is_once:
                        raise _Bad(f"sama dengan baris {lines[found[key(row)]]}. Hapus salah satu.")
                    if found.setdefault(key(row), row) is row:
                        lines[row] = line
            except _Bad as bad:
                problems.append(Problem(line, str(bad)))
            except _Pass as why:
                passed[str(why)] = passed.get(str(why), 0) + 1
        if not found and not problems:
            problems.append(Problem(1, "Tidak ada satu baris pun yang dapat dimuat. Periksa isi berkasnya."))
        if problems:
            raise Unfit(problems)
        return Listing(table, version, tuple(found.values()), lines, passed, to_version)


def _column(head: list[str], version: str) -> str:
    if f"kbli{version}" in head and not (version != "2025" and "kbli" in head):
        return f"kbli{version}"
    if "kbli" not in head or (version != "2025" and _VERSION.search(" ".join(head))):
        raise Unfit([Problem(1, f"Berkas ini tidak memuat kode KBLI {version}.")])
    return "kbli"


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise _Bad(f"“{text[:20]}” bukan kode KBLI lima angka.")
    return text


def _fits(text: str, called: str, longest: int) -> str:
    if len(text) > longest:
        raise _Bad(f"{called} lebih dari {longest} huruf.")
    return text


def _filled(text: str, called: str, longest: int) -> str:
    if not text:
        raise _Bad(f"{called} kosong.")
    return _fits(text, called, longest)


def _authority(text: str) -> str:
    return _fits(SPELLINGS.get(re.sub(r"\s*/\s*", "/", text).lower(), text), "kewenangan", LONGEST_NAME)


def _days(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise _Bad(f"“{text[:20]}” bukan banyaknya hari kerja (0 sampai {MOST_DAYS}).")
    return int(text)


def _items(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _scales(text: str) -> list[Scale]:
    if text == ALL:
        return list(Scale)
    try:
        return [Scale(part) for part in _items(text.lower())] or [Scale(text)]
    except ValueError:
        raise _Bad(f"“{text[:30]}” bukan skala usaha. Tulis mikro, kecil, menengah, atau besar.") from None


# What differs ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference(Generic[Row]):
    """What a new table changes. kept: rows an administrator has corrected, which the table would have replaced."""

    new: tuple[Row, ...]
    changed: tuple[tuple[tuple[Row, ...], tuple[Row, ...]], ...]
    ended: tuple[Row, ...]
    kept: tuple[Row, ...] = ()
    same: int = 0

    @property
    def nothing(self) -> bool:
        return not (self.new or self.changed or self.ended)

    @property
    def counts(self) -> dict[str, int]:
        return {one.name: len(getattr(self, one.name)) for one in fields(self) if one.name != "same"} | {
            "same": self.same
        }


def differ(
    before: Iterable[Row], after: Iterable[Row], key: Callable[[Row], Hashable], *, kept: Iterable[Row] = ()
) -> Difference[Row]:
    """What changes where the rows `before` give way to `after`. key: what stays the same while a row changes.

    Several rows may share a key (a risk at two levels); they change together.
    """
    old, new = _grouped(before, key), _grouped(after, key)
    changed = [(old[k], new[k]) for k in new if k in old and set(old[k]) != set(new[k])]
    return Difference(
        tuple(row for k, rows in new.items() if k not in old for row in rows),
        tuple(changed),
        tuple(row for k, rows in old.items() if k not in new for row in rows),
        tuple(kept),
        sum(len(rows) for k, rows in new.items() if k in old) - sum(len(rows) for _, rows in changed),
    )


def _grouped(rows: Iterable[Made], key: Callable[[Made], Hashable]) -> dict[Hashable, tuple[Made, ...]]:
    found: dict[Hashable, list[Made]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return {k: tuple(some) for k, some in found.items()}
