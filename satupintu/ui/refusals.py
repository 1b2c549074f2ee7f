# SPDX-License-Identifier: Apache-2.0
"""All words of refusal: what happened, then what to do. A rule raises a code; only this file speaks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from satupintu.core.refusal import Refusal
from satupintu.ui.formats import file_size, long_date

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """what: what happened. do: what the reader can do now. Named placeholders are values of the Refusal."""

    what: Text
    do: Text


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal in words, as templates show it."""

    code: str
    status: int
    what: str
    do: str


CONFLICTS = frozenset({"cases.changed", "cases.taken", "door.changed"})
"""Codes that mean: somebody else was faster. Their page says so first."""

ROLES: Mapping[str, Text] = {
    "": _("peran lain"),
    "pemohon": _("pemohon"),
    "sistem": _("sistem"),
    "front-officer": _("petugas loket depan"),
    "tim-teknis": _("tim teknis"),
    "jf-penata-perizinan": _("penata perizinan"),
    "koordinator": _("koordinator"),
    "kepala-dinas": _("kepala dinas"),
    "kasir": _("kasir"),
    "loket-penyerahan": _("loket penyerahan"),
    "petugas-pengaduan": _("petugas pengaduan"),
    "arsiparis": _("arsiparis"),
    "auditor": _("auditor"),
    "administrator": _("administrator"),
    "dinas-teknis": _("dinas teknis"),
    "pejabat-pdp": _("pejabat pelindungan data"),
    "pembaca-wbs": _("pembaca laporan pelanggaran"),
    "pengawas": _("pengawas"),
}
"""Roles as people call them, by their id of design §4."""

UNKNOWN = Words(
    what=_("Ini belum bisa dilakukan."),
    do=_(
        "Kembali, muat ulang halamannya, lalu periksa lagi. Bila tetap begitu, sebut kode %(code)s kepada kami."
    ),
)

WORDS: Mapping[str, Words] = {
    # who may
    "access.not-yours": Words(
        what=_("Halaman ini tidak ada."),
        do=_("Periksa alamatnya, atau buka dari daftar Anda."),
    ),
    "access.role": Words(
        what=_("Peran Anda tidak melakukan tindakan ini."),
        do=_("Menurut SOP, ini bagian %(role)s. Serahkan berkas, atau ganti peran."),
    ),
    "accounts.nik-taken": Words(
        what=_("NIK ini sudah dipakai akun lain."),
        do=_("Masuk dengan akun itu. Bila bukan akun Anda, datang ke loket dengan KTP."),
    ),
    "accounts.nik-differs": Words(
        what=_("NIK ini berbeda dari NIK di akun Anda."),
        do=_("Pakai NIK akun Anda. Bila NIK akun salah, datang ke loket dengan KTP."),
    ),
    "accounts.wrong-code": Words(
        what=_("Kode tidak cocok."),
        do=_("Lihat lagi pesan terakhir kami. Kode lama tidak berlaku setelah ada yang baru."),
    ),
    "accounts.code-expired": Words(
        what=_("Kode sudah lewat waktunya."),
        do=_("Minta kode baru, lalu isi dalam sepuluh menit."),
    ),
    "accounts.too-many-tries": Words(
        what=_("Terlalu banyak percobaan."),
        do=_("Tunggu beberapa menit, lalu coba lagi."),
    ),
    # one act, one commit
    "door.changed": Words(
        what=_("Berkas ini baru saja diubah orang lain."),
        do=_("Buka lagi berkasnya dan lihat perubahannya. Isian Anda belum dipakai."),
    ),
    "door.other-payload": Words(
        what=_("Formulir ini sudah pernah dikirim dengan isi lain."),
        do=_("Buka lagi halamannya. Yang pertama sudah tersimpan, yang kedua belum."),
    ),
    "door.busy": Words(
        what=_("Berkas ini sedang dipakai orang lain."),
        do=_("Tunggu sebentar, lalu tekan lagi."),
    ),
    # the SOP
    "sop.four-eyes": Words(
        what=_("Anda sudah mengerjakan langkah lain yang harus dipegang orang berbeda."),
        do=_("Serahkan berkas ini kepada rekan. Aturan empat mata ada di SOP."),
    ),
    "sop.signing": Words(
        what=_("Surat ini sedang ditandatangani."),
        do=_("Tunggu sampai selesai. Penolakan dan penarikan tidak bisa lagi."),
    ),
    "sop.wrong-role": Words(
        what=_("Langkah ini dipegang peran lain."),
        do=_("Serahkan berkas kepada %(needed)s."),
    ),
    "sop.no-such-outcome": Words(
        what=_("Langkah ini tidak punya hasil seperti itu."),
        do=_("Buka lagi berkasnya. Mungkin langkahnya sudah berganti."),
    ),
    "sop.missing": Words(
        what=_("Hasil ini belum bisa dipilih."),
        do=_("Lengkapi dulu: %(missing)s."),
    ),
    "sop.no-reason": Words(
        what=_("Alasan belum ditulis."),
        do=_("Tulis alasan yang bisa dipahami pemohon."),
    ),
    "sop.not-begun": Words(
        what=_("Berkas ini belum berjalan."),
        do=_("Kirim dulu permohonannya."),
    ),
    "sop.begun": Words(
        what=_("Berkas ini sudah berjalan."),
        do=_("Buka lagi berkasnya dan lanjutkan dari sana."),
    ),
    "sop.ended": Words(
        what=_("Berkas ini sudah selesai."),
        do=_("Tidak ada lagi yang bisa diubah. Lihat hasilnya di riwayat."),
    ),
    "sop.suspended": Words(
        what=_("Langkah ini menunggu pihak lain."),
        do=_("Tunggu sampai jawaban masuk, lalu lanjutkan."),
    ),
    "sop.automatic": Words(
        what=_("Hasil ini diambil oleh sistem sendiri."),
        do=_("Kerjakan langkahnya. Berkas bergerak sendiri setelah itu."),
    ),
    "sop.no-such-wait": Words(
        what=_("Permintaan itu tidak ada di langkah ini."),
        do=_("Buka lagi berkasnya dan pilih dari yang tersedia."),
    ),
    "sop.not-openable": Words(
        what=_("Permintaan itu tidak bisa dibuka sekarang."),
        do=_("Buka lagi berkasnya dan pilih dari yang tersedia."),
    ),
    "sop.wait-open": Words(
        what=_("Permintaan itu sudah dibuka dan belum dijawab."),
        do=_("Tunggu jawabannya."),
    ),
    "sop.wait-closed": Words(
        what=_("Permintaan itu sudah dijawab atau dibatalkan."),
        do=_("Buka lagi berkasnya dan lihat jawabannya."),
    ),
    "sop.no-such-answer": Words(
        what=_("Jawaban itu tidak tersedia di sini."),
        do=_("Pilih salah satu jawaban yang tertulis di halaman."),
    ),
    "sop.rounds": Words(
        what=_("Putaran perbaikan sudah habis."),
        do=_("Pilih hasil lain yang tersedia di langkah ini."),
    ),
    "sop.decided": Words(
        what=_("Permohonan ini sudah diputuskan."),
        do=_("Penarikan tidak bisa lagi. Lihat keputusannya di halaman permohonan."),
    ),
    "sop.unknown-mark": Words(
        what=_("Langkah ini tidak mengenal pekerjaan itu."),
        do=_("Buka lagi berkasnya. Mungkin langkahnya sudah berganti."),
    ),
    "sop.loop": Words(
        what=_("SOP ini berputar tanpa henti."),
        do=_("Berkas belum berubah. Beri tahu administrator: SOP harus diperbaiki."),
    ),
    # the clock
    "clock.impossible": Words(
        what=_("Catatan waktu baris %(line)s tidak mungkin terjadi."),
        do=_("Periksa urutan mulai, jeda, lanjut, dan henti. Waktunya harus maju."),
    ),
    # the case
    "cases.changed": Words(
        what=_("Berkas ini baru saja diubah orang lain."),
        do=_("Lihat perubahannya, lalu putuskan lagi. Isian Anda belum dipakai."),
    ),
    "cases.taken": Words(
        what=_("Berkas ini baru saja diambil rekan."),
        do=_("Pilih berkas lain di meja Anda."),
    ),
    "cases.not-yours": Words(
        what=_("Berkas ini tidak di tangan Anda."),
        do=_("Ambil dulu berkasnya, atau minta pemegangnya menyerahkan."),
    ),
    "cases.no-reason": Words(
        what=_("Alasan belum ditulis."),
        do=_("Tulis mengapa berkas ini diserahkan atau diambil tidak berurutan."),
    ),
    "cases.wrong-heir": Words(
        what=_("Rekan itu tidak memegang peran langkah ini."),
        do=_("Pilih rekan dari daftar."),
    ),
    "cases.cannot-undo": Words(
        what=_("Langkah ini tidak bisa lagi dibatalkan."),
        do=_("Pemohon sudah dikabari, atau orang lain sudah bertindak. Lanjutkan dari langkah sekarang."),
    ),
    # applications
    "applications.sent": Words(
        what=_("Permohonan ini sudah dikirim."),
        do=_("Isinya tidak bisa diubah lagi. Lihat kemajuannya di halaman Lacak."),
    ),
    "applications.incomplete": Words(
        what=_("Masih ada yang belum diisi."),
        do=_("Lengkapi yang bertanda Belum diisi, lalu kirim."),
    ),
    "applications.no-statement": Words(
        what=_("Pernyataan belum dicentang."),
        do=_("Baca dan centang semua pernyataan, lalu kirim."),
    ),
    "applications.authority": Words(
        what=_("Usaha ini diurus oleh %(authority)s, bukan kantor ini."),
        do=_("Pergi ke %(authority)s. Isian Anda di sini tidak diteruskan."),
    ),
    "applications.unknown-kbli": Words(
        what=_("KBLI %(kbli)s tidak ada di daftar layanan ini."),
        do=_("Periksa lima angkanya di NIB Anda, atau tanya petugas loket."),
    ),
    "applications.not-open": Words(
        what=_("Dokumen ini tidak diminta untuk diperbaiki."),
        do=_("Ganti hanya yang bertanda Perlu diganti."),
    ),
    "applications.not-corrected": Words(
        what=_("Belum semua hal diperbaiki."),
        do=_("Perbaiki setiap hal yang bertanda Perlu diganti, lalu kirim."),
    ),
    "applications.not-reopenable": Words(
        what=_("Permohonan ini tidak bisa diajukan lagi dari sini."),
        do=_("Mulai permohonan baru dari halaman layanan."),
    ),
    "applications.draft-gone": Words(
        what=_("Draf ini sudah dihapus."),
        do=_("Mulai permohonan baru dari halaman layanan."),
    ),
    "correction.no-note": Words(
        what=_("Belum ada catatan untuk hal yang dikembalikan."),
        do=_("Tulis satu kalimat untuk setiap hal: apa yang salah, dan bagaimana membetulkannya."),
    ),
    # what is given to us
    "upload.empty": Words(
        what=_("Berkas %(name)s kosong."),
        do=_("Pilih berkasnya sekali lagi. Mungkin unggahannya terputus."),
    ),
    "upload.too-big": Words(
        what=_("Berkas %(name)s berukuran %(size)s; batasnya %(limit)s."),
        do=_("Pindai ulang dengan 150 dpi hitam-putih, lalu unggah lagi. Isian lain tetap tersimpan."),
    ),
    "upload.kind": Words(
        what=_("%(name)s bukan PDF, JPG, atau PNG."),
        do=_("Simpan sebagai PDF, atau foto dokumennya, lalu unggah lagi."),
    ),
    "upload.encrypted": Words(
        what=_("PDF %(name)s dikunci dengan kata sandi."),
        do=_("Simpan ulang tanpa kata sandi, lalu unggah lagi."),
    ),
    "upload.active": Words(
        what=_("PDF %(name)s berisi program, bukan hanya halaman."),
        do=_("Cetak ke PDF baru, lalu unggah yang baru itu."),
    ),
    "upload.javascript": Words(
        what=_("PDF %(name)s berisi program, bukan hanya halaman."),
        do=_("Cetak ke PDF baru, lalu unggah yang baru itu."),
    ),
    "upload.attachment": Words(
        what=_("PDF %(name)s membawa berkas lain di dalamnya."),
        do=_("Cetak ke PDF baru, lalu unggah yang baru itu."),
    ),
    "upload.broken": Words(
        what=_("Berkas %(name)s tidak bisa dibuka."),
        do=_("Buka dulu di HP Anda. Bila rusak, foto atau pindai ulang."),
    ),
    "upload.too-many-pages": Words(
        what=_("PDF %(name)s terlalu tebal."),
        do=_("Unggah halaman yang diminta saja."),
    ),
    "upload.too-many-pixels": Words(
        what=_("Foto %(name)s terlalu besar untuk dibuka."),
        do=_("Foto ulang dengan resolusi biasa, lalu unggah lagi."),
    ),
    "upload.missing": Words(
        what=_("Belum ada berkas yang dipilih."),
        do=_("Pilih berkas atau foto dengan kamera, lalu unggah."),
    ),
    "upload.cut-off": Words(
        what=_("Unggahan terputus di tengah jalan."),
        do=_("Unggah sekali lagi. Isian lain tetap tersimpan."),
    ),
    # permits
    "permits.opinion-missing": Words(
        what=_("Draf belum bisa disusun."),
        do=_("Lengkapi dulu: %(missing)s."),
    ),
    "permits.draft-unread": Words(
        what=_("Draf belum Anda buka."),
        do=_("Buka dan baca drafnya dulu. Sesudah itu tombol tanda tangan tersedia."),
    ),
    "permits.no-draft": Words(
        what=_("Draf surat belum ada."),
        do=_("Susun dulu drafnya di langkah ini."),
    ),
    "permits.frozen": Words(
        what=_("Draf ini sudah dikunci untuk ditandatangani."),
        do=_("Isinya tidak bisa diubah lagi. Tunggu sampai selesai ditandatangani."),
    ),
    "permits.signed": Words(
        what=_("Surat ini sudah ditandatangani."),
        do=_("Unduh hasilnya. Perubahan isi butuh permohonan perubahan."),
    ),
    "permits.not-signed": Words(
        what=_("Surat ini belum ditandatangani."),
        do=_("Tunggu kabar dari kami. Halaman ini berubah sendiri setelah selesai."),
    ),
    "permits.revoked": Words(
        what=_("Surat ini sudah dicabut."),
        do=_("Jangan dipakai. Alasannya ada di keputusan pencabutan."),
    ),
    "permits.number-taken": Words(
        what=_("Nomor surat ini sudah dipakai."),
        do=_("Tanda tangani sekali lagi. Nomor berikutnya diambil sendiri."),
    ),
    "print.failed": Words(
        what=_("Dokumen belum bisa dicetak."),
        do=_("Coba lagi sebentar lagi. Bila tetap begitu, sebut kode %(code)s kepada administrator."),
    ),
    "print.too-slow": Words(
        what=_("Mencetak dokumen ini terlalu lama, jadi dihentikan."),
        do=_("Coba lagi sebentar lagi. Bila tetap begitu, beri tahu administrator."),
    ),
    # services and offices
    "office.unknown": Words(
        what=_("Kantor ini tidak ada di sini."),
        do=_("Pilih kantor dari halaman depan."),
    ),
    "catalog.unknown": Words(
        what=_("Layanan ini tidak ada."),
        do=_("Cari lagi di halaman layanan."),
    ),
    "catalog.same-person": Words(
        what=_("Layanan disetujui oleh orang yang berbeda dari pengusulnya."),
        do=_("Minta pejabat lain menyetujuinya."),
    ),
    "catalog.unsound": Words(
        what=_("Berkas layanan ini masih keliru."),
        do=_("Jalankan satupintu check service, lalu betulkan setiap baris yang disebut."),
    ),
    "catalog.not-effective": Words(
        what=_("Layanan ini belum berlaku."),
        do=_("Mulai lagi pada tanggal berlakunya."),
    ),
    "catalog.already-decided": Words(
        what=_("Usulan ini sudah diputuskan."),
        do=_("Lihat versi yang berlaku di halaman layanan."),
    ),
    "tracker.no-match": Words(
        what=_("Nomor dan kode tidak cocok."),
        do=_("Lihat lagi tanda terima Anda. Kode tidak memakai huruf I, O dan angka 0, 1."),
    ),
}


def words_of(refusal: Refusal) -> tuple[str, str]:
    """The two sentences of a refusal with its values in them, in the language of this request.

    A code without words never breaks a page: it is logged and a plain sentence with the code is shown.
    """
    words = WORDS.get(refusal.code)
    if words is None:
        log.error("ui.refusal-without-words %s", refusal.code)
        words = UNKNOWN
    values = _Values(code=refusal.code, **{key: _said(key, value) for key, value in refusal.values.items()})
    return str(words.what) % values, str(words.do) % values


def refused(refusal: Refusal) -> Refused:
    """The same, with code and status, for a template."""
    what, do = words_of(refusal)
    return Refused(refusal.code, refusal.status, what, do)


class _Values(dict[str, str]):
    """A value the rule did not give is a dash, not a crash: the sentence still says what to do."""

    def __missing__(self, key: str) -> str:
        return "–"


def _said(key: str, value: Any) -> str:
    """A value as people write it: roles, sizes, dates, lists."""
    if key in ("role", "needed"):
        return str(ROLES.get(str(value), value))
    if key in ("size", "limit") and isinstance(value, int):
        return file_size(value)
    if isinstance(value, datetime):
        return long_date(value.date())
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(
            str(part) for part in (sorted(value) if isinstance(value, set | frozenset) else value)
        )
    return str(value)
