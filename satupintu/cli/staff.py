# SPDX-License-Identifier: Apache-2.0
"""The console as second person: a new office has one administrator, and nobody who could confirm the next.

It confirms only while the office has no second person who may; afterwards it is refused.
"""

from __future__ import annotations

import argparse
import os
import uuid
from typing import Any

Result = tuple[int, dict[str, Any], str]


def run(args: argparse.Namespace) -> Result:
    """List what waits for a second person, or confirm it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    import django

    django.setup()
    from satupintu.cli.office import words_of_refusal
    from satupintu.core.refusal import Refusal

    try:
        return _confirm(args.proposal) if args.command == "staff-confirm" else _proposals(args.office)
    except Refusal as refusal:
        return 1, {"ok": False, "message": refusal.code}, words_of_refusal(refusal)


def _proposals(slug: str) -> Result:
    from satupintu.accounts import queries
    from satupintu.offices.queries import office
    from satupintu.ui.words import role_words

    rows = queries.proposals(office(slug).pk)
    found = [
        {
            "proposal": str(one.key),
            "kind": one.kind,
            "role": one.role,
            "email": one.email,
            "letter": one.letter,
        }
        for one in rows
    ]
    lines = [f"{one.key}  {role_words(one.role)}  {one.email or one.person}  {one.letter}" for one in rows]
    return 0, {"ok": True, "proposals": found}, "\n".join(lines) or "Tidak ada usulan yang menunggu."


def _confirm(text: str) -> Result:
    from satupintu.accounts.actions import staffing
    from satupintu.core.access import system
    from satupintu.door.moment import now
    from satupintu.door.write import Asked

    try:
        key = uuid.UUID(text)
    except ValueError:
        return (
            2,
            {"ok": False, "message": "proposal"},
            "Kode usulan tidak terbaca. Salin utuh dari: satupintu staff proposals",
        )
    done = staffing.answer(system(now()), key, accept=True, asked=Asked.of(uuid.uuid4()))
    return 0, {"ok": True, **done}, "Usulan disahkan. Undangan atau kabarnya berangkat lewat surel."
