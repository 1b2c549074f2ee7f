# SPDX-License-Identifier: Apache-2.0
"""The parts of every page as template tags; each draws one small answer of `ui/parts.py` or `ui/fields.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from satupintu.ui import formats, icons
from satupintu.ui import lane as lanes
from satupintu.ui.fields import FieldView, problems_of
from satupintu.ui.parts import (
    VERDICT_WORDS,
    CheckRow,
    Door,
    Fact,
    HistoryRow,
    LedgerRow,
    ListRow,
    NavLink,
    OutcomeButton,
    Problem,
    Progress,
    StoredFile,
    Summary,
    WorkRow,
)

register = template.Library()

TAG_ICONS = {"": "clock", "yours": "door", "ok": "ok", "stop": "stop", "wait": "pause", "draft": "pencil"}
NOTE_ICONS = {"": "info", "warn": "warn", "ok": "ok", "stop": "stop"}
LEFT_ICONS = {"late": "warn", "soon": "half", "fine": "ok", "held": "pause"}
VERDICT_KINDS = {
    "genuine": "ok",
    "altered": "stop",
    "revoked": "stop",
    "replaced": "wait",
    "not-ours": "wait",
}


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """{% icon "print" %}: a sign; a word must stand beside it."""
    return icons.icon(name, extra)


@register.simple_tag
def mark(css: str = "") -> SafeString:
    """{% mark %}: the open door, sign of the product."""
    return icons.mark(css)


@register.simple_tag
def tag(kind: str, word: object, sign: str = "") -> SafeString:
    """{% tag "ok" "Diterima" %}: a status as shape and word. sign: another icon than the kind's own."""
    return format_html('<span class="tag {}">{}{}</span>', kind, icons.icon(sign or TAG_ICONS[kind]), word)


@register.simple_tag
def assumed() -> SafeString:
    """{% assumed %}: beside every value that is ours and not the office's."""
    return format_html('<span class="tag draft eg">{}</span>', _("contoh"))


@register.simple_tag
def left(time: formats.TimeLeft) -> SafeString:
    """{% left time %}: what is left, as shape, figure and word."""
    return format_html(
        '<span class="left {}">{}<span>{}<span class="sr">, {}</span></span></span>',
        time.kind,
        icons.icon(LEFT_ICONS[time.kind]),
        time.figure,
        time.word,
    )


@register.simple_block_tag
def turn(content: str, title: str, yours: bool = False, level: int = 2) -> SafeString:
    """{% turn "Giliran Anda" yours=True %}…{% endturn %}: who is awaited; the full light only for the reader."""
    return format_html(
        '<section class="turn{}"><h{}>{}</h{}>{}</section>',
        "" if yours else " other",
        level,
        title,
        level,
        content,
    )


@register.simple_block_tag
def note(content: str, kind: str = "", sign: str = "") -> SafeString:
    """{% note "warn" %}<p>…</p>{% endnote %}: a fact, an effect, an officer's remark."""
    return format_html(
        '<div class="note {}">{}<div>{}</div></div>', kind, icons.icon(sign or NOTE_ICONS[kind]), content
    )


@register.simple_block_tag
def empty(content: str, sign: str = "tick") -> SafeString:
    """{% empty %}<p><b>…</b></p><p>…</p>{% endempty %}: what would stand here, and how to start."""
    return format_html('<div class="empty"><span class="door">{}</span>{}</div>', icons.icon(sign), content)


@register.simple_block_tag
def verdict(content: str, kind: str, title: str, ident: str = "hasil", level: int = 2) -> SafeString:
    """{% verdict "genuine" "Asli dan berlaku" %}…{% endverdict %}; kind: genuine, altered, revoked, replaced, not-ours."""
    return format_html(
        '<section class="verdict {}" aria-labelledby="{}"><header>{}<h{} id="{}">{}</h{}></header><div class="stack">{}</div>'
        "</section>",
        VERDICT_KINDS[kind],
        ident,
        icons.verdict_sign(kind),
        level,
        ident,
        title,
        level,
        content,
    )


@register.inclusion_tag("ui/parts/field.html", takes_context=True)
def field(context: Context, view: FieldView) -> dict[str, Any]:
    """{% field view %}: one question of any kind."""
    return {"f": view, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/parts/errors.html")
def errors(mistakes: Iterable[FieldView | Problem]) -> dict[str, Any]:
    """{% errors fields %}: the summary on top; takes the fields themselves, or problems of their own."""
    found: list[Problem] = []
    for mistake in mistakes:
        found.extend([mistake] if isinstance(mistake, Problem) else problems_of([mistake]))
    return {"problems": found}


@register.inclusion_tag("ui/parts/doors.html")
def doors(rows: Iterable[Door], across: bool = False, css: str = "") -> dict[str, Any]:
    """{% doors rows across=True %}: the steps of an SOP; across lays them side by side on wide screens."""
    return {"rows": rows, "across": across, "css": css}


@register.inclusion_tag("ui/parts/facts.html")
def facts(rows: Sequence[Fact]) -> dict[str, Any]:
    """{% facts rows %}: the numbers of a promise, three to five."""
    return {"rows": rows, "css": {3: "three", 5: "five"}.get(len(rows), "")}


@register.inclusion_tag("ui/parts/ledger.html")
def ledger(rows: Iterable[LedgerRow]) -> dict[str, Any]:
    """{% ledger rows %}: the clock in words."""
    return {"rows": rows}


@register.inclusion_tag("ui/parts/summary.html")
def summary(group: Summary) -> dict[str, Any]:
    """{% summary group %}: answers to check; what is missing stands in the light."""
    return {"group": group}


@register.inclusion_tag("ui/parts/list.html")
def rows(items: Iterable[ListRow]) -> dict[str, Any]:
    """{% rows items %}: a list whose rows are links as a whole."""
    return {"items": items}


@register.inclusion_tag("ui/parts/file.html")
def file(stored: StoredFile) -> dict[str, Any]:
    """{% file stored %}: a document that is here already."""
    return {"s": stored, "sign": stored.icon or TAG_ICONS[stored.kind]}


@register.inclusion_tag("ui/parts/progress.html")
def progress(at: Progress) -> dict[str, Any]:
    """{% progress at %}: the bar; the words "Pertanyaan 4 dari 9" stand beside it in the page."""
    return {"at": at}


@register.inclusion_tag("ui/parts/worklist.html", takes_context=True)
def worklist(context: Context, items: Sequence[WorkRow], caption: str) -> dict[str, Any]:
    """{% worklist items "Berkas yang menunggu saya" %}: a table; on a phone each row is a card."""
    return {"items": items, "caption": caption, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/parts/checklist.html", takes_context=True)
def checklist(
    context: Context, items: Sequence[CheckRow], post: str = "", hidden: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """{% checklist items post="/berkas/…/periksa" hidden=pairs %}; without `post` it is only read."""
    return {
        "items": items,
        "post": post,
        "hidden": hidden,
        "verdicts": [(n, *pair) for n, pair in enumerate(VERDICT_WORDS.items(), 1)],
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("ui/parts/outcomes.html", takes_context=True)
def outcomes(context: Context, items: Sequence[OutcomeButton]) -> dict[str, Any]:
    """{% outcomes items %}: one button per way the SOP allows; a barred one says what is missing."""
    return {"items": items, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/parts/history.html")
def history(items: Iterable[HistoryRow]) -> dict[str, Any]:
    """{% history items %}: what happened, newest first."""
    return {"items": items}


@register.inclusion_tag("ui/parts/lane.html")
def lane(drawing: lanes.Lane) -> dict[str, Any]:
    """{% lane drawing %}: the swimlane with its table; doors instead on a phone."""
    return {
        "lane": drawing,
        "svg": lanes.lane_svg(drawing),
        "doors": lanes.doors_of(drawing),
        "steps": lanes.table_of(drawing),
    }


@register.inclusion_tag("ui/parts/nav.html", takes_context=True)
def nav(context: Context, links: Iterable[NavLink], css: str = "") -> dict[str, Any]:
    """{% nav frame.nav %}: links of the head; the present place is marked."""
    request = context.get("request")
    path = request.path if request is not None else ""
    marked = [
        (link, link.href == path or any(path.startswith(start) for start in link.also)) for link in links
    ]
    return {"links": marked, "css": css}


@register.filter
def tanggal(day: date | None) -> str:
    """{{ day|tanggal }}: "Jumat, 20 November 2026"."""
    return formats.long_date(day) if day else formats.NOTHING


@register.filter
def tanggal_pendek(day: date | None, today: date) -> str:
    """{{ day|tanggal_pendek:today }}: without the year when it is this year's."""
    return formats.near_date(day, today) if day else formats.NOTHING


@register.filter
def saat(at: datetime | None, zone: tzinfo) -> str:
    """{{ at|saat:office.zone }}: date and time in the office's zone."""
    return formats.moment(at, zone) if at else formats.NOTHING


@register.filter
def rupiah(amount_rupiah: int) -> str:
    """{{ amount|rupiah }}: "Rp 1.500.000"."""
    return formats.rupiah(amount_rupiah)


@register.filter
def ukuran(size_bytes: int) -> str:
    """{{ size|ukuran }}: "1,1 MB"."""
    return formats.file_size(size_bytes)


@register.filter
def lama(minutes: int) -> str:
    """{{ minutes|lama }}: "2 jam 5 menit"."""
    return formats.minutes_in_words(minutes)


@register.filter
def kode(code: str) -> str:
    """{{ code|kode }}: "ABCD-EFGH-JKLM"."""
    return formats.code_groups(code)
