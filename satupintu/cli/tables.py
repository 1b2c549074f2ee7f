# SPDX-License-Identifier: Apache-2.0
"""`satupintu import …`: takes over a table of KBLI codes, conversions, risk or authority, or shows what it would change."""

from __future__ import annotations

import os
import re
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satupintu.cli import FINE, NOT_FINE, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from satupintu.core.reference import Difference, Listing, Problem

Result = tuple[int, dict[str, Any], str]
MOST_TOLD, MOST_PROBLEMS = 5, 20
CALLED = {"new": "baru", "changed": "berubah", "ended": "berakhir", "kept": "dipertahankan", "same": "tetap"}
"""What a table does to rows, in the order it is told."""


def run(args: Namespace) -> Result:
    """Read the table, compare it, and take it over unless it is a dry run: exit code, object for --json, plain text."""
    from satupintu.core import reference

    table = args.command.removeprefix("import-")
    _say(f"Membaca {args.file.name} …")
    try:
        listing = reference.read(table, text_of(args.file), args.version or _version_in(table, args.file))
    except reference.Unfit as unfit:
        return _wrong(unfit.problems)
    _say(f"Terbaca {len(listing.rows)} baris, KBLI {listing.version}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    import django

    django.setup()
    from satupintu.catalog import actions
    from satupintu.cli.office import words_of_refusal
    from satupintu.core.refusal import Refusal

    try:
        return _carried_out(args, listing)
    except actions.Unknown as unknown:
        return _wrong(unknown.problems)
    except Refusal as refusal:
        return NOT_FINE, {"ok": False, "message": refusal.code}, words_of_refusal(refusal)


def _carried_out(args: Namespace, listing: Listing[Any]) -> Result:
    from django.utils.timezone import localdate

    from satupintu.catalog import actions
    from satupintu.core.access import system
    from satupintu.door.moment import now

    at = now()
    day = localdate(at)
    if args.dry_run:
        found = actions.differ(listing, day)
    else:
        found = actions.load(system(at), listing, day=day, say=_say)
    told = list(lines(found))
    answer = {
        "ok": True, "dry_run": args.dry_run, "table": listing.table, "version": listing.version,
        **found.counts, "passed": dict(listing.passed), "first": told,
    }  # fmt: skip
    passed = [f"Dilewati {n} baris: {why}." for why, n in listing.passed.items()]
    return FINE, answer, "\n".join([_summary(found, dry_run=args.dry_run), *passed, *told])


def _summary(found: Difference[Any], *, dry_run: bool) -> str:
    counts = ", ".join(f"{found.counts[name]} {words}" for name, words in CALLED.items())
    end = "Belum ada yang disimpan: ini percobaan." if dry_run else "Sudah disimpan."
    return f"{counts[:1].upper()}{counts[1:]}. {'Tidak ada yang perlu diubah.' if found.nothing else end}"


def lines(found: Difference[Any]) -> Iterator[str]:
    """The first of what is new, changed, ended and kept, in words."""
    for row in found.new[:MOST_TOLD]:
        yield f"Baru: {_named(row)}: {_said(row)}"
    for old, new in found.changed[:MOST_TOLD]:
        yield f"Berubah: {_named(new[0])}: {_each(old)} menjadi {_each(new)}"
    for row in found.ended[:MOST_TOLD]:
        yield f"Berakhir: {_named(row)}: {_said(row)}"
    for row in found.kept[:MOST_TOLD]:
        yield f"Dipertahankan, sudah dikoreksi administrator: {_named(row)}: {_said(row)}"


def _each(rows: Iterable[Any]) -> str:
    return " atau ".join(_said(row) for row in rows)


def _named(row: Any) -> str:
    """Which row it is: its code, and for a risk also scale, scope and parameter."""
    from satupintu.core.risk import ALL, RiskRow

    if not isinstance(row, RiskRow):
        return str(row.code)
    more = [text for text in (row.scope, row.parameter) if text != ALL]
    return ", ".join([f"{row.code} {row.scale}", *more])


def _said(row: Any) -> str:
    """What the row says."""
    from satupintu.core import reference
    from satupintu.core.risk import CALLED as LEVELS

    if isinstance(row, reference.Title):
        return row.title
    if isinstance(row, reference.Move):
        return (row.to or "tidak punya penerus") + ("" if row.confirmed else " (belum dipastikan)")
    if isinstance(row, reference.Authority):
        return f"{row.authority}, {row.parameter}"
    days = "" if row.days is None else f", {row.days} hari kerja"
    return f"{LEVELS[row.risk]}{days}{', ' + row.authority if row.authority else ''}"


def _wrong(problems: tuple[Problem, ...]) -> Result:
    """The bad rows by their line; nothing was taken."""
    told = [{"line": one.line, "message": one.words} for one in problems]
    words = [str(one) for one in problems[:MOST_PROBLEMS]]
    more = [f"… dan {len(problems) - MOST_PROBLEMS} baris lain."] if len(problems) > MOST_PROBLEMS else []
    head = f"Tidak ada yang dimuat, karena {len(problems)} baris perlu diperbaiki:"
    return NOT_FINE, {"ok": False, "errors": told}, "\n".join([head, *words, *more])


def text_of(file: Path) -> str:
    """The file as text. Raises Usage where it cannot be read."""
    try:
        return file.read_bytes().decode("utf-8")
    except OSError:
        raise Usage(f"Berkas {file} tidak dapat dibuka. Periksa letaknya.") from None
    except UnicodeDecodeError:
        raise Usage(f"Berkas {file} bukan teks UTF-8. Simpan ulang sebagai UTF-8.") from None


def _version_in(table: str, file: Path) -> str:
    """The version of a list of codes, from its file's name where it was not given."""
    found = re.search(r"20(17|20|25)", file.name)
    if table == "kbli" and not found:
        raise Usage("Sebutkan versi kodenya, misalnya: --version 2025.")
    return found[0] if found and table == "kbli" else ""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
