# SPDX-License-Identifier: Apache-2.0
"""A real office from nothing: `satupintu setup`, its refusals, and the one-time token of the first administrator."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from satupintu.accounts import actions, queries
from satupintu.accounts.codes import code_of
from satupintu.accounts.models import Account, Invitation, Letter
from satupintu.cli.questions import QUESTIONS
from satupintu.cli.setup import addresses
from satupintu.core.access import Role, system
from satupintu.door.models import Event
from satupintu.door.moment import at_moment
from satupintu.door.read import verify
from satupintu.offices.models import Office
from tests import factories as f

PASSWORD = "kuda lumping tujuh"
EMAIL = "ani@kampar.example"
Answers = list[tuple[int, dict[str, Any]]]
Run = Callable[..., Answers]
COMMANDS = """
import json, sys
from satupintu.cli import main
codes = [main([*words, "--json"]) for words in json.loads(sys.argv[1])]
print(json.dumps(codes), file=sys.stderr)
"""


# The command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path, own_data_base: dict[str, str]) -> Run:
    """Commands, one after the other in one process, on an empty home: exit code and answer of each.

    Named words go into the environment.
    """

    def satupintu(*commands: list[str], **more: str) -> Answers:
        clean = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and "SATUPINTU" not in k}
        environment = {**clean, "SATUPINTU_HOME": str(tmp_path / "home"), **own_data_base, **more}
        call = [sys.executable, "-c", COMMANDS, json.dumps(commands)]
        done = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
        codes = json.loads(done.stderr.splitlines()[-1])
        return list(zip(codes, map(json.loads, done.stdout.splitlines()), strict=True))

    return satupintu


def options(**other: str) -> list[str]:
    answers = {question.name: question.example for question in QUESTIONS} | other
    return [word for name, text in answers.items() for word in (f"--{name.replace('_', '-')}", text)]


def codes(answer: dict[str, Any]) -> list[str]:
    return [problem["code"] for problem in answer["problems"]]


def test_an_office_is_set_up_once_and_stays_safe(tmp_path: Path, run: Run) -> None:
    home = tmp_path / "home"
    ((code, first), (code_2, again), (code_3, fresh), (code_4, record), (code_5, _demo), (code_6, taken)) = (
        run(
            ["setup", *options()],
            ["setup", *options(name="DPMPTSP Kota Lain")],
            ["setup", *options(), "--new-token"],
            ["record", "verify"],
            ["demo", "--walk-only"],
            ["setup", *options(office="mulai")],
        )
    )
    assert (code, first["ok"], first["changed"], first["office"]) == (0, True, True, "kampar")
    assert first["link"] == f"https://izin.kampar.example/mulai/{first['token']}"
    assert (code_2, again["ok"], again["changed"]) == (0, True, False)
    assert (code_3, fresh["changed"], fresh["token"] != first["token"]) == (0, True, True)
    assert (code_4, record["ok"], record["events"], record["chains"]) == (
        0,
        True,
        5,
        3,
    )  # the office, and the two lists it comes with
    assert code_5 == 1  # no invented people in a real office
    assert (code_6, "mulai" in taken["message"]) == (2, True)

    modes = {path.stat().st_mode & 0o777 for path in (home, home / "keys")}
    inside = {path.stat().st_mode & 0o777 for path in (*(home / "keys").iterdir(), home / "satupintu.env")}
    assert (modes, inside) == ({0o700}, {0o600})
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert not any(answer["token"].encode() in kept for answer in (first, fresh))

    home.chmod(0o755)
    # the address is remembered and is the office's own: that it listens on loopback excuses nothing
    for code, answer in run(["serve"], ["setup", "--check"], SATUPINTU_DEMO="1"):
        assert (code, codes(answer)) == (1, ["demo", "open-to-others"])


def test_what_is_unsafe_makes_no_office(tmp_path: Path, run: Run) -> None:
    ((code, answer),) = run(["setup", *options(url="http://izin.kampar.example")])
    assert (code, answer["ok"], codes(answer)) == (1, False, ["url-http"])
    assert not (tmp_path / "home" / "satupintu.env").exists()
    assert not (tmp_path / "home" / "satupintu.sqlite3").exists()


def test_serving_others_without_an_address_is_refused(run: Run) -> None:
    ((code, answer),) = run(["serve", "--host", "0.0.0.0"])
    assert (code, codes(answer)) == (1, ["url-missing", "smtp-missing", "sender"])


def test_an_office_cannot_take_the_name_of_a_page() -> None:
    assert {"masuk", "daftar", "lacak", "cek", "berkas", "mulai", "static"} <= addresses()
    assert "kampar" not in addresses()


# The token -------------------------------------------------------------------------------------------------------


@pytest.fixture
def kampar(db: None, stage: Any) -> Office:
    stage("verifikasi")  # people and offices are there
    return Office.objects.get(slug="kampar")


@pytest.fixture
def token(kampar: Office) -> str:
    return invite(kampar)


def invite(office: Office, email: str = EMAIL) -> str:
    return actions.invite(
        system(f.AT), office, Role.ADMINISTRATOR, email=email, title="Administrator", letter="SK 12/2026"
    )


def visit(token: str, client: Client | None = None, at: Any = f.AT, **form: str) -> Any:
    """Follow the link of the token and, with a form, send it."""
    client = client or Client()
    with at_moment(at):
        answer = client.get(reverse("account_invited", args=[token]))
        if answer.status_code != 302:
            return answer
        address = reverse("account_join")
        assert answer["Location"] == address
        return client.post(address, form) if form else client.get(address)


GOOD = {"name": "Ani  Lestari", "password1": PASSWORD}


def test_who_holds_the_token_becomes_administrator_by_a_dated_assignment(kampar: Office, token: str) -> None:
    page = visit(token)
    assert page.status_code == 200
    assert all(text in page.content.decode() for text in (EMAIL, kampar.name, "5 Maret 2026, 10.00 WIB"))
    client = Client()
    answer = visit(token, client, **GOOD)
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_email_verification_sent"))
    with at_moment(f.AT):
        answer = client.post(answer["Location"], {"code": code_of(Letter.objects.latest("pk").pk)})
    assert (answer.status_code, answer["Location"]) == (302, reverse("desk:worklist"))

    account = Account.objects.get(email=EMAIL)
    assert account.check_password(PASSWORD)
    assert account.person is not None
    assert account.person.name == "Ani Lestari"
    given = account.person.assignments.get()
    assert (given.role, given.office, given.letter) == ("administrator", kampar, "SK 12/2026")
    assert (given.valid_from, given.valid_to) == (f.AT, None)
    invited, joined = Event.objects.filter(subject=kampar.subject).order_by("number")[1:]
    assert (invited.kind, joined.kind) == ("staff.invited", "staff.joined")
    assert joined.data["person"] == str(account.person.key)
    assert not re.search("ani|lestari|@", json.dumps([invited.data, joined.data]), re.IGNORECASE)
    assert verify().ok


def test_a_token_works_once(token: str) -> None:
    assert visit(token, **GOOD).status_code == 302
    for answer in (visit(token), visit(token, name="Orang Lain", password1=PASSWORD)):
        assert answer.status_code == 410
        assert "Tautan ini sudah dipakai." in answer.content.decode()
    assert Account.objects.filter(person__name="Orang Lain").count() == 0


def test_a_token_ends_after_a_day_or_when_another_is_given(kampar: Office, token: str) -> None:
    last = f.AT + timedelta(hours=24)
    assert visit(token, at=last - timedelta(milliseconds=1)).status_code == 200
    late = visit(token, at=last, **GOOD)
    assert (late.status_code, "sudah tidak berlaku" in late.content.decode()) == (410, True)
    newer = invite(kampar)
    assert (visit(token).status_code, visit(newer).status_code) == (410, 200)


def test_a_page_that_was_open_does_not_outlive_the_token(token: str) -> None:
    slow = Client()
    visit(token, slow)
    visit(token, **GOOD)
    with at_moment(f.AT):
        answer = slow.post(reverse("account_join"), {"name": "Orang Lain", "password1": PASSWORD})
    assert (answer.status_code, "Tautan ini sudah dipakai." in answer.content.decode()) == (410, True)


def test_no_log_names_a_token_that_still_works(token: str, caplog: pytest.LogCaptureFixture) -> None:
    assert visit(token, name="", password1="pendek").status_code == 422
    assert caplog.text
    assert token not in caplog.text


def test_a_made_up_token_is_no_page(token: str) -> None:
    for text in ("x", token[:-1], token + "a", token.swapcase()):
        assert visit(text).status_code == 404
        assert visit(text, **GOOD).status_code == 404


def test_only_a_digest_of_the_token_is_kept(token: str) -> None:
    assert token not in str(f.everything())
    assert Invitation.objects.get().digest == queries.digest(token) != token


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "", "password1": PASSWORD}, "Isi nama Anda seperti di KTP."),
        ({"name": "7", "password1": PASSWORD}, "Tulis nama seperti di KTP"),
        ({"name": "Ani", "password1": "sebelas abc"}, "paling sedikit 12"),
        ({"name": "Ani", "password1": "password12345678"[:12] + ""}, "mudah ditebak"),
        ({"name": "Ani", "password1": EMAIL}, "terlalu mirip"),
    ],
)
def test_a_weak_password_or_a_wrong_name_is_asked_again(token: str, form: dict[str, str], said: str) -> None:
    answer = visit(token, **form)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Account.objects.filter(email=EMAIL).exists()
    assert visit(token).status_code == 200


def test_an_address_that_has_an_account_is_not_invited(kampar: Office) -> None:
    with f.refusal("invitation.email-taken", 422):
        invite(kampar, "JF@mempawah.example")


def test_who_took_the_address_meanwhile_does_not_become_administrator(token: str) -> None:
    squatter = f.newcomer(EMAIL)
    answer = visit(token, **GOOD)
    assert (answer.status_code, "sudah dipakai sebuah akun" in answer.content.decode()) == (422, True)
    assert not squatter.check_password(PASSWORD)
    assert not squatter.person.assignments.filter(role="administrator").exists()  # type: ignore[union-attr]


def test_nobody_but_the_system_invites(kampar: Office) -> None:
    with f.refusal("access.role", 403):
        actions.invite(
            f.actor("kadis", office="kampar"), kampar, Role.HEAD, email=EMAIL, title="Kepala", letter="SK"
        )
