# SPDX-License-Identifier: Apache-2.0
"""The client of the Cloud API against a real server: what is taken, refused, busy, lost; and what is signed."""

from __future__ import annotations

from typing import Any

import pytest

from satupintu.adapters.whatsapp import client
from satupintu.adapters.whatsapp.client import Message, Refused, Unreachable, Unsure
from satupintu.adapters.whatsapp.simulator import Phone
from tests import factories as f

HELLO = Message("+6281100000001", "diterima_abc", ("SP-1", "5 Maret 2026"), key="kiriman-1")


def test_a_message_is_taken_as_a_template_with_our_key(phone: Phone) -> None:
    client.register(
        "diterima_abc", "Permohonan {{1}} diterima. Janji {{2}}.", ("SP-1", "5 Maret"), category="UTILITY"
    )
    wamid = client.send(HELLO)
    (kept,) = phone.taken()
    assert (kept["id"], kept["to"], kept["key"]) == (wamid, "6281100000001", "kiriman-1")
    assert kept["text"] == "Permohonan SP-1 diterima. Janji 5 Maret 2026."
    assert wamid.startswith("wamid.")


def test_a_code_is_in_the_text_and_on_the_button() -> None:
    parts = Message("62811", "kode", ("123456",), key="k", button="123456").to_json()["template"][
        "components"
    ]
    assert [(part["type"], part["parameters"][0]["text"]) for part in parts] == [
        ("body", "123456"),
        ("button", "123456"),
    ]


def test_a_parameter_holds_no_line_break(phone: Phone) -> None:
    client.send(Message("62811", "x", ("dua\nbaris\t  jauh",), key="k"))
    assert phone.taken()[0]["parameters"] == ["dua baris jauh"]


@pytest.mark.parametrize("mood", [(429, 130429), (503, 2), (500, 131000), (400, 131056), (502, 999999)])
def test_busy_or_down_means_later(phone: Phone, mood: tuple[int, int]) -> None:
    phone.mood = mood
    with pytest.raises(Unreachable):
        client.send(HELLO)
    assert phone.taken() == []


@pytest.mark.parametrize(
    ("mood", "why"),
    [
        ((400, 131026), "number"),
        ((404, 132001), "template"),
        ((400, 132000), "template"),
        ((401, 190), "office"),
        ((500, 3), "office"),
        ((403, 200), "office"),
        ((400, 999999), "other"),
    ],
)
def test_what_is_refused_for_good_says_who_must_act(phone: Phone, mood: tuple[int, int], why: str) -> None:
    phone.mood = mood
    with pytest.raises(Refused) as refused:
        client.send(HELLO)
    assert (refused.value.why, refused.value.code) == (why, mood[1])


def test_nobody_listening_is_later_and_an_answer_that_never_came_is_unsure(
    phone: Phone, settings: Any
) -> None:
    for mood, taken in (("drop", 0), ("mute", 1)):
        phone.mood = mood
        with pytest.raises(Unsure):
            client.send(HELLO)
        assert len(phone.taken()) == taken
    phone.mood, phone.delay, settings.WHATSAPP_TIMEOUT = "slow", 0.4, 0.1
    with pytest.raises(Unsure):
        client.send(HELLO)
    settings.WHATSAPP_URL = f"http://127.0.0.1:{f.free_port()}/v23.0"
    with pytest.raises(Unreachable):
        client.send(HELLO)


def test_a_wrong_token_is_the_office_s_matter(phone: Phone, settings: Any) -> None:
    settings.WHATSAPP_TOKEN = "lama"
    with pytest.raises(Refused) as refused:
        client.send(HELLO)
    assert refused.value.why == "office"


def test_a_template_nobody_approved_or_with_a_hole_is_refused(phone: Phone) -> None:
    phone.strict = True
    with pytest.raises(Refused, match="132001"):
        client.send(HELLO)
    client.register("diterima_abc", "Satu {{1}} saja.", ("x",), category="UTILITY")
    with pytest.raises(Refused, match="132000"):
        client.send(HELLO)


def test_only_the_app_s_secret_signs() -> None:
    # RFC 4231, test case 2: the published HMAC-SHA256 of this key and this text.
    published = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    raw = b"what do ya want for nothing?"
    assert client.signature(raw, "Jefe") == f"sha256={published}"
    assert client.genuine(raw, f"sha256={published}", "Jefe")
    assert not client.genuine(raw + b" ", f"sha256={published}", "Jefe")
    assert not client.genuine(raw, f"sha256={published}", "jefe")
    assert not client.genuine(raw, published, "Jefe")
    assert not client.genuine(raw, "", "Jefe")
    assert not client.genuine(raw, client.signature(raw, ""), "")  # no secret, no trust
    assert not client.genuine(raw, "sha256=\u00e9", "Jefe")
