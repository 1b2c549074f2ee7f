# SPDX-License-Identifier: Apache-2.0
"""The second factor: set up, shown, withheld without it, lost; by pages without a script, and by a passkey's own code."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from satupintu.accounts import actions
from satupintu.accounts.actions import staffing
from satupintu.accounts.models import Account
from satupintu.catalog.queries import in_force, package_by_id
from satupintu.core.access import (
    GRANTS,
    SECOND_FACTOR,
    STAFF,
    WHOLE,
    Actor,
    Capacity,
    Permission,
    Proof,
    Role,
    held,
    require,
)
from satupintu.core.refusal import Refusal
from satupintu.door.moment import now
from satupintu.offices.models import Office
from tests import factories as f

Stage = Callable[[str], Any]
PASSWORD = "kuda lumping tujuh"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B: "12345678901234567890"


@pytest.fixture(autouse=True)
def clock(stage: Stage) -> Any:
    """Time stands at the tests' day and can be let pass; tries are not counted from one test to the next."""
    stage("verifikasi")
    cache.clear()
    with time_machine.travel(f.AT, tick=False) as clock:
        yield clock


def officer(email: str = "jf9@mempawah.example", role: str = "jf-penata-perizinan") -> Account:
    """Somebody with a password and a role, and no second factor yet."""
    account = actions.make_account(email=email, name="Orang Jujur", password=PASSWORD)
    assert account.person is not None
    office = Office.objects.get(slug="mempawah")
    actions.assign(account.person, office, role, title=role, letter="SK 1", since=f.AT - timedelta(days=30))
    return account


def code(secret: str, ahead: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def log_in(client: Client, email: str = "jf9@mempawah.example") -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": PASSWORD})


def set_up(client: Client) -> str:
    """Set up an app on the pages; gives its secret."""
    page = client.get(reverse("mfa_activate_totp"))
    secret = str(page.context["form"].secret)
    done = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    return secret


# The rule --------------------------------------------------------------------------------------------------------


def test_codes_are_those_of_the_rfc() -> None:
    """RFC 6238, appendix B (SHA-1), the last six of its eight figures."""
    table = {
        59: "287082",
        1111111109: "081804",
        1111111111: "050471",
        1234567890: "005924",
        2000000000: "279037",
    }
    assert {at: format_hotp_value(hotp_value(SECRET, at // 30)) for at in table} == table


def test_a_role_of_the_table_is_not_held_without_a_second_factor() -> None:
    everything = [Capacity(role, 1) for role in STAFF]
    kept, withheld = held(everything, Proof())
    assert withheld == SECOND_FACTOR
    assert {c.role for c in kept} == set(STAFF) - SECOND_FACTOR
    assert held(everything, WHOLE) == (tuple(everything), frozenset())


def test_whoever_decides_signs_or_administers_is_in_the_table() -> None:
    """Read from the shipped SOPs: the role of each step that decides or signs; and from the policy."""
    deciding = set()
    for slug, name in (("mempawah", f.SERVICE),):
        package = package_by_id(in_force(Office.objects.get(slug=slug).pk, name, f.AT.date()).pk)
        for step in package.sop.steps.values():
            if "sign" in step.work or any(outcome.decides for outcome in step.outcomes.values()):
                deciding.add(package.sop.actors[step.actor].is_.removeprefix("role:"))
    strong = {
        Permission.PERMIT_SIGN,
        Permission.STAFF_ASSIGN,
        Permission.STAFF_CONFIRM,
        Permission.SERVICE_APPROVE,
    }
    deciding |= {role.value for role in STAFF if GRANTS.get(role, frozenset()) & strong}
    assert deciding <= {role.value for role in SECOND_FACTOR}


def test_signing_asks_for_a_fresh_proof() -> None:
    class Thing:
        key, office_id, owner_key = uuid.uuid4(), 1, ""

    head = Actor("a", f.AT, capacities=(Capacity(Role.HEAD, 1),))
    with pytest.raises(Refusal, match=r"access\.stale"):
        require(head, Permission.PERMIT_SIGN, Thing)  # type: ignore[arg-type]
    assert require(head, Permission.CASE_TAKE, Thing).role is Role.HEAD  # type: ignore[arg-type]


# Setting up ------------------------------------------------------------------------------------------------------


def test_an_officer_is_led_to_set_one_up_before_anything_else(clock: Any) -> None:
    officer()
    client = Client()
    assert log_in(client)["Location"] == reverse("desk:worklist")
    for name in ("desk:worklist", "desk:services", "portal:mine", "vault:recovery"):
        answer = client.get(reverse(name))
        assert answer["Location"] == f"{reverse('factor')}?next={reverse(name).replace('/', '%2F')}", name
    assert "Pasang pengaman kedua dulu" in client.get(reverse("factor")).content.decode()
    set_up(client)
    assert client.get(reverse("desk:worklist")).status_code == 200
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert not any(one in again for one in codes)


def test_a_form_sent_without_it_is_refused_and_nothing_is_lost(stage: Stage) -> None:
    officer()
    client = Client()
    log_in(client)
    case = stage("validasi")
    typed = {"alasan": "Sebuah alasan yang panjang dan tidak boleh hilang."}
    answer = client.post(reverse("desk:hand_over", args=[case.key]), typed)
    assert answer.status_code == 403
    assert typed["alasan"] in answer.content.decode()


def test_a_role_that_needs_none_is_not_led_anywhere() -> None:
    officer("fo9@mempawah.example", "front-officer")
    client = Client()
    log_in(client, "fo9@mempawah.example")
    assert client.get(reverse("desk:worklist")).status_code == 200


def test_the_secret_rests_encrypted(clock: Any) -> None:
    officer()
    client = Client()
    log_in(client)
    secret = set_up(client)
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in str(kept)
    assert secret not in str(f.everything())
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code(secret))


def test_the_picture_holds_the_secret_and_is_gone_afterwards(clock: Any) -> None:
    officer()
    client = Client()
    log_in(client)
    assert client.get(reverse("secret_picture")).status_code == 404
    client.get(reverse("mfa_activate_totp"))
    picture = client.get(reverse("secret_picture"))
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/svg+xml")
    set_up(client)
    assert client.get(reverse("secret_picture")).status_code == 404


# Logging in ------------------------------------------------------------------------------------------------------


@pytest.fixture
def secret(clock: Any) -> str:
    """An officer who has an app; half a minute has gone by since."""
    account = officer()
    made = actions.give_app(account)
    clock.shift(31)
    return made


def test_the_password_alone_opens_nothing(secret: str) -> None:
    client = Client()
    assert log_in(client)["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("desk:worklist"))["Location"].startswith(reverse("account_login"))
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Kode tidak cocok" in wrong.content.decode()
    right = client.post(reverse("mfa_authenticate"), {"code": f"{code(secret)[:3]} {code(secret)[3:]}"})
    assert right["Location"] == reverse("desk:worklist")
    assert client.get(reverse("desk:worklist")).status_code == 200


def test_a_code_is_taken_once_as_long_as_it_is_valid(secret: str, clock: Any) -> None:
    """Not even after half a minute, when the clocks' tolerance would still let it pass (RFC 6238, 5.2)."""
    shown = code(secret)
    first, second = Client(), Client()
    log_in(first)
    assert first.post(reverse("mfa_authenticate"), {"code": shown}).status_code == 302
    clock.shift(31)
    log_in(second)
    again = second.post(reverse("mfa_authenticate"), {"code": shown})
    assert "Kode ini sudah dipakai" in again.content.decode()


def test_guessing_is_stopped(secret: str) -> None:
    client = Client()
    log_in(client)
    said = [client.post(reverse("mfa_authenticate"), {"code": f"{n:06}"}).content.decode() for n in range(12)]
    assert "Kode tidak cocok" in said[0]
    assert "terlalu banyak percobaan" in said[-1]
    assert (
        "terlalu banyak" in client.post(reverse("mfa_authenticate"), {"code": code(secret)}).content.decode()
    )


def test_a_recovery_code_opens_once(clock: Any) -> None:
    officer()
    client = Client()
    log_in(client)
    set_up(client)
    spare = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    for expected in (302, 200):
        other = Client()
        log_in(other)
        assert other.post(reverse("mfa_authenticate"), {"code": spare}).status_code == expected


@pytest.mark.parametrize("days", [-2, 2])
def test_with_a_clock_two_days_off_the_page_says_what_helps_and_a_spare_code_opens(
    clock: Any, days: int
) -> None:
    officer()
    client = Client()
    log_in(client)
    secret = set_up(client)
    spare = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    shown = code(secret)
    clock.shift(timedelta(days=days))
    other = Client()
    log_in(other)
    said = other.post(reverse("mfa_authenticate"), {"code": shown}).content.decode()
    assert "jam HP" in said
    assert "kode cadangan" in said
    assert other.post(reverse("mfa_authenticate"), {"code": spare}).status_code == 302
    assert other.get(reverse("desk:worklist")).status_code == 200


def test_a_session_opened_before_it_holds_no_rights_and_adds_no_factor(secret: str, clock: Any) -> None:
    """A stolen session of the time before the app was set up cannot add a factor of its own."""
    client = Client()
    account = Account.objects.get(email="jf9@mempawah.example")
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("desk:worklist"))["Location"].startswith(reverse("mfa_reauthenticate"))
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        assert reverse("mfa_reauthenticate") in client.get(reverse(name))["Location"]
    shown = client.post(f"{reverse('mfa_reauthenticate')}?next=/meja", {"code": code(secret)})
    assert shown["Location"] == "/meja"
    assert client.get("/meja").status_code == 200


def test_a_proof_grows_old_and_is_renewed_by_the_password(stage: Stage, clock: Any) -> None:
    account = officer("kadis9@mempawah.example", "kepala-dinas")
    secret = actions.give_app(account)
    case = stage("tanda-tangan")
    client = Client()
    log_in(client, account.email)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    page = reverse("desk:file", args=[case.key])
    client.get(page, {"lihat": "draf"})
    clock.shift(16 * 60)
    sent = client.post(
        reverse("desk:sign", args=[case.key]), {"command_id": str(uuid.uuid4())}, headers={"referer": page}
    )
    assert sent["Location"].startswith(reverse("account_reauthenticate"))
    back = client.post(sent["Location"], {"password": PASSWORD})
    assert back["Location"] == page
    sent = client.post(reverse("desk:sign", args=[case.key]), {"command_id": str(uuid.uuid4())})
    assert sent.status_code == 302
    assert not sent["Location"].startswith(reverse("account_reauthenticate"))


# Losing it -------------------------------------------------------------------------------------------------------


def test_two_persons_take_a_lost_factor_away_and_every_session_with_it(secret: str, clock: Any) -> None:
    office = Office.objects.get(slug="mempawah")
    for email in ("admin@mempawah.example", "admin2@mempawah.example"):
        f.newcomer(email, "administrator")
    client = Client()
    log_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert client.get("/meja").status_code == 200
    account = Account.objects.get(email="jf9@mempawah.example")
    clock.shift(300)
    at = now()
    admin, second = (f.actor(f"{who}@mempawah.example", at) for who in ("admin", "admin2"))
    assert account.person is not None
    made = staffing.propose_new_factor(admin, office, str(account.person.key), asked=f.asked())
    key = uuid.UUID(made["proposal"])
    with f.refusal("staff.same-person", 403):
        staffing.answer(admin, key, accept=True, asked=f.asked())
    assert client.get("/meja").status_code == 200
    staffing.answer(second, key, accept=True, asked=f.asked())
    assert not Authenticator.objects.filter(user=account).exists()
    assert client.get("/meja")["Location"].startswith(reverse("factor"))


def test_who_takes_his_own_app_off_is_led_to_a_new_one(secret: str, clock: Any) -> None:
    client = Client()
    log_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    other = Client()
    assert log_in(other)["Location"] == reverse("desk:worklist")
    assert other.get("/meja")["Location"].startswith(reverse("factor"))


# The demo --------------------------------------------------------------------------------------------------------


def test_the_codes_of_the_demo_are_nowhere_else(client: Client, settings: Any) -> None:
    assert settings.DEMO is False
    assert client.get(reverse("demo_codes")).status_code == 404
    assert not Authenticator.objects.exists()
    assert "totp" not in (settings.HOME / "demo-logins.json").read_text("utf-8")


def test_an_officer_of_the_demo_can_be_walked(
    client: Client, settings: Any, tmp_path: Any, clock: Any
) -> None:
    settings.DEMO, settings.HOME = True, tmp_path
    account = officer()
    row = {"email": account.email, "name": "Orang Jujur", "totp": actions.give_app(account)}
    (tmp_path / "demo-logins.json").write_text(json.dumps([row]), "utf-8")
    log_in(client)
    page = client.get(reverse("demo_codes")).content.decode()
    assert code(row["totp"]) in page
    assert client.post(reverse("mfa_authenticate"), {"code": code(row["totp"])})["Location"] == "/meja"
