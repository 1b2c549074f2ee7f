# SPDX-License-Identifier: Apache-2.0
"""Who looked at a file and why, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from satupintu.accounts.queries import names
from satupintu.core.access import Role
from satupintu.desk.queries import Desk, people_of
from satupintu.door import looks
from satupintu.ui import formats
from satupintu.ui.parts import HistoryRow
from satupintu.ui.words import LOOK_WHY, LOOKED_AT, looked_words, role_words

OVERSEERS = frozenset({Role.AUDITOR, Role.SUPERVISOR, Role.HEAD})
MARK = 6  # characters of the keyed address that are shown: enough to see that two looks came from one network
FILE = "file"


def why(found: Desk) -> str:
    """Why this person looks at the file, by what stands in it."""
    if found.concerns:
        return looks.TURN
    if found.mine or found.actor.person in people_of(found.state):
        return looks.HAND
    if found.actor.roles_in(found.case.office_id) & OVERSEERS:
        return looks.DUTY
    return looks.OTHER


def what(view: str, document: object) -> str:
    """What the view of this name shows, for the record: the file itself, one of its documents, the paper issued."""
    if view not in LOOKED_AT:
        return FILE
    return f"{view}:{document}" if document else view


def rows(found: Desk) -> list[HistoryRow]:
    """The looks at this file, newest first, for those who oversee."""
    seen = looks.at([found.case.subject])
    called = names({look.person for look in seen})
    zone = found.calendar.zone
    return [
        HistoryRow(
            formats.near_moment(look.at, zone, found.today),
            _("%(who)s (%(role)s) %(what)s: %(why)s. Jaringan %(network)s.")
            % {
                "who": called.get(look.person, "?"),
                "role": role_words(look.role),
                "what": looked_words(look.what),
                "why": LOOK_WHY[look.why],
                "network": look.network[:MARK],
            },
        )
        for look in seen
    ]
