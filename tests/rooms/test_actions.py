# SPDX-License-Identifier: Apache-2.0
"""Every action on a file, by the same four questions: does it work, for whom not, not in another office, and twice?

A new action is one more line of DEEDS; `test_every_action_is_asked` fails until it stands there.
"""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from satupintu.accounts.models import Account
from satupintu.applications import actions as applications
from satupintu.applications import queries as application_queries
from satupintu.cases import actions as cases
from satupintu.cases.models import Case
from satupintu.core.access import Actor, system
from satupintu.core.refusal import Refusal
from satupintu.door.models import Event
from satupintu.door.read import verify
from satupintu.door.write import Asked
from satupintu.offices import actions as offices
from satupintu.permits import actions as permits
from satupintu.permits import queries
from tests import factories as f

Do = Callable[[Actor, Case, Asked], Any]
STAFF = ("fo", "teknis", "jf", "koordinator", "kadis", "arsip", "auditor")


@dataclass(frozen=True)
class Deed:
    """One action. who: who may; also: others who may as well; first: what must have happened; told: its event."""

    stage: str
    who: str
    do: Do
    told: str
    first: Callable[[Case], object] = lambda case: None
    also: tuple[str, ...] = ()


def _item(case: Case, requirement: str = "ktp") -> uuid.UUID:
    items = application_queries.items(f.application(case))
    return next(item.key for item in items if item.requirement.id == requirement)


def _returned(case: Case) -> None:
    me = f.actor("jf")
    applications.return_for_correction(me, case.pk, notes={"ktp": "Foto buram."}, asked=f.asked())
    applications.attach(
        f.actor("pemohon"), f.application(case).key, "ktp", name="baru.png", data=f.picture(61)
    )


def _asked_to_revoke(case: Case) -> None:
    permits.ask_revocation(f.actor("jf"), case.pk, reason="Data tidak benar.", asked=f.asked())


def _result_open(case: Case) -> None:
    """Sent to BSrE five minutes ago, and no answer came."""
    office, since = case.office, f.AT - f.minutes(5)
    offices.set_rule(system(f.AT), office.pk, name="signer", value="bsre", since=since.date(), basis="Contoh")
    permit = queries.of_case(f.sign(f.fresh(case), since))
    assert permit is not None
    permits.sending(f.actor("kadis", since), permit.pk)


def _fetched(case: Case) -> None:
    permits.downloaded(f.actor("pemohon"), case.pk, asked=f.asked())


def _colleague() -> str:
    account = Account.objects.filter(email="rekan@mempawah.example").first()
    person = (account or f.newcomer("rekan@mempawah.example", "tim-teknis")).person
    assert person is not None
    return str(person.key)


def _archive(actor: Actor, case: Case, asked: Asked) -> Any:
    kept = {"code": "500.16.7", "retention": "5 tahun", "place": "Rak 1", "note": ""}
    return applications.archive(actor, case.pk, **kept, asked=asked)


DEEDS = {
    "cases.claim": Deed(
        "verifikasi", "teknis", lambda a, c, k: cases.claim(a, c.pk, asked=k), "case.claimed"
    ),
    "cases.hand_over": Deed(
        "verifikasi",
        "teknis",
        lambda a, c, k: cases.hand_over(a, c.pk, to=_colleague(), reason="Cuti.", asked=k),
        "case.handed-over",
        lambda case: _colleague(),
    ),
    "cases.take": Deed(
        "verifikasi",
        "teknis",
        lambda a, c, k: cases.take(a, c.pk, outcome="tolak", reason="Tidak lengkap.", asked=k),
        "case.take",
    ),
    "cases.undo": Deed(
        "verifikasi",
        "teknis",
        lambda a, c, k: cases.undo(a, c.pk, asked=k),
        "case.undone",
        lambda case: f.take(case, "teknis", "tolak", reason="Salah berkas."),
    ),
    "cases.open_wait": Deed(
        "validasi", "jf", lambda a, c, k: cases.open_wait(a, c.pk, wait="rapat", asked=k), "case.open"
    ),
    "cases.answer": Deed(
        "validasi",
        "koordinator",
        lambda a, c, k: cases.answer(a, c.pk, wait="diketahui", said="known", asked=k),
        "case.answer",
    ),
    "applications.assist": Deed(
        "informasi",
        "fo",
        lambda a, c, k: applications.assist(a, c.pk, note="Dijelaskan di loket.", asked=k),
        "application.assisted",
    ),
    "applications.check": Deed(
        "verifikasi",
        "teknis",
        lambda a, c, k: applications.check(a, c.pk, item=_item(c), verdict="sesuai", asked=k),
        "application.checked",
    ),
    "applications.make_document": Deed(
        "verifikasi",
        "teknis",
        lambda a, c, k: applications.make_document(a, c.pk, template="berita-acara", raw=f.FINDINGS, asked=k),
        "application.document",
    ),
    "applications.return_for_correction": Deed(
        "validasi",
        "jf",
        lambda a, c, k: applications.return_for_correction(a, c.pk, notes={"ktp": "Foto buram."}, asked=k),
        "application.returned",
    ),
    "applications.correct": Deed(
        "validasi",
        "pemohon",
        lambda a, c, k: applications.correct(a, f.application(c).key, note="", truthful=True, asked=k),
        "application.corrected",
        _returned,
    ),
    "applications.withdraw": Deed(
        "validasi",
        "pemohon",
        lambda a, c, k: applications.withdraw(a, f.application(c).key, reason="", asked=k),
        "case.withdraw",
    ),
    "applications.archive": Deed("unduh", "arsip", _archive, "application.archived", _fetched),
    "permits.save_draft": Deed(
        "validasi",
        "jf",
        lambda a, c, k: permits.save_draft(a, c.pk, duties=["Memelihara standar."], asked=k),
        "permit.drafted",
    ),
    "permits.sign": Deed(
        "tanda-tangan", "kadis", lambda a, c, k: permits.sign(a, c.pk, asked=k), "permit.number-taken"
    ),
    "permits.downloaded": Deed(
        "unduh", "pemohon", lambda a, c, k: permits.downloaded(a, c.pk, asked=k), "permit.downloaded"
    ),
    "permits.ask_revocation": Deed(
        "unduh",
        "jf",
        lambda a, c, k: permits.ask_revocation(a, c.pk, reason="Data tidak benar.", asked=k),
        "permit.revocation-asked",
        also=("fo", "teknis", "koordinator", "kadis", "arsip"),
    ),
    "permits.settle_unsigned": Deed(
        "tanda-tangan",
        "koordinator",
        lambda a, c, k: permits.settle_unsigned(a, c.pk, reason="Tidak ada di catatan layanan.", asked=k),
        "permit.signature-settled",
        _result_open,
    ),
    "permits.revoke": Deed(
        "unduh",
        "kadis",
        lambda a, c, k: permits.revoke(a, c.pk, asked=k),
        "permit.revoked",
        _asked_to_revoke,
    ),
}
# They concern no case yet, or many: tests/rooms/test_applications.py, tests/rooms/test_batch.py.
ELSEWHERE = {"applications.send", "permits.begin_batch"}


def _actions(module: ModuleType) -> set[str]:
    """The functions of this room that take a command."""
    room = module.__name__.split(".")[1]
    found = inspect.getmembers(module, inspect.isfunction)
    doors = {"write", "create"}
    return {
        f"{room}.{name}"
        for name, act in found
        if name not in doors and "asked" in inspect.signature(act).parameters
    }


def test_every_action_is_asked() -> None:
    assert set().union(*map(_actions, (cases, applications, permits))) == DEEDS.keys() | ELSEWHERE


@pytest.fixture(params=DEEDS)
def deed(request: pytest.FixtureRequest) -> Deed:
    return DEEDS[request.param]


@pytest.fixture
def case(deed: Deed, stage: Callable[[str], Case]) -> Case:
    found = stage(deed.stage)
    deed.first(found)
    return f.fresh(found)


def test_it_works_and_says_who_did_it_in_which_role(deed: Deed, case: Case) -> None:
    me, before = f.actor(deed.who), case.version
    deed.do(me, case, f.asked())
    new = Event.objects.filter(subject=case.subject, number__gt=before)
    told = new.get(kind=deed.told)
    assert (told.person, told.at, told.office_id) == (me.person, f.AT, case.office_id)
    held = {c.role.value for c in me.capacities} or {"pemohon"}
    assert told.role in held
    assert f.fresh(case).version == before + new.count()
    assert verify().ok


def test_everybody_else_in_the_office_is_refused_and_leaves_nothing(deed: Deed, case: Case) -> None:
    for who in {*STAFF, "pemohon"} - {deed.who, *deed.also}:
        before = f.everything()
        with pytest.raises(Refusal) as no:
            deed.do(f.actor(who), case, f.asked())
        assert no.value.code.startswith(("access.", "cases.no-undo")), (who, no.value.code)
        assert f.everything() == before, who


def test_another_office_and_another_applicant_do_not_learn_that_it_exists(deed: Deed, case: Case) -> None:
    f.newcomer("orang@contoh.example")
    who = "orang@contoh.example" if deed.who == "pemohon" else f"{deed.who}@kampar.example"
    with f.refusal("access.not-yours", 404):
        deed.do(f.actor(who), case, f.asked())


def test_the_same_command_twice_gives_the_first_answer_once(deed: Deed, case: Case) -> None:
    me, asked = f.actor(deed.who), f.asked(what="this")
    first = deed.do(me, case, asked)
    before = f.everything()
    assert deed.do(me, case, asked) == first
    assert f.everything() == before
    with f.refusal("door.other-payload"):
        deed.do(me, case, Asked.of(asked.id, what="that"))


def test_an_officer_who_saw_an_older_version_is_refused(deed: Deed, case: Case) -> None:
    with f.refusal("door.changed", 409):
        deed.do(f.actor(deed.who), case, f.asked(expected=case.version - 1))
    deed.do(f.actor(deed.who), case, f.asked(expected=case.version))
