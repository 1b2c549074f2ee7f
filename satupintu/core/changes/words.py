# SPDX-License-Identifier: Apache-2.0
"""The closed lists of a service folder in Indonesian, and how a version calls its own ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from satupintu.core.forms import DocumentSpec, ShowIf
from satupintu.core.package import Package
from satupintu.core.sop.language import DOCUMENT, CaseClass, Wait

COMPONENT = {
    "persyaratan": "Persyaratan", "prosedur": "Sistem, mekanisme, dan prosedur", "jangka_waktu": "Jangka waktu",
    "biaya": "Biaya", "produk": "Produk pelayanan", "pengaduan": "Penanganan pengaduan", "dasar_hukum": "Dasar hukum",
    "sarana": "Sarana dan prasarana", "kompetensi": "Kompetensi pelaksana", "pengawasan": "Pengawasan internal",
    "jumlah_pelaksana": "Jumlah pelaksana", "jaminan_pelayanan": "Jaminan pelayanan",
    "jaminan_keamanan": "Jaminan keamanan dan keselamatan", "evaluasi": "Evaluasi kinerja",
}  # fmt: skip
WAIT_KIND = {
    "correction": "perbaikan", "opinion": "pertimbangan", "visit": "pemeriksaan lapangan", "payment": "pembayaran",
    "acknowledgement": "mengetahui", "determination": "penetapan", "meeting": "rapat", "answer": "jawaban",
    "procedure": "prosedur lain",
}  # fmt: skip
RESULT = {
    "issued": "terbit", "refused": "ditolak", "returned": "dikembalikan", "withdrawn": "ditarik", "lapsed": "gugur",
    "referred": "diteruskan ke kantor lain", "closed": "ditutup",
}  # fmt: skip
WORK = {
    "form": "mengisi formulir", "assist": "mendampingi", "checklist": "memeriksa dokumen", "draft": "menyusun draf",
    "sign": "menandatangani", "notify": "memberi tahu", "download": "mengunduh", "hand-over": "menyerahkan surat",
    "survey": "mengisi survei", "archive": "mengarsipkan", "disposition": "mendisposisi", "reply": "menjawab",
    "publish": "mengumumkan", "hand-off": "meneruskan",
}  # fmt: skip
QUESTION_KIND = {
    "text": "teks pendek", "long-text": "teks panjang", "number": "angka", "rupiah": "jumlah uang", "date": "tanggal",
    "choice": "pilihan", "yes-no": "ya atau tidak", "region": "wilayah", "address": "alamat", "phone": "telepon",
    "nik": "NIK", "kbli": "KBLI", "point": "titik di peta", "nib": "NIB", "npwp": "NPWP", "count": "banyaknya",
    "area": "luas",
}  # fmt: skip
STATEMENT_ONLY = {
    "usaha": "usaha yang tidak ditutup",
    "umk": "usaha mikro dan kecil",
    "sppl": "usaha dengan SPPL",
    "standar": "usaha yang berisiko menengah atau tinggi",
}
REQUIREMENT_KIND = {"upload": "diunggah", "data-template": "diisi pada formulir", "confirm": "dinyatakan"}
CLOCK = {"start": "mulai dihitung", "stop": "berhenti", "restart": "dihitung ulang dari awal"}
WAIT_CLOCK = {"run": "tetap berjalan", "pause": "berhenti dulu"}
CHANNEL = {"oss": "OSS", "local": "kantor ini"}
PRODUCT = {
    "nib": "NIB",
    "ss": "Sertifikat Standar",
    "izin": "Izin",
    "pb-umku": "PB-UMKU",
    "sk": "Surat Keputusan",
}
SIGNATURE = {"electronic": "elektronik", "wet": "basah"}
SHEET = {"one": "satu tabel", "two": "dua tabel"}

Say = Callable[[str, Mapping[str, str]], str]
"""A fact of the SOP in words; with it the labels of waits, classes and documents by their ids."""


def plain(name: str) -> str:
    """An id as people read it."""
    return name.replace("-", " ")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions, and how its ids are called there."""

    package: Package
    say: Say

    @property
    def labels(self) -> dict[str, str]:
        sop, form = self.package.sop, self.package.form
        rows: Iterable[Wait | CaseClass | DocumentSpec] = chain(
            sop.waits.values(), sop.classes.values(), form.documents.values() if form else ()
        )
        return {row.id: row.label for row in rows}

    def fact(self, fact: str) -> str:
        return self.say(fact, self.labels)

    def actor(self, actor: str) -> str:
        found = self.package.sop.actors.get(actor)
        return found.label if found else actor

    def step(self, step: str) -> str:
        found = self.package.sop.steps.get(step)
        return f"langkah {found.number}" if found else plain(step)

    def wait(self, wait: str) -> str:
        found = self.package.sop.waits.get(wait)
        return f"“{found.label}”" if found else f"“{plain(wait)}”"

    def target(self, to: str) -> str:
        """Where an outcome leads: a step or an end."""
        end = self.package.sop.ends.get(to)
        return f"akhir “{end.label}”" if end else self.step(to)

    def step_or_wait(self, name: str) -> str:
        return self.step(name) if name in self.package.sop.steps else self.wait(name)

    def klass(self, klass: str) -> str:
        found = self.package.sop.classes.get(klass)
        return f"“{found.label}”" if found else plain(klass)

    def work(self, work: str) -> str:
        document = work.removeprefix(DOCUMENT)
        return WORK[work] if document == work else f"membuat {self.labels.get(document, plain(document))}"

    def place(self, place: str) -> str:
        """Where a status or a notice belongs: "step:S", "outcome:S.O", "wait:W:STATE", "end:E"."""
        kind, _, name = place.partition(":")
        if kind == "outcome":
            step, _, outcome = name.partition(".")
            found = self.package.sop.steps.get(step)
            way = found.outcomes.get(outcome) if found else None
            return f"hasil “{way.label if way else plain(outcome)}” {self.step(step)}"
        if kind == "wait":
            wait, _, state = name.partition(":")
            words = {"": "", "opened": ": dibuka"}.get(state)
            return f"{self.wait(wait)}{words}" if words is not None else f"“{self.fact(name)}”"
        return self.target(name) if kind == "end" else self.step(name)

    def shown_if(self, shown: ShowIf) -> str:
        form = self.package.form
        asked = (form.questions, *(group.questions for group in form.groups.values())) if form else ()
        found = next((rows[shown.question] for rows in asked if shown.question in rows), None)
        label = found.label if found else plain(shown.question)
        return f"bila “{label}” dijawab {' atau '.join(shown.values)}"
