# SPDX-License-Identifier: Apache-2.0
"""What is different between two versions of a service, in sentences an officer understands.

Nothing that differs is passed over: `SAYS` has a line for every field of every table of a folder (a test walks the
dataclasses), and a file whose words changed without a change of meaning is named too. Source: design §1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from satupintu.core.changes.words import (
    CHANNEL,
    CLOCK,
    COMPONENT,
    PRODUCT,
    QUESTION_KIND,
    REQUIREMENT_KIND,
    RESULT,
    SHEET,
    SIGNATURE,
    STATEMENT_ONLY,
    WAIT_CLOCK,
    WAIT_KIND,
    Say,
    Side,
    plain,
)
from satupintu.core.clock import Span
from satupintu.core.forms import MONTHS, DocumentSpec, FormSpec, Group, Question, Statement
from satupintu.core.package import Archive, Component, Package, Requirement, ServiceSpec, Tariff
from satupintu.core.sop.language import (
    ActorRow,
    CaseClass,
    End,
    Identity,
    NoticeRow,
    Outcome,
    Sop,
    StatusRow,
    Step,
    Wait,
)

STANDARD, REQUIREMENTS, COST, FORM = "Standar pelayanan", "Persyaratan", "Biaya", "Formulir"
PROCEDURE, LETTER, WORDS = "SOP", "Surat", "Kata-kata"
GROUPS = (REQUIREMENTS, COST, FORM, STANDARD, PROCEDURE, LETTER, WORDS)
"""In the order in which a page shows them: first what the applicant meets."""

CORRECTABLE = frozenset({"permit.typ", "texts.id.toml", "texts.en.toml"})
"""Where a misprint may be corrected for running cases: layout of the product and words, never a rule (design §4)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. group: one of GROUPS; file: where it stands in the folder."""

    group: str
    text: str
    file: str


def changes(old: Package, new: Package, *, say: Say = lambda fact, labels: fact) -> tuple[Change, ...]:
    """Every difference between two versions, in the order of GROUPS; empty only if their content is the same.

    say: how facts of the SOP are called (the words live with the pages).
    """
    found = list(_between(Side(old, say), Side(new, say)))
    named = {change.file for change in found}
    found += (change for change in _only_written_otherwise(old, new) if change.file not in named)
    return tuple(sorted(dict.fromkeys(found), key=lambda change: GROUPS.index(change.group)))


def differing(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> frozenset[str]:
    """The names of the files that are not the same on both sides; line ends do not matter."""
    return frozenset(
        name
        for name in old.keys() | new.keys()
        if name not in old or name not in new or not _same(old[name], new[name])
    )


def _between(old: Side, new: Side) -> Iterator[Change]:
    a, b = old.package, new.package
    if a.kind != b.kind:
        kinds = {"layanan": "layanan dengan produk", "sop": "SOP tertaut tanpa produk"}
        text = f"Folder ini menjadi {kinds.get(b.kind, b.kind)} (sebelumnya {kinds.get(a.kind, a.kind)})."
        yield Change(PROCEDURE, text, "sop.toml")
    yield from _grouped(a.sop, b.sop, "SOP", "sop.toml", PROCEDURE, old, new)
    if a.service and b.service:
        yield from _grouped(a.service, b.service, "layanan", "service.toml", STANDARD, old, new)
    elif a.service or b.service:
        yield Change(
            STANDARD, f"Standar pelayanan {'ditambahkan' if b.service else 'dihapus'}.", "service.toml"
        )
    if a.form and b.form:
        yield from _grouped(a.form, b.form, "formulir", "form.toml", FORM, old, new)
    elif a.form or b.form:
        yield Change(FORM, f"Formulir {'ditambahkan' if b.form else 'dihapus'}.", "form.toml")
    yield from _texts(a.texts, b.texts)
    yield from _layouts(a.files, b.files)


ELSEWHERE = {"requirements": REQUIREMENTS, "tariffs": COST, "documents": LETTER, "promise": STANDARD}
"""Fields of the tables at the top that are shown in another group than their file."""


def _grouped(
    old: Any, new: Any, of: str, file: str, group: str, before: Side, after: Side
) -> Iterator[Change]:
    for name in SAYS[type(new)]:
        for text in _field(type(new), name, old, new, of, before, after):
            yield Change(ELSEWHERE.get(name, group), text, file)


# How one field is told -------------------------------------------------------------------------------------------

Says = Callable[[str, Any, Any, Side, Side], Iterator[str]]
Show = Callable[[Any, Side], str]


def _fields(old: Any, new: Any, of: str, before: Side, after: Side) -> Iterator[str]:
    """Every difference of two rows of one table. of: what the row is called in a sentence."""
    for name in SAYS[type(new)]:
        yield from _field(type(new), name, old, new, of, before, after)


def _field(table: type, name: str, old: Any, new: Any, of: str, before: Side, after: Side) -> Iterator[str]:
    was, now = getattr(old, name), getattr(new, name)
    if was != now or isinstance(now, dict):  # two dicts of another order are equal
        yield from (_sentence(text) for text in SAYS[table][name](of, was, now, before, after))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _quoted(value: Any, _side: Side) -> str:
    return f"“{value}”" if value not in ("", None) else ""


def _from_to(subject: str, was: str, now: str) -> str:
    if not was:
        return f"{subject} diisi: {now}."
    if not now:
        return f"{subject} dihapus (sebelumnya {was})."
    if was == now:
        return f"{subject} berganti, tetapi namanya sama: {now}."
    return f"{subject} berubah dari {was} menjadi {now}."


def _value(label: str, show: Show = _quoted) -> Says:
    """A value that is shown whole."""

    def says(of: str, old: Any, new: Any, before: Side, after: Side) -> Iterator[str]:
        was = "" if old in ("", None) else show(old, before)
        yield _from_to(f"{label} {of}", was, "" if new in ("", None) else show(new, after))

    return says


def _text(label: str) -> Says:
    """Words; of long ones only the part that differs is shown, with some words around it."""

    def says(of: str, old: str, new: str, _before: Side, _after: Side) -> Iterator[str]:
        yield _words(f"{label} {of}", old, new)

    return says


def _words(subject: str, old: str, new: str) -> str:
    if old.split() == new.split():
        return f"{subject} hanya berubah spasinya."
    was, now = cut(old, new) if old and new else (old, new)
    return _from_to(subject, *(f"“{text}”" if text else "" for text in (was, now)))


def _renamed(now: str) -> Says:
    """The words by which a row is known: it is called by the old ones. now: "kini bernama"."""

    def says(of: str, old: str, new: str, _before: Side, _after: Side) -> Iterator[str]:
        yield f"{of} hanya berubah spasinya." if old.split() == new.split() else f"{of} {now} “{new}”."

    return says


NAMED, READS = _renamed("kini bernama"), _renamed("kini berbunyi")
AROUND, SHORT_ENOUGH = 3, 12


def cut(old: str, new: str) -> tuple[str, str]:
    a, b = old.split(), new.split()
    if max(len(a), len(b)) <= SHORT_ENOUGH:
        return old, new
    least = min(len(a), len(b))
    head = next((n for n in range(least) if a[n] != b[n]), least)
    tail = next((n for n in range(least - head) if a[-1 - n] != b[-1 - n]), least - head)
    return _middle(a, head, tail), _middle(b, head, tail)


def _middle(words: Sequence[str], head: int, tail: int) -> str:
    first, last = max(head - AROUND, 0), min(len(words) - tail + AROUND, len(words))
    return f"{'… ' if first else ''}{' '.join(words[first:last])}{' …' if last < len(words) else ''}"


def _of(words: Mapping[str, str]) -> Show:
    """A value of a closed list, by its words."""
    return lambda value, _side: words.get(value, value)


def _span(label: str) -> Says:
    def says(of: str, old: Span | None, new: Span | None, _before: Side, _after: Side) -> Iterator[str]:
        subject = f"{label} {of}"
        if old is None or new is None:
            yield f"{subject} ditetapkan: {new}." if new else f"{subject} dihapus (sebelumnya {old})."
        elif old.unit == new.unit:
            yield f"{subject} {'naik' if new.n > old.n else 'turun'} dari {old} menjadi {new}."
        else:
            yield f"{subject} berubah dari {old} menjadi {new}."

    return says


def _amount(label: str, show: Callable[[int], str] = str) -> Says:
    def says(of: str, old: int | None, new: int | None, _before: Side, _after: Side) -> Iterator[str]:
        subject = f"{label} {of}"
        if old is None or new is None:
            yield f"{subject} ditetapkan: {show(new)}." if new is not None else f"{subject} dihapus."
        else:
            yield f"{subject} {'naik' if new > old else 'turun'} dari {show(old)} menjadi {show(new)}."

    return says


def _flag(on: str, off: str) -> Says:
    """yes/no. on, off: the sentence for either, with {of}."""

    def says(of: str, _old: bool, new: bool, _before: Side, _after: Side) -> Iterator[str]:
        yield (on if new else off).format(of=of)

    return says


ASSUMED = _flag("{of} kini bertanda contoh.", "{of} tidak lagi bertanda contoh.")


def _list(label: str, show: Show = _quoted) -> Says:
    """Several values: what came, what went, or only their order."""

    def says(of: str, old: Iterable[str], new: Iterable[str], before: Side, after: Side) -> Iterator[str]:
        a, b = Counter(old), Counter(new)
        came = [show(value, after) for value in dict.fromkeys(sorted(new) if isinstance(new, frozenset) else new)
                if b[value] > a[value]]  # fmt: skip
        went = [show(value, before) for value in dict.fromkeys(sorted(old) if isinstance(old, frozenset) else old)
                if a[value] > b[value]]  # fmt: skip
        subject = f"{label} {of}"
        if came:
            yield f"{subject} bertambah: {', '.join(came)}."
        if went:
            yield f"{subject} berkurang: {', '.join(went)}."
        if not came and not went:
            yield f"urutan {subject[:1].lower()}{subject[1:]} berubah."

    return says


def _whole(label: str) -> Says:
    """A table of its own: each of its fields is told."""

    def says(_of: str, old: Any, new: Any, before: Side, after: Side) -> Iterator[str]:
        if old is None or new is None:
            yield f"{label} {'ditambahkan' if new else 'dihapus'}."
        else:
            yield from _fields(old, new, label, before, after)

    return says


Name = Callable[[Any, Side], str]


def _rows(
    noun: str, name: Name, about: Name | None = None, *, of_owner: bool = False, by_new: bool = False
) -> Says:
    """Rows that have an id: which are new, which went, in which order, and what changed in the others.

    name: what a row is called. about: what is said of a new one (its name). of_owner: the table it stands in is said.
    by_new: what changed in a row is told under its new name, not the old one.
    """

    def says(
        of: str, old: Mapping[str, Any], new: Mapping[str, Any], before: Side, after: Side
    ) -> Iterator[str]:
        owner = f" {of}" if of_owner else ""
        for key, row in old.items():
            if key not in new:
                yield f"{noun}{owner} dihapus: {name(row, before)}."
        for key, row in new.items():
            if key not in old:
                yield f"{noun}{owner} baru: {(about or name)(row, after)}."
        both = [key for key in new if key in old]
        if both != [key for key in old if key in new]:
            order = ", ".join(name(new[key], after) for key in both)
            yield f"urutan {noun.lower()}{owner} berubah menjadi: {order}."
        for key in both:
            known_as = name(new[key], after) if by_new else name(old[key], before)
            called = f"{noun.lower()} {known_as}{owner}"
            yield from _fields(old[key], new[key], called, before, after)

    return says


def _labelled(row: Any, _side: Side) -> str:
    return f"“{row.label}”"


# Tables that need their own words --------------------------------------------------------------------------------


def _steps(
    of: str, old: Mapping[str, Step], new: Mapping[str, Step], before: Side, after: Side
) -> Iterator[str]:
    """The steps; numbers that only shift because another step came or went are said once."""
    yield from _rows("Langkah", _step_name, _step_about, by_new=True)(of, old, new, before, after)
    both = [key for key in new if key in old]
    if len(old) == len(both) == len(new) and list(old) == list(new):
        for key in both:
            if old[key].number != new[key].number:
                yield f"langkah {old[key].number} menjadi langkah {new[key].number}."
    elif any(old[key].number != new[key].number for key in both):
        yield "nomor langkah lain bergeser."


def _step_name(step: Step, _side: Side) -> str:
    return str(step.number)


def _step_about(step: Step, side: Side) -> str:
    return f"{step.number}, “{step.activity}”, oleh {side.actor(step.actor)}, norma {step.norm}"


def said_elsewhere(
    _of: str, _old: Any, _new: Any, _before: Side, _after: Side
) -> Iterator[str]:  # the number of a step, see _steps; an id, by which rows are told apart
    return iter(())


def _outcome_about(outcome: Outcome, side: Side) -> str:
    way = side.target(outcome.to) if outcome.to else f"menunggu {side.wait(outcome.wait or '')}"
    return f"“{outcome.label}” ({way})"


def _wait_about(wait: Wait, side: Side) -> str:
    limit = f", batas {wait.limit}" if wait.limit else ""
    return f"“{wait.label}” (ditunggu dari {side.actor(wait.debtor)}{limit})"


def _requirement_about(row: Requirement, _side: Side) -> str:
    return f"{row.label} ({'wajib' if row.required else 'boleh tidak ada'})"


def _question_about(row: Question, _side: Side) -> str:
    return f"“{row.label}”{'' if row.required else ' (boleh dikosongkan)'}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _rupiah(amount: int) -> str:
    return f"Rp {amount:,}".replace(",", ".")


def _tariffs(
    _of: str, old: Sequence[Tariff], new: Sequence[Tariff], before: Side, after: Side
) -> Iterator[str]:
    """Tariffs are told apart by the day they begin."""
    a, b = _by_day(old), _by_day(new)
    for key in sorted(a.keys() | b.keys()):
        since = f"sejak {_day(key[0])}"
        if key not in b:
            yield f"biaya {since} dihapus: {_rupiah(a[key].amount_rupiah)}."
        elif key not in a:
            yield f"biaya baru mulai {_day(key[0])}: {_rupiah(b[key].amount_rupiah)} ({b[key].basis})."
        else:
            yield from _fields(a[key], b[key], since, before, after)
    if a == b:
        yield "urutan biaya berubah."


def _by_day(tariffs: Sequence[Tariff]) -> dict[tuple[date, int], Tariff]:
    seen: Counter[date] = Counter()
    found = {}
    for tariff in tariffs:
        found[(tariff.from_, seen[tariff.from_])] = tariff
        seen[tariff.from_] += 1
    return found


def _components(
    _of: str, old: Mapping[str, Component], new: Mapping[str, Component], before: Side, after: Side
) -> Iterator[str]:
    for name in dict.fromkeys((*old, *new)):
        label = f"komponen “{COMPONENT.get(name, plain(name))}”"
        if name not in old or name not in new:
            yield f"{label} {'ditambahkan' if name in new else 'dihapus'}."
        elif old[name] != new[name]:
            yield from _fields(old[name], new[name], label, before, after)


def _notices(
    _of: str, old: Sequence[NoticeRow], new: Sequence[NoticeRow], before: Side, after: Side
) -> Iterator[str]:
    """Notices are told apart by when they leave and by their words."""
    a, b = ({(row.on, row.text): row for row in rows} for rows in (old, new))
    for key in dict.fromkeys((*a, *b)):
        side = before if key in a else after
        called = f"pemberitahuan “{plain(key[1])}” pada {side.place(key[0])}"
        if key not in b:
            yield f"{called} dihapus."
        elif key not in a:
            yield f"{called} baru, untuk {', '.join(after.actor(actor) for actor in b[key].to)}."
        else:
            yield from _fields(a[key], b[key], called, before, after)
    if a == b:
        yield "urutan atau ulangan pemberitahuan berubah."


LANGUAGES = {"id": "", "en": " (bahasa Inggris)"}


def _texts(old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]) -> Iterator[Change]:
    for language in sorted(old.keys() | new.keys()):
        a, b = old.get(language, {}), new.get(language, {})
        where = LANGUAGES.get(language, f" (bahasa {language})")
        file = f"texts.{language}.toml"
        if not a or not b:
            if a or b:
                yield Change(WORDS, f"Berkas kata {file} {'ditambahkan' if b else 'dihapus'}.", file)
            continue
        for key in dict.fromkeys((*a, *b)):
            if a.get(key) != b.get(key):
                text = _words(f"{_text_name(key)}{where}", a.get(key, ""), b.get(key, ""))
                yield Change(WORDS, _sentence(text), file)


def _text_name(key: str) -> str:
    """What a key of the texts is for: "status.x", "status.x.now", "notice.x.subject", "notice.x.body", "notice.x.whatsapp"."""
    kind, _, rest = key.partition(".")
    name, _, part = rest.rpartition(".")
    parts = {"subject": "Judul", "body": "Isi", "whatsapp": "Bentuk pendek (WhatsApp)"}
    if kind == "notice" and part in parts:
        return f"{parts[part]} pemberitahuan “{plain(name)}”"
    if kind == "status":
        return f"Keterangan status “{plain(name)}”" if part == "now" and name else f"Status “{plain(rest)}”"
    return f"Kata “{key}”"


def _layouts(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[Change]:
    for name in sorted(name for name in old.keys() | new.keys() if name.endswith(".typ")):
        what = "Tata letak surat" if name == "permit.typ" else "Tata letak dokumen"
        if name not in old or name not in new:
            yield Change(LETTER, f"{what} {name} {'ditambahkan' if name in new else 'dihapus'}.", name)
        elif not _same(old[name], new[name]):
            yield Change(LETTER, f"{what} berubah ({name}): {_lines(old[name], new[name])}.", name)


def _same(old: bytes, new: bytes) -> bool:
    """Whether two files are the same to the digest of a version."""
    return old.replace(b"\r\n", b"\n") == new.replace(b"\r\n", b"\n")


def _lines(old: bytes, new: bytes) -> str:
    """How many lines came and went. Counted, not aligned: a stranger's file must not cost more than reading it."""
    a, b = (Counter(content.replace(b"\r\n", b"\n").split(b"\n")) for content in (old, new))
    came, went = (b - a).total(), (a - b).total()
    told = [f"{came} baris baru"] if came else []
    told += [f"{went} baris hilang"] if went else []
    return ", ".join(told) or "urutan barisnya"


def line_changes(old: bytes, new: bytes) -> tuple[list[str], list[str]]:
    """The lines that went and that came, each side in its own order; blank ones are not told."""
    a, b = (content.decode("utf-8", "replace").splitlines() for content in (old, new))
    return _only_in(a, b), _only_in(b, a)


def _only_in(one: Sequence[str], other: Sequence[str]) -> list[str]:
    left, found = Counter(other), []
    for line in one:
        if left[line]:
            left[line] -= 1
        elif line.strip():
            found.append(line.strip())
    return found


def _only_written_otherwise(old: Package, new: Package) -> Iterator[Change]:
    """Files whose words differ: told where nothing that the folder means has changed by it."""
    groups = {"service.toml": STANDARD, "form.toml": FORM, "sop.toml": PROCEDURE}
    for name in sorted(old.files.keys() | new.files.keys()):
        a, b = old.files.get(name), new.files.get(name)
        if a is None or b is None:
            yield Change(
                groups.get(name, WORDS), f"Berkas {name} {'dihapus' if b is None else 'baru'}.", name
            )
        elif not _same(a, b):
            text = f"Tulisan {name} berubah ({_lines(a, b)}); yang diaturnya tetap sama."
            yield Change(groups.get(name, WORDS), text, name)


# What is said of each field --------------------------------------------------------------------------------------

SAYS: Mapping[type, Mapping[str, Says]] = {
    ServiceSpec: {
        "name": _text("Nama"),
        "code": _value("Kode"),
        "channel": _value("Saluran", _of(CHANNEL)),
        "product": _value("Produk", _of(PRODUCT)),
        "signature": _value("Tanda tangan produk", _of(SIGNATURE)),
        "number_format": _value("Bentuk nomor surat"),
        "validity": _text("Masa berlaku produk"),
        "sheet": _value("Bentuk lembar standar", _of(SHEET)),
        "kbli": _list("Daftar KBLI"),
        "summary": _text("Penjelasan singkat"),
        "search_words": _list("Kata cari"),
        "minutes": _amount("Perkiraan lama mengisi formulir", lambda n: f"{n} menit"),
        "components": _components,
        "requirements": _rows("Persyaratan", lambda row, side: f"“{row.label}”", _requirement_about),
        "tariffs": _tariffs,
        "archive": _whole("aturan arsip"),
        "assumed": _list("Nilai bertanda contoh pada"),
    },
    Component: {"text": _text("Isi"), "assumed": ASSUMED, "source": _text("Sumber")},
    Requirement: {
        "id": said_elsewhere,
        "label": NAMED,
        "kind": _value("Cara memenuhi", _of(REQUIREMENT_KIND)),
        "required": _flag("{of} menjadi wajib.", "{of} boleh tidak ada."),
        "max_mb": _amount("Batas ukuran berkas", lambda n: f"{n} MB"),
        "basis": _text("Dasar hukum"),
        "hint": _text("Petunjuk"),
        "sentences": _list("Kalimat periksa"),
        "assumed": ASSUMED,
        "source": _text("Sumber"),
    },
    Tariff: {
        "amount_rupiah": _amount("Biaya", _rupiah),
        "basis": _text("Dasar hukum biaya"),
        "from_": said_elsewhere,
        "assumed": _flag("Biaya {of} kini bertanda contoh.", "Biaya {of} tidak lagi bertanda contoh."),
        "source": _text("Sumber biaya"),
    },
    Archive: {
        "code": _value("Kode klasifikasi"),
        "retention": _text("Masa simpan"),
        "active_years": _amount("Masa aktif", lambda n: f"{n} tahun"),
        "assumed": ASSUMED,
        "source": _text("Sumber"),
    },
    FormSpec: {
        "questions": _rows("Pertanyaan", _labelled, _question_about),
        "statements": _rows("Pernyataan", lambda row, side: f"“{row.text}”"),
        "documents": _rows("Dokumen petugas", _labelled),
        "groups": _rows("Kelompok pertanyaan", _labelled),
    },
    Group: {
        "id": said_elsewhere,
        "label": NAMED,
        "of": _value("Tempat", lambda of, side: f"di dalam kelompok “{of}”"),
        "questions": _rows("Pertanyaan", _labelled, _question_about, of_owner=True),
    },
    Question: {
        "id": said_elsewhere,
        "label": READS,
        "kind": _value("Jenis jawaban", _of(QUESTION_KIND)),
        "required": _flag("{of} menjadi wajib diisi.", "{of} boleh dikosongkan."),
        "hint": _text("Petunjuk"),
        "options": _list("Pilihan"),
        "show_if": _value("Syarat tampil", lambda shown, side: side.shown_if(shown)),
        "page": _value("Halaman", lambda page, side: f"halaman {page}"),
    },
    Statement: {
        "id": said_elsewhere,
        "text": READS,
        "title": _text("Judul pernyataan"),
        "only": _value("Yang menyatakan", _of(STATEMENT_ONLY)),
    },
    DocumentSpec: {
        "id": said_elsewhere,
        "label": NAMED,
        "template": _value("Tata letak"),
        "questions": _rows("Pertanyaan", _labelled, _question_about, of_owner=True),
    },
    Sop: {
        "kind": said_elsewhere,
        "identity": _whole("SOP"),
        "actors": _rows("Pelaku", _labelled),
        "steps": _steps,
        "ends": _rows("Akhir", _labelled),
        "waits": _rows("Permintaan", _labelled, _wait_about),
        "classes": _rows("Golongan berkas", _labelled),
        "statuses": _rows("Status", lambda row, side: f"pada {side.place(row.at)}"),
        "notices": _notices,
        "promise": _span("Janji layanan menurut"),
    },
    Identity: {
        "number": _value("Nomor"),
        "name": _text("Nama"),
        "created": _value("Tanggal pembuatan"),
        "effective": _value("Tanggal efektif"),
        "approver": _text("Pejabat yang mengesahkan"),
        "legal_basis": _list("Dasar hukum"),
        "revised": _value("Tanggal revisi"),
        "warning": _text("Peringatan"),
        "records": _text("Pencatatan"),
        "qualifications": _list("Kualifikasi pelaksana"),
        "equipment": _list("Peralatan"),
        "linked": _list("SOP tertaut pada"),
    },
    ActorRow: {
        "id": said_elsewhere,
        "is_": _value("Peran"),
        "label": NAMED,
        "column": _value("Kolom pada lembar SOP dari", lambda column, side: f"“{side.actor(column)}”"),
    },
    CaseClass: {
        "id": said_elsewhere,
        "label": NAMED,
        "promise": _span("Janji untuk"),
        "legal_basis": _text("Dasar hukum"),
    },
    Step: {
        "id": said_elsewhere,
        "number": said_elsewhere,
        "actor": _value("Pelaku", lambda actor, side: side.actor(actor)),
        "activity": _text("Kegiatan"),
        "norm": _span("Norma"),
        "outcomes": _rows("Hasil", _labelled, _outcome_about, of_owner=True),
        "inputs": _list("Kelengkapan"),
        "outputs": _list("Keluaran"),
        "work": _list("Pekerjaan", lambda work, side: side.work(work)),
        "opens": _list("Permintaan yang dibuka sendiri pada", lambda wait, side: side.wait(wait)),
        "may_open": _list("Permintaan yang boleh dibuka pada", lambda wait, side: side.wait(wait)),
        "not_same_person_as": _list("Harus orang lain dari", lambda name, side: side.step_or_wait(name)),
        "limit": _span("Batas waktu"),
        "note": _text("Keterangan"),
    },
    Outcome: {
        "id": said_elsewhere,
        "label": NAMED,
        "to": _value("Tujuan", lambda to, side: side.target(to)),
        "wait": _value("Yang ditunggu pada", lambda wait, side: side.wait(wait)),
        "requires": _list("Syarat", lambda fact, side: side.fact(fact)),
        "when": _value("Syarat otomatis", lambda fact, side: side.fact(fact)),
        "clock": _value("Hitungan waktu pada", _of(CLOCK)),
        "needs_reason": _flag("{of} kini harus diberi alasan.", "{of} tidak lagi harus diberi alasan."),
        "decides": _flag("{of} kini memutuskan permohonan.", "{of} tidak lagi memutuskan permohonan."),
        "klass": _value("Golongan berkas pada", lambda klass, side: side.klass(klass)),
    },
    Wait: {
        "id": said_elsewhere,
        "kind": _value("Jenis", _of(WAIT_KIND)),
        "debtor": _value("Yang harus menjawab", lambda actor, side: side.actor(actor)),
        "label": NAMED,
        "judge": _value("Penilai jawaban", lambda actor, side: side.actor(actor)),
        "limit": _span("Batas waktu"),
        "clock": _value("Hitungan waktu selama", _of(WAIT_CLOCK)),
        "rounds": _amount("Banyaknya putaran", lambda n: f"{n} kali"),
        "many": _flag("{of} kini boleh dijawab beberapa orang.", "{of} kini dijawab satu orang."),
        "sop": _value("SOP yang menjawab"),
    },
    End: {
        "id": said_elsewhere,
        "label": NAMED,
        "result": _value("Arti", _of(RESULT)),
        "reopen": _flag("{of} kini boleh diajukan lagi.", "{of} tidak lagi boleh diajukan lagi."),
        "answer": _value("Jawaban dari"),
    },
    StatusRow: {
        "at": said_elsewhere,
        "public": _value("Kunci kata"),
        "status_permohonan": _value("Status permohonan OSS"),
        "status_izin": _value("Status izin OSS"),
        "kd_status": _value("Kode status OSS"),
    },
    NoticeRow: {
        "on": said_elsewhere,
        "to": _list("Penerima", lambda actor, side: side.actor(actor)),
        "text": said_elsewhere,
    },
}  # fmt: skip
"""For every table of a folder, what is said of each of its fields."""
