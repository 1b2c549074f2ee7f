# SPDX-License-Identifier: Apache-2.0
"""A file's way through SOP 000.8.3.3/001: whom it belongs to, what its clock says, what may be undone, how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from satupintu.accounts.models import Account
from satupintu.applications import actions as applications
from satupintu.applications import queries as application_queries
from satupintu.cases import actions as cases
from satupintu.cases import queries
from satupintu.cases.jobs import look_again
from satupintu.cases.models import Case, Remark, Turn
from satupintu.core.access import system
from satupintu.core.clock import Tick
from satupintu.core.seal import commitment
from satupintu.door.read import verify
from satupintu.offices.models import Office, Setting
from satupintu.permits import actions as permits
from tests import factories as f

Stage = Callable[[str], Case]


def day(d: int, hour: float = 10) -> datetime:
    """A day of March 2026 by the office's clock; the 4th is a Wednesday, nothing is off before the 18th."""
    return f.AT + timedelta(days=d - 4, hours=hour - 10)


def due(case: Case, at: datetime) -> date | None:
    return queries.due_date(case, queries.state(case), at)


def ledger(case: Case) -> list[Tick]:
    return [entry.tick for entry in queries.state(case).ledger]


def second(role: str, email: str = "rekan@mempawah.example") -> str:
    """A colleague in this role, who may hold several."""
    account = Account.objects.filter(email=email).first() or f.newcomer(email)
    assert account.person is not None
    office = Office.objects.get(slug="mempawah")
    f.accounts.assign(account.person, office, role, title=role, letter="SK 5", since=f.AT - timedelta(days=1))
    return email


# The whole walk --------------------------------------------------------------------------------------------------


def test_step_one_is_left_in_the_commit_that_sends(stage: Stage) -> None:
    case = stage("verifikasi")
    left = [(visit.step, visit.outcome, visit.by) for visit in queries.state(case).visits]
    me = f.actor("pemohon").person
    assert left == [("isi", "kirim", me), ("informasi", "mandiri", me)]
    assert (case.role, case.holder, case.status_permohonan) == ("tim-teknis", "", "Belum Diproses")
    assert due(case, f.AT) == case.due == date(2026, 3, 11)
    assert ledger(case) == [Tick.START]


def test_who_asks_for_help_is_met_by_the_front_officer(stage: Stage) -> None:
    case = stage("informasi")
    with f.refusal("sop.missing") as no:
        f.take(case, "fo", "didampingi")
    assert no.value.values["missing"] == ("assist-done",)
    with f.refusal("sop.automatic"):
        f.take(case, "fo", "mandiri")
    with f.refusal("cases.no-reason", 422):
        applications.assist(f.actor("fo"), case.pk, note="  ", asked=f.asked())
    applications.assist(f.actor("fo"), case.pk, note="Dibantu memindai.", asked=f.asked())
    assert f.take(case, "fo", "didampingi").step == "verifikasi"


def test_from_application_to_archive_with_two_corrections(stage: Stage) -> None:
    case = f.take(f.examine(stage("verifikasi")), "teknis", "lengkap")
    jf = f.actor("jf").person

    case = f.send_back(case, at=day(5))
    assert ledger(case) == [Tick.START, Tick.PAUSE]
    assert (case.status_permohonan, case.kd_status, case.step, case.holder) == (
        "Perbaikan Persyaratan",
        "41",
        "validasi",
        jf,
    )
    assert [due(case, day(d)) for d in (5, 6, 9)] == [date(2026, 3, 11), date(2026, 3, 12), date(2026, 3, 13)]
    case = f.correct(case, day(9))
    assert ledger(case) == [Tick.START, Tick.PAUSE, Tick.RESUME]
    assert (case.due, case.kd_status, case.holder) == (date(2026, 3, 13), "42", jf)  # the same officer again
    assert due(case, day(13)) == date(2026, 3, 13)

    case = f.correct(f.send_back(case, at=day(9, 11)), day(10))
    assert case.due == date(2026, 3, 16)
    with f.refusal("sop.rounds"):
        f.send_back(case, at=day(10, 11))

    case = f.take(f.prepare(case, day(10, 12)), "jf", "valid", day(10, 13))
    case = f.sign(case, day(11))
    f.run_jobs(day(11))
    case = f.fresh(case)
    assert (case.step, case.status_izin, case.kd_status) == ("unduh", "Izin Terbit", "50")
    assert ledger(case)[-1] is Tick.STOP
    permits.downloaded(f.actor("pemohon", day(11, 11)), case.pk, asked=f.asked())
    kept = {"code": "500.16.7", "retention": "5 tahun", "place": "Rak 1", "note": ""}
    applications.archive(f.actor("arsip", day(12)), case.pk, **kept, asked=f.asked())
    case = f.take(case, "arsip", "arsipkan", day(12))
    assert (case.end, case.listed, case.holder) == ("selesai", None, "")
    assert case.due == date(2026, 3, 16)
    steps = [visit.step for visit in queries.state(case).visits]
    assert steps == [
        "isi",
        "informasi",
        "verifikasi",
        "validasi",
        "tanda-tangan",
        "beritahu",
        "unduh",
        "arsip",
    ]
    assert not Turn.objects.filter(case=case).exists()
    assert verify().ok


def test_a_refusal_at_step_three_needs_a_reason_and_ends_the_file(stage: Stage) -> None:
    case = stage("verifikasi")
    with f.refusal("sop.no-reason"):
        f.take(case, "teknis", "tolak", reason="  ")
    case = f.take(case, "teknis", "tolak", reason="NIB tidak sesuai.")
    assert (case.end, case.status_permohonan, case.kd_status) == ("ditolak", "Ditolak", "90")
    remark = Remark.objects.get(case=case)
    assert (remark.text, remark.for_applicant, remark.number) == ("NIB tidak sesuai.", True, case.version)
    assert f.last(case).data["reason"] == commitment(bytes(remark.salt), remark.text)
    assert "NIB" not in str(f.last(case).data)
    for act in (
        lambda: f.take(case, "teknis", "lengkap"),
        lambda: cases.claim(f.actor("teknis"), case.pk, asked=f.asked()),
        lambda: f.answer(case, "koordinator", "diketahui", "known"),
    ):
        with f.refusal("cases.ended"):
            act()


def test_only_the_outcomes_of_the_step_are_taken(stage: Stage) -> None:
    case = stage("verifikasi")
    with f.refusal("sop.missing") as no:
        f.take(case, "teknis", "lengkap")
    assert "checklist-passed" in no.value.values["missing"]
    with f.refusal("sop.no-such-outcome"):
        f.take(case, "teknis", "valid")
    with f.refusal("sop.automatic"):
        f.take(stage("validasi"), "jf", "gugur")


def test_work_belongs_to_its_step(stage: Stage) -> None:
    with f.refusal("cases.not-now"):
        permits.save_draft(f.actor("teknis"), stage("verifikasi").pk, duties=["x"], asked=f.asked())
    with f.refusal("cases.not-now"):
        permits.sign(f.actor("kadis"), stage("verifikasi").pk, asked=f.asked())
    with f.refusal("cases.not-now"):
        f.send_back(stage("verifikasi"), "teknis")


# Waits -----------------------------------------------------------------------------------------------------------


def test_without_the_determination_of_the_coordinator_nothing_goes_to_the_head(stage: Stage) -> None:
    case = stage("validasi")
    f.check_all(case, "jf")
    permits.save_draft(f.actor("jf"), case.pk, duties=["Memelihara standar."], asked=f.asked())
    f.answer(case, "koordinator", "diketahui", "known")
    with f.refusal("sop.missing") as no:
        f.take(case, "jf", "valid")
    assert set(no.value.values["missing"]) == {"waits-answered", "penetapan:approved"}

    with f.refusal("cases.no-reason", 422):
        f.answer(case, "koordinator", "penetapan", "rejected")
    f.answer(case, "koordinator", "penetapan", "rejected", words="Syarat laik sehat belum ada.")
    with f.refusal("sop.missing") as no:
        f.take(case, "jf", "valid")
    assert no.value.values["missing"] == ("penetapan:approved",)
    with f.refusal("sop.wait-closed"):
        f.answer(case, "koordinator", "penetapan", "approved")

    cases.open_wait(f.actor("jf"), case.pk, wait="penetapan", asked=f.asked())
    f.answer(case, "koordinator", "penetapan", "approved")
    assert f.take(case, "jf", "valid").step == "tanda-tangan"


def test_a_meeting_is_held_if_it_is_asked_for(stage: Stage) -> None:
    case = f.prepare(stage("validasi"))
    cases.open_wait(f.actor("jf"), case.pk, wait="rapat", asked=f.asked())
    assert set(Turn.objects.filter(case=case).values_list("wait", "role")) == {
        ("rapat", "jf-penata-perizinan")
    }
    with f.refusal("sop.wait-open"):
        cases.open_wait(f.actor("jf"), case.pk, wait="rapat", asked=f.asked())
    with f.refusal("sop.missing"):
        f.take(case, "jf", "valid")
    f.answer(case, "jf", "rapat", "held", words="Disepakati: syarat lengkap.")
    assert f.take(case, "jf", "valid").step == "tanda-tangan"


def test_what_is_no_wait_of_this_sop_or_step_is_refused(stage: Stage) -> None:
    case = stage("validasi")
    with f.refusal("cases.no-such-wait", 404):
        f.answer(case, "koordinator", "tidak-ada", "known")
    with f.refusal("sop.not-openable"):
        cases.open_wait(f.actor("jf"), case.pk, wait="kunjungan", asked=f.asked())
    with f.refusal("sop.no-such-answer"):
        f.answer(case, "koordinator", "diketahui", "mungkin", words="x")
    case = f.send_back(case)
    with f.refusal("access.role", 403):  # the applicant's turn is no officer's
        f.answer(case, "jf", "perbaikan", "sent")


def test_a_returned_file_stands_still_until_it_comes_back(stage: Stage) -> None:
    case = f.send_back(stage("validasi"))
    for act in (
        lambda: f.take(case, "jf", "tolak", reason="x"),
        lambda: f.check_all(case, "jf"),
        lambda: permits.save_draft(f.actor("jf"), case.pk, duties=["x"], asked=f.asked()),
        lambda: cases.open_wait(f.actor("jf"), case.pk, wait="rapat", asked=f.asked()),
        lambda: f.send_back(case),
    ):
        before = f.everything()
        with pytest.raises(f.Refusal) as no:
            act()
        assert no.value.code in {"sop.suspended", "cases.suspended"}
        assert f.everything() == before


# Time ------------------------------------------------------------------------------------------------------------


def test_a_correction_that_never_comes_ends_in_a_refusal(stage: Stage) -> None:
    case = f.send_back(stage("validasi"), at=day(5))
    job = DBTaskResult.objects.get(task_path__endswith="look_again")
    assert job.run_after == datetime.fromisoformat(
        "2026-03-12T17:00:01+00:00"
    )  # the 12th is over in Mempawah
    f.run_jobs(day(12, 23))
    assert f.fresh(case).end == ""
    f.run_jobs(day(13, 0.1))
    case = f.fresh(case)
    assert (case.end, queries.state(case).visits[-1].outcome, queries.state(case).visits[-1].by) == (
        "ditolak",
        "gugur",
        "sistem",
    )
    assert f.last(case).role == "sistem"
    assert not Turn.objects.filter(case=case).exists()
    f.run_jobs(day(13, 1))
    before = f.everything()
    look_again.call(case_id=case.pk)
    assert f.everything() == before
    with f.refusal("applications.not-open"):
        f.correct(case, day(13))
    items = application_queries.items(f.application(case))
    assert [item.requirement.id for item in items if item.to_correct] == ["ktp"]
    with f.refusal("applications.nothing-new", 422):
        applications.correct(
            f.actor("pemohon"), f.application(case).key, note="", truthful=True, asked=f.asked()
        )


def test_a_correction_in_the_last_hour_is_in_time(stage: Stage) -> None:
    case = f.correct(f.send_back(stage("validasi"), at=day(5)), day(12, 23))
    f.run_jobs(day(13))
    assert (f.fresh(case).end, f.fresh(case).step) == ("", "validasi")


def test_looking_too_early_or_twice_changes_nothing(stage: Stage) -> None:
    case = f.send_back(stage("validasi"), at=day(5))
    before = f.everything()
    cases.tick(system(day(12)), case.pk)
    assert f.everything() == before
    visit = stage("verifikasi")
    cases.open_wait(f.actor("teknis"), visit.pk, wait="kunjungan", asked=f.asked())
    cases.tick(system(day(9)), visit.pk)  # its two days are over: those concerned are told, it stays open
    assert queries.state(f.fresh(visit)).waits[0].late
    before = f.everything()
    cases.tick(system(day(10)), visit.pk)
    assert f.everything() == before


def test_a_permit_that_is_not_fetched_is_archived_after_thirty_days(stage: Stage) -> None:
    case = stage("unduh")
    cases.tick(system(f.AT + timedelta(days=29)), case.pk)
    assert f.fresh(case).step == "unduh"
    cases.tick(system(f.AT + timedelta(days=31)), case.pk)
    case = f.fresh(case)
    assert (case.step, case.role) == ("arsip", "arsiparis")
    permits.downloaded(f.actor("pemohon", f.AT + timedelta(days=40)), case.pk, asked=f.asked())
    assert f.fresh(case).step == "arsip"


# Four eyes -------------------------------------------------------------------------------------------------------


def test_who_determines_does_not_validate(stage: Stage) -> None:
    both = second("koordinator")
    second("jf-penata-perizinan")
    case = stage("validasi")
    f.answer(case, both, "penetapan", "approved")
    for act in (
        lambda: f.check_all(case, both),
        lambda: f.take(case, both, "tolak", reason="x"),
        lambda: cases.claim(f.actor(both), case.pk, asked=f.asked()),
        lambda: cases.hand_over(f.actor("jf"), case.pk, to=f.actor(both).person, reason="x", asked=f.asked()),
    ):
        with f.refusal("sop.four-eyes", 403):
            act()
    f.answer(case, "koordinator", "diketahui", "known")
    f.check_all(case, "jf")


@pytest.mark.parametrize("role", ["tim-teknis", "jf-penata-perizinan"])
def test_who_worked_on_the_file_does_not_sign_it(stage: Stage, role: str) -> None:
    both = second(role)
    second("kepala-dinas")
    if role == "tim-teknis":
        case = f.take(f.examine(stage("verifikasi"), who=both), both, "lengkap")
        case = f.take(f.prepare(case), "jf", "valid")
    else:
        case = f.take(f.prepare(stage("validasi"), who=both), both, "valid")
    for act in (
        lambda: permits.sign(f.actor(both), case.pk, asked=f.asked()),
        lambda: f.take(case, both, "tolak", reason="x"),
    ):
        with f.refusal("sop.four-eyes", 403):
            act()
    assert f.sign(case).version > case.version


# Whose file it is ------------------------------------------------------------------------------------------------


def test_a_file_that_a_colleague_holds_is_left_alone(stage: Stage) -> None:
    other, case = second("tim-teknis"), stage("verifikasi")
    cases.claim(f.actor("teknis"), case.pk, asked=f.asked())
    assert f.fresh(case).holder == f.actor("teknis").person
    for act in (
        lambda: cases.claim(f.actor(other), case.pk, asked=f.asked()),
        lambda: f.check_all(case, other),
        lambda: f.take(case, other, "tolak", reason="x"),
        lambda: cases.hand_over(
            f.actor(other), case.pk, to=f.actor("teknis").person, reason="x", asked=f.asked()
        ),
    ):
        with f.refusal("cases.held"):
            act()


def test_a_file_is_handed_over_with_a_reason_to_a_colleague_of_the_role(stage: Stage) -> None:
    other, case = second("tim-teknis"), stage("verifikasi")
    me, to = f.actor("teknis"), f.actor(other).person
    cases.claim(me, case.pk, asked=f.asked())
    with f.refusal("cases.no-reason", 422):
        cases.hand_over(me, case.pk, to=to, reason=" ", asked=f.asked())
    elsewhere = f.actor("teknis", office="kampar").person
    for nobody in (me.person, f.actor("jf").person, elsewhere, "", "bukan-orang"):
        with f.refusal("cases.not-colleague", 422):
            cases.hand_over(me, case.pk, to=nobody, reason="Cuti.", asked=f.asked())
    cases.hand_over(me, case.pk, to=to, reason="Cuti.", asked=f.asked())
    assert f.fresh(case).holder == to
    assert f.last(case).data["to"] == to
    with f.refusal("cases.held"):
        f.check_all(case, "teknis")
    f.check_all(case, other)


def test_a_new_step_belongs_to_nobody_yet(stage: Stage) -> None:
    assert stage("validasi").holder == ""
    assert stage("tanda-tangan").holder == ""


# Undoing ---------------------------------------------------------------------------------------------------------


def test_a_step_is_taken_back_as_if_it_had_not_been_taken(stage: Stage) -> None:
    case = f.examine(stage("verifikasi"))
    before = (case.state, case.step, case.role, case.due, case.status, case.kd_status, case.holder)
    after = f.take(case, "teknis", "lengkap")
    assert Turn.objects.filter(case=case).count() == 2
    cases.undo(f.actor("teknis", f.AT + f.minutes(4)), case.pk, asked=f.asked())
    case = f.fresh(case)
    assert (case.state, case.step, case.role, case.due, case.status, case.kd_status, case.holder) == before
    assert not Turn.objects.filter(case=case).exists()
    assert f.last(case).data == {"number": after.version}
    assert verify().ok
    assert f.take(case, "teknis", "lengkap", f.AT + f.minutes(6)).step == "validasi"


def test_a_refusal_is_taken_back_too(stage: Stage) -> None:
    f.take(stage("verifikasi"), "teknis", "tolak", reason="Salah berkas.")
    case = stage("verifikasi")
    cases.undo(f.actor("teknis", f.AT + f.minutes(1)), case.pk, asked=f.asked())
    case = f.fresh(case)
    assert (case.end, case.step, case.status_permohonan, case.kd_status) == (
        "",
        "verifikasi",
        "Belum Diproses",
        "12",
    )
    assert case.listed == case.due


def test_it_is_too_late_to_undo_after_five_minutes_or_when_somebody_has_acted(stage: Stage) -> None:
    case = f.take(f.examine(stage("verifikasi")), "teknis", "lengkap")
    with f.refusal("cases.no-undo"):
        cases.undo(f.actor("teknis", f.AT + f.minutes(5)), case.pk, asked=f.asked())
    with f.refusal("cases.no-undo"):
        cases.undo(f.actor("jf"), case.pk, asked=f.asked())
    f.answer(case, "koordinator", "diketahui", "known")
    with f.refusal("cases.no-undo"):
        cases.undo(f.actor("teknis", f.AT + f.minutes(1)), case.pk, asked=f.asked())


def test_a_step_is_undone_once(stage: Stage) -> None:
    case = f.take(stage("verifikasi"), "teknis", "tolak", reason="Salah.")
    cases.undo(f.actor("teknis"), case.pk, asked=f.asked())
    with f.refusal("cases.no-undo"):
        cases.undo(f.actor("teknis"), case.pk, asked=f.asked())


def test_a_signature_is_never_undone(stage: Stage) -> None:
    case = f.sign(stage("tanda-tangan"))
    with f.refusal("cases.no-undo"):
        cases.undo(f.actor("kadis"), case.pk, asked=f.asked())
    f.run_jobs()
    with f.refusal("cases.no-undo"):
        cases.undo(f.actor("kadis"), case.pk, asked=f.asked())


def test_an_office_that_tells_at_once_has_no_undoing(stage: Stage) -> None:
    case = stage("verifikasi")
    Setting.objects.create(
        office=case.office, name="undo_minutes", value=0, valid_from=date(2026, 3, 1), basis="SK Kadis 7"
    )
    Office.objects.filter(pk=case.office_id).update(calendar_version=2)
    case = f.take(case, "teknis", "tolak", reason="x")
    with f.refusal("cases.no-undo"):
        cases.undo(f.actor("teknis"), case.pk, asked=f.asked())
    tell = DBTaskResult.objects.get(task_path__endswith="applications.jobs.tell")
    assert tell.run_after.year == 9999  # at once


def test_an_undone_return_asks_the_applicant_for_nothing(stage: Stage) -> None:
    case = f.send_back(stage("validasi"))
    cases.undo(f.actor("jf", f.AT + f.minutes(1)), case.pk, asked=f.asked())
    mine, me = f.application(case), f.actor("pemohon")
    with f.refusal("applications.not-open"):
        applications.attach(me, mine.key, "ktp", name="a.png", data=f.picture())
    before = f.everything()
    with pytest.raises(f.Refusal):
        applications.correct(me, mine.key, note="", truthful=True, asked=f.asked())
    assert f.everything() == before
    f.send_back(case, nib="Lampiran KBLI tidak ada.")
    asked_for = [item.requirement.id for item in application_queries.items(mine) if item.to_correct]
    assert asked_for == ["nib"]


# Ends ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["informasi", "verifikasi", "validasi", "tanda-tangan"])
def test_the_applicant_may_withdraw_until_it_is_decided(stage: Stage, name: str) -> None:
    case = stage(name)
    mine = f.application(case)
    applications.withdraw(f.actor("pemohon"), mine.key, reason="Tutup usaha.", asked=f.asked())
    case = f.fresh(case)
    assert (case.end, case.status_permohonan, case.listed) == ("ditarik", "Dibatalkan", None)
    assert f.last(case).role == "pemohon"
    assert not Turn.objects.filter(case=case).exists()
    with f.refusal("cases.ended"):
        applications.withdraw(f.actor("pemohon"), mine.key, reason="", asked=f.asked())


def test_a_decided_or_refused_application_is_not_withdrawn(stage: Stage) -> None:
    for name, code in (("unduh", "sop.decided"), ("ditolak", "cases.ended")):
        mine = f.application(stage(name))
        with f.refusal(code):
            applications.withdraw(f.actor("pemohon"), mine.key, reason="", asked=f.asked())


def test_while_it_is_being_signed_there_is_neither_refusal_nor_withdrawal(stage: Stage) -> None:
    case = f.sign(stage("tanda-tangan"))
    with f.refusal("sop.signing"):
        f.take(case, "kadis", "tolak", reason="Berubah pikiran.")
    with f.refusal("sop.signing"):
        applications.withdraw(f.actor("pemohon"), f.application(case).key, reason="", asked=f.asked())
    with f.refusal("sop.signing"):
        permits.sign(f.actor("kadis"), case.pk, asked=f.asked())


def test_the_head_may_refuse_and_the_file_can_be_taken_up_again(stage: Stage) -> None:
    case = f.take(stage("tanda-tangan"), "kadis", "tolak", reason="Alamat berbeda.")
    assert case.end == "ditolak"
    old = f.application(case)
    me = f.actor("pemohon")
    made = applications.start(me, case.service, reopens=old)
    assert made.answers == old.answers
    again = f.send(application_queries.own(me, made.key))
    assert again.reopens == case
    assert f.application(again).reopens == old
    with f.refusal("applications.no-reopen"):
        applications.start(me, case.service, reopens=f.application(stage("unduh")))


# The worklist ----------------------------------------------------------------------------------------------------


def test_a_worklist_shows_what_waits_for_this_officer_least_time_first(
    stage: Stage, django_assert_max_num_queries: Callable[..., object]
) -> None:
    later = f.sent(day(6))
    case = stage("verifikasi")
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]
        rows = queries.desk(f.actor("teknis", day(9)))
    assert [row.receipt for row in rows] == [case.receipt, later.receipt]
    assert [(row.due, row.left, row.late) for row in rows] == [
        (date(2026, 3, 11), 2, False),
        (date(2026, 3, 13), 4, False),
    ]
    assert [row.late for row in queries.desk(f.actor("teknis", day(12)))] == [True, False]
    assert queries.desk(f.actor("teknis", office="kampar")) == []
    assert queries.desk(f.actor("pemohon")) == []


def test_a_worklist_shows_waits_beside_steps_and_who_holds_a_file(stage: Stage) -> None:
    case = stage("validasi")
    rows = queries.desk(f.actor("koordinator"))
    assert {(row.receipt, row.wait) for row in rows} == {
        (case.receipt, "diketahui"),
        (case.receipt, "penetapan"),
    }
    (row,) = queries.desk(f.actor("jf"))
    assert (row.wait, row.holder, row.mine, row.paused) == ("", "", False, False)
    cases.claim(f.actor("jf"), case.pk, asked=f.asked())
    (row,) = queries.desk(f.actor("jf"))
    assert (row.mine, row.holder_name) == (True, "Maria Goreti")
    f.send_back(case)
    (row,) = queries.desk(f.actor("jf"))
    assert row.paused


def test_a_case_is_read_by_staff_of_its_office_only(stage: Stage) -> None:
    case = stage("verifikasi")
    for who in ("fo", "teknis", "jf", "koordinator", "kadis", "arsip", "auditor"):
        assert queries.readable(f.actor(who), case.key) == case
        with f.refusal("access.not-yours", 404):
            queries.readable(f.actor(who, office="kampar"), case.key)
    with f.refusal("access.role", 403):
        queries.readable(f.actor("pemohon"), case.key)
    with f.refusal("access.not-yours", 404):
        queries.readable(f.actor("teknis"), f.uuid.uuid4())
    assert queries.of_person(case.owner_key)[-1].owner_key == case.owner_key
    assert queries.by_receipt("SP-0000-00-000000") is None
