# SPDX-License-Identifier: Apache-2.0
"""The commands `regions import FOLDER` and `import regions FOLDER`: provinces, regencies, districts and villages."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from satupintu.cli import FINE, NOT_FINE, Usage

Answer = tuple[int, dict[str, Any], str]


def run(args: Namespace) -> Answer:
    """Read the four lists, check them, and take them over: exit code, object for --json, plain text."""
    from satupintu.core import regions

    dry_run = getattr(args, "dry_run", False)
    try:
        rows = regions.read(texts(folder_of(args)))
    except regions.Unfit as problem:
        return NOT_FINE, {"ok": False, "message": str(problem)}, str(problem)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    import django

    django.setup()
    from satupintu.catalog import actions
    from satupintu.cli.office import words_of_refusal
    from satupintu.core.refusal import Refusal

    try:
        done = actions.load_regions(rows, dry_run=dry_run)
    except Refusal as refusal:
        return NOT_FINE, {"ok": False, "message": refusal.code}, words_of_refusal(refusal)
    counts = ", ".join(f"{_grouped(n)} {called}" for called, n in done.counts.items())
    changes = f"Baru {_grouped(done.new)}, berganti nama {_grouped(done.renamed)}, tidak ada lagi {_grouped(done.gone)}."
    changes += "\nIni baru percobaan. Belum ada yang diubah." if dry_run else ""
    answer = {
        "ok": True,
        "dry_run": dry_run,
        "counts": done.counts,
        "new": done.new,
        "renamed": done.renamed,
        "gone": done.gone,
    }
    return FINE, answer, f"Daftar wilayah berisi {counts}.\n{changes}"


def folder_of(args: Namespace) -> Path:
    """Where the four lists lie: the folder that was named, or that of the files. Raises Usage for files of several."""
    named: list[Path] = args.files if "files" in args else [args.folder]
    folders = {path if path.is_dir() else path.parent for path in named}
    if len(folders) > 1:
        raise Usage("Simpan keempat daftar wilayah dalam satu folder, lalu sebutkan foldernya.")
    return folders.pop() if named[0].exists() else named[0]


def texts(folder: Path) -> dict[str, str]:
    """The four files of the folder as they stand. Raises Usage where one cannot be read."""
    from satupintu.core.regions import LISTS

    found = {}
    for one in LISTS:
        try:
            found[one.file] = (folder / one.file).read_bytes().decode("utf-8")
        except OSError:
            raise Usage(f"Berkas {folder / one.file} tidak dapat dibuka. Periksa letak foldernya.") from None
        except UnicodeDecodeError:
            raise Usage(f"Berkas {folder / one.file} bukan teks UTF-8. Simpan ulang sebagai UTF-8.") from None
    return found


def _grouped(n: int) -> str:
    return f"{n:,}".replace(",", ".")
