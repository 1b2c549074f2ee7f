# SPDX-License-Identifier: Apache-2.0
"""Registering by e-mail or WhatsApp: one page, one code, the same answer for everybody; and a forgotten password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from satupintu.accounts import actions, queries
from satupintu.accounts.codes import code_of
from satupintu.accounts.models import Account, Letter, Person
from satupintu.adapters.mail.simulator import Catcher
from satupintu.adapters.whatsapp.simulator import Phone
from satupintu.cli.messages import hand_in, of_accounts
from satupintu.door.moment import at_moment
from tests import factories as f

SANDI, NUMBER, EMAIL = "kuda laut biru", "+6281255550142", "tini@contoh.example"
WAYS = pytest.mark.parametrize("contact", [EMAIL, NUMBER], ids=["surel", "whatsapp"])


@pytest.fixture(autouse=True)
def that_day(db: None, phone: Phone, postbox: Catcher) -> Iterator[None]:
    for one in of_accounts():
        hand_in(one)
    phone.strict = True
    with at_moment(f.AT):
        yield


def answers(contact: str, **other: str) -> dict[str, str]:
    said = {"registered_as": "badan", "scale": "non-umk", "contact": contact, "name": "Tini Contoh"}
    return {**said, "password1": SANDI, **other}


def ask(client: Client, contact: str, **other: str) -> HttpResponse:
    return client.post("/daftar", answers(contact, **other))  # type: ignore[return-value]


def page(client: Client, address: str) -> str:
    return words(client.get(address))


def words(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def read(contact: str, phone: Phone, postbox: Catcher) -> str:
    """What has come to this contact, as its owner reads it."""
    f.run_jobs(f.AT)
    if contact.startswith("+"):
        return "\n".join(one["text"] for one in phone.taken() if f"+{one['to']}" == contact)
    mails = [path.read_text() for path in sorted(postbox.folder.glob("*.eml"))]
    return "\n".join(mail for mail in mails if f"To: {contact}" in mail)


def code_in(text: str) -> str:
    return re.findall(r"\b\d{6}\b", text)[-1]


def newest() -> str:
    return code_of(Letter.objects.latest("pk").pk)


def enter(client: Client, code: str) -> HttpResponse:
    return client.post("/daftar/kode", {"code": code})  # type: ignore[return-value]


def registered(contact: str, client: Client | None = None) -> Client:
    client = client or Client()
    ask(client, contact)
    assert enter(client, newest())["Location"] == "/daftar/berhasil"
    return client


# The whole way ---------------------------------------------------------------------------------------------------


@WAYS
def test_from_the_first_page_to_the_user_name(
    contact: str, client: Client, phone: Phone, postbox: Catcher
) -> None:
    assert ask(client, contact)["Location"] == "/daftar/kode"
    assert contact in page(client, "/daftar/kode")
    code = code_in(read(contact, phone, postbox))
    assert enter(client, code)["Location"] == "/daftar/berhasil"
    account = queries.identified(contact)
    assert account is not None
    assert (account.registered_as, account.scale) == ("badan", "non-umk")
    assert str(account.username) in page(client, "/daftar/berhasil")
    told = read(contact, phone, postbox)
    assert str(account.username) in told
    assert SANDI not in told
    for name in (contact, str(account.username)):
        assert Client().post("/masuk", {"login": name, "password": SANDI})["Location"] == "/saya"


def test_three_screens_and_five_boxes_before_the_first_useful_page(client: Client) -> None:
    form = client.get("/daftar").content.decode()
    boxes = re.findall(r'<input class="in [^>]*name="(\w+)"', form)
    ask(client, NUMBER)
    boxes += re.findall(r'<input class="in [^>]*name="(\w+)"', client.get("/daftar/kode").content.decode())
    assert boxes == ["contact", "name", "password1", "code"]  # four, of at most five
    screens = ["/daftar", "/daftar/kode", str(enter(client, newest())["Location"])]
    assert screens == ["/daftar", "/daftar/kode", "/daftar/berhasil"]


def test_both_ways_and_every_kind_and_scale_are_offered_in_words(client: Client) -> None:
    said = page(client, "/daftar")
    for choice in ("WNI", "WNA", "Badan usaha", "Usaha mikro dan kecil (UMK)", "Non-UMK", "Rp5 miliar"):
        assert choice in said
    assert "Surel atau nomor WhatsApp" in said


@pytest.mark.parametrize("missing", ["registered_as", "scale", "contact", "name", "password1"])
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(client: Client, missing: str) -> None:
    answer = client.post("/daftar", {**answers(EMAIL), missing: ""})
    assert answer.status_code == 422
    assert "Galat" in words(answer)
    html = answer.content.decode()
    assert (EMAIL in html) == (missing != "contact")
    assert SANDI not in html
    assert not Letter.objects.exists()


@pytest.mark.parametrize("name", ["registered_as", "scale"])
def test_a_choice_that_is_not_offered_is_none(client: Client, name: str) -> None:
    assert ask(client, EMAIL, **{name: "raja"}).status_code == 422


@pytest.mark.parametrize(
    "typed",
    [
        "0812-5555-0142",
        "+62 812 5555 0142",
        "62812.5555.0142",
        "(0812) 55550142",
        "81255550142",
        "+62(0)81255550142",
    ],
)
def test_one_number_in_six_spellings(client: Client, phone: Phone, postbox: Catcher, typed: str) -> None:
    ask(client, typed)
    enter(client, code_in(read(NUMBER, phone, postbox)))
    assert queries.account_of_phone(NUMBER) is not None


@pytest.mark.parametrize(
    "typed", ["tini", "tini@", "@contoh.example", "0812", "6102014508900002", "021 555", "x y"]
)
def test_what_is_neither_is_refused_in_words_that_help(client: Client, typed: str) -> None:
    answer = ask(client, typed)
    assert answer.status_code == 422
    assert "0812 3456 7890" in words(answer)
    assert not Letter.objects.exists()


def test_where_the_office_has_no_whatsapp_only_e_mail_registers(client: Client, settings: Any) -> None:
    settings.WHATSAPP_TOKEN = ""
    assert "belum memakai WhatsApp" in words(ask(client, NUMBER))
    assert ask(client, EMAIL).status_code == 302


def test_who_came_for_something_goes_on_there(client: Client) -> None:
    client.post("/daftar?next=/mempawah/layanan", answers(NUMBER))
    assert enter(client, newest())["Location"] == "/mempawah/layanan"
    stranger = Client()
    stranger.post("/daftar?next=https://jahat.example/", answers(EMAIL))
    assert enter(stranger, newest())["Location"] == "/daftar/berhasil"


def test_whoever_is_logged_in_does_not_register(client: Client) -> None:
    registered(NUMBER, client)
    assert client.get("/daftar")["Location"] == "/saya"


# The code ---------------------------------------------------------------------------------------------------------


@WAYS
def test_a_code_works_once(contact: str, client: Client) -> None:
    registered(contact, client)
    again = Client()
    again.cookies["sp"] = client.cookies["sp"].value
    assert enter(again, newest()).status_code == 302
    assert Account.objects.filter(person__name="Tini Contoh").count() == 1
    assert enter(Client(), newest())["Location"] == "/daftar"


@WAYS
def test_a_code_of_another_session_is_wrong(contact: str, client: Client) -> None:
    ask(client, contact)
    first = newest()
    other = Client()
    ask(other, "lain@contoh.example")
    assert enter(other, first).status_code == 422
    assert enter(client, first)["Location"] == "/daftar/berhasil"


@WAYS
def test_the_sixth_try_is_none_even_with_the_right_code(contact: str, client: Client) -> None:
    ask(client, contact)
    for _ in range(4):
        assert enter(client, "000000").status_code == 422
    assert enter(client, "000000")["Location"] == "/daftar"
    assert enter(client, newest())["Location"] == "/daftar"
    assert queries.identified(contact) is None


@WAYS
def test_after_too_many_codes_nothing_is_typed_again_but_the_password(contact: str, client: Client) -> None:
    ask(client, contact)
    for _ in range(5):
        enter(client, "000000")
    form = client.get("/daftar").context["form"]
    assert {name: form[name].value() for name in form.fields} == answers(contact) | {"password1": None}
    assert client.get("/daftar").context["form"]["name"].value() is None  # once: another may sit here next


@WAYS
def test_the_fifth_try_may_be_right(contact: str, client: Client) -> None:
    ask(client, contact)
    for _ in range(4):
        enter(client, "000000")
    assert enter(client, newest())["Location"] == "/daftar/berhasil"


@WAYS
@pytest.mark.parametrize(("seconds", "there"), [(599, "/daftar/berhasil"), (600, "/daftar")])
def test_a_code_holds_ten_minutes(contact: str, client: Client, seconds: int, there: str) -> None:
    ask(client, contact)
    with at_moment(f.AT + timedelta(seconds=seconds)):
        assert enter(client, newest())["Location"] == there


@WAYS
def test_another_code_comes_after_a_minute_and_the_first_is_void(contact: str, client: Client) -> None:
    ask(client, contact)
    first = newest()
    with at_moment(f.AT + timedelta(seconds=59)):
        client.post("/daftar/kontak", {"action": "resend"})
        assert "Tunggu satu menit" in page(client, "/daftar/kode")
        assert newest() == first
    with at_moment(f.AT + timedelta(seconds=60)):
        client.post("/daftar/kontak", {"action": "resend"})
        assert "Kode lama tidak berlaku lagi" in page(client, "/daftar/kode")
        assert newest() != first
        assert enter(client, first).status_code == 422
        assert enter(client, newest())["Location"] == "/daftar/berhasil"


def test_no_code_and_no_password_rests_with_the_session(client: Client) -> None:
    ask(client, NUMBER)
    kept = str(client.session["code:register"])
    assert newest() not in kept
    assert SANDI not in kept
    assert NUMBER not in kept
    registered(EMAIL, client)
    assert "code:register" not in client.session


# Whoever has an account already -----------------------------------------------------------------------------------


@WAYS
def test_who_has_an_account_is_told_and_the_page_is_the_same(
    contact: str, phone: Phone, postbox: Catcher
) -> None:
    registered(contact)
    free = {EMAIL: "siti@contoh.example", NUMBER: "+6281255550199"}[contact]
    seen = []
    for who in (contact, free):
        client = Client()
        asked = ask(client, who)
        pages = [client.get("/daftar/kode"), *(enter(client, "000000") for _ in range(6))]
        told = [words(one).replace(who, "X") for one in pages]
        seen.append((asked.status_code, asked["Location"], [one.status_code for one in pages], told))
    assert seen[0] == seen[1]
    assert "sudah ada" in read(contact, phone, postbox)
    assert "sudah ada" not in read(free, phone, postbox)


def test_of_two_who_register_one_number_the_second_is_told_so(client: Client) -> None:
    other = Client()
    ask(client, NUMBER)
    first = newest()
    ask(other, NUMBER)
    assert enter(other, newest())["Location"] == "/daftar/berhasil"
    answer = enter(client, first)
    assert answer.status_code == 409
    assert "sudah punya akun" in words(answer)
    assert Person.objects.filter(name="Tini Contoh").count() == 1


def test_an_address_is_one_in_small_letters_and_in_capitals(client: Client) -> None:
    ask(client, EMAIL)
    code = newest()
    actions.make_account(email=EMAIL.upper(), name="Tini Lain", password=SANDI)
    assert enter(client, code).status_code == 409


def test_a_number_somebody_typed_into_a_form_is_free(client: Client) -> None:
    other = f.newcomer("lain@contoh.example")
    assert other.person is not None
    actions.set_identity(other.person, phone=NUMBER)
    registered(NUMBER, client)
    assert queries.identified(NUMBER) != other


# When WhatsApp does not work --------------------------------------------------------------------------------------


def test_whatsapp_is_down_and_the_code_comes_by_e_mail(
    client: Client, phone: Phone, postbox: Catcher
) -> None:
    phone.mood = (503, 2)
    ask(client, NUMBER)
    with pytest.raises(Exception, match="whatsapp 503"):
        f.run_jobs(f.AT)
    said = page(client, "/daftar/kode")
    assert "WhatsApp sedang tidak bisa dihubungi" in said
    assert "Isian Anda tidak hilang" in said
    assert client.get("/daftar/kontak").status_code == 200
    client.post("/daftar/kontak", {"contact": EMAIL})
    assert EMAIL in page(client, "/daftar/kode")
    phone.mood = ""
    enter(client, code_in(read(EMAIL, phone, postbox)))
    account = queries.identified(EMAIL)
    assert account is not None
    assert (account.person.name, account.registered_as) == ("Tini Contoh", "badan")  # type: ignore[union-attr]
    assert queries.proven_phone(account.pk) == ""


def test_a_number_that_has_no_whatsapp_is_said_on_the_page(client: Client, phone: Phone) -> None:
    phone.mood = (400, 131026)
    ask(client, NUMBER)
    with pytest.raises(Exception, match=r"accounts\.address-refused"):
        f.run_jobs(f.AT)
    assert "tidak bisa menerima WhatsApp" in page(client, "/daftar/kode")


def test_a_message_that_comes_back_is_said_on_the_page(client: Client, phone: Phone) -> None:
    """WhatsApp takes a message first, and reports a little later that nobody has this number there."""
    ask(client, NUMBER)
    f.run_jobs(f.AT)
    assert "tidak bisa menerima WhatsApp" not in page(client, "/daftar/kode")
    body, signed = phone.report(phone.taken()[-1]["id"], "failed")
    header = {"HTTP_X_HUB_SIGNATURE_256": signed}
    told: Any = client.post("/webhook/whatsapp", body, content_type="application/json", **header)
    assert told.status_code == 200
    assert "tidak bisa menerima WhatsApp" in page(client, "/daftar/kode")


# A forgotten password ---------------------------------------------------------------------------------------------

NEW = "gajah terbang rendah"


@pytest.mark.parametrize("named", ["contact", "username", "0812 5555 0142"])
def test_a_forgotten_password_comes_back_by_whatsapp(
    client: Client, phone: Phone, postbox: Catcher, named: str
) -> None:
    registered(NUMBER)
    account = queries.identified(NUMBER)
    assert account is not None
    typed = {"contact": NUMBER, "username": str(account.username)}.get(named, named)
    assert client.post("/lupa-sandi", {"login": typed})["Location"] == "/lupa-sandi/kode"
    code = code_in(read(NUMBER, phone, postbox))
    assert client.get("/lupa-sandi/baru").status_code == 302  # not before the code
    assert client.post("/lupa-sandi/kode", {"code": code})["Location"] == "/lupa-sandi/baru"
    assert client.post("/lupa-sandi/baru", {"password1": "pendek"}).status_code == 422
    assert client.post("/lupa-sandi/baru", {"password1": NEW})["Location"] == "/lupa-sandi/selesai"
    assert client.post("/lupa-sandi/baru", {"password1": SANDI})["Location"] == "/lupa-sandi"  # once
    assert Client().post("/masuk", {"login": NUMBER, "password": NEW}).status_code == 302
    assert "baru saja diganti" in read(NUMBER, phone, postbox)


def test_a_forgotten_password_is_the_same_for_every_name(phone: Phone, postbox: Catcher) -> None:
    registered(NUMBER)
    seen = []
    for who in (NUMBER, "+6281255550199", "tidakada1234"):
        client = Client()
        asked = client.post("/lupa-sandi", {"login": who})
        pages = [
            client.get("/lupa-sandi/kode"),
            *(client.post("/lupa-sandi/kode", {"code": "1"}) for _ in range(6)),
        ]
        seen.append((asked.status_code, asked["Location"], [words(one).replace(who, "X") for one in pages]))
    assert seen[0] == seen[1] == seen[2]


def test_a_code_to_a_number_opens_no_account_of_another(client: Client) -> None:
    registered(NUMBER)
    client.post("/lupa-sandi", {"login": "+6281255550199"})
    for _ in range(2):
        assert client.post("/lupa-sandi/kode", {"code": newest()})["Location"] == "/lupa-sandi"
    assert client.get("/lupa-sandi/baru")["Location"] == "/lupa-sandi"
