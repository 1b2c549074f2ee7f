# SPDX-License-Identifier: Apache-2.0
"""Whatever people try, in whatever order: what lists and pages look at always equals what the engine's state says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from satupintu.applications import actions as applications
from satupintu.applications import queries as application_queries
from satupintu.cases import actions as cases
from satupintu.cases import queries
from satupintu.cases.models import FAR, Case, Turn
from satupintu.core.access import system
from satupintu.core.clock import check_ledger
from satupintu.core.refusal import Refusal
from satupintu.core.sop import turns
from satupintu.door.models import Event
from satupintu.door.read import verify
from satupintu.permits import actions as permits
from tests import factories as f

STAFF = ("fo", "teknis", "jf", "koordinator", "kadis", "arsip")


def attempt(case: Case, who: str, what: str, at: datetime) -> None:
    """One thing somebody may try; most of them are refused most of the time."""
    kind, _, rest = what.partition(" ")
    me = f.actor(who, at)
    one, _, other = rest.partition(" ")
    if kind == "take":
        cases.take(me, case.pk, outcome=one, reason="Sebab.", asked=f.asked())
    elif kind == "answer":
        cases.answer(me, case.pk, wait=one, said=other, words="Kata.", asked=f.asked())
    elif kind == "open":
        cases.open_wait(me, case.pk, wait=one, asked=f.asked())
    elif kind == "check":
        f.check_all(case, who, at)
    elif kind == "draft":
        permits.save_draft(me, case.pk, duties=["Memelihara standar."], asked=f.asked())
    elif kind == "return":
        f.send_back(case, who, at)
    elif kind == "correct":
        f.correct(case, at)
    elif kind == "undo":
        cases.undo(me, case.pk, asked=f.asked())
    elif kind == "claim":
        cases.claim(me, case.pk, asked=f.asked())
    elif kind == "sign":
        permits.sign(me, case.pk, asked=f.asked())
    elif kind == "jobs":
        f.run_jobs(at)
    elif kind == "tick":
        cases.tick(system(at), case.pk)
    elif kind == "withdraw":
        applications.withdraw(f.actor("pemohon", at), f.application(case).key, reason="", asked=f.asked())
    elif kind == "download":
        permits.downloaded(f.actor("pemohon", at), case.pk, asked=f.asked())
    else:
        kept = {"code": "500", "retention": "5 tahun", "place": "Rak", "note": ""}
        applications.archive(me, case.pk, **kept, asked=f.asked())


AHEAD = {
    "verifikasi": [
        "teknis check",
        "teknis open kunjungan",
        "teknis answer kunjungan suitable",
        "teknis take lengkap",
    ],
    "validasi": [
        "jf check",
        "jf draft",
        "jf take valid",
        "jf take valid",
        "jf return",
        "pemohon correct",
        "jf open rapat",
        "jf open penetapan",
        "jf answer rapat held",
        "koordinator answer diketahui known",
        "koordinator answer penetapan approved",
        "koordinator answer penetapan rejected",
    ],
    "tanda-tangan": ["kadis sign", "kadis take tolak", "fo jobs"],
    "beritahu": ["fo jobs"],
    "unduh": ["pemohon download", "fo tick"],
    "arsip": ["arsip archive", "arsip take arsipkan"],
}
ANYTHING = [
    *(one for some in AHEAD.values() for one in some),
    *("teknis take tolak", "jf take tolak", "pemohon withdraw", "fo tick", "fo jobs"),
    *(f"{who} undo" for who in ("teknis", "jf", "kadis")),
    *(f"{who} claim" for who in STAFF),
]


def chosen(case: Case, draw: Random) -> str:
    """Mostly what would get the file ahead, now and then anything at all."""
    return draw.choice(AHEAD[case.step] if draw.random() < 0.85 else ANYTHING)


def holds_together(case: Case) -> None:
    """Every row beside the state says what the state says."""
    case = f.fresh(case)
    state, sop = queries.state(case), queries.sop(case)
    awaited = {
        (t.ref, sop.actors[t.actor].is_.rpartition(":")[2]) for t in turns(sop, state) if t.kind == "wait"
    }
    assert set(Turn.objects.filter(case=case).values_list("wait", "role")) == awaited
    for turn in Turn.objects.filter(case=case):
        assert turn.opened_at == next(wait.opened_at for wait in state.waits if wait.id == turn.wait)
        assert turn.due == queries.deadlines(case, state).get(turn.wait)
    assert case.end == (state.end or "")
    if state.step:
        assert case.step == state.step
        assert case.role == sop.actors[sop.steps[state.step].actor].is_.rpartition(":")[2]
        assert case.listed == (case.due or FAR)
    else:
        assert (case.listed, case.holder) == (None, "")
    check_ledger(state.ledger)
    row = sop.statuses[state.status]
    assert (case.status, case.status_permohonan, case.status_izin) == (
        row.public,
        row.status_permohonan,
        row.status_izin,
    )
    assert case.version == Event.objects.filter(subject=case.subject).count()
    asked = [item for item in application_queries.items(f.application(case)) if item.to_correct]
    assert asked or application_queries.open_correction(case) is None


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.sampled_from(["verifikasi", "validasi", "validasi", "tanda-tangan"]), st.randoms(use_true_random=True)
)
def test_lists_always_say_what_the_state_says(stage: Callable[[str], Case], begin: str, draw: Random) -> None:
    point = transaction.savepoint()
    case, at, ended = stage(begin), f.AT, 0
    for _ in range(40):
        at += timedelta(minutes=draw.choice([0.5, 2, 30, 60 * 20]))
        told = Event.objects.count()
        who, _, what = chosen(f.fresh(case), draw).partition(" ")
        try:
            attempt(case, who, what, at)
        except Refusal:
            if what not in {"check", "correct"}:  # those two are several actions
                assert Event.objects.count() == told
        holds_together(case)
        ended += bool(f.fresh(case).end)
        if ended > 3:
            break
    assert verify().ok
    transaction.savepoint_rollback(point)
