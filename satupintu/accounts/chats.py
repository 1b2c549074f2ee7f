# SPDX-License-Identifier: Apache-2.0
"""Letters about the account as WhatsApp messages: short forms of the texts in templates/account/email.

A code travels in a template of Meta's kind "authentication", whose words are Meta's own and whose button copies the
code; everything else in templates of ours. Source: Meta, WhatsApp Cloud API, Authentication Templates.
"""

from __future__ import annotations

from collections.abc import Mapping

from satupintu.core import telling

CODE = "kode_satu_pintu"
CODES = frozenset({"register_code", "device_code", "password_reset_code", "phone_code"})

TEXTS: Mapping[str, str] = {
    "account_already_exists": (
        "Seseorang mendaftar dengan nomor ini, padahal akunnya sudah ada. Masuk saja, atau pilih Lupa kata sandi di "
        "halaman masuk. Petugas tidak pernah meminta kode Anda. Bukan Anda? Abaikan pesan ini."
    ),
    "unknown_account": (
        "Seseorang meminta kode untuk nomor ini, tetapi akunnya belum ada. Mungkin Anda mendaftar dengan surel. Bukan "
        "Anda? Abaikan pesan ini."
    ),
    "welcome": (
        "Pendaftaran berhasil. Nama pengguna Anda {nama}. Masuk dengan nama ini atau nomor ini, dan kata sandi yang "
        "Anda buat. Petugas tidak pernah meminta kata sandi Anda."
    ),
    "password_changed": (
        "Kata sandi akun Satu Pintu Anda baru saja diganti. Bukan Anda? Pilih Lupa kata sandi di halaman masuk, "
        "sekarang juga."
    ),
    "email_added": (
        "Surel baru sudah ditambahkan ke akun Satu Pintu Anda. Bukan Anda? Ganti kata sandi sekarang juga, atau datang "
        "ke loket dengan KTP."
    ),
    "phone_change": (
        "Nomor ini akan lepas dari akun Satu Pintu Anda dalam 24 jam. Bukan Anda yang meminta? Batalkan di {tautan} "
        "sekarang juga."
    ),
    "address_change": (
        "Surel akun Satu Pintu Anda akan diganti dalam 24 jam. Bukan Anda yang meminta? Batalkan di {tautan} sekarang "
        "juga."
    ),
}
"""Template of the letter -> words; its places are filled from the same values as a mail."""


def template_of(letter: str) -> tuple[str, tuple[str, ...]]:
    """Name of the WhatsApp template of this letter, and the places to fill, in order. Raises KeyError."""
    if letter in CODES:
        return CODE, ("kode",)
    return telling.template_name(f"akun_{letter}", TEXTS[letter]), telling.places(TEXTS[letter])
