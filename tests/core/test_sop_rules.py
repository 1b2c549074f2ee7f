# SPDX-License-Identifier: Apache-2.0
"""The nine rules of the language, each on the smallest SOP that shows it."""

from __future__ import annotations

import pytest

from satupintu.core.clock import check_ledger
from satupintu.core.refusal import Refusal
from satupintu.core.sop import (
    Answer,
    Begin,
    Command,
    Mark,
    Open,
    Progress,
    Take,
    Tick_,
    Turn,
    Unmark,
    Withdraw,
    decide,
    four_eyes,
    openable,
    soundness,
    turns,
)
from tests.core.fixtures.sops import MONDAY, Case, load, small, step

PAYMENT = """
[[wait]]
id = "retribusi"
kind = "payment"
debtor = "pemohon"
judge = "kasir"
label = "Retribusi"
limit = "7 hari"
clock = "pause"
"""
OPINION = """
[[wait]]
id = "kajian"
kind = "opinion"
debtor = "dinas"
label = "Kajian"
many = true
limit = "3 hari kerja"
"""
DONE = 'lanjut to = "selesai"'


def refusal(case: Case, command: Command, *facts: str) -> Refusal:
    with pytest.raises(Refusal) as said:
        case.do(command, *facts)
    return said.value


def test_a_case_is_begun_once_and_before_anything_else() -> None:
    sop = small(step("a", 1, ways=[DONE]))
    with pytest.raises(Refusal, match=r"sop\.not-begun"):
        decide(sop, None, Tick_(), frozenset(), MONDAY)
    assert refusal(Case(sop), Begin("ani")).code == "sop.begun"


def test_without_a_word_about_the_clock_it_starts_at_sending_and_stops_at_the_end() -> None:
    case = Case(small(step("a", 1, ways=[DONE])))
    assert case.ticks == ["start"]
    case.take("lanjut", "jeni")
    assert case.ticks == ["start", "stop"]


def test_an_unknown_outcome_and_an_automatic_one_cannot_be_chosen() -> None:
    case = Case(small(step("a", 1, ways=[DONE, 'sendiri to = "selesai"\nwhen = "help-asked"'])))
    assert refusal(case, Take("terbang", "jeni")).code == "sop.no-such-outcome"
    assert refusal(case, Take("sendiri", "jeni")).code == "sop.automatic"
    assert list(case.buttons("jeni")) == ["lanjut"]


def test_entering_a_step_asks_its_work_again_and_what_it_opens() -> None:
    again = step("b", 2, also='opens = ["retribusi"]', ways=['balik to = "a"', 'jadi to = "selesai"'])
    case = Case(
        small(step("a", 1, also='work = ["draft", "checklist"]', ways=['lanjut to = "b"']), again, PAYMENT)
    )
    case.marks("jeni", "draft-done", "checklist-passed", "help-asked")
    case.take("lanjut", "jeni")
    case.do(Answer("retribusi", "accepted", "kasi"))
    assert set(case.state.marks) == {
        "draft-done",
        "checklist-passed",
        "help-asked",
    }  # they stay until asked again
    assert case.take("balik", "jeni").entered == ("a",)
    assert set(case.state.marks) == {"help-asked"}
    assert case.state.answers == {"retribusi": "accepted"}
    case.take("lanjut", "jeni")
    assert case.state.answers == {}
    assert case.state.answered_by == {"retribusi": ("kasi",)}  # history stays


def test_marking_a_fact_unmarks_its_opposite_and_only_known_work_is_marked() -> None:
    case = Case(small(step("a", 1, also='work = ["checklist"]', ways=[DONE])))
    case.marks("jeni", "checklist-passed", "checklist-failed")
    assert set(case.state.marks) == {"checklist-failed"}
    case.do(Unmark("checklist-failed"))
    assert case.state.marks == {}
    for fact in ("draft-done", "late", "always", "waits-answered", "class:x", "retribusi:accepted", "hujan"):
        assert refusal(case, Mark(fact, "jeni")).code == "sop.no-such-fact"


def test_leaving_a_step_cancels_its_waits_and_the_clock_goes_on() -> None:
    case = Case(
        small(
            step("a", 1, also='may_open = ["retribusi"]', ways=['b to = "b"']),
            step("b", 2, ways=[DONE]),
            PAYMENT,
        )
    )
    case.do(Open("retribusi", "jeni"))
    assert case.ticks == ["start", "pause"]
    assert case.take("b", "jeni").cancelled == ("retribusi",)
    assert case.ticks == ["start", "pause", "resume"]
    assert refusal(case, Answer("retribusi", "accepted", "kasi")).code == "sop.wait-closed"
    check_ledger(case.state.ledger)


def test_two_pausing_waits_pause_once() -> None:
    other = PAYMENT.replace("retribusi", "denda")
    case = Case(small(step("a", 1, also='opens = ["retribusi", "denda"]', ways=[DONE]), PAYMENT, other))
    assert case.ticks == ["start", "pause"]
    case.do(Answer("retribusi", "accepted", "kasi"))
    assert case.ticks == ["start", "pause"]
    case.do(Answer("denda", "accepted", "kasi"))
    assert case.ticks == ["start", "pause", "resume"]


def test_the_clock_starts_and_restarts_where_the_sop_says() -> None:
    ways = ['mulai to = "b"\nclock = "start"']
    more = ['ulang to = "b"\nclock = "restart"', 'jadi to = "c"\nclock = "stop"']
    case = Case(small(step("a", 1, ways=ways), step("b", 2, ways=more), step("c", 3, ways=[DONE])))
    assert case.ticks == []
    for outcome in ("mulai", "ulang", "jadi", "lanjut"):
        case.take(outcome, "jeni")
    assert case.ticks == ["start", "restart", "stop"]
    check_ledger(case.state.ledger)


def test_a_clock_that_starts_while_a_payment_is_owed_stands_at_once() -> None:
    ways = ['tagih wait = "retribusi"\nclock = "start"', DONE]
    case = Case(small(step("a", 1, ways=ways), PAYMENT))
    case.take("tagih", "jeni")
    assert case.ticks == ["start", "pause"]


def test_a_payment_is_ordered_proved_refused_proved_and_accepted() -> None:
    status = """
[[status]]
at = "step:a"
public = "a"
[[status]]
at = "wait:retribusi"
public = "b"
[[status]]
at = "wait:retribusi:proof-sent"
public = "c"
[[status]]
at = "wait:retribusi:accepted"
public = "d"
[[notice]]
on = "wait:retribusi:proof-sent"
to = ["kasir"]
text = "bukti"
"""
    ways = ['jadi to = "selesai"\nrequires = ["waits-answered", "retribusi:accepted"]']
    case = Case(small(step("a", 1, also='opens = ["retribusi"]', ways=ways), PAYMENT, status))
    assert case.state.status == "wait:retribusi"
    assert Turn("pemohon", "wait", "retribusi") in turns(case.sop, case.state)
    sent = case.do(Progress("retribusi", "proof-sent", "ani"))
    assert [notice.text for notice in sent.notices] == ["bukti"]
    assert sent.status_changed
    assert case.state.status == "wait:retribusi:proof-sent"
    assert Turn("kasir", "wait", "retribusi") in turns(case.sop, case.state)
    assert refusal(case, Progress("retribusi", "proof-sent", "ani")).code == "sop.no-such-state"
    case.do(Progress("retribusi", "ordered", "kasi"))
    case.do(Progress("retribusi", "proof-sent", "ani"))
    assert refusal(case, Answer("retribusi", "sent", "kasi")).code == "sop.no-such-answer"
    case.do(Answer("retribusi", "accepted", "kasi"))
    assert case.state.status == "wait:retribusi:accepted"
    assert case.take("jadi", "jeni").end == "selesai"


def test_of_several_opinions_the_worst_counts_when_all_have_come() -> None:
    ways = ['minta wait = "kajian"', 'tolak to = "selesai"\nrequires = ["kajian:conditional"]']
    case = Case(small(step("a", 1, ways=ways), OPINION))
    case.do(Take("minta", "jeni", asked=("dinkes", "dlh")))
    assert refusal(case, Answer("kajian", "positive", "dodi", for_="dishub")).code == "sop.not-asked"
    first = case.do(Answer("kajian", "conditional", "dodi", for_="dlh"))
    assert first.answered == ()
    assert refusal(case, Answer("kajian", "positive", "dodi", for_="dlh")).code == "sop.answered"
    assert refusal(case, Take("tolak", "jeni")).code == "sop.suspended"
    assert case.do(Answer("kajian", "positive", "desi", for_="dinkes")).answered == (
        ("kajian", "conditional"),
    )
    assert case.state.answered_by == {"kajian": ("dodi", "desi")}
    assert case.take("tolak", "jeni").end == "selesai"


def test_a_wait_for_several_may_ask_one_more_while_it_is_open() -> None:
    case = Case(small(step("a", 1, also='may_open = ["kajian"]', ways=[DONE]), OPINION))
    case.do(Open("kajian", "jeni", asked=("dlh",)))
    assert openable(case.sop, case.state) == ("kajian",)
    case.do(Open("kajian", "jeni", asked=("dinkes",)))
    assert case.state.waits[0].asked == ("dlh", "dinkes")
    assert refusal(case, Open("retribusi", "jeni")).code == "sop.not-openable"


def test_a_wait_for_one_is_not_opened_twice() -> None:
    ways = ['minta wait = "retribusi"', DONE]
    case = Case(small(step("a", 1, also='may_open = ["retribusi"]', ways=ways), PAYMENT))
    case.do(Open("retribusi", "jeni"))
    assert case.buttons("jeni")["minta"] == ("waits-answered",)
    assert refusal(case, Open("retribusi", "jeni")).code == "sop.wait-open"
    assert refusal(case, Take("minta", "jeni")).code == "sop.wait-open"


def test_lateness_is_told_once_and_never_of_what_has_no_limit() -> None:
    quiet = '[[wait]]\nid = "rapat"\nkind = "meeting"\ndebtor = "jf"\nlabel = "Rapat"\n'
    case = Case(small(step("a", 1, also='opens = ["retribusi", "rapat"]', ways=[DONE]), PAYMENT, quiet))
    assert case.do(Tick_(), "retribusi:late", "rapat:late", "late").late == ("retribusi",)
    assert case.do(Tick_(), "retribusi:late", "rapat:late", "late").late == ()
    assert not case.state.late


def test_of_two_automatic_ways_that_come_true_together_the_first_is_taken() -> None:
    ways = ['unduh to = "selesai"\nwhen = "download-done"', 'lewat to = "b"\nwhen = "late"']
    sop = small(
        step("a", 1, also='limit = "3 hari"\nwork = ["download"]', ways=ways), step("b", 2, ways=[DONE])
    )
    assert soundness(sop) == []
    assert Case(sop).do(Mark("download-done", "ani"), "late").end == "selesai"


def test_a_wait_may_be_opened_by_itself_and_is_not_opened_twice() -> None:
    ways = [
        'tagih wait = "retribusi"\nwhen = "checklist-failed"',
        'jadi to = "selesai"\nrequires = ["waits-answered"]',
    ]
    case = Case(small(step("a", 1, also='work = ["checklist"]', ways=ways), PAYMENT + "rounds = 1\n"))
    assert case.marks("jeni", "checklist-failed").opened == ("retribusi",)
    assert case.do(Tick_()).opened == ()
    case.do(Answer("retribusi", "accepted", "kasi"))
    assert case.state.waits == ()  # its one round is used
    assert case.take("jadi", "jeni").end == "selesai"


def test_a_circle_that_soundness_would_have_found_is_refused_not_run_for_ever() -> None:
    a = step("a", 1, "sistem", ways=['b to = "b"\nwhen = "always"'])
    b = step("b", 2, "sistem", ways=['a to = "a"\nwhen = "always"'])
    with pytest.raises(Refusal, match=r"sop\.loop"):
        Case(small(a, b))


def test_four_eyes_go_both_ways_and_over_waits() -> None:
    a = step("a", 1, also='may_open = ["kajian"]', ways=['b to = "b"'])
    b = step(
        "b",
        2,
        "kadis",
        also='not_same_person_as = ["a", "kajian"]\nwork = ["draft"]',
        ways=[DONE, 'a to = "a"'],
    )
    case = Case(small(a, b, OPINION))
    case.do(Open("kajian", "jeni"))
    case.do(Answer("kajian", "positive", "dodi"))
    case.take("b", "jeni")
    for person, place in (("jeni", "a"), ("dodi", "kajian")):
        said = refusal(case, Take("lanjut", person))
        assert (said.code, said.status, said.values["other"]) == ("sop.four-eyes", 403, place)
        assert refusal(case, Mark("draft-done", person)).code == "sop.four-eyes"
    four_eyes(case.sop, case.state, "b", "kiki")
    case.take("a", "kiki")
    assert refusal(case, Take("b", "kiki")).code == "sop.four-eyes"
    case.do(Open("kajian", "jeni"))
    assert refusal(case, Answer("kajian", "positive", "kiki")).code == "sop.four-eyes"
    four_eyes(case.sop, case.state, "a", "sistem")


def test_signing_does_not_begin_before_all_else_is_there() -> None:
    ways = [
        'ttd to = "selesai"\nwhen = "sign-done"\nrequires = ["waits-answered"]\ndecides = true',
        'tolak to = "selesai"',
    ]
    case = Case(
        small(
            step(
                "a",
                1,
                "kadis",
                also='work = ["sign"]\nopens = ["retribusi"]\nmay_open = ["retribusi"]',
                ways=ways,
            ),
            PAYMENT,
        )
    )
    assert refusal(case, Mark("sign-begun", "kiki")).values["missing"] == ("waits-answered",)
    case.do(Answer("retribusi", "accepted", "kasi"))
    case.marks("kiki", "sign-begun")
    assert openable(case.sop, case.state) == ()
    assert refusal(case, Open("retribusi", "jeni")).code == "sop.signing"
    end = case.do(Mark("sign-done", "sistem"))
    assert (end.end, end.left[0].by) == ("selesai", "kiki")


def test_after_a_signature_nobody_withdraws_though_the_sop_forgot_to_say_so() -> None:
    signs = step("a", 1, "kadis", also='work = ["sign"]', ways=['ttd to = "b"\nwhen = "sign-done"'])
    case = Case(small(signs, step("b", 2, ways=[DONE])))
    case.marks("kiki", "sign-begun", "sign-done")
    assert case.state.step == "b"
    assert "sign-begun" not in case.state.marks
    assert refusal(case, Withdraw("ani")).code == "sop.decided"


def test_a_payment_that_becomes_late_does_not_refuse_what_is_being_signed() -> None:
    ways = [
        'ttd to = "selesai"\nwhen = "sign-done"',
        'lewat to = "ditarik"\nwhen = "late"',
        'tolak to = "selesai"',
    ]
    case = Case(small(step("a", 1, "kadis", also='work = ["sign"]\nlimit = "1 hari"', ways=ways)))
    case.marks("kiki", "sign-begun")
    assert case.do(Tick_(), "late").end is None
    assert case.do(Mark("sign-done", "sistem")).end == "selesai"


def test_a_wet_signature_is_chosen_by_hand_once_it_is_done() -> None:
    sop = load("iumk")
    case = Case(sop)
    case.marks("ani", "form-done")
    case.take("kirim", "ani")
    case.marks("fani", "checklist-passed")
    case.take("lengkap", "fani")
    assert case.last.opened == ("kunjungan",)
    case.do(Answer("kunjungan", "not-held", "tono"))
    case.take("ulang", "tono")
    case.do(Answer("kunjungan", "suitable", "tono"))
    case.marks("tono", "document:berita-acara-done")
    case.take("sesuai", "tono")
    case.marks("jeni", "draft-done")
    case.take("ajukan", "jeni")
    case.marks("kiki", "sign-done")
    assert case.take("basah", "kiki").entered == ("efektif",)
    assert refusal(case, Withdraw("ani")).code == "sop.decided"


def test_a_procedure_without_a_withdrawn_end_cannot_be_withdrawn() -> None:
    assert refusal(Case(load("skm")), Withdraw("ani")).code == "sop.no-withdrawal"


def test_a_class_is_given_by_an_outcome_and_brings_its_promise() -> None:
    sop = load("pengaduan")
    case = Case(sop)
    case.marks("pia", "form-done")
    case.take("kirim", "pia")
    assert str(sop.promise_for(case.state.klass)) == "14 hari kerja"
    case.take("informasi", "ponco")
    assert case.state.klass == "informasi"
    assert str(sop.promise_for(case.state.klass)) == "5 hari kerja"


def test_an_outcome_may_be_for_one_class_only() -> None:
    klass = '[[class]]\nid = "k"\nlabel = "K"\npromise = "9 hari kerja"\nlegal_basis = "…"\n'
    first = step("a", 1, ways=['ya to = "b"\nclass = "k"', 'tidak to = "b"'])
    sop = small(first, step("b", 2, ways=[DONE, 'khusus to = "selesai"\nrequires = ["class:k"]']), klass)
    for outcome, missing in (("ya", ()), ("tidak", ("class:k",))):
        case = Case(sop)
        case.take(outcome, "jeni")
        assert case.buttons("jeni")["khusus"] == missing


@pytest.mark.parametrize(("fact", "goes_to"), [("authority-own", "proses"), ("authority-other", "di-kl")])
def test_a_fact_from_outside_sends_the_case_its_way(fact: str, goes_to: str) -> None:
    case = Case(load("pb-umku"))
    case.marks("ani", "form-done")
    assert case.do(Take("ajukan", "ani"), fact).entered == ("kewenangan", goes_to)
    if goes_to == "di-kl":
        case.do(Open("perbaikan", "sistem"))  # the message of the ministry asks for it
        assert case.ticks == ["start", "pause"]
        end = case.do(Answer("jawaban-kl", "refused", "oss"))
        assert (end.end, end.left[0].by) == ("ditolak", "oss")


def test_a_case_that_has_ended_can_open_nothing_and_waits_for_nobody() -> None:
    case = Case(small(step("a", 1, also='may_open = ["retribusi"]', ways=[DONE]), PAYMENT))
    case.take("lanjut", "jeni")
    assert openable(case.sop, case.state) == turns(case.sop, case.state) == ()


def test_the_state_of_before_is_never_touched() -> None:
    case = Case(load("sertifikat-standar"))
    before, copy = case.state, case.state.to_json()
    case.marks("ani", "help-not-asked", "form-done")
    case.take("kirim", "ani")
    assert before.to_json() == copy
