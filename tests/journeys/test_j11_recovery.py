# SPDX-License-Identifier: Apache-2.0
"""J11, what a person can do alone: the password is forgotten, mailbox or number change; a thief is stopped in time.

The counter (identity on paper) and requests about one's data are not built yet.
"""

from __future__ import annotations

import email
import re
from collections.abc import Callable
from email import policy
from typing import Any

import pytest

from satupintu.accounts.actions import make_account, prove_phone
from satupintu.accounts.models import Account
from satupintu.adapters.whatsapp.simulator import Phone
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import Person

Comes = Callable[..., Person]
ANY_NAME = "Nama pengguna, surel, atau nomor HP"
SITI, SANDI, BARU = "siti@contoh.example", "kuda laut biru", "gajah terbang rendah"
OLD, NEW = "+6281255550142", "+6281255550177"
EVERYWHERE = pytest.mark.parametrize(
    ("size", "script"),
    [(PHONE, True), (PHONE, False), (DESKTOP, True), (DESKTOP, False)],
    ids=["360px", "360px-no-js", "1280px", "1280px-no-js"],
)


@pytest.fixture
def siti(transactional_db: None) -> Account:
    return make_account(email=SITI, name="Siti Aminah", password=SANDI)


@pytest.fixture
def letters(postbox: Any, deliver: Callable[[], None]) -> Callable[[str], list[str]]:
    """What has come to this mailbox, after everything that waits has left."""

    def come(to: str) -> list[str]:
        deliver()
        mails = [
            email.message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted(postbox.folder.glob("*.eml"))
        ]
        return [str(mail.get_body().get_content()) for mail in mails if to in str(mail["To"])]  # type: ignore[union-attr]

    return come


def code_in(letter: str) -> str:
    found = re.search(r"\b(\d{6})\b", letter)
    assert found is not None, letter
    return found[1]


def log_in(me: Person, password: str = SANDI, who: str = SITI) -> None:
    me.go("/masuk?next=/akun/keamanan")
    me.write(ANY_NAME, who)
    me.write("Kata sandi", password)
    me.press("Masuk", within=me.page.locator("main"))


@EVERYWHERE
def test_j11_a_forgotten_password_is_replaced_and_whoever_else_was_in_is_out(
    size: tuple[int, int], script: bool, person: Comes, siti: Account, letters: Callable[[str], list[str]]
) -> None:
    thief, me = person(DESKTOP), person(size, script=script)
    log_in(thief)
    assert thief.h1 == "Keamanan akun"
    me.go("/masuk")
    me.follow("Lupa kata sandi")
    me.write(ANY_NAME, "")
    me.press("Kirim kode")
    assert me.mistakes()
    me.write(ANY_NAME, SITI)
    me.press("Kirim kode")
    assert SITI in me.text
    me.write("Kode 6 angka", "000000")
    me.press("Lanjut")
    assert me.mistakes()
    me.write("Kode 6 angka", code_in(letters(SITI)[-1]))
    me.press("Lanjut")
    assert me.h1 == "Buat kata sandi baru"
    me.write("Kata sandi baru", "pendek")
    me.press("Simpan")
    assert me.mistakes()
    me.write("Kata sandi baru", BARU)
    me.press("Simpan")
    assert "Kata sandi akun Satu Pintu Anda baru saja diganti." in letters(SITI)[-1]
    thief.go("/akun/keamanan")
    assert thief.path == "/masuk"
    log_in(me, BARU)
    assert me.h1 == "Keamanan akun"


@EVERYWHERE
def test_j11_a_new_mailbox_waits_and_the_old_one_can_stop_it(
    size: tuple[int, int],
    script: bool,
    person: Comes,
    siti: Account,
    letters: Callable[[str], list[str]],
    clock: Any,
) -> None:
    thief, me = person(DESKTOP), person(size, script=script)
    log_in(thief)
    thief.follow("Ganti surel")
    assert "Selama itu surel lama bisa membatalkannya." in thief.text
    thief.write("Surel baru", "maling@contoh.example")
    thief.write("Kata sandi", SANDI)
    thief.press("Kirim kode")
    thief.write("Kode", code_in(letters("maling@contoh.example")[-1]))
    thief.press("Lanjut")
    assert "maling@contoh.example" in thief.text
    # the owner reads it in the mailbox of before, whatever the thief holds
    (link,) = re.findall(r"http\S+", letters(SITI)[-1])
    me.go("/" + link.split("/", 3)[3])
    assert me.h1 == "Batalkan perubahan ini?"
    me.press("Ya, batalkan")
    thief.go("/akun/keamanan")
    assert thief.path == "/masuk"
    clock.shift(25 * 3600)
    letters(SITI)
    siti.refresh_from_db()
    assert siti.email == SITI


def test_j11_a_new_mailbox_holds_when_nobody_objects(
    person: Comes, siti: Account, letters: Callable[[str], list[str]], clock: Any
) -> None:
    me = person(PHONE, script=False)
    log_in(me)
    me.follow("Ganti surel")
    me.write("Surel baru", "siti.baru@contoh.example")
    me.write("Kata sandi", SANDI)
    me.press("Kirim kode")
    me.write("Kode", code_in(letters("siti.baru@contoh.example")[-1]))
    me.press("Lanjut")
    siti.refresh_from_db()
    assert siti.email == SITI  # not yet
    clock.shift(25 * 3600)
    letters(SITI)
    log_in(person(PHONE, script=False), who="siti.baru@contoh.example")
    siti.refresh_from_db()
    assert siti.email == "siti.baru@contoh.example"


@EVERYWHERE
def test_j11_a_lost_number_is_replaced_by_whoever_still_has_the_mailbox(
    size: tuple[int, int],
    script: bool,
    person: Comes,
    siti: Account,
    letters: Callable[[str], list[str]],
    whatsapp: Phone,
    clock: Any,
) -> None:
    assert siti.person is not None
    prove_phone(siti.person, OLD)
    me = person(size, script=script)
    log_in(me)
    me.follow("Ganti nomor HP")
    assert "Surel dan nomor lama sudah tidak ada?" in me.text  # then only the counter helps
    me.write("Nomor HP baru", "12")
    me.write("Kata sandi", SANDI)
    me.press("Kirim kode")
    assert me.mistakes()
    me.write("Nomor HP baru", "0812-5555-0177")
    me.write("Kata sandi", SANDI)
    me.press("Kirim kode")
    letters(SITI)
    (chat,) = (one["text"] for one in whatsapp.taken() if f"+{one['to']}" == NEW)
    me.write("Kode", code_in(chat))
    me.press("Lanjut")
    assert me.h1 == "Keamanan akun"
    assert "Berganti menjadi" in me.text
    assert "akan diganti atau dilepas" in letters(SITI)[-1]
    clock.shift(25 * 3600)
    letters(SITI)
    log_in(person(size, script=script), who="0812 5555 0177")
    siti.person.refresh_from_db()
    assert siti.person.phone == NEW
