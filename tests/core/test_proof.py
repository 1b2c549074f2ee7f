# SPDX-License-Identifier: Apache-2.0
"""The token on paper: made as the standards say, read back whole, and refused when one bit of it differs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from fido2 import cbor
from hypothesis import example, given
from hypothesis import strategies as st

from satupintu.cli import main
from satupintu.core import proof
from satupintu.core.proof import Facts, PublicKey
from satupintu.core.refusal import Refusal

# RFC 8032, 7.1, TEST 1: the key of the COSE example below too
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
OTHER = bytes(range(32))
PAPER = Facts(
    office="DPMPTSP Contoh",
    number="00/0001/SS/III/2026",
    code="K7QM4HWDX9RA",
    product="Sertifikat Standar (SS)",
    holder="Rumah Makan Pondok Contoh",
    activity="56101 – Restoran (KBLI 2025)",
    place="Desa Contoh, Kecamatan Contoh Hilir",
    issued=date(2026, 3, 4),
    validity="selama usaha berjalan",
    training=True,
)
KEYS = (PublicKey(KEY), PublicKey(proof.public_key(OTHER)))
texts = st.text(max_size=90)
papers = st.builds(
    Facts, office=texts, number=st.text(max_size=80), code=st.just("K7QM4HWDX9RA"), product=texts, holder=texts,
    activity=texts, place=texts, issued=st.dates(date(1990, 1, 1), date(2199, 12, 31)), validity=texts,
    training=st.booleans(),
)  # fmt: skip


@contextmanager
def refusal(code: str = "", status: int | None = None) -> Iterator[None]:
    with pytest.raises(Refusal) as no:
        yield
    assert code in ("", no.value.code)
    assert status in (None, no.value.status)


# What the world has published -------------------------------------------------------------------------------------


def test_claims_are_encoded_as_in_rfc_8392_a1() -> None:
    claims = {
        1: "coap://as.example.com",
        2: "erikw",
        3: "coap://light.example.com",
        4: 1444064944,
        5: 1443944944,
        6: 1443944944,
        7: bytes.fromhex("0b71"),
    }
    assert cbor.encode(claims).hex() == (
        "a70175636f61703a2f2f61732e6578616d706c652e636f6d02656572696b77037818636f61703a2f2f6c69676874"
        "2e6578616d706c652e636f6d041a5612aeb0051a5610d9f0061a5610d9f007420b71"
    )


def test_what_is_signed_is_that_of_rfc_8392_a3() -> None:
    """There it is signed with ES256: the structure under the signature is the same, only the header names another."""
    claims = bytes.fromhex(
        "a70175636f61703a2f2f61732e6578616d706c652e636f6d02656572696b77037818636f61703a2f2f6c69676874"
        "2e6578616d706c652e636f6d041a5612aeb0051a5610d9f0061a5610d9f007420b71"
    )
    key = ec.EllipticCurvePublicNumbers(
        int("143329cce7868e416927599cf65a34f3ce2ffda55a7eca69ed8919a394d42f0f", 16),
        int("60f7f1a780d8a783bfb7a2dd6b2796e8128dbbcef9d3d168db9529971a36e7b9", 16),
        ec.SECP256R1(),
    ).public_key()
    signature = encode_dss_signature(
        int("5427c1ff28d23fbad1f29c4c7c6a555e601d6fa29f9179bc3d7438bacaca5acd", 16),
        int("08c8d4d4f96131680c429a01f85951ecee743a52b9b63632c57209120e1c9e30", 16),
    )
    key.verify(signature, proof.to_be_signed(bytes.fromhex("a10126"), claims), ec.ECDSA(hashes.SHA256()))


def test_the_signature_is_that_of_the_cose_working_group() -> None:
    """eddsa-sig-01 of their examples: Ed25519 over "This is the content."."""
    signed = Ed25519PrivateKey.from_private_bytes(SEED).sign(
        proof.to_be_signed(bytes.fromhex("a201270300"), b"This is the content.")
    )
    assert signed.hex() == (
        "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb87"
        "11497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d"
    )


def test_a_token_has_the_one_shape_that_is_written_down() -> None:
    assert proof.public_key(SEED) == KEY
    raw = bytes_of(proof.mint(PAPER, SEED))
    assert raw[:8].hex() == "d28449a201270444"
    assert raw[8:12] == PublicKey(KEY).kid
    assert raw[12] == 0xA0
    assert raw[-66:-64].hex() == "5840"


def bytes_of(token: str) -> bytes:
    number = int(token)
    return number.to_bytes((number.bit_length() + 7) // 8)


# Ours ---------------------------------------------------------------------------------------------------------------


@given(papers)
@example(replace(PAPER, holder="Kafé " * 16, place="W" * 64))
def test_what_was_put_in_is_read_back_cut_to_what_a_qr_holds(paper: Facts) -> None:
    told = proof.verify(proof.mint(paper, SEED), KEYS)
    assert (told.number, told.code, told.issued, told.training) == (
        paper.number,
        paper.code,
        paper.issued,
        paper.training,
    )
    for name in ("office", "product", "holder", "activity", "place", "validity"):
        whole, kept = getattr(paper, name), getattr(told, name)
        assert kept == whole or (kept.endswith("…") and whole.startswith(kept[:-1]))
        assert len(kept.encode()) <= proof.LONGEST_TEXT


def test_the_address_of_the_qr_is_read_like_the_figures_alone() -> None:
    token = proof.mint(PAPER, SEED)
    spread = "\n".join(token[at : at + 40] for at in range(0, len(token), 40))
    for text in (token, f"https://kantor.example/cek/K7QM4HWDX9RA#{token}", f"  {spread} "):
        assert proof.verify(text, KEYS) == PAPER


def test_every_flipped_bit_is_refused() -> None:
    raw = bytes_of(proof.mint(PAPER, SEED))
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with refusal():
            proof.verify(str(int.from_bytes(changed)), KEYS)


@given(st.data())
def test_a_changed_added_or_lost_figure_is_refused(data: Any) -> None:
    token = proof.mint(PAPER, SEED)
    at = data.draw(st.integers(0, len(token) - 1))
    put = data.draw(st.sampled_from(["", *"0123456789", "00", "#"]))
    changed = token[:at] + put + token[at + 1 :]
    if changed != token:
        with refusal():
            proof.verify(changed, KEYS)


@given(
    st.text(max_size=60)
    | st.integers(0).map(str)
    | st.binary(max_size=400).map(lambda raw: str(int.from_bytes(raw)))
)
def test_nothing_else_passes_for_a_token(text: str) -> None:
    with refusal():
        proof.verify(text, KEYS)


@pytest.mark.parametrize("text", ["9" * 5000, "٣" * 300, "", "#", "0" + "1" * 400])
def test_what_is_no_token_is_said_to_be_none(text: str) -> None:
    with refusal("proof.unreadable", 422):
        proof.verify(text, KEYS)


def test_another_office_cannot_sign_for_this_one() -> None:
    token = proof.mint(PAPER, OTHER)
    with refusal("proof.unknown-key"):
        proof.verify(token, KEYS[:1])
    borrowed = bytes_of(token).replace(KEYS[1].kid, KEYS[0].kid)
    with refusal("proof.altered"):
        proof.verify(str(int.from_bytes(borrowed)), KEYS)


def test_a_key_proves_what_was_signed_while_it_was_in_use() -> None:
    day = date(2026, 3, 4)
    key = PublicKey(KEY, since=day, until=day)
    assert proof.verify(proof.mint(PAPER, SEED), [key]) == PAPER
    for other in (date(2026, 3, 3), date(2026, 3, 5)):
        with refusal("proof.not-its-time"):
            proof.verify(proof.mint(replace(PAPER, issued=other), SEED), [key])


def test_published_keys_are_read_back() -> None:
    keys = (
        PublicKey(KEY, until=date(2026, 12, 31)),
        PublicKey(proof.public_key(OTHER), since=date(2027, 1, 1)),
    )
    text = json.dumps(proof.published(keys))
    assert proof.read_keys(text) == keys
    entry = json.loads(text)["keys"][0]
    assert (entry["kty"], entry["crv"], entry["x"]) == (
        "OKP",
        "Ed25519",
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": [{"crv": "P-256", "x": "AA"}]}',
        '{"keys": [{"crv": "Ed25519", "x": "AA"}]}',
    ],
)
def test_a_file_without_keys_is_refused(text: str) -> None:
    with refusal("proof.no-keys", 422):
        proof.read_keys(text)


# The command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    path = tmp_path / "kunci.json"
    path.write_text(json.dumps(proof.published([PublicKey(KEY)])), "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("token", "code", "said"),
    [
        (proof.mint(PAPER, SEED), 0, "K7QM-4HWD-X9RA"),
        (proof.mint(PAPER, OTHER), 1, "tidak ada di daftar kunci ini"),
        (proof.mint(PAPER, SEED)[:-1] + "x", 1, "bukan isi QR"),
        (str(int(proof.mint(PAPER, SEED)) ^ 1), 1, "Jangan dipakai"),
    ],
    ids=["genuine", "another's key", "no token", "altered"],
)
def test_the_command_says_whether_the_signature_holds(
    token: str, code: int, said: str, key_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["permit", "verify-token", token, "--key", key_file]) == code
    assert said in capsys.readouterr().out
    assert main(["permit", "verify-token", token, "--key", key_file, "--json"]) == code
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is (code == 0)
    if answer["ok"]:
        assert answer["facts"]["Nomor"] == PAPER.number


def test_the_command_needs_a_list_of_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "not.json").write_text("[]", "utf-8")
    for name, said in (("none.json", "tidak terbaca"), ("not.json", "bukan daftar kunci")):
        assert main(["permit", "verify-token", "1", "--key", str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err


def test_the_command_asks_no_data_base(tmp_path: Path, key_file: str) -> None:
    """In a process of its own, with a home in which nothing was set up; nothing is made there either."""
    run = "import sys; from satupintu.cli import main; sys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", run, "permit", "verify-token", proof.mint(PAPER, SEED), "--key", key_file]
    env = {
        **os.environ,
        "SATUPINTU_HOME": str(tmp_path / "var"),
        "DATABASE_URL": "postgres://nowhere.invalid/x",
    }
    said = subprocess.run(words, env=env, capture_output=True, text=True, check=True, timeout=60)
    assert PAPER.holder in said.stdout
    assert not (tmp_path / "var").exists()
