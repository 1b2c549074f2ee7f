# SPDX-License-Identifier: Apache-2.0
"""Finding the files of an office by the words of their names. Why so: docs/decisions/0010-search-by-words.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from satupintu.cases.models import Word

MOST_WORDS = 6
COMMON = 10_000
"""A word of more files than this is not counted to the end: which of two such words leads makes no difference."""

ALIKE = 3
"""So many words of one title may begin alike without a page of files coming out shorter than it could."""


def by_name(office_id: int, years: Iterable[int], words: Sequence[str], most: int) -> list[int]:
    """The newest cases of these years whose titles have all the words, or words that begin so; newest year first.

    Whole words come before beginnings where not all fit. Nothing is read past the last case that is needed.
    """
    asked = [word.encode() for word in words[:MOST_WORDS]]
    found: list[int] = []
    for year in sorted(years, reverse=True):
        if asked and len(found) < most:
            found += _of_year(office_id, year, asked, most - len(found))
    return found


def _of_year(office_id: int, year: int, words: list[bytes], most: int) -> list[int]:
    """Walk the files of the rarest word, newest first, and look at each for the others."""
    rows = Word.objects.filter(office_id=office_id, year=year)
    if len(words) > 1:
        many = {word: rows.filter(_begins(word))[:COMMON].count() for word in words}
        words = sorted(words, key=many.__getitem__)
        if not many[words[0]]:
            return []
    whole = _newest(rows, [Q(word=word) for word in words], most)
    if len(whole) == most:
        return whole
    return list(dict.fromkeys(whole + _newest(rows, [_begins(word) for word in words], most)))[:most]


def _begins(word: bytes) -> Q:
    # No word in UTF-8 holds the byte FF: there the words with this beginning end.
    return Q(word__gte=word, word__lt=word + b"\xff")


def _newest(rows: QuerySet[Word], words: list[Q], most: int) -> list[int]:
    found = rows.filter(words[0])
    for other in words[1:]:
        found = found.filter(Exists(Word.objects.filter(other, case=OuterRef("case"))))
    # A file comes once for each word that fits. DISTINCT would sort them all; only the first few are wanted.
    first = found.order_by("-case").values_list("case_id", flat=True)[: most * ALIKE]
    return list(dict.fromkeys(first))[:most]
