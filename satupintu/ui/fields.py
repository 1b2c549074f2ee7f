# SPDX-License-Identifier: Apache-2.0
"""A question as it is drawn: `FieldView` knows how each kind of `form.toml` looks, not what is a right answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from satupintu.core.forms import NO, YES, Question, Value, show
from satupintu.ui.formats import file_size
from satupintu.ui.parts import Problem, StoredFile

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

Shape = Literal["line", "area", "pick", "select", "tick", "file", "group", "place"]

PICK_LIMIT = 6  # up to six choices are all shown; more are a plain select
CAMERA = "_foto"  # the second input of an upload, for the camera
SEARCH = "-cari"  # the second input of a region: the name that is looked for
BEFORE = "-tadi"  # what was looked for when the page was made
LOOK_UP = "cari"  # name of its button: the page comes again with what was found, and nothing is kept


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind is drawn when its question says nothing else."""

    shape: Shape = "line"
    type: str = "text"
    inputmode: str = ""
    autocomplete: str = "off"
    width: str = ""
    prefix: str = ""
    hint: Text = ""
    rows: int = 0


KINDS: dict[str, Look] = {
    "text": Look(),
    "long-text": Look("area", rows=5),
    "number": Look(inputmode="decimal", width="w-12"),
    "count": Look(inputmode="numeric", width="w-s"),
    "area": Look(inputmode="decimal", width="w-12", hint=gettext_lazy("Dalam meter persegi. Contoh: 24")),
    "rupiah": Look(width="w-12", prefix="Rp", hint=gettext_lazy("Contoh: 1.500.000 atau 1,5 juta")),
    "date": Look(width="w-12", hint=gettext_lazy("Contoh: 17-8-2026")),
    "choice": Look("pick"),
    "yes-no": Look("pick"),
    "region": Look(
        "place", hint=gettext_lazy("Ketik namanya, boleh dengan kecamatannya. Contoh: Pasir, Mempawah Hilir")
    ),
    "address": Look("area", rows=3, autocomplete="street-address"),
    "phone": Look(
        type="tel",
        inputmode="tel",
        autocomplete="tel",
        width="w-m",
        hint=gettext_lazy("Contoh: 0812 3456 7890"),
    ),
    "nik": Look(inputmode="numeric", width="w-m", hint=gettext_lazy("16 angka di KTP. Spasi boleh.")),
    "kbli": Look(hint=gettext_lazy("Ketik kata atau lima angka. Contoh: 56101")),
    "point": Look(width="w-m", hint=gettext_lazy("Lintang, lalu bujur. Contoh: -0.346, 109.012")),
    "nib": Look(inputmode="numeric", width="w-m", hint=gettext_lazy("13 angka. Spasi boleh.")),
    "npwp": Look(
        inputmode="numeric", width="w-m", hint=gettext_lazy("15 atau 16 angka. Titik dan garis boleh.")
    ),
    # beyond form.toml: what log-in, tracker and check pages ask
    "email": Look(
        type="email", inputmode="email", autocomplete="email", hint=gettext_lazy("Contoh: sari@surel.example")
    ),
    "password": Look(type="password", autocomplete="current-password"),
    "one-time-code": Look(inputmode="numeric", autocomplete="one-time-code", width="boxes"),
    "code": Look(width="w-m code"),
    "search": Look(type="search"),
    "short": Look(width="w-s"),
    "select": Look("select"),
    "tick": Look("tick"),
    "file": Look("file"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. group: heading in a long list, for example the district of a village."""

    value: str
    label: Text
    hint: Text = ""
    group: Text = ""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One question on a page, whatever its kind; what was typed comes back as `value`, untouched.

    kind: a key of `KINDS`. error: words of the mistake, which say how to mend it. required: the few optional ones
    are marked "(boleh dikosongkan)". ask: the label is the page's h1. max_bytes, stored: for uploads. more: a
    folded explanation with its own title (title, text). unit: said after the box ("kVA"). parts: the boxes of an address;
    the first one carries `id`. words: of a region, the name that was looked for; its options are what was found.
    """

    id: str
    name: str
    label: Text
    kind: str = "text"
    value: str = ""
    hint: Text = ""
    error: Text = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    autocomplete: str = ""
    inputmode: str = ""
    unit: Text = ""
    rows: int = 0
    maxlength: int = 0
    accept: str = ".pdf,.jpg,.jpeg,.png"
    max_bytes: int = 5 * 1024 * 1024
    stored: StoredFile | None = None
    ask: bool = False
    words: str = ""
    more: tuple[Text, Text] | None = None
    parts: tuple[FieldView, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of field: {self.kind}")

    @property
    def look(self) -> Look:
        """What its kind brings."""
        return KINDS[self.kind]

    @property
    def shape(self) -> Shape:
        """Which part of `ui/parts/field.html` draws it; choices depend on how many there are."""
        shape = "group" if self.parts else self.look.shape
        if shape in ("pick", "select") and not self.choices:
            return "line"
        if shape == "pick" and len(self.choices) > PICK_LIMIT:
            return "select"
        return shape

    @property
    def choices(self) -> tuple[Option, ...]:
        """The options; a yes-no question has its own two."""
        if self.kind == "yes-no" and not self.options:
            return (Option(YES, _("Ya")), Option(NO, _("Tidak")))
        return self.options

    @property
    def groups(self) -> list[tuple[str, list[Option]]]:
        """The options under their headings, in their own order; ungrouped ones under ""."""
        found: dict[str, list[Option]] = {}
        for option in self.choices:
            found.setdefault(str(option.group), []).append(option)
        return list(found.items())

    @property
    def short(self) -> bool:
        """Choices of one or two words stand side by side."""
        return all(len(str(option.label)) <= 18 and not option.hint for option in self.choices)

    @property
    def tip(self) -> Text:
        """The hint of the question, else that of its kind; an upload always says types and limit first."""
        if self.look.shape == "file":
            limit = _("PDF, JPG, atau PNG. Paling besar %(size)s.") % {"size": file_size(self.max_bytes)}
            return f"{self.hint} {limit}".strip()
        if self.parts:
            return f"{self.hint} {_('RT, RW, dan kode pos boleh dikosongkan.')}".strip()
        return self.hint or ("" if self.shape in ("select", "pick") else self.look.hint)

    @property
    def mode(self) -> str:
        """The keyboard a phone shows."""
        return self.inputmode or self.look.inputmode

    @property
    def fill(self) -> str:
        """The browser's autocomplete token."""
        return self.autocomplete or self.look.autocomplete

    @property
    def lines(self) -> int:
        """Rows of a text area."""
        return self.rows or self.look.rows

    @property
    def described(self) -> str:
        """Ids for aria-describedby: hint and mistake, when they are there."""
        ids = [f"{self.id}-h"] if self.tip else []
        if self.error:
            ids.append(f"{self.id}-e")
        return " ".join(ids)

    @property
    def search_name(self) -> str:
        """Name of the box in which the name of a region is typed."""
        return self.name + SEARCH

    @property
    def camera_name(self) -> str:
        """Name of the camera's own input; `chosen_file` takes whichever was used."""
        return self.name + CAMERA


def problems_of(fields: Iterable[FieldView]) -> tuple[Problem, ...]:
    """The summary of mistakes: the same words as at the fields, in their order, each a link to its field."""
    return tuple(Problem(f"#{field.id}", field.error) for field in fields if field.error)


def chosen_file(files: MultiValueDict[str, UploadedFile[Any]], name: str) -> UploadedFile[Any] | None:
    """The file a person gave for an upload, from the camera or from the disk; the chosen one wins over the camera."""
    return files.get(name) or files.get(name + CAMERA)


PART_LOOKS: Mapping[str, tuple[str, str, str]] = {
    "jalan": ("text", "address-line1", ""),
    "rt": ("short", "off", "numeric"),
    "rw": ("short", "off", "numeric"),
    "kode-pos": ("short", "postal-code", "numeric"),
}
"""How the boxes of an address are drawn: kind, autocomplete, keyboard."""


def field_of(
    question: Question,
    texts: Mapping[str, str],
    error: Text = "",
    *,
    ask: bool = False,
    options: tuple[Option, ...] = (),
) -> FieldView:
    """The view of a question of form.toml.

    texts: field name -> what stands in the box, as typed or from `texts_of`. error: message of its FormProblem.
    options: for kbli and region, whose lists are reference data; a choice brings its own.
    """
    ident = f"q-{question.id}"
    return FieldView(
        id=ident,
        name=question.id,
        label=question.label,
        kind=question.kind,
        value=texts.get(question.id, ""),
        hint=question.hint,
        error=error,
        required=question.required,
        options=options or tuple(Option(option, option) for option in question.options),
        ask=ask,
        words=texts.get(question.id + SEARCH, ""),
        parts=_parts(question, ident, texts) if question.kind == "address" else (),
    )


def texts_of(question: Question, value: Value) -> dict[str, str]:
    """A kept answer as its boxes show it; what is shown is understood again when it comes back."""
    if value is None:
        return {}
    if question.kind == "address" and isinstance(value, dict):
        return {f"{question.id}.{part}": text for part, text in value.items()}
    if isinstance(value, bool):
        return {question.id: YES if value else NO}
    return {question.id: show(question, value)}


def _parts(question: Question, ident: str, texts: Mapping[str, str]) -> tuple[FieldView, ...]:
    made = []
    for n, (name, label) in enumerate(question.parts.items()):
        part = name.rpartition(".")[2]
        kind, fill, keyboard = PART_LOOKS[part]
        made.append(
            FieldView(
                id=f"{ident}-{part}" if n else ident,
                name=name,
                label=label,
                kind=kind,
                value=texts.get(name, ""),
                autocomplete=fill,
                inputmode=keyboard,
            )
        )
    return tuple(made)
