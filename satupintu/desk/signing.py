# SPDX-License-Identifier: Apache-2.0
"""What the head's signing pages show: the drafts to choose from, and how far a batch has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from satupintu.accounts.queries import same_human
from satupintu.cases import queries as cases
from satupintu.core.access import GRANTS, Actor, Permission
from satupintu.core.refusal import Refusal
from satupintu.desk import replacing
from satupintu.desk.decision import Decision, decision
from satupintu.desk.queries import Desk, Sheet, sheets
from satupintu.desk.words import link
from satupintu.offices.models import Office
from satupintu.offices.queries import calendar
from satupintu.permits import queries as permits
from satupintu.permits.actions import MOST_TOGETHER
from satupintu.permits.models import Batch, Replacement
from satupintu.ui import formats
from satupintu.ui.parts import TagKind
from satupintu.ui.refusals import refused

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft that may be ticked once it has been opened. seal: of the draft as it is now."""

    key: str
    title: str
    about: str
    left: formats.TimeLeft
    decision: Decision
    seal: str


def drafts(actor: Actor, opened: Mapping[str, str]) -> tuple[Office | None, list[DraftRow]]:
    """The office, and the drafts that wait there for this person's signature, oldest file first."""
    rows = [row for row in cases.desk(actor, limit=2 * MOST_TOGETHER) if not row.wait]
    found = sheets(actor, [row.key for row in rows])
    office = found[rows[0].key].case.office if rows else None
    here = [found[row.key] for row in rows if office and row.office_id == office.pk]
    here.sort(key=lambda sheet: (sheet.case.opened_at, sheet.case.pk))
    made = [row for sheet in here if (row := _draft_row(sheet, decision(sheet, opened))) is not None]
    signs_at = [c.office_id for c in actor.capacities if Permission.PERMIT_SIGN in GRANTS.get(c.role, ())]
    proposals = permits.proposals([office.pk] if office else [at for at in signs_at if at is not None])
    office = office or (proposals[0].permit.case.office if proposals else None)
    there = [one for one in proposals if office and one.permit.office_id == office.pk]
    made += [_replacement_row(actor, one, opened) for one in there]
    return office, made[:MOST_TOGETHER]


def _replacement_row(actor: Actor, proposal: Replacement, opened: Mapping[str, str]) -> DraftRow:
    """The next version of a permit, to be signed like a draft."""
    file, seal = Desk(actor, proposal.permit.case), permits.proposal_seal(proposal)
    href = link(file, "replacement")
    barred = _("Anda pengusulnya.") if same_human(proposal.by, actor.person) else ""
    shown = Decision(
        points=replacing.lines(proposal, replacing.changes(file, proposal)),
        opened=opened.get(str(file.case.key)) == seal and not barred,
        href=href,
        post=href,
        hidden=(),
        barred=barred,
    )
    about = f"{_('Penggantian')} · {file.package.name} · {proposal.permit.number}"
    left = formats.TimeLeft("fine", _("Penggantian"), _("tanpa janji"))
    return DraftRow(str(file.case.key), file.case.title, about, left, shown, seal)


def _draft_row(sheet: Sheet, found: Decision | None) -> DraftRow | None:
    if found is None or found.barred or sheet.draft is None:
        return None
    about = f"{sheet.package.name} · {sheet.case.receipt}"
    seal = permits.draft_seal(sheet.draft)
    return DraftRow(str(sheet.case.key), sheet.case.title, about, sheet.left, found, seal)


def chosen(rows: list[DraftRow], keys: list[str]) -> list[tuple[str, str]]:
    """The ticked drafts in the order of the list. Raises Refusal `desk.draft-unopened` for one that was not opened."""
    wanted = [row for row in rows if row.key in set(keys)]
    if any(not row.decision.opened for row in wanted):
        raise Refusal("desk.draft-unopened", status=422)
    if len(wanted) != len(set(keys)):
        raise Refusal("permits.draft-gone", status=409)
    return [(row.key, row.seal) for row in wanted]


# How far a batch has come ----------------------------------------------------------------------------------------

STATES: Mapping[str, tuple[TagKind, str, Text]] = {
    permits.WAITING: ("draft", "clock", gettext_lazy("Menunggu")),
    permits.WORKING: ("wait", "turning", gettext_lazy("Sedang ditandatangani")),
    permits.SIGNED: ("ok", "ok", gettext_lazy("Ditandatangani")),
    permits.FAILED: ("stop", "stop", gettext_lazy("Gagal")),
    permits.UNSURE: ("wait", "turning", gettext_lazy("Belum pasti, sedang dicek")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One document of a batch. why: what failed and what to do, or what an open result means."""

    title: str
    about: str
    href: str
    kind: TagKind
    sign: str
    word: Text
    why: str = ""
    seal: str = ""


def context(batch: Batch, *, asks: bool, running: bool) -> dict[str, Any]:
    """All the template needs. asks: a passphrase is needed. running: the page's script posts the next ten by itself."""
    rows = permits.progress(batch)
    count = Counter(row.state for row in rows)
    waiting, failed = count[permits.WAITING], count[permits.FAILED]
    zone = calendar(batch.office).zone
    return {
        "batch": batch,
        "rows": [_row(row) for row in rows],
        "kinds": sorted(Counter(row.product for row in rows).items()),
        "all": len(rows),
        "done": count[permits.SIGNED],
        "waiting": waiting,
        "failed": failed,
        "unsure": count[permits.UNSURE],
        "working": count[permits.WORKING],
        "begun": len(rows) != waiting,
        "asks": asks,
        "open": waiting + failed,
        "next": running and bool(waiting),
        "since": formats.moment(batch.at, zone),
    }


def _row(row: permits.Progress) -> Row:
    kind, sign, word = STATES[row.state]
    about = f"{row.product} · {row.number or row.receipt}"
    seal = f"{row.seal[:4]} {row.seal[4:8]}"
    return Row(row.title, about, reverse("desk:file", args=[row.key]), kind, sign, word, _why(row), seal)


def _why(row: permits.Progress) -> str:
    if row.state == permits.FAILED:
        said = refused(Refusal(row.code))
        return f"{said.what} {said.do}"
    if row.state == permits.UNSURE:
        return _(
            "Jawaban BSrE belum sampai. Jangan tanda tangani di tempat lain. Bila tidak berubah, minta rekan "
            "menanyakannya kepada pengelola layanan."
        )
    return ""
