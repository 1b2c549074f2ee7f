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
def test_from_the_first_page_to_the_user_name(contact: str, client: Client, phone: Phone, postbox: Catcher) -> None:
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
