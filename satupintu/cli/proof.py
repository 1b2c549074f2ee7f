# SPDX-License-Identifier: Apache-2.0
"""The offline proof of a permit: `permit verify-token` asks no data base, `permit new-key` changes the office's key."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from satupintu.cli import FINE, NOT_FINE, Usage
from satupintu.core.refusal import Refusal

if TYPE_CHECKING:
    from satupintu.core.proof import Facts

Answer = tuple[int, dict[str, Any], str]


def run(args: Namespace) -> Answer:
    """Run the command: exit code, object for --json, plain text."""
    changes = args.command == "new-key"
    _settle(of_an_office=changes)
    try:
        return _new_key(args) if changes else _verify(args)
    except Refusal as refusal:
        words = _words(refusal)
        return NOT_FINE, {"ok": False, "reason": refusal.code, "message": words, **refusal.values}, words


def _settle(*, of_an_office: bool) -> None:
    """Make Django ready to speak; a token is verified where there is no office, and none is made for it."""
    import django
    from django.conf import settings

    if of_an_office:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
        django.setup()
    elif not settings.configured:
        settings.configure(USE_I18N=False)  # the source strings are Indonesian


def _verify(args: Namespace) -> Answer:
    from satupintu.core.proof import read_keys, verify

    try:
        keys = read_keys(args.key.read_bytes())
    except OSError:
        raise Usage(f"--key: berkas {args.key} tidak terbaca. Periksa nama dan tempatnya.") from None
    except Refusal as refusal:
        raise Usage(f"--key: {_words(refusal)}") from None
    pairs = dict(told(verify(args.token, keys)))
    lines = [
        "Tanda tangannya cocok. Isi QR, keadaan saat dicetak:",
        *(f"  {label}: {value}" for label, value in pairs.items()),
        "Semua ini harus sama dengan surat di tangan Anda. Dicabut sesudahnya tidak terlihat di sini.",
    ]
    return FINE, {"ok": True, "facts": pairs}, "\n".join(lines)


def told(facts: Facts) -> list[tuple[str, str]]:
    """What to compare with the paper: label and value, in the order of the page."""
    from satupintu.core.numbers import show_code
    from satupintu.ui.formats import plain_date

    return [
        ("Dokumen", facts.product),
        ("Nomor", facts.number),
        ("Nama usaha", facts.holder),
        ("Kegiatan usaha", facts.activity),
        ("Desa atau kelurahan", facts.place),
        ("Diterbitkan oleh", facts.office),
        ("Tanggal terbit", plain_date(facts.issued)),
        ("Berlaku", facts.validity),
        ("Kode cek", show_code(facts.code)),
        ("Contoh untuk latihan", "ya, bukan izin" if facts.training else "bukan"),
    ]


def _new_key(args: Namespace) -> Answer:
    from satupintu.door.moment import now
    from satupintu.permits.proof import rotate
    from satupintu.ui.formats import plain_date

    key = rotate(args.since, today=now().date())
    lines = [
        f"Kunci baru {key.kid.hex()} dipakai mulai {plain_date(args.since)}.",
        "Kunci itu sudah terbit di /cek/kunci.json. HP yang memeriksa tanpa jaringan mengambilnya saat membuka",
        "/cek/luring dengan jaringan. Surat lama tetap diperiksa dengan kunci lama. Cadangkan folder keys.",
    ]
    return FINE, {"ok": True, "kid": key.kid.hex(), "from": args.since}, "\n".join(lines)


def _words(refusal: Refusal) -> str:
    from satupintu.ui.refusals import words_of

    return " ".join(words_of(refusal))
