# SPDX-License-Identifier: Apache-2.0
"""Forms from `form.toml`: which questions are asked, and what people's answers mean.

People type as they speak: "Rp 1,5 juta", "1/2/1960", "0812-3456-7890". What can be understood in one way only is
taken; what cannot is asked again, in Indonesian, with an example. Values are plain JSON, so that they can be kept.
Source: screens U16.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from satupintu.core import numbers
from satupintu.core.sop.language import Mistake
from satupintu.core.sop.reading import TOP, Table

Value = str | int | bool | dict[str, str] | None

YES, NO = "ya", "tidak"
SHORT, LONG = 200, 4000
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
_MONTH_NUMBERS = {name.lower()[:3]: number for number, name in enumerate(MONTHS, start=1)} | {
    "aug": 8, "agt": 8, "ags": 8, "okt": 10, "oct": 10, "dec": 12, "may": 5, "peb": 2, "pebruari": 2, "nop": 11,
}  # fmt: skip
ADDRESS_PARTS = {"jalan": "Jalan dan nomor", "rt": "RT", "rw": "RW", "kode-pos": "Kode pos"}
POINT_PARTS = {"lintang": "Lintang", "bujur": "Bujur"}


class FormProblem(Exception):
    """An answer cannot be taken. `message`: Indonesian, what is wrong and how to mend it."""

    def __init__(self, question_id: str, code: str, message: str) -> None:
        super().__init__(f"{question_id}: {code}")
        self.question_id, self.code, self.message = question_id, code, message


@dataclass(frozen=True, slots=True)
class ShowIf:
    """Ask only where an earlier question has one of these answers."""

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question. page: questions of the same number share a page; None: a page of its own."""

    id: str
    label: str
    kind: str
    required: bool = True
    hint: str = ""
    options: tuple[str, ...] = ()
    show_if: ShowIf | None = None
    page: int | None = None

    @property
    def private(self) -> bool:
        """Whether the answer is kept only as a reference to a sealed value, never in the answers themselves."""
        return self.kind in ("nik", "phone")

    @property
    def parts(self) -> Mapping[str, str]:
        """Names and labels of its input fields: `ID` alone, or `ID.PART` for an address."""
        if self.kind == "address":
            return {f"{self.id}.{part}": label for part, label in ADDRESS_PARTS.items()}
        return {self.id: self.label}


APPLIES = ("usaha", "umk", "sppl", "standar")
"""What a statement may be bound to: an activity that goes on (no closing), a micro or small one, an SPPL, a standard or
licence that is issued."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence the applicant ticks; printed as it stands.

    title: what the letter is called (screens A9.5). only: one of APPLIES; shown only where that is so.
    """

    id: str
    text: str
    title: str = ""
    only: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are asked once for each item of a list, for example for each kegiatan usaha.

    of: the group whose every item has such a list of its own; "" for a list of the application. In the answers it
    stands by its id as a list of objects, each with an id of its own.
    """

    id: str
    label: str
    of: str = ""
    questions: dict[str, Question] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentSpec:
    """A document the officer makes from answers (work `document:ID`). template: Typst file of the kit or the folder."""

    id: str
    label: str
    template: str
    questions: dict[str, Question] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormSpec:
    """All that `form.toml` says."""

    questions: dict[str, Question] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
    documents: dict[str, DocumentSpec] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def inside(self, group: str = "") -> tuple[Group, ...]:
        """The groups of an item of this group; "" for those of the application."""
        return tuple(one for one in self.groups.values() if one.of == group)


Asking = FormSpec | DocumentSpec | Group


def parse_form(data: Mapping[str, Any]) -> tuple[FormSpec, list[Mistake]]:
    """A FormSpec from the tables of `form.toml`, and every mistake in them."""
    mistakes: list[Mistake] = []
    top = Table(data, TOP, mistakes)
    groups = top.keyed("group", _group)
    of_group = _by_group(top, groups)
    form = FormSpec(
        questions=of_group.pop(""),
        statements=top.keyed("statement", lambda row: _statement(row, groups)),
        documents=top.keyed("document", _document),
        groups={name: replace(group, questions=of_group[name]) for name, group in groups.items()},
    )
    top.done()
    _shown_after(form.questions, "[[question]]", mistakes)
    for group in form.groups.values():
        _shown_after(group.questions, f"[[question]] kelompok {group.id} →", mistakes)
    for document in form.documents.values():
        _shown_after(document.questions, f"[[document]] {document.id} → [[document.question]]", mistakes)
    return form, mistakes


def _group(row: Table) -> Group:
    return Group(row.text("id"), row.text("label", required=True), row.text("of"))


def _by_group(top: Table, groups: Mapping[str, Group]) -> dict[str, dict[str, Question]]:
    """The questions of each group by their ids; under "" those that are asked once. Ids differ within a group."""
    found: dict[str, dict[str, Question]] = {name: {} for name in ("", *groups)}
    for row in top.rows("question", required=True):
        name, of, question = row.id(), row.text("group"), _question(row)
        if of not in found:
            known = ", ".join(groups) or "(belum ada [[group]])"
            row.wrong(f"Kelompok “{of}” tidak ada. Pilih: {known}.")
        elif name in found[of]:
            row.wrong(f"Id “{name}” sudah dipakai. Beri id lain.")
        elif name:
            found[of][name] = question
        row.done()
    for group in groups.values():
        place = f"[[group]] {group.id}"
        if group.of and (group.of == group.id or group.of not in groups or groups[group.of].of):
            top.mistakes.append(
                Mistake(place, f"of menunjuk “{group.of}”, yang bukan kelompok paling atas. Perbaiki.")
            )
        if not found[group.id]:
            top.mistakes.append(Mistake(place, f"Belum ada pertanyaan. Tulis group = “{group.id}” padanya."))
        if group.id in found[""] or group.id in found.get(group.of, ()):
            top.mistakes.append(Mistake(place, "Ada pertanyaan dengan id yang sama. Beri id lain."))
    return found


def _statement(row: Table, groups: Mapping[str, Group]) -> Statement:
    only = row.one_of("only", ("", *APPLIES), "")
    if only and not groups:
        row.wrong("only hanya untuk formulir yang punya [[group]]. Hapus only.")
    return Statement(row.text("id"), row.text("text", required=True), row.text("title"), only)


def _document(row: Table) -> DocumentSpec:
    return DocumentSpec(
        row.text("id"),
        row.text("label", required=True),
        row.text("template", required=True),
        row.keyed("question", _question, "document.question"),
    )


def _question(row: Table) -> Question:
    question = Question(
        id=row.text("id"),
        label=row.text("label", required=True),
        kind=row.one_of("kind", tuple(KINDS), "text", required=True),
        required=row.flag("required", default=True),
        hint=row.text("hint"),
        options=row.ids("options"),
        show_if=_show_if(row),
        page=row.whole("page", low=1),
    )
    if question.kind == "choice" and len(question.options) < 2:
        row.wrong('Pilihan harus sedikitnya dua. Isi options = ["…", "…"].')
    if question.kind != "choice" and question.options:
        row.wrong("options hanya untuk kind = “choice”. Hapus options atau ganti kind.")
    return question


def _show_if(row: Table) -> ShowIf | None:
    if row.get("show_if", dict, None) is None:
        return None
    table = Table(row.data["show_if"], f"{row.where} → show_if", row.mistakes)
    several = isinstance(table.data.get("is"), list)
    values = table.texts("is") if several else (table.text("is", required=True),)
    shown = ShowIf(table.text("question", required=True), values)
    table.done()
    return shown


def _shown_after(questions: Mapping[str, Question], where: str, mistakes: list[Mistake]) -> None:
    """`show_if` names an earlier question, and an answer that it can have."""
    before: dict[str, Question] = {}
    for question in questions.values():
        if question.show_if is not None:
            place, asked = f"{where} {question.id}", before.get(question.show_if.question)
            if asked is None:
                known = ", ".join(before) or "(belum ada)"
                message = f"show_if menunjuk “{question.show_if.question}”, yang tidak ditanyakan sebelumnya. Pilih: {known}."
                mistakes.append(Mistake(place, message))
            elif asked.kind not in ("choice", "yes-no"):
                mistakes.append(
                    Mistake(
                        place, f"show_if hanya dapat memakai choice atau yes-no, bukan {asked.kind}. Ganti."
                    )
                )
            else:
                possible = asked.options if asked.kind == "choice" else (YES, NO)
                mistakes.extend(
                    Mistake(place, f"“{value}” bukan jawaban “{asked.id}”. Pilih: {', '.join(possible)}.")
                    for value in question.show_if.values
                    if value not in possible
                )
        before[question.id] = question


def asked(form: Asking, answers: Mapping[str, Value]) -> list[Question]:
    """The questions these answers call for, in order. A question shown by one that is not asked is not asked."""
    found: dict[str, Question] = {}
    for question in form.questions.values():
        shown = question.show_if
        if shown is None or (shown.question in found and _word(answers.get(shown.question)) in shown.values):
            found[question.id] = question
    return list(found.values())


def still_fitting(old: FormSpec, new: FormSpec, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that mean the same in another version of the form: its question stands there, of the same kind,
    and a choice can still be chosen."""
    fits = {name: value for name, value in answers.items() if _fits(old, new, name, value)}
    for group in new.inside():
        if group.id in old.groups and group.id in answers:
            fits[group.id] = _items_fitting(old, new, group.id, answers[group.id])
    return fits


def _items_fitting(old: FormSpec, new: FormSpec, group: str, items: Any) -> list[dict[str, Any]]:
    """The same for every item of a group. What no question asked for, such as its id, stays with it."""
    was, now = old.groups[group], new.groups[group]
    lists = {one.id for one in old.inside(group)}
    kept = []
    for item in items:
        fits = {
            name: value
            for name, value in item.items()
            if name not in lists and (name not in was.questions or _fits(was, now, name, value))
        }
        for inner in new.inside(group):
            if inner.id in lists and inner.id in item:
                fits[inner.id] = _items_fitting(old, new, inner.id, item[inner.id])
        kept.append(fits)
    return kept


def _fits(old: Asking, new: Asking, name: str, value: Any) -> bool:
    was, now = old.questions.get(name), new.questions.get(name)
    return (
        was is not None
        and now is not None
        and was.kind == now.kind
        and (now.kind != "choice" or value in ("", None) or value in now.options)
    )


def pages(form: Asking, answers: Mapping[str, Value]) -> list[list[Question]]:
    """The same by pages: one question each, or those that share a page number."""
    found: list[list[Question]] = []
    for question in asked(form, answers):
        if found and question.page is not None and found[-1][0].page == question.page:
            found[-1].append(question)
        else:
            found.append([question])
    return found


def _word(value: Value) -> str:
    """An answer as `show_if` writes it."""
    return (YES if value else NO) if isinstance(value, bool) else str(value)


def clean(question: Question, raw: Mapping[str, str]) -> Value:
    """What the fields of a question mean; None where it may be left empty and was.

    raw: field name -> what was typed; see `Question.parts` (an address and a point may also come in parts).
    Raises FormProblem.
    """
    texts = {name: _tidy(question, text) for name, text in raw.items() if name.split(".")[0] == question.id}
    if not any(texts.values()):
        if question.required:
            raise FormProblem(question.id, "form.required", _empty(question))
        return None
    try:
        return KINDS[question.kind].read(question, texts)
    except _Unclear as problem:
        raise FormProblem(question.id, f"form.{question.kind}", str(problem)) from None


def show(question: Question, value: Value) -> str:
    """A value as people read it; "" for none."""
    if value is None or value == "":
        return ""
    return KINDS[question.kind].show(value)


class _Unclear(Exception):
    """Carries the message for the person who typed."""


def _empty(question: Question) -> str:
    if question.kind in ("choice", "yes-no"):
        return "Belum dipilih. Pilih salah satu."
    return f"“{question.label}” belum diisi. Isi, lalu lanjutkan."


def _tidy(question: Question, text: str) -> str:
    """Composed, trimmed, one kind of line end; control characters are refused, they are never typed."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    allowed = "\n\t" if question.kind in ("long-text", "address") else "\t"
    for character in text.strip():
        if unicodedata.category(character) in ("Cc", "Cs") and character not in allowed:
            message = "Ada tanda tersembunyi di dalamnya. Hapus isian ini, lalu ketik ulang."
            raise FormProblem(question.id, "form.hidden", message)
    return text.strip() if question.kind == "long-text" else " ".join(text.split())


def _one(question: Question, texts: Mapping[str, str]) -> str:
    return texts.get(question.id, "")


def _text(limit: int) -> Callable[[Question, Mapping[str, str]], Value]:
    def read(question: Question, texts: Mapping[str, str]) -> Value:
        text = _one(question, texts)
        if len(text) > limit:
            raise _Unclear(f"Terlalu panjang: {len(text)} huruf, batasnya {limit}. Ringkas isiannya.")
        return text

    return read


_AMOUNT = re.compile(r"(-?)([0-9][0-9.,]*)")
_WORDS = {
    "ribu": 10**3, "rb": 10**3, "juta": 10**6, "jt": 10**6, "miliar": 10**9, "milyar": 10**9, "m": 10**9,
    "triliun": 10**12, "t": 10**12,
}  # fmt: skip


def _decimal(text: str, *, scaled: bool = False) -> Decimal:
    """A number in Indonesian spelling: dots between thousands, a comma before decimals.

    scaled: a word such as "juta" follows, so "1.5 juta" can only mean one and a half.
    """
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise _Unclear("Ini bukan angka. Ketik angkanya saja, misalnya 1.500.")
    sign, figures = found[1], found[2]
    # 1,500,000 and 1,500.50 can only be English; 1,500 alone is one and a half.
    english = re.compile(r"[0-9]{1,3}(,[0-9]{3})(,[0-9]{3})+(\.[0-9]*)?|[0-9]{1,3},[0-9]{3}\.[0-9]*")
    grouped = re.compile(r"[0-9]{1,3}([.][0-9]{3})+(,[0-9]*)?|[0-9]+(,[0-9]*)?")
    if grouped.fullmatch(figures):
        figures = figures.replace(".", "").replace(",", ".")
    elif english.fullmatch(figures):
        figures = figures.replace(",", "")
    elif not (scaled and figures.count(".") == 1 and "," not in figures):
        raise _Unclear(
            "Angka ini dapat berarti dua hal. Pakai titik untuk ribuan dan koma untuk desimal: 1.500,5."
        )
    try:
        return Decimal(sign + figures.rstrip("."))
    except InvalidOperation:
        raise _Unclear("Ini bukan angka. Ketik angkanya saja, misalnya 1.500.") from None


def _number(question: Question, texts: Mapping[str, str]) -> Value:
    value = _decimal(_one(question, texts).replace("\u2212", "-").replace(" ", ""))
    if abs(value) >= 10**15:
        raise _Unclear("Angka ini terlalu besar. Periksa banyaknya nol.")
    return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")


def _count(question: Question, texts: Mapping[str, str]) -> Value:
    """How many: whole, not below zero."""
    value = _number(question, texts)
    if not isinstance(value, int) or value < 0:
        raise _Unclear("Tulis banyaknya dengan angka bulat, paling sedikit 0. Contoh: 3.")
    return value


_HECTARE = 10_000


def _area(question: Question, texts: Mapping[str, str]) -> Value:
    """Square metres, as text with a point; "1,5 ha" is understood too."""
    text = _one(question, texts).lower().replace("\u2212", "-")
    found = re.fullmatch(r"(.*?)\s*(m2|m²|meter persegi|meter|m|ha|hektar|hektare)?\.?", text)
    assert found is not None  # everything fits
    value = _decimal(found[1].replace(" ", "")) * (_HECTARE if (found[2] or "").startswith("h") else 1)
    if not 0 < value < 10**10:
        raise _Unclear("Luas harus lebih dari 0. Tulis luasnya dalam meter persegi, misalnya 24.")
    return format(value.normalize(), "f")


def _rupiah(question: Question, texts: Mapping[str, str]) -> Value:
    text = _one(question, texts).lower()
    text = re.sub(r"^(rp|idr)\.?\s*", "", text)
    text = re.sub(r"\s*(rupiah|,-|,--|\.-|\.,-)$", "", text).strip()
    found = re.fullmatch(r"([0-9.,\s]+?)\s*([a-z]*)", text)
    if not found or (found[2] and found[2] not in _WORDS):
        raise _Unclear("Jumlah uang tidak terbaca. Ketik misalnya 1.500.000 atau 1,5 juta.")
    amount = _decimal(found[1].replace(" ", "").rstrip(".,"), scaled=bool(found[2])) * _WORDS.get(found[2], 1)
    if amount >= 10**16:
        raise _Unclear("Jumlah ini terlalu besar. Periksa banyaknya nol.")
    return int(amount.to_integral_value(ROUND_HALF_UP))


def _date(question: Question, texts: Mapping[str, str]) -> Value:
    parts = [texts.get(f"{question.id}.{part}", "") for part in ("hari", "bulan", "tahun")]
    text = _one(question, texts) or "/".join(part for part in parts if part)
    return _read_date(text.lower()).isoformat()


def _read_date(text: str) -> date:
    """A date in the order day, month, year; or as machines write it, year first."""
    fields = re.findall(r"[0-9]+|[a-z]+", text)
    if len(fields) == 1 and re.fullmatch(r"[0-9]{8}", fields[0]):
        fields = [fields[0][:2], fields[0][2:4], fields[0][4:]]
    if len(fields) == 3 and len(fields[0]) == 4:
        fields.reverse()
    if len(fields) != 3 or re.sub(r"[0-9a-z\s/.,\-]", "", text):
        raise _Unclear("Tanggal tidak terbaca. Ketik hari, bulan, tahun, misalnya 1/2/1960.")
    if len(fields[2]) != 4 or not fields[2].isdigit():
        raise _Unclear("Tulis tahun dengan empat angka, misalnya 1/2/1960.")
    month = int(fields[1]) if fields[1].isdigit() else _month(fields[1])
    if not fields[0].isdigit():
        raise _Unclear("Tanggal tidak terbaca. Ketik hari, bulan, tahun, misalnya 1/2/1960.")
    try:
        found = date(int(fields[2]), month, int(fields[0]))
    except ValueError:
        raise _Unclear(
            "Tanggal ini tidak ada di kalender. Periksa hari dan bulannya, misalnya 1/2/1960."
        ) from None
    if not 1900 <= found.year <= 2200:
        raise _Unclear("Tahun ini tidak mungkin. Periksa tahunnya, misalnya 1/2/1960.")
    return found


def _month(word: str) -> int:
    whole = [name.lower() for name in MONTHS]
    number = _MONTH_NUMBERS.get(word) or _MONTH_NUMBERS.get(word[:3] if word in whole else "")
    if number is None:
        raise _Unclear(f"Bulan “{word}” tidak dikenal. Ketik misalnya 1 Februari 1960 atau 1/2/1960.")
    return number


def _choice(question: Question, texts: Mapping[str, str]) -> Value:
    text = _one(question, texts)
    if text not in question.options:
        raise _Unclear("Pilihan ini tidak ada. Pilih salah satu yang tertulis.")
    return text


def _yes_no(question: Question, texts: Mapping[str, str]) -> Value:
    text = _one(question, texts).lower()
    if text not in (YES, NO):
        raise _Unclear("Belum dipilih. Pilih Ya atau Tidak.")
    return text == YES


def _region(question: Question, texts: Mapping[str, str]) -> Value:
    figures = re.sub(r"[\s.\-]", "", _one(question, texts))
    if not re.fullmatch(r"[0-9]{10}|[0-9]{6}|[0-9]{4}|[0-9]{2}", figures):
        raise _Unclear("Wilayah belum dipilih. Ketik nama desa atau kelurahan, lalu pilih dari daftar.")
    cuts = (0, 2, 4, 6, 10)
    return ".".join(figures[a:b] for a, b in pairwise(cuts) if figures[a:b])


def _address(question: Question, texts: Mapping[str, str]) -> Value:
    parts = {part: texts.get(f"{question.id}.{part}", "") for part in ADDRESS_PARTS}
    parts["jalan"] = parts["jalan"] or _one(question, texts)
    if not parts["jalan"]:
        raise _Unclear("Jalan dan nomor belum diisi. Tulis misalnya Jalan Melati Nomor 5.")
    if len(parts["jalan"]) > SHORT:
        raise _Unclear(f"Alamat terlalu panjang. Ringkas sampai {SHORT} huruf.")
    for name in ("rt", "rw"):
        figures = re.sub(r"^(rt|rw)[\s.]*", "", parts[name].lower())
        if figures and not re.fullmatch(r"[0-9]{1,3}", figures):
            raise _Unclear(f"{name.upper()} hanya berisi angka. Tulis misalnya 003, atau kosongkan.")
        parts[name] = figures.zfill(3) if figures else ""
    if parts["kode-pos"] and not re.fullmatch(r"[1-9][0-9]{4}", parts["kode-pos"]):
        raise _Unclear("Kode pos terdiri atas lima angka. Periksa lagi, atau kosongkan.")
    return {part: text for part, text in parts.items() if text}


def _show_address(value: Any) -> str:
    parts = value if isinstance(value, dict) else {"jalan": str(value)}
    lanes = "/".join(f"{name.upper()} {parts[name]}" for name in ("rt", "rw") if parts.get(name))
    return ", ".join(text for text in (parts.get("jalan", ""), lanes, parts.get("kode-pos", "")) if text)


_DEGREES = re.compile(r"([+-]?[0-9]{1,3}(?:[.,][0-9]+)?)\s*°?\s*(lu|ls|bt|bb|n|s|e|w)?")


def _point(question: Question, texts: Mapping[str, str]) -> Value:
    """Latitude and longitude in decimal degrees, six places (a tenth of a metre)."""
    text = _one(question, texts).lower().replace("\u2212", "-")
    pair = [texts.get(f"{question.id}.{part}", "").lower().replace("\u2212", "-") for part in POINT_PARTS]
    if text:
        pair = re.split(r"\s*;\s*|\s*,\s+|\s+(?=[+-]?[0-9])", text)
        if len(pair) == 1 and text.count(",") == 1 and "." in text:
            pair = text.split(",")
    found = [_DEGREES.fullmatch(part.strip()) for part in pair]
    if len(found) != 2 or not found[0] or not found[1]:
        raise _Unclear("Titik tidak terbaca. Tulis lintang lalu bujur, misalnya -0.346, 109.012.")
    one, two = (_degrees(match) for match in found if match)
    if not (Decimal("-11.5") <= one <= Decimal("6.5") and Decimal("94.5") <= two <= Decimal("141.5")):
        raise _Unclear("Titik ini di luar Indonesia. Tulis lintang dahulu, lalu bujur: -0.346, 109.012.")
    return {"lintang": f"{one:.6f}", "bujur": f"{two:.6f}"}


def _degrees(match: re.Match[str]) -> Decimal:
    value = Decimal(match[1].replace(",", "."))
    return -abs(value) if match[2] in ("ls", "s", "bb", "w") else value


def _kbli(question: Question, texts: Mapping[str, str]) -> Value:
    """Five figures; what follows them, the title picked from the list, is forgiven."""
    found = re.fullmatch(r"(?:kbli)?\s*([0-9]{5})(?:\s*[-:.]?\s+\D.*)?", _one(question, texts).lower())
    if not found:
        raise _Unclear("KBLI terdiri atas lima angka. Ketik kata, lalu pilih dari daftar, misalnya restoran.")
    return found[1]


def _checked(check: Callable[[str], numbers.Checked]) -> Callable[[Question, Mapping[str, str]], Value]:
    def read(question: Question, texts: Mapping[str, str]) -> Value:
        found = check(_one(question, texts))
        if not found.valid:
            raise _Unclear(found.message)
        return found.normalised

    return read


def _grouped(figures: str) -> str:
    return re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", ".", figures)


def _show_number(value: Any) -> str:
    whole, _, rest = str(value).partition(".")
    return _grouped(whole) + (f",{rest}" if rest else "")


def _show_date(value: Any) -> str:
    day = date.fromisoformat(str(value))
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of question is read and shown."""

    read: Callable[[Question, Mapping[str, str]], Value]
    show: Callable[[Any], str] = str


KINDS: Mapping[str, Kind] = {
    "text": Kind(_text(SHORT)),
    "long-text": Kind(_text(LONG)),
    "number": Kind(_number, _show_number),
    "count": Kind(_count, _show_number),
    "area": Kind(_area, lambda value: f"{_show_number(value)} m²"),
    "rupiah": Kind(_rupiah, lambda value: f"Rp {_show_number(value)}"),
    "date": Kind(_date, _show_date),
    "choice": Kind(_choice),
    "yes-no": Kind(_yes_no, lambda value: "Ya" if value else "Tidak"),
    "region": Kind(_region),
    "address": Kind(_address, _show_address),
    "phone": Kind(_checked(numbers.phone)),
    "nik": Kind(_checked(numbers.nik)),
    "kbli": Kind(_kbli),
    "point": Kind(_point, lambda value: f"{value['lintang']}, {value['bujur']}"),
    "nib": Kind(_checked(numbers.nib)),
    "npwp": Kind(_checked(numbers.npwp)),
}
