# SPDX-License-Identifier: Apache-2.0
"""Finding a KBLI code in people's words, with what it is for and what it is not for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from django.db.models import Count, Max

from satupintu.catalog.folders import PACKAGE
from satupintu.catalog.kbli import CURRENT_KBLI, conversions
from satupintu.catalog.models import Kbli, KbliMove, Revision
from satupintu.core import kbli_search as search
from satupintu.core.kbli_search import Saying

SAYINGS = PACKAGE / "catalog" / "data" / "kata-kbli.csv"
VERSIONS = ("2017", "2020", "2025")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A code that may be meant. why: what it is for, in words; neighbours: what is easily taken for it but is not.

    retired: it cannot be chosen any more; successors: what it became, "55909 Penyediaan Akomodasi Lainnya YTDL".
    """

    code: str
    title: str
    version: str
    why: str = ""
    neighbours: tuple[str, ...] = ()
    retired: bool = False
    successors: tuple[str, ...] = ()

    @property
    def explained(self) -> str:
        """One sentence: "Ini untuk …, bukan …"; "" where nothing more than the title is known."""
        if not self.neighbours:
            return self.why and f"{self.why}."
        *most, last = self.neighbours
        others = f"{', '.join(most)} atau {last}" if most else last
        return f"{self.why}, bukan {others}."


def kbli_search(version: str, words: str, *, limit: int = 6) -> list[Suggestion]:
    """The codes of a version that these words or figures may mean, best first.

    A code of an older version that was typed leads to its successors; codes of an older version name theirs.
    """
    newest = Revision.objects.aggregate(n=Max("pk"))["n"] or 0
    rows = Kbli.objects.filter(version=version, valid_to=None).aggregate(n=Count("pk"))["n"]
    shelf = _shelf(version, newest, rows)
    typed = [part for part in re.findall(r"[0-9]+", words) if len(part) == search.CODE]
    found = [_suggestion(version, shelf, hit.code) for hit in shelf.index.search(words, limit)]
    found = (
        [*_gone(version, typed), *found] if version != CURRENT_KBLI else _led(version, shelf, typed, found)
    )
    once = {one.code: one for one in reversed(found)}
    ordered = list(dict.fromkeys(one.code for one in found))[:limit]
    return [_followed(once[code]) for code in ordered]


@dataclass(frozen=True, slots=True)
class _Shelf:
    index: search.Index
    titles: Mapping[str, str]
    sayings: Mapping[str, Saying]


@lru_cache(maxsize=1)
def _sayings() -> tuple[Saying, ...]:
    return search.read_sayings(SAYINGS.read_text("utf-8"))


@lru_cache(maxsize=1)
def _by_code() -> Mapping[str, Saying]:
    """By the codes in which the data file names neighbours."""
    return {code: saying for saying in _sayings() for code in saying.codes[CURRENT_KBLI]}


@lru_cache(maxsize=len(VERSIONS))
def _shelf(version: str, _newest: int, _rows: int) -> _Shelf:
    """The index of a version as its tables stand; made again once a list was taken over."""
    said = {code: saying for saying in _sayings() for code in saying.codes.get(version, ())}
    rows = Kbli.objects.filter(version=version, valid_to=None).order_by("code")
    entries = [search.Entry(row.code, row.title, tuple(_called(row, said.get(row.code)))) for row in rows]
    return _Shelf(search.Index(entries), {row.code: row.title for row in entries}, said)


def _called(row: Kbli, saying: Saying | None) -> Iterable[str]:
    own = (part.strip() for part in row.words.split(","))
    return dict.fromkeys([*(saying.words if saying else ()), *(part for part in own if part)])


def _suggestion(version: str, shelf: _Shelf, code: str) -> Suggestion:
    saying = shelf.sayings.get(code)
    if saying is None:
        return Suggestion(code, shelf.titles[code], version)
    return Suggestion(
        code, shelf.titles[code], version, f"Ini untuk {saying.use}", tuple(_neighbours(version, shelf, saying))
    )  # fmt: skip


def _neighbours(version: str, shelf: _Shelf, saying: Saying) -> Iterable[str]:
    for other in (_by_code()[code] for code in saying.unlike if code in _by_code()):
        code = next((code for code in other.codes.get(version, ()) if code in shelf.titles), "")
        if code and shelf.sayings.get(code) is not saying:
            yield f"{other.use} ({code})"


# Codes that are no more --------------------------------------------------------------------------------------------


def _led(version: str, shelf: _Shelf, typed: list[str], found: list[Suggestion]) -> list[Suggestion]:
    """Before what was found: the code itself, then what the same figures of older versions became."""
    exact = [one for one in found if one.code in typed]
    led = []
    for code in typed:
        for older in reversed(VERSIONS[: VERSIONS.index(version)]):
            for move in conversions(older, code, version):
                if move.to is not None and move.to.code in shelf.titles and move.to.code != code:
                    sure = "" if move.confirmed else ", belum dipastikan"
                    told = f"Kode {code} di KBLI {older} kini menjadi kode ini{sure}"
                    led.append(replace(_suggestion(version, shelf, move.to.code), why=told, neighbours=()))
    return [*_gone(version, typed), *exact, *led, *found]


def _gone(version: str, typed: list[str]) -> list[Suggestion]:
    """What was typed and no longer stands in this version."""
    rows = Kbli.objects.filter(version=version, code__in=typed, valid_to__isnull=False) if typed else ()
    return [
        Suggestion(row.code, row.title, version, "Kode ini tidak berlaku lagi", retired=True) for row in rows
    ]


def _followed(one: Suggestion) -> Suggestion:
    """With what it became, where its version is an older one."""
    if one.version == CURRENT_KBLI:
        return one
    moves: list[KbliMove] = conversions(one.version, one.code, CURRENT_KBLI)
    became = tuple(
        f"{move.to.code} {move.to.title}{'' if move.confirmed else ' (belum dipastikan)'}"
        for move in moves
        if move.to is not None
    )
    return replace(one, retired=True, successors=became)
