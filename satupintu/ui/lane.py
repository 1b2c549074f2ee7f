# SPDX-License-Identifier: Apache-2.0
"""The way of a file as its SOP draws it: actors as rows, steps from left to right, time against norm below.

A pure function from a few facts to SVG text. Its twins for phones and for those who hear the page, doors and a
table, come from the same facts, so they can never differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from satupintu.ui.formats import NOTHING, minutes_in_words
from satupintu.ui.parts import Door, DoorState

WIDTH = 1212
LABEL = 140  # room for the actors' names on the left
ROW = 38
GAP = 14
BOX = 30
LETTER = 7.8  # mean width of a letter at 13 px in a wide font; labels are cut by it, the whole text stays in <title>
SMALL = 0.87  # the letters of a pause are smaller by this


@dataclass(frozen=True, slots=True)
class LaneActor:
    """A row of the drawing: a column of the SOP's sheet."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class LaneStep:
    """A box. state: late means the present step is over its norm; a done step may be over it too.

    used_minutes: open minutes spent, None when none is known. norm_minutes: of the SOP.
    """

    number: int
    actor: str
    label: str
    state: DoorState
    norm_minutes: int
    used_minutes: int | None = None

    @property
    def over(self) -> bool:
        """More time was used than the SOP gives."""
        return self.used_minutes is not None and self.used_minutes > self.norm_minutes

    @property
    def here(self) -> bool:
        """The file lies at this step."""
        return self.state in ("now", "late")

    @property
    def word(self) -> str:
        """The state in words, lateness admitted."""
        if self.state == "todo":
            return _("Belum")
        if self.here:
            return _("Sekarang, lewat norma") if self.over else _("Sekarang")
        return _("Selesai, lewat norma") if self.over else _("Selesai")

    @property
    def time(self) -> str:
        """Time used of the norm, "22 dari 35 mnt"."""
        if self.used_minutes is None:
            return _("norma %(norm)s") % {"norm": _short(self.norm_minutes)}
        return _("%(used)s dari %(norm)s") % {
            "used": self.used_minutes if self.used_minutes < 600 else _short(self.used_minutes),
            "norm": _short(self.norm_minutes),
        }


@dataclass(frozen=True, slots=True)
class LanePause:
    """The clock stood (or stands) at step `step`, waiting for `actor`; label: "Perbaikan 1 hari"."""

    step: int
    actor: str
    label: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A whole drawing. source: which SOP, which version, since when it is fixed for this file."""

    actors: tuple[LaneActor, ...]
    steps: tuple[LaneStep, ...]
    pauses: tuple[LanePause, ...] = ()
    source: str = ""

    @property
    def spoken(self) -> str:
        """The drawing in two sentences."""
        done = sum(step.state == "done" for step in self.steps)
        here = next((step for step in self.steps if step.here), None)
        first = _("%(done)d dari %(all)d langkah selesai.") % {"done": done, "all": len(self.steps)}
        if here is None:
            return first
        now = _("Sekarang langkah %(number)d di %(actor)s.") % {
            "number": here.number,
            "actor": self.name(here.actor),
        }
        return f"{first} {now}"

    def name(self, actor: str) -> str:
        """The label of an actor's row."""
        return next(row.label for row in self.actors if row.id == actor)


@dataclass(frozen=True, slots=True)
class LaneRow:
    """A row of the table twin, all in words."""

    number: int
    label: str
    actor: str
    norm: str
    used: str
    word: str
    here: bool


INITIALS = {word.lower(): word for word in ("OSS", "KL", "NIB", "SKM")}
"""Words of ids that are written in capitals."""


def step_label(step_id: str) -> str:
    """A short name for a box from a step's id: "tanda-tangan" -> "Tanda tangan" (an SOP's activities are sentences)."""
    first, *others = (INITIALS.get(word, word) for word in step_id.split("-"))
    return " ".join([first[:1].upper() + first[1:], *others])


def doors_of(lane: Lane) -> tuple[Door, ...]:
    """The same way as a list of doors, for phones."""
    return tuple(
        Door(
            step.number,
            step.label,
            step.state,
            text=_stood(lane, step),
            meta=" · ".join(
                [lane.name(step.actor), _long(step)] + ([_("lewat norma")] if step.over else []),
            ),
        )
        for step in lane.steps
    )


def _stood(lane: Lane, step: LaneStep) -> str:
    """Where the clock stood at this step, in words."""
    pauses = [pause for pause in lane.pauses if pause.step == step.number]
    said = [
        _("Jam berhenti: %(what)s, %(actor)s.") % {"what": pause.label, "actor": lane.name(pause.actor)}
        for pause in pauses
        if any(actor.id == pause.actor for actor in lane.actors)
    ]
    return " ".join(said)


def table_of(lane: Lane) -> tuple[LaneRow, ...]:
    """The same way as the rows of a table, for those who do not see the drawing."""
    return tuple(
        LaneRow(
            step.number,
            step.label,
            lane.name(step.actor),
            minutes_in_words(step.norm_minutes),
            NOTHING if step.used_minutes is None else minutes_in_words(step.used_minutes),
            step.word,
            step.here,
        )
        for step in lane.steps
    )


def lane_svg(lane: Lane, *, ident: str = "lane") -> SafeString:
    """The swimlane as inline SVG without any style attribute; colours come from the stylesheet's classes.

    ident: prefix of the ids inside, to be changed only when one page draws two.
    """
    places = _Places(lane)
    height = places.bottom + 54
    pieces = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{ident}-t {ident}-d">',
        f'<title id="{ident}-t">{escape(_("Jalan berkas menurut SOP"))}</title>',
        f'<desc id="{ident}-d">{escape(lane.spoken)} {escape(_("Tabelnya ada di bawah gambar."))}</desc>',
        f'<defs><pattern id="{ident}-w" width="8" height="8" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><rect class="b-wash" width="8" height="8"/>'
        '<path class="b-hatch" d="M0 0v8"/></pattern></defs>',
        *_light(lane, places, height),
        *_rows(lane, places),
        *_paths(lane, places),
        *_pauses(lane, places, ident),
        *(piece for step in lane.steps for piece in _box(step, places)),
        "</svg>",
    ]
    return mark_safe("".join(pieces))  # noqa: S308 (every text above went through escape)


class _Places:
    """Where each row and column lies, in the drawing's units."""

    def __init__(self, lane: Lane) -> None:
        self.row = {actor.id: 6 + n * ROW for n, actor in enumerate(lane.actors)}
        self.column = {step.number: n for n, step in enumerate(lane.steps)}
        self.pitch = (WIDTH - LABEL) / max(len(lane.steps), 1)
        self.bottom = 6 + len(lane.actors) * ROW

    @property
    def box(self) -> int:
        """Width of a step's box."""
        return round(self.pitch - GAP)

    def x(self, number: int) -> int:
        """Left edge of step `number`."""
        return round(LABEL + self.column[number] * self.pitch)

    def y(self, actor: str) -> int:
        """Top edge of a box in an actor's row."""
        return self.row[actor] + (ROW - BOX) // 2


def _light(lane: Lane, places: _Places, height: int) -> Iterable[str]:
    """The light that falls on the present step, from its row's top to the foot of the drawing."""
    for step in lane.steps:
        if step.here:
            left, right = places.x(step.number), places.x(step.number) + places.box
            yield f'<path class="b-glow" d="M{left + 3} 6H{right - 3}L{right + 7} {height}H{left - 7}z"/>'


def _rows(lane: Lane, places: _Places) -> Iterable[str]:
    here = {step.actor for step in lane.steps if step.here}
    for actor in lane.actors:
        top = places.row[actor.id]
        css = "t-bold" if actor.id in here else "t-soft"
        yield f'<path class="b-grid" d="M0 {top}H{WIDTH}"/>'
        lines = _two_lines(actor.label, LABEL - 8)
        for n, line in enumerate(lines):
            yield from _text(0, top + 24 + 15 * n - (8 if len(lines) > 1 else 0), line, css, LABEL - 8)
    yield f'<path class="b-line" d="M0 {places.bottom}H{WIDTH}"/>'
    yield f'<text x="0" y="{places.bottom + 20}" class="t-soft">{escape(_("Waktu"))}</text>'


def _paths(lane: Lane, places: _Places) -> Iterable[str]:
    for left, right in zip(lane.steps, lane.steps[1:], strict=False):
        start, end = places.x(left.number) + places.box, places.x(right.number)
        middle = (start + end) / 2
        css = "b-path todo" if right.state == "todo" else "b-path"
        y1, y2 = places.y(left.actor) + BOX // 2, places.y(right.actor) + BOX // 2
        yield f'<path class="{css}" d="M{start} {y1}H{middle:g}V{y2}H{end}"/>'


def _pauses(lane: Lane, places: _Places, ident: str) -> Iterable[str]:
    for pause in lane.pauses:
        step = next((s for s in lane.steps if s.number == pause.step), None)
        if step is None or pause.actor not in places.row:
            continue
        x, y = places.x(step.number), places.y(pause.actor)
        middle = x + places.box // 2
        if pause.actor != step.actor:
            low, high = sorted((y, places.y(step.actor)))
            yield f'<path class="b-line dash" d="M{middle} {low + BOX}V{high}"/>'
        yield f'<rect class="b-pause" x="{x}" y="{y}" width="{places.box}" height="{BOX}" rx="5" fill="url(#{ident}-w)"/>'
        yield f'<rect class="b-plain" x="{x + 7}" y="{y + 5}" width="{places.box - 14}" height="20" rx="3"/>'
        yield from _text(middle, y + 20, pause.label, "t-mid", round((places.box - 14) / SMALL))


def _box(step: LaneStep, places: _Places) -> Iterable[str]:
    x, y, width = places.x(step.number), places.y(step.actor), places.box
    label = f"{step.number} {step.label}"
    if step.here:
        css = "b-now late" if step.over else "b-now"
        yield f'<path class="{css}" d="M{x} {y + 32}V{y + 10}a13 13 0 0113-13h{width - 26}a13 13 0 0113 13v22z"/>'
        yield from _text(x + 8, y + 20, label, "t-light", width - 12)
    elif step.state == "done":
        yield f'<rect class="b-used" x="{x}" y="{y}" width="{width}" height="{BOX}" rx="5"/>'
        yield from _text(x + 8, y + 20, label, "t-on", width - 12)
    else:
        yield f'<rect class="b-left" x="{x + 1}" y="{y + 1}" width="{width - 2}" height="{BOX - 2}" rx="5"/>'
        yield from _text(x + 8, y + 20, label, "", width - 12)
    yield from _bar(step, x, places.bottom, width)


def _bar(step: LaneStep, x: int, bottom: int, width: int) -> Iterable[str]:
    """Time used as a bar against the norm's upright line, with the figures above it."""
    norm_at = round(width * 0.65)
    css = "t-stop" if step.over else "t-bold" if step.here else "t-soft"
    mark = "▲ " if step.over else ""
    yield from _text(x, bottom + 20, mark + step.time, css, width + GAP - 4)
    yield f'<rect class="b-tint" x="{x}" y="{bottom + 28}" width="{width}" height="9" rx="2"/>'
    if step.used_minutes:
        used = min(width, round(norm_at * step.used_minutes / step.norm_minutes))
        fill = "b-late" if step.over else "b-now thin" if step.here else "b-used"
        yield f'<rect class="{fill}" x="{x}" y="{bottom + 28}" width="{max(used, 2)}" height="9" rx="2"/>'
    yield f'<path class="b-norm" d="M{x + norm_at} {bottom + 24}v17"/>'


def _two_lines(text: str, room: int) -> list[str]:
    """A name in at most two lines, broken at the last space that fits."""
    fits = int(room / LETTER)
    if len(text) <= fits or " " not in text[: fits + 1]:
        return [text]
    cut = text.rindex(" ", 0, fits + 1)
    return [text[:cut], text[cut + 1 :]]


def _text(x: int, y: int, text: str, css: str, room: int) -> Iterable[str]:
    """A label cut to its room; what was cut stays readable as the text's title."""
    fits = max(int(room / LETTER), 3)
    shown = text if len(text) <= fits else text[: fits - 1].rstrip() + "…"
    title = "" if shown == text else f"<title>{escape(text)}</title>"
    label = f' class="{css}"' if css else ""
    yield f'<text x="{x}" y="{y}"{label}>{title}{escape(shown)}</text>'


def _short(minutes: int) -> str:
    if minutes >= 600:
        return _("%(n)d jam") % {"n": round(minutes / 60)}
    return _("%(n)d mnt") % {"n": minutes}


def _long(step: LaneStep) -> str:
    norm = minutes_in_words(step.norm_minutes)
    if step.used_minutes is None:
        return _("norma %(norm)s") % {"norm": norm}
    used = (
        str(step.used_minutes)
        if max(step.used_minutes, step.norm_minutes) < 60
        else minutes_in_words(step.used_minutes)
    )
    return _("%(used)s dari %(norm)s") % {"used": used, "norm": norm}
