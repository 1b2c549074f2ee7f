# SPDX-License-Identifier: Apache-2.0
"""Finding the files of an office by the words of their names. Why so: docs/decisions/0010-search-by-words.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from satupintu.cases.models import Case, Word

MOST_WORDS = 6
COMMON = 10_000
"""A word of more files than this is not counted to the end, and its files are not sorted before the newest are tried."""

SOME = 1_000
"""Of whole words that are common as beginnings, one that has fewer files than this leads."""

GLANCE, NEWEST = 500, 3_000
"""So many files of a year are looked at, one by one, for words that are common: first a few, to see whether it pays."""

ALIKE = 3
"""So many words of one title may begin alike without a page of files coming out shorter than it could."""


def by_name(office_id: int, years: Iterable[int], words: Sequence[str], most: int) -> list[int]:
    """The newest cases of these years whose titles have all the words, or words that begin so; newest year first.

    Whole words come before beginnings where not all fit. Nothing is read past the last case that is needed, unless
    words that are common each are seldom together.
    """
    asked = [word.encode() for word in words[:MOST_WORDS]]
    found: list[int] = []
    for year in sorted(years, reverse=True):
        if asked and len(found) < most:
            found += _of_year(office_id, year, asked, most - len(found))
    return found


def _of_year(office_id: int, year: int, words: list[bytes], most: int) -> list[int]:
    """Files with the whole words, then those with beginnings: of rare words all, of common ones first the newest."""
    rows = Word.objects.filter(office_id=office_id, year=year)
    words, fewest = _rarest_first(rows, words, _begins, COMMON)
    if not fewest:
        return []
    whole = _whole(rows, words, most, common=fewest == COMMON)
    if len(whole) == most:
        return whole
    found = _among_newest(office_id, year, words, most) if fewest == COMMON else []
    if len(found) < most:
        found = _newest(rows, [_begins(word) for word in words], most)
    return list(dict.fromkeys(whole + found))[:most]


def _whole(rows: QuerySet[Word], words: list[bytes], most: int, *, common: bool) -> list[int]:
    if common and len(words) > 1:  # as beginnings; one of them may be rare as a word, or none at all
        words, fewest = _rarest_first(rows, words, _is, SOME)
        if not fewest:
            return []
    return _newest(rows, [_is(word) for word in words], most)


def _is(word: bytes) -> Q:
    return Q(word=word)


def _begins(word: bytes) -> Q:
    # No word in UTF-8 holds the byte FF: there the words with this beginning end.
    return Q(word__gte=word, word__lt=word + b"\xff")


def _rarest_first(
    rows: QuerySet[Word], words: list[bytes], how: Callable[[bytes], Q], upto: int
) -> tuple[list[bytes], int]:
    """The words in the order of their files, and how many the first has; `upto` stands for that and more."""
    many = {word: rows.filter(how(word))[:upto].count() for word in words}
    words = sorted(words, key=many.__getitem__)
    return words, many[words[0]]


def _newest(rows: QuerySet[Word], words: list[Q], most: int) -> list[int]:
    """Read the files of the first word, newest first, and look at each for the others. Many beginnings are sorted."""
    found = rows.filter(words[0])
    for other in words[1:]:
        found = found.filter(Exists(Word.objects.filter(other, case=OuterRef("case"))))
    # A file comes once for each word that fits. DISTINCT would sort them all; only the first few are wanted.
    first = found.order_by("-case").values_list("case_id", flat=True)[: most * ALIKE]
    return list(dict.fromkeys(first))[:most]


def _among_newest(office_id: int, year: int, words: list[bytes], most: int) -> list[int]:
    """Look at the newest files of the year for all the words: what is common is soon found, and nothing is sorted.

    What comes out short of a page may be incomplete.
    """
    # The word itself says which year the file is of at the office; the moments are only where to look.
    begins, ends = datetime(year, 1, 1, tzinfo=UTC) - _A_DAY, datetime(year + 1, 1, 1, tzinfo=UTC) + _A_DAY
    files = Case.objects.filter(office_id=office_id, opened_at__lt=ends).order_by("-opened_at", "-pk")
    fit = files
    for word in words:
        fit = fit.filter(Exists(Word.objects.filter(_begins(word), case=OuterRef("pk"), year=year)))
    found: list[int] = []
    for reach in (GLANCE, NEWEST):
        moments = files.filter(opened_at__gte=begins).values_list("opened_at", flat=True)
        last = moments[reach : reach + 1].first()
        # One lower bound: of two, SQLite would begin at the first and read the whole year.
        newest = fit.filter(opened_at__gt=last) if last else fit.filter(opened_at__gte=begins)
        found = list(newest.values_list("pk", flat=True)[:most])
        if last is None or len(found) == most or len(found) * NEWEST < most * reach:
            break
    return found


_A_DAY = timedelta(days=1)
