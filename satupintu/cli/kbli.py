# SPDX-License-Identifier: Apache-2.0
"""`satupintu kbli search` and `satupintu risk lookup`: asking the catalogue. Each gives (exit code, JSON object, text)."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from satupintu.cli import FINE, Usage

if TYPE_CHECKING:
    from satupintu.catalog.queries import Suggestion
    from satupintu.core.risk import Ask, Found, Unknown

Result = tuple[int, dict[str, Any], str]
PRODUCTS = {"nib": "NIB", "ss": "Sertifikat Standar", "izin": "Izin"}
ASKED = {"scope": "ruang lingkup", "parameter": "parameter"}
UNKNOWN = {
    "no-row": "Tabel risiko belum memuat kode ini.",
    "no-scale": "Tabel risiko belum memuat skala ini untuk kode ini.",
    "two-levels": "Tabel risiko memuat lebih dari satu tingkat untuk kegiatan ini.",
}
WHOM = "Tanyakan kepada petugas; jangan ditebak."


def run(args: Namespace) -> Result:
    """Search, or look a risk up."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    import django

    django.setup()
    return _search(args) if args.command == "kbli-search" else _lookup(args)


def _search(args: Namespace) -> Result:
    from satupintu.catalog.queries import kbli_search

    words = " ".join(args.words)
    found = kbli_search(args.version, words, limit=args.limit)
    answer = [
        {
            "code": one.code, "title": one.title, "version": one.version, "why": one.explained,
            "neighbours": list(one.neighbours), "retired": one.retired, "successors": list(one.successors),
        }
        for one in found
    ]  # fmt: skip
    text = "\n".join(_told(one) for one in found)
    nothing = f"Tidak ada kode KBLI {args.version} yang cocok dengan “{words}”. Coba kata lain, misalnya barang yang Anda jual atau buat."
    return FINE, {"results": answer}, text or nothing


def _told(one: Suggestion) -> str:
    lines = [f"{one.code}  {one.title}"]
    lines += [f"       {one.explained}"] if one.explained else []
    lines += [f"       Di KBLI 2025: {'; '.join(one.successors)}."] if one.successors else []
    return "\n".join(lines)


def _lookup(args: Namespace) -> Result:
    from django.utils.timezone import localdate

    from satupintu.catalog.queries import authority_of, risk_of
    from satupintu.core.risk import Ask, Found, Scale
    from satupintu.door.moment import now

    if not (len(args.kbli) == 5 and args.kbli.isdecimal()):
        raise Usage("--kbli: tulis lima angka, misalnya 56101.")
    found = risk_of(
        args.version, args.kbli, scale=Scale(args.scale), scope=args.scope, parameter=args.parameter,
        day=localdate(now()),
    )  # fmt: skip
    if isinstance(found, Found):
        return _found(found, authority_of(found.row))
    return _ask(found) if isinstance(found, Ask) else _unknown(found)


def _found(found: Found, authority: str) -> Result:
    from satupintu.catalog.kbli import NOBODY_KNOWN
    from satupintu.core.risk import CALLED
    from satupintu.core.risk import PRODUCTS as BY_RISK

    row, known = found.row, authority != NOBODY_KNOWN
    products = list(BY_RISK[row.risk])
    answer = {
        "risk": row.risk.value, "products": products, "days": row.days, "authority": row.authority or (authority if known else ""),
        "basis": row.basis, "scope": row.scope, "parameter": row.parameter, "requirements": list(row.requirements),
        "obligations": list(row.obligations), "assumed": row.assumed,
    }  # fmt: skip
    days = "belum diketahui" if row.days is None else f"{row.days} hari kerja" if row.days else "langsung"
    lines = [
        f"Tingkat risiko: {CALLED[row.risk]}",
        f"Yang terbit: {' dan '.join(PRODUCTS[name] for name in products)}",
        f"Jangka waktu pemeriksaan: {days}",
        f"Kewenangan: {authority}",
        *[f"Persyaratan: {one}" for one in row.requirements],
        *[f"Kewajiban: {one}" for one in row.obligations],
        f"Dasar: {row.basis or 'belum dicatat'}",
        *(["Data contoh, bukan ketentuan. Periksa tabel resmi."] if row.assumed else []),
    ]
    return FINE, answer, "\n".join(lines)


def _ask(found: Ask) -> Result:
    answer = {"ask": [{"field": found.field, "options": list(found.options)}]}
    options = "\n".join(f"- {one}" for one in found.options)
    return (
        FINE,
        answer,
        f"Tergantung {ASKED[found.field]}. Ulangi dengan --{found.field} dan salah satu dari:\n{options}",
    )


def _unknown(found: Unknown) -> Result:
    return FINE, {"unknown": found.reason}, f"{UNKNOWN[found.reason]} {WHOM}"
