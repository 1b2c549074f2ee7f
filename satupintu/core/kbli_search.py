# SPDX-License-Identifier: Apache-2.0
"""Finding a KBLI code by what people call their business: "warung kopi", "jual pulsa", "londri".

Each code has several short texts: its title, and the words people use for it. A search is compared with every text by
the words they share; a rare word says more than a common one. Words are alike when they sound alike (laundry, londri),
share a root (penjahit, jahit), begin alike, or differ by a slip of the finger.
"""

from __future__ import annotations

import csv
import io
import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

LONGEST = 100
"""So many characters of a search are read."""
MOST_WORDS = 8
CODE = 5

_EMPTY = frozenset(
    ["dan", "atau", "di", "ke", "dari", "untuk", "yang", "dengan", "pada", "dalam", "serta", "mau", "ingin", "saya", "kami", "usaha", "bisnis", "buka", "punya", "kecil", "besar", "kecilan", "rumah", "rumahan", "jasa", "aktivitas", "kegiatan", "ytdl", "lainnya", "lain", "sejenisnya", "berbagai", "macam", "utamanya", "bukan", "selain", "termasuk", "sendiri", "milik", "pribadi", "kbli", "kode", "pinggir", "jalan", "murah", "depan", "dekat", "sambil", "baru", "sekitar", "rumahnya"]
)  # fmt: skip
"""Words that hardly tell one business from another; they count little."""

_KINDS: Mapping[str, str] = {
    word: kind
    for kind, words in {
        "@jual": "jual jualan berjualan dagang berdagang pedagang penjual perdagangan eceran toko kios kiosk lapak konter "
        "counter reseller dropship retail olshop",
        "@grosir": "grosir grosiran distributor agen pengepul pemasok supplier suplier tengkulak juragan",
        "@buat": "buat membuat bikin pembuatan produksi memproduksi pabrik industri pengolahan olahan pengrajin perajin "
        "produsen tukang",
        "@ternak": "ternak peternak peternakan budidaya pembibitan pembudidayaan kandang penggemukan memelihara tambak",
        "@tani": "tani petani pertanian kebun perkebunan pekebun sawah tanam nanam menanam bertani berkebun",
        "@sewa": "sewa menyewakan penyewaan rental persewaan",
        "@servis": "servis service serpis reparasi perbaikan memperbaiki benerin betulin bengkel",
        "@kursus": "les kursus pelatihan sekolah pendidikan private",
        "@keliling": "keliling gerobak kakilima tenda",
    }.items()
    for word in words.split()
}
"""Words for what is done with a thing. They tell a shop from a workshop, but not what is sold."""

_DIVISIONS: Mapping[str, tuple[str, ...]] = {
    "@jual": ("47", "45"),
    "@grosir": ("46",),
    "@buat": tuple(str(number) for number in range(10, 34)),
    "@ternak": ("014", "032"),
    "@tani": ("011", "012", "013"),
    "@sewa": ("77", "68", "55"),
    "@servis": ("95", "33", "454", "452"),
    "@kursus": ("85",),
}
"""Where codes of a kind lie: their section already says that they are about selling, making, renting."""

_SOUNDS = (
    ("oe", "u"), ("dj", "j"), ("tj", "c"), ("ph", "f"), ("th", "t"), ("kh", "k"), ("sh", "s"), ("ck", "k"), ("qu", "k"),
    ("au", "o"), ("ee", "i"), ("oo", "u"), ("q", "k"), ("x", "ks"), ("c", "k"), ("v", "f"), ("z", "s"), ("y", "i"),
)  # fmt: skip
_TWICE = re.compile(r"([a-z])\1+")
_AMOUNT = re.compile(r"\b[0-9]+\s*(?:jam|kg|kilo|kamar|orang|pintu|meter|unit|ekor|ribu)\b")
_PARTS = re.compile(r"[a-z]+|[0-9]+")
_PREFIX = re.compile(r"^(?:meng|meny|mem|men|me|peng|peny|pem|pen|per|pe|ber|di|ter|ke|se)(?=[a-z]{4})")
_SUFFIX = re.compile(r"(?<=[a-z]{3})(?:nya|kan|an)$")

SAME, ROOT, BEGUN, SLIP, GLUED, IMPLIED = 1.0, 0.85, 0.75, 0.7, 0.95, 0.8
MOST_BEGUN = 40
"""How much a word counts by the manner in which it was found."""
KIND_WEIGHT, EMPTY_WEIGHT = 1.6, 0.15
UNSAID_WORDS, UNSAID_TITLE = 0.35, 0.12
"""What the words of a text that were not asked for cost it; titles are long, so they cost less there."""
TITLE_COUNTS = 0.8
FAR = 0.25
"""What fits less than this share of the best is no answer any more."""
ALSO_TITLE = 0.06


# The words people use, as they are written in the data file ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Saying:
    """What people call an activity. codes: version -> codes; use: what the code is for; unlike: neighbours (2025)."""

    codes: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...]
    use: str
    unlike: tuple[str, ...]


def read_sayings(text: str) -> tuple[Saying, ...]:
    """The sayings of a CSV with the columns kbli2025, kbli2020, kata, untuk, bukan."""
    return tuple(
        Saying(
            {version: tuple(row[f"kbli{version}"].split()) for version in ("2025", "2020")},
            tuple(part.strip() for part in row["kata"].split(";")),
            row["untuk"],
            tuple(row["bukan"].split()),
        )
        for row in csv.DictReader(io.StringIO(text))
    )


# Words --------------------------------------------------------------------------------------------------------------


def tokens(text: str) -> list[str]:
    """The words and numbers of a text in order, folded as they sound; how many of something (24 jam) is left out."""
    return [_sound(part) for part in _PARTS.findall(_AMOUNT.sub(" ", text[:400].casefold()))]


@lru_cache(maxsize=8192)
def _sound(word: str) -> str:
    """The word as it sounds in Indonesian: laundry and londri are one, fotokopi and photocopy too."""
    for written, spoken in _SOUNDS:
        word = word.replace(written, spoken)
    return _TWICE.sub(r"\1", word)


@lru_cache(maxsize=8192)
def _root(word: str) -> str:
    """The word without its commonest affixes; not always the root of the dictionary, but the same for its relatives."""
    short = _SUFFIX.sub("", word)
    return _PREFIX.sub("", short) if len(short) > 5 else short


def _shortened(word: str) -> Iterator[str]:
    if len(word) >= 4 and not word.startswith("@"):
        yield from (word[:at] + word[at + 1 :] for at in range(len(word)))


_FOLDED_KINDS = {_sound(word): kind for word, kind in _KINDS.items()}
_SLIPPED_KINDS = {
    short: kind
    for word, kind in _FOLDED_KINDS.items()
    if len(word) > 4
    for short in {word, *_shortened(word)}
}
_FOLDED_EMPTY = frozenset(_sound(word) for word in _EMPTY)


def _meant(words: Iterable[str]) -> list[str]:
    """Each word, or the kind of business it stands for; each once."""
    return list(dict.fromkeys(_FOLDED_KINDS.get(word, word) for word in words))


# The index ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A code and the texts it is found by."""

    code: str
    title: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A code that was found. score: 1 is a whole text; by: the text that fits best."""

    code: str
    score: float
    by: str


@dataclass(slots=True)
class Index:
    """The texts of all codes of one version, ready to be searched. Made once; some megabytes."""

    entries: Sequence[Entry]
    _texts: list[tuple[int, str, bool]] = field(default_factory=list)  # (entry, text, whether the title)
    _sizes: list[float] = field(default_factory=list)  # of each text: the weight of all its words
    _where: dict[str, list[int]] = field(default_factory=dict)  # word -> texts
    _places: dict[str, frozenset[int]] = field(default_factory=dict)  # the same, of kinds of business
    _roots: dict[str, list[str]] = field(default_factory=dict)  # root -> words
    _slips: dict[str, list[str]] = field(default_factory=dict)  # word with a letter left out -> words
    _weights: dict[str, float] = field(default_factory=dict)
    _sorted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        spread: dict[str, set[int]] = {}
        contents = []
        for number, entry in enumerate(self.entries):
            for text, is_title in ((entry.title, True), *((words, False) for words in entry.words)):
                content = _meant(tokens(text))
                self._texts.append((number, text, is_title))
                contents.append(content)
                for word in content:
                    self._where.setdefault(word, []).append(len(contents) - 1)
                    spread.setdefault(word, set()).add(number)
        many = len(self.entries) or 1
        self._weights = {word: _weight(word, len(places), many) for word, places in spread.items()}
        self._sizes = [sum(self._weights[word] for word in content) for content in contents]
        self._sorted = sorted(self._where)
        self._places = {
            word: frozenset(places) for word, places in self._where.items() if word.startswith("@")
        }
        for word in self._sorted:
            self._roots.setdefault(_root(word), []).append(word)
            for short in _shortened(word):
                self._slips.setdefault(short, []).append(word)

    def search(self, text: str, limit: int) -> list[Hit]:
        """The codes whose texts fit best, best first. text: as typed; figures that begin a code find it."""
        asked = tokens(text[:LONGEST])
        found = self._by_figures([part for part in asked if part.isdigit()])
        words = [part for part in asked if not part.isdigit()][:MOST_WORDS]
        fits = self._by_words(words) if words else {}
        for code, hit in fits.items():
            before = found.get(code)
            found[code] = Hit(code, hit.score + (before.score if before else 0), hit.by)
        best = max((hit.score for hit in found.values()), default=0.0)
        near = [hit for hit in found.values() if hit.score >= best * FAR]
        return sorted(near, key=lambda hit: (-hit.score, hit.code))[:limit]

    def _by_figures(self, numbers: list[str]) -> dict[str, Hit]:
        starts = tuple(number for number in numbers if 3 <= len(number) <= CODE)
        return {
            one.code: Hit(one.code, 2.0 if one.code in starts else 0.5, one.code)
            for one in self.entries
            if starts and one.code.startswith(starts)
        }

    def _by_words(self, words: list[str]) -> dict[str, Hit]:
        asked = sorted(_meant(self._mended(words)), key=lambda word: word.startswith("@"))
        heard: dict[int, float] = {}  # text -> weight of what was asked and is in it
        covered: dict[int, float] = {}  # text -> weight of its own words that were asked
        total = 0.0
        for at, word in enumerate(asked):
            alike = dict(self._alike(word, last=at == len(asked) - 1))
            for one, manner in self._glued(asked, at):
                alike.setdefault(one, manner)
            weight = max((self._weights[one] for one in alike), default=self._unknown(word))
            total += weight
            best: dict[int, tuple[float, float]] = {}
            # A kind of business alone is in a thousand texts; beside a thing it only tells between those that name it.
            among = heard if word.startswith("@") and heard else None
            for one, manner in alike.items():
                for place in self._where[one] if among is None else among.keys() & self._places[one]:
                    best[place] = max(best.get(place, (0.0, 0.0)), (manner, self._weights[one]))
            for place, share in self._implied(word, heard, best):
                heard[place] += share
            for place, (manner, own) in best.items():
                heard[place] = heard.get(place, 0.0) + manner * min(weight, own)
                covered[place] = covered.get(place, 0.0) + own
        return self._best(heard, covered, total)

    def _mended(self, words: list[str]) -> Iterator[str]:
        """The words, and for one that nobody has but that is nearly a word for a kind of business, that kind."""
        for word in words:
            near = None if word in self._where or len(word) < 5 else _SLIPPED_KINDS.get(word)
            yield (
                near
                or next((_SLIPPED_KINDS[s] for s in _shortened(word) if s in _FOLDED_KINDS), None)
                or word
            )

    def _implied(
        self, word: str, heard: Mapping[int, float], said: Mapping[int, object]
    ) -> Iterator[tuple[int, float]]:
        """Texts found by another word whose code is of the kind that was asked for, though they do not say it."""
        for place in heard if word in _DIVISIONS else ():
            if place not in said and self.entries[self._texts[place][0]].code.startswith(_DIVISIONS[word]):
                yield place, IMPLIED * KIND_WEIGHT

    def _best(self, heard: dict[int, float], covered: dict[int, float], total: float) -> dict[str, Hit]:
        """Of each code the text that fits best; a title that fits too adds a little."""
        best: dict[int, tuple[float, int]] = {}  # entry -> (score, text)
        extra: dict[int, float] = {}
        for place, weight in heard.items():
            number, _, is_title = self._texts[place]
            unsaid = max(0.0, self._sizes[place] - covered[place])
            if is_title:
                extra[number] = ALSO_TITLE * weight / total
                score = TITLE_COUNTS * weight / (total + unsaid * UNSAID_TITLE)
            else:
                score = weight / (total + unsaid * UNSAID_WORDS)
            if number not in best or score > best[number][0]:
                best[number] = score, place
        near = max((score for score, _ in best.values()), default=0.0) * FAR
        return {
            self.entries[number].code: Hit(
                self.entries[number].code, score + extra.get(number, 0.0), self._texts[place][1]
            )
            for number, (score, place) in best.items()
            if score >= near
        }

    def _alike(self, word: str, *, last: bool) -> Iterator[tuple[str, float]]:
        """Words of the texts that this one may mean, with how sure that is."""
        if word in self._where:
            yield word, SAME
        if word.startswith("@"):
            return
        for one in self._roots.get(_root(word), ()):
            if one != word:
                yield one, ROOT
        if word in self._where and not last:
            return
        if len(word) >= 3 and (last or len(word) >= 5):
            yield from ((one, BEGUN) for one in self._begun(word) if one != word)
        if word not in self._where and len(word) >= 4:
            yield from ((one, SLIP) for one in self._slipped(word))

    def _begun(self, word: str) -> Iterator[str]:
        at = bisect_left(self._sorted, word)
        for one in self._sorted[at : at + MOST_BEGUN]:
            if not one.startswith(word):
                return
            yield one

    def _slipped(self, word: str) -> set[str]:
        """Words one letter away: left out, put in, another one, or two changed places."""
        shorts = set(_shortened(word)) | {word}
        near = {one for short in shorts for one in self._slips.get(short, ())}
        near |= {short for short in shorts if short in self._where and len(short) >= 4}
        return {one for one in near if _one_slip(word, one)}

    def _glued(self, words: list[str], at: int) -> Iterator[tuple[str, float]]:
        """This word with its neighbour as one: barber shop is barbershop."""
        for pair in (words[at : at + 2], words[max(at - 1, 0) : at + 1] if at else []):
            if len(pair) == 2 and (one := _TWICE.sub(r"\1", "".join(pair))) in self._where:
                yield one, GLUED

    def _unknown(self, word: str) -> float:
        """A word nobody has: it says that something else may be meant, but less than a rare word that is known."""
        return EMPTY_WEIGHT if word in _FOLDED_EMPTY else 2.5


def _weight(word: str, places: int, many: int) -> float:
    if word.startswith("@"):
        return KIND_WEIGHT
    return EMPTY_WEIGHT if word in _FOLDED_EMPTY else 1.0 + math.log(1.0 + many / places) * 0.7


def _one_slip(one: str, other: str) -> bool:
    """Whether they differ by one letter left out, put in or exchanged, or by two neighbours that changed places."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    at = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rest, far = one[at:], other[at:]
    swapped = rest[1::-1] + rest[2:] == far and len(rest) > 1
    return swapped or rest[1:] == far[1:] or rest[1:] == far or rest == far[1:]
