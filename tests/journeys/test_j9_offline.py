# SPDX-License-Identifier: Apache-2.0
"""J9, where there is no signal: an inspector reads the QR code of a permit and proves it on the phone alone."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from satupintu.core import proof as tokens
from satupintu.permits import papers, proof, queries
from satupintu.permits.models import Permit
from tests import factories as f
from tests import scan
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import Person

# RFC 8032, 7.1: TEST 1, TEST 2, TEST 3 (public key, message, signature)
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.fixture
def permit(office: Any, deliver: Callable[[], None], settings: Any, live_server: Any) -> Permit:
    """A signed permit of this office, printed with the address of this server."""
    settings.PUBLIC_URL = live_server.url
    case = f.sign(f.forwarded())
    deliver()
    found = queries.of_case(f.fresh(case))
    assert found is not None
    assert found.file is not None
    return found


def visit_once(me: Person) -> None:
    """Before the way: the page tells when it is kept."""
    me.go("/cek/luring")
    expect(me.page.get_by_text("Sudah tersimpan. Halaman ini bisa dipakai tanpa jaringan.")).to_be_visible()


def proved(me: Person, text: str) -> str:
    """Paste and press; gives the heading of the answer."""
    me.page.get_by_role("textbox", name="Isi QR").fill(text)
    me.page.get_by_role("button", name="Periksa").click()
    shown = me.page.locator("[data-verdict]:not([hidden])")
    expect(shown).to_be_focused()
    return " ".join(shown.get_by_role("heading", level=2).inner_text().split())


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360px", "1280px"])
def test_j9_an_inspector_without_signal(
    size: tuple[int, int], person: Callable[..., Person], permit: Permit
) -> None:
    me = person(size)
    me.go("/cek")
    me.follow("Cek tanpa jaringan")
    visit_once(me)
    me.page.context.set_offline(True)
    me.page.goto(scan.read(papers.sheet(permit))[0])  # as the camera of the phone opens it
    expect(me.page.get_by_role("heading", name="Tanda tangan kantor cocok")).to_be_visible()
    me.judge(me.page)
    assert "Daftar kantor tidak terjangkau." in me.text
    assert "Bila dicabut sesudahnya, tidak terlihat tanpa jaringan." in me.text
    assert "Surat contoh untuk latihan." in me.text
    for fact in (permit.number, permit.holder, "4 Maret 2026", permit.office.name):
        assert fact in me.text
    for other in ("Ini bukan isi QR kami", "Itu bukan alamat kami"):
        assert other not in me.text
    # with signal again the register speaks first
    me.page.context.set_offline(False)
    with me.page.expect_navigation():
        me.page.get_by_role("button", name="Coba lagi dengan jaringan").click()
    assert me.h1 == "Hasil cek izin"
    assert "Asli dan berlaku" in me.text


def test_j9_what_is_pasted_without_signal_is_judged_by_its_signature(
    person: Callable[..., Person], permit: Permit
) -> None:
    me = person(PHONE)
    visit_once(me)
    me.page.context.set_offline(True)
    me.page.reload()
    token = permit.data["dokumen"]["token"]
    assert proved(me, token) == "Tanda tangan kantor cocok"
    me.judge(me.page)
    assert "Itu bukan alamat kami" not in me.text
    assert proved(me, f"https://palsu.example/cek/{permit.code}#{token}") == "Tanda tangan kantor cocok"
    assert "QR ini menuju alamat palsu.example. Itu bukan alamat kami." in me.text
    assert proved(me, str(int(token) ^ (1 << 900))) == "Tanda tangan tidak cocok"
    me.judge(me.page)
    foreign = tokens.mint(tokens.verify(token, proof.public_keys()), bytes(32))
    assert proved(me, foreign) == "Kunci QR ini tidak dikenal"
    me.judge(me.page)
    assert proved(me, token[:-3]) == "Ini bukan isi QR kami"
    assert "Jangan dipakai" not in me.text  # only one answer is seen


# Debian's chromium has no reader of its own. This one stands where Android's would: it gives each picture to zxing; and
# a camera that looks at one picture.
READER = """
globalThis.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
  async detect(picture) {
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [picture.videoWidth || picture.width, picture.videoHeight || picture.height];
    sheet.getContext("2d").drawImage(picture, 0, 0);
    return (await readByZxing(sheet.toDataURL())).map(rawValue => ({ rawValue }));
  }
};
navigator.mediaDevices.getUserMedia = async () => {
  const raw = Uint8Array.from(atob(await beforeTheCamera()), sign => sign.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([raw], { type: "image/png" }));
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [picture.width, picture.height];
  const draw = () => { sheet.getContext("2d").drawImage(picture, 0, 0); requestAnimationFrame(draw); };
  draw();
  return sheet.captureStream(10);
};
"""


def test_j9_the_qr_on_paper_is_read_from_a_photo_and_by_the_camera(
    person: Callable[..., Person], permit: Permit
) -> None:
    me = person(PHONE)
    front, empty = (png(page) for page in scan.pages(papers.sheet(permit), dpi=150))

    def read(url: str) -> list[str]:
        picture = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
        return [code.text for code in scan.codes(picture.convert("L"))]

    me.page.expose_function("readByZxing", read)
    me.page.expose_function("beforeTheCamera", lambda: base64.b64encode(front).decode())
    me.page.add_init_script(READER)
    visit_once(me)
    me.page.context.set_offline(True)
    assert "Browser ini dapat membaca QR" in me.text
    photo = me.page.get_by_label("Atau pilih foto QR")
    photo.set_input_files({"name": "lampiran.png", "mimeType": "image/png", "buffer": empty})
    expect(me.page.get_by_text("Tidak ada QR yang terbaca di foto ini.")).to_be_visible()
    photo.set_input_files({"name": "izin.png", "mimeType": "image/png", "buffer": front})
    answer = me.page.get_by_role("heading", name="Tanda tangan kantor cocok")
    expect(answer).to_be_visible()
    me.judge(me.page)
    me.page.reload()
    me.page.get_by_role("button", name="Pindai dengan kamera").click()
    expect(answer).to_be_visible()
    expect(me.page.locator("video")).to_be_hidden()  # the camera is off again


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def test_j9_a_new_key_is_fetched_with_signal(
    person: Callable[..., Person], permit: Permit, settings: Any, tmp_path: Path
) -> None:
    settings.KEYS = tmp_path  # the key of this test alone
    me, day = person(PHONE), f.AT.date()
    visit_once(me)
    later = day + timedelta(days=9)
    proof.rotate(later, today=day)
    permit.data["dokumen"]["tanggal"] = later.isoformat()
    token = proof.token(permit.case, permit.data, permit)
    me.page.context.set_offline(True)
    assert proved(me, token) == "Kunci QR ini tidak dikenal"
    me.page.context.set_offline(False)
    me.page.context.clear_cookies()
    visit_once(me)
    me.page.context.set_offline(True)
    assert proved(me, token) == "Tanda tangan kantor cocok"


def test_j9_nobody_sees_the_name_of_who_was_logged_in(person: Callable[..., Person]) -> None:
    """What the phone keeps is the page of nobody."""
    me = person(PHONE, who="jf")
    visit_once(me)
    assert "Keluar" in me.page.content()
    me.page.context.set_offline(True)
    me.page.reload()
    assert "Keluar" not in me.page.content()


def test_j9_without_scripts_the_page_says_what_to_do(person: Callable[..., Person]) -> None:
    me = person(PHONE, script=False)
    me.go("/cek/luring")
    assert "perlu JavaScript" in me.text
    assert me.page.get_by_role("button", name="Periksa").count() == 0
    me.follow("ketik kode cek")
    assert me.h1 == "Cek keaslian izin"


def test_j9_both_verifiers_of_the_browser_agree_with_rfc_8032(desktop: Page) -> None:
    """Its own Ed25519, and ours for browsers without one."""
    desktop.goto("/cek/luring")
    tries = [(*vector, True) for vector in VECTORS]
    for key, message, signature in VECTORS:
        one_bit = f"{int(signature, 16) ^ (1 << 300):0128x}"
        doubled = int.from_bytes(bytes.fromhex(signature[64:]), "little") + ORDER  # the same in a longer form
        tries += [
            (key, message, one_bit, False),
            (key, message + "00", signature, False),
            (key, message, signature[:64] + doubled.to_bytes(32, "little").hex(), False),
        ]
    said = desktop.evaluate(
        """tries => Promise.all(tries.map(async ([key, message, signature]) => {
             const asked = [key, signature, message].map(proof.unhex);
             return [await proof.plain(...asked), await proof.native(...asked)];
           }))""",
        [list(one) for one in tries],
    )
    assert said == [[good, good] for *_, good in tries], json.dumps(said)


def test_j9_our_verifier_reads_a_token_where_the_browser_has_none(desktop: Page, permit: Permit) -> None:
    desktop.goto("/cek/luring")
    token = permit.data["dokumen"]["token"]
    said = desktop.evaluate(
        """async ([tokens, keys]) => {
             SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException("", "NotSupportedError"));
             return Promise.all(tokens.map(async token => (await proof.read(token, keys)).verdict));
           }""",
        [[token, str(int(token) ^ (1 << 700))], tokens.published(proof.public_keys())["keys"]],
    )
    assert said == ["genuine", "altered"]
