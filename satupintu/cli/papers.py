# SPDX-License-Identifier: Apache-2.0
"""The command that prints a service folder: `service sheet FOLDER --out DIR`. It asks no database."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satupintu.cli import FINE, NOT_FINE, Usage
from satupintu.core.refusal import Refusal

if TYPE_CHECKING:
    from satupintu.catalog.sheets import House
    from satupintu.core.package import Package

Answer = tuple[int, dict[str, Any], str]


def run(args: Namespace) -> Answer:
    """Run the command: exit code, object for --json, plain text."""
    from satupintu.cli.rules import check

    code, answer, text = check(args.folder)
    if code != FINE:
        return code, answer, text
    try:
        files = [str(path) for path in _write(args.folder, args.out)]
    except OSError as problem:
        place = problem.filename or args.out
        raise Usage(f"--out: tidak dapat menulis {place}. Sebut folder lain, atau beri izin tulis.") from None
    except Refusal as refusal:
        message = _words(refusal)
        return NOT_FINE, {"ok": False, "message": message}, message
    return FINE, {"ok": True, "files": files}, "\n".join(["Lembar sudah dibuat:", *files])


def _write(folder: Path, out: Path) -> Iterator[Path]:
    """Make every sheet of the folder, each put in its place whole; gives their paths."""
    from satupintu.catalog.sheets import house_of_folder
    from satupintu.core.package import linked_sops, load_folder, read_package

    package = read_package(load_folder(folder), known_sops=linked_sops(folder))
    house = house_of_folder(folder)
    out.mkdir(parents=True, exist_ok=True)
    for name, make in _sheets(package, house, page_of(folder, house)).items():
        path, fresh = out / name, out / f".{name}.{os.getpid()}"
        try:
            fresh.write_bytes(make())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        yield path


def _words(refusal: Refusal) -> str:
    from django.conf import settings

    from satupintu.ui.refusals import words_of

    if not settings.configured:
        settings.configure(USE_I18N=False)  # the source strings are Indonesian
    return " ".join(words_of(refusal))


def _sheets(package: Package, house: House, page: str) -> dict[str, Callable[[], bytes]]:
    """The makers of a folder's sheets, by file name. A linked SOP has no product, hence only its SOP sheet."""
    from satupintu.catalog.sheets import poster, sop, standar
    from satupintu.door.moment import now

    day = now().astimezone().date()  # whose tariff counts: today, where it is printed
    made: dict[str, Callable[[], bytes]] = {
        "sop.pdf": lambda: sop.pdf(package, house),
        "sop.html": lambda: sop.html(package, house).encode(),
    }
    if package.service is not None:
        made |= {
            "standar.pdf": lambda: standar.pdf(package, house, day=day, page=page),
            "standar.html": lambda: standar.html(package, house, day=day, page=page).encode(),
            "poster.pdf": lambda: poster.pdf(package, house, day=day, page=page),
            "poster-a3.pdf": lambda: poster.pdf(package, house, day=day, page=page, paper="a3"),
        }
    return made


def page_of(folder: Path, house: House) -> str:
    """Where people find the service: at SATUPINTU_URL, else at the website of the office; "" if it has none."""
    root = os.environ.get("SATUPINTU_URL") or next((it for it in house.contacts if "://" in it), "")
    here = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links
    return f"{root.rstrip('/')}/{here.parent.name}/layanan/{here.name}" if root else ""
