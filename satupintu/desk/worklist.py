# SPDX-License-Identifier: Apache-2.0
"""The officers' first page: what waits, least time left first; for the head the same as decision sheets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from satupintu.cases import queries as cases
from satupintu.cases.queries import DeskRow
from satupintu.core.access import GRANTS, Actor, Permission, Role
from satupintu.core.clock import WorkCalendar
from satupintu.core.search import MOST
from satupintu.desk.decision import Decision
from satupintu.desk.decision import decision as decide
from satupintu.desk.forms import command
from satupintu.desk.queries import Sheet, sheets
from satupintu.desk.words import step_name
from satupintu.offices.models import Office
from satupintu.offices.queries import calendar
from satupintu.ui import formats
from satupintu.ui.parts import WorkRow
from satupintu.ui.words import role_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

MINE, FREE = "saya", "bebas"
KINDS: Mapping[str, tuple[str, str]] = {
    "lewat": ("late", "warn"),
    "segera": ("soon", "half"),
    "cukup": ("fine", "ok"),
    "henti": ("held", "pause"),
}
"""Words of the address -> kind of time left, and its sign."""
TODAY = "hari-ini"
ALL_YEARS = "semua"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a search and its year ("": the present one), whose files, which time left."""

    words: str = ""
    whose: str = ""
    left: str = ""
    year: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        whose, left, year = query.get("saring", ""), query.get("sisa", ""), query.get("tahun", "")
        return cls(
            " ".join(query.get("q", "").split())[:80],
            whose if whose in (MINE, FREE) else "",
            left if left in (*KINDS, TODAY) else "",
            year if year == ALL_YEARS or re.fullmatch("[0-9]{4}", year) else "",
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the desk with its time left, and the waits of the same file that are this officer's turn."""

    row: DeskRow
    left: formats.TimeLeft
    waits: tuple[str, ...]
    due_today: bool = False

    @property
    def free(self) -> bool:
        """The step lies there and nobody has taken it up."""
        return not self.row.wait and not self.row.holder and not self.row.paused and not self.row.end


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that narrows the list; n: how many it leaves."""

    href: str
    label: Text
    n: int
    here: bool
    icon: str = ""


def context(
    actor: Actor, offices: Mapping[int, Office], asked: Asked, opened: Mapping[str, str]
) -> dict[str, Any]:
    """All the template needs; `shape` names it: worklist, sheets, files or found."""
    calendars = {key: calendar(office) for key, office in offices.items()}
    base = {"asked": asked, "query": asked.words, "hours": _hours_left(actor, calendars)}
    if asked.words:
        return {**base, "shape": "found", **_search(actor, asked, calendars)}
    if not _works(actor):
        return {**base, "shape": "files", "rows": _read_rows(actor, cases.files(actor), calendars)}
    lines = _lines(actor, cases.desk(actor), calendars)
    kept = [line for line in lines if _fits(line, asked)]
    base |= {"whose": _whose(lines, asked), "numbers": _numbers(lines, asked), "all": len(lines)}
    if any(capacity.role is Role.HEAD for capacity in actor.capacities):
        return {**base, "shape": "sheets", **_sheets(actor, lines, kept, opened, calendars, asked)}
    top = next((line for line in lines if line.free), None)
    return {
        **base,
        "shape": "worklist",
        "rows": [_work_row(actor, line, calendars) for line in kept],
        "top": _claim(top.row) if top else None,
    }


def _search(actor: Actor, asked: Asked, calendars: Mapping[int, WorkCalendar]) -> dict[str, Any]:
    """What was found, what was looked for and in which year, and where else to look."""
    this_year = max((when.local_day(actor.at).year for when in calendars.values()), default=actor.at.year)
    chosen = None if asked.year == ALL_YEARS else int(asked.year or this_year)
    found = cases.search(actor, asked.words, year=chosen)
    years = sorted({*found.years, this_year, *([chosen] if chosen else ())}, reverse=True)
    return {
        "rows": _read_rows(actor, found.rows, calendars),
        "full": len(found.rows) == MOST,
        "number": found.number,
        "year": chosen if found.number is None or found.number.year is None else 2000 + found.number.year,
        "years": [(str(year), str(year), year == chosen) for year in years]
        + [(ALL_YEARS, _("Semua tahun"), chosen is None)],
        "everywhere": _address(q=asked.words, tahun=ALL_YEARS) if chosen else "",
    }


def _works(actor: Actor) -> bool:
    """Whether he has work of his own, or only reads."""
    return any(Permission.CASE_WORK in GRANTS.get(capacity.role, ()) for capacity in actor.capacities)


def _lines(actor: Actor, rows: list[DeskRow], calendars: Mapping[int, WorkCalendar]) -> list[Line]:
    """One line a file: waits of the same file are said together, its step before them."""
    found: dict[object, Line] = {}
    for row in rows:
        waits = (row.activity,) if row.wait else ()
        if row.key in found:
            kept = found[row.key]
            found[row.key] = replace(kept, row=kept.row if row.wait else row, waits=(*kept.waits, *waits))
        else:
            today = calendars[row.office_id].local_day(actor.at)
            left = formats.time_left(row.due, today, abs(row.left or 0), paused=row.paused)
            if row.end:
                left = formats.TimeLeft("fine", _("Selesai"), _("jam sudah berhenti"))
            found[row.key] = Line(row, left, waits, row.due == today and not row.paused)
    return list(found.values())


def _fits(line: Line, asked: Asked) -> bool:
    if asked.whose == MINE and not line.row.mine:
        return False
    if asked.whose == FREE and line.row.holder:
        return False
    if asked.left == TODAY:
        return line.due_today
    return not asked.left or line.left.kind == KINDS[asked.left][0]


def _address(**query: str) -> str:
    said = urlencode({name: value for name, value in query.items() if value})
    return f"{reverse('desk:worklist')}?{said}" if said else reverse("desk:worklist")


def _whose(lines: list[Line], asked: Asked) -> list[Choice]:
    """Whose files: everybody's of the role, mine, nobody's."""
    words = {"": _("Semua"), MINE: _("Saya pegang"), FREE: _("Belum diambil")}
    return [
        Choice(
            _address(saring=key, sisa=asked.left),
            word,
            sum(_fits(line, replace(asked, whose=key)) for line in lines),
            asked.whose == key,
        )
        for key, word in words.items()
    ]


def _numbers(lines: list[Line], asked: Asked) -> list[Choice]:
    """How much time is left, counted; each number shows its rows."""
    words = {
        "lewat": _("lewat waktu"),
        "segera": _("habis hari ini atau besok"),
        "cukup": _("masih cukup"),
        "henti": _("jam berhenti"),
    }
    return [
        Choice(
            _address(saring=asked.whose, sisa="" if asked.left == key else key),
            words[key],
            sum(_fits(line, replace(asked, left=key)) for line in lines),
            asked.left == key,
            icon,
        )
        for key, (_kind, icon) in KINDS.items()
    ]


def _href(row: DeskRow) -> str:
    return reverse("desk:file", args=[row.key])


def _claim(row: DeskRow) -> dict[str, Any]:
    return {"number": row.receipt, "post": reverse("desk:claim", args=[row.key]), "hidden": command()}


def _row(actor: Actor, line: Line, calendars: Mapping[int, WorkCalendar]) -> WorkRow:
    row, when = line.row, calendars[line.row.office_id]
    today = when.local_day(actor.at)
    return WorkRow(
        left=line.left,
        number=row.receipt,
        href=_href(row),
        title=row.title,
        service=row.service,
        step=step_name(row.number, row.step),
        since=formats.near_moment(row.entered_at, when.zone, today),
    )


def _work_row(actor: Actor, line: Line, calendars: Mapping[int, WorkCalendar]) -> WorkRow:
    row = line.row
    made = replace(_row(actor, line, calendars), here=row.mine)
    if line.waits:
        made = replace(
            made, note=_("Menunggu Anda: %(what)s") % {"what": ", ".join(line.waits)}, action=_("Jawab")
        )
    elif row.paused:
        made = replace(made, note=_("Menunggu pemohon"), action=_("Buka"))
    elif row.mine:
        made = replace(made, note=_("Anda pegang"), action=_("Lanjutkan"))
    elif row.holder:
        made = replace(made, note=_("Dipegang %(name)s") % {"name": row.holder_name}, action=_("Buka"))
    else:
        claim = _claim(row)
        made = replace(
            made, note=_("Belum diambil"), action=_("Ambil"), post=claim["post"], hidden=claim["hidden"]
        )
    return made


def _read_rows(actor: Actor, rows: list[DeskRow], calendars: Mapping[int, WorkCalendar]) -> list[WorkRow]:
    return [_read_row(actor, line, calendars) for line in _lines(actor, rows, calendars)]


def _read_row(actor: Actor, line: Line, calendars: Mapping[int, WorkCalendar]) -> WorkRow:
    """A row of those who look for a file: it says where the file is, and offers nothing but to open it."""
    row, made = line.row, _row(actor, line, calendars)
    if row.end:
        return replace(made, step=row.end, note="", action=_("Buka"))
    whose = row.holder_name or role_words(row.role)
    return replace(made, note=_("Giliran %(who)s") % {"who": whose}, action=_("Buka"))


@dataclass(frozen=True, slots=True)
class HeadSheet:
    """A file on the head's desk, as five lines."""

    title: str
    about: str
    href: str
    left: formats.TimeLeft
    late: bool
    decision: Decision


def _sheets(
    actor: Actor,
    lines: list[Line],
    kept: list[Line],
    opened: Mapping[str, str],
    calendars: Mapping[int, WorkCalendar],
    asked: Asked,
) -> dict[str, Any]:
    """What waits for the signature as sheets; whatever else waits for the head as rows."""
    found = sheets(actor, [line.row.key for line in kept if not line.row.wait])
    made: dict[object, HeadSheet] = {}
    for line in kept:
        sheet = found.get(line.row.key)
        decision = decide(sheet, opened) if sheet else None
        if sheet is not None and decision is not None:
            made[line.row.key] = _sheet(sheet, line, decision)
    rows = [_work_row(actor, line, calendars) for line in kept if line.row.key not in made]
    three = (
        Choice(_address(), _("menunggu"), len(lines), not asked.left),
        Choice(
            _address(sisa="lewat"), _("terlambat"), sum(line.left.kind == "late" for line in lines),
            asked.left == "lewat", "warn",
        ),
        Choice(
            _address(sisa=TODAY), _("habis hari ini"), sum(line.due_today for line in lines),
            asked.left == TODAY, "calendar",
        ),
    )  # fmt: skip
    return {"sheets": list(made.values()), "rows": rows, "three": three}


def _sheet(sheet: Sheet, line: Line, decision: Decision) -> HeadSheet:
    return HeadSheet(
        title=line.row.title,
        about=f"{line.row.service} · {line.row.receipt}",
        href=_href(line.row),
        left=line.left,
        late=line.left.kind == "late",
        decision=decision,
    )


def _hours_left(actor: Actor, calendars: Mapping[int, WorkCalendar]) -> str:
    """The day, and how much of the office's time it still has."""
    when = next(iter(calendars.values()), None)
    if when is None:
        return ""
    today = when.local_day(actor.at)
    day = formats.moment(actor.at, when.zone)
    minutes = when.minutes_between(actor.at, when.end_of(today))
    if not minutes:
        return _("%(day)s · Kantor tutup") % {"day": day}
    return _("%(day)s · Jam kantor tersisa %(left)s") % {
        "day": day,
        "left": formats.minutes_in_words(minutes),
    }
