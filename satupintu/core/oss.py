# SPDX-License-Identifier: Apache-2.0
"""What OSS and an office say to each other: names, types and lengths of fields, codes, and what a message means.

Source: OSS, Pedoman Integrasi Aplikasi v4.3.22 (19 June 2024): dataNIB, IZINFINAL, IZINSTATUS, receiveFileDS; lists L4, L5,
L10, L14, L18, L26, L27, L28, L31. The block `*_user_proses` (religion, marital status …) is left out on purpose: no
licence needs it (UU 27/2022). Fields of `data_rptka` and `pemegang_saham` are none of a small business' matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

VERSION = "4.3.22"
NIB_ONLY, LICENCE, STANDARD = "01", "02", "04"  # L27: Izin Dasar, Izin, Sertifikat Standar
KINDS: Mapping[str, str] = {NIB_ONLY: "nib", LICENCE: "izin", STANDARD: "ss"}
COMMITMENT = "Y"  # L28: still to be fulfilled; N, O and T need nothing more
APPROVED, AUTOMATIC, PROVISIONAL, REFUSED, REQUIREMENT_REFUSED = "50", "57", "52", "90", "93"  # L10
REFUSALS = frozenset({REFUSED, REQUIREMENT_REFUSED})
VERIFIED = frozenset({APPROVED, AUTOMATIC})
ACTIVE = "01"  # L14


class Unreadable(ValueError):
    """A message does not say what its kind must say. `args[0]`: which field."""


@dataclass(frozen=True, slots=True)
class Field:
    """Type of a field. kind: "s" text of at most `most` characters, "n" number of at most `most` digits in all."""

    kind: str
    most: int
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that may not leave so. path: as "data_proyek[0].nama_kegiatan". why: "too-long", "type" or "unknown"."""

    path: str
    why: str
    most: int = 0

    def __str__(self) -> str:
        limit = f" (paling banyak {self.most})" if self.most else ""
        return f"{self.path}: {FAULTS[self.why]}{limit}"


FAULTS: Mapping[str, str] = {
    "too-long": "terlalu panjang",
    "type": "jenis isinya salah",
    "unknown": "tidak dikenal OSS",
}
Table = Mapping[str, "Field | Table"]


def _table(text: str, **inner: Table) -> Table:
    """Fields written as "name s13" or "name n20.2"; inner: lists of objects by their name."""
    words = text.split()
    plain = {name: _field(code) for name, code in zip(words[::2], words[1::2], strict=True)}
    return {**plain, **inner}


def _field(code: str) -> Field:
    most, _, decimals = code[1:].partition(".")
    return Field(code[0], int(most), int(decimals or 0))


PLACE = _table(
    """id_proyek_lokasi s25 proyek_daerah_id s10 kd_kawasan s3 alamat_usaha s65535 id_kegiatan s6
    response_kegiatan s255 jenis_kawasan s2 jenis_lokasi s2 status_lokasi s2""",
    data_lokasi_proyek=_table("serial s11 lat_lng s255"),
    data_posisi_proyek=_table("id_proyek_posisi s25 id_proyek_lokasi s25 posisi_lokasi s2"),
)
PRODUCT = _table(
    """id_produk s25 id_proyek s25 kbli n7 id_bidang_usaha n10 jenis_produksi s1024 kapasitas n20.2 satuan s100
    merk_dagang s100 pemegang_haki s100 pemegang_paten s100 pi_nomor s20 pi_tanggal s10 pi_npwp s16 id_kbli_ta s9
    tkdn n3.2 flag_memiliki_halal s1 nomor_sertifikat_halal s255 masa_berlaku_sertifikat_halal s10
    flag_memiliki_sni s1 nomor_sertifikat_sni s255 masa_berlaku_sertifikat_sni s10 flag_self_declare s1
    tipe_cakupan s2"""
)
PROJECT = _table(
    """id_proyek s25 nomor_proyek s26 uraian_usaha s255 jumlah_tki_l n10 jumlah_tki_p n10 jumlah_tka_l n10
    jumlah_tka_p n10 kbli n7 sektor s3 memiliki_menguasai s1 jenis_lokasi s2 status_tanah s2 luas_tanah n10
    satuan_luas_tanah s2 pembelian_pematang_tanah n19 bangunan_gedung n19 mesin_peralatan n19
    mesin_peralatan_usd n19 investasi_lain n19 sub_jumlah n19 modal_kerja n19 jumlah_investasi n19
    tanggal_kurs s10 nilai_kurs n19 kd_kawasan n11 jawab_lokasi_b s1 jawab_lokasi_c s1 jawab_lokasi_d s1
    jawab_lokasi_e s1 jawab_lokasi_f s1 jawab_lokasi_g s1 flag_perluasan s1 flag_cabang s1 npwp_cabang s15
    nama_cabang s255 jenis_identitas_pj s2 no_identitas_pj s16 nama_pj s100 status_proyek s2 jenis_proyek s2
    nama_kegiatan s255 flag_merger s1 npwp_perseroan_merger s15 nama_perseroan_merger s255 skala_usaha s10
    skala_resiko s5 deskripsi_kegiatan s255 satu_lini s1""",
    data_lokasi_proyek=PLACE,
    data_proyek_produk=PRODUCT,
)
CHECKLIST = _table(
    """id_produk s25 id_proyek s25 id_izin s25 jenis_izin s3 kd_izin s13 kd_daerah s10 nama_izin s255
    instansi s100 id_bidang_spesifik n19 bidang_spesifik s65535 id_kewenangan n19 parameter_kewenangan s255
    kewenangan s2 flag_checklist s1 flag_transaksional s1 flag_perpanjangan s1 kbli_konversi n5 no_izin s150
    tgl_izin s10 file_izin s65535 kd_dokumen s15 nm_dokumen s255""",
    data_persyaratan=_table(
        "id_syarat s25 no_dokumen s50 tgl_dokumen s8 file_dokumen s65535 keterangan s255"
    ),
)
PERSON = _table(
    """flag_asing s1 jns_identitas_penanggung_jwb s2 no_identitas_penanggung_jwb s100 nama_penanggung_jwb s500
    jabatan_penanggung_jwb s250 kebangsaan_penanggung_jwb s2 negara_asal_penanggung_jwb s2
    npwp_penanggung_jwb s15 alamat_penanggung_jwb s1024 jalan_penanggung_jwb s50 blok_penanggung_jwb s10
    no_penanggung_jwb s10 rt_rw_penanggung_jwb s255 kelurahan_penanggung_jwb s255
    daerah_id_penanggung_jwb s10 kode_pos_penanggung_jwb s5 no_telp_penanggung_jwb s50
    no_hp_penanggung_jwb s50 no_fax_penanggung_jwb s50 email_penanggung_jwb s100
    flag_pajak_penanggung_jwb s2 ket_pajak_penanggung_jwb s255"""
)
DATA_NIB = _table(
    """nib s13 tgl_pengajuan_nib s10 tgl_terbit_nib s10 tgl_perubahan_nib s10 oss_id s25 id_izin s25 kd_izin s12
    kd_daerah s10 kewenangan s2 jenis_pelaku_usaha s2 no_npp s20 no_va s20 no_wlkp s23 flag_perusahaan s1
    versi_pia s5 status_badan_hukum s2 status_penanaman_modal s2 npwp_perseroan s15 nama_perseroan s255
    nama_singkatan s255 jenis_perseroan s2 status_perseroan s1 alamat_perseroan s255 rt_rw_perseroan s7
    kelurahan_perseroan s50 perseroan_daerah_id s10 kode_pos_perseroan s5 nomor_telpon_perseroan s20
    email_perusahaan s100 flag_umk s1 flag_perubahan_data_teknis s1 skala_usaha s10
    jenis_perubahan_terakhir s2 no_pengesahan s100 tgl_pengesahan s10 status_nib s2 tipe_dokumen s1""",
    penanggung_jwb=PERSON,
    legalitas=_table(
        """jenis_legal s2 no_legal s100 tgl_legal s10 alamat_notaris s255 nama_notaris s100
        telepon_notaris s100"""
    ),
    data_proyek=PROJECT,
    data_checklist=CHECKLIST,
)
IZINFINAL = _table(
    """nib s13 id_proyek s25 oss_id s25 id_izin s25 kd_izin s12 kd_daerah s10 nomor_izin s50 tgl_terbit_izin s10
    tgl_berlaku_izin s10 nama_ttd s50 nip_ttd s25 jabatan_ttd s150 status_izin s2 file_izin s65535
    keterangan s65535 file_lampiran s65535 nomenklatur_nomor_izin s255 jenis_perizinan s3"""
)
# The document writes length 18 for tgl_status, though its own form "YYYY-MM-DD HH:MM:SS" has 19 characters.
IZINSTATUS = _table(
    """nib s13 id_produk s25 id_proyek s25 oss_id s25 id_izin s25 kd_izin s12 kd_instansi s3 kd_status s2
    tgl_status s19 nip_status s50 nama_status s50 keterangan s65535 file_lampiran s65535"""
)
# The document writes length 3 for id_izin, though every id_izin has 22 or 23 characters.
FILE_DS = _table("id_izin s25 nib s13 file_izin s65535")

METHODS: Mapping[str, tuple[str, Table]] = {
    "receiveNIB": ("dataNIB", DATA_NIB),
    "receiveLicense": ("IZINFINAL", IZINFINAL),
    "receiveLicenseStatus": ("IZINSTATUS", IZINSTATUS),
    "receiveFileDS": ("receiveFileDS", FILE_DS),
}
"""What OSS calls at the office: method -> (name of the wrapping object, its fields)."""


def faults(data: Mapping[str, Any], table: Table, *, path: str = "", foreign: bool = True) -> Iterator[Fault]:
    """Every field that is too long, of the wrong type or (foreign) unknown. An empty or absent field is no fault."""
    for name, value in data.items():
        here = f"{path}{name}"
        known = table.get(name)
        if known is None:
            if foreign:
                yield Fault(here, "unknown")
        elif isinstance(known, Field):
            yield from _fault(value, known, here)
        elif not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            yield Fault(here, "type")
        else:
            for number, one in enumerate(value):
                yield from faults(one, known, path=f"{here}[{number}].", foreign=foreign)


def _fault(value: object, field: Field, path: str) -> Iterator[Fault]:
    if value is None:
        return
    if field.kind == "s":
        if not isinstance(value, str):
            yield Fault(path, "type")
        elif len(value) > field.most:
            yield Fault(path, "too-long", field.most)
    elif isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        yield Fault(path, "type")
    elif not _fits(Decimal(str(value)), field):
        yield Fault(path, "too-long", field.most)


def _fits(number: Decimal, field: Field) -> bool:
    """At most `most` digits in all, `decimals` of them behind the point."""
    if not number.is_finite():
        return False
    behind = -min(int(number.as_tuple().exponent), 0)
    return behind <= field.decimals and abs(number) < Decimal(10) ** (field.most - field.decimals)


# What a message of OSS means -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Issued:
    """One product of OSS. kind: "nib", "ss" or "izin". reference: our number of the activity, "" for the NIB.

    licence, project: OSS's id_izin and id_proyek. file: where OSS keeps the paper, "" where it says nothing.
    """

    kind: str
    number: str
    licence: str
    project: str
    reference: str
    kbli: str
    day: date | None
    verified: bool
    file: str = ""


@dataclass(frozen=True, slots=True)
class NibAnswer:
    """What dataNIB says: the NIB with all its products. kbli: of every project, by our reference."""

    oss_id: str
    nib: str
    day: date | None
    state: str
    references: tuple[str, ...]
    products: tuple[Issued, ...]
    kbli: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LicenceAnswer:
    """What IZINFINAL says of one product: its number and whether it is verified by now."""

    oss_id: str
    nib: str
    project: str
    licence: str
    number: str
    day: date | None
    verified: bool
    file: str


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """What IZINSTATUS says: how far it is. why: OSS's own words."""

    oss_id: str
    nib: str
    licence: str
    status: str
    why: str

    @property
    def refused(self) -> bool:
        return self.status in REFUSALS


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What receiveFileDS says: where the signed paper of a product lies."""

    nib: str
    licence: str
    file: str


Message = NibAnswer | LicenceAnswer | StatusAnswer | FileAnswer


def nib_of(method: str, body: Mapping[str, Any]) -> str:
    """The NIB a message is about: OSS's token is made with it. "" where it names none."""
    inner = body.get(METHODS[method][0])
    return str(inner.get("nib") or "") if isinstance(inner, dict) else ""


def read(method: str, body: Mapping[str, Any]) -> Message:
    """What a message of OSS says. Raises Unreadable with the field that is missing, too long or of the wrong type."""
    wrapper, table = METHODS[method]
    data = body.get(wrapper)
    if not isinstance(data, dict):
        raise Unreadable(wrapper)
    wrong = next(faults(data, table, foreign=False), None)
    if wrong is not None:
        raise Unreadable(str(wrong))
    return _READERS[method](data)


def _nib(data: Mapping[str, Any]) -> NibAnswer:
    nib = _need(data, "nib")
    if not (len(nib) == 13 and nib.isascii() and nib.isdigit()):
        raise Unreadable("nib: bukan 13 angka")
    projects = {_need(one, "id_proyek"): one for one in data.get("data_proyek") or ()}
    kbli = {_text(one, "nomor_proyek"): f"{one.get('kbli') or 0:05d}" for one in projects.values()}
    rows = data.get("data_checklist") or ()
    products = [_product(row, projects) for row in rows if _text(row, "jenis_izin") in (LICENCE, STANDARD)]
    day = _day(data, "tgl_terbit_nib")
    own = Issued("nib", nib, _text(data, "id_izin"), "", "", "", day, verified=True)
    return NibAnswer(
        _text(data, "oss_id"), nib, day, _text(data, "status_nib"), tuple(kbli), (own, *products), kbli
    )


def _product(row: Mapping[str, Any], projects: Mapping[str, Mapping[str, Any]]) -> Issued:
    project = projects.get(_need(row, "id_proyek"))
    if project is None:
        raise Unreadable("data_checklist: id_proyek")
    return Issued(
        kind=KINDS[_text(row, "jenis_izin")],
        number=_need(row, "no_izin"),
        licence=_need(row, "id_izin"),
        project=_text(row, "id_proyek"),
        reference=_text(project, "nomor_proyek"),
        kbli=f"{project.get('kbli') or 0:05d}",
        day=_day(row, "tgl_izin"),
        # What says nothing of itself is not verified: a product never reads as permission by an omission.
        verified=_text(row, "flag_checklist") in ("N", "O", "T"),
        file=_text(row, "file_izin"),
    )


def _licence(data: Mapping[str, Any]) -> LicenceAnswer:
    return LicenceAnswer(
        _text(data, "oss_id"), _text(data, "nib"), _text(data, "id_proyek"), _need(data, "id_izin"),
        _need(data, "nomor_izin"), _day(data, "tgl_terbit_izin"), _text(data, "status_izin") in VERIFIED,
        _text(data, "file_izin"),
    )  # fmt: skip


def _status(data: Mapping[str, Any]) -> StatusAnswer:
    return StatusAnswer(
        _need(data, "oss_id"), _text(data, "nib"), _text(data, "id_izin"), _need(data, "kd_status"),
        _text(data, "keterangan"),
    )  # fmt: skip


def _file(data: Mapping[str, Any]) -> FileAnswer:
    return FileAnswer(_need(data, "nib"), _need(data, "id_izin"), _need(data, "file_izin"))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Message]] = {
    "receiveNIB": _nib,
    "receiveLicense": _licence,
    "receiveLicenseStatus": _status,
    "receiveFileDS": _file,
}


def _text(data: Mapping[str, Any], name: str) -> str:
    return str(data.get(name) or "").strip()


def _need(data: Mapping[str, Any], name: str) -> str:
    value = _text(data, name)
    if not value:
        raise Unreadable(f"{name}: kosong")
    return value


def _day(data: Mapping[str, Any], name: str) -> date | None:
    """A day as YYYY-MM-DD; None where it is empty. Raises Unreadable for any other form."""
    value = _text(data, name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise Unreadable(f"{name}: bukan tanggal") from None
