# SPDX-License-Identifier: Apache-2.0
"""What `satupintu setup` must know of an office: as options, or asked one by one. Plain Python, for the parser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

Answers = Mapping[str, str]
ZONES = {
    "WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura",
    **{zone: zone for zone in ("Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura")},
}  # fmt: skip
LONG = "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to know.

    read: gives the answer as it is kept, or raises ValueError saying in Indonesian what is wrong. suggest: an answer
    made from the earlier ones; where there is one, nobody is asked.
    """

    option: str
    label: str
    example: str
    read: Callable[[str], str]
    suggest: Callable[[Answers], str] | None = None

    @property
    def name(self) -> str:
        return self.option.replace("-", "_")


def _slug(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", text) or len(text) > 40:
        raise ValueError("Pakai huruf kecil, angka, dan tanda hubung, misalnya kota-baru.")
    return text


def _words(longest: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        clean = " ".join(text.split())
        if len(clean) < 3 or not clean.isprintable():
            raise ValueError("Terlalu pendek. Tulis lengkap seperti pada kop surat.")
        if len(clean) > longest:
            raise ValueError(f"Terlalu panjang. Paling banyak {longest} huruf.")
        return clean

    return read


def _region(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]([0-9]{2})?", text.replace(".", "")):
        raise ValueError("Tulis kode wilayah Kemendagri: 2 angka provinsi atau 4 angka kabupaten/kota.")
    return text.replace(".", "")


def _zone(text: str) -> str:
    known = {name.lower(): zone for name, zone in ZONES.items()}
    if text.lower() not in known:
        raise ValueError("Pilih WIB, WITA, WIT, atau Asia/Pontianak.")
    return known[text.lower()]


def _email(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+", text) or len(text) > 254:
        raise ValueError("Alamat surel belum lengkap, misalnya layanan@kampar.example.")
    return text.lower()


def _url(text: str) -> str:
    """Only the shape: whether http will do is a rule of safety."""
    parts = urlsplit(text.rstrip("/"))
    if (
        parts.scheme not in {"https", "http"}
        or not parts.hostname
        or parts.path
        or parts.query
        or parts.username
    ):
        raise ValueError("Tulis alamat tanpa bagian lain, misalnya https://izin.kampar.example.")
    return text.rstrip("/").lower()


def _server(text: str) -> str:
    host, _sign, port = text.rpartition(":")
    if (
        not re.fullmatch(r"[A-Za-z0-9.-]+", host)
        or not re.fullmatch(r"[1-9][0-9]{0,4}", port)
        or int(port) > 65535
    ):
        raise ValueError("Tulis nama:port, misalnya surat.kampar.example:25.")
    return text


QUESTIONS = (
    Question("office", "Nama pendek kantor untuk alamat laman", "kampar", _slug),
    Question("name", "Nama kantor", "DPMPTSP Kabupaten Kampar", _words(200)),
    Question("government", "Pemerintah daerah", "Pemerintah Kabupaten Kampar", _words(120)),
    Question("region-code", "Kode wilayah Kemendagri", "1401", _region),
    Question("timezone", "Zona waktu", "WIB", _zone),
    Question("seat", "Tempat kedudukan", "Bangkinang", _words(60)),
    Question("address", "Alamat kantor", "Jalan Contoh Nomor 1, Bangkinang", _words(200)),
    Question("phone", "Telepon kantor", "(0762) 000 001", _words(60)),
    Question("email", "Surel kantor", "layanan@kampar.example", _email),
    Question("url", "Alamat laman kantor", "https://izin.kampar.example", _url),
    Question("smtp", "Server surat", "surat.kampar.example:25", _server),
    Question("admin-email", "Surel dinas administrator pertama", "nama@kampar.example", _email),
    Question("full-name", "Nama resmi panjang", f"{LONG} Kabupaten Kampar", _words(200), lambda a: a["name"].replace("DPMPTSP", LONG)),
    Question("short-name", "Nama singkat di kepala laman", "DPMPTSP Kampar", _words(60), lambda a: re.sub(r" (Kabupaten|Kota|Provinsi)\b", "", a["name"])[:60]),
    Question("head-title", "Jabatan kepala", f"Kepala {LONG} Kabupaten Kampar", _words(200), lambda a: f"Kepala {a['full_name']}"[:200]),
    Question("website", "Laman resmi", "https://dpmptsp.kampar.example", _words(120), lambda a: a["url"]),
    Question("letter", "Surat penunjukan administrator", "SK Kepala Dinas 12/2026", _words(120), lambda a: "Ditunjuk saat pemasangan"),
)  # fmt: skip


def fill(given: Answers, ask: Callable[[str], str] | None, say: Callable[[str], None]) -> dict[str, str]:
    """Answers to every question. given: those of the options. ask: puts a line before a person, None where nobody is.

    Raises ValueError naming the options that are missing or wrong; a person is asked again instead.
    """
    answers: dict[str, str] = {}
    missing: list[str] = []
    for question in QUESTIONS:
        text = given.get(question.name, "")
        if not text and question.suggest is not None and not missing:
            text = question.suggest(answers)
        if text:
            answers[question.name] = _read(question, text)
        elif ask is not None:
            answers[question.name] = _asked(question, ask, say)
        elif question.suggest is None:
            missing.append(f"--{question.option}")
    if missing:
        raise ValueError(f"Belum diisi: {', '.join(missing)}.")
    return answers


def _read(question: Question, text: str) -> str:
    try:
        return question.read(text.strip())
    except ValueError as wrong:
        raise ValueError(f"--{question.option}: {wrong}") from None


def _asked(question: Question, ask: Callable[[str], str], say: Callable[[str], None]) -> str:
    while True:
        try:
            return question.read(ask(f"{question.label} (misalnya {question.example}): ").strip())
        except ValueError as wrong:
            say(f"  {wrong}")
