# SPDX-License-Identifier: Apache-2.0
"""`satupintu backup` and `satupintu restore`. Each gives (exit code, JSON object, plain text)."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satupintu.core.refusal import Refusal

if TYPE_CHECKING:
    from satupintu.vault.drill import Report

Result = tuple[int, dict[str, Any], str]
VARIABLE = "SATUPINTU_BACKUP_PASSPHRASE"


def run(args: argparse.Namespace) -> Result:
    """Carry out one command of this room; a refusal is answered in words."""
    try:
        return _or_said(args)
    except Refusal as refusal:
        answer = {"ok": False, "message": refusal.code, **refusal.values}
        return 1, answer, _words(refusal)


def _or_said(args: argparse.Namespace) -> Result:
    """What the disk or the data base does not give is a refusal too."""
    from django.db import DatabaseError
    from psycopg import Error

    try:
        return _COMMANDS[args.command](args)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise Refusal(f"vault.disk-{args.command}", status=507, reason=reason) from problem
    except (DatabaseError, Error) as problem:
        raise Refusal("vault.database", status=503, reason=str(problem).partition("\n")[0]) from problem


def _words(refusal: Refusal) -> str:
    from django.conf import settings

    if "DJANGO_SETTINGS_MODULE" not in os.environ and not settings.configured:
        settings.configure(USE_I18N=False)  # refused before there was an office to speak for
    from satupintu.ui.refusals import words_of

    return " ".join(words_of(refusal))


def _passphrase(args: argparse.Namespace, *, new: bool = False) -> str:
    """From the file, the environment or the keyboard; never from the command line, where everybody could read it.

    Raises Refusal `vault.no-passphrase`, `vault.passphrases-differ`.
    """
    if args.passphrase_file is not None:
        try:
            lines = args.passphrase_file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            lines = []
        return _given(lines[0] if lines else "")
    if VARIABLE in os.environ or not sys.stdin.isatty():
        return _given(os.environ.get(VARIABLE, ""))
    typed = getpass.getpass("Kata sandi cadangan: ")
    if new and getpass.getpass("Sekali lagi: ") != typed:
        raise Refusal("vault.passphrases-differ", status=422)
    return _given(typed)


def _given(text: str) -> str:
    if not text:
        raise Refusal("vault.no-passphrase", status=422)
    return text


# Backing up ------------------------------------------------------------------------------------------------------


def _backup(args: argparse.Namespace) -> Result:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    import django

    django.setup()
    from django.conf import settings

    from satupintu.door.moment import now
    from satupintu.vault import backup, box

    into = args.folder.resolve()
    if into.is_relative_to(settings.HOME):
        raise Refusal("vault.inside-home", status=422)
    lock = backup.the_lock()
    if lock is None:
        lock = box.new_lock(_passphrase(args, new=True))
        backup.keep_lock(lock)
    elif args.passphrase_file is not None or VARIABLE in os.environ:
        box.unwrap(lock.wrapped, _passphrase(args))  # better now than when it is needed
    return _taken(into, backup.take(into, lock, with_keys=args.keys == "with", at=now()))


def _taken(into: Path, taken: Any) -> Result:
    manifest = taken.manifest
    absent = manifest.absent
    answer = {
        "ok": not absent,
        "id": manifest.id,
        "folder": str(into / manifest.id),
        "taken_at": manifest.taken_at,
        "rows": sum(manifest.tables.values()),
        "chains": manifest.chains,
        "head": manifest.head,
        "files": manifest.files,
        "copied": taken.copied,
        "absent": absent,
        "keys_inside": manifest.keys_inside,
    }
    lines = [
        f"Cadangan {manifest.id} selesai di {into}.",
        f"{answer['rows']} baris, {manifest.chains} rantai riwayat, {manifest.files} berkas ({taken.copied} baru).",
        f"Ujung riwayat: {manifest.head}",
        "Catat ujung riwayat itu di tempat lain. Latihan memulihkan: satupintu restore DIR --drill",
    ]
    if not manifest.keys_inside:
        lines.append(
            "Kunci kantor tidak ikut. Tanpa salinan folder keys, cadangan ini tidak dapat dipulihkan."
        )
    if absent:
        lines += [
            f"Perhatian: {len(absent)} berkas hilang atau berubah di disk kantor dan tidak ikut:",
            *(f"  {key}" for key in absent),
        ]
    return (1 if absent else 0), answer, "\n".join(lines)


# Restoring -------------------------------------------------------------------------------------------------------


def _restore(args: argparse.Namespace) -> Result:
    from satupintu.vault import folder, place, restore

    home = Path(os.environ.get("SATUPINTU_HOME", "var")).resolve()
    url = os.environ.get("DATABASE_URL", "")
    if args.drill and url and not place.may_rehearse(url):
        url = os.environ["DATABASE_URL"] = ""
    if url and not args.drill and not place.is_empty(url):
        raise Refusal("vault.base-full")
    with place.rehearsed() if args.drill else place.staged(home) as staging:
        source = restore.opened(folder.choose(args.folder, args.id), lambda: _passphrase(args))
        restore.place_keys(source, staging / "keys", args.keys)
        os.environ |= {"SATUPINTU_HOME": str(staging), "DJANGO_SETTINGS_MODULE": "satupintu.config.settings"}
        import django

        django.setup()
        from satupintu.door.moment import now

        settle: Callable[[], None] | None = None if args.drill else lambda: place.move(staging)
        report = restore.rebuild(source, at=now(), settle=settle)
        if not args.drill:
            place.finish(staging)
    where = ("skema sementara di PostgreSQL" if url else "SQLite sementara") if args.drill else str(home)
    return _restored(report, where, drill=args.drill)


def _restored(report: Report, where: str, *, drill: bool) -> Result:
    answer = {**report.to_json(), "drill": drill, "where": where}
    at = datetime.fromisoformat(report.taken_at).astimezone(UTC)
    lines = [
        f"{'Latihan' if drill else 'Dipulihkan'}: cadangan {report.backup}, diambil {at:%d/%m/%Y %H.%M} UTC, di {where}.",
        f"Terbukti: {report.rows} baris dalam {report.tables} tabel, {report.events} catatan dalam {report.chains} "
        f"rantai riwayat, {report.files} berkas, {report.permits} izin.",
        f"Ujung riwayat: {report.head}",
    ]
    if report.faults:
        lines += ["Sudah cacat sebelum dicadangkan:", *(f"  {one}" for one in report.faults)]
    if drill:
        lines.append("Cadangan ini dapat dipulihkan. Hasil latihan sudah dibuang.")
    else:
        lines += [
            "Yang terjadi setelah cadangan itu tidak ada lagi di sini. Kantor baru dapat bekerja setelah dua orang",
            "(kepala dinas, administrator, atau auditor) mengesahkan pemulihan: masuk, lalu buka /pemulihan.",
        ]
    return (0 if report.ok else 1), answer, "\n".join(lines)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], Result]] = {"backup": _backup, "restore": _restore}
