# SPDX-License-Identifier: Apache-2.0
"""Who works in an office, in words: small frozen answers for the templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from satupintu.accounts import queries
from satupintu.accounts.models import Assignment, StaffProposal
from satupintu.core.access import GRANTS, SECOND_FACTOR, SENSITIVE, Actor, Permission, Role
from satupintu.desk.forms import Hidden, command
from satupintu.offices.models import Office
from satupintu.ui import formats
from satupintu.ui.parts import Summary, SummaryRow
from satupintu.ui.words import role_words


@dataclass(frozen=True, slots=True)
class PostRow:
    """An assignment: who, as what, by which letter, from when to when. end, factor: the ways on, "" for none."""

    name: str
    role: str
    title: str
    letter: str
    days: str
    acting: str = ""
    later: bool = False
    end: str = ""
    factor: str = ""


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A link that was sent and not used yet."""

    email: str
    role: str
    until: str
    cancel: str
    hidden: Hidden


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """What waits for a second person."""

    title: str
    small: str
    href: str


def granted(actor: Actor, office: Office, permission: Permission) -> bool:
    """Whether one of his capacities in this office allows it."""
    return any(permission in GRANTS.get(role, ()) for role in actor.roles_in(office.pk))


def context(actor: Actor, office: Office) -> dict[str, Any]:
    """The page of an office's people: five SQL queries."""
    zone, at = ZoneInfo(office.time_zone), actor.at
    assigns = granted(actor, office, Permission.STAFF_ASSIGN)
    standing = queries.assignments(office.pk, at)
    waiting = queries.proposals(office.pk)
    names = queries.names(one.proposed_by for one in waiting)
    return {
        "office": office,
        "people": [_post(row, actor, zone, assigns=assigns) for row in standing],
        "former": [_post(row, actor, zone) for row in queries.former_assignments(office.pk, at)],
        "invitations": [
            InvitationRow(
                one.email,
                capital(role_words(one.role)),
                formats.moment(one.expires_at, zone),
                reverse("desk:staff_cancel", args=[one.pk]) if assigns else "",
                command(),
            )
            for one in queries.invitations(office.pk, at)
        ],
        "proposals": [
            ProposalRow(
                title(one),
                _("Diusulkan %(who)s") % {"who": names.get(one.proposed_by, formats.NOTHING)},
                reverse("desk:staff_proposal", args=[one.key]),
            )
            for one in waiting
        ],
        "assigns": assigns,
        "delegates": assigns or granted(actor, office, Permission.STAFF_DELEGATE),
    }


def _post(row: Assignment, actor: Actor, zone: ZoneInfo, *, assigns: bool = False) -> PostRow:
    own_deputy = row.stands_for is not None and str(row.stands_for.person.key) == actor.person
    ends = assigns or own_deputy
    factor = assigns and Role(row.role) in SECOND_FACTOR and not row.acting
    return PostRow(
        row.person.name,
        capital(role_words(row.role)),
        row.title,
        row.letter,
        days(row.valid_from, row.valid_to, zone),
        acting(row.acting, row.stands_for),
        row.valid_from > actor.at,
        reverse("desk:staff_end", args=[row.key]) if ends else "",
        reverse("desk:staff_factor", args=[row.key]) if factor else "",
    )


def acting(kind: str, stands_for: Assignment | None) -> str:
    """ "Plh. mewakili Rahmawati Putri"; "" for who holds the post himself."""
    if not kind:
        return ""
    word = "Plh." if kind == Assignment.PLH else "Plt."
    return (
        _("%(word)s mewakili %(who)s") % {"word": word, "who": stands_for.person.name} if stands_for else word
    )


def days(since: datetime | None, until: datetime | None, zone: ZoneInfo) -> str:
    """ "Sejak 3 Januari 2026, tanpa batas waktu", or from–to with the last day of it."""
    begin = formats.plain_date(since.astimezone(zone).date()) if since else _("saat disahkan")
    if until is None:
        return _("Sejak %(begin)s, tanpa batas waktu") % {"begin": begin}
    return _("%(begin)s sampai %(end)s") % {"begin": begin, "end": formats.last_moment(until, zone)}


def title(row: StaffProposal) -> str:
    """What is proposed, in one line."""
    who = row.person.name if row.person else row.email
    if row.kind == StaffProposal.FACTOR:
        return _("Lepas pengaman kedua %(who)s") % {"who": who}
    return _("%(who)s menjadi %(title)s") % {"who": who, "title": row.title}


def proposal(row: StaffProposal, at: datetime) -> Summary:
    """What changes if it is confirmed."""
    zone = ZoneInfo(row.office.time_zone)
    names = queries.names([row.proposed_by])
    rows = [SummaryRow(_("Orang"), _person(row))]
    if row.kind == StaffProposal.FACTOR:
        effect = _(
            "Aplikasi, kunci, dan kode cadangannya berhenti berlaku, juga sesi yang masih terbuka. Ia memasang yang baru saat masuk."
        )
        rows.append(SummaryRow(_("Yang terjadi"), effect))
    else:
        rows += [
            SummaryRow(_("Peran"), capital(role_words(row.role))),
            SummaryRow(_("Jabatan"), row.title),
            SummaryRow(_("Surat"), row.letter),
            SummaryRow(_("Berlaku"), days(row.valid_from, row.valid_to, zone)),
            SummaryRow(_("Sekarang"), _now(row, at)),
        ]
    if row.stands_for:
        rows.append(SummaryRow(_("Mewakili"), row.stands_for.person.name))
    rows.append(SummaryRow(_("Pengusul"), names.get(row.proposed_by, formats.NOTHING)))
    rows.append(SummaryRow(_("Diusulkan"), formats.moment(row.proposed_at, zone)))
    return Summary("usulan", _("Yang berubah bila disahkan"), tuple(rows))


def _person(row: StaffProposal) -> str:
    if row.person is None:
        return _("%(email)s, belum punya akun: mendapat undangan") % {"email": row.email}
    return f"{row.person.name}, {row.email}" if row.email else row.person.name


def _now(row: StaffProposal, at: datetime) -> str:
    """What the person may already do in this office."""
    held = row.person.assignments.filter(queries.in_force(at), office=row.office) if row.person else ()
    roles = sorted({role_words(one.role) for one in held})
    return (
        _("sudah memegang: %(roles)s") % {"roles": ", ".join(roles)}
        if roles
        else _("belum memegang peran di kantor ini")
    )


def needs_two(role: str) -> bool:
    """Whether this role is given by two persons."""
    return role in {one.value for one in SENSITIVE}


def capital(words: str) -> str:
    """The same with a capital letter in front."""
    return words[:1].upper() + words[1:]
