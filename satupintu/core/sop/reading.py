# SPDX-License-Identifier: Apache-2.0
"""From a TOML table to a Sop: keys and types. What the words mean together is for `soundness`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from satupintu.core.clock import Span
from satupintu.core.sop.language import (
    UNWRITABLE,
    ActorRow,
    CaseClass,
    End,
    Identity,
    Mistake,
    NoticeRow,
    Outcome,
    Sop,
    StatusRow,
    Step,
    Wait,
)

T = TypeVar("T")
MOST_ROWS = 200
MOST_IDS = 24
MOST_WHOLE = 10**12
"""Beyond any office's need; what a stranger hands in must not keep the check busy for hours."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TYPES = {
    str: "teks dalam tanda kutip",
    bool: "true atau false",
    int: "angka bulat",
    list: "daftar [ … ]",
    dict: "tabel",
}


class Table:
    """One TOML table being read. Each look notes what is wrong and gives something to go on with.

    So one reading finds every mistake; `done` reports the keys nobody asked for.
    """

    def __init__(self, data: Any, where: str, mistakes: list[Mistake]) -> None:
        self.where, self.mistakes = where, mistakes
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.asked: set[str] = set()
        if not isinstance(data, dict):
            self.wrong("Bagian ini harus berupa tabel. Tulis judulnya dalam kurung siku.")

    def wrong(self, message: str) -> None:
        self.mistakes.append(Mistake(self.where, message))

    def get(self, key: str, type_: type, default: Any, *, required: bool = False) -> Any:
        """The value of a key; the default where it is missing or of another type."""
        self.asked.add(key)
        value = self.data.get(key)
        if value is None:
            if required:
                self.wrong(f"Kunci “{key}” belum ada. Tambahkan {key} = … ({_TYPES[type_]}).")
            return default
        if not isinstance(value, type_) or (type_ is int and isinstance(value, bool)):
            self.wrong(f"“{key}” harus berupa {_TYPES[type_]}. Perbaiki nilainya.")
            return default
        if any(isinstance(text, str) and UNWRITABLE.search(text) for text in (value, *_list(value))):
            self.wrong(f"“{key}” berisi huruf yang tidak dapat dicetak. Ketik ulang teksnya.")
            return default
        return value

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        value: str = self.get(key, str, default, required=required)
        if required and isinstance(self.data.get(key), str) and not self.data[key].strip():
            self.wrong(f"“{key}” masih kosong. Isi teksnya.")
        return value

    def maybe(self, key: str) -> str | None:
        value: str | None = self.get(key, str, None)
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        value: bool = self.get(key, bool, default)
        return value

    def whole(
        self, key: str, default: int | None = None, *, required: bool = False, low: int = 0
    ) -> int | None:
        value: int | None = self.get(key, int, default, required=required)
        if value is not None and value != default and value < low:
            self.wrong(f"“{key}” paling kecil {low}. Perbaiki angkanya.")
            return default
        if value is not None and value > MOST_WHOLE:
            self.wrong(f"“{key}” terlalu besar. Perbaiki angkanya.")
            return default
        return value

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        values: list[Any] = self.get(key, list, [], required=required)
        if not all(isinstance(value, str) and value.strip() for value in values):
            self.wrong(f'“{key}” harus daftar teks yang tidak kosong, misalnya ["…", "…"].')
            return ()
        if required and key in self.data and self.data[key] == []:
            self.wrong(f"“{key}” masih kosong. Isi sedikitnya satu.")
        return tuple(values)

    def ids(self, key: str, most: int = MOST_IDS) -> tuple[str, ...]:
        """A list of ids, none of them twice."""
        values = self.texts(key)
        if len(values) > most:
            self.wrong(f"“{key}” berisi {len(values)} butir, batasnya {most}. Kurangi isinya.")
            return ()
        for value, times in Counter(values).items():
            if times > 1:
                self.wrong(f"“{value}” tertulis dua kali pada “{key}”. Hapus salah satunya.")
        return tuple(dict.fromkeys(values))

    def one_of(self, key: str, words: tuple[str, ...], default: str, *, required: bool = False) -> str:
        value = self.text(key, default, required=required)
        if key in self.data and isinstance(self.data[key], str) and value not in words:
            self.wrong(f"“{value}” tidak dikenal pada “{key}”. Pilih salah satu: {', '.join(words)}.")
            return default
        return value

    def span(self, key: str, units: tuple[str, ...], *, required: bool = False) -> Span | None:
        """A length of time in one of these units."""
        text = self.text(key, required=required)
        if not text:
            return None
        try:
            span = Span.parse(text)
        except ValueError as problem:
            self.wrong(f"“{key}”: {problem}")
            return None
        if span.unit not in units:
            self.wrong(f"“{key}” tidak boleh dalam {span.unit}. Tulis dalam {' atau '.join(units)}.")
            return None
        return span

    def id(self) -> str:
        value = self.text("id", required=True)
        if value and not _ID.fullmatch(value):
            self.wrong(f"Id “{value}” hanya boleh huruf kecil, angka, dan tanda hubung. Ganti id itu.")
        return value

    def table(self, key: str, *, required: bool = False) -> Table:
        return Table(self.get(key, dict, {}, required=required), f"[{key}]", self.mistakes)

    def rows(self, key: str, name: str = "", *, required: bool = False) -> list[Table]:
        """The tables of an array, each named by its id, or by its number in the file."""
        name = name or key
        rows: list[Any] = self.get(key, list, [], required=required)
        if len(rows) > MOST_ROWS:
            self.wrong(f"Ada {len(rows)} bagian [[{name}]], batasnya {MOST_ROWS}. Kurangi jumlahnya.")
            rows = rows[:MOST_ROWS]
        inside = "" if self.where == TOP or not self.where.startswith("[[") else f"{self.where} → "
        found = []
        for number, row in enumerate(rows, start=1):
            mark = next(
                (row[k] for k in ("id", "at", "on") if isinstance(row, dict) and isinstance(row.get(k), str)),
                "",
            )
            found.append(Table(row, f"{inside}[[{name}]] {mark or f'ke-{number}'}", self.mistakes))
        return found

    def keyed(
        self, key: str, read: Callable[[Table], T], name: str = "", *, required: bool = False
    ) -> dict[str, T]:
        """The rows of an array by their ids; the second of two with the same id is a mistake and left out."""
        found: dict[str, T] = {}
        for row in self.rows(key, name, required=required):
            before = len(row.mistakes)
            id_, thing = row.id(), read(row)
            if id_ in found:
                row.wrong(f"Id “{id_}” sudah dipakai. Beri id lain.")
            elif id_ or len(row.mistakes) == before:
                found[id_] = thing
            row.done()
        return found

    def done(self) -> None:
        """Report the keys that the language does not have."""
        for key in self.data:
            if key not in self.asked:
                known = ", ".join(sorted(self.asked))
                self.wrong(f"Kunci “{key}” tidak dikenal. Hapus, atau perbaiki ejaannya: {known}.")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


TOP = "bagian atas"
OFFICE_TIME = ("menit", "jam", "hari kerja")
ANY_TIME = (*OFFICE_TIME, "hari", "bulan")
_NO_TIME = Span(1, "menit")


def parse(data: Mapping[str, Any]) -> tuple[Sop, list[Mistake]]:
    """A Sop from the tables of `sop.toml`, and every mistake in its keys and types.

    With mistakes the Sop is a torso: good for looking for further mistakes, not for running.
    """
    mistakes: list[Mistake] = []
    top = Table(data, TOP, mistakes)
    sop = Sop(
        kind=top.one_of("kind", ("layanan", "sop"), "layanan", required=True),
        promise=top.span("promise", ("hari kerja",)),
        identity=_identity(top.table("identity", required=True)),
        actors=top.keyed("actor", _actor, required=True),
        classes=top.keyed("class", _class),
        steps=top.keyed("step", _step, required=True),
        waits=top.keyed("wait", _wait),
        ends=top.keyed("end", _end, required=True),
        statuses=_statuses(top),
        notices=tuple(_notice(row) for row in top.rows("notice")),
    )
    top.done()
    return sop, mistakes


def _identity(table: Table) -> Identity:
    identity = Identity(
        number=table.text("number", required=True),
        name=table.text("name", required=True),
        created=table.text("created", required=True),
        effective=table.text("effective", required=True),
        approver=table.text("approver", required=True),
        legal_basis=table.texts("legal_basis", required=True),
        revised=table.text("revised", "-"),
        warning=table.text("warning"),
        records=table.text("records"),
        qualifications=table.texts("qualifications"),
        equipment=table.texts("equipment"),
        linked=table.ids("linked"),
    )
    table.done()
    return identity


def _actor(row: Table) -> ActorRow:
    id_ = row.text("id")
    return ActorRow(
        id_, row.text("is", required=True), row.text("label", required=True), row.text("column", id_) or id_
    )


def _class(row: Table) -> CaseClass:
    return CaseClass(
        row.text("id"),
        row.text("label", required=True),
        row.span("promise", ("hari kerja",), required=True) or _NO_TIME,
        row.text("legal_basis", required=True),
    )


def _step(row: Table) -> Step:
    return Step(
        id=row.text("id"),
        number=row.whole("number", required=True, low=1) or 0,
        actor=row.text("actor", required=True),
        activity=row.text("activity", required=True),
        norm=row.span("norm", OFFICE_TIME, required=True) or _NO_TIME,
        outcomes=_outcomes(row),
        inputs=row.texts("inputs"),
        outputs=row.texts("outputs"),
        work=row.ids("work"),
        opens=row.ids("opens"),
        may_open=row.ids("may_open"),
        not_same_person_as=row.ids("not_same_person_as"),
        limit=row.span("limit", ANY_TIME),
        note=row.text("note"),
    )


def _outcomes(row: Table) -> dict[str, Outcome]:
    found = row.keyed("outcome", _outcome, "step.outcome", required=True)
    if len(found) > MOST_IDS:
        row.wrong(
            f"Langkah ini punya {len(found)} keputusan, batasnya {MOST_IDS}. Pecah menjadi beberapa langkah."
        )
    return dict(list(found.items())[:MOST_IDS])


def _outcome(row: Table) -> Outcome:
    clock = row.one_of("clock", ("none", "start", "stop", "restart"), "none")
    return Outcome(
        id=row.text("id"),
        label=row.text("label", required=True),
        to=row.maybe("to"),
        wait=row.maybe("wait"),
        requires=row.ids("requires"),
        when=row.maybe("when"),
        clock=None if clock == "none" else clock,
        needs_reason=row.flag("needs_reason"),
        decides=row.flag("decides"),
        klass=row.maybe("class"),
    )


def _wait(row: Table) -> Wait:
    return Wait(
        id=row.text("id"),
        kind=row.text("kind", required=True),
        debtor=row.text("debtor", required=True),
        label=row.text("label", required=True),
        judge=row.maybe("judge"),
        limit=row.span("limit", ANY_TIME),
        clock=row.one_of("clock", ("run", "pause"), "run"),
        rounds=row.whole("rounds", low=1),
        many=row.flag("many"),
        sop=row.maybe("sop"),
    )


def _end(row: Table) -> End:
    return End(
        row.text("id"),
        row.text("label", required=True),
        row.text("result", required=True),
        row.flag("reopen"),
        row.maybe("answer"),
    )


def _statuses(top: Table) -> dict[str, StatusRow]:
    found: dict[str, StatusRow] = {}
    for row in top.rows("status"):
        status = StatusRow(
            row.text("at", required=True),
            row.text("public", required=True),
            row.text("status_permohonan"),
            row.text("status_izin"),
            row.text("kd_status"),
        )
        row.done()
        if status.at in found:
            row.wrong(f"Status untuk “{status.at}” sudah ada. Hapus salah satunya.")
        found.setdefault(status.at, status)
    return found


def _notice(row: Table) -> NoticeRow:
    notice = NoticeRow(row.text("on", required=True), row.ids("to"), row.text("text", required=True))
    if not notice.to:
        row.wrong('Pemberitahuan ini tidak punya penerima. Tulis to = ["…"] dengan id pelaksana.')
    row.done()
    return notice
