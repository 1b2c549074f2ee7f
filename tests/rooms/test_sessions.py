# SPDX-License-Identifier: Apache-2.0
"""Sessions: a new key at each login, a list with an end to each, idle officers, and what ends them all."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.core.context import request_context
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client, RequestFactory

from satupintu.accounts import actions, queries
from satupintu.accounts.adapter import OfficeAdapter
from satupintu.accounts.codes import code_of
from satupintu.accounts.models import Account, Letter, SignIn
from satupintu.cases.models import Case
from satupintu.door.moment import at_moment
from tests import factories as f

SITI, SANDI = "siti@contoh.example", "kuda laut biru"
PHONE = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"


@pytest.fixture(autouse=True)
def that_day() -> Iterator[None]:
    with at_moment(f.AT):
        yield


@pytest.fixture
def siti(db: None) -> Account:
    return actions.make_account(email=SITI, name="Siti Aminah", password=SANDI)


def logged_in(who: str = SITI, password: str = SANDI, agent: str = "", address: str = "127.0.0.1") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    assert client.post("/masuk", {"login": who, "password": password}).status_code == 302
    return client


def works(client: Client) -> bool:
    return client.get("/akun/keamanan").status_code == 200


def page(client: Client) -> str:
    answer: HttpResponse = client.get("/akun/keamanan")
    return " ".join(answer.content.decode().split())


def test_a_session_that_was_there_before_gets_a_new_key(siti: Account) -> None:
    client = Client()
    client.post("/lupa-sandi", {"login": "tini@contoh.example"})
    planted = client.cookies["sp"].value
    client.post("/masuk", {"login": SITI, "password": SANDI})
    assert client.cookies["sp"].value != planted
    thief = Client()
    thief.cookies["sp"] = planted
    assert not works(thief)


def test_whoever_logs_in_after_somebody_else_gets_a_session_of_his_own(
    siti: Account, rf: RequestFactory
) -> None:
    other = f.newcomer("adik@contoh.example")
    request = rf.post("/mulai")
    request.session, request.user = SessionStore(), AnonymousUser()
    keys = []
    with request_context(request):
        for account in (other, siti, other):
            OfficeAdapter(request).login(request, account)
            keys.append(request.session.session_key)
    assert len(set(keys)) == 3
    assert [one.this_one for one in queries.sessions(other, str(keys[2]), f.AT)] == [True]
    assert queries.sessions(siti, "", f.AT) == []


def test_the_cookies_cannot_be_read_by_a_script_or_sent_by_another_site(siti: Account) -> None:
    client = Client()
    answer = client.post("/masuk", {"login": SITI, "password": SANDI})
    for name in ("sp", "spdev"):
        assert (answer.cookies[name]["httponly"], answer.cookies[name]["samesite"]) == (True, "Lax")
    assert answer.cookies["sp"]["max-age"] == ""  # it ends with the browser
    assert "no-store" in client.get("/akun/keamanan")["Cache-Control"]


def test_the_list_says_where_since_when_and_which_is_this_one(siti: Account) -> None:
    phone = logged_in(agent=PHONE, address="114.5.120.7")
    with at_moment(f.AT + timedelta(hours=1)):
        other = logged_in()
        seen = page(other)
    assert "Chrome di Android" in seen
    assert "Jaringan 114.5.120.x" in seen
    assert "114.5.120.7" not in repr(list(SignIn.objects.values()))
    assert seen.count("Perangkat ini") == 1
    assert "Masuk Rabu, 4 Maret 2026, 10.00 WIB" in seen
    with at_moment(f.AT + timedelta(hours=2)):
        page(phone)
        assert "Terakhir dipakai Rabu, 4 Maret 2026, 12.00 WIB" in page(other)


def test_one_device_is_logged_out_and_the_others_go_on(siti: Account) -> None:
    phone, office = logged_in(agent=PHONE), logged_in()
    found = re.search(r'name="perangkat" value="([0-9a-f-]{36})"', page(office))
    assert found is not None
    assert office.post("/akun/keamanan", {"perangkat": found[1]}).status_code == 302
    assert (works(phone), works(office)) == (False, True)
    assert "Chrome di Android" not in page(office)
    assert office.post("/akun/keamanan", {"perangkat": found[1]}).status_code == 404


def test_nobody_ends_the_session_of_somebody_else(siti: Account) -> None:
    actions.make_account(email="adik@contoh.example", name="Adik", password="ikan paus kecil")
    mine, other = logged_in(), logged_in("adik@contoh.example", "ikan paus kecil")
    key = SignIn.objects.get(account=siti).key
    for said in (str(key), "x", "", str(siti.pk)):
        assert other.post("/akun/keamanan", {"perangkat": said}).status_code == 404
    assert works(mine)


def test_logging_out_everywhere_ends_a_stolen_session_too(siti: Account) -> None:
    """Also one that stands in no list: the data base was restored, or it is older than the list."""
    mine, phone = logged_in(), logged_in(agent=PHONE)
    stolen = Client()
    stolen.cookies["sp"] = phone.cookies["sp"].value
    unknown = Client()
    unknown.force_login(siti, backend="satupintu.accounts.stages.OfficeBackend")
    assert works(stolen)
    assert works(unknown)
    assert mine.post("/akun/keamanan", {"perangkat": "semua"})["Location"] == "/masuk"
    assert [works(client) for client in (mine, phone, stolen, unknown)] == [False] * 4
    assert works(logged_in())


def test_after_logging_out_a_copied_cookie_opens_nothing(siti: Account) -> None:
    mine, copy = logged_in(), Client()
    copy.cookies["sp"] = mine.cookies["sp"].value
    mine.post("/keluar")
    assert not works(copy)
    assert queries.sessions(siti, "", f.AT) == []


@pytest.mark.parametrize("way", ["/akun/kata-sandi", "/lupa-sandi"])
def test_another_password_ends_the_other_sessions(siti: Account, way: str) -> None:
    mine, phone = logged_in(), logged_in(agent=PHONE)
    if way == "/akun/kata-sandi":
        mine.post(way, {"oldpassword": SANDI, "password1": "gajah terbang rendah"})
        assert works(mine)
        assert page(mine).count("Perangkat ini") == 1
    else:
        owner = Client()
        owner.post(way, {"login": SITI})
        code = code_of(owner.session["code:forgotten"]["letter"])
        owner.post("/lupa-sandi/kode", {"code": code})
        answer = owner.post("/lupa-sandi/baru", {"password1": "gajah terbang rendah"})
        assert "spdev" in answer.cookies  # strangers' guesses do not stop him now
        assert not works(mine)
    assert not works(phone)
    siti.refresh_from_db()
    assert siti.check_password("gajah terbang rendah")
    assert Letter.objects.filter(template="password_changed", email=SITI).count() == 1


# Idle officers -------------------------------------------------------------------------------------------------------


@pytest.fixture
def officer(stage: Callable[[str], Case]) -> Client:
    stage("verifikasi")
    account = Account.objects.get(email="jf@mempawah.example")
    actions.set_password(account, SANDI)
    secret = actions.give_app(account)
    client = logged_in(account.email)
    assert client.get("/meja")["Location"].startswith("/masuk?next=")  # the password alone opens nothing
    assert not SignIn.objects.filter(account=account).exists()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert client.post("/masuk/langkah-kedua", {"code": code}).status_code == 302
    assert SignIn.objects.filter(account=account).count() == 1
    return client


def after(minutes: float) -> Any:
    return at_moment(f.AT + timedelta(minutes=minutes))


def test_an_officer_who_is_idle_for_half_an_hour_logs_in_again(officer: Client) -> None:
    assert officer.get("/meja").status_code == 200
    with after(29):
        assert officer.get("/meja").status_code == 200
    with after(58):
        assert officer.get("/meja").status_code == 200  # working on keeps the session
    with after(89):
        assert officer.get("/meja")["Location"].startswith("/masuk?next=/meja")
    with after(90):
        assert officer.get("/meja").status_code == 302
    assert not Session.objects.filter(session_key=officer.cookies["sp"].value).exists()


def test_an_idle_officer_cannot_act_either(officer: Client) -> None:
    officer.get("/meja")
    with after(31):
        assert officer.post("/saya/dibaca")["Location"].startswith("/masuk")


def test_an_officer_whose_second_factor_is_missing_is_logged_out_too(stage: Callable[[str], Case]) -> None:
    stage("verifikasi")
    account = Account.objects.get(email="jf@mempawah.example")
    actions.set_password(account, SANDI)
    client = logged_in(account.email)
    assert client.get("/meja")["Location"].startswith("/akun/pengaman?next=")
    with after(31):
        assert client.get("/meja")["Location"].startswith("/masuk?next=/meja")


def test_an_applicant_may_look_for_his_papers(siti: Account) -> None:
    client = logged_in()
    client.get("/saya")
    with after(120):
        assert client.get("/saya").status_code == 200
