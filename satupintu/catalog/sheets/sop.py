# SPDX-License-Identifier: Apache-2.0
"""The SOP sheet of a service folder: the official format of PermenPANRB 35/2012, as PDF and as HTML."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

from babel.dates import format_date

from satupintu.catalog.sheets import House
from satupintu.catalog.sheets.chart import chart
from satupintu.catalog.sheets.page import self_contained
from satupintu.catalog.sheets.routes import Line, Routes, routes_of
from satupintu.catalog.sheets.widths import widths
from satupintu.core.package import Package
from satupintu.core.refusal import Refusal
from satupintu.core.sop.language import End, Identity, Sop, Step, Wait
from satupintu.core.sop.sheet import Row, Shape, Sheet, Symbol, Way, sheet_of
from satupintu.ui.prints import compile_pdf

MOST_COLUMNS = 8
_SHAPES = {
    Shape.START: "mulai",
    Shape.PROCESS: "proses",
    Shape.DECISION: "keputusan",
    Shape.FINISH: "selesai",
    Shape.END: "akhir",
    Shape.WAIT: "menunggu",
}
_BOXES = {
    "dasar_hukum": "Dasar hukum",
    "kualifikasi": "Kualifikasi pelaksana",
    "keterkaitan": "Keterkaitan",
    "peralatan": "Peralatan dan perlengkapan",
    "peringatan": "Peringatan",
    "pencatatan": "Pencatatan dan pendataan",
}
_TOO_LONG = re.compile(r"langkah-terlalu-panjang ([0-9,]+)")


def pdf(package: Package, house: House) -> bytes:
    """The sheet as PDF/A-3b + PDF/UA-1, A4 landscape, with its data embedded; the same folder, the same bytes.

    Raises Refusal `sheet.too-wide` (columns) or `sheet.step-too-long` (steps): what does not fit is not printed.
    """
    data = sop_data(package, house)
    columns = len(data["pelaksana"])
    if columns > MOST_COLUMNS:
        raise Refusal("sheet.too-wide", status=422, columns=columns, most=MOST_COLUMNS)
    try:
        return compile_pdf("sop.typ", data)
    except Refusal as refusal:
        steps = _TOO_LONG.search(str(refusal.values.get("reason", "")))
        if steps is None:
            raise
        raise Refusal("sheet.step-too-long", status=422, steps=steps[1].replace(",", ", ")) from None


def html(package: Package, house: House) -> str:
    """The sheet as one HTML file that fetches nothing, runs nothing and can be read on a phone."""
    return self_contained("sop", f"SOP {package.sop.identity.name}", page_data(package, house))


def page_data(package: Package, house: House) -> dict[str, Any]:
    """What `catalog/sheets/sop_isi.html` shows, alone or inside a public page: the same words, another drawing."""
    sheet = sheet_of(package.sop)
    words = _words(package, house, sheet)
    identity = words["identitas"]
    boxes = [{"judul": title, "isi": identity[name]} for name, title in _BOXES.items() if identity[name]]
    return {**words, "kotak": boxes, "bagan": chart(sheet, routes_of(sheet))}


def sop_data(package: Package, house: House) -> dict[str, Any]:
    """Everything on the sheet, drawing included, as the template eats it and as the PDF carries it."""
    sheet = sheet_of(package.sop)
    words = _words(package, house, sheet)
    return {**words, "gambar": _drawing(package.sop, sheet, routes_of(sheet), words["langkah"])}


def _words(package: Package, house: House, sheet: Sheet) -> dict[str, Any]:
    sop = package.sop
    number, effective = sop.identity.number, sop.identity.effective
    return {
        "kantor": house.letterhead(),
        "contoh": house.example,
        "dokumen": {
            "nomor": "" if number == "-" else number,
            "tanggal": effective if _DAY.fullmatch(effective) else "2000-01-01",
            "versi": f"isi {package.digest[:12]}",
        },
        "identitas": _identity(sop.identity, house),
        "pelaksana": [{"id": actor.id, "nama": actor.label} for actor in sheet.columns],
        "langkah": [_step(sop, row) for row in sheet.rows],
        "jumlah_waktu": total_time(sop),
        "catatan": remarks(sop),
    }


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _identity(identity: Identity, house: House) -> dict[str, Any]:
    return {
        "nomor": identity.number,
        "nama": identity.name,
        "dibuat": date_words(identity.created),
        "direvisi": date_words(identity.revised),
        "efektif": date_words(identity.effective),
        "pengesah": identity.approver,
        "dasar_hukum": list(identity.legal_basis),
        "kualifikasi": list(identity.qualifications),
        "keterkaitan": [linked_name(link, house) for link in identity.linked],
        "peralatan": list(identity.equipment),
        "peringatan": _listed(identity.warning),
        "pencatatan": _listed(identity.records),
    }


def _listed(text: str) -> list[str]:
    return [text] if text else []


def date_words(text: str) -> str:
    """ "2024-04-01" → "1 April 2024"; "Februari 2024" and "-" stay as they are."""
    try:
        return format_date(date.fromisoformat(text), "d MMMM yyyy", locale="id")
    except ValueError:
        return text


def linked_name(link: str, house: House) -> str:
    """What a linked SOP is called; one the house does not know goes by its folder."""
    name = house.sops.get(link) or link.replace("/", " ").replace("-", " ")
    return name if name.startswith("SOP ") else f"SOP {name}"


def _step(sop: Sop, row: Row) -> dict[str, Any]:
    step = row.step
    return {
        "no": step.number,
        "kegiatan": step.activity,
        "pelaku": sop.actors[step.actor].label,
        "kelengkapan": ", ".join(step.inputs),
        "waktu": str(step.norm),
        "output": "".join(f"{output.rstrip('.')}. " for output in step.outputs).strip(),
        "ket": note(sop, row),
        "keluar": ways_out(sop, row),
        "menunggu": waits(sop, row.step),
        "alur": flow(sop, row),
    }


def note(sop: Sop, row: Row) -> str:
    """The last column: who acts in another's column, what the letters beside the arrows mean, the office's own note."""
    actor = sop.actors[row.step.actor]
    parts = [] if actor.column == actor.id else [f"Oleh {actor.label}."]
    parts += [f"{letter}: {meaning}." for letter, meaning in row.keys.items()]
    return "\n".join((*parts, row.step.note)).strip()


def ways_out(sop: Sop, row: Row) -> list[dict[str, Any]]:
    """Every way out of a step: what it is called, where it leads in words, and the number of the step it leads to."""
    asked = len(row.step.outcomes) > 1
    return [
        {
            "label": way.words if asked else "",
            "tujuan": whither(sop, row.step, way),
            "no": way.target.number if isinstance(way.target, Step) else None,
        }
        for way in row.ways
    ]


def waits(sop: Sop, step: Step) -> list[str]:
    """What the step waits for without standing still, in sentences."""
    if_needed = tuple(wait for wait in step.may_open if wait not in step.opens)
    return [
        _sentence(f"{prefix}: {', '.join(_owed(sop, sop.waits[wait]) for wait in owed)}")
        for prefix, owed in (("Menunggu", step.opens), ("Bila diperlukan", if_needed))
        if owed
    ]


def flow(sop: Sop, row: Row) -> str:
    """The ways out of a step in one sentence: what the arrows say, for ears."""
    ways = [": ".join(filter(None, (way["label"], way["tujuan"]))) for way in ways_out(sop, row)]
    return " ".join((_sentence("; ".join(ways)), *waits(sop, row.step)))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def whither(sop: Sop, step: Step, way: Way) -> str:
    """Where a way leads, in words."""
    target = way.target
    if isinstance(target, Step):
        word = (
            "diulang dari"
            if target.number == step.number
            else "ke"
            if target.number > step.number
            else "kembali ke"
        )
        return f"{word} langkah {target.number} ({sop.actors[target.actor].label})"
    if isinstance(target, End):
        return f"selesai ({target.label})"
    return f"menunggu {_owed(sop, target)}"


def _owed(sop: Sop, wait: Wait) -> str:
    """ "perbaikan persyaratan dari Pemohon, paling lama 5 hari kerja, paling banyak 2 kali"."""
    label, debtor = wait.label, sop.actors[wait.debtor].label
    parts = [_lower(label) if debtor.split(" (")[0] in label else f"{_lower(label)} ({debtor})"]
    parts += [f"paling lama {wait.limit}"] if wait.limit else []
    parts += [f"paling banyak {wait.rounds} kali"] if wait.rounds else []
    return ", ".join(parts)


def _lower(label: str) -> str:
    """A label inside a sentence; an abbreviation keeps its capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def total_time(sop: Sop) -> str:
    """The norms added up, unit by unit: "3 hari kerja 155 menit". Ways back are not counted."""
    total = Counter[str]()
    for step in sop.steps.values():
        total[step.norm.unit] += step.norm.n
    return " ".join(f"{total[unit]} {unit}" for unit in ("hari kerja", "jam", "menit") if total[unit])


def remarks(sop: Sop) -> str:
    """What holds for the whole procedure and is no arrow."""
    said = []
    if sop.promise:
        said.append(f"Janji layanan: {sop.promise}.")
    if any(end.result == "withdrawn" for end in sop.ends.values()):
        said.append("Pemohon dapat menarik permohonannya selama belum diputus.")
    return " ".join(said)


def _drawing(sop: Sop, sheet: Sheet, routes: Routes, steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "simbol": [_symbol(sop, sheet, symbol) for symbol in sheet.symbols],
        "panah": [_line(line) for line in routes.lines],
        "celah": routes.gutters,
        "atas": routes.above,
        "bawah": routes.below,
        "lebar": widths(sheet, routes, steps),
    }


def _symbol(sop: Sop, sheet: Sheet, symbol: Symbol) -> dict[str, Any]:
    (row, column), text = symbol.cell, symbol.text
    step = sheet.rows[row]
    own = step.symbol.cell == symbol.cell
    who = sop.actors[step.step.actor].label if own else sheet.columns[column].label
    meaning = f" ({text})" if text and not own else ""
    ways = f" {flow(sop, step)}" if own else ""
    return {
        "baris": row,
        "kolom": column,
        "bentuk": symbol.shape.value,
        "teks": text,
        "kata": f"{who}, {_SHAPES[symbol.shape]}{meaning}.{ways}",
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "dari": line.arrow.start,
        "ke": line.arrow.end,
        "label": line.arrow.label,
        "sisi": line.port,
        "titik": line.points,
    }
