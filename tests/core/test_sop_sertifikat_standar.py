# SPDX-License-Identifier: Apache-2.0
"""The eight steps of seed 004, walked with all their decisions."""

from __future__ import annotations

import pytest

from satupintu.core.clock import check_ledger
from satupintu.core.refusal import Refusal
from satupintu.core.sop import Answer, Mark, Open, Take, Tick_, Turn, Unmark, Withdraw, openable, turns
from tests.core.fixtures.sops import Case, load

SOP = load("sertifikat-standar")


def at_verification(help_: str = "help-not-asked") -> Case:
    case = Case(SOP)
    case.marks("ani", help_, "form-done")
    case.take("kirim", "ani")
    return case


def at_validation() -> Case:
    case = at_verification()
    case.marks("tono", "checklist-passed", "document:berita-acara-done", "document:pertimbangan-teknis-done")
    case.take("lengkap", "tono")
    return case


def at_signature() -> Case:
    case = at_validation()
    case.do(Answer("diketahui", "known", "koko"))
    case.do(Answer("penetapan", "approved", "koko"))
    case.marks("jeni", "checklist-passed", "draft-done")
    case.take("valid", "jeni")
    return case


def refused(case: Case, command: object) -> Refusal:
    before = case.state
    with pytest.raises(Refusal) as said:
        case.do(command)  # type: ignore[arg-type]
    assert case.state is before
    return said.value


def test_the_draft_is_left_in_one_go_and_help_not_asked_skips_step_two() -> None:
    case = Case(SOP)
    assert case.last.entered == ("isi",)
    assert case.state.status == "step:isi"
    assert refused(case, Take("kirim", "ani")).values["missing"] == ("form-done",)
    case.marks("ani", "help-not-asked", "form-done")
    sent = case.take("kirim", "ani")
    assert sent.entered == ("informasi", "verifikasi")
    assert [(visit.step, visit.by, visit.outcome) for visit in sent.left] == [
        ("isi", "ani", "kirim"),
        ("informasi", "ani", "mandiri"),  # it was she who said that she needs no help
    ]
    assert case.ticks == ["start"]
    assert [notice.text for notice in sent.notices] == ["diterima"]


def test_help_asked_keeps_the_file_with_the_front_officer() -> None:
    case = at_verification("help-asked")
    assert turns(SOP, case.state) == (Turn("front-officer", "step", "informasi"),)
    assert case.buttons("fani") == {"didampingi": ("assist-done",)}
    case.marks("fani", "assist-done")
    assert case.take("didampingi", "fani").entered == ("verifikasi",)


def test_step_three_has_no_row_of_its_own_and_keeps_the_former_status() -> None:
    case = at_verification()
    assert case.state.status == "step:informasi"
    assert case.last.status is not None
    assert case.last.status.kd_status == "09"


def test_step_three_refuses_with_a_reason_and_the_end_may_be_reopened() -> None:
    case = at_verification()
    assert refused(case, Take("tolak", "tono", "  ")).code == "sop.no-reason"
    end = case.take("tolak", "tono", "Lokasi tidak sesuai")
    assert end.end == "ditolak"
    assert SOP.ends["ditolak"].reopen
    assert case.ticks == ["start", "stop"]
    assert [notice.text for notice in end.notices] == ["ditolak"]
    assert end.status is not None
    assert end.status.kd_status == "90"
    assert refused(case, Tick_()).code == "sop.ended"
    assert turns(SOP, case.state) == ()
    assert case.buttons("tono") == {}


def test_step_three_waits_for_a_visit_it_has_asked_for() -> None:
    case = at_verification()
    case.marks("tono", "checklist-passed", "document:berita-acara-done", "document:pertimbangan-teknis-done")
    assert openable(SOP, case.state) == ("kunjungan",)
    case.do(Open("kunjungan", "tono"))
    assert openable(SOP, case.state) == ()
    assert case.buttons("tono")["lengkap"] == ("waits-answered",)
    late = case.do(Tick_(), "kunjungan:late")
    assert late.late == ("kunjungan",)
    assert [notice.text for notice in late.notices] == ["kunjungan-terlambat"]
    assert case.do(Tick_(), "kunjungan:late").notices == ()  # told once
    assert case.ticks == ["start"]  # a visit is the office's own time
    case.do(Answer("kunjungan", "suitable", "tono"))
    assert case.take("lengkap", "tono").entered == ("validasi",)


def test_step_four_tells_the_coordinator_and_waits_for_his_determination() -> None:
    case = at_validation()
    assert case.last.opened == ("diketahui", "penetapan")
    assert Turn("koordinator", "wait", "penetapan") in turns(SOP, case.state)
    assert "checklist-passed" not in case.state.marks  # asked again of the next officer
    case.marks("jeni", "checklist-passed", "draft-done")
    case.do(Answer("diketahui", "known", "koko"))
    case.do(Answer("penetapan", "rejected", "koko"))
    assert refused(case, Take("valid", "jeni")).values["missing"] == ("penetapan:approved",)
    case.do(Open("penetapan", "jeni"))
    assert "penetapan" not in case.state.answers
    case.do(Answer("penetapan", "approved", "koko"))
    ready = case.take("valid", "jeni")
    assert ready.entered == ("tanda-tangan",)
    assert ready.notices[0].to == ("kadis", "koordinator")


def test_a_meeting_is_held_if_needed() -> None:
    case = at_validation()
    case.do(Answer("diketahui", "known", "koko"))
    case.do(Answer("penetapan", "approved", "koko"))
    case.marks("jeni", "checklist-passed", "draft-done")
    case.do(Open("rapat", "jeni"))
    assert case.state.status == "wait:rapat"
    assert case.buttons("jeni")["valid"] == ("waits-answered",)
    case.do(Answer("rapat", "held", "jeni"))
    assert case.state.status == "step:validasi"
    assert case.buttons("jeni")["valid"] == ()


def test_step_four_returns_for_correction_twice_and_the_clock_stands_still() -> None:
    case = at_validation()
    back = case.take("kembalikan", "jeni")
    assert back.opened == ("perbaikan",)
    assert [notice.to for notice in back.notices] == [("pemohon",)]
    assert back.status is not None
    assert back.status.status_permohonan == "Perbaikan Persyaratan"
    assert case.ticks == ["start", "pause"]
    assert refused(case, Take("tolak", "jeni", "…")).code == "sop.suspended"
    assert refused(case, Open("rapat", "jeni")).code == "sop.suspended"
    assert Turn("pemohon", "wait", "perbaikan") in turns(SOP, case.state)
    assert Turn("jf", "step", "validasi") not in turns(SOP, case.state)
    case.do(Answer("perbaikan", "sent", "ani"), days=3)
    assert case.ticks == ["start", "pause", "resume"]
    assert case.state.status == "wait:perbaikan:sent"
    assert case.state.step == "validasi"
    case.take("kembalikan", "jeni")
    case.do(Answer("perbaikan", "sent", "ani"), days=3)
    assert "kembalikan" not in case.buttons("jeni")  # two rounds, and no third
    assert refused(case, Take("kembalikan", "jeni")).code == "sop.rounds"
    check_ledger(case.state.ledger)


def test_a_correction_that_never_comes_ends_the_case() -> None:
    case = at_validation()
    case.take("kembalikan", "jeni")
    end = case.do(Tick_(), "perbaikan:late", days=8)
    assert end.end == "ditolak"
    assert set(end.cancelled) == {"diketahui", "penetapan", "perbaikan"}
    assert end.left[0].by == "sistem"
    assert case.ticks == ["start", "pause", "stop"]
    check_ledger(case.state.ledger)


def test_a_correction_that_comes_before_anybody_looked_at_the_calendar_is_taken() -> None:
    case = at_validation()
    case.take("kembalikan", "jeni")
    came = case.do(Answer("perbaikan", "sent", "ani"), "perbaikan:late", days=8)
    assert came.end is None
    assert came.late == ()


@pytest.mark.parametrize("person", ["tono", "jeni"])
def test_step_five_is_not_for_whoever_verified_or_validated(person: str) -> None:
    case = at_signature()
    assert "four-eyes" in case.buttons(person)["tolak"]
    assert refused(case, Mark("sign-begun", person)).code == "sop.four-eyes"
    assert refused(case, Take("tolak", person, "…")).code == "sop.four-eyes"


def test_step_five_refuses_with_a_reason() -> None:
    case = at_signature()
    end = case.take("tolak", "kiki", "Batas wilayah keliru")
    assert end.end == "ditolak"


def test_while_the_signature_is_made_nothing_else_can_happen() -> None:
    case = at_signature()
    case.marks("kiki", "sign-begun")
    assert case.buttons("kiki") == {"tolak": ("signing",)}
    assert refused(case, Take("tolak", "kiki", "…")).code == "sop.signing"
    assert refused(case, Withdraw("ani")).code == "sop.signing"
    assert refused(case, Mark("sign-begun", "kiki")).code == "sop.signing"
    signed = case.do(Mark("sign-done", "sistem"))
    assert signed.entered == ("beritahu",)
    assert signed.left[0].by == "kiki"  # the worker stores the bytes; the act is the head's
    assert case.ticks == ["start", "stop"]
    assert [notice.text for notice in signed.notices] == ["terbit"]
    assert refused(case, Withdraw("ani")).code == "sop.decided"


def test_a_signature_given_up_gives_the_choice_back() -> None:
    case = at_signature()
    case.marks("kiki", "sign-begun")
    case.do(Unmark("sign-begun"))
    assert case.buttons("kiki") == {"tolak": ()}


def test_the_last_steps_to_the_archive() -> None:
    case = at_signature()
    case.marks("kiki", "sign-begun", "sign-done")
    assert case.do(Mark("notify-done", "sistem")).entered == ("unduh",)
    assert case.do(Mark("download-done", "ani")).entered == ("arsip",)
    assert refused(case, Take("arsipkan", "arif")).values["missing"] == ("archive-done",)
    case.marks("arif", "archive-done")
    assert case.take("arsipkan", "arif").end == "selesai"
    assert [visit.step for visit in case.state.visits] == list(SOP.steps)


def test_a_permit_nobody_downloads_is_archived_after_thirty_days() -> None:
    case = at_signature()
    case.marks("kiki", "sign-begun", "sign-done")
    case.marks("sistem", "notify-done")
    assert case.do(Tick_(), days=29).entered == ()
    late = case.do(Tick_(), "late", days=2)
    assert late.entered == ("arsip",)
    assert late.left[0].by == "sistem"
    assert not case.state.late  # the archivist has only begun


def test_the_applicant_may_withdraw_until_the_decision() -> None:
    case = at_validation()
    end = case.do(Withdraw("ani", "Pindah kota"))
    assert end.end == "ditarik"
    assert end.cancelled == ("diketahui", "penetapan")
    assert [notice.text for notice in end.notices] == ["ditarik"]
    assert case.ticks == ["start", "stop"]


def test_withdrawing_while_a_correction_is_owed() -> None:
    case = at_validation()
    case.take("kembalikan", "jeni")
    assert case.do(Withdraw("ani")).end == "ditarik"
