# SPDX-License-Identifier: Apache-2.0
"""What stands on a NIB, a Sertifikat Standar and an Izin: data for the layout, which decides nothing.

The items are those of the official forms, the layout and the head are the office's own. Source: screens A9.1, A9.2, A9.9;
Permeninves 5/2025, annex (domain §1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from satupintu.applications import papers as office
from satupintu.applications.models import Application
from satupintu.applications.queries import package
from satupintu.businesses.models import BusinessActivity, BusinessActor
from satupintu.cases.models import Case
from satupintu.catalog.fees import fee_words
from satupintu.catalog.kbli import authority_of
from satupintu.catalog.queries import village
from satupintu.core.risk import Risk, Scale
from satupintu.licensing.models import Product
from satupintu.licensing.numbers import TRAINING
from satupintu.licensing.pinning import from_json
from satupintu.licensing.queries import channel_of
from satupintu.offices.queries import local_day

RISKS = {
    Risk.LOW: "Rendah",
    Risk.MEDIUM_LOW: "Menengah Rendah",
    Risk.MEDIUM_HIGH: "Menengah Tinggi",
    Risk.HIGH: "Tinggi",
}
SCALES = {
    Scale.MICRO: "Usaha mikro",
    Scale.SMALL: "Usaha kecil",
    Scale.MEDIUM: "Usaha menengah",
    Scale.LARGE: "Usaha besar",
}
NAMES = {
    Product.NIB: "Nomor Induk Berusaha",
    Product.STANDARD: "Sertifikat Standar",
    Product.LICENCE: "Izin",
}
UNVERIFIED = "belum terverifikasi"
VERIFIED = "telah terverifikasi"
NOT_YET = "belum boleh beroperasi"
NO_PERMISSION = f"{UNVERIFIED}, {NOT_YET}"
"""Said beside every unverified product, wherever it is named."""
WHAT_IT_DOES_NOT_ALLOW = "Usaha baru boleh bersiap. Kegiatan operasional dan komersial belum boleh dijalankan sebelum terverifikasi."
STATES = {
    Product.VALID: "berlaku, pernyataan mandiri",
    Product.UNVERIFIED: NO_PERMISSION,
    Product.VERIFIED: VERIFIED,
    Product.LAPSED: f"tidak dipenuhi pada waktunya, {NOT_YET}",
    Product.ENDED: "berakhir, belum boleh dipakai beroperasi lagi",
}
BASIS = (
    "Berdasarkan Undang-Undang Nomor 6 Tahun 2023 tentang Penetapan Peraturan Pemerintah Pengganti Undang-Undang "
    "Nomor 2 Tahun 2022 tentang Cipta Kerja menjadi Undang-Undang"
)
NOTES = [
    "Data dan informasi dalam dokumen ini menjadi tanggung jawab pelaku usaha.",
    "Dalam hal terjadi kekeliruan isi dokumen ini akan dilakukan perbaikan sebagaimana mestinya.",
    "Dokumen ini disegel atau ditandatangani secara elektronik; yang asli adalah berkas elektroniknya.",
    "Data lengkap perizinan berusaha dapat diperoleh melalui hak akses pelaku usaha.",
]
WHILE_IT_RUNS = "selama pelaku usaha menjalankan kegiatan usaha"
NOT_VALID = f"belum berlaku: {NO_PERMISSION}"


@dataclass(frozen=True, slots=True)
class Line:
    """One activity as the papers show it: the version that holds, and its SS or Izin, None where the NIB is all."""

    activity: BusinessActivity
    product: Product | None

    @property
    def may_operate(self) -> bool:
        """Low risk needs the NIB alone; every other level its product."""
        if self.product is None:
            return Risk(self.activity.risk) is Risk.LOW
        return self.product.may_operate


def nib_data(case: Case, application: Application, lines: Sequence[Line], nib: str) -> dict[str, Any]:
    """The NIB with its attachment. lines: all activities that hold, in their order; none after the last was closed."""
    actor = _holder(application)
    return {
        **_common(case, application, Product.NIB, NAMES[Product.NIB], nib),
        "nib": nib,
        "pengantar": f"{BASIS}, Nomor Induk Berusaha diterbitkan kepada:",
        "pelaku": [
            ["Nama pelaku usaha", actor.name],
            ["Alamat kantor", [_address(actor), _contact(application)]],
            ["Status penanaman modal", _investment(actor)],
            ["Kode KBLI", "Lihat lampiran"],
            ["Skala usaha", _scale(lines)],
        ],
        "paragraf": _nib_words(lines),
        "catatan": NOTES,
        "berlaku": WHILE_IT_RUNS if lines else "berakhir: semua kegiatan usaha ditutup",
        "jawaban": {"kbli": _codes(lines), "desa": _villages(lines)},
        "lampiran": {
            "pengantar": f"Lampiran ini memuat kegiatan usaha {actor.name}. Keadaan yang tertulis adalah keadaan saat "
            "NIB ini diterbitkan.",
            "kegiatan": [_row(line) for line in lines],
            "catatan": [
                "NIB hanya berlaku untuk kode dan judul KBLI yang tercantum dalam lampiran ini.",
                "Pelaku usaha wajib memenuhi standar dan kewajiban menurut ketentuan kementerian/lembaga.",
                "Verifikasi dan pengawasan dilakukan oleh kementerian/lembaga atau pemerintah daerah sesuai kewenangan.",
                "Lampiran ini merupakan bagian yang tidak terpisahkan dari NIB.",
            ],
        },
    }


def product_data(case: Case, application: Application, line: Line, nib: str) -> dict[str, Any]:
    """A Sertifikat Standar or an Izin in the state of its product."""
    activity, product = line.activity, line.product
    assert product is not None  # an activity of low risk has no paper of its own
    actor, name = _holder(application), NAMES[product.kind]
    waits = not product.may_operate
    row = activity.catalogue
    return {
        **_common(case, application, product.kind, f"{name} ({UNVERIFIED})" if waits else name, nib),
        "nama_produk": name,
        "nib": nib,
        "pengantar": f"{BASIS}, {name} ini diterbitkan kepada:",
        "pelaku": [
            ["Nama pelaku usaha", actor.name],
            ["NIB", nib],
            ["Alamat kantor", [_address(actor), _contact(application)]],
            ["Status penanaman modal", _investment(actor)],
            ["Kode dan judul KBLI", _kbli(activity)],
            ["Nama usaha", activity.name],
            ["Lokasi usaha", place_words(activity.place)],
            ["Tingkat risiko", f"{RISKS[Risk(activity.risk)]}, {SCALES[Scale(activity.scale)].lower()}"],
            ["Status", STATES[product.state]],
        ],
        "belum_terverifikasi": waits,
        "keadaan": STATES[product.state],
        "keterangan_verifikasi": _state_words(product),
        "paragraf": [] if waits else [f"{name} ini berlaku hanya untuk kegiatan dan lokasi di atas."],
        "standar": [[text, _met(product)] for text in row.get("requirements", [])],
        "kewajiban": duties_of(activity),
        "batas_kewajiban": "Selama usaha berjalan",
        "kewenangan": authority_of(from_json(row)).removesuffix("."),
        "dasar_risiko": _basis(row),
        "catatan": NOTES,
        "berlaku": NOT_VALID if waits else WHILE_IT_RUNS,
        "jawaban": {"kbli": _kbli(activity), "desa": str(activity.place.get("desa", ""))},
    }


_KEEP_THE_STANDARD = "Memelihara standar usaha sesuai KBLI selama usaha berjalan."


def duties_of(activity: BusinessActivity) -> list[str]:
    """The duties of whoever does this activity: those of its row of the catalogue, and what holds for everybody."""
    return [*activity.catalogue.get("obligations", []), _KEEP_THE_STANDARD]


def _common(case: Case, application: Application, kind: str, title: str, number: str) -> dict[str, Any]:
    whole = package(application)
    service = whole.service
    assert service is not None  # only a service has a product
    return {
        "kantor": office.office_head(case.office),
        # An office that rules otherwise says so by two persons; a number of training stays one for ever.
        "contoh": channel_of(case.office, case.opened_at).trains or number.startswith(TRAINING),
        "produk": kind,
        "judul": title,
        "layanan": {"nama": service.name, "kode": service.code},
        "tanda_tangan": "elektronik",
        "biaya": fee_words(service.tariff_on(local_day(case.office, case.opened_at))),
        "permohonan": {
            "nomor": case.receipt,
            "diterima": local_day(case.office, case.opened_at).isoformat(),
        },
        "dasar_hukum": list(whole.sop.identity.legal_basis),
    }


def _holder(application: Application) -> BusinessActor:
    assert application.filed_for is not None  # `submit` refuses an application for nobody
    return application.filed_for


def _nib_words(lines: Sequence[Line]) -> list[str]:
    """What the NIB allows, and what it does not: an activity that waits for verification is named as such."""
    if not lines:
        return [
            "Semua kegiatan usaha dalam NIB ini sudah ditutup. NIB ini bukan dasar menjalankan kegiatan usaha."
        ]
    found = [
        "NIB berlaku di seluruh wilayah Republik Indonesia selama pelaku usaha menjalankan kegiatan usaha. NIB juga "
        "berlaku sebagai angka pengenal impor umum (API-U), hak akses kepabeanan, pendaftaran kepesertaan jaminan "
        "sosial kesehatan dan ketenagakerjaan, serta bukti pemenuhan laporan pertama wajib lapor ketenagakerjaan.",
    ]
    if any(line.may_operate for line in lines):
        found.append(
            "Kegiatan dalam lampiran yang tidak bertanda belum terverifikasi dapat dijalankan dengan tetap memperhatikan "
            "ketentuan peraturan perundang-undangan."
        )
    if not all(line.may_operate for line in lines):
        found.append(f"Kegiatan yang bertanda {UNVERIFIED} {NOT_YET}. NIB ini hanya membolehkannya bersiap.")
    return found


def _row(line: Line) -> dict[str, str]:
    activity, product = line.activity, line.product
    return {
        "kbli": activity.code,
        "judul": activity.title,
        "lokasi": place_words(activity.place),
        "risiko": RISKS[Risk(activity.risk)],
        "izin": "NIB" if product is None else f"NIB dan {NAMES[product.kind]} {product.number}",
        "status": status_words(line),
    }


def status_words(line: Line) -> str:
    """How one activity stands, in the words of the attachment."""
    if line.product is None:
        return "Berlaku" if line.may_operate else NO_PERMISSION.capitalize()
    words = STATES[line.product.state]
    return words[:1].upper() + words[1:]


def _state_words(product: Product) -> str:
    if product.state == Product.VALID:
        return "Pelaku usaha menyatakan sendiri akan memenuhi standar usaha untuk kegiatan di atas."
    if product.state == Product.VERIFIED:
        return "Standar usaha dan persyaratan untuk kegiatan di atas sudah diverifikasi."
    return WHAT_IT_DOES_NOT_ALLOW


def _met(product: Product) -> str:
    return {Product.VERIFIED: "terpenuhi", Product.VALID: "dinyatakan pelaku usaha"}.get(
        product.state, "belum diverifikasi"
    )


def _kbli(activity: BusinessActivity) -> str:
    return f"KBLI {activity.kbli_version} {activity.code} {activity.title}"


def _codes(lines: Sequence[Line]) -> str:
    if len(lines) == 1:
        return _kbli(lines[0].activity)
    return f"{len(lines)} kegiatan, lihat lampiran"


def _villages(lines: Sequence[Line]) -> str:
    found = dict.fromkeys(str(line.activity.place.get("desa", "")) for line in lines)
    return next(iter(found)) if len(found) == 1 else ""


def _basis(row: dict[str, Any]) -> str:
    said = row.get("basis") or "katalog risiko kantor"
    return f"{said} (contoh)" if row.get("assumed") else str(said)


def place_words(place: dict[str, Any]) -> str:
    """Street, RT and RW, village, postcode, in one line."""
    parts = [str(place.get("jalan") or "")]
    if place.get("rt") or place.get("rw"):
        parts.append(f"RT {place.get('rt') or '–'} RW {place.get('rw') or '–'}")
    parts += [str(place.get("desa") or ""), str(place.get("kode-pos") or "")]
    return ", ".join(part for part in parts if part) or "–"


def _address(actor: BusinessActor) -> str:
    lies = village(actor.region) if actor.region else None
    return place_words({**actor.address, "desa": str(lies) if lies else ""})


def _contact(application: Application) -> str:
    """Telephone and e-mail, masked: the paper hangs on a wall, and its bytes carry the same words."""
    phone = str(application.person.phone or "")
    name, _, host = (application.account.email or "–").partition("@")
    shown = "•" * max(len(phone) - 4, 0) + phone[-4:]
    return f"Telepon {shown or '–'} · surel {name[:1]}•••@{host}"


def _investment(actor: BusinessActor) -> str:
    """PMA is for large business only (PP 5/2021), so UMK is PMDN; of others nobody has asked."""
    return "PMDN" if actor.scale == BusinessActor.UMK else "Tidak tercatat"


def _scale(lines: Sequence[Line]) -> str:
    order = list(Scale)
    found = [Scale(line.activity.scale) for line in lines]
    return SCALES[max(found, key=order.index)] if found else "–"
