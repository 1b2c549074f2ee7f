# SPDX-License-Identifier: Apache-2.0
"""The SOP sheet of a service folder: the official format of PermenPANRB 35/2012, as PDF and as HTML."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from satupintu.catalog.sheets import House
from satupintu.catalog.sheets.routes import Line, routes_of
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
_TOO_LONG = re.compile(r"langkah-terlalu-panjang ([0-9,]+)")


def pdf(package: Package, house: House) -> bytes:
    """The sheet as PDF/A-3b + PDF/UA-1, A4 landscape, with its data embedded; the same folder, the same bytes.

    Raises Refusal `sheet.too-wide` (columns) or `sheet.step-too-long` (steps): what does not fit is not printed.
    """
    data = sop_data(package, house)
    if len(data["pelaksana"]) > MOST_COLUMNS:
        raise Refusal("sheet.too-wide", status=422, columns=len(data["pelaksana"]), most=MOST_COLUMNS)
    try:
        return compile_pdf("sop.typ", data)
    except Refusal as refusal:
        steps = _TOO_LONG.search(str(refusal.values.get("reason", "")))
        if steps is None:
            raise
        raise Refusal("sheet.step-too-long", status=422, steps=steps[1].split(",")) from None


def sop_data(package: Package, house: House) -> dict[str, Any]:
    """Everything on the sheet, drawing included, as the template eats it and as the PDF carries it."""
    sop, sheet = package.sop, sheet_of(package.sop)
    number, effective = sop.identity.number, sop.identity.effective
    steps = [_step(sop, row) for row in sheet.rows]
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
        "langkah": steps,
        "jumlah_waktu": total_time(sop),
        "catatan": remarks(sop),
        "gambar": _drawing(sop, sheet, steps),
    }


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _identity(identity: Identity, house: House) -> dict[str, Any]:
    return {
        "nomor": identity.number,
        "nama": identity.name,
        "dibuat": identity.created,
        "direvisi": identity.revised,
        "efektif": identity.effective,
        "pengesah": identity.approver,
        "dasar_hukum": list(identity.legal_basis),
        "kualifikasi": list(identity.qualifications),
        "keterkaitan": [linked_name(link, house) for link in identity.linked],
        "peralatan": list(identity.equipment),
        "peringatan": identity.warning,
        "pencatatan": identity.records,
    }


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
        "alur": flow(sop, row),
    }


def note(sop: Sop, row: Row) -> str:
    """The last column: who acts in another's column, what the letters beside the arrows mean, the office's own note."""
    actor = sop.actors[row.step.actor]
    parts = [] if actor.column == actor.id else [f"Oleh {actor.label}."]
    parts += [f"{letter}: {meaning}." for letter, meaning in row.keys.items()]
    return "\n".join((*parts, row.step.note)).strip()


def flow(sop: Sop, row: Row) -> str:
    """The ways out of a step in one sentence: what the arrows say, for ears."""
    spoken = len(row.ways) > 1 or row.symbol.shape is Shape.DECISION
    ways = [
        f"{way.words}: {whither(sop, row.step, way)}" if spoken else whither(sop, row.step, way)
        for way in row.ways
    ]
    sentences = [_sentence("; ".join(ways))]
    for prefix, waits in (("Menunggu", row.step.opens), ("Bila diperlukan", row.step.may_open)):
        if waits := tuple(wait for wait in waits if wait not in row.step.opens or prefix == "Menunggu"):
            sentences.append(_sentence(f"{prefix}: {', '.join(_owed(sop, sop.waits[w]) for w in waits)}"))
    return " ".join(sentences)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def whither(sop: Sop, step: Step, way: Way) -> str:
    """Where a way leads, in words."""
    target = way.target
    if isinstance(target, Step):
        word = "diulang dari" if target.number == step.number else "ke" if target.number > step.number else "kembali ke"
        return f"{word} langkah {target.number} ({sop.actors[target.actor].label})"
    if isinstance(target, End):
        return f"selesai, {_lower(target.label)}"
    return f"menunggu {_owed(sop, target)}"


def _owed(sop: Sop, wait: Wait) -> str:
    """ "perbaikan persyaratan dari Pemohon, paling lama 5 hari kerja, paling banyak 2 kali"."""
    parts = [f"{_lower(wait.label)} ({sop.actors[wait.debtor].label})"]
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


def _drawing(sop: Sop, sheet: Sheet, steps: list[dict[str, Any]]) -> dict[str, Any]:
    routes = routes_of(sheet)
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
