# SPDX-License-Identifier: Apache-2.0
"""Signing by BSrE in the request of the head: once under each number, never while a result is open, no passphrase left."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from satupintu.adapters.bsre import simulator
from satupintu.cases.models import Case
from satupintu.core.access import system
from satupintu.core.refusal import Refusal
from satupintu.door import files
from satupintu.door.moment import at_moment
from satupintu.door.read import verify
from satupintu.offices import actions as offices
from satupintu.offices.models import Office
from satupintu.permits import actions, bsre, papers, queries
from satupintu.permits.models import Attempt, Permit
from tests import factories as f

NIK, CANARY = "6102010101700001", "Frasa-Kenari 7Yq! yang panjang sekali"
Stage = Callable[[str], Case]


@pytest.fixture
def service(db: None, settings: Any, tmp_path: Path) -> Iterator[simulator.Bsre]:
    """A signing service on loopback, and the office that uses it."""
    running = simulator.serve(simulator.Bsre({NIK: simulator.User(CANARY)}))
    account = tmp_path / "akun"
    account.write_text(":".join(running.service.account), "utf-8")
    account.chmod(0o600)
    settings.BSRE_URL, settings.BSRE_API, settings.BSRE_ACCOUNT = running.url, "v1", str(account)
    yield running.service
    running.stop()


@pytest.fixture
def case(stage: Stage, service: simulator.Bsre) -> Case:
    """A file on the head's table, in an office whose head signs by BSrE."""
    found = stage("tanda-tangan")
    use_bsre()
    return f.sign(f.fresh(found))


def use_bsre() -> None:
    office = Office.objects.get(slug="mempawah")
    offices.set_rule(system(f.AT), office.pk, name="signer", value="bsre", since=f.AT.date(), basis="Contoh")


def permit_of(case: Case) -> Permit:
    found = queries.of_case(case)
    assert found is not None
    return found


def send(case: Case, passphrase: str = CANARY) -> None:
    with at_moment(f.AT):
        bsre.sign(f.actor("kadis"), [permit_of(case)], nik=NIK, passphrase=passphrase)


def times(service: simulator.Bsre, case: Case) -> int:
    return service.times_signed[hashlib.sha256(papers.sheet(permit_of(case))).hexdigest()]


def test_the_number_is_taken_and_nothing_is_queued(case: Case) -> None:
    permit = permit_of(case)
    assert (permit.state, permit.hand, f.jobs()) == (Permit.SIGNING, "bsre", [])
    assert permit.data["dokumen"]["penerbit_sertifikat"].startswith("Balai Besar Sertifikasi Elektronik")


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_it_is_signed_stored_and_the_case_goes_on(
    version: str, case: Case, service: simulator.Bsre, settings: Any
) -> None:
    settings.BSRE_API = version
    send(case)
    permit = permit_of(case)
    assert permit.file is not None
    assert (permit.state, permit.level, f.fresh(case).step) == (Permit.ISSUED, "B-B", "beritahu")
    assert files.read(permit.file).startswith(papers.sheet(permit))
    assert queries.check_file(files.read(permit.file)).verdict == queries.GENUINE
    assert [a.state for a in permit.attempts.all()] == [Attempt.SIGNED]
    assert times(service, case) == 1
    assert verify().ok
    send(case)
    assert times(service, case) == 1


def test_a_wrong_passphrase_signs_nothing_and_the_number_stays(case: Case, service: simulator.Bsre) -> None:
    number = permit_of(case).number
    with pytest.raises(Refusal, match=r"bsre\.passphrase"):
        send(case, "salah")
    permit = permit_of(case)
    assert (permit.state, permit.attempts.get().code, times(service, case)) == (
        Permit.SIGNING,
        "passphrase",
        0,
    )
    send(case)
    assert (permit_of(case).number, permit_of(case).state, times(service, case)) == (number, Permit.ISSUED, 1)


def test_a_wrong_passphrase_is_not_tried_on_the_next_document(stage: Stage, service: simulator.Bsre) -> None:
    first = stage("tanda-tangan")
    use_bsre()
    both = [permit_of(f.sign(f.fresh(first))), permit_of(f.sign(f.forwarded()))]
    with pytest.raises(Refusal, match=r"bsre\.passphrase"):
        bsre.sign(f.actor("kadis"), both, nik=NIK, passphrase="salah")
    assert service.requests["/api/sign/pdf"] == 1


@pytest.mark.parametrize("mishap", ["504", "504 after signing"])
def test_what_nobody_knows_is_never_sent_again(
    mishap: simulator.Mishap, case: Case, service: simulator.Bsre
) -> None:
    service.mishaps.append(mishap)
    send(case)
    attempt = permit_of(case).attempts.get()
    assert (attempt.state, attempt.code) == (Attempt.SENT, "unknown")
    send(case)  # the head presses again: nothing leaves
    assert service.requests["/api/sign/pdf"] == 1
    with f.refusal("permits.result-open"):
        actions.sending(f.actor("kadis"), permit_of(case).pk)
    assert queries.check_code_of(permit_of(case).code).verdict == queries.UNSIGNED


def test_an_answer_that_was_cut_off_is_fetched_by_its_id(case: Case, service: simulator.Bsre) -> None:
    service.mishaps.append("cut after signing")
    send(case)
    assert permit_of(case).attempts.get().reference
    assert f.jobs() == ["permits.fetch"]
    f.run_jobs(f.AT + f.minutes(1))
    assert (permit_of(case).state, times(service, case)) == (Permit.ISSUED, 1)


def test_a_process_that_died_after_sending_leaves_the_result_open(case: Case) -> None:
    actions.sending(f.actor("kadis"), permit_of(case).pk)  # and here it dies: no answer was seen
    send(case)
    assert permit_of(case).state == Permit.SIGNING
    assert permit_of(case).attempts.count() == 1


def test_two_persons_let_it_be_sent_again(case: Case, service: simulator.Bsre) -> None:
    service.mishaps.append("504")
    send(case)
    later = f.AT + f.minutes(5)
    told = "Log layanan: tidak ada dokumen ini."
    with f.refusal("permits.result-known"):  # its sender may still be waiting
        actions.settle_unsigned(f.actor("koordinator"), case.pk, reason=told, asked=f.asked())
    head, coordinator = f.actor("kadis", later), f.actor("koordinator", later)
    for other in (head, f.actor("jf", later)):
        with f.refusal("access.role", 403):
            actions.settle_unsigned(other, case.pk, reason=told, asked=f.asked())
    signer = replace(head, capacities=(*head.capacities, *coordinator.capacities))
    with f.refusal("permits.own-signature", 403):
        actions.settle_unsigned(signer, case.pk, reason=told, asked=f.asked())
    with f.refusal("cases.no-reason", 422):
        actions.settle_unsigned(coordinator, case.pk, reason=" ", asked=f.asked())
    actions.settle_unsigned(coordinator, case.pk, reason=told, asked=f.asked())
    send(case)
    assert (permit_of(case).state, times(service, case)) == (Permit.ISSUED, 1)
    assert "permit.signature-settled" in f.kinds(case)


def test_what_comes_back_must_be_this_permit_and_whole(
    case: Case, service: simulator.Bsre, stage: Stage
) -> None:
    permit = permit_of(case)
    attempt = actions.sending(f.actor("kadis"), permit.pk)
    _, signed = service.sign(papers.sheet(permit), "", "")
    broken = bytearray(signed)
    broken[len(signed) // 3] ^= 1
    _, other = service.sign(papers.sheet(permit_of(stage("unduh"))), "", "")
    for wrong in (b"", b"%PDF-1.7 nothing", papers.sheet(permit), bytes(broken), other):
        bsre.keep(permit, attempt, wrong)
        assert permit_of(case).state == Permit.SIGNING
    assert permit.attempts.get().code == "altered"
    bsre.keep(permit, attempt, signed)
    assert permit_of(case).state == Permit.ISSUED


def test_only_who_took_the_number_signs_it(case: Case) -> None:
    f.newcomer("plt@mempawah.example", "kepala-dinas")
    with f.refusal("permits.other-signer", 403):
        actions.sending(f.actor("plt@mempawah.example"), permit_of(case).pk)
    with f.refusal("access.role", 403):
        actions.sending(f.actor("jf"), permit_of(case).pk)


def test_who_cannot_sign_is_told_before_a_passphrase_leaves(service: simulator.Bsre) -> None:
    service.users["6102010101700009"] = simulator.User(CANARY, "expired")
    bsre.ready(NIK)
    for nik, code in (("6102010101700002", "bsre.not-registered"), ("6102010101700009", "bsre.expired")):
        with f.refusal(code):
            bsre.ready(nik)


def test_an_unsafe_setting_sends_nothing(service: simulator.Bsre, settings: Any) -> None:
    kept, secret = settings.BSRE_URL, Path(settings.BSRE_ACCOUNT)
    for url, code in (
        ("http://esign.kampar.example", "bsre.insecure"),
        ("", "bsre.not-set"),
        ("ftp://127.0.0.1", "bsre.insecure"),
    ):
        settings.BSRE_URL = url
        with f.refusal(code):
            bsre.connect()
    settings.BSRE_URL = kept
    secret.chmod(0o644)
    with f.refusal("signing.open-file"):
        bsre.connect()


def test_the_passphrase_rests_nowhere(
    stage: Stage, service: simulator.Bsre, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Signed, refused, down, unknown, cut off: afterwards it is in no table, no log, no file of the house."""
    caplog.set_level(logging.DEBUG)
    first = stage("tanda-tangan")
    use_bsre()
    for mishap in (None, "503", "504 after signing", "cut after signing"):
        service.mishaps.append(mishap)
        case = f.sign(f.fresh(first) if mishap is None else f.forwarded())
        if mishap == "503":
            with pytest.raises(Refusal) as no:
                send(case)
            assert CANARY not in f"{no.value!r} {vars(no.value)} {no.value.__cause__!r}"
        else:
            send(case)
    f.run_jobs(f.AT + f.minutes(1))
    assert service.times_signed.total() == 3  # so the canary has been sent, and was the right one
    dump = io.StringIO()
    call_command("dumpdata", stdout=dump, natural_foreign=True)
    parts = {CANARY, CANARY.split()[1], "Frasa-Kenari"}
    everywhere = [dump.getvalue(), caplog.text]
    everywhere += [p.read_bytes().decode("latin-1") for p in Path(settings.HOME).rglob("*") if p.is_file()]
    assert "permits.jobs.fetch" in dump.getvalue()  # jobs, too, are among what was searched
    for text in everywhere:
        assert not any(part in text for part in parts)
