# SPDX-License-Identifier: Apache-2.0
"""A telephone number of one's own account: added, changed, given up, undone, taken over; and an account without e-mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from satupintu.accounts import actions, queries
from satupintu.accounts.actions import registration
from satupintu.accounts.codes import code_of
from satupintu.accounts.models import Account, AddressChange, Letter
from satupintu.adapters.mail.simulator import Catcher
from satupintu.adapters.whatsapp.simulator import Phone
from satupintu.cli.messages import hand_in, of_accounts
from satupintu.door.moment import at_moment
from tests import factories as f

SANDI, EMAIL = "kuda laut biru", "siti@contoh.example"
OLD, NEW = "+6281255550142", "+6281255550143"
DUE = f.AT + timedelta(hours=24)


@pytest.fixture(autouse=True)
def that_day(db: None, phone: Phone, postbox: Catcher) -> Iterator[None]:
    for one in of_accounts():
        hand_in(one)
    phone.strict = True
    with at_moment(f.AT):
        yield


@pytest.fixture
def siti() -> Account:
    """Has an e-mail address and a proven number."""
    account = actions.make_account(email=EMAIL, name="Siti Aminah", password=SANDI)
    assert account.person is not None
    actions.prove_phone(account.person, OLD)
    return account


@pytest.fixture
def tini() -> Account:
    """Has a proven number and no e-mail address."""
    account = Account()
    account.set_password(SANDI)
    newcomer = registration.Newcomer(OLD, "Tini Contoh", account.password, Account.WNI, Account.UMK)
    return registration.register(newcomer)


def entered(who: str) -> Client:
    client = Client()
    assert login(client, who)
    return client


def login(client: Client, who: str) -> bool:
    answer: HttpResponse = client.post("/masuk", {"login": who, "password": SANDI})  # type: ignore[assignment]
    return answer.status_code == 302 and answer["Location"] == "/saya"


def newest() -> str:
    return code_of(Letter.objects.latest("pk").pk)


def change(client: Client, number: str = NEW) -> None:
    sent = client.post("/akun/telepon", {"phone": number, "password": SANDI})
    assert sent["Location"] == "/akun/telepon/kode"
    assert client.post("/akun/telepon/kode", {"code": newest()})["Location"] == "/akun/keamanan"


def chats(phone: Phone, number: str) -> list[str]:
    return [one["text"] for one in phone.taken() if f"+{one['to']}" == number]


def mails(postbox: Catcher) -> str:
    return "".join(path.read_text() for path in sorted(postbox.folder.glob("*.eml")))


# A first number, another one, none ---------------------------------------------------------------------------------


def test_a_first_number_is_in_force_at_once_and_the_mailbox_is_told(postbox: Catcher) -> None:
    actions.make_account(email=EMAIL, name="Siti Aminah", password=SANDI)
    client = entered(EMAIL)
    assert "Tambah nomor HP" in client.get("/akun/keamanan").content.decode()
    change(client)
    assert login(Client(), NEW)
    f.run_jobs(f.AT)
    assert "baru saja ditambahkan" in mails(postbox)


def test_another_number_waits_a_day_and_the_old_contacts_are_told(
    siti: Account, phone: Phone, postbox: Catcher
) -> None:
    change(entered(EMAIL))
    f.run_jobs(f.AT)
    assert "akan lepas dari akun" in chats(phone, OLD)[-1]
    assert "akan diganti atau dilepas" in mails(postbox)
    assert len(chats(phone, NEW)) == 1  # the code
    assert not login(Client(), NEW)
    with at_moment(DUE - timedelta(seconds=1)):
        f.run_jobs(DUE - timedelta(seconds=1))
        assert login(Client(), OLD)
    with at_moment(DUE):
        f.run_jobs(DUE)
        assert login(Client(), NEW)
        assert not login(Client(), OLD)


def test_the_old_number_can_stop_it_and_everybody_is_out(siti: Account, phone: Phone) -> None:
    thief = entered(EMAIL)
    change(thief)
    f.run_jobs(f.AT)
    link = re.search(r"/akun/batal/\S+", chats(phone, OLD)[-1])
    assert link is not None
    owner = Client()
    assert "Nomor HP lama tetap berlaku" in owner.get(link[0]).content.decode()
    assert owner.post(link[0])["Location"] == "/lupa-sandi"
    assert thief.get("/akun/keamanan").status_code == 302
    with at_moment(DUE):
        f.run_jobs(DUE)
        assert login(Client(), OLD)
    assert owner.post(link[0]).status_code == 410


def test_a_number_is_given_up_after_a_day(siti: Account, phone: Phone) -> None:
    client = entered(EMAIL)
    assert client.post("/akun/telepon/lepas", {"password": "salah"}).status_code == 422
    assert client.post("/akun/telepon/lepas", {"password": SANDI}).status_code == 302
    assert "Lepas dari akun ini pada" in client.get("/akun/keamanan").content.decode()
    assert login(Client(), OLD)
    with at_moment(DUE):
        f.run_jobs(DUE)
        assert not login(Client(), OLD)
        assert login(Client(), EMAIL)
    siti.refresh_from_db()
    assert siti.person is not None
    assert (siti.person.phone, siti.person.phone_index) == ("", "")


def test_the_last_contact_is_not_given_up(tini: Account) -> None:
    answer = entered(OLD).post("/akun/telepon/lepas", {"password": SANDI})
    assert answer.status_code == 422
    assert "Tambahkan surel dahulu" in answer.content.decode()
    assert not AddressChange.objects.exists()


def test_who_has_no_number_gives_none_up() -> None:
    actions.make_account(email=EMAIL, name="Siti Aminah", password=SANDI)
    assert entered(EMAIL).post("/akun/telepon/lepas", {"password": SANDI}).status_code == 422


@pytest.mark.parametrize(
    ("number", "password", "said"),
    [
        (NEW, "salah", "tidak cocok"),
        ("0812", SANDI, "belum lengkap"),
        ("", SANDI, "Isi nomor HP"),
        ("0812 5555 0142", SANDI, "nomor Anda yang sekarang"),
    ],
)
def test_what_is_wrong_is_said(siti: Account, number: str, password: str, said: str) -> None:
    answer = entered(EMAIL).post("/akun/telepon", {"phone": number, "password": password})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Letter.objects.filter(template="phone_code").exists()


def test_a_wrong_code_changes_nothing(siti: Account) -> None:
    client = entered(EMAIL)
    client.post("/akun/telepon", {"phone": NEW, "password": SANDI})
    assert client.post("/akun/telepon/kode", {"code": "000000"}).status_code == 422
    stranger = entered(EMAIL)
    assert stranger.post("/akun/telepon/kode", {"code": newest()})["Location"] == "/akun/telepon"
    assert not AddressChange.objects.exists()


def test_another_change_ends_the_first(siti: Account) -> None:
    client = entered(EMAIL)
    change(client)
    change(client, "+6281255550144")
    with at_moment(DUE):
        f.run_jobs(DUE)
        assert queries.proven_phone(siti.pk) == "+6281255550144"
    assert AddressChange.objects.filter(done_at=None, undone_at=None).count() == 0


def test_the_new_number_rests_encrypted(siti: Account) -> None:
    from django.db import connection

    change(entered(EMAIL))
    with connection.cursor() as cursor:
        cursor.execute("SELECT new, old, new_phone FROM accounts_addresschange")
        rows = cursor.fetchall()
        cursor.execute("SELECT email, phone FROM accounts_letter")
        rows += cursor.fetchall()
    assert NEW[3:] not in repr(rows)
    assert OLD[3:] not in repr(rows)


def test_a_form_of_an_application_does_not_take_a_proven_number_away(tini: Account) -> None:
    assert tini.person is not None
    actions.set_identity(tini.person, phone=NEW)
    assert login(Client(), OLD)


# Numbers get new owners --------------------------------------------------------------------------------------------


def test_who_proves_a_number_later_has_it_and_the_former_owner_is_told(
    siti: Account, postbox: Catcher
) -> None:
    actions.make_account(email="adik@contoh.example", name="Adik Siti", password=SANDI)
    other = entered("adik@contoh.example")
    change(other, OLD)
    assert queries.identified(OLD) == Account.objects.get(email="adik@contoh.example")
    f.run_jobs(f.AT)
    assert "dibuktikan oleh orang lain" in mails(postbox)
    assert login(Client(), EMAIL)


def test_an_account_that_lost_its_only_contact_is_told_what_to_do(tini: Account) -> None:
    actions.make_account(email=EMAIL, name="Siti Aminah", password=SANDI)
    change(entered(EMAIL), OLD)
    lonely = entered(str(tini.username))
    assert "di loket dengan KTP" in lonely.get("/akun/keamanan").content.decode()
    asked = Client()
    asked.post("/lupa-sandi", {"login": str(tini.username)})
    assert "loket Perbantuan dengan KTP" in asked.get("/lupa-sandi/kode").content.decode()
    f.run_jobs(f.AT)  # the letter to nowhere leaves quietly


# An account without e-mail -----------------------------------------------------------------------------------------


def test_an_e_mail_is_added_at_once_and_the_number_is_told(tini: Account, phone: Phone) -> None:
    client = entered(OLD)
    assert "Tambah surel" in client.get("/akun/surel").content.decode()
    assert client.post("/akun/surel", {"email": EMAIL, "password": SANDI})["Location"] == "/akun/surel/kode"
    assert client.post("/akun/surel/kode", {"code": newest()})["Location"] == "/akun/keamanan"
    assert login(Client(), EMAIL)
    f.run_jobs(f.AT)
    assert "Surel baru sudah ditambahkan" in chats(phone, OLD)[-1]


PAGES = ["/saya", "/saya/kabar", "/kuasa", "/akun/keamanan", "/akun/surel", "/akun/telepon", "/akun/telepon/lepas", "/akun/kata-sandi",
         "/akun/pengaman", "/akun/pengaman/aplikasi", "/akun/pengaman/kunci", "/daftar/berhasil"]  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_ones_own_bears_an_account_without_e_mail(tini: Account, address: str) -> None:
    answer = entered(OLD).get(address)
    assert answer.status_code == 200, address
    assert "None" not in answer.content.decode()


def test_its_password_is_changed_and_told_by_whatsapp(tini: Account, phone: Phone) -> None:
    client = entered(OLD)
    answer = client.post("/akun/kata-sandi", {"oldpassword": SANDI, "password1": "gajah terbang rendah"})
    assert answer.status_code == 302
    f.run_jobs(f.AT)
    assert "baru saja diganti" in chats(phone, OLD)[-1]


def test_a_new_device_is_made_known_by_whatsapp(tini: Account, phone: Phone) -> None:
    client = Client()
    client.post("/masuk/kode", {"login": str(tini.username)})
    f.run_jobs(f.AT)
    code = re.findall(r"\d{6}", chats(phone, OLD)[-1])[0]
    assert client.post("/masuk/kode/isi", {"code": code})["Location"] == "/masuk"
    assert "spdev" in client.cookies


def test_it_is_told_by_whatsapp_until_it_says_stop(tini: Account) -> None:
    from satupintu.notices import actions as notices
    from satupintu.notices.queries import ways

    assert (ways(tini.pk).whatsapp, ways(tini.pk).email) == (True, False)
    notices.prefer(tini.pk, email=False, whatsapp=True)
    notices.stop(OLD, f.AT + timedelta(minutes=1))
    assert (ways(tini.pk).whatsapp, ways(tini.pk).email) == (False, False)
