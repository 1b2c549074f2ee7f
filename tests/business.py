# SPDX-License-Identifier: Apache-2.0
"""A permohonan perizinan berusaha through its pages, without a browser: what tests of several rooms build on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from satupintu.applications.models import Application
from satupintu.businesses import actions as businesses
from satupintu.businesses.models import BusinessActor
from satupintu.door.moment import at_moment
from tests import factories

SERVICE = "umk-menengah-tinggi-tinggi"
VILLAGE, ELSEWHERE = "14.01.01.1011", "61.02.01.2001"
PLACE = {
    "desa": VILLAGE, "alamat.jalan": "Jalan Melati Nomor 5", "penguasaan": "Milik sendiri", "luas": "24",
}  # fmt: skip
SHOP = {
    "nama-usaha": "Warung Kopi Contoh", "kegiatan-uraian": "Menyeduh dan menjual kopi, enam meja.", "berjalan": "ya",
}  # fmt: skip
CAPITAL = {"modal-kerja": "15 juta", "modal-mesin": "1,5 juta", "pekerja-perempuan": "1"}
PRODUCT = {"jenis": "Kopi tubruk", "kapasitas": "3.600", "satuan": "Porsi"}
ACTOR = {"npwp": "6102 0145 0890 0002", "surel": "sari@contoh.example"}


def person(at: datetime = factories.AT) -> BusinessActor:
    """The demo's applicant with her data as a business actor."""
    me = factories.actor("pemohon", at)
    where = businesses.Where({"jalan": "Jalan Kenanga Nomor 7"}, VILLAGE)
    businesses.keep_person(
        me, name="Sari Contoh", scale="umk", where=where, nik="6102014508900002", asked=factories.asked()
    )
    return BusinessActor.objects.get(person__key=me.person)


@dataclass
class Walk:
    """One draft and the browser of its owner."""

    client: Client
    key: UUID
    at: datetime = factories.AT
    seen: dict[str, str] = field(default_factory=dict)

    def href(self, name: str, *args: Any) -> str:
        return reverse(f"portal:{name}", args=[self.key, *args])

    def get(self, name: str, *args: Any, status: int = 200) -> str:
        with at_moment(self.at):
            answer = self.client.get(self.href(name, *args))
        assert answer.status_code == status, (answer.status_code, answer.get("Location"))
        return answer.content.decode()

    def post(self, typed: Mapping[str, str], name: str, *args: Any, seen: str | None = None) -> HttpResponse:
        """Look at the page, and send it with what it carries hidden; seen: as an older look at it showed."""
        with at_moment(self.at):
            found = self.client.get(self.href(name, *args)).content.decode()
            mark = re.search(r'name="dilihat" value="([^"]*)"', found)
            hidden = {"dilihat": seen if seen is not None else mark[1] if mark else ""}
            answer: Any = self.client.post(self.href(name, *args), {**hidden, **typed})
        return answer  # type: ignore[no-any-return]

    def onward(self, typed: Mapping[str, str], name: str, *args: Any) -> str:
        """The same; it is accepted. Gives where it leads to."""
        answer = self.post(typed, name, *args)
        assert answer.status_code == 302, re.findall(r'class="err"[^>]*>(.*?)</', answer.content.decode())
        return answer["Location"]

    def actor(self) -> None:
        self.onward(ACTOR, "business_actor")

    def kbli(self, code: str) -> str:
        found = self.onward({"kbli": code}, "activity_new")
        return found.split("/usaha/")[1].split("/")[0]

    def activity(self, code: str, capital: Mapping[str, str] = CAPITAL, **place: str) -> str:
        """An activity up to the page of its risk."""
        ident = self.kbli(code)
        self.onward({**PLACE, **place}, "activity_page", ident, 2)
        self.onward(SHOP, "activity_page", ident, 3)
        self.onward(capital, "activity_page", ident, 4)
        return ident

    def warung(self, code: str = "56303") -> str:
        """A whole activity with its product."""
        ident = self.activity(code)
        self.onward({}, "activity_page", ident, 5)
        self.onward(PRODUCT, "product_new", ident)
        return ident

    def sign(self) -> str:
        """Every statement ticked."""
        found = self.get("business_statements")
        names = re.findall(r'name="(p-[a-z0-9-]+)"', found)
        return self.onward(dict.fromkeys(names, "ya"), "business_statements")

    def issue(self) -> str:
        """Terbitkan perizinan berusaha; its papers are sealed too."""
        found = self.onward({"command_id": str(uuid4())}, "business_draft")
        factories.run_jobs(self.at)
        return found

    @property
    def draft(self) -> Application:
        return Application.objects.get(key=self.key)


def begin(client: Client, at: datetime = factories.AT) -> Walk:
    """Permohonan baru, as the demo's applicant at the office of Kampar."""
    from satupintu.accounts.models import Account

    if not BusinessActor.objects.filter(person__account__email=factories.APPLICANT).exists():
        person(at)
    factories.log_in(client, Account.objects.get(email=factories.APPLICANT))
    with at_moment(at):
        answer = client.post(reverse("portal:start", args=["kampar", SERVICE]))
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    key = re.findall(r"/permohonan/([0-9a-f-]{36})/", answer["Location"])
    assert key, answer["Location"]
    return Walk(client, UUID(key[0]), at)
