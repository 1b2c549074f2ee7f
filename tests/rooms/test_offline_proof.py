# SPDX-License-Identifier: Apache-2.0
"""The token of a permit: minted with its number, printed in its QR code, proved with the keys the office publishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import segno
import time_machine
from django.test import Client

from satupintu.cases.models import Case
from satupintu.cli import main
from satupintu.core import proof as tokens
from satupintu.core.numbers import show_code
from satupintu.core.seal import digest
from satupintu.door import files
from satupintu.door.models import Event
from satupintu.permits import papers, proof, queries
from satupintu.permits.models import Permit
from tests import factories as f
from tests import scan

Stage = Callable[[str], Case]
DAY = f.AT.date()


@pytest.fixture
def own_keys(tmp_path: Path, settings: object) -> Path:
    """Keys of this test alone."""
    settings.KEYS = tmp_path / "keys"  # type: ignore[attr-defined]
    return tmp_path / "keys"


def permit_of(case: Case) -> Permit:
    found = queries.of_case(case)
    assert found is not None
    return found


def token_of(permit: Permit) -> str:
    return str(permit.data["dokumen"]["token"])


# On paper ---------------------------------------------------------------------------------------------------------


def test_the_token_is_minted_in_the_commit_that_takes_the_number(stage: Stage) -> None:
    case = f.sign(stage("tanda-tangan"))
    permit = permit_of(case)
    assert permit.state == Permit.SIGNING
    told = tokens.verify(token_of(permit), proof.public_keys())
    assert (told.number, told.code, told.issued, told.training) == (permit.number, permit.code, DAY, True)
    assert (told.office, told.holder, told.product) == (
        permit.office.name,
        permit.holder,
        permit.data["judul"],
    )
    event = Event.objects.get(subject=case.subject, kind="permit.number-taken")
    assert event.data["data"] == digest(permit.data)  # so the token is on record too
    assert token_of(permit) not in json.dumps(event.data)


def test_a_token_says_no_more_than_the_public_page(stage: Stage) -> None:
    permit = permit_of(stage("unduh"))
    told = tokens.verify(token_of(permit), proof.public_keys())
    public = {value for _, value in queries.facts(permit)}
    for said in (
        told.office,
        told.number,
        told.product,
        told.holder,
        told.activity,
        told.place,
        told.validity,
    ):
        assert any(fact.startswith(said.removesuffix("…")) for fact in public), said
    answers = permit.data["jawaban"]
    for name in ("nama-pemilik", "nik", "hp", "alamat", "nib"):
        assert answers[name] not in "".join((told.office, told.holder, told.activity, told.place))


def test_the_printed_qr_is_address_code_and_token(stage: Stage, settings: object) -> None:
    permit = permit_of(stage("unduh"))
    assert permit.file is not None
    wanted = f"{settings.PUBLIC_URL}/cek/{permit.code}#{token_of(permit)}"  # type: ignore[attr-defined]
    signed = files.read(permit.file)
    assert scan.read(signed) == [wanted]
    assert scan.read(papers.large_copy(permit)) == [wanted]
    address, sign, token = wanted.partition("#")
    modules = len(segno.make([address + sign, token], error="m").matrix)  # type: ignore[arg-type]
    assert scan.width_mm(signed) == pytest.approx(modules * 0.42, rel=0.01)


def test_a_draft_has_neither_token_nor_qr(stage: Stage) -> None:
    case = stage("tanda-tangan")
    draft = queries.draft_of(case)
    assert draft is not None
    assert "token" not in json.dumps(draft.data)
    assert scan.read(papers.preview(case, draft.data, f.actor("kadis"))) == []


def test_a_paper_from_before_the_token_prints_as_it_did(stage: Stage, settings: object) -> None:
    permit = permit_of(stage("unduh"))
    del permit.data["dokumen"]["token"]
    assert scan.read(papers.sheet(permit)) == [f"{settings.PUBLIC_URL}/cek/{permit.code}"]  # type: ignore[attr-defined]


# Keys -------------------------------------------------------------------------------------------------------------


def test_keys_are_published_and_private_to_their_owner(own_keys: Path, client: Client) -> None:
    answer = client.get("/cek/kunci.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert tokens.read_keys(answer.content) == proof.public_keys()
    (secret,) = own_keys.iterdir()
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.read_bytes().hex() not in answer.content.hex()
    assert (len(answer.json()["keys"]), answer.json()["keys"][0]["sampai"]) == (1, None)


def test_a_new_key_signs_from_its_day_and_the_old_one_still_proves(own_keys: Path, stage: Stage) -> None:
    permit = permit_of(stage("unduh"))
    before = proof.token(permit.case, permit.data, permit)
    fresh = proof.rotate(DAY + timedelta(days=2), today=DAY)
    assert proof.rotate(fresh.since or DAY, today=DAY) == fresh
    old, new = proof.public_keys()
    assert (old.until, new.since, new.until) == (DAY + timedelta(days=1), DAY + timedelta(days=2), None)
    assert proof.token(permit.case, permit.data, permit) == before
    permit.data["dokumen"]["tanggal"] = (DAY + timedelta(days=2)).isoformat()
    after = proof.token(permit.case, permit.data, permit)
    for token in (before, after):
        assert tokens.verify(token, proof.public_keys()).number == permit.number
    with f.refusal("proof.unknown-key"):
        tokens.verify(after, [old])


def test_a_new_key_gives_notice(own_keys: Path, db: None) -> None:
    with f.refusal("proof.too-soon", 422):
        proof.rotate(DAY + timedelta(days=1), today=DAY)
    assert [key.since for key in proof.public_keys()] == [None]


def test_the_commands_change_the_key_and_prove_a_paper(
    own_keys: Path, stage: Stage, tmp_path: Path, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    permit = permit_of(stage("unduh"))
    minted = proof.token(permit.case, permit.data, permit)
    with time_machine.travel(f.AT):
        assert main(["permit", "new-key", "--from", "2026-03-05"]) == 1
        assert "paling cepat mulai dipakai tanggal" in capsys.readouterr().out
        assert main(["permit", "new-key", "--from", "2027-01-01"]) == 0
    assert proof.public_keys()[-1].since == date(2027, 1, 1)
    keys = tmp_path / "kunci.json"
    keys.write_bytes(client.get("/cek/kunci.json").content)
    assert main(["permit", "verify-token", minted, "--key", str(keys)]) == 0
    said = capsys.readouterr().out
    for fact in (permit.number, permit.holder, show_code(permit.code), "ya, bukan izin", "4 Maret 2026"):
        assert fact in said


# Pages ------------------------------------------------------------------------------------------------------------


def test_the_offline_page_alone_may_use_the_camera(client: Client) -> None:
    answer = client.get("/cek/luring")
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert "camera=()" in client.get("/cek").headers["Permissions-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script>" not in answer.content.decode()


def test_the_worker_may_serve_only_what_lies_below_cek(client: Client) -> None:
    answer = client.get("/cek/penjaga.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Service-Worker-Allowed" not in answer.headers  # so its scope is /cek/ at most
