# SPDX-License-Identifier: Apache-2.0
"""A service as a poster for the wall: what, how long, how much, what to bring, where to complain, and a QR code."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from satupintu.catalog.fees import fee_words
from satupintu.catalog.sheets import House
from satupintu.catalog.sheets.standar import block_data, service_of
from satupintu.core import standard
from satupintu.core.package import Package, ServiceSpec, Tariff
from satupintu.ui.formats import rupiah
from satupintu.ui.prints import compile_pdf

Paper = Literal["a4", "a3"]


def pdf(package: Package, house: House, *, day: date, page: str = "", paper: Paper = "a4") -> bytes:
    """The poster as PDF/A-3b and PDF/UA-1 with its data embedded, one page.

    day: whose tariff counts. page: address of the service's page, for the QR code; "" prints none.
    Raises Refusal `print.failed`, `print.too-slow`.
    """
    return compile_pdf(
        "poster.typ",
        data(package, house, day=day, page=page),
        variant="a3" if paper == "a3" else "",
        qr=page or None,
    )


def data(package: Package, house: House, *, day: date, page: str = "") -> dict[str, Any]:
    """All that stands on the poster. "Tidak dipungut biaya" only where the tariff of that day is nought."""
    service = service_of(package)
    tariff = service.tariff_on(day)
    complaints = service.components["pengaduan"]
    return {
        "kantor": house.letterhead(),
        "contoh": house.example,
        "judul": f"Poster layanan {service.name}",
        "layanan": service.name,
        "ringkasan": service.summary,
        "dokumen": {
            "tanggal": package.sop.identity.effective,
            "versi": f"Versi {package.digest[:12]}",
            "alamat_cek": page.split("://", 1)[-1],
        },
        "fakta": [_time(package, service), _cost(tariff), _product(service)],
        "syarat": [
            {"label": one.label, "wajib": one.required, "contoh": one.assumed}
            for one in service.requirements.values()
        ],
        "pengaduan": {
            "uraian": [block_data(block) for block in standard.blocks(complaints.text)],
            "contoh": complaints.assumed,
        },
        "biaya": fee_words(tariff),
        "gratis": tariff is not None and tariff.amount_rupiah == 0,
    }


def _time(package: Package, service: ServiceSpec) -> dict[str, Any]:
    component = service.components["jangka_waktu"]
    promise = package.sop.promise
    return {
        "label": "Lama",
        "nilai": str(promise) if promise else _first_line(component.text),
        "catatan": "sejak permohonan diterima" if promise else "",
        "contoh": component.assumed,
    }


def _cost(tariff: Tariff | None) -> dict[str, Any]:
    return {
        "label": "Biaya",
        "nilai": rupiah(tariff.amount_rupiah) if tariff else "Belum ditetapkan",
        "catatan": "tidak ada pungutan lain" if tariff else "tanyakan kepada kantor",
        "contoh": bool(tariff and tariff.assumed),
    }


def _product(service: ServiceSpec) -> dict[str, Any]:
    component = service.components["produk"]
    return {
        "label": "Hasil",
        "nilai": _first_line(component.text),
        "catatan": "",
        "contoh": component.assumed,
    }


def _first_line(text: str) -> str:
    """The first line of a component; its whole text stands on the sheet."""
    first = standard.blocks(text)[0]
    return first.text or first.items[0].text
