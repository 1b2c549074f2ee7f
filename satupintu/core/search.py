# SPDX-License-Identifier: Apache-2.0
"""What an officer types to find a file: a receipt number in any of its spellings, or words of a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice

from satupintu.core.numbers import receipt

WORD_LENGTH = 24
MOST = 100
"""So many files are shown at once; nobody reads on."""

# Without separators: year and six figures, with or without the region before them; no office gives ten million a year.
_TIGHT = re.compile(r"(?:SP)?([0-9]{4})?([0-9]{2})([0-9]{6})")
_GROUPS = re.compile(r"(?:(?:(?:SP-?)?([0-9]{4})-)?([0-9]{2})-)?([0-9]{1,9})")


def words(text: str) -> tuple[str, ...]:
    """The words of a name, each once, in lower case and without accents; at most WORD_LENGTH letters of each."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(dict.fromkeys(word[:WORD_LENGTH] for word in re.findall(r"[^\W_]+", bare)))


@dataclass(frozen=True, slots=True)
class Number:
    """A receipt number as typed: 000123, 26-000123, SP-1401-26-000123.

    region: four figures, "" where none were typed. year: its last two figures, None where none were typed.
    figures: the number itself, or its last figures.
    """

    region: str
    year: int | None
    figures: str

    def up_to(self, last: int) -> list[int]:
        """The numbers of a book that can be meant, newest first; at most MOST.

        Four or five figures may be the end of a number; fewer or more are the whole of it (123 is 000123).
        last: the number that the book gave last.
        """
        n = int(self.figures)
        step = 10 ** len(self.figures) if len(self.figures) in (4, 5) else last + 1
        return list(islice(reversed(range(n or step, last + 1, step)), MOST))


def number(text: str) -> Number | None:
    """The receipt number in what was typed; None where it cannot be one."""
    typed = "-".join(re.findall(r"[A-Z0-9]+", text.upper()))
    found = _TIGHT.fullmatch(typed) or _GROUPS.fullmatch(typed)
    return Number(found[1] or "", int(found[2]) if found[2] else None, found[3]) if found else None


def receipts(typed: Number, region: str, years: Collection[int], books: Mapping[int, int]) -> list[str]:
    """The receipts of an office that can be meant, newest first; at most MOST.

    region: the office's code. years: where to look, unless the number brings its year. books: year -> the last number
    that was given in it.
    """
    if typed.region not in ("", region):
        return []
    meant = [year for year in books if (year in years if typed.year is None else year % 100 == typed.year)]
    return [
        receipt(region, year, n) for year in sorted(meant, reverse=True) for n in typed.up_to(books[year])
    ][:MOST]
