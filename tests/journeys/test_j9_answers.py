# SPDX-License-Identifier: Apache-2.0
"""J9: anybody with a paper in hand asks whether it is genuine, by scan, code or PDF; each answer is the right one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload

from satupintu.cases.models import Case
from satupintu.core.numbers import show_code
from satupintu.door import files
from satupintu.permits import actions, papers, queries
from satupintu.permits.actions import replacing
from satupintu.permits.models import Permit
from tests import factories as f
from tests import scan
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import Person

Comes = Callable[..., Person]
SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50 * 1024, "uploadThroughput": 50 * 1024}
IN_TIME = 3.0


def current(case: Case) -> Permit:
    found = queries.of_case(case)
    assert found is not None
    return found


@pytest.fixture
def permits(office: Any, deliver: Callable[[], None], settings: Any, live_server: Any) -> list[Permit]:
    """One that holds, one that was revoked, one that was replaced by another version."""
    settings.PUBLIC_URL = live_server.url
    cases = [f.sign(f.forwarded()) for _ in range(3)]
    deliver()
    _, revoked, replaced = cases
    actions.ask_revocation(f.actor("jf"), revoked.pk, reason="Data tidak benar.", asked=f.asked())
    actions.revoke(f.actor("kadis"), revoked.pk, asked=f.asked())
    lost = {"why": "rusak-hilang", "words": "Hilang.", "raw": {}}
    replacing.propose(f.actor("jf"), replaced.pk, **lost, asked=f.asked())
    old = [current(case) for case in cases]
    replacing.confirm(f.actor("kadis"), replaced.pk, asked=f.asked())
    deliver()
    return old


def pdf(permit: Permit, *, change: bool = False) -> FilePayload:
    assert permit.file is not None
    data = files.read(permit.file)
    if change:  # one name, in the text that is embedded and read
        middle = len(data) // 2
        data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    return {"name": "izin.pdf", "mimeType": "application/pdf", "buffer": data}


def upload(me: Person, file: FilePayload) -> str:
    me.go("/cek")
    me.attach(file)
    me.press("Cek PDF")
    return me.text


@pytest.mark.parametrize(
    ("size", "script"),
    [(PHONE, True), (PHONE, False), (DESKTOP, True), (DESKTOP, False)],
    ids=["360px", "360px-no-js", "1280px", "1280px-no-js"],
)
def test_j9_each_answer_is_the_right_one(
    size: tuple[int, int], script: bool, person: Comes, permits: list[Permit], live_server: Any
) -> None:
    good, revoked, replaced = permits
    me = person(size, script=script)
    # scanned: what the phone's camera reads opens the answer
    address = scan.read(papers.sheet(good))[0]
    assert address.startswith(f"{live_server.url}/cek/{good.code}#")
    me.go(address.partition("#")[0])
    assert "Asli dan berlaku" in me.text
    for fact in (good.number, good.holder, "4 Maret 2026", "Sama dengan"):
        assert fact in me.text
    # typed, as it stands below the QR
    me.go("/cek")
    me.write("Kode cek di bawah QR", show_code(good.code).lower())
    me.press("Cek kode")
    assert "Asli dan berlaku" in me.text
    # uploaded; and changed in between
    assert "PDF ini sama persis dengan yang kami terbitkan." in upload(me, pdf(good))
    said = upload(me, pdf(good, change=True))
    assert "Isinya sudah diubah" in said
    assert "Jangan dipakai." in said
    # of another house: the code is not ours, and the page says which address is
    me.go("/cek/ABCDEFGHJKLM")
    assert "Bukan dari kantor kami" in me.text
    assert live_server.url.partition("://")[2] in me.text
    me.go(f"/cek/{revoked.code}")
    assert "Asli, tetapi dicabut" in me.text
    assert "Asli, tetapi dicabut" in upload(me, pdf(revoked))
    # replaced: the way to the version that holds
    me.go(f"/cek/{replaced.code}")
    assert "Asli, tetapi sudah digantikan" in me.text
    me.follow("Lihat versi yang terakhir")
    assert "Asli dan berlaku" in me.text
    assert current(replaced.case).code != replaced.code


def test_j9_a_scan_is_answered_in_three_seconds_where_the_network_is_slow(
    person: Comes, permits: list[Permit]
) -> None:
    """Slow 3G of screens.md C1: 2,000 ms there and back, 50 KiB/s; the style is known from an earlier page."""
    me = person(PHONE)
    me.go("/cek")
    for permit in permits:  # each answer's page was shown once: the server has its parts
        me.go(f"/cek/{permit.code}")
    line = me.page.context.new_cdp_session(me.page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_3G)
    took = []
    for permit in permits:
        begun = time.perf_counter()
        me.page.goto(f"/cek/{permit.code}", wait_until="domcontentloaded")
        took.append(time.perf_counter() - begun)
        assert me.h1 == "Hasil cek izin"
    assert min(took) > 1.9  # the network was slow indeed
    assert max(took) < IN_TIME, took
