# SPDX-License-Identifier: Apache-2.0
"""The public record: signed heads, keys and proofs, for anybody to keep and to compare."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.core.heads import Head
from satupintu.door import export, merkle, proofs
from satupintu.offices import queries as offices
from satupintu.permits import queries as permits
from satupintu.portal.frame import framed, seat
from satupintu.ui import formats
from satupintu.ui.parts import ListRow

SHOWN = 8
AT_ONCE = 1000
"""Heads in one file; whoever wants more asks for those behind the last one."""


@dataclass(frozen=True, slots=True)
class Record:
    """A tree as the pages call it. office: None for what belongs to the whole installation."""

    tree: int
    name: str
    office: Any

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.office.time_zone if self.office else settings.TIME_ZONE)

    @property
    def title(self) -> str:
        return str(self.office.short_name) if self.office else _("semua kantor")


@dataclass(frozen=True, slots=True)
class Seal:
    """A head as people read it. joined: the address of the proof that the newest one continues it."""

    head: Head
    at: str
    size: str
    joined: str = ""


def _record(request: ActorRequest, name: str) -> Record:
    """The record of this name, its office's head and foot on the page. Raises Refusal `office.unknown` (404)."""
    if name == offices.INSTALLATION:
        return Record(merkle.INSTALLATION, name, None)
    office = offices.office(name)
    seat(request, office)
    return Record(office.pk, name, office)


# Pages -------------------------------------------------------------------------------------------------------------


@framed
@require_safe
def records(request: ActorRequest) -> HttpResponse:
    """Whose record to look at; where there is one office, its own."""
    found = offices.offices()
    if len(found) == 1:
        return redirect("portal:record", found[0].slug)
    rows = [ListRow(reverse("portal:record", args=[one.slug]), one.name, _newest(one.pk, ZoneInfo(one.time_zone))) for one in found]  # fmt: skip
    shared = reverse("portal:record", args=[offices.INSTALLATION])
    rows.append(ListRow(shared, _("Catatan bersama semua kantor"), _newest(merkle.INSTALLATION, ZoneInfo(settings.TIME_ZONE))))  # fmt: skip
    return render(request, "portal/records.html", {"rows": rows})


def _newest(tree: int, zone: ZoneInfo) -> str:
    head = merkle.latest(tree)
    if head is None:
        return _("Belum disegel.")
    words = {"count": formats.number(head.size), "at": formats.moment(_at(head), zone)}
    return _("%(count)s catatan, disegel %(at)s") % words


@framed
@require_safe
def record(request: ActorRequest, office: str) -> HttpResponse:
    """How the record works, its newest heads, its key, and how to check it without trusting us."""
    here = _record(request, office)
    last = merkle.latest(here.tree)
    seals = []
    if last is not None:
        newest = list(merkle.heads(here.tree, after=max(last.number - SHOWN, 0), limit=SHOWN))
        seals = [_seal(here, head, last) for head in reversed(newest)]
    context = {"record": here, "office": here.office, "seals": seals, "last": seals[0] if seals else None}
    if last is not None:
        context["fingerprint"] = formats.code_groups(hashlib.sha256(bytes.fromhex(last.key)).hexdigest()[:32])
    return render(request, "portal/record.html", context)


def _seal(here: Record, head: Head, last: Head) -> Seal:
    joined = (
        "" if head == last else reverse("portal:record_joined", args=[here.name, head.number, last.number])
    )
    at = formats.moment(_at(head), here.zone)
    return Seal(head, at, formats.number(head.size), joined)


def _at(head: Head) -> datetime:
    return datetime.fromisoformat(head.at)


# Files -------------------------------------------------------------------------------------------------------------


@framed
@require_safe
def heads(request: ActorRequest, office: str) -> HttpResponse:
    """The newest head and up to AT_ONCE others: the last ones, or with ?setelah=N those behind number N."""
    here = _record(request, office)
    last = merkle.latest(here.tree)
    asked = request.GET.get("setelah", "")
    newest = last.number if last else 0
    after = (
        int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else max(newest - AT_ONCE, 0)
    )
    return _json(export.heads(here.tree, merkle.heads(here.tree, after=after, limit=AT_ONCE)))


@framed
@require_safe
def key(request: ActorRequest, office: str) -> HttpResponse:
    """The public key of the heads."""
    return HttpResponse(export.key(_record(request, office).tree), content_type="application/x-pem-file")


@framed
@require_safe
def leaf(request: ActorRequest, office: str, order: int) -> HttpResponse:
    """The proof that the record has an entry at this place (from 1). What the entry says is not told here."""
    return _proof(proofs.of_leaf(_record(request, office).tree, order - 1))


@framed
@require_safe
def joined(request: ActorRequest, office: str, old: int, new: int) -> HttpResponse:
    """The proof that the tree of head `new` continues that of head `old`."""
    found = proofs.between(_record(request, office).tree, old, new)
    if found is None:
        raise Http404
    return _json(found)


@framed
@require_safe
def permit(request: ActorRequest, code: str) -> HttpResponse:
    """The proof that an issued permit is in the record, with the entry itself: number and hash of the PDF."""
    found = permits.by_code(code)
    return _proof(permits.proof_of(found) if found else None)


def _proof(found: proofs.Proof | None) -> HttpResponse:
    if found is None or not found.holds:
        raise Http404
    return _json(found.to_json())


def _json(content: dict[str, Any]) -> HttpResponse:
    return JsonResponse(content, json_dumps_params={"indent": 1})
