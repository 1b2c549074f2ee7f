# SPDX-License-Identifier: Apache-2.0
"""The head signs many drafts: opened first, each exactly once, cut off and taken up again, with and without a script."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from satupintu.accounts.models import Account
from satupintu.adapters.bsre import simulator
from satupintu.cases.models import Case
from satupintu.core.access import system
from satupintu.door.moment import at_moment
from satupintu.door.read import verify
from satupintu.offices import actions as offices
from satupintu.offices.models import Office
from satupintu.permits import actions, bsre, papers, queries
from satupintu.permits.models import Batch, Permit
from tests import factories as f

NIK, PHRASE = "6102010101700001", "kalimat rahasia kepala dinas"
Stage = Callable[[str], Case]


@pytest.fixture
def service(db: None, settings: Any, tmp_path: Path) -> Iterator[simulator.Bsre]:
    running = simulator.serve(simulator.Bsre({NIK: simulator.User(PHRASE)}))
    account = tmp_path / "akun"
    account.write_text(":".join(running.service.account), "utf-8")
    account.chmod(0o600)
    settings.BSRE_URL, settings.BSRE_ACCOUNT = running.url, str(account)
    yield running.service
    running.stop()


def use_bsre() -> None:
    office = Office.objects.get(slug="mempawah")
    offices.set_rule(system(f.AT), office.pk, name="signer", value="bsre", since=f.AT.date(), basis="Contoh")


@pytest.fixture
def head(stage: Stage) -> Iterator[Client]:
    """The head of the office, logged in, at the time of the factories."""
    stage("tanda-tangan")
    client = Client()
    f.log_in(client, Account.objects.get(email="kadis@mempawah.example"))
    with at_moment(f.AT):
        yield client


def waiting(count: int) -> list[Case]:
    """The drafts on the head's table, so many of them."""
    there = list(Case.objects.filter(step="tanda-tangan").order_by("pk"))
    return there + [f.forwarded() for _ in range(count - len(there))]


def opened(head: Client, cases: list[Case]) -> None:
    for case in cases:
        assert head.get(f"/berkas/{case.key}?lihat=draf").status_code == 200


def begin(head: Client, cases: list[Case]) -> str:
    """Open the drafts, tick them, and come to the page of the batch."""
    opened(head, cases)
    answer = head.post("/tanda-tangan", {"berkas": [str(case.key) for case in cases]})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def post(head: Client, page: str, *, script: bool = False, **typed: str) -> Any:
    headers = {"HX-Request": "true"} if script else {}
    return head.post(page, {"baca": "ya", "nik": NIK, "frasa": PHRASE, **typed}, headers=headers, follow=True)


def states(cases: list[Case]) -> list[str]:
    return list(Permit.objects.filter(case__in=cases).order_by("pk").values_list("state", flat=True))


def times(service: simulator.Bsre, cases: list[Case]) -> list[int]:
    permits = Permit.objects.filter(case__in=cases).select_related("case__office", "office").order_by("pk")
    return [service.times_signed[hashlib.sha256(papers.sheet(one)).hexdigest()] for one in permits]


def test_only_what_was_opened_can_be_ticked(head: Client) -> None:
    first, second = waiting(2)
    opened(head, [first])
    page = head.get("/tanda-tangan").content.decode()
    assert f'value="{first.key}" checked' in page
    assert f'value="{second.key}"' not in page
    answer = head.post("/tanda-tangan", {"berkas": [str(first.key), str(second.key)]})
    assert (answer.status_code, Batch.objects.count()) == (422, 0)
    assert "belum Anda buka" in answer.content.decode()
    empty = head.post("/tanda-tangan", {})
    assert (empty.status_code, Batch.objects.count()) == (422, 0)


def test_a_batch_is_begun_once_by_the_head_of_that_office_alone(head: Client) -> None:
    (case,) = waiting(1)[:1]
    draft = queries.draft_of(case)
    assert draft is not None
    drafts, asked = [(str(case.key), queries.draft_seal(draft))], f.asked()
    for who, code in (
        ("jf", "access.role"),
        ("auditor", "access.role"),
        ("kadis@kampar.example", "access.not-yours"),
    ):
        with f.refusal(code):
            actions.begin_batch(f.actor(who), case.office, drafts=drafts, asked=f.asked())
    with f.refusal("access.not-yours", 404):
        kampar = Office.objects.get(slug="kampar")
        actions.begin_batch(f.actor("kadis@kampar.example"), kampar, drafts=drafts, asked=f.asked())
    with f.refusal("permits.batch-large", 422):
        actions.begin_batch(f.actor("kadis"), case.office, drafts=drafts * 201, asked=f.asked())
    first = actions.begin_batch(f.actor("kadis"), case.office, drafts=drafts, asked=asked)
    assert actions.begin_batch(f.actor("kadis"), case.office, drafts=drafts, asked=asked) == first
    assert Batch.objects.count() == 1
    assert verify().ok


def test_oldest_file_first(head: Client) -> None:
    old, new = waiting(1)[0], f.forwarded(f.AT - f.minutes(60 * 24 * 10))
    page = head.get("/tanda-tangan").content.decode()
    assert page.index(new.receipt) < page.index(old.receipt)


def test_the_worker_signs_them_after_one_press(head: Client) -> None:
    cases = waiting(3)
    page = begin(head, cases)
    summary = head.get(page).content.decode()
    assert "Ringkasan sebelum tanda tangan" in summary
    assert "frasa" not in summary
    assert head.post(page, {}).status_code == 422  # not yet said that it was read
    assert states(cases) == []
    answer = post(head, page)
    assert (answer.status_code, answer["Refresh"]) == (200, "3")
    assert f.jobs().count("permits.sign") == 3
    f.run_jobs()
    assert states(cases) == [Permit.ISSUED] * 3
    done = head.get(page)
    assert "<b>3 dari 3</b> ditandatangani" in done.content.decode()
    assert "Refresh" not in done.headers
    assert verify().ok


def test_pressed_twice_takes_one_number_each(head: Client) -> None:
    cases = waiting(2)
    page = begin(head, cases)
    post(head, page)
    post(head, page)
    numbers = list(Permit.objects.filter(case__in=cases).values_list("number", flat=True))
    assert (len(numbers), f.jobs().count("permits.sign")) == (2, 2)


def test_a_draft_that_was_changed_afterwards_is_not_signed_unread(head: Client) -> None:
    first, second = waiting(2)
    page = begin(head, [first, second])
    kept = queries.draft_of(first)
    assert kept is not None
    kept.data = {**kept.data, "kewajiban": ["Lain."]}
    kept.save()
    answer = post(head, page).content.decode()
    assert "berubah sesudah Anda baca" in answer
    assert [queries.of_case(case) is not None for case in (first, second)] == [False, True]


@pytest.fixture
def twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at once, not ten: five drafts are made quicker than thirty. J7 in full is walked by bench/batch.py."""
    assert bsre.MOST_AT_ONCE == 10
    monkeypatch.setattr(bsre, "MOST_AT_ONCE", 2)


def test_j7_cut_off_half_way_and_a_gateway_that_gives_up(
    head: Client, service: simulator.Bsre, twos: None
) -> None:
    """The answer of the first post is lost, 504 comes once, the service goes away: each document is signed once."""
    use_bsre()
    cases = waiting(5)
    page = begin(head, cases)
    assert 'name="frasa"' in head.get(page).content.decode()
    service.mishaps.extend([None, "504 after signing"])
    post(head, page)  # the answer is lost on the way back: the head sees nothing, and looks again
    again = head.get(page).content.decode()
    assert "<b>1 dari 5</b> ditandatangani" in again
    assert "Belum pasti, sedang dicek" in again
    assert "Lanjutkan 3 draf" in again
    assert 'hx-trigger="load"' not in again  # without a script the passphrase is asked again
    service.mishaps.extend([None, "503"])
    lost = post(head, page)
    assert lost.status_code == 422
    assert PHRASE not in lost.content.decode()
    first = post(head, page, script=True)  # pressed again: what failed goes too
    assert 'hx-trigger="load"' not in first.content.decode()
    assert (first["HX-Retarget"], first["HX-Reselect"]) == ("#isi", "#isi")
    assert times(service, cases) == [1] * 5
    assert states(cases).count(Permit.ISSUED) == 4  # the one of the 504 waits for somebody to ask
    numbers = Permit.objects.filter(case__in=cases).order_by("pk").values_list("number", flat=True)
    taken = [int(re.findall(r"\d{4}", number)[0]) for number in numbers]
    assert taken == list(range(taken[0], taken[0] + 5))
    assert verify().ok


def test_a_script_posts_the_next_ones_until_none_is_left(
    head: Client, service: simulator.Bsre, twos: None
) -> None:
    use_bsre()
    cases = waiting(3)
    page = begin(head, cases)
    first = post(head, page, script=True)
    assert 'hx-trigger="load"' in first.content.decode()
    assert "HX-Retarget" not in first.headers
    last = post(head, page, script=True, lanjut="1")
    assert "HX-Retarget" in last.headers  # the form is made anew: the passphrase is gone from the page
    assert times(service, cases) == [1] * 3


def test_a_wrong_passphrase_is_said_and_gone(head: Client, service: simulator.Bsre) -> None:
    use_bsre()
    cases = waiting(2)
    page = begin(head, cases)
    wrong = "frasa yang keliru tetapi panjang"
    for script in (False, True):
        answer = post(head, page, script=script, frasa=wrong)
        assert answer.status_code == 422
        assert "Frasa sandi tidak cocok" in answer.content.decode()
        assert wrong not in answer.content.decode()
    assert answer["HX-Retarget"] == "#isi"
    assert service.requests["/api/v2/sign/pdf"] == 2  # one try each time, never the next document
    assert len(states(cases)) == 1  # nor the next number
    post(head, page)
    assert times(service, cases) == [1, 1]


def test_nothing_leaves_without_passphrase_or_nik(head: Client, service: simulator.Bsre) -> None:
    use_bsre()
    page = begin(head, waiting(1))
    for typed in ({"frasa": ""}, {"nik": "123"}, {"nik": "6102010101700002"}, {"baca": ""}):
        assert post(head, page, **typed).status_code in (409, 422)
    assert not Permit.objects.filter(signer=f.actor("kadis").person, hand="bsre").exists()
    assert service.requests["/api/v2/sign/pdf"] == 0


def test_a_single_draft_goes_the_same_way(head: Client, service: simulator.Bsre) -> None:
    use_bsre()
    (case,) = waiting(1)[:1]
    opened(head, [case])
    answer = head.post(f"/berkas/{case.key}/tanda-tangan", {})
    assert re.fullmatch(r"/tanda-tangan/[0-9a-f-]{36}", answer["Location"])
    post(head, answer["Location"])
    assert states([case]) == [Permit.ISSUED]


def test_what_is_open_is_told_to_everybody_and_settled_by_a_colleague(
    head: Client, service: simulator.Bsre
) -> None:
    use_bsre()
    (case,) = waiting(1)[:1]
    page = begin(head, [case])
    service.mishaps.append("504")
    post(head, page)
    assert "belum selesai ditandatangani" in head.get("/tanda-tangan").content.decode()
    assert "Halaman tanda tangan" in head.get(f"/berkas/{case.key}").content.decode()
    colleague, other = Client(), Client()
    f.log_in(colleague, Account.objects.get(email="koordinator@mempawah.example"))
    f.log_in(other, Account.objects.get(email="jf@mempawah.example"))
    with at_moment(f.AT + f.minutes(5)):
        assert "Koordinator menanyakannya" in other.get(f"/berkas/{case.key}").content.decode()
        assert other.get(f"/berkas/{case.key}/pastikan").status_code == 403
        assert "Pastikan hasilnya" in colleague.get(f"/berkas/{case.key}").content.decode()
        told = {"alasan": "Catatan layanan: tidak ada dokumen ini."}
        assert colleague.post(f"/berkas/{case.key}/pastikan", told).status_code == 302
        post(head, page)
    assert (states([case]), times(service, [case])) == ([Permit.ISSUED], [1])


def test_a_batch_of_somebody_else_does_not_exist(head: Client) -> None:
    page = begin(head, waiting(1))
    f.newcomer("plt@mempawah.example", "kepala-dinas")
    other = Client()
    f.log_in(other, Account.objects.get(email="plt@mempawah.example"))
    assert other.get(page).status_code == 404
    assert other.post(page, {"baca": "ya"}).status_code == 404


def test_a_proof_that_grew_old_is_asked_for_anew_and_no_draft_is_called_failed(head: Client) -> None:
    cases, old = waiting(2), Client()
    page = begin(head, cases)
    f.log_in(old, Account.objects.get(email="kadis@mempawah.example"), f.AT - f.minutes(16))
    assert old.get(page).status_code == 200  # reading on needs no fresh proof
    plain = old.post(page, {"baca": "ya"}, headers={"Referer": f"http://testserver{page}"})
    assert plain["Location"].startswith("/akun/pastikan?next=")
    part = old.post(page, {"baca": "ya"}, headers={"HX-Request": "true"})
    assert part["HX-Redirect"].startswith("/akun/pastikan?next=")  # the whole page, not a part of it
    assert (states(cases), Batch.objects.get().failed) == ([], {})
