# SPDX-License-Identifier: Apache-2.0
"""The service standard as a sheet: 14 components and the pledge, as PDF for the wall and as HTML for a phone.

Source: PermenPANRB 15/2014 (components, maklumat pelayanan); seeds 000 to 003 for how offices print them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from satupintu.catalog.fees import fee_words
from satupintu.catalog.sheets import REPORT_BRIBES, House
from satupintu.catalog.sheets.page import self_contained
from satupintu.core import standard
from satupintu.core.package import Package, ServiceSpec, Tariff
from satupintu.core.standard import Block, Part
from satupintu.ui.prints import compile_pdf

PLEDGE = (
    "“Dengan ini kami menyatakan sanggup menyelenggarakan pelayanan sesuai standar pelayanan yang telah ditetapkan, "
    "dan apabila tidak menepati janji ini, kami siap menerima sanksi sesuai peraturan perundang-undangan yang berlaku.”"
)


def pdf(package: Package, house: House, *, day: date, page: str = "") -> bytes:
    """The sheet as PDF/A-3b and PDF/UA-1 with its data embedded.

    day: whose tariff counts. page: address of the service's page, for the QR code; "" prints none.
    Raises Refusal `print.failed`, `print.too-slow`.
    """
    return compile_pdf("standar.typ", data(package, house, day=day, page=page), qr=page or None)


def html(package: Package, house: House, *, day: date, page: str = "") -> str:
    """The sheet as one HTML file that fetches nothing and can be read on a phone."""
    sheet = data(package, house, day=day, page=page)
    return self_contained("standar", sheet["judul"], sheet)


def data(package: Package, house: House, *, day: date, page: str = "") -> dict[str, Any]:
    """All that stands on the sheet; paper and HTML are made from this alone."""
    service = service_of(package)
    parts = components(service)
    return {
        "kantor": house.letterhead(),
        "contoh": house.example,
        "judul": f"Standar Pelayanan {service.name}",
        "layanan": service.name,
        "dokumen": {
            "tanggal": package.sop.identity.effective,
            "versi": f"Versi {package.digest[:12]}",
            "alamat_cek": page.split("://", 1)[-1],
        },
        "bagian": parts,
        "ada_contoh": any(row["contoh"] for part in parts for row in part["komponen"]),
        "penanda": {"jabatan": package.sop.identity.approver},
        "maklumat": {
            "ikrar": PLEDGE,
            "janji": _promises(package, service, service.tariff_on(day)),
            "pengaduan": " · ".join((REPORT_BRIBES, *house.contacts)),
        },
    }


def components(service: ServiceSpec) -> list[dict[str, Any]]:
    """The 14 components as the sheet and the service page show them: tables, rows, paragraphs and lists."""
    return [_part(part) for part in standard.parts(service)]


def service_of(package: Package) -> ServiceSpec:
    """The service of a package; a linked SOP has none and no standard either."""
    if package.service is None:
        raise ValueError(f"{package.name}: a linked SOP has no service standard")
    return package.service


def _part(part: Part) -> dict[str, Any]:
    return {
        "judul": part.title,
        "asing": part.english,
        "komponen": [
            {
                "id": row.id,
                "nomor": row.number,
                "nama": row.name,
                "contoh": row.component.assumed,
                "sumber": row.component.source,
                "uraian": [block_data(block) for block in standard.blocks(row.component.text)],
            }
            for row in part.rows
        ],
    }


def block_data(block: Block) -> dict[str, Any]:
    """A paragraph or a list of a component, as the templates read it."""
    if block.text:
        return {"teks": block.text}
    return {
        "butir": [{"nomor": item.number, "teks": item.text, "anak": list(item.below)} for item in block.items]
    }


def _promises(package: Package, service: ServiceSpec, tariff: Tariff | None) -> list[dict[str, Any]]:
    """What the pledge promises: time, cost, and the guarantees of component 12, in the office's own words."""
    said = []
    if package.sop.promise:
        words = f"Selesai dalam {package.sop.promise} sejak permohonan diterima."
        said.append((words, service.components["jangka_waktu"].assumed))
    if tariff:
        said.append((f"{fee_words(tariff)}. Petugas tidak boleh menerima uang.", tariff.assumed))
    guarantees = service.components["jaminan_pelayanan"]
    for block in standard.blocks(guarantees.text):
        said += [(line, guarantees.assumed) for line in ([block.text] if block.text else _lines(block))]
    return [{"teks": text, "contoh": assumed} for text, assumed in said]


def _lines(block: Block) -> list[str]:
    return [item.text for item in block.items]
