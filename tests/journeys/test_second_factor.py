# SPDX-License-Identifier: Apache-2.0
"""An officer sets up a second factor: an app without a script, a passkey with the browser's own authenticator."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from satupintu.accounts import actions
from satupintu.offices.models import Office
from tests import factories as f
from tests.journeys.conftest import PHONE
from tests.journeys.person import Person

EMAIL, PASSWORD = "jf9@mempawah.example", "kuda lumping tujuh"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def officer() -> None:
    account = actions.make_account(email=EMAIL, name="Nina Contoh", password=PASSWORD)
    assert account.person is not None
    office = Office.objects.get(slug="mempawah")
    since = f.AT - timedelta(days=1)
    actions.assign(account.person, office, "jf-penata-perizinan", title="JF", letter="SK 1", since=since)


def log_in(someone: Person, address: str = "") -> None:
    someone.go(f"{address}/masuk")
    someone.write("Nama pengguna, surel, atau nomor HP", EMAIL)
    someone.write("Kata sandi", PASSWORD)
    someone.press("Masuk", within=someone.page.locator("main"))


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_an_app_is_set_up_and_used_without_a_script(person: Callable[..., Person], clock: Any) -> None:
    officer()
    me = person(PHONE, script=False)
    log_in(me)
    assert me.h1 == "Pengaman akun"
    assert "Pasang pengaman kedua dulu" in me.text
    me.follow("Pasang aplikasi")
    secret = me.page.locator("main b.code").inner_text().strip()
    me.write("Kode dari aplikasi", "000000")
    me.press("Pasang")
    assert any("Kode tidak cocok" in words for words in me.mistakes())
    me.write("Kode dari aplikasi", code(secret))
    me.press("Pasang")
    assert me.h1 == "Kode cadangan"
    me.follow("Sudah saya catat")
    assert me.path == "/meja"
    again = person(PHONE, script=False)
    clock.shift(60)
    log_in(again)
    again.write("Kode dari aplikasi", code(secret))
    again.press("Masuk", within=again.page.locator("main"))
    assert again.path == "/meja"


def test_a_passkey_is_added_and_opens_the_second_step(
    person: Callable[..., Person], live_server: Any
) -> None:
    officer()
    # a passkey belongs to a name, and an address in figures is none
    address = f"http://localhost:{urlsplit(live_server.url).port}"
    me = person(PHONE)
    devices = me.page.context.new_cdp_session(me.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    log_in(me, address)
    me.follow("Tambah kunci")
    me.write("Nama kunci ini", "HP kantor")
    me.press("Tambah kunci")
    assert me.h1 == "Kode cadangan"
    me.go(f"{address}/akun/pengaman")
    assert "HP kantor" in me.text
    me.page.context.clear_cookies()
    log_in(me, address)
    assert me.h1 == "Langkah kedua"
    me.press("Pakai kunci")
    assert me.path == "/meja"
