# SPDX-License-Identifier: Apache-2.0
"""What officers send: the fields of each small page, what is typed in them, and which command it is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from satupintu.applications.queries import Item
from satupintu.door.write import Asked
from satupintu.ui.fields import FieldView

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

Post = Mapping[str, str]
Hidden = tuple[tuple[str, str], ...]


def command(version: int | None = None) -> Hidden:
    """The hidden part of every form that acts: a command id of its own, and the version that was seen."""
    seen = (("version", str(version)),) if version is not None else ()
    return (("command_id", str(uuid.uuid4())), *seen)


def asked(post: Post, **payload: object) -> Asked:
    """The command a form carries; one without an id, or with a spoilt one, is a new command.

    payload: what was asked for, so that the same id can not stand for two things.
    """
    try:
        command_id = uuid.UUID(post.get("command_id", ""))
    except ValueError:
        command_id = uuid.uuid4()
    return Asked.of(command_id, expected=seen_version(post), **payload)


def seen_version(post: Post) -> int | None:
    """The version of the file that the form was made from; None where the form does not depend on it."""
    text = post.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 12 else None


class Form:
    """Some fields, and what was typed in them. Bound when `post` is given: what was typed comes back untouched."""

    def __init__(self, post: Post | None, *fields: FieldView) -> None:
        self.bound = post is not None
        self.fields = [replace(f, value=post.get(f.name, "")) if post is not None else f for f in fields]

    def __getitem__(self, name: str) -> str:
        return next(field.value for field in self.fields if field.name == name).strip()

    def refuse(self, name: str, error: Text) -> None:
        """Say at a field what is wrong and how to mend it."""
        self.fields = [replace(f, error=error) if f.name == name and not f.error else f for f in self.fields]

    def complete(self) -> bool:
        """Whether everything that must be there is there; what is missing is said at its field."""
        for field in self.fields:
            if field.required and not field.value.strip():
                self.refuse(field.name, _("“%(label)s” belum diisi.") % {"label": field.label})
        return self.bound and not self.wrong

    @property
    def wrong(self) -> list[FieldView]:
        return [field for field in self.fields if field.error]


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One document on the page that sends a file back. chosen: it is to be corrected; note: what is wrong with it."""

    id: str
    label: str
    chosen: bool
    note: str
    sentences: tuple[str, ...]
    error: Text = ""


def return_rows(items: Iterable[Item], found: Mapping[str, str], post: Post | None) -> list[ReturnRow]:
    """The documents to choose from, as typed or filled from the checklist.

    found: requirement id -> what the checklist says is wrong with it.
    """
    rows = []
    for item in items:
        key = item.requirement.id
        if post is None:
            chosen, note = key in found, found.get(key, "")
        else:
            chosen = post.get(f"hal-{key}") == "1"
            note = together(post.get(f"kalimat-{key}", ""), post.get(f"catatan-{key}", ""))
        error = _("Tulis apa yang salah pada “%(label)s”, dan cara membetulkannya.") % {
            "label": item.requirement.label
        }
        rows.append(
            ReturnRow(
                key,
                item.requirement.label,
                chosen,
                note,
                item.requirement.sentences,
                error if post is not None and chosen and not note else "",
            )
        )
    return rows


def together(sentence: str, note: str) -> str:
    """The ready sentence and the officer's own words as one remark; the same words are not said twice."""
    sentence, note = sentence.strip(), note.strip()
    return note if sentence in note else f"{sentence} {note}".strip()
