# SPDX-License-Identifier: Apache-2.0
"""The command `regions import FOLDER`: takes over a list of provinces, regencies, districts and villages."""

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

    try:
        rows = regions.read(texts(args.folder))
    except regions.Unfit as problem:
        return NOT_FINE, {"ok": False, "message": str(problem)}, str(problem)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    import django

    django.setup()
    from satupintu.catalog import actions
    from satupintu.cli.office import words_of_refusal
    from satupintu.core.refusal import Refusal

    try:
        done = actions.load_regions(rows)
    except Refusal as refusal:
        return NOT_FINE, {"ok": False, "message": refusal.code}, words_of_refusal(refusal)
    counts = ", ".join(f"{_grouped(n)} {called}" for called, n in done.counts.items())
    changes = f"Baru {_grouped(done.new)}, berganti nama {_grouped(done.renamed)}, tidak ada lagi {_grouped(done.gone)}."
    answer = {"ok": True, "counts": done.counts, "new": done.new, "renamed": done.renamed, "gone": done.gone}
    return FINE, answer, f"Daftar wilayah berisi {counts}.\n{changes}"


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
