# SPDX-License-Identifier: Apache-2.0
"""How an application stands, in the words of its own service: for its owner and for whoever holds its receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.cases import queries as cases
from satupintu.cases.models import Case, Remark
from satupintu.core import clock
from satupintu.core import sop as engine
from satupintu.core.access import Actor
from satupintu.core.clock import Entry, Tick, WorkCalendar
from satupintu.core.package import Package
from satupintu.core.sop import SIGN_BEGUN, SIGN_DONE, Sop, State, Wait
from satupintu.door import looks as record
from satupintu.door.read import Line
from satupintu.offices.queries import calendar
from satupintu.ui import formats
from satupintu.ui.lane import step_label
from satupintu.ui.parts import Door, DoorState, Fact, HistoryRow, LedgerRow
from satupintu.ui.words import LOOK_WHY, looked_words, role_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

Kind = Literal["correct", "download", "office", "signing", "ended"]
BY_OSS = gettext_lazy("Tanggal selesai ditentukan OSS.")
AT_ONCE = gettext_lazy("Terbit saat itu juga.")


@dataclass(frozen=True, slots=True)
class Told:
    """A sent application at one instant, with all that its page says of it. No SQL once the office is in memory."""

    application: Application
    case: Case
    package: Package
    state: State
    calendar: WorkCalendar
    at: datetime

    @property
    def sop(self) -> Sop:
        return self.package.sop

    @property
    def today(self) -> date:
        return self.calendar.local_day(self.at)

    @property
    def texts(self) -> Mapping[str, str]:
        return self.package.texts["id"]

    @property
    def status(self) -> str:
        """The short word of its state, from the service's texts."""
        if self.signing and not self.by_itself:
            return _("Sedang ditandatangani")
        return self.texts.get(self.case.status, "") or step_label(self.case.step)

    @property
    def now(self) -> str:
        """What is happening now, in a sentence of the service's texts."""
        if self.signing and not self.by_itself:
            return _("Kepala dinas sudah menyetujui. Surat Anda sedang ditandatangani.")
        return self.texts.get(f"{self.case.status}.now", "")

    @property
    def signing(self) -> bool:
        """The head has signed, the signed sheet is not stored yet: neither refusal nor withdrawal is possible."""
        return SIGN_BEGUN in self.state.marks and SIGN_DONE not in self.state.marks and not self.case.end

    @property
    def by_itself(self) -> bool:
        """Whether the system issues it, at a step where nobody signs."""
        been = {self.state.step, *(visit.step for visit in self.state.visits)}
        steps = (step for step in self.sop.steps.values() if step.id in been and "sign" in step.work)
        return any(self.sop.actors[step.actor].is_ == engine.SYSTEM for step in steps)

    @property
    def due(self) -> date | None:
        return cases.due_date(self.case, self.state, self.at)

    @property
    def due_words(self) -> str:
        """The promised date as people read it; without a promise, who says the date."""
        return formats.long_date(self.due) if self.due else str(AT_ONCE if self.by_itself else BY_OSS)

    @property
    def paused(self) -> bool:
        return cases.is_paused(self.state)

    @property
    def late(self) -> bool:
        left = cases.days_left(self.case, self.state, self.at)
        return left is not None and left < 0 and not self.stopped

    @property
    def stopped(self) -> bool:
        """The clock has come to its end: decided."""
        return bool(self.case.end) or (bool(self.state.ledger) and self.state.ledger[-1].tick is Tick.STOP)

    @property
    def correction(self) -> Wait | None:
        """The correction the applicant owes now."""
        found = applications.open_correction(self.case)
        return self.sop.waits[found] if found else None

    @property
    def may_withdraw(self) -> bool:
        """Until it is decided or being signed, where the SOP has an end for it."""
        has_end = any(end.result == "withdrawn" for end in self.sop.ends.values())
        return has_end and not self.case.end and not self.state.decided and SIGN_BEGUN not in self.state.marks

    @property
    def may_reopen(self) -> bool:
        """The end it came to lets the application be taken up again (S5)."""
        end = self.sop.ends.get(self.case.end)
        return end is not None and end.reopen

    @property
    def refused(self) -> bool:
        end = self.sop.ends.get(self.case.end)
        return end is not None and end.result == "refused"

    @property
    def awaits_download(self) -> bool:
        """The SOP waits for the applicant to fetch the permit."""
        step = self.sop.steps.get(self.state.step or "")
        return step is not None and "download" in step.work and not self.case.end

    @property
    def kind(self) -> Kind:
        if self.case.end:
            return "ended"
        if self.correction:
            return "correct"
        if self.awaits_download:
            return "download"
        return "signing" if self.signing else "office"

    @property
    def yours(self) -> bool:
        """Whether the applicant is awaited."""
        return self.kind in ("correct", "download")

    @property
    def whose(self) -> str:
        """Who is awaited: "Anda", or the actors of the office by the names of the SOP's sheet."""
        if self.yours:
            return _("Anda")
        awaited = [self.sop.actors[turn.actor].label for turn in engine.turns(self.sop, self.state)]
        return ", ".join(dict.fromkeys(awaited))

    @property
    def until(self) -> date | None:
        """Until when the applicant has time, where the SOP gives a limit."""
        return last_day(self, self.correction.id if self.correction else "step")


def of(application: Application, at: datetime) -> Told:
    """How a sent application stands at this instant."""
    case = application.case
    assert case is not None  # the callers send drafts elsewhere
    return Told(
        application, case, applications.spoken(application), cases.state(case), calendar(case.office), at
    )


def last_day(told: Told, what: str) -> date | None:
    """The last day on which an open wait, or the step itself ("step"), is still in time."""
    until = cases.deadlines(told.case, told.state).get(what)
    return told.calendar.local_day(until - timedelta(seconds=1)) if until else None


def when(told: Told, at: datetime) -> str:
    """An instant in the office's time, as short as is clear."""
    return formats.near_moment(at, told.calendar.zone, told.today)


def promise_if_sent(application: Application, at: datetime) -> str:
    """The date that would be promised if it were sent now: "5 hari kerja, sampai Jumat, 27 November"."""
    span = applications.package(application).sop.promise
    if span is None:
        return str(BY_OSS)
    when_open = calendar(application.office)
    due = clock.due([Entry(Tick.START, at)], when_open, span.n, at)
    return formats.promise(span.n, due, when_open.local_day(at)) if due else str(BY_OSS)


# Steps and time ---------------------------------------------------------------------------------------------------


def doors(told: Told) -> tuple[Door, ...]:
    """The steps that were done and those that can still come, with who acts and when each was done."""
    left = {visit.step: visit.left_at for visit in told.state.visits}
    ahead = told.sop.ahead(told.state.step) if told.state.step and not told.case.end else frozenset()
    found = []
    for step in told.sop.steps.values():
        if step.id not in left and step.id not in ahead:
            continue
        here = told.state.step == step.id and not told.case.end
        state: DoorState = "now" if here else "done" if step.id in left else "todo"
        if here and told.late:
            state = "late"
        meta = [told.sop.actors[step.actor].label]
        if state == "done":
            meta.append(formats.near_date(told.calendar.local_day(left[step.id]), told.today))
        elif state == "late":
            meta.append(_("lewat dari janji"))
        found.append(Door(step.number, step_label(step.id), state, meta=" · ".join(meta)))
    return tuple(found)


def facts(told: Told) -> tuple[Fact, ...]:
    """The promise in three numbers; none where the SOP promises nothing."""
    days, due = cases.promise_days(told.case, told.state), told.due
    if not days or due is None:
        return ()
    used = clock.used_days(told.state.ledger, told.calendar, told.at)
    stood = _days_stood(told)
    return (
        Fact(_("Janji"), _("%(n)d hari kerja") % {"n": days}),
        Fact(
            _("Terpakai"),
            _("%(n)d hari kerja") % {"n": used},
            _("berhenti %(n)d hari kerja") % {"n": stood} if stood else "",
        ),
        Fact(
            _("Sampai"), formats.near_date(due, told.today), _("jam sedang berhenti") if told.paused else ""
        ),
    )


def _days_stood(told: Told) -> int:
    """Working days for which the clock stood, waiting for somebody outside."""
    stood, since = 0, None
    for entry in (*told.state.ledger, None):
        if since is not None:
            until = entry.at if entry else told.at
            stood += told.calendar.count(told.calendar.local_day(since), told.calendar.local_day(until))
        since = entry.at if entry and entry.tick is Tick.PAUSE else None
    return stood


TICKS: Mapping[Tick, tuple[str, Text]] = {
    Tick.START: ("play", gettext_lazy("Permohonan masuk. Jam mulai; hari ini belum dihitung.")),
    Tick.RESUME: ("play", gettext_lazy("Perbaikan masuk. Jam jalan lagi.")),
    Tick.RESET: ("pause", gettext_lazy("Jam dikembalikan ke nol.")),
    Tick.RESTART: ("play", gettext_lazy("Jam mulai lagi dari nol.")),
    Tick.STOP: ("ok", gettext_lazy("Jam selesai.")),
}


def ledger(told: Told) -> tuple[LedgerRow, ...]:
    """Every entry of the clock in words."""
    rows = []
    for entry in told.state.ledger:
        paused = entry.tick is Tick.PAUSE
        icon, text = ("pause", _paused_for(told, entry)) if paused else TICKS[entry.tick]
        rows.append(LedgerRow(icon, text, when(told, entry.at), paused=paused))
    return tuple(rows)


def _paused_for(told: Told, entry: Entry) -> str:
    wait = told.sop.waits.get(entry.reason.partition(":")[2].partition(":")[0])
    if wait is None:
        return _("Jam berhenti.")
    return _("%(what)s. Jam berhenti, menunggu pemohon.") % {"what": wait.label}


# History -------------------------------------------------------------------------------------------------------------


SENTENCES: Mapping[str, Text] = {
    "application.sent": gettext_lazy("Permohonan dikirim."),
    "application.returned": gettext_lazy("Petugas meminta %(n)d dokumen diperbaiki."),
    "application.corrected": gettext_lazy("Perbaikan dikirim."),
    "case.withdraw": gettext_lazy("Permohonan ditarik pemohon."),
    "permit.issued": gettext_lazy("Surat nomor %(number)s terbit."),
    "permit.downloaded": gettext_lazy("Surat diunduh."),
    "permit.replaced": gettext_lazy("Surat nomor %(number)s diganti dengan versi %(by)s."),
    "permit.revoked": gettext_lazy("Surat nomor %(number)s dicabut."),
}
"""What the public hears of each kind of event; of all others only the status they bring."""


def history(told: Told, lines: Sequence[Line]) -> list[HistoryRow]:
    """What happened, newest first, without the office's inner steps and without what was undone."""
    rows, last, downloaded = [], "", False
    for line in _standing(lines):
        if line.kind == "permit.downloaded":
            if downloaded:
                continue
            downloaded = True
        said = [_sentence(line)] if line.kind in SENTENCES else []
        status = _status(told, line)
        if status and status != last:
            said.append(_("Status: %(status)s.") % {"status": status})
            last = status
        if said:
            paused = "pause" in line.data.get("clock", ())
            rows.append(HistoryRow(when(told, line.at), " ".join(said), paused=paused))
    return list(reversed(rows))


def _standing(lines: Sequence[Line]) -> list[Line]:
    """The lines that still hold: an undone step and its undoing are the office's own business."""
    undone = {line.data.get("number") for line in lines if line.kind == "case.undone"}
    return [line for line in lines if line.kind != "case.undone" and line.number not in undone]


def _sentence(line: Line) -> str:
    told = {name: line.data.get(name, "") for name in ("number", "by")}
    values = {"n": len(line.data.get("items", ())), **told}
    return str(SENTENCES[line.kind]) % values


def _status(told: Told, line: Line) -> str:
    at = str(line.data.get("status", ""))
    if at == f"step:{told.sop.first.id}":  # the draft: it is over in the same commit
        return ""
    row = told.sop.statuses.get(at)
    return told.texts.get(row.public, "") if row else ""


# Words of officers ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """Words that belong to the file and may be read by the applicant. title: who said them, and about what."""

    title: str
    text: str
    when: str


TITLES: Mapping[str, Text] = {
    "reason": gettext_lazy("Alasan petugas"),
    "returned": gettext_lazy("Yang diminta diperbaiki"),
    "correction-note": gettext_lazy("Catatan Anda"),
    "withdrawal": gettext_lazy("Alasan Anda menarik"),
}


def remarks(told: Told, lines: Iterable[Line], found: Iterable[Remark]) -> list[Said]:
    """The remarks meant for the applicant, newest first, without those of what was undone."""
    standing = {line.number: line for line in _standing(list(lines))}
    rows = [
        Said(str(TITLES[remark.kind]), _words(told, remark), when(told, standing[remark.number].at))
        for remark in found
        if remark.number in standing and remark.kind in TITLES
    ]
    return list(reversed(rows))


def _words(told: Told, remark: Remark) -> str:
    """A list of returned documents gets their names."""
    if remark.kind != "returned" or told.package.service is None:
        return remark.text
    known, said = told.package.service.requirements, []
    for line in remark.text.splitlines():
        name, colon, note = line.partition(": ")
        said.append(f"{known[name].label}: {note}" if colon and name in known else line)
    return "\n".join(said)


def looks(actor: Actor) -> list[HistoryRow]:
    """Who has opened the files of this person, newest first: role and office, not the officer's name."""
    files = {case.subject: case for case in cases.of_person(actor.person)}
    return [_look(seen, files[seen.subject], actor.at) for seen in record.at(list(files))]


def _look(seen: record.Seen, case: Case, at: datetime) -> HistoryRow:
    when_open = calendar(case.office)
    words = {
        "role": role_words(seen.role).capitalize(),
        "office": case.office.name,
        "what": looked_words(seen.what),
        "receipt": case.receipt,
        "why": LOOK_WHY[seen.why],
    }
    return HistoryRow(
        formats.near_moment(seen.at, when_open.zone, when_open.local_day(at)),
        _("%(role)s, %(office)s, %(what)s %(receipt)s: %(why)s.") % words,
    )
