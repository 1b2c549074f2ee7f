# SPDX-License-Identifier: Apache-2.0
"""A permohonan goes to OSS and comes back, over real sockets: taken, answered, refused, doubled, lost, late."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from satupintu.accounts.models import Account
from satupintu.adapters.oss import simulator
from satupintu.adapters.oss.client import TOKEN, token
from satupintu.adapters.oss.simulator import Oss
from satupintu.applications import actions as applications
from satupintu.applications.models import Application
from satupintu.businesses import actions as businesses
from satupintu.businesses.models import Business
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.door import files, read
from satupintu.door.moment import at_moment
from satupintu.door.worker import drain
from satupintu.licensing import actions as licensing
from satupintu.licensing import queries
from satupintu.licensing.actions import channel
from satupintu.licensing.jobs import hand_over
from satupintu.licensing.models import HandOver, OssMessage, OssProduct
from satupintu.notices.models import Notice
from satupintu.offices.models import Office
from satupintu.permits.models import Permit
from tests import factories as f

Stage = Callable[[str], Any]
KEY, USER, PASSWORD = "kunci-contoh-oss", "kampar", "kata-sandi-oss-contoh"
ADMIN = "admin@kampar.example"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BY = {"title": "Keputusan contoh", "number": "1/2026", "dated": f.AT.date(), "day": f.AT.date()}


@pytest.fixture
def oss(settings: Any) -> Iterator[Oss]:
    """An OSS of our own on a real socket."""
    other = Oss(KEY, USER, PASSWORD)
    server = simulator.serve(other)
    settings.OSS_URL, settings.OSS_KEY = f"{other.address}/v1/kl/rba", KEY
    settings.OSS_USER, settings.OSS_PASSWORD, settings.OSS_TIMEOUT = USER, PASSWORD, 5.0
    yield other
    server.shutdown()
    server.server_close()


def hand_in(*activities: dict[str, Any], who: str = "pemohon") -> Case:
    """A permohonan of Kampar, sent by the channel of OSS; nothing has left yet."""
    with at_moment(f.AT):
        draft = f.business_draft(*(activities or (warung(), kebun())), who=who)
        given = licensing.submit(f.actor(who), draft.key, ticked=f.statements(draft), asked=f.asked())
    found = case_queries.by_receipt(given["receipt"])
    assert found is not None
    return found


def warung(**differs: Any) -> dict[str, Any]:
    """An activity of medium-high risk."""
    product = {
        "id": "1",
        "jenis": "Nasi",
        "kapasitas": "1000",
        "satuan": "porsi",
        "halal": False,
        "sni": False,
    }
    more = {"luas": "120.5", "produk": [product], "titik": {"lintang": "0.33", "bujur": "101.02"}}
    return f.activity(f.MEDIUM_HIGH, **{**more, **differs})


def kebun() -> dict[str, Any]:
    return f.activity(f.LOW)


@pytest.fixture
def kampar(stage: Stage) -> Office:
    """Kampar, where two persons have ruled that OSS issues."""
    stage("verifikasi")
    f.newcomer(ADMIN, "administrator", office="kampar")
    office = Office.objects.get(slug="kampar")
    wanted = channel.Wanted("oss", productive=True, **BY)
    key = channel.propose(f.actor(ADMIN), office, wanted, asked=f.asked())["ruling"]
    channel.answer(f.actor("kadis@kampar.example"), uuid.UUID(key), accept=True, asked=f.asked())
    return office


@pytest.fixture
def case(kampar: Office, oss: Oss) -> Case:
    return hand_in()


def run(after: timedelta = timedelta(0)) -> None:
    f.run_jobs(f.AT + after)


def state(case: Case) -> tuple[str, str, str]:
    """(state, why, said) of its hand-over."""
    row = HandOver.objects.get(case=case)
    return row.state, row.why, row.said


def step(case: Case) -> str:
    return case_queries.rows().get(pk=case.pk).step


def end(case: Case) -> str:
    return case_queries.rows().get(pk=case.pk).end


def kept(oss: Oss) -> dict[str, Any]:
    return list(oss.taken.values())[-1]


def call(
    method: str, body: dict[str, Any], *, after: timedelta = timedelta(0), sign: str | None = None
) -> int:
    """OSS calls the office at this instant; the jobs that follow run."""
    nib = next(iter(body.values())).get("nib") or ""
    header = token(USER, PASSWORD, nib, f"{f.AT + after:%Y%m%d}") if sign is None else sign
    with at_moment(f.AT + after):
        answer = Client().post(
            f"/webhook/oss/{method}", json.dumps(body), "application/json", headers={TOKEN: header}
        )
    run(after)
    return answer.status_code


def issued(oss: Oss, **changes: Any) -> dict[str, Any]:
    return {"dataNIB": oss.issued(kept(oss), **changes)}


def message(method: str = "receiveNIB") -> OssMessage:
    return OssMessage.objects.filter(method=method).latest("pk")


# The way there and back ------------------------------------------------------------------------------------------


def test_it_goes_to_oss_and_its_products_come_back(case: Case, oss: Oss) -> None:
    run()
    assert state(case) == ("sent", "", "")
    assert step(case) == "di-oss"
    sent = kept(oss)["data"]
    assert [one["nomor_proyek"] for one in sent["data_proyek"]] == [
        f"{case.receipt}-01",
        f"{case.receipt}-02",
    ]
    assert call("receiveNIB", issued(oss)) == 200
    assert state(case) == ("answered", "", "granted")
    assert end(case) == "selesai"
    nib, izin = queries.products_of(case)
    assert (nib.kind, nib.number, nib.verified) == ("nib", "9900000000001", True)
    assert (izin.kind, izin.number, izin.verified) == ("ss", "99000000000010001", False)
    assert izin.file is not None
    assert files.read(izin.file) == simulator.paper(f"/berkas/{izin.licence}.pdf")
    kinds = [line.kind for line in read.history(case)]
    assert [kind for kind in kinds if kind.startswith("oss.")] == ["oss.sent", "oss.granted"]


def test_what_leaves_is_in_oss_s_words(case: Case, oss: Oss) -> None:
    run()
    first = kept(oss)["data"]["data_proyek"][0]
    assert (first["kbli"], first["skala_usaha"], first["skala_resiko"]) == (11052, "01", "MT")
    assert (first["status_tanah"], first["memiliki_menguasai"], first["luas_tanah"]) == ("02", "Y", 121)
    assert first["jumlah_investasi"] == 1_335_000_000
    assert first["data_lokasi_proyek"][0]["proyek_daerah_id"] == "1401012001"
    assert first["data_proyek_produk"][0]["kapasitas"] == 1000


def test_an_answer_at_once_is_kept_and_applied_like_any_other(case: Case, oss: Oss) -> None:
    oss.mood = "at-once"
    run()
    assert state(case) == ("answered", "", "granted")
    assert message().state == OssMessage.APPLIED


def test_oss_refuses_with_its_reason_for_the_applicant(case: Case, oss: Oss) -> None:
    run()
    oss.refuses = "Lokasi tidak sesuai tata ruang."
    call("receiveLicenseStatus", {"IZINSTATUS": oss.refusal(kept(oss))})
    assert state(case) == ("answered", "", "refused")
    assert end(case) == "ditolak"
    assert case.remarks.get().text == "Lokasi tidak sesuai tata ruang."
    assert not OssProduct.objects.exists()


def test_oss_says_later_that_a_product_is_verified(case: Case, oss: Oss) -> None:
    run()
    call("receiveNIB", issued(oss))
    ss = OssProduct.objects.get(kind="ss")
    final = {"nib": "9900000000001", "id_izin": ss.licence, "nomor_izin": ss.number, "status_izin": "50"}
    call("receiveLicense", {"IZINFINAL": final}, after=DAY)
    ss.refresh_from_db()
    assert ss.verified
    call("receiveLicense", {"IZINFINAL": {**final, "nomor_izin": "99000000000019999"}}, after=DAY)
    assert message("receiveLicense").state == OssMessage.CONTRADICTS
    ss.refresh_from_db()
    assert (ss.verified, ss.number) == (True, "99000000000010001")


def test_the_signed_paper_comes_with_receive_file_ds(case: Case, oss: Oss) -> None:
    run()
    whole = issued(oss)
    for row in whole["dataNIB"]["data_checklist"]:
        row["file_izin"] = ""
    call("receiveNIB", whole)
    ss = OssProduct.objects.get(kind="ss")
    assert ss.file is None
    told = {"nib": "9900000000001", "id_izin": ss.licence, "file_izin": f"{oss.address}/berkas/x.pdf"}
    call("receiveFileDS", {"receiveFileDS": told})
    ss.refresh_from_db()
    assert ss.file is not None


def test_a_paper_of_another_host_is_not_fetched(case: Case, oss: Oss) -> None:
    run()
    whole = issued(oss)
    whole["dataNIB"]["data_checklist"][0]["file_izin"] = f"http://127.0.0.1:{f.free_port()}/x.pdf"
    call("receiveNIB", whole)
    assert OssProduct.objects.get(kind="ss").file is None
    assert state(case) == ("answered", "", "granted")


def test_the_business_is_oss_s_from_now_on(case: Case, oss: Oss) -> None:
    run()
    call("receiveNIB", issued(oss))
    business = Business.objects.get()
    assert (business.nib, business.issuer) == ("9900000000001", "oss")
    rows = business.activities.order_by("number")
    assert [(row.risk, row.case) for row in rows] == [("MT", case.key), ("R", case.key)]
    assert not Permit.objects.filter(case=case).exists()


def test_the_applicant_reads_where_his_file_is_and_who_acts(case: Case, oss: Oss) -> None:
    oss.mood = 503
    assert "sedang diteruskan ke OSS" in page(case)
    run()
    assert "OSS belum menjawab. Kami mencoba lagi sendiri sampai berhasil." in page(case)
    oss.mood = ""
    run(MINUTE)
    said = page(case)
    assert "Permohonan Anda ada di OSS" in said
    assert "Yang bertindak sekarang: OSS." in said
    assert "Tanggal selesai ditentukan OSS." in said
    call("receiveNIB", issued(oss), after=2 * MINUTE)
    said = page(case)
    for words in ("9900000000001", "99000000000010001", "Belum terverifikasi", "ditanyakan kepada OSS"):
        assert words in said


def page(case: Case) -> str:
    """The applicant's page of this file."""
    owner = f.log_in(Client(), Account.objects.get(email=f.APPLICANT))
    key = Application.objects.get(case=case).key
    with at_moment(f.AT + timedelta(minutes=3)):
        return " ".join(owner.get(f"/permohonan/{key}").content.decode().split())


def test_the_paper_is_handed_out_as_it_came_and_the_check_says_that_oss_issued_it(
    case: Case, oss: Oss
) -> None:
    run()
    call("receiveNIB", issued(oss))
    ss = OssProduct.objects.get(kind="ss")
    raw = simulator.paper(f"/berkas/{ss.licence}.pdf")
    address = reverse("portal:from_oss", args=[Application.objects.get(case=case).key, ss.key])
    owner = f.log_in(Client(), Account.objects.get(email=f.APPLICANT))
    assert owner.get(address).content == raw
    stranger = f.log_in(Client(), f.newcomer("lain@contoh.example"))
    assert stranger.get(address).status_code == 404
    pdf = SimpleUploadedFile("surat.pdf", raw, "application/pdf")
    said = " ".join(Client().post("/cek", {"pdf": pdf}).content.decode().split())
    for words in (
        "Diterbitkan OSS",
        "Bukan kantor kami yang menerbitkannya",
        "Belum terverifikasi",
        ss.number,
    ):
        assert words in said
    typed = Client().get("/cek", {"kode": ss.number}).content.decode()
    assert "Surat dari OSS ditanyakan kepada OSS." in typed


def test_a_nib_of_somebody_else_contradicts(case: Case, oss: Oss) -> None:
    run()
    call("receiveNIB", issued(oss))
    f.newcomer("lain@contoh.example")
    where = businesses.Where({"jalan": "Jalan Lain 1"}, "")
    data = {"name": "Orang Lain", "scale": "umk", "nik": "3171011708450001"}
    businesses.keep_person(f.actor("lain@contoh.example"), where=where, asked=f.asked(), **data)
    other = hand_in(who="lain@contoh.example")
    run()
    call("receiveNIB", issued(oss, nib="9900000000001"))
    assert message().state == OssMessage.CONTRADICTS
    assert state(other) == ("sent", "", "")
    assert Business.objects.get().actor.owner_key == case.owner_key


# OSS away --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mood", [503, 500, 429, "drop", "mute"])
def test_an_outage_of_a_day_loses_nothing_and_doubles_nothing(case: Case, oss: Oss, mood: Any) -> None:
    oss.mood = mood
    run()
    assert state(case) == ("waiting", "away", "")
    row = HandOver.objects.get(case=case)
    assert row.next_at == f.AT + MINUTE
    for _ in range(5):
        run(row.next_at - f.AT)
        row.refresh_from_db()
    run(DAY)
    row.refresh_from_db()
    assert (row.attempts, row.next_at) == (7, f.AT + DAY + timedelta(hours=1))
    oss.mood = ""
    run(DAY + timedelta(hours=1))
    assert state(case) == ("sent", "", "")
    assert len(oss.taken) == 1
    assert step(case) == "di-oss"


def test_nobody_listens(case: Case, settings: Any) -> None:
    settings.OSS_URL = f"http://127.0.0.1:{f.free_port()}/v1"
    run()
    assert state(case) == ("waiting", "away", "")


def test_an_installation_without_oss_keeps_the_file_waiting(case: Case, oss: Oss, settings: Any) -> None:
    settings.OSS_KEY = ""
    run()
    assert state(case) == ("waiting", "off", "")
    settings.OSS_KEY = KEY
    run(MINUTE)
    assert state(case) == ("sent", "", "")


def test_a_key_that_oss_does_not_know_waits_for_the_administrator(
    case: Case, oss: Oss, settings: Any
) -> None:
    settings.OSS_KEY = "kunci-lama"
    run()
    assert state(case) == ("waiting", "access", "")
    settings.OSS_KEY = KEY
    run(MINUTE)
    assert state(case) == ("sent", "", "")


def test_the_job_run_twice_hands_over_once(case: Case, oss: Oss) -> None:
    run()
    with at_moment(f.AT):
        hand_over.call(case_id=case.pk)
    assert oss.asked == 1


def test_the_answer_that_comes_before_its_receipt_is_applied(case: Case, oss: Oss) -> None:
    """OSS took it and fell silent: the result comes before we know that it was taken."""
    oss.mood = "mute"
    run()
    call("receiveNIB", issued(oss))
    assert state(case) == ("answered", "", "granted")
    oss.mood = ""
    run(MINUTE)
    assert state(case) == ("answered", "", "granted")
    assert oss.asked == 1


def test_a_refusal_that_comes_before_we_know_its_id_is_applied_when_we_do(case: Case, oss: Oss) -> None:
    oss.mood = "mute"
    run()
    call("receiveLicenseStatus", {"IZINSTATUS": oss.refusal(kept(oss))})
    assert message("receiveLicenseStatus").state == OssMessage.UNKNOWN
    oss.mood = ""
    run(MINUTE)
    assert state(case) == ("answered", "", "refused")


# What a person must mend -----------------------------------------------------------------------------------------


def test_a_field_one_character_too_long_does_not_leave_and_is_named(kampar: Office, oss: Oss) -> None:
    case = hand_in(warung(**{"kegiatan-uraian": "x" * 256}))
    run()
    assert state(case) == ("failed", "fields", "")
    row = HandOver.objects.get(case=case)
    assert row.words == "data_proyek[0].uraian_usaha: terlalu panjang (paling banyak 255)"
    assert oss.asked == 0
    assert Notice.objects.filter(account__email=ADMIN, about=case.subject).count() == 1
    fits = hand_in(warung(**{"kegiatan-uraian": "x" * 255}))
    run()
    assert state(fits) == ("sent", "", "")


def test_what_oss_finds_wrong_is_kept_in_its_words(case: Case, oss: Oss) -> None:
    oss.mood = "wrong"
    run()
    assert state(case) == ("failed", "rejected", "")
    assert HandOver.objects.get(case=case).words == "Data Parameter Salah"


# Bad answers -----------------------------------------------------------------------------------------------------


def test_a_wrong_token_changes_nothing_and_keeps_nothing(case: Case, oss: Oss) -> None:
    run()
    for sign in ("", "0" * 40, token(USER, "salah", "9900000000001", "20260304")):
        assert call("receiveNIB", issued(oss), sign=sign) == 403
    yesterday = token(USER, PASSWORD, "9900000000001", "20260303")
    assert call("receiveNIB", issued(oss), sign=yesterday) == 403
    assert not OssMessage.objects.exists()
    assert state(case) == ("sent", "", "")


def test_without_a_password_there_is_no_such_address(case: Case, oss: Oss, settings: Any) -> None:
    run()
    settings.OSS_PASSWORD = ""
    assert call("receiveNIB", issued(oss), sign="x") == 404
    settings.OSS_PASSWORD = PASSWORD
    assert call("updateLicense", issued(oss)) == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b"[" * 100_000, b"\xff", b'{"dataNIB": []}'])
def test_what_is_no_message_is_refused_without_an_error(db: None, oss: Oss, body: bytes) -> None:
    right = token(USER, PASSWORD, "", f"{f.AT:%Y%m%d}")
    with at_moment(f.AT):
        answer = Client().post("/webhook/oss/receiveNIB", body, "application/json", headers={TOKEN: right})
    assert answer.status_code in (200, 400)
    run()
    assert not OssMessage.objects.exclude(state=OssMessage.UNREADABLE).exists()


def test_the_same_message_again_is_counted_and_applied_once(case: Case, oss: Oss) -> None:
    run()
    for _ in range(3):
        assert call("receiveNIB", issued(oss)) == 200
    row = message()
    assert (row.times, row.state, OssMessage.objects.count()) == (3, OssMessage.APPLIED, 1)
    assert OssProduct.objects.count() == 2


def test_the_same_result_in_other_words_is_doubled(case: Case, oss: Oss) -> None:
    run()
    call("receiveNIB", issued(oss))
    call("receiveNIB", issued(oss, tgl_perubahan_nib="2026-03-05"))
    assert message().state == OssMessage.DOUBLED
    assert OssProduct.objects.count() == 2


def test_another_nib_for_the_same_file_contradicts(case: Case, oss: Oss) -> None:
    run()
    call("receiveNIB", issued(oss))
    call("receiveNIB", issued(oss, nib="9900000000777"))
    assert message().state == OssMessage.CONTRADICTS
    assert HandOver.objects.get(case=case).nib == "9900000000001"


def test_products_for_other_activities_than_were_sent_contradict(case: Case, oss: Oss) -> None:
    run()
    whole = issued(oss)
    whole["dataNIB"]["data_proyek"][0]["kbli"] = 47111
    call("receiveNIB", whole)
    assert message().state == OssMessage.CONTRADICTS
    assert state(case) == ("sent", "", "")
    call("receiveNIB", issued(oss))
    assert state(case) == ("answered", "", "granted")


def test_a_grant_after_a_refusal_is_late_and_the_other_way_round_contradicts(case: Case, oss: Oss) -> None:
    run()
    refusal = {"IZINSTATUS": oss.refusal(kept(oss))}
    call("receiveLicenseStatus", refusal)
    call("receiveNIB", issued(oss))
    assert message().state == OssMessage.LATE
    assert (end(case), OssProduct.objects.count()) == ("ditolak", 0)
    other = hand_in()
    run()
    call("receiveNIB", issued(oss))
    call("receiveLicenseStatus", {"IZINSTATUS": oss.refusal(kept(oss))})
    assert message("receiveLicenseStatus").state == OssMessage.CONTRADICTS
    assert end(other) == "selesai"


def test_a_result_for_a_file_that_was_withdrawn_is_late(case: Case, oss: Oss) -> None:
    run()
    application = Application.objects.get(case=case)
    applications.withdraw(f.actor("pemohon"), application.key, reason="Tidak jadi.", asked=f.asked())
    call("receiveNIB", issued(oss))
    assert message().state == OssMessage.LATE
    assert (end(case), OssProduct.objects.count()) == ("ditarik", 0)


def test_an_id_nobody_knows_is_a_row_and_no_error(case: Case, oss: Oss) -> None:
    run()
    whole = issued(oss, oss_id="P-tidak-dikenal")
    for one in whole["dataNIB"]["data_proyek"]:
        one["nomor_proyek"] = one["nomor_proyek"].replace(case.receipt, "SP-9999-26-000001")
    assert call("receiveNIB", whole) == 200
    assert message().state == OssMessage.UNKNOWN
    for method, body in (
        ("receiveFileDS", {"receiveFileDS": {"nib": "9900000009999", "id_izin": "I-1", "file_izin": "x"}}),
        ("receiveLicense", {"IZINFINAL": {"nib": "9900000009999", "id_izin": "I-1", "nomor_izin": "1"}}),
    ):
        assert call(method, body) == 200
        assert message(method).state == OssMessage.UNKNOWN
    assert state(case) == ("sent", "", "")


def test_a_message_with_a_field_too_long_is_unreadable_and_says_which(case: Case, oss: Oss) -> None:
    run()
    whole = issued(oss, oss_id="P" * 26)
    assert call("receiveNIB", whole) == 200
    row = message()
    assert (row.state, row.note) == (OssMessage.UNREADABLE, "oss_id: terlalu panjang (paling banyak 25)")
    assert json.loads(row.raw) == whole


def test_a_message_is_kept_encrypted(case: Case, oss: Oss) -> None:
    run()
    call("receiveNIB", issued(oss))
    with connection.cursor() as cursor:
        cursor.execute("SELECT raw FROM licensing_ossmessage")
        ((raw,),) = cursor.fetchall()
    assert raw.startswith("g1:")


def test_a_large_message_is_refused(db: None, oss: Oss) -> None:
    with at_moment(f.AT):
        answer = Client().post("/webhook/oss/receiveNIB", b" " * 1_000_001, "application/json")
    assert answer.status_code == 413


def test_a_file_withdrawn_before_oss_came_back_does_not_leave_any_more(case: Case, oss: Oss) -> None:
    oss.mood = 503
    run()
    key = Application.objects.get(case=case).key
    applications.withdraw(f.actor("pemohon"), key, reason="Tidak jadi.", asked=f.asked())
    oss.mood = ""
    run(MINUTE)
    assert (oss.asked, end(case)) == (0, "ditarik")


def test_oss_calls_the_office_over_the_network(committed: None, live_server: Any, oss: Oss) -> None:
    oss.webhook = f"{live_server.url}/webhook/oss"
    kept_there = oss.take("x", {"data_proyek": [{"nomor_proyek": "SP-1-01", "kbli": 1111}]})
    told = {"dataNIB": oss.issued(kept_there)}
    assert [oss.call("receiveNIB", told) for _ in range(2)] == [200, 200]
    assert oss.call("receiveNIB", told, sign="0" * 40) == 403
    row = OssMessage.objects.get()
    assert (row.times, row.state) == (2, OssMessage.WAITING)
    drain()  # by the real clock, as a call over the network goes
    assert message().state == OssMessage.UNKNOWN
