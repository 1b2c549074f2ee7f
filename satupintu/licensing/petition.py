# SPDX-License-Identifier: Apache-2.0
"""A permohonan in OSS's words: dataNIB from the answers of the form. Nothing is shortened: what is too long is said.

Source: OSS, Pedoman Integrasi Aplikasi v4.3.22, dataNIB; lists L4, L5, L17, L18, L26, L31.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.businesses import queries as businesses
from satupintu.businesses.models import Business, BusinessActor
from satupintu.cases.models import Case
from satupintu.core.risk import Scale, scale_of
from satupintu.offices.queries import local_day

SCALES: Mapping[Scale, str] = {
    Scale.MICRO: "01",
    Scale.SMALL: "02",
    Scale.MEDIUM: "03",
    Scale.LARGE: "04",
}
LAND: Mapping[str, str] = {"Sewa": "01", "Milik sendiri": "02", "Pinjam pakai": "03"}
DOCUMENTS: Mapping[str, str] = {"baru": "9", "ubah": "5", "tutup": "3"}
SELF, BODY = "02", "01"
Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Party:
    """For whom it is handed over. npwp: 15 digits, or "" (16 digits are the NIK of a person, or 0 and the 15).

    address: jalan, rt, rw, kode-pos. region: Kemendagri code of the village. body: name of the badan usaha, "" for a
    person himself. nib: the one the business has already, "" before the first.
    """

    name: str
    nik: str
    phone: str
    email: str
    address: Mapping[str, str]
    region: str
    npwp: str = ""
    passport: str = ""
    body: str = ""
    nib: str = ""


def data_nib(answers: Answers, party: Party, *, receipt: str, day: str) -> dict[str, Any]:
    """dataNIB of a permohonan. answers: of the form, with its `kegiatan`. day: of sending, as YYYY-MM-DD."""
    projects = [_project(one, number, receipt) for number, one in enumerate(answers["kegiatan"], 1)]
    named = {"nama_perseroan": party.body, "npwp_perseroan": party.npwp} if party.body else {}
    found = {
        "nib": party.nib,
        "tgl_pengajuan_nib": day,
        "jenis_pelaku_usaha": BODY if party.body else SELF,
        "alamat_perseroan": _street(party.address),
        "perseroan_daerah_id": _region(party.region),
        "kode_pos_perseroan": party.address.get("kode-pos", ""),
        "nomor_telpon_perseroan": party.phone,
        "email_perusahaan": party.email,
        "flag_umk": "N" if any(one["skala_usaha"] in ("03", "04") for one in projects) else "Y",
        "skala_usaha": max((one["skala_usaha"] for one in projects), default="01"),
        "tipe_dokumen": DOCUMENTS[answers.get("jenis") or "baru"],
        "penanggung_jwb": [_person(party)],
        "data_proyek": projects,
        **named,
    }
    return {name: value for name, value in found.items() if value != ""}


def reference(receipt: str, number: int) -> str:
    """How we call an activity towards OSS (nomor_proyek, at most 26 characters); number: its place, from 1."""
    return f"{receipt}-{number:02d}"


def receipt_of(found: str) -> str:
    """The receipt in such a reference."""
    return found.rpartition("-")[0]


def _person(party: Party) -> dict[str, Any]:
    by_passport = not party.nik and bool(party.passport)
    found = {
        "flag_asing": "Y" if by_passport else "N",
        "jns_identitas_penanggung_jwb": "02" if by_passport else "01",
        "no_identitas_penanggung_jwb": party.passport if by_passport else party.nik,
        "nama_penanggung_jwb": party.name,
        "npwp_penanggung_jwb": "" if party.body else party.npwp,
        "alamat_penanggung_jwb": _street(party.address),
        "daerah_id_penanggung_jwb": _region(party.region),
        "kode_pos_penanggung_jwb": party.address.get("kode-pos", ""),
        "no_hp_penanggung_jwb": party.phone,
        "email_penanggung_jwb": party.email,
    }
    return {name: value for name, value in found.items() if value != ""}


def _project(one: Answers, number: int, receipt: str) -> dict[str, Any]:
    land, building, machines, work, other = (
        int(one.get(f"modal-{part}") or 0) for part in ("tanah", "bangunan", "mesin", "kerja", "lain")
    )
    before_work = land + building + machines + other
    return {
        "nomor_proyek": reference(receipt, number),
        "uraian_usaha": one.get("kegiatan-uraian") or one["kbli"]["title"],
        "nama_kegiatan": one["nama-usaha"],
        # A number to OSS: codes of agriculture lose the zero in front, and get it back on the way in.
        "kbli": int(one["kbli"]["code"]),
        "skala_usaha": SCALES[scale_of(machines + work + other)],
        "skala_resiko": (one.get("risiko") or {}).get("risk", ""),
        "jenis_proyek": "01" if number == 1 else "02",
        "jumlah_tki_l": int(one.get("pekerja-laki") or 0),
        "jumlah_tki_p": int(one.get("pekerja-perempuan") or 0),
        "memiliki_menguasai": "Y" if one["penguasaan"] == "Milik sendiri" else "N",
        "status_tanah": LAND[one["penguasaan"]],
        "luas_tanah": _whole(one.get("luas")),
        "satuan_luas_tanah": "01",
        "pembelian_pematang_tanah": land,
        "bangunan_gedung": building,
        "mesin_peralatan": machines,
        "investasi_lain": other,
        "sub_jumlah": before_work,
        "modal_kerja": work,
        "jumlah_investasi": before_work + work,
        "data_lokasi_proyek": [_place(one)],
        "data_proyek_produk": [_product(product, one) for product in one.get("produk") or ()],
    }


def _place(one: Answers) -> dict[str, Any]:
    point = one.get("titik")
    found: dict[str, Any] = {
        "proyek_daerah_id": _region(one["desa"]),
        "alamat_usaha": _street(one.get("alamat") or {}),
        "status_lokasi": "01",
    }
    if point:
        found["data_lokasi_proyek"] = [{"serial": "1", "lat_lng": f"{point['lintang']},{point['bujur']}"}]
    return found


def _product(product: Answers, one: Answers) -> dict[str, Any]:
    halal, sni = bool(product.get("halal")), bool(product.get("sni"))
    found = {
        "kbli": int(one["kbli"]["code"]),
        "jenis_produksi": product["jenis"],
        "kapasitas": _number(product.get("kapasitas")),
        "satuan": product.get("satuan") or "",
        "merk_dagang": product.get("merek") or "",
        "flag_memiliki_halal": "Y" if halal else "N",
        "nomor_sertifikat_halal": (product.get("halal-nomor") or "") if halal else "",
        "flag_memiliki_sni": "Y" if sni else "N",
        "nomor_sertifikat_sni": (product.get("sni-nomor") or "") if sni else "",
    }
    return {name: value for name, value in found.items() if value not in ("", None)}


def _street(address: Mapping[str, str]) -> str:
    parts = [address.get("jalan", "")]
    parts += [f"{word} {address[key]}" for key, word in (("rt", "RT"), ("rw", "RW")) if address.get(key)]
    return " ".join(part for part in parts if part)


def _region(code: str) -> str:
    """14.01.01.2001 as OSS writes it: ten digits."""
    return "".join(sign for sign in code if sign.isdigit())


def _whole(area: object) -> int:
    """Square metres, rounded: OSS takes no part of one."""
    return int(Decimal(str(area or 0)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _number(value: object) -> int | float | None:
    if value in (None, ""):
        return None
    number = Decimal(str(value))
    return int(number) if number == number.to_integral_value() else float(number)


# From the rows of a file ------------------------------------------------------------------------------------------


def petition(case: Case) -> dict[str, Any]:
    """dataNIB of this file."""
    application = applications.of_case(case)
    day = local_day(case.office, case.opened_at).isoformat()
    return data_nib(application.answers, _party(application), receipt=case.receipt, day=day)


def handed_over(case: Case) -> dict[str, str]:
    """KBLI code of every activity of this file, by our reference towards OSS."""
    activities = applications.of_case(case).answers["kegiatan"]
    return {
        reference(case.receipt, number): str(one["kbli"]["code"]) for number, one in enumerate(activities, 1)
    }


def _party(application: Application) -> Party:
    person = application.person
    actor = application.filed_for or businesses.of_person(person.pk)
    body = actor.entity if actor is not None and actor.kind == BusinessActor.ENTITY else None
    return Party(
        name=person.name,
        nik=person.nik,
        passport=person.passport,
        phone=person.phone,
        email=application.account.email or "",
        address=actor.address if actor else {},
        region=actor.region if actor else "",
        body=body.name if body else "",
        npwp=_old_npwp(body.npwp) if body else "",
        nib=_nib(actor),
    )


def _old_npwp(npwp: str) -> str:
    """OSS has room for 15 digits: of 16 that begin with 0 those behind it (PMK 112/2022); no other 16 can be said."""
    digits = "".join(sign for sign in npwp if sign.isdigit())
    return digits[1:] if len(digits) == 16 and digits.startswith("0") else digits


def _nib(actor: BusinessActor | None) -> str:
    """The NIB that OSS has given this actor before."""
    row = Business.objects.filter(actor=actor, issuer=Business.OSS).first() if actor else None
    return row.nib if row else ""
