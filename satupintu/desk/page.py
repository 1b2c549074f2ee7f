# SPDX-License-Identifier: Apache-2.0
"""The page of a file, put together: small frozen answers for the templates, made from what `queries.file` has read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from satupintu.applications import queries as applications
from satupintu.applications.actions.work import correction_outcome, judged
from satupintu.applications.models import Verdict
from satupintu.cases import queries as cases
from satupintu.cases.actions import may_undo
from satupintu.core.access import Permission
from satupintu.core.refusal import Refusal
from satupintu.core.sop import WAIT_KINDS, Offer, OpenWait, Wait, four_eyes, offers, openable
from satupintu.desk import history, lane, replacing, why
from satupintu.desk.decision import decision
from satupintu.desk.forms import Hidden, command
from satupintu.desk.queries import Desk, File, labels, versions
from satupintu.desk.words import link, lower
from satupintu.permits import queries as permits
from satupintu.permits.models import Permit
from satupintu.permits.signers import BSRE
from satupintu.ui import formats
from satupintu.ui.parts import CheckRow, OutcomeButton, TagKind
from satupintu.ui.words import answer_words, fact_words, role_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

KINDS: Mapping[str, TagKind] = {"issued": "ok", "refused": "stop", "lapsed": "stop", "withdrawn": "draft"}
WRONG = (Verdict.WRONG, Verdict.ABSENT)


# Head ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Status:
    kind: TagKind
    word: str
    icon: str = ""


def status(file: Desk) -> Status:
    """How the file stands, in the words of its service."""
    word = file.spoken.texts["id"].get(file.case.status, file.case.status_permohonan)
    if file.state.end:
        end = file.sop.ends[file.state.end]
        return Status(KINDS.get(end.result, ""), end.label)
    if file.suspended:
        waiting = next(wait for wait in file.state.waits if wait.suspends)
        return Status("wait", _("Menunggu %(what)s") % {"what": lower(file.sop.waits[waiting.id].label)})
    if file.signing:
        return Status("", _("Sedang ditandatangani"), "sign")
    return Status("", word, "clipboard")


@dataclass(frozen=True, slots=True)
class Head:
    """The first card of a file."""

    title: str
    status: Status
    about: tuple[str, ...]
    left: formats.TimeLeft
    due: str
    norm_label: str
    norm: str
    over_norm: bool
    holder: str


def head(file: File) -> Head:
    """Title, status, and the four clocks."""
    due = cases.due_date(file.case, file.state, file.at)
    norm_label, norm, over = _norm(file)
    kbli = applications.shown_value(file.application, "kbli") if "kbli" in file.application.answers else ""
    return Head(
        title=file.case.title,
        status=status(file),
        about=tuple(text for text in (file.package.name, kbli) if text),
        left=file.left,
        due=formats.near_date(due, file.today) if due else _("Tidak dijanjikan"),
        norm_label=norm_label,
        norm=norm,
        over_norm=over,
        holder=_holder(file),
    )


def _norm(file: Desk) -> tuple[str, str, bool]:
    if file.step is None:
        return _("Norma langkah"), formats.NOTHING, False
    used, norm = lane.used_minutes(file, file.step), lane.norm_minutes(file, file.step)
    label = _("Norma langkah %(n)s") % {"n": file.step.number}
    if used is None:
        return label, _("%(norm)s menit") % {"norm": norm}, False
    said = {"used": formats.minutes_in_words(used), "norm": formats.minutes_in_words(norm)}
    return label, _("%(used)s dari %(norm)s") % said, used > norm


def _holder(file: File) -> str:
    if file.step is None:
        return _("Arsip") if file.archive else formats.NOTHING
    if file.case.holder:
        return file.who(file.case.holder)
    if file.my_step:
        return _("Belum ada, giliran peran Anda")
    role = role_words(file.case.role)
    return role[:1].upper() + role[1:]


# Checklist and viewer --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checklist:
    """The rows, and how far the checking has come. post: where an open row is sent; "" makes it read-only."""

    rows: tuple[CheckRow, ...]
    done: int
    of: int
    post: str
    hidden: Hidden


def checklist(file: File, row: int | None, typed: Mapping[str, str] | None = None) -> Checklist:
    """The required documents with the verdicts of the step.

    row: the row that is open, from 1; None opens the first that nobody has judged. typed: an open row that was refused.
    """
    writes = file.does("checklist")
    verdicts = [judged(item, file.checked_at) for item in file.items]
    if row is None and writes:
        row = next((n for n, verdict in enumerate(verdicts, 1) if verdict == ""), None)
    rows = []
    for n, (item, verdict) in enumerate(zip(file.items, verdicts, strict=True), 1):
        said = item.verdicts.get(file.checked_at)
        made = CheckRow(
            id=item.requirement.id,
            number=n,
            label=item.requirement.label,
            href=f"{link(file, 'file')}?baris={n}#baris-{n}",
            verdict="tidak-perlu" if verdict is None else verdict,
            hint=_check_hint(item, verdict),
            basis=item.requirement.basis,
            note=said.sentence if said and verdict else item.note if item.to_correct else "",
            sentences=item.requirement.sentences,
            open=n == row,
        )
        if typed is not None and n == row:
            made = replace(made, verdict=typed["verdict"], note=typed["note"])
        rows.append(made)
    judged_rows = [verdict for verdict in verdicts if verdict is not None]
    post = link(file, "check") if writes else ""
    return Checklist(
        tuple(rows), sum(v != "" for v in judged_rows), len(judged_rows), post, command() if writes else ()
    )


def _check_hint(item: applications.Item, verdict: str | None) -> str:
    if item.document is None:
        return _("Tidak diunggah; boleh kosong.") if verdict is None else _("Tidak diunggah.")
    if verdict == "" and item.earlier:
        return _("Versi %(n)s, belum diperiksa.") % {"n": item.document.number}
    return item.requirement.hint


@dataclass(frozen=True, slots=True)
class Viewer:
    """The document beside the checklist. src: "" where there is nothing to see. older: (address, words)."""

    title: str
    src: str = ""
    picture: bool = False
    small: str = ""
    place: str = ""
    back: str = ""
    next: str = ""
    older: tuple[tuple[str, str], ...] = ()


def viewer(file: File, row: int | None, show: str, version: int | None = None) -> Viewer:
    """What is looked at: the document of row `row`, or `show`: "draf", "surat" or the key of a paper of the office."""
    if show == "draf" and file.draft is not None:
        small = _("Disusun %(name)s, %(when)s.") % {
            "name": file.who(file.draft.by),
            "when": formats.near_moment(file.draft.at, file.calendar.zone, file.today),
        }
        return Viewer(_("Draf surat"), link(file, "preview"), small=small)
    if show == "surat" and file.permit is not None and file.permit.file is not None:
        return Viewer(f"{file.permit.title} {file.permit.number}", link(file, "permit"))
    for paper in file.papers:
        if str(paper.key) == show:
            return Viewer(
                paper.label, link(file, "document", paper.key), small=f"{_('Nomor')} {paper.number}"
            )
    return _uploaded(file, row or 1, version)


def _uploaded(file: File, row: int, version: int | None) -> Viewer:
    if not 1 <= row <= len(file.items):
        row = 1
    if not file.items:
        return Viewer(_("Dokumen"))
    item, page = file.items[row - 1], f"{link(file, 'file')}?baris="
    there = versions(item)
    found = next((d for d in there if d.number == version), there[0] if there else None)
    back = f"{page}{row - 1}#lihat" if row > 1 else ""
    after = f"{page}{row + 1}#lihat" if row < len(file.items) else ""
    place = _("%(n)s dari %(of)s") % {"n": row, "of": len(file.items)}
    if found is None:
        return Viewer(item.requirement.label, place=place, back=back, next=after)
    when = formats.near_moment(found.at, file.calendar.zone, file.today)
    small = _("%(name)s · %(size)s · diunggah %(who)s, %(when)s · sidik %(seal)s") % {
        "name": found.file.name,
        "size": formats.file_size(found.file.size),
        "who": file.who(found.by),
        "when": when,
        "seal": f"{found.file.sha256[:4]} {found.file.sha256[4:8]}",
    }
    older = tuple(
        (f"{page}{row}&versi={d.number}#lihat", _("Versi %(n)s") % {"n": d.number})
        for d in there
        if d is not found
    )
    src = link(file, "document", found.key)
    return Viewer(
        item.requirement.label, src, found.file.mime.startswith("image/"), small, place, back, after, older
    )


# What may be done ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of the step's work beside the checklist."""

    label: Text
    href: str
    done: bool


def tasks(file: File) -> list[Task]:
    """The step's work that has a page of its own; none for those who only read."""
    if not file.acts or file.step is None or file.signing:
        return []
    form, found = file.package.form, []
    for work in file.step.work:
        done = f"{work}-done" in file.state.marks
        kind, _colon, template = work.partition(":")
        if kind == "document" and form and template in form.documents:
            found.append(Task(form.documents[template].label, link(file, "make", template), done))
        elif kind == "draft":
            found.append(Task(_("Draf surat"), link(file, "draft"), done))
        elif kind == "assist":
            found.append(Task(_("Catatan pendampingan"), link(file, "assist"), done))
        elif kind == "archive":
            found.append(Task(_("Data arsip"), link(file, "archive"), done))
    return found


def outcomes(file: File) -> list[OutcomeButton]:
    """One button per way the SOP offers, in its order; the lit one is the first that goes on."""
    if not file.my_step or file.case.holder not in {"", file.actor.person}:
        return []
    late = cases.late_facts(file.case, file.state, file.at)
    offered = offers(file.sop, file.state, late, file.actor.person)
    returning = correction_outcome(file.case)
    made = [_button(file, offer, correcting=offer.outcome.id == returning) for offer in offered]
    lit = next((n for n, button in enumerate(made) if not button.missing and button.kind != "stop"), None)
    if lit is None or file.does("sign"):
        return made
    # nothing goes forward and nothing is wrong with the documents: then sending back is not what is wanted
    wrong = "checklist-failed" in file.state.marks
    forward = made[lit].key != "b" or wrong
    return [replace(b, kind="go") if n == lit and forward else b for n, b in enumerate(made)]


def _button(file: File, offer: Offer, *, correcting: bool) -> OutcomeButton:
    outcome = offer.outcome
    refuses = bool(
        outcome.to and outcome.to in file.sop.ends and file.sop.ends[outcome.to].result != "issued"
    )
    asks_more = correcting or outcome.needs_reason or outcome.decides
    href = link(file, "return") if correcting else f"{link(file, 'outcome')}?hasil={outcome.id}"
    return OutcomeButton(
        id=outcome.id,
        label=outcome.label,
        href=href if asks_more else "",
        post="" if asks_more else link(file, "outcome"),
        hidden=command(file.case.version),
        missing=_reasons(file, offer),
        kind="stop" if refuses else "quiet",
        key="b" if correcting else "",
        note=effect(file, file.sop.waits[outcome.wait]) if outcome.wait else "",
    )


def _reasons(file: File, offer: Offer) -> tuple[str, ...]:
    """What is missing, each thing once: while the step is suspended that alone; an open wait is not also unanswered."""
    if "suspended" in offer.missing:
        return (missing(file, "suspended"),)
    unanswered = {wait.id for wait in file.state.waits} if "waits-answered" in offer.missing else set()
    facts = [fact for fact in offer.missing if fact.partition(":")[0] not in unanswered]
    return tuple(missing(file, fact) for fact in facts)


def missing(file: File, fact: str) -> str:
    """What stands between the file and an outcome, as exactly as the page knows it."""
    if fact == "suspended":
        waiting = [file.sop.waits[wait.id].label for wait in file.state.waits if wait.suspends]
        return _("masih menunggu %(what)s") % {"what": ", ".join(map(lower, waiting))}
    if fact == "four-eyes":
        return _("harus orang lain, sebab Anda sudah mengerjakan langkah yang dipisahkan SOP")
    if fact == "signing":
        return _("surat sedang ditandatangani")
    if fact == "waits-answered":
        waiting = [lower(file.sop.waits[wait.id].label) for wait in file.state.waits]
        return _("belum dijawab: %(what)s") % {"what": ", ".join(waiting)}
    if fact == "checklist-passed":
        return _counted(file) or fact_words(fact)
    words = fact_words(fact, labels(file.package))
    return words if fact.startswith("document:") else lower(words)  # a document is called by its name


def _counted(file: File) -> str:
    found = [judged(item, file.checked_at) for item in file.items]
    unseen, wrong = found.count(""), sum(verdict in WRONG for verdict in found)
    parts = []
    if unseen:
        parts.append(
            ngettext("%(n)d baris belum diperiksa", "%(n)d baris belum diperiksa", unseen) % {"n": unseen}
        )
    if wrong:
        parts.append(ngettext("%(n)d baris tidak sesuai", "%(n)d baris tidak sesuai", wrong) % {"n": wrong})
    return ", ".join(parts)


def effect(file: Desk, wait: Wait) -> str:
    """What opening this wait does: the clock, the other side's time, the round."""
    parts = []
    if wait.pauses:
        parts.append(_("Jam kantor berhenti."))
    if wait.limit:
        whose = role_words(file.debtor(wait))
        parts.append(
            _("%(who)s diberi %(limit)s.") % {"who": whose[:1].upper() + whose[1:], "limit": wait.limit}
        )
    if wait.rounds:
        now = file.state.rounds.get(wait.id, 0) + 1
        parts.append(_("Putaran ke-%(n)s dari %(of)s.") % {"n": now, "of": wait.rounds})
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class WaitRow:
    """Somebody beside the step is awaited, or has answered.

    quick: label of the button that gives the good answer at once; href: the page that gives any. barred: why not.
    """

    label: str
    text: str
    tag: TagKind
    word: str
    paused: bool = False
    icon: str = ""
    quick: Text = ""
    said: str = ""
    href: str = ""
    more: Text = ""
    barred: str = ""
    wait: str = ""
    hidden: Hidden = ()


def waits(file: File) -> list[WaitRow]:
    """The open waits, then the answers this step has heard."""
    rows = [_open_row(file, wait) for wait in file.state.waits]
    if file.step is not None:
        heard = [wait for wait in file.step.openings if wait in file.state.answers]
        rows += [_heard(file, file.sop.waits[wait]) for wait in file.sop.waits if wait in heard]
    return rows


def _open_row(file: File, wait: OpenWait) -> WaitRow:
    row = file.sop.waits[wait.id]
    since = formats.near_moment(wait.opened_at, file.calendar.zone, file.today)
    text = _("%(who)s, sejak %(since)s.") % {"who": file.sop.actors[row.debtor].label, "since": lower(since)}
    until = cases.deadlines(file.case, file.state).get(wait.id)
    if until is not None:
        last = file.calendar.local_day(until - timedelta(seconds=1))
        text += " " + _("Paling lambat %(day)s.") % {"day": formats.near_date(last, file.today)}
    late = until is not None and file.at > until
    made = WaitRow(
        row.label,
        text,
        "stop" if late else "wait",
        _("Terlambat") if late else _("Ditunggu"),
        row.pauses,
        icon="warn" if late else "pause" if row.pauses else "clock",
        wait=row.id,
    )
    return _answerable(file, row, made) if row in file.owed else made


def _answerable(file: File, wait: Wait, row: WaitRow) -> WaitRow:
    """The same with the ways this person has to answer."""
    try:
        four_eyes(file.sop, file.state, wait.id, file.actor.person)
    except Refusal:
        return replace(row, barred=_("Harus orang lain: Anda sudah mengerjakan langkah yang dipisahkan SOP."))
    answers = WAIT_KINDS[wait.kind].answers
    page = f"{link(file, 'answer')}?tunggu={wait.id}"
    if not answers:
        return row
    if wait.kind == "acknowledgement":
        return replace(row, quick=_("Ketahui"), said=answers[-1], hidden=command())
    if wait.kind == "determination":
        return replace(
            row,
            quick=_("Setujui"),
            said=answers[-1],
            hidden=command(),
            href=page,
            more=_("Tolak atau beri catatan"),
        )
    return replace(row, href=page, more=_("Catat hasilnya"))


def _heard(file: File, wait: Wait) -> WaitRow:
    answer = file.state.answers[wait.id]
    people = ", ".join(file.who(person) for person in file.state.answered_by.get(wait.id, ())[-1:])
    good = answer in WAIT_KINDS[wait.kind].answers[-1:]
    return WaitRow(
        wait.label,
        people,
        "ok" if good else "stop",
        answer_words(answer)[:1].upper() + answer_words(answer)[1:],
    )


@dataclass(frozen=True, slots=True)
class Opening:
    """A wait that may be opened now."""

    wait: str
    label: str
    note: str
    key: str
    hidden: Hidden


def openings(file: File) -> list[Opening]:
    """What the officer may ask for at this step: a meeting, a visit, a new determination."""
    if not file.acts:
        return []
    found = [file.sop.waits[wait] for wait in openable(file.sop, file.state)]
    return [
        Opening(
            wait.id, lower(wait.label), effect(file, wait), "r" if wait.kind == "meeting" else "", command()
        )
        for wait in found
    ]


# The whole page --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Revocation:
    """The small section below an issued permit. asked: somebody has proposed it; href: the next page, "" for none."""

    revoked: str = ""
    asked: str = ""
    reason: str = ""
    href: str = ""
    word: Text = ""
    barred: Text = ""


def revocation(file: File) -> Revocation | None:
    """How the permit of this file can be revoked by two persons; None before it is issued."""
    permit = file.permit
    if permit is None or permit.state == Permit.SIGNING:
        return None
    if permit.state == Permit.REVOKED and permit.revoked_at:
        day = formats.near_date(file.calendar.local_day(permit.revoked_at), file.today)
        return Revocation(revoked=day, reason=permit.revoke_reason)
    if permit.revoke_asked_by:
        if not file.granted(Permission.PERMIT_REVOKE):
            return Revocation(asked=_("Sudah diusulkan."), reason=permit.revoke_reason)
        if permit.revoke_asked_by == file.actor.person:
            barred = _("Anda pengusulnya. Orang lain yang memutuskan.")
            return Revocation(asked=_("Sudah diusulkan."), reason=permit.revoke_reason, barred=barred)
        return Revocation(
            asked=_("Sudah diusulkan."),
            reason=permit.revoke_reason,
            href=link(file, "revoke"),
            word=_("Putuskan pencabutan"),
        )
    if not file.granted(Permission.CASE_WORK):
        return Revocation()
    return Revocation(href=link(file, "ask_revocation"), word=_("Usulkan pencabutan"))


def context(
    file: File,
    *,
    row: int | None = None,
    show: str = "",
    version: int | None = None,
    typed: Mapping[str, str] | None = None,
    opened: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """All the template of the page needs."""
    listed = checklist(file, row, typed)
    at_row = next((r.number for r in listed.rows if r.open), None)
    undo = file.case.undo if may_undo(file.case, file.actor) else None
    return {
        "file": file,
        "head": head(file),
        "lane": lane.lane(file),
        "list": listed,
        "viewer": viewer(file, at_row, show, version),
        "tasks": tasks(file),
        "outcomes": outcomes(file),
        "waits": waits(file),
        "openings": openings(file),
        "decision": decision(file, opened or {}),
        "papers": [(paper, f"{link(file, 'file')}?lihat={paper.key}#lihat") for paper in file.papers],
        "recorded": recorded(file),
        "history": history.of_file(file),
        "readers": file.granted(Permission.LOOKS_READ),
        "told": history.told(file),
        "why": why.reasons(file),
        "entity": file.application.entity,
        "answers": applications.answer_rows(file.application, masked=True),
        "revocation": revocation(file),
        "replacing": replacing.section(file),
        "claim": file.acts and not file.case.holder and not file.signing,
        "hand_over": file.acts and not file.signing,
        "undo_until": undo_until(file) if undo else "",
        "command": command(),
        "turn": turn(file),
    }


def recorded(file: File) -> str:
    """Where the issued permit stands in the public record; "" before it is issued."""
    if file.permit is None or file.permit.file is None:
        return ""
    proof = permits.proof_of(file.permit)
    if proof is None:
        return _("Menunggu segel catatan umum")
    if not proof.holds:
        return _("Catatan umum tidak cocok dengan segelnya")
    return _("Catatan umum urutan %(order)s") % {"order": formats.number(proof.order)}


def undo_until(file: Desk) -> str:
    """Until when the last step can be taken back, "10.35"."""
    kept = file.case.undo or {}
    return formats.clock_time(datetime.fromisoformat(kept["until"]), file.calendar.zone)


@dataclass(frozen=True, slots=True)
class Whose:
    """Who acts now, and until when."""

    yours: bool
    title: str
    text: str
    href: str = ""
    word: Text = ""


def _being_signed(file: File) -> Whose:
    """The number is taken, the signature not there yet; with BSrE somebody may have to do something."""
    title = _("Sedang ditandatangani")
    permit = file.permit
    if permit is None or permit.hand != BSRE:
        return Whose(False, title, _("Halaman ini memuat ulang sendiri. Nomor sudah diambil."))
    if permit.signer == file.actor.person:
        text = _("Nomor sudah diambil. Lihat atau lanjutkan di halaman tanda tangan.")
        return Whose(True, title, text, reverse("desk:drafts"), _("Halaman tanda tangan"))
    if permits.open_attempt(file.case.pk) is None:
        return Whose(False, title, _("Nomor sudah diambil. Kepala dinas melanjutkan dengan frasa sandinya."))
    text = _("Belum pasti apakah BSrE sudah menandatangani. Surat tidak dikirim lagi sebelum ini jelas.")
    unsure = _("Belum pasti, sedang dicek")
    if not file.granted(Permission.PERMIT_SETTLE):
        return Whose(False, unsure, f"{text} {_('Koordinator menanyakannya kepada pengelola layanan.')}")
    return Whose(True, unsure, text, link(file, "settle"), _("Pastikan hasilnya"))


def turn(file: File) -> Whose | None:
    """Whose turn it is, where it is not simply this person's step; None once the file has ended."""
    if file.step is None:
        return None
    until = cases.due_date(file.case, file.state, file.at)
    by = _("Janji sampai %(day)s.") % {"day": formats.near_date(until, file.today)} if until else ""
    if file.signing:
        return _being_signed(file)
    if file.owed:
        what = ", ".join(lower(wait.label) for wait in file.owed)
        return Whose(True, _("Giliran Anda: %(what)s") % {"what": what}, by)
    if file.suspended:
        row = next(wait for wait in file.state.waits if wait.suspends)
        found = _open_row(file, row)
        return Whose(False, _("Menunggu %(what)s") % {"what": lower(found.label)}, found.text)
    actor = file.sop.actors[file.step.actor].label
    if file.acts:  # the head of the page says it already
        return None
    if file.case.holder and file.case.holder != file.actor.person:
        actor = f"{actor}, {file.who(file.case.holder)}"
    return Whose(False, _("Giliran %(actor)s") % {"actor": actor}, by)
