# SPDX-License-Identifier: Apache-2.0
"""Logging in: who one is, the same answer for everybody, tries that are counted, proofs, codes, passwords."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import altcha
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from satupintu.accounts import actions, queries
from satupintu.accounts.codes import code_of
from satupintu.accounts.hashers import OfficeArgon2
from satupintu.accounts.models import Account, Letter, Tries
from satupintu.accounts.passwords import AuditorsSigns, LongEnough, NotStolen, is_listed
from satupintu.adapters.mail.simulator import Catcher
from satupintu.core.refusal import Refusal
from satupintu.door.moment import at_moment
from tests import factories as f

SITI, SANDI = "siti@contoh.example", "kuda laut biru"
PHONE = "+6281234567890"


class Counting(OfficeArgon2):
    """The office's hasher, which counts how often it works."""

    worked: list[str] = []

    def encode(self, password: str, salt: str) -> str:
        self.worked.append(password)
        return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        self.worked.append(password)
        return bool(super().verify(password, encoded))


@pytest.fixture(autouse=True)
def that_day(settings: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["tests.rooms.test_login.Counting"]
    settings.PROOF_ROUNDS, settings.PROOF_STEPS = 10, 50  # Python counts slower than a phone
    with at_moment(f.AT):
        yield


@pytest.fixture
def siti(db: None) -> Account:
    return actions.make_account(email=SITI, name="Siti Aminah", password=SANDI)


def login(client: Client, who: str, password: str = SANDI, address: str = "", **more: str) -> HttpResponse:
    where = {"REMOTE_ADDR": address} if address else {}
    return client.post("/masuk", {"login": who, "password": password, **more}, **where)  # type: ignore[arg-type]


def inside(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer["Location"] == "/saya"


def words(answer: HttpResponse, *names: str) -> str:
    """The page as it is read: without keys and challenges; whoever was named is X."""
    text = re.sub(r'data-proof="[^"]*"', "", answer.content.decode())
    text = unescape(text)
    for name in names:
        text = text.replace(name, "X")
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text)


# Who one is ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["siti@contoh.example", "SITI@contoh.example", " siti@contoh.example "])
def test_by_e_mail(siti: Account, client: Client, typed: str) -> None:
    assert inside(login(client, typed))


def test_by_user_name(siti: Account, client: Client) -> None:
    assert re.fullmatch(r"sitiaminah\d{4}", str(siti.username))
    assert inside(login(client, str(siti.username).upper()))


@pytest.mark.parametrize("typed", ["0812 3456 7890", "+62812-3456-7890", "62 812 3456 7890", "81234567890"])
def test_by_a_telephone_that_came_back_with_a_code(siti: Account, client: Client, typed: str) -> None:
    assert siti.person is not None
    actions.set_identity(siti.person, phone=PHONE)
    assert not inside(login(Client(), typed))  # typed into a form once, by anybody
    actions.prove_phone(siti.person, PHONE)
    assert inside(login(client, typed))


def test_a_shared_telephone_logs_in_who_proved_it_last(siti: Account) -> None:
    other = actions.make_account(email="adik@contoh.example", name="Adik Siti", password="ikan paus kecil")
    for account in (siti, other):
        assert account.person is not None
        actions.prove_phone(account.person, PHONE)
    assert queries.identified(PHONE) == other
    assert not inside(login(Client(), PHONE, SANDI))
    assert inside(login(Client(), PHONE, "ikan paus kecil"))
    assert other.person is not None
    actions.set_identity(other.person, phone="+6281234567891")
    assert queries.identified("+6281234567891") is None  # another number has to be proven anew


def test_nobody_is_found_by_nothing(siti: Account) -> None:
    assert [queries.identified(typed) for typed in ("", " ", "@", "0", "+", "x", "\0")] == [None] * 7


def test_user_names_are_never_given_twice(db: None) -> None:
    names = [f.newcomer(f"{n}@contoh.example").username for n in range(40)]
    assert len(set(names)) == 40


# The same answer for everybody -------------------------------------------------------------------------------------


def work(client: Client, address: str, data: dict[str, str]) -> tuple[HttpResponse, int, int]:
    """Send a form; gives the answer, the number of hashings and the number of statements."""
    Counting.worked.clear()
    with CaptureQueriesContext(connection) as sent:
        answer = client.post(address, data)
    return answer, len(Counting.worked), len(sent)


NOBODY = "tini@contoh.example"  # as many letters as Siti's


def both(address: str, box: str, **more: str) -> list[tuple[HttpResponse, int, int]]:
    """The same form about somebody who exists and about nobody, each in a session of its own, everything warm."""
    for who in (SITI, NOBODY):
        Client().get(address, {"x": who})
    return [work(Client(), address, {box: who, **more}) for who in (SITI, NOBODY)]


def test_a_wrong_password_and_an_unknown_name_are_one_answer(siti: Account) -> None:
    (known, its_work, its_sql), (unknown, no_work, no_sql) = both("/masuk", "login", password="salah semua")
    assert known.status_code == unknown.status_code == 200
    assert words(known, SITI) == words(unknown, NOBODY)
    assert "Nama atau kata sandi tidak cocok" in words(known)
    assert its_work == no_work == 1
    assert abs(its_sql - no_sql) <= 1


@pytest.mark.parametrize("typed", ["tiniaminah1234", "081234567899", "tini@contoh.example", "?"])
def test_every_kind_of_unknown_name_costs_one_hashing(siti: Account, typed: str) -> None:
    answer, hashings, _ = work(Client(), "/masuk", {"login": typed, "password": "salah"})
    assert (answer.status_code, hashings) == (200, 1)
    assert "Nama atau kata sandi tidak cocok" in words(answer)


def test_an_account_that_has_no_password_costs_one_hashing(siti: Account) -> None:
    siti.set_unusable_password()
    siti.save()
    assert work(Client(), "/masuk", {"login": SITI, "password": "salah"})[1] == 1


def test_registering_an_address_that_is_taken_looks_like_any_other(siti: Account, postbox: Catcher) -> None:
    both_sent = both("/daftar", "email", name="Tini Contoh", password1="ikan paus kecil")
    (known, its_work, its_sql), (unknown, no_work, no_sql) = both_sent
    assert known.status_code == unknown.status_code == 302
    assert known["Location"] == unknown["Location"] == "/verifikasi"
    assert sorted(known.cookies) == sorted(unknown.cookies)
    assert its_work == no_work == 1
    assert abs(its_sql - no_sql) <= 4  # of some forty, in the same one commit
    f.run_jobs()
    letters = {
        re.search(r"^To: (.*)$", path.read_text(), re.M)[1]: path.read_text()
        for path in postbox.folder.glob("*.eml")
    }  # type: ignore[index]
    assert "akunnya sudah ada" in letters[SITI]
    assert "Kode Anda" in letters[NOBODY]


def test_who_has_registered_reads_his_user_name_and_gets_it_by_letter(
    client: Client, db: None, postbox: Catcher
) -> None:
    client.post("/daftar", {"email": NOBODY, "name": "Tini Contoh", "password1": SANDI})
    code = code_of(Letter.objects.get(email=NOBODY).pk)
    assert client.post("/verifikasi", {"code": code})["Location"] == "/daftar/berhasil"
    name = str(Account.objects.get(email=NOBODY).username)
    assert name in words(client.get("/daftar/berhasil"))
    f.run_jobs()
    letters = [path.read_text() for path in postbox.folder.glob("*.eml")]
    assert sum(name in letter for letter in letters) == 1
    assert not any(SANDI in letter for letter in letters)
    assert inside(login(Client(), name))


def test_the_page_of_the_code_is_the_same_for_both_to_the_end(siti: Account) -> None:
    seen = []
    for who in (SITI, NOBODY):
        client = Client()
        client.post("/daftar", {"email": who, "name": "Tini Contoh", "password1": "ikan paus kecil"})
        pages = [client.get("/verifikasi")]
        pages += [client.post("/verifikasi", {"code": "000000"}) for _ in range(5)]
        pages.append(client.get("/verifikasi"))
        seen.append([(page.status_code, page.get("Location"), words(page, who)) for page in pages])
    assert seen[0] == seen[1]


def test_a_forgotten_password_looks_the_same_for_both_to_the_end(siti: Account, postbox: Catcher) -> None:
    (known, its_work, its_sql), (unknown, no_work, no_sql) = both("/lupa-sandi", "email")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert its_work == no_work == 0
    assert abs(its_sql - no_sql) <= 2
    f.run_jobs()
    assert len(list(postbox.folder.glob("*.eml"))) == 2  # one letter each; only the owner's has a code
    seen = []
    for who in (SITI, NOBODY):
        client = Client()
        client.post("/lupa-sandi", {"email": who})
        pages = [client.post("/lupa-sandi/kode", {"code": "000000"}) for _ in range(6)]
        seen.append([(page.status_code, page.get("Location"), words(page, who)) for page in pages])
    assert seen[0] == seen[1]


def test_a_code_for_a_new_device_looks_the_same_for_both_to_the_end(siti: Account, postbox: Catcher) -> None:
    (known, its_work, its_sql), (unknown, no_work, no_sql) = both("/masuk/kode", "login")
    assert (
        (known.status_code, known["Location"])
        == (unknown.status_code, unknown["Location"])
        == (302, "/masuk/kode/isi")
    )
    assert (its_work, its_sql) == (no_work, no_sql)
    seen = []
    for who in (str(siti.username), "tiniaminah1234"):
        client = Client()
        client.post("/masuk/kode", {"login": who})
        pages = [client.post("/masuk/kode/isi", {"code": "000000"}) for _ in range(6)]
        seen.append([(page.status_code, page.get("Location"), words(page, who)) for page in pages])
    assert seen[0] == seen[1]
    f.run_jobs()
    assert len(list(postbox.folder.glob("*.eml"))) == 3  # nobody's user name has no mailbox


# Tries are counted ---------------------------------------------------------------------------------------------------


def fail(times: int, who: str = SITI) -> None:
    """So many wrong passwords, each from another network, with a proof where one is asked."""
    for n in range(times):
        client, address = Client(), f"100.64.{n}.9"
        answer = login(client, who, "salah", address)
        if challenge_in(answer):
            login(client, who, "salah", address, proof=solved(answer))


def test_after_five_wrong_ones_the_right_one_waits_too_and_then_it_does_not(siti: Account) -> None:
    fail(5)
    answer = login(Client(), SITI)
    assert not inside(answer)
    assert "Coba lagi dalam 1 menit" in words(answer)
    with at_moment(f.AT + timedelta(seconds=31)):
        first = login(client := Client(), SITI)
        assert inside(login(client, SITI, proof=solved(first)))


def test_the_owner_gets_in_from_a_known_browser_while_strangers_guess(siti: Account) -> None:
    hers = Client()
    login(hers, SITI)
    hers.post("/keluar")
    fail(12)
    assert not inside(login(Client(), SITI))
    assert inside(login(hers, SITI))


def test_a_known_browser_is_known_for_its_own_account_only(siti: Account) -> None:
    other = actions.make_account(email="adik@contoh.example", name="Adik Siti", password="ikan paus kecil")
    his = Client()
    login(his, other.email, "ikan paus kecil")
    his.post("/keluar")
    fail(5)
    assert "Coba lagi" in words(login(his, SITI))


def test_a_known_browser_may_guess_a_little_too(siti: Account) -> None:
    hers = Client()
    login(hers, SITI)
    hers.post("/keluar")
    answers = [login(hers, SITI, "salah") for _ in range(30)]
    assert sum("tidak cocok" in words(answer) for answer in answers) <= 10 + 5
    assert not inside(login(hers, SITI))


def test_a_forged_mark_of_a_known_browser_is_none(siti: Account) -> None:
    hers = Client()
    login(hers, SITI)
    fail(5)
    for forged in (hers.cookies["spdev"].value[:-2] + "xx", "x", "", "e30:1:x"):
        client = Client()
        client.cookies["spdev"] = forged
        assert "Coba lagi" in words(login(client, SITI))


def test_a_name_nobody_has_fills_up_in_the_same_way(siti: Account) -> None:
    fail(5)
    fail(5, NOBODY)
    assert words(login(Client(), SITI), SITI) == words(login(Client(), NOBODY), NOBODY)


def test_one_spelling_does_not_tell_that_another_belongs_to_it(siti: Account) -> None:
    fail(5)
    assert "Coba lagi dalam" in words(login(Client(), SITI, "salah"))
    assert "tidak cocok" in words(login(Client(), str(siti.username), "salah"))


def test_sixty_guesses_from_as_many_addresses_and_the_owner(siti: Account) -> None:
    """Sent for real, within two minutes; 10,000 of them are counted in tests/core/test_guessing.py."""
    hers = Client()
    login(hers, SITI)
    hers.post("/keluar")
    Counting.worked.clear()
    for n in range(60):
        with at_moment(f.AT + timedelta(seconds=n)):
            assert not inside(login(Client(), SITI, f"tebakan {n}", f"100.64.{n}.7"))
    assert len(Counting.worked) == 3  # without proofs nobody looks at more
    with at_moment(f.AT + timedelta(minutes=2)):
        assert inside(login(hers, SITI))


def test_letters_to_one_person_are_few(siti: Account, postbox: Catcher) -> None:
    for n in range(20):
        Client().post("/lupa-sandi", {"email": SITI}, REMOTE_ADDR=f"100.64.{n}.9")
    assert Letter.objects.filter(email=SITI).count() == 3
    answer = Client().post("/lupa-sandi", {"email": SITI}, REMOTE_ADDR="100.64.99.9")
    assert "Coba lagi dalam 1 menit" in words(answer)


def test_no_name_and_no_address_rests_with_the_count(siti: Account) -> None:
    login(Client(), SITI, "salah", "100.64.7.9")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_tries")
        kept = repr(cursor.fetchall())
    assert kept.count(",") > 8
    assert not any(word in kept for word in ("siti", "100.64", "contoh"))


def test_a_spray_over_all_accounts_asks_everybody_for_a_proof_and_warns_once(
    siti: Account, caplog: pytest.LogCaptureFixture
) -> None:
    login(Client(), "tini", "salah", "100.64.1.9")
    Tries.objects.update(level=300)  # as if three hundred more had come from everywhere
    for n in range(3):
        assert "Satu langkah lagi" in words(login(Client(), SITI, address=f"100.64.{n + 2}.9"))
    assert caplog.text.count("many tries from many places") == 1
    assert challenge_in(page := Client().get("/masuk", REMOTE_ADDR="100.64.9.9"))
    assert inside(login(Client(), SITI, address="100.64.9.9", proof=solved(page)))


# Proof of work -------------------------------------------------------------------------------------------------------


def challenge_in(answer: HttpResponse) -> dict[str, Any] | None:
    found = re.search(r'data-proof="([^"]+)"', answer.content.decode())
    return json.loads(unescape(found[1])) if found else None


def solved(answer: HttpResponse) -> str:
    """What the browser's script makes of the challenge on this page."""
    given = challenge_in(answer)
    assert given is not None, words(answer)
    challenge = altcha.Challenge.from_dict(given)
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return str(altcha.Payload(challenge, solution).to_base64())


def test_nobody_is_asked_for_a_proof_at_first(siti: Account, client: Client) -> None:
    for address in ("/masuk", "/daftar", "/lupa-sandi", "/masuk/kode"):
        assert challenge_in(client.get(address)) is None
    assert challenge_in(login(client, SITI, "salah")) is None


def test_a_proof_works_once(siti: Account) -> None:
    fail(3)
    asked = login(Client(), SITI)
    assert "Satu langkah lagi" in words(asked)
    proof = solved(asked)
    assert inside(login(Client(), SITI, proof=proof))
    assert "Satu langkah lagi" in words(login(Client(), SITI, proof=proof))


def test_a_proof_that_is_forged_or_of_yesterday_is_none(siti: Account) -> None:
    fail(3)
    proof = solved(login(Client(), SITI))
    whole = json.loads(base64.b64decode(proof))
    cheap = altcha.create_challenge(
        "PBKDF2/SHA-256", 1, counter=1, hmac_secret="ours?", data={"until": 2**40}
    )
    solution = altcha.solve_challenge(cheap)
    assert solution is not None
    longer = {
        **whole,
        "challenge": {
            **whole["challenge"],
            "parameters": {**whole["challenge"]["parameters"], "data": {"until": 2**40}},
        },
    }
    wrong = {**whole, "solution": {**whole["solution"], "derivedKey": "00" * 32}}
    forged = [base64.b64encode(json.dumps(one).encode()).decode() for one in (longer, wrong, [], {})]
    for one in (*forged, altcha.Payload(cheap, solution).to_base64(), "x", "é", "A" * 100_000):
        assert "Satu langkah lagi" in words(login(Client(), SITI, proof=one))
    with at_moment(f.AT + timedelta(minutes=21)):
        assert "Satu langkah lagi" in words(login(Client(), SITI, proof=proof))


def test_a_busy_address_draws_the_challenge_at_once_so_that_nobody_types_twice(siti: Account) -> None:
    for n in range(6):
        login(Client(), f"tetangga{n}", "salah", "100.64.0.9")
    page = Client().get("/masuk", REMOTE_ADDR="100.64.0.9")
    assert challenge_in(Client().get("/masuk", REMOTE_ADDR="100.64.0.10")) is None
    assert inside(login(Client(), SITI, address="100.64.0.9", proof=solved(page)))


# A code instead: without JavaScript, or past strangers' guesses -----------------------------------------------------


def ask_code(client: Client, who: str = SITI) -> str:
    client.post("/masuk/kode", {"login": who})
    return code_of(Letter.objects.order_by("pk").last().pk)  # type: ignore[union-attr]


def test_a_code_by_e_mail_opens_the_way_past_strangers(
    siti: Account, client: Client, postbox: Catcher
) -> None:
    fail(8)
    assert not inside(login(client, SITI))
    code = ask_code(client)
    f.run_jobs()
    (letter,) = (path.read_text() for path in postbox.folder.glob("*.eml"))
    assert code in letter
    assert client.post("/masuk/kode/isi", {"code": f"{code[:3]} {code[3:]}"})["Location"] == "/masuk"
    assert not inside(login(client, SITI, "salah"))  # a code alone opens nothing
    assert inside(login(client, SITI))


def test_a_code_works_once(siti: Account, client: Client) -> None:
    code = ask_code(client)
    client.post("/masuk/kode/isi", {"code": code})
    assert client.post("/masuk/kode/isi", {"code": code})["Location"] == "/masuk/kode"


def test_a_code_of_another_session_is_wrong(siti: Account, client: Client) -> None:
    mine, other = Client(), client
    ask_code(mine)
    code = ask_code(other)
    assert mine.post("/masuk/kode/isi", {"code": code}).status_code == 422
    assert Client().post("/masuk/kode/isi", {"code": code})["Location"] == "/masuk/kode"


def test_a_code_lapses_after_ten_minutes_and_after_five_tries(siti: Account, client: Client) -> None:
    code = ask_code(client)
    with at_moment(f.AT + timedelta(minutes=10)):
        assert client.post("/masuk/kode/isi", {"code": code})["Location"] == "/masuk/kode"
    code = ask_code(client)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        client.post("/masuk/kode/isi", {"code": wrong})
    assert client.post("/masuk/kode/isi", {"code": code})["Location"] == "/masuk/kode"


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_two_days_off_gives_no_code_a_longer_life(siti: Account, client: Client, days: int) -> None:
    code = ask_code(client)
    with at_moment(f.AT + timedelta(days=days)):
        assert client.post("/masuk/kode/isi", {"code": code})["Location"] == "/masuk/kode"
        code = ask_code(client)
        assert client.post("/masuk/kode/isi", {"code": code})["Location"] == "/masuk"


# Passwords -----------------------------------------------------------------------------------------------------------


def said(validator: Any, password: str, user: Account | None = None) -> str:
    try:
        validator.validate(password, user)
    except ValidationError as weak:
        return str(weak.messages[0])
    return ""


def test_who_works_in_an_office_needs_a_longer_password(siti: Account, stage: Any) -> None:
    stage("verifikasi")
    officer = Account.objects.get(email="jf@mempawah.example")
    assert [said(LongEnough(), "a" * n) == "" for n in (7, 8)] == [False, True]
    assert [said(LongEnough(), "a" * n, siti) == "" for n in (7, 8)] == [False, True]
    assert [said(LongEnough(), "a" * n, officer) == "" for n in (11, 12)] == [False, True]


def test_an_audited_office_asks_for_signs(settings: Any) -> None:
    assert said(AuditorsSigns(), "kuda laut biru") == ""
    settings.PASSWORD_POLICY = "bssn"
    assert said(AuditorsSigns(), "Kuda laut biru 7") == ""
    assert "huruf besar, angka" in said(AuditorsSigns(), "kuda laut biru")
    assert said(LongEnough(), "a" * 11) != ""


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list as Have I Been Pwned gives it, of the passwords "0" to "999"."""
    hashes = sorted(
        hashlib.sha1(str(n).encode(), usedforsecurity=False).hexdigest().upper() for n in range(1000)
    )
    path = tmp_path_factory.mktemp("stolen") / "sha1.txt"
    path.write_text("".join(f"{one}:{n}\r\n" for n, one in enumerate(hashes)))
    return path


def test_every_line_of_the_list_is_found_and_nothing_else(stolen: Path, tmp_path: Path) -> None:
    assert all(is_listed(str(n), stolen) for n in range(1000))
    assert not any(is_listed(str(n), stolen) for n in range(1000, 2000))
    for text in ("", "\n", stolen.read_text().split("\n")[0], stolen.read_text().rstrip()):
        (tmp_path / "short").write_text(text)
        assert not is_listed("tidak ada", tmp_path / "short")


def test_a_stolen_password_is_refused_where_the_office_has_a_list(
    stolen: Path, settings: Any, tmp_path: Path
) -> None:
    assert said(NotStolen(), "7") == ""
    settings.BREACHED = str(stolen)
    assert "curian" in said(NotStolen(), "7")
    assert said(NotStolen(), "kuda laut biru") == ""
    settings.BREACHED = str(tmp_path / "lost")
    with pytest.raises(FileNotFoundError):
        said(NotStolen(), "7")


@pytest.mark.parametrize("password", ["password1", "qwertyuiop", "12345678", "siti@contoh"])
def test_a_common_password_or_ones_own_address_is_refused(db: None, password: str) -> None:
    data = {"email": "siti@contoh.example", "name": "Siti Aminah", "password1": password}
    answer = Client().post("/daftar", data)
    assert answer.status_code == 200
    assert "Galat" in words(answer)
    assert not Account.objects.filter(email=SITI).exists()


def test_an_older_hash_is_renewed_when_its_owner_logs_in(siti: Account, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["tests.rooms.test_login.Older"]
    siti.set_password(SANDI)
    siti.save()
    assert "m=8192,t=1" in siti.password
    settings.PASSWORD_HASHERS = ["tests.rooms.test_login.Counting"]
    assert inside(login(Client(), SITI))
    siti.refresh_from_db()
    assert "m=19456,t=2,p=1" in siti.password


class Older(OfficeArgon2):
    time_cost, memory_cost = 1, 8192


# A new password and a new address -----------------------------------------------------------------------------------


@pytest.fixture
def hers(siti: Account) -> Client:
    client = Client()
    assert inside(login(client, SITI))
    return client


def test_a_new_password_asks_for_the_old_one_and_tells_the_owner(
    hers: Client, siti: Account, postbox: Catcher
) -> None:
    new = "gajah terbang rendah"
    assert hers.post("/akun/kata-sandi", {"oldpassword": "salah", "password1": new}).status_code == 422
    assert hers.post("/akun/kata-sandi", {"oldpassword": SANDI, "password1": "pendek"}).status_code == 422
    assert hers.post("/akun/kata-sandi", {"oldpassword": SANDI, "password1": new}).status_code == 302
    assert hers.get("/akun/keamanan").status_code == 200  # this session goes on
    assert inside(login(Client(), SITI, new))
    f.run_jobs()
    (letter,) = (path.read_text() for path in postbox.folder.glob("*.eml"))
    assert "baru saja diganti" in letter


NEW = "siti.baru@contoh.example"


def ask_new_address(client: Client, new: str = NEW) -> None:
    sent = client.post("/akun/surel", {"email": new, "password": SANDI})
    assert sent["Location"] == "/akun/surel/kode"
    code = code_of(Letter.objects.order_by("pk").last().pk)  # type: ignore[union-attr]
    assert client.post("/akun/surel/kode", {"code": code}).status_code == 302


def test_a_new_address_waits_a_day_and_then_logs_in(hers: Client, siti: Account, postbox: Catcher) -> None:
    assert hers.post("/akun/surel", {"email": NEW, "password": "salah"}).status_code == 422
    ask_new_address(hers)
    assert NEW in words(hers.get("/akun/keamanan"))
    early, due = f.AT + timedelta(hours=23), f.AT + timedelta(hours=24)
    f.run_jobs(early)
    assert inside(login(Client(), SITI))
    with at_moment(due):
        f.run_jobs(due)
        assert not inside(login(Client(), SITI))
        assert inside(login(Client(), NEW))


def test_the_old_address_can_stop_it(hers: Client, siti: Account, postbox: Catcher) -> None:
    ask_new_address(hers)
    f.run_jobs(f.AT)
    letters = "".join(path.read_text() for path in postbox.folder.glob("*.eml"))
    link = re.search(r"/akun/surel/batal/\S+", letters)
    assert link is not None
    owner = Client()
    assert "Batalkan ganti surel?" in words(owner.get(link[0]))
    assert hers.get("/akun/keamanan").status_code == 200  # looking at the link does nothing
    assert owner.post(link[0])["Location"] == "/lupa-sandi"
    assert hers.get("/akun/keamanan").status_code == 302  # whoever asked for it is out
    due = f.AT + timedelta(hours=25)
    f.run_jobs(due)
    siti.refresh_from_db()
    assert siti.email == SITI
    assert owner.post(link[0]).status_code == 410
    assert Client().get("/akun/surel/batal/1~forged").status_code == 410


def test_an_address_somebody_has_is_never_given_nor_told(
    hers: Client, siti: Account, postbox: Catcher
) -> None:
    actions.make_account(email="adik@contoh.example", name="Adik", password="ikan paus kecil")
    assert (
        hers.post("/akun/surel", {"email": "adik@contoh.example", "password": SANDI})["Location"]
        == "/akun/surel/kode"
    )
    f.run_jobs()
    (letter,) = (path.read_text() for path in postbox.folder.glob("*.eml"))
    assert "akunnya sudah ada" in letter
    with pytest.raises(Refusal):
        actions.change_address(siti, "adik@contoh.example")


def test_an_address_that_was_taken_meanwhile_stays_with_its_new_owner(hers: Client, siti: Account) -> None:
    ask_new_address(hers)
    actions.make_account(email=NEW, name="Lain", password="ikan paus kecil")
    with at_moment(f.AT + timedelta(hours=24)):
        f.run_jobs(f.AT + timedelta(hours=24))
    siti.refresh_from_db()
    assert siti.email == SITI
    assert queries.address_change(siti) is None
