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
from satupintu.ui.formats import NOTHING, file_size, long_date
from satupintu.ui.words import fact_words, role_words

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


CONFLICTS = frozenset({"cases.held", "door.changed"})
"""Codes that mean: somebody else was faster. Their page says so first."""

UNKNOWN = Words(
    what=_("Ini belum bisa dilakukan."),
    do=_(
        "Kembali, muat ulang halamannya, lalu periksa lagi. Bila tetap begitu, sebut kode %(code)s kepada kami."
    ),
)

WORDS: Mapping[str, Words] = {
    # messages
    "notices.not-failed": Words(
        what=_("Kiriman ini tidak gagal, jadi tidak perlu dikirim ulang."),
        do=_("Muat ulang halaman untuk melihat keadaannya sekarang."),
    ),
    "notices.phone-not-proven": Words(
        what=_("Nomor WhatsApp Anda belum dibuktikan."),
        do=_("Buktikan dulu nomornya dengan kode, lalu pilih lagi."),
    ),
    # who may
    "access.not-yours": Words(
        what=_("Halaman ini tidak ada."),
        do=_("Periksa alamatnya, atau buka dari daftar Anda."),
    ),
    "access.role": Words(
        what=_("Peran Anda tidak melakukan tindakan ini."),
        do=_("Menurut SOP, ini bagian %(role)s. Serahkan berkas, atau ganti peran."),
    ),
    "access.second-factor": Words(
        what=_("Peran Anda memerlukan pengaman kedua, dan sesi ini belum menunjukkannya."),
        do=_("Pasang atau tunjukkan dulu pengaman kedua, lalu kirim sekali lagi."),
    ),
    "access.stale": Words(
        what=_("Sudah agak lama sejak Anda membuktikan bahwa ini Anda."),
        do=_("Isi kata sandi atau kode sekali lagi, lalu ulangi."),
    ),
    "accounts.address-refused": Words(
        _("Surel atau nomor ini ditolak oleh penyedianya."), _("Periksa ejaannya, lalu daftar lagi.")
    ),
    "accounts.address-taken": Words(
        what=_("Surel ini tidak bisa dipakai."), do=_("Pakai surel lain. Surel lama Anda tetap berlaku.")
    ),
    "accounts.contact-taken": Words(
        what=_("Surel atau nomor ini sudah punya akun."),
        do=_("Masuk saja. Lupa kata sandinya? Pilih “Lupa kata sandi” di halaman masuk."),
    ),
    "accounts.last-contact": Words(
        what=_("Nomor ini satu-satunya jalan kami menghubungi Anda."),
        do=_("Tambahkan surel dahulu di halaman Akun, lalu lepas nomornya."),
    ),
    "accounts.no-phone": Words(
        what=_("Akun ini belum punya nomor HP yang dibuktikan."), do=_("Tambahkan nomor di halaman Akun.")
    ),
    "accounts.no-change": Words(
        what=_("Tidak ada perubahan surel atau nomor yang menunggu."),
        do=_(
            "Tautan ini sudah dipakai atau waktunya lewat. Bila akun Anda diambil orang, datang ke loket dengan KTP."
        ),
    ),
    "accounts.no-session": Words(
        what=_("Perangkat itu sudah keluar."), do=_("Buka lagi daftar perangkat Anda.")
    ),
    "accounts.nik-taken": Words(
        what=_("NIK ini sudah dipakai akun lain."),
        do=_("Masuk dengan akun itu. Bila bukan akun Anda, datang ke loket dengan KTP."),
    ),
    "accounts.passport-taken": Words(
        what=_("Paspor ini sudah dipakai akun lain."),
        do=_("Masuk dengan akun itu. Bila bukan akun Anda, datang ke loket dengan paspor."),
    ),
    # business actors
    "businesses.entity-taken": Words(
        what=_("Badan usaha dengan NPWP ini sudah terdaftar."),
        do=_(
            "Minta pengurusnya menambahkan surel Anda di Data pelaku usaha. Bila tidak dikenal, datang ke loket."
        ),
    ),
    "businesses.last-member": Words(
        what=_("Ini pengurus terakhir yang bisa mengurus badan usaha ini."),
        do=_("Tambahkan penggantinya dahulu. Setelah ia menerima, akhiri yang lama."),
    ),
    "businesses.member-ended": Words(
        what=_("Pengurus ini sudah diakhiri, ditolak, atau lewat waktunya."),
        do=_("Muat ulang halaman Data pelaku usaha."),
    ),
    "businesses.member-twice": Words(
        what=_("Orang dengan surel ini sudah tercatat sebagai pengurus."),
        do=_("Akhiri dahulu yang lama bila jabatan atau kuasanya berubah."),
    ),
    "businesses.dates": Words(
        what=_("Tanggal akhir harus sesudah hari ini."),
        do=_("Ganti tanggalnya, atau kosongkan bila tidak dibatasi."),
    ),
    "businesses.name-of-staff": Words(
        what=_("Nama Anda tertulis di surat kantor, jadi tidak diubah di sini."),
        do=_("Kembalikan nama yang tadi, lalu simpan lagi. Bila namanya salah, minta administrator kantor."),
    ),
    "businesses.staff": Words(
        what=_("Pegawai kantor tidak menjadi pengurus badan usaha di sini."),
        do=_("Minta orang lain dari badan usaha itu mengurusnya."),
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
    "door.restored": Words(
        what=_("Data dipulihkan dari cadangan. Sebelum disahkan, tidak ada yang bisa diubah."),
        do=_(
            "Dua orang (kepala dinas, administrator, atau auditor) mengesahkannya di halaman /pemulihan. Yang Anda ketik belum disimpan."
        ),
    ),
    # the public record
    "record.not-empty": Words(
        what=_("Folder %(folder)s tidak kosong."),
        do=_("Pilih folder baru. Ekspor lama tidak ditimpa."),
    ),
    # the vault
    "vault.passphrase-short": Words(
        what=_("Kata sandi cadangan terlalu pendek."),
        do=_(
            "Pakai paling sedikit %(shortest)s huruf, misalnya lima kata acak. Simpan di amplop tersegel, bukan di komputer ini."
        ),
    ),
    "vault.no-passphrase": Words(
        what=_("Kata sandi cadangan belum diberikan."),
        do=_(
            "Tulis di baris pertama sebuah berkas, lalu pakai --passphrase-file FILE; atau isi SATUPINTU_BACKUP_PASSPHRASE."
        ),
    ),
    "vault.wrong-passphrase": Words(
        what=_("Kata sandi cadangan salah."),
        do=_("Cadangannya sendiri utuh. Coba kata sandi yang berlaku ketika cadangan ini dibuat."),
    ),
    "vault.passphrases-differ": Words(
        what=_("Kedua kata sandi tidak sama."),
        do=_("Ulangi perintahnya, lalu ketik kata sandi yang sama dua kali."),
    ),
    "vault.inside-home": Words(
        what=_("Folder cadangan berada di dalam folder data kantor."),
        do=_("Pilih folder di disk lain: bila disk ini rusak, cadangannya harus tetap ada."),
    ),
    "vault.busy": Words(
        what=_("Cadangan lain sedang dibuat di folder ini."),
        do=_("Tunggu sampai selesai, lalu ulangi."),
    ),
    "vault.disk-backup": Words(
        what=_("Cadangan tidak dapat ditulis: %(reason)s."),
        do=_("Kosongkan ruang atau pilih disk lain, lalu ulangi. Cadangan yang lebih lama tidak tersentuh."),
    ),
    "vault.disk-restore": Words(
        what=_("Cadangan tidak dapat dibaca, atau tempat pemulihan tidak dapat ditulis: %(reason)s."),
        do=_(
            "Periksa foldernya dan ruang di disk, lalu ulangi. Cadangannya tidak diubah, dan tidak ada yang dipasang."
        ),
    ),
    "vault.database": Words(
        what=_("Basis data tidak menjawab seperti seharusnya: %(reason)s."),
        do=_("Periksa DATABASE_URL, SATUPINTU_HOME, dan hak perannya, lalu ulangi."),
    ),
    "vault.none": Words(
        what=_("Tidak ada cadangan utuh di %(folder)s."),
        do=_("Periksa nama foldernya. Isinya harus folder seperti 20260304T030000Z-1a2b."),
    ),
    "vault.damaged": Words(
        what=_("Cadangan ini rusak di %(count)s tempat: %(names)s."),
        do=_("Tidak ada yang dipulihkan. Pakai cadangan lain dengan --id, atau salinan di tempat lain."),
    ),
    "vault.newer-format": Words(
        what=_("Cadangan ini dibuat oleh Satu Pintu yang lebih baru (%(program)s)."),
        do=_("Pasang versi itu atau yang lebih baru, lalu ulangi."),
    ),
    "vault.newer-program": Words(
        what=_("Cadangan ini dibuat oleh Satu Pintu yang lebih baru: %(migrations)s belum dikenal."),
        do=_("Pasang versi yang membuat cadangan itu, atau yang lebih baru, lalu ulangi."),
    ),
    "vault.no-keys": Words(
        what=_("Kunci kantor tidak ada atau bukan kunci cadangan ini: %(keys)s."),
        do=_("Cadangan ini dibuat tanpa kunci. Beri folder keys yang Anda simpan: --keys FOLDER."),
    ),
    "vault.nothing-standing": Words(
        what=_("Tidak ada pemulihan yang menunggu pengesahan."),
        do=_("Kantor sudah dapat bekerja seperti biasa. Muat ulang halaman ini."),
    ),
    "vault.not-stated": Words(
        what=_("Belum ada pernyataan yang dapat disahkan."),
        do=_("Isi dahulu alasan dan nomor terakhir tiap buku, lalu minta orang lain mengesahkannya."),
    ),
    "vault.numbers": Words(
        what=_("Nomor terakhir tiap buku harus diisi, dan tidak lebih kecil daripada nomor di cadangan."),
        do=_(
            "Periksa surat dan tanda terima terakhir yang sudah keluar. Bila ragu, isi nomor yang lebih besar."
        ),
    ),
    "vault.same-person": Words(
        what=_("Pemulihan disahkan oleh orang yang berbeda dari yang menyatakannya."),
        do=_("Minta kepala dinas, administrator, atau auditor lain mengesahkannya."),
    ),
    "vault.place-full": Words(
        what=_("Tempat pemulihan tidak kosong: di %(place)s sudah ada %(found)s."),
        do=_(
            "Pulihkan ke tempat kosong: isi SATUPINTU_HOME dengan folder baru. Data yang ada tidak disentuh."
        ),
    ),
    "vault.base-full": Words(
        what=_("Basis data tujuan tidak kosong."),
        do=_("Buat basis data PostgreSQL baru, lalu sebut dalam DATABASE_URL. Data yang ada tidak disentuh."),
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
    "sop.not-asked": Words(
        what=_("Anda tidak termasuk yang ditanya."),
        do=_("Biarkan rekan yang ditunjuk menjawab."),
    ),
    "sop.answered": Words(
        what=_("Anda sudah menjawab permintaan ini."),
        do=_("Tidak perlu lagi. Rekan yang lain masih ditunggu."),
    ),
    "sop.no-such-answer": Words(
        what=_("Jawaban itu tidak tersedia di sini."),
        do=_("Pilih salah satu jawaban yang tertulis di halaman."),
    ),
    "sop.no-such-fact": Words(
        what=_("Pekerjaan itu bukan bagian langkah ini."),
        do=_("Buka lagi berkasnya. Mungkin langkahnya sudah berganti."),
    ),
    "sop.no-such-state": Words(
        what=_("Permintaan itu tidak sedang dalam keadaan ini."),
        do=_("Buka lagi berkasnya dan lihat keadaannya."),
    ),
    "sop.rounds": Words(
        what=_("Putaran perbaikan sudah habis."),
        do=_("Pilih hasil lain yang tersedia di langkah ini."),
    ),
    "sop.decided": Words(
        what=_("Permohonan ini sudah diputuskan."),
        do=_("Penarikan tidak bisa lagi. Lihat keputusannya di halaman permohonan."),
    ),
    "sop.no-withdrawal": Words(
        what=_("Berkas ini tidak bisa ditarik."),
        do=_("Hubungi kantor bila Anda ingin berhenti."),
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
    "cases.held": Words(
        what=_("Berkas ini sedang dipegang rekan."),
        do=_("Pilih berkas lain, atau minta rekan itu menyerahkannya."),
    ),
    "cases.ended": Words(
        what=_("Berkas ini sudah selesai."),
        do=_("Tidak ada lagi yang bisa diubah. Lihat hasilnya di riwayat."),
    ),
    "cases.suspended": Words(
        what=_("Langkah ini menunggu pihak lain."),
        do=_("Tunggu sampai jawaban masuk, lalu lanjutkan."),
    ),
    "cases.not-now": Words(
        what=_("Pekerjaan ini bukan bagian langkah sekarang."),
        do=_("Buka lagi berkasnya. Mungkin langkahnya sudah berganti."),
    ),
    "cases.no-such-wait": Words(
        what=_("Permintaan itu tidak ada pada berkas ini."),
        do=_("Buka lagi berkasnya dan pilih dari yang tersedia."),
    ),
    # the case
    "cases.no-reason": Words(
        what=_("Alasan belum ditulis."),
        do=_("Tulis mengapa berkas ini diserahkan atau diambil tidak berurutan."),
    ),
    "cases.not-colleague": Words(
        what=_("Rekan itu tidak memegang peran langkah ini."),
        do=_("Pilih rekan lain dari daftar."),
    ),
    "cases.no-undo": Words(
        what=_("Langkah ini tidak bisa lagi dibatalkan."),
        do=_("Pemohon sudah dikabari, atau orang lain sudah bertindak. Lanjutkan dari langkah sekarang."),
    ),
    # applications
    "applications.sent": Words(
        what=_("Permohonan ini sudah dikirim."),
        do=_("Isinya tidak bisa diubah lagi. Lihat kemajuannya di halaman Lacak."),
    ),
    "applications.service-changed": Words(
        what=_("Aturan layanan ini berganti sejak Anda mulai."),
        do=_("Buka lagi permohonan ini. Kami tunjukkan yang berubah, dan isian Anda tetap ada."),
    ),
    "applications.incomplete": Words(
        what=_("Masih ada yang belum diisi."),
        do=_("Lengkapi yang bertanda Belum diisi, lalu kirim."),
    ),
    "applications.statements": Words(
        what=_("Pernyataan belum dicentang."),
        do=_("Baca dan centang semua pernyataan, lalu kirim."),
    ),
    "applications.not-open": Words(
        what=_("Dokumen ini tidak diminta untuk diperbaiki."),
        do=_("Ganti hanya yang bertanda Perlu diganti."),
    ),
    "applications.nothing-new": Words(
        what=_("Belum semua hal diperbaiki."),
        do=_("Perbaiki yang masih sama: %(labels)s. Lalu kirim lagi."),
    ),
    "applications.no-reopen": Words(
        what=_("Permohonan ini tidak bisa diajukan lagi dari sini."),
        do=_("Mulai permohonan baru dari halaman layanan."),
    ),
    "applications.no-page": Words(
        what=_("Halaman pertanyaan ini tidak ada."),
        do=_("Lanjutkan dari daftar permohonan Anda."),
    ),
    "applications.no-verdict": Words(
        what=_("Hasil periksa belum dipilih."),
        do=_("Pilih Sesuai, Tidak sesuai, Tidak ada, atau Tidak perlu."),
    ),
    "applications.no-sentence": Words(
        what=_("Belum ada kalimat untuk pemohon."),
        do=_("Pilih kalimat siap pakai, atau tulis sendiri apa yang salah."),
    ),
    "applications.no-note": Words(
        what=_("Belum ada catatan untuk hal yang dikembalikan."),
        do=_("Tulis satu kalimat untuk setiap hal: apa yang salah, dan bagaimana membetulkannya."),
    ),
    "applications.form": Words(
        what=_("Masih ada isian yang perlu dibetulkan."),
        do=_("Betulkan isian yang ditandai, lalu simpan lagi. Isian lain tetap ada."),
    ),
    "applications.archive-incomplete": Words(
        what=_("Data arsip belum lengkap."),
        do=_("Isi kode klasifikasi, masa simpan, dan tempat simpan."),
    ),
    # perizinan berusaha
    "licensing.gone": Words(
        what=_("Bagian ini sudah dikeluarkan dari permohonan, mungkin di tab lain."),
        do=_("Buka lagi permohonannya dari daftar Anda. Isian lain tetap tersimpan."),
    ),
    "licensing.stale": Words(
        what=_("Halaman ini sudah diubah di tempat lain, misalnya di tab atau HP lain."),
        do=_("Belum ada yang ditimpa. Baca isinya sekarang, lalu kirim sekali lagi."),
    ),
    "licensing.kbli-gone": Words(
        what=_("KBLI %(kbli)s tidak ada di daftar yang berlaku sekarang."),
        do=_("Cari usahanya dengan kata sehari-hari, lalu pilih salah satu."),
    ),
    "licensing.many": Words(
        what=_("Sudah ada %(most)s baris, batas satu permohonan."),
        do=_("Terbitkan dulu yang ini, lalu ajukan sisanya dengan permohonan baru."),
    ),
    "licensing.elsewhere": Words(
        what=_("%(village)s di luar wilayah kantor ini."),
        do=_("Ajukan di kantor perizinan %(regency)s, atau pilih desa lain."),
    ),
    "licensing.no-office": Words(
        what=_("Belum ada kantor di sini yang mengurus tempat usaha itu."),
        do=_("Datang ke kantor perizinan di kabupaten atau kota tempat usahanya."),
    ),
    "licensing.no-paper": Words(
        what=_("Layanan ini belum menyebut tempat mengunggah persetujuan lingkungan."),
        do=_("Sampaikan kepada petugas kantor. Draf Anda tetap tersimpan."),
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
    "upload.broken": Words(
        what=_("Berkas %(name)s tidak bisa dibuka."),
        do=_("Buka dulu di HP Anda. Bila rusak, foto atau pindai ulang."),
    ),
    "upload.too-many-pixels": Words(
        what=_("Foto %(name)s terlalu besar untuk dibuka."),
        do=_("Foto ulang dengan resolusi biasa, lalu unggah lagi."),
    ),
    "upload.missing": Words(
        what=_("Belum ada berkas yang dipilih."),
        do=_("Pilih berkas atau foto dengan kamera, lalu unggah."),
    ),
    # permits
    "permits.no-draft": Words(
        what=_("Draf surat belum ada."),
        do=_("Susun dulu drafnya di langkah ini."),
    ),
    "permits.no-duties": Words(
        what=_("Kewajiban pemegang izin belum ditulis."),
        do=_("Tulis paling sedikit satu kewajiban, satu pada tiap baris."),
    ),
    "permits.none": Words(
        what=_("Surat untuk berkas ini belum ada."),
        do=_("Tunggu sampai kepala dinas menandatangani."),
    ),
    "permits.base-gone": Words(
        what=_("Surat yang mau diganti dengan versi ini tidak berlaku lagi."),
        do=_("Tolak berkas ini dengan alasan itu. Pelaku usaha perlu mengajukan kegiatannya lagi."),
    ),
    # perizinan berusaha
    "licensing.not-open": Words(
        what=_("Produk ini tidak menunggu pemenuhan lagi."),
        do=_("Kembali ke daftar pemenuhan untuk melihat keadaannya sekarang."),
    ),
    "licensing.other-authority": Words(
        what=_("Persyaratan kegiatan ini tidak diverifikasi di kantor ini."),
        do=_("Yang berwenang: %(authority)s. Hubungi kantor itu untuk pemenuhannya."),
    ),
    "licensing.no-actor": Words(
        what=_("Permohonan ini belum menyebut pelaku usahanya."),
        do=_("Lengkapi data pelaku usaha dulu, lalu kirim lagi. Isian Anda tetap ada."),
    ),
    "licensing.no-activity": Words(
        what=_("Belum ada kegiatan usaha dalam permohonan ini."),
        do=_("Tambahkan sedikitnya satu bidang usaha, lalu kirim lagi."),
    ),
    "licensing.risk-open": Words(
        what=_("Tingkat risiko KBLI %(kbli)s belum pasti, jadi belum ada yang diterbitkan."),
        do=_("Buka kegiatan itu, jawab pertanyaan risikonya, lalu kirim lagi."),
    ),
    "licensing.risk-changed": Words(
        what=_(
            "Tingkat risiko KBLI %(kbli)s berbeda dari yang tadi ditunjukkan, jadi belum ada yang diterbitkan."
        ),
        do=_("Buka kegiatan itu dan baca risikonya yang sekarang, lalu kirim lagi. Isian Anda tetap ada."),
    ),
    "licensing.unknown-activity": Words(
        what=_("Kegiatan usaha yang mau diubah atau ditutup tidak ada lagi pada NIB ini."),
        do=_("Kembali ke daftar kegiatan, lalu pilih kegiatan yang masih berjalan."),
    ),
    "licensing.no-nib": Words(
        what=_("Pelaku usaha ini belum punya NIB, jadi belum ada yang bisa diubah atau ditutup."),
        do=_("Ajukan permohonan baru lebih dulu."),
    ),
    "licensing.being-issued": Words(
        what=_("Dokumen dari permohonan sebelumnya masih dicetak."),
        do=_("Tunggu sebentar sampai dokumennya terbit, lalu kirim lagi. Isian Anda tetap ada."),
    ),
    # the token of a printed permit
    "proof.unreadable": Words(
        what=_("Ini bukan isi QR dari surat kami, atau tidak lengkap."),
        do=_("Pindai atau salin lagi seluruh isi QR. Bila tetap begitu, ketik kode cek di halaman Cek izin."),
    ),
    "proof.altered": Words(
        what=_("Tanda tangannya tidak cocok: isi QR ini sudah diubah, atau bukan buatan kantor."),
        do=_("Jangan dipakai. Laporkan ke kantor."),
    ),
    "proof.unknown-key": Words(
        what=_("Kunci %(kid)s tidak ada di daftar kunci ini."),
        do=_(
            "Ambil daftar kunci terbaru dari /cek/kunci.json, lalu coba lagi. Bila tetap begitu, surat ini bukan dari kantor itu."
        ),
    ),
    "proof.not-its-time": Words(
        what=_("Tanggal surat ini di luar masa pakai kunci %(kid)s."),
        do=_("Jangan dipakai sebelum kode ceknya diperiksa di halaman Cek izin."),
    ),
    "proof.no-keys": Words(
        what=_("Berkas ini bukan daftar kunci kantor."),
        do=_("Ambil dari alamat resmi kantor, halaman /cek/kunci.json."),
    ),
    "proof.too-soon": Words(
        what=_("Kunci baru paling cepat mulai dipakai tanggal %(earliest)s."),
        do=_("Pilih tanggal itu atau sesudahnya, supaya HP pemeriksa sempat mengambil kunci baru."),
    ),
    "permits.revoked": Words(
        what=_("Surat ini sudah dicabut."),
        do=_("Salinannya tidak dibuat lagi. Tanyakan ke kantor bila Anda perlu."),
    ),
    "permits.stored": Words(
        what=_("Surat ini sudah tersimpan."),
        do=_("Tidak perlu diulang. Buka lagi berkasnya."),
    ),
    "permits.not-asked": Words(
        what=_("Pencabutan surat ini belum diusulkan."),
        do=_("Usulkan dulu beserta alasannya. Pejabat lain yang menyetujui."),
    ),
    "permits.same-person": Words(
        what=_("Pencabutan disetujui oleh orang yang berbeda dari pengusulnya."),
        do=_("Minta pejabat lain menyetujuinya."),
    ),
    "permits.replacement-open": Words(
        what=_("Penggantian surat ini sudah diusulkan, atau sedang ditandatangani."),
        do=_("Buka usulnya di berkas ini. Usul baru bisa dibuat sesudah yang lama diputuskan."),
    ),
    "permits.no-replacement": Words(
        what=_("Tidak ada usul penggantian yang menunggu keputusan."),
        do=_("Mungkin sudah diputuskan atau ditarik. Buka lagi berkasnya."),
    ),
    "permits.replacement-changed": Words(
        what=_("Usul penggantian ini bukan yang Anda baca."),
        do=_("Buka usulnya sekali lagi, lalu putuskan."),
    ),
    "permits.own-replacement": Words(
        what=_("Penggantian disetujui oleh orang yang berbeda dari pengusulnya."),
        do=_("Minta pejabat lain menyetujui dan menandatanganinya."),
    ),
    "permits.not-proposer": Words(
        what=_("Usul ini dibuat oleh orang lain."),
        do=_("Minta pengusulnya menariknya, atau tunggu keputusan kepala dinas."),
    ),
    "permits.no-why": Words(
        what=_("Sebab penggantian belum dipilih."),
        do=_("Pilih salah satu sebab, lalu lanjutkan."),
    ),
    "permits.nothing-changed": Words(
        what=_("Belum ada isian yang berubah."),
        do=_("Betulkan paling sedikit satu isian, atau pilih sebab lain."),
    ),
    "permits.replacement-form": Words(
        what=_("Ada isian baru yang belum bisa dipakai."),
        do=_("Betulkan isian yang bertanda, lalu usulkan lagi."),
    ),
    "permits.being-replaced": Words(
        what=_("Versi baru surat ini sedang ditandatangani."),
        do=_("Tunggu sampai selesai, lalu cabut versi yang baru itu."),
    ),
    "permits.sign-limit": Words(
        what=_("Batas tanda tangan Anda untuk hari ini sudah tercapai."),
        do=_("Lanjutkan besok. Bila mendesak, pengelola server bisa menaikkannya (SATUPINTU_SIGN_DAILY)."),
    ),
    "office.no-basis": Words(
        what=_("Aturan kantor ini belum punya dasar."),
        do=_("Tulis surat atau peraturan yang menjadi dasarnya."),
    ),
    # signatures
    "permits.draft-changed": Words(
        what=_("Draf surat ini berubah sesudah Anda baca."),
        do=_("Buka drafnya sekali lagi, lalu tanda tangani."),
    ),
    "permits.result-open": Words(
        what=_("Belum pasti apakah surat ini sudah ditandatangani."),
        do=_("Tunggu sampai hasilnya jelas. Surat tidak dikirim dua kali dengan nomor yang sama."),
    ),
    "permits.other-signer": Words(
        what=_("Nomor surat ini diambil oleh pejabat lain."),
        do=_("Pejabat yang mengambil nomornya yang menandatangani."),
    ),
    "permits.own-signature": Words(
        what=_("Keterangan ini harus dari orang lain, bukan dari penanda tangan."),
        do=_("Minta rekan menanyakan kepada pengelola layanan BSrE, lalu mencatat jawabannya."),
    ),
    "permits.result-known": Words(
        what=_("Tidak ada hasil yang perlu dipastikan sekarang."),
        do=_("Muat ulang berkasnya, lalu lihat keadaannya."),
    ),
    "permits.draft-gone": Words(
        what=_("Ada draf yang tidak lagi menunggu tanda tangan Anda."),
        do=_("Muat ulang daftarnya, lalu centang lagi."),
    ),
    "permits.batch-empty": Words(
        what=_("Belum ada draf yang dicentang."),
        do=_("Buka draf, lalu centang yang akan ditandatangani."),
    ),
    "permits.batch-large": Words(
        what=_("Paling banyak %(most)s draf sekali tanda tangan."),
        do=_("Kurangi centangnya. Sisanya boleh sesudah ini."),
    ),
    "permits.unread": Words(
        what=_("Belum ada pernyataan bahwa Anda sudah membaca."),
        do=_("Centang pernyataannya, lalu tekan tombolnya lagi."),
    ),
    "bsre.not-set": Words(
        what=_("Layanan BSrE belum diatur di kantor ini."),
        do=_("Minta pengelola sistem mengisi SATUPINTU_BSRE dan SATUPINTU_BSRE_ACCOUNT."),
    ),
    "bsre.insecure": Words(
        what=_("Alamat layanan BSrE tidak memakai https. Frasa sandi tidak dikirim."),
        do=_("Minta pengelola sistem memakai alamat https:// di SATUPINTU_BSRE."),
    ),
    "signing.open-file": Words(
        what=_("Berkas rahasia untuk tanda tangan tidak ada, atau bisa dibaca orang lain."),
        do=_(
            "Minta pengelola sistem memperbaikinya: satu berkas, hanya pemiliknya yang boleh membaca (chmod 600)."
        ),
    ),
    "bsre.no-passphrase": Words(
        what=_("Frasa sandi belum diisi."),
        do=_("Ketik frasa sandi tanda tangan Anda."),
    ),
    "bsre.nik": Words(
        what=_("NIK harus 16 angka."),
        do=_("Periksa NIK Anda di KTP, lalu ketik lagi."),
    ),
    "bsre.passphrase": Words(
        what=_("Frasa sandi tidak cocok. Surat ini belum ditandatangani."),
        do=_("Ketik lagi pelan-pelan. Terlalu sering salah membuat BSrE mengunci sertifikat Anda."),
    ),
    "bsre.not-registered": Words(
        what=_("BSrE tidak mengenal NIK ini. Belum ada yang dikirim."),
        do=_("Periksa NIK Anda. Bila benar, hubungi petugas pendaftaran sertifikat di kantor Anda."),
    ),
    "bsre.expired": Words(
        what=_("Masa berlaku sertifikat Anda di BSrE sudah habis."),
        do=_("Perbarui sertifikat Anda, lalu lanjutkan. Nomor yang sudah diambil tetap."),
    ),
    "bsre.account": Words(
        what=_("Layanan BSrE menolak akun kantor ini."),
        do=_("Minta pengelola sistem memeriksa nama dan sandi akun layanan. Frasa sandi Anda tidak salah."),
    ),
    "bsre.down": Words(
        what=_("Layanan BSrE sedang tidak bisa dihubungi."),
        do=_("Coba lagi nanti dengan tombol Lanjutkan. Nomor yang sudah diambil tetap."),
    ),
    "bsre.refused": Words(
        what=_("Layanan BSrE menolak surat ini tanpa alasan yang kami kenal."),
        do=_("Coba sekali lagi. Bila tetap ditolak, hubungi pengelola layanan BSrE."),
    ),
    "bsre.settled": Words(
        what=_("Sudah dipastikan: surat ini belum ditandatangani."),
        do=_("Tanda tangani lagi. Nomornya tetap."),
    ),
    "print.failed": Words(
        what=_("Dokumen belum bisa dicetak."),
        do=_("Coba lagi sebentar lagi. Bila tetap begitu, beri tahu administrator: %(reason)s."),
    ),
    "print.too-slow": Words(
        what=_("Mencetak dokumen ini terlalu lama, jadi dihentikan."),
        do=_("Coba lagi sebentar lagi. Bila tetap begitu, beri tahu administrator."),
    ),
    "sheet.too-wide": Words(
        what=_("Lembar SOP memuat paling banyak %(most)s kolom pelaksana; SOP ini punya %(columns)s."),
        do=_("Gambar beberapa pelaksana dalam satu kolom: tulis column pada [[actor]] di sop.toml."),
    ),
    "sheet.step-too-long": Words(
        what=_(
            "Teks langkah %(steps)s terlalu panjang: satu langkah harus muat dalam satu halaman lembar SOP."
        ),
        do=_("Pecah langkah itu menjadi beberapa langkah, atau ringkas kata-katanya di sop.toml."),
    ),
    # the officers' pages
    "desk.not-staff": Words(
        what=_("Halaman ini untuk petugas kantor."),
        do=_("Masuk dengan akun petugas, atau buka halaman permohonan Anda."),
    ),
    "desk.signed-out": Words(
        what=_("Anda sudah keluar, jadi isian ini belum tersimpan."),
        do=_("Salin tulisan Anda bila ada, masuk lagi, lalu kirim sekali lagi."),
    ),
    "desk.draft-unopened": Words(
        what=_("Draf surat ini belum Anda buka."),
        do=_("Buka drafnya dulu, baca, lalu tanda tangani."),
    ),
    # invitations of staff
    "invitation.unknown": Words(
        what=_("Tautan ini tidak ada."),
        do=_("Salin tautannya utuh, dari awal sampai akhir."),
    ),
    "invitation.used": Words(
        what=_("Tautan ini sudah dipakai."),
        do=_("Akunnya sudah jadi. Masuk dengan surel dan kata sandi Anda."),
    ),
    "invitation.expired": Words(
        what=_("Tautan ini sudah tidak berlaku."),
        do=_("Minta tautan baru kepada yang mengundang Anda."),
    ),
    "invitation.email-taken": Words(
        what=_("Surel ini sudah dipakai sebuah akun."),
        do=_("Pakai surel dinas lain yang belum punya akun."),
    ),
    # who works in an office
    "staff.role": Words(
        what=_("Peran ini tidak ada."),
        do=_("Pilih peran dari daftar."),
    ),
    "staff.dates": Words(
        what=_("Surat atau tanggalnya belum benar."),
        do=_("Isi nomor surat, dan tanggal akhir sesudah tanggal mulai. Yang sudah lewat tidak bisa diubah."),
    ),
    "staff.days": Words(
        what=_("Tautan undangan berlaku 1 sampai 7 hari."),
        do=_("Pilih salah satu dari jumlah hari itu."),
    ),
    "staff.same-role": Words(
        what=_("Orang ini sudah memegang peran itu di kantor ini."),
        do=_("Akhiri dulu penugasan yang lama, atau pilih peran lain."),
    ),
    "staff.unknown": Words(
        what=_("Penugasan atau undangan ini tidak ada, atau sudah berakhir."),
        do=_("Muat ulang halaman Pegawai dan lihat keadaannya sekarang."),
    ),
    "staff.last-administrator": Words(
        what=_("Ini administrator terakhir yang penugasannya tanpa batas waktu."),
        do=_("Beri peran administrator kepada orang lain dulu, lalu akhiri yang ini."),
    ),
    "staff.answered": Words(
        what=_("Usulan ini sudah dijawab atau ditarik."),
        do=_("Muat ulang halaman Pegawai dan lihat keadaannya sekarang."),
    ),
    "staff.same-person": Words(
        what=_("Usulan disahkan orang lain: bukan pengusulnya, dan bukan orang yang diusulkan."),
        do=_("Minta kepala dinas atau administrator lain mengesahkannya."),
    ),
    "staff.not-yours": Words(
        what=_("Usulan hanya ditarik oleh pengusulnya."),
        do=_("Minta pengusul menariknya, atau tolak usulan ini."),
    ),
    "staff.console-closed": Words(
        what=_("Kantor ini sudah punya orang lain yang bisa mengesahkan."),
        do=_("Minta kepala dinas atau administrator mengesahkannya di halaman Pegawai."),
    ),
    "staff.deputy-names": Words(
        what=_("Plh. dan Plt. tidak menunjuk penggantinya sendiri."),
        do=_("Minta kepala dinas, atau dua administrator."),
    ),
    "staff.deputy-outside": Words(
        what=_("Pengganti haruslah pegawai kantor ini, dan bukan kepala dinas sendiri."),
        do=_("Pilih orang dari daftar. Belum ada? Beri dia peran dulu."),
    ),
    "staff.deputy-twice": Words(
        what=_("Pada hari-hari itu sudah ada Plh. atau Plt."),
        do=_("Akhiri dulu yang lama, atau pilih tanggal lain."),
    ),
    "staff.post-held": Words(
        what=_("Jabatan kepala dinas masih ada yang memegang."),
        do=_("Pilih Plh., yang bertindak selama kepala dinas berhalangan."),
    ),
    "staff.post-vacant": Words(
        what=_("Tidak ada kepala dinas yang diwakili."),
        do=_("Pilih Plt., yang bertindak selama jabatan itu kosong."),
    ),
    # by which channel an office issues
    "channel.no-instrument": Words(
        what=_("Dasar hukumnya belum lengkap."),
        do=_("Isi nama, nomor, dan tanggal peraturan atau keputusan yang mendasarinya."),
    ),
    "channel.instrument-ahead": Words(
        what=_("Tanggal dasar hukum itu belum tiba."),
        do=_("Isi tanggal penetapannya, paling lambat hari ini."),
    ),
    "channel.day-past": Words(
        what=_("Hari mulainya sudah lewat."),
        do=_("Pilih hari ini atau sesudahnya. Berkas yang sudah dikirim tidak berubah."),
    ),
    "channel.kind": Words(
        what=_("Kanal ini tidak ada."),
        do=_("Pilih satu dari daftar."),
    ),
    "channel.same": Words(
        what=_("Kanal ini sudah berlaku."),
        do=_("Pilih kanal lain, atau biarkan seperti sekarang."),
    ),
    "channel.train-first": Words(
        what=_("Kantor belum pernah berlatih menerbitkan sendiri."),
        do=_("Usulkan “kantor sendiri, latihan” dulu. Sesudah itu berlaku, usulkan yang sungguhan."),
    ),
    "channel.asked-already": Words(
        what=_("Masih ada usulan kanal yang belum dijawab."),
        do=_("Jawab atau tarik usulan itu dulu."),
    ),
    "channel.answered": Words(
        what=_("Usulan ini sudah dijawab atau ditarik."),
        do=_("Muat ulang halaman Kanal dan lihat keadaannya sekarang."),
    ),
    "channel.same-person": Words(
        what=_("Usulan disahkan orang lain, bukan pengusulnya."),
        do=_("Minta kepala dinas atau administrator lain mengesahkannya."),
    ),
    "channel.not-yours": Words(
        what=_("Usulan hanya ditarik oleh pengusulnya."),
        do=_("Minta pengusul menariknya, atau tolak usulan ini."),
    ),
    "oss.not-failed": Words(
        what=_("Permohonan ini tidak menunggu Anda."),
        do=_("Muat ulang halaman Kanal dan lihat keadaannya sekarang."),
    ),
    # acting for another
    "mandate.self": Words(
        what=_("Anda tidak memberi kuasa kepada diri sendiri."),
        do=_("Tulis surel orang yang Anda beri kuasa."),
    ),
    "mandate.dates": Words(
        what=_("Tanggal akhir kuasa belum benar."),
        do=_("Pilih tanggal sesudah hari ini, paling lama satu tahun."),
    ),
    "mandate.ended": Words(
        what=_("Kuasa ini sudah berakhir, dicabut, atau ditolak."),
        do=_("Muat ulang halaman Kuasa. Bila perlu, beri kuasa baru."),
    ),
    "mandate.staff": Words(
        what=_("Pegawai kantor tidak menerima kuasa dari pemohon."),
        do=_("Minta pemohon memberi kuasa kepada orang lain."),
    ),
    "mandate.twice": Words(
        what=_("Kuasa yang sama untuk surel ini masih berlaku."),
        do=_("Cabut dulu yang lama bila ingin menggantinya."),
    ),
    # services and offices
    "office.unknown": Words(
        what=_("Kantor ini tidak ada di sini."),
        do=_("Pilih kantor dari halaman depan."),
    ),
    "catalog.no-service": Words(
        what=_("Layanan ini tidak ada."),
        do=_("Cari lagi di halaman layanan."),
    ),
    "catalog.kbli-unknown": Words(
        what=_("KBLI %(kbli)s tidak ada di daftar kami."),
        do=_("Periksa lima angkanya di NIB Anda, atau tanya petugas loket."),
    ),
    "catalog.kbli-elsewhere": Words(
        what=_("%(title)s (KBLI %(kbli)s) tidak diurus kantor ini."),
        do=_("Pergi ke %(refer_to)s. Isian Anda di sini tidak diteruskan."),
    ),
    "catalog.regions-cut": Words(
        what=_(
            "Daftar ini tidak memuat %(gone)s dari %(known)s wilayah yang sudah dikenal. Tidak ada yang diubah."
        ),
        do=_("Periksa apakah berkasnya terpotong, lalu muat lagi daftar yang lengkap."),
    ),
    "catalog.table-cut": Words(
        what=_(
            "Daftar ini tidak memuat %(gone)s dari %(known)s kode yang sudah dikenal. Tidak ada yang diubah."
        ),
        do=_("Periksa apakah berkasnya terpotong, lalu muat lagi daftar yang lengkap."),
    ),
    "catalog.no-basis": Words(
        what=_("Dasar hukum koreksi ini belum ditulis."),
        do=_("Tulis peraturan atau surat yang mendasarinya, misalnya PP 28/2025 Lampiran I."),
    ),
    "catalog.correction-past": Words(
        what=_("Tanggal mulai berlaku sudah lewat."),
        do=_(
            "Pilih hari ini atau sesudahnya. Permohonan yang sudah dikirim memakai tingkat risiko saat dikirim."
        ),
    ),
    "catalog.correction-same": Words(
        what=_("Isinya sama dengan baris yang berlaku sekarang."),
        do=_("Ubah yang keliru, lalu simpan lagi."),
    ),
    "catalog.correction-late": Words(
        what=_("Baris risiko ini sudah berubah sejak Anda membukanya."),
        do=_("Buka lagi kodenya, lalu periksa baris yang berlaku sekarang."),
    ),
    "catalog.correction-planned": Words(
        what=_("Baris ini sudah punya koreksi yang berlaku mulai %(day)s."),
        do=_("Pilih tanggal yang sama atau sesudahnya."),
    ),
    "catalog.same-person": Words(
        what=_("Layanan disetujui oleh orang yang berbeda dari pengusul dan penyusunnya."),
        do=_("Minta kepala dinas atau administrator lain menyetujuinya."),
    ),
    "catalog.approved": Words(
        what=_("Versi layanan ini sudah disetujui."),
        do=_("Isinya tidak bisa diubah lagi. Untuk mengubahnya, unggah versi berikutnya."),
    ),
    "catalog.overtaken": Words(
        what=_("Versi lain disetujui sejak Anda membuka halaman ini."),
        do=_("Buka lagi versi ini dan baca perubahannya terhadap versi yang baru disetujui."),
    ),
    "catalog.not-approved": Words(
        what=_("Versi ini belum disetujui."),
        do=_("Yang belum disetujui cukup ditarik atau dikembalikan."),
    ),
    "catalog.recalled": Words(
        what=_("Versi ini sudah dibatalkan dan tidak pernah berlaku."),
        do=_("Buka versi yang berlaku, atau unggah versi berikutnya."),
    ),
    "catalog.recalled-content": Words(
        what=_("Isi folder ini sama persis dengan versi yang sudah dibatalkan."),
        do=_("Ubah isinya dulu, sedikitnya tanggal revisi di sop.toml. Lalu unggah lagi."),
    ),
    "catalog.recall-late": Words(
        what=_("Versi ini sudah berlaku sejak %(day)s."),
        do=_("Untuk mengubahnya, unggah versi berikutnya."),
    ),
    "catalog.recall-followed": Words(
        what=_("Versi lain disetujui sesudah versi ini."),
        do=_("Batalkan dulu versi yang disetujui paling akhir."),
    ),
    "catalog.recall-pinned": Words(
        what=_("Sudah ada berkas yang dikirim dengan versi ini."),
        do=_("Berkas itu harus selesai dengan versinya. Untuk mengubah aturan, unggah versi berikutnya."),
    ),
    "catalog.recall-linked": Words(
        what=_("SOP ini dipakai layanan lain yang sudah terbit, dan tidak ada versi lainnya."),
        do=_("Batalkan dulu layanan yang menyebut SOP ini."),
    ),
    "catalog.no-why": Words(
        what=_("Alasannya belum ditulis."),
        do=_("Tulis satu atau dua kalimat, lalu kirim lagi."),
    ),
    "catalog.no-way": Words(
        what=_("Belum disebut ke mana pemohon pergi."),
        do=_("Tulis ke mana mereka pergi, atau pilih layanan pengganti."),
    ),
    "catalog.closing-past": Words(
        what=_("Tanggal penutupan %(day)s sudah lewat."),
        do=_("Pilih hari ini atau sesudahnya."),
    ),
    "catalog.closing-twice": Words(
        what=_("Layanan ini sudah ditutup mulai %(day)s."),
        do=_("Untuk mengganti tanggalnya, batalkan dulu penutupan itu sebelum harinya."),
    ),
    "catalog.closing-sop": Words(
        what=_("SOP tertaut tidak punya pemohon, jadi tidak bisa ditutup."),
        do=_("Tutup layanan yang memakainya."),
    ),
    "catalog.closing-gone": Words(
        what=_("Penutupan ini tidak berlaku lagi."),
        do=_("Muat ulang halamannya dan lihat keadaannya sekarang."),
    ),
    "catalog.closing-begun": Words(
        what=_("Layanan ini sudah ditutup sejak %(day)s."),
        do=_("Untuk membukanya lagi, unggah versi baru dan mintakan persetujuan."),
    ),
    "catalog.successor": Words(
        what=_("Layanan pengganti itu tidak bisa dipilih."),
        do=_("Pilih layanan lain yang masih dibuka pada tanggal itu."),
    ),
    "catalog.closed": Words(
        what=_("Layanan %(name)s ditutup mulai %(day)s."),
        do=_(
            "Buka halaman layanan itu untuk tahu sebabnya dan ke mana Anda bisa pergi. Isian Anda tetap tersimpan."
        ),
    ),
    "catalog.release-more": Words(
        what=_("Selain kata dan surat, ada yang berbeda: %(files)s."),
        do=_("Kembalikan yang lain seperti semula. Untuk mengubah aturan, unggah versi berikutnya."),
    ),
    "catalog.release-same": Words(
        what=_("Tidak ada yang berbeda dari yang dipakai sekarang."),
        do=_("Betulkan dulu katanya di permit.typ atau texts.id.toml, lalu unggah lagi."),
    ),
    "catalog.release-unsound": Words(
        what=_("Berkas yang dibetulkan belum benar: %(problems)s."),
        do=_("Betulkan, lalu unggah lagi foldernya."),
    ),
    "catalog.asked-already": Words(
        what=_("Usulan yang sama untuk layanan ini sudah ada dan belum dijawab."),
        do=_("Buka usulan itu di halaman layanan, atau tunggu jawabannya."),
    ),
    "catalog.not-asked": Words(
        what=_("Usulan ini sudah dijawab atau ditarik."),
        do=_("Muat ulang halamannya dan lihat keadaannya sekarang."),
    ),
    "catalog.no-answer": Words(
        what=_("Alasan penolakan belum ditulis."),
        do=_("Tulis mengapa usulan ini ditolak. Pengusul membacanya."),
    ),
    "catalog.not-draft": Words(
        what=_("Versi ini bukan draf lagi."),
        do=_("Muat ulang halamannya. Bila sedang diusulkan, tarik dulu usulannya."),
    ),
    "catalog.not-proposed": Words(
        what=_("Versi ini tidak sedang diusulkan."),
        do=_("Muat ulang halamannya dan lihat keadaannya sekarang."),
    ),
    "catalog.not-yours": Words(
        what=_("Usulan hanya ditarik oleh pengusulnya."),
        do=_("Minta pengusul menariknya, atau minta penyetuju mengembalikannya."),
    ),
    "catalog.slug": Words(
        what=_("Nama folder layanan tidak terbaca."),
        do=_("Pakai huruf kecil, angka, dan tanda hubung, misalnya izin-genset. Paling banyak 50 huruf."),
    ),
    "catalog.empty": Words(
        what=_("Tidak ada berkas layanan di dalamnya."),
        do=_("Jadikan ZIP isi folder layanan: sop.toml, service.toml, dan seterusnya. Lalu unggah lagi."),
    ),
    "catalog.same-content": Words(
        what=_("Isi folder ini sama persis dengan versi %(name)s yang sudah diusulkan atau disetujui."),
        do=_("Tidak ada yang perlu diusulkan. Ubah isinya dulu, atau buka versi yang sudah ada."),
    ),
    "catalog.problems": Words(
        what=_("Folder layanan ini masih punya kesalahan."),
        do=_("Betulkan yang tertulis di daftar, lalu unggah lagi foldernya. Drafnya tetap ada."),
    ),
    "catalog.no-note": Words(
        what=_("Alasan perubahan belum ditulis."),
        do=_("Tulis satu atau dua kalimat: apa yang berubah dan mengapa."),
    ),
    "catalog.no-reason": Words(
        what=_("Alasan pengembalian belum ditulis."),
        do=_("Tulis apa yang harus dibetulkan oleh pengusul."),
    ),
    "catalog.day-past": Words(
        what=_("Tanggal berlaku %(day)s sudah lewat."),
        do=_("Pilih hari ini atau sesudahnya. Yang sudah dikirim tetap memakai versi lama."),
    ),
    "catalog.day-order": Words(
        what=_("Sudah ada versi yang disetujui untuk %(day)s."),
        do=_("Pilih tanggal itu atau sesudahnya."),
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
    values = _Values(
        {"code": refusal.code} | {key: _said(key, value) for key, value in refusal.values.items()}
    )
    return str(words.what) % values, str(words.do) % values


def refused(refusal: Refusal) -> Refused:
    """The same, with code and status, for a template."""
    what, do = words_of(refusal)
    return Refused(refusal.code, refusal.status, what, do)


class _Values(dict[str, str]):
    """A value the rule did not give is a dash, not a crash: the sentence still says what to do."""

    def __missing__(self, key: str) -> str:
        return NOTHING


def _said(key: str, value: Any) -> str:
    """A value as people write it: roles, sizes, dates, lists."""
    if key in ("role", "needed"):
        return role_words(str(value))
    if key == "missing" and isinstance(value, list | tuple):
        return ", ".join(fact_words(str(fact)) for fact in value)
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
