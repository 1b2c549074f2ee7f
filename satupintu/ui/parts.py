# SPDX-License-Identifier: Apache-2.0
"""What the parts of a page are given: small frozen answers, made by views and drawn by `templatetags/satupintu.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _

from satupintu.ui.formats import TimeLeft

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

DoorState = Literal["done", "now", "todo", "late"]
TagKind = Literal["", "yours", "ok", "stop", "wait", "draft"]
NoteKind = Literal["", "warn", "ok", "stop"]


@dataclass(frozen=True, slots=True)
class NavLink:
    """One way in the head's menu; `also`: address beginnings under which it counts as the present place."""

    href: str
    label: Text
    icon: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What head and foot of every page say. `accounts.middleware` (or a view) may set it as `request.frame`.

    office: short name under the mark. person, role: who is signed in ("" when nobody is). brand: path of a second
    stylesheet among the static files that overrides tokens only. demo: a strip says that all here is invented. behalf: a strip
    says in whose name the reader acts on this page.
    """

    office: str = ""
    home: str = "/"
    nav: tuple[NavLink, ...] = ()
    person: str = ""
    role: str = ""
    login: str = "/masuk"
    logout: str = "/keluar"
    account: tuple[NavLink, ...] = ()
    search: str = ""
    help: tuple[NavLink, ...] = ()
    address: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()
    rights: tuple[NavLink, ...] = ()
    brand: str = ""
    demo: bool = False
    behalf: str = ""


@dataclass(frozen=True, slots=True)
class Display:
    """How this person wants the screen, kept in one cookie; `back` is where a switch returns to."""

    large: bool = False
    high: bool = False
    keys: bool = True
    back: str = "/"


@dataclass(frozen=True, slots=True)
class Door:
    """One step of an SOP for people: a door. meta: who and how long; lateness is said there in words."""

    number: int
    title: Text
    state: DoorState = "todo"
    text: Text = ""
    meta: Text = ""

    @property
    def css(self) -> str:
        """The classes of the drawn door; a step to come has none."""
        return {"done": "done", "now": "now", "late": "now late", "todo": ""}[self.state]

    @property
    def said(self) -> str:
        """The state for those who hear the page."""
        return str(DOOR_WORDS[self.state])


DOOR_WORDS = {
    "done": _("selesai"),
    "now": _("sekarang"),
    "late": _("sekarang, terlambat"),
    "todo": _("belum"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of the promise. assumed: the value is an example of ours, not the office's; the page says so."""

    label: Text
    value: Text
    small: Text = ""
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One entry of the clock, in words. icon: play, pause, plane …"""

    icon: str
    text: Text
    when: Text
    paused: bool = False


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One answer on the check page; gap: still missing, href: where to change or fill it."""

    label: Text
    value: Text
    href: str = ""
    gap: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """A group of answers under one heading."""

    id: str
    title: Text
    rows: tuple[SummaryRow, ...]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row that is a link as a whole."""

    href: str
    title: Text
    small: Text = ""
    tag: Text = ""
    kind: TagKind = ""


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One file in a worklist; the order of the rows is the caller's, least time left first.

    action: word of the last column's button; with `post` it posts there (claim), else it opens the file.
    """

    left: TimeLeft
    number: str
    href: str
    title: Text
    service: Text
    step: Text
    since: Text
    note: Text = ""
    action: Text = ""
    post: str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    here: bool = False


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One requirement on an officer's checklist.

    verdict: "" while nobody has looked, else a key of `VERDICT_WORDS`. sentences: ready remarks to choose from.
    """

    id: str
    number: int
    label: Text
    href: str
    verdict: str = ""
    hint: Text = ""
    basis: Text = ""
    note: str = ""
    sentences: tuple[Text, ...] = ()
    open: bool = False

    @property
    def tag(self) -> tuple[TagKind, str, Text]:
        """Kind, icon and word of the row's state."""
        return CHECK_TAGS[self.verdict]


CHECK_TAGS: dict[str, tuple[TagKind, str, Text]] = {
    "": ("draft", "paper", _("Belum diperiksa")),
    "sesuai": ("ok", "ok", _("Sesuai")),
    "tidak-sesuai": ("stop", "stop", _("Tidak sesuai")),
    "tidak-ada": ("stop", "revoked", _("Tidak ada")),
    "tidak-perlu": ("", "info", _("Tidak perlu")),
}
VERDICT_WORDS = {key: word for key, (_kind, _icon, word) in CHECK_TAGS.items() if key}


@dataclass(frozen=True, slots=True)
class OutcomeButton:
    """One way out of the step, exactly as the SOP offers it.

    href: a page that asks more first (reason, notes); else `post`: the address the button posts to, with `hidden`
    (name, value) pairs. missing: why it cannot be pressed now; non-empty makes it a disabled button with reasons.
    kind: "go" is the lit one, at most one per page.
    """

    id: str
    label: Text
    href: str = ""
    post: str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    missing: tuple[Text, ...] = ()
    kind: Literal["", "go", "quiet", "stop"] = ""
    key: str = ""
    note: Text = ""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One thing that happened, newest first. paused: the clock stood from here on."""

    when: Text
    text: Text
    paused: bool = False


RECEIVED = _("Diterima")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file already here. kind, word: its state as a tag; text: what is wrong and how to mend it."""

    name: str
    small: Text = ""
    kind: TagKind = "ok"
    word: Text = RECEIVED
    icon: str = ""
    text: Text = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a person is in a row of pages; now counts from 1."""

    now: int
    of: int

    @property
    def marks(self) -> tuple[str, ...]:
        """One class per page: done, now, or nothing."""
        return tuple(
            "done" if n < self.now else "now" if n == self.now else "" for n in range(1, self.of + 1)
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the summary of mistakes: it links to the field and says the same words."""

    href: str
    text: Text
