# SPDX-License-Identifier: Apache-2.0
"""Logging in while strangers guess: with a script that counts, and without one by a code."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from satupintu.accounts.actions import make_account
from satupintu.accounts.models import Account
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import Person

Comes = Callable[..., Person]
SITI, SANDI = "siti@contoh.example", "kuda laut biru"


@pytest.fixture
def guessed_at(transactional_db: None) -> Account:
    """An account at which somebody has guessed three times."""
    account = make_account(email=SITI, name="Siti Aminah", password=SANDI)
    for _ in range(3):
        Client().post("/masuk", {"login": SITI, "password": "salah"})
    return account


def log_in(me: Person, who: str = SITI) -> None:
    me.write("Nama pengguna, surel, atau nomor HP", who)
    me.write("Kata sandi", SANDI)
    me.press("Masuk")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360px", "1280px"])
def test_the_telephone_counts_and_nobody_solves_a_puzzle(
    person: Comes, guessed_at: Account, size: tuple[int, int]
) -> None:
    me = person(size)
    me.go("/masuk")
    log_in(me, str(guessed_at.username))  # nobody has guessed at this name
    assert me.path == "/saya"
    other = person(size)
    other.go("/masuk")
    log_in(other)
    assert "Satu langkah lagi" in other.text
    other.write("Kata sandi", SANDI)
    other.press("Masuk")
    assert other.path == "/saya"


def test_without_script_a_code_takes_the_place_of_the_proof(
    person: Comes, guessed_at: Account, postbox: Any, deliver: Callable[[], None]
) -> None:
    me = person(PHONE, script=False)
    me.go("/masuk")
    log_in(me)
    me.follow("Minta kode")
    me.write("Nama pengguna, surel, atau nomor HP", SITI)
    me.press("Kirim kode")
    deliver()
    (letter,) = postbox.folder.glob("*.eml")
    code = re.search(r"\b(\d{6})\b", letter.read_text().split("Kode Anda")[1])
    assert code is not None
    me.write("Kode 6 angka", code[1])
    me.press("Lanjut")
    assert "Perangkat ini sudah kami kenal" in me.text
    log_in(me)
    assert me.path == "/saya"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360px", "1280px"])
def test_ones_own_security(person: Comes, guessed_at: Account, size: tuple[int, int]) -> None:
    Client(HTTP_USER_AGENT="Android Chrome").post("/masuk", {"login": guessed_at.username, "password": SANDI})
    me = person(size, script=False)
    me.go("/masuk?next=/akun/keamanan")
    log_in(me, str(guessed_at.username))
    assert me.h1 == "Keamanan akun"
    assert "Chrome di Android" in me.text
    me.press("Keluar dari perangkat ini")
    assert "Chrome di Android" not in me.text
    me.follow("Ganti kata sandi")
    me.write("Kata sandi sekarang", SANDI)
    me.write("Kata sandi baru", "pendek")
    me.press("Simpan")
    assert "paling sedikit 8" in me.mistakes()[0]
    me.follow("Batal")
    me.follow("Ganti surel")
    me.follow("Batal")
    me.press("Keluar dari semua perangkat")
    assert "Anda sudah keluar dari semua perangkat." in me.text
