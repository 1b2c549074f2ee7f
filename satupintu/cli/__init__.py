# SPDX-License-Identifier: Apache-2.0
"""The command `satupintu`: what an office runs and what anybody can check.

The words of the commands and the keys of their JSON are a contract. Exit 0: fine; 1: what was checked is not
fine; 2: the command was not understood. Every command loads only what it needs, hence the late imports.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, TextIO

from satupintu.cli import home
from satupintu.cli.questions import QUESTIONS

FINE, NOT_FINE, USAGE = 0, 1, 2
VERSIONS = ("2017", "2020", "2025")
"""Of KBLI."""


class Usage(Exception):
    """The command cannot be carried out as typed; the message says why, in Indonesian."""


_HEADINGS = {
    "usage:": "pemakaian:",
    "positional arguments:": "isian:",
    "options:": "pilihan:",
    "show this help message and exit": "tampilkan bantuan ini",
}
_COMPLAINTS = (
    (r"the following arguments are required: (.+)", r"Belum diisi: \1."),
    (r"unrecognized arguments: (.+)", r"Tidak dikenal: \1."),
    (r"argument (.+): invalid choice: (.+) \(choose from (.+)\)", r"\2 bukan pilihan untuk \1. Pilih: \3."),
    (r"argument (.+): expected one argument", r"\1 perlu satu nilai."),
    (r"argument (.+?): (.+)", r"\1: \2"),
)


class _Parser(argparse.ArgumentParser):
    """argparse speaking Indonesian, and raising Usage instead of leaving the program."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(allow_abbrev=False, **keywords)
        # Suppressed, so that a sub-command's default does not undo a --json that stood before it.
        self.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help="jawab dengan satu objek JSON"
        )

    def format_help(self) -> str:
        text = super().format_help()
        for english, indonesian in _HEADINGS.items():
            text = text.replace(english, indonesian)
        return text

    def error(self, message: str) -> NoReturn:
        for english, indonesian in _COMPLAINTS:
            if re.fullmatch(english, message):
                message = re.sub(english, indonesian, message)
                break
        raise Usage(f"{message} Lihat cara memakainya: {self.prog} --help")


def _days(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError("tulis banyaknya hari kerja, 1 sampai 9999.")
    return int(text)


def _few(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]?", text):
        raise argparse.ArgumentTypeError("tulis banyaknya hasil, 1 sampai 99.")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("tulis tanggal seperti 2026-01-31.") from None


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise argparse.ArgumentTypeError("tulis nomor port, 0 sampai 65535.")
    return int(text)


def _group(commands: Any, name: str, help_text: str) -> Any:
    return commands.add_parser(name, help=help_text, description=help_text).add_subparsers(
        dest="verb", required=True, metavar="PERINTAH", parser_class=_Parser
    )


def _command(commands: Any, name: str, does: str, *, room: str, key: str) -> _Parser:
    made: _Parser = commands.add_parser(name, help=does, description=does)
    made.set_defaults(room=room, command=key)
    return made


def _parser() -> _Parser:
    parser = _Parser(
        prog="satupintu", description="Satu pintu untuk semua perizinan sebuah kantor pelayanan."
    )
    commands = parser.add_subparsers(dest="group", required=True, metavar="PERINTAH", parser_class=_Parser)
    _rules(commands)
    _office(commands)
    _staff(commands)
    return parser


def _staff(commands: Any) -> None:
    """The second person of an office that has only one."""
    staff = _group(commands, "staff", "pegawai sebuah kantor")
    made = _command(
        staff, "proposals", "usulan yang menunggu orang kedua", room="staff", key="staff-proposals"
    )
    made.add_argument("--office", metavar="SLUG", required=True, help="kantor, misalnya kampar")
    made = _command(
        staff,
        "confirm",
        "sahkan usulan, selama kantor belum punya orang kedua",
        room="staff",
        key="staff-confirm",
    )
    made.add_argument("proposal", metavar="USULAN", help="kode usulan dari: satupintu staff proposals")


def _rules(commands: Any) -> None:
    """Commands that need no data base."""
    check = _group(commands, "check", "memeriksa berkas yang ditulis kantor")
    made = _command(check, "service", "periksa satu folder layanan", room="rules", key="check-service")
    made.add_argument(
        "folder", metavar="FOLDER", type=Path, help="folder layanan, misalnya services/kampar/pb-umku"
    )

    clock = _group(commands, "clock", "menghitung waktu kerja sebuah kantor")
    made = _command(clock, "due", "hitung tanggal janji selesai", room="rules", key="clock-due")
    made.add_argument("--office", metavar="SLUG", required=True, help="kantor, misalnya kampar")
    made.add_argument(
        "--from", metavar="ISO", required=True, dest="start", help="saat diterima, waktu setempat"
    )
    made.add_argument("--days", metavar="N", required=True, type=_days, help="janji dalam hari kerja")
    made = _command(clock, "elapsed", "hitung waktu kerja yang terpakai", room="rules", key="clock-elapsed")
    made.add_argument("--office", metavar="SLUG", required=True, help="kantor, misalnya kampar")
    made.add_argument("--ledger", metavar="FILE", required=True, type=Path, help="catatan waktu (JSON)")
    made.add_argument("--at", metavar="ISO", required=True, help="dihitung sampai saat ini, waktu setempat")

    identity = _group(commands, "identity", "memeriksa bentuk nomor identitas")
    made = _command(identity, "check", "periksa satu nomor", room="rules", key="identity-check")
    made.add_argument("kind", choices=("nik", "npwp", "nib", "phone", "passport"), help="jenis nomor")
    made.add_argument("value", metavar="NOMOR", help="nomor seperti yang diketik orang")


def _office(commands: Any) -> None:
    """Commands that work on the data of an office."""
    serve = _command(commands, "serve", "jalankan halaman dan pekerja latar", room="office", key="serve")
    demo = _command(commands, "demo", "muat kantor contoh lalu jalankan", room="office", key="demo")
    demo.add_argument("--walk-only", action="store_true", help="satu permohonan sampai izin, tanpa halaman")
    for made in (serve, demo):
        made.add_argument("--host", default="127.0.0.1", help="alamat yang didengarkan")
        made.add_argument("--port", default=8000, type=_port, help="nomor port")
    _command(commands, "worker", "jalankan pekerja latar saja", room="office", key="worker")

    setup = _command(commands, "setup", "siapkan kantor yang sebenarnya", room="setup", key="setup")
    for question in QUESTIONS:
        shown = f"{question.label}, misalnya {question.example}"
        setup.add_argument(f"--{question.option}", metavar="ISI", help=shown)
    setup.add_argument("--new-token", action="store_true", help="tautan baru untuk administrator pertama")
    setup.add_argument("--check", action="store_true", help="periksa keamanan pengaturan saja")

    made = _command(commands, "signer", "pilih cara kantor menandatangani surat", room="office", key="signer")
    made.add_argument(
        "hand", metavar="CARA", choices=("local", "bsre", "pkcs11"), help="local, bsre, atau pkcs11"
    )
    made.add_argument("--office", metavar="SLUG", required=True, help="kantor, misalnya kampar")
    made.add_argument("--effective", metavar="TANGGAL", required=True, type=_day, help="mulai berlaku")
    made.add_argument("--basis", metavar="TEKS", required=True, help="surat atau peraturan yang mendasarinya")

    service = _group(commands, "service", "mengelola layanan kantor")
    made = _command(service, "bpmn", "tulis SOP sebagai BPMN 2.0 bergambar", room="rules", key="service-bpmn")
    made.add_argument("folder", metavar="FOLDER", type=Path, help="folder layanan")
    made.add_argument("--out", metavar="FILE", type=Path, help="simpan ke berkas ini, bukan ke layar")
    made = _command(service, "publish", "terbitkan satu folder layanan", room="office", key="service-publish")
    made.add_argument("folder", metavar="FOLDER", type=Path, help="folder layanan")
    made.add_argument("--office", metavar="SLUG", required=True, help="kantor, misalnya kampar")
    made.add_argument("--effective", metavar="TANGGAL", required=True, type=_day, help="mulai berlaku")
    made = _command(service, "sheet", "cetak lembar satu folder layanan", room="papers", key="service-sheet")
    made.add_argument("folder", metavar="FOLDER", type=Path, help="folder layanan")
    made.add_argument("--out", metavar="DIR", required=True, type=Path, help="folder tujuan lembar")

    regions = _group(commands, "regions", "daftar provinsi sampai desa dan kelurahan")
    made = _command(regions, "import", "muat daftar wilayah Kemendagri", room="regions", key="regions-import")
    made.add_argument(
        "folder", metavar="FOLDER", type=Path, help="berisi provinces, regencies, districts, villages (.csv)"
    )

    _catalog(commands)
    whatsapp = _group(commands, "whatsapp", "menyiapkan kabar lewat WhatsApp")
    made = _command(
        whatsapp,
        "templates",
        "tampilkan atau ajukan templat pesan",
        room="messages",
        key="whatsapp-templates",
    )
    made.add_argument("--kirim", dest="hand_in", action="store_true", help="ajukan kepada WhatsApp")

    mail = _group(commands, "mail", "menerima surat yang kembali")
    _command(
        mail, "bounced", "baca surat yang kembali dari masukan standar", room="messages", key="mail-bounced"
    )

    permit = _group(commands, "permit", "memeriksa izin")
    made = _command(permit, "verify", "periksa keaslian berkas izin", room="office", key="permit-verify")
    made.add_argument("file", metavar="FILE", type=Path, help="berkas PDF")
    made = _command(permit, "verify-token", "periksa isi QR tanpa jaringan", room="proof", key="verify-token")
    made.add_argument("token", metavar="TOKEN", help="isi QR seluruhnya, atau angka sesudah tanda #")
    made.add_argument("--key", metavar="FILE", required=True, type=Path, help="daftar kunci kantor (JSON)")
    made = _command(permit, "new-key", "ganti kunci penanda isi QR", room="proof", key="new-key")
    made.add_argument(
        "--from", metavar="TANGGAL", required=True, type=_day, dest="since", help="hari pertama dipakai"
    )
    _record(commands)
    _vault(commands)


def _catalog(commands: Any) -> None:
    """Tables that an office takes over, and asking them."""
    tables = _group(commands, "import", "memuat tabel KBLI, konversi, risiko, kewenangan, dan wilayah")
    for name, does in (
        ("kbli", "muat daftar kode KBLI"),
        ("kbli-map", "muat konversi kode antarversi KBLI"),
        ("risk", "muat tabel tingkat risiko"),
        ("authority", "muat tabel kewenangan"),
    ):
        made = _command(tables, name, does, room="tables", key=f"import-{name}")
        made.add_argument("file", metavar="FILE", type=Path, help="tabel CSV, UTF-8, dengan baris judul")
        made.add_argument(
            "--version", metavar="V", choices=VERSIONS, default="", help="versi KBLI, misalnya 2025"
        )
        made.add_argument("--dry-run", action="store_true", help="tampilkan perubahan, jangan simpan")
    made = _command(tables, "regions", "muat daftar wilayah Kemendagri", room="regions", key="regions-import")
    made.add_argument(
        "files", metavar="FILE", type=Path, nargs="+", help="folder atau keempat berkas: provinces, regencies, districts, villages"
    )  # fmt: skip
    made.add_argument("--dry-run", action="store_true", help="tampilkan perubahan, jangan simpan")

    kbli = _group(commands, "kbli", "mencari kode KBLI")
    made = _command(kbli, "search", "cari kode dengan kata sehari-hari", room="kbli", key="kbli-search")
    made.add_argument("words", metavar="KATA", nargs="+", help="misalnya: warung kopi")
    made.add_argument(
        "--version", metavar="V", choices=VERSIONS, default="2025", help="versi KBLI; bawaan 2025"
    )
    made.add_argument("--limit", metavar="N", type=_few, default=5, help="paling banyak sekian; bawaan 5")

    risk = _group(commands, "risk", "melihat tingkat risiko")
    made = _command(risk, "lookup", "lihat risiko satu kegiatan usaha", room="kbli", key="risk-lookup")
    made.add_argument("--kbli", metavar="KODE", required=True, help="lima angka")
    made.add_argument(
        "--version", metavar="V", choices=VERSIONS, default="2025", help="versi KBLI; bawaan 2025"
    )
    made.add_argument(
        "--scale", choices=("mikro", "kecil", "menengah", "besar"), required=True, help="skala usaha"
    )
    made.add_argument("--scope", metavar="TEKS", default="", help="ruang lingkup, bila ditanyakan")
    made.add_argument("--parameter", metavar="TEKS", default="", help="parameter, bila ditanyakan")


def _record(commands: Any) -> None:
    """The record: verified, sealed, handed out."""
    record = _group(commands, "record", "memeriksa dan membuka riwayat")
    made = _command(record, "verify", "periksa seluruh riwayat", room="record", key="record-verify")
    made.add_argument(
        "--heads", metavar="DIR", type=Path, help="bandingkan dengan segel (kepala.json) yang Anda simpan"
    )
    _command(record, "head", "segel catatan umum sekarang", room="record", key="record-head")
    made = _command(
        record, "export", "tulis catatan umum untuk pemeriksa luar", room="record", key="record-export"
    )
    made.add_argument("folder", metavar="DIR", type=Path, help="folder baru atau kosong")


def _vault(commands: Any) -> None:
    """Backups, and bringing them back."""
    made = _command(commands, "backup", "cadangkan seluruh data, terkunci", room="vault", key="backup")
    made.add_argument("folder", metavar="DIR", type=Path, help="folder cadangan, sebaiknya di disk lain")
    made.add_argument(
        "--keys", choices=("with", "without"), default="with",
        help="with (bawaan): kunci kantor ikut, terkunci; without: simpan sendiri folder keys, tanpanya data sandi tidak terbaca",
    )  # fmt: skip
    _passphrase(made)

    made = _command(commands, "restore", "pulihkan cadangan ke tempat kosong", room="vault", key="restore")
    made.add_argument("folder", metavar="DIR", type=Path, help="folder cadangan")
    made.add_argument("--id", default="", help="cadangan yang mana; bawaan: yang terbaru")
    made.add_argument(
        "--drill", action="store_true", help="latihan: pulihkan ke tempat sementara, periksa, buang"
    )
    made.add_argument("--keys", metavar="FOLDER", type=Path, help="folder keys, bila tidak ikut dicadangkan")
    _passphrase(made)


def _passphrase(made: _Parser) -> None:
    made.add_argument(
        "--passphrase-file", metavar="FILE", type=Path,
        help="berkas berisi kata sandi cadangan di baris pertama; atau SATUPINTU_BACKUP_PASSPHRASE; atau ditanyakan",
    )  # fmt: skip


def _say(stream: TextIO, text: str) -> None:
    """Write a line even where the terminal's encoding lacks a character."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()


def main(argv: list[str] | None = None) -> int:
    """Run one command. argv: the words after `satupintu`. Gives the exit code."""
    words = sys.argv[1:] if argv is None else argv
    as_json = "--json" in words
    try:
        args = _parser().parse_args(words)
        as_json = "json" in args
        home.recall()
        code, answer, text = import_module(f"satupintu.cli.{args.room}").run(args)
    except Usage as problem:
        code, answer, text = USAGE, {"message": str(problem)}, ""
        _say(sys.stderr, str(problem))
    except SystemExit as leaving:  # --help, or settings that cannot be read
        if isinstance(leaving.code, str):
            _say(sys.stderr, leaving.code)
        return leaving.code if isinstance(leaving.code, int) else USAGE
    if as_json:
        _say(sys.stdout, json.dumps(answer, ensure_ascii=True, default=str))
    elif text:
        _say(sys.stderr if code == USAGE else sys.stdout, text)
    return int(code)
