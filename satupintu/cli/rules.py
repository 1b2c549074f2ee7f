# SPDX-License-Identifier: Apache-2.0
"""The commands that ask only the rules: `check service`, `service bpmn`, `clock …`, `identity check`."""

from __future__ import annotations

import json
import os
import re
import tomllib
from argparse import Namespace
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satupintu.cli import FINE, NOT_FINE, Usage

if TYPE_CHECKING:
    from satupintu.core.clock import Entry, Holiday, WorkCalendar

Answer = tuple[int, dict[str, Any], str]

OFFICES = Path(__file__).resolve().parent.parent / "offices" / "data"
YEARS = range(1950, 2201)  # outside of it no office has files, and dates run out of the calendar
LAST_HOLIDAYS = 2076  # the library foretells every feast up to here
MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
KINDS = {"nik": "NIK", "npwp": "NPWP", "nib": "NIB", "phone": "Nomor telepon", "passport": "Nomor paspor"}
IMPOSSIBLE = {
    "start": "waktu sudah pernah dimulai",
    "pause": "waktu tidak sedang berjalan, jadi tidak dapat dijeda",
    "resume": "tidak ada jeda yang dapat dilanjutkan",
    "reset": "tidak ada waktu yang dapat dinolkan",
    "restart": "tidak ada waktu yang dapat diulang dari nol",
    "stop": "tidak ada waktu yang dapat dihentikan",
}


class _NotFine(Exception):
    """What was checked is not fine; the message says why, in Indonesian."""


def run(args: Namespace) -> Answer:
    """Run one of these commands: exit code, object for --json, plain text. Raises Usage."""
    try:
        return COMMANDS[args.command](args)
    except _NotFine as problem:
        return NOT_FINE, {"message": str(problem)}, str(problem)


def _identity_check(args: Namespace) -> Answer:
    from satupintu.core.numbers import CHECKS

    found = CHECKS[args.kind](args.value)
    answer = {"valid": found.valid, "normalised": found.normalised, "message": found.message}
    if found.valid:
        return FINE, answer, f"{KINDS[args.kind]} benar bentuknya: {found.normalised}"
    return NOT_FINE, answer, found.message


def _check_service(args: Namespace) -> Answer:
    return check(args.folder)


def check(folder: Path) -> Answer:
    """Everything wrong with a service folder, at once; `service sheet` gives the same answer before it prints."""
    if folder.is_dir():
        problems = _problems_of(folder)
    else:
        message = "Folder ini tidak ada. Periksa letak dan ejaannya."
        problems = [{"file": str(folder), "where": "", "message": message}]
    answer = {"ok": not problems, "problems": problems}
    if not problems:
        return FINE, answer, "Folder layanan ini benar, tidak ada yang perlu diperbaiki."
    lines = [": ".join(part for part in it.values() if part) for it in problems]
    return NOT_FINE, answer, "\n".join([f"Perlu diperbaiki: {len(problems)} hal.", *lines])


def _problems_of(folder: Path) -> list[dict[str, str]]:
    """Everything wrong with the folder. Its layout is printed once, in a child process, while the tables are read."""
    from concurrent.futures import ThreadPoolExecutor

    from satupintu.ui.prints import check_template, expect_template, kit_names

    with ThreadPoolExecutor(1) as press:
        if (folder / "permit.typ").exists():
            press.submit(
                expect_template
            )  # before the imports below, which take as long as Typst takes to load
        from satupintu.core.package import Unsound, check_folder, load_folder

        try:
            files = load_folder(folder)
        except Unsound:
            files = {}
        printed = press.submit(check_template, files) if "permit.typ" in files else None
        problems = [
            {"file": it.file, "where": it.where, "message": it.message}
            for it in check_folder(folder, kit=kit_names())
        ]
        words = printed.result() if printed else None
    if words and not any(it["file"] == "permit.typ" for it in problems):
        problems.append({"file": "permit.typ", "where": "cetak", "message": words})
    return problems


def _service_bpmn(args: Namespace) -> Answer:
    """The SOP of a sound folder as BPMN; the process is named by the folder and the office it stands in.

    How the permit prints has no part in it, so of a sound folder nothing is printed.
    """
    from satupintu.core.package import check_folder, load_folder, read_package
    from satupintu.core.sop.bpmn import bpmn

    if check_folder(args.folder):
        return check(args.folder)
    package = read_package(load_folder(args.folder))  # its links were checked a moment ago
    here = Path(os.path.abspath(args.folder))  # noqa: PTH100 - resolve() would follow links
    made = bpmn(package.sop, name=package.name, folder=f"{here.parent.name}/{here.name}")
    if args.out is None:
        return FINE, {"ok": True, "bpmn": made.decode()}, made.decode().rstrip("\n")
    try:
        args.out.write_bytes(made)
    except OSError:
        raise Usage(
            f"--out: berkas {args.out} tidak dapat ditulis. Periksa letaknya dan izin foldernya."
        ) from None
    return FINE, {"ok": True, "bpmn": made.decode()}, f"BPMN disimpan di {args.out}."


def _clock_due(args: Namespace) -> Answer:
    start = _moment(args.start)
    if start is None:
        raise Usage("--from: tulis saat seperti 2026-03-12T10:00, tahun 1950 sampai 2200.")
    calendar, due = _counted(args.office, start, args.days)
    answer: dict[str, Any] = {"due": due.isoformat()}
    text = f"Janji selesai: {DAYS[due.weekday()]}, {due.day} {MONTHS[due.month - 1]} {due.year}."
    if calendar.is_estimate(calendar.local_day(_aware(start, calendar)), due):
        answer["estimate"] = True
        text += "\nIni perkiraan: ada hari libur yang belum ditetapkan pemerintah."
    return FINE, answer, text


def _counted(slug: str, start: datetime, days: int) -> tuple[WorkCalendar, date]:
    """The calendar that reaches to the due date, and that date."""
    last = start.year
    while True:
        calendar = _calendar(slug, start.year, last)
        due = calendar.add(calendar.counts_from(_aware(start, calendar)), days)
        if due.year <= last:
            return calendar, due
        last = due.year


def _clock_elapsed(args: Namespace) -> Answer:
    from satupintu.core.clock import elapsed

    at, lines = _moment(args.at), _ledger(args.ledger)
    if at is None:
        raise Usage("--at: tulis saat seperti 2026-03-12T10:00, tahun 1950 sampai 2200.")
    years = [at.year, *(moment.year for _, moment, _ in lines)]
    calendar = _calendar(args.office, min(years), max(years))
    entries = _entries(lines, calendar)
    used = elapsed(entries, calendar, _aware(at, calendar))
    text = f"{used.working_minutes} menit kerja, yaitu {used.working_days:.2f} hari kerja.".replace(
        ".", ",", 1
    )
    return FINE, {"working_minutes": used.working_minutes, "working_days": used.working_days}, text


def _ledger(path: Path) -> list[tuple[str, datetime, Mapping[str, Any]]]:
    """The lines of a ledger file as (kind, moment, line). Raises Usage where it cannot be read, _NotFine."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError:
        raise Usage(f"--ledger: berkas {path} tidak dapat dibuka. Periksa letak dan ejaannya.") from None
    except UnicodeDecodeError:
        raise _NotFine("Catatan waktu bukan teks UTF-8. Simpan ulang sebagai JSON.") from None
    try:
        lines = json.loads(text)
    except (ValueError, RecursionError):
        raise _NotFine("Catatan waktu bukan JSON yang utuh. Periksa tanda kurung dan komanya.") from None
    if not isinstance(lines, list):
        raise _NotFine("Catatan waktu harus berupa daftar [ … ]. Tulis satu objek untuk tiap kejadian.")
    return [_line(number, line) for number, line in enumerate(lines, start=1)]


def _line(number: int, line: Any) -> tuple[str, datetime, Mapping[str, Any]]:
    kind = line.get("kind") if isinstance(line, dict) else None
    if not isinstance(kind, str) or kind not in IMPOSSIBLE:
        raise _NotFine(f"Catatan ke-{number}: “kind” harus salah satu dari {', '.join(IMPOSSIBLE)}.")
    moment = _moment(line.get("at"))
    if moment is None:
        raise _NotFine(f"Catatan ke-{number}: tulis “at” seperti 2026-03-12T10:00, tahun 1950 sampai 2200.")
    return kind, moment, line


def _entries(lines: list[tuple[str, datetime, Mapping[str, Any]]], calendar: WorkCalendar) -> list[Entry]:
    """The ledger in the office's time. Raises _NotFine where it cannot have happened."""
    from satupintu.core.clock import Entry, Tick, check_ledger
    from satupintu.core.refusal import Refusal

    entries = [Entry(Tick(kind), _aware(moment, calendar)) for kind, moment, _ in lines]
    try:
        check_ledger(entries)
    except Refusal as refusal:
        number, tick = refusal.values["line"], refusal.values["tick"]
        if refusal.values["reason"] == "backwards":
            reason = "lebih awal daripada catatan sebelumnya. Urutkan menurut waktu"
        else:
            reason = f"{IMPOSSIBLE[tick]}. Periksa urutan catatan"
        raise _NotFine(f"Catatan ke-{number} ({tick}): {reason}.") from None
    return entries


def _moment(text: object) -> datetime | None:
    """A time as written, with or without offset; None where it cannot be read."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment and moment.year in YEARS else None


def _aware(moment: datetime, calendar: WorkCalendar) -> datetime:
    """A time without offset is the office's local time."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone)).astimezone(UTC)


def _calendar(slug: str, first_year: int, last_year: int) -> WorkCalendar:
    """The office's own calendar where a data base has it, else the shipped one. Raises Usage.

    Years for which the office keeps no day off at all come from the national list.
    """
    from dataclasses import replace

    calendar = _kept_calendar(slug) or _shipped_calendar(slug)
    kept = {day.year for day in calendar.off}
    rows = _holidays([year for year in range(first_year, last_year + 1) if year not in kept])
    return replace(
        calendar,
        off=calendar.off | {row.day for row in rows},
        estimated=calendar.estimated | {row.day for row in rows if row.estimated},
        last_year=LAST_HOLIDAYS,
    )


def _kept_calendar(slug: str) -> WorkCalendar | None:
    """From the data base, loading no more of the application than its offices; None where the files will do."""
    if not os.environ.get("DATABASE_URL"):
        path = Path(os.environ.get("SATUPINTU_HOME", "var"), "satupintu.sqlite3").resolve()
        if not path.is_file() or not _differs(path, slug):
            return None
    import django
    from django.conf import settings as running

    if not running.configured:
        from satupintu.config import settings

        running.configure(
            DATABASES=settings.DATABASES,
            DEFAULT_AUTO_FIELD=settings.DEFAULT_AUTO_FIELD,
            INSTALLED_APPS=["satupintu.door", "satupintu.offices"],  # an office is a root of the door
            USE_TZ=True,
        )
        django.setup()
    return _ask_data_base(slug)


def _differs(path: Path, slug: str) -> bool:
    """Has this SQLite file an office of its own, or one of the demonstration whose calendar was changed?

    A look of 5 ms that spares most questions the 0.4 s of loading the ORM.
    """
    import sqlite3
    from contextlib import closing

    question = "SELECT invented, calendar_version FROM offices_office WHERE slug = ?"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as base:
            row = base.execute(question, [slug]).fetchone()
    except sqlite3.Error as problem:
        return "no such table" not in str(problem)
    return row is not None and row != (1, 1)


def _ask_data_base(slug: str) -> WorkCalendar | None:
    from django.db import DatabaseError, connection

    from satupintu.core.refusal import Refusal
    from satupintu.offices.queries import calendar_of

    try:
        connection.ensure_connection()
    except DatabaseError:
        raise _NotFine(
            "Basis data kantor tidak dapat dihubungi. Periksa DATABASE_URL atau SATUPINTU_HOME."
        ) from None
    try:
        return calendar_of(slug)
    except (Refusal, DatabaseError):
        return None  # without this office, or a data base of before its first migration


def _shipped_calendar(slug: str) -> WorkCalendar:
    """Zone and hours of an office of the demonstration, without holidays. Raises Usage."""
    from zoneinfo import ZoneInfo

    from satupintu.core.clock import WorkCalendar, opening_hours

    path = OFFICES / f"{slug}.toml"
    if not re.fullmatch(r"[a-z0-9-]+", slug) or not path.is_file():
        known = ", ".join(sorted(it.stem for it in OFFICES.glob("*.toml")))
        raise Usage(f"--office: kantor “{slug}” tidak dikenal. Pilih salah satu: {known}.")
    office = tomllib.loads(path.read_text("utf-8"))
    return WorkCalendar(zone=ZoneInfo(office["time_zone"]), hours=opening_hours(office["hours"]))


def _holidays(years: list[int]) -> list[Holiday]:
    """National days off of these years: frozen rows, or the library, which takes longer than all else here."""
    from satupintu.core.clock import holidays_of, thaw

    rows = thaw((OFFICES / "holidays.csv").read_text("utf-8"))
    missing = set(years) - {row.day.year for row in rows}
    if missing:
        rows += holidays_of(min(missing), max(missing))
    return [row for row in rows if row.day.year in years]


COMMANDS: Mapping[str, Callable[[Namespace], Answer]] = {
    "identity-check": _identity_check,
    "check-service": _check_service,
    "service-bpmn": _service_bpmn,
    "clock-due": _clock_due,
    "clock-elapsed": _clock_elapsed,
}
