# SPDX-License-Identifier: Apache-2.0
"""J7: the head signs thirty on his phone; the network goes away, BSrE loses its answer at 17; each is signed once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from satupintu.adapters.bsre import simulator
from satupintu.core.access import system
from satupintu.door.moment import now
from satupintu.notices.models import Notice
from satupintu.offices import actions as offices
from satupintu.permits import bsre
from satupintu.permits.models import Permit
from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import Person

Comes = Callable[..., Person]
NIK, PHRASE = "6102010101700001", "frasa sandi kepala dinas"


@pytest.fixture
def service(office: Any, settings: Any, tmp_path: Path) -> Iterator[simulator.Bsre]:
    """BSrE on loopback, for this office."""
    running = simulator.serve(simulator.Bsre({NIK: simulator.User(PHRASE)}))
    account = tmp_path / "akun"
    account.write_text(":".join(running.service.account), "utf-8")
    account.chmod(0o600)
    settings.BSRE_URL, settings.BSRE_ACCOUNT = running.url, str(account)
    offices.set_rule(
        system(now()), office.pk, name="signer", value="bsre", since=now().date(), basis="Contoh"
    )
    yield running.service
    running.stop()


def picture(who: Person, name: str) -> None:
    """Kept only where somebody wants to look: SATUPINTU_PICTURES names the folder."""
    folder = os.environ.get("SATUPINTU_PICTURES")
    if folder:
        width = (who.page.viewport_size or {"width": 0})["width"]
        who.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def summary(head: Person, drafts: int) -> None:
    """Open each draft, tick it, and come to the summary."""
    head.go("/tanda-tangan")
    assert head.page.get_by_role("checkbox").count() == 0
    for n in range(drafts):
        head.go("/tanda-tangan")
        head.go(head.page.get_by_role("link", name="Buka draf").nth(n).get_attribute("href") or "")
    head.go("/tanda-tangan")
    picture(head, "daftar")
    head.press("Lanjut ke ringkasan")
    assert head.h1 == "Ringkasan sebelum tanda tangan"
    picture(head, "ringkasan")


def fill(head: Person) -> None:
    head.page.get_by_label("NIK Anda").fill(NIK)
    head.page.get_by_label("Frasa sandi tanda tangan").fill(PHRASE)
    head.page.get_by_role("checkbox", name="Saya sudah membaca").check()


def test_on_a_phone_the_page_goes_on_by_itself(
    person: Comes, service: simulator.Bsre, deliver: Callable[[], None], clock: Any
) -> None:
    for _ in range(30):
        factories.forwarded(now())
    clock.shift(600)
    deliver()  # everything that came before
    head = person(PHONE, who="kadis")
    summary(head, 30)
    service.mishaps.extend([*[None] * 16, "504 after signing"])
    head.page.route(
        "**/tanda-tangan/*", lambda route: route.abort() if posts(route) == 2 else route.continue_()
    )
    fill(head)
    head.page.get_by_role("button", name="Tanda tangani 30 draf").click()
    expect(head.page.get_by_text("10 dari 30")).to_be_visible(timeout=60_000)
    head.page.unroute_all()
    head.page.reload()
    picture(head, "terputus")
    expect(head.page.get_by_label("Frasa sandi tanda tangan")).to_have_value("")
    fill(head)
    head.page.get_by_role("button", name="Lanjutkan 20 draf").click()
    expect(head.page.get_by_text("29 dari 30")).to_be_visible(timeout=60_000)
    expect(head.page.get_by_text("Belum pasti, sedang dicek")).to_be_visible(timeout=60_000)
    picture(head, "selesai")
    assert PHRASE not in head.page.content()
    assert set(service.times_signed.values()) == {1}
    assert len(service.times_signed) == 30
    signed = Permit.objects.filter(state=Permit.ISSUED)
    assert signed.count() == 29
    # told: each applicant once, and only of what is signed; the head what was signed in his name
    told = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    clock.shift(120)
    deliver()
    after = Notice.objects.filter(pk__gt=told)
    holders = after.filter(account__email=factories.APPLICANT)
    assert sorted(holders.values_list("about", flat=True)) == sorted(one.case.subject for one in signed)
    (summary_of,) = after.filter(account__email="kadis@mempawah.example")
    assert "Anda menandatangani 29 surat" in summary_of.body


def posts(route: Any, seen: list[int] = []) -> int:  # noqa: B006 - counts over the whole journey
    if route.request.method == "POST":
        seen.append(1)
        return len(seen)
    return 0


def test_without_a_script_the_passphrase_is_asked_again(
    person: Comes, service: simulator.Bsre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bsre, "MOST_AT_ONCE", 2)
    for _ in range(3):
        factories.forwarded(now())
    head = person(DESKTOP, script=False, who="kadis")
    summary(head, 3)
    head.page.get_by_label("NIK Anda").fill(NIK)
    head.page.get_by_label("Frasa sandi tanda tangan").fill("frasa sandi yang keliru")
    head.page.get_by_role("checkbox", name="Saya sudah membaca").check()
    head.press("Tanda tangani 3 draf")
    assert "Frasa sandi tidak cocok" in head.text
    picture(head, "salah")
    fill(head)
    head.press("Lanjutkan 3 draf")
    assert "2 dari 3" in head.text
    fill(head)
    head.press("Lanjutkan 1 draf")
    assert "3 dari 3" in head.text
    picture(head, "tanpa-skrip")
    assert sorted(service.times_signed.values()) == [1, 1, 1]
